import { ChainError } from "../../chain-error.ts";
import type { ChainBlock } from "../block.ts";
import { findLogs, logsOf } from "../log-query.ts";
import type { FoundLog } from "../log-query.ts";
import type { Backend } from "./backend.ts";
import type { BlockReference, FilterRequest } from "./params.ts";

/**
 * The block that is meant, undefined if the chain has none such. A block is final once it is made, so `latest`, `pending`,
 * `safe` and `finalized` are the same one.
 */
export async function findBlock(
  { ledger, miner }: Backend,
  reference: BlockReference,
): Promise<ChainBlock | undefined> {
  if ("hash" in reference) return ledger.blockByHash(reference.hash);
  const number = numberOf(miner.head.number, reference);
  if (number === miner.head.number) return miner.head;
  return number > miner.head.number ? undefined : ledger.existing(number);
}

/** As {@link findBlock}. @throws ChainError C_RPC_EXECUTION, as geth: "header not found" */
export async function requireBlock(backend: Backend, reference: BlockReference): Promise<ChainBlock> {
  const block = await findBlock(backend, reference);
  if (block === undefined) throw new ChainError("C_RPC_EXECUTION", "header not found", { reference });
  return block;
}

/** Number that a reference means; may be beyond the head. */
export function numberOf(head: number, reference: Exclude<BlockReference, { hash: unknown }>): number {
  if ("number" in reference) return reference.number;
  return reference.tag === "earliest" ? 0 : head;
}

/** Logs that a filter asks for, from the chain as it is now. */
export async function queryLogs(backend: Backend, { range, addresses, topics }: FilterRequest): Promise<FoundLog[]> {
  if ("hash" in range) return logsOf(await requireBlock(backend, range), { addresses, topics });
  const head = backend.miner.head.number;
  const from = await limitOf(backend, range.from);
  const to = Math.min(await limitOf(backend, range.to), head);
  if (from > to && to < head) throw new ChainError("C_RPC_PARAMS", "invalid block range params", { from, to });
  return findLogs(backend.store, backend.ledger, { from, to, addresses, topics });
}

async function limitOf(backend: Backend, reference: BlockReference): Promise<number> {
  return "hash" in reference
    ? (await requireBlock(backend, reference)).number
    : numberOf(backend.miner.head.number, reference);
}
