// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EvidenceLogs} from "../../contracts/evidence/EvidenceLogs.sol";
import {Members} from "../../contracts/membership/Members.sol";
import {Consortium} from "./Consortium.sol";
import {Forger} from "./Forger.sol";
import {NaiveTree} from "./NaiveTree.sol";
import {Tally} from "./Tally.sol";
import {vm} from "./Vm.sol";

/// @dev An operator that publishes honestly and tries to rewrite its past in every way it can.
contract Operator {
    uint256 public constant LIMIT = 24;

    EvidenceLogs public immutable logs;
    bytes32 public immutable logId;
    bytes32[] public honest;
    uint64[] public accepted;
    uint256 public refusals;
    uint256 public repeats;
    uint256 public calls;

    constructor() {
        (Members members, ) = Consortium.found(1, 1);
        logs = new EvidenceLogs(members);
        vm.prank(Consortium.key(0));
        logId = logs.register("log", keccak256("key"));
        honest = NaiveTree.leaves(1, LIMIT);
        accepted.push(0);
    }

    function grow(uint8 by) external {
        ++calls;
        uint64 head = accepted[accepted.length - 1];
        uint64 size = head + 1 + (by % 8);
        if (size > LIMIT) return;
        bytes32[] memory tree = honest;
        _publish(head, size, NaiveTree.root(tree, 0, size), NaiveTree.proof(head, tree, size));
        accepted.push(size);
    }

    function repeat(uint256 which) external {
        ++calls;
        uint64 size = accepted[which % accepted.length];
        if (size == 0) return;
        _publish(0, size, NaiveTree.root(honest, 0, size), new bytes32[](0));
        ++repeats;
    }

    /// Changes one old leaf and grows, with the best proof that the forged tree has.
    function rewrite(uint8 by, uint256 where) external {
        ++calls;
        uint64 head = accepted[accepted.length - 1];
        uint64 size = head + 1 + (by % 8);
        if (head == 0 || size > LIMIT) return;
        bytes32[] memory forged = honest;
        forged[where % head] = keccak256("forged");
        _refused(head, size, NaiveTree.root(forged, 0, size), NaiveTree.proof(head, forged, size));
    }

    function shrink(uint64 size, bytes32 root) external {
        ++calls;
        uint64 head = accepted[accepted.length - 1];
        if (head == 0 || root == 0) return;
        _refused(head, size % (head + 1), root, new bytes32[](0));
    }

    function noise(uint64 expected, uint64 size, bytes32 root, bytes32[] calldata proof) external {
        ++calls;
        if (expected == 0 || root == 0) return;
        _refused(expected, size, root, proof);
    }

    function acceptedCount() external view returns (uint256) {
        return accepted.length;
    }

    function leaves() external view returns (bytes32[] memory) {
        return honest;
    }

    function _publish(uint64 expected, uint64 size, bytes32 root, bytes32[] memory proof) private {
        vm.prank(Consortium.key(0));
        logs.publish(logId, expected, size, root, proof);
    }

    function _refused(uint64 expected, uint64 size, bytes32 root, bytes32[] memory proof) private {
        vm.prank(Consortium.key(0));
        try logs.publish(logId, expected, size, root, proof) {
            // Only an honest checkpoint that stands already may pass, as a no-op: the invariants see everything else.
        } catch {
            ++refusals;
        }
    }
}

contract EvidenceLogsTest {
    Operator private _operator;
    uint64 private _highest;

    function setUp() external {
        _operator = new Operator();
    }

    /// What the fuzzer plays with does grow, repeat and try to forge.
    function test_theOperatorDoesWhatItSays() external {
        _operator.grow(4);
        _operator.repeat(1);
        _operator.grow(7);
        _operator.rewrite(3, 2);
        _operator.shrink(3, keccak256("root"));
        require(_operator.acceptedCount() == 3 && _operator.accepted(2) == 13 && _operator.refusals() == 2);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_operator);
    }

    function afterInvariant() external {
        _theHeadOnlyGrows();
        _historyIsNeverRewritten();
        (string[] memory states, uint256[] memory counts) = (new string[](4), new uint256[](4));
        (states[0], counts[0]) = ("grown", _operator.acceptedCount() - 1);
        (states[1], counts[1]) = ("repeated", _operator.repeats());
        (states[2], counts[2]) = ("refused", _operator.refusals());
        (uint64 size, , ) = _operator.logs().latest(_operator.logId());
        (states[3], counts[3]) = ("full", size == _operator.LIMIT() ? 1 : 0);
        Tally.report("EvidenceLogs", _operator.calls(), states, counts);
    }

    function invariant_historyIsNeverRewritten() external {
        _theHeadOnlyGrows();
        if (_operator.calls() % Tally.INTERVAL == 0) _historyIsNeverRewritten();
    }

    /// Whatever was tried, every accepted root is that of the honest leaves, and the head is the newest of them.
    function _historyIsNeverRewritten() private view {
        (uint64 size, , ) = _operator.logs().latest(_operator.logId());
        uint256 count = _operator.acceptedCount();
        require(size == _operator.accepted(count - 1), "head moved by what was refused");
        bytes32[] memory leaves = _operator.leaves();
        uint256 next = 1;
        for (uint64 s = 1; s <= size; ++s) {
            bytes32 root = _operator.logs().rootAt(_operator.logId(), s);
            bool accepted = next < count && _operator.accepted(next) == s;
            if (accepted) ++next;
            require(root == (accepted ? NaiveTree.root(leaves, 0, s) : bytes32(0)), "another history");
        }
    }

    /// The head only grows.
    function _theHeadOnlyGrows() private {
        (uint64 size, , ) = _operator.logs().latest(_operator.logId());
        require(size >= _highest, "head went back");
        _highest = size;
    }
}

/// @dev An operator that publishes any tree under any size, with any proof that it has, and a book of what its checkpoints prove.
contract Misnamer {
    uint64 public constant LIMIT = 12;

    EvidenceLogs public immutable logs;
    bytes32 public immutable logId;
    Forger public immutable forger;
    uint256 public accepted;
    uint256 public misnamed;
    uint256 public calls;
    bool public contradicted;

    /// Leaf that was proven at an index, and size under which a root was accepted.
    mapping(uint256 index => bytes32 leaf) private _proven;
    mapping(bytes32 root => uint64 size) private _named;

    constructor() {
        (Members members, ) = Consortium.found(1, 1);
        logs = new EvidenceLogs(members);
        vm.prank(Consortium.key(0));
        logId = logs.register("log", keccak256("key"));
        forger = new Forger(6);
    }

    /// Publishes a tree that it knows as one of `by` leaves more than the head.
    function publish(uint8 which, uint8 by) external {
        ++calls;
        bytes32[] memory roots = forger.roots();
        bytes32 root = roots[which % roots.length];
        (uint64 head, , ) = logs.latest(logId);
        uint64 size = head + 1 + (by % 3);
        if (size > LIMIT) return;
        if (head == 0) {
            if (_sent(0, size, root, new bytes32[](0))) _note(size, root);
            return;
        }
        bytes32[][] memory proofs = forger.proofs();
        for (uint256 i = 0; i < proofs.length; ++i) {
            if (!_sent(head, size, root, proofs[i])) continue;
            _note(size, root);
            return;
        }
    }

    function _sent(uint64 head, uint64 size, bytes32 root, bytes32[] memory proof) private returns (bool) {
        vm.prank(Consortium.key(0));
        try logs.publish(logId, head, size, root, proof) {
            return true;
        } catch {
            return false;
        }
    }

    function _note(uint64 size, bytes32 root) private {
        ++accepted;
        if (forger.sizeOf(root) != size) ++misnamed;
        if (_named[root] != 0) contradicted = true;
        _named[root] = size;
        for (uint256 i = 0; i < size; ++i) {
            bytes32 leaf = forger.leafAt(i, size, root);
            if (leaf == 0) continue;
            if (_proven[i] != 0 && _proven[i] != leaf) contradicted = true;
            _proven[i] = leaf;
        }
    }
}

contract EvidenceLogsMisnamedTest {
    Misnamer private _misnamer;

    function setUp() external {
        _misnamer = new Misnamer();
    }

    /// What the fuzzer plays with does misname, and goes on from there.
    function test_theMisnamerMisnames() external {
        _misnamer.publish(0, 1);
        _misnamer.publish(1, 0);
        require(_misnamer.accepted() == 2 && _misnamer.misnamed() == 2 && !_misnamer.contradicted());
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_misnamer);
    }

    function afterInvariant() external view {
        (string[] memory states, uint256[] memory counts) = (new string[](2), new uint256[](2));
        (states[0], counts[0]) = ("accepted", _misnamer.accepted());
        (states[1], counts[1]) = ("accepted under a size that is not its own", _misnamer.misnamed());
        Tally.report("EvidenceLogsMisnamed", _misnamer.calls(), states, counts);
    }

    /// Whatever sizes are named: all accepted checkpoints together prove one leaf at an index at most, and a root has one size.
    function invariant_noTwoLeavesAtOneIndex() external view {
        require(!_misnamer.contradicted(), "two histories");
    }
}
