import type { Hex } from "@lianzheng/sdk/encoding";
import { isHex } from "@lianzheng/sdk/encoding";
import { canonicalJson } from "@lianzheng/sdk/record";
import type { RecordIndex } from "@lianzheng/node/index";
import type { FrameLocation, Journal } from "@lianzheng/node/journal";
import { NodeError } from "../errors.ts";

/** A checkpoint that the chain accepted, and where. */
export interface AnchoredCheckpoint {
  /** Leaves. */
  readonly size: number;
  readonly root: Hex;
  /** The log's signed checkpoint of `size`. */
  readonly checkpoint: string;
  readonly transaction: Hex;
  readonly blockNumber: number;
  readonly blockHash: Hex;
  /** Index of the event within its receipt. */
  readonly logIndex: number;
  /** Index of the receipt within its block. */
  readonly receiptIndex: number;
}

/**
 * The checkpoints that the chain accepted, in the journal, found through the index.
 *
 * Kept in the same journal as the records, so that no crash and no lost index forgets an anchor.
 */
export class AnchorStore {
  readonly #index: RecordIndex;
  readonly #journal: Journal;
  readonly #append: (payload: Buffer) => Promise<void>;

  /** `append` writes an anchor's frame and its view; it resolves after fdatasync. */
  constructor(journal: Journal, index: RecordIndex, append: (payload: Buffer) => Promise<void>) {
    this.#journal = journal;
    this.#index = index;
    this.#append = append;
  }

  /**
   * Keeps an anchor. Resolves after fdatasync; putting one again changes nothing; one of the same size that stands
   * elsewhere on the chain replaces the older. Rejects with E_READ_ONLY or E_STORAGE_FULL: kept or not, put it again.
   */
  async put(anchor: AnchoredCheckpoint): Promise<void> {
    const text = textOf(anchor);
    const known = await this.covering(anchor.size - 1);
    if (known !== undefined && textOf(known) === text) return;
    await this.#append(Buffer.from(text, "utf8"));
  }

  /** The largest anchored checkpoint; undefined while there is none. */
  async latest(): Promise<AnchoredCheckpoint | undefined> {
    return await this.#first(await this.#index.anchorsAbove(0, { reverse: true, limit: 1 }));
  }

  /** The smallest anchored checkpoint that holds the leaf at `index`; undefined while there is none. */
  async covering(index: number): Promise<AnchoredCheckpoint | undefined> {
    return await this.#first(await this.#index.anchorsAbove(index, { limit: 1 }));
  }

  /** All anchored checkpoints above `size` leaves, smallest first, at most `limit`. */
  async list(size = 0, limit = 1000): Promise<readonly AnchoredCheckpoint[]> {
    const places = await this.#index.anchorsAbove(size, { limit });
    return await Promise.all(places.map((place) => this.#read(place)));
  }

  async #first([place]: readonly FrameLocation[]): Promise<AnchoredCheckpoint | undefined> {
    return place === undefined ? undefined : await this.#read(place);
  }

  async #read(place: FrameLocation): Promise<AnchoredCheckpoint> {
    const frame = await this.#journal.readFrame(place);
    if (frame.type === "anchor") return decodeAnchor(frame.payload);
    throw new NodeError("INDEX_CORRUPT", "the index takes another frame for an anchor; delete it and start again");
  }
}

function textOf(anchor: AnchoredCheckpoint): string {
  const { size, root, checkpoint, transaction, blockNumber, blockHash, logIndex, receiptIndex } = anchor;
  return canonicalJson({ size, root, checkpoint, transaction, blockNumber, blockHash, logIndex, receiptIndex });
}

/** The anchor in the payload of its frame. Throws JOURNAL_CORRUPT. */
export function decodeAnchor(payload: Buffer): AnchoredCheckpoint {
  return anchorOf(JSON.parse(payload.toString("utf8")));
}

function anchorOf(value: unknown): AnchoredCheckpoint {
  if (typeof value !== "object" || value === null) throw malformed();
  const members: Readonly<Record<string, unknown>> = { ...value };
  const count = (name: string): number => {
    const found = members[name];
    if (typeof found === "number" && Number.isSafeInteger(found)) return found;
    throw malformed();
  };
  const digest = (name: string): Hex => {
    const found = members[name];
    if (isHex(found)) return found;
    throw malformed();
  };
  const { checkpoint } = members;
  if (typeof checkpoint !== "string") throw malformed();
  return {
    size: count("size"),
    root: digest("root"),
    checkpoint,
    transaction: digest("transaction"),
    blockNumber: count("blockNumber"),
    blockHash: digest("blockHash"),
    logIndex: count("logIndex"),
    receiptIndex: count("receiptIndex"),
  };
}

function malformed(): NodeError {
  return new NodeError("JOURNAL_CORRUPT", "an anchor's frame does not hold an anchor");
}
