// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Grade} from "./Grade.sol";

/// @notice Where data comes from: 企业数据, 公共数据, 个人数据.
enum SourceClass {
    Enterprise,
    Public,
    Personal
}

/// @notice Types of registration: 首次, 许可, 转移, 变更, 注销, 异议, and 携带 between venues.
enum RegistrationType {
    None,
    First,
    Licence,
    Transfer,
    Alteration,
    Cancellation,
    Objection,
    Move
}

/// @notice A digest of data and the algorithm that made it.
/// @param algorithm Number in the registry of algorithms: 1 SHA-256, 2 SM3 (GB/T 32905-2016).
/// @param value Digest, 32 bytes.
struct ContentDigest {
    uint16 algorithm;
    bytes32 value;
}

/// @notice What is registered: a resource or a product.
/// @param digest Digest that names it, zero refused. The id binds it to the member.
/// @param metadata Digest of its metadata.
/// @param grade Grade of the data.
/// @param source Where the data comes from.
/// @param venue Venue that takes the registration and has to sign it off; zero for none.
/// @param contents Digests of the data itself, or of its description where the data changes, one for each algorithm.
struct Registration {
    bytes32 digest;
    bytes32 metadata;
    Grade grade;
    SourceClass source;
    bytes18 venue;
    ContentDigest[] contents;
}

/// @notice What the contracts ask most often of a resource or product.
/// @param owner Member that registered it, or to which it was transferred.
/// @param grade Grade of the data.
/// @param source Where the data comes from.
/// @param isProduct True for a product.
/// @param inForce True if the registration is complete, and not cancelled.
struct SubjectBrief {
    bytes18 owner;
    Grade grade;
    SourceClass source;
    bool isProduct;
    bool inForce;
}

/// @title Registry of data resources and products
interface IRegistry {
    /// @notice Enters a resource or product. Only `Rights` calls this, in the transaction that makes its first right.
    /// @param owner Member that registers.
    /// @param right The right that comes into being with it.
    /// @param isProduct True for a product.
    /// @param registration What is registered.
    /// @param parents What a product is made from; empty for a resource.
    /// @return subject keccak256(abi.encode(owner, digest)).
    function enter(
        bytes18 owner,
        bytes32 right,
        bool isProduct,
        Registration calldata registration,
        bytes32[] calldata parents
    ) external returns (bytes32 subject);

    /// @notice Adds a licence or a transfer to the history of a subject; a transfer changes its owner. Only `Rights` calls this.
    /// @param subject Resource or product.
    /// @param entry Licence or Transfer.
    /// @param to Member that got the right.
    /// @param document Digest of the document.
    function note(bytes32 subject, RegistrationType entry, bytes18 to, bytes32 document) external;

    /// @notice What is asked most often. Zeros for a subject that nobody registered.
    function briefOf(bytes32 subject) external view returns (SubjectBrief memory);

    /// @notice True if the registration was complete and not cancelled at `time`, Unix seconds.
    function inForceAt(bytes32 subject, uint64 time) external view returns (bool);

    /// @notice Id of what this member registers under this digest.
    function subjectIdOf(bytes18 owner, bytes32 digest) external pure returns (bytes32 subject);
}
