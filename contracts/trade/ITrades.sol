// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Listing} from "../rights/IRights.sol";

/// @notice Stages of a trade: 挂牌, 要约, 签约, 交付, 验收, 清结算, 凭证. The numbers are part of the format.
enum Stage {
    None,
    Listing,
    Offer,
    Contract,
    Delivery,
    Acceptance,
    Settlement,
    Certificate
}

/// @notice What a trade is about.
/// @param salt Chosen by the seller; with the seller it makes the id.
/// @param subject Product or resource that is traded.
/// @param right Right by which the seller trades it.
/// @param buyer Member that buys.
/// @param venue Member of kind venue for a trade on the floor (场内), zero for one off the floor (场外).
/// @param amount Digest of the price and its terms.
struct Terms {
    bytes32 salt;
    bytes32 subject;
    bytes32 right;
    bytes18 buyer;
    bytes18 venue;
    bytes32 amount;
}

/// @notice A step that those whom it binds have signed.
/// @param tradeId The trade.
/// @param stage Stage that the step reaches.
/// @param evidence Leaf hash of the record of this stage.
/// @param count Number of this step in the trade, from 1.
/// @param deadline Last second, Unix, in which it may be recorded.
struct Step {
    bytes32 tradeId;
    uint8 stage;
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

/// @notice A trade as it stands.
/// @param seller Member that sells.
/// @param count Steps so far.
/// @param stage Newest stage.
/// @param terminated True once both sides ended it.
/// @param buyer Member that buys.
/// @param venue Venue, zero off the floor.
/// @param subject Product or resource that is traded.
/// @param right Right by which the seller trades it.
/// @param amount Digest of the price and its terms.
/// @param head Head of the chain of steps.
struct Trade {
    bytes18 seller;
    uint64 count;
    Stage stage;
    bool terminated;
    bytes18 buyer;
    bytes18 venue;
    bytes32 subject;
    bytes32 right;
    bytes32 amount;
    bytes32 head;
}

/// @title Trades
/// @notice The stages of a trade, each signed by those whom it binds, chained by a head.
///
///     | stage         | follows              | signed by                |
///     | ------------- | -------------------- | ------------------------ |
///     | 1 listing     | opening              | seller                   |
///     | 2 offer       | listing              | buyer                    |
///     | 3 contract    | offer                | seller, buyer, venue     |
///     | 4 delivery    | contract or delivery | seller                   |
///     | 5 acceptance  | delivery             | buyer                    |
///     | 6 settlement  | acceptance           | seller, buyer, venue     |
///     | 7 certificate | settlement           | venue                    |
///
/// Off the floor there is no venue: its signature falls away, and a trade ends with its settlement. Anybody may relay a signed step; what
/// counts are the signatures. Up to delivery the seller's right must be valid; what was delivered can always be accepted and settled.
///
/// What follows from this, and is meant:
///
/// - A step is signed for its trade and its number. What stands before that number it does not name: sign when the step before is on the
///   chain, never ahead of it, for then it is the terms and the history that you read. Signed ahead, it holds whatever the other side puts
///   before it.
/// - Until the acceptance is recorded the seller may deliver again, which voids an acceptance that was signed for the number it took: the
///   buyer signs anew, having seen the delivery, or does not.
/// - A party that is suspended or has no live key signs nothing: the trade stands where it is, and only both sides can end it.
/// - A termination is no step: count and head stay as they were. Whether a trade was ended is in {tradeOf} and {TradeTerminated}.
/// - That a party is of the kind venue is asked at the opening only.
interface ITrades {
    /// @notice A trade was opened.
    /// @param tradeId keccak256(abi.encode(seller, salt)).
    /// @param seller Member that sells.
    /// @param buyer Member that buys.
    /// @param venue Venue, zero off the floor.
    /// @param subject Product or resource that is traded.
    /// @param right Right by which the seller trades it.
    /// @param amount Digest of the price and its terms.
    event TradeOpened(
        bytes32 indexed tradeId,
        bytes18 indexed seller,
        bytes18 indexed buyer,
        bytes18 venue,
        bytes32 subject,
        bytes32 right,
        bytes32 amount
    );

    /// @notice A step was recorded.
    /// @param tradeId The trade.
    /// @param count Number of the step, from 1.
    /// @param stage Stage that it reached.
    /// @param evidence Leaf hash of the record of this stage.
    /// @param head keccak256(abi.encode(head before, stage, evidence)); the first has zero before it.
    event StageRecorded(bytes32 indexed tradeId, uint64 indexed count, uint8 stage, bytes32 evidence, bytes32 head);

    /// @notice Both sides ended a trade before its settlement.
    /// @param tradeId The trade.
    /// @param count Steps that it had.
    /// @param reason Digest of the reason.
    event TradeTerminated(bytes32 indexed tradeId, uint64 indexed count, bytes32 reason);

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

    /// @notice The venue is not of the kind venue.
    error TradesNotVenue(bytes18 member);

    /// @notice The seller may not trade this by this right.
    error TradesNotListable(bytes32 subject, bytes32 right, Listing listing);

    /// @notice The stage does not follow the newest one.
    error TradesStage(bytes32 tradeId, Stage current, uint8 given);

    /// @notice The step is not the next one.
    error TradesCount(bytes32 tradeId, uint64 expected, uint64 given);

    /// @notice A trade off the floor has no certificate of a venue.
    error TradesNoVenue(bytes32 tradeId);

    /// @notice The trade was terminated.
    error TradesTerminated(bytes32 tradeId);

    /// @notice The trade is settled and can't be terminated.
    error TradesSettled(bytes32 tradeId);

    /// @notice The last second of the signatures has passed.
    error TradesDeadline(uint256 deadline);

    /// @notice The step is signed by as many as it binds, no more and no fewer.
    error TradesSignatureCount(uint256 expected, uint256 given);

    /// @notice The key is not the one of the party whose signature stands at this place: seller, buyer, venue.
    error TradesWrongSigner(bytes18 expected, bytes18 given);

    /// @notice The signature is not the key's signature over these values.
    error TradesSignature(address key);

    /// @notice Opens a trade; the caller's member sells.
    ///
    /// Requirements: seller, buyer and, on the floor, venue are different active members; the venue is of the kind venue; the seller may
    /// list the subject by the right; salt and amount are not zero; the salt is new for this seller.
    ///
    /// @param terms What it is about.
    /// @return tradeId keccak256(abi.encode(seller, salt)).
    function open(Terms calldata terms) external returns (bytes32 tradeId);

    /// @notice Records a step. Anybody may relay it.
    ///
    /// Requirements: the trade is open; the stage follows the newest, or is delivery once more; `count` is the next; the deadline has not
    /// passed; the evidence is not zero; `signatures` are those of the parties whom the stage binds, in the order seller, buyer, venue,
    /// each by a live key of an active member over the EIP-712 struct
    /// `Step(bytes32 tradeId,uint8 stage,bytes32 evidence,uint64 count,uint256 deadline)`; up to delivery the seller may still list the
    /// subject by the right.
    ///
    /// @param step The step.
    /// @param signatures Signatures of those whom it binds.
    function record(Step calldata step, Signed[] calldata signatures) external;

    /// @notice Ends a trade before its settlement, by both sides. Anybody may relay it.
    ///
    /// Requirements: the trade is open and not settled; `count` is the number of its steps; the deadline has not passed; the reason is
    /// not zero; seller and buyer, in this order, sign the EIP-712 struct
    /// `Termination(bytes32 tradeId,bytes32 reason,uint64 count,uint256 deadline)`.
    ///
    /// @param tradeId The trade.
    /// @param reason Digest of the reason.
    /// @param count Steps that the trade has.
    /// @param deadline Last second, Unix, in which it may be terminated.
    /// @param signatures Signatures of seller and buyer.
    function terminate(
        bytes32 tradeId,
        bytes32 reason,
        uint64 count,
        uint256 deadline,
        Signed[] calldata signatures
    ) external;

    /// @notice A trade as it stands.
    /// @dev Reverts with {TradesUnknownTrade}.
    function tradeOf(bytes32 tradeId) external view returns (Trade memory);

    /// @notice Number of steps and head of their chain.
    /// @dev Reverts with {TradesUnknownTrade}.
    function headOf(bytes32 tradeId) external view returns (uint64 count, bytes32 head);

    /// @notice Members that a stage of this trade binds, in the order in which they sign.
    /// @dev Reverts with {TradesUnknownTrade}, {TradesNoVenue}; {TradesStage} for a number that is no stage.
    function signersOf(bytes32 tradeId, uint8 stage) external view returns (bytes18[] memory members);

    /// @notice What the parties sign for a step: the EIP-712 digest.
    function stepDigest(Step calldata step) external view returns (bytes32 digest);

    /// @notice What both sides sign to terminate a trade: the EIP-712 digest.
    function terminationDigest(
        bytes32 tradeId,
        bytes32 reason,
        uint64 count,
        uint256 deadline
    ) external view returns (bytes32 digest);

    /// @notice Id of the trade that this seller opens with this salt.
    function tradeIdOf(bytes18 seller, bytes32 salt) external pure returns (bytes32 tradeId);
}
