import { headerOf, recoverSealer } from "@lianzheng/sdk/chain";
import type { RpcBlock } from "@lianzheng/sdk/chain";
import type { Hex } from "@lianzheng/sdk/encoding";
import type { Policy } from "@lianzheng/sdk/evidence";
import { JsonRpcProvider } from "ethers";
import { CliError } from "../errors.ts";
import { membersOnChain } from "./members.ts";

/** What a policy takes from the chain itself. */
export interface ChainFacts {
  readonly sealer: Hex;
  readonly members: Policy["members"];
}

/**
 * Asks a chain who sealed its first block and who its members are.
 *
 * @param genesis - the chain that is meant
 * @param members - address of `Members`
 * @throws CliError E_UNREACHABLE; E_WRONG_CHAIN if another chain answers
 * @throws EvidenceError V_SEAL if the chain's blocks bear no seal of an embedded chain
 */
export async function readChain(url: string, genesis: Hex, members: Hex): Promise<ChainFacts> {
  const provider = new JsonRpcProvider(url, undefined, { staticNetwork: true, batchMaxCount: 1 });
  try {
    const block = (await provider.send("eth_getBlockByNumber", ["0x0", false])) as RpcBlock;
    if (block.hash !== genesis) {
      throw new CliError(
        "E_WRONG_CHAIN",
        `${url} is another chain than the node's: genesis ${block.hash}, not ${genesis}`,
      );
    }
    return {
      sealer: recoverSealer(headerOf(block)),
      members: await membersOnChain(provider, { address: members, block: 0 }),
    };
  } catch (error) {
    if (error instanceof CliError || (error as { name?: string }).name === "EvidenceError") throw error;
    throw new CliError("E_UNREACHABLE", `the chain at ${url} does not answer`, { url }, error);
  } finally {
    provider.destroy();
  }
}
