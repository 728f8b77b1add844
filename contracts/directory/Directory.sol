// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IDirectory, Version} from "./IDirectory.sol";

/// @title Directory of the consortium's contracts
contract Directory is IDirectory {
    /// @dev Most founding contracts; below 128, so that RLP writes their numbers as one byte.
    uint256 private constant MAX_FOUNDING = 32;

    bytes32 private constant COUNCIL = "Council";

    address private immutable _founder;

    bytes32[] private _founding;
    uint256 private _placed;
    mapping(bytes32 name => Version[]) private _versions;

    /// @param names Names of the founding contracts, in the order in which they are placed.
    constructor(bytes32[] memory names) {
        bool hasCouncil = false;
        if (names.length > MAX_FOUNDING) revert DirectoryNames(0, names.length);
        for (uint256 i = 0; i < names.length; ++i) {
            if (names[i] == 0) revert DirectoryNames(0, names.length);
            for (uint256 k = 0; k < i; ++k) if (names[k] == names[i]) revert DirectoryNames(names[i], names.length);
            hasCouncil = hasCouncil || names[i] == COUNCIL;
        }
        if (!hasCouncil) revert DirectoryNames(COUNCIL, names.length);
        _founder = msg.sender;
        _founding = names;
    }

    /// @inheritdoc IDirectory
    function place(uint256 number, bytes calldata creation) external returns (address created) {
        if (msg.sender != _founder) revert DirectoryNotFounder(msg.sender);
        bytes32 release = keccak256(creation);
        uint256 count = _placed;
        // Sent again by a deployment that lost the answer: it stands already.
        if (number != 0 && number <= count && _versions[_founding[number - 1]][0].release == release) {
            return placeOf(number);
        }
        if (count == _founding.length) revert DirectoryFounded();
        if (number != count + 1) revert DirectoryNumber(count + 1, number);
        bytes32 name = _founding[count];
        _placed = number;
        created = _create(name, creation);
        _enter(name, created, release);
    }

    /// @inheritdoc IDirectory
    function enter(bytes32 name, address newest, bytes32 release) external {
        if (!isFounded()) revert DirectoryNotFounded(_placed, _founding.length);
        Version[] storage councils = _versions[COUNCIL];
        if (msg.sender != councils[councils.length - 1].place) revert DirectoryNotCouncil(msg.sender);
        if (release == 0 || name == 0) revert DirectoryZeroDigest();
        if (newest.code.length == 0) revert DirectoryNoContract(newest);
        Version[] storage versions = _versions[name];
        if (versions.length != 0 && versions[versions.length - 1].place == newest) {
            revert DirectoryCurrent(name, newest);
        }
        _enter(name, newest, release);
    }

    /// @inheritdoc IDirectory
    function founding() external view returns (bytes32[] memory names) {
        return _founding;
    }

    /// @inheritdoc IDirectory
    function placed() external view returns (uint256 count) {
        return _placed;
    }

    /// @inheritdoc IDirectory
    function current(bytes32 name) external view returns (Version memory) {
        return versionOf(name, versionCount(name));
    }

    /// @inheritdoc IDirectory
    function founder() external view returns (address) {
        return _founder;
    }

    /// @inheritdoc IDirectory
    function isFounded() public view returns (bool) {
        return _placed == _founding.length;
    }

    /// @inheritdoc IDirectory
    /// @dev Address of the contract that this one creates as its `number`-th: keccak-256 of RLP [address, number]; a contract begins with
    ///      nonce 1 (EIP-161), and creates nothing but founding contracts.
    function placeOf(uint256 number) public view returns (address) {
        if (number == 0 || number > MAX_FOUNDING) revert DirectoryNumber(MAX_FOUNDING, number);
        bytes memory rlp = bytes.concat(hex"d694", bytes20(address(this)), bytes1(uint8(number)));
        return address(uint160(uint256(keccak256(rlp))));
    }

    /// @inheritdoc IDirectory
    function versionOf(bytes32 name, uint32 version) public view returns (Version memory) {
        Version[] storage versions = _versions[name];
        if (version == 0 || version > versions.length) revert DirectoryUnknown(name, version);
        return versions[version - 1];
    }

    /// @inheritdoc IDirectory
    function versionCount(bytes32 name) public view returns (uint32 count) {
        return uint32(_versions[name].length);
    }

    function _enter(bytes32 name, address newest, bytes32 release) private {
        Version[] storage versions = _versions[name];
        bytes32 codeHash = newest.codehash;
        versions.push(Version(newest, codeHash, release, uint64(block.number)));
        emit VersionEntered(name, uint32(versions.length), newest, codeHash, release);
    }

    /// @dev OpenZeppelin's Create2 makes addresses from the code, which is what contracts that name each other can't have.
    function _create(bytes32 name, bytes memory creation) private returns (address created) {
        assembly ("memory-safe") {
            created := create(0, add(creation, 0x20), mload(creation))
            if and(iszero(created), iszero(iszero(returndatasize()))) {
                let reason := mload(0x40)
                returndatacopy(reason, 0, returndatasize())
                revert(reason, returndatasize())
            }
        }
        if (created.code.length == 0) revert DirectoryCreation(name);
    }
}
