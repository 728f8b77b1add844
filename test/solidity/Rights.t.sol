// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Rights} from "../../contracts/rights/Rights.sol";
import {Grade, Registration, Right, RightKind, Scope} from "../../contracts/rights/IRights.sol";
import {Members} from "../../contracts/membership/Members.sol";
import {Consortium} from "./Consortium.sol";
import {vm} from "./Vm.sol";

/// @dev Four members that register, grant, derive and revoke as the fuzzer likes.
contract Traders {
    uint256 private constant COUNT = 4;

    Rights public immutable rights;
    bytes32[] public known;
    uint256 private _salt;

    constructor() {
        (Members members, ) = Consortium.found(COUNT, 3);
        rights = new Rights(members);
        for (uint8 i = 0; i < COUNT; ++i) resource(i, 0xff, 30 days, 4);
    }

    function resource(uint8 who, uint64 purposes, uint32 period, uint8 depth) public {
        vm.prank(Consortium.key(who % COUNT));
        try rights.registerResource(_registration(), _scope(purposes, period, depth)) returns (bytes32, bytes32 right) {
            known.push(right);
        } catch {}
    }

    function grant(uint256 which, uint8 to, uint8 kind, uint64 purposes, uint32 period, uint8 depth) external {
        bytes32 base = known[which % known.length];
        vm.prank(_holderOf(base));
        try
            rights.grant(
                base,
                Consortium.id(to % COUNT),
                RightKind(1 + (kind % 3)),
                _scope(purposes, period, depth),
                bytes32(++_salt)
            )
        returns (bytes32 right) {
            known.push(right);
        } catch {}
    }

    function product(uint256 first, uint256 second, uint64 purposes, uint32 period, uint8 depth) external {
        bytes32[] memory basis = new bytes32[](2);
        (basis[0], basis[1]) = (known[first % known.length], known[second % known.length]);
        vm.prank(_holderOf(basis[0]));
        try rights.registerProduct(_registration(), _scope(purposes, period, depth), basis) returns (
            bytes32,
            bytes32 right
        ) {
            known.push(right);
        } catch {}
    }

    function revoke(uint256 which) external {
        // Seldom, or nothing stays to derive from.
        if (which % 4 != 0) return;
        bytes32 right = known[which % known.length];
        vm.prank(_holderOf(right));
        try rights.revoke(right, keccak256("reason")) {} catch {}
    }

    function wait(uint32 time) external {
        vm.warp(block.timestamp + (time % 2 days));
    }

    function count() external view returns (uint256) {
        return known.length;
    }

    function _holderOf(bytes32 right) private view returns (address) {
        bytes18 holder = rights.rightOf(right).holder;
        for (uint256 i = 0; i < COUNT; ++i) if (Consortium.id(i) == holder) return Consortium.key(i);
        revert("unknown holder");
    }

    function _registration() private returns (Registration memory) {
        return Registration(bytes32(++_salt), bytes32(_salt), bytes32(_salt), Grade.General);
    }

    function _scope(uint64 purposes, uint32 period, uint8 depth) private view returns (Scope memory) {
        uint48 time = uint48(block.timestamp);
        return Scope(purposes & 0x1ff, time, time + (period % 40 days), depth % 10);
    }
}

contract RightsTest {
    Traders private _traders;

    function setUp() external {
        _traders = new Traders();
    }

    /// What the fuzzer plays with does grant, derive and revoke.
    function test_theTradersGrantDeriveAndRevoke() external {
        _traders.grant(0, 1, 1, 0x0f, 20 days, 2);
        _traders.product(4, 1, 0x03, 10 days, 1);
        require(_traders.count() == 6 && _traders.rights().isValid(_traders.known(5)));
        _traders.revoke(0);
        require(!_traders.rights().isValid(_traders.known(5)));
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_traders);
    }

    /// Child ⊆ parent: purposes, period and, where it was granted on, depth.
    function invariant_noRightExceedsWhatItDerivesFrom() external view {
        Rights rights = _traders.rights();
        for (uint256 i = 0; i < _traders.count(); ++i) {
            Right memory right = rights.rightOf(_traders.known(i));
            require(right.purposes != 0 && right.until > right.from && right.depth <= 8, "malformed");
            for (uint256 k = 0; k < right.basis.length; ++k) {
                Right memory base = rights.rightOf(right.basis[k]);
                require(right.purposes & ~base.purposes == 0, "purposes exceed");
                require(right.from >= base.from && right.until <= base.until, "period exceeds");
                require(right.granter == base.holder, "granted by another");
                if (right.subject == base.subject) require(right.depth < base.depth, "depth exceeds");
                if (right.subject == base.subject) {
                    require(right.kind == base.kind || right.kind == RightKind.Processing, "kind exceeds");
                }
            }
        }
    }

    /// What leans on a right that is not valid is not valid.
    function invariant_invalidUpstreamIsInvalidDownstream() external view {
        Rights rights = _traders.rights();
        for (uint256 i = 0; i < _traders.count(); ++i) {
            bytes32 id = _traders.known(i);
            Right memory right = rights.rightOf(id);
            bool valid = right.revokedAt == 0 && block.timestamp >= right.from && block.timestamp < right.until;
            for (uint256 k = 0; k < right.basis.length; ++k) valid = valid && rights.isValid(right.basis[k]);
            require(rights.isValid(id) == valid, "validity differs from its definition");
        }
    }
}
