// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice A contract as the directory knows it.
/// @param place Address.
/// @param codeHash Keccak-256 of its code when it was entered. Code never changes: there are no proxies.
/// @param release Digest of what it was made from: keccak-256 of the creation code with its arguments for the founding contracts, the digest
///        that the council named for later ones.
/// @param since Block that entered it.
struct Version {
    address place;
    bytes32 codeHash;
    bytes32 release;
    uint64 since;
}

/// @title Directory of the consortium's contracts
/// @notice Which contract stands for which name, in all its versions. Contracts are immutable; when the law changes, the council enters a
/// new version here, and what was done under an old one stays where it was done.
///
/// The directory places the founding contracts itself, in a fixed order, so each address is known before its code exists and contracts
/// that need each other name each other in their constructors. No address depends on the account that pays, and no link is set
/// afterwards. Placing is a compare-and-swap on the number of contracts that stand: a deployment that was interrupted goes on where it
/// was, and sending twice places once.
///
/// What follows from this, and is meant:
///
/// - The founder chooses the founding contracts, and nothing else: with the last one its power is over. Until then nothing should be
///   trusted: read {isFounded}.
/// - A version is what the council entered, not what anybody must use: contracts name each other for ever, and a policy names the code that
///   a verifier trusts.
/// - The council is the newest version of the name `Council`. By entering another one, a council hands the directory on; the contracts that
///   name the old one stay under it.
/// - That a new version takes over what an old one kept is for the new one to do; the old one stays readable.
interface IDirectory {
    /// @notice A version was entered: by the founder until the directory is founded, by the council from then on.
    /// @param name Name in ASCII, followed by zeros.
    /// @param version Number, from 1.
    /// @param place Address of the contract.
    /// @param codeHash Keccak-256 of its code.
    /// @param release Digest of what it was made from.
    event VersionEntered(
        bytes32 indexed name,
        uint32 indexed version,
        address indexed place,
        bytes32 codeHash,
        bytes32 release
    );

    /// @notice From 1 to 32 founding contracts with different names, one of them `Council`.
    error DirectoryNames(bytes32 name, uint256 count);

    /// @notice Only the founder places founding contracts.
    error DirectoryNotFounder(address caller);

    /// @notice All founding contracts stand.
    error DirectoryFounded();

    /// @notice Not all founding contracts stand yet.
    error DirectoryNotFounded(uint256 placed, uint256 founding);

    /// @notice Another contract is due, or other code stands under this number.
    error DirectoryNumber(uint256 expected, uint256 given);

    /// @notice The constructor of a founding contract refused without a reason, or left no code.
    error DirectoryCreation(bytes32 name);

    /// @notice No contract stands at the address.
    error DirectoryNoContract(address place);

    /// @notice The contract is this name's newest version already.
    error DirectoryCurrent(bytes32 name, address place);

    /// @notice A digest must be given.
    error DirectoryZeroDigest();

    /// @notice There is no such version.
    error DirectoryUnknown(bytes32 name, uint32 version);

    /// @notice Only a decision of the council enters a new version.
    error DirectoryNotCouncil(address caller);

    /// @notice Places a founding contract.
    ///
    /// Requirements: the caller is the account that made the directory; not all founding contracts stand; `number` is the next one. If
    /// exactly this code was placed under this number before, nothing happens.
    ///
    /// @param number Number of the contract in the order of the constructor, from 1.
    /// @param creation Creation code with its arguments, as a transaction that creates a contract has it.
    /// @return place Where it stands: {placeOf}.
    function place(uint256 number, bytes calldata creation) external returns (address place);

    /// @notice Enters a new version of a name, known or new.
    ///
    /// Requirements: the caller is the council; all founding contracts stand; code stands at `place`, which is not the newest version of
    /// this name; the digest is not zero.
    ///
    /// @param name Name in ASCII, followed by zeros.
    /// @param place Address of the contract.
    /// @param release Digest of what it was made from.
    function enter(bytes32 name, address place, bytes32 release) external;

    /// @notice True once all founding contracts stand.
    function isFounded() external view returns (bool);

    /// @notice Names of the founding contracts, in their order.
    function founding() external view returns (bytes32[] memory names);

    /// @notice Founding contracts that stand.
    function placed() external view returns (uint256 count);

    /// @notice Address of a founding contract, whether it stands or not.
    /// @param number Number in the order of the constructor, from 1 to 32.
    function placeOf(uint256 number) external view returns (address place);

    /// @notice The newest version of a name.
    /// @dev Reverts with {DirectoryUnknown}.
    function current(bytes32 name) external view returns (Version memory);

    /// @notice A version of a name, from 1.
    /// @dev Reverts with {DirectoryUnknown}.
    function versionOf(bytes32 name, uint32 version) external view returns (Version memory);

    /// @notice How many versions a name has.
    function versionCount(bytes32 name) external view returns (uint32 count);

    /// @notice Account that placed the founding contracts. It has no power any more.
    function founder() external view returns (address);
}
