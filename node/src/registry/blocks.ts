import {
  provenHeader,
  provenReceipts,
  type BlockAnswer,
  type ChainView,
  type LogAnswer,
  type ReceiptAnswer,
} from "@lianzheng/node/anchor";
import { logsBloom } from "@lianzheng/sdk/chain";
import { fromHex, type Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import type { EventReader, PlacedLog } from "./event.ts";
import type { BlockPoint } from "./point.ts";

/** A block whose header hashes to its hash. */
export interface Heading extends BlockPoint {
  readonly parent: Hex;
  readonly bloom: Uint8Array;
}

/** A block with the contracts' logs in it, proven by its receipts. */
export interface LawBlock {
  readonly point: BlockPoint;
  readonly logs: readonly PlacedLog[];
}

/** Some blocks in a row: those with logs of the contracts, and the last of all. */
export interface Stretch {
  readonly blocks: readonly LawBlock[];
  readonly last: BlockPoint;
}

/** Below so many blocks each header is read: the chain of hashes is checked, and by its bloom that no block hides logs. */
const nearBlocks = 64;

/** Headers and receipts that are asked for at once. */
const atOnce = 8;

/**
 * The contracts' events block by block, as far as an endpoint can be made to prove them.
 *
 * `eth_getLogs` only says where to look: the logs themselves are taken from all receipts of the block, which must give the receipts root of a
 * header that hashes to the block's hash. Close to the tip, a block that is said to hold nothing must have a bloom that agrees.
 *
 * @throws ChainError C_INCONSISTENT, C_REORGANISED, C_UNREACHABLE, C_RPC_*, C_CLOSED from every method
 */
export class BlockSource {
  readonly #view: ChainView;
  readonly #reader: EventReader;

  constructor(view: ChainView, reader: EventReader) {
    this.#view = view;
    this.#reader = reader;
  }

  /** The block of that number, undefined if the chain has none. */
  async heading(number: number): Promise<Heading | undefined> {
    const block = await this.#view.block(number);
    return block === undefined ? undefined : headingOf(block);
  }

  async tip(): Promise<Heading> {
    return headingOf(await this.#view.tip());
  }

  /** The blocks after `from` up to `to`. */
  async stretch(from: BlockPoint, to: number): Promise<Stretch> {
    return to - from.number <= nearBlocks ? await this.#near(from, to) : await this.#far(from, to);
  }

  async #near(from: BlockPoint, to: number): Promise<Stretch> {
    const headings = await each(numbersAfter(from.number, to), (number) => this.#known(number));
    let parent = from.hash;
    for (const heading of headings) {
      if (heading.parent !== parent) throw reorganised(heading.number);
      parent = heading.hash;
    }
    const told = byBlock(await this.#view.logsOf(this.#reader.addresses, from.number + 1, to));
    const wanted = headings.filter(({ number, bloom }) => told.has(number) || this.#mayHold(bloom));
    const blocks = await each(wanted, (heading) => this.#lawBlock(heading, told.get(heading.number) ?? []));
    return { blocks: blocks.filter(({ logs }) => logs.length > 0), last: lastOf(headings, from) };
  }

  /** Far from the tip only blocks with logs are read; afterwards all of them, and the last, must still be the chain's. */
  async #far(from: BlockPoint, to: number): Promise<Stretch> {
    const told = byBlock(await this.#view.logsOf(this.#reader.addresses, from.number + 1, to));
    const headings = await each([...told.keys()], (number) => this.#known(number));
    const blocks = await each(headings, (heading) => this.#lawBlock(heading, told.get(heading.number) ?? []));
    const last = await this.#known(to);
    for (const heading of [from, ...headings]) await this.#requireStill(heading);
    return { blocks, last: pointOf(last) };
  }

  async #requireStill({ number, hash }: BlockPoint): Promise<void> {
    if ((await this.heading(number))?.hash !== hash) throw reorganised(number);
  }

  async #known(number: number): Promise<Heading> {
    const heading = await this.heading(number);
    if (heading === undefined) throw reorganised(number);
    return heading;
  }

  /** The logs of the contracts in a block, which must be those that `eth_getLogs` told. */
  async #lawBlock(heading: Heading, told: readonly LogAnswer[]): Promise<LawBlock> {
    const { number, hash, time } = heading;
    const receipts = await provenReceipts(this.#view, { blockNumber: number, blockHash: hash });
    const logs = this.#logsOf(receipts, heading);
    const same = logs.length === told.length && logs.every((log, at) => isSame(log, told[at], hash));
    if (!same) {
      const details = { method: "eth_getLogs", block: number, expected: logs.length, actual: told.length };
      throw new ChainError("C_INCONSISTENT", "eth_getLogs told other logs than the block's receipts hold", details);
    }
    return { point: { number, hash, time }, logs };
  }

  #logsOf(receipts: readonly ReceiptAnswer[], { number, hash, time }: Heading): readonly PlacedLog[] {
    const { addresses } = this.#reader;
    return receipts
      .flatMap(({ logs, transactionHash }) => logs.map((log) => ({ ...log, transactionHash })))
      .map(({ address, topics, data, transactionHash }, logIndex) => ({
        address,
        topics,
        data,
        place: { block: number, blockHash: hash, time, transaction: transactionHash, logIndex },
      }))
      .filter(({ address }) => addresses.includes(address));
  }

  #mayHold(bloom: Uint8Array): boolean {
    return this.#reader.addresses.some((address) => includes(bloom, bloomOf(address)));
  }
}

const blooms = new Map<Hex, Uint8Array>();

/** The bits of an address in a bloom; the contracts are few, so all of them are kept. */
function bloomOf(address: Hex): Uint8Array {
  const known = blooms.get(address) ?? logsBloom([{ address, topics: [], data: "0x" }]);
  blooms.set(address, known);
  return known;
}

function includes(bloom: Uint8Array, bits: Uint8Array): boolean {
  return bits.every((byte, at) => ((bloom[at] ?? 0) & byte) === byte);
}

function headingOf(block: BlockAnswer): Heading {
  const { parentHash, logsBloom: bloom, timestamp } = provenHeader(block);
  const { number, hash } = block;
  return { number, hash, time: Number(timestamp), parent: parentHash, bloom: fromHex(bloom) };
}

function pointOf({ number, hash, time }: BlockPoint): BlockPoint {
  return { number, hash, time };
}

function lastOf(headings: readonly Heading[], from: BlockPoint): BlockPoint {
  return pointOf(headings.at(-1) ?? from);
}

function byBlock(logs: readonly LogAnswer[]): ReadonlyMap<number, readonly LogAnswer[]> {
  const blocks = new Map<number, LogAnswer[]>();
  for (const log of logs) blocks.set(log.blockNumber, [...(blocks.get(log.blockNumber) ?? []), log]);
  return blocks;
}

function isSame({ address, data, topics, place }: PlacedLog, told: LogAnswer | undefined, hash: Hex): boolean {
  if (told?.blockHash !== hash || told.logIndex !== place.logIndex) return false;
  if (told.address !== address || told.data !== data || told.transactionHash !== place.transaction) return false;
  return told.topics.length === topics.length && topics.every((topic, at) => told.topics[at] === topic);
}

function numbersAfter(from: number, to: number): readonly number[] {
  return Array.from({ length: to - from }, (_, at) => from + 1 + at);
}

function reorganised(block: number): ChainError {
  return new ChainError("C_REORGANISED", `block ${block} changed while it was being read`, { block });
}

/** Makes something of each, a few at a time, in the order given. */
async function each<Item, Made>(items: readonly Item[], make: (item: Item) => Promise<Made>): Promise<readonly Made[]> {
  const made: Made[] = [];
  for (let at = 0; at < items.length; at += atOnce)
    made.push(...(await Promise.all(items.slice(at, at + atOnce).map(make))));
  return made;
}
