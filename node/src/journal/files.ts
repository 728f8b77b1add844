import { constants, writeSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { mkdir, open, readdir, rename, rm, statfs } from "node:fs/promises";

/** One open file. Positions and lengths are bytes. */
export interface StoredFile {
  /** Writes at `position`; answers how many bytes were written, which may be fewer than given. */
  write(bytes: Uint8Array, position: number): Promise<number>;
  /**
   * Writes as {@link StoredFile.write} does, before it returns: for a few bytes that only the operating system has to take.
   * Handing them to another thread and hearing of it takes ten times as long, on a busy machine a thousand times.
   */
  writeNow(bytes: Uint8Array, position: number): number;
  /** Reads into `into` from `position`; answers how many bytes were read, 0 at the end. */
  read(into: Uint8Array, position: number): Promise<number>;
  /** Resolves when everything written so far, and the file's length, are on the device (fdatasync). */
  datasync(): Promise<void>;
  truncate(length: number): Promise<void>;
  size(): Promise<number>;
  close(): Promise<void>;
}

/** How a file is opened: `read` it, `change` it in place, or `create` it where none was (O_EXCL). */
export type OpenMode = "read" | "change" | "create";

/**
 * The file system as the node uses it: a port, so that a test hands in one that fails at a chosen operation instead
 * of patching a module.
 */
export interface Files {
  open(path: string, mode: OpenMode): Promise<StoredFile>;
  /** Names in a directory, sorted; none when the directory does not exist. */
  list(directory: string): Promise<readonly string[]>;
  makeDirectory(directory: string): Promise<void>;
  /** Resolves when the directory's names are on the device: a created or renamed file is only then sure to stay. */
  syncDirectory(directory: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Bytes that may still be written below this directory. */
  freeBytes(directory: string): Promise<number>;
}

const flags: Readonly<Record<OpenMode, number>> = {
  read: constants.O_RDONLY,
  change: constants.O_RDWR,
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
};

function storedFile(handle: FileHandle): StoredFile {
  return {
    write: async (bytes, position) => (await handle.write(bytes, 0, bytes.length, position)).bytesWritten,
    writeNow: (bytes, position) => writeSync(handle.fd, bytes, 0, bytes.length, position),
    read: async (into, position) => (await handle.read(into, 0, into.length, position)).bytesRead,
    datasync: () => handle.datasync(),
    truncate: (length) => handle.truncate(length),
    size: async () => (await handle.stat()).size,
    close: () => handle.close(),
  };
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function list(directory: string): Promise<readonly string[]> {
  try {
    return (await readdir(directory)).sort();
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw error;
  }
}

/** The real disk. Files are readable by their owner only, since they hold members' records and salts. */
export const diskFiles: Files = {
  open: async (path, mode) => storedFile(await open(path, flags[mode], 0o600)),
  list,
  makeDirectory: async (directory) => {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  },
  syncDirectory,
  rename,
  remove: (path) => rm(path, { force: true, recursive: true }),
  freeBytes: async (directory) => {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize;
  },
};

/** The operating system's name of an error, for instance `ENOSPC`; undefined when it is not one of its errors. */
export function errnoOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Writes all of `bytes`, however short the single writes come. Rejects with what the file says. */
export async function writeFully(file: StoredFile, bytes: Uint8Array, position: number): Promise<void> {
  let done = 0;
  while (done < bytes.length) done += somethingOf(await file.write(bytes.subarray(done), position + done));
}

/** As {@link writeFully}, before it returns. Throws what the file says. */
export function writeFullyNow(file: StoredFile, bytes: Uint8Array, position: number): void {
  let done = 0;
  while (done < bytes.length) done += somethingOf(file.writeNow(bytes.subarray(done), position + done));
}

function somethingOf(written: number): number {
  if (written <= 0) throw new Error("the file system wrote nothing");
  return written;
}

/** A new file at `path`. One that is there already, which a crash left half written, is removed first. */
export async function openAfresh(files: Files, path: string): Promise<StoredFile> {
  try {
    return await files.open(path, "create");
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
    await files.remove(path);
    return await files.open(path, "create");
  }
}

/** Reads `length` bytes, fewer only at the end of the file. */
export async function readFully(file: StoredFile, position: number, length: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const count = await file.read(bytes.subarray(done), position + done);
    if (count === 0) break;
    done += count;
  }
  return bytes.subarray(0, done);
}
