// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice A version of a policy. Times are seconds, Unix.
/// @param digest SHA-256 of the document, in canonical form where it is JSON (RFC 8785).
/// @param publishedAt When the council published it.
/// @param effectiveFrom First second in which it is in force.
/// @param retiredFrom First second in which it is not any more; 2^48 - 1 while no retirement was decided.
struct PolicyVersion {
    bytes32 digest;
    uint48 publishedAt;
    uint48 effectiveFrom;
    uint48 retiredFrom;
}

/// @title Documents of the consortium, by version
/// @notice Which rule book, record schema or list of red lines is in force, and which was at any time. The council publishes a document by
/// its digest, under a name and the next number; nothing that was published is ever changed. The document itself stays off the chain:
/// whoever has it can see that it is the one.
///
/// A policy is known by keccak-256 of its name. Names are text, so that people and programs find them again: 1 to 64 of `a-z 0-9`, with
/// single `/`, `.` or `-` between them, such as `schema/trade.contract`, `rulebook/trading`, `policy/red-lines`.
///
/// What follows from this, and is meant:
///
/// - In force is the newest version that has begun. A version that begins later than a newer one is passed over.
/// - No document begins or ends in the past: what would, begins or ends in the block of the decision. So no answer about a second that is
///   over ever changes. Nobody needs to guess, when a vote opens, in which second it will decide.
/// - What was replaced does not come back: where the version in force is retired, none is, until another begins. A version that is retired
///   before it begins never was in force, and what stood before it stays.
/// - To go back to an older text, the council publishes it again, under the next number.
/// - A decision names the number that it publishes: of two that are open for one policy, the second fails instead of taking another number.
/// - What a policy means, and who must have its text, is for those who read it. The law of these contracts is in their code alone.
interface IPolicies {
    /// @notice A version of a policy was published.
    /// @param policy Keccak-256 of the name.
    /// @param version Number, from 1.
    /// @param digest SHA-256 of the document.
    /// @param name The name.
    /// @param effectiveFrom First second in which it is in force.
    event PolicyPublished(
        bytes32 indexed policy,
        uint32 indexed version,
        bytes32 indexed digest,
        string name,
        uint48 effectiveFrom
    );

    /// @notice The end of a version was decided.
    /// @param policy Keccak-256 of the name.
    /// @param version Number.
    /// @param retiredFrom First second in which it is not in force any more.
    /// @param reason Digest of the reasons.
    event PolicyRetired(bytes32 indexed policy, uint32 indexed version, uint48 retiredFrom, bytes32 reason);

    /// @notice A name has 1 to 64 of `a-z 0-9`, with single `/`, `.` or `-` between them.
    error PoliciesName(string name);

    /// @notice Another number is due, or the policy has as many versions as it may.
    error PoliciesNumber(uint32 expected, uint32 given);

    /// @notice A digest must be given.
    error PoliciesZeroDigest();

    /// @notice A reason must be given.
    error PoliciesZeroReason();

    /// @notice A document begins or ends within ten years.
    error PoliciesTooLate(uint48 given, uint48 last);

    /// @notice There is no such version.
    error PoliciesUnknown(bytes32 policy, uint32 version);

    /// @notice There are fewer names.
    error PoliciesUnknownName(uint256 number, uint256 count);

    /// @notice The end of this version was decided.
    error PoliciesRetired(bytes32 policy, uint32 version, uint48 retiredFrom);

    /// @notice Publishes a version.
    ///
    /// Requirements: the caller is the council; the name is one; `version` is the next number, from 1 to 1,024; the digest is not zero; it
    /// begins within ten years.
    ///
    /// @param name The name.
    /// @param version Number that it gets: one more than the latest.
    /// @param digest SHA-256 of the document.
    /// @param effectiveFrom First second in which it is in force; the block's if that is later.
    function publish(string calldata name, uint32 version, bytes32 digest, uint48 effectiveFrom) external;

    /// @notice Ends a version. Each is ended once.
    ///
    /// Requirements: the caller is the council; the version was published and its end not decided; the reason is not zero; it ends within ten
    /// years.
    ///
    /// @param policy Keccak-256 of the name.
    /// @param version Number.
    /// @param retiredFrom First second in which it is not in force any more; the block's if that is later.
    /// @param reason Digest of the reasons.
    function retire(bytes32 policy, uint32 version, uint48 retiredFrom, bytes32 reason) external;

    /// @notice A version as it was published, and its end.
    /// @dev Reverts with {PoliciesUnknown}.
    function policyOf(bytes32 policy, uint32 version) external view returns (PolicyVersion memory);

    /// @notice Number of the version that is in force in a second, 0 if none is; for the future: as things stand.
    /// @param policy Keccak-256 of the name.
    /// @param time The second, Unix.
    function versionAt(bytes32 policy, uint48 time) external view returns (uint32 version);

    /// @notice Number of the newest version, whether in force or not; 0 if nothing was published under this name.
    function latestVersion(bytes32 policy) external view returns (uint32 version);

    /// @notice How many names have versions.
    function nameCount() external view returns (uint256 count);

    /// @notice A name, in the order of first publication, from 1.
    /// @dev Reverts with {PoliciesUnknownName}.
    function nameAt(uint256 number) external view returns (string memory name);

    /// @notice Digest of all changes so far in their order, zero before the first: who finds it as it was has read everything.
    /// @dev keccak256(abi.encode(head before, policy, version, digest, effectiveFrom, retiredFrom)) after each change.
    function head() external view returns (bytes32 digest);
}
