// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @title Evidence logs
/// @notice Transparency logs of members and the checkpoints that the chain accepted for them.
///
/// A log is append-only because nothing else is accepted: a new checkpoint must carry the RFC 9162 consistency proof from the newest
/// accepted one. Publishing is a compare-and-swap on the size of the head, so sending at least once is publishing exactly once.
///
/// What the chain vouches for, and what it does not:
///
/// - All accepted checkpoints of a log together prove at most one leaf at an index, and a root is accepted for one size only.
/// - A root does not say how many leaves it has. An owner that names a wrong size harms its newest leaves: they stand at other indices, or
///   at none where they can be shown. One that names the greatest size can never publish again. Both are seen by whoever holds a receipt.
/// - Neither checkpoint signatures nor the possession of `key` are verified here. Another member may register the same origin and key;
///   the id, which holds the owner, tells the logs apart.
/// - Owner and origin of a log are for ever. Its key can be rotated, and {keyAt} tells which counted when: of two in one second the later.
///   A rotation says that the key is another from its block on, not that what the old one signed before was false.
/// - Every live key of the owner with the role to publish publishes; rotating and closing take the role to manage, for a server's key that
///   was stolen must not be able to lock the owner out. While the owner is suspended or expelled its logs stand still; what was accepted
///   stays.
/// - Closing is for ever. What was accepted stays provable, and a proof says nothing of whether the log was closed: {log} does.
interface IEvidenceLogs {
    /// @notice A log was registered.
    /// @param logId keccak256(abi.encode(owner, origin)).
    /// @param owner Member whose log it is.
    /// @param origin Name of the log, first line of its checkpoints.
    /// @param key Ed25519 public key that signs its checkpoints.
    event LogRegistered(bytes32 indexed logId, bytes18 indexed owner, string origin, bytes32 key);

    /// @notice A checkpoint was accepted.
    /// @param logId The log.
    /// @param size Leaves of the tree.
    /// @param root Root of the tree of that size.
    /// @param previousSize Leaves of the tree that was the head before.
    event CheckpointPublished(bytes32 indexed logId, uint64 indexed size, bytes32 root, uint64 previousSize);

    /// @notice The key of a log changed, from this block on.
    /// @param logId The log.
    /// @param newKey Ed25519 public key that signs its checkpoints from now on.
    /// @param oldKey The one before.
    event LogKeyRotated(bytes32 indexed logId, bytes32 newKey, bytes32 oldKey);

    /// @notice A log was closed for ever.
    /// @param logId The log.
    /// @param size Leaves of its last accepted tree.
    /// @param reason Digest of the reason.
    event LogClosed(bytes32 indexed logId, uint64 size, bytes32 reason);

    /// @notice No contract stands at the address given for the members.
    error EvidenceLogsNoContract(address members);

    /// @notice An origin is 1 to 200 visible ASCII characters without `+`, as a name of a signed note.
    error EvidenceLogsOrigin(string origin);

    /// @notice The key of a log must be given.
    error EvidenceLogsZeroKey();

    /// @notice The new key is the one that the log has.
    error EvidenceLogsSameKey(bytes32 logId, bytes32 key);

    /// @notice A reason must be given.
    error EvidenceLogsZeroReason(bytes32 logId);

    /// @notice The log is closed.
    error EvidenceLogsClosed(bytes32 logId);

    /// @notice The owner has a log of this origin.
    error EvidenceLogsAlreadyRegistered(bytes32 logId);

    /// @notice There is no log of this id.
    error EvidenceLogsUnknownLog(bytes32 logId);

    /// @notice Only the log's owner publishes its checkpoints, rotates its key and closes it.
    error EvidenceLogsNotOwner(bytes32 logId, bytes18 owner, bytes18 caller);

    /// @notice The head is not the one from which the caller extends.
    /// @param logId The log.
    /// @param expected Size from which the caller extends.
    /// @param actual Size of the head.
    error EvidenceLogsStaleHead(bytes32 logId, uint64 expected, uint64 actual);

    /// @notice A new checkpoint has more leaves than the head.
    error EvidenceLogsNotGrowing(bytes32 logId, uint64 head, uint64 size);

    /// @notice A tree has fewer than 2^53 leaves.
    error EvidenceLogsSize(bytes32 logId, uint64 size);

    /// @notice A root must be given.
    error EvidenceLogsZeroRoot(bytes32 logId);

    /// @notice The proof does not show that the new tree starts with the leaves of the head.
    error EvidenceLogsNotConsistent(bytes32 logId, uint64 from, uint64 to);

    /// @notice Registers a log of the caller's member. Nobody can be forestalled: ids hold the owner.
    ///
    /// Requirements: the caller is a live key, with the role to publish, of an active member; the origin is well formed and new for this member; the key is not zero.
    ///
    /// @param origin Name of the log, 1 to 200 visible ASCII characters without `+`.
    /// @param key Ed25519 public key that signs its checkpoints; the chain takes it as told.
    /// @return logId keccak256(abi.encode(owner, origin)).
    function register(string calldata origin, bytes32 key) external returns (bytes32 logId);

    /// @notice Gives a log another key from this block on.
    ///
    /// Requirements: the caller is a live key, with the role to manage, of the active member that owns the log; the log is not closed; the key
    /// is not zero and not the present one.
    ///
    /// @param logId The log.
    /// @param newKey Ed25519 public key that signs its checkpoints from now on; the chain takes it as told.
    function rotateKey(bytes32 logId, bytes32 newKey) external;

    /// @notice Closes a log for ever: no further checkpoint is accepted.
    ///
    /// Requirements: the caller is a live key, with the role to manage, of the active member that owns the log; the log is not closed; the
    /// reason is not zero.
    ///
    /// @param logId The log.
    /// @param reason Digest of the reason.
    function close(bytes32 logId, bytes32 reason) external;

    /// @notice Publishes a checkpoint. If exactly this size and root were accepted before, nothing happens and nothing is emitted,
    /// also once the log is closed.
    ///
    /// Requirements: the caller is a live key, with the role to publish, of the active member that owns the log; the log is not closed;
    /// `expectedSize` is the size of the head; `size` is
    /// greater and less than 2^53; the root is not zero; `proof` is the consistency proof between both trees (RFC 9162 section 2.1.4),
    /// empty if the head is the empty tree.
    ///
    /// @param logId The log.
    /// @param expectedSize Leaves of the head that the caller extends, 0 for the first checkpoint.
    /// @param size Leaves of the new tree.
    /// @param root Root of the new tree.
    /// @param proof Nodes of the consistency proof, in the order of the RFC.
    function publish(bytes32 logId, uint64 expectedSize, uint64 size, bytes32 root, bytes32[] calldata proof) external;

    /// @notice The newest accepted checkpoint; zeros if there is none.
    /// @dev Reverts with {EvidenceLogsUnknownLog}.
    /// @return size Leaves of the tree.
    /// @return root Root of the tree.
    /// @return at Unix seconds of the block that accepted it.
    function latest(bytes32 logId) external view returns (uint64 size, bytes32 root, uint48 at);

    /// @notice Root accepted for this size, zero if none was. Size and root together are what was accepted: a verifier compares both.
    function rootAt(bytes32 logId, uint64 size) external view returns (bytes32 root);

    /// @notice What is registered of a log.
    /// @dev Reverts with {EvidenceLogsUnknownLog}.
    /// @return owner Member whose log it is.
    /// @return key Ed25519 public key that counts now.
    /// @return origin Name of the log.
    /// @return size Leaves of the head.
    /// @return closed True if it was closed.
    function log(
        bytes32 logId
    ) external view returns (bytes18 owner, bytes32 key, string memory origin, uint64 size, bool closed);

    /// @notice Key of the log that counted at `time`, Unix seconds; zero before its registration. For the future: as things stand.
    /// @dev Reverts with {EvidenceLogsUnknownLog}.
    function keyAt(bytes32 logId, uint64 time) external view returns (bytes32 key);

    /// @notice True if the leaf is at this index of the accepted tree of this size (RFC 9162 section 2.1.3). False for sizes that were
    /// not accepted.
    /// @param logId The log.
    /// @param size Leaves of an accepted tree.
    /// @param leaf Leaf hash, to be made from the entry by whoever asks: a hash that another names may be that of an inner node.
    /// @param index Position of the leaf, from 0.
    /// @param path Sibling nodes, the leaf's sibling first.
    function isIncluded(
        bytes32 logId,
        uint64 size,
        bytes32 leaf,
        uint64 index,
        bytes32[] calldata path
    ) external view returns (bool);

    /// @notice Id of the log of this owner and origin, registered or not.
    function logIdOf(bytes18 owner, string calldata origin) external pure returns (bytes32 logId);
}
