import { setTimeout as pause } from "node:timers/promises";
import type { Level } from "level";
import type { RequestName } from "./keys.ts";
import { rangeBounds, requestWitnessKey, witnessOf } from "./keys.ts";

type Database = Level<Buffer, Buffer>;

// A block is a line of the processor's cache, so that a question costs one access to memory: 2^18 blocks of 64 bytes are 16 MiB,
// which answer one in twenty newcomers wrongly, as known, when there are twenty million names. More names: more such answers.
const blockCount = 2 ** 18;
const wordsOfBlock = 16;
const bitsOfName = 6;
const keysAtOnce = 1_000;
/** How many times as long as it works the taking in of an old index rests: it has no hurry, and others have. */
const restFactor = 4;
const sequenceBytes = 7;

/** Two numbers of 32 bits that stand for a name. */
type Mark = readonly [number, number];

/**
 * Tells subjects and requests that the index surely does not hold, from memory: nearly all that are submitted are new, and LevelDB
 * would look for each of them in every layer of its files, in more of them the longer the log.
 *
 * A Bloom filter: it may take a newcomer for known, never a known one for new. So all names must be in it before it answers
 * anything. Those of an index that was there before are taken from both witnesses of each (`h` and `s`, `k` and `q`), so that a key
 * which LevelDB lost is missed as if there were no filter; until all are taken in, everybody counts as known.
 */
export class Newcomers {
  readonly #bits = new Uint32Array(blockCount * wordsOfBlock);
  #isComplete: boolean;
  #taking: Promise<void> | undefined;
  readonly #closing = new AbortController();

  /** `isEmpty` says that the index holds no name. */
  constructor(isEmpty: boolean) {
    this.#isComplete = isEmpty;
  }

  /**
   * Begins to take in what `database` holds, unless that is done, or under way. Whoever writes to it meanwhile tells {@link add}.
   * Resolves when all is taken in, or cannot be.
   */
  async begin(database: Database): Promise<void> {
    if (!this.#isComplete) await (this.#taking ??= this.#take(database));
  }

  /** Resolves when nothing reads the database any more. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#taking;
  }

  /** To be told before they can be asked for. */
  add(subjects: Iterable<string>, requests: Iterable<RequestName>): void {
    for (const subject of subjects) this.#set(markOfSubject(subject));
    for (const request of requests) this.#set(markOfWitness(requestWitnessKey(request)));
  }

  isNewSubject(subject: string): boolean {
    return this.#isComplete && !this.#has(markOfSubject(subject));
  }

  /** @param witness - the request's key in range `q` */
  isNewRequest(witness: Buffer): boolean {
    return this.#isComplete && !this.#has(markOfWitness(witness));
  }

  /** What LevelDB cannot read stays unknown to this, so that each question meets the damage itself. */
  async #take(database: Database): Promise<void> {
    try {
      for (const range of ["h", "s", "k", "q"] as const) await this.#takeRange(database, range);
      this.#isComplete = true;
    } catch {
      // Closed, or damaged: everybody counts as known, and is looked for.
    }
  }

  async #takeRange(database: Database, range: "h" | "s" | "k" | "q"): Promise<void> {
    const { signal } = this.#closing;
    const keys = database.keys({ ...rangeBounds(range), fillCache: false });
    try {
      for (;;) {
        const began = performance.now();
        const some = await keys.nextv(keysAtOnce);
        if (some.length === 0) return;
        for (const key of some) this.#set(markOfKey(range, key));
        await pause((performance.now() - began) * restFactor, undefined, { signal });
      }
    } finally {
      await keys.close();
    }
  }

  #set([place, seed]: Mark): void {
    const first = (place & (blockCount - 1)) * wordsOfBlock;
    for (let bit = 0, row = seed; bit < bitsOfName; bit += 1) {
      row = next(row);
      const at = first + (row >>> 28);
      this.#bits[at] = (this.#bits[at] ?? 0) | (1 << ((row >>> 23) & 31));
    }
  }

  #has([place, seed]: Mark): boolean {
    const first = (place & (blockCount - 1)) * wordsOfBlock;
    for (let bit = 0, row = seed; bit < bitsOfName; bit += 1) {
      row = next(row);
      if (((this.#bits[first + (row >>> 28)] ?? 0) & (1 << ((row >>> 23) & 31))) === 0) return false;
    }
    return true;
  }
}

function markOfKey(range: "h" | "s" | "k" | "q", key: Buffer): Mark {
  switch (range) {
    case "h":
      return markOfSubject(key.toString("latin1", 1));
    case "s":
      return markOfSubject(key.toString("latin1", 1, key.length - sequenceBytes));
    case "k":
      return markOfWitness(witnessOf(key));
    case "q":
      return markOfWitness(key);
  }
}

/** The witness is a hash already. */
function markOfWitness(key: Buffer): Mark {
  return [key.readUInt32LE(1), key.readUInt32LE(5)];
}

/** Two rounds of FNV-1a, mixed as MurmurHash3 does at its end. Who finds subjects that fall together only makes them be looked for. */
function markOfSubject(subject: string): Mark {
  let [place, seed] = [0x811c9dc5, 0x2545f491];
  for (let at = 0; at < subject.length; at += 1) {
    const code = subject.charCodeAt(at);
    place = Math.imul(place ^ code, 0x01000193);
    seed = Math.imul(seed ^ code, 0x01000193) ^ (seed >>> 13);
  }
  return [mixed(place), mixed(seed)];
}

function mixed(value: number): number {
  let made = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  made = Math.imul(made ^ (made >>> 13), 0xc2b2ae35);
  return made ^ (made >>> 16);
}

/** The next of a row of numbers that look random in their upper bits (Knuth's multiplier for 32 bits). */
function next(value: number): number {
  return (Math.imul(value, 1_664_525) + 1_013_904_223) | 0;
}
