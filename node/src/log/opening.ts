import { join } from "node:path";
import { equalBytes } from "@lianzheng/sdk/encoding";
import type { NoteSigner, TreeEdge } from "@lianzheng/sdk/log";
import { edgeRoot, emptyEdge, parseCheckpointText, readEdge } from "@lianzheng/sdk/log";
import { decodeEntry, fromInstant } from "@lianzheng/sdk/record";
import { RecordIndex, Reconciliation, asIndexDamage, leafHash } from "@lianzheng/node/index";
import type { Failpoint, Files, FrameLocation, FrameVisitor, RecordCounter } from "@lianzheng/node/journal";
import { Journal, decodePayloadHeader, decodeRecords } from "@lianzheng/node/journal";
import { NodeError } from "../errors.ts";
import { fastNodeDigest } from "./hashing.ts";
import { EntrySource } from "./entry-source.ts";
import { paced } from "./pace.ts";
import { LogReader } from "./reader.ts";
import { RecentFrames } from "./recent-frames.ts";
import { signedCheckpoint } from "./sequencing.ts";
import type { TileSource } from "./tile-store.ts";
import { TileStore, rebuildTile } from "./tile-store.ts";
import type { WriterStart } from "./writer.ts";
import { assertSigner } from "./writer.ts";

/** What happened while a log was opened or ran that an operator should know. Nothing of it loses a record. */
export type LogProgress =
  | { readonly stage: "reading"; readonly frames: number; readonly bytes: number }
  | { readonly stage: "tail-cut"; readonly file: string; readonly offset: number; readonly bytes: number }
  | { readonly stage: "mark-damaged"; readonly file: string }
  | { readonly stage: "index-discarded"; readonly reason: string }
  | { readonly stage: "index-caught-up"; readonly frames: number }
  | { readonly stage: "tiles-rebuilt" }
  | { readonly stage: "vault-mended"; readonly file: string; readonly reason: string }
  | { readonly stage: "erasures-completed"; readonly records: number }
  | { readonly stage: "tile-failed"; readonly error: NodeError }
  | { readonly stage: "patrolled"; readonly segments: number; readonly bytes: number }
  | { readonly stage: "patrol-failed"; readonly error: unknown }
  | { readonly stage: "files-failed"; readonly error: unknown };

/** How the parts of a log are opened. */
export interface OpeningOptions {
  readonly directory: string;
  readonly origin: string;
  readonly signer: NoteSigner;
  readonly files: Files;
  readonly failpoint: Failpoint;
  readonly maxSegmentBytes: number;
  readonly onProgress: (progress: LogProgress) => void;
  /** Told once, when the journal takes nothing more. */
  readonly onFailure: (failure: NodeError) => void;
}

/** An opened log's parts, and where it stands. */
export interface OpenedParts {
  readonly journal: Journal;
  readonly index: RecordIndex;
  readonly tiles: TileStore;
  readonly reader: LogReader;
  readonly entries: EntrySource;
  readonly recent: RecentFrames;
  readonly start: WriterStart;
}

/** The journal and its index, brought up to each other. */
interface Stores {
  readonly journal: Journal;
  readonly index: RecordIndex;
  /** The newest frame of records; undefined in an empty log. */
  readonly last: FrameLocation | undefined;
}

/**
 * Opens a log's parts in order: the journal's lock, the index, the journal, of which every frame is read that is not in
 * a closed segment that the index knows, then the tree's border, which must have the root that the newest checkpoint signs. Ending in between is harmless: the next one starts anew.
 */
export async function openParts(options: OpeningOptions): Promise<OpenedParts> {
  const stores = await openStores(options);
  try {
    return await openTree(options, stores);
  } catch (error) {
    const reason = await distrusted(stores.index, error);
    await stores.index.close();
    await stores.journal.close();
    throw reason;
  }
}

/** The reason why a log does not open; an index that is to blame is made again by the next start. */
export async function distrusted(index: RecordIndex | undefined, error: unknown): Promise<unknown> {
  const reason = asIndexDamage(error);
  if (reason instanceof NodeError && reason.code === "INDEX_CORRUPT") await index?.distrust();
  return reason;
}

/** Records in a frame, as its header counts them. */
export const recordsOf: RecordCounter = ({ type, payload }) =>
  type === "records" ? decodePayloadHeader(payload).records : 0;

/** Whose journal and vault it is, as their first bytes have it: the log's name and the id of its key. */
export function logIdentity(origin: string, { keyId }: Pick<NoteSigner, "keyId">): string {
  return `${origin}+${keyId.toString(16).padStart(8, "0")}`;
}

async function openStores(options: OpeningOptions): Promise<Stores> {
  const { directory, files, failpoint, origin, signer, maxSegmentBytes, onFailure } = options;
  const identity = logIdentity(origin, signer);
  const opened: { index?: RecordIndex; reconciliation?: Reconciliation; last?: FrameLocation } = {};
  const begin = async (): Promise<FrameVisitor> => {
    const { index, reason } = await RecordIndex.open({ directory: join(directory, "index"), identity, failpoint });
    if (reason !== undefined) options.onProgress({ stage: "index-discarded", reason });
    opened.index = index;
    await assertNotLost(options, index);
    const reconciliation = new Reconciliation(index);
    opened.reconciliation = reconciliation;
    return counted(options, async (frame, location) => {
      if (frame.type === "records") opened.last = location;
      await reconciliation.visit(frame, location);
    });
  };
  let journal: Journal | undefined;
  try {
    journal = await Journal.open({
      ...{ directory: join(directory, "journal"), identity, begin, maxSegmentBytes, files, failpoint, recordsOf },
      isKnown: async (seal) => (await opened.reconciliation?.isKnown(seal)) ?? false,
      onSealed: (seal) => opened.index?.expectSeal(seal),
      onFailure,
    });
    const { index, reconciliation } = opened;
    if (index === undefined || reconciliation === undefined) throw new TypeError("the index was not opened");
    const { damagedMark } = journal;
    if (damagedMark !== undefined) options.onProgress({ stage: "mark-damaged", file: damagedMark });
    if (journal.cut !== undefined) options.onProgress({ stage: "tail-cut", ...journal.cut });
    const size = await mendIndex(options, journal, index, reconciliation);
    return { journal, index, last: opened.last ?? (await lastOf(index, size)) };
  } catch (error) {
    const reason = await distrusted(opened.index, error);
    await opened.index?.close();
    await journal?.close();
    throw reason;
  }
}

/** The newest frame of records, where it stands in a segment that was not read. */
async function lastOf(index: RecordIndex, size: number): Promise<FrameLocation | undefined> {
  return size === 0 ? undefined : (await index.frameOf(size - 1)).location;
}

/** A journal without a segment, beside tiles or an index of frames, is a lost journal and not a new log. */
async function assertNotLost({ directory, files }: OpeningOptions, index: RecordIndex): Promise<void> {
  const names = await files.list(join(directory, "journal"));
  if (names.some((name) => name.endsWith(".journal"))) return;
  const tiles = await files.list(join(directory, "log"));
  if (tiles.length === 0 && (await index.isEmpty())) return;
  throw new NodeError("JOURNAL_MISSING", `${directory} has an index or tiles, but no journal: restore it from a copy`, {
    file: join(directory, "journal"),
  });
}

/** `visit`, which tells how far it came when it takes long: a journal of gigabytes is read for minutes. */
function counted({ onProgress }: OpeningOptions, visit: FrameVisitor): FrameVisitor {
  const tell = paced(onProgress);
  let [frames, bytes] = [0, 0];
  return async (frame, location) => {
    await visit(frame, location);
    frames += 1;
    bytes += location.length;
    tell({ stage: "reading", frames, bytes });
  };
}

/** Answers the log's size. */
async function mendIndex(
  options: OpeningOptions,
  journal: Journal,
  index: RecordIndex,
  reconciliation: Reconciliation,
): Promise<number> {
  const { onProgress } = options;
  if (await reconciliation.finish()) {
    if (reconciliation.added > 0) onProgress({ stage: "index-caught-up", frames: reconciliation.added });
    return reconciliation.size;
  }
  onProgress({ stage: "index-discarded", reason: "it does not agree with the journal" });
  await index.discard();
  const again = new Reconciliation(index);
  await journal.visit(counted(options, again.visit));
  if (!(await again.finish())) throw new NodeError("INDEX_FAILED", "the index made from the journal does not match it");
  onProgress({ stage: "index-caught-up", frames: again.added });
  return again.size;
}

async function openTree(options: OpeningOptions, { journal, index, last }: Stores): Promise<OpenedParts> {
  const { directory, files, failpoint, origin, signer, onProgress } = options;
  const recent = new RecentFrames();
  const entries = new EntrySource(journal, index, recent);
  const source: TileSource = {
    directory: join(directory, "log"),
    files,
    failpoint,
    leaves: async (first, count) => (await entries.texts(first, count)).map(leafHash),
    failed: (error) => onProgress({ stage: "tile-failed", error }),
  };
  const newest = last === undefined ? undefined : decodeRecords((await journal.readFrame(last)).payload);
  const checkpoint = newest?.checkpoint ?? signedCheckpoint(origin, emptyEdge, signer);
  const edge = await openEdge(source, checkpoint, () => onProgress({ stage: "tiles-rebuilt" }));
  assertSigner(checkpoint, origin, edge, signer);
  const tiles = new TileStore(source, edge);
  const lastEntry = newest?.records.at(-1)?.entry;
  const receivedAt = lastEntry === undefined ? 0 : fromInstant(decodeEntry(lastEntry).receivedAt);
  const reader = new LogReader(journal, index, tiles, entries);
  return { journal, index, tiles, reader, entries, recent, start: { edge, checkpoint, receivedAt } };
}

/** The border of the tree that the checkpoint signs: from the tiles if they give its root, else from the journal. */
async function openEdge(source: TileSource, checkpoint: string, rebuilt: () => void): Promise<TreeEdge> {
  const { size, root } = parseCheckpointText(checkpoint.slice(0, checkpoint.indexOf("\n\n") + 1));
  for (const believe of [true, false]) {
    const edge = await readEdge(size, (coordinate) => rebuildTile(source, coordinate, believe), fastNodeDigest);
    if (!equalBytes(edgeRoot(edge, fastNodeDigest), root)) continue;
    if (!believe) rebuilt();
    return edge;
  }
  throw new NodeError("LOG_CORRUPT", `the records in the journal do not give the root that was signed at size ${size}`);
}
