// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";
import {BitMaps} from "@openzeppelin/contracts/utils/structs/BitMaps.sol";
import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ReentrancyGuard} from "@openzeppelin/contracts/utils/ReentrancyGuard.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Governed} from "./Governed.sol";
import {ActClass, Call, ClassRule, CouncilRules, ICouncil, OrdinaryAct, Proposal} from "./ICouncil.sol";
import {IMembers, KeyRole} from "./IMembers.sol";

/// @title Council of the consortium
/// @dev The struct `CouncilRules` is kept as it is, in two slots, one for each class:
///
///      | bits | 0..7      | 8..55  | 56..103 |
///      | ---- | --------- | ------ | ------- |
///      |      | threshold | period | delay   |
contract Council is ICouncil, EIP712, ReentrancyGuard {
    using BitMaps for BitMaps.BitMap;
    using Checkpoints for Checkpoints.Trace224;

    /// @dev One slot. A member that is seated again has a new serial, so nothing that it voted before counts:
    ///
    ///      | bits | 0..143 | 144..207 |
    ///      | ---- | ------ | -------- |
    ///      |      | member | serial   |
    struct Seat {
        bytes18 member;
        uint64 serial;
    }

    /// @dev Slots 0 to 3, and the calls behind them; `voted` has the serials of the seats that voted:
    ///
    ///      | slot | bits 0..47 | 48..95   | 96..127      |
    ///      | ---- | ---------- | -------- | ------------ |
    ///      | 0    | expires    | passedAt | rulesVersion |
    ///      | 1    | reason                               |
    ///      | 2    | calls                                |
    ///      | 3    | voted                                |
    struct Ballot {
        uint48 expires;
        uint48 passedAt;
        uint32 rulesVersion;
        bytes32 reason;
        Call[] calls;
        BitMaps.BitMap voted;
    }

    /// @dev EIP-712 type of a signed vote.
    bytes32 private constant VOTE_TYPEHASH = keccak256(
        "Vote(uint256 proposal,bytes32 content,bytes18 seat,uint256 deadline)"
    );

    /// @dev Most seats: bounds the gas of counting.
    uint256 private constant MAX_SEATS = 64;

    /// @dev Most calls of a proposal, and most bytes of one: together they bound what a proposal keeps.
    uint256 private constant MAX_CALLS = 8;
    uint256 private constant MAX_CALL_LENGTH = 2048;

    /// @dev Most acts that are put on the list at once.
    uint256 private constant MAX_ACTS = 64;

    uint48 private constant MIN_PERIOD = 1 hours;
    uint48 private constant MAX_PERIOD = 365 days;
    uint48 private constant MAX_DELAY = 90 days;

    IMembers private immutable _members;

    Seat[] private _seats;
    uint64 private _serials;

    /// @dev Place of a member's seat in `_seats` plus one; 0: none.
    mapping(bytes18 member => uint256) private _places;

    uint32 private _rulesVersion;
    mapping(uint32 version => CouncilRules) private _rules;

    /// @dev 1 from a version on in which the act is ordinary, 0 from one on in which it is not.
    mapping(address target => mapping(bytes4 selector => Checkpoints.Trace224)) private _ordinary;

    uint256 private _proposalCount;
    mapping(uint256 proposal => Ballot) private _ballots;

    modifier onlySelf() {
        if (msg.sender != address(this)) revert CouncilNotSelf(msg.sender);
        _;
    }

    /// @param register Register of members, which names this contract as its council.
    /// @param holders Members that hold the founding seats, 1 to 64, active.
    /// @param rules Rules of version 1.
    /// @param ordinary Acts that are ordinary in version 1, at most 64. Their targets may have no code yet.
    constructor(
        IMembers register,
        bytes18[] memory holders,
        CouncilRules memory rules,
        OrdinaryAct[] memory ordinary
    ) EIP712("Lianzheng Council", "1") {
        if (address(register).code.length == 0) revert CouncilNoContract(address(register));
        address named = Governed(address(register)).council();
        if (named != address(this)) revert CouncilNotNamed(named);
        if (holders.length == 0 || holders.length > MAX_SEATS) revert CouncilSeatCount(holders.length);
        if (ordinary.length > MAX_ACTS) revert CouncilActCount(ordinary.length);
        _members = register;
        for (uint256 i = 0; i < holders.length; ++i) _addSeat(holders[i]);
        _setRules(rules);
        for (uint256 i = 0; i < ordinary.length; ++i) _setOrdinary(1, ordinary[i], true);
        _checkSound();
    }

    /// @inheritdoc ICouncil
    function propose(Call[] calldata calls, bytes32 reason) external nonReentrant returns (uint256 proposal) {
        bytes18 seat = _members.actorOf(msg.sender, KeyRole.Govern);
        if (_places[seat] == 0) revert CouncilNoSeat(seat);
        if (reason == 0) revert CouncilZeroReason();
        _checkCalls(calls);
        proposal = ++_proposalCount;
        Ballot storage ballot = _ballots[proposal];
        ballot.reason = reason;
        for (uint256 i = 0; i < calls.length; ++i) ballot.calls.push(calls[i]);
        ActClass class = _classOf(ballot.calls);
        uint48 expires = uint48(block.timestamp) + _ruleOf(class).period;
        ballot.expires = expires;
        emit ProposalOpened(proposal, seat, keccak256(abi.encode(calls, reason)), class, reason, calls, expires);
        _vote(proposal, ballot, seat, msg.sender);
    }

    /// @inheritdoc ICouncil
    function vote(uint256 proposal) external nonReentrant {
        _vote(proposal, _votable(proposal), _members.actorOf(msg.sender, KeyRole.Govern), msg.sender);
    }

    /// @inheritdoc ICouncil
    function voteSigned(
        uint256 proposal,
        address key,
        uint256 deadline,
        bytes calldata signature
    ) external nonReentrant {
        Ballot storage ballot = _votable(proposal);
        bytes18 seat = _members.actorOf(key, KeyRole.Govern);
        if (block.timestamp > deadline) revert CouncilDeadline(deadline);
        bytes32 digest = voteDigest(proposal, contentOf(proposal), seat, deadline);
        if (!SignatureChecker.isValidSignatureNow(key, digest, signature)) revert CouncilSignature(key);
        _vote(proposal, ballot, seat, key);
    }

    /// @inheritdoc ICouncil
    function decide(uint256 proposal) external nonReentrant {
        Ballot storage ballot = _undecided(proposal);
        ActClass class = _classOf(ballot.calls);
        ClassRule memory rule = _ruleOf(class);
        uint256 votes = _countVotes(ballot);
        if (votes < rule.threshold) revert CouncilTooFewVotes(proposal, votes, rule.threshold);
        if (ballot.passedAt == 0) {
            _checkVotable(proposal, ballot);
            _pass(proposal, ballot, rule);
            if (rule.delay != 0) return;
        }
        uint48 decidableFrom = ballot.passedAt + rule.delay;
        if (block.timestamp < decidableFrom) revert CouncilTooEarly(proposal, decidableFrom);
        uint48 end = decidableFrom + rule.period;
        if (end < ballot.expires) end = ballot.expires;
        if (block.timestamp >= end) revert CouncilExpired(proposal, end);
        _decide(proposal, ballot, class, votes);
    }

    /// @inheritdoc ICouncil
    function addSeat(bytes18 member) external onlySelf {
        if (_seats.length == MAX_SEATS) revert CouncilSeatCount(MAX_SEATS + 1);
        _addSeat(member);
    }

    /// @inheritdoc ICouncil
    function removeSeat(bytes18 member) external onlySelf {
        _removeSeat(member);
    }

    /// @inheritdoc ICouncil
    function setRules(CouncilRules calldata rules) external onlySelf {
        _setRules(rules);
    }

    /// @inheritdoc ICouncil
    function setOrdinary(OrdinaryAct[] calldata acts, bool ordinary) external onlySelf {
        if (acts.length == 0 || acts.length > MAX_ACTS) revert CouncilActCount(acts.length);
        _setRules(_rules[_rulesVersion]);
        for (uint256 i = 0; i < acts.length; ++i) _setOrdinary(_rulesVersion, acts[i], ordinary);
    }

    /// @inheritdoc ICouncil
    function vacate(bytes18 member) external {
        if (msg.sender != address(_members)) revert CouncilNotMembers(msg.sender);
        _removeSeat(member);
    }

    /// @inheritdoc ICouncil
    function members() external view returns (address) {
        return address(_members);
    }

    /// @inheritdoc ICouncil
    function seats() external view returns (bytes18[] memory holders) {
        holders = new bytes18[](_seats.length);
        for (uint256 i = 0; i < holders.length; ++i) holders[i] = _seats[i].member;
    }

    /// @inheritdoc ICouncil
    function isSeat(bytes18 member) external view returns (bool) {
        return _places[member] != 0;
    }

    /// @inheritdoc ICouncil
    function rulesVersion() external view returns (uint32 version) {
        return _rulesVersion;
    }

    /// @inheritdoc ICouncil
    function rulesOf(uint32 version) external view returns (CouncilRules memory) {
        _checkVersion(version);
        return _rules[version];
    }

    /// @inheritdoc ICouncil
    function isOrdinary(address target, bytes4 selector, uint32 version) external view returns (bool) {
        _checkVersion(version);
        return _ordinary[target][selector].upperLookup(version) != 0;
    }

    /// @inheritdoc ICouncil
    function proposalCount() external view returns (uint256 count) {
        return _proposalCount;
    }

    /// @inheritdoc ICouncil
    function proposalOf(uint256 proposal) external view returns (Proposal memory) {
        Ballot storage ballot = _known(proposal);
        return
            Proposal({
                expires: ballot.expires,
                passedAt: ballot.passedAt,
                rulesVersion: ballot.rulesVersion,
                reason: ballot.reason,
                calls: ballot.calls,
                class: _classOf(ballot.calls),
                votes: _countVotes(ballot)
            });
    }

    /// @inheritdoc ICouncil
    function hasVoted(uint256 proposal, bytes18 seat) external view returns (bool) {
        Ballot storage ballot = _known(proposal);
        uint256 place = _places[seat];
        return place != 0 && ballot.voted.get(_seats[place - 1].serial);
    }

    /// @inheritdoc ICouncil
    function checkQuorum() public view {
        uint256 voting = votingSeats();
        uint256 needed = _ruleOf(ActClass.Constitutional).threshold;
        if (voting < needed) revert CouncilTooSmall(voting, needed);
    }

    /// @inheritdoc ICouncil
    function votingSeats() public view returns (uint256 voting) {
        uint256 count = _seats.length;
        for (uint256 i = 0; i < count; ++i) if (_members.isActive(_seats[i].member)) ++voting;
    }

    /// @inheritdoc ICouncil
    function contentOf(uint256 proposal) public view returns (bytes32 content) {
        Ballot storage ballot = _known(proposal);
        return keccak256(abi.encode(ballot.calls, ballot.reason));
    }

    /// @inheritdoc ICouncil
    function voteDigest(
        uint256 proposal,
        bytes32 content,
        bytes18 seat,
        uint256 deadline
    ) public view returns (bytes32 digest) {
        return _hashTypedDataV4(keccak256(abi.encode(VOTE_TYPEHASH, proposal, content, seat, deadline)));
    }

    function _vote(uint256 proposal, Ballot storage ballot, bytes18 seat, address key) private {
        uint256 place = _places[seat];
        if (place == 0) revert CouncilNoSeat(seat);
        uint64 serial = _seats[place - 1].serial;
        if (ballot.voted.get(serial)) revert CouncilVoted(proposal, seat);
        ballot.voted.set(serial);
        uint256 votes = _countVotes(ballot);
        emit VoteCast(proposal, seat, key, votes);
        ActClass class = _classOf(ballot.calls);
        ClassRule memory rule = _ruleOf(class);
        if (votes < rule.threshold) return;
        if (ballot.passedAt == 0) _pass(proposal, ballot, rule);
        if (block.timestamp >= ballot.passedAt + rule.delay) _decide(proposal, ballot, class, votes);
    }

    function _pass(uint256 proposal, Ballot storage ballot, ClassRule memory rule) private {
        ballot.passedAt = uint48(block.timestamp);
        if (rule.delay != 0) emit ProposalPassed(proposal, uint48(block.timestamp) + rule.delay);
    }

    /// @dev Marked as decided before the first call, and no other vote or decision begins before the last one ended.
    function _decide(uint256 proposal, Ballot storage ballot, ActClass class, uint256 votes) private {
        uint32 version = _rulesVersion;
        ballot.rulesVersion = version;
        emit ProposalDecided(proposal, class, version, votes, _ruleOf(class).threshold);
        uint256 count = ballot.calls.length;
        for (uint256 i = 0; i < count; ++i) Address.functionCall(ballot.calls[i].target, ballot.calls[i].data);
        _checkSound();
    }

    function _addSeat(bytes18 member) private {
        if (_places[member] != 0) revert CouncilSeated(member);
        if (!_members.isActive(member)) revert CouncilNotActive(member);
        uint64 serial = ++_serials;
        _seats.push(Seat(member, serial));
        _places[member] = _seats.length;
        emit SeatAdded(member, serial);
    }

    function _removeSeat(bytes18 member) private {
        uint256 place = _places[member];
        if (place == 0) revert CouncilNoSeat(member);
        uint64 serial = _seats[place - 1].serial;
        Seat memory last = _seats[_seats.length - 1];
        _seats[place - 1] = last;
        _places[last.member] = place;
        _seats.pop();
        delete _places[member];
        emit SeatRemoved(member, serial);
    }

    function _setRules(CouncilRules memory rules) private {
        _checkTimes(rules.ordinary);
        _checkTimes(rules.constitutional);
        uint32 version = ++_rulesVersion;
        _rules[version] = rules;
        emit RulesSet(version, rules);
    }

    function _setOrdinary(uint32 version, OrdinaryAct memory act, bool ordinary) private {
        (address target, bytes4 selector) = (act.target, act.selector);
        if (target == address(this)) revert CouncilConstitutional(target, selector);
        Checkpoints.Trace224 storage trace = _ordinary[target][selector];
        if ((trace.latest() != 0) == ordinary) revert CouncilActListed(target, selector, ordinary);
        trace.push(version, ordinary ? 1 : 0);
        emit OrdinarySet(version, target, selector, ordinary);
    }

    /// @dev Asked at the end of each decision: what stands between may be unsound, so that one decision can change seats and rules together.
    function _checkSound() private view {
        CouncilRules memory rules = _rules[_rulesVersion];
        uint256 count = _seats.length;
        (uint256 least, uint256 most) = (rules.ordinary.threshold, rules.constitutional.threshold);
        if (least * 2 <= count || least > most) revert CouncilThreshold(least, count);
        if (most > count) revert CouncilThreshold(most, count);
        checkQuorum();
    }

    function _checkCalls(Call[] calldata calls) private view {
        if (calls.length == 0 || calls.length > MAX_CALLS) revert CouncilCallCount(calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            uint256 length = calls[i].data.length;
            if (length < 4 || length > MAX_CALL_LENGTH) revert CouncilCallLength(i, length);
            if (calls[i].target.code.length == 0) revert CouncilNoContract(calls[i].target);
        }
    }

    function _classOf(Call[] storage calls) private view returns (ActClass class) {
        uint256 count = calls.length;
        for (uint256 i = 0; i < count; ++i) {
            Call storage call = calls[i];
            bytes4 selector = bytes4(call.data);
            if (_ordinary[call.target][selector].latest() == 0) return ActClass.Constitutional;
            if (selector == IMembers.recover.selector && call.target == address(_members)) {
                if (_places[_memberIn(call.data)] != 0) return ActClass.Constitutional;
            }
        }
        return ActClass.Ordinary;
    }

    function _ruleOf(ActClass class) private view returns (ClassRule memory rule) {
        CouncilRules storage rules = _rules[_rulesVersion];
        return class == ActClass.Ordinary ? rules.ordinary : rules.constitutional;
    }

    function _countVotes(Ballot storage ballot) private view returns (uint256 votes) {
        uint256 count = _seats.length;
        for (uint256 i = 0; i < count; ++i) {
            Seat memory seat = _seats[i];
            if (ballot.voted.get(seat.serial) && _members.isActive(seat.member)) ++votes;
        }
    }

    function _known(uint256 proposal) private view returns (Ballot storage ballot) {
        ballot = _ballots[proposal];
        if (ballot.expires == 0) revert CouncilUnknownProposal(proposal);
    }

    function _undecided(uint256 proposal) private view returns (Ballot storage ballot) {
        ballot = _known(proposal);
        if (ballot.rulesVersion != 0) revert CouncilDecided(proposal);
    }

    function _votable(uint256 proposal) private view returns (Ballot storage ballot) {
        ballot = _undecided(proposal);
        _checkVotable(proposal, ballot);
    }

    function _checkVotable(uint256 proposal, Ballot storage ballot) private view {
        if (block.timestamp >= ballot.expires) revert CouncilExpired(proposal, ballot.expires);
    }

    function _checkVersion(uint32 version) private view {
        if (version == 0 || version > _rulesVersion) revert CouncilUnknownVersion(version);
    }

    /// @dev First argument of a call, a member. In a call that is too short for it, whatever lies behind: the callee refuses that one.
    function _memberIn(bytes memory data) private pure returns (bytes18 member) {
        bytes32 word;
        assembly ("memory-safe") {
            word := mload(add(data, 0x24))
        }
        return bytes18(word);
    }

    function _checkTimes(ClassRule memory rule) private pure {
        if (rule.period < MIN_PERIOD || rule.period > MAX_PERIOD) revert CouncilPeriod(rule.period);
        if (rule.delay > MAX_DELAY) revert CouncilDelay(rule.delay);
    }
}
