import type { KeyObject } from "node:crypto";
import { join } from "node:path";
import type { Files } from "@lianzheng/node/journal";
import { errnoOf, readFully, writeFully } from "@lianzheng/node/journal";
import { NodeError } from "../errors.ts";
import type { VaultFailpoint } from "./failpoint.ts";
import type { Shard } from "./shard.ts";
import { decodeShard, encodeShard } from "./shard.ts";
import type { ShardFile } from "./shard-file.ts";
import { decodeShardFile, encodeShardFile, maxShardFileBytes, openShardFile } from "./shard-file.ts";

/** Where shards are kept, and for whom. */
export interface ShardStore {
  readonly directory: string;
  /** SHA-256 of the log's identity. */
  readonly identity: Buffer;
  /** What the files are sealed under. */
  readonly key: KeyObject;
  readonly files: Files;
  readonly failpoint: VaultFailpoint;
}

/** A shard as it stands on disk. */
export interface StoredShard extends Shard {
  readonly version: number;
}

/** A copy that was mended at the opening: which file, and what was wrong with it. */
export interface MendedCopy {
  readonly file: string;
  readonly reason: "missing" | "damaged" | "older";
}

const copies = ["a", "b"] as const;
type Copy = (typeof copies)[number];

/** The number of the shard that a file of the vault belongs to; undefined for another file. */
export function shardOfName(name: string): number | undefined {
  const digits = /^([0-9a-f]{8})\.[ab]$/.exec(name)?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}

function pathOf({ directory }: ShardStore, shard: number, copy: Copy): string {
  return join(directory, `${shard.toString(16).padStart(8, "0")}.${copy}`);
}

/**
 * Puts a shard on disk in both copies, one after the other, each in its own place.
 *
 * Written over what was there, not beside it, so that a destroyed key's bytes do not stay behind in freed blocks (as far
 * as the file system writes in place). A crash leaves at most one copy torn or older: the other is whole, for it was
 * checked right before. Resolves when both are on the device.
 */
export async function writeShard(store: ShardStore, shard: number, content: Shard, version: number): Promise<void> {
  const text = encodeShard(content);
  try {
    for (const copy of copies) {
      if (version > 1) await assertOther(store, shard, copy);
      await writeCopy(store, shard, copy, { version, text });
      await store.failpoint(copy === "a" ? "vault.firstCopy" : "vault.secondCopy");
    }
  } finally {
    text.fill(0);
  }
}

/** The copy that is not written now must be whole, or a crash in this write would lose both. */
async function assertOther(store: ShardStore, shard: number, copy: Copy): Promise<void> {
  const other = pathOf(store, shard, copy === "a" ? "b" : "a");
  const bytes = await readCopy(store, other);
  if (bytes !== undefined && decodeShardFile(bytes) !== undefined) return;
  throw new NodeError(
    "VAULT_CORRUPT",
    `${other} is damaged; start the node again, which mends it from its other copy`,
    {
      file: other,
    },
  );
}

async function writeCopy(
  store: ShardStore,
  shard: number,
  copy: Copy,
  { version, text }: { readonly version: number; readonly text: Uint8Array },
): Promise<void> {
  const { files, directory, identity, key } = store;
  const path = pathOf(store, shard, copy);
  const { file, isNew } = await openForWriting(files, path);
  try {
    const length = isNew ? 0 : await file.size();
    await store.failpoint("vault.beforeWrite");
    await writeFully(file, encodeShardFile({ shard, version, identity, text }, key, length), 0);
    await store.failpoint("vault.afterWrite");
    await file.datasync();
  } finally {
    await file.close();
  }
  if (isNew) await files.syncDirectory(directory);
}

async function openForWriting(
  files: Files,
  path: string,
): Promise<{ readonly file: Awaited<ReturnType<Files["open"]>>; readonly isNew: boolean }> {
  try {
    return { file: await files.open(path, "change"), isNew: false };
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    return { file: await files.open(path, "create"), isNew: true };
  }
}

/** The bytes of a copy; undefined where there is no file. */
async function readCopy({ files }: ShardStore, path: string): Promise<Buffer | undefined> {
  try {
    const file = await files.open(path, "read");
    try {
      return Buffer.from(await readFully(file, 0, Math.min(await file.size(), maxShardFileBytes)));
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

interface FoundCopy {
  readonly copy: Copy;
  readonly path: string;
  readonly bytes: Buffer | undefined;
  readonly file: ShardFile | undefined;
}

/** What is done about a copy that is missing, damaged or older. */
export interface Mending {
  /** Whether it is written again from the other one. */
  readonly mends: boolean;
  readonly told: (copy: MendedCopy) => void;
}

/**
 * Reads a shard, and mends the copy that is missing, damaged or older than the other.
 *
 * An older copy is never preferred and never left: it may hold a key that was destroyed since.
 *
 * @throws NodeError VAULT_CORRUPT: no copy is whole, or both are and contradict each other; VAULT_IDENTITY: of another log, or
 *   another shard; VAULT_KEY: sealed under another key
 */
export async function readShard(store: ShardStore, shard: number, mending: Mending): Promise<StoredShard> {
  const found: FoundCopy[] = [];
  for (const copy of copies) {
    const path = pathOf(store, shard, copy);
    const bytes = await readCopy(store, path);
    const file = bytes === undefined ? undefined : decodeShardFile(bytes);
    if (file !== undefined) assertBelongs(store, shard, path, file);
    found.push({ copy, path, bytes, file });
  }
  const best = newestOf(found);
  if (best?.file === undefined) throw lost(store, shard);
  const text = openShardFile(best.file, store.key);
  if (text === undefined) throw anotherKey(best.path);
  await mendOthers(store, found, best.file, text, mending);
  const content = decodeShard(text);
  text.fill(0);
  return { ...content, version: best.file.version };
}

function newestOf(found: readonly FoundCopy[]): FoundCopy | undefined {
  const whole = found.filter(({ file }) => file !== undefined);
  const [first, second] = whole;
  if (first?.file === undefined || second?.file === undefined) return first;
  if (first.file.version !== second.file.version) return first.file.version > second.file.version ? first : second;
  return first;
}

async function mendOthers(
  store: ShardStore,
  found: readonly FoundCopy[],
  { shard, version }: ShardFile,
  text: Buffer,
  { mends, told }: Mending,
): Promise<void> {
  for (const { copy, path, bytes, file } of found) {
    if (file?.version === version) {
      const other = openShardFile(file, store.key);
      if (other?.equals(text) === true) continue;
      throw other === undefined ? anotherKey(path) : contradiction(path, version);
    }
    // One behind is what a crash leaves; more is somebody's doing, such as half of a restored backup.
    if (file !== undefined && version - file.version > 1) throw contradiction(path, version);
    if (mends) await writeCopy(store, shard, copy, { version, text });
    told({ file: path, reason: bytes === undefined ? "missing" : file === undefined ? "damaged" : "older" });
  }
}

function assertBelongs({ identity }: ShardStore, shard: number, path: string, file: ShardFile): void {
  if (!file.identity.equals(identity)) {
    throw new NodeError("VAULT_IDENTITY", `${path} belongs to another log`, { file: path });
  }
  if (file.shard === shard) return;
  throw new NodeError("VAULT_IDENTITY", `${path} holds shard ${file.shard}: files of the vault were swapped`, {
    file: path,
  });
}

function lost(store: ShardStore, shard: number): NodeError {
  const file = pathOf(store, shard, "a");
  return new NodeError("VAULT_CORRUPT", `${file} and its other copy are both damaged; restore one from a copy`, {
    file,
  });
}

function contradiction(file: string, version: number): NodeError {
  const message = `${file} contradicts its other copy, which is of version ${version}; restore both from one copy`;
  return new NodeError("VAULT_CORRUPT", message, { file });
}

function anotherKey(file: string): NodeError {
  const message = `${file} was sealed under another key than keys/vault.json holds; restore the two together`;
  return new NodeError("VAULT_KEY", message, { file });
}
