// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {console} from "hardhat/console.sol";
import {Attestations} from "../../contracts/attestation/Attestations.sol";
import {
    Attestation,
    AttestationKind,
    Delegation,
    Result,
    SignedStatement,
    Statement,
    Status,
    SubjectKind
} from "../../contracts/attestation/IAttestations.sol";
import {Act, Kind, Seat} from "../../contracts/membership/IMembers.sol";
import {Members} from "../../contracts/membership/Members.sol";
import {Grade} from "../../contracts/rights/IRights.sol";
import {Consortium} from "./Consortium.sol";
import {vm} from "./Vm.sol";

/// @dev Five members, two of whom attest compliance, and who may do what, written down again apart from the contract.
library Bench {
    uint256 internal constant COUNT = 5;
    uint256 internal constant START = 1_900_000_000;
    uint256 internal constant SUBJECTS = 2;
    uint256 internal constant KINDS = 4;
    uint256 internal constant MAX = 1096 days;

    function open() internal returns (Members members, Attestations attestations) {
        vm.warp(START);
        Seat[] memory seats = new Seat[](COUNT);
        for (uint256 i = 0; i < COUNT; ++i) seats[i] = Seat(Consortium.id(i), Consortium.key(i), memberKinds(i));
        members = new Members(seats, 3);
        uint16[2][3] memory table;
        table[0] = [uint16(0x02), 0x02];
        table[1] = [uint16(0x12), 0x16];
        table[2] = [uint16(0x16), 0x16];
        attestations = new Attestations(members, table, keccak256("table"));
    }

    function memberKinds(uint256 who) internal pure returns (uint16) {
        if (who == 0) return uint16(1 << uint256(Kind.Notary));
        if (who == 1) return uint16((1 << uint256(Kind.Notary)) | (1 << uint256(Kind.Certifier)));
        if (who == 2) return uint16(1 << uint256(Kind.Regulator));
        if (who == 3) return uint16((1 << uint256(Kind.Regulator)) | (1 << uint256(Kind.Insurer)));
        return uint16(1 << uint256(Kind.Venue));
    }

    function kindOf(uint256 number) internal pure returns (AttestationKind) {
        if (number % KINDS == 0) return AttestationKind.Compliance;
        if (number % KINDS == 1) return AttestationKind.Certification;
        return number % KINDS == 2 ? AttestationKind.Security : AttestationKind.Insurance;
    }

    function mayState(uint256 who, AttestationKind kind) internal pure returns (bool) {
        if (kind == AttestationKind.Compliance) return who == 0 || who == 1;
        if (kind == AttestationKind.Certification) return who == 1;
        if (kind == AttestationKind.Security) return who == 2 || who == 3;
        return kind == AttestationKind.Insurance && who == 3;
    }

    function supervises(uint256 who) internal pure returns (bool) {
        return who == 2 || who == 3;
    }

    function subject(uint256 number) internal pure returns (bytes32) {
        return keccak256(abi.encode("subject", number % SUBJECTS));
    }
}

/// @dev Members that state, sign, supersede, revoke and replay as the fuzzer likes, and a book of it kept apart from the contract.
contract Desk {
    struct Note {
        bytes32 id;
        uint256 who;
        AttestationKind kind;
        bytes32 subject;
        Result result;
        uint256 recordedAt;
        uint256 begin;
        uint256 until;
        uint256 revokedAt;
        bytes32 stated;
        /// Next of the same line, as its place in the book plus one; 0 if none.
        uint256 next;
    }

    struct Sample {
        bytes32 id;
        uint64 time;
        Status status;
    }

    /// Times that each state was reached.
    struct Reached {
        uint256 stated;
        uint256 signed;
        uint256 batches;
        uint256 superseded;
        uint256 discarded;
        uint256 revokedByAttester;
        uint256 revokedByRegulator;
        uint256 expired;
        uint256 suspended;
        uint256 refusedUnqualified;
        uint256 refusedSuspended;
        uint256 refusedLine;
        uint256 refusedForgery;
        uint256 refusedReplay;
        uint256 refusedRevocation;
    }

    Members public immutable members;
    Attestations public immutable attestations;
    Reached private _reached;
    Note[] private _notes;
    Sample[] private _samples;
    SignedStatement[] private _used;
    mapping(uint256 who => bool) private _away;
    mapping(bytes32 line => uint256 note) private _heads;
    mapping(uint256 note => bool) private _seenExpired;
    uint256 private _salt;
    /// What happened that must not; empty if nothing did.
    string public violated;

    constructor() {
        (members, attestations) = Bench.open();
    }

    /// States as a member, directly or by a signature, mostly at the head of the line.
    function state(uint8 who, uint8 what, uint8 about, uint8 result, int32 offset, uint32 period, uint8 how) external {
        uint256 member = who % Bench.COUNT;
        Statement memory statement = _statement(member, what, about, result, offset, period);
        bool astray = how % 8 == 7;
        if (astray) statement.supersedes = keccak256(abi.encode(statement.supersedes));
        if (how % 2 == 0) _direct(member, statement, astray);
        else _signed(member, how % 16 == 5 ? member + 1 : member, statement, astray);
        _sample(period);
    }

    /// Two statements in one call, the second superseding the first.
    function batch(uint8 who, uint8 what, uint8 about, int32 offset, uint32 period) external {
        uint256 member = who % Bench.COUNT;
        Statement[] memory both = new Statement[](2);
        both[0] = _statement(member, what, about, 0, offset, period);
        both[1] = _statement(member, what, about, 1, 0, period);
        both[1].supersedes = attestations.attestationIdOf(Consortium.id(member), both[0]);
        vm.prank(Consortium.key(member));
        try attestations.attestMany(both) returns (bytes32[] memory ids) {
            for (uint256 i = 0; i < 2; ++i) _book(member, both[i], ids[i], false);
            ++_reached.batches;
        } catch {}
    }

    function revoke(uint8 who, uint256 which, uint8 how) external {
        if (_notes.length == 0) return;
        Note storage note = _notes[_notes.length - 1 - (which % (_notes.length < 6 ? _notes.length : 6))];
        uint256 member = how % 4 == 0 ? note.who : who % Bench.COUNT;
        bool may = (member == note.who || Bench.supervises(member)) && !_away[member] && note.revokedAt == 0;
        if (_tryRevoke(note.id, member, how)) {
            if (!may) violated = "revoked by one who may not, or twice";
            note.revokedAt = block.timestamp;
            if (member == note.who) ++_reached.revokedByAttester;
            else ++_reached.revokedByRegulator;
        } else {
            if (may) violated = "a revocation was refused";
            ++_reached.refusedRevocation;
        }
    }

    /// Brings a used signature again.
    function replay(uint256 which) external {
        if (_used.length == 0) return;
        try attestations.attestBySignature(_used[which % _used.length]) {
            violated = "replayed";
        } catch {
            ++_reached.refusedReplay;
        }
    }

    /// Suspends a member or takes it back, by the votes of the others.
    function toggle(uint8 who, uint8 chance) external {
        uint256 member = who % Bench.COUNT;
        if (chance % 3 != 0 && !_away[member]) return;
        uint256 voter = _nextPresent(member);
        Act act = _away[member] ? Act.Reinstatement : Act.Suspension;
        vm.prank(Consortium.key(voter));
        try members.propose(act, Consortium.id(member), keccak256("reason")) returns (uint256 proposal) {
            for (uint256 i = 0; i < 2; ++i) {
                voter = _nextPresent(voter == member ? voter + 1 : voter);
                if (voter == member) voter = _nextPresent(voter);
                vm.prank(Consortium.key(voter));
                try members.vote(proposal) {} catch {}
            }
        } catch {}
        _away[member] = !members.isActive(Consortium.id(member));
        if (_away[member]) ++_reached.suspended;
    }

    function wait(uint32 time) external {
        vm.warp(block.timestamp + (time % 20 days));
        for (uint256 i = 0; i < _notes.length; ++i) {
            if (_seenExpired[i] || expected(i, block.timestamp) != Status.Expired) continue;
            _seenExpired[i] = true;
            ++_reached.expired;
        }
        _sample(time);
    }

    function reached() external view returns (Reached memory) {
        return _reached;
    }

    function noteAt(uint256 place) external view returns (Note memory) {
        return _notes[place];
    }

    function noteCount() external view returns (uint256) {
        return _notes.length;
    }

    function sampleAt(uint256 place) external view returns (Sample memory) {
        return _samples[place];
    }

    function sampleCount() external view returns (uint256) {
        return _samples.length;
    }

    /// Status of a note at a time that has come, from the book alone: superseded by any later one of its line that came to begin.
    function expected(uint256 place, uint256 time) public view returns (Status) {
        Note storage note = _notes[place];
        if (note.revokedAt != 0 && time >= note.revokedAt) return Status.Revoked;
        if (note.next != 0) {
            uint256 replacedAt = _notes[note.next - 1].recordedAt;
            if (_isDiscarded(place) && time >= replacedAt) return Status.Superseded;
        }
        for (uint256 next = note.next; next != 0; next = _notes[next - 1].next) {
            if (!_isDiscarded(next - 1) && _notes[next - 1].begin <= time) return Status.Superseded;
        }
        if (time < note.begin) return Status.NotYet;
        return time < note.until ? Status.Valid : Status.Expired;
    }

    /// @dev Replaced before it began.
    function _isDiscarded(uint256 place) private view returns (bool) {
        uint256 next = _notes[place].next;
        return next != 0 && _notes[place].begin > _notes[next - 1].recordedAt;
    }

    function _direct(uint256 member, Statement memory statement, bool astray) private {
        vm.prank(Consortium.key(member));
        try attestations.attest(statement) returns (bytes32 id) {
            _book(member, statement, id, astray);
        } catch {
            _noteRefusal(member, statement, astray, false);
        }
    }

    function _signed(uint256 member, uint256 signer, Statement memory statement, bool astray) private {
        bytes32 nonce = keccak256(abi.encode("nonce", ++_salt));
        bytes32 digest = attestations.attestDigest(Consortium.id(member), statement, nonce, block.timestamp + 1 hours);
        bytes memory signature = Consortium.sign(signer, digest);
        Delegation memory delegation = Delegation(Consortium.key(member), nonce, block.timestamp + 1 hours, signature);
        try attestations.attestBySignature(SignedStatement(statement, delegation)) returns (bytes32 id) {
            _book(member, statement, id, astray || signer != member);
            _used.push(SignedStatement(statement, delegation));
            ++_reached.signed;
        } catch {
            _noteRefusal(member, statement, astray, signer != member);
        }
    }

    function _tryRevoke(bytes32 id, uint256 member, uint8 how) private returns (bool) {
        bytes32 reason = keccak256("reason");
        if (how % 2 == 0) {
            vm.prank(Consortium.key(member));
            try attestations.revoke(id, reason) {
                return true;
            } catch {
                return false;
            }
        }
        bytes32 nonce = keccak256(abi.encode("nonce", ++_salt));
        bytes32 digest = attestations.revocationDigest(id, Consortium.id(member), reason, nonce, block.timestamp);
        Delegation memory delegation = Delegation(
            Consortium.key(member),
            nonce,
            block.timestamp,
            Consortium.sign(member, digest)
        );
        try attestations.revokeBySignature(id, reason, delegation) {
            return true;
        } catch {
            return false;
        }
    }

    function _book(uint256 member, Statement memory statement, bytes32 id, bool wrong) private {
        if (wrong) violated = "astray or forged, and taken";
        if (!Bench.mayState(member, statement.kind)) violated = "stated by one who may not";
        if (_away[member]) violated = "stated by a suspended member";
        if (!_isPeriod(statement)) violated = "period out of bounds";
        bytes32 line = keccak256(abi.encode(member, statement.kind, statement.subject));
        uint256 head = _heads[line];
        _notes.push(
            Note({
                id: id,
                who: member,
                kind: statement.kind,
                subject: statement.subject,
                result: statement.result,
                recordedAt: block.timestamp,
                begin: statement.validFrom > block.timestamp ? statement.validFrom : block.timestamp,
                until: statement.validUntil,
                revokedAt: 0,
                stated: keccak256(abi.encode(statement)),
                next: 0
            })
        );
        _heads[line] = _notes.length;
        ++_reached.stated;
        if (head == 0) return;
        _notes[head - 1].next = _notes.length;
        if (_isDiscarded(head - 1)) ++_reached.discarded;
        else ++_reached.superseded;
    }

    /// Whatever was refused had a reason that the book knows.
    function _noteRefusal(uint256 member, Statement memory statement, bool astray, bool forged) private {
        if (astray) ++_reached.refusedLine;
        else if (forged) ++_reached.refusedForgery;
        else if (_away[member]) ++_reached.refusedSuspended;
        else if (!Bench.mayState(member, statement.kind)) ++_reached.refusedUnqualified;
        else if (_isPeriod(statement)) violated = "refused without a reason";
    }

    /// Asks about a second that is past, so that the answer may never change.
    function _sample(uint256 seed) private {
        if (_notes.length == 0) return;
        uint256 place = seed % _notes.length;
        uint64 time = uint64(block.timestamp - 1 - (seed % 3 days));
        _samples.push(Sample(_notes[place].id, time, attestations.statusAt(_notes[place].id, time)));
    }

    function _statement(
        uint256 member,
        uint8 what,
        uint8 about,
        uint8 result,
        int32 offset,
        uint32 period
    ) private returns (Statement memory statement) {
        int256 from = int256(block.timestamp) + (int256(offset) % int256(5 days));
        statement.kind = Bench.kindOf(what);
        statement.subjectKind = SubjectKind.Product;
        statement.result = Result(1 + (result % 3));
        statement.validFrom = uint48(uint256(from));
        // Mostly short, so that they end within a walk; at times too long, so that the bound is met.
        statement.validUntil = uint48(
            uint256(from) + (period % 50 == 0 ? 1090 days + (period % 12 days) : period % 25 days)
        );
        statement.subject = Bench.subject(about);
        statement.opinion = keccak256(abi.encode("opinion", ++_salt));
        statement.materials = keccak256("materials");
        statement.rules = keccak256("rules");
        bytes32 id = Consortium.id(member);
        statement.supersedes = attestations.latestOf(
            bytes18(id),
            statement.kind,
            statement.subjectKind,
            statement.subject
        );
    }

    function _isPeriod(Statement memory statement) private view returns (bool) {
        (uint256 from, uint256 until) = (statement.validFrom, statement.validUntil);
        return
            from < until &&
            until > block.timestamp &&
            until <= from + Bench.MAX &&
            until <= block.timestamp + Bench.MAX;
    }

    function _nextPresent(uint256 who) private view returns (uint256) {
        for (uint256 i = 1; i <= Bench.COUNT; ++i) {
            uint256 next = (who + i) % Bench.COUNT;
            if (!_away[next]) return next;
        }
        revert("nobody is present");
    }
}

contract AttestationsTest {
    uint256 private constant STEPS = 900;

    Desk private _desk;

    function setUp() external {
        _desk = new Desk();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_desk);
    }

    /// Nobody unqualified, suspended or forged stated anything, nothing was replayed, nothing due was refused.
    function invariant_onlyWhoMayIsHeard() public view {
        require(bytes(_desk.violated()).length == 0, _desk.violated());
        require(_desk.attestations().attestationCount() == _desk.noteCount(), "count");
    }

    /// What was stated stands as it was stated.
    function invariant_nothingIsOverwritten() public view {
        for (uint256 i = 0; i < _desk.noteCount(); ++i) {
            Desk.Note memory note = _desk.noteAt(i);
            Attestation memory kept = _desk.attestations().attestationOf(note.id);
            require(keccak256(abi.encode(kept.statement)) == note.stated, "statement");
            require(kept.attester == Consortium.id(note.who) && kept.number == i + 1, "author");
            require(kept.recordedAt == note.recordedAt && kept.revokedAt == note.revokedAt, "times");
            require((kept.revokedBy != 0) == (note.revokedAt != 0), "revoker");
        }
    }

    /// The answer is that of the book, and of one attester at most one statement on a matter is valid.
    function invariant_validityIsThatOfTheBook() public view {
        uint256[] memory valid = new uint256[](Bench.COUNT * 16 * Bench.SUBJECTS);
        for (uint256 i = 0; i < _desk.noteCount(); ++i) {
            Desk.Note memory note = _desk.noteAt(i);
            Status status = _desk.attestations().statusAt(note.id, uint64(block.timestamp));
            require(status == _desk.expected(i, block.timestamp), "status");
            if (status != Status.Valid) continue;
            uint256 subject = note.subject == Bench.subject(0) ? 0 : 1;
            uint256 line = (note.who * 16 + uint256(note.kind)) * Bench.SUBJECTS + subject;
            require(++valid[line] == 1, "two valid in one line");
            require(block.timestamp < note.until && note.until <= block.timestamp + Bench.MAX, "unbounded");
        }
    }

    /// What was answered about a second that was past is answered again.
    function invariant_thePastDoesNotChange() public view {
        for (uint256 i = 0; i < _desk.sampleCount(); ++i) {
            Desk.Sample memory sample = _desk.sampleAt(i);
            require(_desk.attestations().statusAt(sample.id, sample.time) == sample.status, "past answer");
        }
    }

    /// What stands is the newest valid one, and a grade misses exactly the kinds that do not stand.
    function invariant_standingIsTheNewestValid() public view {
        Attestations attestations = _desk.attestations();
        for (uint256 s = 0; s < Bench.SUBJECTS; ++s) {
            uint16 met = 0;
            for (uint256 k = 0; k < Bench.KINDS; ++k) {
                (bytes32 newest, Result result) = _newest(Bench.kindOf(k), Bench.subject(s));
                (bytes32 id, Result found) = attestations.standing(
                    Bench.kindOf(k),
                    SubjectKind.Product,
                    Bench.subject(s)
                );
                require(id == newest && found == result, "standing");
                if (result == Result.Pass || result == Result.Conditional) met |= uint16(1 << uint256(Bench.kindOf(k)));
            }
            require(_unmet(s, Grade.General, false) == (0x02 & ~met), "general");
            require(_unmet(s, Grade.Important, false) == (0x12 & ~met), "important");
            require(_unmet(s, Grade.Important, true) == (0x16 & ~met), "important, abroad");
        }
    }

    /// A long walk meets every state, or it shows nothing: prints how often each was reached.
    function test_aLongWalkReachesEveryState() external {
        for (uint256 i = 0; i < STEPS; ++i) {
            _step(uint256(keccak256(abi.encode("walk", i))));
            invariant_onlyWhoMayIsHeard();
            if (i % 30 == 29) _all();
        }
        Desk.Reached memory reached = _desk.reached();
        uint256[15] memory times = abi.decode(abi.encode(reached), (uint256[15]));
        string[15] memory names = _names();
        console.log("    Attestations, %s calls, states reached:", STEPS);
        for (uint256 i = 0; i < times.length; ++i) {
            console.log("      %s: %s", names[i], times[i]);
            require(times[i] != 0, string.concat("never reached: ", names[i]));
        }
    }

    /// A period is taken exactly when it ends after this second and lasts, and lies ahead, no more than three years.
    function testFuzz_periods(uint48 from, uint48 length, uint32 late, uint8 near) external {
        uint256 time = Bench.START + late;
        vm.warp(time);
        // Half of the runs near the bounds.
        if (near % 2 == 0) from = uint48(time - 500 + (from % 1000));
        if (near % 4 < 2) length = uint48(Bench.MAX - 500 + (length % 1000));
        if (near % 8 < 2) length = length % 1000;
        uint48 until = from > type(uint48).max - length ? type(uint48).max : from + length;
        bool good = until > from && until > time && until - from <= Bench.MAX && until <= time + Bench.MAX;
        Attestations attestations = _desk.attestations();
        Statement memory statement = _plain(from, until);
        vm.prank(Consortium.key(0));
        try attestations.attest(statement) returns (bytes32 id) {
            require(good, "taken");
            require(attestations.isValidAt(id, until - 1) && !attestations.isValidAt(id, until), "end");
        } catch {
            require(!good, "refused");
        }
    }

    /// A signature holds for the statement that it covers and for no other: any bit of any field.
    function testFuzz_aSignatureCoversEveryBit(uint8 field, uint8 bit) external {
        Attestations attestations = _desk.attestations();
        Statement memory statement = _plain(uint48(block.timestamp), uint48(block.timestamp + 1 days));
        Delegation memory delegation = Delegation(Consortium.key(0), keccak256("nonce"), block.timestamp + 1 hours, "");
        bytes32 digest = attestations.attestDigest(Consortium.id(0), statement, delegation.nonce, delegation.deadline);
        delegation.signature = Consortium.sign(0, digest);
        (Statement memory bent, Delegation memory by) = _bend(statement, delegation, field % 9, bit);
        try attestations.attestBySignature(SignedStatement(bent, by)) {
            revert("taken");
        } catch {}
        attestations.attestBySignature(SignedStatement(statement, delegation));
    }

    function _bend(
        Statement memory statement,
        Delegation memory delegation,
        uint256 field,
        uint8 bit
    ) private pure returns (Statement memory bent, Delegation memory by) {
        bent = abi.decode(abi.encode(statement), (Statement));
        by = abi.decode(abi.encode(delegation), (Delegation));
        bytes32 flip = bytes32(uint256(1) << bit);
        if (field == 0) bent.subject ^= flip;
        else if (field == 1) bent.opinion ^= flip;
        else if (field == 2) bent.materials ^= flip;
        else if (field == 3) bent.rules ^= flip;
        else if (field == 4) bent.result = bit % 2 == 0 ? Result.Fail : Result.Conditional;
        else if (field == 5) bent.validUntil ^= uint48(1 << (bit % 16));
        else if (field == 6) by.nonce ^= flip;
        else if (field == 7)
            by.deadline ^= uint256(flip);
            // The byte v, the last, may have no other value; the bytes before are r and s.
        else by.signature[bit % 65] ^= bytes1(uint8(1) << uint8(bit % 8));
    }

    function _plain(uint48 from, uint48 until) private pure returns (Statement memory) {
        return
            Statement({
                kind: AttestationKind.Compliance,
                subjectKind: SubjectKind.Product,
                result: Result.Pass,
                validFrom: from,
                validUntil: until,
                subject: keccak256("subject"),
                opinion: keccak256("opinion"),
                materials: keccak256("materials"),
                rules: keccak256("rules"),
                supersedes: 0
            });
    }

    function _step(uint256 seed) private {
        uint256 action = (seed >> 96) % 16;
        (uint8 a, uint8 b, uint32 time) = (uint8(seed), uint8(seed >> 8), uint32(seed >> 64));
        if (action < 9) _state(seed, action == 8);
        else if (action < 11) _desk.revoke(a, time, b);
        else if (action < 12) _desk.replay(time);
        else if (action < 13) _desk.toggle(a, b);
        else _desk.wait(time);
    }

    function _state(uint256 seed, bool both) private {
        (uint8 a, uint8 b, uint8 c) = (uint8(seed), uint8(seed >> 8), uint8(seed >> 16));
        (int32 offset, uint32 time) = (int32(uint32(seed >> 32)), uint32(seed >> 64));
        if (both) _desk.batch(a, b, c, offset, time);
        else _desk.state(a, b, c, uint8(seed >> 24), offset, time, uint8(seed >> 104));
    }

    function _all() private view {
        invariant_nothingIsOverwritten();
        invariant_validityIsThatOfTheBook();
        invariant_thePastDoesNotChange();
        invariant_standingIsTheNewestValid();
    }

    function _newest(AttestationKind kind, bytes32 subject) private view returns (bytes32 id, Result result) {
        for (uint256 i = _desk.noteCount(); i != 0; --i) {
            Desk.Note memory note = _desk.noteAt(i - 1);
            if (note.kind != kind || note.subject != subject) continue;
            if (_desk.expected(i - 1, block.timestamp) == Status.Valid) return (note.id, note.result);
        }
    }

    function _unmet(uint256 subject, Grade grade, bool crossBorder) private view returns (uint16) {
        return _desk.attestations().unmetRequirements(SubjectKind.Product, Bench.subject(subject), grade, crossBorder);
    }

    function _names() private pure returns (string[15] memory) {
        return
            [
                "stated",
                "stated by signature",
                "batches",
                "superseded",
                "replaced before it began",
                "revoked by the attester",
                "revoked by a regulator",
                "expired",
                "suspended a member",
                "refused: not qualified",
                "refused: suspended",
                "refused: not the head of its line",
                "refused: forged",
                "refused: replayed",
                "refused: revocation"
            ];
    }
}
