import type { Mutant } from "./mutant.ts";

const attestations = "contracts/attestation/Attestations.sol";
/** The file of tests of that name. */
const tests = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `test/contracts/attestation/${name}.test.ts`);

export const attestationMutants: readonly Mutant[] = [
  {
    id: "attestation-01",
    kind: "missing nonce",
    file: attestations,
    by: tests("signatures"),
    within: "function _use(",
    find: "_spend(member, delegation.nonce);",
    replace: "",
  },
  {
    id: "attestation-02",
    kind: "dropped check",
    file: attestations,
    by: tests("attesting"),
    find: "if (statement.supersedes != head) revert",
    replace: "if (head == 0 && statement.supersedes != head) revert",
  },
  {
    id: "attestation-03",
    kind: "off by one",
    file: attestations,
    by: tests("validity"),
    find: "return time < found.statement.validUntil ?",
    replace: "return time <= found.statement.validUntil ?",
  },
  {
    id: "attestation-04",
    kind: "swapped operand",
    file: attestations,
    by: tests("validity"),
    find: "return validFrom > recordedAt ? validFrom : recordedAt;",
    replace: "return validFrom > recordedAt ? recordedAt : validFrom;",
  },
  {
    id: "attestation-05",
    kind: "dropped check",
    file: attestations,
    by: tests("attesting"),
    find: "if (_cases.isSanctioned(attester, ATTESTING, uint64(block.timestamp))) revert AttestationsSanctioned(attester);",
    replace: "",
  },
  {
    id: "attestation-06",
    kind: "missing effect",
    file: attestations,
    by: tests("validity"),
    find: "if (running != 0) _supersede(running, id, begin);",
    replace: "",
  },
  {
    id: "attestation-07",
    kind: "wrong role",
    file: attestations,
    by: tests("signatures"),
    within: "function _attestSigned(",
    find: "_members.actorOf(delegation.key, KeyRole.Govern)",
    replace: "_members.actorOf(delegation.key, KeyRole.Act)",
  },
];
