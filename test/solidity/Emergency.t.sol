// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {console} from "hardhat/console.sol";
import {Emergency} from "../../contracts/membership/Emergency.sol";
import {
    Cosignature,
    EmergencyRules,
    FreezeOrder,
    OrderRecord,
    OrderState,
    Review
} from "../../contracts/membership/IEmergency.sol";
import {ClassRule, CouncilRules} from "../../contracts/membership/ICouncil.sol";
import {IMembers, Kind} from "../../contracts/membership/IMembers.sol";
import {SubjectKind} from "../../contracts/SubjectKind.sol";
import {Consortium} from "./Consortium.sol";
import {Roster} from "./Roster.sol";
import {Tally} from "./Tally.sol";
import {vm} from "./Vm.sol";

/// @dev Six members that were regulators, two others, and a council; orders, voices, releases and reviews in any order; and a book of what
///      was accepted, kept apart from the contract.
contract Watch {
    uint256 public constant PEOPLE = 8;
    uint256 public constant REGULATORS = 6;
    uint256 public constant SUBJECTS = 4;
    uint256 public constant STATES = 16;
    uint256 private constant MOST_ORDERS = 16;
    uint256 private constant MOST_ANSWERS = 48;

    /// Seats of the council that this contract stands for, a bit for each member, and the votes that decide its constitutional matters.
    uint256 private constant SEATS = 0xb9;
    uint256 private constant DECIDING = 3;

    /// The book of one order: a bit for each member that gave its voice.
    struct Page {
        uint256 subject;
        uint256 voices;
        uint256 releases;
        uint256 threshold;
        uint48 asked;
        uint48 lapsesAt;
        uint48 effectiveAt;
        uint48 until;
        bool reviewed;
    }

    /// What the book says of a subject: from `times[i]` on the freeze was to end at `ends[i]`.
    struct Chapter {
        uint48[] times;
        uint48[] ends;
        bytes32 newest;
        uint48 restsUntil;
    }

    /// An answer about the past, to be asked for again.
    struct Answer {
        bytes32 subject;
        uint48 time;
        bool frozen;
    }

    Emergency public immutable emergency;
    Roster public immutable roster;
    bytes32[] public ids;
    uint256[STATES] public reached;
    uint256 public calls;

    /// What must never happen.
    string public fault;

    EmergencyRules private _rules = EmergencyRules(2, 7 days, 30 days, 180 days, 20 days);
    mapping(bytes32 id => Page) private _pages;
    mapping(uint256 subject => Chapter) private _chapters;
    Answer[] private _answers;
    uint256 private _nonce;

    constructor() {
        // The roster is the first contract that this one creates, and the second is frozen into it.
        address second = address(uint160(uint256(keccak256(abi.encodePacked(hex"d694", address(this), hex"02")))));
        roster = new Roster(second);
        emergency = new Emergency(IMembers(address(roster)), address(this), _rules);
        for (uint256 i = 0; i < PEOPLE; ++i) {
            roster.add(i < REGULATORS ? 1 << uint256(Kind.Regulator) : 1 << uint256(Kind.Venue));
        }
    }

    function open(uint8 by, uint8 about, uint8 length) external {
        ++calls;
        if (ids.length == MOST_ORDERS) return;
        uint256 subject = about % SUBJECTS;
        // Rarely too long.
        uint48 until = uint48(block.timestamp) + (1 + uint48(length % 64)) * 12 hours;
        FreezeOrder memory content = FreezeOrder(kindOf(subject), subjectOf(subject), keccak256("reason"), until);
        vm.prank(Consortium.key(by % PEOPLE));
        try emergency.order(content) returns (bytes32 id) {
            if (until > block.timestamp + _rules.longestFreeze) fault = "opened for too long";
            if (!_isFree(subject)) fault = "opened against the rule";
            ids.push(id);
            Page storage page = _pages[id];
            (page.subject, page.asked, page.threshold) = (subject, until, _rules.threshold);
            page.lapsesAt = uint48(block.timestamp) + _rules.longestOpen;
            if (page.lapsesAt > until) page.lapsesAt = until;
            _voiced(id, by % PEOPLE);
        } catch {
            if (_mayVoice(by % PEOPLE, subject)) _noteRefusal(subject);
        }
        _note();
    }

    function cosign(uint8 which, uint8 by, bool signed) external {
        ++calls;
        if (ids.length != 0) _cosign(_pick(which), by % PEOPLE, signed);
        _note();
    }

    /// All co-sign: an order gets far.
    function rally(uint8 which) external {
        ++calls;
        if (ids.length == 0) return;
        bytes32 id = _pick(which);
        for (uint256 i = 0; i < PEOPLE; ++i) _cosign(id, i, i % 2 == 0);
        _note();
    }

    /// A regulator is suspended after it gave its voice, another gives its own, and the first returns.
    function comeBack(uint8 which, bool freezes) external {
        ++calls;
        if (ids.length == 0) return;
        bytes32 id = _pick(which);
        bytes18 first = roster.ids(0);
        _voiceFor(id, 0, freezes);
        roster.toggle(first);
        _voiceFor(id, 1, freezes);
        roster.toggle(first);
        _note();
    }

    function release(uint8 which, uint8 by, bool signed) external {
        ++calls;
        if (ids.length != 0) _release(_pick(which), by % PEOPLE, signed);
        _note();
    }

    function enact(uint8 which) external {
        ++calls;
        if (ids.length == 0) return;
        bytes32 id = _pick(which);
        Page storage page = _pages[id];
        bool effective = page.effectiveAt != 0;
        try emergency.enact(id) {
            if (_counting(effective ? page.releases : page.voices) < page.threshold) fault = "enacted by too few";
            ++reached[9];
            if (effective) _released(id, false);
            else _effective(id);
        } catch {}
        _note();
    }

    function confirm(uint8 which, uint16 length) external {
        ++calls;
        if (ids.length == 0) return;
        bytes32 id = _pick(which);
        Page storage page = _pages[id];
        uint48 until = length % 4 == 0 ? 0 : uint48(block.timestamp) + (uint48(length) % 200) * 1 days;
        try emergency.confirm(id, until) {
            if (page.effectiveAt == 0) fault = "reviewed what took no effect";
            if (until > block.timestamp + 180 days) fault = "confirmed for too long";
            if (until != 0 && block.timestamp >= page.until) fault = "confirmed what had ended";
            if (until != 0) _write(page, until);
            page.reviewed = true;
            ++reached[block.timestamp < page.until ? 5 : 6];
        } catch {}
        _note();
    }

    function lift(uint8 which) external {
        ++calls;
        if (ids.length == 0) return;
        bytes32 id = _pick(which);
        Page storage page = _pages[id];
        bool inForce = block.timestamp < page.until;
        try emergency.lift(id, keccak256("reason")) {
            if (page.effectiveAt == 0) fault = "reviewed what took no effect";
            if (inForce) _released(id, true);
            if (!inForce) ++reached[8];
            page.reviewed = true;
            _chapters[page.subject].restsUntil = uint48(block.timestamp) + _rules.rest;
        } catch {}
        _note();
    }

    function setRules(uint8 threshold, uint8 chance) external {
        ++calls;
        if (chance % 4 != 0) return;
        EmergencyRules memory rules = _rules;
        rules.threshold = threshold % 6;
        try emergency.setRules(rules) {
            if (rules.threshold < 2) fault = "one regulator decides";
            _rules = rules;
        } catch {}
        _note();
    }

    /// Only the council's contract, which this one is.
    function strangerActs(uint8 which, uint8 by) external {
        ++calls;
        if (ids.length == 0) return;
        address key = Consortium.key(by % PEOPLE);
        vm.prank(key);
        try emergency.lift(_pick(which), keccak256("reason")) {
            fault = "a stranger lifted";
        } catch {}
        vm.prank(key);
        try emergency.confirm(_pick(which), 0) {
            fault = "a stranger confirmed";
        } catch {
            ++reached[14];
        }
    }

    function toggle(uint8 who, uint8 chance) external {
        ++calls;
        bytes18 member = roster.ids(who % PEOPLE);
        if (chance % 4 == 0) roster.toggle(member);
        if (chance % 16 == 1) roster.toggleKind(member, Kind.Regulator);
        // Nearly always some are left.
        for (uint256 i = 0; i < 3; ++i) if (!roster.isActive(roster.ids(i))) roster.toggle(roster.ids(i));
        _note();
    }

    function wait(uint32 time) external {
        ++calls;
        vm.warp(block.timestamp + (time % 10 days));
        _note();
    }

    function count() external view returns (uint256) {
        return ids.length;
    }

    /// Everything that the suite claims to reach, in the order of its names.
    function counts() external view returns (uint256[] memory all) {
        all = new uint256[](15);
        for (uint256 i = 0; i < 16; ++i) all[i] = reached[i];
    }

    function pageOf(bytes32 id) external view returns (Page memory) {
        return _pages[id];
    }

    function timesOf(uint256 subject) external view returns (uint48[] memory times, uint48[] memory ends) {
        return (_chapters[subject].times, _chapters[subject].ends);
    }

    function frozenByTheBook(uint256 subject, uint48 time) external view returns (bool frozen) {
        Chapter storage chapter = _chapters[subject];
        for (uint256 i = 0; i < chapter.times.length && chapter.times[i] <= time; ++i) frozen = time < chapter.ends[i];
    }

    /// What the contract asks of the council.
    function isSeat(bytes18 member) external view returns (bool) {
        for (uint256 i = 0; i < PEOPLE; ++i) if (roster.ids(i) == member) return _isSeat(i);
        return false;
    }

    function votingSeats() external view returns (uint256 voting) {
        for (uint256 i = 0; i < PEOPLE; ++i) if (_isSeat(i) && roster.isActive(roster.ids(i))) ++voting;
    }

    function rulesVersion() external pure returns (uint32) {
        return 1;
    }

    function rulesOf(uint32) external pure returns (CouncilRules memory rules) {
        rules.constitutional = ClassRule(uint8(DECIDING), 1 days, 0);
    }

    /// Empty if every answer about the past is the one that was given first.
    function changedAnswer() external view returns (string memory) {
        for (uint256 i = 0; i < _answers.length; ++i) {
            Answer storage answer = _answers[i];
            if (emergency.isFrozenAt(answer.subject, answer.time) != answer.frozen) return "the past changed";
        }
        return "";
    }

    /// Two things by their ids, a member, and a regulator.
    function subjectOf(uint256 subject) public view returns (bytes32) {
        if (subject < 2) return keccak256(abi.encode("subject", subject));
        return bytes32(roster.ids(subject == 2 ? PEOPLE - 1 : REGULATORS - 1));
    }

    function kindOf(uint256 subject) public pure returns (SubjectKind) {
        if (subject >= 2) return SubjectKind.Member;
        return subject == 0 ? SubjectKind.Resource : SubjectKind.Trade;
    }

    function _voiceFor(bytes32 id, uint256 by, bool freezes) private {
        if (freezes) _cosign(id, by, false);
        else _release(id, by, false);
    }

    function _cosign(bytes32 id, uint256 by, bool signed) private {
        Page storage page = _pages[id];
        bool inTime = page.effectiveAt == 0 && block.timestamp < page.lapsesAt;
        bool done = false;
        if (signed) {
            Cosignature memory cosignature = Cosignature(Consortium.key(by), _freshNonce(), block.timestamp, "");
            bytes32 digest = emergency.cosignDigest(id, roster.ids(by), cosignature.nonce, cosignature.deadline);
            cosignature.signature = Consortium.sign(by, digest);
            try emergency.cosignSigned(id, cosignature) {
                done = true;
            } catch {}
        } else {
            vm.prank(Consortium.key(by));
            try emergency.cosign(id) {
                done = true;
            } catch {}
        }
        if (done && !inTime) fault = "co-signed out of time";
        if (done && page.voices & (1 << by) != 0) fault = "one member has two voices";
        if (done) _voiced(id, by);
        else if (inTime && page.voices & (1 << by) == 0 && _mayVoice(by, page.subject)) {
            _noteRefusal(page.subject);
            if (_isFree(page.subject)) _noteSeats(page.subject, page.voices | (1 << by));
        }
    }

    function _release(bytes32 id, uint256 by, bool signed) private {
        Page storage page = _pages[id];
        bytes32 reason = keccak256("reason");
        bool done = false;
        if (signed) {
            Cosignature memory cosignature = Cosignature(Consortium.key(by), _freshNonce(), block.timestamp, "");
            bytes32 digest = emergency.releaseDigest(id, roster.ids(by), reason, cosignature.nonce, block.timestamp);
            cosignature.signature = Consortium.sign(by, digest);
            try emergency.releaseSigned(id, reason, cosignature) {
                done = true;
            } catch {}
        } else {
            vm.prank(Consortium.key(by));
            try emergency.release(id, reason) {
                done = true;
            } catch {}
        }
        if (!done) return;
        if (block.timestamp >= page.until) fault = "released what is not frozen";
        if (!_mayVoice(by, page.subject)) fault = "released by one that may not";
        if (page.releases & (1 << by) != 0) fault = "one member has two voices";
        page.releases |= 1 << by;
        if (_counting(page.releases) >= page.threshold) {
            ++reached[4];
            _released(id, false);
        } else if (emergency.orderOf(id).until != page.until) {
            fault = "released by too few";
        }
    }

    function _voiced(bytes32 id, uint256 by) private {
        Page storage page = _pages[id];
        if (!_mayVoice(by, page.subject)) fault = "a voice of one that may not";
        page.voices |= 1 << by;
        if (_counting(page.voices) >= page.threshold) _effective(id);
        else if (emergency.orderOf(id).effectiveAt != 0) fault = "took effect by too few";
    }

    function _effective(bytes32 id) private {
        Page storage page = _pages[id];
        if (!_isFree(page.subject)) fault = "took effect against the rule";
        if (emergency.orderOf(id).effectiveAt != block.timestamp) fault = "took no effect";
        if (!_leavesSeats(page.subject, page.voices)) fault = "froze too many seats";
        page.effectiveAt = uint48(block.timestamp);
        Chapter storage chapter = _chapters[page.subject];
        if (chapter.newest != 0) ++reached[13];
        (chapter.newest, chapter.restsUntil) = (id, 0);
        _write(page, page.asked);
        ++reached[1];
    }

    function _released(bytes32 id, bool byCouncil) private {
        _write(_pages[id], uint48(block.timestamp));
        if (byCouncil) ++reached[7];
        if (emergency.isFrozen(subjectOf(_pages[id].subject))) fault = "still frozen";
    }

    function _write(Page storage page, uint48 end) private {
        page.until = end;
        _chapters[page.subject].times.push(uint48(block.timestamp));
        _chapters[page.subject].ends.push(end);
    }

    /// Why what a regulator asked for was refused: what the subject waits for.
    function _noteRefusal(uint256 subject) private {
        Chapter storage chapter = _chapters[subject];
        if (chapter.newest == 0) return;
        Page storage page = _pages[chapter.newest];
        if (block.timestamp < page.until) ++reached[10];
        else if (!page.reviewed) ++reached[11];
        else if (block.timestamp < chapter.restsUntil) ++reached[12];
    }

    /// Only for the want of seats was the deciding voice refused.
    function _noteSeats(uint256 subject, uint256 voices) private {
        if (_leavesSeats(subject, voices)) fault = "refused without a reason";
        ++reached[15];
    }

    /// Counts the states, and writes answers about the second before this one down.
    function _note() private {
        for (uint256 back = 0; back < 4 && back < ids.length; ++back) {
            OrderState state = emergency.orderOf(ids[ids.length - 1 - back]).state;
            if (state == OrderState.Open) ++reached[0];
            else if (state == OrderState.Lapsed) ++reached[2];
            else if (state == OrderState.Ended) ++reached[3];
        }
        bytes32 subject = subjectOf((calls / 4) % SUBJECTS);
        uint48 time = uint48(block.timestamp) - 1;
        if (calls % 4 != 0) return;
        Answer memory answer = Answer(subject, time, emergency.isFrozenAt(subject, time));
        // The oldest give way, or each look costs more than the one before.
        if (_answers.length < MOST_ANSWERS) _answers.push(answer);
        else _answers[(calls / 4) % MOST_ANSWERS] = answer;
    }

    function _freshNonce() private returns (bytes32) {
        return bytes32(++_nonce);
    }

    function _isFree(uint256 subject) private view returns (bool) {
        Chapter storage chapter = _chapters[subject];
        Page storage page = _pages[chapter.newest];
        if (chapter.newest == 0) return true;
        return block.timestamp >= page.until && page.reviewed && block.timestamp >= chapter.restsUntil;
    }

    /// Seats that vote when the subject is frozen, beside those of the voices.
    function _leavesSeats(uint256 subject, uint256 voices) private view returns (bool) {
        uint256 others = 0;
        bool seated = false;
        for (uint256 i = 0; i < PEOPLE; ++i) {
            if (!_isSeat(i)) continue;
            bytes18 member = roster.ids(i);
            if (bytes32(member) == subjectOf(subject)) seated = true;
            else if (roster.isActive(member) && voices & (1 << i) == 0) ++others;
        }
        return !seated || others >= DECIDING;
    }

    function _mayVoice(uint256 by, uint256 subject) private view returns (bool) {
        return _isRegulator(by) && bytes32(roster.ids(by)) != subjectOf(subject);
    }

    function _isRegulator(uint256 by) private view returns (bool) {
        bytes18 member = roster.ids(by);
        return roster.isActive(member) && roster.hasKind(member, Kind.Regulator);
    }

    function _counting(uint256 voices) private view returns (uint256 counting) {
        for (uint256 i = 0; i < PEOPLE; ++i) if (voices & (1 << i) != 0 && _isRegulator(i)) ++counting;
    }

    function _isSeat(uint256 who) private pure returns (bool) {
        return SEATS & (1 << who) != 0;
    }

    function _pick(uint8 which) private view returns (bytes32) {
        // The newest few, or no order gets far.
        uint256 back = which % 4;
        return ids[ids.length - 1 - (back < ids.length ? back : 0)];
    }
}

/// @dev Rules of the design for the emergency freeze, "with reason and expiry": it takes as many regulators as the rules say and only them,
///      {Watch} and _aFreezeTakesTheThreshold; it ends, and never follows itself without a review of the council,
///      _nothingIsFrozenLongWithoutReview; what was frozen when is the book's and stays so, _historyIsThatOfTheBook and _thePastStays.
contract EmergencyTest {
    Watch private _watch;

    function setUp() external {
        _watch = new Watch();
    }

    /// What the fuzzer plays with reaches every state and every refusal of the rule against endless freezes. 12 sessions of 120 calls, chosen
    /// by a fixed seed.
    function test_theWatchReachesEveryState() external {
        uint256[15] memory reached;
        uint256 calls = 0;
        for (uint256 session = 0; session < 12; ++session) {
            this.renew();
            for (uint256 i = 0; i < 120; ++i) _play(uint256(keccak256(abi.encode(session, i))));
            this.checkAll();
            calls += _watch.calls();
            for (uint256 s = 0; s < 16; ++s) reached[s] += _watch.reached(s);
        }
        console.log("Emergency: %d calls; states and decisions reached:", calls);
        string[] memory names = _states();
        for (uint256 s = 0; s < 16; ++s) {
            console.log("  %s %d", names[s], reached[s]);
            require(reached[s] != 0, names[s]);
        }
    }

    /// A call of its own, so that a walk's memory, which each call of the walk copies, stays small.
    function checkAll() external view {
        _checkAll();
    }

    /// Starts anew; a call of its own as {checkAll}.
    function renew() external {
        _watch = new Watch();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_watch);
    }

    function afterInvariant() external view {
        _checkAll();
        Tally.report("Emergency", _watch.calls(), _states(), _watch.counts());
    }

    function invariant_theLawHolds() external view {
        if (_watch.calls() % Tally.INTERVAL == 0) _checkAll();
        else _noFault();
    }

    /// Nothing took effect, was released or reviewed by too few or by those who may not.
    function _noFault() private view {
        require(bytes(_watch.fault()).length == 0, _watch.fault());
    }

    /// A freeze takes the threshold, and an order with an effect has it; one with too few voices never has one.
    function _aFreezeTakesTheThreshold() private view {
        for (uint256 i = 0; i < _watch.count(); ++i) {
            Watch.Page memory page = _watch.pageOf(_watch.ids(i));
            OrderRecord memory item = _watch.emergency().orderOf(_watch.ids(i));
            require(item.effectiveAt == page.effectiveAt, "effect differs from the book");
            require(page.effectiveAt == 0 || _people(page.voices) >= page.threshold, "frozen by too few");
            require(item.until == page.until && item.lapsesAt == page.lapsesAt, "end differs from the book");
            require((item.review != Review.None) == page.reviewed, "review differs from the book");
        }
    }

    /// Nothing is frozen for more than 30 days by an order that was not reviewed, and nothing twice without a review between.
    function _nothingIsFrozenLongWithoutReview() private view {
        uint256 total = _watch.count();
        OrderRecord[] memory items = new OrderRecord[](total);
        for (uint256 i = 0; i < total; ++i) items[i] = _watch.emergency().orderOf(_watch.ids(i));
        for (uint256 i = 0; i < total; ++i) {
            OrderRecord memory item = items[i];
            if (item.effectiveAt == 0) continue;
            bool confirmed = item.review == Review.Confirmed || item.reviewedAt != 0;
            require(confirmed || item.until - item.effectiveAt <= 30 days, "frozen for too long");
            require(!confirmed || item.until <= item.reviewedAt + 180 days, "confirmed for too long");
            // Orders take effect in any order, so all later ones are looked at, but each is read once.
            for (uint256 k = 0; k < total; ++k) _checkApart(items[i], items[k]);
        }
    }

    /// At every second that matters, past ones included, the subject is frozen as the book says; so is the member.
    function _historyIsThatOfTheBook() private view {
        for (uint256 n = 0; n < _watch.SUBJECTS(); ++n) {
            (uint48[] memory times, uint48[] memory ends) = _watch.timesOf(n);
            for (uint256 i = 0; i < times.length; ++i) {
                _checkFrozen(n, times[i] - 1);
                _checkFrozen(n, times[i]);
                _checkFrozen(n, ends[i] - 1);
                _checkFrozen(n, ends[i]);
            }
            _checkFrozen(n, uint48(block.timestamp));
            _checkFrozen(n, uint48(block.timestamp) + 20 days);
            _checkFrozen(n, type(uint48).max);
            bytes32 subject = _watch.subjectOf(n);
            bool frozen = _watch.roster().frozenUntil(bytes18(subject)) > block.timestamp;
            if (n >= 2) require(frozen == _watch.emergency().isFrozen(subject), "the member's freeze differs");
        }
    }

    /// No answer about the past ever changes.
    function _thePastStays() private view {
        require(bytes(_watch.changedAnswer()).length == 0, _watch.changedAnswer());
    }

    function _checkAll() private view {
        _noFault();
        _aFreezeTakesTheThreshold();
        _nothingIsFrozenLongWithoutReview();
        _historyIsThatOfTheBook();
        _thePastStays();
    }

    function _play(uint256 seed) private {
        (uint8 a, uint8 b, uint8 c) = (uint8(seed), uint8(seed >> 8), uint8(seed >> 16));
        uint256 choice = (seed >> 64) % 24;
        if (choice < 6) _watch.open(a, b, c);
        else if (choice < 9) _watch.cosign(a, b, c % 2 == 0);
        else if (choice < 11) _watch.rally(a);
        else if (choice < 13) _watch.release(a, b, c % 2 == 0);
        else if (choice < 15) {
            _watch.comeBack(a, b % 2 == 0);
            _watch.enact(a);
        } else if (choice < 17) _watch.confirm(a, uint16(seed >> 32));
        else if (choice == 17) _watch.lift(a);
        else if (choice == 18) _watch.setRules(a, b);
        else if (choice == 19) _watch.strangerActs(a, b);
        else if (choice < 22) _watch.toggle(a, b);
        else _watch.wait(uint32(seed >> 32));
    }

    function _checkFrozen(uint256 subject, uint48 time) private view {
        bool frozen = _watch.emergency().isFrozenAt(_watch.subjectOf(subject), time);
        require(frozen == _watch.frozenByTheBook(subject, time), "frozen differs from the book");
    }

    function _checkApart(OrderRecord memory item, OrderRecord memory later) private pure {
        // Within one second the order of the two can't be told, but each of them needs a review all the same.
        if (later.content.subject != item.content.subject || later.effectiveAt <= item.effectiveAt) return;
        require(item.reviewedAt != 0 && item.reviewedAt <= later.effectiveAt, "frozen again without review");
        require(item.until <= later.effectiveAt, "frozen twice at a time");
    }

    function _people(uint256 bits) private pure returns (uint256 total) {
        for (; bits != 0; bits &= bits - 1) ++total;
    }

    function _states() private pure returns (string[] memory states) {
        string[16] memory names = [
            "open",
            "took effect",
            "lapsed",
            "ended by itself",
            "released by the regulators",
            "confirmed in force",
            "confirmed after its end",
            "lifted in force",
            "lifted after its end",
            "enacted",
            "refused: frozen",
            "refused: not reviewed",
            "refused: rests",
            "frozen again",
            "refused: a stranger",
            "refused: too few seats"
        ];
        states = new string[](16);
        for (uint256 i = 0; i < 16; ++i) states[i] = names[i];
    }
}
