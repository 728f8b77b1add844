import { setTimeout as pause } from "node:timers/promises";
import type { Hex } from "@lianzheng/sdk/encoding";
import { erasureType } from "@lianzheng/sdk/record";
import { NodeError } from "../errors.ts";
import { cataloguedType, catalogueWords } from "./catalogue.ts";
import type { RegistryLogger } from "./follower.ts";
import { keyOf, lastPart, seal, unseal } from "./keys.ts";
import { postedRuns, Postings, scopesIn } from "./postings.ts";
import { common, countOf, joined, smallest, type Run, type Runs } from "./runs.ts";
import { wordsIn } from "./tokens.ts";
import { WordsStore, type Put, type Words } from "./words-store.ts";

/** What the search needs of the node's log. */
export interface SearchedLog {
  readonly size: number;
  /** What stands in clear of at most `count` records from index `first` on, verified. */
  entries(first: number, count: number): Promise<readonly SearchedEntry[]>;
  recordAt(index: number): Promise<SearchedRecord | undefined>;
  /** Indexes of at most `most` records whose ids begin with `start`, `0x` and lower-case hex. */
  indexesOfIds(start: string, most: number): Promise<readonly number[]>;
}

/** What stands in clear of a record. */
export interface SearchedEntry {
  readonly entry: string;
  readonly submitter: string;
}

export interface SearchedRecord extends SearchedEntry {
  readonly id: Hex;
  readonly index: number;
  readonly disclosures: readonly string[];
  /** Id of the record that this one erased, if it is an erasure. */
  readonly erases?: Hex;
  /** Index of the record that erased this one. */
  readonly erasedBy?: number;
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

/** Where all words of a query stand. */
export interface FoundPlaces {
  /** Indexes of records, the smallest first. */
  readonly indexes: readonly number[];
  /** False if there may be more. */
  readonly complete: boolean;
}

/** What is kept of a catalogued record, so that its words can be taken out when it is erased. */
interface Catalogued {
  readonly index: number;
  readonly scopes: readonly string[];
  readonly words: readonly string[];
}

interface Facts {
  readonly type: string;
  readonly subject: string;
  readonly issuer: string;
}

/** Records that are taken in with one write: more would keep others waiting, fewer have less in common. */
const recordsAtOnce = 512;
const pollMs = 1_000;
const cursorKey = keyOf("c", "index");
/** The beginning of an id that is long enough to mean one record. */
const idStart = /^0x[0-9a-f]{8,64}$/;
/** Records with one beginning of their ids that are looked at. */
const mostOfOneStart = 100;

/**
 * Words of this node's records, kept for each member that may see the record, so that nobody's search ever reads what another
 * member's record says.
 *
 * Made from the log and nothing else. Words of what stands in clear in the log for good, types and subjects, are kept by groups of
 * records ({@link Postings}); words of what is disclosed record by record, and after {@link forget} they are in none of the files.
 * Ids are found by the log's own index.
 *
 * | range | key | value |
 * | --- | --- | --- |
 * | `c` | - | index of the record to go on with |
 * | `m` | id | nothing: the record was forgotten |
 * | `p` | scope, word, index 12 of a group's first record | runs of the group's records with this word in type or subject |
 * | `r` | id | index, scopes and words of a catalogued record |
 * | `t` | scope, word, index | nothing: this catalogued record says the word |
 *
 * A scope is the USCC of who issued or submitted the record; the node's operator reads all of them.
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
   * A record that was never taken in, or was forgotten before, is forgotten all the same. Its type and subject stay in the log's
   * entry, and so they stay here; {@link shown} shows no record that was erased.
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
    const gone = value === undefined ? [] : [key, ...wordKeys(unseal(key, value) as Catalogued)];
    const tombstone = keyOf("m", id);
    await this.#store.database.batch([
      ...gone.map((name) => ({ type: "del" as const, key: name })),
      { type: "put", key: tombstone, value: seal(tombstone, 1) },
      this.#store.staleMark,
    ]);
  }

  /**
   * Records that the audience may see and that have, for each of `starts`, a word beginning with it.
   *
   * @param most - places that are looked at for each of them, and indexes that are answered
   * @throws NodeError REGISTRY_CORRUPT
   */
  async withWords(starts: readonly string[], audience: Audience, most: number): Promise<FoundPlaces> {
    const scopes = audience.all ? await this.#read(scopesIn) : [audience.member];
    const found = await Promise.all(starts.map((start) => this.#runsOf(start, scopes, audience, most)));
    const [first = [], ...others] = found.map(joined);
    const runs = others.reduce((some: Runs, more) => common(some, more), first);
    const isCut = found.some(({ length }) => length >= most) || countOf(runs) > most;
    return { indexes: smallest(runs, most), complete: !isCut };
  }

  /** What is shown of a found record; undefined if it was erased, or is not the audience's to see. @throws NodeError JOURNAL_CORRUPT */
  async shown(index: number, audience: Audience): Promise<FoundRecord | undefined> {
    const record = await this.#log.recordAt(index);
    if (record === undefined || record.erasedBy !== undefined || !maySee(audience, record)) return undefined;
    const { type, subject } = factsOf(record.entry);
    return { id: record.id, index, type, subject };
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

  async #runsOf(start: string, scopes: readonly string[], audience: Audience, most: number): Promise<readonly Run[]> {
    const found: Run[] = [];
    for (const scope of scopes) {
      const left = most - found.length;
      if (left <= 0) break;
      const first = keyOf("t", scope, start);
      const bounds = { gte: first, lt: `${first}\u{10ffff}`, limit: left };
      const keys = await this.#read((words) => words.keys(bounds).all());
      const posted = await this.#read((words) => postedRuns(words, scope, start, left));
      found.push(...keys.map((key): Run => [Number(lastPart(key)), 1]), ...posted);
    }
    return idStart.test(start) ? [...found, ...(await this.#withId(start, audience))] : found;
  }

  /** The log's index knows all members' ids: what it finds counts only if the audience may see it. */
  async #withId(start: string, audience: Audience): Promise<readonly Run[]> {
    const indexes = await this.#log.indexesOfIds(start, mostOfOneStart);
    const seen = await Promise.all(indexes.map((index) => this.shown(index, audience)));
    return seen.flatMap((record): readonly Run[] => (record === undefined ? [] : [[record.index, 1]]));
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
    const first = this.#next;
    const read = await this.#log.entries(first, recordsAtOnce).catch(() => []);
    const postings = new Postings(first);
    const puts: Put[] = [];
    let next = first;
    for (const { entry, submitter } of read) {
      const facts = factsOf(entry);
      if (facts.type === erasureType) break;
      const scopes = scopesOf(facts, submitter);
      if (facts.type === cataloguedType) puts.push(...(await this.#catalogued(next, scopes)));
      postings.add(next, scopes, clearWords(facts));
      next += 1;
    }
    if (next === first) await this.#takeNext();
    else await this.#write([...postings.puts(), ...puts], next);
  }

  /** One record that has to be opened: to learn what it erased, or that it is damaged. */
  async #takeNext(): Promise<void> {
    const index = this.#next;
    const record = await this.#log.recordAt(index);
    if (record === undefined) throw new TypeError(`the log has no record ${index}, which is below its size`);
    // Before the cursor: after a crash it is forgotten once more.
    if (record.erases !== undefined) await this.#forget(record.erases);
    const facts = factsOf(record.entry);
    const scopes = scopesOf(facts, record.submitter);
    const postings = new Postings(index);
    postings.add(index, scopes, clearWords(facts));
    const puts = facts.type === cataloguedType ? await this.#cataloguedPuts(record, scopes) : [];
    await this.#write([...postings.puts(), ...puts], index + 1);
  }

  async #catalogued(index: number, scopes: readonly string[]): Promise<readonly Put[]> {
    const record = await this.#log.recordAt(index);
    return record === undefined ? [] : await this.#cataloguedPuts(record, scopes);
  }

  async #cataloguedPuts(
    { id, index, disclosures }: SearchedRecord,
    scopes: readonly string[],
  ): Promise<readonly Put[]> {
    if ((await valueOf(this.#store.database, keyOf("m", id))) !== undefined) return [];
    const key = keyOf("r", id);
    const kept: Catalogued = { index, scopes, words: catalogueWords(disclosures) };
    const words = wordKeys(kept).map((name) => ({ type: "put" as const, key: name, value: seal(name, undefined) }));
    return [{ type: "put", key, value: seal(key, kept) }, ...words];
  }

  async #write(puts: readonly Put[], next: number): Promise<void> {
    await this.#store.database.batch([...puts, { type: "put", key: cursorKey, value: seal(cursorKey, next) }]);
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

/** The entry was checked when it was written and when it was read, so that three of its members are taken plainly. */
function factsOf(entry: string): Facts {
  const { type, subject, issuer } = JSON.parse(entry) as Readonly<Record<string, unknown>>;
  return { type: String(type), subject: String(subject), issuer: String(issuer) };
}

/** Words of what stands in clear. */
function clearWords({ type, subject }: Facts): readonly string[] {
  return wordsIn(`${type} ${subject}`);
}

function scopesOf({ issuer }: Facts, submitter: string): readonly string[] {
  return issuer === submitter ? [issuer] : [issuer, submitter];
}

function maySee({ member, all }: Audience, { entry, submitter }: SearchedEntry): boolean {
  return all || submitter === member || factsOf(entry).issuer === member;
}

function wordKeys({ index, scopes, words }: Catalogued): readonly string[] {
  return scopes.flatMap((scope) => words.map((word) => keyOf("t", scope, word, String(index))));
}

/** The library's types leave out that a missing key answers undefined. */
async function valueOf(database: Words, key: string): Promise<Buffer | undefined> {
  return await database.get(key);
}
