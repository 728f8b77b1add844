import { createHash } from "node:crypto";
import { rm } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { Level } from "level";
import type { JsonValue } from "@lianzheng/sdk/record";
import { NodeError } from "../errors.ts";

/** What one event changes; undefined takes a key away. */
export type Changes = Map<string, JsonValue | undefined>;

/**
 * What the monitor remembers, in LevelDB: its position, what rules count, and the list of warnings.
 *
 * Nothing of it is the truth: it can be deleted, and is made again from the log. One event's changes are one batch with
 * the position after it, so what a crash takes away is the end of it, and those events are looked at again. LevelDB may
 * lose batches in the middle to a flipped bit without a word, and then rules would count wrong: so each batch also writes
 * the sum over all entries, which opening adds up again.
 */
export class MonitorState {
  /** Why opening began a new state; undefined if it did not. */
  readonly damage: unknown;
  readonly #directory: string;
  #database: Level;
  #sum: Buffer;

  private constructor(directory: string, { database, sum }: OpenedState, damage: unknown) {
    this.#directory = directory;
    this.#database = database;
    this.#sum = sum;
    this.damage = damage;
  }

  /** Opens the state, or begins a new one where it cannot be opened or is not whole. @throws NodeError INDEX_FAILED */
  static async open(directory: string): Promise<MonitorState> {
    try {
      return new MonitorState(directory, await opened(directory), undefined);
    } catch (damage) {
      // Everything in it can be made again.
      await rm(directory, { recursive: true, force: true });
      try {
        return new MonitorState(directory, await opened(directory), damage);
      } catch (error) {
        throw new NodeError("INDEX_FAILED", "the monitor's state cannot be made", { directory }, error);
      }
    }
  }

  /** The value of a key. @throws NodeError INDEX_CORRUPT */
  async get(key: string): Promise<JsonValue | undefined> {
    const sealed = await this.#asking(() => this.#database.get(key) as Promise<string | undefined>);
    return sealed === undefined ? undefined : unsealed(key, sealed);
  }

  /** Entries with keys from `gte` to before `lt`, in order, at most `limit`. @throws NodeError INDEX_CORRUPT */
  async range(gte: string, lt: string, limit: number): Promise<readonly (readonly [string, JsonValue])[]> {
    const found = await this.#asking(() => this.#database.iterator({ gte, lt, limit }).all());
    return found.map(([key, sealed]) => [key, unsealed(key, sealed)] as const);
  }

  /** Makes all of the changes or none. Not to be called again before it has settled. @throws NodeError INDEX_CORRUPT */
  async apply(changes: Changes): Promise<void> {
    const keys = [...changes.keys()];
    const before = await this.#asking(() => this.#database.getMany(keys) as Promise<(string | undefined)[]>);
    const sum = Buffer.from(this.#sum);
    const batch = [...changes].map(([key, value], at) => {
      addTo(sum, key, before[at]);
      if (value === undefined) return { type: "del" as const, key };
      const text = sealed(key, value);
      addTo(sum, key, text);
      return { type: "put" as const, key, value: text };
    });
    const total = { type: "put" as const, key: sumKey, value: sum.toString("hex") };
    await this.#asking(() => this.#database.batch([...batch, total]));
    this.#sum = sum;
  }

  /** Asks LevelDB; files of it that are damaged are a damage of the state, which is then made again. */
  async #asking<T>(ask: () => Promise<T>): Promise<T> {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "LEVEL_CORRUPTION")) throw error;
      throw new NodeError("INDEX_CORRUPT", "a file of the monitor's state is damaged; it is made again", {}, error);
    }
  }

  /** Forgets everything. */
  async clear(): Promise<void> {
    await this.#database.close();
    await rm(this.#directory, { recursive: true, force: true });
    const { database, sum } = await opened(this.#directory);
    this.#database = database;
    this.#sum = sum;
  }

  async close(): Promise<void> {
    await this.#database.close();
  }
}

interface OpenedState {
  readonly database: Level;
  readonly sum: Buffer;
}

/** Opens the database and adds it up. @throws NodeError INDEX_CORRUPT if the sum is another than was written */
async function opened(directory: string): Promise<OpenedState> {
  const database = new Level(directory, { keyEncoding: "utf8", valueEncoding: "utf8" });
  await database.open();
  try {
    const sum = Buffer.alloc(sumBytes);
    let written = sum.toString("hex");
    for await (const [key, value] of database.iterator()) {
      if (key === sumKey) written = value;
      else addTo(sum, key, value);
    }
    if (sum.toString("hex") === written) return { database, sum };
    throw new NodeError("INDEX_CORRUPT", "the monitor's state is not whole; it is made again", { directory });
  } catch (error) {
    await database.close();
    throw error;
  }
}

/** Behind all other keys, and in none of their ranges. */
const sumKey = "~sum";
const sumBytes = 16;

/** Adds an entry to a sum over a set of entries, or takes it out: either is the same. */
function addTo(sum: Buffer, key: string, text: string | undefined): void {
  if (text === undefined) return;
  const digest = createHash("sha256").update(`${key}\n${text}`).digest();
  for (const [at, byte] of sum.entries()) sum[at] = byte ^ (digest[at] ?? 0);
}

/** LevelDB does not check what it reads; the checksum is over key and value. */
function sealed(key: string, value: JsonValue): string {
  const text = JSON.stringify(value);
  return `${checksumOf(key, text)}${text}`;
}

function unsealed(key: string, text: string): JsonValue {
  const value = text.slice(8);
  if (text.slice(0, 8) === checksumOf(key, value)) return JSON.parse(value) as JsonValue;
  throw new NodeError("INDEX_CORRUPT", "a value of the monitor's state is damaged; it is made again", { key });
}

function checksumOf(key: string, text: string): string {
  return crc32(text, crc32(key)).toString(16).padStart(8, "0");
}
