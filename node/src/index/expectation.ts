import { cp, link, mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { Level } from "level";
import { errnoOf } from "@lianzheng/node/journal";
import { NodeError } from "../errors.ts";
import type { RequestName } from "./keys.ts";
import { openValue, rangeOf, requestKey, textKey } from "./keys.ts";
import type { Put, SubjectHead } from "./layout.ts";
import { framePuts, prepareViews, subjectHead } from "./layout.ts";
import type { IndexedFrame } from "./view.ts";

type Database = Level<Buffer, Buffer>;

/** Keys and values of one range, in any order: how many, and what they add up to. */
interface Tally {
  count: number;
  /** Sum of the values' checksums, which bind key and value, modulo 2^48. */
  sum: number;
}

/** Ranges whose values are replaced as the log grows: their last ones are kept to be compared. */
const replaced = "ah";
/** Ranges that the journal's frames do not give: what closed segments hold, and whose index it is. */
const beside = "gm";
const sumLimit = 2 ** 48;
const chunk = 1000;
const none: Tally = { count: 0, sum: 0 };

/**
 * What the index of a journal has to be, found from the journal alone: memory does not grow with the log.
 *
 * A range whose keys are written once is held as its count and the sum of its values' checksums; the newest entries of
 * subjects and the anchors, and which requests there were, lie in a scratch database.
 */
export class IndexExpectation {
  readonly #scratch: Database;
  readonly #directory: string;
  readonly #tallies = new Map<string, Tally>();

  private constructor(directory: string, scratch: Database) {
    this.#directory = directory;
    this.#scratch = scratch;
  }

  /** `directory` is empty, and goes away afterwards. */
  static async open(directory: string): Promise<IndexExpectation> {
    const scratch = databaseIn(join(directory, "expected"));
    await scratch.open();
    return new IndexExpectation(directory, scratch);
  }

  /** Newest entries so far of the subjects, in their order. */
  async heads(subjects: readonly string[]): Promise<readonly (SubjectHead | undefined)[]> {
    const keys = subjects.map((subject) => textKey("h", subject));
    const values: readonly (Buffer | undefined)[] = await this.#scratch.getMany(keys);
    return keys.map((key, at) => {
      const value = values[at];
      return value === undefined ? undefined : subjectHead(key, value);
    });
  }

  /** Which of the requests came before. */
  async known(requests: readonly RequestName[]): Promise<readonly boolean[]> {
    const values: readonly (Buffer | undefined)[] = await this.#scratch.getMany(requests.map(requestKey));
    return values.map((value) => value !== undefined);
  }

  /** Takes the views of the next frame. */
  async add(frame: IndexedFrame): Promise<void> {
    const puts = [...framePuts(frame), ...prepareViews(frame)];
    for (const { key, value } of puts) {
      if (!replaced.includes(rangeOf(key))) this.#count(this.#tallies, key, value);
    }
    const kept: Put[] = puts.filter(({ key }) => `${replaced}k`.includes(rangeOf(key)));
    await this.#scratch.batch(kept);
  }

  /**
   * Tells what is wrong with the index in `directory`, which is not touched: LevelDB, which writes as it opens, is given
   * names of its own for the same files.
   */
  async compare(directory: string, wrong: (detail: string) => void): Promise<void> {
    const copy = join(this.#directory, "index");
    if (!(await linkDatabase(directory, copy))) {
      wrong("there is no index; the next start makes it");
      return;
    }
    const index = databaseIn(copy);
    try {
      await index.open();
      await this.#compareWith(index, wrong);
    } catch (error) {
      if (error instanceof NodeError) throw error;
      wrong(`it cannot be read: ${String(error instanceof Error ? (error.cause ?? error) : error)}`);
    } finally {
      await index.close();
    }
  }

  async close(): Promise<void> {
    await this.#scratch.close();
  }

  async #compareWith(index: Database, wrong: (detail: string) => void): Promise<void> {
    const found = new Map<string, Tally>();
    const damaged = new Set<string>();
    for (const range of replaced) this.#tallies.set(range, await tallyOf(this.#scratch, range));
    let waiting: (readonly [Buffer, Buffer])[] = [];
    for await (const [key, value] of index.iterator()) {
      const range = rangeOf(key);
      if (!isSealed(key, value)) damaged.add(range);
      if (beside.includes(range)) continue;
      this.#count(found, key, value);
      if (replaced.includes(range)) waiting.push([key, value]);
      if (waiting.length === chunk) waiting = await this.#compareReplaced(waiting, damaged);
    }
    await this.#compareReplaced(waiting, damaged);
    for (const range of damaged) wrong(`values of range ${range} are damaged or not those of the journal`);
    for (const range of new Set([...this.#tallies.keys(), ...found.keys()])) {
      const [expected, is] = [this.#tallies.get(range) ?? none, found.get(range) ?? none];
      if (expected.count !== is.count) wrong(`range ${range} has ${is.count} keys, not ${expected.count}`);
      else if (expected.sum !== is.sum && !damaged.has(range)) wrong(`range ${range} has other keys than the journal`);
    }
  }

  async #compareReplaced(found: readonly (readonly [Buffer, Buffer])[], damaged: Set<string>): Promise<[]> {
    const values: readonly (Buffer | undefined)[] = await this.#scratch.getMany(found.map(([key]) => key));
    for (const [at, [key, value]] of found.entries()) {
      if (values[at]?.equals(value) !== true) damaged.add(rangeOf(key));
    }
    return [];
  }

  #count(tallies: Map<string, Tally>, key: Buffer, value: Buffer): void {
    const range = rangeOf(key);
    const tally = tallies.get(range) ?? { count: 0, sum: 0 };
    tally.count += 1;
    tally.sum = (tally.sum + checksumOf(value)) % sumLimit;
    tallies.set(range, tally);
  }
}

function checksumOf(value: Buffer): number {
  return value.length < 4 ? 0 : value.readUInt32BE(value.length - 4);
}

function isSealed(key: Buffer, value: Buffer): boolean {
  try {
    openValue(key, value, 0);
    return true;
  } catch (error) {
    if (error instanceof NodeError || error instanceof RangeError) return false;
    throw error;
  }
}

async function tallyOf(database: Database, range: string): Promise<Tally> {
  const tally = { count: 0, sum: 0 };
  const bounds = { gte: Buffer.from(range), lt: Buffer.from([range.charCodeAt(0) + 1]) };
  for await (const value of database.values(bounds)) {
    tally.count += 1;
    tally.sum = (tally.sum + checksumOf(value)) % sumLimit;
  }
  return tally;
}

function databaseIn(directory: string): Database {
  return new Level(directory, { keyEncoding: "buffer", valueEncoding: "buffer", writeBufferSize: 32 * 1024 * 1024 });
}

/** Gives LevelDB's files in `from` names in `to`; sorted tables never change, so they are shared, the others copied. */
async function linkDatabase(from: string, to: string): Promise<boolean> {
  let names: readonly string[];
  try {
    names = await readdir(from);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw error;
  }
  await mkdir(to);
  for (const name of names) {
    if (name === "LOCK") continue;
    if (!name.endsWith(".ldb") || !(await couldLink(join(from, name), join(to, name)))) {
      await cp(join(from, name), join(to, name));
    }
  }
  return names.includes("CURRENT");
}

/** Not on another file system, nor where links are not allowed: then the file is copied. */
async function couldLink(from: string, to: string): Promise<boolean> {
  return await link(from, to).then(
    () => true,
    () => false,
  );
}
