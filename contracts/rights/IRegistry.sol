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

/// @notice Where the registration of a subject stands.
/// @dev The numbers are part of the ABI. `Refused` and `Withdrawn` end an application, which may be made anew; `Cancelled` is final.
enum RegistrationStatus {
    None,
    Pending,
    Registered,
    Refused,
    Withdrawn,
    Cancelled
}

/// @notice Where a review stands.
enum ReviewState {
    None,
    Open,
    Completed,
    Refused,
    Withdrawn
}

/// @notice Where an objection stands.
enum ObjectionState {
    None,
    Open,
    Upheld,
    Dismissed
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

/// @notice How registrations of one source class and grade are reviewed.
/// @param notice Seconds of public notice (公示期), 0 to 180 days.
/// @param reviewers Mask of the kinds of members of which one signs off, bit n for `Kind(n)`; 0 if no such sign-off is needed.
struct ReviewRule {
    uint48 notice;
    uint16 reviewers;
}

/// @notice What an alteration changes.
/// @param digest Digest that names what is registered now. The id stays.
/// @param metadata Digest of the metadata.
/// @param contents Digests of the data itself or of its description, one for each algorithm.
struct Draft {
    bytes32 digest;
    bytes32 metadata;
    ContentDigest[] contents;
}

/// @notice A version of what is registered, or one that was asked for.
/// @param digest Digest that names it.
/// @param metadata Digest of its metadata.
/// @param link keccak256(abi.encode(link of the version before or zero, digest, metadata, contents)); zero until it is in force.
/// @param from First second, Unix, in which it counts; 0 if it never did.
/// @param contents Digests of the data or its description.
struct Version {
    bytes32 digest;
    bytes32 metadata;
    bytes32 link;
    uint48 from;
    ContentDigest[] contents;
}

/// @notice Review of a registration or an alteration. It stays as it ended.
/// @param entry First or Alteration.
/// @param state Where it stands.
/// @param rule Version of the rule of the subject's source class and grade under which it runs.
/// @param reviewers Kinds of which one signs off, as that rule has it.
/// @param objections Objections made, resolved or not.
/// @param openObjections Objections that nobody resolved.
/// @param openedAt Unix seconds.
/// @param noticeEnds First second, Unix, after the notice.
/// @param venue Venue that has to sign off; zero for none.
/// @param venueSigned True once it did.
/// @param reviewer Member of one of the kinds that signed off; zero while none did.
/// @param document Digest of the document that asks for an alteration; zero for a registration.
/// @param grounds Digest of the grounds of a refusal; zero if it was not refused.
struct Review {
    RegistrationType entry;
    ReviewState state;
    uint32 rule;
    uint16 reviewers;
    uint8 objections;
    uint8 openObjections;
    uint48 openedAt;
    uint48 noticeEnds;
    bytes18 venue;
    bool venueSigned;
    bytes18 reviewer;
    bytes32 document;
    bytes32 grounds;
}

/// @notice An objection (异议) to a registration or an alteration under notice.
/// @param by Member that objects.
/// @param state Where it stands.
/// @param grounds Digest of its grounds.
/// @param resolution Digest of the grounds of its resolution; zero while open.
struct Objection {
    bytes18 by;
    ObjectionState state;
    bytes32 grounds;
    bytes32 resolution;
}

/// @notice A registration at a venue.
/// @param venue The venue; zero for a registration without one.
/// @param number Registration number, unique and rising over all subjects.
/// @param from First second, Unix.
/// @param until First second, Unix, after it; 0 while it stands.
struct VenueEntry {
    bytes18 venue;
    uint64 number;
    uint48 from;
    uint48 until;
}

/// @notice A signed move of a registration (携带) from its venue to another.
/// @param subject Resource or product.
/// @param owner Its owner.
/// @param fromVenue Venue where it is registered, zero for none.
/// @param toVenue Venue that takes it.
/// @param number Registration number that ends with the move, which makes the signatures good for this one move.
/// @param deadline Last second, Unix, that counts.
struct Move {
    bytes32 subject;
    bytes18 owner;
    bytes18 fromVenue;
    bytes18 toVenue;
    uint64 number;
    uint256 deadline;
}

/// @notice A member's signature.
/// @param key Key of the member; may be a contract that answers ERC-1271.
/// @param signature r, s and v in 65 bytes, or what the contract asks for.
struct MemberSignature {
    address key;
    bytes signature;
}

/// @notice A resource or product as it stands.
/// @param owner Member that registered it, or to which it was transferred.
/// @param grade Grade of the data.
/// @param source Where the data comes from.
/// @param isProduct True for a product.
/// @param status Where its registration stands.
/// @param registeredAt First second, Unix, in which it was in force; 0 if it never was.
/// @param versions Number of the version in force; 0 before the first.
/// @param cancelledAt First second, Unix, after its cancellation; 0 if it was not cancelled.
/// @param number Its registration number now, the last one if it is cancelled; 0 before it is registered.
/// @param historyCount Entries of its history.
/// @param round Number of its newest review, from 1.
/// @param head Head of its history.
/// @param right The right that came into being with it.
struct SubjectRecord {
    bytes18 owner;
    Grade grade;
    SourceClass source;
    bool isProduct;
    RegistrationStatus status;
    uint48 registeredAt;
    uint32 versions;
    uint48 cancelledAt;
    uint64 number;
    uint64 historyCount;
    uint32 round;
    bytes32 head;
    bytes32 right;
}

/// @notice An algorithm of digests.
/// @param name Its name in ASCII, filled up with zeros.
/// @param addedAt Unix seconds.
/// @param retiredAt Unix seconds; 0 while digests may be made with it.
struct Algorithm {
    bytes32 name;
    uint48 addedAt;
    uint48 retiredAt;
}

/// @title Registry of data resources and products
/// @notice What is registered (登记), by whom, under which grade, in which versions, at which venue, and the whole history of each: plan items 1
/// (分级分类), 4 and 20 (审查), 7 (登记、携带、一地登记全国共享), 22 (异议). One registration counts for all members, whichever venue took it.
///
///     | entry of the history | made by                                     | party in the history   |
///     | -------------------- | ------------------------------------------- | ---------------------- |
///     | 1 first 首次           | {enter} or {complete}                       | owner                  |
///     | 2 licence 许可         | {note}, by `Rights`                         | member that gets it    |
///     | 3 transfer 转移        | {note}, by `Rights`                         | member that gets it    |
///     | 4 alteration 变更      | {alter} or {complete}                       | owner                  |
///     | 5 cancellation 注销    | {cancel}                                    | owner                  |
///     | 6 objection 异议       | {object}, and again {resolve}               | objector, then reviewer |
///     | 7 move 携带            | {move}                                      | venue that takes it    |
///
/// The history of a subject is a chain: head = keccak256(abi.encode(head before, uint8 entry, bytes18 party, bytes32 document, uint48 time)),
/// five words of 32 bytes, zero before the first. Who has {headOf} and all {HistoryAdded} of a subject can show that none is missing.
///
/// A registration of a source class and grade is reviewed as the council's rule says: a notice of so many seconds, in which any other member may
/// object; a sign-off by a member of one of the rule's kinds; and, where a venue takes it, the venue's own sign-off. A rule that asks for
/// nothing, and no venue: it is registered at once. An alteration is reviewed in the same way, and the version before it counts meanwhile.
/// A review runs under the version of the rule at its opening, whatever the council decides later.
///
/// Reviewers of a review are the active members of the rule's kinds and its venue, while it is of that kind and no sanction keeps it from its
/// service; where there are neither, the regulators. They sign off, refuse, and resolve objections. The owner never reviews its own.
///
/// What follows from this, and is meant:
///
/// - A subject's id is bound to the member that registered it first and to the first digest. It stays through transfers, alterations and moves.
/// - A venue that is of one of the rule's kinds signs off once for both.
/// - A sign-off stands whatever becomes of the member that gave it, and until the completion any reviewer may still refuse.
/// - A sign-off and the resolution of an objection name the review that was read: an owner that withdraws and applies anew while they are
///   under way does not get them for another draft.
/// - What was refused stays readable with its grounds for ever. The owner may {resubmit} it, with a grade as high or higher.
/// - A venue that is not active need not sign that a registration leaves it: nobody is locked in by a venue that is gone.
/// - A signed move can't be taken back before its deadline but by another move: sign for a short time.
/// - Registered core data is in force as any other; that it can't be listed is for `Rights` to say.
/// - A cancellation and the end of an entry at a venue count for their whole second, as every end of something (see {IMembers}).
/// - Grade, source class and lineage are what the owner declares and the reviewers let pass. Only {resubmit} changes grade and source class.
interface IRegistry {
    /// @notice An application was made: the first, or one more after a refusal or a withdrawal.
    /// @param subject keccak256(abi.encode(owner, digest)) of the first application.
    /// @param owner Member that registers.
    /// @param isProduct True for a product.
    /// @param round Number of its review.
    /// @param right The right that comes into being with it.
    /// @param registration What is to be registered.
    /// @param parents What a product is made from.
    event SubjectEntered(
        bytes32 indexed subject,
        bytes18 indexed owner,
        bool indexed isProduct,
        uint32 round,
        bytes32 right,
        Registration registration,
        bytes32[] parents
    );

    /// @notice A review opened, and with it the notice.
    /// @param subject Resource or product.
    /// @param round Number of the review, from 1 for each subject.
    /// @param entry First or Alteration.
    /// @param rule Version of the rule under which it runs.
    /// @param noticeEnds First second, Unix, after the notice.
    /// @param venue Venue that has to sign off; zero for none.
    event ReviewOpened(
        bytes32 indexed subject,
        uint32 indexed round,
        RegistrationType indexed entry,
        uint32 rule,
        uint48 noticeEnds,
        bytes18 venue
    );

    /// @notice A reviewer signed off.
    /// @param subject Resource or product.
    /// @param round Number of the review.
    /// @param by Member that signed off.
    /// @param opinion Digest of its opinion.
    event SignedOff(bytes32 indexed subject, uint32 indexed round, bytes18 indexed by, bytes32 opinion);

    /// @notice A registration or an alteration was refused.
    /// @param subject Resource or product.
    /// @param round Number of the review.
    /// @param by Member that refused.
    /// @param grounds Digest of the grounds.
    event Refused(bytes32 indexed subject, uint32 indexed round, bytes18 indexed by, bytes32 grounds);

    /// @notice The owner withdrew an application.
    /// @param subject Resource or product.
    /// @param round Number of the review.
    event Withdrawn(bytes32 indexed subject, uint32 indexed round);

    /// @notice A member objected.
    /// @param subject Resource or product.
    /// @param round Number of the review.
    /// @param by Member that objects.
    /// @param place Place of the objection in this review, from 0.
    /// @param grounds Digest of its grounds.
    event Objected(bytes32 indexed subject, uint32 indexed round, bytes18 indexed by, uint256 place, bytes32 grounds);

    /// @notice An objection was resolved.
    /// @param subject Resource or product.
    /// @param round Number of the review.
    /// @param by Member that resolved it.
    /// @param place Place of the objection.
    /// @param upheld True if it was upheld, which refuses what it objected to.
    /// @param grounds Digest of the grounds.
    event ObjectionResolved(
        bytes32 indexed subject,
        uint32 indexed round,
        bytes18 indexed by,
        uint256 place,
        bool upheld,
        bytes32 grounds
    );

    /// @notice A version came into force.
    /// @param subject Resource or product.
    /// @param version Its number, from 1.
    /// @param round Number of the review that it passed.
    /// @param digest Digest that names it.
    /// @param metadata Digest of its metadata.
    /// @param contents Digests of the data or its description.
    /// @param link What links it to the version before, see {Version}.
    event VersionInForce(
        bytes32 indexed subject,
        uint32 indexed version,
        uint32 indexed round,
        bytes32 digest,
        bytes32 metadata,
        ContentDigest[] contents,
        bytes32 link
    );

    /// @notice A registration number was given: at the registration, or at a move.
    /// @param subject Resource or product.
    /// @param number The number.
    /// @param venue Venue; zero for none.
    event NumberGiven(bytes32 indexed subject, uint64 indexed number, bytes18 indexed venue);

    /// @notice An entry was added to the history of a subject.
    /// @param subject Resource or product.
    /// @param entry Type of registration.
    /// @param party Member that it is of, see the table of {IRegistry}.
    /// @param count Number of the entry, from 1 for each subject.
    /// @param document Digest of its document; for a first registration the link of its version.
    /// @param time Unix seconds.
    /// @param head Head of the history after it.
    event HistoryAdded(
        bytes32 indexed subject,
        RegistrationType indexed entry,
        bytes18 indexed party,
        uint64 count,
        bytes32 document,
        uint48 time,
        bytes32 head
    );

    /// @notice The council set a rule for reviews.
    /// @param source Source class.
    /// @param grade Grade.
    /// @param version Number of the rule for this class and grade, from 1.
    /// @param rule The rule.
    event ReviewRuleSet(SourceClass indexed source, Grade indexed grade, uint32 indexed version, ReviewRule rule);

    /// @notice An algorithm was added.
    /// @param algorithm Its number.
    /// @param name Its name in ASCII, filled up with zeros.
    event AlgorithmAdded(uint16 indexed algorithm, bytes32 name);

    /// @notice An algorithm was retired: no new digest is made with it, old ones stay.
    /// @param algorithm Its number.
    event AlgorithmRetired(uint16 indexed algorithm);

    /// @notice No contract stands at the address.
    error RegistryNoContract(address given);

    /// @notice A notice lasts no more than 180 days, and reviewers are of kinds that exist.
    error RegistryRule(uint48 notice, uint16 reviewers);

    /// @notice Only the contract of rights does this.
    error RegistryNotRights(address caller);

    /// @notice A digest must be given.
    error RegistryZeroDigest();

    /// @notice The owner is not active.
    error RegistryOwnerNotActive(bytes18 owner);

    /// @notice A sanction keeps the owner from listing, and so from registering.
    error RegistrySanctioned(bytes18 owner);

    /// @notice The venue is no active member of kind venue, is kept from its service by a sanction, or is the owner itself.
    error RegistryVenue(bytes18 venue);

    /// @notice A product is made from 1 to 16 parents, a resource from none.
    error RegistryParents(uint256 parents, bool isProduct);

    /// @notice There are 1 to 4 digests of the content.
    error RegistryContentCount(uint256 given, uint256 most);

    /// @notice There is no algorithm of this number, or it was retired.
    error RegistryAlgorithm(uint16 algorithm);

    /// @notice Two digests of the content are of one algorithm.
    error RegistryAlgorithmTwice(uint16 algorithm);

    /// @notice The member has registered this digest.
    error RegistryAlreadyEntered(bytes32 subject);

    /// @notice There is no resource or product of this id.
    error RegistryUnknownSubject(bytes32 subject);

    /// @notice The status does not allow this.
    error RegistryStatus(bytes32 subject, RegistrationStatus status);

    /// @notice The subject is another member's.
    error RegistryNotOwner(bytes32 subject, bytes18 owner, bytes18 caller);

    /// @notice The member does not review this subject.
    error RegistryNotReviewer(bytes32 subject, bytes18 caller);

    /// @notice No review of the subject is open.
    error RegistryNoReview(bytes32 subject);

    /// @notice A review of the subject is open, and has to end before.
    error RegistryReviewOpen(bytes32 subject, uint32 round);

    /// @notice The review that is open is another than the one that was read.
    error RegistryRound(bytes32 subject, uint32 open, uint32 given);

    /// @notice Who signs off did so.
    error RegistryAlreadySigned(bytes32 subject, bytes18 by);

    /// @notice The notice is not over.
    error RegistryNotice(bytes32 subject, uint48 noticeEnds);

    /// @notice The notice is over.
    error RegistryNoticeOver(bytes32 subject, uint48 noticeEnds);

    /// @notice A sign-off is missing.
    error RegistryNotSignedOff(bytes32 subject);

    /// @notice Objections are not resolved.
    error RegistryObjectionsOpen(bytes32 subject, uint256 open);

    /// @notice The owner does not object to its own.
    error RegistryOwnObjection(bytes32 subject);

    /// @notice The member has objected in this review.
    error RegistryObjected(bytes32 subject, bytes18 by);

    /// @notice A review takes 16 objections.
    error RegistryTooManyObjections(bytes32 subject, uint256 most);

    /// @notice There is no open objection at this place.
    error RegistryObjection(bytes32 subject, uint256 place);

    /// @notice A hold ordered in a case, or an emergency freeze, is on the subject.
    error RegistryHeld(bytes32 subject);

    /// @notice A grade is never lowered.
    error RegistryGrade(Grade grade, Grade least);

    /// @notice What was entered as personal data is not made other data by applying anew.
    error RegistryPersonal(bytes32 subject);

    /// @notice The subject is at another owner, venue or number than the move says.
    error RegistryMove(bytes32 subject, bytes18 owner, bytes18 venue, uint64 number);

    /// @notice Owner, old venue if it is active, and new venue sign a move, in this order.
    error RegistrySignatureCount(uint256 expected, uint256 given);

    /// @notice The key is not of the member that has to sign at this place.
    error RegistryWrongSigner(bytes18 expected, bytes18 given);

    /// @notice The signature is not the key's signature over these values.
    error RegistrySignature(address key);

    /// @notice The last second of the signatures has passed.
    error RegistryDeadline(uint256 deadline);

    /// @notice The history takes only licences and transfers from the contract of rights.
    error RegistryEntry(RegistrationType entry);

    /// @notice Enters a resource or product. Only `Rights` calls this, in the transaction that makes its first right.
    ///
    /// Requirements: the owner is active and under no sanction that keeps it from listing, and has not entered this digest; digests are not zero; 1 to 4 content
    /// digests, each of another algorithm that is not retired; the venue, if one is named, is an active member of kind venue, under no sanction
    /// that keeps it from its service, and not the owner; a product has 1 to 16 parents, a resource none. Where it is registered at once: nothing holds or freezes this id.
    ///
    /// @param owner Member that registers.
    /// @param right The right that comes into being with it.
    /// @param isProduct True for a product.
    /// @param registration What is registered.
    /// @param parents What a product is made from; empty for a resource. That they exist, and their grades, is for `Rights` to check.
    /// @return subject keccak256(abi.encode(owner, digest)).
    function enter(
        bytes18 owner,
        bytes32 right,
        bool isProduct,
        Registration calldata registration,
        bytes32[] calldata parents
    ) external returns (bytes32 subject);

    /// @notice Applies anew for what was refused or withdrawn, under the same id.
    ///
    /// Requirements: the caller is a live Act key of the owner; the status is Refused or Withdrawn; the registration is as {enter} asks, its
    /// grade not lower than before, its source class still personal if it was.
    ///
    /// @param subject Resource or product.
    /// @param registration What is registered. Its digest may be another.
    function resubmit(bytes32 subject, Registration calldata registration) external;

    /// @notice Asks for an alteration (变更), or makes it at once where neither rule nor venue asks for a review.
    ///
    /// Requirements: the caller is a live Act key of the owner; it is registered; no review is open; nothing holds or freezes it; the digests
    /// as {enter} asks; the document is not zero.
    ///
    /// @param subject Resource or product.
    /// @param draft What it is to be.
    /// @param document Digest of the document that asks for it.
    function alter(bytes32 subject, Draft calldata draft, bytes32 document) external;

    /// @notice Signs off the open review, as the venue, as a member of one of the rule's kinds, or as both.
    ///
    /// Requirements: the open review is that of `round`; the caller is a live Govern key of such an active member that is not the owner; what it signs off is not signed off yet; the opinion is not zero.
    ///
    /// @param subject Resource or product.
    /// @param round Number of the review, and so of the draft that was read.
    /// @param opinion Digest of the opinion.
    function signOff(bytes32 subject, uint32 round, bytes32 opinion) external;

    /// @notice Refuses the registration or alteration under review. The refusal stays.
    ///
    /// Requirements: the caller is a live Govern key of a reviewer; a review is open; the grounds are not zero.
    ///
    /// @param subject Resource or product.
    /// @param grounds Digest of the grounds.
    function refuse(bytes32 subject, bytes32 grounds) external;

    /// @notice Objects to the registration or alteration under notice (异议), which then waits until a reviewer resolved it.
    ///
    /// Requirements: the caller is a live Act key of an active member other than the owner that has not objected in this review; the notice is not over; fewer than 16
    /// objections were made; the grounds are not zero.
    ///
    /// @param subject Resource or product.
    /// @param grounds Digest of the grounds.
    function object(bytes32 subject, bytes32 grounds) external;

    /// @notice Resolves an objection. Upheld, it refuses what it objected to.
    ///
    /// Requirements: the open review is that of `round`; the caller is a live Govern key of a reviewer; the objection is open; the grounds are not zero.
    ///
    /// @param subject Resource or product.
    /// @param round Number of the review.
    /// @param place Place of the objection in the open review, from 0.
    /// @param upheld True to uphold, false to dismiss.
    /// @param grounds Digest of the grounds.
    function resolve(bytes32 subject, uint32 round, uint256 place, bool upheld, bytes32 grounds) external;

    /// @notice Completes the open review: the registration gets its number, or the alteration counts. Anybody may ask for it.
    ///
    /// Requirements: the notice is over, every sign-off that is needed was given, no objection is open, nothing holds or freezes the subject;
    /// for a registration: its owner is active and under no sanction that keeps it from listing.
    ///
    /// @param subject Resource or product.
    function complete(bytes32 subject) external;

    /// @notice Withdraws the application under review.
    ///
    /// Requirements: the caller is a live Act key of the owner; a review is open.
    ///
    /// @param subject Resource or product.
    function withdraw(bytes32 subject) external;

    /// @notice Cancels a registration (注销), for ever.
    ///
    /// Requirements: the caller is a live Act key of the owner; it is registered; no review is open; nothing holds or freezes it; the document is not zero.
    ///
    /// @param subject Resource or product.
    /// @param document Digest of the document that cancels it.
    function cancel(bytes32 subject, bytes32 document) external;

    /// @notice Moves a registration with its history to another venue (携带). Anybody may bring the signatures.
    ///
    /// Requirements: it is registered; owner, venue and number are those of the subject; the new venue is an active member of kind venue under no sanction that keeps it from its service, neither the owner nor the old venue; no
    /// review is open; nothing holds or freezes it; the deadline has not passed; {moveDigest} is signed by an Act key of the owner, a Govern
    /// key of the old venue (none if there is no venue or it is not active), and a Govern key of the new venue, in this order.
    ///
    /// @param move_ The move.
    /// @param signatures Their signatures.
    function move(Move calldata move_, MemberSignature[] calldata signatures) external;

    /// @notice Adds a licence or a transfer to the history of a subject; a transfer changes its owner. Only `Rights` calls this.
    ///
    /// Requirements: the entry is Licence or Transfer; the subject is registered; for a transfer: no review is open; the document is not zero.
    ///
    /// @param subject Resource or product.
    /// @param entry Licence or Transfer.
    /// @param to Member that got the right.
    /// @param document Digest of the document.
    function note(bytes32 subject, RegistrationType entry, bytes18 to, bytes32 document) external;

    /// @notice Sets the rule for registrations and alterations of this source class and grade that come after. Only a decision of the council.
    /// @return version Number of the rule for this class and grade.
    function setReviewRule(SourceClass source, Grade grade, ReviewRule calldata rule) external returns (uint32 version);

    /// @notice Adds an algorithm. Only a decision of the council.
    /// @param name Its name in ASCII, filled up with zeros; not zero.
    /// @return algorithm Its number.
    function addAlgorithm(bytes32 name) external returns (uint16 algorithm);

    /// @notice Retires an algorithm: no new digest is made with it. Only a decision of the council.
    /// @param algorithm Its number; it is not retired.
    function retireAlgorithm(uint16 algorithm) external;

    /// @notice What is asked most often. Zeros for a subject that nobody registered.
    function briefOf(bytes32 subject) external view returns (SubjectBrief memory);

    /// @notice True if the registration was complete and not cancelled at `time`, Unix seconds.
    function inForceAt(bytes32 subject, uint64 time) external view returns (bool);

    /// @notice A resource or product as it stands.
    /// @dev Reverts with {RegistryUnknownSubject}.
    function recordOf(bytes32 subject) external view returns (SubjectRecord memory);

    /// @notice Number of entries and head of a subject's history; zeros before the first entry.
    function headOf(bytes32 subject) external view returns (uint64 count, bytes32 head);

    /// @notice A version that is or was in force.
    /// @param subject Resource or product.
    /// @param version Its number, from 1; empty for one that there is not.
    function versionOf(bytes32 subject, uint32 version) external view returns (Version memory);

    /// @notice What was asked for in a review, whether or not it came into force.
    /// @param subject Resource or product.
    /// @param round Number of the review, from 1; empty for one that there is not.
    function draftOf(bytes32 subject, uint32 round) external view returns (Version memory);

    /// @notice A review; empty for one that there is not.
    /// @param subject Resource or product.
    /// @param round Number of the review, from 1.
    function reviewOf(bytes32 subject, uint32 round) external view returns (Review memory);

    /// @notice Objections of a review, at most 16, in their order.
    /// @param subject Resource or product.
    /// @param round Number of the review, from 1.
    function objectionsOf(bytes32 subject, uint32 round) external view returns (Objection[] memory);

    /// @notice What a product is made from, at most 16.
    function parentsOf(bytes32 subject) external view returns (bytes32[] memory parents);

    /// @notice How many registrations at venues the subject had, the present one included.
    function venueEntryCount(bytes32 subject) external view returns (uint256 count);

    /// @notice The subject's registration at this place, from 0, in the order of time.
    /// @dev Reverts with Panic(0x32) at and beyond {venueEntryCount}.
    function venueEntryAt(bytes32 subject, uint256 place) external view returns (VenueEntry memory);

    /// @notice Subject that a registration number was given to; zero if to none.
    function subjectOfNumber(uint64 number) external view returns (bytes32 subject);

    /// @notice The newest registration number; 0 before the first.
    function lastNumber() external view returns (uint64 number);

    /// @notice Number and text of the rule in force for a source class and grade.
    function reviewRule(SourceClass source, Grade grade) external view returns (uint32 version, ReviewRule memory rule);

    /// @notice A rule that is or was in force.
    /// @dev Reverts with Panic(0x32) or Panic(0x11) for one that there is not.
    function reviewRuleAt(SourceClass source, Grade grade, uint32 version) external view returns (ReviewRule memory);

    /// @notice An algorithm; empty for one that there is not.
    function algorithmOf(uint16 algorithm) external view returns (Algorithm memory);

    /// @notice How many algorithms there are, retired ones included. They are numbered from 1.
    function algorithmCount() external view returns (uint16 count);

    /// @notice What owner and venues sign for a move: the EIP-712 digest of
    /// `Move(bytes32 subject,bytes18 owner,bytes18 fromVenue,bytes18 toVenue,uint64 number,uint256 deadline)`.
    function moveDigest(Move calldata move_) external view returns (bytes32 digest);

    /// @notice Contract that enters subjects and notes licences and transfers.
    function rights() external view returns (address);

    /// @notice Id of what this member registers under this digest.
    function subjectIdOf(bytes18 owner, bytes32 digest) external pure returns (bytes32 subject);
}
