import type { Mutant } from "./mutant.ts";

const cases = "contracts/cases/Cases.sol";
/** The file of tests of that name. */
const tests = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `test/contracts/cases/${name}.test.ts`);

export const caseMutants: readonly Mutant[] = [
  {
    id: "cases-01",
    kind: "wrong signer",
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
    kind: "off by one",
    file: cases,
    by: tests("sanctions"),
    find: "item.from <= time && time < item.until",
    replace: "item.from <= time && time <= item.until",
  },
  {
    id: "cases-06",
    kind: "missing effect",
    file: cases,
    by: tests("sanctions"),
    find: "if (item.held && !state.isOpen()) _release(caseId, item);",
    replace: "",
  },
  {
    id: "cases-07",
    kind: "wrong value",
    file: cases,
    by: tests("cases"),
    find: "return _procedures[item.procedure - 1];",
    replace: "return _procedures[_procedures.length - 1];",
  },
  {
    id: "cases-08",
    kind: "missing binding",
    file: cases,
    by: tests("cases"),
    find: "if (ruling.round != item.round) revert CasesRound(ruling.caseId, item.round, ruling.round);",
    replace: "",
  },
  {
    id: "cases-09",
    kind: "wrong role",
    file: cases,
    by: tests("signatures"),
    find: "_rule(_members.actorOf(msg.sender, KeyRole.Govern), ruling);",
    replace: "_rule(_members.actorOf(msg.sender, KeyRole.Act), ruling);",
  },
];
