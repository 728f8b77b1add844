// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Emergency freezes
/// @notice What a threshold of regulators froze for cause: a resource or product, a right, a trade. A frozen member is frozen in `Members`.
interface IEmergency {
    /// @notice True if the subject is frozen in this block.
    /// @param subject Id of a resource, product, right or trade.
    function isFrozen(bytes32 subject) external view returns (bool);

    /// @notice True if the subject was frozen at `time`, Unix seconds. For the future: as things stand.
    function isFrozenAt(bytes32 subject, uint64 time) external view returns (bool);
}
