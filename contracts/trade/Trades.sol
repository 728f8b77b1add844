// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {IMembers, KeyRole, Kind} from "../membership/IMembers.sol";
import {IRights, Listing} from "../rights/IRights.sol";
import {ITrades, Signed, Stage, Step, Terms, Trade} from "./ITrades.sol";

/// @title Trades
/// @dev The struct `Trade` is kept as it is, in seven slots:
///
///      | slot   | bits 0..143 | 144..207 | 208..215 | 216..223   |
///      | ------ | ----------- | -------- | -------- | ---------- |
///      | 0      | seller      | count    | stage    | terminated |
///      | 1      | buyer       |          |          |            |
///      | 2      | venue       |          |          |            |
///      | 3 to 6 | subject, right, amount, head                  |
///
///      Verifiers read the head of a trade from the state: neither the place of `_trades`, slot 2 behind the two strings of EIP712, nor
///      that of `head` may change without docs/formats.md section 11.
contract Trades is ITrades, EIP712 {
    bytes32 private constant STEP_TYPEHASH = keccak256(
        "Step(bytes32 tradeId,uint8 stage,bytes32 evidence,uint64 count,uint256 deadline)"
    );
    bytes32 private constant TERMINATION_TYPEHASH = keccak256(
        "Termination(bytes32 tradeId,bytes32 reason,uint64 count,uint256 deadline)"
    );

    IMembers private immutable _members;
    IRights private immutable _rights;

    mapping(bytes32 tradeId => Trade) private _trades;

    /// @param members Register of members.
    /// @param rights Register of products and rights.
    constructor(IMembers members, IRights rights) EIP712("Lianzheng Trades", "1") {
        if (address(members).code.length == 0) revert TradesNoContract(address(members));
        if (address(rights).code.length == 0) revert TradesNoContract(address(rights));
        _members = members;
        _rights = rights;
    }

    /// @inheritdoc ITrades
    function open(Terms calldata terms) external returns (bytes32 tradeId) {
        bytes18 seller = _members.actorOf(msg.sender, KeyRole.Act);
        if (terms.salt == 0 || terms.amount == 0) revert TradesZeroDigest();
        tradeId = tradeIdOf(seller, terms.salt);
        if (_trades[tradeId].seller != 0) revert TradesAlreadyOpen(tradeId);
        _checkParties(seller, terms.buyer, terms.venue);
        _checkListable(terms.subject, terms.right, seller);
        _trades[tradeId] = Trade({
            seller: seller,
            count: 0,
            stage: Stage.None,
            terminated: false,
            buyer: terms.buyer,
            venue: terms.venue,
            subject: terms.subject,
            right: terms.right,
            amount: terms.amount,
            head: 0
        });
        emit TradeOpened(tradeId, seller, terms.buyer, terms.venue, terms.subject, terms.right, terms.amount);
    }

    /// @inheritdoc ITrades
    function record(Step calldata step, Signed[] calldata signatures) external {
        Trade storage trade = _running(step.tradeId);
        _checkStep(trade, step);
        bytes18[] memory signers = _signersOf(step.tradeId, trade, Stage(step.stage));
        _checkSignatures(stepDigest(step), signers, signatures);
        if (step.stage <= uint8(Stage.Delivery)) _checkListable(trade.subject, trade.right, trade.seller);
        bytes32 newHead = keccak256(abi.encode(trade.head, step.stage, step.evidence));
        trade.count = step.count;
        trade.stage = Stage(step.stage);
        trade.head = newHead;
        emit StageRecorded(step.tradeId, step.count, step.stage, step.evidence, newHead);
    }

    /// @inheritdoc ITrades
    function terminate(
        bytes32 tradeId,
        bytes32 reason,
        uint64 count,
        uint256 deadline,
        Signed[] calldata signatures
    ) external {
        Trade storage trade = _running(tradeId);
        if (trade.stage >= Stage.Settlement) revert TradesSettled(tradeId);
        if (count != trade.count) revert TradesCount(tradeId, trade.count, count);
        _checkTerms(reason, deadline);
        bytes18[] memory signers = new bytes18[](2);
        (signers[0], signers[1]) = (trade.seller, trade.buyer);
        _checkSignatures(terminationDigest(tradeId, reason, count, deadline), signers, signatures);
        trade.terminated = true;
        emit TradeTerminated(tradeId, count, reason);
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
    function signersOf(bytes32 tradeId, uint8 stage) external view returns (bytes18[] memory members) {
        Trade storage trade = _known(tradeId);
        if (!_isStage(stage)) revert TradesStage(tradeId, trade.stage, stage);
        return _signersOf(tradeId, trade, Stage(stage));
    }

    /// @inheritdoc ITrades
    function stepDigest(Step calldata step) public view returns (bytes32 digest) {
        return
            _hashTypedDataV4(
                keccak256(abi.encode(STEP_TYPEHASH, step.tradeId, step.stage, step.evidence, step.count, step.deadline))
            );
    }

    /// @inheritdoc ITrades
    function terminationDigest(
        bytes32 tradeId,
        bytes32 reason,
        uint64 count,
        uint256 deadline
    ) public view returns (bytes32 digest) {
        return _hashTypedDataV4(keccak256(abi.encode(TERMINATION_TYPEHASH, tradeId, reason, count, deadline)));
    }

    /// @inheritdoc ITrades
    function tradeIdOf(bytes18 seller, bytes32 salt) public pure returns (bytes32 tradeId) {
        return keccak256(abi.encode(seller, salt));
    }

    function _checkParties(bytes18 seller, bytes18 buyer, bytes18 venue) private view {
        if (buyer == seller || venue == seller) revert TradesSameParty(seller);
        if (venue == buyer) revert TradesSameParty(buyer);
        if (!_members.isActive(buyer)) revert TradesNotActive(buyer);
        if (venue == 0) return;
        if (!_members.isActive(venue)) revert TradesNotActive(venue);
        if (!_members.hasKind(venue, Kind.Venue)) revert TradesNotVenue(venue);
    }

    function _checkListable(bytes32 subject, bytes32 right, bytes18 seller) private view {
        Listing listing = _rights.listingOf(subject, right, seller);
        if (listing != Listing.Allowed) revert TradesNotListable(subject, right, listing);
    }

    function _checkStep(Trade storage trade, Step calldata step) private view {
        uint64 expected = trade.count + 1;
        if (step.count != expected) revert TradesCount(step.tradeId, expected, step.count);
        Stage current = trade.stage;
        bool repeats = current == Stage.Delivery && step.stage == uint8(Stage.Delivery);
        bool follows = _isStage(step.stage) && step.stage == uint8(current) + 1;
        if (!follows && !repeats) revert TradesStage(step.tradeId, current, step.stage);
        _checkTerms(step.evidence, step.deadline);
    }

    function _checkTerms(bytes32 digest, uint256 deadline) private view {
        if (digest == 0) revert TradesZeroDigest();
        if (block.timestamp > deadline) revert TradesDeadline(deadline);
    }

    function _checkSignatures(bytes32 digest, bytes18[] memory signers, Signed[] calldata signatures) private view {
        if (signatures.length != signers.length) revert TradesSignatureCount(signers.length, signatures.length);
        for (uint256 i = 0; i < signers.length; ++i) {
            Signed calldata signed = signatures[i];
            bytes18 signer = _members.actorOf(signed.key, KeyRole.Act);
            if (signer != signers[i]) revert TradesWrongSigner(signers[i], signer);
            if (!SignatureChecker.isValidSignatureNow(signed.key, digest, signed.signature)) {
                revert TradesSignature(signed.key);
            }
        }
    }

    function _running(bytes32 tradeId) private view returns (Trade storage trade) {
        trade = _known(tradeId);
        if (trade.terminated) revert TradesTerminated(tradeId);
    }

    function _known(bytes32 tradeId) private view returns (Trade storage trade) {
        trade = _trades[tradeId];
        if (trade.seller == 0) revert TradesUnknownTrade(tradeId);
    }

    /// @dev The table of {ITrades}: who signs which stage.
    function _signersOf(
        bytes32 tradeId,
        Trade storage trade,
        Stage stage
    ) private view returns (bytes18[] memory signers) {
        if (stage == Stage.Contract || stage == Stage.Settlement) {
            bytes18 venue = trade.venue;
            signers = new bytes18[](venue == 0 ? 2 : 3);
            (signers[0], signers[1]) = (trade.seller, trade.buyer);
            if (venue != 0) signers[2] = venue;
            return signers;
        }
        signers = new bytes18[](1);
        if (stage == Stage.Certificate) signers[0] = trade.venue;
        else signers[0] = stage == Stage.Offer || stage == Stage.Acceptance ? trade.buyer : trade.seller;
        if (signers[0] == 0) revert TradesNoVenue(tradeId);
    }

    function _isStage(uint8 stage) private pure returns (bool) {
        return stage >= uint8(Stage.Listing) && stage <= uint8(Stage.Certificate);
    }
}
