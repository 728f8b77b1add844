// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Grade} from "./Grade.sol";

/// @notice The three separated rights: 数据资源持有权, 数据加工使用权, 产品经营权.
enum RightKind {
    None,
    Holding,
    Processing,
    Operating
}

/// @notice Why a right is valid or is not.
enum Validity {
    Valid,
    Unknown,
    NotYet,
    Expired,
    Revoked,
    HolderNotActive
}

/// @notice Why a product may be listed or may not.
enum Listing {
    Allowed,
    UnknownSubject,
    CoreGrade,
    WrongSubject,
    WrongKind,
    WrongHolder,
    RightNotValid
}

/// @notice What a right allows.
/// @param purposes Mask of purposes, each bit one purpose of the consortium's catalogue: 1 to 16 of them, so none stands for all.
/// @param from First second, Unix. A right is never valid before the block that grants it.
/// @param until First second, Unix, after its period.
/// @param depth How many times it may be sub-licensed in a row, 0 to 8.
struct Scope {
    uint64 purposes;
    uint48 from;
    uint48 until;
    uint8 depth;
}

/// @notice What is registered: a resource or a product.
/// @param digest Digest that names it, zero refused. The id binds it to the member.
/// @param content Digest of the data itself, or of its description where the data changes.
/// @param metadata Digest of its metadata.
/// @param grade Grade of the data.
struct Registration {
    bytes32 digest;
    bytes32 content;
    bytes32 metadata;
    Grade grade;
}

/// @notice A registered resource or product.
/// @param owner Member that registered it.
/// @param grade Grade of the data.
/// @param isProduct True for a product.
/// @param registeredAt Unix seconds.
/// @param content Digest of the data or its description.
/// @param metadata Digest of its metadata.
/// @param right The right that came into being with it: holding of a resource, operating of a product.
/// @param parents What a product is made from; empty for a resource.
struct Subject {
    bytes18 owner;
    Grade grade;
    bool isProduct;
    uint48 registeredAt;
    bytes32 content;
    bytes32 metadata;
    bytes32 right;
    bytes32[] parents;
}

/// @notice A right.
/// @param holder Member that has it.
/// @param kind Which of the three.
/// @param depth How many times it may still be sub-licensed in a row.
/// @param from First second, Unix.
/// @param until First second, Unix, after its period.
/// @param revokedAt Unix seconds of its revocation, 0 if none.
/// @param purposes Mask of purposes.
/// @param reach Rights whose validity it leans on, itself included; one that is reached in several ways counts each time.
/// @param subject Resource or product that it is about.
/// @param granter Member that granted it, the holder itself for the right that came with a registration.
/// @param basis Rights that it derives from.
struct Right {
    bytes18 holder;
    RightKind kind;
    uint8 depth;
    uint48 from;
    uint48 until;
    uint48 revokedAt;
    uint64 purposes;
    uint16 reach;
    bytes32 subject;
    bytes18 granter;
    bytes32[] basis;
}

/// @title Rights on data
/// @notice Resources, products and their lineage, and the three separated rights on them.
///
/// A resource's holding right is the first link of the chain of title. Every other right derives from others and can't exceed them in
/// purposes or period, nor, where it is granted, in kind or sub-licensing depth. A product's operating right leans on a right to process
/// each of its parents. When a right is revoked or expires, everything that leans on it stops being valid in the same block.
///
/// A holding right, and the operating right that came with a product, cover processing: nobody needs a grant from itself.
///
/// What follows from this, and is meant:
///
/// - A product is a new thing: how often its rights are sub-licensed is its maker's to say, whatever the depth of those on its parents.
///   Who does not want that grants no processing.
/// - Who may sub-license the operating of a product may also let others process it, though not itself.
/// - Of those upstream, only the rights count, not the standing of their holders: what a member granted goes on while it is suspended or
///   expelled. It can't be revoked by the granter then, only by its holder, or further up.
/// - Grades and parents are what the owner declares. That a copy is not registered again under another name and grade, or a parent left
///   out, is for certifiers and auditors to see. A grade can't be changed afterwards.
/// - A revocation counts for its whole second, as every end of something (see {IMembers}).
interface IRights {
    /// @notice A resource or product was registered.
    /// @param subject keccak256(abi.encode(owner, digest)).
    /// @param owner Member that registered it.
    /// @param isProduct True for a product.
    /// @param grade Grade of the data.
    /// @param digest Digest that names it.
    /// @param content Digest of the data or its description.
    /// @param metadata Digest of its metadata.
    /// @param parents What a product is made from; empty for a resource.
    event SubjectRegistered(
        bytes32 indexed subject,
        bytes18 indexed owner,
        bool indexed isProduct,
        Grade grade,
        bytes32 digest,
        bytes32 content,
        bytes32 metadata,
        bytes32[] parents
    );

    /// @notice A right came into being.
    /// @param right Its id.
    /// @param subject Resource or product that it is about.
    /// @param holder Member that has it.
    /// @param kind Which of the three.
    /// @param scope What it allows.
    /// @param granter Member that granted it.
    /// @param document Digest of the document that grants it.
    /// @param basis Rights that it derives from.
    event RightGranted(
        bytes32 indexed right,
        bytes32 indexed subject,
        bytes18 indexed holder,
        RightKind kind,
        Scope scope,
        bytes18 granter,
        bytes32 document,
        bytes32[] basis
    );

    /// @notice A right was revoked, and with it all that lean on it.
    /// @param right Its id.
    /// @param by Member that revoked it: granter or holder.
    /// @param reason Digest of the reason.
    event RightRevoked(bytes32 indexed right, bytes18 indexed by, bytes32 reason);

    /// @notice No contract stands at the address given for the members.
    error RightsNoContract(address members);

    /// @notice A digest must be given.
    error RightsZeroDigest();

    /// @notice The member has registered this digest.
    error RightsAlreadyRegistered(bytes32 subject);

    /// @notice A product is made from 1 to 16 parents.
    error RightsParentCount(uint256 parents);

    /// @notice Two of the rights are about the same parent.
    error RightsParentTwice(bytes32 parent);

    /// @notice A product can't be graded below what it is made from.
    error RightsGrade(bytes32 parent, Grade parentGrade, Grade grade);

    /// @notice A right names 1 to 16 purposes; none stands for all.
    error RightsPurposes(uint64 purposes);

    /// @notice A period ends after it begins and after this block, and lasts no more than 30 years.
    error RightsPeriod(uint48 from, uint48 until);

    /// @notice A right is sub-licensed no more than 8 times in a row.
    error RightsDepth(uint8 depth, uint8 most);

    /// @notice The purposes go beyond those of the right that it derives from.
    error RightsPurposesExceed(bytes32 base, uint64 purposes, uint64 most);

    /// @notice The period ends after that of the right that it derives from.
    error RightsPeriodExceeds(bytes32 base, uint48 until, uint48 most);

    /// @notice Nothing of this kind derives from a right of that kind.
    error RightsKind(bytes32 base, RightKind from, RightKind to);

    /// @notice The right leans on too many others.
    error RightsReach(uint256 reach, uint256 most);

    /// @notice There is no right of this id.
    error RightsUnknownRight(bytes32 right);

    /// @notice There is no resource or product of this id.
    error RightsUnknownSubject(bytes32 subject);

    /// @notice The right is another member's.
    error RightsNotHolder(bytes32 right, bytes18 holder, bytes18 caller);

    /// @notice Only granter and holder revoke a right.
    error RightsNotParty(bytes32 right, bytes18 caller);

    /// @notice A right that something is to derive from is not valid, because of `cause`.
    error RightsNotValid(bytes32 right, Validity validity, bytes32 cause);

    /// @notice The right is granted to no active member.
    error RightsHolderNotActive(bytes18 holder);

    /// @notice A member grants nothing to itself.
    error RightsSelfGrant(bytes18 holder);

    /// @notice The same document grants the same right to the same member once.
    error RightsAlreadyGranted(bytes32 right);

    /// @notice The right has been revoked.
    error RightsAlreadyRevoked(bytes32 right, uint48 revokedAt);

    /// @notice Registers a resource and the holding right on it.
    ///
    /// Requirements: the caller is a live key of an active member that has not registered this digest; no digest is zero; the scope is
    /// well formed.
    ///
    /// @param registration What is registered.
    /// @param scope What the holding right allows.
    /// @return subject Id of the resource, keccak256(abi.encode(owner, digest)).
    /// @return right Id of the holding right.
    function registerResource(
        Registration calldata registration,
        Scope calldata scope
    ) external returns (bytes32 subject, bytes32 right);

    /// @notice Registers a product, its lineage and the operating right on it.
    ///
    /// Requirements: as {registerResource}; `basis` are 1 to 16 valid rights of the caller's member, each on another parent: holding,
    /// processing, or the operating right that came with a product of its own; purposes and period of the scope lie within each of them;
    /// no parent is graded higher; the new right's reach is no more than 256.
    ///
    /// @param registration What is registered.
    /// @param scope What the operating right allows.
    /// @param basis Rights on what the product is made from.
    /// @return subject Id of the product, keccak256(abi.encode(owner, digest)).
    /// @return right Id of the operating right.
    function registerProduct(
        Registration calldata registration,
        Scope calldata scope,
        bytes32[] calldata basis
    ) external returns (bytes32 subject, bytes32 right);

    /// @notice Grants a right that derives from one that the caller's member holds.
    ///
    /// Requirements: the caller is a live key of the active member that holds `base`; `base` is valid and may be sub-licensed; `holder` is
    /// another active member; the kind is the base's or processing; purposes and period lie within the base's, the depth is less; the
    /// document is not zero, and has not granted the same before.
    ///
    /// @param base Right that it derives from.
    /// @param holder Member that gets it.
    /// @param kind Which of the three.
    /// @param scope What it allows.
    /// @param document Digest of the document that grants it.
    /// @return right Id, keccak256(abi.encode(granter, base, holder, kind, document)).
    function grant(
        bytes32 base,
        bytes18 holder,
        RightKind kind,
        Scope calldata scope,
        bytes32 document
    ) external returns (bytes32 right);

    /// @notice Revokes a right. All that lean on it stop being valid in this block.
    ///
    /// Requirements: the caller is a live key of the active member that granted or holds it; it is not revoked; the reason is not zero.
    ///
    /// @param right Its id.
    /// @param reason Digest of the reason.
    function revoke(bytes32 right, bytes32 reason) external;

    /// @notice True if the right and all that it leans on are valid in this block and the holder of the right itself is active.
    function isValid(bytes32 right) external view returns (bool);

    /// @notice True if the right and all that it leans on were valid at `time`, Unix seconds, and the holder of the right itself was
    /// active. For the future: as things stand.
    function isValidAt(bytes32 right, uint64 time) external view returns (bool);

    /// @notice Why a right is or is not valid at `time`, Unix seconds.
    /// @return validity The first fault that is found, or `Valid`.
    /// @return cause Right at which it was found, zero if valid.
    function validityAt(bytes32 right, uint64 time) external view returns (Validity validity, bytes32 cause);

    /// @notice Whether `seller` may list `subject` by `right` in this block, and why not: a product by its operating right, a resource by
    /// its holding right, never of core grade.
    function listingOf(
        bytes32 subject,
        bytes32 right,
        bytes18 seller,
        bool crossBorder
    ) external view returns (Listing listing);

    /// @notice A resource or product.
    /// @dev Reverts with {RightsUnknownSubject}.
    function subjectOf(bytes32 subject) external view returns (Subject memory);

    /// @notice A right.
    /// @dev Reverts with {RightsUnknownRight}.
    function rightOf(bytes32 right) external view returns (Right memory);

    /// @notice Id of what this member registers under this digest.
    function subjectIdOf(bytes18 owner, bytes32 digest) external pure returns (bytes32 subject);
}
