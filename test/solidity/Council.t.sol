// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {ActClass, Call, ClassRule, CouncilRules, OrdinaryAct, Proposal} from "../../contracts/membership/ICouncil.sol";
import {Council} from "../../contracts/membership/Council.sol";
import {IMembers, Tier} from "../../contracts/membership/IMembers.sol";
import {Members} from "../../contracts/membership/Members.sol";
import {Consortium} from "./Consortium.sol";
import {Tally} from "./Tally.sol";
import {vm} from "./Vm.sol";

/// @dev Five seats and three members without one, who propose and vote on suspensions, expulsions, seats and rules as the fuzzer likes, while
///      some are frozen; and a book of who voted for what, which seats stand and what decides, kept apart from the council.
contract Electorate {
    uint256 public constant SEATS = 5;
    uint256 public constant PEOPLE = 8;

    struct Wish {
        uint256 kind;
        uint256 about;
        uint256 threshold;
        uint256 votes;
        bool decided;
    }

    Members public immutable members;
    Council public immutable council;
    Wish[] public wishes;
    mapping(uint256 member => bool) public seated;
    mapping(uint256 member => bool) public active;
    mapping(uint256 member => uint256) public frozenUntil;
    uint256 public ordinary = 3;
    uint256 public constitutional = 4;

    /// Times that each kind was decided, and others.
    uint256[6] public decided;
    uint256 public delayed;
    uint256 public frozen;
    uint256 public refused;
    uint256 public lost;
    uint256 public calls;
    string public fault;

    constructor() {
        (members, council) = Consortium.found(_kinds(), 3);
        for (uint256 i = 0; i < SEATS; ++i) (seated[i], active[i]) = (true, true);
        for (uint256 i = SEATS; i < PEOPLE; ++i) {
            vm.prank(Consortium.key(i));
            uint256 n = members.applyFor(Consortium.id(i), 1, Tier.None, 0, keccak256("m"), keccak256("p"));
            bytes memory data = abi.encodeCall(IMembers.admit, (n, 1, Tier.None, keccak256("r")));
            Consortium.decide(council, 3, address(members), data);
            active[i] = true;
            wishes.push(Wish(9, i, 0, 7, true));
        }
        OrdinaryAct[] memory acts = new OrdinaryAct[](2);
        acts[0] = OrdinaryAct(address(members), IMembers.suspend.selector);
        acts[1] = OrdinaryAct(address(members), IMembers.reinstate.selector);
        Consortium.decide(council, 3, address(council), abi.encodeCall(Council.setOrdinary, (acts, true)));
        wishes.push(Wish(9, 0, 0, 7, true));
        Consortium.decide(council, 3, address(council), abi.encodeCall(Council.setRules, (_rules(3, 4))));
        wishes.push(Wish(9, 0, 0, 7, true));
    }

    function propose(uint8 who, uint8 kind, uint8 about) external {
        ++calls;
        _propose(who % PEOPLE, Wish(kind % 6, about % PEOPLE, 3 + (about % 2), 0, false));
    }

    function vote(uint8 who, uint8 which) external {
        ++calls;
        // The newest few, or the votes never meet.
        _vote(who % PEOPLE, wishes.length - (which % 4));
    }

    function decide(uint8 which) external {
        ++calls;
        // Mostly the newest few, as in voting.
        uint256 proposal = which % 8 == 7 ? 1 + (which % wishes.length) : wishes.length - (which % 4);
        _decide(proposal);
    }

    function freeze(uint8 who, uint32 period) external {
        ++calls;
        uint256 number = who % PEOPLE;
        uint48 until = uint48(block.timestamp + (period % 5 days));
        vm.prank(Consortium.EMERGENCY);
        try members.freeze(Consortium.id(number), until, keccak256("order")) {
            frozenUntil[number] = until;
            ++frozen;
        } catch {
            ++refused;
        }
    }

    function wait(uint32 time) external {
        ++calls;
        vm.warp(block.timestamp + (time % 2 days));
    }

    /// One proposal, then the vote of each seat, an hour and the decision: as far as the rules let it get.
    function carry(uint8 kind, uint8 about, uint8 votesCast) external {
        ++calls;
        Wish memory wish = Wish(kind % 6, about % PEOPLE, 3 + (about % 2), 0, false);
        uint256 proposal = _propose(0, wish);
        for (uint256 i = 1; i < PEOPLE && i <= votesCast % 8 && proposal != 0; ++i) _vote(i, proposal);
        if (proposal == 0 || council.proposalOf(proposal).rulesVersion != 0) return;
        vm.warp(block.timestamp + 1 hours);
        _decide(proposal);
    }

    /// Everything that the suite claims to reach: a decision of each kind, and others.
    function counts() external view returns (uint256[] memory all) {
        all = new uint256[](10);
        for (uint256 i = 0; i < 6; ++i) all[i] = decided[i];
        (all[6], all[7], all[8], all[9]) = (delayed, frozen, refused, lost);
    }

    function wishCount() external view returns (uint256) {
        return wishes.length;
    }

    function votes(uint256 number) public view returns (bool) {
        return seated[number] && active[number] && block.timestamp >= frozenUntil[number];
    }

    function voting() public view returns (uint256 count) {
        for (uint256 i = 0; i < PEOPLE; ++i) if (votes(i)) ++count;
    }

    function _propose(uint256 number, Wish memory wish) private returns (uint256 proposal) {
        wish.votes = 1 << number;
        Call[] memory acts = new Call[](1);
        acts[0] = _call(wish);
        vm.prank(Consortium.key(number));
        try council.propose(acts, keccak256("reason")) returns (uint256 made) {
            proposal = made;
            if (proposal != wishes.length + 1) fault = "number";
            wishes.push(wish);
            _voted(number, proposal);
        } catch {
            ++refused;
        }
    }

    function _vote(uint256 number, uint256 proposal) private {
        vm.prank(Consortium.key(number));
        try council.vote(proposal) {
            if (wishes[proposal - 1].votes & (1 << number) != 0) fault = "voted twice";
            wishes[proposal - 1].votes |= 1 << number;
            _voted(number, proposal);
        } catch {
            ++refused;
        }
    }

    function _decide(uint256 proposal) private {
        try council.decide(proposal) {
            _note(proposal);
        } catch {
            ++refused;
            Wish storage wish = wishes[proposal - 1];
            uint256 count = _counted(wish);
            if (!wish.decided && count != 0 && count < (wish.kind < 2 ? ordinary : constitutional)) ++lost;
        }
    }

    function _voted(uint256 number, uint256 proposal) private {
        if (!votes(number)) fault = "voted without a vote";
        _note(proposal);
    }

    /// Judges a decision by the book as it stood before it, then writes down what it did.
    function _note(uint256 proposal) private {
        Wish storage wish = wishes[proposal - 1];
        Proposal memory kept = council.proposalOf(proposal);
        if (kept.rulesVersion == 0) {
            if (kept.passedAt != 0) ++delayed;
            return;
        }
        if (wish.decided) fault = "decided twice";
        wish.decided = true;
        uint256 count = _counted(wish);
        if (count < (wish.kind < 2 ? ordinary : constitutional)) fault = "decided by too few";
        if (wish.kind >= 2 && block.timestamp < kept.passedAt + 1 hours) fault = "decided too early";
        ++decided[wish.kind];
        _apply(wish);
    }

    function _apply(Wish storage wish) private {
        if (wish.kind == 0) active[wish.about] = false;
        else if (wish.kind == 1) active[wish.about] = true;
        else if (wish.kind == 2) (active[wish.about], seated[wish.about]) = (false, false);
        else if (wish.kind == 3) seated[wish.about] = true;
        else if (wish.kind == 4) _unseat(wish.about);
        else constitutional = wish.threshold;
    }

    /// What a seat voted ends with it, also if it comes back.
    function _unseat(uint256 member) private {
        seated[member] = false;
        for (uint256 i = 0; i < wishes.length; ++i) wishes[i].votes &= ~(uint256(1) << member);
    }

    function _counted(Wish storage wish) private view returns (uint256 count) {
        for (uint256 i = 0; i < PEOPLE; ++i) if (wish.votes & (1 << i) != 0 && votes(i)) ++count;
    }

    function _call(Wish memory wish) private view returns (Call memory) {
        bytes18 member = Consortium.id(wish.about);
        bytes32 reason = keccak256("reason");
        address register = address(members);
        if (wish.kind == 0) return Call(register, abi.encodeCall(IMembers.suspend, (member, reason)));
        if (wish.kind == 1) return Call(register, abi.encodeCall(IMembers.reinstate, (member, reason)));
        if (wish.kind == 2) return Call(register, abi.encodeCall(IMembers.expel, (member, reason)));
        if (wish.kind == 3) return Call(address(council), abi.encodeCall(Council.addSeat, (member)));
        if (wish.kind == 4) return Call(address(council), abi.encodeCall(Council.removeSeat, (member)));
        return Call(address(council), abi.encodeCall(Council.setRules, (_rules(3, wish.threshold))));
    }

    function _rules(uint256 few, uint256 many) private pure returns (CouncilRules memory) {
        return CouncilRules(ClassRule(uint8(few), 10 days, 0), ClassRule(uint8(many), 10 days, 1 hours));
    }

    function _kinds() private pure returns (uint16[] memory kinds) {
        kinds = new uint16[](SEATS);
        for (uint256 i = 0; i < SEATS; ++i) kinds[i] = 1;
    }
}

/// @dev Rules of the design for `Council`: members can't be outvoted by fewer than the threshold, {Electorate} at each decision and _noFault;
///      the council votes and nobody else decides, _onlyDecisionsChangeAnything; a suspended, frozen or expelled member has no vote,
///      _votesAreThoseOfTheBook; and it never loses the power to decide, _theCouncilCanAlwaysDecide.
contract CouncilTest {
    Electorate private _electorate;

    function setUp() external {
        vm.warp(1_900_000_000);
        _electorate = new Electorate();
    }

    /// What the fuzzer plays with does decide each kind of matter.
    function test_theElectorateDecidesEachMatter() external {
        Electorate e = _electorate;
        _decided(0, 6, 3);
        _decided(1, 6, 3);
        _decided(5, 0, 4);
        _decided(4, 4, 3);
        _decided(3, 6, 3);
        _decided(2, 3, 3);
        e.freeze(0, 1 days);
        for (uint256 kind = 0; kind < 6; ++kind) require(e.decided(kind) == 1, "not decided");
        require(e.frozen() == 1 && e.delayed() == 4 && bytes(e.fault()).length == 0, e.fault());
        require(e.voting() == e.council().votingSeats() && e.voting() == 3);
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_electorate);
    }

    function afterInvariant() external view {
        _checkAll();
        Tally.report("Council", _electorate.calls(), _states(), _electorate.counts());
    }

    function invariant_theLawHolds() external view {
        if (_electorate.calls() % Tally.INTERVAL == 0) _checkAll();
        else _noFault();
    }

    function _checkAll() private view {
        _noFault();
        _theCouncilCanAlwaysDecide();
        _onlyDecisionsChangeAnything();
        _votesAreThoseOfTheBook();
    }

    /// Fewer seats than the threshold decide nothing, none twice, none before its delay, and none votes that has no vote.
    function _noFault() private view {
        require(bytes(_electorate.fault()).length == 0, _electorate.fault());
    }

    /// The council can always decide, whatever was suspended, expelled, removed or frozen.
    function _theCouncilCanAlwaysDecide() private view {
        Electorate e = _electorate;
        require(e.voting() == e.council().votingSeats(), "another count");
        require(e.voting() >= e.constitutional() && e.constitutional() >= e.ordinary(), "too small");
        uint256 seats = e.council().seats().length;
        require(e.ordinary() * 2 > seats && e.constitutional() <= seats, "unsound");
    }

    /// Seats and standings are what decisions made of them, and nothing else.
    function _onlyDecisionsChangeAnything() private view {
        Electorate e = _electorate;
        for (uint256 i = 0; i < e.PEOPLE(); ++i) {
            require(e.council().isSeat(Consortium.id(i)) == e.seated(i), "seat");
            bool active = e.active(i) && block.timestamp >= e.frozenUntil(i);
            require(e.members().isActive(Consortium.id(i)) == active, "standing");
        }
        CouncilRules memory rules = e.council().rulesOf(e.council().rulesVersion());
        require(rules.ordinary.threshold == e.ordinary(), "ordinary");
        require(rules.constitutional.threshold == e.constitutional(), "constitutional");
    }

    /// What the council counts for an open proposal is what the book counts.
    function _votesAreThoseOfTheBook() private view {
        Electorate e = _electorate;
        // The newest: what is older is decided, over, or as it was at an earlier look.
        uint256 last = e.wishCount();
        for (uint256 p = last > 24 ? last - 24 : 1; p <= last; ++p) {
            (uint256 kind, , , uint256 voted, bool decided) = e.wishes(p - 1);
            if (kind == 9) continue;
            Proposal memory kept = e.council().proposalOf(p);
            uint256 count = 0;
            for (uint256 i = 0; i < e.PEOPLE(); ++i) if (voted & (1 << i) != 0 && e.votes(i)) ++count;
            require(kept.votes == count, "votes");
            require((kept.rulesVersion != 0) == decided, "decided");
            require(kept.class == (kind < 2 ? ActClass.Ordinary : ActClass.Constitutional), "class");
        }
    }

    function _decided(uint8 kind, uint8 about, uint8 threshold) private {
        Electorate e = _electorate;
        e.propose(0, kind, about);
        for (uint8 seat = 1; seat < threshold; ++seat) e.vote(seat, 0);
        e.wait(1 hours);
        e.decide(0);
    }

    function _states() private pure returns (string[] memory states) {
        string[10] memory names = [
            "suspended",
            "reinstated",
            "expelled",
            "seat given",
            "seat taken",
            "rules set",
            "waited for its delay",
            "frozen",
            "refused",
            "refused: too few votes"
        ];
        states = new string[](10);
        for (uint256 i = 0; i < 10; ++i) states[i] = names[i];
    }
}
