import type { Common } from "@ethereumjs/common";
import { RLP } from "@ethereumjs/rlp";
import { fromHex, toHex } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import { decodeBlock, decodeReceipts, encodeReceipts } from "./block.ts";
import type { ChainBlock } from "./block.ts";
import { logIndexKeys } from "./log-index.ts";
import { keyNumber } from "./store.ts";
import type { ChainStore, StoreChange } from "./store.ts";

/** Where a transaction stands. */
export interface Place {
  readonly number: number;
  readonly index: number;
}

/** Decoded blocks kept in memory. */
const cachedBlocks = 128;

const headKey = "m/head";

/** The blocks on disk, found by number, hash and transaction. */
export class Ledger {
  readonly #store: ChainStore;
  readonly #rules: Common;
  readonly #cache = new Map<number, ChainBlock>();

  constructor(store: ChainStore, rules: Common) {
    this.#store = store;
    this.#rules = rules;
  }

  /** @throws ChainError C_DAMAGED */
  async block(number: number): Promise<ChainBlock | undefined> {
    const cached = this.#cache.get(number);
    if (cached !== undefined) return cached;
    const [bytes, receipts] = await Promise.all([
      this.#store.get(`b/${keyNumber(number)}`),
      this.#store.get(`r/${keyNumber(number)}`),
    ]);
    if (bytes === undefined) return undefined;
    if (receipts === undefined) throw missing(`r/${keyNumber(number)}`);
    const block = decodeBlock(this.#rules, bytes);
    return this.remember({ number, hash: toHex(block.hash()), block, receipts: decodeReceipts(receipts) });
  }

  /** As {@link Ledger.block}, for a number that the chain has. */
  async existing(number: number): Promise<ChainBlock> {
    const block = await this.block(number);
    if (block === undefined) throw missing(`b/${keyNumber(number)}`);
    return block;
  }

  async blockByHash(hash: Hex): Promise<ChainBlock | undefined> {
    const number = await this.#store.get(`h/${hash}`);
    return number === undefined ? undefined : this.existing(toNumber(number));
  }

  async placeOf(transaction: Hex): Promise<Place | undefined> {
    const bytes = await this.#store.get(`x/${transaction}`);
    if (bytes === undefined) return undefined;
    const [number, index] = RLP.decode(bytes) as Uint8Array[];
    return { number: toNumber(number), index: toNumber(index) };
  }

  /** Number of the newest block, undefined in a folder without a chain. */
  async headNumber(): Promise<number | undefined> {
    const bytes = await this.#store.get(headKey);
    return bytes === undefined ? undefined : toNumber(bytes);
  }

  /** Keeps a decoded block that is on disk, and drops the one that was read longest ago. */
  remember(block: ChainBlock): ChainBlock {
    if (this.#cache.size >= cachedBlocks) {
      const [oldest] = this.#cache.keys();
      if (oldest !== undefined) this.#cache.delete(oldest);
    }
    this.#cache.set(block.number, block);
    return block;
  }
}

/** All that has to be written, in one batch, for `block` to be the head. */
export function headChanges({ number, hash, block, receipts }: ChainBlock): StoreChange[] {
  const place = (index: number): Uint8Array => RLP.encode([number, index]);
  return [
    { type: "put", key: `b/${keyNumber(number)}`, value: block.serialize() },
    { type: "put", key: `r/${keyNumber(number)}`, value: encodeReceipts(receipts) },
    { type: "put", key: `h/${hash}`, value: fromNumber(number) },
    ...block.transactions.map((transaction, index): StoreChange => {
      return { type: "put", key: `x/${toHex(transaction.hash())}`, value: place(index) };
    }),
    ...logIndexKeys(number, receipts).map((key): StoreChange => ({ type: "put", key, value: new Uint8Array(0) })),
    { type: "put", key: headKey, value: fromNumber(number) },
  ];
}

function missing(key: string): ChainError {
  return new ChainError("C_DAMAGED", `${key} is missing in the chain's folder`, { key });
}

function fromNumber(number: number): Uint8Array {
  return fromHex(`0x${keyNumber(number)}`);
}

function toNumber(bytes: Uint8Array | undefined): number {
  return bytes === undefined || bytes.length === 0 ? 0 : Number(BigInt(toHex(bytes)));
}
