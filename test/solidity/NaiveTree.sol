// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @dev RFC 6962 section 2.1 as it is written there: recursive, plain, without assembly. It shares nothing with MerkleProofs.
library NaiveTree {
    function node(bytes32 left, bytes32 right) internal pure returns (bytes32) {
        return sha256(abi.encodePacked(bytes1(0x01), left, right));
    }

    function leaves(uint256 seed, uint256 count) internal pure returns (bytes32[] memory list) {
        list = new bytes32[](count);
        for (uint256 i = 0; i < count; ++i) list[i] = sha256(abi.encode(seed, i));
    }

    /// @dev MTH of the leaves from `start`, `size` of them.
    function root(bytes32[] memory list, uint256 start, uint256 size) internal pure returns (bytes32) {
        if (size == 1) return list[start];
        uint256 k = split(size);
        return node(root(list, start, k), root(list, start + k, size - k));
    }

    function path(
        uint256 index,
        bytes32[] memory list,
        uint256 start,
        uint256 size
    ) internal pure returns (bytes32[] memory) {
        if (size == 1) return new bytes32[](0);
        uint256 k = split(size);
        if (index < k) return append(path(index, list, start, k), root(list, start + k, size - k));
        return append(path(index - k, list, start + k, size - k), root(list, start, k));
    }

    function proof(uint256 from, bytes32[] memory list, uint256 size) internal pure returns (bytes32[] memory) {
        return from == 0 ? new bytes32[](0) : _subproof(from, list, 0, size, true);
    }

    function split(uint256 size) internal pure returns (uint256 k) {
        for (k = 1; k * 2 < size; k *= 2) {}
    }

    function append(bytes32[] memory list, bytes32 item) internal pure returns (bytes32[] memory longer) {
        longer = new bytes32[](list.length + 1);
        for (uint256 i = 0; i < list.length; ++i) longer[i] = list[i];
        longer[list.length] = item;
    }

    /// @dev Growth of trees that are too big to be built: each subtree that is whole in both is one node from the seed.
    function growth(
        uint256 seed,
        uint256 from,
        uint256 size
    ) internal pure returns (bytes32 oldRoot, bytes32 newRoot, bytes32[] memory nodes) {
        return _growth(seed, from, size, true);
    }

    /// @dev A leaf of a tree that is too big to be built: each subtree beside its path is one node from the seed.
    function place(
        uint256 seed,
        uint256 index,
        uint256 size
    ) internal pure returns (bytes32 leaf, bytes32 whole, bytes32[] memory nodes) {
        bytes32 other = sha256(abi.encode(seed, index, size));
        if (size == 1) return (other, other, new bytes32[](0));
        uint256 k = split(size);
        (leaf, whole, nodes) = index < k ? place(seed, index, k) : place(seed, index - k, size - k);
        return (leaf, index < k ? node(whole, other) : node(other, whole), append(nodes, other));
    }

    function _subproof(
        uint256 from,
        bytes32[] memory list,
        uint256 start,
        uint256 size,
        bool whole
    ) private pure returns (bytes32[] memory) {
        if (from == size) {
            return whole ? new bytes32[](0) : append(new bytes32[](0), root(list, start, size));
        }
        uint256 k = split(size);
        if (from <= k) return append(_subproof(from, list, start, k, whole), root(list, start + k, size - k));
        return append(_subproof(from - k, list, start + k, size - k, false), root(list, start, k));
    }

    function _growth(
        uint256 seed,
        uint256 from,
        uint256 size,
        bool known
    ) private pure returns (bytes32 oldRoot, bytes32 newRoot, bytes32[] memory nodes) {
        bytes32 other = sha256(abi.encode(seed, from, size));
        if (from == size) return (other, other, known ? new bytes32[](0) : append(new bytes32[](0), other));
        uint256 k = split(size);
        if (from <= k) {
            (oldRoot, newRoot, nodes) = _growth(seed, from, k, known);
            return (oldRoot, node(newRoot, other), append(nodes, other));
        }
        (oldRoot, newRoot, nodes) = _growth(seed, from - k, size - k, false);
        return (node(other, oldRoot), node(other, newRoot), append(nodes, other));
    }
}
