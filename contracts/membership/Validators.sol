// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {Governed} from "./Governed.sol";
import {IMembers} from "./IMembers.sol";
import {Entry, IValidators} from "./IValidators.sol";

/// @title Validators of the chain
/// @dev Storage; the numbers of the slots are part of the format, for a genesis file may hold this contract:
///
///      | slot | holds                                                                                     |
///      | ---- | ----------------------------------------------------------------------------------------- |
///      | 0    | length of the set; its addresses, ascending, one in each slot from keccak256(0) on            |
///      | 1    | member of each validator, by address                                                      |
///      | 2    | length of the history; from keccak256(2) on one slot for each block that changed the set:     |
///      |      | block number in bits 0..47, number of the set after it in bits 48..255                    |
///      | 3    | digest of each set, by its number                                                         |
///
/// In a genesis file the constructor does not run. The addresses of council and members are immutables and stand in the code, so what
/// belongs there is the code and storage that a deployment by constructor left behind, at a block whose number is that of the genesis.
contract Validators is IValidators, Governed {
    using Checkpoints for Checkpoints.Trace208;

    /// @dev Most validators: bounds the gas of {getValidators} and of a change. QBFT's messages grow with the square of their number.
    uint256 private constant MAX_VALIDATORS = 64;

    IMembers private immutable _members;

    address[] private _validators;
    mapping(address validator => bytes18 member) private _memberOf;
    Checkpoints.Trace208 private _versions;
    mapping(uint64 version => bytes32 digest) private _digests;

    /// @param authority Contract of the council.
    /// @param members Register of members.
    /// @param first The first set, 1 to 64, in any order.
    constructor(address authority, IMembers members, Entry[] memory first) Governed(authority) {
        if (address(members).code.length == 0) revert ValidatorsNoContract(address(members));
        uint256 count = first.length;
        if (count == 0 || count > MAX_VALIDATORS) revert ValidatorsCount(count, MAX_VALIDATORS);
        _members = members;
        uint64 number = _nextVersion();
        for (uint256 i = 0; i < count; ++i) _insert(number, first[i].validator, first[i].member);
        _publish(number);
    }

    /// @inheritdoc IValidators
    function add(address validator, bytes18 member) external onlyCouncil {
        if (_validators.length == MAX_VALIDATORS) revert ValidatorsTooMany(MAX_VALIDATORS);
        uint64 number = _nextVersion();
        _insert(number, validator, member);
        _publish(number);
    }

    /// @inheritdoc IValidators
    function remove(address validator) external onlyCouncil {
        _checkKnown(validator);
        if (_validators.length == 1) revert ValidatorsLast(validator);
        uint64 number = _nextVersion();
        _extract(number, validator);
        _publish(number);
    }

    /// @inheritdoc IValidators
    function replace(address validator, address successor) external onlyCouncil {
        _checkKnown(validator);
        bytes18 member = _memberOf[validator];
        uint64 number = _nextVersion();
        // In this order a validator can't be replaced by itself.
        _insert(number, successor, member);
        _extract(number, validator);
        _publish(number);
    }

    /// @inheritdoc IValidators
    function getValidators() external view returns (address[] memory validators) {
        return _validators;
    }

    /// @inheritdoc IValidators
    function memberOf(address validator) external view returns (bytes18 member) {
        return _memberOf[validator];
    }

    /// @inheritdoc IValidators
    function isValidator(address validator) external view returns (bool) {
        return _memberOf[validator] != 0;
    }

    /// @inheritdoc IValidators
    function version() external view returns (uint64 number) {
        return uint64(_versions.latest());
    }

    /// @inheritdoc IValidators
    function changedAt() external view returns (uint48 blockNumber) {
        (, blockNumber, ) = _versions.latestCheckpoint();
    }

    /// @inheritdoc IValidators
    function versionAfter(uint64 blockNumber) external view returns (uint64 number) {
        uint48 key = blockNumber > type(uint48).max ? type(uint48).max : uint48(blockNumber);
        return uint64(_versions.upperLookupRecent(key));
    }

    /// @inheritdoc IValidators
    function digestOf(uint64 number) external view returns (bytes32 digest) {
        return _digests[number];
    }

    /// @dev Puts a validator in its place. There is room: for one more than may be, while one is replaced.
    function _insert(uint64 number, address validator, bytes18 member) private {
        if (validator == address(0)) revert ValidatorsZeroAddress();
        if (_memberOf[validator] != 0) revert ValidatorsTaken(validator, _memberOf[validator]);
        if (!_members.isActive(member)) revert ValidatorsMemberNotActive(member);
        _memberOf[validator] = member;
        _validators.push(validator);
        uint256 place = _validators.length - 1;
        for (; place != 0 && _validators[place - 1] > validator; --place) _validators[place] = _validators[place - 1];
        _validators[place] = validator;
        emit ValidatorAdded(number, validator, member);
    }

    function _extract(uint64 number, address validator) private {
        emit ValidatorRemoved(number, validator, _memberOf[validator]);
        delete _memberOf[validator];
        uint256 last = _validators.length - 1;
        uint256 place = 0;
        while (_validators[place] != validator) ++place;
        for (; place < last; ++place) _validators[place] = _validators[place + 1];
        _validators.pop();
    }

    function _publish(uint64 number) private {
        address[] memory validators = _validators;
        _versions.push(uint48(block.number), number);
        _digests[number] = keccak256(abi.encode(validators));
        emit ValidatorsSet(number, validators);
    }

    function _nextVersion() private view returns (uint64) {
        return uint64(_versions.latest()) + 1;
    }

    function _checkKnown(address validator) private view {
        if (_memberOf[validator] == 0) revert ValidatorsUnknown(validator);
    }
}
