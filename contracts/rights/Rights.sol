// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IMembers, KeyRole} from "../membership/IMembers.sol";
import {Grade, IRights, Listing, Registration, Right, RightKind, Scope, Subject, Validity} from "./IRights.sol";

/// @title Rights on data
/// @dev The structs are kept as they are. `Right`:
///
///      | slot | bits 0..143              | 144..151 | 152..159 | 160..207 | 208..255 |
///      | ---- | ------------------------ | -------- | -------- | -------- | -------- |
///      | 0    | holder                   | kind     | depth    | from     | until    |
///      | 1    | revokedAt 0..47, purposes 48..111, reach 112..127                     |
///      | 2    | subject                                                              |
///      | 3    | granter                                                              |
///      | 4    | basis                                                             |
///
///      `Subject`:
///
///      | slot   | bits 0..143 | 144..151 | 152..159  | 160..207     |
///      | ------ | ----------- | -------- | --------- | ------------ |
///      | 0      | owner       | grade    | isProduct | registeredAt |
///      | 1 to 4 | content, metadata, right, parents                 |
contract Rights is IRights {
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

    mapping(bytes32 subject => Subject) private _subjects;
    mapping(bytes32 right => Right) private _rights;

    /// @param members Register of members.
    constructor(IMembers members) {
        if (address(members).code.length == 0) revert RightsNoContract(address(members));
        _members = members;
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
        bytes32[] memory parents = _parentsOf(owner, registration.grade, basis);
        return _register(owner, RightKind.Operating, registration, scope, basis, parents);
    }

    /// @inheritdoc IRights
    function grant(
        bytes32 base,
        bytes18 holder,
        RightKind kind,
        Scope calldata scope,
        bytes32 document
    ) external returns (bytes32 right) {
        bytes18 granter = _members.actorOf(msg.sender, KeyRole.Act);
        Right storage source = _usable(base, granter);
        if (holder == granter) revert RightsSelfGrant(holder);
        if (!_members.isActive(holder)) revert RightsHolderNotActive(holder);
        if (!_derives(source.kind, kind)) revert RightsKind(base, source.kind, kind);
        if (scope.depth >= source.depth) revert RightsDepth(scope.depth, source.depth);
        if (document == 0) revert RightsZeroDigest();
        right = keccak256(abi.encode(granter, base, holder, kind, document));
        bytes32[] memory basis = new bytes32[](1);
        basis[0] = base;
        _create(right, granter, holder, kind, source.subject, scope, basis, document);
    }

    /// @inheritdoc IRights
    function revoke(bytes32 right, bytes32 reason) external {
        bytes18 caller = _members.actorOf(msg.sender, KeyRole.Act);
        Right storage known = _known(right);
        if (caller != known.granter && caller != known.holder) revert RightsNotParty(right, caller);
        if (known.revokedAt != 0) revert RightsAlreadyRevoked(right, known.revokedAt);
        if (reason == 0) revert RightsZeroDigest();
        known.revokedAt = uint48(block.timestamp);
        emit RightRevoked(right, caller, reason);
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
    function listingOf(bytes32 subject, bytes32 right, bytes18 seller) external view returns (Listing listing) {
        Subject storage item = _subjects[subject];
        Right storage title = _rights[right];
        if (item.owner == 0) return Listing.UnknownSubject;
        if (item.grade == Grade.Core) return Listing.CoreGrade;
        if (title.subject != subject) return Listing.WrongSubject;
        if (title.kind != (item.isProduct ? RightKind.Operating : RightKind.Holding)) return Listing.WrongKind;
        if (title.holder != seller) return Listing.WrongHolder;
        (Validity validity, ) = _validityAt(right, uint64(block.timestamp));
        return validity == Validity.Valid ? Listing.Allowed : Listing.RightNotValid;
    }

    /// @inheritdoc IRights
    function subjectOf(bytes32 subject) external view returns (Subject memory) {
        if (_subjects[subject].owner == 0) revert RightsUnknownSubject(subject);
        return _subjects[subject];
    }

    /// @inheritdoc IRights
    function rightOf(bytes32 right) external view returns (Right memory) {
        return _known(right);
    }

    /// @inheritdoc IRights
    function subjectIdOf(bytes18 owner, bytes32 digest) public pure returns (bytes32 subject) {
        return keccak256(abi.encode(owner, digest));
    }

    function _register(
        bytes18 owner,
        RightKind kind,
        Registration calldata registration,
        Scope calldata scope,
        bytes32[] memory basis,
        bytes32[] memory parents
    ) private returns (bytes32 subject, bytes32 right) {
        if (registration.digest == 0 || registration.content == 0 || registration.metadata == 0) {
            revert RightsZeroDigest();
        }
        if (scope.depth > MAX_DEPTH) revert RightsDepth(scope.depth, MAX_DEPTH);
        subject = subjectIdOf(owner, registration.digest);
        if (_subjects[subject].owner != 0) revert RightsAlreadyRegistered(subject);
        right = keccak256(abi.encode(owner, subject, owner, kind, registration.digest));
        _keep(subject, owner, kind == RightKind.Operating, registration, right, parents);
        _create(right, owner, owner, kind, subject, scope, basis, registration.digest);
    }

    function _keep(
        bytes32 subject,
        bytes18 owner,
        bool isProduct,
        Registration calldata registration,
        bytes32 right,
        bytes32[] memory parents
    ) private {
        _subjects[subject] = Subject({
            owner: owner,
            grade: registration.grade,
            isProduct: isProduct,
            registeredAt: uint48(block.timestamp),
            content: registration.content,
            metadata: registration.metadata,
            right: right,
            parents: parents
        });
        emit SubjectRegistered(
            subject,
            owner,
            isProduct,
            registration.grade,
            registration.digest,
            registration.content,
            registration.metadata,
            parents
        );
    }

    /// @dev Every right comes into being here, so child ⊆ parent is checked in one place.
    function _create(
        bytes32 right,
        bytes18 granter,
        bytes18 holder,
        RightKind kind,
        bytes32 subject,
        Scope calldata asked,
        bytes32[] memory basis,
        bytes32 document
    ) private {
        if (_rights[right].kind != RightKind.None) revert RightsAlreadyGranted(right);
        Scope memory scope = _checkedScope(asked);
        uint16 reach = _reachWithin(scope, basis);
        _rights[right] = Right({
            holder: holder,
            kind: kind,
            depth: scope.depth,
            from: scope.from,
            until: scope.until,
            revokedAt: 0,
            purposes: scope.purposes,
            reach: reach,
            subject: subject,
            granter: granter,
            basis: basis
        });
        emit RightGranted(right, subject, holder, kind, scope, granter, document, basis);
    }

    /// @dev Agreed earlier than recorded: the right is valid from the block that records it, never before.
    function _checkedScope(Scope calldata asked) private view returns (Scope memory scope) {
        scope = asked;
        uint256 purposes = _bitCount(scope.purposes);
        if (purposes == 0 || purposes > MAX_PURPOSES) revert RightsPurposes(scope.purposes);
        if (scope.from < block.timestamp) scope.from = uint48(block.timestamp);
        if (scope.until <= scope.from || scope.until - scope.from > MAX_PERIOD) {
            revert RightsPeriod(asked.from, asked.until);
        }
    }

    function _parentsOf(
        bytes18 owner,
        Grade grade,
        bytes32[] calldata basis
    ) private view returns (bytes32[] memory parents) {
        uint256 count = basis.length;
        if (count == 0 || count > MAX_PARENTS) revert RightsParentCount(count);
        parents = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) {
            Right storage base = _usable(basis[i], owner);
            bytes32 parent = base.subject;
            // Who made a product may process it; who may only sell it further may not.
            if (base.kind == RightKind.Operating && _subjects[parent].right != basis[i]) {
                revert RightsKind(basis[i], base.kind, RightKind.Operating);
            }
            for (uint256 k = 0; k < i; ++k) if (parents[k] == parent) revert RightsParentTwice(parent);
            Grade parentGrade = _subjects[parent].grade;
            if (grade < parentGrade) revert RightsGrade(parent, parentGrade, grade);
            parents[i] = parent;
        }
    }

    /// @dev A right from which `holder` may derive others now.
    function _usable(bytes32 right, bytes18 holder) private view returns (Right storage known) {
        known = _known(right);
        if (known.holder != holder) revert RightsNotHolder(right, known.holder, holder);
        (Validity validity, bytes32 cause) = _validityAt(right, uint64(block.timestamp));
        if (validity != Validity.Valid) revert RightsNotValid(right, validity, cause);
    }

    function _reachWithin(Scope memory scope, bytes32[] memory basis) private view returns (uint16) {
        uint256 reach = 1;
        for (uint256 i = 0; i < basis.length; ++i) {
            Right storage base = _rights[basis[i]];
            if (scope.purposes & ~base.purposes != 0) {
                revert RightsPurposesExceed(basis[i], scope.purposes, base.purposes);
            }
            // Bases are valid in this block and no right begins before its block, so only the end can go beyond.
            if (scope.until > base.until) revert RightsPeriodExceeds(basis[i], scope.until, base.until);
            reach += base.reach;
        }
        if (reach > MAX_REACH) revert RightsReach(reach, MAX_REACH);
        return uint16(reach);
    }

    /// @dev Walks all rights on which `right` leans with a list instead of recursion: `reach` is the most that can be on it.
    function _validityAt(bytes32 right, uint64 time) private view returns (Validity validity, bytes32 cause) {
        Right storage first = _rights[right];
        if (first.kind == RightKind.None) return (Validity.Unknown, right);
        if (!_members.isActiveAt(first.holder, time)) return (Validity.HolderNotActive, right);
        bytes32[] memory pending = new bytes32[](first.reach);
        pending[0] = right;
        uint256 count = 1;
        while (count != 0) {
            bytes32 current = pending[--count];
            Right storage known = _rights[current];
            validity = _ownValidityAt(known, time);
            if (validity != Validity.Valid) return (validity, current);
            uint256 basis = known.basis.length;
            for (uint256 i = 0; i < basis; ++i) pending[count++] = known.basis[i];
        }
        return (Validity.Valid, 0);
    }

    function _ownValidityAt(Right storage right, uint64 time) private view returns (Validity) {
        uint48 revokedAt = right.revokedAt;
        if (revokedAt != 0 && time >= revokedAt) return Validity.Revoked;
        if (time < right.from) return Validity.NotYet;
        return time < right.until ? Validity.Valid : Validity.Expired;
    }

    function _known(bytes32 right) private view returns (Right storage known) {
        known = _rights[right];
        if (known.kind == RightKind.None) revert RightsUnknownRight(right);
    }

    /// @dev Holding and operating are passed on as they are or as processing; processing only as processing.
    function _derives(RightKind from, RightKind to) private pure returns (bool) {
        return to == RightKind.Processing || (to == from && to != RightKind.None);
    }

    function _bitCount(uint64 bits) private pure returns (uint256 count) {
        for (; bits != 0; bits &= bits - 1) ++count;
    }
}
