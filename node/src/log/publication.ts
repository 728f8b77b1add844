import { dirname, join } from "node:path";
import { utf8 } from "@lianzheng/sdk/encoding";
import type { TileCoordinate, TreeEdge } from "@lianzheng/sdk/log";
import { encodeEntryBundle, entriesPath, parseCheckpointText, tilePath, tileWidth } from "@lianzheng/sdk/log";
import type { Files } from "@lianzheng/node/journal";
import { errnoOf, openAfresh, readFully, writeFully } from "@lianzheng/node/journal";
import { packed } from "./hashing.ts";
import type { TileStore } from "./tile-store.ts";

/** How the log is put into files. */
export interface PublicationRules {
  /** `open`: entries too, for everybody who can read the files; `members`: hashes only. */
  readonly entries: "members" | "open";
  /** From one publication to the next, while the log grows, ms. */
  readonly everyMs: number;
  /** Adds what witnesses sign to a checkpoint; the checkpoint itself where none do. */
  readonly cosign?: (checkpoint: string) => Promise<string>;
}

/** What is published, and how it is written. */
export interface PublicationParts extends PublicationRules {
  /** Folder of the tiles. */
  readonly directory: string;
  readonly files: Files;
  readonly tiles: TileStore;
  readonly tip: () => Tip;
  /** Whether the folder is still this process's: into another's nothing is written. */
  readonly mayWrite: () => boolean;
  /** Texts of entries, from the journal. */
  readonly entriesAt: (first: number, count: number) => Promise<readonly string[]>;
  /** Told of a publication that could not be written; the next one tries again. */
  readonly failed: (error: unknown) => void;
}

/** Where the log stands: its newest checkpoint, and the border of the very tree that it signs. */
export interface Tip {
  readonly checkpoint: string;
  readonly edge: TreeEdge;
}

const fullTileBytes = tileWidth * 32;

/**
 * Keeps `log/` a whole C2SP tlog-tiles log, which any web server may serve.
 *
 * Every file of a tree is there before the checkpoint that names the tree, and each appears under its name whole. A crash
 * in between leaves files that no checkpoint asks for yet. Partial tiles go when their full tile is there, as tlog-tiles
 * allows; none that a published checkpoint needs goes before.
 */
export class LogPublication {
  readonly #parts: PublicationParts;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | undefined;
  /** Leaves of the tree that is published; undefined until the files were looked through. */
  #size: number | undefined;
  #checkpoint: string | undefined;

  constructor(parts: PublicationParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => void this.publish(), parts.everyMs).unref();
  }

  /** The checkpoint that was published last, with what witnesses signed; undefined before the first one. */
  get checkpoint(): string | undefined {
    return this.#checkpoint;
  }

  /** Publishes the newest tree, unless it is. Resolves when that is done or told as failed; one at a time. */
  async publish(): Promise<void> {
    this.#running ??= this.#publish()
      .catch((error: unknown) => this.#parts.failed(error))
      .finally(() => (this.#running = undefined));
    await this.#running;
  }

  /** As {@link publish}, of the tree as it is now: one that is on its way may be of an older tree. */
  async publishNewest(): Promise<void> {
    await this.#running;
    await this.publish();
  }

  /** Publishes what is new once more, and ends. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.publishNewest();
  }

  async #publish(): Promise<void> {
    const { tip, tiles, cosign } = this.#parts;
    const { checkpoint, edge } = tip();
    if (edge.size === this.#size || !this.#parts.mayWrite()) return;
    const before = this.#size ?? (await this.#lookThrough(edge));
    await tiles.written();
    await this.#writePartials(edge);
    if (this.#parts.entries === "open") await this.#writeEntries(before, edge.size);
    const cosigned = cosign === undefined ? checkpoint : await cosign(checkpoint);
    await this.#write("checkpoint", utf8(cosigned));
    this.#size = edge.size;
    this.#checkpoint = cosigned;
    await this.#removePartials(before, edge.size);
  }

  /** After a start: makes what a crash took away, and answers the size from which on nothing is published yet. */
  async #lookThrough(edge: TreeEdge): Promise<number> {
    const { directory, files, entries } = this.#parts;
    if (entries === "members") await files.remove(join(directory, "tile", "entries"));
    await this.#mendTiles(edge.size);
    const size = await this.#publishedSize();
    const bundles = entries === "open" ? await this.#firstMissingBundle(edge.size) : Infinity;
    return Math.min(size, edge.size, bundles * tileWidth);
  }

  /** A full tile is written without sync: a power cut may have taken its name, or its bytes. */
  async #mendTiles(size: number): Promise<void> {
    for (let level = 0; Math.floor(size / tileWidth ** (level + 1)) > 0; level += 1) {
      const full = Math.floor(size / tileWidth ** (level + 1));
      const there = new Names(this.#parts.files);
      for (let index = 0; index < full; index += 1) {
        const coordinate = { level, index, width: tileWidth };
        const path = join(this.#parts.directory, tilePath(coordinate));
        const isNew = index >= full - newestLookedInto;
        if ((await there.has(path)) && !(isNew && (await this.#lengthOf(path)) !== fullTileBytes)) continue;
        await this.#parts.tiles.read(coordinate);
      }
    }
  }

  async #firstMissingBundle(size: number): Promise<number> {
    const there = new Names(this.#parts.files);
    const full = Math.floor(size / tileWidth);
    for (let index = 0; index < full; index += 1) {
      if (!(await there.has(join(this.#parts.directory, entriesPath({ index, width: tileWidth }))))) return index;
    }
    return full;
  }

  async #publishedSize(): Promise<number> {
    const bytes = await this.#read(join(this.#parts.directory, "checkpoint"));
    if (bytes === undefined) return 0;
    const text = bytes.toString("utf8");
    try {
      return parseCheckpointText(text.slice(0, text.indexOf("\n\n") + 1)).size;
    } catch {
      // A checkpoint that cannot be read is replaced by this publication, whatever it said.
      return 0;
    }
  }

  async #writePartials({ size, partials }: TreeEdge): Promise<void> {
    for (const [level, digests] of partials.entries()) {
      if (digests.length === 0) continue;
      const index = Math.floor(size / tileWidth ** (level + 1));
      await this.#write(tilePath({ level, index, width: digests.length }), packed(digests));
    }
  }

  async #writeEntries(from: number, size: number): Promise<void> {
    for (let first = from - (from % tileWidth); first < size; first += tileWidth) {
      const width = Math.min(tileWidth, size - first);
      const entries = await this.#parts.entriesAt(first, width);
      await this.#write(entriesPath({ index: first / tileWidth, width }), encodeEntryBundle(entries.map(utf8)));
    }
  }

  /** Partial tiles of the tree of `from` leaves that are full in the tree of `size`. */
  async #removePartials(from: number, size: number): Promise<void> {
    for (const { level, index } of filledBetween(from, size)) {
      const paths = [tilePath({ level, index, width: tileWidth })];
      if (level === 0 && this.#parts.entries === "open") paths.push(entriesPath({ index, width: tileWidth }));
      for (const path of paths) await this.#parts.files.remove(`${join(this.#parts.directory, path)}.p`);
    }
  }

  /** Whole under its name or not at all. */
  async #write(path: string, bytes: Uint8Array): Promise<void> {
    const { directory, files } = this.#parts;
    const target = join(directory, path);
    await files.makeDirectory(dirname(target));
    const file = await openAfresh(files, `${target}.draft`);
    try {
      await writeFully(file, bytes, 0);
    } finally {
      await file.close();
    }
    await files.rename(`${target}.draft`, target);
  }

  async #lengthOf(path: string): Promise<number> {
    return (await this.#read(path))?.length ?? 0;
  }

  async #read(path: string): Promise<Buffer | undefined> {
    try {
      const file = await this.#parts.files.open(path, "read");
      try {
        return Buffer.from(await readFully(file, 0, fullTileBytes + 1));
      } finally {
        await file.close();
      }
    } catch (error) {
      if (errnoOf(error) === "ENOENT") return undefined;
      throw error;
    }
  }
}

/** Full tiles of a level that are looked into after a start: what may not have reached the disk is not older. */
const newestLookedInto = 1024;

/** Names in folders, each listed once: a thousand tiles lie in one. */
class Names {
  readonly #files: Files;
  #directory = "";
  #names: ReadonlySet<string> = new Set();

  constructor(files: Files) {
    this.#files = files;
  }

  async has(path: string): Promise<boolean> {
    const directory = dirname(path);
    if (directory !== this.#directory) {
      this.#names = new Set(await this.#files.list(directory));
      this.#directory = directory;
    }
    return this.#names.has(path.slice(directory.length + 1));
  }
}

/** The tiles at the border of the tree of `from` leaves that were partial, and are full in the tree of `size`. */
function filledBetween(from: number, size: number): readonly TileCoordinate[] {
  const filled: TileCoordinate[] = [];
  for (let level = 0; Math.floor(from / tileWidth ** level) > 0; level += 1) {
    const hashes = Math.floor(from / tileWidth ** level);
    const index = Math.floor(hashes / tileWidth);
    const isFull = Math.floor(size / tileWidth ** (level + 1)) > index;
    if (hashes % tileWidth > 0 && isFull) filled.push({ level, index, width: tileWidth });
  }
  return filled;
}
