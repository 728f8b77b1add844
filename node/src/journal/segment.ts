import type { StoredFile } from "./files.ts";
import { readFully } from "./files.ts";
import type { Frame } from "./frame.ts";
import { decodeFrame, decodeHeader, frameLength, headerBytes, magic } from "./frame.ts";

const chunkBytes = 1024 * 1024;

/** Name of the segment whose first frame has this sequence. */
export function segmentName(firstSequence: number): string {
  return `${String(firstSequence).padStart(16, "0")}.journal`;
}

/** First sequence of the segment with this name; undefined for other files. */
export function segmentOf(name: string): number | undefined {
  const match = /^(\d{16})\.journal$/.exec(name);
  return match === null ? undefined : Number(match[1]);
}

/** Why a segment cannot be read on: the place in the file, and what is wrong there. */
export interface Break {
  readonly offset: number;
  readonly reason: string;
}

/** Reads one segment's frames in order, with a bounded buffer. */
export class SegmentReader {
  readonly #file: StoredFile;
  readonly #size: number;
  #buffer: Buffer = Buffer.alloc(0);
  #offset = 0;

  /** `size` is how many bytes of the file count; `from` is where the first frame to read starts. */
  constructor(file: StoredFile, size: number, from = 0) {
    this.#file = file;
    this.#size = size;
    this.#offset = from;
  }

  /** Where the next frame starts. */
  get offset(): number {
    return this.#offset;
  }

  /** The next frame, its own checksum verified; a break; or undefined at the end. */
  async next(): Promise<Frame | Break | undefined> {
    const left = this.#size - this.#offset;
    if (left === 0) return undefined;
    if (left < headerBytes) return this.#break("an incomplete header");
    await this.#fill(headerBytes);
    const header = decodeHeader(this.#buffer);
    if (header === undefined) return this.#break("no frame header");
    const length = frameLength(header);
    if (left < length) return this.#break("an incomplete frame");
    await this.#fill(length);
    const frame = decodeFrame(this.#buffer.subarray(0, length));
    if (frame === undefined) return this.#break("a wrong checksum");
    this.#buffer = this.#buffer.subarray(length);
    this.#offset += length;
    return frame;
  }

  #break(reason: string): Break {
    return { offset: this.#offset, reason };
  }

  /** Never writes into a buffer that frames were cut from: they may still be in use. */
  async #fill(length: number): Promise<void> {
    if (this.#buffer.length >= length) return;
    const held = this.#buffer;
    const start = this.#offset + held.length;
    const wanted = Math.min(Math.max(length - held.length, chunkBytes), this.#size - start);
    const read = await readFully(this.#file, start, wanted);
    this.#buffer =
      held.length === 0 ? Buffer.from(read.buffer, read.byteOffset, read.length) : Buffer.concat([held, read]);
    if (this.#buffer.length < length) throw new Error("the file became shorter while it was read");
  }
}

/**
 * Whether a complete frame with a right checksum starts anywhere in `[from, size)`.
 *
 * A tail that was torn while being written has none: the frame behind it was never begun. Payloads cannot fake one,
 * since a header holds zero bytes and the texts in payloads do not.
 */
export async function holdsCompleteFrame(file: StoredFile, from: number, size: number): Promise<boolean> {
  const bytes = Buffer.from(await readFully(file, from, size - from));
  for (let at = bytes.indexOf(magic); at >= 0; at = bytes.indexOf(magic, at + 1)) {
    if (bytes.length - at < headerBytes) return false;
    const header = decodeHeader(bytes.subarray(at));
    if (header === undefined) continue;
    const end = at + frameLength(header);
    if (end <= bytes.length && decodeFrame(bytes.subarray(at, end)) !== undefined) return true;
  }
  return false;
}
