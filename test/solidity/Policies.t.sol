// SPDX-License-Identifier: Apache-2.0
pragma solidity ^0.8.28;

import {console} from "hardhat/console.sol";
import {PolicyVersion} from "../../contracts/membership/IPolicies.sol";
import {Policies} from "../../contracts/membership/Policies.sol";
import {Consortium} from "./Consortium.sol";
import {Tally} from "./Tally.sol";
import {vm} from "./Vm.sol";

/// @dev A council that publishes and retires in any order while time goes on, and a book of what is in force in every second: where the
///      contract keeps versions and looks for the one in force, the book keeps an answer for each second and paints it.
contract Publishers {
    uint256 public constant NAMES = 3;
    /// Seconds that the book has an answer for; time stands still at the last.
    uint256 public constant HORIZON = 96;
    uint256 public constant STATES = 9;

    /// Announced ahead, published at once; withdrawn before its time, retired in force, retired ahead; refused: number, retired, unknown, a stranger.
    uint256[9] public reached;
    uint256 public calls;
    uint256 public immutable start;

    /// What must never happen.
    string public fault;

    Policies public immutable policies;
    mapping(uint256 name => uint32) public published;
    mapping(uint256 name => mapping(uint256 second => uint32)) public inForce;
    mapping(uint256 name => mapping(uint256 version => bytes32)) public digests;
    mapping(uint256 name => mapping(uint256 version => uint256)) public begins;
    mapping(uint256 name => mapping(uint256 version => uint256)) public ends;
    /// Whether a retirement was decided, by name and version.
    mapping(uint256 name => mapping(uint256 version => bool)) public isEnded;
    uint256 public names;
    bytes32 public head;

    constructor() {
        policies = new Policies(address(this));
        start = block.timestamp;
    }

    function publish(uint8 which, uint8 off, uint8 ahead) external {
        ++calls;
        uint256 name = which % NAMES;
        uint32 number = uint32(published[name] + 1 + (off % 4 == 0 ? 1 : 0) - (off % 7 == 0 ? 1 : 0));
        uint256 second = _second(ahead);
        bytes32 digest = keccak256(abi.encode(name, number, calls));
        try policies.publish(nameOf(name), number, digest, uint48(start + second)) {
            if (number != published[name] + 1) fault = "published under another number";
            _enter(name, number, digest, second < elapsed() ? elapsed() : second);
            ++reached[second > elapsed() ? 0 : 1];
        } catch {
            if (number == published[name] + 1) fault = "refused to publish";
            ++reached[5];
        }
    }

    function retire(uint8 which, uint8 what, uint8 ahead) external {
        ++calls;
        uint256 name = which % NAMES;
        uint32 number = uint32(what % (published[name] + 2));
        uint256 second = _second(ahead);
        bool known = number != 0 && number <= published[name];
        try policies.retire(policyOf(name), number, uint48(start + second), keccak256("reason")) {
            if (!known || isEnded[name][number]) fault = "retired against a rule";
            _end(name, number, second < elapsed() ? elapsed() : second);
        } catch {
            if (known && !isEnded[name][number]) fault = "refused to retire";
            ++reached[known ? 6 : 7];
        }
    }

    function strangerActs(uint8 which, uint8 by) external {
        ++calls;
        uint256 name = which % NAMES;
        vm.prank(Consortium.key(by % 4));
        try policies.publish(nameOf(name), published[name] + 1, keccak256("digest"), 0) {
            fault = "a stranger published";
        } catch {}
        vm.prank(Consortium.key(by % 4));
        try policies.retire(policyOf(name), published[name], 0, keccak256("reason")) {
            fault = "a stranger retired";
        } catch {
            ++reached[8];
        }
    }

    function pass(uint8 time) external {
        ++calls;
        uint256 next = elapsed() + (time % 4);
        if (next < HORIZON) vm.warp(start + next);
    }

    /// Everything that the suite claims to reach, in the order of its names.
    function counts() external view returns (uint256[] memory all) {
        all = new uint256[](STATES);
        for (uint256 i = 0; i < STATES; ++i) all[i] = reached[i];
    }

    function elapsed() public view returns (uint256) {
        return block.timestamp - start;
    }

    function nameOf(uint256 name) public pure returns (string memory) {
        return
            name == 0
                ? "schema/trade.contract"
                : name == 1
                    ? "policy/red-lines"
                    : "rulebook/trading";
    }

    function policyOf(uint256 name) public pure returns (bytes32) {
        return keccak256(bytes(nameOf(name)));
    }

    /// Before the present or up to 32 seconds ahead of it, all within the book.
    function _second(uint8 ahead) private view returns (uint256 second) {
        second = elapsed() + (ahead % 40);
        second = second < 8 ? 0 : second - 8;
        return second < HORIZON ? second : HORIZON - 1;
    }

    /// A new version is in force from its second on, whatever stood there: newer ones than it there are none.
    function _enter(uint256 name, uint32 number, bytes32 digest, uint256 from) private {
        if (number == 1) ++names;
        published[name] = number;
        digests[name][number] = digest;
        begins[name][number] = from;
        for (uint256 second = from; second < HORIZON; ++second) inForce[name][second] = number;
        head = keccak256(
            abi.encode(head, policyOf(name), number, digest, uint48(start + from), uint48(type(uint48).max))
        );
    }

    /// Where it is in force from then on none is, unless it never begins: then the book is painted anew from the versions.
    function _end(uint256 name, uint32 number, uint256 until) private {
        isEnded[name][number] = true;
        ends[name][number] = until;
        uint256 from = begins[name][number];
        head = keccak256(
            abi.encode(head, policyOf(name), number, digests[name][number], uint48(start + from), uint48(start + until))
        );
        if (until <= from) {
            ++reached[2];
            return _repaint(name);
        }
        ++reached[until == elapsed() ? 3 : 4];
        for (uint256 second = until; second < HORIZON; ++second) {
            if (inForce[name][second] == number) inForce[name][second] = 0;
        }
    }

    function _repaint(uint256 name) private {
        uint256 count = published[name];
        for (uint256 second = 0; second < HORIZON; ++second) inForce[name][second] = 0;
        for (uint32 number = 1; number <= count; ++number) {
            (bool ended, uint256 from, uint256 until) = (
                isEnded[name][number],
                begins[name][number],
                ends[name][number]
            );
            if (ended && until <= from) continue;
            for (uint256 second = from; second < HORIZON; ++second) {
                inForce[name][second] = ended && second >= until ? 0 : number;
            }
        }
    }
}

/// @dev Rules of the design for policies: only the council publishes, in numbers without a gap, and nothing is overwritten, {Publishers} and
///      _nothingIsOverwritten; what is in force in each second is the book's, _everySecondIsThatOfTheBook; no answer about a second that is
///      over ever changes, _thePastStands.
contract PoliciesTest {
    Publishers private _publishers;
    /// Answers that were given, by name and second, with one added: they hold for ever.
    mapping(uint256 name => mapping(uint256 second => uint256)) private _given;

    function setUp() external {
        _publishers = new Publishers();
    }

    /// What the fuzzer plays with reaches every change and every refusal, and no answer about the past changes on the way. 4 sessions of 80
    /// calls, chosen by a fixed seed.
    function test_thePublishersReachEveryChangeAndThePastStands() external {
        uint256[9] memory reached;
        uint256 calls = 0;
        for (uint256 session = 0; session < 4; ++session) {
            this.renew();
            for (uint256 i = 0; i < 80; ++i) {
                uint256 seed = uint256(keccak256(abi.encode(session, i)));
                (uint8 a, uint8 b, uint8 c) = (uint8(seed), uint8(seed >> 8), uint8(seed >> 16));
                uint256 choice = (seed >> 64) % 8;
                if (choice < 3) _publishers.publish(a, b, c);
                else if (choice < 5) _publishers.retire(a, b, c);
                else if (choice < 7) _publishers.pass(a);
                else _publishers.strangerActs(a, b);
                this.checkAll();
                this.thePastStands();
            }
            calls += _publishers.calls();
            for (uint256 s = 0; s < 9; ++s) reached[s] += _publishers.reached(s);
        }
        console.log("Policies: %d calls; changes and refusals reached:", calls);
        string[] memory names = _states();
        for (uint256 s = 0; s < 9; ++s) {
            console.log("  %s %d", names[s], reached[s]);
            require(reached[s] != 0, names[s]);
        }
    }

    /// A name is taken if and only if it is built as the interface says.
    function testFuzz_onlyNamesAreTaken(bytes32 seed, uint8 length) external {
        bytes memory alphabet = "abcxyz0189abcxyz0189/.-";
        bytes memory name = new bytes(length % 80);
        for (uint256 i = 0; i < name.length; ++i) {
            uint8 draw = uint8(uint256(keccak256(abi.encode(seed, i))));
            // Mostly what a name may hold, now and then any byte.
            name[i] = draw < 250 ? alphabet[draw % 23] : bytes1(draw) ^ seed[i % 32];
        }
        Policies policies = new Policies(address(this));
        try policies.publish(string(name), 1, keccak256("digest"), 0) {
            require(_isName(name), "took what is no name");
            require(keccak256(bytes(policies.nameAt(1))) == keccak256(name), "another name");
        } catch {
            require(!_isName(name), "refused a name");
        }
    }

    /// Calls of their own, so that a walk's memory, which each call of the walk copies, stays small.
    function checkAll() external view {
        _checkAll();
    }

    function renew() external {
        Publishers before = _publishers;
        _publishers = new Publishers();
        for (uint256 name = 0; name < before.NAMES(); ++name) {
            for (uint256 second = 0; second < before.HORIZON(); ++second) _given[name][second] = 0;
        }
    }

    /// What was answered about a second that is over is answered for ever.
    function thePastStands() external {
        Policies policies = _publishers.policies();
        (uint256 present, uint256 start) = (_publishers.elapsed(), _publishers.start());
        for (uint256 name = 0; name < _publishers.NAMES(); ++name) {
            for (uint256 second = 0; second < present; ++second) {
                uint256 answer = policies.versionAt(_publishers.policyOf(name), uint48(start + second)) + 1;
                require(_given[name][second] == 0 || _given[name][second] == answer, "the past changed");
                _given[name][second] = answer;
            }
        }
    }

    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(_publishers);
    }

    function afterInvariant() external view {
        _checkAll();
        Tally.report("Policies", _publishers.calls(), _states(), _publishers.counts());
    }

    function invariant_theLawHolds() external view {
        if (_publishers.calls() % Tally.INTERVAL == 0) _checkAll();
        else _noFault();
    }

    /// Every change and refusal is as the rules say, and only the council's.
    function _noFault() private view {
        require(bytes(_publishers.fault()).length == 0, _publishers.fault());
    }

    /// Numbers have no gap, and each version is as it was published.
    function _nothingIsOverwritten() private view {
        Policies policies = _publishers.policies();
        require(policies.nameCount() == _publishers.names(), "names");
        require(policies.head() == _publishers.head(), "head");
        for (uint256 name = 0; name < _publishers.NAMES(); ++name) {
            bytes32 policy = _publishers.policyOf(name);
            uint32 count = policies.latestVersion(policy);
            require(count == _publishers.published(name), "count");
            for (uint32 version = 1; version <= count; ++version) {
                PolicyVersion memory one = policies.policyOf(policy, version);
                require(one.digest == _publishers.digests(name, version), "digest");
                require(one.effectiveFrom >= one.publishedAt && one.retiredFrom >= one.publishedAt, "in the past");
                require(one.effectiveFrom == _publishers.start() + _publishers.begins(name, version), "beginning");
                bool ended = one.retiredFrom != type(uint48).max;
                require(ended == _publishers.isEnded(name, version), "end");
            }
        }
    }

    function _everySecondIsThatOfTheBook() private view {
        Policies policies = _publishers.policies();
        uint256 start = _publishers.start();
        for (uint256 name = 0; name < _publishers.NAMES(); ++name) {
            bytes32 policy = _publishers.policyOf(name);
            for (uint256 second = 0; second < _publishers.HORIZON(); ++second) {
                uint32 version = policies.versionAt(policy, uint48(start + second));
                require(version == _publishers.inForce(name, second), "another version in force");
            }
        }
    }

    function _checkAll() private view {
        _noFault();
        _nothingIsOverwritten();
        _everySecondIsThatOfTheBook();
    }

    function _isName(bytes memory name) private pure returns (bool) {
        if (name.length == 0 || name.length > 64) return false;
        bytes memory signs = "/.-";
        bool before = true;
        for (uint256 i = 0; i < name.length; ++i) {
            bool sign = name[i] == signs[0] || name[i] == signs[1] || name[i] == signs[2];
            uint8 code = uint8(name[i]);
            if (!sign && !(code >= 48 && code <= 57) && !(code >= 97 && code <= 122)) return false;
            if (sign && before) return false;
            before = sign;
        }
        return !before;
    }

    function _states() private pure returns (string[] memory states) {
        string[9] memory names = [
            "announced ahead",
            "published at once",
            "withdrawn before its time",
            "retired in force",
            "retired ahead",
            "refused: another number",
            "refused: retired",
            "refused: unknown",
            "refused: a stranger"
        ];
        states = new string[](9);
        for (uint256 i = 0; i < 9; ++i) states[i] = names[i];
    }
}
