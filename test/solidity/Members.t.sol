// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Members} from "../../contracts/membership/Members.sol";
import {Act, Proposal, Standing} from "../../contracts/membership/IMembers.sol";
import {Uscc} from "../../contracts/membership/Uscc.sol";
import {Consortium} from "./Consortium.sol";
import {vm} from "./Vm.sol";

/// @dev Five seats of which three decide, applicants, and a book of who voted for what, kept apart from the contract.
contract Electorate {
    uint256 public constant SEATS = 5;
    uint256 public constant THRESHOLD = 3;
    uint256 public constant PEOPLE = 8;

    Members public immutable members;
    mapping(uint256 proposal => uint256 seats) public voted;
    mapping(uint256 proposal => bool) public passed;
    bool public overruled;

    constructor() {
        members = Consortium.found(SEATS, THRESHOLD);
    }

    function applyFor(uint8 who) external {
        uint256 number = SEATS + (who % (PEOPLE - SEATS));
        vm.prank(Consortium.key(number));
        try members.applyFor(Consortium.id(number), 2, keccak256("papers")) {} catch {}
    }

    function propose(uint8 seat, uint8 act, uint8 whom) external {
        uint256 number = seat % PEOPLE;
        Act kind = Act(2 + (act % 3));
        vm.prank(Consortium.key(number));
        try members.propose(kind, Consortium.id(whom % PEOPLE), keccak256("reason")) returns (uint256 proposal) {
            voted[proposal] |= 1 << number;
            _note(proposal);
        } catch {}
    }

    function vote(uint8 seat, uint8 which) external {
        uint256 count = members.proposalCount();
        if (count == 0) return;
        // The newest few, or the votes never meet.
        uint256 proposal = count - (which % 4 < count ? which % 4 : 0);
        uint256 number = seat % PEOPLE;
        vm.prank(Consortium.key(number));
        try members.vote(proposal) {
            if (voted[proposal] & (1 << number) != 0 || number >= SEATS) overruled = true;
            voted[proposal] |= 1 << number;
            _note(proposal);
        } catch {}
    }

    function decide(uint8 which) external {
        uint256 count = members.proposalCount();
        if (count == 0) return;
        uint256 proposal = 1 + (which % count);
        try members.decide(proposal) {
            _note(proposal);
        } catch {}
    }

    function wait(uint32 time) external {
        vm.warp(block.timestamp + (time % 3 days));
    }

    /// Notes a decision that fewer than the threshold of different seats stood behind.
    function _note(uint256 proposal) private {
        if (passed[proposal] || !members.proposalOf(proposal).decided) return;
        passed[proposal] = true;
        uint256 votes = 0;
        for (uint256 i = 0; i < SEATS; ++i) if (voted[proposal] & (1 << i) != 0) ++votes;
        if (votes < THRESHOLD) overruled = true;
    }
}

contract MembersTest {
    Electorate private _electorate;

    function setUp() external {
        _electorate = new Electorate();
    }

    /// What the fuzzer plays with does admit and suspend.
    function test_theElectorateAdmitsAndSuspends() external {
        _electorate.applyFor(0);
        for (uint8 seat = 0; seat < 3; ++seat) _electorate.vote(seat, 0);
        require(_electorate.members().isActive(Consortium.id(5)) && _electorate.passed(1));
        _electorate.propose(0, 0, 5);
        for (uint8 seat = 1; seat < 3; ++seat) _electorate.vote(seat, 0);
        require(!_electorate.members().isActive(Consortium.id(5)) && _electorate.passed(2));
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_electorate);
    }

    /// Nothing is decided by fewer different seats than the threshold.
    function invariant_fewerThanTheThresholdDecideNothing() external view {
        require(!_electorate.overruled(), "decided by too few");
    }

    /// Who is active was founded, or admitted by a decided proposal.
    function invariant_nobodyIsActiveWithoutADecision() external view {
        Members members = _electorate.members();
        for (uint256 n = _electorate.SEATS(); n < _electorate.PEOPLE(); ++n) {
            if (!members.isActive(Consortium.id(n))) continue;
            bool admitted = false;
            for (uint256 p = 1; p <= members.proposalCount(); ++p) {
                Proposal memory proposal = members.proposalOf(p);
                admitted =
                    admitted ||
                    (proposal.decided && proposal.act == Act.Admission && proposal.member == Consortium.id(n));
            }
            require(admitted, "active without admission");
        }
    }

    /// The council can always decide: the voting seats are never fewer than the threshold.
    function invariant_theCouncilCanAlwaysDecide() external view {
        Members members = _electorate.members();
        uint256 voting = 0;
        for (uint256 n = 0; n < _electorate.SEATS(); ++n) {
            (Standing standing, , bool seated, ) = members.entryOf(Consortium.id(n));
            if (seated && standing == Standing.Active) ++voting;
        }
        require(voting >= _electorate.THRESHOLD(), "council too small");
    }

    /// A key that was ever bound stays bound to the same member.
    function invariant_aKeyBelongsToOneMember() external view {
        Members members = _electorate.members();
        for (uint256 n = 0; n < _electorate.PEOPLE(); ++n) {
            bytes18 owner = members.memberOf(Consortium.key(n));
            require(owner == 0 || owner == Consortium.id(n), "key moved");
        }
    }

    /// Exactly one of the 31 check characters is right, so no wrong one passes.
    function testFuzz_oneCheckCharacterIsRight(uint256 seed) external pure {
        bytes memory alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
        bytes memory code = new bytes(18);
        for (uint256 i = 0; i < 17; ++i) code[i] = alphabet[uint256(keccak256(abi.encode(seed, i))) % 31];
        uint256 valid = 0;
        for (uint256 c = 0; c < 31; ++c) {
            code[17] = alphabet[c];
            if (Uscc.isValid(bytes18(code))) ++valid;
        }
        require(valid == 1);
    }
}
