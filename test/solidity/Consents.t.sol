// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {console} from "hardhat/console.sol";
import {ICases} from "../../contracts/cases/ICases.sol";
import {IEmergency} from "../../contracts/membership/IEmergency.sol";
import {Members} from "../../contracts/membership/Members.sol";
import {Consents} from "../../contracts/rights/Consents.sol";
import {Grade} from "../../contracts/rights/Grade.sol";
import {
    ConsentTerms,
    Decision,
    MandateTerms,
    NoticeChannel,
    PersonSignature
} from "../../contracts/rights/IConsents.sol";
import {ContentDigest, Registration, ReviewRule, SourceClass} from "../../contracts/rights/IRegistry.sol";
import {Registry} from "../../contracts/rights/Registry.sol";
import {Consortium} from "./Consortium.sol";
import {Tally} from "./Tally.sol";
import {vm} from "./Vm.sol";

/// @dev No holds, no freezes, no sanctions.
contract Quiet {
    function isHeld(bytes32) external pure returns (bool) {
        return false;
    }

    function isFrozen(bytes32) external pure returns (bool) {
        return false;
    }

    function isSanctioned(bytes18, uint8, uint64) external pure returns (bool) {
        return false;
    }
}

/// @dev Persons who decide and entrust, a trustee that does what it can, forgers, and a book of what was signed.
contract ConsentDesk {
    uint256 public constant MOST = 16;
    uint256 public constant STATES = 14;
    uint48 private constant MAX_PERIOD = 1096 days;

    struct Page {
        bytes32 person;
        uint256 key;
        bytes18 recipient;
        uint64 purposes;
        uint48 from;
        uint48 until;
        uint48 end;
        bool denied;
        bytes32 mandate;
    }

    struct Trust {
        bytes32 persons;
        uint256[2] keys;
        bool many;
        uint64 purposes;
        uint48 from;
        uint48 until;
        uint48 end;
        bytes18 recipient;
    }

    Consents public immutable consents;
    bytes32 public immutable subject;
    bytes32[] public ids;
    bytes32[] public mandates;
    uint256[14] public reached;
    uint256 public calls;

    /// What must never happen.
    string public fault;

    mapping(bytes32 consent => Page) private _pages;
    mapping(bytes32 mandate => Trust) private _trusts;
    mapping(bytes32 mandate => mapping(bytes32 person => uint48)) private _left;
    uint256 private _keys = 1000;
    uint256 private _salt;

    constructor() {
        uint16[] memory kinds = new uint16[](4);
        (kinds[0], kinds[1], kinds[2], kinds[3]) = (2, 8, 8, 1 << 11);
        (Members members, ) = Consortium.found(kinds, 3);
        ReviewRule[9] memory rules;
        Quiet quiet = new Quiet();
        Registry registry = new Registry(
            members,
            address(1),
            ICases(address(quiet)),
            IEmergency(address(quiet)),
            address(this),
            rules
        );
        ContentDigest[] memory contents = new ContentDigest[](1);
        contents[0] = ContentDigest(1, keccak256("content"));
        Registration memory what = Registration(
            keccak256("resource"),
            keccak256("metadata"),
            Grade.General,
            SourceClass.Personal,
            bytes18(0),
            contents
        );
        subject = registry.enter(Consortium.id(0), keccak256("right"), false, what, new bytes32[](0));
        consents = new Consents(members, registry);
        vm.warp(1_800_000_000);
    }

    /// A person decides, or somebody signs in its place.
    function give(uint8 to, uint64 purposes, uint32 from, uint48 time, bool denied, uint8 forger) external {
        ++calls;
        if (ids.length == MOST) return;
        uint256 key = ++_keys;
        ConsentTerms memory terms = _terms(to, purposes, from, time, denied);
        terms.person = _person(key);
        bool forged = forger % 8 == 0;
        bytes32 digest = consents.consentDigest(terms, block.timestamp);
        try consents.give(terms, block.timestamp, _signed(key, forged ? key + 1 : key, digest)) returns (bytes32 id) {
            if (forged) fault = "given by another";
            _note(id, terms, key, 0);
            ++reached[denied ? 1 : 0];
        } catch {
            if (forged) ++reached[10];
            else if (terms.recipient == 0) ++reached[11];
            else if (_countOf(terms.purposes) > 4) ++reached[12];
        }
    }

    function withdraw(uint8 which, uint8 forger) external {
        ++calls;
        if (ids.length == 0) return;
        bytes32 id = ids[which % ids.length];
        Page storage page = _pages[id];
        bool forged = forger % 4 == 0;
        PersonSignature memory signed = _signed(
            page.key,
            forged ? page.key + 1 : page.key,
            consents.withdrawalDigest(id)
        );
        try consents.withdraw(id, signed) {
            if (forged || page.denied || page.end != 0) fault = "withdrawn by another, or twice";
            page.end = uint48(block.timestamp);
            ++reached[2];
        } catch {
            if (page.end != 0 && !forged) ++reached[13];
        }
    }

    function entrust(uint64 purposes, uint32 from, uint48 time, uint8 to, bool many, uint8 forger) external {
        ++calls;
        if (mandates.length == MOST) return;
        MandateTerms memory terms = _mandate(purposes, from, time, to);
        (uint256 first, uint256 second) = (++_keys, ++_keys);
        terms.many = many;
        bool forged = forger % 8 == 0;
        if (many) {
            (bytes32 a, bytes32 b) = (consents.leafOf(_person(first)), consents.leafOf(_person(second)));
            terms.persons = a < b ? keccak256(abi.encode(a, b)) : keccak256(abi.encode(b, a));
            vm.prank(Consortium.key(forged ? 1 : 3));
            try consents.entrustMany(terms) returns (bytes32 id) {
                _noteTrust(id, terms, first, second, forged);
            } catch {}
            return;
        }
        terms.persons = _person(first);
        bytes32 digest = consents.mandateDigest(terms, block.timestamp);
        try consents.entrust(terms, block.timestamp, _signed(first, forged ? second : first, digest)) returns (
            bytes32 id
        ) {
            _noteTrust(id, terms, first, first, forged);
        } catch {}
    }

    /// The trustee, or another in its place, decides for all, for one of them, or for a stranger.
    function giveAsTrustee(uint8 which, uint8 to, uint64 purposes, uint32 from, uint48 time, uint8 person) external {
        ++calls;
        if (ids.length == MOST || mandates.length == 0) return;
        bytes32 mandate = mandates[which % mandates.length];
        Trust storage trust = _trusts[mandate];
        ConsentTerms memory terms = _terms(to, purposes, from, time, false);
        bytes32[] memory proof = new bytes32[](0);
        uint256 key = trust.keys[person % 2];
        terms.person = person % 8 == 7 ? _person(1) : trust.persons;
        if (trust.many && person % 4 > 1) {
            terms.person = _person(key);
            proof = _proof(trust, person % 2);
        }
        if (terms.from < trust.from && from % 3 != 0) terms.from = trust.from;
        if (terms.until > trust.until && from % 3 != 0) terms.until = trust.until;
        uint256 who = to % 16 == 1 ? 1 : 3;
        vm.prank(Consortium.key(who));
        try consents.giveAsTrustee(mandate, terms, proof) returns (bytes32 id) {
            if (who != 3) fault = "given by another than the trustee";
            if (terms.person == _person(1)) fault = "given for a stranger";
            _checkWithin(mandate, terms);
            _note(id, terms, key, mandate);
            ++reached[trust.many ? (terms.person == trust.persons ? 6 : 5) : 4];
        } catch {}
    }

    function withdrawAsTrustee(uint8 which) external {
        ++calls;
        if (ids.length == 0) return;
        bytes32 id = ids[which % ids.length];
        vm.prank(Consortium.key(3));
        try consents.withdrawAsTrustee(id) {
            if (_pages[id].mandate == 0) fault = "a trustee without a mandate";
            _pages[id].end = uint48(block.timestamp);
            ++reached[7];
        } catch {}
    }

    function revoke(uint8 which, uint8 person, uint8 forger) external {
        ++calls;
        if (mandates.length == 0) return;
        bytes32 mandate = mandates[which % mandates.length];
        Trust storage trust = _trusts[mandate];
        uint256 key = trust.keys[person % 2];
        bytes32 who = _person(key);
        bool forged = forger % 4 == 0;
        bytes32 digest = consents.revocationDigest(mandate, who);
        bytes32[] memory proof = new bytes32[](0);
        if (trust.many) proof = _proof(trust, person % 2);
        try consents.revokeMandate(mandate, proof, _signed(key, forged ? key + 7 : key, digest)) {
            if (forged || trust.end != 0) fault = "revoked by another, or twice";
            if (trust.many) _left[mandate][who] = uint48(block.timestamp);
            else trust.end = uint48(block.timestamp);
            ++reached[trust.many ? 9 : 8];
        } catch {}
    }

    function wait_(uint32 time) external {
        ++calls;
        vm.warp(block.timestamp + (time % 20 days));
    }

    /// Everything that the suite claims to reach, in the order of its names.
    function counts() external view returns (uint256[] memory all) {
        all = new uint256[](14);
        for (uint256 i = 0; i < 14; ++i) all[i] = reached[i];
    }

    function pageOf(bytes32 id) external view returns (Page memory) {
        return _pages[id];
    }

    function count() external view returns (uint256) {
        return ids.length;
    }

    /// When a consent ended before its time, by the book; 0 if it did not.
    function endOf(bytes32 id) external view returns (uint48 end) {
        Page storage page = _pages[id];
        end = page.end;
        if (page.mandate == 0) return end;
        uint48[2] memory others = [_trusts[page.mandate].end, _left[page.mandate][page.person]];
        for (uint256 i = 0; i < 2; ++i) if (others[i] != 0 && (end == 0 || others[i] < end)) end = others[i];
    }

    function _checkWithin(bytes32 mandate, ConsentTerms memory terms) private {
        Trust storage trust = _trusts[mandate];
        if (terms.purposes & ~trust.purposes != 0) fault = "beyond the mandate's purposes";
        if (terms.from < trust.from || terms.until > trust.until) fault = "beyond the mandate's time";
        if (terms.recipient != trust.recipient) fault = "beyond the mandate's recipients";
        if (trust.end != 0 || block.timestamp < trust.from || block.timestamp >= trust.until) fault = "mandate over";
        if (_left[mandate][terms.person] != 0) fault = "given for one that left";
    }

    function _note(bytes32 id, ConsentTerms memory terms, uint256 key, bytes32 mandate) private {
        if (terms.recipient == 0) fault = "a wildcard";
        uint256 purposes = _countOf(terms.purposes);
        if (purposes == 0 || purposes > 4) fault = "a blanket consent";
        if (terms.until - terms.from > MAX_PERIOD) fault = "an unbounded consent";
        ids.push(id);
        uint48 from = terms.from > block.timestamp ? terms.from : uint48(block.timestamp);
        _pages[id] = Page(
            terms.person,
            key,
            terms.recipient,
            terms.purposes,
            from,
            terms.until,
            0,
            terms.decision == Decision.Denied,
            mandate
        );
    }

    function _noteTrust(bytes32 id, MandateTerms memory terms, uint256 first, uint256 second, bool forged) private {
        if (forged) fault = "entrusted by another";
        mandates.push(id);
        uint48 from = terms.from;
        _trusts[id] = Trust(
            terms.persons,
            [first, second],
            terms.many,
            terms.purposes,
            from,
            terms.until,
            0,
            terms.recipients[0]
        );
        ++reached[3];
    }

    function _terms(
        uint8 to,
        uint64 purposes,
        uint32 from,
        uint48 time,
        bool denied
    ) private returns (ConsentTerms memory terms) {
        terms.subject = subject;
        terms.recipient = to % 8 == 0 ? bytes18(0) : Consortium.id(1 + (to % 2));
        // Mostly few purposes: two bits, or what the fuzzer gave.
        terms.purposes = purposes % 8 == 0 ? purposes : uint64((1 << (purposes % 5)) | (1 << ((purposes >> 8) % 5)));
        terms.from = uint48(block.timestamp) - 5 days + uint48(from % 10 days);
        terms.until = terms.from + (time % 8 == 0 ? time : uint48(10 days + (time % 300 days)));
        terms.notice = keccak256(abi.encode(++_salt));
        terms.noticedAt = uint48(block.timestamp);
        terms.channel = NoticeChannel.Screen;
        terms.decision = denied ? Decision.Denied : Decision.Allowed;
    }

    function _mandate(uint64 purposes, uint32 from, uint48 time, uint8 to) private returns (MandateTerms memory terms) {
        terms.trustee = Consortium.id(3);
        terms.purposes = purposes % 4 == 0 ? purposes : uint64(0x1f);
        terms.from = uint48(block.timestamp) - 5 days + uint48(from % 6 days);
        terms.until = terms.from + (time % 8 == 0 ? time : uint48(30 days + (time % 300 days)));
        terms.document = keccak256(abi.encode(++_salt));
        terms.recipients = new bytes18[](1);
        terms.recipients[0] = to % 8 == 0 ? bytes18(0) : Consortium.id(1 + (to % 2));
    }

    function _countOf(uint64 bits) private pure returns (uint256 purposes) {
        for (; bits != 0; bits &= bits - 1) ++purposes;
    }

    function _proof(Trust storage trust, uint256 place) private view returns (bytes32[] memory proof) {
        proof = new bytes32[](1);
        proof[0] = consents.leafOf(_person(trust.keys[1 - place]));
    }

    function _person(uint256 key) private pure returns (bytes32) {
        return keccak256(abi.encode(vm.addr(key), keccak256(abi.encode("opening", key))));
    }

    function _signed(uint256 key, uint256 signer, bytes32 digest) private pure returns (PersonSignature memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(signer, digest);
        return PersonSignature(vm.addr(key), keccak256(abi.encode("opening", key)), abi.encodePacked(r, s, v));
    }
}

/// @dev Rules of the design for consents, "scoped, bounded, withdrawable; wildcard is refused", and for trustees: no consent without a
///      recipient, with many purposes or without end, only the person or within its mandate the trustee decides, {ConsentDesk} and _noFault;
///      and each consent covers what was signed at every second until it ended, and nothing else, _check.
contract ConsentsTest {
    ConsentDesk private _desk;

    function setUp() external {
        _desk = new ConsentDesk();
    }

    /// What the fuzzer plays with reaches every kind of decision and of end, and keeps every rule: 12 sessions of 120 calls.
    function test_theDeskReachesEveryEnd() external {
        uint256[14] memory reached;
        for (uint256 session = 0; session < 12; ++session) {
            this.renew();
            for (uint256 i = 0; i < 120; ++i) _play(uint256(keccak256(abi.encode("consents", session, i))));
            this.checkAll();
            for (uint256 s = 0; s < 14; ++s) reached[s] += _desk.reached(s);
        }
        string[] memory names = _states();
        console.log("Consents, of each:");
        for (uint256 s = 0; s < 14; ++s) {
            console.log("  %s: %d", names[s], reached[s]);
            require(reached[s] != 0, names[s]);
        }
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_desk);
    }

    /// A call of its own, so that a walk's memory, which each call of the walk copies, stays small.
    function checkAll() external view {
        _checkAll();
    }

    /// Starts anew; a call of its own as {checkAll}.
    function renew() external {
        _desk = new ConsentDesk();
    }

    function afterInvariant() external view {
        _checkAll();
        Tally.report("Consents", _desk.calls(), _states(), _desk.counts());
    }

    function invariant_theLawHolds() external view {
        if (_desk.calls() % Tally.INTERVAL == 0) _checkAll();
        else _noFault();
    }

    /// The digest of a decision is of every field of its terms.
    function testFuzz_digestsDiffer(bytes32 seed, uint64 number, uint256 deadline, uint8 field) external view {
        Consents consents = _desk.consents();
        ConsentTerms memory terms;
        (terms.person, terms.subject, terms.notice) = (seed, seed, seed);
        (terms.recipient, terms.purposes, terms.from) = (bytes18(seed), number, uint48(number));
        (terms.until, terms.noticedAt) = (uint48(number), uint48(number));
        (terms.channel, terms.decision) = (NoticeChannel(number % 5), Decision(number % 3));
        bytes32 before = consents.consentDigest(terms, deadline);
        bytes32 id = consents.consentIdOf(0, terms);
        field = field % 10;
        if (field == 0) terms.person = ~terms.person;
        else if (field == 1) terms.subject = ~terms.subject;
        else if (field == 2) terms.recipient = ~terms.recipient;
        else if (field == 3) terms.purposes = ~terms.purposes;
        else if (field == 4) terms.from = ~terms.from;
        else if (field == 5) terms.until = ~terms.until;
        else if (field == 6) terms.notice = ~terms.notice;
        else if (field == 7) terms.noticedAt = ~terms.noticedAt;
        else if (field == 8) terms.channel = NoticeChannel((uint8(terms.channel) + 1) % 5);
        else terms.decision = Decision((uint8(terms.decision) + 1) % 3);
        require(consents.consentDigest(terms, deadline) != before, "digest");
        require(consents.consentIdOf(0, terms) != id && consents.consentIdOf(before, terms) != id, "id");
    }

    function _play(uint256 seed) private {
        uint8 act = uint8(seed % 16);
        (uint8 a, uint8 b, uint8 c) = (uint8(seed >> 8), uint8(seed >> 16), uint8(seed >> 24));
        (uint64 p, uint32 f, uint48 t) = (uint64(seed >> 32), uint32(seed >> 96), uint48(seed >> 128));
        if (act < 3) _desk.give(a, p, f, t, b % 4 == 0, c);
        else if (act < 5) _desk.withdraw(a, b);
        else if (act < 8) _desk.entrust(p, f, t, a, b % 2 == 0, c);
        else if (act < 12) _desk.giveAsTrustee(a, b, p, f, t, c);
        else if (act < 13) _desk.withdrawAsTrustee(a);
        else if (act < 15) _desk.revoke(a, b, c);
        else _desk.wait_(f);
    }

    /// Nobody decided for another, nothing was taken twice, and no wildcard or blanket consent was taken.
    function _noFault() private view {
        require(bytes(_desk.fault()).length == 0, _desk.fault());
    }

    /// Every consent covers what was signed, when it was, and nothing else.
    function _checkAll() private view {
        _noFault();
        uint256 total = _desk.count();
        for (uint256 i = 0; i < total; ++i) _check(_desk.ids(i));
    }

    function _check(bytes32 id) private view {
        Consents consents = _desk.consents();
        ConsentDesk.Page memory page = _desk.pageOf(id);
        uint48 end = _desk.endOf(id);
        uint48[4] memory times = [page.from, page.until, end, uint48(block.timestamp)];
        for (uint256 i = 0; i < 8; ++i) {
            uint48 time = times[i / 2];
            if (i % 2 == 1 && time != 0) --time;
            require(consents.isValidAt(id, time) == _expected(page, end, time), "valid at a time");
        }
        bool now_ = _expected(page, end, uint48(block.timestamp));
        bytes32 subject = _desk.subject();
        require(_covers(id, subject, page, page.purposes, page.until) == now_, "covers what was signed");
        require(!_covers(id, subject, page, page.purposes, page.until + 1), "covers more time");
        require(!_covers(id, subject, page, 0, page.until), "covers no purpose");
        require(!_covers(id, ~subject, page, page.purposes, page.until), "covers another subject");
        // The purposes that are given mostly, and one of the others.
        for (uint256 bit = 0; bit < 7; ++bit) {
            uint64 purpose = uint64(1 << (bit == 6 ? uint256(id) % 64 : bit));
            bool signed = page.purposes & purpose != 0;
            require(_covers(id, subject, page, purpose, page.until) == (now_ && signed), "covers a purpose");
        }
        page.recipient = bytes18(0);
        require(!_covers(id, subject, page, page.purposes, page.until), "covers anybody");
    }

    function _covers(
        bytes32 id,
        bytes32 subject,
        ConsentDesk.Page memory page,
        uint64 purposes,
        uint48 until
    ) private view returns (bool) {
        return _desk.consents().covers(id, subject, page.recipient, purposes, until);
    }

    function _expected(ConsentDesk.Page memory page, uint48 end, uint48 time) private pure returns (bool) {
        return !page.denied && time >= page.from && time < page.until && (end == 0 || time < end);
    }

    function _states() private pure returns (string[] memory states) {
        string[14] memory names = [
            "given",
            "denied",
            "withdrawn",
            "entrusted",
            "given for one",
            "given for one of many",
            "given for all",
            "withdrawn by the trustee",
            "mandate revoked",
            "left",
            "refused: forged",
            "refused: a wildcard",
            "refused: a blanket consent",
            "refused: withdrawn twice"
        ];
        states = new string[](14);
        for (uint256 i = 0; i < 14; ++i) states[i] = names[i];
    }
}
