// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ICases} from "../../contracts/cases/ICases.sol";
import {IEmergency} from "../../contracts/membership/IEmergency.sol";
import {Entry, IMembers, KeyRole, Kind, Standing} from "../../contracts/membership/IMembers.sol";
import {IRights, Listing} from "../../contracts/rights/IRights.sol";
import {
    Amendment,
    Distribution,
    Filing,
    Share,
    Signed,
    Step,
    StepFacts,
    Termination,
    Terms,
    Trade
} from "../../contracts/trade/ITrades.sol";
import {Trades} from "../../contracts/trade/Trades.sol";
import {Tally} from "./Tally.sol";
import {vm} from "./Vm.sol";

/// @dev Stands in for members, rights, cases and emergency, so that the fuzzer can hold, freeze, sanction and suspend whom it likes. Member n
///      has the private key n + 1.
contract Law {
    mapping(address key => bytes18) public memberOf;
    mapping(bytes18 member => bool) public isActive;
    mapping(bytes18 member => bool) public sanctioned;
    mapping(bytes32 id => bool) public isHeld;
    mapping(bytes32 id => bool) public isFrozen;
    bool public listable = true;

    error NotActive(address key);

    function add(bytes18 member, address key) external {
        memberOf[key] = member;
        isActive[member] = true;
    }

    function toggle(bytes18 member) external {
        isActive[member] = !isActive[member];
    }

    function sanction(bytes18 member) external {
        sanctioned[member] = !sanctioned[member];
    }

    function hold(bytes32 id) external {
        isHeld[id] = !isHeld[id];
    }

    function freeze(bytes32 id) external {
        isFrozen[id] = !isFrozen[id];
    }

    function revoke() external {
        listable = !listable;
    }

    function actorOf(address key, KeyRole) external view returns (bytes18 member) {
        member = memberOf[key];
        if (!isActive[member]) revert NotActive(key);
    }

    function hasKind(bytes18, Kind) external pure returns (bool) {
        return true;
    }

    function entryOf(bytes18 member) external view returns (Entry memory entry) {
        entry.standing = isActive[member] ? Standing.Active : Standing.Suspended;
    }

    function isSanctioned(bytes18 member, uint8, uint64) external view returns (bool) {
        return sanctioned[member];
    }

    function listingOf(bytes32, bytes32, bytes18, bool) external view returns (Listing) {
        return listable ? Listing.Allowed : Listing.RightNotValid;
    }
}

/// @dev Seller 0, buyer 1, venue 2, and a relayer that sends steps of a trade on the floor and one off it, signed by whoever the fuzzer
///      likes. Its book is kept apart from the contract.
contract Relayer {
    struct Page {
        uint8[] stages;
        bytes32[] evidence;
        uint256[] times;
        bool terminated;
        bool filed;
        uint256 offerExpires;
        bytes32 amount;
        Share[] shares;
    }

    uint128 public constant WHOLE = 1000;
    bytes32 private constant SUBJECT = "subject";

    Law public immutable law;
    Trades public immutable trades;
    bytes32[2] public ids;
    uint256[21] public reached;
    uint256 public calls;

    /// What must never happen.
    string public fault;

    mapping(bytes32 tradeId => Page) private _pages;
    bytes private _spent;

    constructor() {
        law = new Law();
        for (uint256 i = 0; i < 4; ++i) law.add(id(i), vm.addr(i + 1));
        address all = address(law);
        trades = new Trades(IMembers(all), IRights(all), ICases(all), IEmergency(all));
        for (uint256 i = 0; i < 2; ++i) {
            bytes18 venue = i == 0 ? id(2) : bytes18(0);
            Terms memory terms = Terms(bytes32(i + 1), SUBJECT, "right", id(1), venue, "amount", false);
            vm.prank(vm.addr(1));
            ids[i] = trades.open(terms);
            _pages[ids[i]].amount = "amount";
        }
    }

    /// The next stage, rightly signed.
    function advance(uint8 which, bytes32 proof, uint32 life) external {
        ++calls;
        bytes32 tradeId = ids[which % 2];
        uint8 stage = stageOf(tradeId) + 1;
        _record(tradeId, stage, proof, life, _mask(tradeId, stage));
    }

    /// The next stage while nothing stands in its way, or the split once there is something to split.
    function next(uint8 which, bytes32 proof, uint128[4] memory amounts) external {
        ++calls;
        _calm();
        bytes32 tradeId = ids[which % 2];
        uint8 stage = stageOf(tradeId) + 1;
        if (stage < 7 || which % 4 < 2) _record(tradeId, stage, proof, 1 hours, _mask(tradeId, stage));
        else _distribute(tradeId, _split(amounts, false), true, 0);
    }

    /// Any stage, signed by any of the three.
    function attempt(uint8 which, uint8 stage, bytes32 proof, uint32 life, uint8 mask) external {
        ++calls;
        _record(ids[which % 2], stage % 12, proof, life, mask % 8);
    }

    function repeat(uint8 which, bytes32 proof, uint32 life) external {
        ++calls;
        bytes32 tradeId = ids[which % 2];
        _record(tradeId, stageOf(tradeId), proof, life, _mask(tradeId, stageOf(tradeId)));
    }

    function amend(uint8 which, bytes32 amount, uint8 mask, bool rightly) external {
        ++calls;
        bytes32 tradeId = ids[which % 2];
        if (rightly) mask = _mask(tradeId, 3);
        Amendment memory made = Amendment(
            tradeId,
            _pages[tradeId].amount,
            amount,
            "proof",
            _next(tradeId),
            block.timestamp
        );
        try trades.amend(made, _sign(trades.amendmentDigest(made), mask % 8)) {
            _took(tradeId, 8, "proof", mask % 8 == _mask(tradeId, 3));
            _pages[tradeId].amount = amount;
        } catch {}
    }

    function file(uint8 which, uint8 mask, bool bySeller) external {
        ++calls;
        bytes32 tradeId = ids[which % 2];
        Filing memory made = Filing(tradeId, id(2), id(bySeller ? 0 : 1), "proof", _next(tradeId), block.timestamp);
        if (mask > 100) mask = bySeller ? 5 : 6;
        try trades.file(made, _sign(trades.filingDigest(made), mask % 8)) {
            if (_pages[tradeId].filed || tradeId == ids[0]) fault = "filed twice or on the floor";
            _took(tradeId, 9, "proof", mask % 8 == (bySeller ? 5 : 6));
            _pages[tradeId].filed = true;
        } catch {}
    }

    function terminate(uint8 which, uint8 mask, uint8 chance) external {
        ++calls;
        if (chance % 16 != 0) return;
        bytes32 tradeId = ids[which % 2];
        Termination memory made = Termination(tradeId, "reason", "proof", _next(tradeId), block.timestamp);
        try trades.terminate(made, _sign(trades.terminationDigest(made), mask % 8)) {
            if (stageOf(tradeId) >= 6) fault = "terminated after the settlement";
            _took(tradeId, 10, "proof", mask % 8 == 3);
            _pages[tradeId].terminated = true;
        } catch {}
    }

    /// Splits the whole, now and then wrongly, among the three and a fourth that never signs.
    function distribute(uint8 which, uint128[4] memory amounts, uint8 wrong, uint8 mask) external {
        ++calls;
        _distribute(ids[which % 2], _split(amounts, wrong % 8 == 0), mask > 64, mask);
    }

    /// Brings the last step that was taken once more.
    function replay() external {
        ++calls;
        if (_spent.length == 0) return;
        (Step memory step, Signed[] memory signatures) = abi.decode(_spent, (Step, Signed[]));
        try trades.record(step, signatures) {
            fault = "a step was taken twice";
        } catch {
            ++reached[20];
        }
    }

    function hold(uint8 which, uint8 chance) external {
        ++calls;
        if (chance % 4 == 0) law.hold(which % 3 == 2 ? SUBJECT : ids[which % 3]);
    }

    function freeze(uint8 which, uint8 chance) external {
        ++calls;
        if (chance % 4 == 0) law.freeze(which % 3 == 2 ? SUBJECT : ids[which % 3]);
    }

    /// Lifts all holds and freezes and puts everybody in good standing.
    function calm() external {
        ++calls;
        _calm();
    }

    function sanction(uint8 who, uint8 chance) external {
        ++calls;
        if (chance % 4 == 0) law.sanction(id(who % 3));
    }

    function suspend(uint8 who, uint8 chance) external {
        ++calls;
        if (chance % 8 == 0) law.toggle(id(who % 3));
    }

    function revoke(uint8 chance) external {
        ++calls;
        if (chance % 8 == 0) law.revoke();
    }

    function pass(uint16 time) external {
        ++calls;
        vm.warp(block.timestamp + time);
    }

    /// Everything that the suite claims to reach, in the order of its names.
    function counts() external view returns (uint256[] memory all) {
        all = new uint256[](20);
        for (uint256 i = 0; i < 20; ++i) all[i] = reached[i + 1];
    }

    function page(bytes32 tradeId) external view returns (Page memory) {
        return _pages[tradeId];
    }

    function stageOf(bytes32 tradeId) public view returns (uint8 stage) {
        uint8[] storage stages = _pages[tradeId].stages;
        for (uint256 i = stages.length; i > 0; --i) if (stages[i - 1] <= 7) return stages[i - 1];
    }

    function id(uint256 number) public pure returns (bytes18) {
        return bytes18(bytes1(uint8(0x41 + number)));
    }

    function _calm() private {
        for (uint256 i = 0; i < 3; ++i) {
            bytes32 about = i == 2 ? SUBJECT : ids[i];
            if (law.isHeld(about)) law.hold(about);
            if (law.isFrozen(about)) law.freeze(about);
            if (law.sanctioned(id(i))) law.sanction(id(i));
            if (!law.isActive(id(i))) law.toggle(id(i));
        }
        if (!law.listable()) law.revoke();
    }

    function _distribute(bytes32 tradeId, Share[] memory shares, bool rightly, uint8 mask) private {
        (, bytes32 previous) = _splitOf(tradeId);
        Distribution memory made = Distribution(
            tradeId,
            WHOLE,
            shares,
            previous,
            "grounds",
            "proof",
            _next(tradeId),
            block.timestamp
        );
        uint8 bound = _bound(tradeId, shares);
        if (rightly) mask = bound;
        try trades.distribute(made, _pages[tradeId].shares, _sign(trades.distributionDigest(made), mask % 8)) {
            if (stageOf(tradeId) < 6) fault = "distributed before the settlement";
            if (previous != 0) ++reached[12];
            _took(tradeId, 11, "proof", mask % 8 == bound);
            delete _pages[tradeId].shares;
            for (uint256 i = 0; i < shares.length; ++i) _pages[tradeId].shares.push(shares[i]);
        } catch {}
    }

    function _record(bytes32 tradeId, uint8 stage, bytes32 proof, uint32 life, uint8 mask) private {
        uint48 expires = stage == 2 ? uint48(block.timestamp) + life : 0;
        Step memory step = Step(tradeId, stage, proof, _next(tradeId), expires, block.timestamp);
        bool lawful = law.listable() && _allFine(tradeId);
        bool expired = block.timestamp >= _pages[tradeId].offerExpires;
        uint8 before = stageOf(tradeId);
        Signed[] memory signatures = _sign(trades.stepDigest(step), mask);
        try trades.record(step, signatures) {
            _spent = abi.encode(step, signatures);
            if (stage == 3 && expired) fault = "a contract after its offer expired";
            if (stage <= 4 && !lawful) fault = "a stage that the law forbids";
            if (stage == 2) _pages[tradeId].offerExpires = expires;
            if (stage == before) ++reached[13];
            _took(tradeId, stage, proof, mask == _mask(tradeId, stage));
        } catch {
            if (_isDue(before, stage)) _noteRefusal(tradeId, mask == _mask(tradeId, stage), lawful, stage, expired);
        }
    }

    /// Why a step that was next was refused.
    function _noteRefusal(bytes32 tradeId, bool signed, bool lawful, uint8 stage, bool expired) private {
        if (!signed) ++reached[14];
        else if (law.isHeld(tradeId) || law.isHeld(SUBJECT)) ++reached[15];
        else if (law.isFrozen(tradeId) || law.isFrozen(SUBJECT)) ++reached[16];
        else if (_pages[tradeId].terminated) ++reached[17];
        else if (stage <= 4 && !lawful) ++reached[18];
        else if (stage == 3 && expired) ++reached[19];
    }

    function _took(bytes32 tradeId, uint8 stage, bytes32 proof, bool signed) private {
        Page storage sheet = _pages[tradeId];
        if (!signed) fault = "somebody is bound unsigned";
        if (sheet.terminated) fault = "moved after its end";
        if (law.isHeld(tradeId) || law.isHeld(SUBJECT)) fault = "moved under a hold";
        if (law.isFrozen(tradeId) || law.isFrozen(SUBJECT)) fault = "moved under a freeze";
        sheet.stages.push(stage);
        sheet.evidence.push(proof);
        sheet.times.push(block.timestamp);
        ++reached[stage];
    }

    function _isDue(uint8 before, uint8 stage) private pure returns (bool) {
        return stage == before + 1 || (stage == before && (stage == 2 || stage == 4));
    }

    function _allFine(bytes32 tradeId) private view returns (bool) {
        for (uint256 i = 0; i < (tradeId == ids[0] ? 3 : 2); ++i) {
            if (law.sanctioned(id(i)) || !law.isActive(id(i))) return false;
        }
        return true;
    }

    function _next(bytes32 tradeId) private view returns (uint64) {
        return uint64(_pages[tradeId].stages.length + 1);
    }

    function _splitOf(bytes32 tradeId) private view returns (bool exists, bytes32 split) {
        Share[] memory shares = _pages[tradeId].shares;
        return shares.length == 0 ? (false, bytes32(0)) : (true, keccak256(abi.encode(tradeId, WHOLE, shares)));
    }

    /// Who must sign a split: the seller and the venue at first, then the seller and those who lose. Bit 3 is a member that signs nothing.
    function _bound(bytes32 tradeId, Share[] memory shares) private view returns (uint8 mask) {
        (bool exists, ) = _splitOf(tradeId);
        if (!exists) return tradeId == ids[0] ? 5 : 1;
        mask = 1;
        for (uint256 i = 1; i < 4; ++i) {
            if (_amountOf(_pages[tradeId].shares, id(i)) > _amountOf(shares, id(i))) mask |= uint8(1 << i);
        }
    }

    /// Bit 0 seller, bit 1 buyer, bit 2 venue.
    function _mask(bytes32 tradeId, uint8 stage) private view returns (uint8) {
        if (stage == 3 || stage == 6) return tradeId == ids[0] ? 7 : 3;
        if (stage == 2 || stage == 5) return 2;
        return stage == 7 ? 4 : 1;
    }

    function _split(uint128[4] memory amounts, bool wrong) private pure returns (Share[] memory shares) {
        uint128 left = WHOLE;
        uint256 total = 0;
        for (uint256 i = 0; i < 3; ++i) {
            amounts[i] = amounts[i] % 400 > left ? 0 : amounts[i] % 400;
            left -= amounts[i];
            if (amounts[i] > 0) ++total;
        }
        amounts[3] = wrong && left > 1 ? left - 1 : left;
        if (amounts[3] > 0) ++total;
        shares = new Share[](total);
        uint256 place = 0;
        for (uint256 i = 0; i < 4; ++i) if (amounts[i] > 0) shares[place++] = Share(id(i), amounts[i]);
    }

    function _amountOf(Share[] memory shares, bytes18 member) private pure returns (uint128) {
        for (uint256 i = 0; i < shares.length; ++i) if (shares[i].member == member) return shares[i].amount;
        return 0;
    }

    function _sign(bytes32 digest, uint8 mask) private pure returns (Signed[] memory signatures) {
        uint256 total = (mask & 1) + ((mask >> 1) & 1) + ((mask >> 2) & 1);
        signatures = new Signed[](total);
        uint256 place = 0;
        for (uint256 i = 0; i < 3; ++i) {
            if (mask & (1 << i) == 0) continue;
            (uint8 v, bytes32 r, bytes32 s) = vm.sign(i + 1, digest);
            signatures[place++] = Signed(vm.addr(i + 1), abi.encodePacked(r, s, v));
        }
    }
}

/// @dev Rules of the design for `Trades`, each held by a function below or by the relayer's own book:
///
///      - each step is signed by those whom it binds, and no signature serves twice: {Relayer}, any signers, replays;
///      - splits sum to the whole: _agreeOnSplit; the fuzzer offers some that don't;
///      - nothing moves under a hold or a freeze, nor after a termination, nor against the law: {Relayer} at each step;
///      - the set of a trade's events is complete against its head: _agreeOnSteps.
contract TradesTest {
    Relayer private _relayer;

    function setUp() external {
        _relayer = new Relayer();
    }

    /// What the fuzzer plays with does reach every step, on the floor and off it.
    function test_theRelayerReachesEveryStep() external {
        for (uint8 which = 0; which < 2; ++which) {
            for (uint256 i = 1; i <= 4; ++i) _relayer.advance(which, keccak256(abi.encode(i)), 1 hours);
            _relayer.repeat(which, "again", 0);
            _relayer.amend(which, "other", 0, true);
            _relayer.file(which, 255, true);
            for (uint256 i = 5; i <= 7; ++i) _relayer.advance(which, keccak256(abi.encode(i)), 0);
            _relayer.distribute(which, [uint128(300), 300, 300, 0], 1, 255);
            _relayer.distribute(which, [uint128(200), 200, 200, 0], 1, 255);
        }
        for (uint256 i = 1; i <= 9; ++i) require(_relayer.reached(i) > 0, "a step was not reached");
        require(_relayer.reached(11) == 4 && _relayer.reached(9) == 1, "distributions, filing");
        _agree();
    }

    function test_theRelayerTerminates() external {
        _relayer.advance(0, "record", 0);
        _relayer.terminate(0, 3, 0);
        _relayer.advance(0, "record", 1 hours);
        require(_relayer.reached(10) == 1 && _relayer.reached(2) == 0, "terminated");
        _agree();
    }

    function test_theRelayerIsHeldFrozenAndLate() external {
        _relayer.hold(0, 0);
        _relayer.advance(0, "record", 0);
        _relayer.freeze(1, 0);
        _relayer.advance(1, "record", 0);
        require(_relayer.reached(1) == 0, "held or frozen");
        _relayer.calm();
        _relayer.advance(0, "record", 0);
        _relayer.advance(0, "record", 10);
        _relayer.pass(10);
        _relayer.advance(0, "record", 0);
        require(_relayer.reached(2) == 1 && _relayer.reached(3) == 0, "late");
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_relayer);
    }

    function afterInvariant() external view {
        _checkAll();
        Tally.report("Trades", _relayer.calls(), _states(), _relayer.counts());
    }

    function invariant_theLawHolds() external view {
        if (_relayer.calls() % Tally.INTERVAL == 0) _checkAll();
        else _noFault();
    }

    function _checkAll() private view {
        _noFault();
        _agree();
    }

    /// No step binds anybody who did not sign it or serves twice, nothing moves under a hold, a freeze or after the end, no contract
    /// comes after its offer expired, no stage up to delivery against the law.
    function _noFault() private view {
        require(bytes(_relayer.fault()).length == 0, _relayer.fault());
    }

    /// The head is the chain of exactly the steps that were accepted, stages follow one another, and splits add up to the whole.
    function _agree() private view {
        for (uint256 i = 0; i < 2; ++i) {
            bytes32 tradeId = _relayer.ids(i);
            Relayer.Page memory page = _relayer.page(tradeId);
            _agreeOnSteps(tradeId, page);
            Trade memory trade = _relayer.trades().tradeOf(tradeId);
            require(uint8(trade.stage) == _relayer.stageOf(tradeId), "stage");
            require(trade.terminated == page.terminated && (trade.filedBy != 0) == page.filed, "ended or filed");
            require(trade.amount == page.amount && trade.offerExpires == page.offerExpires, "terms");
            _agreeOnSplit(tradeId, trade.split, page.shares);
        }
    }

    function _agreeOnSteps(bytes32 tradeId, Relayer.Page memory page) private view {
        Trades trades = _relayer.trades();
        bytes32 head = 0;
        uint8 before = 0;
        for (uint256 i = 0; i < page.stages.length; ++i) {
            uint8 stage = page.stages[i];
            head = keccak256(abi.encode(head, stage, page.evidence[i]));
            StepFacts memory facts = trades.stepOf(tradeId, uint64(i + 1));
            require(uint8(facts.stage) == stage && facts.recordedAt == page.times[i], "facts");
            if (stage > 7) continue;
            require(stage == before + 1 || (stage == before && (stage == 2 || stage == 4)), "order");
            before = stage;
        }
        (uint64 count, bytes32 actual) = trades.headOf(tradeId);
        require(count == page.stages.length && actual == head, "head");
    }

    function _agreeOnSplit(bytes32 tradeId, bytes32 split, Share[] memory shares) private view {
        if (shares.length == 0) {
            require(split == 0, "no split");
            return;
        }
        uint256 sum = 0;
        for (uint256 i = 0; i < shares.length; ++i) sum += shares[i].amount;
        require(sum == _relayer.WHOLE(), "sum");
        require(split == keccak256(abi.encode(tradeId, _relayer.WHOLE(), shares)), "split");
    }

    function _states() private pure returns (string[] memory states) {
        string[20] memory names = [
            "recorded",
            "offered",
            "contracted",
            "delivered",
            "accepted",
            "settled",
            "certified",
            "amended",
            "filed",
            "terminated",
            "distributed",
            "distributed anew",
            "offered or delivered again",
            "refused: not signed by all",
            "refused: held",
            "refused: frozen",
            "refused: terminated",
            "refused: the law forbids it",
            "refused: the offer expired",
            "refused: replayed"
        ];
        states = new string[](20);
        for (uint256 i = 0; i < 20; ++i) states[i] = names[i];
    }
}
