// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice How weighty a decision is. The numbers are part of the ABI.
enum ActClass {
    /// Every call of it is on the list of ordinary acts, and none gives a member with a seat other keys.
    Ordinary,
    /// Everything else: whatever touches the council itself, and whatever nobody thought of.
    Constitutional
}

/// @notice What one class of decisions asks for.
/// @param threshold Votes that decide: more than half of all seats, at most all.
/// @param period Seconds for which a proposal can be voted on, from an hour to a year.
/// @param delay Seconds between the vote that reaches the threshold and the decision, at most 90 days; 0: at once.
struct ClassRule {
    uint8 threshold;
    uint48 period;
    uint48 delay;
}

/// @notice What both classes ask for. The threshold of constitutional decisions is no lower than that of ordinary ones.
struct CouncilRules {
    ClassRule ordinary;
    ClassRule constitutional;
}

/// @notice A function that an ordinary decision may call.
/// @param target Contract.
/// @param selector Function of it.
struct OrdinaryAct {
    address target;
    bytes4 selector;
}

/// @notice One call of a decision.
/// @param target Contract, with code.
/// @param data Selector and arguments, 4 to 2,048 bytes.
struct Call {
    address target;
    bytes data;
}

/// @notice A proposal as it stands.
/// @param expires First second, Unix, in which it can no longer be voted on.
/// @param passedAt Second in which its votes first reached the threshold, 0 if they did not.
/// @param rulesVersion Version of the rules under which it was decided, 0 if it was not.
/// @param reason Digest of the reasons.
/// @param calls What it does.
/// @param class Its class as the list stands now.
/// @param votes Votes that count now: those of seats whose members are active.
struct Proposal {
    uint48 expires;
    uint48 passedAt;
    uint32 rulesVersion;
    bytes32 reason;
    Call[] calls;
    ActClass class;
    uint256 votes;
}

/// @title Council of the consortium
/// @notice Seats that vote, one vote a seat, on lists of calls. Whatever a contract allows only to the council happens by such a decision,
/// with this contract as the caller.
///
/// OpenZeppelin's Governor does not fit: it counts the tokens of an account at a moment that has passed, where here a seat is a member
/// that votes once, with whichever of its keys; the vote of a member that was suspended since falls away; and the vote that reaches the
/// threshold decides at once.
///
/// A seat is held by a member, and voted by any of its live keys of role Govern. Seats are added and removed by the council's own
/// decisions. A seat counts for the threshold as long as it stands, but has a vote only while its member is active: neither suspended nor
/// frozen. The expulsion of a member vacates its seat in the same transaction, and a member with a seat does not leave.
///
/// There are two classes of decisions. Ordinary is one of which every call is on the list of ordinary acts; all else is constitutional,
/// also what nobody thought of. Acts on the council itself are never ordinary. Nor is the recovery of keys of a member with a seat, listed
/// or not: it gives a vote to whom the decision names, and ordinary decisions could gain by it the votes that constitutional ones ask for.
/// Each class has its threshold, period and delay.
///
/// No decision leaves fewer voting seats than the threshold of constitutional decisions, nor a threshold that is not more than half of
/// all seats: what would, reverts as a whole. Nor does a freeze ({checkQuorum}). So the council can always decide.
///
/// What happens to open proposals when seats or rules change:
///
/// - What counts is counted when the decision is taken: the votes of those seats that then stand and whose members are then active.
/// - A seat that was removed and added again is another seat: what it voted before does not count, and it may vote anew.
/// - Class, threshold and delay are those in force when the decision is taken, whatever they were when it was proposed. The decision names
///   the version of the rules. The time for voting is the one of the opening.
/// - If a rule or seat changes so that votes which did not suffice now do, nobody needs to vote again: anybody asks for {decide}.
///
/// What follows from this, and is meant:
///
/// - Fewer seats than the threshold decide nothing, but as few as are needed to leave less than the threshold can block: with as many
///   voting seats as the threshold, each of them alone, even its own suspension.
/// - A vote can't be withdrawn. It counts until the proposal is decided or its time is over.
/// - With a delay, a proposal whose votes once reached the threshold can be decided from the end of the delay, for as long as a period of
///   its class lasts and at least while it is open, if its votes then suffice. What is urgent belongs into a class without delay, or to the emergency contract.
/// - A decision is all of its calls or none: if one reverts, the vote or {decide} that would have taken it reverts with the same error.
///   The vote is not cast then, and the proposal stays open. With a delay the vote stands, and {decide} reverts.
/// - A proposal that can't be carried out now may be so later: as long as it is open, votes that suffice can decide it at a time that is
///   none of theirs to choose. Who votes should mean it for the whole time.
/// - Several decisions on one matter can be open side by side; whoever opens one looks for others first.
/// - The gas of a vote grows with the seats, at most 64, and with what the decision does.
interface ICouncil {
    /// @notice A vote opened.
    /// @param proposal Number of the proposal, counted from 1.
    /// @param seat Member whose seat opened it, and which voted for it.
    /// @param content Digest of its calls and reasons ({contentOf}).
    /// @param class Its class as the list stands now.
    /// @param reason Digest of the reasons.
    /// @param calls What it does.
    /// @param expires First second, Unix, in which it can no longer be voted on.
    event ProposalOpened(
        uint256 indexed proposal,
        bytes18 indexed seat,
        bytes32 indexed content,
        ActClass class,
        bytes32 reason,
        Call[] calls,
        uint48 expires
    );

    /// @notice A seat voted for a proposal.
    /// @param proposal Number of the proposal.
    /// @param seat Member whose seat voted.
    /// @param key Key that voted.
    /// @param votes Votes that count after this one.
    event VoteCast(uint256 indexed proposal, bytes18 indexed seat, address indexed key, uint256 votes);

    /// @notice A proposal reached the threshold and waits for its delay.
    /// @param proposal Number of the proposal.
    /// @param decidableFrom First second, Unix, in which it can be decided.
    event ProposalPassed(uint256 indexed proposal, uint48 decidableFrom);

    /// @notice A proposal was decided: all its calls were made.
    /// @param proposal Number of the proposal.
    /// @param class Its class.
    /// @param rulesVersion Version of the rules under which it was decided.
    /// @param votes Votes that counted.
    /// @param threshold Votes that it needed.
    event ProposalDecided(
        uint256 indexed proposal,
        ActClass indexed class,
        uint32 indexed rulesVersion,
        uint256 votes,
        uint256 threshold
    );

    /// @notice A member was given a seat.
    /// @param member The member.
    /// @param serial Number of the seat, counted from 1, never given twice.
    event SeatAdded(bytes18 indexed member, uint64 serial);

    /// @notice A seat was removed, or vacated by an expulsion.
    /// @param member Member that held it.
    /// @param serial Number of the seat.
    event SeatRemoved(bytes18 indexed member, uint64 serial);

    /// @notice New rules are in force.
    /// @param version Version, counted from 1.
    /// @param rules The rules.
    event RulesSet(uint32 indexed version, CouncilRules rules);

    /// @notice An act was put on the list of ordinary acts or taken off it.
    /// @param version Version of the rules from which on this holds.
    /// @param target Contract.
    /// @param selector Function of it.
    /// @param ordinary True if it is ordinary from now on.
    event OrdinarySet(uint32 indexed version, address indexed target, bytes4 indexed selector, bool ordinary);

    /// @notice No contract stands at an address.
    error CouncilNoContract(address place);

    /// @notice The register of members names another council.
    error CouncilNotNamed(address named);

    /// @notice Only a decision of the council itself does this.
    error CouncilNotSelf(address caller);

    /// @notice Only the register of members does this.
    error CouncilNotMembers(address caller);

    /// @notice There must be from 1 to 64 seats.
    error CouncilSeatCount(uint256 seats);

    /// @notice The member holds a seat.
    error CouncilSeated(bytes18 member);

    /// @notice The member holds no seat.
    error CouncilNoSeat(bytes18 member);

    /// @notice Only an active member is given a seat.
    error CouncilNotActive(bytes18 member);

    /// @notice A threshold must be more than half of all seats and no more than all, and the constitutional no lower than the ordinary.
    error CouncilThreshold(uint256 threshold, uint256 seats);

    /// @notice A period must be from an hour to a year.
    error CouncilPeriod(uint48 period);

    /// @notice A delay must be at most 90 days.
    error CouncilDelay(uint48 delay);

    /// @notice Acts on the council itself are never ordinary.
    error CouncilConstitutional(address target, bytes4 selector);

    /// @notice There must be from 1 to 64 acts to put on the list or take off it at once; none to 64 in the constructor.
    error CouncilActCount(uint256 acts);

    /// @notice The act is on the list already, or is not.
    error CouncilActListed(address target, bytes4 selector, bool ordinary);

    /// @notice Fewer voting seats would be left than decide constitutional matters.
    error CouncilTooSmall(uint256 voting, uint256 threshold);

    /// @notice A proposal has from 1 to 8 calls.
    error CouncilCallCount(uint256 calls);

    /// @notice A call has from 4 to 2,048 bytes.
    error CouncilCallLength(uint256 index, uint256 length);

    /// @notice A reason must be given.
    error CouncilZeroReason();

    /// @notice There is no proposal of this number.
    error CouncilUnknownProposal(uint256 proposal);

    /// @notice The proposal was decided.
    error CouncilDecided(uint256 proposal);

    /// @notice The proposal's time for voting is over, or that for deciding it after its delay.
    error CouncilExpired(uint256 proposal, uint48 expires);

    /// @notice The proposal's delay is not over.
    error CouncilTooEarly(uint256 proposal, uint48 decidableFrom);

    /// @notice The seat has voted on this proposal.
    error CouncilVoted(uint256 proposal, bytes18 seat);

    /// @notice The votes that count now do not decide.
    error CouncilTooFewVotes(uint256 proposal, uint256 votes, uint256 threshold);

    /// @notice The last second of the signed vote has passed.
    error CouncilDeadline(uint256 deadline);

    /// @notice The signature is not the key's signature over these values.
    error CouncilSignature(address key);

    /// @notice There is no such version of the rules.
    error CouncilUnknownVersion(uint32 version);

    /// @notice Opens a vote on a list of calls and casts the caller's seat's vote for it. With a threshold of one it decides.
    ///
    /// Requirements: the caller is a live Govern key of an active member with a seat; 1 to 8 calls of 4 to 2,048 bytes to targets with
    /// code; the reason is not zero.
    ///
    /// @param calls What the decision does, in this order.
    /// @param reason Digest of the reasons.
    /// @return proposal Number of the proposal.
    function propose(Call[] calldata calls, bytes32 reason) external returns (uint256 proposal);

    /// @notice Casts the caller's seat's vote for a proposal. The vote that reaches the threshold decides, or begins the delay, or reverts
    /// with the error of the call that can't be made.
    ///
    /// Requirements: the caller is a live Govern key of an active member with a seat that has not voted on it; the proposal is open.
    ///
    /// @param proposal Number of the proposal.
    function vote(uint256 proposal) external;

    /// @notice Casts a vote as {vote} by a signature. Anybody may relay it.
    ///
    /// Requirements: those of {vote} for `key`; the deadline has not passed; the key signed (or answers for it by ERC-1271) the EIP-712
    /// struct `Vote(uint256 proposal,bytes32 content,bytes18 seat,uint256 deadline)` with the content of this proposal ({contentOf}) and
    /// the key's member as the seat. A seat votes once on a proposal, so a signature is used once.
    ///
    /// @param proposal Number of the proposal.
    /// @param key Key that signed.
    /// @param deadline Last second, Unix, in which it may be relayed.
    /// @param signature r, s and v in 65 bytes, or what the key's contract asks for.
    function voteSigned(uint256 proposal, address key, uint256 deadline, bytes calldata signature) external;

    /// @notice Decides a proposal whose votes suffice: after its delay, or because a seat was reinstated or a rule changed. Anybody may ask
    /// for it. Where a delay has not begun, this begins it.
    ///
    /// Requirements: the proposal is open; as many votes as the threshold are of seats whose members are active; a delay that has begun is
    /// over; its calls can be made.
    ///
    /// @param proposal Number of the proposal.
    function decide(uint256 proposal) external;

    /// @notice Gives an active member a seat. Only a decision of the council; at most 64 seats.
    /// @param member The member.
    function addSeat(bytes18 member) external;

    /// @notice Removes a seat. Only a decision of the council.
    /// @param member Member that holds it.
    function removeSeat(bytes18 member) external;

    /// @notice Sets the rules, from the next decision on. Only a decision of the council.
    /// @param rules The rules.
    function setRules(CouncilRules calldata rules) external;

    /// @notice Puts acts on the list of ordinary acts or takes them off it, from the next decision on. Only a decision of the council.
    /// @param acts Acts, 1 to 64, none of the council itself.
    /// @param ordinary True to put them on the list.
    function setOrdinary(OrdinaryAct[] calldata acts, bool ordinary) external;

    /// @notice Vacates the seat of a member that is expelled. Only the register of members.
    /// @param member Member that holds a seat.
    function vacate(bytes18 member) external;

    /// @notice Reverts with {CouncilTooSmall} if there are fewer voting seats than decide constitutional matters.
    function checkQuorum() external view;

    /// @notice Register of members.
    function members() external view returns (address);

    /// @notice Members that hold the seats, voting or not, in no order.
    function seats() external view returns (bytes18[] memory holders);

    /// @notice True if the member holds a seat, voting or not.
    function isSeat(bytes18 member) external view returns (bool);

    /// @notice Seats whose members are active.
    function votingSeats() external view returns (uint256 voting);

    /// @notice Version of the rules in force, counted from 1.
    function rulesVersion() external view returns (uint32 version);

    /// @notice Rules of a version.
    /// @dev Reverts with {CouncilUnknownVersion}.
    function rulesOf(uint32 version) external view returns (CouncilRules memory);

    /// @notice True if the act was on the list of ordinary acts in this version of the rules.
    /// @dev Reverts with {CouncilUnknownVersion}.
    function isOrdinary(address target, bytes4 selector, uint32 version) external view returns (bool);

    /// @notice Number of the newest proposal, 0 if there is none.
    /// @dev The newest may be anybody's: for the number of one's own there is {ProposalOpened}.
    function proposalCount() external view returns (uint256 count);

    /// @notice A proposal as it stands.
    /// @dev Reverts with {CouncilUnknownProposal}.
    function proposalOf(uint256 proposal) external view returns (Proposal memory);

    /// @notice True if the seat has voted for the proposal, whether or not its vote counts now; false once it is vacant.
    /// @dev Reverts with {CouncilUnknownProposal}.
    function hasVoted(uint256 proposal, bytes18 seat) external view returns (bool);

    /// @notice What a proposal does and why: keccak256(abi.encode(calls, reason)).
    /// @dev Reverts with {CouncilUnknownProposal}.
    function contentOf(uint256 proposal) external view returns (bytes32 content);

    /// @notice What a key signs to vote: the EIP-712 digest.
    function voteDigest(
        uint256 proposal,
        bytes32 content,
        bytes18 seat,
        uint256 deadline
    ) external view returns (bytes32 digest);
}
