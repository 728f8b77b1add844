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
import {Grade} from "../../contracts/rights/IRights.sol";
import {Bench, Desk} from "./AttestationsDesk.sol";
import {Consortium} from "./Consortium.sol";
import {Tally} from "./Tally.sol";
import {vm} from "./Vm.sol";

/// @dev What the fuzzer calls has to be in a file of tests to be found.
contract OpenDesk is Desk {}

contract AttestationsTest {
    uint256 private constant STEPS = 900;

    Desk private _desk;

    function setUp() external {
        _desk = new OpenDesk();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_desk);
    }

    /// Looks at everything once more at the end of each run, and writes the run's counts down.
    function afterInvariant() external view {
        _onlyWhoMayIsHeard();
        _all();
        (string[15] memory names, uint256[15] memory times) = (_names(), _times());
        (string[] memory states, uint256[] memory counts) = (new string[](15), new uint256[](15));
        for (uint256 i = 0; i < 15; ++i) (states[i], counts[i]) = (names[i], times[i]);
        Tally.report("Attestations", _desk.calls(), states, counts);
    }

    function invariant_theLawHolds() external view {
        _onlyWhoMayIsHeard();
        if (_desk.calls() % Tally.INTERVAL == 0) _all();
    }

    /// A long walk meets every state, or it shows nothing: prints how often each was reached.
    function test_aLongWalkReachesEveryState() external {
        for (uint256 i = 0; i < STEPS; ++i) {
            _step(uint256(keccak256(abi.encode("walk", i))));
            _onlyWhoMayIsHeard();
            if (i % 30 == 29) _all();
        }
        uint256[15] memory times = _times();
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

    /// Nobody unqualified, suspended or forged stated anything, nothing was replayed, nothing due was refused.
    function _onlyWhoMayIsHeard() private view {
        require(bytes(_desk.violated()).length == 0, _desk.violated());
        require(_desk.attestations().attestationCount() == _desk.noteCount(), "count");
    }

    /// What was stated stands as it was stated.
    function _nothingIsOverwritten() private view {
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
    function _validityIsThatOfTheBook() private view {
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
    function _thePastDoesNotChange() private view {
        for (uint256 i = 0; i < _desk.sampleCount(); ++i) {
            Desk.Sample memory sample = _desk.sampleAt(i);
            require(_desk.attestations().statusAt(sample.id, sample.time) == sample.status, "past answer");
        }
    }

    /// What stands is the newest valid one, and a grade misses exactly the kinds that do not stand.
    function _standingIsTheNewestValid() private view {
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

    function _times() private view returns (uint256[15] memory) {
        return abi.decode(abi.encode(_desk.reached()), (uint256[15]));
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
        _nothingIsOverwritten();
        _validityIsThatOfTheBook();
        _thePastDoesNotChange();
        _standingIsTheNewestValid();
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
