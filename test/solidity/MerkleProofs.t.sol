// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {MerkleProofs} from "../../contracts/evidence/MerkleProofs.sol";
import {NaiveTree} from "./NaiveTree.sol";

/// @dev The library takes calldata, so it is called from outside.
contract MerkleProofsCaller {
    function isIncluded(
        bytes32 leaf,
        uint64 index,
        uint64 size,
        bytes32[] calldata path,
        bytes32 root
    ) external view returns (bool) {
        return MerkleProofs.isIncluded(leaf, index, size, path, root);
    }

    function isConsistent(
        uint64 oldSize,
        bytes32 oldRoot,
        uint64 newSize,
        bytes32 newRoot,
        bytes32[] calldata proof
    ) external view returns (bool) {
        return MerkleProofs.isConsistent(oldSize, oldRoot, newSize, newRoot, proof);
    }
}

contract MerkleProofsTest {
    MerkleProofsCaller private _proofs = new MerkleProofsCaller();

    /// The assembly is the plain form.
    function testFuzz_nodeDigestIsThePlainForm(bytes32 left, bytes32 right) external view {
        require(MerkleProofs.nodeDigest(left, right) == NaiveTree.node(left, right));
    }

    /// The assembly leaves memory that others own alone.
    function testFuzz_nodeDigestTouchesNoMemory(bytes32 left, bytes32 right, bytes memory other) external view {
        bytes32 before = keccak256(other);
        MerkleProofs.nodeDigest(left, right);
        bytes memory later = new bytes(65);
        require(keccak256(other) == before && later.length == 65);
    }

    function test_everyGrowthOfTreesBelow20Leaves() external view {
        bytes32[] memory leaves = NaiveTree.leaves(7, 20);
        uint256 growths = 0;
        for (uint256 to = 1; to <= 20; ++to) {
            bytes32 newRoot = NaiveTree.root(leaves, 0, to);
            for (uint256 from = 1; from <= to; ++from) {
                bytes32 oldRoot = NaiveTree.root(leaves, 0, from);
                bytes32[] memory proof = NaiveTree.proof(from, leaves, to);
                require(_proofs.isConsistent(uint64(from), oldRoot, uint64(to), newRoot, proof));
                ++growths;
            }
        }
        require(growths == 210);
    }

    function testFuzz_growthIsAcceptedAndAForkIsNot(uint256 seed, uint8 a, uint8 b, uint8 changed) external view {
        (uint64 from, uint64 to) = _sizes(a, b);
        bytes32[] memory leaves = NaiveTree.leaves(seed, to);
        bytes32 oldRoot = NaiveTree.root(leaves, 0, from);
        bytes32[] memory proof = NaiveTree.proof(from, leaves, to);
        bytes32 newRoot = NaiveTree.root(leaves, 0, to);
        require(_proofs.isConsistent(from, oldRoot, to, newRoot, proof));
        // Another leaf in the past: its own proofs lead to another old root.
        leaves[changed % from] = keccak256("forged");
        bytes32 forgedRoot = NaiveTree.root(leaves, 0, to);
        require(!_proofs.isConsistent(from, oldRoot, to, forgedRoot, NaiveTree.proof(from, leaves, to)));
        require(!_proofs.isConsistent(from, oldRoot, to, forgedRoot, proof));
    }

    function testFuzz_aChangedProofIsRefused(uint256 seed, uint8 a, uint8 b, uint8 place, uint8 bit) external view {
        (uint64 from, uint64 to) = _sizes(a, b);
        bytes32[] memory leaves = NaiveTree.leaves(seed, to);
        bytes32[] memory proof = NaiveTree.proof(from, leaves, to);
        (bytes32 oldRoot, bytes32 newRoot) = (NaiveTree.root(leaves, 0, from), NaiveTree.root(leaves, 0, to));
        require(!_proofs.isConsistent(from, oldRoot, to, newRoot, NaiveTree.append(proof, oldRoot)));
        if (proof.length == 0) return;
        proof[place % proof.length] ^= bytes32(uint256(1) << bit);
        require(!_proofs.isConsistent(from, oldRoot, to, newRoot, proof));
    }

    /// A known limit of RFC 9162: a root does not say how many leaves it has. The proof from 25 to 26 leaves has the shape of one from 26
    /// to 27, whose last leaves are whole subtrees. So a log can misname the size of its newest tree and with it the places of its
    /// newest leaves, but neither the leaves nor their order: the older size comes from the chain, not from the caller.
    function test_aRootDoesNotNameItsSize() external view {
        bytes32[] memory leaves = NaiveTree.leaves(459, 26);
        bytes32[] memory proof = NaiveTree.proof(25, leaves, 26);
        (bytes32 oldRoot, bytes32 newRoot) = (NaiveTree.root(leaves, 0, 25), NaiveTree.root(leaves, 0, 26));
        require(_proofs.isConsistent(25, oldRoot, 26, newRoot, proof));
        require(_proofs.isConsistent(26, oldRoot, 27, newRoot, proof));
        bytes32[] memory path = NaiveTree.path(25, leaves, 0, 26);
        require(_proofs.isIncluded(leaves[25], 26, 27, path, newRoot));
        require(!_proofs.isIncluded(keccak256("forged"), 26, 27, path, newRoot));
    }

    /// What the comment at nodeDigest claims.
    function test_assemblyCostsLessThanThePlainForm() external view {
        (bytes32 left, bytes32 right) = (keccak256("left"), keccak256("right"));
        uint256 start = gasleft();
        bytes32 first = MerkleProofs.nodeDigest(left, right);
        uint256 assembled = start - gasleft();
        start = gasleft();
        bytes32 second = NaiveTree.node(left, right);
        uint256 plain = start - gasleft();
        require(first == second && assembled < plain, "not worth its assembly");
    }

    function testFuzz_aLeafIsFoundAtItsPlaceOnly(uint256 seed, uint8 a, uint8 place, uint64 other) external view {
        uint64 size = uint64(a % 33) + 1;
        uint64 index = place % size;
        bytes32[] memory leaves = NaiveTree.leaves(seed, size);
        bytes32[] memory path = NaiveTree.path(index, leaves, 0, size);
        bytes32 root = NaiveTree.root(leaves, 0, size);
        require(_proofs.isIncluded(leaves[index], index, size, path, root));
        if (other != index) require(!_proofs.isIncluded(leaves[index], other, size, path, root));
        require(!_proofs.isIncluded(keccak256("forged"), index, size, path, root));
        require(!_proofs.isIncluded(leaves[index], index, size, NaiveTree.append(path, root), root));
    }

    function testFuzz_noiseIsRefusedWithoutRunningAway(
        uint64 from,
        uint64 to,
        bytes32 oldRoot,
        bytes32 newRoot,
        bytes32[] calldata noise
    ) external view {
        uint256 gasBefore = gasleft();
        bool consistent = _proofs.isConsistent(from, oldRoot, to, newRoot, noise);
        require(gasBefore - gasleft() < 200_000 + noise.length * 3000);
        require(!consistent || from == 0 || (from == to && oldRoot == newRoot));
    }

    function _sizes(uint8 a, uint8 b) private pure returns (uint64 from, uint64 to) {
        (from, to) = (uint64(a % 32) + 1, uint64(b % 32) + 1);
        if (from > to) (from, to) = (to, from);
    }
}
