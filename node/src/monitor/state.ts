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
 * the position after it, so what a crash takes away is the end of it, and those events are looked at again.
 */
export class MonitorState {
  readonly #directory: string;
  #database: Level;

  private constructor(directory: string, database: Level) {
    this.#directory = directory;
    this.#database = database;
  }

  /** Opens the state, or begins a new one where it cannot be opened. @throws NodeError INDEX_FAILED */
  static async open(directory: string): Promise<MonitorState> {
    try {
      return new MonitorState(directory, await opened(directory));
    } catch {
      // Damaged beyond opening: everything in it can be made again.
      await rm(directory, { recursive: true, force: true });
      try {
        return new MonitorState(directory, await opened(directory));
      } catch (error) {
        throw new NodeError("INDEX_FAILED", "the monitor's state cannot be made", { directory }, error);
      }
    }
  }

  /** The value of a key. @throws NodeError INDEX_CORRUPT */
  async get(key: string): Promise<JsonValue | undefined> {
    const sealed = (await this.#database.get(key)) as string | undefined;
    return sealed === undefined ? undefined : unsealed(key, sealed);
  }

  /** Entries with keys from `gte` to before `lt`, in order, at most `limit`. */
  async range(gte: string, lt: string, limit: number): Promise<readonly (readonly [string, JsonValue])[]> {
    const found: [string, JsonValue][] = [];
    for await (const [key, sealed] of this.#database.iterator({ gte, lt, limit }))
      found.push([key, unsealed(key, sealed)]);
    return found;
  }

  /** Makes all of the changes or none. */
  async apply(changes: Changes): Promise<void> {
    await this.#database.batch(
      [...changes].map(([key, value]) =>
        value === undefined ? { type: "del" as const, key } : { type: "put" as const, key, value: sealed(key, value) },
      ),
    );
  }

  /** Forgets everything. */
  async clear(): Promise<void> {
    await this.#database.close();
    await rm(this.#directory, { recursive: true, force: true });
    this.#database = await opened(this.#directory);
  }

  async close(): Promise<void> {
    await this.#database.close();
  }
}

async function opened(directory: string): Promise<Level> {
  const database = new Level(directory, { keyEncoding: "utf8", valueEncoding: "utf8" });
  await database.open();
  return database;
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
