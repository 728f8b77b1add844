// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {AccessControl} from "@openzeppelin/contracts/access/AccessControl.sol";

/// @notice What one writes first: a record's digest, its author and its time in a mapping, one transaction for each record.
/// @dev A peer of the benchmarks, no part of the law.
contract PlainRegistry is AccessControl {
    struct Entry {
        bytes32 digest;
        address author;
        uint64 at;
    }

    bytes32 public constant WRITER = keccak256("WRITER");

    mapping(bytes32 id => Entry entry) private _entries;

    event Recorded(bytes32 indexed id, bytes32 digest, address indexed author);

    error PlainRegistryKnown(bytes32 id);

    constructor(address writer) {
        _grantRole(WRITER, writer);
    }

    function record(bytes32 id, bytes32 digest) external onlyRole(WRITER) {
        if (_entries[id].at != 0) revert PlainRegistryKnown(id);
        _entries[id] = Entry({digest: digest, author: msg.sender, at: uint64(block.timestamp)});
        emit Recorded(id, digest, msg.sender);
    }

    function entryOf(bytes32 id) external view returns (Entry memory entry) {
        return _entries[id];
    }
}
