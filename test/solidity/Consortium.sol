// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Members} from "../../contracts/membership/Members.sol";
import {Seat} from "../../contracts/membership/IMembers.sol";
import {Uscc} from "../../contracts/membership/Uscc.sol";
import {vm} from "./Vm.sol";

/// @dev Ids and keys of the members of the tests: member n has the private key n + 1.
library Consortium {
    /// @dev A valid code of its own for each number below 10: the check character is found by trying all.
    function id(uint256 number) internal pure returns (bytes18) {
        bytes memory alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
        for (uint256 i = 0; i < alphabet.length; ++i) {
            bytes memory code = abi.encodePacked("91460000MA000000", bytes1(uint8(0x30 + number)), alphabet[i]);
            if (Uscc.isValid(bytes18(code))) return bytes18(code);
        }
        revert("no check character");
    }

    function key(uint256 number) internal pure returns (address) {
        return vm.addr(number + 1);
    }

    /// @dev A council of `count` seats: members 0 to count - 1.
    function found(uint256 count, uint256 threshold) internal returns (Members) {
        Seat[] memory seats = new Seat[](count);
        for (uint256 i = 0; i < count; ++i) seats[i] = Seat(id(i), key(i), 1);
        return new Members(seats, threshold);
    }

    function sign(uint256 number, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(number + 1, digest);
        return abi.encodePacked(r, s, v);
    }
}
