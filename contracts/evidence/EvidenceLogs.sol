// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {IMembers, KeyRole} from "../membership/IMembers.sol";
import {IEvidenceLogs} from "./IEvidenceLogs.sol";
import {MerkleProofs} from "./MerkleProofs.sol";

/// @title Evidence logs
/// @dev Calls {IMembers} alone, and that only to read: there is nothing through which a call could come back.
contract EvidenceLogs is IEvidenceLogs {
    using Checkpoints for Checkpoints.Trace256;

    /// @dev Three slots. The first is all that publishing reads and writes beside the roots:
    ///
    ///      | slot | bits 0..143 | 144..199 | 200..247    | 248..255 |
    ///      | ---- | ----------- | -------- | ----------- | -------- |
    ///      | 0    | owner       | size     | publishedAt | closed   |
    ///      | 1    | origin                                         |
    ///      | 2    | keys, Ed25519, by the second from which each counts |
    struct Log {
        bytes18 owner;
        uint56 size;
        uint48 publishedAt;
        bool closed;
        string origin;
        Checkpoints.Trace256 keys;
    }

    /// @dev Sizes stay integers that every JSON reader holds exactly (docs/formats.md, conventions). They fit in the 56 bits of {Log}.
    uint64 private constant SIZE_LIMIT = 2 ** 53;

    /// @dev Longest origin in bytes.
    uint256 private constant MAX_ORIGIN = 200;

    IMembers private immutable _members;

    mapping(bytes32 logId => Log) private _logs;
    mapping(bytes32 logId => mapping(uint64 size => bytes32 root)) private _roots;

    /// @param members Register of members.
    constructor(IMembers members) {
        if (address(members).code.length == 0) revert EvidenceLogsNoContract(address(members));
        _members = members;
    }

    /// @inheritdoc IEvidenceLogs
    function register(string calldata origin, bytes32 key) external returns (bytes32 logId) {
        bytes18 owner = _members.actorOf(msg.sender, KeyRole.Publish);
        if (!_isOrigin(bytes(origin))) revert EvidenceLogsOrigin(origin);
        if (key == 0) revert EvidenceLogsZeroKey();
        logId = logIdOf(owner, origin);
        Log storage fresh = _logs[logId];
        if (fresh.owner != 0) revert EvidenceLogsAlreadyRegistered(logId);
        fresh.owner = owner;
        fresh.origin = origin;
        fresh.keys.push(block.timestamp, uint256(key));
        emit LogRegistered(logId, owner, origin, key);
    }

    /// @inheritdoc IEvidenceLogs
    function rotateKey(bytes32 logId, bytes32 newKey) external {
        Log storage known = _ownedByCaller(logId, KeyRole.Manage);
        if (known.closed) revert EvidenceLogsClosed(logId);
        if (newKey == 0) revert EvidenceLogsZeroKey();
        bytes32 oldKey = bytes32(known.keys.latest());
        if (newKey == oldKey) revert EvidenceLogsSameKey(logId, newKey);
        known.keys.push(block.timestamp, uint256(newKey));
        emit LogKeyRotated(logId, newKey, oldKey);
    }

    /// @inheritdoc IEvidenceLogs
    function close(bytes32 logId, bytes32 reason) external {
        Log storage known = _ownedByCaller(logId, KeyRole.Manage);
        if (known.closed) revert EvidenceLogsClosed(logId);
        if (reason == 0) revert EvidenceLogsZeroReason(logId);
        known.closed = true;
        emit LogClosed(logId, known.size, reason);
    }

    /// @inheritdoc IEvidenceLogs
    function publish(bytes32 logId, uint64 expectedSize, uint64 size, bytes32 root, bytes32[] calldata proof) external {
        Log storage known = _ownedByCaller(logId, KeyRole.Publish);
        (uint64 current, bool closed) = (known.size, known.closed);
        if (root == 0) revert EvidenceLogsZeroRoot(logId);
        // Sent again after a crash, by a second node on the same key or from a restored backup: it stands already.
        mapping(uint64 size => bytes32 root) storage roots = _roots[logId];
        if (roots[size] == root) return;
        if (closed) revert EvidenceLogsClosed(logId);
        if (expectedSize != current) revert EvidenceLogsStaleHead(logId, expectedSize, current);
        if (size <= current) revert EvidenceLogsNotGrowing(logId, current, size);
        if (size >= SIZE_LIMIT) revert EvidenceLogsSize(logId, size);
        if (!MerkleProofs.isConsistent(current, roots[current], size, root, proof)) {
            revert EvidenceLogsNotConsistent(logId, current, size);
        }
        roots[size] = root;
        (known.size, known.publishedAt) = (uint56(size), uint48(block.timestamp));
        emit CheckpointPublished(logId, size, root, current);
    }

    /// @inheritdoc IEvidenceLogs
    function latest(bytes32 logId) external view returns (uint64 size, bytes32 root, uint48 at) {
        Log storage known = _known(logId);
        size = known.size;
        return (size, _roots[logId][size], known.publishedAt);
    }

    /// @inheritdoc IEvidenceLogs
    function rootAt(bytes32 logId, uint64 size) external view returns (bytes32 root) {
        return _roots[logId][size];
    }

    /// @inheritdoc IEvidenceLogs
    function log(
        bytes32 logId
    ) external view returns (bytes18 owner, bytes32 key, string memory origin, uint64 size, bool closed) {
        Log storage known = _known(logId);
        return (known.owner, bytes32(known.keys.latest()), known.origin, known.size, known.closed);
    }

    /// @inheritdoc IEvidenceLogs
    function keyAt(bytes32 logId, uint64 time) external view returns (bytes32 key) {
        return bytes32(_known(logId).keys.upperLookup(time));
    }

    /// @inheritdoc IEvidenceLogs
    function isIncluded(
        bytes32 logId,
        uint64 size,
        bytes32 leaf,
        uint64 index,
        bytes32[] calldata path
    ) external view returns (bool) {
        bytes32 root = _roots[logId][size];
        return root != 0 && MerkleProofs.isIncluded(leaf, index, size, path, root);
    }

    /// @inheritdoc IEvidenceLogs
    function logIdOf(bytes18 owner, string calldata origin) public pure returns (bytes32 logId) {
        return keccak256(abi.encode(owner, origin));
    }

    function _ownedByCaller(bytes32 logId, KeyRole role) private view returns (Log storage known) {
        known = _logs[logId];
        bytes18 owner = known.owner;
        if (owner == 0) revert EvidenceLogsUnknownLog(logId);
        bytes18 caller = _members.actorOf(msg.sender, role);
        if (caller != owner) revert EvidenceLogsNotOwner(logId, owner, caller);
    }

    function _known(bytes32 logId) private view returns (Log storage known) {
        known = _logs[logId];
        if (known.owner == 0) revert EvidenceLogsUnknownLog(logId);
    }

    /// @dev C2SP signed-note: a key name holds neither spaces nor `+`. Only visible ASCII, so two names never look alike.
    function _isOrigin(bytes calldata origin) private pure returns (bool) {
        if (origin.length == 0 || origin.length > MAX_ORIGIN) return false;
        for (uint256 i = 0; i < origin.length; ++i) {
            bytes1 character = origin[i];
            if (character < 0x21 || character > 0x7e || character == "+") return false;
        }
        return true;
    }
}
