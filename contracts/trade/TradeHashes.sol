// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Amendment, Distribution, Filing, Share, Step, Termination, Terms} from "./ITrades.sol";

/// @title Hashes of what is signed in a trade
/// @notice EIP-712 struct hashes, one for each kind of signature.
library TradeHashes {
    bytes32 private constant OPENING_TYPEHASH = keccak256(
        "Opening(bytes18 seller,bytes32 salt,bytes32 subject,bytes32 right,bytes18 buyer,bytes18 venue,bytes32 amount,bool crossBorder,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant STEP_TYPEHASH = keccak256(
        "Step(bytes32 tradeId,uint8 stage,bytes32 evidence,uint64 count,uint48 expires,uint256 deadline)"
    );
    bytes32 private constant AMENDMENT_TYPEHASH = keccak256(
        "Amendment(bytes32 tradeId,bytes32 previous,bytes32 amount,bytes32 evidence,uint64 count,uint256 deadline)"
    );
    bytes32 private constant FILING_TYPEHASH = keccak256(
        "Filing(bytes32 tradeId,bytes18 venue,bytes18 side,bytes32 evidence,uint64 count,uint256 deadline)"
    );
    bytes32 private constant TERMINATION_TYPEHASH = keccak256(
        "Termination(bytes32 tradeId,bytes32 reason,bytes32 evidence,uint64 count,uint256 deadline)"
    );
    bytes32 private constant DISTRIBUTION_TYPEHASH = keccak256(
        "Distribution(bytes32 tradeId,uint128 whole,Share[] shares,bytes32 previous,bytes32 grounds,bytes32 evidence,uint64 count,uint256 deadline)Share(bytes18 member,uint128 amount)"
    );
    bytes32 private constant SHARE_TYPEHASH = keccak256("Share(bytes18 member,uint128 amount)");

    // Where all fields of a struct are static, its encoding is that of its fields one after another, as EIP-712 asks for.

    function ofOpening(
        bytes18 seller,
        Terms calldata terms,
        uint256 nonce,
        uint256 deadline
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(OPENING_TYPEHASH, seller, terms, nonce, deadline));
    }

    function ofStep(Step calldata step) internal pure returns (bytes32) {
        return keccak256(abi.encode(STEP_TYPEHASH, step));
    }

    function ofAmendment(Amendment calldata amendment) internal pure returns (bytes32) {
        return keccak256(abi.encode(AMENDMENT_TYPEHASH, amendment));
    }

    function ofFiling(Filing calldata filing) internal pure returns (bytes32) {
        return keccak256(abi.encode(FILING_TYPEHASH, filing));
    }

    function ofTermination(Termination calldata termination) internal pure returns (bytes32) {
        return keccak256(abi.encode(TERMINATION_TYPEHASH, termination));
    }

    function ofDistribution(Distribution calldata distribution) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    DISTRIBUTION_TYPEHASH,
                    distribution.tradeId,
                    distribution.whole,
                    _ofShares(distribution.shares),
                    distribution.previous,
                    distribution.grounds,
                    distribution.evidence,
                    distribution.count,
                    distribution.deadline
                )
            );
    }

    /// @dev EIP-712: an array is the hash of its elements' encodings one after another, without offset and length.
    function _ofShares(Share[] calldata shares) private pure returns (bytes32) {
        bytes32[] memory hashes = new bytes32[](shares.length);
        for (uint256 i = 0; i < shares.length; ++i) hashes[i] = keccak256(abi.encode(SHARE_TYPEHASH, shares[i]));
        return keccak256(abi.encodePacked(hashes));
    }
}
