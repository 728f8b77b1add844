import { dirname, join } from "node:path";
import { equalBytes, utf8 } from "@lianzheng/sdk/encoding";
import type { NoteVerifier, TreeEdge, WrittenTile } from "@lianzheng/sdk/log";
import {
  edgeRoot,
  emptyEdge,
  encodeEntryBundle,
  entriesPath,
  openCheckpoint,
  tilePath,
  tileWidth,
  tilesOf,
} from "@lianzheng/sdk/log";
import { RecordIndex, Reconciliation, leafHash } from "@lianzheng/node/index";
import type { Files, Frame, FrameLocation } from "@lianzheng/node/journal";
import {
  Journal,
  decodeRecords,
  diskFiles,
  errnoOf,
  readFully,
  requireJournal,
  writeFully,
} from "@lianzheng/node/journal";
import { NodeError } from "../errors.ts";
import { fastNodeDigest, packed } from "./hashing.ts";
import { logIdentity, recordsOf } from "./opening.ts";
import { paced } from "./pace.ts";

/** What is made again, and with what. */
export interface RebuildOptions {
  /** The node's folder, with `journal/` in it. */
  readonly directory: string;
  /** The log's key. */
  readonly verifier: NoteVerifier;
  readonly files?: Files;
  readonly onProgress?: (progress: { readonly records: number; readonly bytes: number }) => void;
}

/** What was made. */
export interface Rebuilt {
  readonly size: number;
  readonly frames: number;
  readonly tiles: number;
  /** A tail that was torn while it was written, and is cut now. */
  readonly cut: Journal["cut"];
}

/** Suffix of what is being made; what an interrupted run left behind under it is thrown away. */
const draft = ".rebuilding";

/**
 * Makes index and published files of a stopped node again, from the journal alone, and puts them in the place of the old ones:
 * tiles, entry bundles where there were any, and the newest checkpoint, which keeps its cosignatures.
 *
 * They are made beside the old ones, and the tree has to have the root that the newest checkpoint signs, before anything is
 * exchanged. Ending in between is harmless: the old ones are there, or none, and then the next start makes what it needs.
 *
 * Throws NodeError JOURNAL_* (missing, locked, damaged, another log's), LOG_CORRUPT (the records do not give the signed
 * root), INDEX_FAILED: nothing was exchanged.
 */
export async function rebuildLog(options: RebuildOptions): Promise<Rebuilt> {
  const { directory, verifier, files = diskFiles } = options;
  await requireJournal(files, join(directory, "journal"));
  const identity = logIdentity(verifier.name, verifier);
  const before = join(directory, "log");
  const withEntries = (await files.list(join(before, "tile", "entries"))).length > 0;
  const tree = new TreeRebuild({ directory: join(directory, `log${draft}`), files, verifier, withEntries });
  const opened: { index?: RecordIndex; reconciliation?: Reconciliation } = {};
  let journal: Journal | undefined;
  try {
    journal = await Journal.open({
      ...{ directory: join(directory, "journal"), identity, files, recordsOf },
      begin: async () => {
        for (const name of ["index", "log"]) await files.remove(join(directory, `${name}${draft}`));
        await files.makeDirectory(join(directory, `log${draft}`));
        const { index } = await RecordIndex.open({ directory: join(directory, `index${draft}`), identity });
        opened.index = index;
        const reconciliation = (opened.reconciliation = new Reconciliation(index));
        return counted(options, async (frame, location) => {
          await reconciliation.visit(frame, location);
          await tree.add(frame);
        });
      },
    });
    tree.assertSigned();
    if (!(await opened.reconciliation?.finish())) throw new NodeError("INDEX_FAILED", "the index could not be made");
    await opened.index?.close();
    await tree.finish(await noteIn(files, join(before, "checkpoint")));
    await exchange(files, directory);
    return { size: tree.size, frames: journal.nextSequence, tiles: tree.tiles, cut: journal.cut };
  } finally {
    await opened.index?.close();
    await journal?.close();
  }
}

function counted(
  { onProgress = () => undefined }: RebuildOptions,
  visit: (frame: Frame, at: FrameLocation) => Promise<void>,
) {
  const tell = paced(onProgress);
  let [records, bytes] = [0, 0];
  return async (frame: Frame, location: FrameLocation): Promise<void> => {
    await visit(frame, location);
    records += recordsOf(frame);
    bytes += location.length;
    tell({ records, bytes });
  };
}

async function exchange(files: Files, directory: string): Promise<void> {
  for (const name of ["index", "log"]) {
    const path = join(directory, name);
    await files.remove(path);
    await files.rename(`${path}${draft}`, path);
  }
  await files.syncDirectory(directory);
}

/** The text of a published checkpoint; undefined if there is none. */
async function noteIn(files: Files, path: string): Promise<string | undefined> {
  try {
    const file = await files.open(path, "read");
    try {
      return Buffer.from(await readFully(file, 0, mostNoteBytes)).toString("utf8");
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

const mostNoteBytes = 64 * 1024;

interface TreeRebuildParts {
  /** Empty. */
  readonly directory: string;
  readonly files: Files;
  readonly verifier: NoteVerifier;
  readonly withEntries: boolean;
}

/** Makes the files of the tree: what is full as soon as it is, what is partial at the end, the checkpoint last. */
class TreeRebuild {
  readonly #parts: TreeRebuildParts;
  readonly #made = new Set<string>();
  #edge: TreeEdge = emptyEdge;
  #checkpoint: string | undefined;
  /** Entries behind the last full bundle. */
  #entries: string[] = [];
  tiles = 0;

  constructor(parts: TreeRebuildParts) {
    this.#parts = parts;
  }

  get size(): number {
    return this.#edge.size;
  }

  async add({ type, payload }: Frame): Promise<void> {
    if (type !== "records") return;
    const { records, checkpoint } = decodeRecords(payload);
    const leaves = records.map(({ entry }) => leafHash(entry));
    const { edge, tiles } = tilesOf(this.#edge, leaves, fastNodeDigest);
    this.#edge = edge;
    this.#checkpoint = checkpoint;
    for (const tile of tiles) if (tile.coordinate.width === tileWidth) await this.#writeTile(tile);
    if (this.#parts.withEntries) await this.#addEntries(records.map(({ entry }) => entry));
  }

  /**
   * Writes the border and the checkpoint: `published`, if it is the newest one with cosignatures, which are not made again
   * so easily.
   */
  async finish(published: string | undefined): Promise<void> {
    if (this.#checkpoint === undefined) return;
    for (const [level, digests] of this.#edge.partials.entries()) {
      const [index, width] = [Math.floor(this.size / tileWidth ** (level + 1)), digests.length];
      if (width > 0) await this.#write(tilePath({ level, index, width }), packed(digests));
    }
    const [index, width] = [Math.floor(this.size / tileWidth), this.#entries.length];
    if (width > 0) await this.#write(entriesPath({ index, width }), encodeEntryBundle(this.#entries.map(utf8)));
    const newest = published?.startsWith(this.#checkpoint) === true ? published : this.#checkpoint;
    await this.#write("checkpoint", utf8(newest));
  }

  /** Throws LOG_CORRUPT unless the newest checkpoint is the log's own, of this very tree. */
  assertSigned(): void {
    if (this.#checkpoint === undefined) return;
    const { size, root } = openCheckpoint(this.#checkpoint, [this.#parts.verifier]);
    if (size === this.#edge.size && equalBytes(root, edgeRoot(this.#edge, fastNodeDigest))) return;
    throw new NodeError(
      "LOG_CORRUPT",
      `the records in the journal do not give the root that was signed at size ${size}`,
    );
  }

  async #addEntries(entries: readonly string[]): Promise<void> {
    this.#entries.push(...entries);
    let index = Math.floor((this.size - this.#entries.length) / tileWidth);
    for (; this.#entries.length >= tileWidth; index += 1) {
      const bundle = this.#entries.splice(0, tileWidth);
      await this.#write(entriesPath({ index, width: tileWidth }), encodeEntryBundle(bundle.map(utf8)));
    }
  }

  async #writeTile({ coordinate, bytes }: WrittenTile): Promise<void> {
    await this.#write(tilePath(coordinate), bytes);
    this.tiles += 1;
  }

  async #write(name: string, bytes: Uint8Array): Promise<void> {
    const { directory, files } = this.#parts;
    const path = join(directory, name);
    const parent = dirname(path);
    if (!this.#made.has(parent)) await files.makeDirectory(parent);
    this.#made.add(parent);
    const file = await files.open(path, "create");
    try {
      await writeFully(file, bytes, 0);
    } finally {
      await file.close();
    }
  }
}
