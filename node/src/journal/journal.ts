import { join } from "node:path";
import { NodeError } from "../errors.ts";
import type { Failpoint } from "./failpoint.ts";
import { noFailpoint } from "./failpoint.ts";
import type { Files, StoredFile } from "./files.ts";
import { diskFiles, errnoOf, readFully, writeFully } from "./files.ts";
import type { Frame, FrameType } from "./frame.ts";
import { decodeFrame, encodeFrame, maxPayloadBytes } from "./frame.ts";
import { JournalLock } from "./lock.ts";
import { MarkFile } from "./mark.ts";
import type { CutTail, FrameLocation, FrameVisitor, JournalEnd } from "./recovery.ts";
import { identityPayload, recover } from "./recovery.ts";
import { SegmentReader, segmentName } from "./segment.ts";

/** How a journal is opened. */
export interface JournalOptions {
  readonly directory: string;
  /** Whose journal it is: one line of text, for instance the log's verifier key. Another one is refused. */
  readonly identity: string;
  /** Called once the lock is held: gives the visitor of every frame that is there already, in order. */
  readonly begin?: () => Promise<FrameVisitor>;
  /** A segment is closed before it passes this size. Default 128 MiB. */
  readonly maxSegmentBytes?: number;
  readonly files?: Files;
  readonly failpoint?: Failpoint;
}

const defaultSegmentBytes = 128 * 1024 * 1024;
const maxOpenSegments = 64;

/**
 * The append-only truth of a node, in segment files of chained frames.
 *
 * One writer: a second process is refused. After a failed write or sync nothing more is written by this object, for
 * what the disk then holds is unknown until it is read again: a failed fdatasync may have dropped the very pages
 * whose sync a retry would report as done.
 */
export class Journal {
  /** The torn tail that opening cut off, if there was one. */
  readonly cut: CutTail | undefined;
  readonly #options: Required<JournalOptions>;
  readonly #lock: JournalLock;
  readonly #mark: MarkFile;
  readonly #open = new Map<number, Promise<StoredFile>>();
  #end: JournalEnd;
  #failure: NodeError | undefined;
  #closed = false;

  private constructor(options: Required<JournalOptions>, lock: JournalLock, mark: MarkFile, end: JournalEnd) {
    this.#options = options;
    this.#lock = lock;
    this.#mark = mark;
    this.#end = end;
    this.cut = end.cut;
  }

  /**
   * Opens the journal in `directory`, or makes a new one in an empty directory. Verifies every frame.
   *
   * Throws NodeError JOURNAL_LOCKED, JOURNAL_MISSING, JOURNAL_FORMAT, JOURNAL_IDENTITY or JOURNAL_CORRUPT; E_STORAGE_FULL or
   * E_READ_ONLY when the disk does not take what opening writes: the next opening begins anew.
   */
  static async open(given: JournalOptions): Promise<Journal> {
    const options = {
      begin: () => Promise.resolve(() => undefined),
      maxSegmentBytes: defaultSegmentBytes,
      files: diskFiles,
      failpoint: noFailpoint,
      ...given,
    };
    let lock: JournalLock | undefined;
    try {
      await options.files.makeDirectory(options.directory);
      const held = (lock = JournalLock.acquire(options.directory));
      return await openLocked(options, (mark, end) => new Journal(options, held, mark, end));
    } catch (error) {
      lock?.release();
      throw isOfTheDisk(error) ? failureOf(error) : error;
    }
  }

  /** Sequence that the next frame will have. */
  get nextSequence(): number {
    return this.#end.sequence;
  }

  /** Why nothing more can be written; undefined while all is well. */
  get failure(): NodeError | undefined {
    return this.#failure;
  }

  /**
   * Appends one frame. Not to be called again before it has settled.
   *
   * Before: the frame is nowhere. Resolves after fdatasync: it is on disk, and so is everything before it. Rejects
   * with E_READ_ONLY or E_STORAGE_FULL: it may be on disk or not, which only opening again will tell; all further
   * appends are refused. Rejects with JOURNAL_FRAME_TOO_LARGE or JOURNAL_CLOSED: nothing was written.
   */
  async append(type: FrameType, payload: Uint8Array): Promise<FrameLocation> {
    this.#assertWritable(payload);
    try {
      const { bytes, checksum } = encodeFrame(type, this.#end.sequence, this.#end.checksum, payload);
      if (this.#end.offset + bytes.length > this.#options.maxSegmentBytes) return await this.#rotate(type, payload);
      return await this.#write(bytes, checksum);
    } catch (error) {
      this.#failure ??= failureOf(error);
      throw this.#failure;
    }
  }

  /** The frame at a location, verified. Throws JOURNAL_CORRUPT with file and offset. */
  async readFrame(location: FrameLocation): Promise<Frame> {
    const frame = decodeFrame(Buffer.from(await this.readBytes(location.segment, location.offset, location.length)));
    if (frame !== undefined) return frame;
    const file = this.#pathOf(location.segment);
    throw new NodeError("JOURNAL_CORRUPT", `${file} is damaged at byte ${location.offset}`, {
      file,
      offset: location.offset,
    });
  }

  /** Bytes of a segment, not verified: for readers that check what they find by its hash. */
  async readBytes(segment: number, offset: number, length: number): Promise<Uint8Array> {
    const bytes = await this.#with(segment, (file) => readFully(file, offset, length));
    if (bytes.length === length) return bytes;
    const file = this.#pathOf(segment);
    throw new NodeError("JOURNAL_CORRUPT", `${file} ends before byte ${offset + length}`, { file, offset });
  }

  /** Visits all frames on disk again, in order. */
  async visit(visitor: FrameVisitor): Promise<void> {
    const upTo = this.#end;
    for (let segment = 0; segment < upTo.sequence;) {
      const first = segment;
      segment = await this.#with(first, async (file) => {
        const size = first === upTo.segment ? upTo.offset : await file.size();
        return await visitSegment(new SegmentReader(file, size), first, this.#pathOf(first), visitor);
      });
    }
  }

  /** Syncs the mark, gives the lock back. What was appended is already safe. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      const closings = [...this.#open.values()].map(async (file) => (await file).close());
      await Promise.all([this.#mark.close(), ...closings]);
    } finally {
      this.#lock.release();
    }
  }

  #assertWritable(payload: Uint8Array): void {
    if (this.#closed) throw new NodeError("JOURNAL_CLOSED", "the journal is closed");
    if (this.#failure !== undefined) throw this.#failure;
    if (payload.length > maxPayloadBytes) {
      throw new NodeError("JOURNAL_FRAME_TOO_LARGE", `a frame holds at most ${maxPayloadBytes} bytes`);
    }
    if (this.#lock.isHeld()) return;
    this.#failure = new NodeError("JOURNAL_LOCK_LOST", "another process took this journal's lock, or it was deleted");
    throw this.#failure;
  }

  async #rotate(type: FrameType, payload: Uint8Array): Promise<FrameLocation> {
    this.#end = await createSegment(this.#options, this.#end);
    const { bytes, checksum } = encodeFrame(type, this.#end.sequence, this.#end.checksum, payload);
    return await this.#write(bytes, checksum);
  }

  async #write(bytes: Buffer, checksum: Buffer): Promise<FrameLocation> {
    const { failpoint } = this.#options;
    const { segment = 0, offset, sequence } = this.#end;
    await failpoint("journal.beforeWrite");
    await this.#with(segment, async (file) => {
      await writeFully(file, bytes, offset);
      await failpoint("journal.afterWrite");
      await file.datasync();
    });
    await failpoint("journal.afterSync");
    await this.#mark.write({ sequence, checksum });
    await failpoint("journal.afterMark");
    // Copied: a view would keep the whole frame in memory until the next one.
    this.#end = {
      ...this.#end,
      sequence: sequence + 1,
      checksum: Buffer.from(checksum),
      offset: offset + bytes.length,
    };
    return { segment, offset, length: bytes.length };
  }

  #pathOf(segment: number): string {
    return join(this.#options.directory, segmentName(segment));
  }

  /** An open file of the segment; kept open for the first segments that are asked for, and for the one in writing. */
  async #with<Result>(segment: number, use: (file: StoredFile) => Promise<Result>): Promise<Result> {
    if (this.#closed) throw new NodeError("JOURNAL_CLOSED", "the journal is closed");
    const kept = this.#open.get(segment) ?? this.#keep(segment);
    if (kept !== undefined) return await use(await kept);
    const file = await this.#options.files.open(this.#pathOf(segment), "read");
    try {
      return await use(file);
    } finally {
      await file.close();
    }
  }

  #keep(segment: number): Promise<StoredFile> | undefined {
    if (this.#open.size >= maxOpenSegments && segment !== this.#end.segment) return undefined;
    const opened = this.#options.files.open(this.#pathOf(segment), "change");
    this.#open.set(segment, opened);
    // One that could not be opened is asked for again the next time: files may only have been short for a while.
    opened.catch(() => this.#open.delete(segment));
    return opened;
  }
}

async function openLocked(
  options: Required<JournalOptions>,
  make: (mark: MarkFile, end: JournalEnd) => Journal,
): Promise<Journal> {
  const { directory, identity, begin, files } = options;
  const { file: markFile, mark } = await MarkFile.open(files, join(directory, "acknowledged"));
  try {
    const end = await recover({ directory, files, identity, mark, visit: await begin() });
    const ready = end.segment === undefined ? await createSegment(options, end) : end;
    await markFile.write({ sequence: ready.sequence - 1, checksum: ready.checksum });
    return make(markFile, ready);
  } catch (error) {
    await markFile.close();
    throw error;
  }
}

/** Begins a segment with its identity frame. A crash before its sync leaves a segment that recovery removes. */
async function createSegment(options: Required<JournalOptions>, end: JournalEnd): Promise<JournalEnd> {
  const { directory, identity, files, failpoint } = options;
  const { bytes, checksum } = encodeFrame("identity", end.sequence, end.checksum, identityPayload(identity));
  const file = await files.open(join(directory, segmentName(end.sequence)), "create");
  try {
    await failpoint("segment.created");
    await writeFully(file, bytes, 0);
    await file.datasync();
    // The name must be on the device before anything in the file is acknowledged.
    await files.syncDirectory(directory);
    await failpoint("segment.synced");
  } finally {
    await file.close();
  }
  return {
    sequence: end.sequence + 1,
    checksum: Buffer.from(checksum),
    segment: end.sequence,
    offset: bytes.length,
    cut: end.cut,
  };
}

async function visitSegment(
  reader: SegmentReader,
  segment: number,
  file: string,
  visitor: FrameVisitor,
): Promise<number> {
  for (let sequence = segment; ; sequence += 1) {
    const offset = reader.offset;
    const frame = await reader.next();
    if (frame === undefined) return sequence;
    if ("reason" in frame) {
      throw new NodeError("JOURNAL_CORRUPT", `${file} is damaged at byte ${offset}: ${frame.reason}`, { file, offset });
    }
    await visitor(frame, { segment, offset, length: reader.offset - offset });
  }
}

/** Whether the operating system refused something; LevelDB's errors, which a visitor may meet, have codes of their own. */
function isOfTheDisk(error: unknown): boolean {
  return /^E[A-Z0-9]+$/.test(errnoOf(error) ?? "");
}

function failureOf(error: unknown): NodeError {
  if (error instanceof NodeError) return error;
  const errno = errnoOf(error);
  if (errno === "ENOSPC" || errno === "EDQUOT") {
    return new NodeError("E_STORAGE_FULL", "the disk is full; free some room and start the node again", {}, error);
  }
  return new NodeError("E_READ_ONLY", "a write to the journal failed; look at the disk, then start again", {}, error);
}
