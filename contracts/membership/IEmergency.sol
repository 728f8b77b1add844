// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SubjectKind} from "../SubjectKind.sol";

/// @notice How the council judged an order. Whatever it is but `None`, the order counts as reviewed.
enum Review {
    None,
    /// Rightly ordered.
    Confirmed,
    /// Not, or no longer, to be upheld.
    Lifted
}

/// @notice Where an order stands.
enum OrderState {
    None,
    /// Waits for regulators to co-sign it.
    Open,
    /// Too few co-signed it in time.
    Lapsed,
    /// Its subject is frozen by it.
    InForce,
    /// Its time is over.
    Ended,
    /// Ended before its time, by the regulators or the council.
    Lifted
}

/// @notice What a regulator orders.
/// @param subjectKind Product, Resource, Right, Trade or Member.
/// @param subject Id in its register; for a member its USCC, 18 bytes, then zeros.
/// @param reason Digest of the reason.
/// @param until First second, Unix, after the freeze.
struct FreezeOrder {
    SubjectKind subjectKind;
    bytes32 subject;
    bytes32 reason;
    uint48 until;
}

/// @notice An order as it stands. What was ordered never changes.
/// @param content What was ordered.
/// @param opener Regulator that opened it.
/// @param version Number of the rules under which it was opened; they hold for its voices and its time.
/// @param lapsesAt First second, Unix, in which it can no longer be co-signed.
/// @param effectiveAt First second, Unix, of the freeze; 0 while it has not begun.
/// @param until First second, Unix, after the freeze, as it stands; 0 while it has not begun.
/// @param liftedAt Unix seconds in which it was ended before its time, 0 if it was not.
/// @param reviewedAt Unix seconds of the council's newest review, 0 if there is none.
/// @param review The council's newest review.
/// @param reviewReason Digest of the reason for which the council lifted it, otherwise zero.
/// @param state Where it stands in this block.
struct OrderRecord {
    FreezeOrder content;
    bytes18 opener;
    uint32 version;
    uint48 lapsesAt;
    uint48 effectiveAt;
    uint48 until;
    uint48 liftedAt;
    uint48 reviewedAt;
    Review review;
    bytes32 reviewReason;
    OrderState state;
}

/// @notice What the council sets. All times in seconds.
/// @param threshold Regulators that freeze, and that release: 2 to 16.
/// @param longestOpen Longest time for which an order waits for co-signatures: up to 30 days.
/// @param longestFreeze Longest freeze without review: up to 30 days.
/// @param longestConfirmed Longest freeze from a review on: up to 180 days.
/// @param rest Time after the council lifted an order in which its subject can't be frozen: up to 180 days, also none.
struct EmergencyRules {
    uint8 threshold;
    uint48 longestOpen;
    uint48 longestFreeze;
    uint48 longestConfirmed;
    uint48 rest;
}

/// @notice A regulator's signature that anybody may bring.
/// @param key Key of the regulator; may be a contract that answers ERC-1271.
/// @param nonce Chosen at random by the signer; each serves a member once, in any order.
/// @param deadline Last second, Unix, in which it may be used.
/// @param signature r, s and v in 65 bytes, or what the contract asks for.
struct Cosignature {
    address key;
    bytes32 nonce;
    uint256 deadline;
    bytes signature;
}

/// @title Emergency freezes
/// @notice What a threshold of regulators froze for cause (应急处置, plan item 20; orders co-signed by several regulators: 联管联治, plan
/// items 4 and 20): a member, resource, product, right or trade. One regulator opens an order, others co-sign it, and with the voice that
/// reaches the threshold it takes effect at once. A regulator is an active member of the kind, and acts by keys that govern; each has one
/// voice, whatever its keys. At the deciding moment the voices of members count that are active regulators then.
///
/// An emergency is short. A freeze ends by itself, after 30 days at most, unless the council reviewed the order and set another end, at most
/// 180 days from its decision, as often as it decides so. Less needs one side only: as many regulators as freeze release, and the council lifts,
/// at any time.
///
/// The rule against endless freezes. An order can be opened on a subject, and take effect, only if of the newest order that took effect on
/// it, if there is one, all of this holds:
///
///   1. its freeze is over: by its time, or because it was released or lifted;
///   2. the council reviewed it: by {confirm}, with or without another end, or by {lift}, also after the freeze is over. Nothing else
///      is a review: neither its end, nor a release by the regulators, nor a change of the rules;
///   3. if that review is, or became, {lift}: the rest that the rules set has passed since.
///
/// So without the council a subject is frozen once, for 30 days at most, until the council answers for it.
///
/// What follows from this, and is meant:
///
/// - Nobody looks up whether a product, resource, right or trade exists, or whose it is: who asks for an id knows what it is. So a freeze
///   can come before a registration. A regulator has no voice on an order that freezes or releases itself; for what it owns, the others
///   watch.
/// - As many regulators as the threshold can freeze the other members, also those with seats in the council, as long as it can still decide:
///   a freeze that would paralyse it is refused by `Members`. A freeze that the council can't or won't review ends and can't be repeated.
/// - Nor do those who freeze gain a veto by it: an order against a member with a seat takes effect only if the seats that then still vote,
///   without those of the members that voiced the order, are as many as decide constitutional matters. In a small council, and in one
///   whose seats are mostly regulators', such an order may find too few: there a seat is suspended by vote instead. What the council
///   itself confirms is not asked this. Who sits in the council and lets others voice every order is not counted: it takes as many
///   regulators beside it as the threshold.
/// - A freeze that the regulators release at once still asks for a review, so as many of them as the threshold keep a subject from being
///   frozen by others until the council decides. That is one ordinary decision.
/// - The freeze of a member that was expelled since can be lifted and released, but gets no other end: `Members` freezes members only.
///   If it is readmitted, it is frozen until the end as it stands.
/// - A regulator that is frozen, suspended or expelled is no voice while that lasts. When voices count again, {enact} puts into effect
///   what they had asked for.
/// - The rules of the day on which an order was opened hold for its voices, also for releasing; those of the day of a review for the review.
/// - What was done on a subject before it was frozen stays done. The second in which a freeze ends is no longer frozen.
interface IEmergency {
    /// @notice A regulator opened an order, with its own voice.
    /// @param order keccak256(abi.encode(bytes32("order"), opener, subjectKind, subject, reason, until)).
    /// @param opener Member that opened it.
    /// @param subject What is to be frozen.
    /// @param subjectKind What the subject is.
    /// @param reason Digest of the reason.
    /// @param until First second, Unix, after the freeze.
    /// @param lapsesAt First second, Unix, in which it can no longer be co-signed.
    /// @param version Number of the rules that hold for it.
    event OrderOpened(
        bytes32 indexed order,
        bytes18 indexed opener,
        bytes32 indexed subject,
        SubjectKind subjectKind,
        bytes32 reason,
        uint48 until,
        uint48 lapsesAt,
        uint32 version
    );

    /// @notice A regulator gave an order its voice.
    /// @param order The order.
    /// @param regulator Member whose voice it is.
    /// @param key Key that called or signed.
    /// @param voices Voices that count after this one.
    event OrderCosigned(bytes32 indexed order, bytes18 indexed regulator, address key, uint256 voices);

    /// @notice A freeze began, or got another end by a review.
    /// @param order The order.
    /// @param subject What is frozen.
    /// @param until First second, Unix, after the freeze.
    event SubjectFrozen(bytes32 indexed order, bytes32 indexed subject, uint48 until);

    /// @notice A regulator asked for a release.
    /// @param order The order.
    /// @param regulator Member whose voice it is.
    /// @param key Key that called or signed.
    /// @param reason Digest of the reason.
    /// @param voices Voices for the release that count after this one.
    event ReleaseAsked(bytes32 indexed order, bytes18 indexed regulator, address key, bytes32 reason, uint256 voices);

    /// @notice A freeze ended before its time.
    /// @param order The order.
    /// @param subject What is no longer frozen.
    /// @param byCouncil True if the council lifted it, false if the regulators released it.
    event SubjectReleased(bytes32 indexed order, bytes32 indexed subject, bool byCouncil);

    /// @notice The council reviewed an order.
    /// @param order The order.
    /// @param subject What it froze.
    /// @param review How it was judged.
    /// @param until First second, Unix, after the freeze, as it stands from now on.
    /// @param reason Digest of the reason for lifting it; zero if it was confirmed.
    /// @param version Number of the rules under which it was reviewed.
    event OrderReviewed(
        bytes32 indexed order,
        bytes32 indexed subject,
        Review indexed review,
        uint48 until,
        bytes32 reason,
        uint32 version
    );

    /// @notice The council set the rules for orders to come.
    /// @param version Their number, from 1.
    /// @param rules The rules.
    event EmergencyRulesSet(uint32 indexed version, EmergencyRules rules);

    /// @notice A nonce was used or given up, and serves no more.
    /// @param member Member whose nonce it is.
    /// @param nonce The nonce.
    event NonceSpent(bytes18 indexed member, bytes32 indexed nonce);

    /// @notice No contract stands at the address given for the members.
    error EmergencyNoContract(address members);

    /// @notice The register of members lets another contract freeze.
    error EmergencyNotNamed(address named);

    /// @notice A value is outside of what the rules may be.
    error EmergencyRulesRange(EmergencyRules rules);

    /// @notice There are no rules of this number.
    error EmergencyUnknownRules(uint32 version);

    /// @notice The member is no regulator.
    error EmergencyNotRegulator(bytes18 member);

    /// @notice No member has a voice on its own freeze.
    error EmergencySelf(bytes18 member);

    /// @notice The subject is of a kind that can't be frozen, zero, names no member by its code, or a member by another kind.
    error EmergencySubject(SubjectKind subjectKind, bytes32 subject);

    /// @notice The digest of a reason must be given.
    error EmergencyZeroReason();

    /// @notice A freeze ends after this block and no later than allowed.
    error EmergencyPeriod(uint48 until, uint256 latest);

    /// @notice This regulator has opened the same order before.
    error EmergencyExists(bytes32 order);

    /// @notice There is no such order.
    error EmergencyUnknownOrder(bytes32 order);

    /// @notice The subject is frozen by an order that is in force.
    error EmergencyFrozen(bytes32 subject, bytes32 order);

    /// @notice The council has not reviewed the newest order that froze the subject.
    error EmergencyUnreviewed(bytes32 subject, bytes32 order);

    /// @notice The council lifted an order on the subject, which rests until then.
    error EmergencyRests(bytes32 subject, uint48 until);

    /// @notice The order took effect already.
    error EmergencyEffective(bytes32 order, uint48 effectiveAt);

    /// @notice The order's time for co-signatures is over.
    error EmergencyLapsed(bytes32 order, uint48 lapsesAt);

    /// @notice The order has not taken effect.
    error EmergencyNotEffective(bytes32 order);

    /// @notice The order's freeze is over.
    error EmergencyNotInForce(bytes32 order, uint48 until);

    /// @notice The member has given this voice.
    error EmergencyVoiced(bytes32 order, bytes18 member);

    /// @notice As many members as may have given their voice.
    error EmergencyTooManyVoices(bytes32 order, uint256 most);

    /// @notice The voices that count now do not decide.
    error EmergencyTooFewVoices(bytes32 order, uint256 voices, uint256 threshold);

    /// @notice Of the seats that would still vote, without those of the members that voiced the order, there are fewer than decide
    /// constitutional matters.
    error EmergencyTooFewSeats(bytes32 order, uint256 seats, uint256 threshold);

    /// @notice The order was reviewed, and there is nothing left to decide.
    error EmergencyReviewed(bytes32 order, Review review);

    /// @notice The member has used or given up this nonce.
    error EmergencyNonceSpent(bytes18 member, bytes32 nonce);

    /// @notice The signature's last second has passed.
    error EmergencyDeadline(uint256 deadline);

    /// @notice The signature is not the key's over these values.
    error EmergencySignature(address key);

    /// @notice Opens an order with the caller's member's voice.
    ///
    /// Requirements: the caller is a key that governs for an active regulator, which is not the subject; the kind is none of None and Record;
    /// the subject is not zero, a member by its valid code and nothing else by one; a reason; an end after this block and within the
    /// longest freeze from now; no earlier order of this regulator with the same content; the rule against endless freezes.
    ///
    /// @param content What is ordered.
    /// @return id Id of the order.
    function order(FreezeOrder calldata content) external returns (bytes32 id);

    /// @notice Gives an order the caller's member's voice. The voice that reaches the threshold puts it into effect, or reverts if that
    /// can't be done.
    ///
    /// Requirements: the caller is a key that governs for an active regulator that is not the subject and has no voice on it yet; the order is
    /// open; fewer than 32 have given their voice; with the deciding voice, the rule against endless freezes and, for a member with a seat,
    /// enough seats beside those that voiced it.
    ///
    /// @param id Id of the order.
    function cosign(bytes32 id) external;

    /// @notice Gives an order the voice of a regulator that signed `Order(bytes32 id,bytes18 regulator,bytes32 nonce,uint256 deadline)`
    /// (EIP-712 or ERC-1271). Anybody may bring it.
    ///
    /// Requirements: as with {cosign} for the signing key; the deadline has not passed; the nonce is unspent.
    ///
    /// @param id Id of the order: it is made from all that is ordered.
    /// @param cosignature The signature.
    function cosignSigned(bytes32 id, Cosignature calldata cosignature) external;

    /// @notice Asks for the release of a frozen subject; with the voice that reaches the threshold it is released at once.
    ///
    /// Requirements: the caller is a key that governs for an active regulator that is not the subject and has not asked for it yet; the order is
    /// in force, confirmed or not; a reason; fewer than 32 have asked.
    ///
    /// @param id Id of the order.
    /// @param reason Digest of the reason.
    function release(bytes32 id, bytes32 reason) external;

    /// @notice As {release}, for a regulator that signed
    /// `Release(bytes32 id,bytes18 regulator,bytes32 reason,bytes32 nonce,uint256 deadline)`. Anybody may bring it.
    ///
    /// Requirements: as with {release} for the signing key; the deadline has not passed; the nonce is unspent.
    ///
    /// @param id Id of the order.
    /// @param reason Digest of the reason.
    /// @param cosignature The signature.
    function releaseSigned(bytes32 id, bytes32 reason, Cosignature calldata cosignature) external;

    /// @notice Puts into effect what voices decide that count again, since a regulator was reinstated: the freeze if the order is open,
    /// the release if it is in force. Anybody may ask for it.
    ///
    /// Requirements: the order is open or in force; the voices that count reach its threshold; for a freeze, the rule against endless freezes
    /// and, for a member with a seat, enough seats beside those that voiced it.
    ///
    /// @param id Id of the order.
    function enact(bytes32 id) external;

    /// @notice The council's review: the order is upheld.
    ///
    /// Requirements: the caller is the council; the order took effect. With another end: it is in force, the end is after this block and within
    /// the longest confirmed freeze from now, earlier or later than the one before. With 0 the end stays as it is or was: the order has not
    /// been reviewed.
    ///
    /// @param id Id of the order.
    /// @param until First second, Unix, after the freeze; 0 to leave it.
    function confirm(bytes32 id, uint48 until) external;

    /// @notice The council's review: the order is not, or no longer, upheld. Its freeze, if in force, ends at once; the subject rests.
    ///
    /// Requirements: the caller is the council; the order took effect; it is in force or was not reviewed; a reason.
    ///
    /// @param id Id of the order.
    /// @param reason Digest of the reason.
    function lift(bytes32 id, bytes32 reason) external;

    /// @notice Sets the rules for orders and reviews to come.
    ///
    /// Requirements: the caller is the council; every value is within its bounds.
    ///
    /// @param rules The rules.
    function setRules(EmergencyRules calldata rules) external;

    /// @notice Gives up a nonce of the caller's member, so that what was signed with it can't be used.
    ///
    /// Requirements: the caller is a key that governs for an active member; the nonce is unspent.
    ///
    /// @param nonce The nonce.
    function spendNonce(bytes32 nonce) external;

    /// @notice True if the subject is frozen in this block.
    /// @param subject Id of a resource, product, right or trade; of a member its code, 18 bytes, then zeros.
    function isFrozen(bytes32 subject) external view returns (bool);

    /// @notice True if the subject was frozen at `time`, Unix seconds. For the future: as things stand. Of the past no answer ever changes.
    function isFrozenAt(bytes32 subject, uint64 time) external view returns (bool);

    /// @notice An order as it stands in this block.
    /// @dev Reverts with {EmergencyUnknownOrder}.
    function orderOf(bytes32 id) external view returns (OrderRecord memory);

    /// @notice Newest order that took effect on a subject, zero if none did, and the first second in which its rest is over, 0 if it has none.
    function newestOf(bytes32 subject) external view returns (bytes32 id, uint48 restsUntil);

    /// @notice Members that gave an order their voice, in the order in which they did, whether or not they count now.
    function voicesOf(bytes32 id) external view returns (bytes18[] memory regulators);

    /// @notice Members that asked for the release, in the order in which they did, whether or not they count now.
    function releasesOf(bytes32 id) external view returns (bytes18[] memory regulators);

    /// @notice Number of the rules for orders to come, from 1.
    function rulesVersion() external view returns (uint32 version);

    /// @notice Rules by their number.
    /// @dev Reverts with {EmergencyUnknownRules}.
    function rulesOf(uint32 version) external view returns (EmergencyRules memory rules);

    /// @notice True if the member has used or given up the nonce.
    function isSpent(bytes18 member, bytes32 nonce) external view returns (bool);

    /// @notice What a regulator signs to give an order its voice: the EIP-712 digest.
    function cosignDigest(
        bytes32 id,
        bytes18 regulator,
        bytes32 nonce,
        uint256 deadline
    ) external view returns (bytes32 digest);

    /// @notice What a regulator signs to ask for a release: the EIP-712 digest.
    function releaseDigest(
        bytes32 id,
        bytes18 regulator,
        bytes32 reason,
        bytes32 nonce,
        uint256 deadline
    ) external view returns (bytes32 digest);

    /// @notice Id of an order.
    function orderIdOf(bytes18 opener, FreezeOrder calldata content) external pure returns (bytes32 id);
}
