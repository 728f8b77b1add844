// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {console} from "hardhat/console.sol";
import {Cases} from "../../contracts/cases/Cases.sol";
import {
    Approval,
    Case,
    CaseKind,
    CaseState,
    Opening,
    Outcome,
    Plea,
    PleaKind,
    Procedure,
    Ruling,
    RulingAct
} from "../../contracts/cases/ICases.sol";
import {Entry, IMembers, KeyRole, Kind, Standing} from "../../contracts/membership/IMembers.sol";
import {SubjectKind} from "../../contracts/SubjectKind.sol";
import {Tally} from "./Tally.sol";
import {vm} from "./Vm.sol";

/// @dev Stands in for the register of members, so that the fuzzer can suspend whom it likes. Member n has the private key n + 1.
contract Roll {
    mapping(bytes18 member => uint256) private _number;
    mapping(address key => bytes18) public memberOf;
    mapping(bytes18 member => uint256) private _kinds;
    mapping(bytes18 member => bool) public isActive;

    error NotActive(address key);

    function add(bytes18 member, address key, uint256 kinds) external {
        memberOf[key] = member;
        _kinds[member] = kinds;
        isActive[member] = true;
    }

    function toggle(bytes18 member) external {
        isActive[member] = !isActive[member];
    }

    function actorOf(address key, KeyRole) external view returns (bytes18 member) {
        member = memberOf[key];
        if (!isActive[member]) revert NotActive(key);
    }

    function holderOf(address key, KeyRole) external view returns (bytes18 member) {
        return memberOf[key];
    }

    function hasKind(bytes18 member, Kind kind) external view returns (bool) {
        return _kinds[member] & (1 << uint256(kind)) != 0;
    }

    function keyLiveAt(bytes18 member, address key, uint64) external view returns (bool) {
        return member != 0 && memberOf[key] == member;
    }

    function entryOf(bytes18 member) external view returns (Entry memory entry) {
        entry.standing = _kinds[member] == 0 ? Standing.None : Standing.Active;
        entry.kinds = uint16(_kinds[member]);
    }
}

/// @dev Ten members that open, plead and rule in any order, and a book of what was accepted, kept apart from the contract.
contract Court {
    uint256 public constant PEOPLE = 10;
    uint256 public constant MOST_CASES = 12;
    uint8 public constant VOTES = 2;
    uint256 private constant STATES = 13;

    /// The book of one case.
    struct Page {
        uint256 opener;
        uint256 respondent;
        bool holds;
        CaseState end;
        bytes32 atEnd;
        uint48[] times;
        bool[] effects;
    }

    Cases public immutable cases;
    Roll public immutable roll;
    bytes32[] public ids;
    uint256[STATES] public reached;
    uint256 public calls;
    uint256 public accepted;

    /// What must never happen.
    string public fault;

    mapping(bytes32 caseId => Page) private _pages;
    mapping(bytes32 ruling => uint256 people) private _agreed;
    uint256 private _nonce;

    constructor() {
        roll = new Roll();
        for (uint256 i = 0; i < PEOPLE; ++i) roll.add(member(i), vm.addr(i + 1), _kindsOf(i));
        Procedure memory rules = Procedure(VOTES, VOTES, 15 days, 15 days, 60 days, 15 days, 30 days, 30 days);
        cases = new Cases(IMembers(address(roll)), address(roll), rules);
    }

    function open(uint8 kind, uint8 by, uint8 against, uint8 about, uint8 salt) external {
        ++calls;
        if (ids.length == MOST_CASES) return;
        (uint256 opener, uint256 respondent) = (by % PEOPLE, against % PEOPLE);
        Opening memory opening = _opening(kind % 5, respondent, 1 + (about % 6), salt);
        vm.prank(vm.addr(opener + 1));
        try cases.open(opening) returns (bytes32 caseId) {
            if (opener == respondent) fault = "opened against itself";
            ids.push(caseId);
            _pages[caseId].opener = opener;
            _pages[caseId].respondent = respondent;
            _note(caseId);
        } catch {}
    }

    /// Anybody pleads anything.
    function plead(uint8 which, uint8 by, uint8 kind) external {
        if (ids.length != 0) _plead(_pick(which), by % PEOPLE, PleaKind(kind % 5));
    }

    /// Anybody rules anything.
    function rule(uint8 which, uint8 by, uint8 act, uint8 seed) external {
        if (ids.length != 0) _rule(_pick(which), by % PEOPLE, RulingAct(act % 11), seed);
    }

    /// What the state asks for next, by those who may; mostly towards the end.
    function next(uint8 which, uint8 seed) external {
        if (ids.length == 0) return;
        bytes32 caseId = _pick(which);
        Page storage page = _pages[caseId];
        CaseState state = cases.caseOf(caseId).state;
        if (state == CaseState.Opened) _everybody(caseId, seed % 8 == 0 ? RulingAct.Reject : RulingAct.Admit, seed);
        else if (state == CaseState.Admitted) _plead(caseId, page.respondent, PleaKind.Answer);
        else if (state == CaseState.Decided && seed % 3 == 0) _object(caseId);
        else if (state == CaseState.Decided) vm.warp(block.timestamp + 15 days);
        else if (state == CaseState.Objected)
            _everybody(caseId, seed % 3 == 0 ? RulingAct.Annul : RulingAct.Confirm, seed);
        else if (state == CaseState.Final) _plead(caseId, page.respondent, PleaKind.RepairApplication);
        else if (state == CaseState.RepairSought)
            _everybody(caseId, seed % 3 == 0 ? RulingAct.RefuseRepair : RulingAct.Repair, seed);
        else _everybody(caseId, seed % 4 == 0 ? RulingAct.Dismiss : RulingAct.Uphold, seed);
    }

    function hold(uint8 which, bool release) external {
        if (ids.length != 0) _everybody(_pick(which), release ? RulingAct.Release : RulingAct.Hold, 0);
    }

    /// Anybody's signature for anybody's settlement.
    function settle(uint8 which, uint8 first, uint8 second, bool rightly) external {
        ++calls;
        if (ids.length == 0) return;
        bytes32 caseId = _pick(which);
        Page storage page = _pages[caseId];
        (uint256 one, uint256 two) = (first % PEOPLE, second % PEOPLE);
        if (rightly) (one, two) = (page.opener, page.respondent);
        (Approval memory a, Approval memory b) = (_settlement(caseId, one), _settlement(caseId, two));
        try cases.settle(caseId, keccak256("terms"), a, b) {
            if (one != page.opener || two != page.respondent) fault = "settled unsigned";
        } catch {}
        _note(caseId);
    }

    function lapse(uint8 which) external {
        ++calls;
        if (ids.length == 0) return;
        bytes32 caseId = _pick(which);
        bytes32 before = keccak256(abi.encode(cases.caseOf(caseId)));
        try cases.lapse(caseId) {
            if (keccak256(abi.encode(cases.caseOf(caseId))) != before) fault = "writing it down changed it";
        } catch {}
        _note(caseId);
    }

    function toggle(uint8 who, uint8 chance) external {
        ++calls;
        if (chance % 4 == 0) roll.toggle(member(who % PEOPLE));
    }

    function wait(uint32 time) external {
        ++calls;
        vm.warp(block.timestamp + (time % 12 days));
        for (uint256 i = 0; i < ids.length; ++i) _note(ids[i]);
    }

    function count() external view returns (uint256) {
        return ids.length;
    }

    function holds(bytes32 caseId) external view returns (bool) {
        return _pages[caseId].holds;
    }

    /// What the book says of the effect at a time.
    function effectByTheBook(bytes32 caseId, uint48 time) external view returns (bool effect) {
        Page storage page = _pages[caseId];
        for (uint256 i = 0; i < page.times.length && page.times[i] <= time; ++i) effect = page.effects[i];
        Case memory item = cases.caseOf(caseId);
        if (item.kind == CaseKind.Finding) effect = effect && item.from <= time && time < item.until;
    }

    function timesOf(bytes32 caseId) external view returns (uint48[] memory) {
        return _pages[caseId].times;
    }

    /// Empty if the case stands as it stood at its end, but for a repair.
    function changedAfterEnd(bytes32 caseId) external view returns (string memory) {
        Page storage page = _pages[caseId];
        if (page.end == CaseState.None) return "";
        Case memory item = cases.caseOf(caseId);
        bool repairs = item.state == CaseState.RepairSought || item.state == CaseState.Repaired;
        if (item.state != page.end && !(page.end == CaseState.Final && repairs)) return "moved after its end";
        if (repairs && item.kind != CaseKind.Finding) return "repaired without a finding";
        return _frozen(item) == page.atEnd ? "" : "changed after its end";
    }

    function member(uint256 number) public pure returns (bytes18) {
        return bytes18(bytes32((number + 1) << 112));
    }

    function _object(bytes32 caseId) private {
        Page storage page = _pages[caseId];
        bool dismissed = cases.caseOf(caseId).outcome == Outcome.Dismissed;
        _plead(caseId, dismissed ? page.opener : page.respondent, PleaKind.Objection);
    }

    function _everybody(bytes32 caseId, RulingAct act, uint8 seed) private {
        CaseState state = cases.caseOf(caseId).state;
        for (uint256 i = 3; i < PEOPLE; ++i) {
            _rule(caseId, i, act, seed);
            if (cases.caseOf(caseId).state != state) return;
        }
    }

    function _plead(bytes32 caseId, uint256 by, PleaKind kind) private {
        ++calls;
        bytes32[] memory evidence = new bytes32[](1);
        evidence[0] = keccak256("leaf");
        Plea memory plea = Plea(caseId, kind, keccak256("statement"), evidence);
        Page storage page = _pages[caseId];
        vm.prank(vm.addr(by + 1));
        try cases.plead(plea) {
            ++accepted;
            if (by != page.opener && by != page.respondent) fault = "pleaded by a stranger";
            if (kind == PleaKind.Objection) {
                if (cases.caseOf(caseId).outcome == Outcome.Upheld) _write(page, false);
                if (cases.effectAt(caseId, uint64(block.timestamp))) fault = "an objection did not suspend the effect";
            }
        } catch {}
        _note(caseId);
    }

    function _rule(bytes32 caseId, uint256 by, RulingAct act, uint8 seed) private {
        ++calls;
        Case memory before = cases.caseOf(caseId);
        Ruling memory ruling = _ruling(caseId, before, act, seed);
        Approval memory approval = Approval(vm.addr(by + 1), ++_nonce, block.timestamp, "");
        bytes32 digest = cases.rulingDigest(member(by), ruling, approval.nonce, approval.deadline);
        approval.signature = _sign(by, digest);
        bool done = false;
        // Half of them are relayed.
        if (seed % 2 == 0) vm.prank(vm.addr(by + 1));
        if (seed % 2 == 0) {
            try cases.rule(ruling) {
                done = true;
            } catch {}
        } else {
            try cases.ruleSigned(ruling, approval) {
                done = true;
            } catch {}
        }
        if (done) _checkRuled(before, by, ruling);
        _note(caseId);
    }

    function _checkRuled(Case memory before, uint256 by, Ruling memory ruling) private {
        ++accepted;
        bytes32 caseId = ruling.caseId;
        Page storage page = _pages[caseId];
        if (by == page.opener || by == page.respondent) fault = "a side ruled";
        if (!roll.isActive(member(by))) fault = "ruled by one that is not active";
        RulingAct act = ruling.act;
        if (act == RulingAct.Hold || act == RulingAct.Release) page.holds = act == RulingAct.Hold;
        if (act <= RulingAct.Release) return;
        bytes32 content = keccak256(abi.encode(ruling));
        _agreed[content] |= 1 << by;
        if (cases.caseOf(caseId).state == before.state) return;
        bool several = before.kind == CaseKind.Finding || before.kind == CaseKind.Arbitration;
        if (_people(_agreed[content]) < (several ? VOTES : 1)) fault = "ruled by too few";
        if (act == RulingAct.Uphold || (act == RulingAct.Confirm && before.outcome == Outcome.Upheld))
            _write(page, true);
        if (act == RulingAct.Repair) _write(page, false);
    }

    function _write(Page storage page, bool effect) private {
        page.times.push(uint48(block.timestamp));
        page.effects.push(effect);
    }

    function _note(bytes32 caseId) private {
        Case memory item = cases.caseOf(caseId);
        ++reached[uint256(item.state)];
        Page storage page = _pages[caseId];
        if (_isEnd(item.state) && page.end == CaseState.None) {
            page.end = item.state;
            page.atEnd = _frozen(item);
        }
    }

    function _settlement(bytes32 caseId, uint256 by) private returns (Approval memory approval) {
        approval = Approval(vm.addr(by + 1), ++_nonce, block.timestamp, "");
        bytes32 digest = cases.settlementDigest(
            member(by),
            caseId,
            keccak256("terms"),
            approval.nonce,
            block.timestamp
        );
        approval.signature = _sign(by, digest);
    }

    function _pick(uint8 which) private view returns (bytes32) {
        // The newest few, or no case gets far.
        uint256 back = which % 3;
        return ids[ids.length - 1 - (back < ids.length ? back : 0)];
    }

    function _ruling(
        bytes32 caseId,
        Case memory item,
        RulingAct act,
        uint8 seed
    ) private view returns (Ruling memory ruling) {
        ruling = Ruling(caseId, item.round, act, keccak256("grounds"), keccak256("rules"), 0, 0, 0);
        bool sanctions = item.kind == CaseKind.Finding && act == RulingAct.Uphold;
        // Rarely malformed: a sanction where none belongs, or none where one does.
        if (seed % 16 == 15) sanctions = !sanctions;
        if (!sanctions) return ruling;
        // By the day, so that those who agree within one do agree.
        uint48 day = uint48((block.timestamp / 1 days) * 1 days);
        ruling.restrictions = 1 + ((seed >> 2) % 63);
        ruling.from = day + uint48(seed % 5) * 10 days;
        ruling.until = ruling.from + 30 days + uint48(seed) * 5 days;
    }

    function _opening(
        uint8 kind,
        uint256 respondent,
        uint8 about,
        uint8 salt
    ) private pure returns (Opening memory opening) {
        bytes32[] memory evidence = new bytes32[](1);
        evidence[0] = keccak256("leaf");
        opening.salt = keccak256(abi.encode(salt));
        opening.kind = CaseKind(kind);
        opening.respondent = member(respondent);
        opening.subjectKind = SubjectKind(about);
        opening.subject =
            opening.subjectKind == SubjectKind.Member
                ? bytes32(opening.respondent)
                : keccak256(abi.encode("subject", salt % 3));
        opening.grounds = keccak256("grounds");
        opening.evidence = evidence;
    }

    function _sign(uint256 by, bytes32 digest) private pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(by + 1, digest);
        return abi.encodePacked(r, s, v);
    }

    function _isEnd(CaseState state) private pure returns (bool) {
        return
            state == CaseState.Rejected ||
            state == CaseState.Final ||
            state == CaseState.Withdrawn ||
            state == CaseState.Lapsed;
    }

    /// All of a case that its end fixes: what a repair writes is left out.
    function _frozen(Case memory item) private pure returns (bytes32) {
        (item.state, item.round, item.due, item.repairedAt) = (CaseState.None, 0, 0, 0);
        return keccak256(abi.encode(item));
    }

    function _people(uint256 bits) private pure returns (uint256 total) {
        for (; bits != 0; bits &= bits - 1) ++total;
    }

    function _kindsOf(uint256 number) private pure returns (uint256) {
        uint256 regulator = 1 << uint256(Kind.Regulator);
        uint256 arbitrator = 1 << uint256(Kind.Arbitrator);
        if (number < 2) return 2;
        if (number == 2) return 1 << uint256(Kind.Trustee);
        if (number == 9) return regulator | arbitrator;
        return number < 6 ? regulator : arbitrator;
    }
}

contract CasesTest {
    Court private _court;

    function setUp() external {
        _court = new Court();
    }

    /// What the fuzzer plays with reaches every state, repair among them, and keeps every rule on the way. 24 sessions of 120 calls,
    /// chosen by a fixed seed.
    function test_theCourtReachesEveryState() external {
        uint256[13] memory reached;
        uint256 calls = 0;
        uint256 accepted = 0;
        for (uint256 session = 0; session < 24; ++session) {
            this.renew();
            for (uint256 i = 0; i < 120; ++i) _play(uint256(keccak256(abi.encode(session, i))));
            this.checkAll();
            calls += _court.calls();
            accepted += _court.accepted();
            for (uint256 s = 0; s < 13; ++s) reached[s] += _court.reached(s);
        }
        console.log("Cases: %d calls, %d rulings and pleas accepted; states seen after a call:", calls, accepted);
        string[] memory names = _states();
        for (uint256 s = 1; s < 13; ++s) {
            console.log("  %s %d", names[s - 1], reached[s]);
            require(reached[s] != 0, names[s - 1]);
        }
        require(reached[uint256(CaseState.Repaired)] >= 10, "too few repairs");
    }

    function test_aFindingIsObjectedToConfirmedAndRepaired() external {
        _court.open(4, 0, 1, 0, 0);
        bytes32 caseId = _court.ids(0);
        for (uint256 i = 0; i < 3; ++i) _court.next(0, 2);
        require(_court.cases().effectAt(caseId, uint64(block.timestamp + 30 days)));
        _court.next(0, 3);
        require(!_court.cases().effectAt(caseId, uint64(block.timestamp + 30 days)));
        for (uint256 i = 0; i < 3; ++i) _court.next(0, 2);
        require(_court.cases().caseOf(caseId).state == CaseState.Repaired);
        require(!_court.cases().effectAt(caseId, uint64(block.timestamp + 30 days)));
    }

    /// A call of its own, so that a walk's memory, which each call of the walk copies, stays small.
    function checkAll() external view {
        _checkAll();
    }

    /// Starts anew; a call of its own as {checkAll}.
    function renew() external {
        _court = new Court();
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_court);
    }

    /// Each run's last look, and its counts for the sum over all runs.
    function afterInvariant() external view {
        _checkAll();
        uint256[] memory counts = new uint256[](12);
        for (uint256 s = 1; s < 13; ++s) counts[s - 1] = _court.reached(s);
        Tally.report("Cases", _court.calls(), _states(), counts);
    }

    function invariant_theLawHolds() external view {
        if (_court.calls() % Tally.INTERVAL == 0) _checkAll();
        else _noFault();
    }

    /// Nobody ruled in its own case, was bound unsigned, or was outvoted by too few; every objection suspended the effect.
    function _noFault() private view {
        require(bytes(_court.fault()).length == 0, _court.fault());
    }

    /// At every second that matters, past ones included, the effect is what the book says: nothing rewrites history.
    function _theEffectIsThatOfTheBook() private view {
        for (uint256 i = 0; i < _court.count(); ++i) {
            bytes32 caseId = _court.ids(i);
            uint48[] memory times = _court.timesOf(caseId);
            for (uint256 k = 0; k < times.length; ++k) {
                _checkEffect(caseId, times[k] - 1);
                _checkEffect(caseId, times[k]);
            }
            Case memory item = _court.cases().caseOf(caseId);
            _checkEffect(caseId, item.from);
            _checkEffect(caseId, item.until);
            _checkEffect(caseId, uint48(block.timestamp));
            require(
                item.state != CaseState.Objected || !_effect(caseId, uint48(block.timestamp)),
                "effect under objection"
            );
        }
    }

    /// A sanction has scope and end, belongs to an upheld finding, and every finding upheld has one.
    function _aSanctionHasScopeAndEnd() private view {
        for (uint256 i = 0; i < _court.count(); ++i) {
            Case memory item = _court.cases().caseOf(_court.ids(i));
            bool sanction = item.restrictions != 0;
            if (sanction) {
                require(item.kind == CaseKind.Finding, "sanction without finding");
                require(item.until > item.from && item.until - item.from <= 3 * 365 days, "sanction without end");
                require(item.until > item.decidedAt && item.restrictions < 64, "sanction without scope");
            }
            require(
                sanction || item.kind != CaseKind.Finding || item.outcome != Outcome.Upheld,
                "finding without sanction"
            );
        }
    }

    /// A case at its end changes no more, but for a repair.
    function _anEndIsAnEnd() private view {
        for (uint256 i = 0; i < _court.count(); ++i) {
            string memory fault = _court.changedAfterEnd(_court.ids(i));
            require(bytes(fault).length == 0, fault);
        }
    }

    /// A subject is held exactly while a case with an order is open.
    function _aHoldEndsWithItsCase() private view {
        for (uint256 i = 0; i < _court.count(); ++i) {
            bytes32 subject = _court.cases().caseOf(_court.ids(i)).subject;
            bool expected = false;
            for (uint256 k = 0; k < _court.count(); ++k) {
                Case memory other = _court.cases().caseOf(_court.ids(k));
                bool holds = _court.holds(_court.ids(k)) && _isOpen(other.state);
                require(other.held == holds, "hold of the case");
                if (other.subject == subject) expected = expected || holds;
            }
            require(_court.cases().isHeld(subject) == expected, "hold of the subject");
        }
    }

    /// Who is sanctioned, now or at a past time, is exactly whom the cases say.
    function _sanctionsAreThoseOfTheCases() private view {
        for (uint256 n = 0; n < _court.PEOPLE(); ++n) {
            _checkSanctions(_court.member(n), uint48(block.timestamp));
            _checkSanctions(_court.member(n), uint48(block.timestamp) + 20 days);
            if (block.timestamp > 20 days) _checkSanctions(_court.member(n), uint48(block.timestamp) - 20 days);
        }
    }

    function _checkAll() private view {
        _noFault();
        _theEffectIsThatOfTheBook();
        _aSanctionHasScopeAndEnd();
        _anEndIsAnEnd();
        _aHoldEndsWithItsCase();
        _sanctionsAreThoseOfTheCases();
    }

    function _play(uint256 seed) private {
        (uint8 a, uint8 b, uint8 c, uint8 d) = (uint8(seed), uint8(seed >> 8), uint8(seed >> 16), uint8(seed >> 24));
        uint256 choice = (seed >> 64) % 24;
        // Half of the cases are findings.
        if (choice < 3) _court.open(a < 128 ? 4 : a, b, c, d, uint8(seed >> 32));
        else if (choice < 5) _court.plead(a, b, c);
        else if (choice < 7) _court.rule(a, b, c, d);
        else if (choice < 18) _court.next(a, b);
        else if (choice == 18) _court.hold(a, b % 4 == 0);
        else if (choice == 19) _court.settle(a, b, c, d % 2 == 0);
        else if (choice == 20) _court.lapse(a);
        else if (choice == 21) _court.toggle(a, b);
        else _court.wait(uint32(seed >> 32));
    }

    function _checkEffect(bytes32 caseId, uint48 time) private view {
        require(_effect(caseId, time) == _court.effectByTheBook(caseId, time), "effect differs from the book");
    }

    function _effect(bytes32 caseId, uint48 time) private view returns (bool) {
        return _court.cases().effectAt(caseId, time);
    }

    function _checkSanctions(bytes18 member, uint48 time) private view {
        uint8 restrictions = 0;
        for (uint256 i = 0; i < _court.count(); ++i) {
            bytes32 caseId = _court.ids(i);
            Case memory item = _court.cases().caseOf(caseId);
            if (item.respondent == member && _effect(caseId, time)) restrictions |= item.restrictions;
        }
        for (uint8 bit = 0; bit < 8; ++bit) {
            bool expected = restrictions & (uint8(1) << bit) != 0;
            require(_court.cases().isSanctioned(member, uint8(1) << bit, time) == expected, "sanction of the member");
        }
    }

    function _isOpen(CaseState state) private pure returns (bool) {
        return
            state != CaseState.Rejected &&
            state != CaseState.Final &&
            state != CaseState.RepairSought &&
            state != CaseState.Repaired &&
            state != CaseState.Withdrawn &&
            state != CaseState.Lapsed;
    }

    function _states() private pure returns (string[] memory states) {
        string[12] memory names = [
            "opened",
            "rejected",
            "admitted",
            "answered",
            "unanswered",
            "decided",
            "objected",
            "final",
            "repair sought",
            "repaired",
            "withdrawn",
            "lapsed"
        ];
        states = new string[](12);
        for (uint256 i = 0; i < 12; ++i) states[i] = names[i];
    }
}
