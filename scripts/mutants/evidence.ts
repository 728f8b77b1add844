import type { Mutant } from "./mutant.ts";

const logs = "contracts/evidence/EvidenceLogs.sol";
const proofs = "contracts/evidence/MerkleProofs.sol";
/** The file of tests of that name. */
const tests = (...names: readonly string[]): readonly string[] =>
  names.map((name) => `test/contracts/evidence/${name}.test.ts`);

export const evidenceMutants: readonly Mutant[] = [
  {
    id: "evidence-01",
    kind: "wrong signer",
    file: logs,
    by: tests("evidence-logs"),
    find: "if (caller != owner) revert",
    replace: "if (caller == 0) revert",
  },
  {
    id: "evidence-02",
    kind: "off by one",
    file: logs,
    by: tests("evidence-logs"),
    find: "if (size <= current) revert",
    replace: "if (size < current) revert",
  },
  {
    id: "evidence-03",
    kind: "dropped check",
    file: logs,
    by: tests("evidence-logs"),
    find: "if (expectedSize != current) revert",
    replace: "if (expectedSize > current) revert",
  },
  {
    id: "evidence-04",
    kind: "dropped check",
    file: proofs,
    by: tests("evidence-logs"),
    find: "return exact && fr == oldRoot && sr == newRoot;",
    replace: "return exact && sr == newRoot;",
  },
  {
    id: "evidence-05",
    kind: "dropped check",
    file: logs,
    by: tests("evidence-logs"),
    find: "if (closed) revert EvidenceLogsClosed(logId);",
    replace: "",
  },
  {
    id: "evidence-06",
    kind: "wrong role",
    file: logs,
    by: tests("evidence-logs"),
    within: "function rotateKey(",
    find: "_ownedByCaller(logId, KeyRole.Manage)",
    replace: "_ownedByCaller(logId, KeyRole.Publish)",
  },
];
