// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Approval, ICases} from "./ICases.sol";

/// @title Signatures and nonces of members
/// @notice Checks signatures that others relay, and keeps which nonces each member has used: in no order, 256 in a slot.
library Approvals {
    struct Nonces {
        mapping(bytes18 member => mapping(uint256 word => uint256 bits)) used;
    }

    /// @notice Refuses a signature that is late, or not the key's over this digest, or whose nonce is used; then uses the nonce.
    /// @dev The signature comes before the nonce: a contract that is asked (ERC-1271, a static call) can change nothing in between.
    function use(Nonces storage nonces, bytes18 member, bytes32 digest, Approval calldata approval) internal {
        if (block.timestamp > approval.deadline) revert ICases.CasesDeadline(approval.deadline);
        if (!SignatureChecker.isValidSignatureNow(approval.key, digest, approval.signature)) {
            revert ICases.CasesSignature(approval.key);
        }
        use(nonces, member, approval.nonce);
    }

    /// @notice Uses a nonce.
    function use(Nonces storage nonces, bytes18 member, uint256 nonce) internal {
        if (isUsed(nonces, member, nonce)) revert ICases.CasesNonceUsed(member, nonce);
        nonces.used[member][nonce >> 8] |= 1 << (nonce & 0xff);
        emit ICases.NonceUsed(member, nonce);
    }

    /// @notice True if the member has used the nonce.
    function isUsed(Nonces storage nonces, bytes18 member, uint256 nonce) internal view returns (bool) {
        return nonces.used[member][nonce >> 8] & (1 << (nonce & 0xff)) != 0;
    }
}
