import { crc32 } from "node:zlib";
import type { Files, StoredFile } from "./files.ts";
import { errnoOf, readFully, writeFullyNow } from "./files.ts";

const markBytes = 44;

/** The newest frame that is known to be synced. */
export interface Mark {
  readonly sequence: number;
  readonly checksum: Buffer;
}

/** What a mark's file says: a mark, nothing (there is none, or none was written yet), or bytes that no mark is made of. */
export type MarkReading = Mark | "damaged" | undefined;

/**
 * The high-water mark: a second, independent witness of how far the journal was acknowledged.
 *
 * Written over itself after every fdatasync of the journal and before anything is acknowledged, without a sync of its
 * own: when the process dies it is exact, when the power fails it may be older, never newer. It tells a tail that was
 * torn while being written, which nobody was told of, from an acknowledged frame that was damaged later.
 *
 * Lost or unreadable means: only that last distinction is lost, until the next opening writes the mark again. A damaged
 * mark is told of, for what damaged it may have been at the segments too; an empty one, or one of zeros, is what a power cut
 * leaves of a file that was just made.
 */
export class MarkFile {
  readonly #file: StoredFile;

  private constructor(file: StoredFile) {
    this.#file = file;
  }

  /** Opens or creates the mark, and answers what it says. */
  static async open(files: Files, path: string): Promise<{ readonly file: MarkFile; readonly reading: MarkReading }> {
    const stored = await openOrCreate(files, path);
    return { file: new MarkFile(stored), reading: decodeMark(Buffer.from(await readFully(stored, 0, markBytes))) };
  }

  /** When it returns, the operating system holds the mark. Throws what the file says. */
  write(mark: Mark): void {
    writeFullyNow(this.#file, encodeMark(mark), 0);
  }

  /** Syncs and closes: after an orderly end no torn tail is possible, so none is forgiven. */
  async close(): Promise<void> {
    try {
      await this.#file.datasync();
    } finally {
      await this.#file.close();
    }
  }
}

/** What the mark at `path` says. */
export async function readMark(files: Files, path: string): Promise<MarkReading> {
  let stored: StoredFile;
  try {
    stored = await files.open(path, "read");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
  try {
    return decodeMark(Buffer.from(await readFully(stored, 0, markBytes)));
  } finally {
    await stored.close();
  }
}

async function openOrCreate(files: Files, path: string): Promise<StoredFile> {
  try {
    return await files.open(path, "change");
  } catch (error) {
    if (errnoOf(error) !== "ENOENT") throw error;
    return await files.open(path, "create");
  }
}

/** The mark where it can be believed. */
export function believed(reading: MarkReading): Mark | undefined {
  return reading === "damaged" ? undefined : reading;
}

function encodeMark({ sequence, checksum }: Mark): Buffer {
  const bytes = Buffer.alloc(markBytes);
  bytes.writeBigUInt64BE(BigInt(sequence), 0);
  bytes.set(checksum, 8);
  bytes.writeUInt32BE(crc32(bytes.subarray(0, 40)), 40);
  return bytes;
}

function decodeMark(bytes: Buffer): MarkReading {
  if (bytes.every((byte) => byte === 0)) return undefined;
  if (bytes.length !== markBytes || crc32(bytes.subarray(0, 40)) !== bytes.readUInt32BE(40)) return "damaged";
  return { sequence: Number(bytes.readBigUInt64BE(0)), checksum: bytes.subarray(8, 40) };
}
