// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ActClass, Call, ClassRule, CouncilRules, OrdinaryAct, Proposal} from "../../contracts/membership/ICouncil.sol";
import {Council} from "../../contracts/membership/Council.sol";
import {IMembers, Tier} from "../../contracts/membership/IMembers.sol";
import {Members} from "../../contracts/membership/Members.sol";
import {Consortium} from "./Consortium.sol";
import {vm} from "./Vm.sol";

/// @dev Five seats and three members without one, who propose and vote on suspensions, expulsions, seats and rules as the fuzzer likes, while
///      some are frozen; and a book of who voted for what, which seats stand and what decides, kept apart from the council.
contract Electorate {
    uint256 public constant SEATS = 5;
    uint256 public constant PEOPLE = 8;

    struct Wish {
        uint256 kind;
        uint256 about;
        uint256 threshold;
        uint256 votes;
        bool decided;
    }

    Members public immutable members;
    Council public immutable council;
    Wish[] public wishes;
    mapping(uint256 member => bool) public seated;
    mapping(uint256 member => bool) public active;
    mapping(uint256 member => uint256) public frozenUntil;
    uint256 public ordinary = 3;
    uint256 public constitutional = 4;

    /// Times that each kind was decided, and others.
    uint256[6] public decided;
    uint256 public delayed;
    uint256 public frozen;
    uint256 public refused;
    string public violated;

    constructor() {
        (members, council) = Consortium.found(_kinds(), 3);
        for (uint256 i = 0; i < SEATS; ++i) (seated[i], active[i]) = (true, true);
        for (uint256 i = SEATS; i < PEOPLE; ++i) {
            vm.prank(Consortium.key(i));
            uint256 n = members.applyFor(Consortium.id(i), 1, Tier.None, 0, keccak256("m"), keccak256("p"));
            bytes memory data = abi.encodeCall(IMembers.admit, (n, 1, Tier.None, keccak256("r")));
            Consortium.decide(council, 3, address(members), data);
            active[i] = true;
            wishes.push(Wish(9, i, 0, 7, true));
        }
        OrdinaryAct[] memory acts = new OrdinaryAct[](2);
        acts[0] = OrdinaryAct(address(members), IMembers.suspend.selector);
        acts[1] = OrdinaryAct(address(members), IMembers.reinstate.selector);
        Consortium.decide(council, 3, address(council), abi.encodeCall(Council.setOrdinary, (acts, true)));
        wishes.push(Wish(9, 0, 0, 7, true));
        Consortium.decide(council, 3, address(council), abi.encodeCall(Council.setRules, (_rules(3, 4))));
        wishes.push(Wish(9, 0, 0, 7, true));
    }

    function propose(uint8 who, uint8 kind, uint8 about) external {
        uint256 number = who % PEOPLE;
        Wish memory wish = Wish(kind % 6, about % PEOPLE, 3 + (about % 2), 1 << number, false);
        Call[] memory calls = new Call[](1);
        calls[0] = _call(wish);
        vm.prank(Consortium.key(number));
        try council.propose(calls, keccak256("reason")) returns (uint256 proposal) {
            if (proposal != wishes.length + 1) violated = "number";
            wishes.push(wish);
            _voted(number, proposal);
        } catch {
            ++refused;
        }
    }

    function vote(uint8 who, uint8 which) external {
        // The newest few, or the votes never meet.
        uint256 proposal = wishes.length - (which % 4);
        uint256 number = who % PEOPLE;
        vm.prank(Consortium.key(number));
        try council.vote(proposal) {
            if (wishes[proposal - 1].votes & (1 << number) != 0) violated = "voted twice";
            wishes[proposal - 1].votes |= 1 << number;
            _voted(number, proposal);
        } catch {
            ++refused;
        }
    }

    function decide(uint8 which) external {
        uint256 proposal = 1 + (which % wishes.length);
        try council.decide(proposal) {
            _note(proposal);
        } catch {
            ++refused;
        }
    }

    function freeze(uint8 who, uint32 period) external {
        uint256 number = who % PEOPLE;
        uint48 until = uint48(block.timestamp + (period % 5 days));
        vm.prank(Consortium.EMERGENCY);
        try members.freeze(Consortium.id(number), until, keccak256("order")) {
            frozenUntil[number] = until;
            ++frozen;
        } catch {
            ++refused;
        }
    }

    function wait(uint32 time) external {
        vm.warp(block.timestamp + (time % 2 days));
    }

    function wishCount() external view returns (uint256) {
        return wishes.length;
    }

    function votes(uint256 number) public view returns (bool) {
        return seated[number] && active[number] && block.timestamp >= frozenUntil[number];
    }

    function voting() public view returns (uint256 count) {
        for (uint256 i = 0; i < PEOPLE; ++i) if (votes(i)) ++count;
    }

    function _voted(uint256 number, uint256 proposal) private {
        if (!votes(number)) violated = "voted without a vote";
        _note(proposal);
    }

    /// Judges a decision by the book as it stood before it, then writes down what it did.
    function _note(uint256 proposal) private {
        Wish storage wish = wishes[proposal - 1];
        Proposal memory kept = council.proposalOf(proposal);
        if (kept.rulesVersion == 0) {
            if (kept.passedAt != 0) ++delayed;
            return;
        }
        if (wish.decided) violated = "decided twice";
        wish.decided = true;
        uint256 count = 0;
        for (uint256 i = 0; i < PEOPLE; ++i) if (wish.votes & (1 << i) != 0 && votes(i)) ++count;
        if (count < (wish.kind < 2 ? ordinary : constitutional)) violated = "decided by too few";
        if (wish.kind >= 2 && block.timestamp < kept.passedAt + 1 hours) violated = "decided too early";
        ++decided[wish.kind];
        _apply(wish);
    }

    function _apply(Wish storage wish) private {
        if (wish.kind == 0) active[wish.about] = false;
        else if (wish.kind == 1) active[wish.about] = true;
        else if (wish.kind == 2) (active[wish.about], seated[wish.about]) = (false, false);
        else if (wish.kind == 3) seated[wish.about] = true;
        else if (wish.kind == 4) _unseat(wish.about);
        else constitutional = wish.threshold;
    }

    /// What a seat voted ends with it, also if it comes back.
    function _unseat(uint256 member) private {
        seated[member] = false;
        for (uint256 i = 0; i < wishes.length; ++i) wishes[i].votes &= ~(uint256(1) << member);
    }

    function _call(Wish memory wish) private view returns (Call memory) {
        bytes18 member = Consortium.id(wish.about);
        bytes32 reason = keccak256("reason");
        address register = address(members);
        if (wish.kind == 0) return Call(register, abi.encodeCall(IMembers.suspend, (member, reason)));
        if (wish.kind == 1) return Call(register, abi.encodeCall(IMembers.reinstate, (member, reason)));
        if (wish.kind == 2) return Call(register, abi.encodeCall(IMembers.expel, (member, reason)));
        if (wish.kind == 3) return Call(address(council), abi.encodeCall(Council.addSeat, (member)));
        if (wish.kind == 4) return Call(address(council), abi.encodeCall(Council.removeSeat, (member)));
        return Call(address(council), abi.encodeCall(Council.setRules, (_rules(3, wish.threshold))));
    }

    function _rules(uint256 few, uint256 many) private pure returns (CouncilRules memory) {
        return CouncilRules(ClassRule(uint8(few), 10 days, 0), ClassRule(uint8(many), 10 days, 1 hours));
    }

    function _kinds() private pure returns (uint16[] memory kinds) {
        kinds = new uint16[](SEATS);
        for (uint256 i = 0; i < SEATS; ++i) kinds[i] = 1;
    }
}

contract CouncilTest {
    Electorate private _electorate;

    function setUp() external {
        vm.warp(1_900_000_000);
        _electorate = new Electorate();
    }

    /// What the fuzzer plays with does decide each kind of matter.
    function test_theElectorateDecidesEachMatter() external {
        Electorate e = _electorate;
        _decided(0, 6, 3);
        _decided(1, 6, 3);
        _decided(5, 0, 4);
        _decided(4, 4, 3);
        _decided(3, 6, 3);
        _decided(2, 3, 3);
        e.freeze(0, 1 days);
        for (uint256 kind = 0; kind < 6; ++kind) require(e.decided(kind) == 1, "not decided");
        require(e.frozen() == 1 && e.delayed() == 4 && bytes(e.violated()).length == 0, e.violated());
        require(e.voting() == e.council().votingSeats() && e.voting() == 3);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_electorate);
    }

    /// Fewer seats than the threshold decide nothing, none twice, none before its delay, and none votes that has no vote.
    function invariant_fewerThanTheThresholdDecideNothing() external view {
        require(bytes(_electorate.violated()).length == 0, _electorate.violated());
    }

    /// The council can always decide, whatever was suspended, expelled, removed or frozen.
    function invariant_theCouncilCanAlwaysDecide() external view {
        Electorate e = _electorate;
        require(e.voting() == e.council().votingSeats(), "another count");
        require(e.voting() >= e.constitutional() && e.constitutional() >= e.ordinary(), "too small");
        uint256 seats = e.council().seats().length;
        require(e.ordinary() * 2 > seats && e.constitutional() <= seats, "unsound");
    }

    /// Seats and standings are what decisions made of them, and nothing else.
    function invariant_onlyDecisionsChangeAnything() external view {
        Electorate e = _electorate;
        for (uint256 i = 0; i < e.PEOPLE(); ++i) {
            require(e.council().isSeat(Consortium.id(i)) == e.seated(i), "seat");
            bool active = e.active(i) && block.timestamp >= e.frozenUntil(i);
            require(e.members().isActive(Consortium.id(i)) == active, "standing");
        }
        CouncilRules memory rules = e.council().rulesOf(e.council().rulesVersion());
        require(rules.ordinary.threshold == e.ordinary(), "ordinary");
        require(rules.constitutional.threshold == e.constitutional(), "constitutional");
    }

    /// What the council counts for an open proposal is what the book counts.
    function invariant_votesAreThoseOfTheBook() external view {
        Electorate e = _electorate;
        for (uint256 p = 1; p <= e.wishCount(); ++p) {
            (uint256 kind, , , uint256 voted, bool decided) = e.wishes(p - 1);
            if (kind == 9) continue;
            Proposal memory kept = e.council().proposalOf(p);
            uint256 count = 0;
            for (uint256 i = 0; i < e.PEOPLE(); ++i) if (voted & (1 << i) != 0 && e.votes(i)) ++count;
            require(kept.votes == count, "votes");
            require((kept.rulesVersion != 0) == decided, "decided");
            require(kept.class == (kind < 2 ? ActClass.Ordinary : ActClass.Constitutional), "class");
        }
    }

    function _decided(uint8 kind, uint8 about, uint8 threshold) private {
        Electorate e = _electorate;
        e.propose(0, kind, about);
        for (uint8 seat = 1; seat < threshold; ++seat) e.vote(seat, 0);
        e.wait(1 hours);
        e.decide(uint8(e.wishCount() - 1));
    }
}
