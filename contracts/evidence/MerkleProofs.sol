// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Proofs of transparency logs
/// @notice Inclusion and consistency proofs of RFC 9162 over SHA-256, node = SHA-256(0x01 ‖ left ‖ right).
/// @dev Bounded: a proof is refused before its nodes are hashed if it is longer than the longest one of trees below 2^64 leaves.
library MerkleProofs {
    /// @dev Longest consistency proof: one node for each level, and one more to start with.
    uint256 private constant MAX_NODES = 65;

    /// @notice True if `path` leads from `leaf` at `index` to `root` of a tree of `size` leaves.
    /// @dev RFC 9162 section 2.1.3.2. `leaf` is the hash of a leaf only if whoever asks made it from the entry: under a size that was
    ///      misnamed, an inner node can stand at the place of a leaf.
    function isIncluded(
        bytes32 leaf,
        uint64 index,
        uint64 size,
        bytes32[] calldata path,
        bytes32 root
    ) internal view returns (bool) {
        if (index >= size || path.length >= MAX_NODES) return false;
        (uint256 fn, uint256 sn, bytes32 node) = (index, size - 1, leaf);
        for (uint256 i = 0; i < path.length; ++i) {
            if (sn == 0) return false;
            if (fn & 1 == 1 || fn == sn) {
                node = nodeDigest(path[i], node);
                (fn, sn) = _skipRightBorder(fn, sn);
            } else {
                node = nodeDigest(node, path[i]);
            }
            (fn, sn) = (fn >> 1, sn >> 1);
        }
        return sn == 0 && node == root;
    }

    /// @notice True if `proof` shows that the tree of `newSize` leaves starts with the `oldSize` leaves of the other.
    /// @dev RFC 9162 section 2.1.4.2. The empty tree is the start of every tree, its proof is empty.
    ///
    ///      A root does not say how many leaves it has, so a size can be misnamed. But the two sizes fix the place of each node, and the
    ///      proof must end at the root exactly (`sn == 0`): what stands at an index below `oldSize` is under both roots the same hash, and
    ///      the roots differ. Chained from a size and a root that were kept, this holds for all of them together: whatever sizes are
    ///      named, an index has one leaf at most, and a root one size. `test/solidity` tries all small cases.
    function isConsistent(
        uint64 oldSize,
        bytes32 oldRoot,
        uint64 newSize,
        bytes32 newRoot,
        bytes32[] calldata proof
    ) internal view returns (bool) {
        if (oldSize > newSize || proof.length > MAX_NODES) return false;
        if (oldSize == 0) return proof.length == 0;
        if (oldSize == newSize) return proof.length == 0 && oldRoot == newRoot;
        uint256 fn;
        uint256 sn;
        unchecked {
            // Neither is zero here.
            (fn, sn) = (oldSize - 1, newSize - 1);
        }
        // A complete old tree is a node of the new one: the proof leaves it out, for the verifier has it.
        bool complete = oldSize & fn == 0;
        if (!complete && proof.length == 0) return false;
        (fn, sn) = _skipLeftSpine(fn, sn);
        (bool exact, bytes32 fr, bytes32 sr) = complete
            ? _climb(fn, sn, oldRoot, proof)
            : _climb(fn, sn, proof[0], proof[1:]);
        return exact && fr == oldRoot && sr == newRoot;
    }

    /// @notice SHA-256(0x01 ‖ left ‖ right), RFC 9162 section 2.1.1.
    /// @dev Assembly, because the compiler copies the 65 bytes twice and never gives the memory back: 350 gas against 719.
    ///      `test/solidity/MerkleProofs.t.sol` holds it against the plain form, in result and in gas. The precompile fails only for want of
    ///      gas.
    function nodeDigest(bytes32 left, bytes32 right) internal view returns (bytes32 digest) {
        assembly ("memory-safe") {
            let buffer := mload(0x40)
            mstore8(buffer, 0x01)
            mstore(add(buffer, 0x01), left)
            mstore(add(buffer, 0x21), right)
            if iszero(staticcall(gas(), 0x02, buffer, 0x41, 0x00, 0x20)) {
                revert(0x00, 0x00)
            }
            digest := mload(0x00)
        }
    }

    /// @dev Steps 5 and 6 of RFC 9162 section 2.1.4.2: both roots to which the proof leads, and whether it leads to a root exactly.
    ///
    ///      Assembly, because publishing is the act that a log pays for most often, and the bounds, jumps and copies of the plain form cost as
    ///      much as its hashes: test/solidity/PlainProofs.sol is that form, and `MerkleProofs.t.sol` holds this against it. The
    ///      precompile fails only for want of gas.
    // solhint-disable-next-line function-max-lines
    function _climb(
        uint256 fn,
        uint256 sn,
        bytes32 start,
        bytes32[] calldata nodes
    ) private view returns (bool exact, bytes32 fr, bytes32 sr) {
        assembly ("memory-safe") {
            fr := start
            sr := start
            let buffer := mload(0x40)
            mstore8(buffer, 0x01)
            let left := add(buffer, 0x01)
            let right := add(buffer, 0x21)
            let hashed := 1
            let at := nodes.offset
            for {
                let end := add(at, shl(5, nodes.length))
            } lt(at, end) {
                at := add(at, 0x20)
            } {
                // Longer than the sizes ask for.
                if iszero(sn) {
                    sn := 1
                    break
                }
                switch or(and(fn, 1), eq(fn, sn))
                case 0 {
                    mstore(left, sr)
                    mstore(right, calldataload(at))
                }
                default {
                    mstore(left, calldataload(at))
                    mstore(right, fr)
                    hashed := and(hashed, staticcall(gas(), 0x02, buffer, 0x41, 0x00, 0x20))
                    fr := mload(0x00)
                    mstore(right, sr)
                    // Never zero here: it is odd, or it is `sn`.
                    for {} iszero(and(fn, 1)) {} {
                        fn := shr(1, fn)
                        sn := shr(1, sn)
                    }
                }
                hashed := and(hashed, staticcall(gas(), 0x02, buffer, 0x41, 0x00, 0x20))
                sr := mload(0x00)
                fn := shr(1, fn)
                sn := shr(1, sn)
            }
            if iszero(hashed) {
                revert(0x00, 0x00)
            }
            exact := iszero(sn)
        }
    }

    /// @dev Levels on which a node of the right border has no sibling: it moves up as it is.
    function _skipRightBorder(uint256 fn, uint256 sn) private pure returns (uint256, uint256) {
        while (fn & 1 == 0 && fn != 0) (fn, sn) = (fn >> 1, sn >> 1);
        return (fn, sn);
    }

    /// @dev Levels on which the old tree's last node is a right child: both trees share the node above.
    function _skipLeftSpine(uint256 fn, uint256 sn) private pure returns (uint256, uint256) {
        while (fn & 1 == 1) (fn, sn) = (fn >> 1, sn >> 1);
        return (fn, sn);
    }
}
