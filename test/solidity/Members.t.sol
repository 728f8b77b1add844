// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Uscc} from "../../contracts/membership/Uscc.sol";

contract MembersTest {
    /// Exactly one of the 31 check characters is right, so no wrong one passes.
    function testFuzz_oneCheckCharacterIsRight(uint256 seed) external pure {
        bytes memory alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
        bytes memory code = new bytes(18);
        for (uint256 i = 0; i < 17; ++i) code[i] = alphabet[uint256(keccak256(abi.encode(seed, i))) % 31];
        uint256 valid = 0;
        for (uint256 c = 0; c < 31; ++c) {
            code[17] = alphabet[c];
            if (Uscc.isValid(bytes18(code))) ++valid;
        }
        require(valid == 1);
    }
}
