import type { Mutant } from "./mutant.ts";

const consents = "contracts/rights/Consents.sol";
/** The file of tests of that name. */
const tests = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `test/contracts/rights/${name}.test.ts`);

export const consentMutants: readonly Mutant[] = [
  {
    id: "consents-01",
    kind: "missing nonce",
    file: consents,
    by: tests("consents"),
    find: "if (_spent[keyHash]) revert ConsentsKeySpent(person);",
    replace: "",
  },
  {
    id: "consents-02",
    kind: "off by one",
    file: consents,
    by: tests("consents"),
    find: "return end == 0 || time < end;",
    replace: "return end == 0 || time <= end;",
  },
  {
    id: "consents-03",
    kind: "dropped check",
    file: consents,
    by: tests("consents"),
    find: "terms.recipient == trustee || owner == trustee",
    replace: "terms.recipient == trustee",
  },
  {
    id: "consents-04",
    kind: "dropped check",
    file: consents,
    by: tests("consents"),
    find: "&& _isBefore(time, _left[mandate][given.terms.person])",
    replace: "",
  },
  {
    id: "consents-05",
    kind: "missing binding",
    file: consents,
    by: tests("consents"),
    find: "given.terms.subject != subject || given.terms.recipient != recipient",
    replace: "given.terms.subject != subject",
  },
  {
    id: "consents-06",
    kind: "dropped check",
    file: consents,
    by: tests("consents"),
    find: "terms.noticedAt == 0 || terms.noticedAt > block.timestamp ||",
    replace: "terms.noticedAt == 0 ||",
  },
];
