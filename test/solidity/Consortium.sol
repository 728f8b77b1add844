// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Council} from "../../contracts/membership/Council.sol";
import {Call, ClassRule, CouncilRules, OrdinaryAct} from "../../contracts/membership/ICouncil.sol";
import {Founder, Tier} from "../../contracts/membership/IMembers.sol";
import {Members} from "../../contracts/membership/Members.sol";
import {vm} from "./Vm.sol";

/// @dev Ids and keys of the members of the tests: member n has the private key n + 1.
library Consortium {
    /// @dev A valid code of its own for each number below 10. The last digit but one weighs 3^16, which is -3 modulo 31, so its check
    /// character moves on by three for each number; the tests ask for ids too often to look for it.
    function id(uint256 number) internal pure returns (bytes18) {
        bytes memory alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY";
        uint256 digit = uint256(uint8(0x30 + number)) << 8;
        return
            bytes18(
                (uint144(uint128(bytes16("91460000MA000000"))) << 16) |
                    uint144(digit) |
                    uint8(alphabet[(10 + 3 * number) % 31])
            );
    }

    function key(uint256 number) internal pure returns (address) {
        return vm.addr(number + 1);
    }

    /// @dev The contract that freezes in these tests: an address that {vm.prank} speaks for.
    address internal constant EMERGENCY = address(uint160(uint256(keccak256("emergency"))));

    /// @dev A council of `count` seats, members 0 to count - 1, of kind venue.
    function found(uint256 count, uint256 threshold) internal returns (Members members, Council council) {
        uint16[] memory kinds = new uint16[](count);
        for (uint256 i = 0; i < count; ++i) kinds[i] = 1;
        return found(kinds, threshold);
    }

    /// @dev A council of as many seats as masks of kinds are given; all that it decides, it decides at once by `threshold` votes.
    function found(uint16[] memory kinds, uint256 threshold) internal returns (Members members, Council council) {
        bytes18[] memory seats = new bytes18[](kinds.length);
        for (uint256 i = 0; i < kinds.length; ++i) seats[i] = id(i);
        address place = vm.computeCreateAddress(address(this), vm.getNonce(address(this)) + 1);
        members = new Members(founders(kinds), place, EMERGENCY);
        council = new Council(members, seats, rules(threshold), new OrdinaryAct[](0));
    }

    /// @dev A register of `count` members of kind venue whose council and emergency contract are the given addresses.
    function register(uint256 count, address council, address emergency) internal returns (Members) {
        uint16[] memory kinds = new uint16[](count);
        for (uint256 i = 0; i < count; ++i) kinds[i] = 1;
        return new Members(founders(kinds), council, emergency);
    }

    function founders(uint16[] memory kinds) internal pure returns (Founder[] memory list) {
        list = new Founder[](kinds.length);
        for (uint256 i = 0; i < kinds.length; ++i) {
            list[i] = Founder(id(i), key(i), kinds[i], Tier.None, 0, keccak256("metadata"));
        }
    }

    function rules(uint256 threshold) internal pure returns (CouncilRules memory) {
        ClassRule memory rule = ClassRule(uint8(threshold), 30 days, 0);
        return CouncilRules(rule, rule);
    }

    /// @dev Lets members 0 to `threshold` - 1 decide one call.
    function decide(Council council, uint256 threshold, address target, bytes memory data) internal {
        Call[] memory calls = new Call[](1);
        calls[0] = Call(target, data);
        vm.prank(key(0));
        uint256 proposal = council.propose(calls, keccak256("reason"));
        for (uint256 i = 1; i < threshold; ++i) {
            vm.prank(key(i));
            council.vote(proposal);
        }
    }

    function sign(uint256 number, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(number + 1, digest);
        return abi.encodePacked(r, s, v);
    }
}
