import { isError } from "ethers";
import type { EvidenceLogs } from "@lianzheng/sdk/contracts";
import { toHex, type Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import { refused, type Publication } from "./publication.ts";

/**
 * Asks the contract to accept a checkpoint, with whatever key the contract is connected to and whatever history the
 * publication claims. No node does it this way: it is for those who want to see a forged history refused.
 *
 * The contract is asked first without sending: what it refuses costs no transaction.
 *
 * @returns the transaction's hash and block
 * @throws ChainError C_ANCHOR_REVERTED, with the custom error's name in `details.reason` and its values in
 *   `details.values`; C_ANCHOR_TIMEOUT if no block took it; C_UNREACHABLE if the chain does not answer
 */
export async function publishCheckpoint(
  contract: EvidenceLogs,
  { logId, expectedSize, size, root, proof }: Publication,
): Promise<{ readonly transaction: Hex; readonly blockNumber: number }> {
  const values = [logId, expectedSize, size, root, proof.map(toHex)] as const;
  try {
    await contract.publish.staticCall(...values);
    const receipt = await (await contract.publish(...values)).wait();
    if (receipt === null) throw new ChainError("C_ANCHOR_TIMEOUT", "no block took the checkpoint");
    return { transaction: receipt.hash as Hex, blockNumber: receipt.blockNumber };
  } catch (error) {
    if (error instanceof ChainError) throw error;
    const code = isError(error, "CALL_EXCEPTION") ? "C_ANCHOR_REVERTED" : "C_UNREACHABLE";
    throw refused(error) ?? new ChainError(code, "the chain does not take the checkpoint", {}, error);
  }
}
