// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ICases, Restriction} from "../cases/ICases.sol";
import {Governed} from "../membership/Governed.sol";
import {IEmergency} from "../membership/IEmergency.sol";
import {IMembers, Kind, KeyRole} from "../membership/IMembers.sol";
import {Grade} from "./Grade.sol";
import {
    Algorithm,
    ContentDigest,
    Draft,
    IRegistry,
    MemberSignature,
    Move,
    Objection,
    ObjectionState,
    Registration,
    RegistrationStatus,
    RegistrationType,
    Review,
    ReviewRule,
    ReviewState,
    SourceClass,
    SubjectBrief,
    SubjectRecord,
    VenueEntry,
    Version
} from "./IRegistry.sol";

/// @title Registry of data resources and products
/// @dev The struct `SubjectRecord` is kept as it is, and {briefOf} and {inForceAt} read its first two slots:
///
///      | slot | bits 0..                                                                                                |
///      | ---- | ------------------------------------------------------------------------------------------------------- |
///      | 0    | owner 144, grade 8, source 8, isProduct 8, status 8, registeredAt 48, versions 32                       |
///      | 1    | cancelledAt 48, number 64, historyCount 64, round 32                                                    |
///      | 2, 3 | head, right                                                                                             |
///
///      `Review`:
///
///      | slot | bits 0..                                                                                                |
///      | ---- | ------------------------------------------------------------------------------------------------------- |
///      | 0    | entry 8, state 8, rule 32, reviewers 16, objections 8, openObjections 8, openedAt 48, noticeEnds 48     |
///      | 1    | venue 144, venueSigned 8                                                                                |
///      | 2    | reviewer 144                                                                                            |
///      | 3, 4 | document, grounds                                                                                       |
contract Registry is IRegistry, Governed, EIP712 {
    bytes32 private constant MOVE_TYPEHASH = keccak256(
        "Move(bytes32 subject,bytes18 owner,bytes18 fromVenue,bytes18 toVenue,uint64 number,uint256 deadline)"
    );

    /// @dev Most digests of one content, and so most rounds of the loops over them.
    uint256 private constant MAX_CONTENTS = 4;

    /// @dev Most parents of a product.
    uint256 private constant MAX_PARENTS = 16;

    /// @dev Most objections in one review: bounds the gas of seeing that a member objects once.
    uint256 private constant MAX_OBJECTIONS = 16;

    /// @dev Longest notice, in seconds.
    uint48 private constant MAX_NOTICE = 180 days;

    uint256 private constant KINDS = uint256(type(Kind).max) + 1;

    IMembers private immutable _members;
    ICases private immutable _cases;
    IEmergency private immutable _emergency;
    address private immutable _rights;

    mapping(bytes32 subject => SubjectRecord) private _records;
    mapping(bytes32 subject => bytes32[]) private _parents;

    /// @dev By round: what each review is or was about, how it stands, and what was objected.
    mapping(bytes32 subject => mapping(uint32 round => Version)) private _drafts;
    mapping(bytes32 subject => mapping(uint32 round => Review)) private _reviews;
    mapping(bytes32 subject => mapping(uint32 round => Objection[])) private _objections;

    /// @dev Round in which a version was reviewed.
    mapping(bytes32 subject => mapping(uint32 version => uint32 round)) private _rounds;

    mapping(bytes32 subject => VenueEntry[]) private _entries;
    mapping(uint64 number => bytes32 subject) private _numbers;

    /// @dev Rule n is at place n - 1.
    mapping(SourceClass => mapping(Grade => ReviewRule[])) private _rules;

    mapping(uint16 algorithm => Algorithm) private _algorithms;
    uint16 private _algorithmCount;
    uint64 private _lastNumber;

    modifier onlyRights() {
        if (msg.sender != _rights) revert RegistryNotRights(msg.sender);
        _;
    }

    /// @param members Register of members.
    /// @param authority Contract of the council.
    /// @param cases Cases, whose holds and sanctions count.
    /// @param emergency Emergency freezes.
    /// @param rightsContract Contract of rights. It has no code yet: it refers back to this one.
    /// @param rules First rules: for each source class in turn, those of the grades.
    constructor(
        IMembers members,
        address authority,
        ICases cases,
        IEmergency emergency,
        address rightsContract,
        ReviewRule[9] memory rules
    ) Governed(authority) EIP712("Lianzheng Registry", "1") {
        if (address(members).code.length == 0) revert RegistryNoContract(address(members));
        if (address(cases).code.length == 0) revert RegistryNoContract(address(cases));
        if (address(emergency).code.length == 0) revert RegistryNoContract(address(emergency));
        _members = members;
        _cases = cases;
        _emergency = emergency;
        _rights = rightsContract;
        for (uint256 i = 0; i < 9; ++i) _setRule(SourceClass(i / 3), Grade(i % 3), rules[i]);
        _addAlgorithm("SHA-256");
        _addAlgorithm("SM3");
    }

    /// @inheritdoc IRegistry
    function enter(
        bytes18 owner,
        bytes32 right,
        bool isProduct,
        Registration calldata registration,
        bytes32[] calldata parents
    ) external onlyRights returns (bytes32 subject) {
        if (parents.length > MAX_PARENTS || isProduct != (parents.length != 0)) {
            revert RegistryParents(parents.length, isProduct);
        }
        subject = subjectIdOf(owner, registration.digest);
        SubjectRecord storage item = _records[subject];
        if (item.status != RegistrationStatus.None) revert RegistryAlreadyEntered(subject);
        item.owner = owner;
        item.isProduct = isProduct;
        item.right = right;
        _parents[subject] = parents;
        _apply(subject, item, registration);
    }

    /// @inheritdoc IRegistry
    function resubmit(bytes32 subject, Registration calldata registration) external {
        SubjectRecord storage item = _owned(subject);
        if (item.status != RegistrationStatus.Refused && item.status != RegistrationStatus.Withdrawn) {
            revert RegistryStatus(subject, item.status);
        }
        if (registration.grade < item.grade) revert RegistryGrade(registration.grade, item.grade);
        if (item.source == SourceClass.Personal && registration.source != SourceClass.Personal) {
            revert RegistryPersonal(subject);
        }
        _apply(subject, item, registration);
    }

    /// @inheritdoc IRegistry
    function alter(bytes32 subject, Draft calldata draft, bytes32 document) external {
        SubjectRecord storage item = _owned(subject);
        _checkAtRest(subject, item);
        _checkFree(subject);
        if (document == 0) revert RegistryZeroDigest();
        uint32 round = ++item.round;
        _draft(subject, round, draft.digest, draft.metadata, draft.contents);
        _openReview(subject, item, RegistrationType.Alteration, _venueOf(subject), document);
    }

    /// @inheritdoc IRegistry
    function signOff(bytes32 subject, uint32 round, bytes32 opinion) external {
        (SubjectRecord storage item, Review storage review) = _openRound(subject, round);
        bytes18 by = _members.actorOf(msg.sender, KeyRole.Govern);
        bool asVenue = by == review.venue && _serves(by);
        bool asReviewer = _isOfKinds(by, review.reviewers);
        if (by == item.owner || !(asVenue || asReviewer)) revert RegistryNotReviewer(subject, by);
        if (opinion == 0) revert RegistryZeroDigest();
        bool news = (asVenue && !review.venueSigned) || (asReviewer && review.reviewer == 0);
        if (!news) revert RegistryAlreadySigned(subject, by);
        if (asVenue) review.venueSigned = true;
        if (asReviewer && review.reviewer == 0) review.reviewer = by;
        emit SignedOff(subject, round, by, opinion);
    }

    /// @inheritdoc IRegistry
    function refuse(bytes32 subject, bytes32 grounds) external {
        (SubjectRecord storage item, Review storage review) = _open(subject);
        _refuse(subject, item, review, _reviewer(subject, item, review), grounds);
    }

    /// @inheritdoc IRegistry
    function object(bytes32 subject, bytes32 grounds) external {
        (SubjectRecord storage item, Review storage review) = _open(subject);
        bytes18 by = _members.actorOf(msg.sender, KeyRole.Act);
        if (by == item.owner) revert RegistryOwnObjection(subject);
        if (block.timestamp >= review.noticeEnds) revert RegistryNoticeOver(subject, review.noticeEnds);
        if (grounds == 0) revert RegistryZeroDigest();
        Objection[] storage made = _objections[subject][item.round];
        if (made.length >= MAX_OBJECTIONS) revert RegistryTooManyObjections(subject, MAX_OBJECTIONS);
        for (uint256 i = 0; i < made.length; ++i) {
            if (made[i].by == by) revert RegistryObjected(subject, by);
        }
        emit Objected(subject, item.round, by, made.length, grounds);
        made.push(Objection({by: by, state: ObjectionState.Open, grounds: grounds, resolution: 0}));
        ++review.objections;
        ++review.openObjections;
        _addHistory(subject, item, RegistrationType.Objection, by, grounds);
    }

    /// @inheritdoc IRegistry
    function resolve(bytes32 subject, uint32 round, uint256 place, bool upheld, bytes32 grounds) external {
        (SubjectRecord storage item, Review storage review) = _openRound(subject, round);
        bytes18 by = _reviewer(subject, item, review);
        Objection[] storage made = _objections[subject][round];
        if (place >= made.length || made[place].state != ObjectionState.Open) revert RegistryObjection(subject, place);
        if (grounds == 0) revert RegistryZeroDigest();
        made[place].state = upheld ? ObjectionState.Upheld : ObjectionState.Dismissed;
        made[place].resolution = grounds;
        --review.openObjections;
        emit ObjectionResolved(subject, round, by, place, upheld, grounds);
        _addHistory(subject, item, RegistrationType.Objection, by, grounds);
        if (upheld) _refuse(subject, item, review, by, grounds);
    }

    /// @inheritdoc IRegistry
    function complete(bytes32 subject) external {
        (SubjectRecord storage item, Review storage review) = _open(subject);
        if (block.timestamp < review.noticeEnds) revert RegistryNotice(subject, review.noticeEnds);
        bool missing = (review.venue != 0 && !review.venueSigned) || (review.reviewers != 0 && review.reviewer == 0);
        if (missing) revert RegistryNotSignedOff(subject);
        if (review.openObjections != 0) revert RegistryObjectionsOpen(subject, review.openObjections);
        if (review.entry == RegistrationType.First) _checkOwner(item.owner);
        _complete(subject, item, review);
    }

    /// @inheritdoc IRegistry
    function withdraw(bytes32 subject) external {
        SubjectRecord storage item = _owned(subject);
        (, Review storage review) = _open(subject);
        review.state = ReviewState.Withdrawn;
        if (review.entry == RegistrationType.First) item.status = RegistrationStatus.Withdrawn;
        emit Withdrawn(subject, item.round);
    }

    /// @inheritdoc IRegistry
    function cancel(bytes32 subject, bytes32 document) external {
        SubjectRecord storage item = _owned(subject);
        _checkAtRest(subject, item);
        _checkFree(subject);
        if (document == 0) revert RegistryZeroDigest();
        item.status = RegistrationStatus.Cancelled;
        item.cancelledAt = uint48(block.timestamp);
        _lastEntry(subject).until = uint48(block.timestamp);
        _addHistory(subject, item, RegistrationType.Cancellation, item.owner, document);
    }

    /// @inheritdoc IRegistry
    function move(Move calldata move_, MemberSignature[] calldata signatures) external {
        bytes32 subject = move_.subject;
        SubjectRecord storage item = _known(subject);
        _checkAtRest(subject, item);
        _checkFree(subject);
        bytes18 venue = _venueOf(subject);
        if (move_.owner != item.owner || move_.fromVenue != venue || move_.number != item.number) {
            revert RegistryMove(subject, item.owner, venue, item.number);
        }
        if (move_.toVenue == 0 || move_.toVenue == venue) revert RegistryVenue(move_.toVenue);
        _checkVenue(item.owner, move_.toVenue);
        bytes32 digest = moveDigest(move_);
        _checkMoveSignatures(move_, digest, signatures);
        _lastEntry(subject).until = uint48(block.timestamp);
        _giveNumber(subject, item, move_.toVenue);
        _addHistory(subject, item, RegistrationType.Move, move_.toVenue, digest);
    }

    /// @inheritdoc IRegistry
    function note(bytes32 subject, RegistrationType entry, bytes18 to, bytes32 document) external onlyRights {
        SubjectRecord storage item = _known(subject);
        if (document == 0) revert RegistryZeroDigest();
        if (entry == RegistrationType.Transfer) {
            _checkAtRest(subject, item);
            item.owner = to;
        } else if (entry != RegistrationType.Licence) {
            revert RegistryEntry(entry);
        } else if (item.status != RegistrationStatus.Registered) {
            revert RegistryStatus(subject, item.status);
        }
        _addHistory(subject, item, entry, to, document);
    }

    /// @inheritdoc IRegistry
    function setReviewRule(
        SourceClass source,
        Grade grade,
        ReviewRule calldata rule
    ) external onlyCouncil returns (uint32 version) {
        return _setRule(source, grade, rule);
    }

    /// @inheritdoc IRegistry
    function addAlgorithm(bytes32 name) external onlyCouncil returns (uint16 algorithm) {
        return _addAlgorithm(name);
    }

    /// @inheritdoc IRegistry
    function retireAlgorithm(uint16 algorithm) external onlyCouncil {
        _checkAlgorithm(algorithm);
        _algorithms[algorithm].retiredAt = uint48(block.timestamp);
        emit AlgorithmRetired(algorithm);
    }

    /// @inheritdoc IRegistry
    function briefOf(bytes32 subject) external view returns (SubjectBrief memory) {
        SubjectRecord storage item = _records[subject];
        return
            SubjectBrief({
                owner: item.owner,
                grade: item.grade,
                source: item.source,
                isProduct: item.isProduct,
                inForce: item.status == RegistrationStatus.Registered
            });
    }

    /// @inheritdoc IRegistry
    function inForceAt(bytes32 subject, uint64 time) external view returns (bool) {
        SubjectRecord storage item = _records[subject];
        if (item.registeredAt == 0 || time < item.registeredAt) return false;
        return item.status == RegistrationStatus.Registered || time < item.cancelledAt;
    }

    /// @inheritdoc IRegistry
    function recordOf(bytes32 subject) external view returns (SubjectRecord memory) {
        return _known(subject);
    }

    /// @inheritdoc IRegistry
    function headOf(bytes32 subject) external view returns (uint64 count, bytes32 head) {
        return (_records[subject].historyCount, _records[subject].head);
    }

    /// @inheritdoc IRegistry
    function versionOf(bytes32 subject, uint32 version) external view returns (Version memory) {
        return _drafts[subject][_rounds[subject][version]];
    }

    /// @inheritdoc IRegistry
    function draftOf(bytes32 subject, uint32 round) external view returns (Version memory) {
        return _drafts[subject][round];
    }

    /// @inheritdoc IRegistry
    function reviewOf(bytes32 subject, uint32 round) external view returns (Review memory) {
        return _reviews[subject][round];
    }

    /// @inheritdoc IRegistry
    function objectionsOf(bytes32 subject, uint32 round) external view returns (Objection[] memory) {
        return _objections[subject][round];
    }

    /// @inheritdoc IRegistry
    function parentsOf(bytes32 subject) external view returns (bytes32[] memory parents) {
        return _parents[subject];
    }

    /// @inheritdoc IRegistry
    function venueEntryCount(bytes32 subject) external view returns (uint256 count) {
        return _entries[subject].length;
    }

    /// @inheritdoc IRegistry
    function venueEntryAt(bytes32 subject, uint256 place) external view returns (VenueEntry memory) {
        return _entries[subject][place];
    }

    /// @inheritdoc IRegistry
    function subjectOfNumber(uint64 number) external view returns (bytes32 subject) {
        return _numbers[number];
    }

    /// @inheritdoc IRegistry
    function lastNumber() external view returns (uint64 number) {
        return _lastNumber;
    }

    /// @inheritdoc IRegistry
    function reviewRule(
        SourceClass source,
        Grade grade
    ) external view returns (uint32 version, ReviewRule memory rule) {
        ReviewRule[] storage rules = _rules[source][grade];
        return (uint32(rules.length), rules[rules.length - 1]);
    }

    /// @inheritdoc IRegistry
    function reviewRuleAt(SourceClass source, Grade grade, uint32 version) external view returns (ReviewRule memory) {
        return _rules[source][grade][version - 1];
    }

    /// @inheritdoc IRegistry
    function algorithmOf(uint16 algorithm) external view returns (Algorithm memory) {
        return _algorithms[algorithm];
    }

    /// @inheritdoc IRegistry
    function algorithmCount() external view returns (uint16 count) {
        return _algorithmCount;
    }

    /// @inheritdoc IRegistry
    function rights() external view returns (address) {
        return _rights;
    }

    /// @inheritdoc IRegistry
    function moveDigest(Move calldata move_) public view returns (bytes32 digest) {
        return _hashTypedDataV4(keccak256(abi.encode(MOVE_TYPEHASH, move_)));
    }

    /// @inheritdoc IRegistry
    function subjectIdOf(bytes18 owner, bytes32 digest) public pure returns (bytes32 subject) {
        return keccak256(abi.encode(owner, digest));
    }

    /// @dev What the first application and the later ones have in common.
    function _apply(bytes32 subject, SubjectRecord storage item, Registration calldata registration) private {
        _checkOwner(item.owner);
        if (registration.venue != 0) _checkVenue(item.owner, registration.venue);
        item.grade = registration.grade;
        item.source = registration.source;
        item.status = RegistrationStatus.Pending;
        uint32 round = ++item.round;
        _draft(subject, round, registration.digest, registration.metadata, registration.contents);
        _tell(subject, item, registration);
        _openReview(subject, item, RegistrationType.First, registration.venue, 0);
    }

    function _tell(bytes32 subject, SubjectRecord storage item, Registration calldata registration) private {
        bytes32[] memory parents = _parents[subject];
        emit SubjectEntered(subject, item.owner, item.isProduct, item.round, item.right, registration, parents);
    }

    function _draft(
        bytes32 subject,
        uint32 round,
        bytes32 digest,
        bytes32 metadata,
        ContentDigest[] calldata contents
    ) private {
        if (digest == 0 || metadata == 0) revert RegistryZeroDigest();
        if (contents.length == 0 || contents.length > MAX_CONTENTS) {
            revert RegistryContentCount(contents.length, MAX_CONTENTS);
        }
        Version storage version = _drafts[subject][round];
        version.digest = digest;
        version.metadata = metadata;
        for (uint256 i = 0; i < contents.length; ++i) {
            uint16 algorithm = contents[i].algorithm;
            _checkAlgorithm(algorithm);
            if (contents[i].value == 0) revert RegistryZeroDigest();
            for (uint256 j = 0; j < i; ++j) {
                if (contents[j].algorithm == algorithm) revert RegistryAlgorithmTwice(algorithm);
            }
            version.contents.push(contents[i]);
        }
    }

    /// @dev Completes at once where nothing is asked for.
    function _openReview(
        bytes32 subject,
        SubjectRecord storage item,
        RegistrationType entry,
        bytes18 venue,
        bytes32 document
    ) private {
        ReviewRule[] storage rules = _rules[item.source][item.grade];
        ReviewRule memory rule = rules[rules.length - 1];
        Review storage review = _reviews[subject][item.round];
        review.entry = entry;
        review.state = ReviewState.Open;
        review.rule = uint32(rules.length);
        review.reviewers = rule.reviewers;
        review.openedAt = uint48(block.timestamp);
        review.noticeEnds = uint48(block.timestamp) + rule.notice;
        review.venue = venue;
        review.document = document;
        emit ReviewOpened(subject, item.round, entry, review.rule, review.noticeEnds, venue);
        if (rule.notice == 0 && rule.reviewers == 0 && venue == 0) _complete(subject, item, review);
    }

    function _complete(bytes32 subject, SubjectRecord storage item, Review storage review) private {
        _checkFree(subject);
        review.state = ReviewState.Completed;
        bytes32 link = _putInForce(subject, item);
        if (review.entry == RegistrationType.First) {
            item.status = RegistrationStatus.Registered;
            item.registeredAt = uint48(block.timestamp);
            _giveNumber(subject, item, review.venue);
            _addHistory(subject, item, RegistrationType.First, item.owner, link);
        } else {
            _addHistory(subject, item, RegistrationType.Alteration, item.owner, review.document);
        }
    }

    function _putInForce(bytes32 subject, SubjectRecord storage item) private returns (bytes32 link) {
        Version storage draft = _drafts[subject][item.round];
        // Zero before the first: no version has number 0, and no draft is of round 0.
        bytes32 previous = _drafts[subject][_rounds[subject][item.versions]].link;
        uint32 number = ++item.versions;
        _rounds[subject][number] = item.round;
        draft.from = uint48(block.timestamp);
        Version memory version = draft;
        link = keccak256(abi.encode(previous, version.digest, version.metadata, version.contents));
        draft.link = link;
        emit VersionInForce(subject, number, item.round, version.digest, version.metadata, version.contents, link);
    }

    function _giveNumber(bytes32 subject, SubjectRecord storage item, bytes18 venue) private {
        uint64 number = ++_lastNumber;
        item.number = number;
        _numbers[number] = subject;
        _entries[subject].push(VenueEntry({venue: venue, number: number, from: uint48(block.timestamp), until: 0}));
        emit NumberGiven(subject, number, venue);
    }

    function _refuse(
        bytes32 subject,
        SubjectRecord storage item,
        Review storage review,
        bytes18 by,
        bytes32 grounds
    ) private {
        if (grounds == 0) revert RegistryZeroDigest();
        review.state = ReviewState.Refused;
        review.grounds = grounds;
        if (review.entry == RegistrationType.First) item.status = RegistrationStatus.Refused;
        emit Refused(subject, item.round, by, grounds);
    }

    function _addHistory(
        bytes32 subject,
        SubjectRecord storage item,
        RegistrationType entry,
        bytes18 party,
        bytes32 document
    ) private {
        uint48 time = uint48(block.timestamp);
        bytes32 head = keccak256(abi.encode(item.head, entry, party, document, time));
        uint64 count = ++item.historyCount;
        item.head = head;
        emit HistoryAdded(subject, entry, party, count, document, time, head);
    }

    function _setRule(SourceClass source, Grade grade, ReviewRule memory rule) private returns (uint32 version) {
        if (rule.notice > MAX_NOTICE || rule.reviewers >> KINDS != 0) revert RegistryRule(rule.notice, rule.reviewers);
        ReviewRule[] storage rules = _rules[source][grade];
        rules.push(rule);
        version = uint32(rules.length);
        emit ReviewRuleSet(source, grade, version, rule);
    }

    function _addAlgorithm(bytes32 name) private returns (uint16 algorithm) {
        if (name == 0) revert RegistryZeroDigest();
        algorithm = ++_algorithmCount;
        _algorithms[algorithm] = Algorithm({name: name, addedAt: uint48(block.timestamp), retiredAt: 0});
        emit AlgorithmAdded(algorithm, name);
    }

    function _checkMoveSignatures(
        Move calldata move_,
        bytes32 digest,
        MemberSignature[] calldata signatures
    ) private view {
        if (block.timestamp > move_.deadline) revert RegistryDeadline(move_.deadline);
        bool oldSigns = move_.fromVenue != 0 && _members.isActive(move_.fromVenue);
        uint256 expected = oldSigns ? 3 : 2;
        if (signatures.length != expected) revert RegistrySignatureCount(expected, signatures.length);
        _checkSignature(move_.owner, KeyRole.Act, digest, signatures[0]);
        if (oldSigns) _checkSignature(move_.fromVenue, KeyRole.Govern, digest, signatures[1]);
        _checkSignature(move_.toVenue, KeyRole.Govern, digest, signatures[expected - 1]);
    }

    function _checkSignature(
        bytes18 member,
        KeyRole role,
        bytes32 digest,
        MemberSignature calldata signed
    ) private view {
        bytes18 signer = _members.actorOf(signed.key, role);
        if (signer != member) revert RegistryWrongSigner(member, signer);
        if (!SignatureChecker.isValidSignatureNow(signed.key, digest, signed.signature)) {
            revert RegistrySignature(signed.key);
        }
    }

    function _checkOwner(bytes18 owner) private view {
        if (!_members.isActive(owner)) revert RegistryOwnerNotActive(owner);
        if (_isSanctioned(owner, Restriction.Listing)) revert RegistrySanctioned(owner);
    }

    function _checkVenue(bytes18 owner, bytes18 venue) private view {
        if (venue == owner || !_serves(venue)) revert RegistryVenue(venue);
    }

    function _checkAlgorithm(uint16 algorithm) private view {
        Algorithm storage known = _algorithms[algorithm];
        if (known.name == 0 || known.retiredAt != 0) revert RegistryAlgorithm(algorithm);
    }

    /// @dev Refuses what is not registered, or is about to be altered.
    function _checkAtRest(bytes32 subject, SubjectRecord storage item) private view {
        if (item.status != RegistrationStatus.Registered) revert RegistryStatus(subject, item.status);
        if (_reviews[subject][item.round].state == ReviewState.Open) revert RegistryReviewOpen(subject, item.round);
    }

    function _checkFree(bytes32 subject) private view {
        if (_cases.isHeld(subject) || _emergency.isFrozen(subject)) revert RegistryHeld(subject);
    }

    /// @dev True for a venue that may take registrations now.
    function _serves(bytes18 venue) private view returns (bool) {
        if (!_members.isActive(venue) || !_members.hasKind(venue, Kind.Venue)) return false;
        return !_isSanctioned(venue, Restriction.VenueService);
    }

    function _isSanctioned(bytes18 member, Restriction restriction) private view returns (bool) {
        return _cases.isSanctioned(member, uint8(1 << uint8(restriction)), uint64(block.timestamp));
    }

    /// @dev The reviewer for which the caller acts: see {IRegistry}.
    function _reviewer(
        bytes32 subject,
        SubjectRecord storage item,
        Review storage review
    ) private view returns (bytes18 by) {
        by = _members.actorOf(msg.sender, KeyRole.Govern);
        bool nobodyElse = review.venue == 0 && review.reviewers == 0;
        bool may =
            (by == review.venue && _serves(by)) ||
                _isOfKinds(by, review.reviewers) ||
                (nobodyElse && _members.hasKind(by, Kind.Regulator));
        if (by == item.owner || !may) revert RegistryNotReviewer(subject, by);
    }

    /// @dev Asks for as many kinds as there are, at most.
    function _isOfKinds(bytes18 member, uint16 kinds) private view returns (bool) {
        for (uint256 i = 0; kinds >> i != 0; ++i) {
            if ((kinds >> i) & 1 != 0 && _members.hasKind(member, Kind(i))) return true;
        }
        return false;
    }

    function _venueOf(bytes32 subject) private view returns (bytes18 venue) {
        return _lastEntry(subject).venue;
    }

    function _lastEntry(bytes32 subject) private view returns (VenueEntry storage) {
        VenueEntry[] storage entries = _entries[subject];
        return entries[entries.length - 1];
    }

    function _owned(bytes32 subject) private view returns (SubjectRecord storage item) {
        bytes18 caller = _members.actorOf(msg.sender, KeyRole.Act);
        item = _known(subject);
        if (item.owner != caller) revert RegistryNotOwner(subject, item.owner, caller);
    }

    function _open(bytes32 subject) private view returns (SubjectRecord storage item, Review storage review) {
        item = _known(subject);
        review = _reviews[subject][item.round];
        if (review.state != ReviewState.Open) revert RegistryNoReview(subject);
    }

    /// @dev The open review, if it is the one that the reviewer read: an owner can put another in its place at any time.
    function _openRound(
        bytes32 subject,
        uint32 round
    ) private view returns (SubjectRecord storage item, Review storage review) {
        (item, review) = _open(subject);
        if (round != item.round) revert RegistryRound(subject, item.round, round);
    }

    function _known(bytes32 subject) private view returns (SubjectRecord storage item) {
        item = _records[subject];
        if (item.status == RegistrationStatus.None) revert RegistryUnknownSubject(subject);
    }
}
