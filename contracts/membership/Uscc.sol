// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Unified social credit code
/// @notice Verifies the alphabet and the check character of GB 32100-2015.
library Uscc {
    /// @notice True if `code` is 18 characters of the alphabet and the last is the check character of the 17 before it.
    /// @dev GB 32100-2015: with weights 3^i mod 31, the weighted sum of all 18 values, the last weighing 1, is 0 mod 31.
    function isValid(bytes18 code) internal pure returns (bool) {
        uint256 sum = 0;
        uint256 weight = 1;
        for (uint256 i = 0; i < 18; ++i) {
            (uint256 value, bool known) = _valueOf(uint8(code[i]));
            if (!known) return false;
            sum += value * (i == 17 ? 1 : weight);
            weight = (weight * 3) % 31;
        }
        return sum % 31 == 0;
    }

    /// @dev Value of an ASCII character: digits 0 to 9, then letters from 10 on, of which I, O, S, V and Z are left out.
    function _valueOf(uint8 character) private pure returns (uint256 value, bool known) {
        if (character >= 0x30 && character <= 0x39) return (character - 0x30, true);
        if (character < 0x41 || character > 0x59) return (0, false);
        if (character == 0x49 || character == 0x4f || character == 0x53 || character == 0x56) return (0, false);
        value = character - 55;
        if (character > 0x49) --value;
        if (character > 0x4f) --value;
        if (character > 0x53) --value;
        if (character > 0x56) --value;
        return (value, true);
    }
}
