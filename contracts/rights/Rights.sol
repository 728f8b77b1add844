// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {AttestationKind, IAttestations, Result} from "../attestation/IAttestations.sol";
import {Approval, ICases, Restriction} from "../cases/ICases.sol";
import {IEmergency} from "../membership/IEmergency.sol";
import {IMembers, KeyRole} from "../membership/IMembers.sol";
import {SubjectKind} from "../SubjectKind.sol";
import {Grade} from "./Grade.sol";
import {IConsents} from "./IConsents.sol";
import {IRegistry, Registration, RegistrationType, SourceClass, SubjectBrief} from "./IRegistry.sol";
import {Grant, IRights, Listing, Right, RightKind, Scope, Transfer, Validity} from "./IRights.sol";
import {RightHashes} from "./RightHashes.sol";

/// @title Rights on data
/// @dev The struct `Right` is kept as it is. Of a new one without consent and with a base five slots are written, of a founding one four:
///
///      | slot   | bits 0..                                                                            |
///      | ------ | ----------------------------------------------------------------------------------- |
///      | 0      | holder 144, kind 8, depth 8, from 48, until 48                                      |
///      | 1      | purposes 64, territories 64, uses 32, used 32, revokedAt 48, reach 16               |
///      | 2      | granter 144, grantedAt 48, acceptedAt 48                                            |
///      | 3 to 5 | subject, base, consent                                                              |
///
///      Others are asked in the middle of changes, but they are the contracts of the law, named for ever by the constructor, and they call
///      nobody's code; keys that are contracts are asked by static calls.
contract Rights is IRights, EIP712 {
    using Checkpoints for Checkpoints.Trace208;

    /// @dev Most purposes of one right, so that no mask stands for all.
    uint256 private constant MAX_PURPOSES = 16;

    /// @dev Longest period, in seconds.
    uint48 private constant MAX_PERIOD = 30 * 365 days;

    /// @dev Most times that a right is sub-licensed in a row.
    uint8 private constant MAX_DEPTH = 8;

    /// @dev Most parents of a product.
    uint256 private constant MAX_PARENTS = 16;

    /// @dev Most rights that a right leans on, itself included: bounds the gas of every question about validity.
    uint256 private constant MAX_REACH = 256;

    IMembers private immutable _members;
    IRegistry private immutable _registry;
    IConsents private immutable _consents;
    ICases private immutable _cases;
    IEmergency private immutable _emergency;
    IAttestations private immutable _attestations;

    mapping(bytes32 right => Right) private _rights;

    /// @dev Rights that the operating right of a product derives from.
    mapping(bytes32 right => bytes32[]) private _lineage;

    /// @dev Holders of rights that were transferred, from when each held it. Of changes in one second the last stays.
    mapping(bytes32 right => Checkpoints.Trace208) private _holders;

    /// @dev Nonces that are used or given up, 256 in a slot.
    mapping(bytes18 member => mapping(uint256 word => uint256 bits)) private _nonces;

    /// @param members Register of members.
    /// @param registry Register of resources and products.
    /// @param consents Register of consents.
    /// @param cases Cases, for holds and sanctions.
    /// @param emergency Freezes.
    /// @param attestations Statements that grades ask for.
    constructor(
        IMembers members,
        IRegistry registry,
        IConsents consents,
        ICases cases,
        IEmergency emergency,
        IAttestations attestations
    ) EIP712("Lianzheng Rights", "1") {
        _checkCode(address(members));
        _checkCode(address(registry));
        _checkCode(address(consents));
        _checkCode(address(cases));
        _checkCode(address(emergency));
        _checkCode(address(attestations));
        _members = members;
        _registry = registry;
        _consents = consents;
        _cases = cases;
        _emergency = emergency;
        _attestations = attestations;
    }

    /// @inheritdoc IRights
    function registerResource(
        Registration calldata registration,
        Scope calldata scope
    ) external returns (bytes32 subject, bytes32 right) {
        bytes18 owner = _members.actorOf(msg.sender, KeyRole.Act);
        return _register(owner, RightKind.Holding, registration, scope, new bytes32[](0), new bytes32[](0));
    }

    /// @inheritdoc IRights
    function registerProduct(
        Registration calldata registration,
        Scope calldata scope,
        bytes32[] calldata basis
    ) external returns (bytes32 subject, bytes32 right) {
        bytes18 owner = _members.actorOf(msg.sender, KeyRole.Act);
        bytes32[] memory parents = _parentsOf(owner, registration, basis);
        return _register(owner, RightKind.Operating, registration, scope, basis, parents);
    }

    /// @inheritdoc IRights
    function grant(Grant calldata offer) external returns (bytes32 right) {
        return _grant(_members.actorOf(msg.sender, KeyRole.Act), offer);
    }

    /// @inheritdoc IRights
    function grantAccepted(Grant calldata offer, Approval calldata acceptance) external returns (bytes32 right) {
        bytes18 granter = _members.actorOf(msg.sender, KeyRole.Act);
        right = _grant(granter, offer);
        _approve(offer.holder, acceptanceDigest(granter, offer, acceptance.nonce, acceptance.deadline), acceptance);
        _accept(right, _rights[right], offer.document);
    }

    /// @inheritdoc IRights
    function accept(bytes32 right, bytes32 document) external {
        bytes18 caller = _members.actorOf(msg.sender, KeyRole.Act);
        Right storage known = _known(right);
        bytes18 holder = known.holder;
        if (caller != holder) revert RightsNotHolder(right, holder, caller);
        if (known.acceptedAt != 0) revert RightsAlreadyAccepted(right, known.acceptedAt);
        if (right != _idOf(known.granter, known.base, holder, known.kind, document)) {
            revert RightsDocument(right, document);
        }
        if (known.revokedAt != 0) revert RightsAlreadyRevoked(right, known.revokedAt);
        if (block.timestamp >= known.until) revert RightsNotValid(right, Validity.Expired, right);
        // An offer binds whoever made it: it gives nothing that has gone to another since.
        _held(known.base, known.granter);
        (Validity validity, bytes32 cause) = _walk(known.base, uint64(block.timestamp));
        if (validity != Validity.Valid) revert RightsNotValid(known.base, validity, cause);
        _checkFree(known.subject);
        _checkReceipt(known.subject, holder, known.kind, known.consent, known.purposes, known.until);
        _accept(right, known, document);
    }

    /// @inheritdoc IRights
    function recordUse(bytes32 right, uint32 count, bytes32 evidence) external {
        bytes18 caller = _members.actorOf(msg.sender, KeyRole.Act);
        Right storage known = _usable(right, caller);
        uint32 uses = known.uses;
        if (uses == 0) revert RightsNotCounted(right);
        uint32 used = known.used;
        if (count == 0 || count > uses - used) revert RightsUseCount(right, count, uses - used);
        if (evidence == 0) revert RightsZeroDigest();
        used += count;
        known.used = used;
        emit RightUsed(right, caller, count, used, evidence);
    }

    /// @inheritdoc IRights
    function transfer(Transfer calldata transferred, Approval[] calldata approvals) external {
        Right storage known = _held(transferred.right, transferred.from);
        if (transferred.document == 0) revert RightsZeroDigest();
        bytes18 to = transferred.to;
        if (to == transferred.from) revert RightsSelfTransfer(to);
        _checkSanction(transferred.from, Restriction.Granting);
        _checkValid(transferred.right);
        _checkFree(known.subject);
        _checkRecipient(to, known.subject, known.consent, known.purposes, known.until);
        _checkRequirements(known.subject, _registry.briefOf(known.subject));
        _checkApprovals(transferred, known.base, approvals);
        _hand(transferred.right, known, to);
        emit RightTransferred(transferred.right, transferred.from, to, transferred.document);
        if (known.base == 0) _registry.note(known.subject, RegistrationType.Transfer, to, transferred.document);
    }

    /// @inheritdoc IRights
    function revoke(bytes32 right, bytes32 reason) external {
        bytes18 caller = _members.actorOf(msg.sender, KeyRole.Act);
        Right storage known = _known(right);
        if (caller != known.holder && caller != _granterOf(known)) revert RightsNotParty(right, caller);
        if (known.revokedAt != 0) revert RightsAlreadyRevoked(right, known.revokedAt);
        if (reason == 0) revert RightsZeroDigest();
        known.revokedAt = uint48(block.timestamp);
        emit RightRevoked(right, caller, reason);
    }

    /// @inheritdoc IRights
    function voidNonce(uint256 nonce) external {
        _use(_members.actorOf(msg.sender, KeyRole.Act), nonce);
    }

    /// @inheritdoc IRights
    function isValid(bytes32 right) external view returns (bool) {
        (Validity validity, ) = _validityAt(right, uint64(block.timestamp));
        return validity == Validity.Valid;
    }

    /// @inheritdoc IRights
    function isValidAt(bytes32 right, uint64 time) external view returns (bool) {
        (Validity validity, ) = _validityAt(right, time);
        return validity == Validity.Valid;
    }

    /// @inheritdoc IRights
    function validityAt(bytes32 right, uint64 time) external view returns (Validity validity, bytes32 cause) {
        return _validityAt(right, time);
    }

    /// @inheritdoc IRights
    function usabilityOf(bytes32 right) external view returns (Validity validity, bytes32 cause) {
        return _usabilityOf(right);
    }

    /// @inheritdoc IRights
    function holderAt(bytes32 right, uint64 time) external view returns (bytes18 holder) {
        Right storage known = _rights[right];
        return time < known.grantedAt ? bytes18(0) : _holderAt(right, known, time);
    }

    /// @inheritdoc IRights
    function listingOf(
        bytes32 subject,
        bytes32 right,
        bytes18 seller,
        bool crossBorder
    ) external view returns (Listing listing) {
        SubjectBrief memory brief = _registry.briefOf(subject);
        if (brief.owner == 0) return Listing.UnknownSubject;
        if (brief.grade == Grade.Core) return Listing.CoreGrade;
        if (!brief.inForce) return Listing.NotInForce;
        listing = _titleOf(subject, right, seller, brief.isProduct);
        if (listing != Listing.Allowed) return listing;
        if (_cases.isHeld(subject)) return Listing.Held;
        if (_emergency.isFrozen(subject)) return Listing.Frozen;
        if (_isSanctioned(seller, Restriction.Listing)) return Listing.Sanctioned;
        return _unmet(subject, brief, crossBorder) == 0 ? Listing.Allowed : Listing.RequirementsUnmet;
    }

    /// @inheritdoc IRights
    function rightOf(bytes32 right) external view returns (Right memory) {
        return _known(right);
    }

    /// @inheritdoc IRights
    function basisOf(bytes32 right) external view returns (bytes32[] memory basis) {
        bytes32 base = _known(right).base;
        return base == 0 ? _lineage[right] : _alone(base);
    }

    /// @inheritdoc IRights
    function granterOf(bytes32 right) external view returns (bytes18 granter) {
        return _granterOf(_known(right));
    }

    /// @inheritdoc IRights
    function isNonceUsed(bytes18 member, uint256 nonce) external view returns (bool) {
        return _isUsed(member, nonce);
    }

    /// @inheritdoc IRights
    function rightIdOf(bytes18 granter, Grant calldata offer) external pure returns (bytes32 right) {
        return _idOf(granter, offer.base, offer.holder, offer.kind, offer.document);
    }

    /// @inheritdoc IRights
    function acceptanceDigest(
        bytes18 granter,
        Grant calldata offer,
        uint256 nonce,
        uint256 deadline
    ) public view returns (bytes32 digest) {
        return _hashTypedDataV4(RightHashes.ofAcceptance(granter, offer, nonce, deadline));
    }

    /// @inheritdoc IRights
    function transferDigest(
        bytes18 by,
        Transfer calldata transferred,
        uint256 nonce,
        uint256 deadline
    ) public view returns (bytes32 digest) {
        return _hashTypedDataV4(RightHashes.ofTransfer(by, transferred, nonce, deadline));
    }

    function _register(
        bytes18 owner,
        RightKind kind,
        Registration calldata registration,
        Scope calldata scope,
        bytes32[] memory basis,
        bytes32[] memory parents
    ) private returns (bytes32 subject, bytes32 right) {
        _checkSanction(owner, Restriction.Listing);
        bytes32 digest = registration.digest;
        right = _idOf(owner, _registry.subjectIdOf(owner, digest), owner, kind, digest);
        subject = _registry.enter(owner, right, kind == RightKind.Operating, registration, parents);
        if (scope.depth > MAX_DEPTH) revert RightsDepth(scope.depth, MAX_DEPTH);
        Right storage made = _create(right, owner, owner, kind, subject, scope, basis);
        made.acceptedAt = uint48(block.timestamp);
        if (basis.length != 0) _lineage[right] = basis;
        emit RightGranted(right, subject, owner, kind, _scopeOf(made), owner, digest, 0, basis);
    }

    function _grant(bytes18 granter, Grant calldata offer) private returns (bytes32 right) {
        bytes32 base = offer.base;
        Right storage source = _usable(base, granter);
        bytes32 subject = source.subject;
        if (offer.holder == granter) revert RightsSelfGrant(granter);
        if (!_derives(source.kind, offer.kind)) revert RightsKind(base, source.kind, offer.kind);
        if (offer.scope.depth >= source.depth) revert RightsDepth(offer.scope.depth, source.depth);
        if (offer.document == 0) revert RightsZeroDigest();
        _checkSanction(granter, Restriction.Granting);
        _checkFree(subject);
        _checkReceipt(subject, offer.holder, offer.kind, offer.consent, offer.scope.purposes, offer.scope.until);
        right = _idOf(granter, base, offer.holder, offer.kind, offer.document);
        bytes32[] memory basis = _alone(base);
        Right storage made = _create(right, granter, offer.holder, offer.kind, subject, offer.scope, basis);
        made.base = base;
        if (offer.consent != 0) made.consent = offer.consent;
        emit RightGranted(
            right,
            subject,
            offer.holder,
            offer.kind,
            _scopeOf(made),
            granter,
            offer.document,
            offer.consent,
            basis
        );
    }

    function _accept(bytes32 right, Right storage known, bytes32 document) private {
        known.acceptedAt = uint48(block.timestamp);
        emit RightAccepted(right, known.holder);
        _registry.note(known.subject, RegistrationType.Licence, known.holder, document);
    }

    /// @dev Every right comes into being here, so child ⊆ parent is checked in one place.
    function _create(
        bytes32 right,
        bytes18 granter,
        bytes18 holder,
        RightKind kind,
        bytes32 subject,
        Scope calldata asked,
        bytes32[] memory basis
    ) private returns (Right storage made) {
        made = _rights[right];
        if (made.kind != RightKind.None) revert RightsAlreadyGranted(right);
        Scope memory scope = _checkedScope(asked);
        uint256 reach = 1;
        for (uint256 i = 0; i < basis.length; ++i) reach += _deriveFrom(basis[i], scope);
        if (reach > MAX_REACH) revert RightsReach(reach, MAX_REACH);
        (made.holder, made.kind, made.depth) = (holder, kind, scope.depth);
        (made.from, made.until) = (scope.from, scope.until);
        (made.purposes, made.territories) = (scope.purposes, scope.territories);
        (made.uses, made.reach) = (scope.uses, uint16(reach));
        (made.granter, made.grantedAt) = (granter, uint48(block.timestamp));
        made.subject = subject;
    }

    /// @dev Takes the uses off the base.
    function _deriveFrom(bytes32 id, Scope memory scope) private returns (uint256 reach) {
        Right storage base = _rights[id];
        if (scope.purposes & ~base.purposes != 0) revert RightsPurposesExceed(id, scope.purposes, base.purposes);
        if (scope.territories & ~base.territories != 0) {
            revert RightsTerritoriesExceed(id, scope.territories, base.territories);
        }
        // Bases are valid in this block and no right begins before its block, so only the end can go beyond.
        if (scope.until > base.until) revert RightsPeriodExceeds(id, scope.until, base.until);
        uint32 uses = base.uses;
        if (uses != 0) {
            uint32 left = uses - base.used;
            if (scope.uses == 0 || scope.uses > left) revert RightsUsesExceed(id, scope.uses, left);
            base.used += scope.uses;
        }
        return base.reach;
    }

    function _hand(bytes32 right, Right storage known, bytes18 to) private {
        Checkpoints.Trace208 storage holders = _holders[right];
        if (holders.length() == 0) holders.push(known.grantedAt, uint144(known.holder));
        holders.push(uint48(block.timestamp), uint144(to));
        known.holder = to;
    }

    /// @dev In the order `from`, `to` and the member in the granter's place, if it is a third one.
    function _checkApprovals(Transfer calldata transferred, bytes32 base, Approval[] calldata approvals) private {
        bytes18[3] memory signers = [transferred.from, transferred.to, bytes18(0)];
        uint256 count = 2;
        if (base != 0) {
            bytes18 granter = _rights[base].holder;
            if (granter != signers[0] && granter != signers[1]) signers[count++] = granter;
        }
        if (approvals.length != count) revert RightsApprovalCount(count, approvals.length);
        for (uint256 i = 0; i < count; ++i) {
            Approval calldata approval = approvals[i];
            bytes32 digest = transferDigest(signers[i], transferred, approval.nonce, approval.deadline);
            _approve(signers[i], digest, approval);
        }
    }

    /// @dev The signature comes before the nonce: a contract that is asked (ERC-1271, a static call) can change nothing in between.
    function _approve(bytes18 expected, bytes32 digest, Approval calldata approval) private {
        if (block.timestamp > approval.deadline) revert RightsDeadline(approval.deadline);
        bytes18 signer = _members.actorOf(approval.key, KeyRole.Act);
        if (signer != expected) revert RightsWrongSigner(expected, signer);
        if (!SignatureChecker.isValidSignatureNow(approval.key, digest, approval.signature)) {
            revert RightsSignature(approval.key);
        }
        _use(signer, approval.nonce);
    }

    function _use(bytes18 member, uint256 nonce) private {
        if (_isUsed(member, nonce)) revert RightsNonceUsed(member, nonce);
        _nonces[member][nonce >> 8] |= 1 << (nonce & 0xff);
        emit NonceUsed(member, nonce);
    }

    /// @dev Agreed earlier than recorded: the right is valid from the block that records it, never before.
    function _checkedScope(Scope calldata asked) private view returns (Scope memory scope) {
        scope = asked;
        uint256 purposes = _bitCount(scope.purposes);
        if (purposes == 0 || purposes > MAX_PURPOSES) revert RightsPurposes(scope.purposes);
        if (scope.territories == 0) revert RightsTerritories();
        if (scope.from < block.timestamp) scope.from = uint48(block.timestamp);
        if (scope.until <= scope.from || scope.until - scope.from > MAX_PERIOD) {
            revert RightsPeriod(asked.from, asked.until);
        }
    }

    function _parentsOf(
        bytes18 owner,
        Registration calldata registration,
        bytes32[] calldata basis
    ) private view returns (bytes32[] memory parents) {
        uint256 count = basis.length;
        if (count == 0 || count > MAX_PARENTS) revert RightsParentCount(count);
        parents = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            Right storage base = _usable(basis[i], owner);
            bytes32 parent = base.subject;
            // Who made a product may process it; who may only sell it further may not.
            if (base.kind == RightKind.Operating && base.base != 0) {
                revert RightsKind(basis[i], base.kind, RightKind.Operating);
            }
            for (uint256 k = 0; k < i; ++k) if (parents[k] == parent) revert RightsParentTwice(parent);
            _checkFree(parent);
            _checkLineage(owner, registration, parent);
            parents[i] = parent;
        }
    }

    /// @dev What is made from graded or personal data is graded and personal, unless somebody qualified states that nobody can be known
    ///      again in it.
    function _checkLineage(bytes18 owner, Registration calldata registration, bytes32 parent) private view {
        SubjectBrief memory brief = _registry.briefOf(parent);
        if (registration.grade < brief.grade) revert RightsGrade(parent, brief.grade, registration.grade);
        if (brief.source != SourceClass.Personal || registration.source == SourceClass.Personal) return;
        bytes32 product = _registry.subjectIdOf(owner, registration.digest);
        (, Result result) = _attestations.standing(AttestationKind.RiskAssessment, SubjectKind.Product, product);
        if (result != Result.Pass) revert RightsPersonal(parent);
    }

    /// @dev A right by which `holder` may derive others now, or use the data.
    function _usable(bytes32 right, bytes18 holder) private view returns (Right storage known) {
        known = _held(right, holder);
        (Validity validity, bytes32 cause) = _usabilityOf(right);
        if (validity != Validity.Valid) revert RightsNotValid(right, validity, cause);
    }

    function _checkValid(bytes32 right) private view {
        (Validity validity, bytes32 cause) = _validityAt(right, uint64(block.timestamp));
        if (validity != Validity.Valid) revert RightsNotValid(right, validity, cause);
    }

    function _checkFree(bytes32 subject) private view {
        if (_cases.isHeld(subject)) revert RightsHeld(subject);
        if (_emergency.isFrozen(subject)) revert RightsFrozen(subject);
    }

    function _checkSanction(bytes18 member, Restriction restriction) private view {
        if (_isSanctioned(member, restriction)) revert RightsSanctioned(member, restriction);
    }

    /// @dev What lets another member hold or process the data is asked more than what lets it sell the product on. It is asked when the
    ///      right is granted and again when it is accepted, for only then it comes into the other's hands.
    function _checkReceipt(
        bytes32 subject,
        bytes18 holder,
        RightKind kind,
        bytes32 consent,
        uint64 purposes,
        uint48 until
    ) private view {
        _checkRecipient(holder, subject, consent, purposes, until);
        if (kind == RightKind.Operating) return;
        SubjectBrief memory brief = _registry.briefOf(subject);
        if (brief.source == SourceClass.Personal && consent == 0) revert RightsConsent(0, holder);
        _checkRequirements(subject, brief);
    }

    function _checkRecipient(
        bytes18 holder,
        bytes32 subject,
        bytes32 consent,
        uint64 purposes,
        uint48 until
    ) private view {
        if (!_members.isActive(holder)) revert RightsHolderNotActive(holder);
        if (consent != 0 && !_consents.covers(consent, subject, holder, purposes, until)) {
            revert RightsConsent(consent, holder);
        }
    }

    function _checkRequirements(bytes32 subject, SubjectBrief memory brief) private view {
        if (brief.grade == Grade.General) return;
        uint16 unmet = _unmet(subject, brief, false);
        if (unmet != 0) revert RightsRequirementsUnmet(subject, unmet);
    }

    function _unmet(bytes32 subject, SubjectBrief memory brief, bool crossBorder) private view returns (uint16) {
        SubjectKind kind = brief.isProduct ? SubjectKind.Product : SubjectKind.Resource;
        return _attestations.unmetRequirements(kind, subject, brief.grade, crossBorder);
    }

    function _isSanctioned(bytes18 member, Restriction restriction) private view returns (bool) {
        return _cases.isSanctioned(member, uint8(1 << uint8(restriction)), uint64(block.timestamp));
    }

    function _titleOf(bytes32 subject, bytes32 right, bytes18 seller, bool isProduct) private view returns (Listing) {
        Right storage title = _rights[right];
        if (title.subject != subject) return Listing.WrongSubject;
        if (title.kind != (isProduct ? RightKind.Operating : RightKind.Holding)) return Listing.WrongKind;
        if (title.holder != seller) return Listing.WrongHolder;
        (Validity validity, ) = _usabilityOf(right);
        if (validity == Validity.Exhausted) return Listing.Exhausted;
        return validity == Validity.Valid ? Listing.Allowed : Listing.RightNotValid;
    }

    function _usabilityOf(bytes32 right) private view returns (Validity validity, bytes32 cause) {
        (validity, cause) = _validityAt(right, uint64(block.timestamp));
        if (validity != Validity.Valid) return (validity, cause);
        Right storage known = _rights[right];
        return known.uses != 0 && known.used == known.uses ? (Validity.Exhausted, right) : (Validity.Valid, bytes32(0));
    }

    function _validityAt(bytes32 right, uint64 time) private view returns (Validity validity, bytes32 cause) {
        Right storage first = _rights[right];
        if (first.kind == RightKind.None || time < first.grantedAt) return (Validity.Unknown, right);
        if (!_members.isActiveAt(_holderAt(right, first, time), time)) return (Validity.HolderNotActive, right);
        return _walk(right, time);
    }

    /// @dev Walks all rights on which `right` leans with a list instead of recursion: `reach` is the most that can be on it.
    function _walk(bytes32 right, uint64 time) private view returns (Validity validity, bytes32 cause) {
        bytes32[] memory pending = new bytes32[](_rights[right].reach);
        pending[0] = right;
        uint256 count = 1;
        while (count != 0) {
            bytes32 current = pending[--count];
            Right storage known = _rights[current];
            validity = _ownValidityAt(current, known, time);
            if (validity != Validity.Valid) return (validity, current);
            if (known.base != 0) {
                pending[count++] = known.base;
            } else if (known.reach > 1) {
                bytes32[] storage basis = _lineage[current];
                for (uint256 i = 0; i < basis.length; ++i) pending[count++] = basis[i];
            }
        }
        return (Validity.Valid, 0);
    }

    function _ownValidityAt(bytes32 id, Right storage right, uint64 time) private view returns (Validity) {
        uint48 revokedAt = right.revokedAt;
        if (revokedAt != 0 && time >= revokedAt) return Validity.Revoked;
        uint48 acceptedAt = right.acceptedAt;
        if (acceptedAt == 0 || time < acceptedAt) return Validity.NotAccepted;
        if (time < right.from) return Validity.NotYet;
        if (time >= right.until) return Validity.Expired;
        return _outerValidityAt(id, right, time);
    }

    /// @dev What others say of the right.
    function _outerValidityAt(bytes32 id, Right storage right, uint64 time) private view returns (Validity) {
        if (right.base == 0 && !_registry.inForceAt(right.subject, time)) return Validity.SubjectNotInForce;
        bytes32 consent = right.consent;
        if (consent != 0 && !_consents.isValidAt(consent, time)) return Validity.ConsentNotValid;
        if (_emergency.isFrozenAt(id, time)) return Validity.Frozen;
        // A hold is asked for what is to come alone: cases keep no past of it.
        if (time >= block.timestamp && _cases.isHeld(id)) return Validity.Held;
        return Validity.Valid;
    }

    function _holderAt(bytes32 id, Right storage right, uint64 time) private view returns (bytes18) {
        Checkpoints.Trace208 storage holders = _holders[id];
        if (time >= block.timestamp || holders.length() == 0) return right.holder;
        return bytes18(uint144(holders.upperLookup(uint48(time))));
    }

    /// @dev A founding right is its own holder's to revoke and to transfer.
    function _granterOf(Right storage right) private view returns (bytes18) {
        bytes32 base = right.base;
        return base == 0 ? right.holder : _rights[base].holder;
    }

    function _held(bytes32 right, bytes18 holder) private view returns (Right storage known) {
        known = _known(right);
        if (known.holder != holder) revert RightsNotHolder(right, known.holder, holder);
    }

    function _known(bytes32 right) private view returns (Right storage known) {
        known = _rights[right];
        if (known.kind == RightKind.None) revert RightsUnknownRight(right);
    }

    function _isUsed(bytes18 member, uint256 nonce) private view returns (bool) {
        return _nonces[member][nonce >> 8] & (1 << (nonce & 0xff)) != 0;
    }

    function _scopeOf(Right storage right) private view returns (Scope memory) {
        return
            Scope({
                purposes: right.purposes,
                territories: right.territories,
                from: right.from,
                until: right.until,
                uses: right.uses,
                depth: right.depth
            });
    }

    function _checkCode(address account) private view {
        if (account.code.length == 0) revert RightsNoContract(account);
    }

    /// @dev Holding and operating are passed on as they are or as processing; processing only as processing.
    function _derives(RightKind from, RightKind to) private pure returns (bool) {
        return to == RightKind.Processing || (to == from && to != RightKind.None);
    }

    function _idOf(
        bytes18 granter,
        bytes32 base,
        bytes18 holder,
        RightKind kind,
        bytes32 document
    ) private pure returns (bytes32) {
        return keccak256(abi.encode(granter, base, holder, kind, document));
    }

    function _alone(bytes32 base) private pure returns (bytes32[] memory basis) {
        basis = new bytes32[](1);
        basis[0] = base;
    }

    function _bitCount(uint64 bits) private pure returns (uint256 count) {
        for (; bits != 0; bits &= bits - 1) ++count;
    }
}
