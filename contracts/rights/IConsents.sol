// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Consents of the people whom data is about
interface IConsents {
    /// @notice True if the consent allows `recipient` to process `subject` for all of `purposes` until `until`, and is valid in this block.
    function covers(
        bytes32 consent,
        bytes32 subject,
        bytes18 recipient,
        uint64 purposes,
        uint48 until
    ) external view returns (bool);

    /// @notice True if the consent had been given and neither withdrawn nor expired at `time`, Unix seconds.
    function isValidAt(bytes32 consent, uint64 time) external view returns (bool);
}
