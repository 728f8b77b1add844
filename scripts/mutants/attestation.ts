import type { Mutant } from "./mutant.ts";

const file = "contracts/attestation/Attestations.sol";
const solidity = "test/solidity/Attestations.t.sol";
const tests = (name: string): readonly string[] => [solidity, `test/contracts/attestation/${name}.test.ts`];

export const attestationMutants: readonly Mutant[] = [
  {
    id: "attestation-01",
    kind: "missing nonce",
    file,
    by: tests("signatures"),
    within: "function _use(",
    find: "_spend(member, delegation.nonce);",
    replace: "",
  },
  {
    id: "attestation-02",
    kind: "off by one",
    file,
    by: tests("signatures"),
    within: "function _use(",
    find: "block.timestamp > delegation.deadline",
    replace: "block.timestamp >= delegation.deadline",
  },
  {
    id: "attestation-03",
    kind: "dropped check",
    file,
    by: tests("attesting"),
    find: "if (statement.supersedes != head) revert",
    replace: "if (head == 0 && statement.supersedes != head) revert",
  },
  {
    id: "attestation-04",
    kind: "off by one",
    file,
    by: tests("validity"),
    find: "return time < found.statement.validUntil ?",
    replace: "return time <= found.statement.validUntil ?",
  },
  {
    id: "attestation-05",
    kind: "swapped operand",
    file,
    by: tests("validity"),
    find: "return validFrom > recordedAt ? validFrom : recordedAt;",
    replace: "return validFrom > recordedAt ? recordedAt : validFrom;",
  },
  {
    id: "attestation-06",
    kind: "dropped check",
    file,
    by: tests("attesting"),
    find: "if (known.revokedAt != 0) revert",
    replace: "if (false) revert",
  },
  {
    id: "attestation-07",
    kind: "missing binding",
    file,
    by: tests("signatures"),
    find: "keccak256(abi.encode(REVOCATION_TYPEHASH, id, by, reason, nonce, deadline))",
    replace: "keccak256(abi.encode(REVOCATION_TYPEHASH, id, by, bytes32(0), nonce, deadline))",
  },
];
