import { join } from "node:path";
import { NodeError } from "../errors.ts";
import type { Files, StoredFile } from "./files.ts";
import { readFully } from "./files.ts";
import type { Frame } from "./frame.ts";
import { decodeFrame, decodeHeader, firstPredecessor, frameLength, headerBytes, magic } from "./frame.ts";
import { believed, readMark } from "./mark.ts";
import type { FrameVisitor, RecordCounter } from "./recovery.ts";
import type { SealedSegment } from "./seal.ts";
import { decodeIdentity, isSameSeal, journalFormat } from "./seal.ts";
import { SegmentReader, holdsCompleteFrame, segmentName, segmentOf } from "./segment.ts";

/** Every way in which a journal can be wrong, and what it means. */
export const journalFaults = {
  FRAME_DAMAGED: "bytes of a frame are not the ones that were written",
  FRAME_MISPLACED: "a whole frame stands where another is due",
  SEQUENCE_GAP: "frames or records are missing",
  SEGMENT_IDENTITY: "a segment belongs to another log, or is in another format",
  SEAL_MISMATCH: "a segment is not the one that the next one sealed",
  ACKNOWLEDGED_LOST: "the journal ends before what was acknowledged",
  MARK_DAMAGED: "the mark of what was acknowledged is not what was written; the next start or rebuild writes it anew",
} as const;

/** One of {@link journalFaults}. */
export type JournalFaultCode = keyof typeof journalFaults;

/** Something wrong, and where. */
export interface JournalFault {
  readonly code: JournalFaultCode;
  readonly file: string;
  readonly offset: number;
  /** Sequence of the frame that is wrong or due. */
  readonly frame: number;
  readonly detail: string;
}

/** What an inspection is told, and whom it tells. */
export interface InspectionOptions {
  readonly directory: string;
  readonly files: Files;
  readonly identity: string;
  readonly recordsOf: RecordCounter;
  /** Called for every whole frame in the order of the files, also behind a damage. */
  readonly visit: FrameVisitor;
  readonly fault: (fault: JournalFault) => void;
}

/** What was read. */
export interface Inspected {
  readonly segments: number;
  readonly frames: number;
  readonly bytes: number;
  /** A tail that was torn while it was written: no damage, the next start cuts it. */
  readonly torn: { readonly file: string; readonly offset: number; readonly bytes: number } | undefined;
}

interface Progress {
  sequence: number;
  checksum: Buffer;
  frames: number;
  bytes: number;
  torn: Inspected["torn"];
  /** What the segment before would be sealed as; undefined when it was not read whole. */
  closed: SealedSegment | undefined;
  firstIndex: number;
}

/**
 * Reads a whole journal and tells everything that is wrong with it; changes nothing.
 *
 * Unlike opening it goes on behind a damage, at the next whole frame, so that one run tells the extent of it. A frame that
 * is missing because it was damaged is told once, as damaged. Throws only what the file system says.
 */
export async function inspectJournal(options: InspectionOptions): Promise<Inspected> {
  const { directory, files } = options;
  const segments = (await files.list(directory)).map(segmentOf).filter((segment) => segment !== undefined);
  const progress: Progress = {
    ...{ sequence: 0, checksum: firstPredecessor, frames: 0, bytes: 0, torn: undefined },
    ...{ closed: undefined, firstIndex: 0 },
  };
  for (const [position, segment] of segments.entries()) {
    await inspectSegment(options, progress, { segment, isLast: position === segments.length - 1 });
  }
  await checkMark(options, progress);
  return { segments: segments.length, frames: progress.frames, bytes: progress.bytes, torn: progress.torn };
}

async function inspectSegment(
  options: InspectionOptions,
  progress: Progress,
  { segment, isLast }: { readonly segment: number; readonly isLast: boolean },
): Promise<void> {
  const path = join(options.directory, segmentName(segment));
  const file = await options.files.open(path, "read");
  try {
    const size = await file.size();
    const walk = new SegmentWalk(options, progress, { file, path, segment, size });
    await walk.run(isLast);
    progress.bytes += size;
    progress.closed = walk.seal();
    progress.firstIndex += walk.records;
  } finally {
    await file.close();
  }
}

interface OpenedSegment {
  readonly file: StoredFile;
  readonly path: string;
  readonly segment: number;
  readonly size: number;
}

/** One segment, from its start or from the next whole frame behind a damage. */
class SegmentWalk {
  readonly #options: InspectionOptions;
  readonly #progress: Progress;
  readonly #opened: OpenedSegment;
  #isWhole = true;
  /** Set behind a damage: what follows need not continue what was before. */
  #resumed = false;
  records = 0;
  #frames = 0;

  constructor(options: InspectionOptions, progress: Progress, opened: OpenedSegment) {
    this.#options = options;
    this.#progress = progress;
    this.#opened = opened;
  }

  async run(isLast: boolean): Promise<void> {
    const { file, size, segment } = this.#opened;
    this.#checkName(segment);
    for (let from = 0; from < size;) {
      const broken = await this.#readOn(new SegmentReader(file, size, from));
      if (broken === undefined) return;
      if (isLast && (await this.#isTorn(broken.offset))) return;
      this.#fault("FRAME_DAMAGED", broken.offset, broken.reason);
      this.#isWhole = false;
      this.#resumed = true;
      from = await nextFrame(file, broken.offset + 1, size);
    }
    if (size === 0 && !isLast) this.#fault("FRAME_DAMAGED", 0, "an empty segment");
  }

  /** What this segment would be sealed as, if all of it was read. */
  seal(): SealedSegment | undefined {
    if (!this.#isWhole) return undefined;
    const { segment, size } = this.#opened;
    return { segment, bytes: size, frames: this.#frames, firstIndex: this.#progress.firstIndex, records: this.records };
  }

  /** Reads frames up to the end, or to a break. */
  async #readOn(reader: SegmentReader): Promise<{ readonly offset: number; readonly reason: string } | undefined> {
    const { path, segment } = this.#opened;
    for (;;) {
      const offset = reader.offset;
      const frame = await reader.next();
      if (frame === undefined || "reason" in frame) return frame;
      this.#checkPlace(frame, offset);
      if (offset === 0) this.#checkFirst(frame, path);
      this.records += this.#options.recordsOf(frame);
      this.#frames += 1;
      this.#progress.frames += 1;
      this.#progress.sequence = frame.sequence + 1;
      this.#progress.checksum = Buffer.from(frame.checksum);
      await this.#options.visit(frame, { segment, offset, length: reader.offset - offset });
    }
  }

  #checkName(segment: number): void {
    const { sequence } = this.#progress;
    if (segment === sequence) return;
    const isGap = segment > sequence;
    this.#isWhole = false;
    this.#fault(isGap ? "SEQUENCE_GAP" : "FRAME_MISPLACED", 0, `the segment is named ${segment}, ${sequence} is due`);
    this.#progress.closed = undefined;
    this.#resumed = true;
  }

  #checkPlace(frame: Frame, offset: number): void {
    const { sequence, checksum } = this.#progress;
    const resumed = this.#resumed;
    this.#resumed = false;
    if (frame.sequence === sequence && frame.previous.equals(checksum)) return;
    if (resumed && frame.sequence >= sequence) return;
    const code = frame.sequence > sequence ? "SEQUENCE_GAP" : "FRAME_MISPLACED";
    this.#isWhole = false;
    const what = frame.sequence === sequence ? "another predecessor than the frame before" : `frame ${frame.sequence}`;
    this.#fault(code, offset, `${what}, where frame ${sequence} of the chain is due`);
  }

  #checkFirst(frame: Frame, path: string): void {
    const { identity } = this.#options;
    const first = decodeIdentity(frame.payload);
    if (frame.type !== "identity" || first.format !== journalFormat || first.identity !== identity) {
      this.#fault("SEGMENT_IDENTITY", 0, `the first frame of ${path} names ${first.identity}, not ${identity}`);
      return;
    }
    const { closed } = this.#progress;
    if (first.seal === undefined) return;
    if (closed === undefined) {
      // The segment before could not be counted; its seal says where this one begins.
      this.#progress.firstIndex = first.seal.firstIndex + first.seal.records;
      return;
    }
    if (isSameSeal(first.seal, closed)) return;
    this.#fault("SEAL_MISMATCH", 0, `it seals another segment than ${segmentName(closed.segment)}`);
  }

  async #isTorn(offset: number): Promise<boolean> {
    const { directory, files } = this.#options;
    const { file, path, size } = this.#opened;
    const mark = believed(await readMark(files, join(directory, "acknowledged")));
    if (mark !== undefined && mark.sequence >= this.#progress.sequence) return false;
    if (await holdsCompleteFrame(file, offset, size)) return false;
    this.#progress.torn = { file: path, offset, bytes: size - offset };
    return true;
  }

  #fault(code: JournalFaultCode, offset: number, detail: string): void {
    this.#options.fault({ code, file: this.#opened.path, offset, frame: this.#progress.sequence, detail });
  }
}

/** Where the next whole frame starts at or behind `from`; `size` when there is none. */
async function nextFrame(file: StoredFile, from: number, size: number): Promise<number> {
  const bytes = Buffer.from(await readFully(file, from, size - from));
  for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1)) {
    if (bytes.length - at < headerBytes) break;
    const header = decodeHeader(bytes.subarray(at));
    if (header === undefined) continue;
    const end = at + frameLength(header);
    if (end <= bytes.length && decodeFrame(bytes.subarray(at, end)) !== undefined) return from + at;
  }
  return size;
}

async function checkMark({ directory, files, fault }: InspectionOptions, { sequence }: Progress): Promise<void> {
  const path = join(directory, "acknowledged");
  const mark = await readMark(files, path);
  if (mark === "damaged") {
    const detail = "its bytes are those of no mark: up to where the journal was acknowledged is not known from it";
    fault({ code: "MARK_DAMAGED", file: path, offset: 0, frame: sequence, detail });
    return;
  }
  if (mark === undefined || mark.sequence < sequence) return;
  const detail = `frames up to ${mark.sequence} were acknowledged, and the journal ends before frame ${sequence}`;
  fault({ code: "ACKNOWLEDGED_LOST", file: path, offset: 0, frame: sequence, detail });
}

/** Refuses a folder that has no journal. Throws NodeError JOURNAL_MISSING. */
export async function requireJournal(files: Files, directory: string): Promise<void> {
  const names = await files.list(directory);
  if (names.some((name) => segmentOf(name) !== undefined)) return;
  throw new NodeError("JOURNAL_MISSING", `${directory} holds no journal`, { file: directory });
}
