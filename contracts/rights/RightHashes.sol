// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Grant, Transfer} from "./IRights.sol";

/// @title What members sign about rights
/// @notice EIP-712 hashes of the structs, without the domain.
library RightHashes {
    bytes32 private constant SCOPE_TYPEHASH = keccak256(
        "Scope(uint64 purposes,uint64 territories,uint48 from,uint48 until,uint32 uses,uint8 depth)"
    );
    bytes32 private constant GRANT_TYPEHASH = keccak256(
        "Grant(bytes32 base,bytes18 holder,uint8 kind,Scope scope,bytes32 document,bytes32 consent)Scope(uint64 purposes,uint64 territories,uint48 from,uint48 until,uint32 uses,uint8 depth)"
    );
    bytes32 private constant ACCEPTANCE_TYPEHASH = keccak256(
        "Acceptance(bytes18 granter,Grant grant,uint256 nonce,uint256 deadline)Grant(bytes32 base,bytes18 holder,uint8 kind,Scope scope,bytes32 document,bytes32 consent)Scope(uint64 purposes,uint64 territories,uint48 from,uint48 until,uint32 uses,uint8 depth)"
    );
    bytes32 private constant TRANSFER_TYPEHASH = keccak256(
        "Transfer(bytes18 by,bytes32 right,bytes18 from,bytes18 to,bytes32 document,uint256 nonce,uint256 deadline)"
    );

    function ofAcceptance(
        bytes18 granter,
        Grant calldata offer,
        uint256 nonce,
        uint256 deadline
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(ACCEPTANCE_TYPEHASH, granter, _ofGrant(offer), nonce, deadline));
    }

    function ofTransfer(
        bytes18 by,
        Transfer calldata transferred,
        uint256 nonce,
        uint256 deadline
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(TRANSFER_TYPEHASH, by, transferred, nonce, deadline));
    }

    function _ofGrant(Grant calldata offer) private pure returns (bytes32) {
        bytes32 scope = keccak256(abi.encode(SCOPE_TYPEHASH, offer.scope));
        return
            keccak256(
                abi.encode(GRANT_TYPEHASH, offer.base, offer.holder, offer.kind, scope, offer.document, offer.consent)
            );
    }
}
