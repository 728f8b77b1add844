import type { Mutant } from "./mutant.ts";

const registry = "contracts/rights/Registry.sol";
/** The file of tests of that name. */
const tests = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `test/contracts/rights/${name}.test.ts`);

export const registryMutants: readonly Mutant[] = [
  {
    id: "registry-01",
    kind: "off by one",
    file: registry,
    by: tests("registry"),
    find: "if (block.timestamp < review.noticeEnds) revert",
    replace: "if (block.timestamp + 1 < review.noticeEnds) revert",
  },
  {
    id: "registry-02",
    kind: "off by one",
    file: registry,
    by: tests("registry"),
    find: "|| time < item.cancelledAt",
    replace: "|| time <= item.cancelledAt",
  },
  {
    id: "registry-03",
    kind: "off by one",
    file: registry,
    by: tests("registry"),
    find: "if (review.openObjections != 0) revert",
    replace: "if (review.openObjections > 1) revert",
  },
  {
    id: "registry-04",
    kind: "missing binding",
    file: registry,
    by: tests("registry"),
    find: "abi.encode(item.head, entry, party, document, time)",
    replace: "abi.encode(bytes32(0), entry, party, document, time)",
  },
  {
    id: "registry-05",
    kind: "dropped check",
    file: registry,
    by: tests("registry", "move"),
    find: "_cases.isHeld(subject) || _emergency.isFrozen(subject)",
    replace: "_cases.isHeld(subject)",
  },
  {
    id: "registry-06",
    kind: "wrong role",
    file: registry,
    by: tests("move"),
    find: "_checkSignature(move_.toVenue, KeyRole.Govern",
    replace: "_checkSignature(move_.toVenue, KeyRole.Act",
  },
  {
    id: "registry-07",
    kind: "dropped check",
    file: registry,
    by: tests("registry"),
    find: "if (by == item.owner || !(asVenue || asReviewer)) revert",
    replace: "if (!(asVenue || asReviewer)) revert",
  },
];
