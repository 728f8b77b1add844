// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

/// @notice What a person, or a trustee for it, decided (决定权). A denial allows nothing and is kept as well as a consent.
enum Decision {
    None,
    Allowed,
    Denied
}

/// @notice How the person was shown what it decides about (知情权).
enum NoticeChannel {
    None,
    Screen,
    Paper,
    Speech,
    Trustee
}

/// @notice A decision about one recipient's processing of one subject.
/// @param person Commitment of the person, see {IConsents-personOf}; for a decision under a mandate for many, that person's commitment or the
/// mandate's root.
/// @param subject Resource or product of source class Personal.
/// @param recipient Member that is to process it.
/// @param purposes Mask of 1 to 4 purposes of the consortium's catalogue.
/// @param from First second, Unix. A consent is never valid before the block that records it.
/// @param until First second, Unix, after its period.
/// @param notice Digest of the text that was shown.
/// @param noticedAt When it was shown, Unix seconds.
/// @param channel How it was shown.
/// @param decision Allowed or Denied.
struct ConsentTerms {
    bytes32 person;
    bytes32 subject;
    bytes18 recipient;
    uint64 purposes;
    uint48 from;
    uint48 until;
    bytes32 notice;
    uint48 noticedAt;
    NoticeChannel channel;
    Decision decision;
}

/// @notice A decision as it stands.
/// @param terms What was decided.
/// @param givenAt Unix seconds.
/// @param withdrawnAt First second, Unix, in which it counts no more because it was withdrawn; 0 if it was not.
/// @param mandate Mandate under which a trustee decided; zero if the person did.
struct Consent {
    ConsentTerms terms;
    uint48 givenAt;
    uint48 withdrawnAt;
    bytes32 mandate;
}

/// @notice What a trustee (受托者) is entrusted with.
/// @param trustee Member of kind trustee.
/// @param persons Commitment of the person, or the root of a Merkle tree of the commitments of many.
/// @param many True for a root.
/// @param purposes Mask of 1 to 16 purposes within which the trustee may consent.
/// @param from First second, Unix.
/// @param until First second, Unix, after its period.
/// @param document Digest of the document of the mandate.
/// @param recipients 1 to 16 members that the trustee may consent to, each once.
struct MandateTerms {
    bytes18 trustee;
    bytes32 persons;
    bool many;
    uint64 purposes;
    uint48 from;
    uint48 until;
    bytes32 document;
    bytes18[] recipients;
}

/// @notice A mandate as it stands.
/// @param terms What was entrusted.
/// @param givenAt Unix seconds.
/// @param endedAt First second, Unix, after it was revoked or laid down; 0 if it was not.
struct Mandate {
    MandateTerms terms;
    uint48 givenAt;
    uint48 endedAt;
}

/// @notice What shows that a person signed.
/// @param key One-time key.
/// @param opening With the key it makes the person's commitment, see {IConsents-personOf}.
/// @param signature r, s and v in 65 bytes.
struct PersonSignature {
    address key;
    bytes32 opening;
    bytes signature;
}

/// @title Consents of the people whom data is about
/// @notice Who may process whose data, for what and until when, as the person or a trustee decided: plan items 1 (知情权、决定权) and 6 (不得
/// “一揽子授权”; 受托者代表个人利益), after the Personal Information Protection Law: consent given knowingly, freely and explicitly, and anew when purposes
/// change (art. 14), withdrawn at any time without undoing what was done before (art. 15), for a recipient that is named (art. 23).
///
/// There is no blanket consent: each names one subject, one recipient, 1 to 4 purposes, a period of at most three years, and the digest
/// of the text that the person was shown.
///
/// Nobody is named here. A person makes a new key pair for each decision and each mandate, and commits to it:
///
///     person = keccak256(abi.encode(address key, bytes32 opening)), opening = hash of the identity and 32 random bytes
///
/// The person, who keeps both, can prove to whom it likes that a commitment is its own; nobody else can link two of them. The contract takes a
/// key once, so no address lasts, and takes only plain keys: a contract that signs has an address that lasts. The key stands in the calldata of
/// the person's own transactions and, hashed, in the storage; in no event. Anybody may bring what a person signed, so it needs no account.
///
/// What a person did not sign is not its consent: neither the recipient nor the holder of the data can decide under a commitment that a person
/// made, for it binds the person's key. A key of a member is no person's key, and a trustee decides neither for itself nor for data of its own.
///
/// A trustee decides within a mandate: its purposes, its recipients, its period. A person entrusts it with a one-time key. For many, the trustee
/// deposits the root of the tree of their commitments (leaf = keccak256(keccak256(abi.encode(person))), pairs sorted, as OpenZeppelin's MerkleProof
/// reads them). A trustee then decides for one of them, with a proof, or for all at once, with the root in place of the person.
///
/// What follows from this, and is meant:
///
/// - A mandate and every consent can be revoked, whatever was agreed: there is no irrevocable one.
/// - Revoking a mandate ends the consents under it, in the same second. Its expiry needs not: they end by then.
/// - One of many takes itself out of the mandate. What the trustee decided for it alone ends; what it decided for all goes on for the others, and
///   {isValidForAt} says for whom. Who processes asks it person by person.
/// - That each of many gave the mandate is in its document, not here: the trustee answers for it.
/// - Whether commitments are of real and different people is not to be seen here.
/// - A withdrawal and a revocation bear no deadline: they can be used once, and one that is brought late must still end what it ends.
/// - A denial is a record. It does not withdraw a consent given before, and does not keep the person from consenting later.
/// - Consents outlive the trustee's standing; the persons still end them.
/// - A withdrawal counts for its whole second, as every end of something (see {IMembers}).
interface IConsents {
    /// @notice A person was given notice (告知回执) of what it then decided.
    /// @param consent The decision.
    /// @param notice Digest of the text that was shown.
    /// @param channel How.
    /// @param noticedAt When, Unix seconds.
    event NoticeReceived(
        bytes32 indexed consent,
        bytes32 indexed notice,
        NoticeChannel indexed channel,
        uint48 noticedAt
    );

    /// @notice A decision was recorded.
    /// @param consent Its id.
    /// @param subject Resource or product.
    /// @param recipient Member that it is about.
    /// @param mandate Mandate under which a trustee decided; zero if the person did.
    /// @param terms What was decided.
    event ConsentDecided(
        bytes32 indexed consent,
        bytes32 indexed subject,
        bytes18 indexed recipient,
        bytes32 mandate,
        ConsentTerms terms
    );

    /// @notice A consent was withdrawn.
    /// @param consent The consent.
    /// @param trustee Trustee that withdrew it; zero if the person did.
    event ConsentWithdrawn(bytes32 indexed consent, bytes18 indexed trustee);

    /// @notice A mandate was given.
    /// @param mandate Its id.
    /// @param trustee Member that is entrusted.
    /// @param terms What it is entrusted with.
    event MandateGiven(bytes32 indexed mandate, bytes18 indexed trustee, MandateTerms terms);

    /// @notice A mandate was revoked or laid down, and the consents under it with it.
    /// @param mandate The mandate.
    /// @param trustee Trustee that laid it down; zero if the person revoked it.
    event MandateEnded(bytes32 indexed mandate, bytes18 indexed trustee);

    /// @notice One of many took itself out of a mandate.
    /// @param mandate The mandate.
    /// @param person Its commitment.
    event PersonLeft(bytes32 indexed mandate, bytes32 indexed person);

    /// @notice No contract stands at the address.
    error ConsentsNoContract(address given);

    /// @notice A digest must be given.
    error ConsentsZeroDigest();

    /// @notice Nobody registered this subject.
    error ConsentsUnknownSubject(bytes32 subject);

    /// @notice The subject is not of source class Personal.
    error ConsentsNotPersonal(bytes32 subject);

    /// @notice A recipient is one named active member.
    error ConsentsRecipient(bytes18 recipient);

    /// @notice A consent names 1 to 4 purposes, a mandate 1 to 16; none stands for all.
    error ConsentsPurposes(uint64 purposes, uint256 most);

    /// @notice A period ends after it begins and after this block, and lasts, and ends from this block, within 1,096 days.
    error ConsentsPeriod(uint48 from, uint48 until);

    /// @notice The text was shown by some channel and not after this block.
    error ConsentsNotice(uint48 noticedAt, NoticeChannel channel);

    /// @notice A decision allows or denies.
    error ConsentsDecision();

    /// @notice Key and opening do not make the commitment.
    error ConsentsPerson(bytes32 expected, bytes32 given);

    /// @notice A member's key is no person's key.
    error ConsentsMemberKey(address key, bytes18 member);

    /// @notice A key serves one decision or one mandate.
    error ConsentsKeySpent(bytes32 person);

    /// @notice The signature is not the key's signature over these values.
    error ConsentsSignature(address key);

    /// @notice The last second of the signature has passed.
    error ConsentsDeadline(uint256 deadline);

    /// @notice The same was decided already.
    error ConsentsAlreadyGiven(bytes32 consent);

    /// @notice There is no decision of this id.
    error ConsentsUnknown(bytes32 consent);

    /// @notice A denial is not withdrawn.
    error ConsentsDenied(bytes32 consent);

    /// @notice The consent was withdrawn.
    error ConsentsAlreadyWithdrawn(bytes32 consent, uint48 withdrawnAt);

    /// @notice The member is no trustee, or not the one of the mandate, or would decide for itself or for data of its own.
    error ConsentsTrustee(bytes18 member);

    /// @notice A mandate names 1 to 16 recipients, each once, and never the trustee.
    error ConsentsRecipients(uint256 given);

    /// @notice There is this mandate already.
    error ConsentsMandateGiven(bytes32 mandate);

    /// @notice There is no mandate of this id.
    error ConsentsUnknownMandate(bytes32 mandate);

    /// @notice The mandate is for many and is deposited by its trustee, or for one and is given by the person.
    error ConsentsMandateKind(bool many);

    /// @notice The mandate is not valid in this block.
    error ConsentsMandateNotValid(bytes32 mandate);

    /// @notice The mandate does not go so far in purposes.
    error ConsentsPurposesExceed(bytes32 mandate, uint64 purposes, uint64 most);

    /// @notice The mandate does not go so far in time.
    error ConsentsPeriodExceeds(bytes32 mandate, uint48 from, uint48 until);

    /// @notice The mandate does not name this recipient.
    error ConsentsNotOfMandate(bytes32 mandate, bytes18 recipient);

    /// @notice The person is not one of the mandate's, as the proof stands, or the proof is longer than 32.
    error ConsentsProof(bytes32 mandate, bytes32 person);

    /// @notice The person has taken itself out of the mandate.
    error ConsentsPersonLeft(bytes32 mandate, bytes32 person, uint48 leftAt);

    /// @notice Records a person's own decision. Anybody may bring it.
    ///
    /// Requirements: the subject is registered or under review, of source class Personal; the recipient is an active member; 1 to 4 purposes; a period
    /// within three years; the text was shown, by some channel, not after this block; the deadline has not passed; key and opening make
    /// the commitment; the key is no member's and was not used here before; it signed {consentDigest}.
    ///
    /// @param terms What is decided.
    /// @param deadline Last second, Unix, in which it may be recorded.
    /// @param signed The person's signature.
    /// @return consent Its id.
    function give(
        ConsentTerms calldata terms,
        uint256 deadline,
        PersonSignature calldata signed
    ) external returns (bytes32 consent);

    /// @notice Records a decision of a trustee under a mandate.
    ///
    /// Requirements: as {give} for the terms; the caller is a live Govern key of the mandate's trustee, active and of that kind, which is neither the recipient nor the
    /// subject's owner; the mandate is valid now; purposes, recipient and period lie within it; the person is the mandate's, or one of the
    /// many by the proof, and has not left.
    ///
    /// @param mandate The mandate.
    /// @param terms What is decided.
    /// @param proof Proof of the person's leaf under the root, at most 32 nodes; empty for the person of a mandate for one, and for all at once.
    /// @return consent Its id.
    function giveAsTrustee(
        bytes32 mandate,
        ConsentTerms calldata terms,
        bytes32[] calldata proof
    ) external returns (bytes32 consent);

    /// @notice Withdraws a consent from this second on. Anybody may bring it.
    ///
    /// Requirements: it is a consent and not withdrawn; key and opening make its person's commitment; the key signed {withdrawalDigest}. What a trustee decided for a
    /// person alone, that person withdraws too.
    ///
    /// @param consent The consent.
    /// @param signed The person's signature.
    function withdraw(bytes32 consent, PersonSignature calldata signed) external;

    /// @notice Withdraws a consent under a mandate from this second on.
    ///
    /// Requirements: it is a consent under a mandate and not withdrawn; the caller is a live Govern key of the mandate's trustee.
    ///
    /// @param consent The consent.
    function withdrawAsTrustee(bytes32 consent) external;

    /// @notice Gives a mandate for one person. Anybody may bring it.
    ///
    /// Requirements: the mandate is for one; the trustee is an active member of kind trustee; no digest is zero; 1 to 16 purposes; 1 to 16 active recipients, each once, the
    /// trustee not among them; a period within three years; deadline, commitment, key and signature ({mandateDigest}) as {give}.
    ///
    /// @param terms What is entrusted.
    /// @param deadline Last second, Unix, in which it may be recorded.
    /// @param signed The person's signature.
    /// @return mandate Its id.
    function entrust(
        MandateTerms calldata terms,
        uint256 deadline,
        PersonSignature calldata signed
    ) external returns (bytes32 mandate);

    /// @notice Deposits a mandate of many persons.
    ///
    /// Requirements: the mandate is for many; the caller is a live Govern key of the trustee; the rest as {entrust}, without a signature.
    ///
    /// @param terms What is entrusted.
    /// @return mandate Its id.
    function entrustMany(MandateTerms calldata terms) external returns (bytes32 mandate);

    /// @notice Revokes a mandate for one, or takes a person out of a mandate for many, from this second on. Anybody may bring it.
    ///
    /// Requirements: the mandate has not ended; key and opening make the commitment of its person, or of one of the many by the proof that has not left; the key signed
    /// {revocationDigest}.
    ///
    /// @param mandate The mandate.
    /// @param proof Proof of the person's leaf under the root, at most 32 nodes; empty for a mandate for one.
    /// @param signed The person's signature.
    function revokeMandate(bytes32 mandate, bytes32[] calldata proof, PersonSignature calldata signed) external;

    /// @notice Lays a mandate down, which ends it and the consents under it.
    ///
    /// Requirements: the mandate has not ended; the caller is a live Govern key of its trustee.
    ///
    /// @param mandate The mandate.
    function layDown(bytes32 mandate) external;

    /// @notice True if the consent allows `recipient` to process `subject` for all of `purposes` until `until`, and is valid in this block.
    /// False for no purposes.
    function covers(
        bytes32 consent,
        bytes32 subject,
        bytes18 recipient,
        uint64 purposes,
        uint48 until
    ) external view returns (bool);

    /// @notice True if the consent had been given and neither withdrawn nor expired at `time`, Unix seconds. A denial never is.
    function isValidAt(bytes32 consent, uint64 time) external view returns (bool);

    /// @notice True if the consent was valid at `time` and for this person: it is the person's alone, or one for all under a mandate that the proof
    /// leads to and that the person had not left by then.
    /// @param consent The consent.
    /// @param person Commitment of the person.
    /// @param proof Proof of its leaf, at most 32 nodes; empty for a consent of one.
    /// @param time Unix seconds.
    function isValidForAt(
        bytes32 consent,
        bytes32 person,
        bytes32[] calldata proof,
        uint64 time
    ) external view returns (bool);

    /// @notice A decision as it stands.
    /// @dev Reverts with {ConsentsUnknown}.
    function consentOf(bytes32 consent) external view returns (Consent memory);

    /// @notice A mandate as it stands.
    /// @dev Reverts with {ConsentsUnknownMandate}.
    function mandateOf(bytes32 mandate) external view returns (Mandate memory);

    /// @notice True if the mandate had been given and neither ended nor expired at `time`, Unix seconds.
    function isMandateValidAt(bytes32 mandate, uint64 time) external view returns (bool);

    /// @notice First second, Unix, in which the person was out of the mandate for many; 0 if it did not leave.
    function leftAt(bytes32 mandate, bytes32 person) external view returns (uint48);

    /// @notice True if the key has served here.
    function isKeySpent(address key) external view returns (bool);

    /// @notice What a person signs to decide: the EIP-712 digest of `Decision(ConsentTerms terms,uint256 deadline)` with the fields of
    /// {ConsentTerms} in their order, enums as uint8.
    function consentDigest(ConsentTerms calldata terms, uint256 deadline) external view returns (bytes32 digest);

    /// @notice What a person signs to withdraw: the EIP-712 digest of `Withdrawal(bytes32 consent)`.
    function withdrawalDigest(bytes32 consent) external view returns (bytes32 digest);

    /// @notice What a person signs to entrust: the EIP-712 digest of `Entrustment(MandateTerms terms,uint256 deadline)` with the fields of
    /// {MandateTerms} in their order.
    function mandateDigest(MandateTerms calldata terms, uint256 deadline) external view returns (bytes32 digest);

    /// @notice What a person signs to revoke a mandate or to leave it: the EIP-712 digest of `Revocation(bytes32 mandate,bytes32 person)`.
    function revocationDigest(bytes32 mandate, bytes32 person) external view returns (bytes32 digest);

    /// @notice Id of a decision: keccak256(abi.encode(bytes32("consent"), mandate, keccak256(abi.encode(terms)))), mandate zero for the person's own.
    function consentIdOf(bytes32 mandate, ConsentTerms calldata terms) external pure returns (bytes32 consent);

    /// @notice Id of a mandate: keccak256(abi.encode(bytes32("mandate"), keccak256(abi.encode(terms)))).
    function mandateIdOf(MandateTerms calldata terms) external pure returns (bytes32 mandate);

    /// @notice Commitment of a person: keccak256(abi.encode(key, opening)).
    function personOf(address key, bytes32 opening) external pure returns (bytes32 person);

    /// @notice Leaf of a person in the tree of a mandate for many: keccak256(keccak256(abi.encode(person))).
    function leafOf(bytes32 person) external pure returns (bytes32 leaf);
}
