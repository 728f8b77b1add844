// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {NaiveTree} from "./NaiveTree.sol";

/// @dev Section 2.1.4.2 of RFC 9162 step by step, without assembly: what {MerkleProofs.isConsistent} has to answer.
contract PlainProofs {
    function isConsistent(
        uint64 oldSize,
        bytes32 oldRoot,
        uint64 newSize,
        bytes32 newRoot,
        bytes32[] calldata proof
    ) external pure returns (bool) {
        if (oldSize > newSize || proof.length > 65) return false;
        if (oldSize == 0) return proof.length == 0;
        if (oldSize == newSize) return proof.length == 0 && oldRoot == newRoot;
        bool complete = oldSize & (oldSize - 1) == 0;
        if (!complete && proof.length == 0) return false;
        (uint256 fn, uint256 sn) = (oldSize - 1, newSize - 1);
        for (; fn & 1 == 1; fn >>= 1) sn >>= 1;
        bytes32 fr = complete ? oldRoot : proof[0];
        bytes32 sr = fr;
        for (uint256 i = complete ? 0 : 1; i < proof.length; ++i) {
            if (sn == 0) return false;
            if (fn & 1 == 1 || fn == sn) {
                (fr, sr) = (NaiveTree.node(proof[i], fr), NaiveTree.node(proof[i], sr));
                for (; fn & 1 == 0 && fn != 0; fn >>= 1) sn >>= 1;
            } else {
                sr = NaiveTree.node(sr, proof[i]);
            }
            (fn, sn) = (fn >> 1, sn >> 1);
        }
        return sn == 0 && fr == oldRoot && sr == newRoot;
    }
}
