// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {KeyRole, Kind} from "../../contracts/membership/IMembers.sol";
import {Consortium} from "./Consortium.sol";

/// @dev Stands in for the register of members, so that the fuzzer can suspend whom it likes and freezes can be compared with what they
///      came to. Member n has the private key n + 1.
contract Roster {
    address public immutable emergency;

    /// Found once: a check character is dear to find.
    bytes18[] public ids;

    mapping(address key => bytes18) public memberOf;
    mapping(bytes18 member => bool) private _standing;
    mapping(bytes18 member => uint256) private _kinds;
    mapping(bytes18 member => uint48) public frozenUntil;

    error NotActive(address key);

    constructor(address emergencyContract) {
        emergency = emergencyContract;
    }

    /// The next member.
    function add(uint256 kinds) external {
        bytes18 member = Consortium.id(ids.length);
        memberOf[Consortium.key(ids.length)] = member;
        ids.push(member);
        _standing[member] = true;
        _kinds[member] = kinds;
    }

    function toggle(bytes18 member) external {
        _standing[member] = !_standing[member];
    }

    function toggleKind(bytes18 member, Kind kind) external {
        _kinds[member] ^= 1 << uint256(kind);
    }

    function freeze(bytes18 member, uint48 until, bytes32 order) external {
        require(msg.sender == emergency && order != 0, "not the emergency contract");
        frozenUntil[member] = until;
    }

    function actorOf(address key, KeyRole) external view returns (bytes18 member) {
        member = memberOf[key];
        if (!isActive(member)) revert NotActive(key);
    }

    function hasKind(bytes18 member, Kind kind) external view returns (bool) {
        return _kinds[member] & (1 << uint256(kind)) != 0;
    }

    /// Neither suspended nor frozen.
    function isActive(bytes18 member) public view returns (bool) {
        return _standing[member] && block.timestamp >= frozenUntil[member];
    }
}
