import { rm } from "node:fs/promises";
import type { Failpoint, FrameLocation, SealedSegment } from "@lianzheng/node/journal";
import { errnoOf, noFailpoint } from "@lianzheng/node/journal";
import { Level } from "level";
import { NodeError } from "../errors.ts";
import type { KeyRange, RequestName } from "./keys.ts";
import {
  idBlockOf,
  idKey,
  numberKey,
  openValue,
  rangeBounds,
  rangeOf,
  requestKey,
  requestWitnessKey,
  runKey,
  sealedValue,
  sequenceKey,
  textKey,
} from "./keys.ts";
import type { FrameEntry, KnownRequest, PreparedViews, Put, SubjectHead } from "./layout.ts";
import {
  frameEntry,
  framePuts,
  headOf,
  knownRequest,
  layoutVersion,
  placeOf,
  prepareViews,
  replacesView,
  sealPut,
} from "./layout.ts";
import { Newcomers } from "./newcomers.ts";
import { Starts } from "./starts.ts";
import type { IndexedFrame } from "./view.ts";

type Database = Level<Buffer, Buffer>;

/** Where the index is, and whose. */
export interface IndexOptions {
  readonly directory: string;
  /** The journal's identity; an index of another journal is discarded. */
  readonly identity: string;
  readonly failpoint?: Failpoint;
}

const identityKey = textKey("m", "identity");
// Large enough that a busy second's writes are merged in memory before LevelDB sorts them into files.
const writeBufferBytes = 32 * 1024 * 1024;
const cacheBytes = 32 * 1024 * 1024;
/** Third line of the identity of an index that is to be made again. */
const distrusted = "damaged";
const endedEarly = "the last starts ended early, which a damaged file of LevelDB may cause";
/** Behind every range, so that asking for it to be compacted touches no file: see {@link RecordIndex.seal}. */
const beyondAll = Buffer.from([0xff]);

/**
 * Views of the journal in LevelDB: found by id, subject, request and anchor.
 *
 * Nothing here is the truth. It is written without sync, one batch for each frame, after the frame is on disk; what a
 * crash takes away is written again from the journal at the next start. Whoever asks while a batch is being written waits
 * for it, so every answer holds all that was acknowledged. Each answer is either checked by a checksum
 * that is bound to its key, or by the reader against what the journal says.
 */
export class RecordIndex {
  readonly #options: Required<IndexOptions>;
  readonly #starts: Starts;
  #database: Database;
  /** Closed segments whose last views may not have been applied yet, in order. */
  #closed: SealedSegment[] = [];
  #sealing: Promise<void> = Promise.resolve();
  #failure: Error | undefined;
  /** Whether the files are to go when they are closed. */
  #isVoid = false;
  /** First index of the newest frame; undefined until it is asked for. */
  #newestFirst: number | undefined;
  /** Settles, never rejects, when the batch that is being written is written or has failed. */
  #writing: Promise<unknown> | undefined;

  #newcomers: Newcomers;

  private constructor(options: Required<IndexOptions>, { database, starts, isNew }: OpenedDatabase) {
    this.#options = options;
    this.#database = database;
    this.#newcomers = new Newcomers(isNew);
    this.#starts = starts;
    starts.watch();
  }

  /**
   * Opens the index in `directory`. One that cannot be opened, or is another journal's, is discarded: then `reason`
   * says why, and the index is empty. Throws INDEX_FAILED.
   */
  static async open(given: IndexOptions): Promise<{ readonly index: RecordIndex; readonly reason?: string }> {
    const options = { failpoint: noFailpoint, ...given };
    const opened = await openOrDiscard(options);
    const index = new RecordIndex(options, opened);
    return opened.reason === undefined ? { index } : { index, reason: opened.reason };
  }

  /** Empties the index: after this it is to be made again from the journal. */
  async discard(): Promise<void> {
    await this.#sealing;
    await this.#writing;
    await this.#newcomers.close();
    await this.#database.close();
    await rm(this.#options.directory, { recursive: true, force: true });
    this.#database = await openNew(this.#options);
    this.#newcomers = new Newcomers(true);
    this.#newestFirst = undefined;
  }

  /**
   * Writes one frame's views, all or none. From the call on every question waits for them. Rejects with INDEX_FAILED:
   * the journal still holds everything. Not to be called again before it has settled.
   *
   * `prepared` may be what {@link prepareViews} made of the same frame earlier, while the disk was busy.
   */
  async apply(frame: IndexedFrame, prepared: PreparedViews = prepareViews(frame)): Promise<void> {
    const written = this.#write(frame, prepared);
    const settled = written.then(nothing, nothing);
    this.#writing = settled;
    try {
      await written;
    } finally {
      if (this.#writing === settled) this.#writing = undefined;
    }
  }

  async #write(frame: IndexedFrame, prepared: PreparedViews): Promise<void> {
    try {
      if (this.#failure !== undefined) throw this.#failure;
      // Before anything else: what is written in spite of a failure must not be taken for new.
      this.#newcomers.add(new Set(frame.records.map(({ subject }) => subject)), frame.batches);
      await this.#options.failpoint("index.beforeWrite");
      await writeTogether(this.#database, [framePuts(frame), prepared]);
      this.#newestFirst = frame.firstIndex;
      await this.#options.failpoint("index.afterWrite");
      this.#sealBefore(frame.location.segment);
    } catch (error) {
      const reason = asIndexDamage(error);
      // LevelDB met the damage as it merged its files, and takes nothing more, not even a note of it.
      this.#isVoid ||= reason instanceof NodeError && reason.code === "INDEX_CORRUPT";
      throw new NodeError("INDEX_FAILED", "the index cannot be written", {}, error);
    }
  }

  /**
   * Told of a segment of the journal that was closed. When the first frame behind it is applied, all its views are
   * there, since frames are applied in order; then it is sealed, apart from everybody who waits.
   */
  expectSeal(seal: SealedSegment): void {
    this.#closed.push(seal);
  }

  /**
   * Notes that all views of a closed segment are there, so that the next start need not read it. Before the note is
   * written LevelDB is made to move its log, which it does not check, into files that it has synced: a bit that flips in
   * the log later cannot take views away behind the note. Rejects with what LevelDB says.
   */
  async seal(seal: SealedSegment): Promise<void> {
    const database: { compactRange?: (start: Buffer, end: Buffer) => Promise<void> } & Database = this.#database;
    // Compacting any range first empties the log; this range holds no key, so nothing else is moved.
    await database.compactRange?.(beyondAll, beyondAll);
    const { key, value } = sealPut(seal);
    await database.put(key, value);
  }

  /** Whether all views of this closed segment are there. */
  async isSealed(seal: SealedSegment): Promise<boolean> {
    const { key, value } = sealPut(seal);
    return (await valueOf(this.#database, key))?.equals(value) ?? false;
  }

  /**
   * Has the next opening discard this index and make it again, for a damage was found in it. Settles in any case: where LevelDB
   * takes nothing more, the files go when it is closed; and after a crash before that the damage is found again.
   */
  async distrust(): Promise<void> {
    const text = Buffer.from(`${layoutVersion}\n${this.#options.identity}\n${distrusted}`, "utf8");
    await this.#database.put(identityKey, sealedValue(identityKey, [], text), { sync: true }).catch(() => {
      this.#isVoid = true;
    });
  }

  /**
   * Which of the views that a frame gives are not there, or not as the frame gives them: their range; undefined if all are.
   * Heads and anchors may be those of later frames.
   */
  async wrongView(frame: IndexedFrame): Promise<KeyRange | undefined> {
    await this.#writing;
    const puts = [...framePuts(frame), ...prepareViews(frame)];
    const values: readonly (Buffer | undefined)[] = await this.#database.getMany(puts.map(({ key }) => key));
    for (const [at, put] of puts.entries()) {
      const value = values[at];
      if (value === undefined || !(value.equals(put.value) || replacesView(put, value))) return rangeOf(put.key);
    }
    return undefined;
  }

  /** Resolves when every segment that was closed and fully applied is sealed, or cannot be. */
  async sealed(): Promise<void> {
    await this.#sealing;
  }

  #sealBefore(segment: number): void {
    for (let next = this.#closed[0]; next !== undefined && next.segment < segment; next = this.#closed[0]) {
      const seal = next;
      this.#closed.shift();
      // A failure is told to the next frame that is applied: LevelDB takes nothing more then.
      this.#sealing = this.#sealing
        .then(() => this.seal(seal))
        .catch((error: unknown) => {
          this.#failure ??= error instanceof Error ? error : new Error("sealing failed", { cause: error });
        });
    }
  }

  /** Whether the index knows no frame. */
  async isEmpty(): Promise<boolean> {
    await this.#writing;
    const [first] = await this.#database.keys({ ...rangeBounds("f"), limit: 1 }).all();
    return first === undefined;
  }

  /** The frames that the index knows, in the journal's order, from the one with this first index and sequence on. */
  async *frames(firstIndex = 0, sequence = 0): AsyncGenerator<FrameEntry, undefined, undefined> {
    await this.#writing;
    const bounds = { gte: numberKey("f", firstIndex, sequence), lt: rangeBounds("f").lt };
    for await (const [key, value] of this.#database.iterator(bounds)) yield frameEntry(key, value);
    return undefined;
  }

  /** The first `limit` frames at or after a place, in order; those before `end`, where it is given. */
  async framesFrom(
    from: { readonly firstIndex: number; readonly sequence: number },
    limit: number,
    end?: { readonly firstIndex: number; readonly sequence: number },
  ): Promise<readonly FrameEntry[]> {
    const lt = end === undefined ? rangeBounds("f").lt : numberKey("f", end.firstIndex, end.sequence);
    const bounds = {
      gte: numberKey("f", from.firstIndex, from.sequence),
      lt,
      limit: Number.isFinite(limit) ? limit : -1,
    };
    const found: FrameEntry[] = [];
    for await (const [key, value] of this.#database.iterator(bounds)) found.push(frameEntry(key, value));
    return found;
  }

  /** The last frame; undefined while there is none. */
  async newestFrame(): Promise<FrameEntry | undefined> {
    for await (const [key, value] of this.#database.iterator({ ...rangeBounds("f"), reverse: true, limit: 1 })) {
      return frameEntry(key, value);
    }
    return undefined;
  }

  /** Index of the record with this id; undefined if there is none. The reader checks the record against the id. */
  async indexOf(id: Uint8Array): Promise<number | undefined> {
    await this.#writing;
    const keys = Array.from({ length: await this.#blocks() }, (_, block) => idKey(block, id));
    const values: readonly (Buffer | undefined)[] = await this.#database.getMany(keys);
    for (const [block, key] of keys.entries()) {
      const value = values[block];
      if (value !== undefined) return openValue(key, value, 1).numbers[0];
    }
    return undefined;
  }

  /** Indexes of at most `most` records whose ids, 32 bytes, lie from `lowest` to `highest`. The reader checks them. */
  async indexesOfIds(lowest: Uint8Array, highest: Uint8Array, most: number): Promise<readonly number[]> {
    await this.#writing;
    const indexes: number[] = [];
    const blocks = await this.#blocks();
    for (let block = 0; block < blocks && indexes.length < most; block += 1) {
      const bounds = { gte: idKey(block, lowest), lte: idKey(block, highest), limit: most - indexes.length };
      for await (const [key, value] of this.#database.iterator(bounds)) {
        indexes.push(openValue(key, value, 1).numbers[0] ?? 0);
      }
    }
    return indexes;
  }

  /** Blocks of ids that there may be keys of: those up to the newest frame's first record, and the one that it may reach into. */
  async #blocks(): Promise<number> {
    if (this.#newestFirst === undefined) {
      const [key] = await this.#database.keys({ ...rangeBounds("f"), reverse: true, limit: 1 }).all();
      this.#newestFirst ??= key === undefined ? 0 : key.readUIntBE(1, 6);
    }
    return idBlockOf(this.#newestFirst) + 2;
  }

  /** The frame that holds the record at `index`. Throws INDEX_CORRUPT if there is none. */
  async frameOf(index: number): Promise<FrameEntry> {
    await this.#writing;
    const bounds = { gte: rangeBounds("f").gte, lt: numberKey("f", index + 1), reverse: true, limit: 1 };
    for await (const [key, value] of this.#database.iterator(bounds)) {
      const entry = frameEntry(key, value);
      if (index < entry.firstIndex + entry.count) return entry;
    }
    throw new NodeError("INDEX_CORRUPT", `the index does not know where record ${index} is`, { index });
  }

  /**
   * Newest entries of the subjects, in their order; undefined for a subject that has none.
   *
   * Throws INDEX_CORRUPT.
   */
  async heads(subjects: readonly string[]): Promise<readonly (SubjectHead | undefined)[]> {
    await this.#writing;
    void this.#newcomers.begin(this.#database);
    const known = subjects.filter((subject) => !this.#newcomers.isNewSubject(subject));
    const found = new Map<string, SubjectHead | undefined>();
    if (known.length === 0) return subjects.map(() => undefined);
    const keys = known.map((subject) => textKey("h", subject));
    // Both witnesses in one reading: a frame may be written between two.
    const values = await this.#database.getMany([...keys, ...known.map((subject) => sequenceKey(subject, 0))]);
    for (const [at, subject] of known.entries()) {
      found.set(subject, headOf(subject, values[at], values[at + known.length]));
    }
    return subjects.map((subject) => found.get(subject));
  }

  /** Indexes of the first `most` entries of a subject from the sequence `from` on, in the order of their sequence. */
  async indexesOf(subject: string, most = Infinity, from = 0): Promise<readonly number[]> {
    await this.#writing;
    const indexes: number[] = [];
    const limit = Number.isFinite(most) ? most : -1;
    const bounds = { gte: sequenceKey(subject, from), lt: textKey("s", subject, "\xff"), limit };
    for await (const [key, value] of this.#database.iterator(bounds)) {
      indexes.push(openValue(key, value, 1).numbers[0] ?? 0);
    }
    return indexes;
  }

  /** Indexes of the first `most` records that `member` submitted, from the index `from` on, in their order. */
  async indexesBy(member: string, most: number, from = 0): Promise<readonly number[]> {
    await this.#writing;
    const indexes: number[] = [];
    // The run in which `from` stands may begin before it.
    const before = { gte: runKey(member, 0), lt: runKey(member, from), reverse: true, limit: 1 };
    for await (const run of this.#database.iterator(before)) addRun(indexes, run, from, most);
    const after = { gte: runKey(member, from), lt: textKey("o", member, "\xff"), limit: most };
    for await (const run of this.#database.iterator(after)) {
      if (indexes.length >= most) break;
      addRun(indexes, run, from, most);
    }
    return indexes;
  }

  /** Indexes of the records that tell of erasures, in their order. */
  async *erasures(): AsyncGenerator<number, undefined, undefined> {
    for await (const [key, value] of this.#database.iterator(rangeBounds("x"))) {
      openValue(key, value, 0);
      yield key.readUIntBE(1, 6);
    }
    return undefined;
  }

  /** The requests that were accepted under these members' keys, in their order. Throws INDEX_CORRUPT. */
  async requests(wanted: readonly RequestName[]): Promise<readonly (KnownRequest | undefined)[]> {
    await this.#writing;
    void this.#newcomers.begin(this.#database);
    const witnesses = wanted.map(requestWitnessKey);
    const keys = wanted.map((request, at) => {
      const witness = witnesses[at];
      return witness === undefined || this.#newcomers.isNewRequest(witness) ? [] : [requestKey(request), witness];
    });
    const asked = keys.flat();
    const values: readonly (Buffer | undefined)[] = asked.length === 0 ? [] : await this.#database.getMany(asked);
    const left = values.values();
    return wanted.map((request, at) =>
      keys[at]?.length === 2 ? knownRequest(request, left.next().value, left.next().value) : undefined,
    );
  }

  /** Places of the anchors' frames whose size is above `size`, smallest first, or the newest first if `reverse`. */
  async anchorsAbove(
    size: number,
    options: { readonly reverse?: boolean; readonly limit?: number } = {},
  ): Promise<readonly FrameLocation[]> {
    await this.#writing;
    const bounds = { gt: numberKey("a", size), lt: rangeBounds("a").lt };
    const places: FrameLocation[] = [];
    for await (const [key, value] of this.#database.iterator({ ...bounds, ...options })) {
      places.push(placeOf(openValue(key, value, 3).numbers));
    }
    return places;
  }

  async close(): Promise<void> {
    await this.#sealing;
    await this.#writing;
    await this.#newcomers.close();
    await this.#database.close();
    await this.#starts.end();
    if (this.#isVoid) await rm(this.#options.directory, { recursive: true, force: true });
  }
}

/** What LevelDB says of files that it cannot read, in this project's words; any other error as it is. */
export function asIndexDamage(error: unknown): unknown {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (errnoOf(error) !== "LEVEL_CORRUPTION" && errnoOf(cause) !== "LEVEL_CORRUPTION") return error;
  return new NodeError("INDEX_CORRUPT", "a file of the index is damaged; start again, or run rebuild", {}, error);
}

function nothing(): void {
  // Who began the batch learns how it went; who waits for it asks the database then.
}

/** All of them or none. A chained batch, since of an array the binding reads every member of every operation by its name. */
async function writeTogether(database: Database, all: readonly (readonly Put[])[]): Promise<void> {
  const batch = database.batch();
  for (const puts of all) for (const { key, value } of puts) batch.put(key, value);
  await batch.write();
}

/** Adds the indexes of a run from `from` on, until there are `most`. */
function addRun(indexes: number[], [key, value]: [Buffer, Buffer], from: number, most: number): void {
  const first = key.readUIntBE(key.length - 6, 6);
  const [count = 0] = openValue(key, value, 1).numbers;
  for (let index = Math.max(first, from); index < first + count && indexes.length < most; index++) indexes.push(index);
}

function databaseOf(directory: string): Database {
  return new Level<Buffer, Buffer>(directory, {
    keyEncoding: "buffer",
    valueEncoding: "buffer",
    writeBufferSize: writeBufferBytes,
    cacheSize: cacheBytes,
    // Half of what is kept are hashes and checksums: compressing them costs a quarter of all work and saves little room.
    compression: false,
  });
}

interface OpenedDatabase {
  readonly database: Database;
  readonly starts: Starts;
  /** Whether it holds nothing yet. */
  readonly isNew: boolean;
  readonly reason?: string;
}

async function openOrDiscard(options: Required<IndexOptions>): Promise<OpenedDatabase> {
  const { directory } = options;
  const { starts, areHopeless } = await Starts.count(directory);
  const known = areHopeless ? endedEarly : await openKnown(options);
  if (typeof known !== "string") return { database: known, starts, isNew: false };
  await rm(directory, { recursive: true, force: true });
  const opened = { database: await openNew(options), starts, isNew: true };
  return known === "new" ? opened : { ...opened, reason: known };
}

/** The database as it is, or the reason why it cannot be used. */
async function openKnown(options: Required<IndexOptions>): Promise<Database | string> {
  const database = databaseOf(options.directory);
  const reason = await reasonToDiscard(database, options);
  if (reason === undefined) return database;
  await database.close();
  return reason;
}

async function reasonToDiscard(database: Database, { identity }: IndexOptions): Promise<string | undefined> {
  try {
    await database.open();
    const value = await valueOf(database, identityKey);
    if (value === undefined) return "new";
    const [layout, owner, note] = openValue(identityKey, value, 0).bytes.toString("utf8").split("\n");
    if (layout !== layoutVersion) return "in another layout";
    if (note === distrusted) return "damaged";
    return owner === identity ? undefined : "another journal's";
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    // Somebody has it open, though the journal's lock is ours: not damage, and not ours to delete.
    if (errnoOf(cause) === "LEVEL_LOCKED") throw new NodeError("INDEX_FAILED", "the index is in use", {}, error);
    return `it cannot be opened: ${String(cause)}`;
  }
}

async function openNew({ directory, identity }: IndexOptions): Promise<Database> {
  const database = databaseOf(directory);
  try {
    await database.open();
    await database.put(identityKey, sealedValue(identityKey, [], Buffer.from(`${layoutVersion}\n${identity}`)));
    return database;
  } catch (error) {
    throw new NodeError("INDEX_FAILED", `the index in ${directory} cannot be made`, {}, error);
  }
}

/** The library's types leave out that a missing key answers undefined. */
async function valueOf(database: Database, key: Buffer): Promise<Buffer | undefined> {
  return await database.get(key);
}
