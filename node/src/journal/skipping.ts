import { join } from "node:path";
import type { Files, StoredFile } from "./files.ts";
import { errnoOf, readFully } from "./files.ts";
import type { Frame } from "./frame.ts";
import { checksumBytes, decodeFrame, decodeHeader, firstPredecessor, frameLength, headerBytes } from "./frame.ts";
import type { SealedSegment } from "./seal.ts";
import { decodeIdentity, journalFormat } from "./seal.ts";
import { segmentName } from "./segment.ts";

/** Identity frames are far shorter: format, one line of identity, one of numbers. */
const mostOfHead = 4096;

/** The two ends of a segment's file, read without what lies between. */
interface SegmentEnds {
  readonly head: Frame | undefined;
  readonly size: number;
  /** The last 32 bytes: the checksum of its last frame, in a file that ends with one. */
  readonly tail: Buffer;
}

/** Whose journal it is, and who may vouch for its closed segments. */
export interface SkipOptions {
  readonly directory: string;
  readonly files: Files;
  readonly identity: string;
  readonly isKnown: (seal: SealedSegment) => Promise<boolean>;
}

/** How far a journal needs no reading: what its next frame must continue. */
export interface Skipped {
  readonly segments: number;
  readonly sequence: number;
  readonly checksum: Buffer;
  /** Index of the next record. */
  readonly firstIndex: number;
}

/**
 * Passes over the closed segments at the start that are whole by their seals and known to whoever opens the journal.
 *
 * Nothing is refused here: the first segment that is not beyond doubt ends it, and is read frame by frame, which finds the
 * place. What flipped between the two ends of a file that was passed over is found when it is read, by the patrol, or by
 * fsck.
 */
export async function skipKnown(options: SkipOptions, segments: readonly number[]): Promise<Skipped> {
  let skipped: Skipped = { segments: 0, sequence: 0, checksum: firstPredecessor, firstIndex: 0 };
  if (segments.length < 2) return skipped;
  let here = await readEnds(options, segments[0]);
  for (const [position, segment] of segments.entries()) {
    const next = await readEnds(options, segments[position + 1]);
    const seal = sealBetween(options.identity, skipped, { segment, here, next });
    if (seal === undefined || next?.head === undefined || !(await options.isKnown(seal))) return skipped;
    const { segments: before, firstIndex } = skipped;
    skipped = {
      segments: before + 1,
      sequence: segment + seal.frames,
      checksum: Buffer.from(next.head.previous),
      firstIndex: firstIndex + seal.records,
    };
    here = next;
  }
  return skipped;
}

interface Neighbours {
  readonly segment: number;
  readonly here: SegmentEnds | undefined;
  readonly next: SegmentEnds | undefined;
}

/** The seal of a segment, if everything that can be seen of it without reading it agrees. */
function sealBetween(
  identity: string,
  { sequence, checksum, firstIndex }: Skipped,
  { segment, here, next }: Neighbours,
): SealedSegment | undefined {
  if (here?.head === undefined || next?.head === undefined) return undefined;
  const own = decodeIdentity(here.head.payload);
  const { seal } = decodeIdentity(next.head.payload);
  if (here.head.type !== "identity" || own.format !== journalFormat || own.identity !== identity) return undefined;
  if (here.head.sequence !== segment || segment !== sequence || !here.head.previous.equals(checksum)) return undefined;
  if (next.head.type !== "identity" || seal?.segment !== segment || seal.firstIndex !== firstIndex) return undefined;
  if (next.head.sequence !== segment + seal.frames || here.size !== seal.bytes) return undefined;
  return here.tail.equals(next.head.previous) ? seal : undefined;
}

async function readEnds(
  { directory, files }: SkipOptions,
  segment: number | undefined,
): Promise<SegmentEnds | undefined> {
  if (segment === undefined) return undefined;
  let file: StoredFile;
  try {
    file = await files.open(join(directory, segmentName(segment)), "read");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    const size = await file.size();
    const start = Buffer.from(await readFully(file, 0, Math.min(size, mostOfHead)));
    const from = Math.max(0, size - checksumBytes);
    return { head: headIn(start), size, tail: Buffer.from(await readFully(file, from, size - from)) };
  } finally {
    await file.close();
  }
}

function headIn(start: Buffer): Frame | undefined {
  if (start.length < headerBytes) return undefined;
  const header = decodeHeader(start);
  if (header === undefined || frameLength(header) > start.length) return undefined;
  return decodeFrame(start.subarray(0, frameLength(header)));
}
