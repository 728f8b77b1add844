import { open, type FileHandle } from "node:fs/promises";

/** Bytes that are gathered before they are written. */
const bufferBytes = 1024 * 1024;

/**
 * A file that only grows. What stands before `length` is on disk once {@link RowFile.flush} has resolved; whoever notes that length can cut
 * off, after a crash, whatever came behind it.
 */
export class RowFile {
  readonly #file: FileHandle;
  readonly #buffer = Buffer.allocUnsafe(bufferBytes);
  #filled = 0;
  #written: number;

  private constructor(file: FileHandle, length: number) {
    this.#file = file;
    this.#written = length;
  }

  /**
   * Opens the file and cuts it to `length` bytes.
   *
   * @returns undefined if the file is shorter: then something was lost of it
   */
  static async open(path: string, length: number): Promise<RowFile | undefined> {
    const file = await open(path, length === 0 ? "w+" : "r+").catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    });
    if (file === undefined) return undefined;
    if ((await file.stat()).size < length) {
      await file.close();
      return undefined;
    }
    await file.truncate(length);
    return new RowFile(file, length);
  }

  /** Bytes of the file, those included that still wait to be written. */
  get length(): number {
    return this.#written + this.#filled;
  }

  /** Room for `bytes` more, to be filled before anything else is awaited; undefined if there is none before a {@link write}. */
  take(bytes: number): Buffer | undefined {
    if (this.#filled + bytes > bufferBytes) return undefined;
    this.#filled += bytes;
    return this.#buffer.subarray(this.#filled - bytes, this.#filled);
  }

  /** Writes what was gathered; it may be lost in a power cut until {@link flush}. */
  async write(): Promise<void> {
    let at = 0;
    while (at < this.#filled) {
      const { bytesWritten } = await this.#file.write(this.#buffer, at, this.#filled - at, this.#written + at);
      at += bytesWritten;
    }
    this.#written += at;
    this.#filled = 0;
  }

  /** Resolves when all that was taken is on disk. */
  async flush(): Promise<void> {
    await this.write();
    await this.#file.datasync();
  }

  async close(): Promise<void> {
    await this.#file.close();
  }
}
