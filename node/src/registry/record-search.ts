import { setTimeout as pause } from "node:timers/promises";
import { EvidenceError, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { decodeDisclosure, erasureType, type JsonValue } from "@lianzheng/sdk/record";
import { NodeError } from "../errors.ts";
import type { RegistryLogger } from "./follower.ts";
import { keyOf, lastPart, seal, unseal } from "./keys.ts";
import { wordsIn } from "./tokens.ts";
import { WordsStore, type Words } from "./words-store.ts";

/** What the search needs of the node's log. */
export interface SearchedLog {
  readonly size: number;
  /** At most `count` records from index `first` on, verified, without what they disclose. */
  list(first: number, count: number): Promise<readonly ListedRecord[]>;
  recordAt(index: number): Promise<SearchedRecord | undefined>;
}

/** What stands in clear of a record. */
export interface ListedRecord {
  /** Leaf hash, 32 bytes. */
  readonly leaf: Uint8Array;
  readonly index: number;
  readonly entry: string;
  readonly submitter: string;
}

export interface SearchedRecord {
  readonly id: Hex;
  readonly index: number;
  readonly entry: string;
  readonly disclosures: readonly string[];
  readonly submitter: string;
  /** Id of the record that this one erased, if it is an erasure. */
  readonly erases?: Hex;
}

/** A record that was found, as far as its finder may see it anyway. */
export interface FoundRecord {
  readonly id: string;
  readonly index: number;
  readonly type: string;
  readonly subject: string;
}

/** Who searches. */
export interface Audience {
  readonly member: string;
  /** True for the node's operator, who sees every record. */
  readonly all: boolean;
}

interface Kept extends FoundRecord {
  readonly scopes: readonly string[];
  readonly words: readonly string[];
}

/** Type of record whose catalogue is searched, and the fields of its body that are. */
const cataloguedType = "product.registration";
const catalogueFields: ReadonlySet<string> = new Set([
  "title",
  "name",
  "nameZh",
  "description",
  "category",
  "keywords",
]);

/** Scope of the operator: no member has this code. */
const everything = "*";
/** Words of one record; more of a long description is not found. */
const mostWords = 2_000;
/** Records that are taken in with one write. */
const recordsAtOnce = 64;
const pollMs = 1_000;
const cursorKey = keyOf("c", "index");

/**
 * Words of this node's records, each kept once for every member that may see the record, so that nobody's search ever reads what another
 * member's record says.
 *
 * Made from the log and nothing else. After {@link forget} neither the words nor the record are in any of its files.
 */
export class RecordSearch {
  readonly #store: WordsStore;
  readonly #log: SearchedLog;
  readonly #logger: RegistryLogger;
  readonly #closing = new AbortController();
  #next: number;
  /** One write at a time: a record must not be taken in while it is being forgotten. */
  #turn: Promise<unknown> = Promise.resolve();
  #running: Promise<void> = Promise.resolve();

  private constructor(store: WordsStore, log: SearchedLog, logger: RegistryLogger, next: number) {
    this.#store = store;
    this.#log = log;
    this.#logger = logger;
    this.#next = next;
  }

  /** Opens the words in `directory`; such as are damaged or know more records than the log are discarded. @throws NodeError REGISTRY_FAILED */
  static async open(directory: string, log: SearchedLog, logger: RegistryLogger): Promise<RecordSearch> {
    try {
      const store = await WordsStore.open(directory);
      const next = await nextOf(store.database, log.size);
      if (next === undefined) await store.discard();
      return new RecordSearch(store, log, logger, next ?? 0);
    } catch (error) {
      throw new NodeError("REGISTRY_FAILED", "the words of the records cannot be opened", {}, error);
    }
  }

  /** Begins to take in what the log has and gets. */
  start(): void {
    this.#running = this.#run();
  }

  /** Takes in everything that the log has. */
  async follow(): Promise<void> {
    while (this.#next < this.#log.size && !this.#closing.signal.aborted) await this.#alone(() => this.#takeSome());
    // Once for all that were erased meanwhile.
    if (await this.#store.isStale()) await this.#alone(() => this.#store.renew());
  }

  /**
   * Takes a record's words out of every file: what was erased must not be found, nor lie about on the disk. Resolves when it is so.
   *
   * A record that was never taken in, or was forgotten before, is forgotten all the same.
   */
  async forget(id: Hex): Promise<void> {
    await this.#alone(async () => {
      await this.#forget(id);
      await this.#store.renew();
    });
  }

  async #forget(id: Hex): Promise<void> {
    const key = keyOf("r", id);
    const value = await valueOf(this.#store.database, key);
    const kept = value === undefined ? undefined : (unseal(key, value) as Kept);
    const tombstone = keyOf("m", id);
    const gone = kept === undefined ? [] : [key, ...wordKeys(kept)];
    await this.#store.database.batch([
      ...gone.map((name) => ({ type: "del" as const, key: name })),
      { type: "put", key: tombstone, value: seal(tombstone, 1) },
      this.#store.staleMark,
    ]);
  }

  /** Records that the audience may see and that have a word beginning with `start`; at most `limit`. */
  async withWord(start: string, { member, all }: Audience, limit: number): Promise<ReadonlySet<string>> {
    const scope = all ? everything : member;
    const first = keyOf("t", scope, start);
    const keys = await this.#read((words) => words.keys({ gte: first, lt: `${first}\uffff`, limit }).all());
    return new Set(keys.map(lastPart));
  }

  /** What is shown of a found record. */
  async found(id: string): Promise<FoundRecord | undefined> {
    const key = keyOf("r", id);
    const value = await this.#read((words) => valueOf(words, key));
    if (value === undefined) return undefined;
    const { index, type, subject } = unseal(key, value) as Kept;
    return { id, index, type, subject };
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    await this.#turn.catch(() => undefined);
    await this.#store.close();
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      await this.follow().catch((error: unknown) =>
        this.#logger.warn({ err: error }, "the words of the records cannot be followed; tried again"),
      );
      await pause(pollMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** A copy may take the place of the words while they are read: then they are read again. */
  async #read<T>(read: (words: Words) => Promise<T>): Promise<T> {
    const { database } = this.#store;
    try {
      return await read(database);
    } catch (error) {
      if (database === this.#store.database) throw error;
      return await read(this.#store.database);
    }
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /**
   * The next records with one write, up to an erasure. Only what is searched for what it says is opened. What cannot be
   * read so many at a time is taken one by one, so that damage keeps back nothing before it, and is told as that record's.
   */
  async #takeSome(): Promise<void> {
    const listed = await this.#log.list(this.#next, recordsAtOnce).catch(() => []);
    const read = listed.map((record) => ({ ...record, id: toHex(record.leaf), facts: factsOf(record.entry) }));
    const erasure = read.findIndex(({ facts }) => facts.type === erasureType);
    const some = erasure < 0 ? read : read.slice(0, erasure);
    if (some.length === 0) {
      await this.#takeNext();
      return;
    }
    const tombstones = await this.#store.database.getMany(some.map(({ id }) => keyOf("m", id)));
    const puts: Put[] = [];
    for (const [at, record] of some.entries()) {
      if (tombstones[at] !== undefined) continue;
      const whole = record.facts.type === cataloguedType ? await this.#log.recordAt(record.index) : undefined;
      puts.push(...putsOf(keptOf({ ...record, disclosures: whole?.disclosures ?? [] })));
    }
    const next = this.#next + some.length;
    await this.#store.database.batch([...puts, { type: "put", key: cursorKey, value: seal(cursorKey, next) }]);
    this.#next = next;
  }

  async #takeNext(): Promise<void> {
    const record = await this.#log.recordAt(this.#next);
    const next = this.#next + 1;
    // Before the cursor: after a crash it is forgotten once more.
    if (record?.erases !== undefined) await this.#forget(record.erases);
    const cursor = { type: "put" as const, key: cursorKey, value: seal(cursorKey, next) };
    const forgotten =
      record === undefined || (await valueOf(this.#store.database, keyOf("m", record.id))) !== undefined;
    const kept = forgotten ? undefined : keptOf(record);
    await this.#store.database.batch([...(kept === undefined ? [] : putsOf(kept)), cursor]);
    this.#next = next;
  }
}

/** Where to go on; undefined if the words are damaged or another log's. */
async function nextOf(database: Words, size: number): Promise<number | undefined> {
  const value = await valueOf(database, cursorKey);
  if (value === undefined) return 0;
  try {
    const next = Number(unseal(cursorKey, value));
    return next <= size ? next : undefined;
  } catch (error) {
    if (error instanceof NodeError) return undefined;
    throw error;
  }
}

function keptOf({ id, index, entry, disclosures, submitter }: SearchedRecord): Kept {
  const { type, subject, issuer } = factsOf(entry);
  const text = type === cataloguedType ? disclosures.flatMap(catalogueText).join(" ") : "";
  const words = wordsIn(`${id} ${type} ${subject} ${text}`).slice(0, mostWords);
  return { id, index, type, subject, scopes: [...new Set([everything, issuer, submitter])], words };
}

/** The entry was checked when it was written and when it was read, so that three of its members are taken plainly. */
function factsOf(entry: string): { readonly type: string; readonly subject: string; readonly issuer: string } {
  const { type, subject, issuer } = JSON.parse(entry) as Readonly<Record<string, unknown>>;
  return { type: String(type), subject: String(subject), issuer: String(issuer) };
}

/** Texts of a catalogue field; what is no text, or no longer readable, says nothing. */
function catalogueText(disclosure: string): readonly string[] {
  try {
    const { name, value } = decodeDisclosure(disclosure);
    return catalogueFields.has(name) ? textsIn(value) : [];
  } catch (error) {
    if (error instanceof EvidenceError) return [];
    throw error;
  }
}

function textsIn(value: JsonValue): readonly string[] {
  if (typeof value === "string") return [value];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === "string") : [];
}

interface Put {
  readonly type: "put";
  readonly key: string;
  readonly value: Buffer;
}

function putsOf(kept: Kept): readonly Put[] {
  const key = keyOf("r", kept.id);
  const words = wordKeys(kept).map((name) => ({ type: "put" as const, key: name, value: seal(name, undefined) }));
  return [{ type: "put", key, value: seal(key, kept) }, ...words];
}

function wordKeys({ id, scopes, words }: Kept): readonly string[] {
  return scopes.flatMap((scope) => words.map((word) => keyOf("t", scope, word, id)));
}

/** The library's types leave out that a missing key answers undefined. */
async function valueOf(database: Words, key: string): Promise<Buffer | undefined> {
  return await database.get(key);
}
