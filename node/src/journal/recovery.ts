import { join } from "node:path";
import { NodeError } from "../errors.ts";
import type { Files, StoredFile } from "./files.ts";
import type { Frame } from "./frame.ts";
import { frameOverheadBytes } from "./frame.ts";
import type { Mark } from "./mark.ts";
import type { Break } from "./segment.ts";
import type { SealedSegment } from "./seal.ts";
import { decodeIdentity, isSameSeal, journalFormat } from "./seal.ts";
import { SegmentReader, holdsCompleteFrame, segmentName, segmentOf } from "./segment.ts";
import { skipKnown } from "./skipping.ts";

/** Where a frame stands. */
export interface FrameLocation {
  /** First sequence of its segment, which names the file. */
  readonly segment: number;
  /** Byte offset in the file. */
  readonly offset: number;
  /** Whole length in bytes. */
  readonly length: number;
}

/** Called for every frame of the journal, in order, while it is verified. */
export type FrameVisitor = (frame: Frame, location: FrameLocation) => void | Promise<void>;

/** A tail that was being written when the process or the machine ended; nobody was told of it. */
export interface CutTail {
  readonly file: string;
  readonly offset: number;
  readonly bytes: number;
}

/** What a verified journal ends with. */
export interface JournalEnd {
  /** Sequence of the next frame. */
  readonly sequence: number;
  readonly checksum: Buffer;
  /** Segment to go on writing in; undefined when there is none yet. */
  readonly segment: number | undefined;
  /** Length of that segment. */
  readonly offset: number;
  readonly cut: CutTail | undefined;
  /** Index in the log of the first record of that segment. */
  readonly firstIndex: number;
  /** Records in that segment. */
  readonly records: number;
}

/** How many records a frame adds to the log. */
export type RecordCounter = (frame: Pick<Frame, "type" | "payload">) => number;

/** What a journal is read with. */
export interface RecoveryOptions {
  readonly directory: string;
  readonly files: Files;
  readonly identity: string;
  readonly mark: Mark | undefined;
  readonly visit: FrameVisitor;
  readonly recordsOf: RecordCounter;
  /** Asked of one closed segment after the other: whether it need not be read. The first "no" ends the asking. */
  readonly isKnown: (seal: SealedSegment) => Promise<boolean>;
}

/** How far a reading has come: what the next frame must continue. */
interface Walk extends RecoveryOptions {
  sequence: number;
  checksum: Buffer;
  /** Index of the first record of the segment that is being read. */
  firstIndex: number;
  /** Records in that segment so far. */
  records: number;
}

/**
 * Reads the journal, checks its chain, and cuts a torn tail.
 *
 * Closed segments that `isKnown` vouches for are checked by their seals only: present, of the sealed length, with the
 * right first frame and the last checksum that the next segment chains to. Everything behind them, at least the last
 * segment, is read frame by frame.
 *
 * A tail is torn, and is cut, only if it is the end of the last segment, holds no complete frame, and lies behind the
 * mark. Everything else is refused with file and offset, and nothing is changed: JOURNAL_CORRUPT, JOURNAL_IDENTITY,
 * JOURNAL_FORMAT, JOURNAL_MISSING. Ending during recovery is harmless: the next one finds the same or less to cut.
 */
export async function recover(options: RecoveryOptions): Promise<JournalEnd> {
  const segments = await listSegments(options);
  const { segments: known, ...start } = await skipKnown(options, segments);
  const walk: Walk = { ...options, ...start, records: 0 };
  let end = endOf(walk, undefined, 0, undefined);
  for (const [position, segment] of segments.entries()) {
    if (position < known) continue;
    if (segment !== walk.sequence) throw missingSegment(walk, segment);
    end = await walkSegment(walk, segment, position === segments.length - 1, end);
  }
  if (walk.mark !== undefined && walk.mark.sequence >= walk.sequence) throw missingFrames(walk, end);
  return end;
}

async function listSegments({ files, directory, mark }: RecoveryOptions): Promise<readonly number[]> {
  const segments = (await files.list(directory)).map(segmentOf).filter((segment) => segment !== undefined);
  if (segments.length > 0 || mark === undefined) return segments;
  throw new NodeError("JOURNAL_MISSING", `${directory} once held ${mark.sequence + 1} frames and holds no segment`, {
    file: directory,
  });
}

async function walkSegment(walk: Walk, segment: number, isLast: boolean, before: JournalEnd): Promise<JournalEnd> {
  const path = join(walk.directory, segmentName(segment));
  walk.firstIndex += walk.records;
  walk.records = 0;
  const file = await walk.files.open(path, isLast ? "change" : "read");
  try {
    const size = await file.size();
    const reader = new SegmentReader(file, size);
    const broken = (await readChain(walk, reader, { segment, path, before })) ?? emptySegment(walk, segment);
    if (broken === undefined) return endOf(walk, segment, size, undefined);
    if (!isLast || (await isDamage(walk, file, broken, size))) throw corrupt(path, broken);
    const cut = { file: path, offset: broken.offset, bytes: size - broken.offset };
    if (broken.offset === 0) return await removeUnborn(walk, path, { ...before, cut });
    await file.truncate(broken.offset);
    await file.datasync();
    return endOf(walk, segment, broken.offset, cut);
  } finally {
    await file.close();
  }
}

function endOf(walk: Walk, segment: number | undefined, offset: number, cut: CutTail | undefined): JournalEnd {
  const { sequence, checksum, firstIndex, records } = walk;
  return { sequence, checksum, segment, offset, cut, firstIndex, records };
}

/** A segment is born with its first frame; one without it held nothing. */
function emptySegment(walk: Walk, segment: number): Break | undefined {
  return walk.sequence === segment ? { offset: 0, reason: "an empty segment" } : undefined;
}

async function removeUnborn(walk: Walk, path: string, end: JournalEnd): Promise<JournalEnd> {
  await walk.files.remove(path);
  await walk.files.syncDirectory(walk.directory);
  return end;
}

/** A segment that is being read, and what the one before it ended with. */
interface ReadSegment {
  readonly segment: number;
  readonly path: string;
  readonly before: JournalEnd;
}

async function readChain(walk: Walk, reader: SegmentReader, read: ReadSegment): Promise<Break | undefined> {
  const { segment, path, before } = read;
  for (;;) {
    const offset = reader.offset;
    const next = await reader.next();
    if (next === undefined || "reason" in next) return next;
    checkChain(walk, next, { offset, reason: "" }, path);
    if (next.sequence === segment) checkSeal(checkIdentity(walk, next, path), before, path);
    walk.sequence = next.sequence + 1;
    walk.records += walk.recordsOf(next);
    // Copied: the frame is cut from a large buffer, which it would keep alive.
    walk.checksum = Buffer.from(next.checksum);
    await walk.visit(next, { segment, offset, length: next.payload.length + frameOverheadBytes });
  }
}

function checkChain(walk: Walk, frame: Frame, at: Break, path: string): void {
  if (frame.sequence !== walk.sequence || !frame.previous.equals(walk.checksum)) {
    throw corrupt(path, { ...at, reason: `frame ${frame.sequence} where frame ${walk.sequence} of the chain is due` });
  }
  if (walk.mark?.sequence === frame.sequence && !walk.mark.checksum.equals(frame.checksum)) {
    throw corrupt(path, { ...at, reason: `another frame ${frame.sequence} than the one that was acknowledged` });
  }
}

function checkIdentity(walk: Pick<Walk, "identity">, frame: Frame, path: string): SealedSegment | undefined {
  if (frame.type !== "identity") throw corrupt(path, { offset: 0, reason: "no identity in the first frame" });
  const { format, identity, seal } = decodeIdentity(frame.payload);
  if (format !== journalFormat) {
    throw new NodeError("JOURNAL_FORMAT", `${path} has the format ${format}, not ${journalFormat}`, { file: path });
  }
  if (identity !== walk.identity) {
    throw new NodeError("JOURNAL_IDENTITY", `${path} belongs to ${identity}, not to ${walk.identity}`, { file: path });
  }
  return seal;
}

/** A segment that was read whole must be the one that the next one sealed. */
function checkSeal(seal: SealedSegment | undefined, before: JournalEnd, path: string): void {
  const { segment } = before;
  if (seal === undefined || segment === undefined) return;
  if (isSameSeal(seal, sealOf({ ...before, segment }))) return;
  throw corrupt(path, { offset: 0, reason: `its first frame seals another segment than ${segmentName(segment)}` });
}

/** The seal of a segment that ends here. */
export function sealOf(end: JournalEnd & { readonly segment: number }): SealedSegment {
  const { segment, offset, sequence, firstIndex, records } = end;
  return { segment, bytes: offset, frames: sequence - segment, firstIndex, records };
}

async function isDamage(walk: Walk, file: StoredFile, { offset }: Break, size: number): Promise<boolean> {
  if (walk.mark !== undefined && walk.mark.sequence >= walk.sequence) return true;
  return await holdsCompleteFrame(file, offset, size);
}

function corrupt(file: string, { offset, reason }: Break): NodeError {
  return new NodeError(
    "JOURNAL_CORRUPT",
    `${file} is damaged at byte ${offset}: ${reason}. Nothing was changed; restore the file from a copy.`,
    { file, offset },
  );
}

function missingSegment(walk: Walk, found: number): NodeError {
  const file = join(walk.directory, segmentName(walk.sequence));
  return new NodeError("JOURNAL_CORRUPT", `${file} is missing or misnamed; the next segment is ${found}`, {
    file,
    offset: 0,
  });
}

function missingFrames(walk: Walk, end: JournalEnd): NodeError {
  const file = join(walk.directory, segmentName(end.segment ?? 0));
  return new NodeError(
    "JOURNAL_CORRUPT",
    `${file} ends before frame ${walk.sequence}, but frames up to ${String(walk.mark?.sequence)} were acknowledged`,
    { file, offset: end.offset },
  );
}
