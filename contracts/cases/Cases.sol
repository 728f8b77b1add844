// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {Governed} from "../membership/Governed.sol";
import {IMembers, KeyRole, Kind, Standing} from "../membership/IMembers.sol";
import {SubjectKind} from "../SubjectKind.sol";
import {Approvals} from "./Approvals.sol";
import {CaseHashes} from "./CaseHashes.sol";
import {CaseTable} from "./CaseTable.sol";
import {
    Approval,
    Case,
    CaseKind,
    CaseState,
    ICases,
    Opening,
    Outcome,
    Plea,
    PleaKind,
    Procedure,
    Restriction,
    Ruling,
    RulingAct
} from "./ICases.sol";

/// @title Cases
/// @dev The struct `Case` is kept as it is, in ten slots:
///
///      | slot   | bits 0..143 | 144..                                                                          |
///      | ------ | ----------- | ------------------------------------------------------------------------------ |
///      | 0      | opener      | state 8, kind 8, round 16, procedure 32, due 48                                |
///      | 1      | respondent  | decidedAt 48, repairedAt 48, subjectKind 8, outcome 8                          |
///      | 2      | decider     | from 48, until 48, restrictions 8, held 8                                      |
///      | 3 to 9 | subject, claimant, grounds, evidence, statement, decision, rules                              |
///
///      The first holds all that the passing of deadlines needs, beside the procedure, which is one slot a version.
///
///      `state` and `due` are those of the last change that somebody made; deadlines that passed since are counted in by {_stateNow}.
contract Cases is ICases, EIP712, Governed {
    using Approvals for Approvals.Nonces;
    using CaseTable for CaseState;
    using Checkpoints for Checkpoints.Trace208;

    /// @dev Most digests of evidence in one opening or plea.
    uint256 private constant MAX_EVIDENCE = 32;

    /// @dev Most members that rule in one round, and so most agreeing rulings that can be asked for: bounds the gas of counting.
    uint256 private constant MAX_RULINGS = 32;

    /// @dev Most holds on a subject, and most sanctions on a member, at a time: bounds the gas of {isHeld} and {isSanctioned}.
    uint256 private constant MAX_AT_A_TIME = 16;

    /// @dev Longest sanction, in seconds.
    uint48 private constant MAX_SANCTION = 3 * 365 days;

    /// @dev Longest time, in seconds, from the decision to the beginning of a sanction.
    uint48 private constant MAX_DELAY = 180 days;

    /// @dev Bounds of a period of the procedure, in seconds.
    uint256 private constant MIN_PERIOD = 1 days;
    uint256 private constant MAX_PERIOD = 180 days;

    uint256 private constant ALL_RESTRICTIONS = (uint256(2) << uint256(type(Restriction).max)) - 1;

    IMembers private immutable _members;

    /// @dev Version n at place n - 1. Appended to, never changed.
    Procedure[] private _procedures;

    Approvals.Nonces private _nonces;
    mapping(bytes32 caseId => Case) private _cases;

    /// @dev When the decision of a case took effect (1) and ceased to (0). Appended to; of changes in one second the last stays.
    mapping(bytes32 caseId => Checkpoints.Trace208) private _effects;

    /// @dev Cases with `held`, by subject.
    mapping(bytes32 subject => bytes32[]) private _holds;

    /// @dev All sanctions that a member ever had, and those that may still be in effect.
    mapping(bytes18 member => bytes32[]) private _sanctions;
    mapping(bytes18 member => bytes32[]) private _current;

    /// @dev By keccak256(abi.encode(caseId, round)): who ruled, and keccak256(abi.encode(ruling)) of each.
    mapping(bytes32 round => bytes18[]) private _voters;
    mapping(bytes32 round => mapping(bytes18 member => bytes32 ruling)) private _rulings;

    /// @param members Register of members.
    /// @param authority Contract whose decisions set the procedure.
    /// @param rules Founding rules of procedure.
    constructor(
        IMembers members,
        address authority,
        Procedure memory rules
    ) EIP712("Lianzheng Cases", "1") Governed(authority) {
        if (address(members).code.length == 0) revert CasesNoContract(address(members));
        if (authority.code.length == 0) revert CasesNoContract(authority);
        _members = members;
        _setProcedure(rules, 0);
    }

    /// @inheritdoc ICases
    function setProcedure(Procedure calldata rules, bytes32 source) external onlyCouncil returns (uint32 version) {
        if (source == 0) revert CasesZeroDigest();
        return _setProcedure(rules, source);
    }

    /// @inheritdoc ICases
    function open(Opening calldata opening) external returns (bytes32 caseId) {
        return _open(_members.actorOf(msg.sender, KeyRole.Act), opening);
    }

    /// @inheritdoc ICases
    function openSigned(Opening calldata opening, Approval calldata approval) external returns (bytes32 caseId) {
        bytes18 by = _members.actorOf(approval.key, KeyRole.Act);
        _nonces.use(by, openingDigest(by, opening, approval.nonce, approval.deadline), approval);
        return _open(by, opening);
    }

    /// @inheritdoc ICases
    function plead(Plea calldata plea) external {
        _plead(_members.holderOf(msg.sender, KeyRole.Act), plea);
    }

    /// @inheritdoc ICases
    function pleadSigned(Plea calldata plea, Approval calldata approval) external {
        bytes18 by = _members.holderOf(approval.key, KeyRole.Act);
        _nonces.use(by, pleaDigest(by, plea, approval.nonce, approval.deadline), approval);
        _plead(by, plea);
    }

    /// @inheritdoc ICases
    function rule(Ruling calldata ruling) external {
        _rule(_members.actorOf(msg.sender, KeyRole.Govern), ruling);
    }

    /// @inheritdoc ICases
    function ruleSigned(Ruling calldata ruling, Approval calldata approval) external {
        bytes18 by = _members.actorOf(approval.key, KeyRole.Govern);
        _nonces.use(by, rulingDigest(by, ruling, approval.nonce, approval.deadline), approval);
        _rule(by, ruling);
    }

    /// @inheritdoc ICases
    function settle(bytes32 caseId, bytes32 terms, Approval calldata opener, Approval calldata respondent) external {
        Case storage item = _advance(caseId);
        if (item.kind == CaseKind.Finding) revert CasesKind(item.kind);
        if (!item.state.isUndecided()) revert CasesSettlement(caseId, item.state);
        if (terms == 0) revert CasesZeroDigest();
        _agree(caseId, terms, item.opener, opener);
        _agree(caseId, terms, item.respondent, respondent);
        item.outcome = Outcome.Settled;
        item.decidedAt = uint48(block.timestamp);
        item.decision = terms;
        emit CaseSettled(caseId, terms);
        _move(caseId, item, CaseState.Final);
    }

    /// @inheritdoc ICases
    function lapse(bytes32 caseId) external {
        Case storage item = _known(caseId);
        CaseState before = item.state;
        if (_advance(caseId).state == before) revert CasesNotDue(caseId, item.due);
    }

    /// @inheritdoc ICases
    function voidNonce(uint256 nonce) external {
        bytes18 member = _members.memberOf(msg.sender);
        if (!_members.keyLiveAt(member, msg.sender, uint64(block.timestamp))) revert CasesKeyNotLive(msg.sender);
        _nonces.use(member, nonce);
    }

    /// @inheritdoc ICases
    function isHeld(bytes32 subject) external view returns (bool) {
        bytes32[] storage holds = _holds[subject];
        for (uint256 i = 0; i < holds.length; ++i) {
            (CaseState state, ) = _stateNow(_cases[holds[i]]);
            if (state.isOpen()) return true;
        }
        return false;
    }

    /// @inheritdoc ICases
    function isSanctioned(bytes18 member, uint8 restrictions, uint64 time) external view returns (bool) {
        // A sanction leaves the short list only when it can't be in effect any more, so from now on the short list is enough.
        bytes32[] storage sanctions = time < block.timestamp ? _sanctions[member] : _current[member];
        for (uint256 i = 0; i < sanctions.length; ++i) {
            if (_cases[sanctions[i]].restrictions & restrictions != 0 && _effectAt(sanctions[i], time)) return true;
        }
        return false;
    }

    /// @inheritdoc ICases
    function effectAt(bytes32 caseId, uint64 time) external view returns (bool) {
        return _effectAt(caseId, time);
    }

    /// @inheritdoc ICases
    function caseOf(bytes32 caseId) external view returns (Case memory) {
        Case memory item = _known(caseId);
        (item.state, item.due) = _stateNow(_cases[caseId]);
        item.held = item.held && item.state.isOpen();
        return item;
    }

    /// @inheritdoc ICases
    function votesFor(Ruling calldata ruling) external view returns (uint256 votes) {
        return _votesFor(_known(ruling.caseId).kind, _roundOf(ruling), keccak256(abi.encode(ruling)));
    }

    /// @inheritdoc ICases
    function holdsOn(bytes32 subject) external view returns (bytes32[] memory caseIds) {
        return _holds[subject];
    }

    /// @inheritdoc ICases
    function sanctionCount(bytes18 member) external view returns (uint256 count) {
        return _sanctions[member].length;
    }

    /// @inheritdoc ICases
    function sanctionAt(bytes18 member, uint256 place) external view returns (bytes32 caseId) {
        return _sanctions[member][place];
    }

    /// @inheritdoc ICases
    function procedureVersion() external view returns (uint32 version) {
        return uint32(_procedures.length);
    }

    /// @inheritdoc ICases
    function procedureOf(uint32 version) external view returns (Procedure memory) {
        if (version == 0 || version > _procedures.length) revert CasesUnknownProcedure(version);
        return _procedures[version - 1];
    }

    /// @inheritdoc ICases
    function isNonceUsed(bytes18 member, uint256 nonce) external view returns (bool) {
        return _nonces.isUsed(member, nonce);
    }

    /// @inheritdoc ICases
    function settlementDigest(
        bytes18 by,
        bytes32 caseId,
        bytes32 terms,
        uint256 nonce,
        uint256 deadline
    ) public view returns (bytes32 digest) {
        return _hashTypedDataV4(CaseHashes.ofSettlement(by, caseId, terms, nonce, deadline));
    }

    /// @inheritdoc ICases
    function openingDigest(
        bytes18 by,
        Opening calldata opening,
        uint256 nonce,
        uint256 deadline
    ) public view returns (bytes32 digest) {
        return _hashTypedDataV4(CaseHashes.ofOpening(by, opening, nonce, deadline));
    }

    /// @inheritdoc ICases
    function pleaDigest(
        bytes18 by,
        Plea calldata plea,
        uint256 nonce,
        uint256 deadline
    ) public view returns (bytes32 digest) {
        return _hashTypedDataV4(CaseHashes.ofPlea(by, plea, nonce, deadline));
    }

    /// @inheritdoc ICases
    function rulingDigest(
        bytes18 by,
        Ruling calldata ruling,
        uint256 nonce,
        uint256 deadline
    ) public view returns (bytes32 digest) {
        return _hashTypedDataV4(CaseHashes.ofRuling(by, ruling, nonce, deadline));
    }

    /// @inheritdoc ICases
    function caseIdOf(bytes18 opener, bytes32 salt) public pure returns (bytes32 caseId) {
        return keccak256(abi.encode(bytes32("case"), opener, salt));
    }

    function _setProcedure(Procedure memory rules, bytes32 source) private returns (uint32 version) {
        _checkBounds(rules.findingVotes, 1, MAX_RULINGS);
        _checkBounds(rules.tribunalVotes, 1, MAX_RULINGS);
        _checkBounds(rules.admission, MIN_PERIOD, MAX_PERIOD);
        _checkBounds(rules.answer, MIN_PERIOD, MAX_PERIOD);
        _checkBounds(rules.decision, MIN_PERIOD, MAX_PERIOD);
        _checkBounds(rules.objection, MIN_PERIOD, MAX_PERIOD);
        _checkBounds(rules.review, MIN_PERIOD, MAX_PERIOD);
        _checkBounds(rules.repair, MIN_PERIOD, MAX_PERIOD);
        _procedures.push(rules);
        version = uint32(_procedures.length);
        emit ProcedureSet(version, rules, source);
    }

    function _open(bytes18 opener, Opening calldata opening) private returns (bytes32 caseId) {
        _checkOpening(opener, opening);
        _checkEvidence(opening.evidence, 1);
        caseId = caseIdOf(opener, opening.salt);
        Case storage item = _cases[caseId];
        if (item.opener != 0) revert CasesAlreadyOpen(caseId);
        item.opener = opener;
        item.kind = opening.kind;
        item.procedure = uint32(_procedures.length);
        item.subjectKind = opening.subjectKind;
        item.respondent = opening.respondent;
        item.subject = opening.subject;
        item.claimant = opening.claimant;
        item.grounds = opening.grounds;
        item.evidence = keccak256(abi.encode(opening.evidence));
        emit CaseOpened(
            caseId,
            opener,
            opening.respondent,
            opening.kind,
            opening.subjectKind,
            opening.subject,
            opening.claimant,
            opening.grounds,
            opening.evidence,
            item.procedure
        );
        _move(caseId, item, CaseState.Opened);
    }

    function _plead(bytes18 by, Plea calldata plea) private {
        Case storage item = _advance(plea.caseId);
        PleaKind kind = plea.kind;
        if (!item.state.allows(kind)) revert CasesPlea(plea.caseId, item.state, kind);
        bool openerPleads =
            kind == PleaKind.Withdrawal || (kind == PleaKind.Objection && item.outcome == Outcome.Dismissed);
        bytes18 expected = openerPleads ? item.opener : item.respondent;
        if (by != expected) revert CasesNotParty(plea.caseId, expected, by);
        if (plea.statement == 0) revert CasesZeroDigest();
        _checkEvidence(plea.evidence, kind == PleaKind.RepairApplication ? 1 : 0);
        emit PleaMade(plea.caseId, by, kind, plea.statement, plea.evidence);
        _takePlea(plea.caseId, item, kind, plea.statement);
    }

    function _takePlea(bytes32 caseId, Case storage item, PleaKind kind, bytes32 statement) private {
        if (kind == PleaKind.Answer) {
            item.statement = statement;
            _move(caseId, item, CaseState.Answered);
        } else if (kind == PleaKind.Withdrawal) {
            _move(caseId, item, CaseState.Withdrawn);
        } else if (kind == PleaKind.Objection) {
            if (item.outcome == Outcome.Upheld) _setEffect(caseId, item, false);
            _move(caseId, item, CaseState.Objected);
        } else {
            if (item.kind != CaseKind.Finding) revert CasesKind(item.kind);
            if (item.outcome != Outcome.Upheld || block.timestamp >= item.until) revert CasesNothingToRepair(caseId);
            _move(caseId, item, CaseState.RepairSought);
        }
    }

    function _rule(bytes18 by, Ruling calldata ruling) private {
        Case storage item = _advance(ruling.caseId);
        uint256 needed = CaseTable.votes(item.kind, _procedureOf(item));
        _checkDecider(item, by, ruling, needed);
        if (ruling.round != item.round) revert CasesRound(ruling.caseId, item.round, ruling.round);
        if (!item.state.allows(ruling.act)) revert CasesRuling(ruling.caseId, item.state, ruling.act);
        if (ruling.grounds == 0 || ruling.rules == 0) revert CasesZeroDigest();
        _checkSanction(item.kind, ruling);
        if (!CaseTable.isAlone(ruling.act) && !_cast(item.kind, by, ruling, needed)) return;
        emit RulingMade(
            ruling.caseId,
            ruling.act,
            by,
            ruling.grounds,
            ruling.rules,
            ruling.restrictions,
            ruling.from,
            ruling.until
        );
        if (CaseTable.isAlone(ruling.act)) _order(ruling.caseId, item, ruling.act);
        else if (ruling.act == RulingAct.Uphold || ruling.act == RulingAct.Dismiss) _decide(item, by, ruling);
        else _review(ruling.caseId, item, ruling.act);
    }

    /// @dev Admission and holds. A hold is no new round: it voids no ruling that others have signed.
    function _order(bytes32 caseId, Case storage item, RulingAct act) private {
        if (act == RulingAct.Admit) _move(caseId, item, CaseState.Admitted);
        else if (act == RulingAct.Reject) _move(caseId, item, CaseState.Rejected);
        else if (act == RulingAct.Hold) _hold(caseId, item);
        else _release(caseId, item);
    }

    function _decide(Case storage item, bytes18 by, Ruling calldata ruling) private {
        bytes32 caseId = ruling.caseId;
        item.decidedAt = uint48(block.timestamp);
        item.decider = by;
        item.decision = ruling.grounds;
        item.rules = ruling.rules;
        if (ruling.act == RulingAct.Dismiss) {
            item.outcome = Outcome.Dismissed;
        } else {
            item.outcome = Outcome.Upheld;
            if (item.kind == CaseKind.Finding) _sanction(item, ruling);
            _setEffect(caseId, item, true);
        }
        _move(caseId, item, CaseState.Decided);
    }

    /// @dev Objections and applications for repair.
    function _review(bytes32 caseId, Case storage item, RulingAct act) private {
        if (act == RulingAct.Confirm) {
            if (item.outcome == Outcome.Upheld) _setEffect(caseId, item, true);
        } else if (act == RulingAct.Annul) {
            item.outcome = Outcome.Annulled;
        } else if (act == RulingAct.Repair) {
            item.repairedAt = uint48(block.timestamp);
            _setEffect(caseId, item, false);
        }
        _move(caseId, item, act == RulingAct.Repair ? CaseState.Repaired : CaseState.Final);
    }

    /// @dev Ruling the same again is for one case alone: rulings count again because a member was reinstated, and now they are enough.
    /// @return enough True if as many rulings agree with this one and count now as are needed.
    function _cast(CaseKind kind, bytes18 by, Ruling calldata ruling, uint256 needed) private returns (bool enough) {
        bytes32 round = _roundOf(ruling);
        bytes32 content = keccak256(abi.encode(ruling));
        bytes32 earlier = _rulings[round][by];
        if (earlier == 0) {
            if (_voters[round].length == MAX_RULINGS) revert CasesTooManyRulings(ruling.caseId, MAX_RULINGS);
            _voters[round].push(by);
        }
        _rulings[round][by] = content;
        uint256 votes = _votesFor(kind, round, content);
        enough = votes >= needed;
        if (earlier == content && !enough) revert CasesRuledAlready(ruling.caseId, by);
        emit RulingCast(ruling.caseId, by, content, votes);
    }

    function _sanction(Case storage item, Ruling calldata ruling) private {
        bytes18 member = item.respondent;
        bytes32[] storage current = _current[member];
        for (uint256 i = current.length; i != 0; --i) {
            if (_isOver(_cases[current[i - 1]])) _remove(current, i - 1);
        }
        if (current.length == MAX_AT_A_TIME) revert CasesTooManySanctions(member, MAX_AT_A_TIME);
        current.push(ruling.caseId);
        _sanctions[member].push(ruling.caseId);
        item.from = ruling.from;
        item.until = ruling.until;
        item.restrictions = ruling.restrictions;
    }

    function _hold(bytes32 caseId, Case storage item) private {
        SubjectKind kind = item.subjectKind;
        if (kind == SubjectKind.Member || kind == SubjectKind.Record) revert CasesNotHoldable(kind);
        if (item.held) revert CasesHold(caseId, true);
        bytes32[] storage holds = _holds[item.subject];
        // Cases that ended by a deadline leave the list here; what moves into their place was looked at before.
        for (uint256 i = holds.length; i != 0; --i) _advance(holds[i - 1]);
        if (holds.length == MAX_AT_A_TIME) revert CasesTooManyHolds(item.subject, MAX_AT_A_TIME);
        holds.push(caseId);
        item.held = true;
        emit HoldChanged(caseId, item.subject, true);
    }

    function _release(bytes32 caseId, Case storage item) private {
        if (!item.held) revert CasesHold(caseId, false);
        bytes32[] storage holds = _holds[item.subject];
        uint256 index = 0;
        while (holds[index] != caseId) ++index;
        _remove(holds, index);
        item.held = false;
        emit HoldChanged(caseId, item.subject, false);
    }

    function _remove(bytes32[] storage list, uint256 index) private {
        list[index] = list[list.length - 1];
        list.pop();
    }

    function _setEffect(bytes32 caseId, Case storage item, bool inEffect) private {
        _effects[caseId].push(uint48(block.timestamp), inEffect ? 1 : 0);
        emit EffectChanged(caseId, item.respondent, inEffect);
    }

    /// @dev A change that somebody made: a new round, in which rulings of the one before are void.
    function _move(bytes32 caseId, Case storage item, CaseState state) private {
        uint48 period = CaseTable.period(state, _procedureOf(item));
        item.round += 1;
        _enter(caseId, item, state, period == 0 ? 0 : uint48(block.timestamp) + period);
    }

    /// @dev Writes down what deadlines did. The round stays: nobody could know beforehand whether anybody writes it down.
    function _advance(bytes32 caseId) private returns (Case storage item) {
        item = _known(caseId);
        (CaseState state, uint48 due) = _stateNow(item);
        if (state != item.state) _enter(caseId, item, state, due);
    }

    function _enter(bytes32 caseId, Case storage item, CaseState state, uint48 due) private {
        item.state = state;
        item.due = due;
        emit CaseMoved(caseId, state, item.outcome, item.round, due);
        if (item.held && !state.isOpen()) _release(caseId, item);
    }

    function _agree(bytes32 caseId, bytes32 terms, bytes18 side, Approval calldata approval) private {
        bytes18 by = _members.holderOf(approval.key, KeyRole.Act);
        if (by != side) revert CasesNotParty(caseId, side, by);
        _nonces.use(by, settlementDigest(by, caseId, terms, approval.nonce, approval.deadline), approval);
    }

    /// @dev State and deadline with all deadlines counted in that have passed since the last change.
    function _stateNow(Case storage item) private view returns (CaseState state, uint48 due) {
        (state, due) = (item.state, item.due);
        while (due != 0 && block.timestamp >= due) {
            state = state.afterDue();
            uint48 period = CaseTable.period(state, _procedureOf(item));
            due = period == 0 ? 0 : due + period;
        }
    }

    function _effectAt(bytes32 caseId, uint64 time) private view returns (bool) {
        uint48 key = time > type(uint48).max ? type(uint48).max : uint48(time);
        if (_effects[caseId].upperLookup(key) == 0) return false;
        Case storage item = _cases[caseId];
        return item.kind != CaseKind.Finding || (item.from <= time && time < item.until);
    }

    /// @dev True for a sanction that can't be in effect now or later.
    function _isOver(Case storage item) private view returns (bool) {
        if (block.timestamp >= item.until || item.outcome == Outcome.Annulled) return true;
        (CaseState state, ) = _stateNow(item);
        return state == CaseState.Repaired || state == CaseState.Lapsed;
    }

    /// @dev Rulings of members that were suspended, or lost the kind, since they ruled do not count.
    function _votesFor(CaseKind kind, bytes32 round, bytes32 content) private view returns (uint256 votes) {
        bytes18[] storage voters = _voters[round];
        for (uint256 i = 0; i < voters.length; ++i) {
            bytes18 voter = voters[i];
            if (_rulings[round][voter] != content || !_members.isActive(voter)) continue;
            if (_members.hasKind(voter, CaseTable.deciders(kind))) ++votes;
        }
    }

    function _procedureOf(Case storage item) private view returns (Procedure storage) {
        return _procedures[item.procedure - 1];
    }

    function _known(bytes32 caseId) private view returns (Case storage item) {
        item = _cases[caseId];
        if (item.opener == 0) revert CasesUnknownCase(caseId);
    }

    function _checkOpening(bytes18 opener, Opening calldata opening) private view {
        bytes18 respondent = opening.respondent;
        if (opening.kind == CaseKind.None) revert CasesKind(opening.kind);
        if (opening.subjectKind == SubjectKind.None) revert CasesSubjectKind(opening.subjectKind);
        if (opening.salt == 0 || opening.subject == 0 || opening.grounds == 0) revert CasesZeroDigest();
        if (respondent == opener) revert CasesSameParty(opener);
        Standing standing = _members.entryOf(respondent).standing;
        if (standing == Standing.None || standing == Standing.Applied) revert CasesUnknownMember(respondent);
        if (opening.subjectKind == SubjectKind.Member && opening.subject != bytes32(respondent)) {
            revert CasesSubject(opening.subject, respondent);
        }
        if (opening.claimant != 0 && !_members.hasKind(opener, Kind.Trustee)) revert CasesNotTrustee(opener);
    }

    function _checkDecider(Case storage item, bytes18 by, Ruling calldata ruling, uint256 needed) private view {
        if (by == item.opener || by == item.respondent) revert CasesPartyRules(ruling.caseId, by);
        if (!_members.hasKind(by, CaseTable.deciders(item.kind))) revert CasesNotDecider(ruling.caseId, by);
        bool reviews = ruling.act == RulingAct.Confirm || ruling.act == RulingAct.Annul;
        if (reviews && needed == 1 && by == item.decider) revert CasesOwnDecision(ruling.caseId, by);
    }

    function _checkSanction(CaseKind kind, Ruling calldata ruling) private view {
        (uint8 restrictions, uint48 from, uint48 until) = (ruling.restrictions, ruling.from, ruling.until);
        if (kind != CaseKind.Finding || ruling.act != RulingAct.Uphold) {
            if (restrictions != 0) revert CasesRestrictions(ruling.act, restrictions);
            if (from != 0 || until != 0) revert CasesPeriod(from, until);
            return;
        }
        if (restrictions == 0 || restrictions & ~ALL_RESTRICTIONS != 0) {
            revert CasesRestrictions(ruling.act, restrictions);
        }
        if (until <= from || until <= block.timestamp || until - from > MAX_SANCTION) revert CasesPeriod(from, until);
        if (from > block.timestamp + MAX_DELAY) revert CasesPeriod(from, until);
    }

    function _checkEvidence(bytes32[] calldata evidence, uint256 least) private pure {
        if (evidence.length < least || evidence.length > MAX_EVIDENCE) {
            revert CasesEvidenceCount(evidence.length, least, MAX_EVIDENCE);
        }
        for (uint256 i = 0; i < evidence.length; ++i) if (evidence[i] == 0) revert CasesZeroDigest();
    }

    function _checkBounds(uint256 given, uint256 least, uint256 most) private pure {
        if (given < least || given > most) revert CasesProcedure(given, least, most);
    }

    function _roundOf(Ruling calldata ruling) private pure returns (bytes32 round) {
        return keccak256(abi.encode(ruling.caseId, ruling.round));
    }
}
