import type { Hex } from "@lianzheng/sdk/encoding";
import type { ChainReceipt } from "./block.ts";
import { keyNumber } from "./store.ts";
import type { ChainStore } from "./store.ts";

/** An inclusive range of block numbers. */
export interface BlockRange {
  readonly from: number;
  readonly to: number;
}

/** Keys that lead from each address and each first topic to the block: `la/<address>/<number>`, `lt/<topic>/<number>`. */
export function logIndexKeys(number: number, receipts: readonly ChainReceipt[]): string[] {
  const keys = new Set<string>();
  for (const { address, topics } of receipts.flatMap(({ logs }) => logs)) {
    keys.add(`la/${address}/${keyNumber(number)}`);
    if (topics[0] !== undefined) keys.add(`lt/${topics[0]}/${keyNumber(number)}`);
  }
  return [...keys];
}

/** Blocks that the index names for any of `values`; undefined when there are none to look for. */
export async function indexedBlocks(
  store: ChainStore,
  index: "la" | "lt",
  values: readonly Hex[],
  { from, to }: BlockRange,
): Promise<number[] | undefined> {
  if (values.length === 0) return undefined;
  const ranges = values.map((value) =>
    store.keys(`${index}/${value}/${keyNumber(from)}`, `${index}/${value}/${keyNumber(to + 1)}`),
  );
  const keys = (await Promise.all(ranges)).flat();
  const numbers = new Set(keys.map((key) => parseInt(key.slice(key.lastIndexOf("/") + 1), 16)));
  return [...numbers].sort((a, b) => a - b);
}
