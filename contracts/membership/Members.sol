// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Checkpoints} from "@openzeppelin/contracts/utils/structs/Checkpoints.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {Act, IMembers, KeyRole, Kind, Proposal, Seat, Standing} from "./IMembers.sol";
import {Uscc} from "./Uscc.sol";

/// @title Members of the consortium
contract Members is IMembers, EIP712 {
    using Checkpoints for Checkpoints.Trace208;

    /// @dev One slot:
    ///
    ///      | bits | 0..7     | 8..23 | 24..31                 |
    ///      | ---- | -------- | ----- | ---------------------- |
    ///      |      | standing | kinds | seat, 1-based, 0: none |
    struct Entry {
        Standing standing;
        uint16 kinds;
        uint8 seat;
    }

    /// @dev One slot, times in Unix seconds; a key lives while `from <= time < until`:
    ///
    ///      | bits | 0..143 | 144..191 | 192..239 |
    ///      | ---- | ------ | -------- | -------- |
    ///      |      | member | from     | until    |
    struct KeyLife {
        bytes18 member;
        uint48 from;
        uint48 until;
    }

    /// @dev Four slots; `votes` has a bit for each seat that voted, bit n for seat n + 1:
    ///
    ///      | slot | bits 0..143 | 144..191 | 192..199 | 200..207 |        |
    ///      | ---- | ----------- | -------- | -------- | -------- | ------ |
    ///      | 0    | member      | expires  | act      | decided  |        |
    ///      | 1    | key (0..159), kinds (160..175)             |          |
    ///      | 2    | reason                                                 |
    ///      | 3    | votes                                                  |
    struct Ballot {
        bytes18 member;
        uint48 expires;
        Act act;
        bool decided;
        address key;
        uint16 kinds;
        bytes32 reason;
        uint256 votes;
    }

    /// @dev EIP-712 type of a new key's consent.
    bytes32 private constant CONSENT_TYPEHASH = keccak256("KeyConsent(bytes18 member,address key,uint256 deadline)");

    /// @dev A proposal can be voted on for this long, in seconds.
    uint48 private constant PROPOSAL_LIFETIME = 30 days;

    /// @dev Most founding seats; a mask of 256 bits has room for all.
    uint256 private constant MAX_SEATS = 64;

    /// @dev Most keys of a member that live at once, so that an expulsion can end them all.
    uint256 private constant MAX_KEYS = 16;

    /// @dev End of a key that lives.
    uint48 private constant NO_END = type(uint48).max;

    /// @dev One bit for each kind that exists.
    uint16 private constant ALL_KINDS = uint16((1 << (uint256(type(Kind).max) + 1)) - 1);

    /// @dev Votes that decide. Immutable: the council changes only with a contract that says how.
    uint256 private immutable _threshold;

    /// @dev Seats whose members are active, bit n for seat n + 1. Only their votes count.
    uint256 private _votingSeats;

    /// @dev Seats in the order of the constructor; an expelled member stays here, but holds no seat.
    bytes18[] private _founders;

    mapping(bytes18 member => Entry) private _entries;
    mapping(bytes18 member => Checkpoints.Trace208) private _standings;
    mapping(bytes18 member => address[]) private _liveKeys;
    mapping(address key => KeyLife) private _lives;

    uint256 private _proposalCount;
    mapping(uint256 proposal => Ballot) private _ballots;
    mapping(bytes18 member => mapping(address key => uint256 proposal)) private _applications;

    /// @param founders Seats of the council, 1 to 64, each a member from the first block on.
    /// @param votes Votes that decide: more than half of the seats and no more than all.
    constructor(Seat[] memory founders, uint256 votes) EIP712("Lianzheng Members", "1") {
        uint256 count = founders.length;
        if (count == 0 || count > MAX_SEATS) revert MembersSeatCount(count);
        if (votes > count || votes * 2 <= count) revert MembersThreshold(votes, count);
        _threshold = votes;
        for (uint256 i = 0; i < count; ++i) _found(founders[i]);
    }

    /// @inheritdoc IMembers
    function applyFor(bytes18 member, uint16 kinds, bytes32 papers) external returns (uint256 proposal) {
        _checkIdentity(member, msg.sender, kinds);
        if (papers == 0) revert MembersZeroReason();
        Standing standing = _entries[member].standing;
        if (standing == Standing.Active || standing == Standing.Suspended) revert MembersStanding(member, standing);
        uint256 earlier = _applications[member][msg.sender];
        if (earlier != 0 && block.timestamp < _ballots[earlier].expires) revert MembersApplicationOpen(earlier);
        proposal = _open(Act.Admission, member, msg.sender, kinds, papers);
        _applications[member][msg.sender] = proposal;
    }

    /// @inheritdoc IMembers
    function propose(Act act, bytes18 member, bytes32 reason) external returns (uint256 proposal) {
        if (act == Act.None || act == Act.Admission) revert MembersAct(act);
        if (reason == 0) revert MembersZeroReason();
        _checkStanding(act, member);
        proposal = _open(act, member, address(0), 0, reason);
        _vote(proposal);
    }

    /// @inheritdoc IMembers
    function vote(uint256 proposal) external {
        _vote(proposal);
    }

    /// @inheritdoc IMembers
    function decide(uint256 proposal) external {
        Ballot storage ballot = _openBallot(proposal);
        uint256 counting = _bitCount(ballot.votes & _votingSeats);
        if (counting < _threshold) revert MembersTooFewVotes(proposal, counting, _threshold);
        _decide(proposal, ballot);
    }

    /// @inheritdoc IMembers
    function addKey(address key, uint256 deadline, bytes calldata consent) external {
        bytes18 member = actorOf(msg.sender);
        if (_liveKeys[member].length == MAX_KEYS) revert MembersTooManyKeys(member, MAX_KEYS);
        _addKey(member, key, deadline, consent);
    }

    /// @inheritdoc IMembers
    function rotateKey(address key, uint256 deadline, bytes calldata consent) external {
        bytes18 member = actorOf(msg.sender);
        _addKey(member, key, deadline, consent);
        _retireKey(member, msg.sender);
    }

    /// @inheritdoc IMembers
    function retireKey(address key) external {
        _retireKey(actorOf(msg.sender), key);
    }

    /// @inheritdoc IMembers
    function freeze(bytes18 member, uint48, bytes32) external view {
        revert MembersStanding(member, _entries[member].standing);
    }

    /// @inheritdoc IMembers
    function memberOf(address key) external view returns (bytes18 member) {
        return _lives[key].member;
    }

    /// @inheritdoc IMembers
    function actorOf(address key, KeyRole) external view returns (bytes18 member) {
        return actorOf(key);
    }

    /// @inheritdoc IMembers
    function isActive(bytes18 member) external view returns (bool) {
        return _entries[member].standing == Standing.Active;
    }

    /// @inheritdoc IMembers
    function isActiveAt(bytes18 member, uint64 time) external view returns (bool) {
        uint48 key = time > type(uint48).max ? type(uint48).max : uint48(time);
        return _standings[member].upperLookup(key) == uint256(Standing.Active);
    }

    /// @inheritdoc IMembers
    function hasKind(bytes18 member, Kind kind) external view returns (bool) {
        return _entries[member].kinds & (uint256(1) << uint256(kind)) != 0;
    }

    /// @inheritdoc IMembers
    function keyLiveAt(bytes18 member, address key, uint64 time) external view returns (bool) {
        KeyLife storage life = _lives[key];
        return member != 0 && life.member == member && life.from <= time && time < life.until;
    }

    /// @inheritdoc IMembers
    function entryOf(
        bytes18 member
    ) external view returns (Standing standing, uint16 kinds, bool seated, uint256 liveKeys) {
        Entry storage entry = _entries[member];
        return (entry.standing, entry.kinds, entry.seat != 0, _liveKeys[member].length);
    }

    /// @inheritdoc IMembers
    function keyLife(address key) external view returns (bytes18 member, uint48 from, uint48 until) {
        KeyLife storage life = _lives[key];
        return (life.member, life.from, life.until);
    }

    /// @inheritdoc IMembers
    function keysOf(bytes18 member) external view returns (address[] memory keys) {
        return _liveKeys[member];
    }

    /// @inheritdoc IMembers
    function council() external view returns (bytes18[] memory members) {
        uint256 seated = 0;
        for (uint256 i = 0; i < _founders.length; ++i) if (_entries[_founders[i]].seat != 0) ++seated;
        members = new bytes18[](seated);
        for (uint256 i = _founders.length; i != 0; --i) {
            bytes18 founder = _founders[i - 1];
            if (_entries[founder].seat != 0) members[--seated] = founder;
        }
    }

    /// @inheritdoc IMembers
    function threshold() external view returns (uint256 votes) {
        return _threshold;
    }

    /// @inheritdoc IMembers
    function proposalCount() external view returns (uint256 count) {
        return _proposalCount;
    }

    /// @inheritdoc IMembers
    function proposalOf(uint256 proposal) external view returns (Proposal memory) {
        Ballot storage ballot = _ballotOf(proposal);
        return
            Proposal({
                member: ballot.member,
                expires: ballot.expires,
                act: ballot.act,
                decided: ballot.decided,
                key: ballot.key,
                kinds: ballot.kinds,
                reason: ballot.reason,
                votes: _bitCount(ballot.votes & _votingSeats)
            });
    }

    /// @inheritdoc IMembers
    function applicationOf(bytes18 member, address key) external view returns (uint256 proposal) {
        return _applications[member][key];
    }

    /// @inheritdoc IMembers
    function hasVoted(uint256 proposal, bytes18 seat) external view returns (bool) {
        uint256 number = _entries[seat].seat;
        return number != 0 && _ballotOf(proposal).votes & _seatBit(number) != 0;
    }

    /// @inheritdoc IMembers
    function actorOf(address key) public view returns (bytes18 member) {
        KeyLife storage life = _lives[key];
        member = life.member;
        if (member == 0) revert MembersUnknownKey(key);
        if (block.timestamp >= life.until) revert MembersKeyNotLive(key, life.until);
        Standing standing = _entries[member].standing;
        if (standing != Standing.Active) revert MembersStanding(member, standing);
    }

    /// @inheritdoc IMembers
    function consentDigest(bytes18 member, address key, uint256 deadline) public view returns (bytes32 digest) {
        return _hashTypedDataV4(keccak256(abi.encode(CONSENT_TYPEHASH, member, key, deadline)));
    }

    function _found(Seat memory seat) private {
        _checkIdentity(seat.member, seat.key, seat.kinds);
        if (_entries[seat.member].standing != Standing.None) revert MembersStanding(seat.member, Standing.Active);
        _founders.push(seat.member);
        // At most MAX_SEATS seats: the number fits.
        _entries[seat.member].seat = uint8(_founders.length);
        _admit(seat.member, seat.key, seat.kinds, 0);
    }

    function _open(
        Act act,
        bytes18 member,
        address key,
        uint16 kinds,
        bytes32 reason
    ) private returns (uint256 proposal) {
        proposal = ++_proposalCount;
        uint48 expires = uint48(block.timestamp) + PROPOSAL_LIFETIME;
        _ballots[proposal] = Ballot(member, expires, act, false, key, kinds, reason, 0);
        emit ProposalOpened(proposal, act, member, key, kinds, reason, expires);
    }

    function _vote(uint256 proposal) private {
        Ballot storage ballot = _openBallot(proposal);
        bytes18 seat = actorOf(msg.sender);
        uint256 number = _entries[seat].seat;
        if (number == 0) revert MembersNoSeat(seat);
        uint256 votes = ballot.votes;
        if (votes & _seatBit(number) != 0) revert MembersVoted(proposal, seat);
        votes |= _seatBit(number);
        ballot.votes = votes;
        // Votes of seats that were suspended since they voted do not count.
        uint256 counting = _bitCount(votes & _votingSeats);
        emit VoteCast(proposal, seat, counting);
        if (counting >= _threshold) _decide(proposal, ballot);
    }

    function _decide(uint256 proposal, Ballot storage ballot) private {
        (Act act, bytes18 member, bytes32 reason) = (ballot.act, ballot.member, ballot.reason);
        _checkStanding(act, member);
        ballot.decided = true;
        emit ProposalDecided(proposal, act, member);
        if (act == Act.Admission) {
            _checkKeyFree(ballot.key);
            _admit(member, ballot.key, ballot.kinds, reason);
        } else if (act == Act.Reinstatement) {
            _setStanding(member, Standing.Active, reason);
        } else if (act == Act.Suspension) {
            _setStanding(member, Standing.Suspended, reason);
        } else {
            _setStanding(member, Standing.Expelled, reason);
            _vacate(member);
        }
        uint256 voting = _bitCount(_votingSeats);
        if (voting < _threshold) revert MembersCouncilTooSmall(voting, _threshold);
    }

    /// @dev An expelled member keeps neither seat nor keys: readmitted, it starts with a new key and no seat.
    function _vacate(bytes18 member) private {
        _entries[member].seat = 0;
        address[] storage keys = _liveKeys[member];
        for (uint256 i = keys.length; i != 0; --i) _endKey(member, keys, i - 1);
    }

    function _admit(bytes18 member, address key, uint16 kinds, bytes32 reason) private {
        _setStanding(member, Standing.Active, reason);
        _entries[member].kinds = kinds;
        emit KindsSet(member, kinds);
        _bindKey(member, key);
    }

    function _setStanding(bytes18 member, Standing standing, bytes32 reason) private {
        Entry storage entry = _entries[member];
        entry.standing = standing;
        _standings[member].push(uint48(block.timestamp), uint208(uint256(standing)));
        if (entry.seat != 0) {
            uint256 bit = _seatBit(entry.seat);
            _votingSeats = standing == Standing.Active ? _votingSeats | bit : _votingSeats & ~bit;
        }
        emit StandingChanged(member, standing, reason);
    }

    function _addKey(bytes18 member, address key, uint256 deadline, bytes calldata consent) private {
        _checkKeyFree(key);
        if (block.timestamp > deadline) revert MembersDeadline(deadline);
        bytes32 digest = consentDigest(member, key, deadline);
        if (!SignatureChecker.isValidSignatureNow(key, digest, consent)) revert MembersConsent(key);
        _bindKey(member, key);
    }

    function _bindKey(bytes18 member, address key) private {
        uint48 from = uint48(block.timestamp);
        _lives[key] = KeyLife(member, from, NO_END);
        _liveKeys[member].push(key);
        emit KeyAdded(member, key, from);
    }

    function _retireKey(bytes18 member, address key) private {
        KeyLife storage life = _lives[key];
        if (life.member == 0) revert MembersUnknownKey(key);
        if (life.member != member) revert MembersNotOwnKey(key, life.member);
        if (life.until != NO_END) revert MembersKeyNotLive(key, life.until);
        address[] storage keys = _liveKeys[member];
        if (keys.length == 1) revert MembersLastKey(key);
        uint256 index = 0;
        while (keys[index] != key) ++index;
        _endKey(member, keys, index);
    }

    function _endKey(bytes18 member, address[] storage keys, uint256 index) private {
        address key = keys[index];
        keys[index] = keys[keys.length - 1];
        keys.pop();
        uint48 until = uint48(block.timestamp);
        _lives[key].until = until;
        emit KeyRetired(member, key, until);
    }

    function _checkIdentity(bytes18 member, address key, uint16 kinds) private view {
        if (!Uscc.isValid(member)) revert MembersUscc(member);
        if (kinds == 0 || kinds & ~ALL_KINDS != 0) revert MembersKinds(kinds);
        _checkKeyFree(key);
    }

    function _checkKeyFree(address key) private view {
        if (key == address(0)) revert MembersZeroKey();
        bytes18 taken = _lives[key].member;
        if (taken != 0) revert MembersKeyTaken(key, taken);
    }

    function _checkStanding(Act act, bytes18 member) private view {
        Standing standing = _entries[member].standing;
        bool allowed =
            act == Act.Suspension
                ? standing == Standing.Active
                : act == Act.Reinstatement
                    ? standing == Standing.Suspended
                    : act == Act.Expulsion
                        ? standing == Standing.Active || standing == Standing.Suspended
                        : standing == Standing.None || standing == Standing.Expelled;
        if (!allowed) revert MembersStanding(member, standing);
    }

    function _ballotOf(uint256 proposal) private view returns (Ballot storage ballot) {
        ballot = _ballots[proposal];
        if (ballot.act == Act.None) revert MembersUnknownProposal(proposal);
    }

    function _openBallot(uint256 proposal) private view returns (Ballot storage ballot) {
        ballot = _ballotOf(proposal);
        if (ballot.decided) revert MembersDecided(proposal);
        if (block.timestamp >= ballot.expires) revert MembersProposalExpired(proposal, ballot.expires);
    }

    function _seatBit(uint256 number) private pure returns (uint256) {
        return uint256(1) << (number - 1);
    }

    function _bitCount(uint256 bits) private pure returns (uint256 count) {
        // Clears the lowest set bit each time: as many rounds as bits are set, at most MAX_SEATS.
        for (; bits != 0; bits &= bits - 1) ++count;
    }
}
