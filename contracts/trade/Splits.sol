// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {IMembers, Standing} from "../membership/IMembers.sol";
import {ITrades, Share} from "./ITrades.sol";

/// @title Splits of an income
/// @notice What makes a split a split, and whom another one takes something from.
library Splits {
    uint256 internal constant MAX_SHARES = 16;

    /// @notice Refuses what is no split of the whole: 1 to 16 shares, members ascending, none zero, each once a member, the sum exact.
    function check(IMembers members, uint128 whole, Share[] calldata shares) internal view {
        if (shares.length == 0 || shares.length > MAX_SHARES) {
            revert ITrades.TradesShareCount(shares.length, MAX_SHARES);
        }
        uint256 sum = 0;
        bytes18 last = 0;
        for (uint256 i = 0; i < shares.length; ++i) {
            Share calldata share = shares[i];
            if (share.member <= last) revert ITrades.TradesShareOrder(share.member);
            if (share.amount == 0) revert ITrades.TradesZeroShare(share.member);
            Standing standing = members.entryOf(share.member).standing;
            if (standing == Standing.None || standing == Standing.Applied) {
                revert ITrades.TradesUnknownMember(share.member);
            }
            sum += share.amount;
            last = share.member;
        }
        if (sum != whole) revert ITrades.TradesShareSum(sum, whole);
    }

    /// @notice The seller, and after it in ascending order all others who had more `before` than they have in `shares`.
    /// @dev Both are splits that {check} took, so both ascend and one walk over them does.
    function losers(
        bytes18 seller,
        Share[] calldata before,
        Share[] calldata shares
    ) internal pure returns (bytes18[] memory signers) {
        bytes18[] memory found = new bytes18[](before.length + 1);
        found[0] = seller;
        uint256 count = 1;
        uint256 at = 0;
        for (uint256 i = 0; i < before.length; ++i) {
            bytes18 member = before[i].member;
            while (at < shares.length && shares[at].member < member) ++at;
            uint128 amount = at < shares.length && shares[at].member == member ? shares[at].amount : 0;
            if (amount < before[i].amount && member != seller) found[count++] = member;
        }
        signers = new bytes18[](count);
        for (uint256 i = 0; i < count; ++i) signers[i] = found[i];
    }
}
