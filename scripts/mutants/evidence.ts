import type { Mutant } from "./mutant.ts";

const logs = "contracts/evidence/EvidenceLogs.sol";
const proofs = "contracts/evidence/MerkleProofs.sol";
const byLogs = ["test/contracts/evidence/evidence-logs.test.ts", "test/solidity/EvidenceLogs.t.sol"];
const byProofs = ["test/solidity/MerkleProofs.t.sol"];

export const evidenceMutants: readonly Mutant[] = [
  {
    id: "evidence-01",
    kind: "dropped check",
    file: logs,
    by: byLogs,
    find: "if (caller != known.owner) revert",
    replace: "if (caller == 0) revert",
  },
  {
    id: "evidence-02",
    kind: "off by one",
    file: logs,
    by: byLogs,
    find: "if (size <= current) revert",
    replace: "if (size < current) revert",
  },
  {
    id: "evidence-03",
    kind: "dropped check",
    file: logs,
    by: byLogs,
    find: "if (expectedSize != current) revert",
    replace: "if (expectedSize > current) revert",
  },
  {
    id: "evidence-04",
    kind: "swapped operand",
    file: proofs,
    by: byProofs,
    find: "sr = nodeDigest(sr, node);",
    replace: "sr = nodeDigest(node, sr);",
  },
  {
    id: "evidence-05",
    kind: "dropped check",
    file: proofs,
    by: byProofs,
    find: "return sn == 0 && fr == oldRoot && sr == newRoot;",
    replace: "return sn == 0 && sr == newRoot;",
  },
  {
    id: "evidence-06",
    kind: "off by one",
    file: proofs,
    by: byProofs,
    find: "if (index >= size || path.length",
    replace: "if (index > size || path.length",
  },
  {
    id: "evidence-07",
    kind: "dropped check",
    file: proofs,
    by: byProofs,
    find: "return sn == 0 && node == root;",
    replace: "return node == root;",
  },
];
