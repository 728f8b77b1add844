import { join } from "node:path";
import { NodeError } from "../errors.ts";
import { inSpan } from "../tracing.ts";
import type { Failpoint } from "./failpoint.ts";
import { noFailpoint } from "./failpoint.ts";
import type { Files, StoredFile } from "./files.ts";
import { diskFiles, errnoOf, readFully, writeFully } from "./files.ts";
import type { Frame, FrameType } from "./frame.ts";
import { FrameEncoder, decodeFrame, encodeFrame, maxPayloadBytes } from "./frame.ts";
import { JournalLock } from "./lock.ts";
import { MarkFile, believed } from "./mark.ts";
import type { CutTail, FrameLocation, FrameVisitor, JournalEnd, RecordCounter } from "./recovery.ts";
import { recover, sealOf } from "./recovery.ts";
import type { SealedSegment } from "./seal.ts";
import { encodeIdentity } from "./seal.ts";
import { SegmentReader, segmentName, segmentOf } from "./segment.ts";
import { Suspicion } from "./suspicion.ts";

/** How a journal is opened. */
export interface JournalOptions {
  readonly directory: string;
  /** Whose journal it is: one line of text, for instance the log's verifier key. Another one is refused. */
  readonly identity: string;
  /** Called once the lock is held: gives the visitor of every frame that is there already, in order. */
  readonly begin?: () => Promise<FrameVisitor>;
  /**
   * Asked, after `begin`, of one closed segment after the other, whether it need not be read; the first "no" ends the
   * asking. None by default. Not asked while a damage that an earlier run found has not been looked into.
   */
  readonly isKnown?: (seal: SealedSegment) => Promise<boolean>;
  /** How many records a frame adds to the log; stands in the seals. Default none. */
  readonly recordsOf?: RecordCounter;
  /** Told of each segment that is closed. */
  readonly onSealed?: (seal: SealedSegment) => void;
  /** Told once, when nothing more can be written until the journal is opened again. */
  readonly onFailure?: (failure: NodeError) => void;
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
  /** The mark's file, if opening found bytes in it that no mark is made of; it has been written anew. */
  readonly damagedMark: string | undefined;
  readonly #options: Required<JournalOptions>;
  readonly #lock: JournalLock;
  readonly #mark: MarkFile;
  readonly #encoder = new FrameEncoder();
  readonly #suspicion: Suspicion;
  readonly #open = new Map<number, Promise<StoredFile>>();
  #end: JournalEnd;
  #failure: NodeError | undefined;
  #closed = false;

  private constructor(options: Required<JournalOptions>, lock: JournalLock, { mark, damagedMark, end }: Opened) {
    this.#options = options;
    this.#lock = lock;
    this.#mark = mark;
    this.damagedMark = damagedMark;
    this.#suspicion = new Suspicion(options.files, options.directory);
    this.#end = end;
    this.cut = end.cut;
  }

  /**
   * Opens the journal in `directory`, or makes a new one in an empty directory. Verifies every frame of the segments
   * that `isKnown` does not vouch for, and always of the last; of the others what {@link recover} says.
   *
   * Throws NodeError JOURNAL_LOCKED, JOURNAL_MISSING, JOURNAL_FORMAT, JOURNAL_IDENTITY or JOURNAL_CORRUPT; E_STORAGE_FULL or
   * E_READ_ONLY when the disk does not take what opening writes: the next opening begins anew.
   */
  static async open(given: JournalOptions): Promise<Journal> {
    const options = {
      begin: () => Promise.resolve(() => undefined),
      isKnown: () => Promise.resolve(false),
      recordsOf: () => 0,
      onSealed: () => undefined,
      onFailure: () => undefined,
      maxSegmentBytes: defaultSegmentBytes,
      files: diskFiles,
      failpoint: noFailpoint,
      ...given,
    };
    let lock: JournalLock | undefined;
    try {
      await options.files.makeDirectory(options.directory);
      const held = (lock = JournalLock.acquire(options.directory));
      return await openLocked(options, (opened) => new Journal(options, held, opened));
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
      const { bytes, checksum } = this.#encoder.encode(type, this.#end.sequence, this.#end.checksum, payload);
      const records = this.#options.recordsOf({ type, payload: viewOf(payload) });
      if (this.#end.offset + bytes.length <= this.#options.maxSegmentBytes) {
        return await this.#write(bytes, checksum, records);
      }
      return await this.#rotate(type, payload, records);
    } catch (error) {
      throw this.#fail(failureOf(error));
    }
  }

  /** The frame at a location, verified. Throws JOURNAL_CORRUPT with file and offset, which ends writing. */
  async readFrame(location: FrameLocation): Promise<Frame> {
    const frame = decodeFrame(Buffer.from(await this.readBytes(location.segment, location.offset, location.length)));
    if (frame !== undefined) return frame;
    throw this.#damaged(location.segment, location.offset, "a wrong checksum");
  }

  /** Bytes of a segment, not verified: for readers that check what they find by its hash. */
  async readBytes(segment: number, offset: number, length: number): Promise<Uint8Array> {
    const bytes = await this.#with(segment, (file) => readFully(file, offset, length));
    if (bytes.length === length) return bytes;
    throw this.#damaged(segment, offset, `it ends before byte ${offset + length}`);
  }

  /** The first sequences of all segments, in order: what {@link readSegment} reads. */
  async segments(): Promise<readonly number[]> {
    const { files, directory } = this.#options;
    return (await files.list(directory)).map(segmentOf).filter((segment) => segment !== undefined);
  }

  /**
   * Reads a segment from disk, frame by frame, and checks that each follows the one before, the first of them `before`;
   * of the one in writing, what was acknowledged when this was called. Answers the last. Throws JOURNAL_CORRUPT with file
   * and offset, which ends writing.
   *
   * @param visit - awaited before the next frame is read, so it sets the pace
   */
  async readSegment(segment: number, before: Uint8Array, visit: FrameVisitor): Promise<Uint8Array> {
    let last = { sequence: segment - 1, checksum: before };
    await this.#with(segment, async (file) => {
      const size = segment === this.#end.segment ? this.#end.offset : await file.size();
      const reader = new SegmentReader(file, size);
      for (;;) {
        const offset = reader.offset;
        const frame = await reader.next();
        if (frame === undefined) return;
        if ("reason" in frame) throw this.#damaged(segment, offset, frame.reason);
        if (frame.sequence !== last.sequence + 1 || !frame.previous.equals(last.checksum)) {
          throw this.#damaged(segment, offset, `frame ${frame.sequence} does not follow the one before`);
        }
        last = { sequence: frame.sequence, checksum: Buffer.from(frame.checksum) };
        await visit(frame, { segment, offset, length: reader.offset - offset });
      }
    });
    return last.checksum;
  }

  /**
   * Whether the lock is still this process's: false when the folder was moved, replaced, or taken over. Ends writing
   * then, as the next append would.
   */
  checkLock(): boolean {
    if (this.#closed || this.#failure !== undefined || this.#lock.isHeld()) return true;
    this.#fail(lockLost());
    return false;
  }

  /** Visits all frames on disk again, in order. */
  async visit(visitor: FrameVisitor): Promise<void> {
    const upTo = this.#end;
    for (let segment = 0; segment < upTo.sequence;) {
      const first = segment;
      segment = await this.#with(first, async (file) => {
        const size = first === upTo.segment ? upTo.offset : await file.size();
        return await this.#visitSegment(new SegmentReader(file, size), first, visitor);
      });
    }
  }

  /** Syncs the mark, gives the lock back. What was appended is already safe. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    try {
      const closings = [...this.#open.values()].map(async (file) => (await file).close());
      await Promise.all([this.#mark.close(), this.#suspicion.noted(), ...closings]);
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
    if (!this.#lock.isHeld()) throw this.#fail(lockLost());
  }

  /** Ends writing, for the first reason that there was. */
  #fail(failure: NodeError): NodeError {
    if (this.#failure !== undefined) return this.#failure;
    this.#failure = failure;
    this.#options.onFailure(failure);
    return failure;
  }

  /**
   * A frame that was once acknowledged is not what it was. Nothing is written behind it any more, and the next opening
   * reads everything, however often the process is started again.
   */
  #damaged(segment: number, offset: number, reason: string): NodeError {
    const file = this.#pathOf(segment);
    const error = new NodeError("JOURNAL_CORRUPT", `${file} is damaged at byte ${offset}: ${reason}`, { file, offset });
    if (this.#closed) return error;
    this.#suspicion.note(error);
    this.#fail(error);
    return error;
  }

  async #rotate(type: FrameType, payload: Uint8Array, records: number): Promise<FrameLocation> {
    const { segment } = this.#end;
    const seal = segment === undefined ? undefined : sealOf({ ...this.#end, segment });
    this.#end = await createSegment(this.#options, this.#end, seal);
    if (seal !== undefined) this.#options.onSealed(seal);
    const { bytes, checksum } = this.#encoder.encode(type, this.#end.sequence, this.#end.checksum, payload);
    return await this.#write(bytes, checksum, records);
  }

  async #write(bytes: Buffer, checksum: Buffer, records: number): Promise<FrameLocation> {
    const { failpoint } = this.#options;
    const { segment = 0, offset, sequence } = this.#end;
    await failpoint("journal.beforeWrite");
    await this.#with(segment, async (file) => {
      await writeFully(file, bytes, offset);
      await failpoint("journal.afterWrite");
      await inSpan("journal fsync", { attributes: { "lianzheng.bytes": bytes.length } }, () => file.datasync());
    });
    await failpoint("journal.afterSync");
    this.#mark.write({ sequence, checksum });
    await failpoint("journal.afterMark");
    // Copied: it is a view into the encoder's room, which the next frame is written over.
    this.#end = {
      ...this.#end,
      sequence: sequence + 1,
      checksum: Buffer.from(checksum),
      offset: offset + bytes.length,
      records: this.#end.records + records,
    };
    return { segment, offset, length: bytes.length };
  }

  async #visitSegment(reader: SegmentReader, segment: number, visitor: FrameVisitor): Promise<number> {
    for (let sequence = segment; ; sequence += 1) {
      const offset = reader.offset;
      const frame = await reader.next();
      if (frame === undefined) return sequence;
      if ("reason" in frame) throw this.#damaged(segment, offset, frame.reason);
      await visitor(frame, { segment, offset, length: reader.offset - offset });
    }
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

/** What opening found, under the lock. */
interface Opened {
  readonly mark: MarkFile;
  readonly damagedMark: string | undefined;
  readonly end: JournalEnd;
}

async function openLocked(options: Required<JournalOptions>, make: (opened: Opened) => Journal): Promise<Journal> {
  const { directory, identity, begin, files, recordsOf } = options;
  const suspicion = new Suspicion(files, directory);
  const markPath = join(directory, "acknowledged");
  const { file: markFile, reading } = await MarkFile.open(files, markPath);
  try {
    const visit = await begin();
    const isKnown = (await suspicion.stands()) ? () => Promise.resolve(false) : options.isKnown;
    const end = await recover({ directory, files, identity, mark: believed(reading), visit, recordsOf, isKnown });
    const ready = end.segment === undefined ? await createSegment(options, end, undefined) : end;
    await suspicion.lift();
    markFile.write({ sequence: ready.sequence - 1, checksum: ready.checksum });
    return make({ mark: markFile, damagedMark: reading === "damaged" ? markPath : undefined, end: ready });
  } catch (error) {
    await markFile.close();
    throw error;
  }
}

/** Begins a segment with its identity frame. A crash before its sync leaves a segment that recovery removes. */
async function createSegment(
  options: Required<JournalOptions>,
  end: JournalEnd,
  seal: SealedSegment | undefined,
): Promise<JournalEnd> {
  const { directory, identity, files, failpoint } = options;
  const { bytes, checksum } = encodeFrame("identity", end.sequence, end.checksum, encodeIdentity(identity, seal));
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
    firstIndex: end.firstIndex + end.records,
    records: 0,
  };
}

function lockLost(): NodeError {
  return new NodeError(
    "JOURNAL_LOCK_LOST",
    "another process took this journal's lock, or the folder was moved, replaced or deleted",
  );
}

/** The same bytes as a Buffer. */
function viewOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
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
