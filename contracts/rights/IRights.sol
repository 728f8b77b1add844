// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Approval, Restriction} from "../cases/ICases.sol";
import {Grade} from "./Grade.sol";
import {Registration} from "./IRegistry.sol";

/// @notice The three separated rights: 数据资源持有权, 数据加工使用权, 产品经营权.
enum RightKind {
    None,
    Holding,
    Processing,
    Operating
}

/// @notice Why a right is valid or is not. The numbers are part of the ABI: new ones go to the end.
enum Validity {
    /// It is valid.
    Valid,
    /// There is no such right, or there was none yet.
    Unknown,
    /// Its period has not begun.
    NotYet,
    /// Its period is over.
    Expired,
    /// It was revoked.
    Revoked,
    /// The member that holds it is not active, or is frozen.
    HolderNotActive,
    /// The resource or product that it came with is not in force: pending, refused or cancelled.
    SubjectNotInForce,
    /// The member to which it was granted has not accepted it.
    NotAccepted,
    /// It is valid, and all its uses are used up or granted on.
    Exhausted,
    /// The consent of the person whom the data is about was withdrawn or is over.
    ConsentNotValid,
    /// Regulators froze it.
    Frozen,
    /// A case holds it.
    Held
}

/// @notice Why a product may be listed or may not. The numbers are part of the ABI: new ones go to the end.
enum Listing {
    Allowed,
    UnknownSubject,
    CoreGrade,
    WrongSubject,
    WrongKind,
    WrongHolder,
    RightNotValid,
    /// A case holds the resource or product.
    Held,
    /// Regulators froze the resource or product.
    Frozen,
    /// The seller is under a sanction that forbids listing.
    Sanctioned,
    /// Statements that the grade asks for are missing.
    RequirementsUnmet,
    /// The registration is pending, refused or cancelled.
    NotInForce,
    /// The uses of the right are used up or granted on.
    Exhausted
}

/// @notice What a right allows.
/// @param purposes Mask of purposes, each bit one purpose of the consortium's catalogue: 1 to 16 of them, so none stands for all.
/// @param territories Mask of territories, each bit one territory of the consortium's catalogue, at least one.
/// @param from First second, Unix. A right is never valid before the block that grants it.
/// @param until First second, Unix, after its period.
/// @param uses How many uses it has, its own and those that it grants on together; 0 if they are not counted.
/// @param depth How many times it may be sub-licensed in a row, 0 to 8.
struct Scope {
    uint64 purposes;
    uint64 territories;
    uint48 from;
    uint48 until;
    uint32 uses;
    uint8 depth;
}

/// @notice A right as one member offers it to another.
/// @param base Right that it derives from.
/// @param holder Member that gets it.
/// @param kind Which of the three.
/// @param scope What it allows.
/// @param document Digest of the document that grants it.
/// @param consent Consent of the person whom the data is about, see {IConsents}; zero if none is needed.
struct Grant {
    bytes32 base;
    bytes18 holder;
    RightKind kind;
    Scope scope;
    bytes32 document;
    bytes32 consent;
}

/// @notice A right as one member hands it over to another.
/// @param right Its id.
/// @param from Member that holds it.
/// @param to Member that gets it.
/// @param document Digest of the document by which it is transferred.
struct Transfer {
    bytes32 right;
    bytes18 from;
    bytes18 to;
    bytes32 document;
}

/// @notice A right.
/// @param holder Member that has it now.
/// @param kind Which of the three.
/// @param depth How many times it may still be sub-licensed in a row.
/// @param from First second, Unix.
/// @param until First second, Unix, after its period.
/// @param purposes Mask of purposes.
/// @param territories Mask of territories.
/// @param uses How many uses it has; 0 if they are not counted.
/// @param used How many of them are recorded, or taken by rights that derive from it.
/// @param revokedAt Unix seconds of its revocation, 0 if none.
/// @param reach Rights whose validity it leans on, itself included; one that is reached in several ways counts each time.
/// @param granter Member that granted it, its first holder for the right that came with a registration.
/// @param grantedAt Unix seconds in which it came into being.
/// @param acceptedAt Unix seconds in which it was accepted, 0 if it was not.
/// @param subject Resource or product that it is about.
/// @param base Right that it was granted from, zero for a founding right: the one that came with a registration.
/// @param consent Consent of the person whom the data is about, zero if none was needed.
struct Right {
    bytes18 holder;
    RightKind kind;
    uint8 depth;
    uint48 from;
    uint48 until;
    uint64 purposes;
    uint64 territories;
    uint32 uses;
    uint32 used;
    uint48 revokedAt;
    uint16 reach;
    bytes18 granter;
    uint48 grantedAt;
    uint48 acceptedAt;
    bytes32 subject;
    bytes32 base;
    bytes32 consent;
}

/// @title Rights on data
/// @notice The three separated rights on resources and products (三权分置), and the door through which resources and products are registered:
/// what is registered is kept by {IRegistry}, in the same transaction that makes its founding right here.
///
/// A resource's holding right is the first link of the chain of title. Every other right derives from others and can't exceed them in
/// purposes, territories, period or uses, nor, where it is granted, in kind or sub-licensing depth. A product's operating right leans on a
/// right to process each of its parents. When a right is revoked or expires, everything that leans on it stops being valid in the same block.
///
/// A holding right, and the operating right that came with a product, cover processing: nobody needs a grant from itself.
///
/// Granting takes two (双向授权): a right is valid from the block in which the member that gets it accepts it, by its signature in the
/// grant itself or by {accept} later. Until then it is an offer, from which nothing derives.
///
/// Uses (使用次数) are counted where the scope gives a number. What derives from a counted right is counted too, and its uses are taken off
/// those that are left of the base when it is granted or registered, so that all rights below together never exceed the right above.
/// Revocation, expiry and refusal give nothing back: what was given away stays given away. A right whose uses are gone is valid, and so is
/// all that derives from it; it only can't be used, listed or granted on any more.
///
/// A right is transferred (转移) as it is: rights that derive from it stay, and its past holders are kept, so that every answer about the
/// past stays the same. With a founding right the resource or product gets another owner. A granted right moves only if the one above
/// agrees: the granter's place, in this and in revoking, is that of the member that holds the base now.
///
/// What each cause in {Validity} says of the past: all are exact for every second that is over, but two. `Held` has no past: a hold stops
/// what is to come, and ends with its case; it is asked for this block and later ones only. `Exhausted` is no cause at all in
/// {validityAt}, see {usabilityOf}. For the future all answer as things stand.
///
/// What follows from this, and is meant:
///
/// - A product is a new thing: how often its rights are sub-licensed is its maker's to say, whatever the depth of those on its parents.
///   Who does not want that grants no processing. How often it is used is bounded by the counted rights on its parents.
/// - Who may sub-license the operating of a product may also let others process it, though not itself.
/// - An offer is of the second in which it was made: that its granter is suspended or sanctioned since does not void it, its revocation and
///   a transfer of the base do. What protects the data, statements and consent, is asked anew when it is accepted.
/// - A transfer is signed for a right, not for what became of it: until its deadline the holder may record uses, grant on, and alter the
///   resource or product. Who gets the right keeps its own signature back until it has all others and has looked.
/// - Of those upstream, only the rights count, not the standing of their holders: what a member granted goes on while it is suspended or
///   expelled. It can't be revoked by the granter then, only by its holder, or further up.
/// - Grades and parents are what the owner declares. That a copy is not registered again under another name and grade, or a parent left
///   out, is for certifiers and auditors to see.
/// - Uses of a right that is not counted are not recorded here: they belong in the members' logs.
/// - Data of the source class personal comes into another member's hands only under a consent that names it, whether the right is one to
///   hold or to process; the right ends with the consent, and moves on only within it. The exception is a transfer of the founding right: who
///   takes over the whole matter takes over its duties too, and needs no new consent for the same purposes (个人信息保护法 art. 22).
/// - A sanction, hold or freeze stops no revocation: that only takes away.
/// - A freeze or hold on a resource or product stops new rights on it and products from it. Rights that stand are valid on: who means to
///   stop those too has the founding right frozen, and so everything below it.
/// - The end of something counts for its whole second, as every end of something (see {IMembers}): a revoked right was not valid in the
///   second of its revocation, and of the holders in one second the last counts.
interface IRights {
    /// @notice A right came into being.
    /// @param right Its id.
    /// @param subject Resource or product that it is about.
    /// @param holder Member that has it.
    /// @param kind Which of the three.
    /// @param scope What it allows. Its uses are taken off those of each counted right in `basis`.
    /// @param granter Member that granted it.
    /// @param document Digest of the document that grants it.
    /// @param consent Consent of the person whom the data is about, zero if none was needed.
    /// @param basis Rights that it derives from.
    event RightGranted(
        bytes32 indexed right,
        bytes32 indexed subject,
        bytes18 indexed holder,
        RightKind kind,
        Scope scope,
        bytes18 granter,
        bytes32 document,
        bytes32 consent,
        bytes32[] basis
    );

    /// @notice A granted right was accepted.
    /// @param right Its id.
    /// @param holder Member that has it.
    event RightAccepted(bytes32 indexed right, bytes18 indexed holder);

    /// @notice Uses of a right were recorded.
    /// @param right Its id.
    /// @param holder Member that used it.
    /// @param count How many.
    /// @param used All that are recorded or taken by rights that derive from it, these included.
    /// @param evidence Digest of the evidence.
    event RightUsed(bytes32 indexed right, bytes18 indexed holder, uint32 count, uint32 used, bytes32 evidence);

    /// @notice A right got another holder.
    /// @param right Its id.
    /// @param from Member that had it.
    /// @param to Member that has it.
    /// @param document Digest of the document by which it was transferred.
    event RightTransferred(bytes32 indexed right, bytes18 indexed from, bytes18 indexed to, bytes32 document);

    /// @notice A right was revoked, and with it all that lean on it.
    /// @param right Its id.
    /// @param by Member that revoked it: granter or holder.
    /// @param reason Digest of the reason.
    event RightRevoked(bytes32 indexed right, bytes18 indexed by, bytes32 reason);

    /// @notice A member's nonce was used or given up.
    /// @param member The member.
    /// @param nonce The nonce.
    event NonceUsed(bytes18 indexed member, uint256 nonce);

    /// @notice No contract stands at an address given to the constructor.
    error RightsNoContract(address account);

    /// @notice A digest must be given.
    error RightsZeroDigest();

    /// @notice A product is made from 1 to 16 parents.
    error RightsParentCount(uint256 parents);

    /// @notice Two of the rights are about the same parent.
    error RightsParentTwice(bytes32 parent);

    /// @notice A product can't be graded below what it is made from.
    error RightsGrade(bytes32 parent, Grade parentGrade, Grade grade);

    /// @notice What is made from personal data is personal data, unless a risk assessment that stands found that it is not.
    error RightsPersonal(bytes32 parent);

    /// @notice A right names 1 to 16 purposes; none stands for all.
    error RightsPurposes(uint64 purposes);

    /// @notice A right names a territory.
    error RightsTerritories();

    /// @notice A period ends after it begins and after this block, and lasts no more than 30 years.
    error RightsPeriod(uint48 from, uint48 until);

    /// @notice A right is sub-licensed no more than 8 times in a row.
    error RightsDepth(uint8 depth, uint8 most);

    /// @notice The purposes go beyond those of the right that it derives from.
    error RightsPurposesExceed(bytes32 base, uint64 purposes, uint64 most);

    /// @notice The territories go beyond those of the right that it derives from.
    error RightsTerritoriesExceed(bytes32 base, uint64 territories, uint64 most);

    /// @notice The period ends after that of the right that it derives from.
    error RightsPeriodExceeds(bytes32 base, uint48 until, uint48 most);

    /// @notice The uses are more than those that are left, or are not counted though those of the right that it derives from are.
    error RightsUsesExceed(bytes32 base, uint32 uses, uint32 left);

    /// @notice Nothing of this kind derives from a right of that kind.
    error RightsKind(bytes32 base, RightKind from, RightKind to);

    /// @notice The right leans on too many others.
    error RightsReach(uint256 reach, uint256 most);

    /// @notice There is no right of this id.
    error RightsUnknownRight(bytes32 right);

    /// @notice The right is another member's.
    error RightsNotHolder(bytes32 right, bytes18 holder, bytes18 given);

    /// @notice Only granter and holder revoke a right.
    error RightsNotParty(bytes32 right, bytes18 caller);

    /// @notice A right that something is to be done by is not valid, because of `cause`.
    error RightsNotValid(bytes32 right, Validity validity, bytes32 cause);

    /// @notice The right is granted to no active member.
    error RightsHolderNotActive(bytes18 holder);

    /// @notice A member grants nothing to itself.
    error RightsSelfGrant(bytes18 holder);

    /// @notice A member transfers nothing to itself.
    error RightsSelfTransfer(bytes18 holder);

    /// @notice The same document grants the same right to the same member once.
    error RightsAlreadyGranted(bytes32 right);

    /// @notice The right has been accepted.
    error RightsAlreadyAccepted(bytes32 right, uint48 acceptedAt);

    /// @notice The right has been revoked.
    error RightsAlreadyRevoked(bytes32 right, uint48 revokedAt);

    /// @notice The right was granted by another document.
    error RightsDocument(bytes32 right, bytes32 document);

    /// @notice Personal data goes to another member only under a consent that covers it.
    error RightsConsent(bytes32 consent, bytes18 holder);

    /// @notice The member is under a sanction that forbids this.
    error RightsSanctioned(bytes18 member, Restriction restriction);

    /// @notice A case holds the resource or product.
    error RightsHeld(bytes32 subject);

    /// @notice Regulators froze the resource or product.
    error RightsFrozen(bytes32 subject);

    /// @notice Statements that the grade asks for are missing: mask of kinds, bit n for `AttestationKind(n)`.
    error RightsRequirementsUnmet(bytes32 subject, uint16 unmet);

    /// @notice The uses of this right are not counted.
    error RightsNotCounted(bytes32 right);

    /// @notice At least one use is recorded, and no more than are left.
    error RightsUseCount(bytes32 right, uint32 count, uint32 left);

    /// @notice A transfer is signed by as many as it binds, no more and no fewer.
    error RightsApprovalCount(uint256 expected, uint256 given);

    /// @notice The key is not one of the member whose signature stands at this place.
    error RightsWrongSigner(bytes18 expected, bytes18 given);

    /// @notice The last second of the signature has passed.
    error RightsDeadline(uint256 deadline);

    /// @notice The signature is not the key's signature over these values.
    error RightsSignature(address key);

    /// @notice The member has used or given up the nonce.
    error RightsNonceUsed(bytes18 member, uint256 nonce);

    /// @notice Registers a resource and the holding right on it (首次登记).
    ///
    /// Requirements: the caller is a live key, for acts, of an active member that no sanction forbids listing; the scope is well formed; the
    /// registry takes the registration, see {IRegistry}.
    ///
    /// @param registration What is registered.
    /// @param scope What the holding right allows.
    /// @return subject Id of the resource, keccak256(abi.encode(owner, digest)).
    /// @return right Id of the holding right, keccak256(abi.encode(owner, subject, owner, Holding, digest)).
    function registerResource(
        Registration calldata registration,
        Scope calldata scope
    ) external returns (bytes32 subject, bytes32 right);

    /// @notice Registers a product, its lineage and the operating right on it.
    ///
    /// Requirements: as {registerResource}; `basis` are 1 to 16 rights of the caller's member that are usable in this block, each on another
    /// parent that is neither held nor frozen: holding, processing, or the operating right that came with a product of its own; the scope
    /// lies within each of them, depth apart; if one is counted, so is the new right, and its uses are taken off each that is; no parent is
    /// graded higher; if one is of personal source, so is the product, or the newest valid attestation of kind RiskAssessment on its id found
    /// that it passes (匿名化处理, plan item 6: assessed before it is registered, for its id is known before); the new right's reach is no
    /// more than 256.
    ///
    /// @param registration What is registered.
    /// @param scope What the operating right allows.
    /// @param basis Rights on what the product is made from.
    /// @return subject Id of the product, keccak256(abi.encode(owner, digest)).
    /// @return right Id of the operating right, keccak256(abi.encode(owner, subject, owner, Operating, digest)).
    function registerProduct(
        Registration calldata registration,
        Scope calldata scope,
        bytes32[] calldata basis
    ) external returns (bytes32 subject, bytes32 right);

    /// @notice Offers a right that derives from one that the caller's member holds. It is not valid until it is accepted.
    ///
    /// Requirements: the caller is a live key, for acts, of the active member that holds `base`, which no sanction forbids granting; `base`
    /// is usable in this block and may be sub-licensed; `holder` is another active member; the kind is the base's or processing; the scope
    /// lies within the base's, with less depth and no more uses than are left; the document is not zero, and has not granted the same before;
    /// the resource or product is neither held nor frozen. If the right is to hold or process: for important and core data no statement that
    /// the grade asks for at home is missing; for personal data the consent covers the holder, the purposes and the period. A consent that is
    /// given always has to cover them.
    ///
    /// @param offer The right.
    /// @return right Id, keccak256(abi.encode(granter, base, holder, kind, document)).
    function grant(Grant calldata offer) external returns (bytes32 right);

    /// @notice Grants a right that the member that gets it accepted beforehand: it is valid at once, if its period has begun.
    ///
    /// Requirements: as {grant}; `acceptance` is the signature of a live key, for acts, of the holder over the EIP-712 struct
    /// `Acceptance(bytes18 granter,Grant grant,uint256 nonce,uint256 deadline)` with
    /// `Grant(bytes32 base,bytes18 holder,uint8 kind,Scope scope,bytes32 document,bytes32 consent)` and
    /// `Scope(uint64 purposes,uint64 territories,uint48 from,uint48 until,uint32 uses,uint8 depth)`; the deadline has not passed; the holder
    /// has not used the nonce.
    ///
    /// @param offer The right.
    /// @param acceptance Signature of the holder.
    /// @return right Id.
    function grantAccepted(Grant calldata offer, Approval calldata acceptance) external returns (bytes32 right);

    /// @notice Accepts a right that was offered.
    ///
    /// Requirements: the caller is a live key, for acts, of the active member that the right was granted to; it is not accepted, revoked or
    /// over; the document is the one that granted it; what it derives from is valid in this block and still held by the member that made the offer; the resource or product is neither held
    /// nor frozen; what {grant} asks of statements and of the consent is met in this block still.
    ///
    /// @param right Its id.
    /// @param document Digest of the document that grants it.
    function accept(bytes32 right, bytes32 document) external;

    /// @notice Records uses of a counted right.
    ///
    /// Requirements: the caller is a live key, for acts, of the active member that holds it; it is usable in this block; `count` is at
    /// least one and no more than are left; the evidence is not zero.
    ///
    /// @param right Its id.
    /// @param count How many.
    /// @param evidence Digest of the evidence.
    function recordUse(bytes32 right, uint32 count, bytes32 evidence) external;

    /// @notice Hands a right over to another member (转移登记). Anybody may relay it.
    ///
    /// Requirements: `from` holds the right and no sanction forbids it granting; the right is valid in this block; `to` is another active
    /// member; the document is not zero; the resource or product is neither held nor frozen; for important and core data no statement that
    /// the grade asks for at home is missing; the right's consent, if it has one, covers `to` for the purposes and the period;
    /// `approvals` are the signatures of `from`, `to` and, for a granted right, the member that holds its base, unless it is one of these
    /// two: in this order, each by a live key, for acts, of an active member, over the EIP-712 struct
    /// `Transfer(bytes18 by,bytes32 right,bytes18 from,bytes18 to,bytes32 document,uint256 nonce,uint256 deadline)`, with `by` the member
    /// that signs; no deadline has passed and no nonce is used.
    ///
    /// @param transferred The right, from whom and to whom.
    /// @param approvals Signatures of those whom it binds.
    function transfer(Transfer calldata transferred, Approval[] calldata approvals) external;

    /// @notice Revokes a right. All that lean on it stop being valid in this block. Its uses are not given back.
    ///
    /// Requirements: the caller is a live key, for acts, of the active member that holds it, or of the one that holds the right that it was
    /// granted from; it is not revoked; the reason is not zero.
    ///
    /// @param right Its id.
    /// @param reason Digest of the reason.
    function revoke(bytes32 right, bytes32 reason) external;

    /// @notice Gives up a nonce of the caller's member, so that a signature with it can't be used any more.
    ///
    /// Requirements: the caller is a live key, for acts, of an active member that has not used the nonce.
    function voidNonce(uint256 nonce) external;

    /// @notice True if the right and all that it leans on are valid in this block and the holder of the right itself is active.
    function isValid(bytes32 right) external view returns (bool);

    /// @notice True if the right and all that it leans on were valid at `time`, Unix seconds, and the member that held the right itself
    /// then was active. For the future: as things stand.
    function isValidAt(bytes32 right, uint64 time) external view returns (bool);

    /// @notice Why a right is or is not valid at `time`, Unix seconds.
    /// @return validity The first fault that is found, or `Valid`. Never `Exhausted`.
    /// @return cause Right at which it was found, zero if valid.
    function validityAt(bytes32 right, uint64 time) external view returns (Validity validity, bytes32 cause);

    /// @notice Why something may or may not be derived from a right, or a use recorded, in this block: {validityAt} for now, and `Exhausted`
    /// if its uses are gone.
    /// @return validity The first fault that is found, or `Valid`.
    /// @return cause Right at which it was found, zero if valid.
    function usabilityOf(bytes32 right) external view returns (Validity validity, bytes32 cause);

    /// @notice Member that held the right at `time`, Unix seconds; zero before it came into being. For the future: as things stand.
    function holderAt(bytes32 right, uint64 time) external view returns (bytes18 holder);

    /// @notice Whether `seller` may list `subject` by `right` in this block, and why not: a product by its operating right, a resource by
    /// its holding right, never of core grade.
    /// @param crossBorder True if the data leaves the country: the grade then asks for more statements.
    function listingOf(
        bytes32 subject,
        bytes32 right,
        bytes18 seller,
        bool crossBorder
    ) external view returns (Listing listing);

    /// @notice A right.
    /// @dev Reverts with {RightsUnknownRight}.
    function rightOf(bytes32 right) external view returns (Right memory);

    /// @notice Rights that a right derives from: one for a granted right, one for each parent of a product, none for a resource.
    /// @dev Reverts with {RightsUnknownRight}.
    function basisOf(bytes32 right) external view returns (bytes32[] memory basis);

    /// @notice Member that is in the granter's place now: the holder of the base; for a founding right its own holder.
    /// @dev Reverts with {RightsUnknownRight}.
    function granterOf(bytes32 right) external view returns (bytes18 granter);

    /// @notice True if the member has used or given up the nonce.
    function isNonceUsed(bytes18 member, uint256 nonce) external view returns (bool);

    /// @notice What the holder-to-be signs to accept a right beforehand: the EIP-712 digest.
    function acceptanceDigest(
        bytes18 granter,
        Grant calldata offer,
        uint256 nonce,
        uint256 deadline
    ) external view returns (bytes32 digest);

    /// @notice What `by` signs for a transfer: the EIP-712 digest.
    function transferDigest(
        bytes18 by,
        Transfer calldata transferred,
        uint256 nonce,
        uint256 deadline
    ) external view returns (bytes32 digest);

    /// @notice Id of the right that this member grants.
    function rightIdOf(bytes18 granter, Grant calldata offer) external pure returns (bytes32 right);
}
