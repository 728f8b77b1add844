// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {console} from "hardhat/console.sol";
import {Right, RightKind, Validity} from "../../contracts/rights/IRights.sol";
import {Rights} from "../../contracts/rights/Rights.sol";
import {RightsEstate} from "./RightsEstate.sol";

contract RightsTest {
    RightsEstate private _estate;
    Rights private _rights;

    function setUp() external {
        _renew();
    }

    /// What the fuzzer plays with does all that there is to do, sees every validity, and keeps every rule on the way. 4 sessions of 150
    /// calls, chosen by a fixed seed.
    function test_theEstateReachesEveryState() external {
        uint256[16] memory reached;
        uint256[12] memory seen;
        for (uint256 session = 0; session < 4; ++session) {
            _renew();
            for (uint256 i = 0; i < 150; ++i) _play(uint256(keccak256(abi.encode(session, i))));
            _checkAll();
            for (uint256 s = 0; s < 16; ++s) reached[s] += _estate.reached(s);
            for (uint256 s = 0; s < 12; ++s) seen[s] += _estate.seen(s);
        }
        _printDone(reached);
        _printSeen(seen);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_estate);
    }

    /// All rules below. A look at everything costs more than many calls, so it is taken at every 32nd.
    function invariant_everyRuleHolds() external view {
        if (_estate.calls() % 32 == 0) _checkAll();
    }

    /// No right was accepted or revoked twice, or revoked by a stranger.
    function check_noFault() external view {
        require(bytes(_estate.fault()).length == 0, _estate.fault());
    }

    /// Child ⊆ parent: kind, purposes, territories, period, uses and, where it was granted on, depth.
    function check_noRightExceedsWhatItDerivesFrom() external view {
        for (uint256 i = 0; i < _estate.count(); ++i) {
            bytes32 id = _estate.known(i);
            Right memory right = _rights.rightOf(id);
            require(right.purposes != 0 && right.territories != 0, "malformed mask");
            require(right.until > right.from && right.depth <= 8 && right.used <= right.uses, "malformed");
            bytes32[] memory basis = _rights.basisOf(id);
            uint256 reach = 1;
            for (uint256 k = 0; k < basis.length; ++k) {
                Right memory base = _rights.rightOf(basis[k]);
                reach += base.reach;
                require(right.purposes & ~base.purposes == 0, "purposes exceed");
                require(right.territories & ~base.territories == 0, "territories exceed");
                require(right.from >= base.from && right.until <= base.until, "period exceeds");
                require(base.uses == 0 || (right.uses != 0 && right.uses <= base.used), "uses exceed");
                if (right.base == 0) continue;
                require(right.subject == base.subject && right.depth < base.depth, "depth exceeds");
                require(right.kind == base.kind || right.kind == RightKind.Processing, "kind exceeds");
            }
            require(right.reach == reach, "reach");
        }
    }

    /// What is used of a counted right is exactly what the book says was recorded and granted on, and no more than it has.
    function check_usesAreThoseOfTheBook() external view {
        for (uint256 i = 0; i < _estate.count(); ++i) {
            bytes32 id = _estate.known(i);
            Right memory right = _rights.rightOf(id);
            RightsEstate.Page memory page = _estate.pageOf(id);
            if (right.uses == 0) {
                require(right.used == 0 && page.recorded == 0, "uses of a right that is not counted");
            } else {
                require(right.used == page.recorded + page.granted, "uses differ from the book");
                require(page.recorded + page.granted <= right.uses, "more uses than there are");
            }
        }
    }

    /// A right is valid exactly if nothing speaks against it and all that it derives from are, whoever holds those.
    function check_invalidUpstreamIsInvalidDownstream() external view {
        uint64 time = uint64(block.timestamp);
        bool[] memory stands = new bool[](_estate.count());
        for (uint256 i = 0; i < stands.length; ++i) {
            bytes32 id = _estate.known(i);
            bytes32[] memory basis = _rights.basisOf(id);
            bool valid = _speaksForItself(id, time);
            // Rights derive from older ones only, so those come first in the list.
            for (uint256 k = 0; k < basis.length; ++k) valid = valid && stands[_placeOf(basis[k])];
            stands[i] = valid;
            bool expected = valid && _estate.members().isActive(_rights.rightOf(id).holder);
            require(_rights.isValid(id) == expected, "validity differs from its definition");
        }
    }

    /// Whatever was answered about a second that was over is answered still.
    function check_pastAnswersNeverChange() external view {
        for (uint256 i = 0; i < _estate.sampleCount(); ++i) {
            RightsEstate.Sample memory sample = _estate.sampleAt(i);
            (Validity validity, bytes32 cause) = _rights.validityAt(sample.right, sample.time);
            require(validity == sample.validity, "another answer about the past");
            require(cause == sample.cause, "another cause in the past");
            require(_rights.holderAt(sample.right, sample.time) == sample.holder, "another holder in the past");
        }
    }

    /// Who held a right when is what the book says, in the second of every transfer and in the one before.
    function check_holdersAreThoseOfTheBook() external view {
        for (uint256 i = 0; i < _estate.count(); ++i) {
            bytes32 id = _estate.known(i);
            RightsEstate.Page memory page = _estate.pageOf(id);
            for (uint256 k = 0; k < page.since.length; ++k) {
                _checkHolder(id, page.since[k]);
                _checkHolder(id, page.since[k] - 1);
            }
            require(_rights.rightOf(id).holder == page.holders[page.holders.length - 1], "holder now");
        }
    }

    function _renew() private {
        _estate = new RightsEstate();
        _rights = _estate.rights();
    }

    function _play(uint256 seed) private {
        (uint8 a, uint8 b, uint8 c, uint8 d) = (uint8(seed), uint8(seed >> 8), uint8(seed >> 16), uint8(seed >> 24));
        (uint256 which, uint32 period) = (seed >> 160, 10 days + (uint32(seed >> 32) % 20 days));
        uint256 choice = (seed >> 64) % 32;
        if (choice < 2) _estate.resource(a, _wish(period, b, c), d % 2 == 0);
        else if (choice < 5) _estate.grant(which, a, b, _wish(period, d, c), d % 2 == 0);
        else if (choice < 12) _estate.license(which, a, b, c % 2 == 0);
        else if (choice < 15) _estate.accept(which);
        else if (choice < 18) _estate.product(which, seed >> 128, _wish(period, b, c));
        else if (choice < 21) _estate.transfer(which, a);
        else if (choice < 24) _estate.use(which, a);
        else if (choice < 26) _estate.suspend(a, b % 3 != 0);
        else _playMore(choice, which, a, b, c);
    }

    function _playMore(uint256 choice, uint256 which, uint8 a, uint8 b, uint8 c) private {
        if (choice == 26) _estate.revoke(which, a);
        else if (choice == 27) _estate.cancel(which);
        else if (choice == 28) _estate.withdraw(which);
        else if (choice == 29) _estate.freeze(which, a % 3 == 0);
        else if (choice == 30) _estate.hold(which, a % 3 != 0);
        else _estate.wait(uint32(a) * 977 + uint32(b) * 71 + c);
    }

    function _checkAll() private view {
        this.check_noFault();
        this.check_noRightExceedsWhatItDerivesFrom();
        this.check_usesAreThoseOfTheBook();
        this.check_invalidUpstreamIsInvalidDownstream();
        this.check_pastAnswersNeverChange();
        this.check_holdersAreThoseOfTheBook();
    }

    function _checkHolder(bytes32 right, uint48 time) private view {
        require(_rights.holderAt(right, time) == _estate.holderByTheBook(right, time), "holder differs from the book");
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

    function _placeOf(bytes32 right) private view returns (uint256 place) {
        while (_estate.known(place) != right) ++place;
    }

    function _wish(uint32 period, uint8 uses, uint8 depth) private pure returns (RightsEstate.Wish memory) {
        return RightsEstate.Wish(0x0f, 0xff, period, uses, depth);
    }

    function _printDone(uint256[16] memory reached) private pure {
        string[16] memory names = [
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
            "waited"
        ];
        console.log("Rights: what was done in 600 calls:");
        for (uint256 s = 0; s < 16; ++s) {
            console.log("  %s %d", names[s], reached[s]);
            require(reached[s] != 0, names[s]);
        }
    }

    function _printSeen(uint256[12] memory seen) private pure {
        string[12] memory causes = [
            "valid",
            "unknown",
            "not yet",
            "expired",
            "revoked",
            "holder not active",
            "subject not in force",
            "not accepted",
            "exhausted",
            "consent not valid",
            "frozen",
            "held"
        ];
        console.log("Rights: validities seen after a call:");
        for (uint256 s = 0; s < 12; ++s) {
            console.log("  %s %d", causes[s], seen[s]);
            // Periods of the estate begin at once, and it asks about rights that there are.
            bool unseen = s == uint256(Validity.Unknown) || s == uint256(Validity.NotYet);
            require(unseen || seen[s] != 0, causes[s]);
        }
    }
}
