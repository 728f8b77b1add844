import type { Mutant } from "./mutant.ts";

const governed = "contracts/membership/Governed.sol";
const members = "contracts/membership/Members.sol";
/** The file of tests of that name. */
const tests = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `test/contracts/membership/${name}.test.ts`);

export const memberMutants: readonly Mutant[] = [
  {
    id: "members-01",
    kind: "dropped check",
    file: governed,
    by: tests("members"),
    find: "if (msg.sender != _council) revert NotCouncil(msg.sender);",
    replace: "",
  },
  {
    id: "members-02",
    kind: "wrong role",
    file: members,
    by: tests("members"),
    find: "_addKey(actorOf(msg.sender, KeyRole.Manage), added);",
    replace: "_addKey(actorOf(msg.sender, KeyRole.Act), added);",
  },
  {
    id: "members-03",
    kind: "missing effect",
    file: members,
    by: tests("council", "members"),
    find: "if (_isSeated(member)) ICouncil(_council).vacate(member);",
    replace: "",
  },
  {
    id: "members-04",
    kind: "missing effect",
    file: members,
    by: tests("members"),
    find: "if (_isLive(key)) _stop(member, key);",
    replace: "",
  },
  {
    id: "members-05",
    kind: "off by one",
    file: members,
    by: tests("members"),
    within: "function holderOf(",
    find: "if (block.timestamp >= life.until) revert MembersKeyNotLive(key, life.until);",
    replace: "if (block.timestamp > life.until) revert MembersKeyNotLive(key, life.until);",
  },
  {
    id: "members-06",
    kind: "dropped check",
    file: members,
    by: tests("members", "emergency"),
    find: "if (block.timestamp < record.frozenUntil) revert MembersFrozen(member, record.frozenUntil);",
    replace: "",
  },
  {
    id: "members-07",
    kind: "missing effect",
    file: members,
    by: tests("members"),
    find: "_kinds[member].push(uint48(block.timestamp), kinds);",
    replace: "",
  },
  {
    id: "members-08",
    kind: "dropped check",
    file: members,
    by: tests("council", "emergency", "members"),
    find: "if (end != 0 && _isSeated(member)) ICouncil(_council).checkQuorum();",
    replace: "",
  },
];
