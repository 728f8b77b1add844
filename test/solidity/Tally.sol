// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {vm} from "./Vm.sol";

/// @dev Keeps count across the runs of an invariant: the state of a handler is thrown away after each run, so a suite writes its
/// counts down in `afterInvariant`, and `scripts/invariants.ts` adds the runs up.
library Tally {
    /// Calls between two looks at everything: a look costs more than many calls.
    uint256 internal constant INTERVAL = 64;

    /// @param suite Name of the contract that tests.
    /// @param calls What the handler was asked for and took to the contract, in this run.
    /// @param states What the suite claims to reach: neither semicolons nor equals signs in the names.
    /// @param counts How often this run reached each.
    function report(string memory suite, uint256 calls, string[] memory states, uint256[] memory counts) internal view {
        require(states.length == counts.length && states.length != 0, "a count for each state");
        string memory directory = vm.envOr("LIANZHENG_TALLY", string(""));
        if (bytes(directory).length == 0) return;
        string memory line = string.concat("calls=", vm.toString(calls));
        for (uint256 i = 0; i < states.length; ++i) {
            line = string.concat(line, ";", states[i], "=", vm.toString(counts[i]));
        }
        vm.writeLine(string.concat(directory, "/", suite, ".txt"), line);
    }
}
