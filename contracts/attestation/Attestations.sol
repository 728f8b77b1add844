// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ICases, Restriction} from "../cases/ICases.sol";
import {Governed} from "../membership/Governed.sol";
import {IMembers, KeyRole, Kind} from "../membership/IMembers.sol";
import {Uscc} from "../membership/Uscc.sol";
import {Grade} from "../rights/Grade.sol";
import {SubjectKind} from "../SubjectKind.sol";
import {
    Attestation,
    AttestationKind,
    Delegation,
    IAttestations,
    Result,
    SignedStatement,
    Statement,
    Status
} from "./IAttestations.sol";
import {Qualifications} from "./Qualifications.sol";

/// @title Attestations
/// @dev The struct `Attestation` is kept as it is, in nine slots; of a new one without predecessor six are written:
///
///      | slot   | bits 0..143 | 144..191     | 192..239         | 192..255 |
///      | ------ | ----------- | ------------ | ---------------- | -------- |
///      | 0      | attester    | recordedAt   |                  | number   |
///      | 1      | revokedBy   | supersededAt | revokedAt        |          |
///      | 2      | reason                                                 |
///      | 3      | kind 0..7, subjectKind 8..15, result 16..23, validFrom 24..71, validUntil 72..119 |
///      | 4 to 8 | subject, opinion, materials, rules, supersedes         |
contract Attestations is IAttestations, EIP712, Governed {
    /// @dev What one attester stated of one kind on one subject. `head` is the newest. `running` is the newest that had begun when it was
    ///      superseded: while the head's period has not begun it may still be the valid one. No other of the line ever is.
    struct Line {
        bytes32 head;
        bytes32 running;
    }

    /// @dev Two slots. `masks` are six, 16 bits for each grade at home, then across the border.
    struct Requirements {
        uint256 masks;
        bytes32 source;
    }

    /// @dev EIP-712 type of a statement; also what an id is made from.
    bytes32 private constant STATEMENT_TYPEHASH = keccak256(
        "Statement(uint8 kind,uint8 subjectKind,uint8 result,uint48 validFrom,uint48 validUntil,bytes32 subject,bytes32 opinion,bytes32 materials,bytes32 rules,bytes32 supersedes)"
    );
    bytes32 private constant ATTEST_TYPEHASH = keccak256(
        "Attest(bytes18 attester,Statement statement,bytes32 nonce,uint256 deadline)Statement(uint8 kind,uint8 subjectKind,uint8 result,uint48 validFrom,uint48 validUntil,bytes32 subject,bytes32 opinion,bytes32 materials,bytes32 rules,bytes32 supersedes)"
    );
    bytes32 private constant REVOCATION_TYPEHASH = keccak256(
        "Revocation(bytes32 id,bytes18 by,bytes32 reason,bytes32 nonce,uint256 deadline)"
    );

    /// @dev Longest period: three years with a leap day (促进和规范数据跨境流动规定, 2024).
    uint256 private constant MAX_PERIOD = 1096 days;

    /// @dev Most statements in one call.
    uint256 private constant MAX_BATCH = 32;

    /// @dev Most attesters of one kind on one subject: bounds the gas of {standing}.
    uint256 private constant MAX_ATTESTERS = 64;

    /// @dev One bit for each kind that exists; bit 0 is none.
    uint16 private constant ALL_KINDS = uint16((1 << (uint256(type(AttestationKind).max) + 1)) - 2);

    /// @dev Bits of a row of the table of requirements.
    uint256 private constant ROW_BITS = 16;

    uint8 private constant ATTESTING = uint8(1 << uint256(Restriction.Attesting));

    IMembers private immutable _members;
    ICases private immutable _cases;

    /// @dev Version n at place n - 1. Appended to, never changed.
    Requirements[] private _requirements;

    uint64 private _count;
    mapping(bytes32 id => Attestation) private _attestations;
    mapping(bytes32 matter => bytes18[]) private _attesters;
    mapping(bytes32 matter => mapping(bytes18 attester => Line)) private _lines;
    mapping(bytes18 member => mapping(bytes32 nonce => bool)) private _spent;

    /// @param members Register of members.
    /// @param authority Contract whose decisions set the table of requirements.
    /// @param cases Cases whose sanctions restrict attesting.
    /// @param table Founding table: masks of kinds, bit n for `AttestationKind(n)`, by grade, then at home and across the border.
    /// @param source Digest of the document that the table comes from.
    constructor(
        IMembers members,
        address authority,
        ICases cases,
        uint16[2][3] memory table,
        bytes32 source
    ) EIP712("Lianzheng Attestations", "1") Governed(authority) {
        _checkContract(address(members));
        _checkContract(authority);
        _checkContract(address(cases));
        _members = members;
        _cases = cases;
        _setRequirements(table, source);
    }

    /// @inheritdoc IAttestations
    function setRequirements(
        uint16[2][3] calldata table,
        bytes32 source
    ) external onlyCouncil returns (uint32 version) {
        return _setRequirements(table, source);
    }

    /// @inheritdoc IAttestations
    function attest(Statement calldata statement) external returns (bytes32 id) {
        return _attest(_members.actorOf(msg.sender, KeyRole.Govern), msg.sender, statement);
    }

    /// @inheritdoc IAttestations
    function attestMany(Statement[] calldata statements) external returns (bytes32[] memory ids) {
        _checkBatch(statements.length);
        bytes18 attester = _members.actorOf(msg.sender, KeyRole.Govern);
        ids = new bytes32[](statements.length);
        for (uint256 i = 0; i < ids.length; ++i) ids[i] = _attest(attester, msg.sender, statements[i]);
    }

    /// @inheritdoc IAttestations
    function attestBySignature(SignedStatement calldata signed) external returns (bytes32 id) {
        return _attestSigned(signed.statement, signed.delegation);
    }

    /// @inheritdoc IAttestations
    function attestManyBySignature(SignedStatement[] calldata signed) external returns (bytes32[] memory ids) {
        _checkBatch(signed.length);
        ids = new bytes32[](signed.length);
        for (uint256 i = 0; i < ids.length; ++i) ids[i] = _attestSigned(signed[i].statement, signed[i].delegation);
    }

    /// @inheritdoc IAttestations
    function revoke(bytes32 id, bytes32 reason) external {
        _revoke(id, _members.actorOf(msg.sender, KeyRole.Govern), reason);
    }

    /// @inheritdoc IAttestations
    function revokeBySignature(bytes32 id, bytes32 reason, Delegation calldata delegation) external {
        bytes18 by = _members.actorOf(delegation.key, KeyRole.Govern);
        _use(by, delegation, revocationDigest(id, by, reason, delegation.nonce, delegation.deadline));
        _revoke(id, by, reason);
    }

    /// @inheritdoc IAttestations
    function spendNonce(bytes32 nonce) external {
        _spend(_members.actorOf(msg.sender, KeyRole.Govern), nonce);
    }

    /// @inheritdoc IAttestations
    function attestationOf(bytes32 id) external view returns (Attestation memory) {
        return _known(id);
    }

    /// @inheritdoc IAttestations
    function isValidAt(bytes32 id, uint64 time) external view returns (bool) {
        return statusAt(id, time) == Status.Valid;
    }

    /// @inheritdoc IAttestations
    function unmetRequirements(
        SubjectKind subjectKind,
        bytes32 subject,
        Grade grade,
        bool crossBorder
    ) external view returns (uint16 unmet) {
        uint16 required = requirementsOf(grade, crossBorder);
        for (uint256 kind = 1; required >> kind != 0; ++kind) {
            uint16 bit = uint16(1 << kind);
            if (required & bit == 0) continue;
            (, Result result) = standing(AttestationKind(kind), subjectKind, subject);
            if (result != Result.Pass && result != Result.Conditional) unmet |= bit;
        }
    }

    /// @inheritdoc IAttestations
    function requirementsVersion() external view returns (uint32 version) {
        return uint32(_requirements.length);
    }

    /// @inheritdoc IAttestations
    function requirementsAt(uint32 version) external view returns (uint16[2][3] memory table, bytes32 source) {
        if (version == 0 || version > _requirements.length) revert AttestationsUnknownVersion(version);
        Requirements storage asked = _requirements[version - 1];
        for (uint256 row = 0; row < 6; ++row) table[row / 2][row % 2] = uint16(asked.masks >> (row * ROW_BITS));
        return (table, asked.source);
    }

    /// @inheritdoc IAttestations
    function latestOf(
        bytes18 attester,
        AttestationKind kind,
        SubjectKind subjectKind,
        bytes32 subject
    ) external view returns (bytes32 id) {
        return _lines[_matterOf(kind, subjectKind, subject)][attester].head;
    }

    /// @inheritdoc IAttestations
    function attestersOf(
        AttestationKind kind,
        SubjectKind subjectKind,
        bytes32 subject
    ) external view returns (bytes18[] memory attesters) {
        return _attesters[_matterOf(kind, subjectKind, subject)];
    }

    /// @inheritdoc IAttestations
    function attestationCount() external view returns (uint64 count) {
        return _count;
    }

    /// @inheritdoc IAttestations
    function isSpent(bytes18 member, bytes32 nonce) external view returns (bool) {
        return _spent[member][nonce];
    }

    /// @inheritdoc IAttestations
    function attestersFor(AttestationKind kind) external pure returns (uint16 memberKinds) {
        return Qualifications.memberKindsFor(kind);
    }

    /// @inheritdoc IAttestations
    function statusAt(bytes32 id, uint64 time) public view returns (Status status) {
        Attestation storage found = _attestations[id];
        if (found.number == 0) return Status.Unknown;
        if (found.revokedAt != 0 && time >= found.revokedAt) return Status.Revoked;
        if (found.supersededAt != 0 && time >= found.supersededAt) return Status.Superseded;
        if (time < _beginOf(found)) return Status.NotYet;
        return time < found.statement.validUntil ? Status.Valid : Status.Expired;
    }

    /// @inheritdoc IAttestations
    function standing(
        AttestationKind kind,
        SubjectKind subjectKind,
        bytes32 subject
    ) public view returns (bytes32 id, Result result) {
        bytes32 matter = _matterOf(kind, subjectKind, subject);
        bytes18[] storage attesters = _attesters[matter];
        uint256 count = attesters.length;
        uint64 newest = 0;
        for (uint256 i = 0; i < count; ++i) {
            bytes32 valid = _validOf(_lines[matter][attesters[i]]);
            uint64 number = _attestations[valid].number;
            if (number > newest) (id, newest) = (valid, number);
        }
        return (id, _attestations[id].statement.result);
    }

    /// @inheritdoc IAttestations
    function requirementsOf(Grade grade, bool crossBorder) public view returns (uint16 kinds) {
        uint256 masks = _requirements[_requirements.length - 1].masks;
        return uint16(masks >> (_rowOf(uint256(grade), crossBorder ? 1 : 0) * ROW_BITS));
    }

    /// @inheritdoc IAttestations
    function attestDigest(
        bytes18 attester,
        Statement calldata statement,
        bytes32 nonce,
        uint256 deadline
    ) public view returns (bytes32 digest) {
        return _hashTypedDataV4(keccak256(abi.encode(ATTEST_TYPEHASH, attester, _hashOf(statement), nonce, deadline)));
    }

    /// @inheritdoc IAttestations
    function revocationDigest(
        bytes32 id,
        bytes18 by,
        bytes32 reason,
        bytes32 nonce,
        uint256 deadline
    ) public view returns (bytes32 digest) {
        return _hashTypedDataV4(keccak256(abi.encode(REVOCATION_TYPEHASH, id, by, reason, nonce, deadline)));
    }

    /// @inheritdoc IAttestations
    function attestationIdOf(bytes18 attester, Statement calldata statement) public pure returns (bytes32 id) {
        return keccak256(abi.encode(attester, _hashOf(statement)));
    }

    function _setRequirements(uint16[2][3] memory table, bytes32 source) private returns (uint32 version) {
        if (source == 0) revert AttestationsZeroDigest();
        _requirements.push(Requirements(_packed(table), source));
        version = uint32(_requirements.length);
        emit RequirementsSet(version, table, source);
    }

    function _attestSigned(Statement calldata statement, Delegation calldata delegation) private returns (bytes32 id) {
        bytes18 attester = _members.actorOf(delegation.key, KeyRole.Govern);
        _use(attester, delegation, attestDigest(attester, statement, delegation.nonce, delegation.deadline));
        return _attest(attester, delegation.key, statement);
    }

    /// @dev Every attestation comes into being here, so who may state what is checked in one place.
    function _attest(bytes18 attester, address key, Statement calldata statement) private returns (bytes32 id) {
        _checkStatement(attester, statement);
        _checkPeriod(statement.validFrom, statement.validUntil);
        id = attestationIdOf(attester, statement);
        uint64 number = ++_count;
        Attestation storage fresh = _attestations[id];
        fresh.attester = attester;
        fresh.recordedAt = uint48(block.timestamp);
        fresh.number = number;
        fresh.statement = statement;
        _extend(attester, statement, id, _beginOf(fresh));
        emit Attested(id, attester, statement.subject, number, key, statement);
    }

    /// @dev Puts `id` at the head of its line, and ends the one that it takes the place of in the second from which it counts: past answers
    ///      stay, for that second is never before this block. A head that has not begun will never begin.
    function _extend(bytes18 attester, Statement calldata statement, bytes32 id, uint48 begin) private {
        bytes32 matter = _matterOf(statement.kind, statement.subjectKind, statement.subject);
        Line storage line = _lines[matter][attester];
        bytes32 head = line.head;
        if (statement.supersedes != head) revert AttestationsSupersedes(head, statement.supersedes);
        if (head == 0) _enrol(matter, attester);
        else if (_beginOf(_attestations[head]) <= block.timestamp) line.running = head;
        else _supersede(head, id, uint48(block.timestamp));
        bytes32 running = line.running;
        if (running != 0) _supersede(running, id, begin);
        line.head = id;
    }

    function _supersede(bytes32 id, bytes32 successor, uint48 at) private {
        _attestations[id].supersededAt = at;
        emit AttestationSuperseded(id, successor, at);
    }

    function _enrol(bytes32 matter, bytes18 attester) private {
        bytes18[] storage attesters = _attesters[matter];
        if (attesters.length == MAX_ATTESTERS) revert AttestationsTooManyAttesters(MAX_ATTESTERS);
        attesters.push(attester);
    }

    function _revoke(bytes32 id, bytes18 by, bytes32 reason) private {
        Attestation storage known = _known(id);
        bool supervised = by != known.attester;
        if (supervised && !_members.hasKind(by, Kind.Regulator)) revert AttestationsNotRevoker(id, by);
        if (known.revokedAt != 0) revert AttestationsAlreadyRevoked(id, known.revokedAt);
        if (reason == 0) revert AttestationsZeroDigest();
        known.revokedBy = by;
        known.revokedAt = uint48(block.timestamp);
        known.reason = reason;
        emit AttestationRevoked(id, by, supervised, reason);
    }

    /// @dev Spends the nonce before the key is asked: a contract that answers for a key is called without the right to write.
    function _use(bytes18 member, Delegation calldata delegation, bytes32 digest) private {
        if (block.timestamp > delegation.deadline) revert AttestationsDeadline(delegation.deadline);
        _spend(member, delegation.nonce);
        if (!SignatureChecker.isValidSignatureNow(delegation.key, digest, delegation.signature)) {
            revert AttestationsSignature(delegation.key);
        }
    }

    function _spend(bytes18 member, bytes32 nonce) private {
        if (_spent[member][nonce]) revert AttestationsNonceSpent(member, nonce);
        _spent[member][nonce] = true;
        emit NonceSpent(member, nonce);
    }

    function _checkStatement(bytes18 attester, Statement calldata statement) private view {
        if (statement.kind == AttestationKind.None) revert AttestationsKind();
        if (statement.result == Result.None) revert AttestationsResult();
        if (statement.opinion == 0 || statement.materials == 0 || statement.rules == 0) {
            revert AttestationsZeroDigest();
        }
        _checkSubject(attester, statement.subjectKind, statement.subject);
        if (!_isQualified(attester, Qualifications.memberKindsFor(statement.kind))) {
            revert AttestationsNotQualified(attester, statement.kind);
        }
        if (_cases.isSanctioned(attester, ATTESTING, uint64(block.timestamp))) revert AttestationsSanctioned(attester);
    }

    function _isQualified(bytes18 attester, uint256 memberKinds) private view returns (bool) {
        for (uint256 kind = 0; memberKinds >> kind != 0; ++kind) {
            if ((memberKinds >> kind) & 1 != 0 && _members.hasKind(attester, Kind(kind))) return true;
        }
        return false;
    }

    function _checkContract(address given) private view {
        if (given.code.length == 0) revert AttestationsNoContract(given);
    }

    function _checkPeriod(uint48 validFrom, uint48 validUntil) private view {
        bool endsLater = validUntil > validFrom && validUntil > block.timestamp;
        if (!endsLater || validUntil - validFrom > MAX_PERIOD || validUntil - block.timestamp > MAX_PERIOD) {
            revert AttestationsPeriod(validFrom, validUntil);
        }
    }

    /// @dev The one of a line that is valid in this block, zero if none is.
    function _validOf(Line storage line) private view returns (bytes32 id) {
        id = line.head;
        if (statusAt(id, uint64(block.timestamp)) == Status.Valid) return id;
        id = line.running;
        return statusAt(id, uint64(block.timestamp)) == Status.Valid ? id : bytes32(0);
    }

    /// @dev First second from which it counts: what is stated today is not true of yesterday on the chain.
    function _beginOf(Attestation storage known) private view returns (uint48) {
        (uint48 validFrom, uint48 recordedAt) = (known.statement.validFrom, known.recordedAt);
        return validFrom > recordedAt ? validFrom : recordedAt;
    }

    function _known(bytes32 id) private view returns (Attestation storage known) {
        known = _attestations[id];
        if (known.number == 0) revert AttestationsUnknown(id);
    }

    function _checkBatch(uint256 count) private pure {
        if (count == 0 || count > MAX_BATCH) revert AttestationsBatch(count, MAX_BATCH);
    }

    /// @dev One name for one subject: a member is its code and nothing behind it.
    function _checkSubject(bytes18 attester, SubjectKind subjectKind, bytes32 subject) private pure {
        if (subjectKind == SubjectKind.None || subject == 0) revert AttestationsSubject(subjectKind, subject);
        if (subjectKind != SubjectKind.Member) return;
        bytes18 member = bytes18(subject);
        if (bytes32(member) != subject || !Uscc.isValid(member)) revert AttestationsSubject(subjectKind, subject);
        if (member == attester) revert AttestationsSelf(attester);
    }

    /// @dev The stricter row asks for all that the milder one asks for.
    function _packed(uint16[2][3] memory table) private pure returns (uint256 packed) {
        for (uint256 grade = 0; grade < 3; ++grade) {
            for (uint256 abroad = 0; abroad < 2; ++abroad) {
                uint16 kinds = table[grade][abroad];
                uint16 least = abroad == 0 ? 0 : table[grade][0];
                if (grade != 0) least |= table[grade - 1][abroad];
                if (kinds & ~ALL_KINDS != 0 || least & ~kinds != 0) {
                    revert AttestationsRequirements(Grade(grade), abroad == 1, kinds);
                }
                packed |= uint256(kinds) << (_rowOf(grade, abroad) * ROW_BITS);
            }
        }
    }

    function _rowOf(uint256 grade, uint256 abroad) private pure returns (uint256) {
        return grade * 2 + abroad;
    }

    /// @dev What is being attested to: the question to which every attester has one line of answers.
    function _matterOf(
        AttestationKind kind,
        SubjectKind subjectKind,
        bytes32 subject
    ) private pure returns (bytes32 matter) {
        return keccak256(abi.encode(kind, subjectKind, subject));
    }

    function _hashOf(Statement calldata statement) private pure returns (bytes32 hash) {
        return keccak256(abi.encode(STATEMENT_TYPEHASH, statement));
    }
}
