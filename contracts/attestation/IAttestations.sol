// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Grade} from "../rights/Grade.sol";
import {SubjectKind} from "../SubjectKind.sol";

/// @notice What a third party states: 合规公证, 安全审查, 算法审查, 认证, 评估, 保险, 托管, 跨境评估, 安全风险评估.
/// @dev Position n is bit n of a mask of kinds. The order is part of the ABI: new kinds go to the end.
enum AttestationKind {
    None,
    Compliance,
    Security,
    Algorithm,
    Certification,
    Valuation,
    Insurance,
    Custody,
    CrossBorder,
    RiskAssessment
}

/// @notice What the attester found. The conditions of `Conditional` stand in the opinion.
enum Result {
    None,
    Pass,
    Conditional,
    Fail
}

/// @notice Why an attestation is valid or is not. `Valid` says that it counts, whatever its result.
enum Status {
    Valid,
    Unknown,
    NotYet,
    Expired,
    Superseded,
    Revoked
}

/// @notice What an attester states.
/// @param kind What kind of statement it is.
/// @param subjectKind What the subject is.
/// @param result What was found.
/// @param validFrom First second, Unix. Never valid before the block that records it.
/// @param validUntil First second, Unix, after its period.
/// @param subject Id in its register; for a member its USCC, 18 bytes, then zeros; for a record its leaf hash.
/// @param opinion Digest of the opinion.
/// @param materials Digest of the list of materials that were checked.
/// @param rules Digest of the version of the rules that were applied.
/// @param supersedes Newest attestation of this attester, kind and subject, zero if there is none.
struct Statement {
    AttestationKind kind;
    SubjectKind subjectKind;
    Result result;
    uint48 validFrom;
    uint48 validUntil;
    bytes32 subject;
    bytes32 opinion;
    bytes32 materials;
    bytes32 rules;
    bytes32 supersedes;
}

/// @notice A member's signature that anybody may bring.
/// @param key Key of the member; may be a contract that answers ERC-1271.
/// @param nonce Chosen at random by the signer; each serves a member once, in any order.
/// @param deadline Last second, Unix, in which it may be used.
/// @param signature r, s and v in 65 bytes, or what the contract asks for.
struct Delegation {
    address key;
    bytes32 nonce;
    uint256 deadline;
    bytes signature;
}

/// @notice A statement and the signature under it.
struct SignedStatement {
    Statement statement;
    Delegation delegation;
}

/// @notice An attestation as it stands. What was stated never changes; its end is added.
/// @param attester Member that stated it.
/// @param recordedAt Unix seconds.
/// @param number Its place among all attestations, from 1.
/// @param revokedBy Member that revoked it: the attester or a regulator; zero if none.
/// @param supersededAt First second, Unix, in which its successor counts in its stead, 0 if there is none.
/// @param revokedAt Unix seconds of its revocation, 0 if none.
/// @param reason Digest of the reason of its revocation, zero if none.
/// @param statement What was stated.
struct Attestation {
    bytes18 attester;
    uint48 recordedAt;
    uint64 number;
    bytes18 revokedBy;
    uint48 supersededAt;
    uint48 revokedAt;
    bytes32 reason;
    Statement statement;
}

/// @title Attestations
/// @notice Typed statements of qualified third parties on products, resources, rights, trades, members and records.
///
///     | kind                   | stated by             | source                                                              |
///     | ---------------------- | --------------------- | ------------------------------------------------------------------- |
///     | 1 compliance 合规公证     | notary                | plan items 4, 14 (数据公证), 20                                         |
///     | 2 security 安全审查       | regulator             | plan item 4; Data Security Law art. 24: the state's, and final        |
///     | 3 algorithm 算法审查      | regulator, certifier  | plan item 4; 互联网信息服务算法推荐管理规定 art. 28; plan item 14          |
///     | 4 certification 认证     | certifier             | plan item 14 (安全合规认证); Data Security Law art. 18                  |
///     | 5 valuation 评估         | auditor               | plan item 15 (数据审计); there is no kind of valuers                    |
///     | 6 insurance 保险         | insurer               | plan item 14 (数据保险)                                               |
///     | 7 custody 托管           | custodian             | plan items 14 (数据托管), 15                                           |
///     | 8 cross-border 跨境评估   | regulator             | plan item 23; 数据出境安全评估办法; Data Security Law art. 31            |
///     | 9 risk 安全风险评估       | certifier             | plan item 20; Data Security Law art. 18 (检测评估), 30                  |
///
/// A security review is the state's decision, so only a regulator gives it; what a body of the market finds on security is a certification or
/// a risk assessment.
///
/// The attestations of one attester, of one kind, on one subject are a line: each names the one before it, and takes its place in the second
/// from which it counts. So an attester has at most one valid opinion on a matter. Superseding is final: revoking the successor does not
/// bring the one before it back.
///
/// Nothing is overwritten, and no answer about a past second ever changes: an attestation counts from its recording on, not from the date
/// that it bears, and revocation, superseding and expiry work forward only (容错纠错: a correction is an added record, plan item 4).
///
/// Limits. The contract does not look up whether the subject is registered, nor who owns it: who asks for an id knows what it is. What stands
/// is the newest valid statement, so a later pass of one attester outweighs an earlier fail of another until a regulator revokes it; both
/// stay readable through {attestersOf}. Suspension, expulsion and a sanction on attesting end what a member may state, not what it stated.
///
/// The council sets the table of requirements. It holds from its block on for all that is asked from then, also about subjects that
/// were listed or granted before; who decides by it keeps {requirementsVersion} with the decision.
interface IAttestations {
    /// @notice The council set the table of requirements.
    /// @param version Its number, from 1.
    /// @param table Masks of kinds, bit n for `AttestationKind(n)`, by grade, then at home and across the border.
    /// @param source Digest of the document that it comes from.
    event RequirementsSet(uint32 indexed version, uint16[2][3] table, bytes32 indexed source);

    /// @notice A statement was recorded.
    /// @param id keccak256(abi.encode(attester, EIP-712 struct hash of the statement)).
    /// @param attester Member that stated it.
    /// @param subject What it is about.
    /// @param number Its place among all attestations, from 1.
    /// @param key Key of the attester that called or signed.
    /// @param statement What was stated.
    event Attested(
        bytes32 indexed id,
        bytes18 indexed attester,
        bytes32 indexed subject,
        uint64 number,
        address key,
        Statement statement
    );

    /// @notice An attestation got a successor, or the successor that it had was itself replaced before it counted.
    /// @param id The attestation.
    /// @param successor Attestation that takes its place.
    /// @param at First second, Unix, in which `id` no longer counts.
    event AttestationSuperseded(bytes32 indexed id, bytes32 indexed successor, uint48 at);

    /// @notice An attestation was revoked.
    /// @param id The attestation.
    /// @param by Member that revoked it.
    /// @param supervised False if the attester did it, true if a regulator did.
    /// @param reason Digest of the reason.
    event AttestationRevoked(bytes32 indexed id, bytes18 indexed by, bool indexed supervised, bytes32 reason);

    /// @notice A nonce was used or given up, and serves no more.
    /// @param member Member whose nonce it is.
    /// @param nonce The nonce.
    event NonceSpent(bytes18 indexed member, bytes32 indexed nonce);

    /// @notice No contract stands at the address given for the members, the council or the cases.
    error AttestationsNoContract(address given);

    /// @notice A row of the table names a kind that does not exist, or asks for less than a lower grade or than the same grade at home.
    error AttestationsRequirements(Grade grade, bool crossBorder, uint16 kinds);

    /// @notice There is no table of requirements of this version.
    error AttestationsUnknownVersion(uint32 version);

    /// @notice A finding restricts the member's attesting.
    error AttestationsSanctioned(bytes18 attester);

    /// @notice A statement is of some kind.
    error AttestationsKind();

    /// @notice A statement has a result.
    error AttestationsResult();

    /// @notice A digest must be given.
    error AttestationsZeroDigest();

    /// @notice The subject is of no kind, zero, or names no member by its code.
    error AttestationsSubject(SubjectKind subjectKind, bytes32 subject);

    /// @notice Nobody attests itself.
    error AttestationsSelf(bytes18 attester);

    /// @notice The member is of none of the kinds that may state this.
    error AttestationsNotQualified(bytes18 member, AttestationKind kind);

    /// @notice A period ends after it begins and after this block; it lasts, and ends from this block, within three years.
    error AttestationsPeriod(uint48 validFrom, uint48 validUntil);

    /// @notice A statement names the newest attestation of its line.
    error AttestationsSupersedes(bytes32 expected, bytes32 given);

    /// @notice As many members as may have stated this on the subject.
    error AttestationsTooManyAttesters(uint256 most);

    /// @notice A batch has at least one statement and no more than 32.
    error AttestationsBatch(uint256 given, uint256 most);

    /// @notice There is no attestation of this id.
    error AttestationsUnknown(bytes32 id);

    /// @notice Only the attester and a regulator revoke an attestation.
    error AttestationsNotRevoker(bytes32 id, bytes18 member);

    /// @notice The attestation has been revoked.
    error AttestationsAlreadyRevoked(bytes32 id, uint48 revokedAt);

    /// @notice The last second of the signature has passed.
    error AttestationsDeadline(uint256 deadline);

    /// @notice The nonce was used or given up.
    error AttestationsNonceSpent(bytes18 member, bytes32 nonce);

    /// @notice The signature is not the key's signature over these values.
    error AttestationsSignature(address key);

    /// @notice Sets the table of requirements.
    ///
    /// Requirements: the caller is the council; kinds exist; a higher grade asks for all that a lower one asks for, and across the border for
    /// all that is asked for at home; the source is not zero.
    ///
    /// @param table Masks of kinds, bit n for `AttestationKind(n)`, by grade, then at home and across the border.
    /// @param source Digest of the document that it comes from.
    /// @return version Its number.
    function setRequirements(uint16[2][3] calldata table, bytes32 source) external returns (uint32 version);

    /// @notice Records a statement of the caller's member.
    ///
    /// Requirements: the caller is a live key, with the role to govern, of an active member of a kind that may state this, whose attesting no
    /// finding restricts in this block ({ICases}); kind, subject and result are given; a subject
    /// that is a member is named by its code alone and is not the attester; no digest is zero; `validFrom < validUntil`, the period ends
    /// after this block and both it and what is left of it are at most 1,096 days, three years with a leap day (the longest term of a
    /// cross-border decision, 促进和规范数据跨境流动规定, 2024, serves for all kinds); `supersedes` is the newest of the line;
    /// no more than 64 members have stated this on the subject.
    ///
    /// @param statement What is stated.
    /// @return id Its id.
    function attest(Statement calldata statement) external returns (bytes32 id);

    /// @notice Records statements of the caller's member, all or none; each as {attest}.
    /// @param statements 1 to 32 statements.
    /// @return ids Their ids, in this order.
    function attestMany(Statement[] calldata statements) external returns (bytes32[] memory ids);

    /// @notice Records a statement that its attester signed. Anybody may bring it.
    ///
    /// Requirements: as {attest} for the member of `delegation.key`, which signs the EIP-712 struct
    /// `Attest(bytes18 attester,Statement statement,bytes32 nonce,uint256 deadline)` with the fields of {Statement} in their order, enums as
    /// uint8; the deadline has not passed; the member has not used or given up the nonce.
    ///
    /// @param signed Statement and signature.
    /// @return id Its id.
    function attestBySignature(SignedStatement calldata signed) external returns (bytes32 id);

    /// @notice Records signed statements, of one attester or of many, all or none; each as {attestBySignature}.
    /// @param signed 1 to 32 statements and signatures.
    /// @return ids Their ids, in this order.
    function attestManyBySignature(SignedStatement[] calldata signed) external returns (bytes32[] memory ids);

    /// @notice Revokes an attestation from this block on. It stays readable, and what it was before stays true.
    ///
    /// Requirements: the caller is a live key of the active attester, or of an active member of kind regulator; it is not revoked; the reason
    /// is not zero. What is expired or superseded can be revoked too: that it was wrong is worth a record.
    ///
    /// @param id The attestation.
    /// @param reason Digest of the reason.
    function revoke(bytes32 id, bytes32 reason) external;

    /// @notice Revokes an attestation as {revoke} by a signature that anybody may bring.
    ///
    /// Requirements: as {revoke} for the member of `delegation.key`, which signs the EIP-712 struct
    /// `Revocation(bytes32 id,bytes18 by,bytes32 reason,bytes32 nonce,uint256 deadline)`; deadline and nonce as {attestBySignature}.
    ///
    /// @param id The attestation.
    /// @param reason Digest of the reason.
    /// @param delegation Key, nonce, deadline and signature.
    function revokeBySignature(bytes32 id, bytes32 reason, Delegation calldata delegation) external;

    /// @notice Gives up a nonce of the caller's member, so that what was signed with it can't be used.
    ///
    /// Requirements: the caller is a live key of an active member; the nonce was not used or given up.
    ///
    /// @param nonce The nonce.
    function spendNonce(bytes32 nonce) external;

    /// @notice An attestation.
    /// @dev Reverts with {AttestationsUnknown}.
    function attestationOf(bytes32 id) external view returns (Attestation memory);

    /// @notice True if the attestation is valid at `time`, Unix seconds, whatever its result. For the future: as things stand.
    function isValidAt(bytes32 id, uint64 time) external view returns (bool);

    /// @notice Why an attestation is or is not valid at `time`, Unix seconds: valid while `max(validFrom, recordedAt) <= time < validUntil`,
    /// and `time` is before its revocation and before its successor counts.
    /// @return status The first that applies of unknown, revoked, superseded, not yet, expired; else valid.
    function statusAt(bytes32 id, uint64 time) external view returns (Status status);

    /// @notice The newest attestation of this kind on this subject that is valid in this block, whoever stated it.
    /// @return id The attestation, zero if there is none.
    /// @return result What it found, `None` if there is none.
    function standing(
        AttestationKind kind,
        SubjectKind subjectKind,
        bytes32 subject
    ) external view returns (bytes32 id, Result result);

    /// @notice Kinds that the present table asks for and for which {standing} is neither pass nor conditional in this block.
    /// @return unmet Mask of kinds, bit n for `AttestationKind(n)`; zero if nothing is missing.
    function unmetRequirements(
        SubjectKind subjectKind,
        bytes32 subject,
        Grade grade,
        bool crossBorder
    ) external view returns (uint16 unmet);

    /// @notice Kinds that must stand now for data of this grade, at home or across the border (分级分类, Data Security
    /// Law art. 21, GB/T 43697-2024; plan items 20, 23).
    /// @return kinds Mask of kinds, bit n for `AttestationKind(n)`.
    function requirementsOf(Grade grade, bool crossBorder) external view returns (uint16 kinds);

    /// @notice Version of the present table of requirements.
    function requirementsVersion() external view returns (uint32 version);

    /// @notice A table of requirements, of now or before, and the digest of the document that it comes from.
    /// @dev Reverts with {AttestationsUnknownVersion}.
    /// @param version Its number, from 1.
    /// @return table Masks of kinds, bit n for `AttestationKind(n)`, by grade, then at home and across the border.
    /// @return source Digest of the document.
    function requirementsAt(uint32 version) external view returns (uint16[2][3] memory table, bytes32 source);

    /// @notice Newest attestation of a line, valid or not, zero if there is none: what a next one has to supersede.
    function latestOf(
        bytes18 attester,
        AttestationKind kind,
        SubjectKind subjectKind,
        bytes32 subject
    ) external view returns (bytes32 id);

    /// @notice Members that stated this on the subject, at most 64, in the order of their first statement.
    function attestersOf(
        AttestationKind kind,
        SubjectKind subjectKind,
        bytes32 subject
    ) external view returns (bytes18[] memory attesters);

    /// @notice Number of the newest attestation, 0 if there is none.
    function attestationCount() external view returns (uint64 count);

    /// @notice True if the member's nonce was used or given up.
    function isSpent(bytes18 member, bytes32 nonce) external view returns (bool);

    /// @notice What an attester signs for a statement: the EIP-712 digest.
    function attestDigest(
        bytes18 attester,
        Statement calldata statement,
        bytes32 nonce,
        uint256 deadline
    ) external view returns (bytes32 digest);

    /// @notice What a member signs to revoke an attestation: the EIP-712 digest.
    function revocationDigest(
        bytes32 id,
        bytes18 by,
        bytes32 reason,
        bytes32 nonce,
        uint256 deadline
    ) external view returns (bytes32 digest);

    /// @notice Kinds of members that may state this: mask, bit n for `Kind(n)`.
    function attestersFor(AttestationKind kind) external pure returns (uint16 memberKinds);

    /// @notice Id of this statement of this attester. It names its predecessor, so no two statements of a line have the same.
    function attestationIdOf(bytes18 attester, Statement calldata statement) external pure returns (bytes32 id);
}
