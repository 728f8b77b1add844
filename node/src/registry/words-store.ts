import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Level } from "level";
import { keyOf, seal, unseal } from "./keys.ts";
import { NodeError } from "../errors.ts";

export type Words = Level<string, Buffer>;

/** One key and its value. */
export interface Put {
  readonly type: "put";
  readonly key: string;
  readonly value: Buffer;
}

/** Which keys and values there are: words in another layout are made again. */
const layout = 2;

/** Stands in a generation when it is whole, with its layout; written last. */
const wholeKey = keyOf("m", "whole");
/** Stands in a generation from which something was deleted that its files still hold. */
const staleKey = keyOf("m", "stale");
const copyBatch = 1_000;

/**
 * One LevelDB at a time, in a folder named by its generation.
 *
 * LevelDB keeps what was deleted, in its files and in their manifest, until it happens to merge them, and merging on request does not
 * reach all of it. So what must be gone is left out of a copy that takes the place of the whole, and the old folder is removed.
 */
export class WordsStore {
  readonly #directory: string;
  #generation: number;
  #database: Words;

  private constructor(directory: string, generation: number, database: Words) {
    this.#directory = directory;
    this.#generation = generation;
    this.#database = database;
  }

  /** Opens the newest whole generation and removes all others; begins anew if there is none. */
  static async open(directory: string): Promise<WordsStore> {
    await mkdir(directory, { recursive: true });
    const generations = (await readdir(directory)).map(Number).filter(Number.isInteger);
    for (const generation of generations.toSorted((a, b) => b - a)) {
      const database = await opened(join(directory, String(generation)));
      if (await isWhole(database)) {
        await removeBut(directory, generation);
        return new WordsStore(directory, generation, database);
      }
      await database.close();
    }
    await removeBut(directory, 0);
    const database = await opened(join(directory, "1"));
    await database.put(wholeKey, seal(wholeKey, layout));
    return new WordsStore(directory, 1, database);
  }

  get database(): Words {
    return this.#database;
  }

  /** To be written with what deletes something that must be gone. */
  readonly staleMark = { type: "put" as const, key: staleKey, value: seal(staleKey, 1) };

  /** Whether the files hold what was deleted. */
  async isStale(): Promise<boolean> {
    return (await this.#database.getMany([staleKey]))[0] !== undefined;
  }

  /** Copies what is left to a new generation and removes the old one. Nobody may write meanwhile; a crash leaves one of both whole. */
  async renew(): Promise<void> {
    const [old, generation] = [this.#database, this.#generation + 1];
    const path = join(this.#directory, String(generation));
    await rm(path, { recursive: true, force: true });
    const fresh = await opened(path);
    let batch: Put[] = [];
    for await (const [key, value] of old.iterator()) {
      if (key !== staleKey && key !== wholeKey) batch.push({ type: "put", key, value });
      if (batch.length < copyBatch) continue;
      await fresh.batch(batch);
      batch = [];
    }
    await fresh.batch([...batch, { type: "put", key: wholeKey, value: seal(wholeKey, layout) }], { sync: true });
    [this.#database, this.#generation] = [fresh, generation];
    await old.close();
    await removeBut(this.#directory, generation);
  }

  /** Empties the words. */
  async discard(): Promise<void> {
    await this.#database.clear();
    await this.#database.batch([this.staleMark]);
    await this.renew();
  }

  async close(): Promise<void> {
    await this.#database.close();
  }
}

async function opened(path: string): Promise<Words> {
  const database = new Level<string, Buffer>(path, {
    keyEncoding: "utf8",
    valueEncoding: "buffer",
    writeBufferSize: 16 * 2 ** 20,
    compression: false,
  });
  await database.open();
  return database;
}

async function isWhole(database: Words): Promise<boolean> {
  const [value] = await database.getMany([wholeKey]);
  if (value === undefined) return false;
  try {
    return unseal(wholeKey, value) === layout;
  } catch (error) {
    if (error instanceof NodeError) return false;
    throw error;
  }
}

async function removeBut(directory: string, generation: number): Promise<void> {
  for (const name of await readdir(directory))
    if (name !== String(generation)) await rm(join(directory, name), { recursive: true, force: true });
}
