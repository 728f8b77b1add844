// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {SubjectKind} from "../SubjectKind.sol";
import {Governed} from "./Governed.sol";
import {ICouncil} from "./ICouncil.sol";
import {Cosignature, EmergencyRules, FreezeOrder, IEmergency, OrderRecord, OrderState, Review} from "./IEmergency.sol";
import {IMembers, KeyRole, Kind} from "./IMembers.sol";
import {Uscc} from "./Uscc.sol";

/// @title Emergency freezes
contract Emergency is IEmergency, Governed, EIP712 {
    using Checkpoints for Checkpoints.Trace208;

    /// @dev Five slots, times in Unix seconds, then the two lists of voices:
    ///
    ///      | slot | bits 0..143 | 144..191    | 192..223     | 224..231    | 232..239 |
    ///      | ---- | ----------- | ----------- | ------------ | ----------- | -------- |
    ///      | 0    | opener      | lapsesAt    | version      | subjectKind | review   |
    ///      | 1    | asked 0..47, effectiveAt 48..95, until 96..143, liftedAt 144..191, reviewedAt 192..239 |
    ///      | 2    | subject                                                           |
    ///      | 3    | reason                                                            |
    ///      | 4    | reviewReason                                                      |
    ///      | 5, 6 | lengths of the lists of members that co-signed and that ask for the release |
    struct Item {
        bytes18 opener;
        uint48 lapsesAt;
        uint32 version;
        SubjectKind subjectKind;
        Review review;
        uint48 asked;
        uint48 effectiveAt;
        uint48 until;
        uint48 liftedAt;
        uint48 reviewedAt;
        bytes32 subject;
        bytes32 reason;
        bytes32 reviewReason;
        bytes18[] voices;
        bytes18[] releases;
    }

    /// @dev What an order on a subject has to wait for.
    struct Last {
        bytes32 order;
        uint48 restsUntil;
    }

    /// @dev EIP-712 type of a regulator's voice for an order, whose id is made from all that is ordered.
    bytes32 private constant ORDER_TYPEHASH = keccak256(
        "Order(bytes32 id,bytes18 regulator,bytes32 nonce,uint256 deadline)"
    );
    bytes32 private constant RELEASE_TYPEHASH = keccak256(
        "Release(bytes32 id,bytes18 regulator,bytes32 reason,bytes32 nonce,uint256 deadline)"
    );

    /// @dev First word of what an order's id is made from: ids of other registers have another.
    bytes32 private constant ORDER_DOMAIN = "order";

    /// @dev Fewer than two would be one regulator's own decision; more than 16 no emergency can wait for.
    uint256 private constant LEAST_THRESHOLD = 2;
    uint256 private constant MOST_THRESHOLD = 16;

    uint256 private constant MOST_OPEN = 30 days;
    uint256 private constant MOST_FREEZE = 30 days;
    uint256 private constant MOST_CONFIRMED = 180 days;
    uint256 private constant MOST_REST = 180 days;

    /// @dev Most voices of an order, and for its release: bounds the gas of counting. Twice the highest threshold leaves room for those
    ///      that no longer count.
    uint256 private constant MAX_VOICES = 32;

    IMembers private immutable _members;

    uint32 private _rulesVersion;
    mapping(uint32 version => EmergencyRules) private _rules;
    mapping(bytes32 id => Item) private _items;
    mapping(bytes32 subject => Last) private _lasts;

    /// @dev End of the freeze as it was known from a second on: the subject is frozen in a second that comes before the end known in it.
    mapping(bytes32 subject => Checkpoints.Trace208) private _ends;
    mapping(bytes18 member => mapping(bytes32 nonce => bool)) private _spent;

    /// @param members Register of members.
    /// @param authority Contract of the council.
    /// @param rules The first rules, version 1.
    constructor(
        IMembers members,
        address authority,
        EmergencyRules memory rules
    ) Governed(authority) EIP712("Lianzheng Emergency", "1") {
        if (address(members).code.length == 0) revert EmergencyNoContract(address(members));
        if (members.emergency() != address(this)) revert EmergencyNotNamed(members.emergency());
        _members = members;
        _setRules(rules);
    }

    /// @inheritdoc IEmergency
    function order(FreezeOrder calldata content) external returns (bytes32 id) {
        bytes18 opener = _members.actorOf(msg.sender, KeyRole.Govern);
        _checkSubject(content.subjectKind, content.subject);
        _checkVoice(opener, content.subject);
        if (content.reason == 0) revert EmergencyZeroReason();
        EmergencyRules storage rules = _rules[_rulesVersion];
        _checkEnd(content.until, rules.longestFreeze);
        _checkFree(content.subject);
        id = orderIdOf(opener, content);
        Item storage item = _items[id];
        if (item.opener != 0) revert EmergencyExists(id);
        uint48 lapsesAt = uint48(block.timestamp) + rules.longestOpen;
        if (lapsesAt > content.until) lapsesAt = content.until;
        (item.opener, item.lapsesAt, item.version) = (opener, lapsesAt, _rulesVersion);
        (item.subjectKind, item.subject) = (content.subjectKind, content.subject);
        (item.asked, item.reason) = (content.until, content.reason);
        emit OrderOpened(
            id,
            opener,
            content.subject,
            content.subjectKind,
            content.reason,
            content.until,
            lapsesAt,
            item.version
        );
        _cosign(id, opener, msg.sender);
    }

    /// @inheritdoc IEmergency
    function cosign(bytes32 id) external {
        _cosign(id, _members.actorOf(msg.sender, KeyRole.Govern), msg.sender);
    }

    /// @inheritdoc IEmergency
    function cosignSigned(bytes32 id, Cosignature calldata cosignature) external {
        bytes18 regulator = _members.actorOf(cosignature.key, KeyRole.Govern);
        _use(regulator, cosignature, cosignDigest(id, regulator, cosignature.nonce, cosignature.deadline));
        _cosign(id, regulator, cosignature.key);
    }

    /// @inheritdoc IEmergency
    function release(bytes32 id, bytes32 reason) external {
        _askRelease(id, _members.actorOf(msg.sender, KeyRole.Govern), msg.sender, reason);
    }

    /// @inheritdoc IEmergency
    function releaseSigned(bytes32 id, bytes32 reason, Cosignature calldata cosignature) external {
        bytes18 regulator = _members.actorOf(cosignature.key, KeyRole.Govern);
        _use(regulator, cosignature, releaseDigest(id, regulator, reason, cosignature.nonce, cosignature.deadline));
        _askRelease(id, regulator, cosignature.key, reason);
    }

    /// @inheritdoc IEmergency
    function enact(bytes32 id) external {
        Item storage item = _known(id);
        bool effective = item.effectiveAt != 0;
        if (effective) _checkInForce(id, item);
        else _checkOpen(id, item);
        uint256 counting = _counting(effective ? item.releases : item.voices);
        uint256 threshold = _thresholdOf(item);
        if (counting < threshold) revert EmergencyTooFewVoices(id, counting, threshold);
        if (effective) _end(id, item, false);
        else _takeEffect(id, item);
    }

    /// @inheritdoc IEmergency
    function confirm(bytes32 id, uint48 until) external onlyCouncil {
        Item storage item = _effective(id);
        if (until != 0) {
            _checkInForce(id, item);
            _checkEnd(until, _rules[_rulesVersion].longestConfirmed);
            _freeze(id, item, until);
        } else if (item.review != Review.None) {
            revert EmergencyReviewed(id, item.review);
        }
        _review(id, item, Review.Confirmed, 0);
    }

    /// @inheritdoc IEmergency
    function lift(bytes32 id, bytes32 reason) external onlyCouncil {
        Item storage item = _effective(id);
        if (reason == 0) revert EmergencyZeroReason();
        if (_isInForce(item)) _end(id, item, true);
        else if (item.review != Review.None) revert EmergencyReviewed(id, item.review);
        // A review counts for the order that is the subject's newest: without it no later one took effect.
        _lasts[item.subject].restsUntil = uint48(block.timestamp) + _rules[_rulesVersion].rest;
        _review(id, item, Review.Lifted, reason);
    }

    /// @inheritdoc IEmergency
    function setRules(EmergencyRules calldata rules) external onlyCouncil {
        _setRules(rules);
    }

    /// @inheritdoc IEmergency
    function spendNonce(bytes32 nonce) external {
        _spend(_members.actorOf(msg.sender, KeyRole.Govern), nonce);
    }

    /// @inheritdoc IEmergency
    function isFrozen(bytes32 subject) external view returns (bool) {
        return isFrozenAt(subject, uint64(block.timestamp));
    }

    /// @inheritdoc IEmergency
    function orderOf(bytes32 id) external view returns (OrderRecord memory) {
        Item storage item = _known(id);
        return
            OrderRecord({
                content: FreezeOrder(item.subjectKind, item.subject, item.reason, item.asked),
                opener: item.opener,
                version: item.version,
                lapsesAt: item.lapsesAt,
                effectiveAt: item.effectiveAt,
                until: item.until,
                liftedAt: item.liftedAt,
                reviewedAt: item.reviewedAt,
                review: item.review,
                reviewReason: item.reviewReason,
                state: _stateOf(item)
            });
    }

    /// @inheritdoc IEmergency
    function newestOf(bytes32 subject) external view returns (bytes32 id, uint48 restsUntil) {
        return (_lasts[subject].order, _lasts[subject].restsUntil);
    }

    /// @inheritdoc IEmergency
    function voicesOf(bytes32 id) external view returns (bytes18[] memory regulators) {
        return _known(id).voices;
    }

    /// @inheritdoc IEmergency
    function releasesOf(bytes32 id) external view returns (bytes18[] memory regulators) {
        return _known(id).releases;
    }

    /// @inheritdoc IEmergency
    function rulesVersion() external view returns (uint32 version) {
        return _rulesVersion;
    }

    /// @inheritdoc IEmergency
    function rulesOf(uint32 version) external view returns (EmergencyRules memory rules) {
        if (version == 0 || version > _rulesVersion) revert EmergencyUnknownRules(version);
        return _rules[version];
    }

    /// @inheritdoc IEmergency
    function isSpent(bytes18 member, bytes32 nonce) external view returns (bool) {
        return _spent[member][nonce];
    }

    /// @inheritdoc IEmergency
    function isFrozenAt(bytes32 subject, uint64 time) public view returns (bool) {
        uint48 key = time > type(uint48).max ? type(uint48).max : uint48(time);
        return time < _ends[subject].upperLookupRecent(key);
    }

    /// @inheritdoc IEmergency
    function cosignDigest(
        bytes32 id,
        bytes18 regulator,
        bytes32 nonce,
        uint256 deadline
    ) public view returns (bytes32 digest) {
        return _hashTypedDataV4(keccak256(abi.encode(ORDER_TYPEHASH, id, regulator, nonce, deadline)));
    }

    /// @inheritdoc IEmergency
    function releaseDigest(
        bytes32 id,
        bytes18 regulator,
        bytes32 reason,
        bytes32 nonce,
        uint256 deadline
    ) public view returns (bytes32 digest) {
        return _hashTypedDataV4(keccak256(abi.encode(RELEASE_TYPEHASH, id, regulator, reason, nonce, deadline)));
    }

    /// @inheritdoc IEmergency
    function orderIdOf(bytes18 opener, FreezeOrder calldata content) public pure returns (bytes32 id) {
        return keccak256(abi.encode(ORDER_DOMAIN, opener, content));
    }

    /// @dev Every voice for an order is given here, the opener's too, so who has one is checked in one place.
    function _cosign(bytes32 id, bytes18 regulator, address key) private {
        Item storage item = _known(id);
        _checkOpen(id, item);
        _checkVoice(regulator, item.subject);
        uint256 counting = _voice(id, item.voices, regulator);
        emit OrderCosigned(id, regulator, key, counting);
        if (counting >= _thresholdOf(item)) _takeEffect(id, item);
    }

    function _askRelease(bytes32 id, bytes18 regulator, address key, bytes32 reason) private {
        Item storage item = _effective(id);
        _checkInForce(id, item);
        _checkVoice(regulator, item.subject);
        if (reason == 0) revert EmergencyZeroReason();
        uint256 counting = _voice(id, item.releases, regulator);
        emit ReleaseAsked(id, regulator, key, reason, counting);
        if (counting >= _thresholdOf(item)) _end(id, item, false);
    }

    /// @dev Adds a voice and answers how many count.
    function _voice(bytes32 id, bytes18[] storage voices, bytes18 regulator) private returns (uint256 counting) {
        uint256 count = voices.length;
        for (uint256 i = 0; i < count; ++i) if (voices[i] == regulator) revert EmergencyVoiced(id, regulator);
        if (count == MAX_VOICES) revert EmergencyTooManyVoices(id, MAX_VOICES);
        voices.push(regulator);
        return _counting(voices);
    }

    /// @dev The end that was ordered is still ahead, and within the longest freeze: an order lapses no later than at that end.
    function _takeEffect(bytes32 id, Item storage item) private {
        _checkFree(item.subject);
        item.effectiveAt = uint48(block.timestamp);
        _lasts[item.subject] = Last(id, 0);
        _freeze(id, item, item.asked);
        if (item.subjectKind == SubjectKind.Member) _checkSeats(id, bytes18(item.subject), item.voices);
    }

    function _freeze(bytes32 id, Item storage item, uint48 until) private {
        item.until = until;
        _ends[item.subject].push(uint48(block.timestamp), until);
        emit SubjectFrozen(id, item.subject, until);
        if (item.subjectKind == SubjectKind.Member) _members.freeze(bytes18(item.subject), until, id);
    }

    function _end(bytes32 id, Item storage item, bool byCouncil) private {
        uint48 time = uint48(block.timestamp);
        (item.until, item.liftedAt) = (time, time);
        _ends[item.subject].push(time, time);
        emit SubjectReleased(id, item.subject, byCouncil);
        if (item.subjectKind == SubjectKind.Member) _members.freeze(bytes18(item.subject), 0, id);
    }

    function _review(bytes32 id, Item storage item, Review review, bytes32 reason) private {
        (item.review, item.reviewedAt, item.reviewReason) = (review, uint48(block.timestamp), reason);
        emit OrderReviewed(id, item.subject, review, item.until, reason, _rulesVersion);
    }

    function _setRules(EmergencyRules memory rules) private {
        if (!_isInRange(rules)) revert EmergencyRulesRange(rules);
        uint32 version = ++_rulesVersion;
        _rules[version] = rules;
        emit EmergencyRulesSet(version, rules);
    }

    /// @dev Spends the nonce before the key is asked: a contract that answers for a key is called without the right to write.
    function _use(bytes18 member, Cosignature calldata cosignature, bytes32 digest) private {
        if (block.timestamp > cosignature.deadline) revert EmergencyDeadline(cosignature.deadline);
        _spend(member, cosignature.nonce);
        if (!SignatureChecker.isValidSignatureNow(cosignature.key, digest, cosignature.signature)) {
            revert EmergencySignature(cosignature.key);
        }
    }

    function _spend(bytes18 member, bytes32 nonce) private {
        if (_spent[member][nonce]) revert EmergencyNonceSpent(member, nonce);
        _spent[member][nonce] = true;
        emit NonceSpent(member, nonce);
    }

    /// @dev Voices of members that are active regulators now; at most MAX_VOICES rounds.
    function _counting(bytes18[] storage voices) private view returns (uint256 counting) {
        uint256 count = voices.length;
        for (uint256 i = 0; i < count; ++i) {
            bytes18 regulator = voices[i];
            if (_members.isActive(regulator) && _members.hasKind(regulator, Kind.Regulator)) ++counting;
        }
    }

    /// @dev The rule against endless freezes.
    function _checkFree(bytes32 subject) private view {
        Last storage last = _lasts[subject];
        bytes32 newest = last.order;
        if (newest == 0) return;
        Item storage item = _items[newest];
        if (_isInForce(item)) revert EmergencyFrozen(subject, newest);
        if (item.review == Review.None) revert EmergencyUnreviewed(subject, newest);
        if (block.timestamp < last.restsUntil) revert EmergencyRests(subject, last.restsUntil);
    }

    /// @dev Asked after the freeze. Every seat of a voice is left out, also of one that no longer counts for the order. At most 64 seats and
    ///      MAX_VOICES rounds.
    function _checkSeats(bytes32 id, bytes18 subject, bytes18[] storage voices) private view {
        ICouncil seats = ICouncil(_council);
        if (!seats.isSeat(subject)) return;
        uint256 others = seats.votingSeats();
        uint256 count = voices.length;
        for (uint256 i = 0; i < count; ++i) {
            bytes18 regulator = voices[i];
            if (seats.isSeat(regulator) && _members.isActive(regulator)) --others;
        }
        uint256 threshold = seats.rulesOf(seats.rulesVersion()).constitutional.threshold;
        if (others < threshold) revert EmergencyTooFewSeats(id, others, threshold);
    }

    function _checkVoice(bytes18 regulator, bytes32 subject) private view {
        if (!_members.hasKind(regulator, Kind.Regulator)) revert EmergencyNotRegulator(regulator);
        if (bytes32(regulator) == subject) revert EmergencySelf(regulator);
    }

    function _checkEnd(uint48 until, uint256 longest) private view {
        uint256 latest = block.timestamp + longest;
        if (until <= block.timestamp || until > latest) revert EmergencyPeriod(until, latest);
    }

    function _checkOpen(bytes32 id, Item storage item) private view {
        if (item.effectiveAt != 0) revert EmergencyEffective(id, item.effectiveAt);
        if (block.timestamp >= item.lapsesAt) revert EmergencyLapsed(id, item.lapsesAt);
    }

    function _checkInForce(bytes32 id, Item storage item) private view {
        if (!_isInForce(item)) revert EmergencyNotInForce(id, item.until);
    }

    function _isInForce(Item storage item) private view returns (bool) {
        return block.timestamp < item.until;
    }

    function _stateOf(Item storage item) private view returns (OrderState) {
        if (item.effectiveAt == 0) return block.timestamp < item.lapsesAt ? OrderState.Open : OrderState.Lapsed;
        if (_isInForce(item)) return OrderState.InForce;
        return item.liftedAt == 0 ? OrderState.Ended : OrderState.Lifted;
    }

    function _thresholdOf(Item storage item) private view returns (uint256) {
        return _rules[item.version].threshold;
    }

    function _known(bytes32 id) private view returns (Item storage item) {
        item = _items[id];
        if (item.opener == 0) revert EmergencyUnknownOrder(id);
    }

    function _effective(bytes32 id) private view returns (Item storage item) {
        item = _known(id);
        if (item.effectiveAt == 0) revert EmergencyNotEffective(id);
    }

    /// @dev One name for one subject: a member is its code and nothing behind it, and nothing else looks like one.
    function _checkSubject(SubjectKind subjectKind, bytes32 subject) private pure {
        bytes18 member = bytes18(subject);
        bool named = bytes32(member) == subject;
        bool frozen =
            subjectKind == SubjectKind.Member
                ? named && Uscc.isValid(member)
                : !named && subjectKind != SubjectKind.None && subjectKind != SubjectKind.Record;
        if (!frozen) revert EmergencySubject(subjectKind, subject);
    }

    function _isInRange(EmergencyRules memory rules) private pure returns (bool) {
        return
            rules.threshold >= LEAST_THRESHOLD &&
            rules.threshold <= MOST_THRESHOLD &&
            _isPeriod(rules.longestOpen, MOST_OPEN) &&
            _isPeriod(rules.longestFreeze, MOST_FREEZE) &&
            _isPeriod(rules.longestConfirmed, MOST_CONFIRMED) &&
            rules.rest <= MOST_REST;
    }

    function _isPeriod(uint256 period, uint256 longest) private pure returns (bool) {
        return period != 0 && period <= longest;
    }
}
