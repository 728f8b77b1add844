import type { Mutant } from "./mutant.ts";

const policies = "contracts/membership/Policies.sol";
/** The file of tests of that name. */
const tests = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `test/contracts/membership/${name}.test.ts`);

export const policyMutants: readonly Mutant[] = [
  {
    id: "policies-01",
    kind: "dropped check",
    file: policies,
    by: tests("policies"),
    find: "version != latest + 1 || latest == MAX_VERSIONS",
    replace: "version != latest + 1",
  },
  {
    id: "policies-02",
    kind: "off by one",
    file: policies,
    by: tests("policies"),
    find: "one.effectiveFrom <= time",
    replace: "one.effectiveFrom < time",
  },
  {
    id: "policies-03",
    kind: "off by one",
    file: policies,
    by: tests("policies"),
    find: "one.retiredFrom > time ?",
    replace: "one.retiredFrom >= time ?",
  },
  {
    id: "policies-04",
    kind: "dropped check",
    file: policies,
    by: tests("policies"),
    find: "everBegins && one.effectiveFrom",
    replace: "one.effectiveFrom",
  },
  {
    id: "policies-05",
    kind: "swapped operand",
    file: policies,
    by: tests("policies"),
    find: "return second > present ? second : present;",
    replace: "return second > present ? present : second;",
  },
  {
    id: "policies-06",
    kind: "missing effect",
    file: policies,
    within: "function retire(",
    by: tests("policies"),
    find: "_chain(policy, version);",
    replace: "",
  },
  {
    id: "policies-07",
    kind: "dropped check",
    file: policies,
    by: tests("policies"),
    find: "if (one.retiredFrom != NO_END) revert PoliciesRetired(policy, version, one.retiredFrom);",
    replace: "",
  },
  {
    id: "policies-08",
    kind: "dropped check",
    file: policies,
    by: tests("policies"),
    find: "sign && (afterSign || !_isSign(text[i]))",
    replace: "sign && !_isSign(text[i])",
  },
  {
    id: "policies-09",
    kind: "dropped check",
    file: policies,
    by: tests("policies"),
    find: "if (afterSign) revert PoliciesName(name);",
    replace: "",
  },
];
