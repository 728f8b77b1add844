// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {KeyRole, NewKey, Standing, Tier} from "../../contracts/membership/IMembers.sol";
import {Members} from "../../contracts/membership/Members.sol";
import {Uscc} from "../../contracts/membership/Uscc.sol";
import {Consortium} from "./Consortium.sol";
import {Tally} from "./Tally.sol";
import {vm} from "./Vm.sol";

/// @dev Three members whose keys come, rotate, expire and are recovered, whose standing changes and who are frozen, as the fuzzer likes; this
///      contract is their council and their emergency contract. And a book of all of it, kept apart from the register.
contract Registrar {
    struct Life {
        uint256 member;
        uint8 roles;
        uint48 from;
        uint48 until;
    }

    struct Change {
        uint256 member;
        uint48 time;
        Standing standing;
    }

    /// What was true of a key at a time; it must stay true.
    struct Sample {
        uint256 key;
        uint64 time;
        bool live;
    }

    uint256 public constant PEOPLE = 3;
    uint256 private constant MOST_KEYS = 24;
    uint256 private constant MOST_SAMPLES = 32;
    uint256 private constant START = 1_900_000_000;
    uint48 private constant NO_END = type(uint48).max;

    Members public immutable members;
    uint256 public keys;
    mapping(uint256 key => Life) public lives;
    Change[] public changes;
    Sample[] public samples;
    mapping(uint256 member => Standing) public standings;
    mapping(uint256 member => uint48) public frozenUntil;
    uint256 private _taken;

    /// Times that each state was reached.
    uint256 public added;
    uint256 public rotated;
    uint256 public retired;
    uint256 public expired;
    uint256 public recovered;
    uint256 public suspended;
    uint256 public frozen;
    uint256 public left;
    uint256 public readmitted;
    uint256 public refused;
    uint256 public refusedDead;
    uint256 public refusedSuspended;
    uint256 public calls;
    /// What happened that must not; empty if nothing did. A revert would only undo the step that shows it.
    string public fault;

    constructor() {
        vm.warp(START);
        members = Consortium.register(PEOPLE, address(this), address(this));
        for (uint256 i = 0; i < PEOPLE; ++i) {
            lives[i] = Life(i, 15, uint48(START), NO_END);
            _note(i, Standing.Active);
        }
        keys = PEOPLE;
    }

    function add(uint8 by, uint8 roles, uint32 period) external {
        ++calls;
        if (keys == MOST_KEYS) return;
        NewKey memory fresh = _fresh(lives[by % keys].member, roles, period);
        vm.prank(Consortium.key(by % keys));
        try members.addKey(fresh) {
            _check(by % keys, KeyRole.Manage);
            _born(lives[by % keys].member, fresh);
            ++added;
        } catch {
            ++refused;
        }
    }

    function rotate(uint8 by, uint8 old, uint8 roles, uint32 period) external {
        ++calls;
        if (keys == MOST_KEYS) return;
        NewKey memory fresh = _fresh(lives[by % keys].member, roles, period);
        vm.prank(Consortium.key(by % keys));
        try members.rotateKey(Consortium.key(old % keys), fresh) {
            _check(by % keys, KeyRole.Manage);
            _ended(old % keys, lives[by % keys].member);
            _born(lives[by % keys].member, fresh);
            ++rotated;
        } catch {
            ++refused;
        }
    }

    function retire(uint8 by, uint8 old) external {
        ++calls;
        vm.prank(Consortium.key(by % keys));
        try members.retireKey(Consortium.key(old % keys)) {
            _check(by % keys, KeyRole.Manage);
            _ended(old % keys, lives[by % keys].member);
            ++retired;
        } catch {
            ++refused;
        }
    }

    function recover(uint8 who, uint8 old, uint8 roles, uint32 period) external {
        ++calls;
        if (keys == MOST_KEYS) return;
        uint256 member = who % PEOPLE;
        NewKey memory fresh = _fresh(member, roles, period);
        address[] memory ended = new address[](1);
        ended[0] = Consortium.key(old % keys);
        try members.recover(Consortium.id(member), fresh, ended, keccak256("reason")) {
            _ended(old % keys, member);
            _born(member, fresh);
            ++recovered;
        } catch {
            ++refused;
        }
    }

    function describe(uint8 by) external {
        ++calls;
        vm.prank(Consortium.key(by % keys));
        try members.setMetadata(keccak256("other")) {
            _check(by % keys, KeyRole.Act);
        } catch {
            ++refused;
            uint256 key = by % keys;
            if (mayAct(key, KeyRole.Act)) fault = "a key that may act was refused";
            if (!live(key, block.timestamp)) ++refusedDead;
            else if (standings[lives[key].member] != Standing.Active) ++refusedSuspended;
        }
    }

    /// Suspends or takes back.
    function toggle(uint8 who) external {
        ++calls;
        uint256 member = who % PEOPLE;
        if (standings[member] == Standing.Suspended) {
            members.reinstate(Consortium.id(member), keccak256("reason"));
            _note(member, Standing.Active);
        } else if (standings[member] == Standing.Active) {
            members.suspend(Consortium.id(member), keccak256("reason"));
            _note(member, Standing.Suspended);
            ++suspended;
        }
    }

    function freeze(uint8 who, uint32 period) external {
        ++calls;
        if (period % 4 != 0) return;
        uint256 member = who % PEOPLE;
        uint48 until = uint48(block.timestamp + (period % 20 days));
        try members.freeze(Consortium.id(member), until, keccak256("order")) {
            frozenUntil[member] = until;
            ++frozen;
        } catch {
            ++refused;
        }
    }

    /// Leaves, or is expelled, and all keys end.
    function end(uint8 by, bool expels) external {
        ++calls;
        // Seldom, or nobody's keys live long.
        if (by % 4 != 2) return;
        uint256 member = lives[by % keys].member;
        Standing standing = expels ? Standing.Expelled : Standing.Left;
        if (expels) {
            try members.expel(Consortium.id(member), keccak256("reason")) {} catch {
                ++refused;
                return;
            }
        } else {
            vm.prank(Consortium.key(by % keys));
            try members.leave(keccak256("reason")) {} catch {
                ++refused;
                return;
            }
            _check(by % keys, KeyRole.Manage);
        }
        for (uint256 i = 0; i < keys; ++i) {
            if (lives[i].member == member && lives[i].until > block.timestamp) lives[i].until = uint48(block.timestamp);
        }
        _note(member, standing);
        ++left;
    }

    function readmit(uint8 who) external {
        ++calls;
        if (keys == MOST_KEYS) return;
        uint256 member = who % PEOPLE;
        address key = Consortium.key(keys);
        vm.prank(key);
        try members.applyFor(Consortium.id(member), 1, Tier.None, 0, keccak256("m"), keccak256("p")) returns (
            uint256 n
        ) {
            members.admit(n, 1, Tier.None, keccak256("reason"));
            lives[keys++] = Life(member, 15, uint48(block.timestamp), NO_END);
            _note(member, Standing.Active);
            ++readmitted;
        } catch {
            ++refused;
        }
    }

    function wait(uint32 time) external {
        ++calls;
        uint256 before = block.timestamp;
        for (uint256 back = 0; back < 4 && back < keys; ++back) {
            uint256 i = (calls + back * 7) % keys;
            Sample memory sample = Sample(i, uint64(before - 1), live(i, before - 1));
            // The oldest give way, or each look costs more than the one before.
            if (samples.length < MOST_SAMPLES) samples.push(sample);
            else samples[_taken++ % MOST_SAMPLES] = sample;
        }
        vm.warp(before + 1 + (time % 10 days));
        for (uint256 i = 0; i < keys; ++i) {
            if (lives[i].until > before && lives[i].until <= block.timestamp) ++expired;
        }
    }

    /// Nobody has a seat in this council.
    function isSeat(bytes18) external pure returns (bool) {
        return false;
    }

    /// Everything that the suite claims to reach, in the order of its names.
    function counts() external view returns (uint256[] memory all) {
        all = new uint256[](12);
        (all[0], all[1], all[2], all[3], all[4]) = (added, rotated, retired, expired, recovered);
        (all[5], all[6], all[7], all[8]) = (suspended, frozen, left, readmitted);
        (all[9], all[10], all[11]) = (refused, refusedDead, refusedSuspended);
    }

    function changeCount() external view returns (uint256) {
        return changes.length;
    }

    function sampleCount() external view returns (uint256) {
        return samples.length;
    }

    function live(uint256 key, uint256 time) public view returns (bool) {
        return lives[key].from <= time && time < lives[key].until;
    }

    /// What an act must have had: a live key of that role, of a member that is active and not frozen.
    function mayAct(uint256 key, KeyRole role) public view returns (bool) {
        uint256 member = lives[key].member;
        return
            live(key, block.timestamp) &&
            lives[key].roles & (1 << uint8(role)) != 0 &&
            standings[member] == Standing.Active &&
            block.timestamp >= frozenUntil[member];
    }

    function _fresh(uint256 member, uint8 roles, uint32 period) private view returns (NewKey memory fresh) {
        fresh.key = Consortium.key(keys);
        // Half of the keys may do everything, or nobody would be left who manages.
        fresh.roles = roles % 2 == 0 ? 15 : (roles >> 1) % 16;
        fresh.until = period % 2 == 0 ? NO_END : uint48(block.timestamp + 1 + (period % 30 days));
        fresh.deadline = block.timestamp;
        bytes32 digest = members.consentDigest(
            Consortium.id(member),
            fresh.key,
            fresh.roles,
            fresh.until,
            fresh.deadline
        );
        fresh.consent = Consortium.sign(keys, digest);
    }

    function _born(uint256 member, NewKey memory fresh) private {
        lives[keys++] = Life(member, fresh.roles, uint48(block.timestamp), fresh.until);
    }

    function _ended(uint256 key, uint256 member) private {
        if (lives[key].member != member || !live(key, block.timestamp)) fault = "ended what is not its own";
        lives[key].until = uint48(block.timestamp);
    }

    function _check(uint256 key, KeyRole role) private {
        if (!mayAct(key, role)) fault = "acted without the power";
    }

    function _note(uint256 member, Standing standing) private {
        standings[member] = standing;
        changes.push(Change(member, uint48(block.timestamp), standing));
    }
}

/// @dev Rules of the design for `Members`: no one acts for a member but its live keys, in their roles, _noFault and
///      _nobodyActsButLiveKeysInTheirRoles; a key's past acts stay valid after rotation, _aKeysPastStays; standings have a past that stays,
///      _standingsAreThoseOfTheBook; and no member is left without a key that manages, _nobodyIsLockedOut.
contract MembersTest {
    Registrar private _registrar;

    function setUp() external {
        _registrar = new Registrar();
    }

    /// What the fuzzer plays with does reach each state.
    function test_theRegistrarReachesEachState() external {
        Registrar r = _registrar;
        r.add(0, 0, 0);
        r.add(0, 0, 1);
        r.rotate(0, 0, 0, 0);
        r.retire(3, 4);
        r.add(3, 0, 1 days + 1);
        r.wait(2 days);
        r.recover(0, 3, 0, 0);
        r.toggle(1);
        r.wait(1);
        r.toggle(1);
        r.freeze(2, 1 days);
        r.describe(2);
        r.end(2, true);
        r.readmit(2);
        require(r.added() == 3 && r.rotated() == 1 && r.retired() == 1 && r.expired() == 1, "keys");
        require(r.recovered() == 1 && r.suspended() == 1 && r.frozen() == 1, "standing");
        require(r.left() == 1 && r.readmitted() == 1 && r.refused() == 1 && r.sampleCount() != 0, "ends");
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_registrar);
    }

    function afterInvariant() external view {
        _checkAll();
        Tally.report("Members", _registrar.calls(), _states(), _registrar.counts());
    }

    function invariant_theLawHolds() external view {
        if (_registrar.calls() % Tally.INTERVAL == 0) _checkAll();
        else _noFault();
    }

    function _checkAll() private view {
        _noFault();
        _nobodyActsButLiveKeysInTheirRoles();
        _aKeysPastStays();
        _nobodyIsLockedOut();
        _standingsAreThoseOfTheBook();
    }

    /// No step of the handler was taken by one that may not.
    function _noFault() private view {
        require(bytes(_registrar.fault()).length == 0, _registrar.fault());
    }

    /// No key acts but the live ones of active members that are not frozen, each for its own member, in its own roles.
    function _nobodyActsButLiveKeysInTheirRoles() private view {
        Members members = _registrar.members();
        for (uint256 i = 0; i < _registrar.keys(); ++i) {
            (uint256 member, , , ) = _registrar.lives(i);
            for (uint8 role = 0; role < 4; ++role) {
                bool may = _registrar.mayAct(i, KeyRole(role));
                try members.actorOf(Consortium.key(i), KeyRole(role)) returns (bytes18 actor) {
                    require(may && actor == Consortium.id(member), "acts");
                } catch {
                    require(!may, "may not act");
                }
            }
        }
    }

    /// What was true of a key's life stays true, whatever happened to the key since; and the register's lives are those of the book.
    function _aKeysPastStays() private view {
        Members members = _registrar.members();
        for (uint256 i = 0; i < _registrar.sampleCount(); ++i) {
            (uint256 key, uint64 time, bool live) = _registrar.samples(i);
            (uint256 member, , , ) = _registrar.lives(key);
            require(members.keyLiveAt(Consortium.id(member), Consortium.key(key), time) == live, "past changed");
        }
        for (uint256 i = 0; i < _registrar.keys(); ++i) {
            (uint256 member, uint8 roles, uint48 from, uint48 until) = _registrar.lives(i);
            (bytes18 owner, uint8 given, uint48 begin, uint48 end) = members.keyLife(Consortium.key(i));
            require(owner == Consortium.id(member) && given == roles && begin == from && end == until, "other life");
        }
    }

    /// A member that is in has a Manage key without end, and at most 16 live keys; one that is out has none.
    function _nobodyIsLockedOut() private view {
        Members members = _registrar.members();
        for (uint256 m = 0; m < _registrar.PEOPLE(); ++m) {
            address[] memory keys = members.keysOf(Consortium.id(m));
            bool managed = false;
            for (uint256 i = 0; i < keys.length; ++i) {
                (, uint8 roles, , uint48 until) = members.keyLife(keys[i]);
                managed = managed || (roles & 1 != 0 && until == type(uint48).max);
            }
            Standing standing = _registrar.standings(m);
            bool within = standing == Standing.Active || standing == Standing.Suspended;
            require(managed == within && keys.length <= 16 && (within || keys.length == 0), "locked out");
        }
    }

    /// The history of standings is that of the book: at each change, until the next one.
    function _standingsAreThoseOfTheBook() private view {
        Members members = _registrar.members();
        uint256[3] memory nexts = [uint256(type(uint48).max), type(uint48).max, type(uint48).max];
        // Backwards, so that the next change of each member is known.
        for (uint256 i = _registrar.changeCount(); i != 0; --i) {
            (uint256 member, uint48 time, Standing standing) = _registrar.changes(i - 1);
            uint256 next = nexts[member];
            nexts[member] = time;
            if (next == time) continue;
            require(members.standingAt(Consortium.id(member), time) == standing, "at the change");
            require(members.standingAt(Consortium.id(member), uint64(next - 1)) == standing, "until the next");
        }
        for (uint256 m = 0; m < _registrar.PEOPLE(); ++m) {
            require(members.entryOf(Consortium.id(m)).standing == _registrar.standings(m), "now");
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

    function _states() private pure returns (string[] memory states) {
        string[12] memory names = [
            "key added",
            "key rotated",
            "key retired",
            "key expired",
            "recovered",
            "suspended",
            "frozen",
            "left or expelled",
            "readmitted",
            "refused",
            "refused: a key that is over",
            "refused: member not active"
        ];
        states = new string[](12);
        for (uint256 i = 0; i < 12; ++i) states[i] = names[i];
    }
}
