import { Transaction } from "ethers";
import type { Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import type { ChainView } from "./chain-view.ts";
import type { PendingPublication } from "./state.ts";

/** The block that took one of the transactions that were signed for a publication's nonce. */
export interface Outcome {
  readonly transaction: Hex;
  readonly succeeded: boolean;
  readonly gasUsed: number;
  readonly blockNumber: number;
  readonly blockHash: Hex;
}

/** Which of a publication's transactions is in a block; undefined if none of them is. Whichever was sent first may win. */
export async function outcomeOf(view: ChainView, pending: PendingPublication): Promise<Outcome | undefined> {
  for (const transaction of [pending.transaction, ...(pending.replaced ?? [])]) {
    const receipt = await view.receipt(transaction);
    if (receipt === undefined) continue;
    const { succeeded, gasUsed, blockNumber, blockHash } = receipt;
    return { transaction, succeeded, gasUsed, blockNumber, blockHash };
  }
  return undefined;
}

/** A publication that a block took and the contract refused, although the contract would have accepted it when asked. */
export function minedAndRefused(
  pending: PendingPublication,
  { transaction, gasUsed, blockNumber }: Outcome,
): ChainError {
  const gasLimit = Number(Transaction.from(pending.raw).gasLimit);
  const why = gasUsed >= gasLimit ? "out of gas" : "reverted";
  const details = { transaction, blockNumber, gasUsed, gasLimit, reason: why };
  return new ChainError(
    "C_ANCHOR_REVERTED",
    `block ${blockNumber} took the publication, and it failed: ${why}`,
    details,
  );
}
