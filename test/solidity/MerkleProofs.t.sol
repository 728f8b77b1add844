// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {MerkleProofs} from "../../contracts/evidence/MerkleProofs.sol";
import {Forger} from "./Forger.sol";
import {NaiveTree} from "./NaiveTree.sol";
import {PlainProofs} from "./PlainProofs.sol";

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
    PlainProofs private _plain = new PlainProofs();

    /// Sizes around every bound.
    uint64[] private _bounds = [
        1,
        2,
        3,
        2 ** 32 - 1,
        2 ** 32,
        2 ** 32 + 1,
        2 ** 53 - 1,
        2 ** 63 - 1,
        2 ** 63,
        2 ** 63 + 1,
        2 ** 64 - 2,
        2 ** 64 - 1
    ];

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

    /// The assembly of consistency proofs answers what the plain form answers: proofs of trees of any size, as they are, one node changed,
    /// longer, shorter or noise, under their sizes and one beside them.
    function testFuzz_consistencyIsThatOfThePlainForm(uint256 seed, uint64 a, uint64 b, uint8 how) external view {
        (uint64 from, uint64 to) = a < b ? (a, b) : (b, a);
        if (how & 32 != 0) (from, to) = (from % 70, to % 70);
        if (from == 0 || from >= to) return;
        (bytes32 oldRoot, bytes32 newRoot, bytes32[] memory proof) = NaiveTree.growth(seed, from, to);
        if (how % 8 == 1) proof[seed % proof.length] ^= bytes32(uint256(1) << (seed % 256));
        if (how % 8 == 2) proof = NaiveTree.append(proof, newRoot);
        if (how % 8 == 3) proof = new bytes32[](seed % 70);
        if (how % 8 == 4) from ^= 1;
        if (how % 8 == 5) to ^= 1;
        if (how % 8 == 6) oldRoot = newRoot;
        bool plain = _plain.isConsistent(from, oldRoot, to, newRoot, proof);
        require(_proofs.isConsistent(from, oldRoot, to, newRoot, proof) == plain, "answers differ");
        require(plain || (how % 8 != 0 && how % 8 != 7), "a good proof was refused");
    }

    /// What the comment at the assembly of consistency proofs claims, for the growth of a log from 101,000 to 1,000,000 leaves.
    function test_assemblyOfConsistencyCostsLessThanThePlainForm() external view {
        (bytes32 oldRoot, bytes32 newRoot, bytes32[] memory proof) = NaiveTree.growth(1, 101_000, 1_000_000);
        uint256 start = gasleft();
        bool first = _proofs.isConsistent(101_000, oldRoot, 1_000_000, newRoot, proof);
        uint256 assembled = start - gasleft();
        start = gasleft();
        bool second = _plain.isConsistent(101_000, oldRoot, 1_000_000, newRoot, proof);
        require(first && second && assembled < start - gasleft(), "not worth its assembly");
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

    function testFuzz_growthOfTreesOfAnySize(uint256 seed, uint64 a, uint64 b, uint8 place) external view {
        (uint64 from, uint64 to) = a < b ? (a, b) : (b, a);
        if (from == 0 || from == to) return;
        _growsOnlyAsProven(seed, from, to, place);
    }

    function test_growthBetweenAllBounds() external view {
        uint256 longest = 0;
        for (uint256 i = 0; i < _bounds.length; ++i) {
            for (uint256 k = i + 1; k < _bounds.length; ++k) {
                uint256 nodes = _growsOnlyAsProven(i, _bounds[i], _bounds[k], k);
                if (nodes > longest) longest = nodes;
            }
        }
        require(longest == 65, "the longest proof was not among them");
    }

    function testFuzz_placesInTreesOfAnySize(uint256 seed, uint64 size, uint64 index, uint8 bit) external view {
        if (size == 0) return;
        _standsOnlyAsProven(seed, index % size, size, bit);
    }

    function test_placesAtAllBounds() external view {
        uint256 longest = 0;
        for (uint256 i = 0; i < _bounds.length; ++i) {
            for (uint256 k = 0; k < _bounds.length; ++k) {
                uint256 nodes = _standsOnlyAsProven(i, (_bounds[k] - 1) % _bounds[i], _bounds[i], uint8(k));
                if (nodes > longest) longest = nodes;
            }
        }
        require(longest == 64, "the longest path was not among them");
    }

    /// A root does not say how many leaves it has. The proof from 25 to 26 leaves has the shape of one from 26 to 27, whose last leaves
    /// are whole subtrees: so a log can misname the size of a tree and with it the places of its last leaves.
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

    /// What misnaming can't do: whatever sizes are named, a tree that was accepted after another has the same leaf at every index at
    /// which both have one, and another root. Tried with all roots and proofs of two trees of 4 leaves that differ in one.
    function test_whateverSizesAreNamedAnIndexHasOneLeaf() external {
        Forger forger = new Forger(4);
        bytes32[] memory roots = forger.roots();
        (uint256 accepted, uint256 misnamed) = (0, 0);
        for (uint256 a = 0; a < roots.length; ++a) {
            for (uint256 b = 0; b < roots.length; ++b) {
                for (uint64 to = 2; to <= 6; ++to) {
                    for (uint64 from = 1; from < to; ++from) {
                        if (!_isEverConsistent(forger, from, roots[a], to, roots[b])) continue;
                        ++accepted;
                        if (forger.sizeOf(roots[a]) != from || forger.sizeOf(roots[b]) != to) ++misnamed;
                        _holdOneHistory(forger, from, roots[a], to, roots[b]);
                    }
                }
            }
        }
        require(accepted == 45 && misnamed == 34, "the forger tried something else");
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

    function _isEverConsistent(
        Forger forger,
        uint64 from,
        bytes32 oldRoot,
        uint64 to,
        bytes32 newRoot
    ) private view returns (bool) {
        bytes32[][] memory proofs = forger.proofs();
        for (uint256 i = 0; i < proofs.length; ++i) {
            if (_proofs.isConsistent(from, oldRoot, to, newRoot, proofs[i])) return true;
        }
        return false;
    }

    function _holdOneHistory(Forger forger, uint64 from, bytes32 oldRoot, uint64 to, bytes32 newRoot) private view {
        require(oldRoot != newRoot, "one root for two sizes");
        for (uint256 i = 0; i < from; ++i) {
            (bytes32 before, bytes32 later) = (forger.leafAt(i, from, oldRoot), forger.leafAt(i, to, newRoot));
            require(before == 0 || later == 0 || before == later, "two leaves at one index");
        }
    }

    /// Holds the growth against its proof, and against the proof with a node changed, missing or added and with another past.
    function _growsOnlyAsProven(uint256 seed, uint64 from, uint64 to, uint256 place) private view returns (uint256) {
        (bytes32 oldRoot, bytes32 newRoot, bytes32[] memory proof) = NaiveTree.growth(seed, from, to);
        require(_proofs.isConsistent(from, oldRoot, to, newRoot, proof), "refused");
        (bytes32 forged, , ) = NaiveTree.growth(seed ^ 1, from, to);
        require(!_proofs.isConsistent(from, forged, to, newRoot, proof), "another past");
        require(!_proofs.isConsistent(from, oldRoot, to, oldRoot, proof), "no growth");
        require(!_proofs.isConsistent(from, oldRoot, to, newRoot, NaiveTree.append(proof, oldRoot)), "longer");
        bytes32[] memory shorter = new bytes32[](proof.length - 1);
        for (uint256 i = 0; i < shorter.length; ++i) shorter[i] = proof[i];
        require(!_proofs.isConsistent(from, oldRoot, to, newRoot, shorter), "shorter");
        proof[place % proof.length] ^= bytes32(uint256(1));
        require(!_proofs.isConsistent(from, oldRoot, to, newRoot, proof), "changed");
        return proof.length;
    }

    function _standsOnlyAsProven(uint256 seed, uint64 index, uint64 size, uint8 bit) private view returns (uint256) {
        (bytes32 leaf, bytes32 root, bytes32[] memory path) = NaiveTree.place(seed, index, size);
        require(_proofs.isIncluded(leaf, index, size, path, root), "refused");
        require(!_proofs.isIncluded(leaf, index ^ (uint64(1) << (bit % 64)), size, path, root), "another place");
        require(!_proofs.isIncluded(leaf, index, size, NaiveTree.append(path, root), root), "longer");
        require(!_proofs.isIncluded(leaf ^ bytes32(uint256(1) << bit), index, size, path, root), "another leaf");
        if (path.length == 0) return 0;
        bytes32[] memory above = new bytes32[](path.length - 1);
        for (uint256 i = 0; i < above.length; ++i) above[i] = path[i + 1];
        require(!_proofs.isIncluded(NaiveTree.node(leaf, path[0]), index, size, above, root), "a node for a leaf");
        require(!_proofs.isIncluded(NaiveTree.node(path[0], leaf), index, size, above, root), "a node for a leaf");
        return path.length;
    }
}
