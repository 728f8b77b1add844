import { createSecretKey, hash, randomBytes } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { Files } from "@lianzheng/node/journal";
import { diskFiles } from "@lianzheng/node/journal";
import { NodeError } from "../errors.ts";
import type { MendedCopy, Mending, ShardStore, StoredShard } from "./copies.ts";
import { readShard, shardOfName, writeShard } from "./copies.ts";
import type { VaultFailpoint } from "./failpoint.ts";
import { KeyTree, seedBytes } from "./key-tree.ts";
import { shardRecords } from "./shard.ts";

/** How a vault is opened. */
export interface VaultOptions {
  readonly directory: string;
  /** Whose vault it is: the identity of the log's journal. */
  readonly identity: string;
  /** 32 bytes that every file is sealed under (keys/vault.json). */
  readonly key: Uint8Array;
  /** Records in the log: their shards must be there. */
  readonly records: number;
  readonly files?: Files;
  readonly failpoint?: VaultFailpoint;
  readonly onMended?: (copy: MendedCopy) => void;
}

/** A key to destroy, and the log index of the `record.erasure` that says so. */
export interface KeyErasure {
  readonly index: number;
  readonly by: number;
}

/**
 * The keys under which the log's records are sealed, one for each index, and nothing else.
 *
 * A shard is on disk, in both copies, before a record can be sealed under one of its keys; the next one is made ahead, so
 * that sealing does not wait for a disk. Destroying keys rewrites a shard. After a failed write nothing more is written by
 * this object: what the disk then holds only the next opening can tell. One process at a time: the journal's lock guards
 * the vault too.
 */
export class Vault {
  readonly #store: ShardStore;
  readonly #shards = new Map<number, StoredShard>();
  readonly #needed: number;
  #writing: Promise<void> = Promise.resolve();
  #failure: NodeError | undefined;

  private constructor(store: ShardStore, needed: number) {
    this.#store = store;
    this.#needed = needed;
  }

  /**
   * Opens the vault of a log with `records` records, or makes a new one for an empty log. Reads every shard, mends a copy
   * that is missing, damaged or older, and makes the shard of the next record and the one after it.
   *
   * @throws NodeError VAULT_MISSING, VAULT_CORRUPT, VAULT_IDENTITY, VAULT_KEY; VAULT_FAILED when the disk refuses
   */
  static async open(options: VaultOptions): Promise<Vault> {
    const { directory, identity, records, files = diskFiles, failpoint = () => undefined } = options;
    const digest = hash("sha256", identity, "buffer");
    const store = { directory, identity: digest, key: sealingKey(options.key), files, failpoint };
    const vault = new Vault(store, Math.ceil(records / shardRecords));
    try {
      await files.makeDirectory(directory);
      await vault.#readAll({ mends: true, told: options.onMended ?? (() => undefined) });
      await vault.#make(Math.floor(records / shardRecords) + 1);
    } catch (error) {
      throw failureOf(error);
    }
    return vault;
  }

  /**
   * Opens the shards that are there for reading keys, and changes nothing on disk: no shard is made, no copy mended. Whoever
   * checks a folder must not make a vault where one was lost.
   *
   * @throws NodeError VAULT_CORRUPT, VAULT_IDENTITY, VAULT_KEY; VAULT_FAILED when the disk refuses
   */
  static async inspect({
    directory,
    identity,
    key,
    files = diskFiles,
  }: Pick<VaultOptions, "directory" | "identity" | "key" | "files">): Promise<Vault> {
    const digest = hash("sha256", identity, "buffer");
    const store = { directory, identity: digest, key: sealingKey(key), files, failpoint: () => undefined };
    const vault = new Vault(store, Infinity);
    vault.#failure = new NodeError("VAULT_FAILED", "the vault was opened for reading only");
    for (const shard of await vault.#found()) {
      vault.#shards.set(shard, await readShard(store, shard, { mends: false, told: () => undefined }));
    }
    return vault;
  }

  /** Why nothing more is written; undefined while all is well. Keys that are there can still be read. */
  get failure(): NodeError | undefined {
    return this.#failure;
  }

  /**
   * Sees to it that the keys of all records below `end` are on disk; true if they are already. What it starts in the
   * background is the shard after those.
   *
   * Rejects with VAULT_FAILED: no record may be sealed under a key that is not there.
   */
  reserve(end: number): true | Promise<void> {
    const last = Math.floor(Math.max(end - 1, 0) / shardRecords);
    const made = this.#shards.has(last);
    if (made && this.#shards.has(last + 1)) return true;
    const making = this.#enqueue(() => this.#make(last + 1));
    if (!made) return making;
    // The next shard is not needed yet. That it cannot be made is told by `failure`, and by who needs it.
    making.catch(() => undefined);
    return true;
  }

  /**
   * The key of the record at `index`, 32 bytes, not to be kept; undefined once it is destroyed. Throws VAULT_MISSING for an
   * index that was not reserved.
   */
  key(index: number): Buffer | undefined {
    return this.#shardOf(index).tree.key(index % shardRecords);
  }

  /** Log index of the `record.erasure` that the key of `index` was destroyed by; undefined while the key is there. */
  erasedBy(index: number): number | undefined {
    return this.#shardOf(index).erased.get(index % shardRecords);
  }

  /** Log indexes of the erasures that were carried out, in no order. */
  *erasures(): Iterable<number> {
    for (const { erased } of this.#shards.values()) yield* erased.values();
  }

  /**
   * Destroys keys. Resolves when no copy on disk and nothing in memory has them; those that are destroyed already stay as
   * they are.
   *
   * Rejects with VAULT_FAILED or VAULT_CORRUPT: destroyed or not, which only the next opening tells; ask it again then.
   */
  async erase(erasures: readonly KeyErasure[]): Promise<void> {
    await this.#enqueue(() => this.#eraseAll(erasures));
  }

  /** Waits for what is being written, then forgets all keys. */
  async close(): Promise<void> {
    await this.#writing;
    for (const { tree } of this.#shards.values()) tree.wipe();
    this.#shards.clear();
  }

  async #eraseAll(erasures: readonly KeyErasure[]): Promise<void> {
    for (const number of new Set(erasures.map(({ index }) => Math.floor(index / shardRecords)))) {
      const shard = this.#shardOf(number * shardRecords);
      const wanted = erasures.filter(({ index }) => Math.floor(index / shardRecords) === number);
      const fresh = wanted.filter(({ index }) => !shard.erased.has(index % shardRecords));
      if (fresh.length === 0) continue;
      const positions = fresh.map(({ index }) => index % shardRecords);
      const tombstones = fresh.map(({ index, by }) => [index % shardRecords, by] as const);
      const next = { tree: shard.tree.without(positions), erased: new Map([...shard.erased, ...tombstones]) };
      const version = shard.version + 1;
      await writeShard(this.#store, number, next, version);
      shard.tree.wipe();
      this.#shards.set(number, { ...next, version });
    }
  }

  async #found(): Promise<ReadonlySet<number>> {
    const names = await this.#store.files.list(this.#store.directory);
    return new Set(names.map(shardOfName).filter((shard) => shard !== undefined));
  }

  async #readAll(mending: Mending): Promise<void> {
    const found = await this.#found();
    for (let shard = 0; shard < this.#needed; shard += 1) {
      if (!found.has(shard)) throw missing(this.#store.directory, shard);
    }
    for (const shard of found) await this.#read(shard, mending);
  }

  /** A shard that no record needs yet may be half made: a crash was in between. It is made again. */
  async #read(shard: number, mending: Mending): Promise<void> {
    try {
      this.#shards.set(shard, await readShard(this.#store, shard, mending));
    } catch (error) {
      const isUnborn = error instanceof NodeError && error.code === "VAULT_CORRUPT" && shard >= this.#needed;
      if (!isUnborn) throw error;
    }
  }

  async #make(upTo: number): Promise<void> {
    for (let shard = 0; shard <= upTo; shard += 1) {
      if (this.#shards.has(shard)) continue;
      const seed = randomBytes(seedBytes);
      const stored = { tree: KeyTree.fromSeed(seed), erased: new Map<number, number>(), version: 1 };
      seed.fill(0);
      await writeShard(this.#store, shard, stored, 1);
      this.#shards.set(shard, stored);
    }
  }

  /** One write after the other; after one that failed, none. */
  #enqueue(write: () => Promise<void>): Promise<void> {
    const done = this.#writing.then(async () => {
      if (this.#failure !== undefined) throw this.#failure;
      try {
        await write();
      } catch (error) {
        throw (this.#failure = failureOf(error));
      }
    });
    this.#writing = done.catch(() => undefined);
    return done;
  }

  #shardOf(index: number): StoredShard {
    const number = Math.floor(index / shardRecords);
    const shard = this.#shards.get(number);
    if (shard === undefined) throw missing(this.#store.directory, number);
    return shard;
  }
}

function sealingKey(key: Uint8Array): KeyObject {
  if (key.length !== seedBytes) throw new TypeError("the vault's key is 32 bytes");
  return createSecretKey(key);
}

function missing(directory: string, shard: number): NodeError {
  const message = `${directory} has no keys for the records from ${shard * shardRecords} on: restore it from a copy`;
  return new NodeError("VAULT_MISSING", message, { file: directory, shard });
}

function failureOf(error: unknown): NodeError {
  if (error instanceof NodeError) return error;
  return new NodeError("VAULT_FAILED", "a write to the vault failed; look at the disk, then start again", {}, error);
}
