import type { Mutant } from "./mutant.ts";

const cases = "contracts/cases/Cases.sol";
const bySolidity = "test/solidity/Cases.t.sol";
const tests = (name: string): readonly string[] => [bySolidity, `test/contracts/cases/${name}.test.ts`];

export const caseMutants: readonly Mutant[] = [
  {
    id: "cases-01",
    kind: "dropped check",
    file: cases,
    by: tests("cases"),
    find: "if (by == item.opener || by == item.respondent) revert",
    replace: "if (by == item.opener) revert",
  },
  {
    id: "cases-02",
    kind: "wrong signer",
    file: cases,
    by: tests("signatures"),
    find: "_agree(caseId, terms, item.respondent, respondent);",
    replace: "_agree(caseId, terms, item.opener, respondent);",
  },
  {
    id: "cases-03",
    kind: "off by one",
    file: cases,
    by: tests("cases"),
    find: "enough = votes >= needed;",
    replace: "enough = votes + 1 >= needed;",
  },
  {
    id: "cases-04",
    kind: "missing effect",
    file: cases,
    by: tests("cases"),
    find: "if (item.outcome == Outcome.Upheld) _setEffect(caseId, item, false);",
    replace: "",
  },
  {
    id: "cases-05",
    kind: "dropped check",
    file: cases,
    by: tests("cases"),
    find: "if (_rulings[round][voter] != content || !_members.isActive(voter)) continue;",
    replace: "if (_rulings[round][voter] != content) continue;",
  },
  {
    id: "cases-06",
    kind: "off by one",
    file: cases,
    by: tests("sanctions"),
    find: "item.from <= time && time < item.until",
    replace: "item.from <= time && time <= item.until",
  },
  {
    id: "cases-07",
    kind: "missing effect",
    file: cases,
    by: ["test/contracts/cases/sanctions.test.ts", bySolidity],
    find: "if (item.held && !state.isOpen()) _release(caseId, item);",
    replace: "",
  },
];
