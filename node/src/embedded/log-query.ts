import type { Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import type { ChainBlock, ChainLog } from "./block.ts";
import type { Ledger } from "./ledger.ts";
import { indexedBlocks } from "./log-index.ts";
import type { BlockRange } from "./log-index.ts";
import type { ChainStore } from "./store.ts";

/** Logs that one answer holds at most. */
export const LOG_LIMIT = 10_000;

/** Blocks that one query without address and without first topic may cover: it reads each of them. */
export const UNINDEXED_RANGE_LIMIT = 10_000;

/** What is looked for: in these blocks, from one of these addresses (any, if empty), with these topics by position. */
export interface LogQuery extends BlockRange {
  readonly addresses: readonly Hex[];
  /** For each position the topics that will do; `null` where any will. */
  readonly topics: readonly (readonly Hex[] | null)[];
}

/** A log and where it stands. `logIndex` counts within the block. */
export interface FoundLog {
  readonly block: ChainBlock;
  readonly transactionIndex: number;
  readonly logIndex: number;
  readonly log: ChainLog;
}

/** Whether the log is one of those looked for. */
export function matchesLog({ addresses, topics }: Omit<LogQuery, keyof BlockRange>, log: ChainLog): boolean {
  if (addresses.length > 0 && !addresses.includes(log.address)) return false;
  return topics.every((wanted, position) => {
    const topic = log.topics[position];
    return topic === undefined ? false : wanted === null || wanted.includes(topic);
  });
}

/** Logs of one block that are looked for. */
export function logsOf(block: ChainBlock, query: Omit<LogQuery, keyof BlockRange>): FoundLog[] {
  let logIndex = 0;
  return block.receipts.flatMap(({ logs }, transactionIndex) =>
    logs
      .map((log) => ({ block, transactionIndex, logIndex: logIndex++, log }))
      .filter((found) => matchesLog(query, found.log)),
  );
}

/**
 * Logs in the order of the chain.
 *
 * @throws ChainError C_RPC_LIMIT for more than {@link LOG_LIMIT} logs, or a range that no index covers over {@link UNINDEXED_RANGE_LIMIT}
 */
export async function findLogs(store: ChainStore, ledger: Ledger, query: LogQuery): Promise<FoundLog[]> {
  const found: FoundLog[] = [];
  for (const number of await candidates(store, query)) {
    found.push(...logsOf(await ledger.existing(number), query));
    if (found.length > LOG_LIMIT) throw limit(`query returned more than ${LOG_LIMIT} results`);
  }
  return found;
}

/** Numbers of the blocks that may hold such logs, ascending. */
async function candidates(store: ChainStore, query: LogQuery): Promise<readonly number[]> {
  const byAddress = await indexedBlocks(store, "la", query.addresses, query);
  const byTopic = await indexedBlocks(store, "lt", query.topics[0] ?? [], query);
  if (byAddress === undefined || byTopic === undefined) return byAddress ?? byTopic ?? everyBlock(query);
  const also = new Set(byTopic);
  return byAddress.filter((number) => also.has(number));
}

function everyBlock({ from, to }: BlockRange): number[] {
  const length = Math.max(0, to - from + 1);
  if (length > UNINDEXED_RANGE_LIMIT)
    throw limit(`a query without address and first topic may cover ${UNINDEXED_RANGE_LIMIT} blocks`);
  return Array.from({ length }, (_, offset) => from + offset);
}

function limit(message: string): ChainError {
  return new ChainError("C_RPC_LIMIT", message);
}
