import { Interface } from "ethers";
import type { ChainRpc } from "@lianzheng/node/anchor";
import type { RightAt } from "@lianzheng/node/monitor";
import type { Deployment } from "@lianzheng/sdk/chain";

const law = new Interface([
  "function validityAt(bytes32 right, uint64 time) view returns (uint8 validity, bytes32 cause)",
]);
/** IRights.Validity: the first two of its values. */
const [valid, unknown] = [0n, 1n];

/** The validity of rights as the contract `Rights` has it at the newest block. Rejects when the chain does not answer. */
export function rightsOnChain(rpc: ChainRpc, { contracts }: Deployment): RightAt {
  return {
    async validityAt(right, atMs) {
      const data = law.encodeFunctionData("validityAt", [right, Math.floor(atMs / 1000)]);
      const answer = await rpc.send("eth_call", [{ to: contracts.rights.address, data }, "latest"]);
      const [validity] = law.decodeFunctionResult("validityAt", String(answer)) as unknown as [bigint];
      return validity === valid ? "valid" : validity === unknown ? "unknown" : "invalid";
    },
  };
}
