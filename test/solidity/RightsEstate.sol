// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {Attestations} from "../../contracts/attestation/Attestations.sol";
import {Cases} from "../../contracts/cases/Cases.sol";
import {Approval, CaseKind, Opening, Procedure, Ruling, RulingAct} from "../../contracts/cases/ICases.sol";
import {Emergency} from "../../contracts/membership/Emergency.sol";
import {EmergencyRules, FreezeOrder} from "../../contracts/membership/IEmergency.sol";
import {Founder, Kind, Tier} from "../../contracts/membership/IMembers.sol";
import {Members} from "../../contracts/membership/Members.sol";
import {Consents} from "../../contracts/rights/Consents.sol";
import {Grade} from "../../contracts/rights/Grade.sol";
import {ConsentTerms, Decision, NoticeChannel, PersonSignature} from "../../contracts/rights/IConsents.sol";
import {ContentDigest, Registration, ReviewRule, SourceClass} from "../../contracts/rights/IRegistry.sol";
import {Grant, Listing, Right, RightKind, Scope, Transfer, Validity} from "../../contracts/rights/IRights.sol";
import {Registry} from "../../contracts/rights/Registry.sol";
import {Rights} from "../../contracts/rights/Rights.sol";
import {SubjectKind} from "../../contracts/SubjectKind.sol";
import {Consortium} from "./Consortium.sol";
import {vm} from "./Vm.sol";

/// @dev Four members that register, grant, accept, transfer, use and revoke as the fuzzer likes, under the whole law, and a book of what was
/// accepted, kept apart from the contracts. Members 4 and 5 are regulators, 6 is an arbitrator, 7 opens cases; this contract is the council.
abstract contract RightsEstate {
    uint256 public constant TRADERS = 4;
    uint256 public constant STATES = 22;
    uint256 private constant MOST_RIGHTS = 24;
    uint256 private constant MOST_SAMPLES = 24;

    /// What was done, in the order of {names}.
    enum Done {
        Registered,
        Granted,
        AcceptedLater,
        AcceptedBefore,
        Made,
        MovedFounding,
        MovedGranted,
        Used,
        UsedUp,
        Revoked,
        Cancelled,
        Withdrawn,
        Frozen,
        Held,
        Suspended,
        Waited,
        Listed,
        RefusedCore,
        RefusedStopped,
        RefusedExceeding,
        RefusedReplay,
        RefusedStranger
    }

    /// A scope as the fuzzer asks for it.
    struct Wish {
        uint64 purposes;
        uint64 territories;
        uint32 period;
        uint8 uses;
        uint8 depth;
    }

    /// An answer about a second that is over.
    struct Sample {
        bytes32 right;
        uint48 time;
        Validity validity;
        bytes32 cause;
        bytes18 holder;
    }

    /// The book of one right.
    struct Page {
        uint256 granted;
        uint256 recorded;
        uint48 acceptedAt;
        uint48 revokedAt;
        bytes18[] holders;
        uint48[] since;
    }

    Members public immutable members;
    Emergency public immutable emergency;
    Cases public immutable cases;
    Registry public immutable registry;
    Consents public immutable consents;
    Rights public immutable rights;

    bytes32[] public known;
    uint256[STATES] public reached;
    uint256[12] public seen;
    uint256 public calls;
    string public fault;

    Sample[] private _samples;
    bytes32[] private _consents;
    bytes32[] private _holds;
    uint256 private _salt;
    mapping(bytes32 right => Page) private _pages;
    mapping(bytes32 right => bytes32 document) private _documents;
    mapping(bytes32 right => uint256 place) public placeOf;
    bytes[] private _spent;

    constructor() {
        address self = address(this);
        uint64 nonce = vm.getNonce(self);
        members = new Members(_founders(), self, vm.computeCreateAddress(self, nonce + 1));
        emergency = new Emergency(members, self, EmergencyRules(2, 1 days, 3 days, 10 days, 0));
        Procedure memory procedure = Procedure(2, 2, 15 days, 15 days, 60 days, 15 days, 30 days, 30 days);
        cases = new Cases(members, address(members), procedure);
        uint16[2][3] memory table;
        Attestations attestations = new Attestations(members, address(members), cases, table, keccak256("table"));
        ReviewRule[9] memory rules;
        registry = new Registry(members, self, cases, emergency, vm.computeCreateAddress(self, nonce + 6), rules);
        consents = new Consents(members, registry);
        rights = new Rights(members, registry, consents, cases, emergency, attestations);
        for (uint8 i = 0; i < TRADERS; ++i) {
            resource(i, Wish(0xff, 0xff, 30 days, i < 2 ? 0 : 12, 4), i == 1, i == 3 ? 2 : 0);
        }
    }

    /// One in eight is core data.
    function resource(uint8 who, Wish memory wish, bool personal, uint8 grade) public {
        Registration memory what = _registration(personal ? SourceClass.Personal : SourceClass.Enterprise);
        what.grade = grade % 8 == 2 ? Grade.Core : Grade(grade % 2);
        Scope memory scope = _scope(wish);
        vm.prank(Consortium.key(who % TRADERS));
        try rights.registerResource(what, scope) returns (bytes32, bytes32 right) {
            _born(right, what.digest, Done.Registered);
        } catch {}
        _sample(_salt);
    }

    function product(uint256 first, uint256 second, Wish calldata wish, uint8 grade) external {
        _make(_pick(first), first % 3 == 0 ? _pick(second) : bytes32(0), _scope(wish), grade);
        _sample(first);
    }

    /// Offers a right, by half with the acceptance of the member that gets it.
    function grant(uint256 which, uint8 to, uint8 kind, Wish memory wish, bool beforehand) external {
        _offer(_pick(which), to, kind, _scope(wish), beforehand);
        _sample(which);
    }

    /// A grant that is seldom refused.
    function license(uint256 which, uint8 to, uint8 uses, bool beforehand) external {
        _license(_pick(which), to, uses, beforehand);
        _sample(which);
    }

    /// What is likely to be taken: an offer is accepted, a right that stands is granted on, used or built on, by those who may.
    function next(uint256 which, uint8 to, uint8 how) external {
        for (uint256 i = 0; i < 4; ++i) {
            bytes32 right = known[((which % known.length) + i) % known.length];
            (Validity validity, ) = rights.usabilityOf(right);
            if (validity == Validity.NotAccepted) _accept(right);
            else if (validity == Validity.Valid) _follow(right, to, how);
            else continue;
            break;
        }
        _sample(which);
    }

    function accept(uint256 which) external {
        _accept(_pick(which));
        _sample(which);
    }

    /// Signed by all whom it binds, though now and then one of them signs for another.
    function transfer(uint256 which, uint8 to, uint8 forger) external {
        // Half of the time one of the newest, which were mostly granted.
        bytes32 right = forger % 2 == 0 ? _pick(which) : known[known.length - 1 - (which % TRADERS)];
        Right memory before = rights.rightOf(right);
        Transfer memory moved = Transfer(right, before.holder, Consortium.id(to % TRADERS), bytes32(++_salt));
        bytes18 granter = before.base == 0 ? moved.from : rights.rightOf(before.base).holder;
        bool third = granter != moved.from && granter != moved.to;
        bool forged = forger % 8 == 0;
        Approval[] memory approvals = new Approval[](third ? 3 : 2);
        approvals[0] = _approval(moved.from, moved, false);
        approvals[1] = _approval(moved.to, moved, forged);
        if (third) approvals[2] = _approval(granter, moved, false);
        bool stopped = _isStopped(right);
        try rights.transfer(moved, approvals) {
            if (forged) fault = "transferred without a signature";
            if (stopped) fault = "transferred under a hold or a freeze";
            _pages[right].holders.push(moved.to);
            _pages[right].since.push(uint48(block.timestamp));
            ++reached[uint256(before.base == 0 ? Done.MovedFounding : Done.MovedGranted)];
            _spent.push(abi.encodeCall(rights.transfer, (moved, approvals)));
        } catch {
            if (stopped) ++reached[uint256(Done.RefusedStopped)];
        }
        _sample(which);
    }

    /// Brings the signatures of an act that was done once more.
    function replay(uint256 which) external {
        if (_spent.length != 0) {
            // solhint-disable-next-line avoid-low-level-calls
            (bool done, ) = address(rights).call(_spent[which % _spent.length]);
            if (done) fault = "replayed";
            else ++reached[uint256(Done.RefusedReplay)];
        }
        _sample(which);
    }

    function use(uint256 which, uint8 times) external {
        _use(_pick(which), times);
        _sample(which);
    }

    /// Any of the four tries, though seldom, or nothing stays to derive from.
    function revoke(uint256 which, uint8 by) external {
        if ((which >> 32) % 3 != 0) return _sample(which);
        bytes32 right = _pick(which);
        bytes18 caller = Consortium.id(by % TRADERS);
        bool party = caller == rights.rightOf(right).holder || caller == rights.granterOf(right);
        vm.prank(Consortium.key(by % TRADERS));
        try rights.revoke(right, keccak256("reason")) {
            if (!party) fault = "revoked by a stranger";
            if (_pages[right].revokedAt != 0) fault = "revoked twice";
            _pages[right].revokedAt = uint48(block.timestamp);
            ++reached[uint256(Done.Revoked)];
        } catch {
            if (!party) ++reached[uint256(Done.RefusedStranger)];
        }
        _sample(which);
    }

    function cancel(uint256 which) external {
        if ((which >> 32) % 6 != 0) return _sample(which);
        bytes32 subject = rights.rightOf(_pick(which)).subject;
        bool stopped = _isSubjectStopped(subject);
        vm.prank(_keyOf(registry.briefOf(subject).owner));
        try registry.cancel(subject, keccak256("cancellation")) {
            if (stopped) fault = "cancelled under a hold or a freeze";
            ++reached[uint256(Done.Cancelled)];
        } catch {}
        _sample(which);
    }

    function withdraw(uint256 which) external {
        if (_consents.length == 0 || (which >> 32) % 3 != 0) return _sample(which);
        uint256 number = which % _consents.length;
        try consents.withdraw(_consents[number], _personSigns(number, consents.withdrawalDigest(_consents[number]))) {
            ++reached[uint256(Done.Withdrawn)];
        } catch {}
        _sample(which);
    }

    function freeze(uint256 which, bool wholeSubject) external {
        if ((which >> 32) % 3 != 0) return _sample(which);
        bytes32 right = _pick(which);
        bytes32 subject = wholeSubject ? rights.rightOf(right).subject : right;
        SubjectKind kind = wholeSubject ? SubjectKind.Resource : SubjectKind.Right;
        FreezeOrder memory order = FreezeOrder(kind, subject, keccak256("reason"), uint48(block.timestamp) + 1 days);
        vm.prank(Consortium.key(4));
        try emergency.order(order) returns (bytes32 id) {
            vm.prank(Consortium.key(5));
            emergency.cosign(id);
            ++reached[uint256(Done.Frozen)];
        } catch {}
        _sample(which);
    }

    /// Holds a right or its subject, or releases one of the holds.
    function hold(uint256 which, bool wholeSubject, bool release) external {
        if (release || (which >> 32) % 3 != 0) {
            if (_holds.length != 0) _rule(_holds[which % _holds.length], RulingAct.Release);
        } else {
            Opening memory opening;
            opening.salt = bytes32(++_salt);
            opening.kind = CaseKind.Dispute;
            opening.respondent = Consortium.id(0);
            opening.subjectKind = wholeSubject ? SubjectKind.Resource : SubjectKind.Right;
            opening.subject = wholeSubject ? rights.rightOf(_pick(which)).subject : _pick(which);
            opening.grounds = keccak256("grounds");
            opening.evidence = new bytes32[](1);
            opening.evidence[0] = keccak256("leaf");
            vm.prank(Consortium.key(7));
            bytes32 caseId = cases.open(opening);
            _holds.push(caseId);
            _rule(caseId, RulingAct.Hold);
            if (cases.isHeld(opening.subject)) ++reached[uint256(Done.Held)];
        }
        _sample(which);
    }

    function suspend(uint8 who, bool back) external {
        bytes18 member = Consortium.id(who % TRADERS);
        if (back || who % 5 != 0) {
            try members.reinstate(member, keccak256("reason")) {} catch {}
        } else {
            try members.suspend(member, keccak256("reason")) {
                ++reached[uint256(Done.Suspended)];
            } catch {}
        }
        _sample(who);
    }

    function wait(uint32 time) external {
        // Now and then long enough for a period to end.
        vm.warp(block.timestamp + 1 + (time % (time % 8 == 0 ? 12 days : 1 days)));
        ++reached[uint256(Done.Waited)];
        _sample(time);
    }

    function ids() external view returns (bytes32[] memory) {
        return known;
    }

    /// Everything that the suite claims to reach: what was done, then the validities in the order of {Validity} from the third on.
    function counts() external view returns (uint256[] memory all) {
        all = new uint256[](STATES + 11);
        for (uint256 i = 0; i < STATES; ++i) all[i] = reached[i];
        all[STATES] = seen[0];
        for (uint256 i = 2; i < 12; ++i) all[STATES + i - 1] = seen[i];
    }

    function samples() external view returns (Sample[] memory) {
        return _samples;
    }

    function pageOf(bytes32 right) external view returns (Page memory) {
        return _pages[right];
    }

    /// Member that held the right at a second, by the book.
    function holderByTheBook(bytes32 right, uint48 time) external view returns (bytes18 holder) {
        Page storage page = _pages[right];
        for (uint256 i = 0; i < page.since.length && page.since[i] <= time; ++i) holder = page.holders[i];
    }

    /// What the register of members asks its council.
    function isSeat(bytes18) external pure returns (bool) {
        return false;
    }

    function _offer(bytes32 right, uint8 to, uint8 kind, Scope memory scope, bool beforehand) private {
        Right memory base = rights.rightOf(right);
        Grant memory offer;
        (offer.base, offer.holder) = (right, Consortium.id(to % TRADERS));
        if (offer.holder == base.holder) offer.holder = Consortium.id((to + 1) % TRADERS);
        offer.kind = RightKind(1 + (kind % 3));
        offer.scope = scope;
        offer.document = bytes32(++_salt);
        if (registry.briefOf(base.subject).source == SourceClass.Personal && offer.kind != RightKind.Operating) {
            offer.consent = _consent(base.subject, offer.holder, offer.scope);
        }
        _grant(offer, base.holder, _numberOf(offer.holder), beforehand);
    }

    function _make(bytes32 first, bytes32 second, Scope memory scope, uint8 grade) private {
        bytes32[] memory basis = new bytes32[](second == 0 ? 1 : 2);
        basis[0] = first;
        if (second != 0) basis[1] = second;
        Registration memory what = _registration(SourceClass.Enterprise);
        what.grade = Grade(grade % 3);
        bool stopped = false;
        for (uint256 i = 0; i < basis.length; ++i) stopped = stopped || _isStopped(basis[i]);
        vm.prank(_keyOf(rights.rightOf(first).holder));
        try rights.registerProduct(what, scope, basis) returns (bytes32, bytes32 right) {
            if (stopped) fault = "a product from what is held or frozen";
            for (uint256 i = 0; i < basis.length; ++i) _take(basis[i], scope.uses);
            _born(right, what.digest, Done.Made);
        } catch {
            if (stopped) ++reached[uint256(Done.RefusedStopped)];
        }
    }

    function _license(bytes32 right, uint8 to, uint8 uses, bool beforehand) private {
        Right memory base = rights.rightOf(right);
        Wish memory wish = _within(base, uses);
        wish.depth = base.depth == 0 ? 0 : base.depth - 1;
        _offer(right, to, uint8(base.kind) - 1, _scope(wish), beforehand);
    }

    function _follow(bytes32 right, uint8 to, uint8 how) private {
        if (how % 4 == 3) _use(right, how >> 2);
        else if (how % 4 == 2) _make(right, 0, _scope(_within(rights.rightOf(right), how >> 2)), (how >> 2) % 2);
        else _license(right, to, how >> 2, how % 4 == 1);
    }

    function _accept(bytes32 right) private {
        Right memory before = rights.rightOf(right);
        bool stopped = _isSubjectStopped(before.subject);
        vm.prank(_keyOf(before.holder));
        try rights.accept(right, _documents[right]) {
            if (_pages[right].acceptedAt != 0) fault = "accepted twice";
            if (stopped) fault = "accepted under a hold or a freeze";
            _pages[right].acceptedAt = uint48(block.timestamp);
            ++reached[uint256(Done.AcceptedLater)];
        } catch {}
    }

    function _use(bytes32 right, uint8 times) private {
        vm.prank(_keyOf(rights.rightOf(right).holder));
        try rights.recordUse(right, 1 + (times % 4), keccak256("evidence")) {
            _pages[right].recorded += 1 + (times % 4);
            ++reached[uint256(Done.Used)];
            (Validity validity, ) = rights.usabilityOf(right);
            if (validity == Validity.Exhausted) ++reached[uint256(Done.UsedUp)];
        } catch {}
    }

    function _grant(Grant memory offer, bytes18 granter, uint256 to, bool beforehand) private {
        Approval memory acceptance;
        if (beforehand) {
            (acceptance.key, acceptance.nonce, acceptance.deadline) = (Consortium.key(to), ++_salt, block.timestamp);
            bytes32 digest = rights.acceptanceDigest(granter, offer, acceptance.nonce, acceptance.deadline);
            acceptance.signature = Consortium.sign(to, digest);
        }
        bytes32 right = rights.rightIdOf(granter, offer);
        (bool stopped, bool exceeds) = (_isStopped(offer.base), _exceeds(offer));
        bytes memory data =
            beforehand
                ? abi.encodeCall(rights.grantAccepted, (offer, acceptance))
                : abi.encodeCall(rights.grant, (offer));
        vm.prank(_keyOf(granter));
        // One call for both forms, whose outcome counts alone.
        // solhint-disable-next-line avoid-low-level-calls
        (bool done, ) = address(rights).call(data);
        if (!done) {
            if (stopped) ++reached[uint256(Done.RefusedStopped)];
            if (exceeds) ++reached[uint256(Done.RefusedExceeding)];
            return;
        }
        if (stopped) fault = "granted under a hold or a freeze";
        if (exceeds) fault = "granted more than there is";
        if (beforehand) _spent.push(data);
        _take(offer.base, offer.scope.uses);
        _born(right, offer.document, Done.Granted);
        if (beforehand) ++reached[uint256(Done.AcceptedBefore)];
        else _pages[right].acceptedAt = 0;
    }

    function _take(bytes32 base, uint256 uses) private {
        _pages[base].granted += uses;
    }

    function _born(bytes32 right, bytes32 document, Done how) private {
        placeOf[right] = known.length;
        known.push(right);
        _documents[right] = document;
        _pages[right].acceptedAt = uint48(block.timestamp);
        _pages[right].holders.push(rights.rightOf(right).holder);
        _pages[right].since.push(uint48(block.timestamp));
        ++reached[uint256(how)];
    }

    /// Asks about the second before this one, which nothing may change any more.
    function _sample(uint256 which) private {
        ++calls;
        bytes32 right = known.length == 0 ? bytes32(0) : _pick(which >> 3);
        (Validity now_, ) = rights.validityAt(right, uint64(block.timestamp));
        ++seen[uint256(now_)];
        (Validity usable, ) = rights.usabilityOf(right);
        if (usable == Validity.Exhausted) ++seen[uint256(usable)];
        if (calls % 4 != 0) return;
        _list(right);
        uint48 time = uint48(block.timestamp) - 1;
        (Validity validity, bytes32 cause) = rights.validityAt(right, time);
        Sample memory sample = Sample(right, time, validity, cause, rights.holderAt(right, time));
        if (_samples.length < MOST_SAMPLES) _samples.push(sample);
        else _samples[(calls / 4) % MOST_SAMPLES] = sample;
    }

    /// Asks whether what the right is about may be listed under it, which core data may never be.
    function _list(bytes32 right) private {
        Right memory title = rights.rightOf(right);
        Listing listing = rights.listingOf(title.subject, right, title.holder, calls % 8 == 0);
        bool core = registry.briefOf(title.subject).grade == Grade.Core;
        if (listing == Listing.CoreGrade && core) ++reached[uint256(Done.RefusedCore)];
        if (listing != Listing.Allowed) return;
        ++reached[uint256(Done.Listed)];
        if (core) fault = "core data was listed";
        if (_isStopped(right)) fault = "listed under a hold or a freeze";
        if (title.base != 0 && title.kind == RightKind.Processing) fault = "listed under a right to process";
    }

    function _consent(bytes32 subject, bytes18 recipient, Scope memory scope) private returns (bytes32 consent) {
        uint256 number = _consents.length;
        ConsentTerms memory terms;
        terms.person = consents.personOf(_personKey(number), keccak256("opening"));
        (terms.subject, terms.recipient) = (subject, recipient);
        terms.purposes = scope.purposes & 0x0f;
        scope.purposes = terms.purposes;
        (terms.from, terms.until) = (uint48(block.timestamp), scope.until);
        (terms.notice, terms.noticedAt) = (keccak256("text"), uint48(block.timestamp));
        (terms.channel, terms.decision) = (NoticeChannel.Screen, Decision.Allowed);
        bytes32 digest = consents.consentDigest(terms, block.timestamp);
        try consents.give(terms, block.timestamp, _personSigns(number, digest)) returns (bytes32 id) {
            consent = id;
            _consents.push(id);
        } catch {}
    }

    function _rule(bytes32 caseId, RulingAct act) private {
        Ruling memory ruling;
        (ruling.caseId, ruling.act) = (caseId, act);
        ruling.round = uint32(cases.caseOf(caseId).round);
        (ruling.grounds, ruling.rules) = (keccak256("grounds"), keccak256("rules"));
        vm.prank(Consortium.key(6));
        try cases.rule(ruling) {} catch {}
    }

    function _registration(SourceClass source) private returns (Registration memory what) {
        what.digest = bytes32(++_salt);
        what.metadata = bytes32(_salt);
        what.grade = Grade.General;
        what.source = source;
        what.contents = new ContentDigest[](1);
        what.contents[0] = ContentDigest(1, bytes32(_salt));
    }

    function _approval(bytes18 by, Transfer memory moved, bool forged) private returns (Approval memory approval) {
        (approval.key, approval.nonce, approval.deadline) = (_keyOf(by), ++_salt, block.timestamp);
        bytes32 digest = rights.transferDigest(by, moved, approval.nonce, approval.deadline);
        approval.signature = Consortium.sign(_numberOf(by) + (forged ? 1 : 0), digest);
    }

    /// True if no right may be derived from this one or move: it or the data is held or frozen.
    function _isStopped(bytes32 right) private view returns (bool) {
        if (cases.isHeld(right) || emergency.isFrozen(right)) return true;
        return _isSubjectStopped(rights.rightOf(right).subject);
    }

    function _isSubjectStopped(bytes32 subject) private view returns (bool) {
        return cases.isHeld(subject) || emergency.isFrozen(subject);
    }

    /// True if the offer goes beyond its base in anything.
    function _exceeds(Grant memory offer) private view returns (bool) {
        Right memory base = rights.rightOf(offer.base);
        Scope memory scope = offer.scope;
        if (scope.purposes & ~base.purposes != 0 || scope.territories & ~base.territories != 0) return true;
        if (scope.until > base.until || scope.depth >= base.depth) return true;
        if (offer.kind != base.kind && offer.kind != RightKind.Processing) return true;
        return base.uses != 0 && (scope.uses == 0 || scope.uses + base.used > base.uses);
    }

    function _pick(uint256 which) private view returns (bytes32) {
        // Half of the time one of the first four, or nothing lives long enough to be derived from.
        uint256 many = which % 2 == 0 ? TRADERS : known.length;
        return known[(which >> 1) % many];
    }

    function _scope(Wish memory wish) private view returns (Scope memory scope) {
        // Once there are many rights, none is made any more: without purposes it is refused.
        scope.purposes = known.length < MOST_RIGHTS ? wish.purposes & 0xff : 0;
        scope.territories = wish.territories & 0xff;
        // Now and then it begins later.
        scope.from = uint48(block.timestamp) + (wish.period % 8 == 1 ? 1 days : 0);
        scope.until = uint48(block.timestamp) + (wish.period % 31 days);
        scope.uses = wish.uses % 16;
        scope.depth = wish.depth % 10;
    }

    function _within(Right memory base, uint8 uses) private view returns (Wish memory) {
        uint256 left = base.until > block.timestamp ? base.until - block.timestamp : 1;
        uint8 share = base.uses == 0 ? 0 : 1 + (uses % 3);
        return Wish(base.purposes, base.territories, uint32(left > 7 ? left - (left % 8) : left), share, 3);
    }

    function _keyOf(bytes18 member) private pure returns (address) {
        return Consortium.key(_numberOf(member));
    }

    function _numberOf(bytes18 member) private pure returns (uint256) {
        for (uint256 i = 0; i < TRADERS; ++i) if (Consortium.id(i) == member) return i;
        revert("no trader");
    }

    function _personKey(uint256 number) private pure returns (address) {
        return Consortium.key(1000 + number);
    }

    function _personSigns(uint256 number, bytes32 digest) private pure returns (PersonSignature memory) {
        bytes memory signature = Consortium.sign(1000 + number, digest);
        return PersonSignature(_personKey(number), keccak256("opening"), signature);
    }

    function _founders() private pure returns (Founder[] memory founders) {
        Kind[8] memory kinds = [
            Kind.Supplier,
            Kind.Supplier,
            Kind.Processor,
            Kind.Operator,
            Kind.Regulator,
            Kind.Regulator,
            Kind.Arbitrator,
            Kind.Venue
        ];
        founders = new Founder[](8);
        for (uint256 i = 0; i < 8; ++i) {
            uint16 mask = uint16(1 << uint256(kinds[i]));
            founders[i] = Founder(Consortium.id(i), Consortium.key(i), mask, Tier.None, 0, keccak256("metadata"));
        }
    }
}
