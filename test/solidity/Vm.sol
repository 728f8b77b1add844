// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @dev The cheatcodes that these tests use.
interface Vm {
    function addr(uint256 privateKey) external pure returns (address);
    function sign(uint256 privateKey, bytes32 digest) external pure returns (uint8 v, bytes32 r, bytes32 s);
    function computeCreateAddress(address deployer, uint256 nonce) external pure returns (address);
    function getNonce(address account) external view returns (uint64 nonce);
    function prank(address caller) external;
    function warp(uint256 time) external;
    function assume(bool condition) external pure;
    function toString(uint256 value) external pure returns (string memory);
    function envOr(string calldata name, string calldata otherwise) external view returns (string memory);
    /// @dev Declared as reading only, so that a handler may write from a function that the fuzzer does not call.
    function writeLine(string calldata path, string calldata line) external view;
}

Vm constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
