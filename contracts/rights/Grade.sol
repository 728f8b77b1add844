// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice Grade of data, GB/T 43697-2024: 一般, 重要, 核心. Core data can't be listed.
enum Grade {
    General,
    Important,
    Core
}
