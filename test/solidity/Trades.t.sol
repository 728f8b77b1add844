// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Members} from "../../contracts/membership/Members.sol";
import {Rights} from "../../contracts/rights/Rights.sol";
import {Grade, Registration, Scope} from "../../contracts/rights/IRights.sol";
import {Trades} from "../../contracts/trade/Trades.sol";
import {Signed, Step, Terms, Trade} from "../../contracts/trade/ITrades.sol";
import {Consortium} from "./Consortium.sol";
import {vm} from "./Vm.sol";

/// @dev Seller 0, buyer 1, venue 2 and a relayer that sends steps in any order, signed by whoever the fuzzer likes.
contract Relayer {
    Trades public immutable trades;
    bytes32 public immutable tradeId;

    /// Steps that were accepted, written down apart from the contract.
    uint8[] public stages;
    bytes32[] public evidence;
    bool public unsigned;
    bool public terminated;
    bool public movedAfterEnd;

    constructor() {
        (Members members, ) = Consortium.found(3, 2);
        Rights rights = new Rights(members);
        trades = new Trades(members, rights);
        Registration memory registration = Registration(keccak256("a"), keccak256("b"), keccak256("c"), Grade.General);
        Scope memory scope = Scope(1, uint48(block.timestamp), uint48(block.timestamp + 365 days), 0);
        vm.prank(Consortium.key(0));
        (bytes32 subject, bytes32 right) = rights.registerResource(registration, scope);
        Terms memory terms = Terms(
            keccak256("salt"),
            subject,
            right,
            Consortium.id(1),
            Consortium.id(2),
            keccak256("amount")
        );
        vm.prank(Consortium.key(0));
        tradeId = trades.open(terms);
    }

    /// The next stage, rightly signed.
    function advance(bytes32 proof) external {
        uint8 current = stages.length == 0 ? 0 : stages[stages.length - 1];
        _record(current + 1, proof, _mask(current + 1));
    }

    /// Any stage, signed by any of the three.
    function attempt(uint8 stage, bytes32 proof, uint8 mask) external {
        _record(stage % 9, proof, mask % 8);
    }

    function deliverAgain(bytes32 proof) external {
        _record(4, proof, _mask(4));
    }

    function terminate(uint8 mask, uint8 chance) external {
        if (chance % 16 != 0) return;
        uint64 steps = uint64(stages.length);
        bytes32 digest = trades.terminationDigest(tradeId, keccak256("reason"), steps, block.timestamp);
        try trades.terminate(tradeId, keccak256("reason"), steps, block.timestamp, _sign(digest, mask % 8)) {
            if (mask % 8 != 3) unsigned = true;
            terminated = true;
        } catch {}
    }

    function count() external view returns (uint256) {
        return stages.length;
    }

    function _record(uint8 stage, bytes32 proof, uint8 mask) private {
        Step memory step = Step(tradeId, stage, proof, uint64(stages.length + 1), block.timestamp);
        try trades.record(step, _sign(trades.stepDigest(step), mask)) {
            if (mask != _mask(stage)) unsigned = true;
            if (terminated) movedAfterEnd = true;
            stages.push(stage);
            evidence.push(proof);
        } catch {}
    }

    /// Bit 0 seller, bit 1 buyer, bit 2 venue.
    function _mask(uint8 stage) private pure returns (uint8) {
        if (stage == 3 || stage == 6) return 7;
        if (stage == 2 || stage == 5) return 2;
        return stage == 7 ? 4 : 1;
    }

    function _sign(bytes32 digest, uint8 mask) private pure returns (Signed[] memory signatures) {
        uint256 total = (mask & 1) + ((mask >> 1) & 1) + ((mask >> 2) & 1);
        signatures = new Signed[](total);
        uint256 next = 0;
        for (uint256 i = 0; i < 3; ++i) {
            if (mask & (1 << i) == 0) continue;
            signatures[next++] = Signed(Consortium.key(i), Consortium.sign(i, digest));
        }
    }
}

contract TradesTest {
    Relayer private _relayer;

    function setUp() external {
        _relayer = new Relayer();
    }

    /// What the fuzzer plays with does reach the end.
    function test_theRelayerReachesTheCertificate() external {
        for (uint256 i = 1; i <= 7; ++i) _relayer.advance(keccak256(abi.encode(i)));
        require(_relayer.count() == 7);
    }

    function test_theRelayerTerminates() external {
        _relayer.advance(keccak256("record"));
        _relayer.terminate(3, 0);
        _relayer.advance(keccak256("record"));
        require(_relayer.terminated() && _relayer.count() == 1);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_relayer);
    }

    /// The head is the chain of exactly the steps that were accepted, in their order.
    function invariant_theHeadChainsAllSteps() external view {
        bytes32 head = 0;
        uint256 steps = _relayer.count();
        for (uint256 i = 0; i < steps; ++i) {
            head = keccak256(abi.encode(head, _relayer.stages(i), _relayer.evidence(i)));
        }
        (uint64 count, bytes32 actual) = _relayer.trades().headOf(_relayer.tradeId());
        require(count == steps && actual == head, "head");
    }

    /// Stages follow one another; only delivery repeats.
    function invariant_stagesFollowOneAnother() external view {
        uint8 before = 0;
        for (uint256 i = 0; i < _relayer.count(); ++i) {
            uint8 stage = _relayer.stages(i);
            require(stage == before + 1 || (stage == 4 && before == 4), "order");
            before = stage;
        }
        Trade memory trade = _relayer.trades().tradeOf(_relayer.tradeId());
        require(uint8(trade.stage) == before && trade.terminated == _relayer.terminated(), "state");
    }

    /// No step binds anybody who did not sign it, and nothing moves after the end.
    function invariant_nobodyIsBoundUnsigned() external view {
        require(!_relayer.unsigned() && !_relayer.movedAfterEnd(), "unsigned or after the end");
    }
}
