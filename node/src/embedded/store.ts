import { createHash } from "node:crypto";
import { Level } from "level";
import { ChainError } from "../chain-error.ts";

/** One change to the store. */
export type StoreChange =
  | { readonly type: "put"; readonly key: string; readonly value: Uint8Array }
  | { readonly type: "del"; readonly key: string };

const checksumBytes = 8;

/** First 8 bytes of SHA-256 over key and value: LevelDB was seen to return a wrong value for a flipped bit without an error. */
function checksum(key: string, value: Uint8Array): Uint8Array {
  return createHash("sha256").update(key).update("\0").update(value).digest().subarray(0, checksumBytes);
}

function wrap(key: string, value: Uint8Array): Uint8Array {
  const wrapped = new Uint8Array(checksumBytes + value.length);
  wrapped.set(checksum(key, value));
  wrapped.set(value, checksumBytes);
  return wrapped;
}

function unwrap(key: string, wrapped: Uint8Array): Uint8Array {
  const value = wrapped.subarray(checksumBytes);
  if (wrapped.length >= checksumBytes && Buffer.compare(wrapped.subarray(0, checksumBytes), checksum(key, value)) === 0)
    return value;
  throw new ChainError("C_DAMAGED", `the value of ${key} in the chain's folder is not what was written`, { key });
}

/**
 * The one LevelDB database of a chain, every value with a checksum bound to its key.
 *
 * Keys: `t/<hash>` trie nodes and code, `b/<number>` blocks, `r/<number>` receipts, `h/<block hash>` and `x/<transaction hash>`
 * where to find them, `la/…` and `lt/…` log index, `p/<transaction hash>` transactions that wait, `m/…` identity and head.
 * All but `m/`, `b/`, `p/` could be made again by running the blocks from the first.
 */
export class ChainStore {
  readonly #level: Level<string, Uint8Array>;
  #failure: ChainError | undefined;

  private constructor(level: Level<string, Uint8Array>) {
    this.#level = level;
  }

  /** Opens the database in `directory`, making it if it is missing. Rejects with level's own error, its lock included. */
  static async open(directory: string): Promise<ChainStore> {
    const level = new Level<string, Uint8Array>(directory, { keyEncoding: "utf8", valueEncoding: "view" });
    await level.open();
    return new ChainStore(level);
  }

  /** @throws ChainError C_DAMAGED when the value is not what was written under this key, C_STORAGE when it cannot be read */
  async get(key: string): Promise<Uint8Array | undefined> {
    const wrapped = await this.#read(key);
    return wrapped === undefined ? undefined : unwrap(key, wrapped);
  }

  async #read(key: string): Promise<Uint8Array | undefined> {
    try {
      return await this.#level.get(key);
    } catch (cause) {
      throw new ChainError("C_STORAGE", "the chain's folder cannot be read", { key }, cause);
    }
  }

  /** Keys from `from` (inclusive) to `to` (exclusive) in order, `limit` at most. */
  async keys(from: string, to: string, limit = -1): Promise<string[]> {
    return this.#level.keys({ gte: from, lt: to, limit }).all();
  }

  /**
   * Applies all changes or none. Resolves after fsync. A failed write is neither done nor undone until the database is opened
   * again (LevelDB may replay it), so after one failure every further write fails too.
   *
   * @throws ChainError C_STORAGE
   */
  async write(changes: readonly StoreChange[]): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    const operations = changes.map((change) =>
      change.type === "put" ? { ...change, value: wrap(change.key, change.value) } : change,
    );
    try {
      await this.#level.batch(operations, { sync: true });
    } catch (cause) {
      this.#failure = storageError(cause);
      throw this.#failure;
    }
  }

  async close(): Promise<void> {
    await this.#level.close();
  }
}

function storageError(cause: unknown): ChainError {
  return new ChainError("C_STORAGE", "the chain's folder cannot be written; open the chain again", {}, cause);
}

/** Block number in a key, so that the order of keys is the order of numbers. */
export function keyNumber(number: number): string {
  return number.toString(16).padStart(14, "0");
}
