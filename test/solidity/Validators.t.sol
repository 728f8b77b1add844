// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {console} from "hardhat/console.sol";
import {IMembers} from "../../contracts/membership/IMembers.sol";
import {ValidatorEntry} from "../../contracts/membership/IValidators.sol";
import {Validators} from "../../contracts/membership/Validators.sol";
import {Consortium} from "./Consortium.sol";
import {Roster} from "./Roster.sol";
import {Tally} from "./Tally.sol";
import {vm} from "./Vm.sol";

/// @dev A council that adds, removes and replaces validators in any order, and a book of the set, kept apart from the contract.
contract Sealers {
    uint256 public constant ADDRESSES = 80;
    uint256 public constant MEMBERS = 4;

    Validators public immutable validators;
    Roster public immutable roster;

    /// Added, removed, replaced; refused: taken, full, last, member not active, a stranger.
    uint256[8] public reached;
    uint256 public calls;
    uint64 public changes = 1;

    /// What must never happen.
    string public fault;

    /// Number of its member, from 1; 0 if it is none.
    mapping(address validator => uint256 member) public book;
    uint256 public size;

    constructor() {
        roster = new Roster(address(this));
        for (uint256 i = 0; i < MEMBERS; ++i) roster.add(1);
        ValidatorEntry[] memory first = new ValidatorEntry[](2);
        for (uint256 i = 0; i < 2; ++i) {
            first[i] = ValidatorEntry(addressOf(i), roster.ids(i));
            book[addressOf(i)] = i + 1;
        }
        size = 2;
        validators = new Validators(address(this), IMembers(address(roster)), first);
    }

    function add(uint8 which, uint8 whose) public {
        ++calls;
        (address validator, uint256 member) = (addressOf(which % (ADDRESSES + 1)), whose % MEMBERS);
        bool active = roster.isActive(roster.ids(member));
        try validators.add(validator, roster.ids(member)) {
            if (book[validator] != 0 || validator == address(0) || size == 64 || !active)
                fault = "added against a rule";
            book[validator] = member + 1;
            (size, changes) = (size + 1, changes + 1);
            ++reached[0];
        } catch {
            if (book[validator] == 0 && validator != address(0) && size != 64 && active) fault = "refused to add";
            if (book[validator] != 0) ++reached[3];
            if (size == 64) ++reached[4];
            if (!active) ++reached[6];
        }
    }

    function remove(uint8 which) public {
        ++calls;
        address validator = addressOf(which % (ADDRESSES + 1));
        try validators.remove(validator) {
            if (book[validator] == 0 || size == 1) fault = "removed against a rule";
            book[validator] = 0;
            (size, changes) = (size - 1, changes + 1);
            ++reached[1];
        } catch {
            if (book[validator] != 0 && size != 1) fault = "refused to remove";
            if (book[validator] != 0) ++reached[5];
        }
    }

    function replace(uint8 which, uint8 by) external {
        ++calls;
        (address validator, address successor) = (addressOf(which % ADDRESSES), addressOf(by % (ADDRESSES + 1)));
        try validators.replace(validator, successor) {
            if (book[validator] == 0 || book[successor] != 0 || successor == address(0)) fault = "replaced wrongly";
            (book[successor], book[validator]) = (book[validator], 0);
            ++changes;
            ++reached[2];
        } catch {
            bool may = book[validator] != 0 && book[successor] == 0 && successor != address(0);
            if (may && roster.isActive(roster.ids(book[validator] - 1))) fault = "refused to replace";
        }
    }

    /// Towards one of both ends.
    function many(uint8 from, bool full) external {
        for (uint256 i = 0; i < 40; ++i) {
            uint8 which = uint8((i + from) % ADDRESSES);
            if (full) add(which, uint8(i));
            else remove(which);
        }
    }

    function toggle(uint8 who, uint8 chance) external {
        ++calls;
        if (chance % 4 == 0) roster.toggle(roster.ids(who % MEMBERS));
    }

    function strangerActs(uint8 which, uint8 by) external {
        ++calls;
        (address validator, bytes18 member) = (addressOf(which % ADDRESSES), roster.ids(0));
        vm.prank(Consortium.key(by % MEMBERS));
        try validators.remove(validator) {
            fault = "a stranger removed";
        } catch {}
        vm.prank(Consortium.key(by % MEMBERS));
        try validators.add(validator, member) {
            fault = "a stranger added";
        } catch {
            ++reached[7];
        }
    }

    /// Everything that the suite claims to reach, in the order of its names.
    function counts() external view returns (uint256[] memory all) {
        all = new uint256[](8);
        for (uint256 i = 0; i < 8; ++i) all[i] = reached[i];
    }

    /// The last of them is the zero address; no order is in them.
    function addressOf(uint256 number) public pure returns (address) {
        return number == ADDRESSES ? address(0) : address(uint160(uint256(keccak256(abi.encode(number)))));
    }
}

/// @dev Rules of the design for the validators, which the council votes on: only the council changes them and only as the rules say,
///      {Sealers} and _noFault; the set that Besu asks for is never empty nor too large, ordered, and the book's, _theSetIsThatOfTheBook;
///      no set goes unnumbered, _theVersionCountsTheChanges.
contract ValidatorsTest {
    Sealers private _sealers;

    function setUp() external {
        _sealers = new Sealers();
    }

    /// What the fuzzer plays with reaches every change and every refusal. 4 sessions of 80 calls, chosen by a fixed seed.
    function test_theSealersReachEveryChange() external {
        uint256[8] memory reached;
        uint256 calls = 0;
        for (uint256 session = 0; session < 4; ++session) {
            this.renew();
            for (uint256 i = 0; i < 80; ++i) {
                uint256 seed = uint256(keccak256(abi.encode(session, i)));
                (uint8 a, uint8 b, uint256 choice) = (uint8(seed), uint8(seed >> 8), (seed >> 64) % 12);
                if (choice < 3) _sealers.add(a, b);
                else if (choice < 5) _sealers.remove(a);
                else if (choice < 8) _sealers.replace(a, b);
                else if (choice == 8) _sealers.toggle(a, b);
                else if (choice == 9) _sealers.strangerActs(a, b);
                else _sealers.many(a, (i / 20) % 2 == 0);
                this.checkAll();
            }
            calls += _sealers.calls();
            for (uint256 s = 0; s < 8; ++s) reached[s] += _sealers.reached(s);
        }
        console.log("Validators: %d calls; changes and refusals reached:", calls);
        string[] memory names = _states();
        for (uint256 s = 0; s < 8; ++s) {
            console.log("  %s %d", names[s], reached[s]);
            require(reached[s] != 0, names[s]);
        }
    }

    /// A call of its own, so that a walk's memory, which each call of the walk copies, stays small.
    function checkAll() external view {
        _checkAll();
    }

    /// Starts anew; a call of its own as {checkAll}.
    function renew() external {
        _sealers = new Sealers();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_sealers);
    }

    function afterInvariant() external view {
        _checkAll();
        Tally.report("Validators", _sealers.calls(), _states(), _sealers.counts());
    }

    function invariant_theLawHolds() external view {
        if (_sealers.calls() % Tally.INTERVAL == 0) _checkAll();
        else _noFault();
    }

    /// Every change and refusal is as the rules say, and only the council's.
    function _noFault() private view {
        require(bytes(_sealers.fault()).length == 0, _sealers.fault());
    }

    /// Never empty, never too many, ascending and so without duplicate or zero, and exactly the book's, member by member.
    function _theSetIsThatOfTheBook() private view {
        address[] memory set = _sealers.validators().getValidators();
        require(set.length != 0 && set.length <= 64, "size");
        require(set.length == _sealers.size(), "size differs from the book");
        address before = address(0);
        for (uint256 i = 0; i < set.length; ++i) {
            require(set[i] > before, "not ascending");
            before = set[i];
            uint256 member = _sealers.book(set[i]);
            require(member != 0, "not in the book");
            require(_sealers.validators().memberOf(set[i]) == _sealers.roster().ids(member - 1), "another member's");
            require(_sealers.validators().isValidator(set[i]), "not known");
        }
    }

    /// Each change makes one set more, with the digest of what is answered.
    function _theVersionCountsTheChanges() private view {
        Validators validators = _sealers.validators();
        uint64 version = validators.version();
        require(version == _sealers.changes(), "version");
        require(validators.digestOf(version) == keccak256(abi.encode(validators.getValidators())), "digest");
        require(validators.digestOf(version + 1) == 0 && validators.digestOf(0) == 0, "digest of no set");
        require(validators.versionAfter(validators.changedAt()) == version, "block of the change");
        require(validators.versionAfter(type(uint64).max) == version, "future");
    }

    function _checkAll() private view {
        _noFault();
        _theSetIsThatOfTheBook();
        _theVersionCountsTheChanges();
    }

    function _states() private pure returns (string[] memory states) {
        string[8] memory names = [
            "added",
            "removed",
            "replaced",
            "refused: taken",
            "refused: full",
            "refused: the last",
            "refused: member not active",
            "refused: a stranger"
        ];
        states = new string[](8);
        for (uint256 i = 0; i < 8; ++i) states[i] = names[i];
    }
}
