import { contractNames, type Deployment } from "@lianzheng/sdk/chain";
import { ChainError } from "../chain-error.ts";
import { chainIdentity, type JsonRpc } from "./chain.ts";
import { requireCode } from "./deploy.ts";

/**
 * Whether a chain is the one of an address book: same id, same genesis, the same code at each address. Nothing is written
 * to a chain that has not passed.
 *
 * @throws ChainError C_WRONG_CHAIN (`details.field` is `chain id` or `genesis`), C_CONTRACT_MISSING, C_CONTRACT_MISMATCH
 *   (`details.contract`), C_UNREACHABLE, C_INCONSISTENT
 */
export async function checkDeployment(rpc: JsonRpc, deployment: Deployment): Promise<void> {
  const { chainId, genesis } = await chainIdentity(rpc);
  requireSame("chain id", deployment.chainId, chainId);
  requireSame("genesis", deployment.genesis, genesis);
  for (const name of contractNames) await requireCode(rpc, name, deployment.contracts[name]);
}

function requireSame(field: string, expected: unknown, actual: unknown): void {
  if (expected === actual) return;
  const message = `the chain's ${field} is ${String(actual)}, the address book names ${String(expected)}`;
  throw new ChainError("C_WRONG_CHAIN", message, { field, expected, actual });
}
