// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice What an organisation does in the consortium. A member may have several kinds.
/// @dev Position n is bit n of a mask of kinds. The order is part of the ABI: new kinds go to the end.
enum Kind {
    Venue,
    Supplier,
    Processor,
    Operator,
    Broker,
    Notary,
    Auditor,
    Certifier,
    Insurer,
    Custodian,
    Regulator,
    Trustee,
    Arbitrator
}

/// @notice What a key may do for its member; a key has one or several of these.
/// @dev Position n is bit n of a mask of roles. The order is part of the ABI: new roles go to the end.
enum KeyRole {
    /// Adds, rotates and retires the member's keys, and leaves the consortium.
    Manage,
    /// Votes, freezes, reviews, rules and attests: what binds others by office.
    Govern,
    /// Registers, grants, trades, pleads: what binds the member in its own affairs.
    Act,
    /// Registers logs and publishes their checkpoints: the key that stands in a server.
    Publish
}

/// @notice Where a member stands. Only `Active` may act.
enum Standing {
    None,
    Active,
    Suspended,
    Expelled
}

/// @notice What a proposal decides when it reaches the threshold.
enum Act {
    None,
    Admission,
    Suspension,
    Reinstatement,
    Expulsion
}

/// @notice A founding seat of the council.
/// @param member USCC in ASCII, 18 bytes.
/// @param key First key of the member.
/// @param kinds Mask of kinds, bit n for `Kind(n)`.
struct Seat {
    bytes18 member;
    address key;
    uint16 kinds;
}

/// @notice A proposal as it stands.
/// @param member Member that it is about.
/// @param expires First second, Unix, in which it can no longer be voted on.
/// @param act What it decides.
/// @param decided True once it reached the threshold.
/// @param key Applying key of an admission, otherwise zero.
/// @param kinds Kinds asked for by an admission, otherwise zero.
/// @param reason Digest of the reason, or of the application's papers.
/// @param votes Votes that count now: those of seats whose members are active.
struct Proposal {
    bytes18 member;
    uint48 expires;
    Act act;
    bool decided;
    address key;
    uint16 kinds;
    bytes32 reason;
    uint256 votes;
}

/// @title Members of the consortium
/// @notice Organisations, their kinds and keys, and the votes of the council that admits, suspends, reinstates and expels them.
///
/// A member is named by its unified social credit code (GB 32100-2015), 18 ASCII bytes, check character verified. There is no owner
/// and no administrator: the council's seats vote, one vote a seat, and a threshold of more than half of all seats decides.
///
/// The council is the one of the constructor. A suspended seat has no vote until it is reinstated, an expelled one is vacant for ever, and
/// no decision may leave fewer voting seats than the threshold, for then nothing could ever be decided again. Expulsion ends all keys
/// of the member.
///
/// What follows from this, and is meant:
///
/// - Fewer seats than the threshold decide nothing, but as few as are needed to leave less than the threshold can block: with as many
///   voting seats as the threshold, each of them alone, even its own suspension.
/// - A vote can't be withdrawn. It counts until the proposal is decided or its 30 days are over, if its seat is active at that time.
/// - Every live key of a member has all its powers, over its other keys too. A member whose key was stolen retires it with another key
///   before the thief does the like; after that a suspension stops the thief, but only an expulsion ends the key, and a seat with it.
///   A key that is a contract (ERC-1271) can ask for several signatures.
/// - Readmitted, a member is the one it was: what is registered under its code is again its own to act on.
/// - The founding seats' keys are those that the deployer names: read {KeyAdded} and the council before trusting a deployment.
/// - Whether an organisation owns the code under which it applies is the council's to examine. Applications are free, so the chain's
///   permissions bound how many there are.
///
/// The end of a key, a standing or a right counts for its whole second: whoever asks about that second is told that it was over, even if
/// a transaction before it in the same block still relied on it.
interface IMembers {
    /// @notice A vote opened.
    /// @param proposal Number of the proposal, counted from 1.
    /// @param act What it decides.
    /// @param member Member that it is about.
    /// @param key Applying key of an admission, otherwise zero.
    /// @param kinds Kinds asked for by an admission, otherwise zero.
    /// @param reason Digest of the reason, or of the application's papers.
    /// @param expires First second, Unix, in which it can no longer be voted on.
    event ProposalOpened(
        uint256 indexed proposal,
        Act indexed act,
        bytes18 indexed member,
        address key,
        uint16 kinds,
        bytes32 reason,
        uint48 expires
    );

    /// @notice A seat voted for a proposal.
    /// @param proposal Number of the proposal.
    /// @param seat Member whose seat voted.
    /// @param votes Votes that count after this one.
    event VoteCast(uint256 indexed proposal, bytes18 indexed seat, uint256 votes);

    /// @notice A proposal reached the threshold and took effect.
    /// @param proposal Number of the proposal.
    /// @param act What was decided.
    /// @param member Member that it was about.
    event ProposalDecided(uint256 indexed proposal, Act indexed act, bytes18 indexed member);

    /// @notice A member's standing changed.
    /// @param member The member.
    /// @param standing Its standing from this block on.
    /// @param reason Digest of the reason; zero for founding seats.
    event StandingChanged(bytes18 indexed member, Standing indexed standing, bytes32 reason);

    /// @notice A member was given its kinds.
    /// @param member The member.
    /// @param kinds Mask of kinds.
    event KindsSet(bytes18 indexed member, uint16 kinds);

    /// @notice A key became a member's, for ever.
    /// @param member The member.
    /// @param key The key.
    /// @param from First second, Unix, of its life.
    event KeyAdded(bytes18 indexed member, address indexed key, uint48 from);

    /// @notice A key's life ended. What it did before stays valid.
    /// @param member The member.
    /// @param key The key.
    /// @param until First second, Unix, after its life.
    event KeyRetired(bytes18 indexed member, address indexed key, uint48 until);

    /// @notice The founding seats must be from 1 to 64.
    error MembersSeatCount(uint256 seats);

    /// @notice The threshold must be more than half of the seats and no more than all.
    error MembersThreshold(uint256 threshold, uint256 seats);

    /// @notice The id is no unified social credit code: a character outside the alphabet or a wrong check character.
    error MembersUscc(bytes18 member);

    /// @notice A member needs at least one kind, and only kinds that exist.
    error MembersKinds(uint16 kinds);

    /// @notice The zero address is nobody's key.
    error MembersZeroKey();

    /// @notice A reason or the digest of an application's papers must be given.
    error MembersZeroReason();

    /// @notice The key belongs to a member already, and does so for ever.
    error MembersKeyTaken(address key, bytes18 member);

    /// @notice The key belongs to no member.
    error MembersUnknownKey(address key);

    /// @notice The key's life is over.
    error MembersKeyNotLive(address key, uint48 until);

    /// @notice The key may not act in this role.
    error MembersKeyRole(address key, KeyRole role);

    /// @notice The key is another member's.
    error MembersNotOwnKey(address key, bytes18 member);

    /// @notice A member can't retire its last live key.
    error MembersLastKey(address key);

    /// @notice The member's standing does not allow this.
    error MembersStanding(bytes18 member, Standing standing);

    /// @notice The member holds no seat of the council.
    error MembersNoSeat(bytes18 member);

    /// @notice There is no proposal of this number.
    error MembersUnknownProposal(uint256 proposal);

    /// @notice The proposal has been decided.
    error MembersDecided(uint256 proposal);

    /// @notice The proposal's time is over.
    error MembersProposalExpired(uint256 proposal, uint48 expires);

    /// @notice The seat has voted on this proposal.
    error MembersVoted(uint256 proposal, bytes18 seat);

    /// @notice The key has an application for this member under vote.
    error MembersApplicationOpen(uint256 proposal);

    /// @notice An admission is opened by the applying key alone.
    error MembersAct(Act act);

    /// @notice The decision would leave fewer voting seats than the threshold.
    error MembersCouncilTooSmall(uint256 remaining, uint256 threshold);

    /// @notice The member has as many live keys as it may have.
    error MembersTooManyKeys(bytes18 member, uint256 most);

    /// @notice The votes that count now do not decide.
    error MembersTooFewVotes(uint256 proposal, uint256 votes, uint256 threshold);

    /// @notice The consent's last second has passed.
    error MembersDeadline(uint256 deadline);

    /// @notice The new key's consent is not its signature over these values.
    error MembersConsent(address key);

    /// @notice Asks the council to admit `member`; the caller is its first key.
    ///
    /// Several keys may apply for one code side by side, so nobody can keep an organisation out by being first; the council decides
    /// which of them is genuine.
    ///
    /// Requirements: a valid code, at least one kind, papers not zero, the caller's key belongs to no member, the member is neither
    /// active nor suspended, no application of this key for this member is open.
    ///
    /// @param member USCC in ASCII, 18 bytes.
    /// @param kinds Mask of kinds asked for.
    /// @param papers Digest of the application's papers.
    /// @return proposal Number of the proposal to vote on.
    function applyFor(bytes18 member, uint16 kinds, bytes32 papers) external returns (uint256 proposal);

    /// @notice Opens a vote on a suspension, reinstatement or expulsion and casts the caller's seat's vote for it.
    ///
    /// Requirements: the caller is a live key of an active member with a seat, the reason is not zero, the member's standing allows the
    /// act: suspension of the active, reinstatement of the suspended, expulsion of both.
    ///
    /// @param act Suspension, Reinstatement or Expulsion.
    /// @param member Member that it is about.
    /// @param reason Digest of the reason.
    /// @return proposal Number of the proposal.
    function propose(Act act, bytes18 member, bytes32 reason) external returns (uint256 proposal);

    /// @notice Casts the caller's seat's vote for a proposal. The vote that reaches the threshold puts it into effect, or reverts if that
    /// can't be done: the standing has changed, the key was bound elsewhere, too few voting seats would be left.
    ///
    /// Requirements: the caller is a live key of an active member with a seat that has not voted on it, the proposal is open.
    ///
    /// @param proposal Number of the proposal.
    function vote(uint256 proposal) external;

    /// @notice Puts a proposal into effect whose votes count again because a seat was reinstated. Anybody may ask for it.
    ///
    /// Requirements: the proposal is open, as many votes as the threshold are of seats whose members are active, and it can take effect as
    /// with {vote}.
    ///
    /// @param proposal Number of the proposal.
    function decide(uint256 proposal) external;

    /// @notice Adds a key to the caller's member from now on.
    ///
    /// Requirements: the caller is a live key of an active member with fewer than 16 live keys; the new key belongs to nobody; the
    /// deadline has not passed; the new key consents by its EIP-712 signature (or ERC-1271) over
    /// `KeyConsent(bytes18 member,address key,uint256 deadline)`, so nobody can take another's key by naming it. A key is added once for
    /// ever, so a consent can't be used twice; until its deadline any live key of the member can use it.
    ///
    /// @param key The new key.
    /// @param deadline Last second, Unix, of the consent.
    /// @param consent The new key's signature.
    function addKey(address key, uint256 deadline, bytes calldata consent) external;

    /// @notice Adds a key as {addKey} and ends the life of the calling key in the same step, also with 16 live keys.
    /// @param key The new key.
    /// @param deadline Last second, Unix, of the consent.
    /// @param consent The new key's signature.
    function rotateKey(address key, uint256 deadline, bytes calldata consent) external;

    /// @notice Ends the life of one of the caller's member's keys, now.
    ///
    /// Requirements: the caller is a live key of an active member; `key` is a live key of the same member and not its last.
    ///
    /// @param key The key.
    function retireKey(address key) external;

    /// @notice Freezes a member until a time; 0 or now lifts it.
    ///
    /// Requirements: the caller is the contract of emergency freezes.
    ///
    /// @param member The member.
    /// @param until First second, Unix, after the freeze.
    /// @param order Id of the order.
    function freeze(bytes18 member, uint48 until, bytes32 order) external;

    /// @notice The member to which a key belongs, whether or not the key lives; zero if to none.
    function memberOf(address key) external view returns (bytes18 member);

    /// @notice The active member for which a key may act in this block.
    /// @dev Reverts with {MembersUnknownKey}, {MembersKeyNotLive} or {MembersStanding}.
    function actorOf(address key) external view returns (bytes18 member);

    /// @notice The active member for which a key may act in this role in this block.
    /// @dev Reverts with {MembersUnknownKey}, {MembersKeyNotLive}, {MembersKeyRole} or {MembersStanding}.
    function actorOf(address key, KeyRole role) external view returns (bytes18 member);

    /// @notice True if the member is admitted and neither suspended nor expelled.
    function isActive(bytes18 member) external view returns (bool);

    /// @notice True if the member was active at `time`, Unix seconds. For the future: as things stand.
    function isActiveAt(bytes18 member, uint64 time) external view returns (bool);

    /// @notice True if the member was given the kind by its newest admission, whatever its standing.
    function hasKind(bytes18 member, Kind kind) external view returns (bool);

    /// @notice True if the key was the member's and alive at `time`, Unix seconds: `from <= time < until`. For the future: as things stand.
    /// @dev Says nothing of the member's standing at that time: see {isActiveAt}.
    function keyLiveAt(bytes18 member, address key, uint64 time) external view returns (bool);

    /// @notice Standing, kinds, seat and number of live keys of a member.
    /// @param member The member.
    /// @return standing Standing now.
    /// @return kinds Mask of kinds.
    /// @return seated True if it holds a seat of the council.
    /// @return liveKeys Keys that live now.
    function entryOf(
        bytes18 member
    ) external view returns (Standing standing, uint16 kinds, bool seated, uint256 liveKeys);

    /// @notice Member and life of a key.
    /// @return member Member, zero if unknown.
    /// @return from First second, Unix, of its life.
    /// @return until First second, Unix, after its life; the type's maximum while it lives.
    function keyLife(address key) external view returns (bytes18 member, uint48 from, uint48 until);

    /// @notice Keys of a member that live now, at most 16, in no order. {KeyAdded} and {KeyRetired} tell of all it ever had.
    function keysOf(bytes18 member) external view returns (address[] memory keys);

    /// @notice Members that hold the council's seats, in the order of the constructor, voting or suspended.
    function council() external view returns (bytes18[] memory members);

    /// @notice Votes that decide.
    function threshold() external view returns (uint256 votes);

    /// @notice Number of the newest proposal, 0 if there is none.
    /// @dev The newest may be anybody's: for the number of one's own there are {ProposalOpened} and {applicationOf}.
    function proposalCount() external view returns (uint256 count);

    /// @notice A proposal as it stands.
    /// @dev Reverts with {MembersUnknownProposal}.
    function proposalOf(uint256 proposal) external view returns (Proposal memory);

    /// @notice Number of the newest application of a key for a member, 0 if there is none.
    function applicationOf(bytes18 member, address key) external view returns (uint256 proposal);

    /// @notice True if the seat has voted for the proposal, whether or not its vote counts now; false once it is vacant.
    function hasVoted(uint256 proposal, bytes18 seat) external view returns (bool);

    /// @notice What a new key signs to consent to becoming a member's: the EIP-712 digest.
    function consentDigest(bytes18 member, address key, uint256 deadline) external view returns (bytes32 digest);
}
