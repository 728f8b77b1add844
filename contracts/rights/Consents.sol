// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MerkleProof} from "@openzeppelin/contracts/utils/cryptography/MerkleProof.sol";
import {IMembers, Kind, KeyRole} from "../membership/IMembers.sol";
import {
    Consent,
    ConsentTerms,
    Decision,
    IConsents,
    Mandate,
    MandateTerms,
    NoticeChannel,
    PersonSignature
} from "./IConsents.sol";
import {IRegistry, SourceClass, SubjectBrief} from "./IRegistry.sol";

/// @title Consents of the people whom data is about
/// @dev `Consent` and `Mandate` are kept as they are. `Consent`:
///
///      | slot | bits 0..                                                                 |
///      | ---- | ------------------------------------------------------------------------ |
///      | 0, 1 | person, subject                                                          |
///      | 2    | recipient 144, purposes 64, from 48                                      |
///      | 3    | until 48                                                                 |
///      | 4    | notice                                                                   |
///      | 5    | noticedAt 48, channel 8, decision 8                                      |
///      | 6    | givenAt 48, withdrawnAt 48                                               |
///      | 7    | mandate                                                                  |
contract Consents is IConsents, EIP712 {
    bytes32 private constant TERMS_TYPEHASH = keccak256(
        "ConsentTerms(bytes32 person,bytes32 subject,bytes18 recipient,uint64 purposes,uint48 from,uint48 until,bytes32 notice,uint48 noticedAt,uint8 channel,uint8 decision)"
    );
    bytes32 private constant DECISION_TYPEHASH = keccak256(
        "Decision(ConsentTerms terms,uint256 deadline)ConsentTerms(bytes32 person,bytes32 subject,bytes18 recipient,uint64 purposes,uint48 from,uint48 until,bytes32 notice,uint48 noticedAt,uint8 channel,uint8 decision)"
    );
    bytes32 private constant WITHDRAWAL_TYPEHASH = keccak256("Withdrawal(bytes32 consent)");
    bytes32 private constant MANDATE_TYPEHASH = keccak256(
        "MandateTerms(bytes18 trustee,bytes32 persons,bool many,uint64 purposes,uint48 from,uint48 until,bytes32 document,bytes18[] recipients)"
    );
    bytes32 private constant ENTRUSTMENT_TYPEHASH = keccak256(
        "Entrustment(MandateTerms terms,uint256 deadline)MandateTerms(bytes18 trustee,bytes32 persons,bool many,uint64 purposes,uint48 from,uint48 until,bytes32 document,bytes18[] recipients)"
    );
    bytes32 private constant REVOCATION_TYPEHASH = keccak256("Revocation(bytes32 mandate,bytes32 person)");

    /// @dev Most purposes of one consent and of one mandate, so that no mask stands for all.
    uint256 private constant MAX_PURPOSES = 4;
    uint256 private constant MAX_MANDATE_PURPOSES = 16;

    /// @dev Most recipients of a mandate: bounds the gas of naming each once.
    uint256 private constant MAX_RECIPIENTS = 16;

    /// @dev Longest proof: four thousand million persons.
    uint256 private constant MAX_PROOF = 32;

    /// @dev Longest period, in seconds: three years with a leap day.
    uint48 private constant MAX_PERIOD = 1096 days;

    IMembers private immutable _members;
    IRegistry private immutable _registry;

    mapping(bytes32 consent => Consent) private _consents;
    mapping(bytes32 mandate => Mandate) private _mandates;
    mapping(bytes32 mandate => mapping(bytes32 person => uint48 leftAt)) private _left;

    /// @dev By keccak256(abi.encode(key)): keys that have served.
    mapping(bytes32 keyHash => bool) private _spent;

    /// @param members Register of members.
    /// @param registry Register of resources and products.
    constructor(IMembers members, IRegistry registry) EIP712("Lianzheng Consents", "1") {
        if (address(members).code.length == 0) revert ConsentsNoContract(address(members));
        if (address(registry).code.length == 0) revert ConsentsNoContract(address(registry));
        _members = members;
        _registry = registry;
    }

    /// @inheritdoc IConsents
    function give(
        ConsentTerms calldata terms,
        uint256 deadline,
        PersonSignature calldata signed
    ) external returns (bytes32 consent) {
        _checkTerms(terms);
        _checkPerson(terms.person, signed, consentDigest(terms, deadline));
        _spend(terms.person, deadline, signed.key);
        return _record(0, terms);
    }

    /// @inheritdoc IConsents
    function giveAsTrustee(
        bytes32 mandate,
        ConsentTerms calldata terms,
        bytes32[] calldata proof
    ) external returns (bytes32 consent) {
        Mandate storage given = _trusted(mandate);
        bytes18 owner = _checkTerms(terms);
        bytes18 trustee = given.terms.trustee;
        if (terms.recipient == trustee || owner == trustee) revert ConsentsTrustee(trustee);
        _checkTrustee(trustee);
        _checkWithin(mandate, given, terms);
        if (proof.length != 0 || terms.person != given.terms.persons) {
            _checkLeaf(mandate, given, terms.person, proof);
        }
        return _record(mandate, terms);
    }

    /// @inheritdoc IConsents
    function withdraw(bytes32 consent, PersonSignature calldata signed) external {
        Consent storage given = _withdrawable(consent);
        _checkPerson(given.terms.person, signed, withdrawalDigest(consent));
        given.withdrawnAt = uint48(block.timestamp);
        emit ConsentWithdrawn(consent, 0);
    }

    /// @inheritdoc IConsents
    function withdrawAsTrustee(bytes32 consent) external {
        Consent storage given = _withdrawable(consent);
        bytes18 trustee = _trusted(given.mandate).terms.trustee;
        given.withdrawnAt = uint48(block.timestamp);
        emit ConsentWithdrawn(consent, trustee);
    }

    /// @inheritdoc IConsents
    function entrust(
        MandateTerms calldata terms,
        uint256 deadline,
        PersonSignature calldata signed
    ) external returns (bytes32 mandate) {
        if (terms.many) revert ConsentsMandateKind(true);
        _checkPerson(terms.persons, signed, mandateDigest(terms, deadline));
        _spend(terms.persons, deadline, signed.key);
        return _entrust(terms);
    }

    /// @inheritdoc IConsents
    function entrustMany(MandateTerms calldata terms) external returns (bytes32 mandate) {
        if (!terms.many) revert ConsentsMandateKind(false);
        bytes18 caller = _members.actorOf(msg.sender, KeyRole.Govern);
        if (caller != terms.trustee) revert ConsentsTrustee(caller);
        return _entrust(terms);
    }

    /// @inheritdoc IConsents
    function revokeMandate(bytes32 mandate, bytes32[] calldata proof, PersonSignature calldata signed) external {
        Mandate storage given = _running(mandate);
        bytes32 person = personOf(signed.key, signed.opening);
        _checkPerson(person, signed, revocationDigest(mandate, person));
        if (given.terms.many) {
            _checkLeaf(mandate, given, person, proof);
            _left[mandate][person] = uint48(block.timestamp);
            emit PersonLeft(mandate, person);
        } else {
            if (person != given.terms.persons) revert ConsentsPerson(given.terms.persons, person);
            given.endedAt = uint48(block.timestamp);
            emit MandateEnded(mandate, 0);
        }
    }

    /// @inheritdoc IConsents
    function layDown(bytes32 mandate) external {
        Mandate storage given = _trusted(mandate);
        _running(mandate);
        given.endedAt = uint48(block.timestamp);
        emit MandateEnded(mandate, given.terms.trustee);
    }

    /// @inheritdoc IConsents
    function covers(
        bytes32 consent,
        bytes32 subject,
        bytes18 recipient,
        uint64 purposes,
        uint48 until
    ) external view returns (bool) {
        Consent storage given = _consents[consent];
        if (given.terms.subject != subject || given.terms.recipient != recipient) return false;
        if (purposes == 0 || purposes & ~given.terms.purposes != 0 || until > given.terms.until) return false;
        return _isValidAt(given, uint64(block.timestamp));
    }

    /// @inheritdoc IConsents
    function isValidAt(bytes32 consent, uint64 time) external view returns (bool) {
        return _isValidAt(_consents[consent], time);
    }

    /// @inheritdoc IConsents
    function isValidForAt(
        bytes32 consent,
        bytes32 person,
        bytes32[] calldata proof,
        uint64 time
    ) external view returns (bool) {
        Consent storage given = _consents[consent];
        if (!_isValidAt(given, time)) return false;
        if (given.terms.person == person) return true;
        MandateTerms storage terms = _mandates[given.mandate].terms;
        // Only a consent for all speaks for others than the person that it names.
        if (!terms.many || given.terms.person != terms.persons) return false;
        return _isLeaf(terms.persons, person, proof) && _isBefore(time, _left[given.mandate][person]);
    }

    /// @inheritdoc IConsents
    function consentOf(bytes32 consent) external view returns (Consent memory) {
        return _known(consent);
    }

    /// @inheritdoc IConsents
    function mandateOf(bytes32 mandate) external view returns (Mandate memory) {
        return _knownMandate(mandate);
    }

    /// @inheritdoc IConsents
    function isMandateValidAt(bytes32 mandate, uint64 time) external view returns (bool) {
        return _isMandateValidAt(_mandates[mandate], time);
    }

    /// @inheritdoc IConsents
    function leftAt(bytes32 mandate, bytes32 person) external view returns (uint48) {
        return _left[mandate][person];
    }

    /// @inheritdoc IConsents
    function isKeySpent(address key) external view returns (bool) {
        return _spent[keccak256(abi.encode(key))];
    }

    /// @inheritdoc IConsents
    function consentDigest(ConsentTerms calldata terms, uint256 deadline) public view returns (bytes32 digest) {
        bytes32 termsHash = keccak256(abi.encode(TERMS_TYPEHASH, terms));
        return _hashTypedDataV4(keccak256(abi.encode(DECISION_TYPEHASH, termsHash, deadline)));
    }

    /// @inheritdoc IConsents
    function withdrawalDigest(bytes32 consent) public view returns (bytes32 digest) {
        return _hashTypedDataV4(keccak256(abi.encode(WITHDRAWAL_TYPEHASH, consent)));
    }

    /// @inheritdoc IConsents
    function mandateDigest(MandateTerms calldata terms, uint256 deadline) public view returns (bytes32 digest) {
        bytes memory recipients;
        for (uint256 i = 0; i < terms.recipients.length; ++i) {
            recipients = bytes.concat(recipients, bytes32(terms.recipients[i]));
        }
        bytes32 termsHash = keccak256(
            abi.encode(
                MANDATE_TYPEHASH,
                terms.trustee,
                terms.persons,
                terms.many,
                terms.purposes,
                terms.from,
                terms.until,
                terms.document,
                keccak256(recipients)
            )
        );
        return _hashTypedDataV4(keccak256(abi.encode(ENTRUSTMENT_TYPEHASH, termsHash, deadline)));
    }

    /// @inheritdoc IConsents
    function revocationDigest(bytes32 mandate, bytes32 person) public view returns (bytes32 digest) {
        return _hashTypedDataV4(keccak256(abi.encode(REVOCATION_TYPEHASH, mandate, person)));
    }

    /// @inheritdoc IConsents
    function consentIdOf(bytes32 mandate, ConsentTerms calldata terms) public pure returns (bytes32 consent) {
        return keccak256(abi.encode(bytes32("consent"), mandate, keccak256(abi.encode(terms))));
    }

    /// @inheritdoc IConsents
    function mandateIdOf(MandateTerms calldata terms) public pure returns (bytes32 mandate) {
        return keccak256(abi.encode(bytes32("mandate"), keccak256(abi.encode(terms))));
    }

    /// @inheritdoc IConsents
    function personOf(address key, bytes32 opening) public pure returns (bytes32 person) {
        return keccak256(abi.encode(key, opening));
    }

    /// @inheritdoc IConsents
    function leafOf(bytes32 person) public pure returns (bytes32 leaf) {
        return keccak256(abi.encode(keccak256(abi.encode(person))));
    }

    function _record(bytes32 mandate, ConsentTerms calldata terms) private returns (bytes32 consent) {
        consent = consentIdOf(mandate, terms);
        if (_consents[consent].givenAt != 0) revert ConsentsAlreadyGiven(consent);
        _consents[consent] = Consent({
            terms: terms,
            givenAt: uint48(block.timestamp),
            withdrawnAt: 0,
            mandate: mandate
        });
        emit NoticeReceived(consent, terms.notice, terms.channel, terms.noticedAt);
        emit ConsentDecided(consent, terms.subject, terms.recipient, mandate, terms);
    }

    function _entrust(MandateTerms calldata terms) private returns (bytes32 mandate) {
        _checkTrustee(terms.trustee);
        if (terms.persons == 0 || terms.document == 0) revert ConsentsZeroDigest();
        _checkPurposes(terms.purposes, MAX_MANDATE_PURPOSES);
        _checkPeriod(terms.from, terms.until);
        _checkRecipients(terms);
        mandate = mandateIdOf(terms);
        Mandate storage given = _mandates[mandate];
        if (given.givenAt != 0) revert ConsentsMandateGiven(mandate);
        given.terms = terms;
        given.givenAt = uint48(block.timestamp);
        emit MandateGiven(mandate, terms.trustee, terms);
    }

    function _spend(bytes32 person, uint256 deadline, address key) private {
        if (block.timestamp > deadline) revert ConsentsDeadline(deadline);
        bytes32 keyHash = keccak256(abi.encode(key));
        if (_spent[keyHash]) revert ConsentsKeySpent(person);
        _spent[keyHash] = true;
    }

    /// @dev Answers with the owner of the subject.
    function _checkTerms(ConsentTerms calldata terms) private view returns (bytes18 owner) {
        SubjectBrief memory brief = _registry.briefOf(terms.subject);
        if (brief.owner == 0) revert ConsentsUnknownSubject(terms.subject);
        if (brief.source != SourceClass.Personal) revert ConsentsNotPersonal(terms.subject);
        if (!_members.isActive(terms.recipient)) revert ConsentsRecipient(terms.recipient);
        if (terms.person == 0 || terms.notice == 0) revert ConsentsZeroDigest();
        _checkPurposes(terms.purposes, MAX_PURPOSES);
        _checkPeriod(terms.from, terms.until);
        if (terms.noticedAt == 0 || terms.noticedAt > block.timestamp || terms.channel == NoticeChannel.None) {
            revert ConsentsNotice(terms.noticedAt, terms.channel);
        }
        if (terms.decision == Decision.None) revert ConsentsDecision();
        return brief.owner;
    }

    function _checkWithin(bytes32 mandate, Mandate storage given, ConsentTerms calldata terms) private view {
        if (!_isMandateValidAt(given, uint64(block.timestamp))) revert ConsentsMandateNotValid(mandate);
        uint64 most = given.terms.purposes;
        if (terms.purposes & ~most != 0) revert ConsentsPurposesExceed(mandate, terms.purposes, most);
        if (terms.from < given.terms.from || terms.until > given.terms.until) {
            revert ConsentsPeriodExceeds(mandate, given.terms.from, given.terms.until);
        }
        bytes18[] storage recipients = given.terms.recipients;
        for (uint256 i = 0; i < recipients.length; ++i) {
            if (recipients[i] == terms.recipient) return;
        }
        revert ConsentsNotOfMandate(mandate, terms.recipient);
    }

    function _checkLeaf(bytes32 mandate, Mandate storage given, bytes32 person, bytes32[] calldata proof) private view {
        if (!given.terms.many || !_isLeaf(given.terms.persons, person, proof)) revert ConsentsProof(mandate, person);
        uint48 left = _left[mandate][person];
        if (left != 0) revert ConsentsPersonLeft(mandate, person, left);
    }

    function _checkRecipients(MandateTerms calldata terms) private view {
        uint256 count = terms.recipients.length;
        if (count == 0 || count > MAX_RECIPIENTS) revert ConsentsRecipients(count);
        for (uint256 i = 0; i < count; ++i) {
            bytes18 recipient = terms.recipients[i];
            if (recipient == terms.trustee) revert ConsentsTrustee(recipient);
            if (!_members.isActive(recipient)) revert ConsentsRecipient(recipient);
            for (uint256 j = 0; j < i; ++j) {
                if (terms.recipients[j] == recipient) revert ConsentsRecipients(count);
            }
        }
    }

    function _checkTrustee(bytes18 trustee) private view {
        if (!_members.isActive(trustee) || !_members.hasKind(trustee, Kind.Trustee)) revert ConsentsTrustee(trustee);
    }

    /// @dev A key here is no contract: that would be an address that lasts. So ECDSA alone, without ERC-1271.
    function _checkPerson(bytes32 person, PersonSignature calldata signed, bytes32 digest) private view {
        bytes32 given = personOf(signed.key, signed.opening);
        if (given != person) revert ConsentsPerson(person, given);
        bytes18 member = _members.memberOf(signed.key);
        if (member != 0) revert ConsentsMemberKey(signed.key, member);
        (address signer, ECDSA.RecoverError failure, ) = ECDSA.tryRecover(digest, signed.signature);
        if (failure != ECDSA.RecoverError.NoError || signer != signed.key) revert ConsentsSignature(signed.key);
    }

    function _checkPeriod(uint48 from, uint48 until) private view {
        bool ordered = from < until && until > block.timestamp;
        if (!ordered || until - from > MAX_PERIOD || until - block.timestamp > MAX_PERIOD) {
            revert ConsentsPeriod(from, until);
        }
    }

    function _trusted(bytes32 mandate) private view returns (Mandate storage given) {
        given = _knownMandate(mandate);
        bytes18 caller = _members.actorOf(msg.sender, KeyRole.Govern);
        if (caller != given.terms.trustee) revert ConsentsTrustee(caller);
    }

    function _running(bytes32 mandate) private view returns (Mandate storage given) {
        given = _knownMandate(mandate);
        if (given.endedAt != 0) revert ConsentsMandateNotValid(mandate);
    }

    function _withdrawable(bytes32 consent) private view returns (Consent storage given) {
        given = _known(consent);
        if (given.terms.decision != Decision.Allowed) revert ConsentsDenied(consent);
        if (given.withdrawnAt != 0) revert ConsentsAlreadyWithdrawn(consent, given.withdrawnAt);
    }

    function _known(bytes32 consent) private view returns (Consent storage given) {
        given = _consents[consent];
        if (given.givenAt == 0) revert ConsentsUnknown(consent);
    }

    function _knownMandate(bytes32 mandate) private view returns (Mandate storage given) {
        given = _mandates[mandate];
        if (given.givenAt == 0) revert ConsentsUnknownMandate(mandate);
    }

    function _isValidAt(Consent storage given, uint64 time) private view returns (bool) {
        if (given.terms.decision != Decision.Allowed || time < given.givenAt || time < given.terms.from) return false;
        if (time >= given.terms.until || !_isBefore(time, given.withdrawnAt)) return false;
        bytes32 mandate = given.mandate;
        if (mandate == 0) return true;
        return _isBefore(time, _mandates[mandate].endedAt) && _isBefore(time, _left[mandate][given.terms.person]);
    }

    function _isMandateValidAt(Mandate storage given, uint64 time) private view returns (bool) {
        if (given.givenAt == 0 || time < given.givenAt || time < given.terms.from) return false;
        return time < given.terms.until && _isBefore(time, given.endedAt);
    }

    function _checkPurposes(uint64 purposes, uint256 most) private pure {
        uint64 rest = purposes;
        for (uint256 i = 0; i < most; ++i) rest = rest == 0 ? 0 : rest & (rest - 1);
        if (purposes == 0 || rest != 0) revert ConsentsPurposes(purposes, most);
    }

    function _isLeaf(bytes32 root, bytes32 person, bytes32[] calldata proof) private pure returns (bool) {
        return proof.length <= MAX_PROOF && MerkleProof.verifyCalldata(proof, root, leafOf(person));
    }

    /// @dev True if `time` is before an end, or there is none.
    function _isBefore(uint64 time, uint48 end) private pure returns (bool) {
        return end == 0 || time < end;
    }
}
