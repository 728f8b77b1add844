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
/// @dev The numbers are part of the ABI: new standings go to the end.
enum Standing {
    /// Nobody ever applied under this code.
    None,
    Active,
    Suspended,
    Expelled,
    /// Somebody applied under this code, and it never was a member.
    Applied,
    /// It left by its own act.
    Left
}

/// @notice Level of a member's node in the consortium of one province-level platform, N nodes and X sectors (1+N+X).
/// @dev The numbers are part of the ABI: new tiers go to the end.
enum Tier {
    None,
    Province,
    Node,
    Sector
}

/// @notice What became of an application. One that nobody decided ends by its time without changing this.
enum ApplicationStatus {
    None,
    Open,
    Admitted,
    Refused,
    Withdrawn
}

/// @notice A member from the first block on.
/// @param member USCC in ASCII, 18 bytes.
/// @param key First key of the member, with all roles and without end.
/// @param kinds Mask of kinds, bit n for `Kind(n)`.
/// @param tier Level of its node.
/// @param parent Founder before this one that it belongs to, zero if none.
/// @param metadata Digest of its public description.
struct Founder {
    bytes18 member;
    address key;
    uint16 kinds;
    Tier tier;
    bytes18 parent;
    bytes32 metadata;
}

/// @notice An application for membership.
/// @param member Code under which it was made.
/// @param expires First second, Unix, in which it can no longer be decided.
/// @param status What became of it.
/// @param tier Level asked for.
/// @param kinds Mask of kinds asked for.
/// @param key Applying key: first key of the member if it is admitted.
/// @param parent Organisation that the applicant says it belongs to, zero if none.
/// @param metadata Digest of its public description.
/// @param papers Digest of the application's papers.
struct Application {
    bytes18 member;
    uint48 expires;
    ApplicationStatus status;
    Tier tier;
    uint16 kinds;
    address key;
    bytes18 parent;
    bytes32 metadata;
    bytes32 papers;
}

/// @notice A key that becomes a member's.
/// @param key The key; may be a contract that answers ERC-1271.
/// @param roles Mask of roles, bit n for `KeyRole(n)`.
/// @param until First second, Unix, after its life; the type's maximum for a key without end.
/// @param deadline Last second, Unix, of the consent.
/// @param consent The key's signature over the EIP-712 struct
///   `KeyConsent(bytes18 member,address key,uint8 roles,uint48 until,uint256 deadline)`.
struct NewKey {
    address key;
    uint8 roles;
    uint48 until;
    uint256 deadline;
    bytes consent;
}

/// @notice A member as it stands.
/// @param standing Standing now.
/// @param kinds Mask of kinds.
/// @param tier Level of its node.
/// @param frozenUntil First second, Unix, after its freeze; 0 or past if it is not frozen.
/// @param parent Member that it belongs to, zero if none.
/// @param children Members that belong to it.
/// @param metadata Digest of its public description.
struct Entry {
    Standing standing;
    uint16 kinds;
    Tier tier;
    uint48 frozenUntil;
    bytes18 parent;
    uint32 children;
    bytes32 metadata;
}

/// @title Members of the consortium
/// @notice Register of organisations: their kinds, tier, parent, standing and keys, each with its history.
///
/// A member is named by its unified social credit code (GB 32100-2015), 18 ASCII bytes, check character verified. There is no owner and no
/// administrator: what concerns the whole consortium (admission, kinds, tier, parent, standing, recovery of keys) happens by a call of the
/// council's contract, what concerns the member alone (its keys, its description, leaving) by its own key, and a freeze by the emergency
/// contract. Both contracts are those of the constructor, for ever.
///
/// A key acts in its roles only. Its roles are those with which it was added, for its whole life: other roles need another key. So what a
/// key was allowed to do in the past is read from one place.
///
/// What follows from this, and is meant:
///
/// - A member can't lock itself out: a key of role Manage without end always lives. A key with an end never counts as that one.
/// - Every live Manage key has power over the member's other keys. A member whose Manage key was stolen retires it with another before the
///   thief does the like; after that a suspension or a freeze stops the thief, and {recover} gives the member back to its owner.
/// - Keys of the other roles have no power over keys: one that is stolen from a server publishes checkpoints until it is retired, no more.
/// - Readmitted, a member is the one it was: what is registered under its code is again its own to act on. It starts with one new key and
///   the parent of its application; members that belonged to it when it went still do.
/// - The founders' keys are those that the deployer names: read {KeyAdded} before trusting a deployment.
/// - Whether an organisation owns the code under which it applies, and its parent agrees, is the council's to examine. Applications are
///   free, so the chain's permissions bound how many there are.
/// - A freeze that would leave fewer voting seats than decide is refused by the council, so the emergency powers alone can't paralyse it.
///
/// The end of a key, a standing, a kind or a right counts for its whole second: whoever asks about that second is told that it was over,
/// even if a transaction before it in the same block still relied on it.
interface IMembers {
    /// @notice A key asked for the admission of an organisation.
    /// @param application Number of the application, counted from 1.
    /// @param member Code under which it was made.
    /// @param key Applying key.
    /// @param kinds Mask of kinds asked for.
    /// @param tier Level asked for.
    /// @param parent Organisation that it says it belongs to, zero if none.
    /// @param metadata Digest of its public description.
    /// @param papers Digest of the application's papers.
    /// @param expires First second, Unix, in which it can no longer be decided.
    event ApplicationMade(
        uint256 indexed application,
        bytes18 indexed member,
        address indexed key,
        uint16 kinds,
        Tier tier,
        bytes18 parent,
        bytes32 metadata,
        bytes32 papers,
        uint48 expires
    );

    /// @notice An application was admitted, refused or withdrawn.
    /// @param application Number of the application.
    /// @param member Code under which it was made.
    /// @param status What became of it.
    /// @param reason Digest of the council's reason; zero for a withdrawal.
    event ApplicationClosed(
        uint256 indexed application,
        bytes18 indexed member,
        ApplicationStatus indexed status,
        bytes32 reason
    );

    /// @notice A member's standing changed.
    /// @param member The member.
    /// @param standing Its standing from this block on.
    /// @param reason Digest of the reason; of the papers for an application; zero for founders.
    event StandingChanged(bytes18 indexed member, Standing indexed standing, bytes32 reason);

    /// @notice A member's kinds changed.
    /// @param member The member.
    /// @param kinds Mask of all its kinds from this block on.
    /// @param reason Digest of the reason; zero for founders.
    event KindsSet(bytes18 indexed member, uint16 kinds, bytes32 reason);

    /// @notice A member's tier changed.
    /// @param member The member.
    /// @param tier Level of its node from this block on.
    /// @param reason Digest of the reason; zero for founders.
    event TierSet(bytes18 indexed member, Tier indexed tier, bytes32 reason);

    /// @notice A member's parent changed.
    /// @param member The member.
    /// @param parent Member that it belongs to from this block on, zero if none.
    /// @param reason Digest of the reason; zero for founders.
    event ParentSet(bytes18 indexed member, bytes18 indexed parent, bytes32 reason);

    /// @notice A member's public description changed.
    /// @param member The member.
    /// @param metadata Digest of the description.
    event MetadataSet(bytes18 indexed member, bytes32 metadata);

    /// @notice A member was frozen, or its freeze was changed or lifted.
    /// @param member The member.
    /// @param until First second, Unix, after the freeze; 0 if it was lifted.
    /// @param order Digest of the order.
    event MemberFrozen(bytes18 indexed member, uint48 until, bytes32 order);

    /// @notice A key became a member's, for ever.
    /// @param member The member.
    /// @param key The key.
    /// @param roles Mask of its roles.
    /// @param from First second, Unix, of its life.
    /// @param until First second, Unix, after its life; the type's maximum if it has no end.
    event KeyAdded(bytes18 indexed member, address indexed key, uint8 roles, uint48 from, uint48 until);

    /// @notice A key's life was ended. What it did before stays valid. A key that reaches the end of {KeyAdded} ends without this event.
    /// @param member The member.
    /// @param key The key.
    /// @param until First second, Unix, after its life.
    event KeyRetired(bytes18 indexed member, address indexed key, uint48 until);

    /// @notice The council gave a member a key and ended others.
    /// @param member The member.
    /// @param key The new key.
    /// @param reason Digest of the reason.
    event MemberRecovered(bytes18 indexed member, address indexed key, bytes32 reason);

    /// @notice There must be from 1 to 64 founders.
    error MembersFounderCount(uint256 founders);

    /// @notice The id is no unified social credit code: a character outside the alphabet or a wrong check character.
    error MembersUscc(bytes18 member);

    /// @notice A member needs at least one kind, only kinds that exist, and only kinds that it asked for.
    error MembersKinds(uint16 kinds);

    /// @notice The member has the kind, or has it not.
    error MembersKind(bytes18 member, Kind kind);

    /// @notice The member's only kind can't be withdrawn.
    error MembersLastKind(bytes18 member, Kind kind);

    /// @notice The parent is the member itself, or neither active nor suspended.
    error MembersParent(bytes18 member, bytes18 parent);

    /// @notice The member would have more than 8 others above it.
    error MembersParentDepth(bytes18 member, bytes18 parent);

    /// @notice Others belong to the member, so it can't be placed below another.
    error MembersHasChildren(bytes18 member, uint32 children);

    /// @notice The zero address is nobody's key.
    error MembersZeroKey();

    /// @notice A reason, a description or the digest of an application's papers must be given.
    error MembersZeroDigest();

    /// @notice The key belongs to a member already, and does so for ever.
    error MembersKeyTaken(address key, bytes18 member);

    /// @notice The key belongs to no member.
    error MembersUnknownKey(address key);

    /// @notice The key's life is over.
    error MembersKeyNotLive(address key, uint48 until);

    /// @notice The key may not act in this role.
    error MembersKeyRole(address key, KeyRole role);

    /// @notice A key needs at least one role, and only roles that exist.
    error MembersRoles(uint8 roles);

    /// @notice The end of a new key must be in the future.
    error MembersKeyEnd(address key, uint48 until);

    /// @notice The key is another member's.
    error MembersNotOwnKey(address key, bytes18 member);

    /// @notice No key of role Manage without end would be left.
    error MembersLastKey(bytes18 member);

    /// @notice The member's standing does not allow this.
    error MembersStanding(bytes18 member, Standing standing);

    /// @notice The member is frozen.
    error MembersFrozen(bytes18 member, uint48 until);

    /// @notice The member holds a seat of the council.
    error MembersSeated(bytes18 member);

    /// @notice There is no application of this number.
    error MembersUnknownApplication(uint256 application);

    /// @notice The application was admitted, refused or withdrawn.
    error MembersApplicationClosed(uint256 application, ApplicationStatus status);

    /// @notice The application's time is over.
    error MembersApplicationExpired(uint256 application, uint48 expires);

    /// @notice The key has an open application.
    error MembersApplicationOpen(uint256 application);

    /// @notice Only the key that applied withdraws the application.
    error MembersNotApplicant(uint256 application, address caller);

    /// @notice Only the emergency contract freezes.
    error MembersNotEmergency(address caller);

    /// @notice The member has as many live keys as it may have.
    error MembersTooManyKeys(bytes18 member, uint256 most);

    /// @notice No more keys are ended in a recovery than a member may have.
    error MembersTooManyEnded(uint256 given, uint256 most);

    /// @notice The consent's last second has passed.
    error MembersDeadline(uint256 deadline);

    /// @notice The new key's consent is not its signature over these values.
    error MembersConsent(address key);

    /// @notice Asks the council to admit `member`; the caller is its first key.
    ///
    /// Several keys may apply for one code side by side, so nobody can keep an organisation out by being first; the council decides
    /// which of them is genuine. An application can be decided for 180 days.
    ///
    /// Requirements: a valid code, at least one kind, description and papers not zero, the caller's key belongs to no member and has no
    /// open application, the member is neither active nor suspended, the parent could be set now ({setParent}).
    ///
    /// @param member USCC in ASCII, 18 bytes.
    /// @param kinds Mask of kinds asked for.
    /// @param tier Level asked for.
    /// @param parent Organisation that it belongs to, zero if none.
    /// @param metadata Digest of its public description.
    /// @param papers Digest of the application's papers.
    /// @return application Number of the application.
    function applyFor(
        bytes18 member,
        uint16 kinds,
        Tier tier,
        bytes18 parent,
        bytes32 metadata,
        bytes32 papers
    ) external returns (uint256 application);

    /// @notice Withdraws the caller's application.
    ///
    /// Requirements: the caller is the applying key; the application is open.
    ///
    /// @param application Number of the application.
    function withdrawApplication(uint256 application) external;

    /// @notice Admits an applicant with some or all of the kinds that it asked for. Only the council.
    ///
    /// Requirements: the application is open; `kinds` is a part of those asked for, not empty; the member is neither active nor suspended;
    /// the applying key belongs to no member; the parent can be set; the reason is not zero.
    ///
    /// @param application Number of the application.
    /// @param kinds Mask of kinds that are admitted.
    /// @param tier Level of its node.
    /// @param reason Digest of the reason.
    function admit(uint256 application, uint16 kinds, Tier tier, bytes32 reason) external;

    /// @notice Refuses an open application. Only the council.
    /// @param application Number of the application.
    /// @param reason Digest of the reason, not zero.
    function refuse(uint256 application, bytes32 reason) external;

    /// @notice Admits a member, active or suspended, to one more kind. Only the council.
    /// @param member The member.
    /// @param kind Kind that it does not have.
    /// @param reason Digest of the reason, not zero.
    function addKind(bytes18 member, Kind kind, bytes32 reason) external;

    /// @notice Withdraws one kind of a member, active or suspended, that has another. Only the council.
    /// @param member The member.
    /// @param kind Kind that it has.
    /// @param reason Digest of the reason, not zero.
    function withdrawKind(bytes18 member, Kind kind, bytes32 reason) external;

    /// @notice Sets the level of the node of a member, active or suspended. Only the council.
    /// @param member The member.
    /// @param tier Level of its node.
    /// @param reason Digest of the reason, not zero.
    function setTier(bytes18 member, Tier tier, bytes32 reason) external;

    /// @notice Sets the organisation that a member, active or suspended, belongs to. Only the council.
    ///
    /// Requirements: the parent is zero, or another member that is active or suspended and has at most 7 above it; a member to which others
    /// belong is placed below none. So there are no circles, and whoever walks up makes at most 8 steps. A group is moved from below: its
    /// members are loosed first, which one decision can do.
    ///
    /// @param member The member.
    /// @param parent Member that it belongs to, zero for none.
    /// @param reason Digest of the reason, not zero.
    function setParent(bytes18 member, bytes18 parent, bytes32 reason) external;

    /// @notice Suspends an active member. Only the council.
    /// @param member The member.
    /// @param reason Digest of the reason, not zero.
    function suspend(bytes18 member, bytes32 reason) external;

    /// @notice Makes a suspended member active again. Only the council.
    /// @param member The member.
    /// @param reason Digest of the reason, not zero.
    function reinstate(bytes18 member, bytes32 reason) external;

    /// @notice Expels a member, active or suspended: ends all its keys, looses it from its parent and vacates its seat of the council. Only
    /// the council.
    /// @param member The member.
    /// @param reason Digest of the reason, not zero.
    function expel(bytes18 member, bytes32 reason) external;

    /// @notice Gives a member, active or suspended, that lost its keys, a new one, and ends those that are named. Only the council.
    ///
    /// Requirements: the keys to end are live keys of the member, at most 16; the new key belongs to nobody and consents as with {addKey};
    /// a key of role Manage without end lives afterwards; the reason is not zero.
    ///
    /// @param member The member.
    /// @param added The new key.
    /// @param ended Keys whose life ends.
    /// @param reason Digest of the reason.
    function recover(bytes18 member, NewKey calldata added, address[] calldata ended, bytes32 reason) external;

    /// @notice Freezes a member, for cause, or changes or lifts its freeze. Only the emergency contract.
    ///
    /// A frozen member acts in nothing and its seat has no vote. Requirements for a freeze: the member is active or suspended, and the
    /// council can still decide without it. Lifting one has none: it lifts that of a member, too, that was expelled since.
    ///
    /// @param member The member.
    /// @param until First second, Unix, after the freeze; 0 or not in the future to lift it.
    /// @param order Digest of the order.
    function freeze(bytes18 member, uint48 until, bytes32 order) external;

    /// @notice Sets the digest of the public description of the caller's member, by a key of role Act.
    /// @param metadata Digest of the description, not zero.
    function setMetadata(bytes32 metadata) external;

    /// @notice Adds a key to the caller's member from now on, by a key of role Manage.
    ///
    /// Requirements: the member has fewer than 16 live keys; the new key belongs to nobody; at least one role, and only roles that exist;
    /// an end in the future; the deadline has not passed; the new key consents by its EIP-712 signature (or ERC-1271), so nobody can take
    /// another's key by naming it, nor give it more roles or time than it agreed to. A key is added once for ever, so a consent can't be
    /// used twice; until its deadline any live Manage key of the member can use it.
    ///
    /// @param added The new key.
    function addKey(NewKey calldata added) external;

    /// @notice Adds a key as {addKey} and ends the life of another in the same step, also with 16 live keys; by a key of role Manage.
    ///
    /// Requirements: those of {addKey} for the new key and of {retireKey} for the old.
    ///
    /// @param old Live key of the caller's member, which may be the calling one.
    /// @param added The new key.
    function rotateKey(address old, NewKey calldata added) external;

    /// @notice Ends the life of one of the caller's member's keys, now; by a key of role Manage.
    ///
    /// Requirements: `key` is a live key of the same member; a key of role Manage without end lives afterwards.
    ///
    /// @param key The key, which may be the calling one.
    function retireKey(address key) external;

    /// @notice Ends the membership of the caller's member and all its keys, and looses it from its parent; by a key of role Manage.
    ///
    /// Requirements: the member holds no seat of the council.
    ///
    /// @param reason Digest of the reason, not zero.
    function leave(bytes32 reason) external;

    /// @notice The member to which a key belongs, whether or not the key lives; zero if to none.
    function memberOf(address key) external view returns (bytes18 member);

    /// @notice The active member for which a key may act in this role in this block.
    /// @dev Reverts, in this order, with {MembersUnknownKey}, {MembersKeyNotLive}, {MembersKeyRole}, {MembersStanding} or {MembersFrozen}.
    function actorOf(address key, KeyRole role) external view returns (bytes18 member);

    /// @notice The member for which a key lives and has this role in this block, whatever the member's standing and freezes.
    /// @dev For what a suspended member may still do: answer for itself. Reverts, in this order, with {MembersUnknownKey},
    ///      {MembersKeyNotLive} or {MembersKeyRole}.
    function holderOf(address key, KeyRole role) external view returns (bytes18 member);

    /// @notice True if the member is admitted and neither suspended nor expelled nor frozen, and did not leave.
    function isActive(bytes18 member) external view returns (bool);

    /// @notice True if the member was active and not frozen at `time`, Unix seconds. For the future: as things stand.
    function isActiveAt(bytes18 member, uint64 time) external view returns (bool);

    /// @notice Standing at `time`, Unix seconds. For the future: as things stand. Says nothing of freezes.
    function standingAt(bytes18 member, uint64 time) external view returns (Standing standing);

    /// @notice End of the freeze in force at `time` as it was ordered by then, Unix seconds; 0 if none was in force.
    function frozenAt(bytes18 member, uint64 time) external view returns (uint48 until);

    /// @notice True if the member has the kind, whatever its standing.
    function hasKind(bytes18 member, Kind kind) external view returns (bool);

    /// @notice True if the member had the kind at `time`, Unix seconds, whatever its standing. For the future: as things stand.
    function hasKindAt(bytes18 member, Kind kind, uint64 time) external view returns (bool);

    /// @notice True if the key was the member's and alive at `time`, Unix seconds: `from <= time < until`. For the future: as things stand.
    /// @dev Says nothing of the member's standing at that time, nor of the key's roles: see {isActiveAt} and {keyLife}.
    function keyLiveAt(bytes18 member, address key, uint64 time) external view returns (bool);

    /// @notice A member as it stands; all zero if nothing was ever heard of it.
    function entryOf(bytes18 member) external view returns (Entry memory entry);

    /// @notice Member, roles and life of a key.
    /// @param key The key.
    /// @return member Member, zero if unknown.
    /// @return roles Mask of its roles.
    /// @return from First second, Unix, of its life.
    /// @return until First second, Unix, after its life; the type's maximum if it has no end.
    function keyLife(address key) external view returns (bytes18 member, uint8 roles, uint48 from, uint48 until);

    /// @notice Keys of a member that live in this block, at most 16, in no order. {KeyAdded} and {KeyRetired} tell of all it ever had.
    function keysOf(bytes18 member) external view returns (address[] memory keys);

    /// @notice Number of the newest application, 0 if there is none.
    function applicationCount() external view returns (uint256 count);

    /// @notice An application.
    /// @dev Reverts with {MembersUnknownApplication}.
    function applicationOf(uint256 application) external view returns (Application memory);

    /// @notice Number of the newest application of a key, 0 if there is none.
    function applicationBy(address key) external view returns (uint256 application);

    /// @notice Contract that may freeze.
    function emergency() external view returns (address);

    /// @notice What a new key signs to consent to becoming a member's: the EIP-712 digest.
    function consentDigest(
        bytes18 member,
        address key,
        uint8 roles,
        uint48 until,
        uint256 deadline
    ) external view returns (bytes32 digest);
}
