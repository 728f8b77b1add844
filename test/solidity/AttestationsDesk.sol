// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Attestations} from "../../contracts/attestation/Attestations.sol";
import {
    AttestationKind,
    Delegation,
    Result,
    SignedStatement,
    Statement,
    Status,
    SubjectKind
} from "../../contracts/attestation/IAttestations.sol";
import {Cases} from "../../contracts/cases/Cases.sol";
import {Procedure} from "../../contracts/cases/ICases.sol";
import {Call} from "../../contracts/membership/ICouncil.sol";
import {IMembers, Kind} from "../../contracts/membership/IMembers.sol";
import {Council} from "../../contracts/membership/Council.sol";
import {Members} from "../../contracts/membership/Members.sol";
import {Consortium} from "./Consortium.sol";
import {vm} from "./Vm.sol";

/// @dev Five members, two of whom attest compliance, and who may do what, written down again apart from the contract.
library Bench {
    uint256 internal constant COUNT = 5;
    uint256 internal constant START = 1_900_000_000;
    uint256 internal constant SUBJECTS = 2;
    uint256 internal constant KINDS = 4;
    uint256 internal constant MAX = 1096 days;

    function open() internal returns (Members members, Council council, Attestations attestations) {
        vm.warp(START);
        uint16[] memory kinds = new uint16[](COUNT);
        for (uint256 i = 0; i < COUNT; ++i) kinds[i] = memberKinds(i);
        (members, council) = Consortium.found(kinds, 3);
        uint16[2][3] memory table;
        table[0] = [uint16(0x02), 0x02];
        table[1] = [uint16(0x12), 0x16];
        table[2] = [uint16(0x16), 0x16];
        Procedure memory rules = Procedure(1, 1, 15 days, 15 days, 60 days, 15 days, 30 days, 30 days);
        Cases cases = new Cases(members, address(council), rules);
        attestations = new Attestations(members, address(council), cases, table, keccak256("table"));
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
abstract contract Desk {
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
    Council public immutable council;
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
    /// What the fuzzer called.
    uint256 public calls;

    constructor() {
        (members, council, attestations) = Bench.open();
    }

    /// States as a member, directly or by a signature, mostly at the head of the line.
    function state(uint8 who, uint8 what, uint8 about, uint8 result, int32 offset, uint32 period, uint8 how) external {
        ++calls;
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
        ++calls;
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
        ++calls;
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
            if (may) violated = "a decision was refused";
            ++_reached.refusedRevocation;
        }
    }

    /// Brings a used signature again.
    function replay(uint256 which) external {
        ++calls;
        if (_used.length == 0) return;
        try attestations.attestBySignature(_used[which % _used.length]) {
            violated = "replayed";
        } catch {
            ++_reached.refusedReplay;
        }
    }

    /// Suspends a member or takes it back, by the votes of the others.
    function toggle(uint8 who, uint8 chance) external {
        ++calls;
        uint256 member = who % Bench.COUNT;
        if (chance % 3 != 0 && !_away[member]) return;
        uint256 voter = _nextPresent(member);
        bytes4 act = _away[member] ? IMembers.reinstate.selector : IMembers.suspend.selector;
        Call[] memory decision = new Call[](1);
        decision[0] = Call(address(members), abi.encodeWithSelector(act, Consortium.id(member), keccak256("reason")));
        vm.prank(Consortium.key(voter));
        try council.propose(decision, keccak256("reason")) returns (uint256 proposal) {
            for (uint256 i = 0; i < 2; ++i) {
                voter = _nextPresent(voter == member ? voter + 1 : voter);
                if (voter == member) voter = _nextPresent(voter);
                vm.prank(Consortium.key(voter));
                try council.vote(proposal) {} catch {}
            }
        } catch {}
        _away[member] = !members.isActive(Consortium.id(member));
        if (_away[member]) ++_reached.suspended;
    }

    function wait(uint32 time) external {
        ++calls;
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
