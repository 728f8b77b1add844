// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {MerkleProofs} from "../../../contracts/evidence/MerkleProofs.sol";

/// @dev Asks the library about one proof in many ways, and answers with a bit for each: bit n is set if it was taken with n in its place.
///      The first `length` of `nodes` are the proof, the rest lengthens it.
contract MerkleBatch {
    struct Place {
        bytes32 leaf;
        uint64 index;
        uint64 size;
        bytes32 root;
        uint256 length;
        bytes32[] nodes;
    }

    struct Growth {
        uint64 oldSize;
        bytes32 oldRoot;
        uint64 newSize;
        bytes32 newRoot;
        uint256 length;
        bytes32[] nodes;
    }

    /// Positions from 0 to the size.
    function byIndex(Place[] calldata places) external view returns (uint256[] memory bits) {
        bits = new uint256[](places.length);
        for (uint256 i = 0; i < places.length; ++i) {
            Place calldata p = places[i];
            bytes32[] calldata path = p.nodes[:p.length];
            for (uint64 n = 0; n <= p.size; ++n) {
                if (MerkleProofs.isIncluded(p.leaf, n, p.size, path, p.root)) bits[i] |= 1 << n;
            }
            require(!MerkleProofs.isIncluded(p.leaf, type(uint64).max, p.size, path, p.root), "the greatest index");
        }
    }

    /// Paths of 0 nodes to one more than its own, and then the two greatest lengths, if it is given so many.
    function byLength(Place[] calldata places) external view returns (uint256[] memory bits) {
        bits = new uint256[](places.length);
        for (uint256 i = 0; i < places.length; ++i) {
            Place calldata p = places[i];
            for (uint256 n = 0; n <= p.nodes.length; n = _next(n, p.length, p.nodes.length)) {
                if (MerkleProofs.isIncluded(p.leaf, p.index, p.size, p.nodes[:n], p.root)) bits[i] |= 1 << n;
            }
        }
    }

    /// Old sizes from 1 to `most`.
    function byOldSize(Growth[] calldata growths, uint64 most) external view returns (uint256[] memory bits) {
        bits = new uint256[](growths.length);
        for (uint256 i = 0; i < growths.length; ++i) {
            Growth calldata g = growths[i];
            bytes32[] calldata proof = g.nodes[:g.length];
            for (uint64 n = 1; n <= most; ++n) {
                if (MerkleProofs.isConsistent(n, g.oldRoot, g.newSize, g.newRoot, proof)) bits[i] |= 1 << n;
            }
        }
    }

    /// Proofs of 0 nodes to one more than its own, and then the two greatest lengths, if it is given so many.
    function byProofLength(Growth[] calldata growths) external view returns (uint256[] memory bits) {
        bits = new uint256[](growths.length);
        for (uint256 i = 0; i < growths.length; ++i) {
            Growth calldata g = growths[i];
            for (uint256 n = 0; n <= g.nodes.length; n = _next(n, g.length, g.nodes.length)) {
                if (MerkleProofs.isConsistent(g.oldSize, g.oldRoot, g.newSize, g.newRoot, g.nodes[:n]))
                    bits[i] |= 1 << n;
            }
        }
    }

    function _next(uint256 n, uint256 length, uint256 most) private pure returns (uint256) {
        return n == length + 1 && most > n + 1 ? most - 1 : n + 1;
    }
}
