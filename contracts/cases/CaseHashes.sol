// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Opening, Plea, Ruling} from "./ICases.sol";

/// @title Hashes of what is signed in a case
/// @notice EIP-712 struct hashes. Each names the member that signs, so that a contract's signature (ERC-1271) for one member is never
/// taken for another's behind which the same owners stand.
library CaseHashes {
    bytes32 private constant OPENING_TYPEHASH = keccak256(
        "Opening(bytes18 by,bytes32 salt,uint8 kind,bytes18 respondent,uint8 subjectKind,bytes32 subject,bytes32 claimant,bytes32 grounds,bytes32[] evidence,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant PLEA_TYPEHASH = keccak256(
        "Plea(bytes18 by,bytes32 caseId,uint8 kind,bytes32 statement,bytes32[] evidence,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant RULING_TYPEHASH = keccak256(
        "Ruling(bytes18 by,bytes32 caseId,uint32 round,uint8 act,bytes32 grounds,bytes32 rules,uint8 restrictions,uint48 from,uint48 until,uint256 nonce,uint256 deadline)"
    );
    bytes32 private constant SETTLEMENT_TYPEHASH = keccak256(
        "Settlement(bytes18 by,bytes32 caseId,bytes32 terms,uint256 nonce,uint256 deadline)"
    );

    function ofOpening(
        bytes18 by,
        Opening calldata opening,
        uint256 nonce,
        uint256 deadline
    ) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    OPENING_TYPEHASH,
                    by,
                    opening.salt,
                    opening.kind,
                    opening.respondent,
                    opening.subjectKind,
                    opening.subject,
                    opening.claimant,
                    opening.grounds,
                    _ofList(opening.evidence),
                    nonce,
                    deadline
                )
            );
    }

    function ofPlea(bytes18 by, Plea calldata plea, uint256 nonce, uint256 deadline) internal pure returns (bytes32) {
        bytes32 evidence = _ofList(plea.evidence);
        return
            keccak256(abi.encode(PLEA_TYPEHASH, by, plea.caseId, plea.kind, plea.statement, evidence, nonce, deadline));
    }

    function ofRuling(
        bytes18 by,
        Ruling calldata ruling,
        uint256 nonce,
        uint256 deadline
    ) internal pure returns (bytes32) {
        // All fields are static, so the struct's encoding is that of its fields one after another, as EIP-712 asks for.
        return keccak256(abi.encode(RULING_TYPEHASH, by, ruling, nonce, deadline));
    }

    function ofSettlement(
        bytes18 by,
        bytes32 caseId,
        bytes32 terms,
        uint256 nonce,
        uint256 deadline
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(SETTLEMENT_TYPEHASH, by, caseId, terms, nonce, deadline));
    }

    /// @dev EIP-712: an array is the hash of its elements' encodings one after another, without offset and length.
    function _ofList(bytes32[] calldata list) private pure returns (bytes32) {
        return keccak256(abi.encodePacked(list));
    }
}
