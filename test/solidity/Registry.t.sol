// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {console} from "hardhat/console.sol";
import {ICases} from "../../contracts/cases/ICases.sol";
import {Council} from "../../contracts/membership/Council.sol";
import {IEmergency} from "../../contracts/membership/IEmergency.sol";
import {Members} from "../../contracts/membership/Members.sol";
import {Grade} from "../../contracts/rights/Grade.sol";
import {
    ContentDigest,
    Draft,
    MemberSignature,
    Move,
    Registration,
    RegistrationStatus,
    RegistrationType,
    Review,
    ReviewRule,
    ReviewState,
    SourceClass,
    SubjectRecord
} from "../../contracts/rights/IRegistry.sol";
import {Registry} from "../../contracts/rights/Registry.sol";
import {Consortium} from "./Consortium.sol";
import {Tally} from "./Tally.sol";
import {vm} from "./Vm.sol";

/// @dev Stands in for cases and freezes, so that the fuzzer can hold what it likes.
contract Stops {
    mapping(bytes32 subject => bool) public isHeld;

    function toggle(bytes32 subject) external {
        isHeld[subject] = !isHeld[subject];
    }

    function isSanctioned(bytes18, uint8, uint64) external pure returns (bool) {
        return false;
    }

    function isFrozen(bytes32) external pure returns (bool) {
        return false;
    }
}

/// @dev Two owners, two venues, a certifier and a regulator that do anything in any order, and a book of what was accepted.
contract RegistryDesk {
    uint256 public constant MOST = 8;
    uint256 public constant STATES = 15;
    uint256 private constant PEOPLE = 6;

    struct Page {
        uint256 owner;
        uint256 venue;
        bool inForce;
        bool open;
        bool first;
        bool needsReviewer;
        bool needsVenue;
        bool signedReviewer;
        bool signedVenue;
        uint256 objections;
        uint48 ends;
        uint48 from;
        uint48 until;
        uint32 versions;
        uint32 round;
        uint64 number;
        uint64 count;
        bytes32 head;
    }

    Registry public immutable registry;
    Members public immutable members;
    Stops public immutable stops;
    address private immutable _council;
    bytes32[] public ids;
    uint256[15] public reached;
    uint256 public accepted;
    uint256 public calls;

    /// What must never happen.
    string public fault;

    mapping(bytes32 subject => Page) private _pages;
    mapping(uint64 number => bytes32) public numbers;
    uint64 public lastNumber;
    uint256 private _salt;

    constructor() {
        uint16[] memory kinds = new uint16[](PEOPLE);
        (kinds[0], kinds[1], kinds[2], kinds[3], kinds[4], kinds[5]) = (2, 2, 1, 1, 1 << 7, 1 << 10);
        Council authority;
        (members, authority) = Consortium.found(kinds, 4);
        _council = address(authority);
        stops = new Stops();
        ReviewRule[9] memory rules;
        for (uint256 i = 1; i < 9; ++i) rules[i] = ReviewRule(uint48(i % 3) * 5 days, i % 2 == 0 ? uint16(1 << 7) : 0);
        registry = new Registry(
            members,
            _council,
            ICases(address(stops)),
            IEmergency(address(stops)),
            address(this),
            rules
        );
    }

    function enter(uint8 by, uint8 source, uint8 grade, uint8 venue) external {
        ++calls;
        if (ids.length == MOST) return;
        Registration memory what = _registration(source, grade, venue);
        try registry.enter(_id(by % 2), keccak256("right"), false, what, new bytes32[](0)) returns (bytes32 subject) {
            ids.push(subject);
            _pages[subject].owner = by % 2;
            _opened(subject, true);
        } catch {}
    }

    function resubmit(uint8 which, uint8 by, uint8 source, uint8 grade, uint8 venue) external {
        ++calls;
        bytes32 subject = _pick(which);
        Registration memory what = _registration(source, grade, venue);
        vm.prank(Consortium.key(by % PEOPLE));
        try registry.resubmit(subject, what) {
            _byOwner(subject, by);
            if (_pages[subject].inForce || _pages[subject].open) fault = "resubmitted what stands";
            _opened(subject, true);
            ++reached[1];
        } catch {}
    }

    function alter(uint8 which, uint8 by) external {
        ++calls;
        bytes32 subject = _pick(which);
        Registration memory what = _registration(0, 0, 0);
        vm.prank(Consortium.key(by % PEOPLE));
        try registry.alter(subject, Draft(what.digest, what.metadata, what.contents), what.digest) {
            _byOwner(subject, by);
            _atRest(subject);
            _opened(subject, false);
            ++reached[2];
        } catch {}
    }

    /// High `by` read the draft of the review before.
    function signOff(uint8 which, uint8 by) external {
        ++calls;
        bytes32 subject = _pick(which);
        Page storage page = _pages[subject];
        uint32 round = page.round - (by > 200 && page.round != 0 ? 1 : 0);
        vm.prank(Consortium.key(by % PEOPLE));
        try registry.signOff(subject, round, keccak256("opinion")) {
            ++accepted;
            if (round != page.round) fault = "signed off what it did not read";
            bool may = (by % PEOPLE == 4 && page.needsReviewer) || (page.needsVenue && by % PEOPLE == page.venue);
            if (!page.open || !may || by % PEOPLE == page.owner) fault = "signed off by nobody's reviewer";
            if (by % PEOPLE == 4) page.signedReviewer = true;
            else page.signedVenue = true;
            ++reached[3];
        } catch {}
    }

    function refuse(uint8 which, uint8 by) external {
        ++calls;
        bytes32 subject = _pick(which);
        vm.prank(Consortium.key(by % PEOPLE));
        try registry.refuse(subject, keccak256("grounds")) {
            _reviewed(subject, by);
            _pages[subject].open = false;
            ++reached[4];
        } catch {}
    }

    function object(uint8 which, uint8 by) external {
        ++calls;
        bytes32 subject = _pick(which);
        Page storage page = _pages[subject];
        vm.prank(Consortium.key(by % PEOPLE));
        try registry.object(subject, keccak256("objection")) {
            ++accepted;
            if (!page.open || block.timestamp >= page.ends || by % PEOPLE == page.owner) fault = "objected out of turn";
            ++page.objections;
            _write(subject, RegistrationType.Objection, by % PEOPLE, keccak256("objection"));
            ++reached[5];
        } catch {}
    }

    function resolve(uint8 which, uint8 by, uint8 place, bool upheld) external {
        ++calls;
        bytes32 subject = _pick(which);
        Page storage page = _pages[subject];
        vm.prank(Consortium.key(by % PEOPLE));
        try registry.resolve(subject, page.round, place % 3, upheld, keccak256("resolution")) {
            _reviewed(subject, by);
            --page.objections;
            _write(subject, RegistrationType.Objection, by % PEOPLE, keccak256("resolution"));
            if (upheld) page.open = false;
            ++reached[6];
        } catch {}
    }

    function complete(uint8 which) external {
        ++calls;
        bytes32 subject = _pick(which);
        Page storage page = _pages[subject];
        try registry.complete(subject) {
            if (!page.open) fault = "completed without a review";
            if (block.timestamp < page.ends) fault = "completed before the end of the notice";
            if (page.needsReviewer && !page.signedReviewer) fault = "completed without a reviewer";
            if (page.needsVenue && !page.signedVenue) fault = "completed without the venue";
            if (page.objections != 0) fault = "completed under an objection";
            _completed(subject);
            ++reached[page.first ? 7 : 8];
        } catch {
            if (stops.isHeld(subject) && page.open) ++reached[14];
        }
    }

    function withdraw(uint8 which, uint8 by) external {
        ++calls;
        bytes32 subject = _pick(which);
        vm.prank(Consortium.key(by % PEOPLE));
        try registry.withdraw(subject) {
            _byOwner(subject, by);
            if (!_pages[subject].open) fault = "withdrew what was not open";
            _pages[subject].open = false;
            ++reached[9];
        } catch {}
    }

    function cancel(uint8 which, uint8 by) external {
        ++calls;
        // Rarely, or little lives long.
        if (by % 4 != 0) return;
        bytes32 subject = _pick(which);
        Page storage page = _pages[subject];
        vm.prank(Consortium.key(page.owner));
        try registry.cancel(subject, keccak256("cancel")) {
            _atRest(subject);
            page.inForce = false;
            page.until = uint48(block.timestamp);
            _write(subject, RegistrationType.Cancellation, page.owner, keccak256("cancel"));
            ++reached[10];
        } catch {}
    }

    function note(uint8 which, uint8 to, bool transfer) external {
        ++calls;
        bytes32 subject = _pick(which);
        Page storage page = _pages[subject];
        RegistrationType entry = transfer ? RegistrationType.Transfer : RegistrationType.Licence;
        try registry.note(subject, entry, _id(to % 2), keccak256("deed")) {
            if (!page.inForce || (transfer && page.open)) fault = "noted on what does not stand";
            if (transfer) page.owner = to % 2;
            _write(subject, entry, to % 2, keccak256("deed"));
            ++reached[11];
        } catch {}
    }

    function move(uint8 which, uint8 to, uint8 forger) external {
        ++calls;
        bytes32 subject = _pick(which);
        Page storage page = _pages[subject];
        uint256 venue = 2 + (to % 2);
        bool old = page.venue != 0;
        Move memory what = Move(
            subject,
            _id(page.owner),
            old ? _id(page.venue) : bytes18(0),
            _id(venue),
            page.number,
            block.timestamp
        );
        MemberSignature[] memory signatures = new MemberSignature[](old ? 3 : 2);
        bytes32 digest = registry.moveDigest(what);
        bool forged = forger % 8 == 0;
        signatures[0] = _signed(page.owner, forged ? keccak256("other") : digest);
        if (old) signatures[1] = _signed(page.venue, digest);
        signatures[signatures.length - 1] = _signed(venue, digest);
        try registry.move(what, signatures) {
            if (forged) fault = "moved without a signature";
            _atRest(subject);
            page.venue = venue;
            _numbered(subject);
            _write(subject, RegistrationType.Move, venue, digest);
            ++reached[12];
        } catch {
            if (forged && page.inForce && !page.open && !stops.isHeld(subject)) ++reached[13];
        }
    }

    /// What the subject waits for, by those who may: reviews end, and what stands is altered, moved or at times cancelled.
    function next(uint8 which, uint8 how) external {
        ++calls;
        if (ids.length == 0) return;
        Page storage page = _pages[_pick(which)];
        if (page.open) _conclude(which, page);
        else if (!page.inForce) this.resubmit(which, uint8(page.owner), how, how >> 2, how >> 4);
        else if (how % 4 == 0) this.cancel(which, 0);
        else if (how % 4 == 1) this.alter(which, uint8(page.owner));
        else this.move(which, how >> 2, 1);
    }

    function hold(uint8 which) external {
        ++calls;
        if (which % 5 == 0) stops.toggle(_pick(which));
    }

    function setRule(uint8 source, uint8 grade, uint8 notice, uint8 kinds) external {
        ++calls;
        vm.prank(_council);
        registry.setReviewRule(
            SourceClass(source % 3),
            Grade(grade % 3),
            ReviewRule(uint48(notice % 8) * 1 days, kinds % 2 == 0 ? 0 : uint16(1 << 7))
        );
    }

    function wait_(uint8 time) external {
        ++calls;
        vm.warp(block.timestamp + uint256(time) * 4 hours);
    }

    /// Everything that the suite claims to reach, in the order of its names.
    function counts() external view returns (uint256[] memory all) {
        all = new uint256[](15);
        for (uint256 i = 0; i < 15; ++i) all[i] = reached[i];
    }

    function pageOf(bytes32 subject) external view returns (Page memory) {
        return _pages[subject];
    }

    function count() external view returns (uint256) {
        return ids.length;
    }

    function _conclude(uint8 which, Page storage page) private {
        if (page.needsReviewer) this.signOff(which, 4);
        if (page.needsVenue) this.signOff(which, uint8(page.venue));
        uint8 judge = page.needsReviewer ? 4 : (page.needsVenue ? uint8(page.venue) : 5);
        for (uint8 place = 0; place < 3 && page.objections != 0; ++place) this.resolve(which, judge, place, false);
        if (block.timestamp < page.ends) vm.warp(page.ends);
        this.complete(which);
    }

    function _opened(bytes32 subject, bool first) private {
        ++accepted;
        SubjectRecord memory item = registry.recordOf(subject);
        Review memory review = registry.reviewOf(subject, item.round);
        (, ReviewRule memory rule) = registry.reviewRule(item.source, item.grade);
        Page storage page_ = _pages[subject];
        ++page_.round;
        if (first) {
            page_.venue = 0;
            for (uint256 i = 2; i < 4; ++i) if (review.venue == _id(i)) page_.venue = i;
        }
        page_.open = true;
        page_.first = first;
        page_.needsReviewer = rule.reviewers != 0;
        page_.needsVenue = page_.venue != 0;
        (page_.signedReviewer, page_.signedVenue, page_.objections) = (false, false, 0);
        page_.ends = uint48(block.timestamp) + rule.notice;
        bool asks = rule.notice != 0 || page_.needsReviewer || page_.needsVenue;
        if (!asks) {
            _completed(subject);
            ++reached[0];
        } else if (review.state != ReviewState.Open) {
            fault = "no review where one is asked for";
        }
    }

    function _completed(bytes32 subject) private {
        if (stops.isHeld(subject)) fault = "completed while held";
        Page storage page_ = _pages[subject];
        page_.open = false;
        ++page_.versions;
        bytes32 link = registry.versionOf(subject, page_.versions).link;
        if (page_.first) {
            page_.inForce = true;
            page_.from = uint48(block.timestamp);
            _numbered(subject);
            _write(subject, RegistrationType.First, page_.owner, link);
        } else {
            bytes32 document = registry.reviewOf(subject, registry.recordOf(subject).round).document;
            _write(subject, RegistrationType.Alteration, page_.owner, document);
        }
    }

    function _numbered(bytes32 subject) private {
        uint64 number = registry.recordOf(subject).number;
        if (number <= lastNumber) fault = "a number that does not rise";
        if (numbers[number] != 0) fault = "a number given twice";
        numbers[number] = subject;
        lastNumber = number;
        _pages[subject].number = number;
    }

    function _write(bytes32 subject, RegistrationType entry, uint256 party, bytes32 document) private {
        Page storage page_ = _pages[subject];
        page_.head = keccak256(abi.encode(page_.head, entry, _id(party), document, uint48(block.timestamp)));
        ++page_.count;
    }

    function _byOwner(bytes32 subject, uint8 by) private {
        ++accepted;
        if (by % PEOPLE != _pages[subject].owner) fault = "done by another than the owner";
    }

    function _atRest(bytes32 subject) private {
        ++accepted;
        Page storage page_ = _pages[subject];
        if (!page_.inForce || page_.open || stops.isHeld(subject)) fault = "done to what is not at rest";
    }

    function _reviewed(bytes32 subject, uint8 by) private {
        ++accepted;
        Page storage page_ = _pages[subject];
        uint256 who = by % PEOPLE;
        bool alone = !page_.needsReviewer && !page_.needsVenue;
        bool may = (page_.needsReviewer && who == 4) || (page_.needsVenue && who == page_.venue) || (alone && who == 5);
        if (!page_.open || !may) fault = "reviewed by another";
    }

    function _registration(uint8 source, uint8 grade, uint8 venue) private returns (Registration memory what) {
        ContentDigest[] memory contents = new ContentDigest[](1 + (venue % 2));
        for (uint256 i = 0; i < contents.length; ++i) contents[i] = ContentDigest(uint16(i + 1), keccak256("content"));
        what.digest = keccak256(abi.encode(++_salt));
        what.metadata = keccak256("metadata");
        what.source = SourceClass(source % 3);
        what.grade = Grade(grade % 3);
        what.venue = venue % 3 == 0 ? bytes18(0) : _id(1 + (venue % 3));
        what.contents = contents;
    }

    function _pick(uint8 which) private view returns (bytes32) {
        return ids.length == 0 ? bytes32(0) : ids[which % ids.length];
    }

    function _signed(uint256 who, bytes32 digest) private pure returns (MemberSignature memory) {
        return MemberSignature(Consortium.key(who), Consortium.sign(who, digest));
    }

    function _id(uint256 who) private pure returns (bytes18) {
        return Consortium.id(who);
    }
}

/// @dev Rules of the design for resources and products, "status; registration types 首次、许可、转移、变更、注销、异议; portability": who registers,
///      reviews, objects, moves and cancels, and that nothing is completed under an objection or a hold, {RegistryDesk} and _noFault; that the
///      status at any second, the numbers and the chained history are those of the book, _check; that ids are bound to the member, testFuzz_.
contract RegistryTest {
    RegistryDesk private _desk;

    function setUp() external {
        _desk = new RegistryDesk();
    }

    /// What the fuzzer plays with reaches every change, and keeps every rule on the way: 16 sessions of 250 calls by a fixed seed.
    function test_theDeskReachesEveryChange() external {
        uint256[15] memory reached;
        uint256 accepted = 0;
        for (uint256 session = 0; session < 16; ++session) {
            this.renew();
            for (uint256 i = 0; i < 250; ++i) _play(uint256(keccak256(abi.encode(session, i))));
            this.checkAll();
            accepted += _desk.accepted();
            for (uint256 s = 0; s < 15; ++s) reached[s] += _desk.reached(s);
        }
        console.log("Registry: %d acts accepted; of each:", accepted);
        string[] memory names = _states();
        for (uint256 s = 0; s < 15; ++s) {
            console.log("  %s: %d", names[s], reached[s]);
            require(reached[s] != 0, names[s]);
        }
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_desk);
    }

    /// A call of its own, so that a walk's memory, which each call of the walk copies, stays small.
    function checkAll() external view {
        _checkAll();
    }

    /// Starts anew; a call of its own as {checkAll}.
    function renew() external {
        _desk = new RegistryDesk();
    }

    function afterInvariant() external view {
        _checkAll();
        Tally.report("Registry", _desk.calls(), _states(), _desk.counts());
    }

    function invariant_theLawHolds() external view {
        if (_desk.calls() % Tally.INTERVAL == 0) _checkAll();
        else _noFault();
    }

    /// An id is of its member and its digest alone.
    function testFuzz_idsAreTheMembersOwn(bytes18 owner, bytes18 other, bytes32 digest, bytes32 another) external view {
        vm.assume(owner != other || digest != another);
        Registry registry = _desk.registry();
        require(registry.subjectIdOf(owner, digest) != registry.subjectIdOf(other, another), "ids collide");
    }

    function _play(uint256 seed) private {
        uint8 act = uint8(seed % 26);
        (uint8 a, uint8 b, uint8 c, uint8 d) = (
            uint8(seed >> 8),
            uint8(seed >> 16),
            uint8(seed >> 24),
            uint8(seed >> 32)
        );
        if (act < 3) _desk.enter(a, b, c, d);
        else if (act < 5) _desk.resubmit(a, b, c, d, uint8(seed >> 40));
        else if (act < 7) _desk.alter(a, b);
        else if (act < 11) _desk.signOff(a, b);
        else if (act < 12) _desk.refuse(a, b);
        else if (act < 14) _desk.object(a, b);
        else if (act < 16) _desk.resolve(a, b, c, d % 4 == 0);
        else if (act < 20) _desk.complete(a);
        else if (act < 21) _desk.withdraw(a, b);
        else if (act < 22) _desk.cancel(a, b);
        else if (act < 23) _desk.note(a, b, c % 2 == 0);
        else if (act < 24) _desk.move(a, b, c);
        else if (act < 25) _desk.wait_(a);
        else if (a % 3 == 0) _desk.setRule(b, c, d, uint8(seed >> 40));
        else _desk.hold(a);
    }

    /// Nothing was completed without those who must see it, and nobody did what is another's.
    function _noFault() private view {
        require(bytes(_desk.fault()).length == 0, _desk.fault());
    }

    /// Every subject, its history, its times and its numbers are as the book has them.
    function _checkAll() private view {
        _noFault();
        uint256 total = _desk.count();
        for (uint256 i = 0; i < total; ++i) _check(_desk.ids(i));
        Registry registry = _desk.registry();
        require(registry.lastNumber() == _desk.lastNumber(), "numbers");
        for (uint64 n = 1; n <= _desk.lastNumber(); ++n) {
            require(registry.subjectOfNumber(n) == _desk.numbers(n), "subject of a number");
        }
    }

    function _check(bytes32 subject) private view {
        Registry registry = _desk.registry();
        RegistryDesk.Page memory page = _desk.pageOf(subject);
        (uint64 count, bytes32 head) = registry.headOf(subject);
        require(count == page.count && head == page.head, "history");
        SubjectRecord memory item = registry.recordOf(subject);
        require(item.owner == Consortium.id(page.owner), "owner");
        require((item.status == RegistrationStatus.Registered) == page.inForce, "status");
        require(registry.briefOf(subject).inForce == page.inForce, "brief");
        require(item.versions == page.versions && item.number == page.number, "versions and number");
        _checkTimes(subject, page);
        uint256 entries = registry.venueEntryCount(subject);
        for (uint256 i = 0; i < entries; ++i) {
            bool last = i + 1 == entries;
            uint48 until = registry.venueEntryAt(subject, i).until;
            if (last) require(until == page.until, "end of the last entry");
            else require(until == registry.venueEntryAt(subject, i + 1).from, "entries side by side");
        }
    }

    function _checkTimes(bytes32 subject, RegistryDesk.Page memory page) private view {
        Registry registry = _desk.registry();
        uint48[4] memory times = [page.from, page.until, uint48(block.timestamp), 0];
        for (uint256 i = 0; i < 4; ++i) {
            for (uint256 off = 0; off < 3; ++off) {
                uint48 time = times[i] + uint48(off);
                if (time == 0) continue;
                --time;
                bool expected = page.from != 0 && time >= page.from && (page.until == 0 || time < page.until);
                require(registry.inForceAt(subject, time) == expected, "in force at a time");
            }
        }
    }

    function _states() private pure returns (string[] memory states) {
        string[15] memory names = [
            "at once",
            "anew",
            "alteration",
            "sign-off",
            "refusal",
            "objection",
            "resolution",
            "registration",
            "altered",
            "withdrawal",
            "cancellation",
            "note",
            "move",
            "refused: a forged move",
            "refused: held"
        ];
        states = new string[](15);
        for (uint256 i = 0; i < 15; ++i) states[i] = names[i];
    }
}
