import type { Mutant } from "./mutant.ts";

const emergency = "contracts/membership/Emergency.sol";
/** The file of tests of that name. */
const tests = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `test/contracts/membership/${name}.test.ts`);

export const emergencyMutants: readonly Mutant[] = [
  {
    id: "emergency-01",
    kind: "dropped check",
    file: emergency,
    by: tests("emergency"),
    find: "if (item.liftedAt == 0 || frozenFor >= longest) revert EmergencyUnreviewed(subject, newest);",
    replace: "",
  },
  {
    id: "emergency-02",
    kind: "off by one",
    file: emergency,
    by: tests("emergency"),
    find: "if (block.timestamp < last.restsUntil) revert",
    replace: "if (block.timestamp <= last.restsUntil) revert",
  },
  {
    id: "emergency-03",
    kind: "dropped check",
    file: emergency,
    by: tests("emergency"),
    find: "if (_members.isActive(regulator) && _members.hasKind(regulator, Kind.Regulator)) ++counting;",
    replace: "++counting;",
  },
  {
    id: "emergency-04",
    kind: "dropped check",
    file: emergency,
    by: tests("emergency"),
    find: "if (lapsesAt > content.until) lapsesAt = content.until;",
    replace: "",
  },
  {
    id: "emergency-05",
    kind: "wrong value",
    file: emergency,
    by: tests("emergency"),
    find: "return _rules[item.version].threshold;",
    replace: "return _rules[_rulesVersion].threshold;",
  },
  {
    id: "emergency-06",
    kind: "missing effect",
    file: emergency,
    by: tests("emergency"),
    find: "_ends[item.subject].push(time, time);",
    replace: "",
  },
  {
    id: "emergency-07",
    kind: "dropped check",
    file: emergency,
    by: tests("emergency"),
    find: "if (count == MAX_VOICES) revert EmergencyTooManyVoices(id, MAX_VOICES);",
    replace: "",
  },
  {
    id: "emergency-08",
    kind: "dropped check",
    file: emergency,
    by: tests("emergency"),
    within: "function confirm(",
    find: "_checkInForce(id, item);",
    replace: "",
  },
  {
    id: "emergency-09",
    kind: "wrong role",
    file: emergency,
    by: tests("emergency"),
    within: "function cosignSigned(",
    find: "bytes18 regulator = _members.actorOf(cosignature.key, KeyRole.Govern);",
    replace: "bytes18 regulator = _members.actorOf(cosignature.key, KeyRole.Act);",
  },
];
