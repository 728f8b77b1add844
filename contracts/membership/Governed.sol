// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title What the council alone may do
/// @notice Base of contracts with rules that a decision of the council changes. The council's address is that of the constructor, for
/// ever; nobody else, neither deployer nor member, has such a power.
/// @dev Not OpenZeppelin's Ownable or AccessManaged: both let the authority be handed on, and here it can't be.
abstract contract Governed {
    address internal immutable _council;

    /// @notice Only a decision of the council does this.
    error NotCouncil(address caller);

    modifier onlyCouncil() {
        if (msg.sender != _council) revert NotCouncil(msg.sender);
        _;
    }

    /// @param authority Contract of the council. It may have no code yet: contracts that need each other are placed one after the other.
    constructor(address authority) {
        _council = authority;
    }

    /// @notice Contract whose decisions change the rules.
    function council() external view returns (address) {
        return _council;
    }
}
