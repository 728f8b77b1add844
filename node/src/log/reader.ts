import type { Digest, Hex } from "@lianzheng/sdk/encoding";
import { equalBytes, fromHex, toHex, utf8 } from "@lianzheng/sdk/encoding";
import { encodeEntryBundle, parseTilePath, tileWidth } from "@lianzheng/sdk/log";
import type { FrameEntry, RecordIndex } from "@lianzheng/node/index";
import { leafHash } from "@lianzheng/node/index";
import type { Journal, RecordPlace } from "@lianzheng/node/journal";
import { decodePlace, decodeRecord, headerBytes, payloadHeaderBytes, placeBytes } from "@lianzheng/node/journal";
import type { Vault } from "@lianzheng/node/vault";
import { NodeError } from "../errors.ts";
import type { EntrySource, StoredEntry } from "./entry-source.ts";
import type { LogRecord, SealedRecord } from "./sealed-records.ts";
import { openRecord } from "./sealed-records.ts";
import type { TileStore } from "./tile-store.ts";

/** A path of the log over HTTP (C2SP tlog-tiles). */
export interface LogResource {
  readonly bytes: Uint8Array;
  readonly kind: "checkpoint" | "hashes" | "entries";
}

/**
 * Reads records and resources of a log. Nothing that is read is believed: a record counts only if its leaf hash is the
 * one that the signed tree has at its index. What it discloses is sealed, and is opened elsewhere.
 */
export class LogReader {
  readonly #journal: Journal;
  readonly #index: RecordIndex;
  readonly #tiles: TileStore;
  readonly #entries: EntrySource;

  constructor(journal: Journal, index: RecordIndex, tiles: TileStore, entries: EntrySource) {
    this.#journal = journal;
    this.#index = index;
    this.#tiles = tiles;
    this.#entries = entries;
  }

  /** The record at `index`, below `size`. Throws JOURNAL_CORRUPT if it is not the one that was signed. */
  async recordAt(index: number): Promise<SealedRecord> {
    const frame = await this.#index.frameOf(index);
    const place = await this.#placeOf(frame, index - frame.firstIndex);
    const { segment, offset, length } = frame.location;
    if (place.offset + place.length > length) throw await this.#damaged(index, frame);
    const bytes = await this.#journal.readBytes(segment, offset + headerBytes + place.offset, place.length);
    const record = decodeRecord(bytes);
    const leaf = leafHash(record.entry);
    if (!equalBytes(leaf, await this.#signedLeaf(index))) throw await this.#damaged(index, frame);
    return { id: toHex(leaf), index, leaf, ...record };
  }

  /** The record with this id; undefined if there is none. */
  async recordById(id: Hex): Promise<SealedRecord | undefined> {
    const index = await this.#index.indexOf(fromHex(id, 32));
    if (index === undefined) return undefined;
    const record = await this.recordAt(index);
    if (record.id === id) return record;
    throw new NodeError("INDEX_CORRUPT", "the index takes another record for this one; delete it and start again");
  }

  /**
   * A record with what it discloses, opened. Bytes that cannot be opened are a damage like any that a read meets: the whole
   * frame is read, which names file and byte, and ends writing. Throws JOURNAL_CORRUPT, VAULT_CORRUPT, VAULT_MISSING.
   */
  async open(vault: Vault, record: SealedRecord): Promise<LogRecord> {
    try {
      return openRecord(vault, record);
    } catch (error) {
      if (error instanceof NodeError && error.code === "JOURNAL_CORRUPT") await this.#readFrameOf(record.index);
      // The frame is whole: somebody made its checksum fit, or the vault is another one.
      throw error;
    }
  }

  /** Indexes of a subject's first `most` entries from the sequence `from` on, in their order, none missing. Throws INDEX_CORRUPT. */
  async indexesOf(subject: string, most = Infinity, from = 0): Promise<readonly number[]> {
    const [[head], indexes] = await Promise.all([
      this.#index.heads([subject]),
      this.#index.indexesOf(subject, most, from),
    ]);
    // Read at two moments: entries that came between them may be in the list already, none may be missing.
    if (indexes.length >= Math.min((head?.count ?? 0) - from, most)) return indexes;
    throw new NodeError("INDEX_CORRUPT", "the index lost an entry of a subject; delete it and start again");
  }

  /** Indexes of the first `most` records that `member` submitted, from the index `from` on, in their order. */
  async indexesBy(member: string, most: number, from = 0): Promise<readonly number[]> {
    return await this.#index.indexesBy(member, most, from);
  }

  /** `count` entries from index `first` on, all below the log's size, from verified frames. */
  async entriesFrom(first: number, count: number): Promise<readonly StoredEntry[]> {
    return await this.#entries.stored(first, count);
  }

  /** The resource at `path` in a log of `size` leaves; undefined if there is none. */
  async resource(path: string, size: number): Promise<LogResource | undefined> {
    const named = tileNamed(path);
    if (named === undefined) return undefined;
    const { index, width } = named;
    const level = named.kind === "hashes" ? named.level : 0;
    if (index * tileWidth + width > Math.floor(size / tileWidth ** level)) return undefined;
    if (named.kind === "hashes") {
      const bytes = await this.#tiles.read({ level, index, width });
      return { bytes: bytes.subarray(0, width * 32), kind: "hashes" };
    }
    const entries = await this.#entries.texts(index * tileWidth, width);
    return { bytes: encodeEntryBundle(entries.map(utf8)), kind: "entries" };
  }

  /** Reading the whole frame tells by its checksum whether it is damaged: then that is thrown, with file and byte. */
  async #damaged(index: number, { location }: FrameEntry): Promise<NodeError> {
    await this.#journal.readFrame(location);
    return new NodeError("JOURNAL_CORRUPT", `record ${index} in the journal is not the one that was signed`, { index });
  }

  async #readFrameOf(index: number): Promise<void> {
    const { location } = await this.#index.frameOf(index);
    await this.#journal.readFrame(location);
  }

  async #placeOf({ location }: FrameEntry, position: number): Promise<RecordPlace> {
    const at = location.offset + headerBytes + payloadHeaderBytes + position * placeBytes;
    return decodePlace(Buffer.from(await this.#journal.readBytes(location.segment, at, placeBytes)));
  }

  async #signedLeaf(index: number): Promise<Digest> {
    const at = index % tileWidth;
    const tile = await this.#tiles.read({ level: 0, index: Math.floor(index / tileWidth), width: at + 1 });
    return tile.subarray(at * 32, (at + 1) * 32);
  }
}

function tileNamed(path: string): ReturnType<typeof parseTilePath> | undefined {
  try {
    return parseTilePath(path);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "E_TILE_PATH") return undefined;
    throw error;
  }
}
