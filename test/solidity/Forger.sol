// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {NaiveTree} from "./NaiveTree.sol";

/// @dev Knows two trees that differ in their third leaf: all their roots and proofs, and what each node is made of.
contract Forger {
    uint256 private immutable _size;

    bytes32[] private _roots;
    bytes32[][] private _proofs;
    mapping(bytes32 root => uint256 size) private _sizes;
    mapping(bytes32 node => bytes32) private _left;
    mapping(bytes32 node => bytes32) private _right;

    constructor(uint256 size) {
        _size = size;
        bytes32[] memory leaves = NaiveTree.leaves(1, size);
        _learn(leaves);
        leaves[2] = keccak256("forged");
        _learn(leaves);
    }

    function roots() external view returns (bytes32[] memory) {
        return _roots;
    }

    function proofs() external view returns (bytes32[][] memory) {
        return _proofs;
    }

    /// @dev Leaves that the tree of this root has in truth.
    function sizeOf(bytes32 root) external view returns (uint256) {
        return _sizes[root];
    }

    /// @dev The hash at an index of a tree that is said to have this size; zero if nothing that is known stands there.
    function leafAt(uint256 index, uint256 size, bytes32 root) public view returns (bytes32) {
        if (size == 1 || root == 0) return root;
        uint256 k = NaiveTree.split(size);
        return index < k ? leafAt(index, k, _left[root]) : leafAt(index - k, size - k, _right[root]);
    }

    function _learn(bytes32[] memory leaves) private {
        for (uint256 size = 1; size <= _size; ++size) {
            bytes32 root = _learnTree(leaves, 0, size);
            if (_sizes[root] != 0) continue;
            _roots.push(root);
            _sizes[root] = size;
            for (uint256 from = 1; from < size; ++from) _proofs.push(NaiveTree.proof(from, leaves, size));
        }
    }

    function _learnTree(bytes32[] memory leaves, uint256 start, uint256 size) private returns (bytes32 root) {
        if (size == 1) return leaves[start];
        uint256 k = NaiveTree.split(size);
        (bytes32 left, bytes32 right) = (_learnTree(leaves, start, k), _learnTree(leaves, start + k, size - k));
        root = NaiveTree.node(left, right);
        (_left[root], _right[root]) = (left, right);
    }
}
