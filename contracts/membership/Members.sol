// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Governed} from "./Governed.sol";
import {ICouncil} from "./ICouncil.sol";
import {
    Application,
    ApplicationStatus,
    Entry,
    Founder,
    IMembers,
    KeyRole,
    Kind,
    NewKey,
    Standing,
    Tier
} from "./IMembers.sol";
import {Uscc} from "./Uscc.sol";

/// @title Members of the consortium
/// @dev The struct `Application` is kept as it is, in five slots:
///
///      | slot   | bits 0..143               | 144..191 | 192..199 | 200..207 | 208..223 |
///      | ------ | ------------------------- | -------- | -------- | -------- | -------- |
///      | 0      | member                    | expires  | status   | tier     | kinds    |
///      | 1      | key (0..159)              |          |          |          |          |
///      | 2      | parent                    |          |          |          |          |
///      | 3 to 4 | metadata, papers          |          |          |          |          |
contract Members is IMembers, EIP712, Governed {
    using Checkpoints for Checkpoints.Trace208;

    /// @dev One slot, so that {actorOf} reads one for the key and one for the member:
    ///
    ///      | bits | 0..7     | 8..23 | 24..31 | 32..79      | 80..223 | 224..255 |
    ///      | ---- | -------- | ----- | ------ | ----------- | ------- | -------- |
    ///      |      | standing | kinds | tier   | frozenUntil | parent  | children |
    struct Record {
        Standing standing;
        uint16 kinds;
        Tier tier;
        uint48 frozenUntil;
        bytes18 parent;
        uint32 children;
    }

    /// @dev One slot, times in Unix seconds; a key lives while `from <= time < until`:
    ///
    ///      | bits | 0..143 | 144..191 | 192..239 | 240..247 |
    ///      | ---- | ------ | -------- | -------- | -------- |
    ///      |      | member | from     | until    | roles    |
    struct KeyLife {
        bytes18 member;
        uint48 from;
        uint48 until;
        uint8 roles;
    }

    /// @dev EIP-712 type of a new key's consent.
    bytes32 private constant CONSENT_TYPEHASH = keccak256(
        "KeyConsent(bytes18 member,address key,uint8 roles,uint48 until,uint256 deadline)"
    );

    /// @dev An application can be decided for this long, in seconds.
    uint48 private constant APPLICATION_LIFETIME = 180 days;

    /// @dev Most founders: as many as the council has seats.
    uint256 private constant MAX_FOUNDERS = 64;

    /// @dev Most keys of a member that live at once, so that an expulsion can end them all.
    uint256 private constant MAX_KEYS = 16;

    /// @dev Most members above one.
    uint256 private constant MAX_DEPTH = 8;

    /// @dev End of a key that has none.
    uint48 private constant NO_END = type(uint48).max;

    /// @dev One bit for each kind that exists.
    uint16 private constant ALL_KINDS = uint16((1 << (uint256(type(Kind).max) + 1)) - 1);

    /// @dev One bit for each role that exists.
    uint8 private constant ALL_ROLES = uint8((1 << (uint256(type(KeyRole).max) + 1)) - 1);

    address private immutable _emergency;

    mapping(bytes18 member => Record) private _records;
    mapping(bytes18 member => bytes32) private _metadata;
    mapping(bytes18 member => Checkpoints.Trace208) private _standings;
    mapping(bytes18 member => Checkpoints.Trace208) private _kinds;

    /// @dev Ends of freezes by the second in which they were ordered, 0 from a lifting on.
    mapping(bytes18 member => Checkpoints.Trace208) private _freezes;

    /// @dev Keys whose life was not ended; some may have reached their end since. At most MAX_KEYS.
    mapping(bytes18 member => address[]) private _keys;
    mapping(address key => KeyLife) private _lives;

    uint256 private _applicationCount;
    mapping(uint256 application => Application) private _applications;
    mapping(address key => uint256 application) private _applicationBy;

    /// @param founders Members from the first block on, 1 to 64, a parent before its children.
    /// @param council Contract of the council; it may have no code yet.
    /// @param emergencyContract Contract that may freeze; it may have no code yet.
    constructor(
        Founder[] memory founders,
        address council,
        address emergencyContract
    ) EIP712("Lianzheng Members", "1") Governed(council) {
        uint256 count = founders.length;
        if (count == 0 || count > MAX_FOUNDERS) revert MembersFounderCount(count);
        _emergency = emergencyContract;
        for (uint256 i = 0; i < count; ++i) _found(founders[i]);
    }

    /// @inheritdoc IMembers
    function applyFor(
        bytes18 member,
        uint16 kinds,
        Tier tier,
        bytes18 parent,
        bytes32 metadata,
        bytes32 papers
    ) external returns (uint256 application) {
        _checkIdentity(member, msg.sender, kinds);
        _checkDigest(metadata);
        _checkDigest(papers);
        Standing standing = _checkOutside(member);
        _checkParent(member, parent);
        uint256 earlier = _applicationBy[msg.sender];
        if (_isOpen(_applications[earlier])) revert MembersApplicationOpen(earlier);
        application = ++_applicationCount;
        uint48 expires = uint48(block.timestamp) + APPLICATION_LIFETIME;
        _applications[application] = Application({
            member: member,
            expires: expires,
            status: ApplicationStatus.Open,
            tier: tier,
            kinds: kinds,
            key: msg.sender,
            parent: parent,
            metadata: metadata,
            papers: papers
        });
        _applicationBy[msg.sender] = application;
        emit ApplicationMade(application, member, msg.sender, kinds, tier, parent, metadata, papers, expires);
        if (standing == Standing.None) _setStanding(member, Standing.Applied, papers);
    }

    /// @inheritdoc IMembers
    function withdrawApplication(uint256 application) external {
        Application storage made = _openApplication(application);
        if (made.key != msg.sender) revert MembersNotApplicant(application, msg.sender);
        _close(application, made, ApplicationStatus.Withdrawn, 0);
    }

    /// @inheritdoc IMembers
    function admit(uint256 application, uint16 kinds, Tier tier, bytes32 reason) external onlyCouncil {
        _checkDigest(reason);
        Application storage made = _openApplication(application);
        if (kinds == 0 || kinds & ~made.kinds != 0) revert MembersKinds(kinds);
        bytes18 member = made.member;
        _checkOutside(member);
        _checkKeyFree(made.key);
        _checkParent(member, made.parent);
        _close(application, made, ApplicationStatus.Admitted, reason);
        _admit(Founder(member, made.key, kinds, tier, made.parent, made.metadata), reason);
    }

    /// @inheritdoc IMembers
    function refuse(uint256 application, bytes32 reason) external onlyCouncil {
        _checkDigest(reason);
        _close(application, _openApplication(application), ApplicationStatus.Refused, reason);
    }

    /// @inheritdoc IMembers
    function addKind(bytes18 member, Kind kind, bytes32 reason) external onlyCouncil {
        uint16 kinds = _checkedRecord(member, reason).kinds;
        if (kinds & _kindBit(kind) != 0) revert MembersKind(member, kind);
        _setKinds(member, kinds | _kindBit(kind), reason);
    }

    /// @inheritdoc IMembers
    function withdrawKind(bytes18 member, Kind kind, bytes32 reason) external onlyCouncil {
        uint16 kinds = _checkedRecord(member, reason).kinds;
        if (kinds & _kindBit(kind) == 0) revert MembersKind(member, kind);
        if (kinds == _kindBit(kind)) revert MembersLastKind(member, kind);
        _setKinds(member, kinds & ~_kindBit(kind), reason);
    }

    /// @inheritdoc IMembers
    function setTier(bytes18 member, Tier tier, bytes32 reason) external onlyCouncil {
        _checkedRecord(member, reason);
        _setTier(member, tier, reason);
    }

    /// @inheritdoc IMembers
    function setParent(bytes18 member, bytes18 parent, bytes32 reason) external onlyCouncil {
        _checkedRecord(member, reason);
        _checkParent(member, parent);
        _setParent(member, parent, reason);
    }

    /// @inheritdoc IMembers
    function suspend(bytes18 member, bytes32 reason) external onlyCouncil {
        Standing standing = _checkedRecord(member, reason).standing;
        if (standing != Standing.Active) revert MembersStanding(member, standing);
        _setStanding(member, Standing.Suspended, reason);
    }

    /// @inheritdoc IMembers
    function reinstate(bytes18 member, bytes32 reason) external onlyCouncil {
        Standing standing = _checkedRecord(member, reason).standing;
        if (standing != Standing.Suspended) revert MembersStanding(member, standing);
        _setStanding(member, Standing.Active, reason);
    }

    /// @inheritdoc IMembers
    function expel(bytes18 member, bytes32 reason) external onlyCouncil {
        _checkedRecord(member, reason);
        _end(member, Standing.Expelled, reason);
        if (_isSeated(member)) ICouncil(_council).vacate(member);
    }

    /// @inheritdoc IMembers
    function recover(
        bytes18 member,
        NewKey calldata added,
        address[] calldata ended,
        bytes32 reason
    ) external onlyCouncil {
        if (ended.length > MAX_KEYS) revert MembersTooManyEnded(ended.length, MAX_KEYS);
        _checkedRecord(member, reason);
        for (uint256 i = 0; i < ended.length; ++i) _endKey(member, ended[i]);
        _addKey(member, added);
        _checkManaged(member);
        emit MemberRecovered(member, added.key, reason);
    }

    /// @inheritdoc IMembers
    function freeze(bytes18 member, uint48 until, bytes32 order) external {
        if (msg.sender != _emergency) revert MembersNotEmergency(msg.sender);
        Record storage record = _records[member];
        uint48 end = until > block.timestamp ? until : 0;
        // Lifting is never refused: whoever was expelled while it was frozen would stay so without appeal.
        if (end != 0 && !_isMember(record.standing)) revert MembersStanding(member, record.standing);
        record.frozenUntil = end;
        _freezes[member].push(uint48(block.timestamp), end);
        emit MemberFrozen(member, end, order);
        if (end != 0 && _isSeated(member)) ICouncil(_council).checkQuorum();
    }

    /// @inheritdoc IMembers
    function setMetadata(bytes32 metadata) external {
        bytes18 member = actorOf(msg.sender, KeyRole.Act);
        _checkDigest(metadata);
        _setMetadata(member, metadata);
    }

    /// @inheritdoc IMembers
    function addKey(NewKey calldata added) external {
        _addKey(actorOf(msg.sender, KeyRole.Manage), added);
    }

    /// @inheritdoc IMembers
    function rotateKey(address old, NewKey calldata added) external {
        bytes18 member = actorOf(msg.sender, KeyRole.Manage);
        _endKey(member, old);
        _addKey(member, added);
        _checkManaged(member);
    }

    /// @inheritdoc IMembers
    function retireKey(address key) external {
        bytes18 member = actorOf(msg.sender, KeyRole.Manage);
        _endKey(member, key);
        _checkManaged(member);
    }

    /// @inheritdoc IMembers
    function leave(bytes32 reason) external {
        bytes18 member = actorOf(msg.sender, KeyRole.Manage);
        _checkDigest(reason);
        if (_isSeated(member)) revert MembersSeated(member);
        _end(member, Standing.Left, reason);
    }

    /// @inheritdoc IMembers
    function memberOf(address key) external view returns (bytes18 member) {
        return _lives[key].member;
    }

    /// @inheritdoc IMembers
    function isActive(bytes18 member) external view returns (bool) {
        Record storage record = _records[member];
        return record.standing == Standing.Active && block.timestamp >= record.frozenUntil;
    }

    /// @inheritdoc IMembers
    function isActiveAt(bytes18 member, uint64 time) external view returns (bool) {
        return standingAt(member, time) == Standing.Active && frozenAt(member, time) == 0;
    }

    /// @inheritdoc IMembers
    function hasKind(bytes18 member, Kind kind) external view returns (bool) {
        return _records[member].kinds & _kindBit(kind) != 0;
    }

    /// @inheritdoc IMembers
    function hasKindAt(bytes18 member, Kind kind, uint64 time) external view returns (bool) {
        return _valueAt(_kinds[member], time) & _kindBit(kind) != 0;
    }

    /// @inheritdoc IMembers
    function keyLiveAt(bytes18 member, address key, uint64 time) external view returns (bool) {
        KeyLife storage life = _lives[key];
        return member != 0 && life.member == member && life.from <= time && time < life.until;
    }

    /// @inheritdoc IMembers
    function entryOf(bytes18 member) external view returns (Entry memory entry) {
        Record storage record = _records[member];
        return
            Entry({
                standing: record.standing,
                kinds: record.kinds,
                tier: record.tier,
                frozenUntil: record.frozenUntil,
                parent: record.parent,
                children: record.children,
                metadata: _metadata[member]
            });
    }

    /// @inheritdoc IMembers
    function keyLife(address key) external view returns (bytes18 member, uint8 roles, uint48 from, uint48 until) {
        KeyLife storage life = _lives[key];
        return (life.member, life.roles, life.from, life.until);
    }

    /// @inheritdoc IMembers
    function applicationCount() external view returns (uint256 count) {
        return _applicationCount;
    }

    /// @inheritdoc IMembers
    function applicationOf(uint256 application) external view returns (Application memory) {
        return _knownApplication(application);
    }

    /// @inheritdoc IMembers
    function applicationBy(address key) external view returns (uint256 application) {
        return _applicationBy[key];
    }

    /// @inheritdoc IMembers
    function emergency() external view returns (address) {
        return _emergency;
    }

    /// @inheritdoc IMembers
    function actorOf(address key, KeyRole role) public view returns (bytes18 member) {
        member = holderOf(key, role);
        Record storage record = _records[member];
        if (record.standing != Standing.Active) revert MembersStanding(member, record.standing);
        if (block.timestamp < record.frozenUntil) revert MembersFrozen(member, record.frozenUntil);
    }

    /// @inheritdoc IMembers
    function holderOf(address key, KeyRole role) public view returns (bytes18 member) {
        KeyLife storage life = _lives[key];
        member = life.member;
        if (member == 0) revert MembersUnknownKey(key);
        if (block.timestamp >= life.until) revert MembersKeyNotLive(key, life.until);
        if (life.roles & _roleBit(role) == 0) revert MembersKeyRole(key, role);
    }

    /// @inheritdoc IMembers
    function standingAt(bytes18 member, uint64 time) public view returns (Standing standing) {
        return Standing(_valueAt(_standings[member], time));
    }

    /// @inheritdoc IMembers
    function frozenAt(bytes18 member, uint64 time) public view returns (uint48 until) {
        until = uint48(_valueAt(_freezes[member], time));
        if (time >= until) until = 0;
    }

    /// @inheritdoc IMembers
    function keysOf(bytes18 member) public view returns (address[] memory keys) {
        address[] storage kept = _keys[member];
        uint256 count = kept.length;
        uint256 live = 0;
        for (uint256 i = 0; i < count; ++i) if (_isLive(kept[i])) ++live;
        keys = new address[](live);
        for (uint256 i = count; i != 0; --i) if (_isLive(kept[i - 1])) keys[--live] = kept[i - 1];
    }

    /// @inheritdoc IMembers
    function consentDigest(
        bytes18 member,
        address key,
        uint8 roles,
        uint48 until,
        uint256 deadline
    ) public view returns (bytes32 digest) {
        return _hashTypedDataV4(keccak256(abi.encode(CONSENT_TYPEHASH, member, key, roles, until, deadline)));
    }

    function _found(Founder memory founder) private {
        _checkIdentity(founder.member, founder.key, founder.kinds);
        _checkDigest(founder.metadata);
        _checkOutside(founder.member);
        _checkParent(founder.member, founder.parent);
        _admit(founder, 0);
    }

    function _admit(Founder memory admitted, bytes32 reason) private {
        bytes18 member = admitted.member;
        _setStanding(member, Standing.Active, reason);
        _setKinds(member, admitted.kinds, reason);
        _setTier(member, admitted.tier, reason);
        _setParent(member, admitted.parent, reason);
        _setMetadata(member, admitted.metadata);
        _bindKey(member, admitted.key, ALL_ROLES, NO_END);
    }

    function _close(uint256 application, Application storage made, ApplicationStatus status, bytes32 reason) private {
        made.status = status;
        emit ApplicationClosed(application, made.member, status, reason);
    }

    function _setStanding(bytes18 member, Standing standing, bytes32 reason) private {
        _records[member].standing = standing;
        _standings[member].push(uint48(block.timestamp), uint208(uint256(standing)));
        emit StandingChanged(member, standing, reason);
    }

    function _setKinds(bytes18 member, uint16 kinds, bytes32 reason) private {
        _records[member].kinds = kinds;
        _kinds[member].push(uint48(block.timestamp), kinds);
        emit KindsSet(member, kinds, reason);
    }

    function _setTier(bytes18 member, Tier tier, bytes32 reason) private {
        _records[member].tier = tier;
        emit TierSet(member, tier, reason);
    }

    function _setParent(bytes18 member, bytes18 parent, bytes32 reason) private {
        bytes18 before = _records[member].parent;
        if (before != 0) --_records[before].children;
        if (parent != 0) ++_records[parent].children;
        _records[member].parent = parent;
        emit ParentSet(member, parent, reason);
    }

    function _setMetadata(bytes18 member, bytes32 metadata) private {
        _metadata[member] = metadata;
        emit MetadataSet(member, metadata);
    }

    /// @dev A member that is expelled or leaves keeps no key, and readmitted it starts with a new one; nor a parent, which could never be
    ///      placed below another while this one counted among its children.
    function _end(bytes18 member, Standing standing, bytes32 reason) private {
        _setStanding(member, standing, reason);
        if (_records[member].parent != 0) _setParent(member, 0, reason);
        address[] storage keys = _keys[member];
        for (uint256 i = keys.length; i != 0; --i) {
            address key = keys[i - 1];
            keys.pop();
            if (_isLive(key)) _stop(member, key);
        }
    }

    function _addKey(bytes18 member, NewKey calldata added) private {
        address key = added.key;
        _checkKeyFree(key);
        if (added.roles == 0 || added.roles & ~ALL_ROLES != 0) revert MembersRoles(added.roles);
        if (block.timestamp >= added.until) revert MembersKeyEnd(key, added.until);
        if (block.timestamp > added.deadline) revert MembersDeadline(added.deadline);
        _dropEnded(member);
        if (_keys[member].length == MAX_KEYS) revert MembersTooManyKeys(member, MAX_KEYS);
        bytes32 digest = consentDigest(member, key, added.roles, added.until, added.deadline);
        if (!SignatureChecker.isValidSignatureNow(key, digest, added.consent)) revert MembersConsent(key);
        _bindKey(member, key, added.roles, added.until);
    }

    function _bindKey(bytes18 member, address key, uint8 roles, uint48 until) private {
        uint48 from = uint48(block.timestamp);
        _lives[key] = KeyLife(member, from, until, roles);
        _keys[member].push(key);
        emit KeyAdded(member, key, roles, from, until);
    }

    /// @dev Makes room that keys took which have reached their end since.
    function _dropEnded(bytes18 member) private {
        address[] storage keys = _keys[member];
        for (uint256 i = keys.length; i != 0; --i) if (!_isLive(keys[i - 1])) _drop(keys, i - 1);
    }

    function _endKey(bytes18 member, address key) private {
        KeyLife storage life = _lives[key];
        if (life.member == 0) revert MembersUnknownKey(key);
        if (life.member != member) revert MembersNotOwnKey(key, life.member);
        if (!_isLive(key)) revert MembersKeyNotLive(key, life.until);
        address[] storage keys = _keys[member];
        uint256 index = 0;
        while (keys[index] != key) ++index;
        _drop(keys, index);
        _stop(member, key);
    }

    function _drop(address[] storage keys, uint256 index) private {
        keys[index] = keys[keys.length - 1];
        keys.pop();
    }

    function _stop(bytes18 member, address key) private {
        uint48 until = uint48(block.timestamp);
        _lives[key].until = until;
        emit KeyRetired(member, key, until);
    }

    function _checkIdentity(bytes18 member, address key, uint16 kinds) private view {
        if (!Uscc.isValid(member)) revert MembersUscc(member);
        if (kinds == 0 || kinds & ~ALL_KINDS != 0) revert MembersKinds(kinds);
        _checkKeyFree(key);
    }

    function _checkKeyFree(address key) private view {
        if (key == address(0)) revert MembersZeroKey();
        bytes18 taken = _lives[key].member;
        if (taken != 0) revert MembersKeyTaken(key, taken);
    }

    function _checkOutside(bytes18 member) private view returns (Standing standing) {
        standing = _records[member].standing;
        if (_isMember(standing)) revert MembersStanding(member, standing);
    }

    function _checkedRecord(bytes18 member, bytes32 reason) private view returns (Record storage record) {
        _checkDigest(reason);
        record = _records[member];
        if (!_isMember(record.standing)) revert MembersStanding(member, record.standing);
    }

    /// @dev A member with others below it is placed below none: so no circle can close, and nobody's distance to the top grows unseen.
    function _checkParent(bytes18 member, bytes18 parent) private view {
        Record storage record = _records[member];
        if (parent == 0) return;
        if (parent == member || !_isMember(_records[parent].standing)) revert MembersParent(member, parent);
        if (parent == record.parent) return;
        if (record.children != 0) revert MembersHasChildren(member, record.children);
        bytes18 above = parent;
        for (uint256 i = 0; i < MAX_DEPTH; ++i) {
            above = _records[above].parent;
            if (above == 0) return;
        }
        revert MembersParentDepth(member, parent);
    }

    /// @dev Only a key without end counts, for one with an end would lock the member out when it comes.
    function _checkManaged(bytes18 member) private view {
        address[] storage keys = _keys[member];
        for (uint256 i = keys.length; i != 0; --i) {
            KeyLife storage life = _lives[keys[i - 1]];
            if (life.until == NO_END && life.roles & _roleBit(KeyRole.Manage) != 0) return;
        }
        revert MembersLastKey(member);
    }

    /// @dev Before the council stands nobody holds a seat.
    function _isSeated(bytes18 member) private view returns (bool) {
        return _council.code.length != 0 && ICouncil(_council).isSeat(member);
    }

    function _isLive(address key) private view returns (bool) {
        return block.timestamp < _lives[key].until;
    }

    function _isOpen(Application storage made) private view returns (bool) {
        return made.status == ApplicationStatus.Open && block.timestamp < made.expires;
    }

    function _knownApplication(uint256 application) private view returns (Application storage made) {
        made = _applications[application];
        if (made.status == ApplicationStatus.None) revert MembersUnknownApplication(application);
    }

    function _openApplication(uint256 application) private view returns (Application storage made) {
        made = _knownApplication(application);
        if (made.status != ApplicationStatus.Open) revert MembersApplicationClosed(application, made.status);
        if (block.timestamp >= made.expires) revert MembersApplicationExpired(application, made.expires);
    }

    function _valueAt(Checkpoints.Trace208 storage trace, uint64 time) private view returns (uint256) {
        return trace.upperLookup(time > type(uint48).max ? type(uint48).max : uint48(time));
    }

    function _checkDigest(bytes32 digest) private pure {
        if (digest == 0) revert MembersZeroDigest();
    }

    function _isMember(Standing standing) private pure returns (bool) {
        return standing == Standing.Active || standing == Standing.Suspended;
    }

    function _kindBit(Kind kind) private pure returns (uint16) {
        return uint16(1 << uint256(kind));
    }

    function _roleBit(KeyRole role) private pure returns (uint8) {
        return uint8(1 << uint256(role));
    }
}
