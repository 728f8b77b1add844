import { dirname, join } from "node:path";
import type { Digest } from "@lianzheng/sdk/encoding";
import { equalBytes } from "@lianzheng/sdk/encoding";
import type { ReadTile, TileCoordinate, TreeEdge, WrittenTile } from "@lianzheng/sdk/log";
import { tilePath, tileWidth } from "@lianzheng/sdk/log";
import type { Failpoint, Files } from "@lianzheng/node/journal";
import { errnoOf, openAfresh, readFully, writeFully } from "@lianzheng/node/journal";
import { NodeError } from "../errors.ts";
import { packed, rootOfPacked } from "./hashing.ts";

const tileBytes = tileWidth * 32;
/** Verified tiles that are kept: of the leaves, and of the levels above, where 1,024 tiles are over sixty million records. */
const maxCached = { leaves: 256, above: 1024 };
/** Full tiles that may wait to be written; beyond it the log waits for the disk. */
const maxPending = 512;

/** What a tile store needs of its log. */
export interface TileSource {
  readonly directory: string;
  readonly files: Files;
  readonly failpoint: Failpoint;
  /** Leaf digests of the records from `first` on, from the journal. */
  readonly leaves: (first: number, count: number) => Promise<readonly Digest[]>;
  /** Told when a tile could not be written. */
  readonly failed: (error: NodeError) => void;
}

/**
 * The tiles of the tree. Full ones lie on disk as C2SP tiles and never change; the partial ones at the right border
 * are held in memory, by the edge.
 *
 * Files are written without sync and are not believed: a tile that is read is checked against its parent, up to the
 * edge, whose root is the one that was signed. A missing or wrong tile is made again from the journal.
 */
export class TileStore {
  readonly #source: TileSource;
  #edge: TreeEdge;
  readonly #leaves = new TileCache(maxCached.leaves);
  // Every proof needs these, and none of them is to go because many leaves were asked for.
  readonly #above = new TileCache(maxCached.above);
  readonly #pending = new Map<string, Uint8Array>();
  readonly #made = new Set<string>();
  #writing: Promise<void> = Promise.resolve();

  constructor(source: TileSource, edge: TreeEdge) {
    this.#source = source;
    this.#edge = edge;
  }

  /** Takes the tiles that an append changed, and the new border. Resolves at once unless too many wait for the disk. */
  async advance(edge: TreeEdge, tiles: readonly WrittenTile[]): Promise<void> {
    this.#edge = edge;
    for (const { coordinate, bytes } of tiles) {
      if (coordinate.width < tileWidth) continue;
      this.#enqueue(tilePath(coordinate), bytes);
    }
    if (this.#pending.size > maxPending) await this.#writing;
  }

  /** Reads a tile: at least `width` digests. Throws LOG_RANGE for one that the tree does not have. */
  readonly read: ReadTile = async ({ level, index, width }) => {
    const partial = this.#partial(level, index);
    if (partial === undefined) return await this.#full(level, index);
    if (partial.length >= width) return packed(partial.slice(0, width));
    throw new NodeError("LOG_RANGE", `there is no tile ${tilePath({ level, index, width })} yet`);
  };

  /** Resolves when all full tiles that the tree has now are written, or told as failed. */
  async written(): Promise<void> {
    await this.#writing;
  }

  /** Resolves when all full tiles are written. */
  async close(): Promise<void> {
    await this.#writing;
  }

  /** The digests of a tile that is not full; undefined for a full one, none for one to the right of the tree. */
  #partial(level: number, index: number): readonly Digest[] | undefined {
    const last = Math.floor(this.#edge.size / tileWidth ** (level + 1));
    if (index < last) return undefined;
    return index === last ? (this.#edge.partials[level] ?? []) : [];
  }

  async #full(level: number, index: number): Promise<Uint8Array> {
    const path = tilePath({ level, index, width: tileWidth });
    const cache = level === 0 ? this.#leaves : this.#above;
    const known = this.#pending.get(path) ?? cache.get(path);
    if (known !== undefined) return known;
    const root = await this.#parentDigest(level, index);
    const stored = await readStored(this.#source, level, index);
    const bytes =
      stored !== undefined && equalBytes(rootOfPacked(stored), root) ? stored : await this.#again(level, index, root);
    cache.set(path, bytes);
    return bytes;
  }

  async #parentDigest(level: number, index: number): Promise<Digest> {
    const at = index % tileWidth;
    const parent = await this.read({ level: level + 1, index: Math.floor(index / tileWidth), width: at + 1 });
    return parent.slice(at * 32, (at + 1) * 32);
  }

  async #again(level: number, index: number, root: Digest): Promise<Uint8Array> {
    for (const believe of [true, false]) {
      const bytes = await rebuildTile(this.#source, { level, index, width: tileWidth }, believe);
      if (!equalBytes(rootOfPacked(bytes), root)) continue;
      this.#enqueue(tilePath({ level, index, width: tileWidth }), bytes);
      return bytes;
    }
    throw new NodeError("LOG_CORRUPT", `tile ${level}/${index} made from the journal is not the one that was signed`);
  }

  /** One file at a time, in order: two writers of one tile would meet under its temporary name. */
  #enqueue(path: string, bytes: Uint8Array): void {
    this.#pending.set(path, bytes);
    this.#writing = this.#writing.then(() => this.#write(path, bytes));
  }

  /** Whole under its name or not at all. A crash leaves a file without the name, which the next write replaces. */
  async #write(path: string, bytes: Uint8Array): Promise<void> {
    const { directory, files, failpoint, failed } = this.#source;
    const target = join(directory, path);
    try {
      await this.#makeDirectory(dirname(target));
      await failpoint("tile.beforeWrite");
      const file = await openAfresh(files, `${target}.new`);
      try {
        await writeFully(file, bytes, 0);
      } finally {
        await file.close();
      }
      await failpoint("tile.beforeRename");
      await files.rename(`${target}.new`, target);
    } catch (error) {
      failed(new NodeError("LOG_TILE_FAILED", `the tile ${path} cannot be written`, { file: target }, error));
    } finally {
      this.#pending.delete(path);
    }
  }

  async #makeDirectory(directory: string): Promise<void> {
    if (this.#made.has(directory)) return;
    await this.#source.files.makeDirectory(directory);
    this.#made.add(directory);
  }
}

/** The tiles that were asked for last, by path. */
class TileCache {
  readonly #most: number;
  readonly #tiles = new Map<string, Uint8Array>();

  constructor(most: number) {
    this.#most = most;
  }

  get(path: string): Uint8Array | undefined {
    const bytes = this.#tiles.get(path);
    if (bytes !== undefined) this.set(path, bytes);
    return bytes;
  }

  set(path: string, bytes: Uint8Array): void {
    // A Map keeps the order in which keys came in: what was asked for last stands last.
    this.#tiles.delete(path);
    this.#tiles.set(path, bytes);
    const [oldest] = this.#tiles.keys();
    if (this.#tiles.size > this.#most && oldest !== undefined) this.#tiles.delete(oldest);
  }
}

/** The file of a full tile, not verified; undefined if it is missing or has another length. */
async function readStored({ directory, files }: TileSource, level: number, index: number): Promise<Buffer | undefined> {
  try {
    const file = await files.open(join(directory, tilePath({ level, index, width: tileWidth })), "read");
    try {
      const bytes = await readFully(file, 0, tileBytes + 1);
      return bytes.length === tileBytes ? Buffer.from(bytes) : undefined;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw new NodeError("LOG_TILE_FAILED", `tile ${level}/${index} cannot be read`, {}, error);
  }
}

/**
 * Makes a tile again: leaves from the journal, higher ones from the tiles below.
 * `believe` takes full tiles below from their files unverified, which is fast, and which the caller then verifies.
 */
export async function rebuildTile(source: TileSource, coordinate: TileCoordinate, believe: boolean): Promise<Buffer> {
  const { level, index, width } = coordinate;
  const first = index * tileWidth;
  if (level === 0) return packed(await source.leaves(first, width));
  const roots: Digest[] = [];
  for (let child = first; child < first + width; child += 1) {
    const stored = believe ? await readStored(source, level - 1, child) : undefined;
    const below = { level: level - 1, index: child, width: tileWidth };
    roots.push(rootOfPacked(stored ?? (await rebuildTile(source, below, believe))));
  }
  return packed(roots);
}
