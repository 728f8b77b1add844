// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {console} from "hardhat/console.sol";
import {Right, RightKind, Validity} from "../../contracts/rights/IRights.sol";
import {Rights} from "../../contracts/rights/Rights.sol";
import {Grade} from "../../contracts/rights/Grade.sol";
import {RightsEstate} from "./RightsEstate.sol";
import {Tally} from "./Tally.sol";

/// @dev What the fuzzer calls has to be in a file of tests to be found.
contract OpenEstate is RightsEstate {}

/// @dev Rules of the design for `Rights`, each held by a function below or by the estate's own book, against the real contracts:
///
///      - a right is never more than what it derives from, in kind, purposes, territories, period, uses and depth: _noRightExceedsWhatItDerivesFrom;
///      - counted uses, recorded and granted on, never add up to more than the right has: _usesAreThoseOfTheBook;
///      - what is invalid upstream is invalid downstream, and nothing else is: _invalidUpstreamIsInvalidDownstream;
///      - no answer about the past changes: _pastAnswersNeverChange, _holdersAreThoseOfTheBook;
///      - core data can't be listed, and what is made from it is core: {RightsEstate} at each listing, _whatComesFromCoreIsCore;
///      - on data or a right that is held or frozen nothing is granted, accepted, made, transferred, listed or cancelled: {RightsEstate};
///      - nobody is bound unsigned and no signature serves twice: {RightsEstate}, forged transfers and replays.
contract RightsTest {
    RightsEstate private _estate;
    Rights private _rights;

    function setUp() external {
        _renew();
    }

    /// What the fuzzer plays with does all that there is to do, and keeps every rule on the way. 2 sessions of 200
    /// calls, chosen by a fixed seed.
    function test_theEstateReachesEveryState() external {
        string[] memory states = _states();
        uint256[] memory reached = new uint256[](states.length);
        for (uint256 session = 0; session < 2; ++session) {
            this.renew();
            for (uint256 i = 0; i < 200; ++i) _play(uint256(keccak256(abi.encode(session, i))));
            this.checkAll();
            uint256[] memory counts = _estate.counts();
            for (uint256 s = 0; s < counts.length; ++s) reached[s] += counts[s];
        }
        console.log("Rights, 400 calls, of each:");
        for (uint256 s = 0; s < states.length; ++s) {
            console.log("  %s %d", states[s], reached[s]);
            // Of what is seen in passing so short a walk may miss some; the long runs may not.
            require(s >= _estate.STATES() || reached[s] != 0, states[s]);
        }
    }

    /// A call of its own, so that a walk's memory, which each call of the walk copies, stays small.
    function checkAll() external view {
        _checkAll();
    }

    /// Starts anew; a call of its own as {checkAll}.
    function renew() external {
        _renew();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_estate);
    }

    function afterInvariant() external view {
        _checkAll();
        Tally.report("Rights", _estate.calls(), _states(), _estate.counts());
    }

    function invariant_theLawHolds() external view {
        if (_estate.calls() % Tally.INTERVAL == 0) _checkAll();
        else _noFault();
    }

    /// Nothing was accepted, revoked or replayed twice, moved by a stranger or under a hold or a freeze, and no core data was listed.
    function _noFault() private view {
        require(bytes(_estate.fault()).length == 0, _estate.fault());
    }

    /// Child ⊆ parent: kind, purposes, territories, period, uses and, where it was granted on, depth.
    function _noRightExceedsWhatItDerivesFrom(bytes32[] memory ids) private view {
        for (uint256 i = 0; i < ids.length; ++i) {
            Right memory right = _rights.rightOf(ids[i]);
            require(right.purposes != 0 && right.territories != 0, "malformed mask");
            require(right.until > right.from && right.depth <= 8 && right.used <= right.uses, "malformed");
            bytes32[] memory basis = _rights.basisOf(ids[i]);
            uint256 reach = 1;
            for (uint256 k = 0; k < basis.length; ++k) {
                Right memory base = _rights.rightOf(basis[k]);
                reach += base.reach;
                _checkWithin(right, base);
            }
            require(right.reach == reach, "reach");
        }
    }

    /// What is used of a counted right is exactly what the book says was recorded and granted on, and no more than it has.
    function _usesAreThoseOfTheBook(bytes32[] memory ids) private view {
        for (uint256 i = 0; i < ids.length; ++i) {
            Right memory right = _rights.rightOf(ids[i]);
            RightsEstate.Page memory page = _estate.pageOf(ids[i]);
            if (right.uses == 0) {
                require(right.used == 0 && page.recorded == 0, "uses of a right that is not counted");
            } else {
                require(right.used == page.recorded + page.granted, "uses differ from the book");
                require(page.recorded + page.granted <= right.uses, "more uses than there are");
            }
        }
    }

    /// A right is valid exactly if nothing speaks against it and all that it derives from are, whoever holds those.
    function _invalidUpstreamIsInvalidDownstream(bytes32[] memory ids) private view {
        uint64 time = uint64(block.timestamp);
        bool[] memory stands = new bool[](ids.length);
        for (uint256 i = 0; i < ids.length; ++i) {
            bytes32[] memory basis = _rights.basisOf(ids[i]);
            bool valid = _speaksForItself(ids[i], time);
            // Rights derive from older ones only, so those come first in the list.
            for (uint256 k = 0; k < basis.length; ++k) valid = valid && stands[_estate.placeOf(basis[k])];
            stands[i] = valid;
            bool expected = valid && _estate.members().isActive(_rights.rightOf(ids[i]).holder);
            require(_rights.isValid(ids[i]) == expected, "validity differs from its definition");
        }
    }

    /// Whatever was answered about a second that was over is answered still.
    function _pastAnswersNeverChange() private view {
        RightsEstate.Sample[] memory samples = _estate.samples();
        for (uint256 i = 0; i < samples.length; ++i) {
            RightsEstate.Sample memory sample = samples[i];
            (Validity validity, bytes32 cause) = _rights.validityAt(sample.right, sample.time);
            require(validity == sample.validity, "another answer about the past");
            require(cause == sample.cause, "another cause in the past");
            require(_rights.holderAt(sample.right, sample.time) == sample.holder, "another holder in the past");
        }
    }

    /// Who held a right when is what the book says, in the second of every transfer and in the one before.
    function _holdersAreThoseOfTheBook(bytes32[] memory ids) private view {
        for (uint256 i = 0; i < ids.length; ++i) {
            RightsEstate.Page memory page = _estate.pageOf(ids[i]);
            for (uint256 k = 0; k < page.since.length; ++k) {
                _checkHolder(ids[i], page.since[k]);
                _checkHolder(ids[i], page.since[k] - 1);
            }
            require(_rights.rightOf(ids[i]).holder == page.holders[page.holders.length - 1], "holder now");
        }
    }

    /// What is made from data is of no lower grade, so what comes from core data can't be listed either.
    function _whatComesFromCoreIsCore(bytes32[] memory ids) private view {
        for (uint256 i = 0; i < ids.length; ++i) {
            bytes32[] memory basis = _rights.basisOf(ids[i]);
            for (uint256 k = 0; k < basis.length; ++k) {
                require(_gradeOf(ids[i]) >= _gradeOf(basis[k]), "a lower grade");
            }
        }
    }

    function _renew() private {
        _estate = new OpenEstate();
        _rights = _estate.rights();
    }

    function _play(uint256 seed) private {
        (uint8 a, uint8 b, uint8 c, uint8 d) = (uint8(seed), uint8(seed >> 8), uint8(seed >> 16), uint8(seed >> 24));
        (uint256 which, uint32 period) = (seed >> 160, 10 days + (uint32(seed >> 32) % 20 days));
        uint256 choice = (seed >> 64) % 37;
        if (choice < 2) _estate.resource(a, _wish(period, b, c), d % 2 == 0, d >> 1);
        else if (choice < 5) _estate.grant(which, a, b, _wish(period, d, c), d % 2 == 0);
        else if (choice < 6) _estate.license(which, a, b, c % 2 == 0);
        else if (choice < 12) _estate.next(which, a, b);
        else if (choice < 15) _estate.accept(which);
        else if (choice < 18) _estate.product(which, seed >> 128, _wish(period, b, c), d);
        else if (choice < 21) _estate.transfer(which, a, b);
        else if (choice < 24) _estate.use(which, a);
        else if (choice < 26) _estate.suspend(a, b % 3 != 0);
        else _playMore(choice, seed, a, b);
    }

    function _playMore(uint256 choice, uint256 seed, uint8 a, uint8 b) private {
        uint256 which = seed >> 160;
        if (choice == 26) _estate.revoke(which, a);
        else if (choice == 27) _estate.cancel(which);
        else if (choice == 28) _estate.withdraw(which);
        else if (choice == 29) _estate.freeze(which, a % 3 == 0);
        else if (choice == 30) _estate.hold(which, b % 3 == 0, a % 3 != 0);
        else if (choice == 31) _estate.replay(which);
        else if (choice == 32) _estate.revoke(which >> 1, a);
        else if (choice == 33) _estate.hold(which >> 2, a % 2 == 0, false);
        else if (choice == 34) _estate.transfer(which >> 3, a, b);
        else _estate.wait(uint32(seed >> 96));
    }

    function _checkAll() private view {
        bytes32[] memory ids = _estate.ids();
        _noFault();
        _noRightExceedsWhatItDerivesFrom(ids);
        _usesAreThoseOfTheBook(ids);
        _invalidUpstreamIsInvalidDownstream(ids);
        _pastAnswersNeverChange();
        _holdersAreThoseOfTheBook(ids);
        _whatComesFromCoreIsCore(ids);
    }

    function _checkHolder(bytes32 right, uint48 time) private view {
        require(_rights.holderAt(right, time) == _estate.holderByTheBook(right, time), "holder differs from the book");
    }

    function _gradeOf(bytes32 right) private view returns (Grade) {
        return _estate.registry().briefOf(_rights.rightOf(right).subject).grade;
    }

    /// The right alone: acceptance and revocation by the book, what others say by asking them.
    function _speaksForItself(bytes32 id, uint64 time) private view returns (bool) {
        Right memory right = _rights.rightOf(id);
        RightsEstate.Page memory page = _estate.pageOf(id);
        if (page.acceptedAt == 0 || page.revokedAt != 0 || time < right.from || time >= right.until) return false;
        if (right.base == 0 && !_estate.registry().inForceAt(right.subject, time)) return false;
        if (right.consent != 0 && !_estate.consents().isValidAt(right.consent, time)) return false;
        return !_estate.emergency().isFrozen(id) && !_estate.cases().isHeld(id);
    }

    function _wish(uint32 period, uint8 uses, uint8 depth) private pure returns (RightsEstate.Wish memory) {
        return RightsEstate.Wish(0x0f, 0xff, period, uses, depth);
    }

    function _checkWithin(Right memory right, Right memory base) private pure {
        require(right.purposes & ~base.purposes == 0, "purposes exceed");
        require(right.territories & ~base.territories == 0, "territories exceed");
        require(right.from >= base.from && right.until <= base.until, "period exceeds");
        require(base.uses == 0 || (right.uses != 0 && right.uses <= base.used), "uses exceed");
        if (right.base == 0) return;
        require(right.subject == base.subject && right.depth < base.depth, "depth exceeds");
        require(right.kind == base.kind || right.kind == RightKind.Processing, "kind exceeds");
    }

    function _states() private pure returns (string[] memory states) {
        string[33] memory names = [
            "registered",
            "granted",
            "accepted later",
            "accepted beforehand",
            "made",
            "founding right transferred",
            "granted right transferred",
            "used",
            "used up",
            "revoked",
            "cancelled",
            "consent withdrawn",
            "frozen",
            "held",
            "suspended",
            "waited",
            "listed",
            "refused: core",
            "refused: held or frozen",
            "refused: more than there is",
            "refused: replayed",
            "refused: a stranger",
            "seen: valid",
            "seen: not yet",
            "seen: expired",
            "seen: revoked",
            "seen: holder not active",
            "seen: subject not in force",
            "seen: not accepted",
            "seen: exhausted",
            "seen: consent not valid",
            "seen: frozen",
            "seen: held"
        ];
        states = new string[](33);
        for (uint256 i = 0; i < 33; ++i) states[i] = names[i];
    }
}
