// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Listing} from "../rights/IRights.sol";

/// @notice What a step of a trade is: 挂牌, 要约, 签约, 交付, 验收, 清结算, 凭证 lead on; 变更, 备案, 终止, 收益分配 are steps beside them.
/// The numbers are part of the format.
enum Stage {
    None,
    Listing,
    Offer,
    Contract,
    Delivery,
    Acceptance,
    Settlement,
    Certificate,
    Amendment,
    Filing,
    Termination,
    Distribution
}

/// @notice What a trade is about.
/// @param salt Chosen by the seller; with the seller it makes the id.
/// @param subject Product or resource that is traded.
/// @param right Right by which the seller trades it.
/// @param buyer Member that buys.
/// @param venue Member of kind venue for a trade on the floor (场内), zero for one off the floor (场外).
/// @param amount Digest of the price and its terms.
/// @param crossBorder True if the data leave the country (数据出境).
struct Terms {
    bytes32 salt;
    bytes32 subject;
    bytes32 right;
    bytes18 buyer;
    bytes18 venue;
    bytes32 amount;
    bool crossBorder;
}

/// @notice A step from listing to certificate, that those whom it binds have signed.
/// @param tradeId The trade.
/// @param stage Stage that the step reaches.
/// @param evidence Leaf hash of the record of this step.
/// @param count Number of this step in the trade, from 1.
/// @param expires Of an offer: first second, Unix, in which it can no longer become a contract. Zero for all other stages.
/// @param deadline Last second, Unix, in which it may be recorded.
struct Step {
    bytes32 tradeId;
    uint8 stage;
    bytes32 evidence;
    uint64 count;
    uint48 expires;
    uint256 deadline;
}

/// @notice Other terms of a contract (合同变更).
/// @param tradeId The trade.
/// @param previous Digest of the price and terms that it replaces.
/// @param amount Digest of the price and terms that hold from this step on.
/// @param evidence Leaf hash of the record of this step.
/// @param count Number of this step in the trade, from 1.
/// @param deadline Last second, Unix, in which it may be recorded.
struct Amendment {
    bytes32 tradeId;
    bytes32 previous;
    bytes32 amount;
    bytes32 evidence;
    uint64 count;
    uint256 deadline;
}

/// @notice A venue's filing of a trade off the floor (场外交易备案).
/// @param tradeId The trade.
/// @param venue Venue that files it.
/// @param side Seller or buyer, whichever brings it to the venue.
/// @param evidence Leaf hash of the record of this step.
/// @param count Number of this step in the trade, from 1.
/// @param deadline Last second, Unix, in which it may be recorded.
struct Filing {
    bytes32 tradeId;
    bytes18 venue;
    bytes18 side;
    bytes32 evidence;
    uint64 count;
    uint256 deadline;
}

/// @notice The end of a trade before its settlement, by both sides (合意终止).
/// @param tradeId The trade.
/// @param reason Digest of the reason.
/// @param evidence Leaf hash of the record of this step.
/// @param count Number of this step in the trade, from 1.
/// @param deadline Last second, Unix, in which it may be recorded.
struct Termination {
    bytes32 tradeId;
    bytes32 reason;
    bytes32 evidence;
    uint64 count;
    uint256 deadline;
}

/// @notice One member's share of the income of a trade.
/// @param member The member, active or not.
/// @param amount Its share, in the unit of the whole.
struct Share {
    bytes18 member;
    uint128 amount;
}

/// @notice How the income of a trade is distributed (收益分配): first (初次分配), or adjusted (再次分配).
/// @param tradeId The trade.
/// @param whole What is distributed, in the smallest unit of money, or as a number of parts.
/// @param shares 1 to 16 shares in ascending order of their members; they add up to the whole.
/// @param previous Digest of the split that it replaces, zero for the first.
/// @param grounds Digest of the agreement or the reason for it.
/// @param evidence Leaf hash of the record of this step.
/// @param count Number of this step in the trade, from 1.
/// @param deadline Last second, Unix, in which it may be recorded.
struct Distribution {
    bytes32 tradeId;
    uint128 whole;
    Share[] shares;
    bytes32 previous;
    bytes32 grounds;
    bytes32 evidence;
    uint64 count;
    uint256 deadline;
}

/// @notice A member's signature.
/// @param key Key of the member; may be a contract that answers ERC-1271.
/// @param signature r, s and v in 65 bytes, or what the contract asks for.
struct Signed {
    address key;
    bytes signature;
}

/// @notice What the law said in the block of a step; one slot. Each mask: bit 0 active, bit 1 sanctioned (seller and buyer from trading,
/// the venue from its service), bit 2 of the kind venue (asked of the venue only). All bits of a venue are zero where there is none.
/// @param recordedAt Unix seconds of the step.
/// @param stage What the step is.
/// @param listing Whether the seller might list the subject by the right then, and why not.
/// @param seller Mask of the seller.
/// @param buyer Mask of the buyer.
/// @param venue Mask of the venue of the trade; for a filing, of the venue that files it.
struct StepFacts {
    uint48 recordedAt;
    Stage stage;
    Listing listing;
    uint8 seller;
    uint8 buyer;
    uint8 venue;
}

/// @notice A trade as it stands.
/// @param seller Member that sells.
/// @param count Steps so far, of all kinds.
/// @param stage Newest of the stages from listing to certificate.
/// @param terminated True once both sides ended it.
/// @param crossBorder True if the data leave the country.
/// @param buyer Member that buys.
/// @param offerExpires First second, Unix, in which the newest offer can no longer become a contract; zero before the first offer.
/// @param venue Venue, zero off the floor.
/// @param subject Product or resource that is traded.
/// @param right Right by which the seller trades it.
/// @param amount Digest of the price and its terms, as amended.
/// @param head Head of the chain of steps.
/// @param filedBy Venue that filed it, zero if none did.
/// @param split Digest of the newest distribution of its income, zero if there is none; see {ITrades-splitDigestOf}.
struct Trade {
    bytes18 seller;
    uint64 count;
    Stage stage;
    bool terminated;
    bool crossBorder;
    bytes18 buyer;
    uint48 offerExpires;
    bytes18 venue;
    bytes32 subject;
    bytes32 right;
    bytes32 amount;
    bytes32 head;
    bytes18 filedBy;
    bytes32 split;
}

/// @title Trades
/// @notice The steps of a trade, each signed by those whom it binds, chained by a head.
///
///     | step                  | follows                                         | signed by                                     |
///     | --------------------- | ----------------------------------------------- | --------------------------------------------- |
///     | 1 listing 挂牌         | opening                                         | seller                                        |
///     | 2 offer 要约           | listing, or an offer that it supersedes         | buyer                                         |
///     | 3 contract 签约        | offer that has not expired                      | seller, buyer, venue                          |
///     | 4 delivery 交付        | contract or delivery                            | seller                                        |
///     | 5 acceptance 验收      | delivery                                        | buyer                                         |
///     | 6 settlement 清结算    | acceptance                                      | seller, buyer, venue                          |
///     | 7 certificate 凭证     | settlement                                      | venue                                         |
///     | 8 amendment 变更       | contract, until the settlement                  | seller, buyer, venue                          |
///     | 9 filing 备案          | contract, at any time, once, off the floor only | the side that brings it, the venue that files |
///     | 10 termination 终止    | anything before the settlement; nothing follows | seller, buyer                                 |
///     | 11 distribution 收益分配 | settlement, at any time                         | first: seller, venue; later: see {distribute} |
///
/// Steps 8 to 11 stand beside the stages: `stage` of a trade stays the newest of 1 to 7, count and head take in all of them. So a
/// trade's count and head prove all that ever happened in it, its end included.
///
/// Off the floor there is no venue: its signature falls away, and the stages end with the settlement. Anybody may relay a signed step; what
/// counts are the signatures. At the opening, at each stage up to delivery, and at an amendment before it, all parties must be active and
/// without a sanction that forbids them to trade or to serve as a venue, the venue be of that kind, and the seller's right valid. What
/// was delivered can always be accepted and settled, and any trade before that be ended. What the law said at each step stays with it: {stepOf}.
///
/// While a case holds the trade or its subject, or an emergency order freezes one of them, no step is recorded, whichever it is.
///
/// What follows from this, and is meant:
///
/// - A step is signed for its trade and its number. What stands before that number it does not name: sign when the step before is on the
///   chain, never ahead of it, for then it is the terms and the history that you read. Signed ahead, it holds whatever the other side puts
///   before it. Amendments and distributions name what they replace.
/// - Any step beside the stages takes the next number and so voids what was signed for it. Until the acceptance is recorded the seller
///   may deliver again, until the contract the buyer may offer again.
/// - A party that is suspended, frozen or has no live key signs nothing: the trade stands where it is, and only both sides can end it. On the
///   floor that goes for the venue's signature under the settlement too.
/// - Termination needs both sides and no venue: the venue's service ends with the trade.
/// - One side files with a venue without the other: a filing 备案 is a duty that nobody may block, and changes no one's terms. The venue that
///   files is neither party to the trade nor its witness: it certifies nothing and signs no later step.
/// - The amounts of a distribution are what its signers say of the income. The law adds them up; whether money moved, it does not see. The
///   first binds the seller, whose income it is; what a member has been given by it, no later one takes from it without its signature.
///   The share of a member that can't sign therefore never falls.
interface ITrades {
    /// @notice A trade was opened.
    /// @param tradeId keccak256(abi.encode(bytes32("trade"), seller, salt)).
    /// @param seller Member that sells.
    /// @param buyer Member that buys.
    /// @param venue Venue, zero off the floor.
    /// @param subject Product or resource that is traded.
    /// @param right Right by which the seller trades it.
    /// @param amount Digest of the price and its terms.
    /// @param crossBorder True if the data leave the country.
    event TradeOpened(
        bytes32 indexed tradeId,
        bytes18 indexed seller,
        bytes18 indexed buyer,
        bytes18 venue,
        bytes32 subject,
        bytes32 right,
        bytes32 amount,
        bool crossBorder
    );

    /// @notice A step was recorded, of whichever kind. Those of {TradeAmended}, {TradeFiled}, {TradeTerminated} and {IncomeDistributed}
    /// follow it in the same transaction.
    /// @param tradeId The trade.
    /// @param count Number of the step, from 1.
    /// @param stage What the step is, a number of {Stage}.
    /// @param evidence Leaf hash of the record of this step.
    /// @param head keccak256(abi.encode(head before, stage, evidence)); the first has zero before it.
    event StageRecorded(bytes32 indexed tradeId, uint64 indexed count, uint8 stage, bytes32 evidence, bytes32 head);

    /// @notice A buyer made an offer.
    /// @param tradeId The trade.
    /// @param count Number of the step.
    /// @param expires First second, Unix, in which it can no longer become a contract.
    event OfferMade(bytes32 indexed tradeId, uint64 indexed count, uint48 expires);

    /// @notice The terms of a contract were replaced by others.
    /// @param tradeId The trade.
    /// @param count Number of the step.
    /// @param previous Digest of the price and terms before.
    /// @param amount Digest of the price and terms from now on.
    event TradeAmended(bytes32 indexed tradeId, uint64 indexed count, bytes32 previous, bytes32 amount);

    /// @notice A venue filed a trade off the floor.
    /// @param tradeId The trade.
    /// @param count Number of the step.
    /// @param venue Venue that filed it.
    /// @param side Side that brought it.
    event TradeFiled(bytes32 indexed tradeId, uint64 indexed count, bytes18 indexed venue, bytes18 side);

    /// @notice Both sides ended a trade before its settlement.
    /// @param tradeId The trade.
    /// @param count Number of the step.
    /// @param reason Digest of the reason.
    event TradeTerminated(bytes32 indexed tradeId, uint64 indexed count, bytes32 reason);

    /// @notice The income of a trade was distributed, or its distribution adjusted.
    /// @param tradeId The trade.
    /// @param count Number of the step.
    /// @param split Digest of the split, see {splitDigestOf}.
    /// @param previous Digest of the split before, zero for the first.
    /// @param grounds Digest of the agreement or the reason for it.
    /// @param whole What is distributed.
    /// @param shares Who gets how much of it.
    event IncomeDistributed(
        bytes32 indexed tradeId,
        uint64 indexed count,
        bytes32 split,
        bytes32 previous,
        bytes32 grounds,
        uint128 whole,
        Share[] shares
    );

    /// @notice A nonce was used by a signature or made void.
    /// @param member Whose nonce.
    /// @param nonce The nonce.
    event NonceUsed(bytes18 indexed member, uint256 nonce);

    /// @notice No contract stands at an address given to the constructor.
    error TradesNoContract(address place);

    /// @notice The seller has opened a trade with this salt.
    error TradesAlreadyOpen(bytes32 tradeId);

    /// @notice There is no trade of this id.
    error TradesUnknownTrade(bytes32 tradeId);

    /// @notice A digest must be given.
    error TradesZeroDigest();

    /// @notice Nobody trades with itself, and the venue is neither of the sides.
    error TradesSameParty(bytes18 member);

    /// @notice A party is not an active member.
    error TradesNotActive(bytes18 member);

    /// @notice A party is under a sanction: a side may not trade, or the venue not serve.
    error TradesSanctioned(bytes18 member);

    /// @notice The venue is not of the kind venue.
    error TradesNotVenue(bytes18 member);

    /// @notice The seller may not trade this by this right.
    error TradesNotListable(bytes32 subject, bytes32 right, Listing listing);

    /// @notice A case holds the trade or its subject.
    error TradesHeld(bytes32 id);

    /// @notice An emergency order freezes the trade or its subject.
    error TradesFrozen(bytes32 id);

    /// @notice The step does not follow the newest stage.
    error TradesStage(bytes32 tradeId, Stage current, uint8 given);

    /// @notice The step is not the next one.
    error TradesCount(bytes32 tradeId, uint64 expected, uint64 given);

    /// @notice An offer ends after this block, and nothing but an offer names such an end.
    error TradesExpires(uint8 stage, uint48 expires);

    /// @notice The offer's time is over.
    error TradesOfferExpired(bytes32 tradeId, uint48 expires);

    /// @notice A trade off the floor has no certificate of a venue.
    error TradesNoVenue(bytes32 tradeId);

    /// @notice A trade on the floor is not filed.
    error TradesOnFloor(bytes32 tradeId);

    /// @notice The trade has been filed.
    error TradesFiled(bytes32 tradeId, bytes18 venue);

    /// @notice A trade is brought to a venue by its seller or its buyer.
    error TradesNotSide(bytes32 tradeId, bytes18 member);

    /// @notice The trade was terminated.
    error TradesTerminated(bytes32 tradeId);

    /// @notice The trade is settled and can't be terminated.
    error TradesSettled(bytes32 tradeId);

    /// @notice What is to be replaced is not what stands.
    error TradesPrevious(bytes32 expected, bytes32 given);

    /// @notice What is to stand stands already.
    error TradesUnchanged(bytes32 digest);

    /// @notice A distribution has 1 to 16 shares.
    error TradesShareCount(uint256 shares, uint256 most);

    /// @notice The members of the shares do not ascend: one stands twice, or out of order.
    error TradesShareOrder(bytes18 member);

    /// @notice A share is nothing.
    error TradesZeroShare(bytes18 member);

    /// @notice A share is for one that was never a member.
    error TradesUnknownMember(bytes18 member);

    /// @notice The shares do not add up to the whole.
    error TradesShareSum(uint256 sum, uint128 whole);

    /// @notice A batch has 1 to 32 steps, and as many sets of signatures as steps.
    error TradesBatchSize(uint256 steps, uint256 signatures, uint256 most);

    /// @notice A step of a batch was refused, and so the batch.
    /// @param index Its place in the batch, from 0.
    /// @param reason Error with which {record} refused it.
    error TradesBatchStep(uint256 index, bytes reason);

    /// @notice The last second of the signatures has passed.
    error TradesDeadline(uint256 deadline);

    /// @notice The member has used the nonce or made it void.
    error TradesNonceUsed(bytes18 member, uint256 nonce);

    /// @notice The step is signed by as many as it binds, no more and no fewer.
    error TradesSignatureCount(uint256 expected, uint256 given);

    /// @notice The key is not the one of the party whose signature stands at this place.
    error TradesWrongSigner(bytes18 expected, bytes18 given);

    /// @notice The signature is not the key's signature over these values.
    error TradesSignature(address key);

    /// @notice Opens a trade; the caller's member sells.
    ///
    /// Requirements: the caller is a key of an active member that may act for it; seller, buyer and, on the floor, venue are different
    /// active members without a sanction; the venue is of the kind venue; the seller may list the subject by the right, across the border
    /// if the terms say so; salt and amount are not zero; the salt is new for this seller; neither subject nor trade is held or frozen.
    ///
    /// @param terms What it is about.
    /// @return tradeId keccak256(abi.encode(bytes32("trade"), seller, salt)).
    function open(Terms calldata terms) external returns (bytes32 tradeId);

    /// @notice Opens a trade that the seller has signed. Anybody may relay it.
    ///
    /// Requirements: those of {open} for the member of `signed.key`; the deadline has not passed; the nonce is unused; the key signs the
    /// EIP-712 struct `Opening(bytes18 seller,bytes32 salt,bytes32 subject,bytes32 right,bytes18 buyer,bytes18 venue,bytes32 amount,bool
    /// crossBorder,uint256 nonce,uint256 deadline)`.
    ///
    /// @param terms What it is about.
    /// @param nonce Any number that the seller has not used here; in no order.
    /// @param deadline Last second, Unix, in which it may be opened.
    /// @param signed The seller's signature.
    /// @return tradeId keccak256(abi.encode(bytes32("trade"), seller, salt)).
    function openSigned(
        Terms calldata terms,
        uint256 nonce,
        uint256 deadline,
        Signed calldata signed
    ) external returns (bytes32 tradeId);

    /// @notice Makes a nonce of the caller's member void, used by a signature or not yet.
    ///
    /// Requirements: the caller is a key of an active member that may act for it; the nonce is unused.
    ///
    /// @param nonce The nonce.
    function voidNonce(uint256 nonce) external;

    /// @notice Records a step from listing to certificate. Anybody may relay it.
    ///
    /// Requirements: the trade is open, neither it nor its subject held or frozen; the stage follows as in the table above; `count` is the
    /// next; an offer expires after this block, and a contract comes before its offer does; the deadline has not passed; the evidence is not
    /// zero; `signatures` are those of the parties whom the stage binds, in the order seller, buyer, venue, each by a live key that may act
    /// for its active member, over the EIP-712 struct
    /// `Step(bytes32 tradeId,uint8 stage,bytes32 evidence,uint64 count,uint48 expires,uint256 deadline)`; up to delivery all parties are
    /// active and without a sanction, the venue is of the kind venue and the seller may still list the subject by the right.
    ///
    /// @param step The step.
    /// @param signatures Signatures of those whom it binds.
    function record(Step calldata step, Signed[] calldata signatures) external;

    /// @notice Records up to 32 steps, of one or several trades, in their order: all or none. Anybody may relay them.
    ///
    /// Requirements: those of {record} for each, those before it recorded. The first that is refused is named in {TradesBatchStep}.
    ///
    /// @param steps The steps.
    /// @param signatures For each step, the signatures of those whom it binds.
    function recordBatch(Step[] calldata steps, Signed[][] calldata signatures) external;

    /// @notice Replaces the terms of a contract before its settlement. Anybody may relay it.
    ///
    /// Requirements: as for any step, and: the trade is contracted and not settled; `previous` is the digest that stands, `amount` another
    /// and not zero; seller, buyer and, on the floor, venue, in this order, sign the EIP-712 struct
    /// `Amendment(bytes32 tradeId,bytes32 previous,bytes32 amount,bytes32 evidence,uint64 count,uint256 deadline)`; before a delivery the
    /// parties and the seller's right are asked about as in {record}.
    ///
    /// @param amendment The new terms.
    /// @param signatures Signatures of those whom it binds.
    function amend(Amendment calldata amendment, Signed[] calldata signatures) external;

    /// @notice Files a trade off the floor with a venue. Anybody may relay it.
    ///
    /// Requirements: as for any step, and: the trade has no venue, is contracted and has not been filed; the filing venue is neither side, of
    /// the kind venue and under no sanction; `side` is the seller or the buyer; side and venue, in this order, sign the EIP-712 struct
    /// `Filing(bytes32 tradeId,bytes18 venue,bytes18 side,bytes32 evidence,uint64 count,uint256 deadline)`.
    ///
    /// @param filing The filing.
    /// @param signatures Signatures of side and venue.
    function file(Filing calldata filing, Signed[] calldata signatures) external;

    /// @notice Ends a trade before its settlement, by both sides. Anybody may relay it. It is the trade's last step.
    ///
    /// Requirements: as for any step, and: the trade is not settled; the reason is not zero; seller and buyer, in this order, sign the
    /// EIP-712 struct `Termination(bytes32 tradeId,bytes32 reason,bytes32 evidence,uint64 count,uint256 deadline)`.
    ///
    /// @param termination Reason and evidence.
    /// @param signatures Signatures of seller and buyer.
    function terminate(Termination calldata termination, Signed[] calldata signatures) external;

    /// @notice Distributes the income of a settled trade, or adjusts how it was distributed. Anybody may relay it.
    ///
    /// Requirements: as for any step, and: the trade is settled; the members of the 1 to 16 shares ascend, each is or was a member; no
    /// share is zero, and together they are the whole; the grounds are not zero. The first (初次分配) has no previous and no `before`. An
    /// adjustment (再次分配) has the same whole, other shares, the digest of the split that stands as previous, and that split's shares as
    /// `before`.
    ///
    /// The first is signed by the seller and, on the floor, the venue; an adjustment by the seller and then, in ascending order, by every
    /// other member of `before` whose share falls: the EIP-712 struct `Distribution(bytes32 tradeId,uint128 whole,Share[] shares,bytes32
    /// previous,bytes32 grounds,bytes32 evidence,uint64 count,uint256 deadline)Share(bytes18 member,uint128 amount)`.
    ///
    /// @param distribution Who gets how much.
    /// @param before Shares of the split that stands; none for the first.
    /// @param signatures Signatures of those whom it binds.
    function distribute(
        Distribution calldata distribution,
        Share[] calldata before,
        Signed[] calldata signatures
    ) external;

    /// @notice A trade as it stands.
    /// @dev Reverts with {TradesUnknownTrade}.
    function tradeOf(bytes32 tradeId) external view returns (Trade memory);

    /// @notice Number of steps and head of their chain.
    /// @dev Reverts with {TradesUnknownTrade}.
    function headOf(bytes32 tradeId) external view returns (uint64 count, bytes32 head);

    /// @notice What the law said in the block of a step, whether or not the step depended on it.
    /// @dev Reverts with {TradesUnknownTrade}, and with {TradesCount} for a number that the trade has not reached, or zero.
    /// @param tradeId The trade.
    /// @param count Number of the step, from 1.
    function stepOf(bytes32 tradeId, uint64 count) external view returns (StepFacts memory);

    /// @notice Members that a step of this trade binds, in the order in which they sign: stages 1 to 8 and 10. Who signs a filing or
    /// a distribution hangs on what it says.
    /// @dev Reverts with {TradesUnknownTrade}, {TradesNoVenue}; {TradesStage} for any other number.
    function signersOf(bytes32 tradeId, uint8 stage) external view returns (bytes18[] memory members);

    /// @notice True if the member has used the nonce or made it void.
    function isNonceUsed(bytes18 member, uint256 nonce) external view returns (bool);

    /// @notice What a seller signs to open a trade: the EIP-712 digest.
    function openingDigest(
        bytes18 seller,
        Terms calldata terms,
        uint256 nonce,
        uint256 deadline
    ) external view returns (bytes32 digest);

    /// @notice What the parties sign for a step: the EIP-712 digest.
    function stepDigest(Step calldata step) external view returns (bytes32 digest);

    /// @notice What the parties sign for other terms: the EIP-712 digest.
    function amendmentDigest(Amendment calldata amendment) external view returns (bytes32 digest);

    /// @notice What side and venue sign for a filing: the EIP-712 digest.
    function filingDigest(Filing calldata filing) external view returns (bytes32 digest);

    /// @notice What both sides sign to terminate a trade: the EIP-712 digest.
    function terminationDigest(Termination calldata termination) external view returns (bytes32 digest);

    /// @notice What is signed for a distribution: the EIP-712 digest.
    function distributionDigest(Distribution calldata distribution) external view returns (bytes32 digest);

    /// @notice Digest by which a trade keeps a split: keccak256(abi.encode(tradeId, whole, shares)).
    function splitDigestOf(
        bytes32 tradeId,
        uint128 whole,
        Share[] calldata shares
    ) external pure returns (bytes32 digest);

    /// @notice Id of the trade that this seller opens with this salt.
    function tradeIdOf(bytes18 seller, bytes32 salt) external pure returns (bytes32 tradeId);
}
