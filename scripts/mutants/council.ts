import type { Mutant } from "./mutant.ts";

const council = "contracts/membership/Council.sol";
/** The file of tests of that name. */
const tests = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `test/contracts/membership/${name}.test.ts`);

export const councilMutants: readonly Mutant[] = [
  {
    id: "council-01",
    kind: "off by one",
    file: council,
    by: tests("council"),
    find: "if (votes < rule.threshold) return;",
    replace: "if (votes <= rule.threshold) return;",
  },
  {
    id: "council-02",
    kind: "off by one",
    file: council,
    by: tests("council"),
    find: "least * 2 <= count",
    replace: "least * 2 < count",
  },
  {
    id: "council-03",
    kind: "dropped check",
    file: council,
    by: tests("council"),
    find: "if (ballot.voted.get(seat.serial) && _members.isActive(seat.member)) ++votes;",
    replace: "if (ballot.voted.get(seat.serial)) ++votes;",
  },
  {
    id: "council-04",
    kind: "wrong value",
    file: council,
    by: tests("council"),
    find: "uint64 serial = ++_serials;",
    replace: "uint64 serial = uint64(_seats.length) + 1;",
  },
  {
    id: "council-05",
    kind: "missing binding",
    file: council,
    by: tests("council"),
    find: "abi.encode(VOTE_TYPEHASH, proposal, content, seat, deadline)",
    replace: "abi.encode(VOTE_TYPEHASH, proposal, bytes32(0), seat, deadline)",
  },
  {
    id: "council-06",
    kind: "dropped check",
    file: council,
    by: tests("council"),
    find: "if (target == address(this)) revert CouncilConstitutional(target, selector);",
    replace: "",
  },
  {
    id: "council-07",
    kind: "wrong value",
    file: council,
    by: tests("council"),
    within: "function _classOf(",
    find: "uint256 count = calls.length;",
    replace: "uint256 count = 1;",
  },
  {
    id: "council-08",
    kind: "dropped check",
    file: council,
    by: tests("council"),
    find: "if (block.timestamp >= ballot.passedAt + rule.delay) _decide",
    replace: "if (rule.period != 0) _decide",
  },
  {
    id: "council-09",
    kind: "dropped check",
    file: council,
    by: tests("council"),
    within: "function _checkSound(",
    find: "checkQuorum();",
    replace: "",
  },
];
