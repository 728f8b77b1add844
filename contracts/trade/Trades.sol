// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {ICases, Restriction} from "../cases/ICases.sol";
import {IEmergency} from "../membership/IEmergency.sol";
import {IMembers, KeyRole, Kind} from "../membership/IMembers.sol";
import {IRights, Listing} from "../rights/IRights.sol";
import {
    Amendment,
    Distribution,
    Filing,
    ITrades,
    Share,
    Signed,
    Stage,
    Step,
    StepFacts,
    Termination,
    Terms,
    Trade
} from "./ITrades.sol";
import {Splits} from "./Splits.sol";
import {TradeHashes} from "./TradeHashes.sol";

/// @title Trades
/// @dev The struct `Trade` is kept as it is, in nine slots:
///
///      | slot   | bits 0..143 | 144..207             | 208..215 | 216..223   | 224..231    |
///      | ------ | ----------- | -------------------- | -------- | ---------- | ----------- |
///      | 0      | seller      | count                | stage    | terminated | crossBorder |
///      | 1      | buyer       | offerExpires, to 191 |          |            |             |
///      | 2      | venue       |                      |          |            |             |
///      | 3 to 6 | subject, right, amount, head                                          |
///      | 7      | filedBy     |                      |          |            |             |
///      | 8      | split                                                                 |
///
///      Verifiers read the head of a trade from the state: neither the place of `_trades`, slot 2 behind the two strings of EIP712, nor
///      that of `head` may change without docs/formats.md section 11.
///
///      `StepFacts` takes one slot: recordedAt 0..47, stage 48..55, listing 56..63, seller 64..71, buyer 72..79, venue 80..87.
contract Trades is ITrades, EIP712 {
    uint256 private constant MAX_BATCH = 32;

    uint8 private constant ACTIVE = 1;
    uint8 private constant SANCTIONED = 2;
    uint8 private constant OF_KIND_VENUE = 4;

    IMembers private immutable _members;
    IRights private immutable _rights;
    ICases private immutable _cases;
    IEmergency private immutable _emergency;

    mapping(bytes32 tradeId => Trade) private _trades;
    mapping(bytes32 tradeId => mapping(uint64 count => StepFacts)) private _steps;

    /// @dev 256 nonces in a slot, used in no order.
    mapping(bytes18 member => mapping(uint256 word => uint256 bits)) private _nonces;

    /// @param members Register of members.
    /// @param rights Register of products and rights.
    /// @param cases Cases, which hold trades and sanction members.
    /// @param emergency Emergency freezes.
    constructor(IMembers members, IRights rights, ICases cases, IEmergency emergency) EIP712("Lianzheng Trades", "1") {
        _requireContract(address(members));
        _requireContract(address(rights));
        _requireContract(address(cases));
        _requireContract(address(emergency));
        _members = members;
        _rights = rights;
        _cases = cases;
        _emergency = emergency;
    }

    /// @inheritdoc ITrades
    function open(Terms calldata terms) external returns (bytes32 tradeId) {
        return _open(_members.actorOf(msg.sender, KeyRole.Act), terms);
    }

    /// @inheritdoc ITrades
    function openSigned(
        Terms calldata terms,
        uint256 nonce,
        uint256 deadline,
        Signed calldata signed
    ) external returns (bytes32 tradeId) {
        if (block.timestamp > deadline) revert TradesDeadline(deadline);
        bytes18 seller = _members.actorOf(signed.key, KeyRole.Act);
        _checkSignature(openingDigest(seller, terms, nonce, deadline), signed);
        _useNonce(seller, nonce);
        return _open(seller, terms);
    }

    /// @inheritdoc ITrades
    function voidNonce(uint256 nonce) external {
        _useNonce(_members.actorOf(msg.sender, KeyRole.Act), nonce);
    }

    /// @inheritdoc ITrades
    function record(Step calldata step, Signed[] calldata signatures) external {
        Trade storage trade = _next(step.tradeId, step.count, step.evidence, step.deadline);
        _checkStage(trade, step);
        _checkSignatures(stepDigest(step), _signersOf(step.tradeId, trade, Stage(step.stage)), signatures);
        StepFacts memory facts = _factsOf(trade, trade.venue);
        if (step.stage <= uint8(Stage.Delivery)) _checkFacts(trade, facts);
        trade.stage = Stage(step.stage);
        uint64 count = _advance(trade, step.tradeId, Stage(step.stage), step.evidence, facts);
        if (step.stage != uint8(Stage.Offer)) return;
        trade.offerExpires = step.expires;
        emit OfferMade(step.tradeId, count, step.expires);
    }

    /// @inheritdoc ITrades
    function recordBatch(Step[] calldata steps, Signed[][] calldata signatures) external {
        if (steps.length == 0 || steps.length > MAX_BATCH || steps.length != signatures.length) {
            revert TradesBatchSize(steps.length, signatures.length, MAX_BATCH);
        }
        for (uint256 i = 0; i < steps.length; ++i) {
            // The call to itself is what lets the error name the place; `record` does not look at its caller.
            try this.record(steps[i], signatures[i]) {
                continue;
            } catch (bytes memory reason) {
                revert TradesBatchStep(i, reason);
            }
        }
    }

    /// @inheritdoc ITrades
    function amend(Amendment calldata amendment, Signed[] calldata signatures) external {
        bytes32 tradeId = amendment.tradeId;
        Trade storage trade = _next(tradeId, amendment.count, amendment.evidence, amendment.deadline);
        Stage current = trade.stage;
        if (current < Stage.Contract || current >= Stage.Settlement) {
            revert TradesStage(tradeId, current, uint8(Stage.Amendment));
        }
        if (amendment.amount == 0) revert TradesZeroDigest();
        if (amendment.previous != trade.amount) revert TradesPrevious(trade.amount, amendment.previous);
        if (amendment.amount == amendment.previous) revert TradesUnchanged(amendment.amount);
        _checkSignatures(amendmentDigest(amendment), _signersOf(tradeId, trade, Stage.Amendment), signatures);
        StepFacts memory facts = _factsOf(trade, trade.venue);
        if (current < Stage.Delivery) _checkFacts(trade, facts);
        trade.amount = amendment.amount;
        uint64 count = _advance(trade, tradeId, Stage.Amendment, amendment.evidence, facts);
        emit TradeAmended(tradeId, count, amendment.previous, amendment.amount);
    }

    /// @inheritdoc ITrades
    function file(Filing calldata filing, Signed[] calldata signatures) external {
        bytes32 tradeId = filing.tradeId;
        Trade storage trade = _next(tradeId, filing.count, filing.evidence, filing.deadline);
        _checkFiling(trade, filing);
        _checkSignatures(filingDigest(filing), _pair(filing.side, filing.venue), signatures);
        StepFacts memory facts = _factsOf(trade, filing.venue);
        _checkVenue(filing.venue, facts.venue);
        trade.filedBy = filing.venue;
        uint64 count = _advance(trade, tradeId, Stage.Filing, filing.evidence, facts);
        emit TradeFiled(tradeId, count, filing.venue, filing.side);
    }

    /// @inheritdoc ITrades
    function terminate(Termination calldata termination, Signed[] calldata signatures) external {
        bytes32 tradeId = termination.tradeId;
        Trade storage trade = _next(tradeId, termination.count, termination.evidence, termination.deadline);
        if (trade.stage >= Stage.Settlement) revert TradesSettled(tradeId);
        if (termination.reason == 0) revert TradesZeroDigest();
        _checkSignatures(terminationDigest(termination), _pair(trade.seller, trade.buyer), signatures);
        trade.terminated = true;
        StepFacts memory facts = _factsOf(trade, trade.venue);
        uint64 count = _advance(trade, tradeId, Stage.Termination, termination.evidence, facts);
        emit TradeTerminated(tradeId, count, termination.reason);
    }

    /// @inheritdoc ITrades
    function distribute(
        Distribution calldata distribution,
        Share[] calldata before,
        Signed[] calldata signatures
    ) external {
        bytes32 tradeId = distribution.tradeId;
        Trade storage trade = _next(tradeId, distribution.count, distribution.evidence, distribution.deadline);
        if (trade.stage < Stage.Settlement) revert TradesStage(tradeId, trade.stage, uint8(Stage.Distribution));
        if (distribution.grounds == 0) revert TradesZeroDigest();
        Splits.check(_members, distribution.whole, distribution.shares);
        bytes18[] memory signers = _boundBy(trade, distribution, before);
        _checkSignatures(distributionDigest(distribution), signers, signatures);
        bytes32 split = splitDigestOf(tradeId, distribution.whole, distribution.shares);
        trade.split = split;
        StepFacts memory facts = _factsOf(trade, trade.venue);
        uint64 count = _advance(trade, tradeId, Stage.Distribution, distribution.evidence, facts);
        _announce(distribution, count, split);
    }

    /// @inheritdoc ITrades
    function tradeOf(bytes32 tradeId) external view returns (Trade memory) {
        return _known(tradeId);
    }

    /// @inheritdoc ITrades
    function headOf(bytes32 tradeId) external view returns (uint64 count, bytes32 head) {
        Trade storage trade = _known(tradeId);
        return (trade.count, trade.head);
    }

    /// @inheritdoc ITrades
    function stepOf(bytes32 tradeId, uint64 count) external view returns (StepFacts memory) {
        uint64 newest = _known(tradeId).count;
        if (count == 0 || count > newest) revert TradesCount(tradeId, newest, count);
        return _steps[tradeId][count];
    }

    /// @inheritdoc ITrades
    function signersOf(bytes32 tradeId, uint8 stage) external view returns (bytes18[] memory members) {
        Trade storage trade = _known(tradeId);
        if (stage == uint8(Stage.Termination)) return _pair(trade.seller, trade.buyer);
        if (!_isStage(stage) && stage != uint8(Stage.Amendment)) revert TradesStage(tradeId, trade.stage, stage);
        return _signersOf(tradeId, trade, Stage(stage));
    }

    /// @inheritdoc ITrades
    function isNonceUsed(bytes18 member, uint256 nonce) external view returns (bool) {
        return _isUsed(member, nonce);
    }

    /// @inheritdoc ITrades
    function openingDigest(
        bytes18 seller,
        Terms calldata terms,
        uint256 nonce,
        uint256 deadline
    ) public view returns (bytes32 digest) {
        return _hashTypedDataV4(TradeHashes.ofOpening(seller, terms, nonce, deadline));
    }

    /// @inheritdoc ITrades
    function stepDigest(Step calldata step) public view returns (bytes32 digest) {
        return _hashTypedDataV4(TradeHashes.ofStep(step));
    }

    /// @inheritdoc ITrades
    function amendmentDigest(Amendment calldata amendment) public view returns (bytes32 digest) {
        return _hashTypedDataV4(TradeHashes.ofAmendment(amendment));
    }

    /// @inheritdoc ITrades
    function filingDigest(Filing calldata filing) public view returns (bytes32 digest) {
        return _hashTypedDataV4(TradeHashes.ofFiling(filing));
    }

    /// @inheritdoc ITrades
    function terminationDigest(Termination calldata termination) public view returns (bytes32 digest) {
        return _hashTypedDataV4(TradeHashes.ofTermination(termination));
    }

    /// @inheritdoc ITrades
    function distributionDigest(Distribution calldata distribution) public view returns (bytes32 digest) {
        return _hashTypedDataV4(TradeHashes.ofDistribution(distribution));
    }

    /// @inheritdoc ITrades
    function splitDigestOf(
        bytes32 tradeId,
        uint128 whole,
        Share[] calldata shares
    ) public pure returns (bytes32 digest) {
        return keccak256(abi.encode(tradeId, whole, shares));
    }

    /// @inheritdoc ITrades
    function tradeIdOf(bytes18 seller, bytes32 salt) public pure returns (bytes32 tradeId) {
        return keccak256(abi.encode(bytes32("trade"), seller, salt));
    }

    function _open(bytes18 seller, Terms calldata terms) private returns (bytes32 tradeId) {
        if (terms.salt == 0 || terms.amount == 0) revert TradesZeroDigest();
        tradeId = tradeIdOf(seller, terms.salt);
        Trade storage trade = _trades[tradeId];
        if (trade.seller != 0) revert TradesAlreadyOpen(tradeId);
        if (terms.buyer == seller || terms.venue == seller) revert TradesSameParty(seller);
        if (terms.venue == terms.buyer) revert TradesSameParty(terms.buyer);
        trade.seller = seller;
        trade.crossBorder = terms.crossBorder;
        trade.buyer = terms.buyer;
        trade.venue = terms.venue;
        trade.subject = terms.subject;
        trade.right = terms.right;
        trade.amount = terms.amount;
        _checkStill(tradeId, terms.subject);
        _checkFacts(trade, _factsOf(trade, terms.venue));
        _announceOpening(tradeId, seller, terms);
    }

    /// @dev Takes in a step of whichever kind: its number, its link in the chain, and what the law said.
    function _advance(
        Trade storage trade,
        bytes32 tradeId,
        Stage stage,
        bytes32 evidence,
        StepFacts memory facts
    ) private returns (uint64 count) {
        count = trade.count + 1;
        bytes32 head = keccak256(abi.encode(trade.head, uint8(stage), evidence));
        trade.count = count;
        trade.head = head;
        facts.stage = stage;
        _steps[tradeId][count] = facts;
        emit StageRecorded(tradeId, count, uint8(stage), evidence, head);
    }

    function _useNonce(bytes18 member, uint256 nonce) private {
        if (_isUsed(member, nonce)) revert TradesNonceUsed(member, nonce);
        _nonces[member][nonce >> 8] |= 1 << (nonce & 0xff);
        emit NonceUsed(member, nonce);
    }

    function _announceOpening(bytes32 tradeId, bytes18 seller, Terms calldata terms) private {
        emit TradeOpened(
            tradeId,
            seller,
            terms.buyer,
            terms.venue,
            terms.subject,
            terms.right,
            terms.amount,
            terms.crossBorder
        );
    }

    function _announce(Distribution calldata distribution, uint64 count, bytes32 split) private {
        emit IncomeDistributed(
            distribution.tradeId,
            count,
            split,
            distribution.previous,
            distribution.grounds,
            distribution.whole,
            distribution.shares
        );
    }

    /// @dev What is asked of a step of whichever kind, and the trade that it is for.
    function _next(
        bytes32 tradeId,
        uint64 count,
        bytes32 evidence,
        uint256 deadline
    ) private view returns (Trade storage trade) {
        trade = _known(tradeId);
        if (trade.terminated) revert TradesTerminated(tradeId);
        _checkStill(tradeId, trade.subject);
        uint64 expected = trade.count + 1;
        if (count != expected) revert TradesCount(tradeId, expected, count);
        if (evidence == 0) revert TradesZeroDigest();
        if (block.timestamp > deadline) revert TradesDeadline(deadline);
    }

    /// @dev Neither a case nor an emergency order keeps the trade or its subject where they are.
    function _checkStill(bytes32 tradeId, bytes32 subject) private view {
        if (_cases.isHeld(tradeId)) revert TradesHeld(tradeId);
        if (_cases.isHeld(subject)) revert TradesHeld(subject);
        if (_emergency.isFrozen(tradeId)) revert TradesFrozen(tradeId);
        if (_emergency.isFrozen(subject)) revert TradesFrozen(subject);
    }

    function _checkStage(Trade storage trade, Step calldata step) private view {
        Stage current = trade.stage;
        bool repeats = step.stage == uint8(current) && (current == Stage.Offer || current == Stage.Delivery);
        bool follows = _isStage(step.stage) && step.stage == uint8(current) + 1;
        if (!follows && !repeats) revert TradesStage(step.tradeId, current, step.stage);
        bool ends = step.stage == uint8(Stage.Offer) ? step.expires > block.timestamp : step.expires == 0;
        if (!ends) revert TradesExpires(step.stage, step.expires);
        if (step.stage == uint8(Stage.Contract) && block.timestamp >= trade.offerExpires) {
            revert TradesOfferExpired(step.tradeId, trade.offerExpires);
        }
    }

    function _checkFiling(Trade storage trade, Filing calldata filing) private view {
        bytes32 tradeId = filing.tradeId;
        if (trade.venue != 0) revert TradesOnFloor(tradeId);
        if (trade.stage < Stage.Contract) revert TradesStage(tradeId, trade.stage, uint8(Stage.Filing));
        if (trade.filedBy != 0) revert TradesFiled(tradeId, trade.filedBy);
        if (filing.venue == trade.seller || filing.venue == trade.buyer) revert TradesSameParty(filing.venue);
        if (filing.side != trade.seller && filing.side != trade.buyer) revert TradesNotSide(tradeId, filing.side);
    }

    /// @dev Who signs a distribution, once it is the first, or the adjustment of the one that stands.
    function _boundBy(
        Trade storage trade,
        Distribution calldata distribution,
        Share[] calldata before
    ) private view returns (bytes18[] memory signers) {
        bytes32 kept = trade.split;
        bytes32 tradeId = distribution.tradeId;
        if (distribution.previous != kept) revert TradesPrevious(kept, distribution.previous);
        bytes32 replaced = before.length == 0 ? bytes32(0) : splitDigestOf(tradeId, distribution.whole, before);
        if (replaced != kept) revert TradesPrevious(kept, replaced);
        if (kept == 0) return trade.venue == 0 ? _single(trade.seller) : _pair(trade.seller, trade.venue);
        if (splitDigestOf(tradeId, distribution.whole, distribution.shares) == kept) revert TradesUnchanged(kept);
        return Splits.losers(trade.seller, before, distribution.shares);
    }

    /// @dev What the law says of a trade in this block. A mask of the venue is that of `venue`, zero where there is none.
    function _factsOf(Trade storage trade, bytes18 venue) private view returns (StepFacts memory facts) {
        facts.recordedAt = uint48(block.timestamp);
        facts.listing = _rights.listingOf(trade.subject, trade.right, trade.seller, trade.crossBorder);
        facts.seller = _maskOf(trade.seller, Restriction.Trading);
        facts.buyer = _maskOf(trade.buyer, Restriction.Trading);
        if (venue == 0) return facts;
        facts.venue = _maskOf(venue, Restriction.VenueService);
        if (_members.hasKind(venue, Kind.Venue)) facts.venue |= OF_KIND_VENUE;
    }

    function _maskOf(bytes18 member, Restriction restriction) private view returns (uint8 mask) {
        if (_members.isActive(member)) mask = ACTIVE;
        uint8 restrictions = uint8(1 << uint8(restriction));
        if (_cases.isSanctioned(member, restrictions, uint64(block.timestamp))) mask |= SANCTIONED;
    }

    function _checkFacts(Trade storage trade, StepFacts memory facts) private view {
        _checkParty(trade.seller, facts.seller);
        _checkParty(trade.buyer, facts.buyer);
        if (trade.venue != 0) _checkVenue(trade.venue, facts.venue);
        if (facts.listing != Listing.Allowed) revert TradesNotListable(trade.subject, trade.right, facts.listing);
    }

    function _checkSignatures(bytes32 digest, bytes18[] memory signers, Signed[] calldata signatures) private view {
        if (signatures.length != signers.length) revert TradesSignatureCount(signers.length, signatures.length);
        for (uint256 i = 0; i < signers.length; ++i) {
            bytes18 signer = _members.actorOf(signatures[i].key, KeyRole.Act);
            if (signer != signers[i]) revert TradesWrongSigner(signers[i], signer);
            _checkSignature(digest, signatures[i]);
        }
    }

    function _checkSignature(bytes32 digest, Signed calldata signed) private view {
        if (!SignatureChecker.isValidSignatureNow(signed.key, digest, signed.signature)) {
            revert TradesSignature(signed.key);
        }
    }

    function _known(bytes32 tradeId) private view returns (Trade storage trade) {
        trade = _trades[tradeId];
        if (trade.seller == 0) revert TradesUnknownTrade(tradeId);
    }

    function _isUsed(bytes18 member, uint256 nonce) private view returns (bool) {
        return _nonces[member][nonce >> 8] & (1 << (nonce & 0xff)) != 0;
    }

    /// @dev The table of {ITrades}: who signs stages 1 to 8.
    function _signersOf(
        bytes32 tradeId,
        Trade storage trade,
        Stage stage
    ) private view returns (bytes18[] memory signers) {
        if (stage == Stage.Contract || stage == Stage.Settlement || stage == Stage.Amendment) {
            bytes18 venue = trade.venue;
            if (venue == 0) return _pair(trade.seller, trade.buyer);
            signers = new bytes18[](3);
            (signers[0], signers[1], signers[2]) = (trade.seller, trade.buyer, venue);
            return signers;
        }
        if (stage == Stage.Offer || stage == Stage.Acceptance) return _single(trade.buyer);
        if (stage != Stage.Certificate) return _single(trade.seller);
        if (trade.venue == 0) revert TradesNoVenue(tradeId);
        return _single(trade.venue);
    }

    function _requireContract(address place) private view {
        if (place.code.length == 0) revert TradesNoContract(place);
    }

    function _checkParty(bytes18 member, uint8 mask) private pure {
        if (mask & ACTIVE == 0) revert TradesNotActive(member);
        if (mask & SANCTIONED != 0) revert TradesSanctioned(member);
    }

    function _checkVenue(bytes18 venue, uint8 mask) private pure {
        _checkParty(venue, mask);
        if (mask & OF_KIND_VENUE == 0) revert TradesNotVenue(venue);
    }

    function _isStage(uint8 stage) private pure returns (bool) {
        return stage >= uint8(Stage.Listing) && stage <= uint8(Stage.Certificate);
    }

    function _single(bytes18 member) private pure returns (bytes18[] memory members) {
        members = new bytes18[](1);
        members[0] = member;
    }

    function _pair(bytes18 first, bytes18 second) private pure returns (bytes18[] memory members) {
        members = new bytes18[](2);
        (members[0], members[1]) = (first, second);
    }
}
