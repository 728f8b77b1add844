// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice A validator and whose it is.
/// @param validator Address with which it seals.
/// @param member Member that runs it: USCC in ASCII, 18 bytes.
struct Entry {
    address validator;
    bytes18 member;
}

/// @title Validators of the chain
/// @notice The addresses that seal blocks, which member runs each of them, and since when. The council decides.
///
/// Hyperledger Besu in QBFT's contract mode (`validatorcontractaddress` in the genesis file) calls {getValidators} with the state after
/// the parent block and takes the answer as the set that seals the next one: a change in block N counts from block N + 1 on. Should the
/// call fail, no block could be made ever again; so it reads this contract's storage and nothing else.
///
/// What follows from this, and is meant:
///
/// - The order is ascending by address, as unsigned numbers. Besu sorts what it gets in the same way before it picks proposers, so whoever
///   doesn't sort sees the same order as Besu, and the order says nothing of who came first.
/// - There is always at least one validator, and never the same twice. How many make the chain safe isn't decided here: QBFT bears f faulty
///   validators among 3f + 1, so fewer than four bear none. Nor is how many of them one member may run.
/// - A member must be active when a validator of its own is added. Its validators stay when it is frozen, suspended or expelled: else one
///   decision about a member could stop the chain. The council removes them by a decision of its own, or by the same that expels.
/// - Whether a validator's operator holds the key isn't proven here. A set of which a third or more don't seal stops the chain, and no
///   decision can be taken on a chain that stands still: before adding one, see that it follows the chain.
interface IValidators {
    /// @notice An address became a validator.
    /// @param version Number of the set that it is in, from 1.
    /// @param validator The validator.
    /// @param member Member that runs it.
    event ValidatorAdded(uint64 indexed version, address indexed validator, bytes18 indexed member);

    /// @notice An address ceased to be a validator.
    /// @param version Number of the first set that it is not in.
    /// @param validator The validator.
    /// @param member Member that ran it.
    event ValidatorRemoved(uint64 indexed version, address indexed validator, bytes18 indexed member);

    /// @notice The set changed. It seals from the next block on.
    /// @param version Number of the set, from 1.
    /// @param validators The whole set, ascending.
    event ValidatorsSet(uint64 indexed version, address[] validators);

    /// @notice No contract stands at the address given for the members.
    error ValidatorsNoContract(address members);

    /// @notice The first set has from 1 to 64 validators.
    error ValidatorsCount(uint256 given, uint256 most);

    /// @notice The zero address seals nothing.
    error ValidatorsZeroAddress();

    /// @notice The address is a validator already.
    error ValidatorsTaken(address validator, bytes18 member);

    /// @notice The address is no validator.
    error ValidatorsUnknown(address validator);

    /// @notice The member is not active.
    error ValidatorsMemberNotActive(bytes18 member);

    /// @notice There are as many validators as there may be.
    error ValidatorsTooMany(uint256 most);

    /// @notice The last validator can't be removed: replace it.
    error ValidatorsLast(address validator);

    /// @notice Adds a validator.
    ///
    /// Requirements: the caller is the council; the address is not zero and no validator; the member is active; there are fewer than 64.
    ///
    /// @param validator Address with which it seals.
    /// @param member Member that runs it.
    function add(address validator, bytes18 member) external;

    /// @notice Removes a validator.
    ///
    /// Requirements: the caller is the council; the address is a validator and not the last.
    ///
    /// @param validator The validator.
    function remove(address validator) external;

    /// @notice Puts another address of the same member in a validator's place, in one step, also if it is the last or one of 64.
    ///
    /// Requirements: the caller is the council; `validator` is one; `successor` is not zero and no validator; the member is active.
    ///
    /// @param validator The validator that goes.
    /// @param successor The one that comes.
    function replace(address validator, address successor) external;

    /// @notice The validators, ascending by address: never none, at most 64.
    /// @dev The name, the empty list of arguments and the result are what Besu asks for (`ValidatorContractController`).
    function getValidators() external view returns (address[] memory validators);

    /// @notice Member that runs a validator, zero if the address is none now.
    function memberOf(address validator) external view returns (bytes18 member);

    /// @notice True if the address is a validator now.
    function isValidator(address validator) external view returns (bool);

    /// @notice Number of the set as it stands, from 1.
    function version() external view returns (uint64 number);

    /// @notice Block that made the set as it stands; it seals from the next one on.
    function changedAt() external view returns (uint48 blockNumber);

    /// @notice Number of the set after a block: the one that seals the block after it. Zero before the first.
    /// @param blockNumber Number of the block; for the future: as things stand.
    function versionAfter(uint64 blockNumber) external view returns (uint64 number);

    /// @notice keccak256(abi.encode(validators)) of a set, zero if there is none of this number.
    /// @dev {ValidatorsSet} tells the set; by a storage proof of this digest it can be checked without trusting a node.
    function digestOf(uint64 number) external view returns (bytes32 digest);
}
