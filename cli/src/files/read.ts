import { constants } from "node:fs";
import { open } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import type { CliErrorCode } from "../errors.ts";
import { CliError } from "../errors.ts";

/** Largest evidence bundle, policy and submission that the command reads, in bytes (docs/formats.md section 8). */
export const MAX_INPUT_BYTES = 16 * 1024 * 1024;

/** `-` in the place of a file name. */
const STDIN = "-";

const openFaults: Readonly<Record<string, readonly [CliErrorCode, string]>> = {
  ENOENT: ["E_FILE_ABSENT", "there is no such file"],
  ENOTDIR: ["E_FILE_ABSENT", "a part of the path is not a folder"],
  EACCES: ["E_FILE_PERMISSION", "this user may not read it"],
  EPERM: ["E_FILE_PERMISSION", "this user may not read it"],
  ELOOP: ["E_FILE_LOOP", "its symbolic links go in a circle"],
  ENXIO: ["E_FILE_KIND", "it is not an ordinary file"],
  EISDIR: ["E_FILE_DIRECTORY", "it is a folder; name a file in it"],
};

/**
 * The bytes of an ordinary file, or of stdin for `-`.
 *
 * Opened without blocking, so that a FIFO is refused rather than waited for, and never read beyond `limit`, so that a device or a
 * growing file cannot fill the memory.
 *
 * @param name - path, or `-`
 * @param limit - most bytes that are accepted
 * @throws CliError E_FILE_ABSENT, E_FILE_DIRECTORY, E_FILE_KIND, E_FILE_EMPTY, E_FILE_TOO_LARGE, E_FILE_PERMISSION, E_FILE_LOOP, E_FILE_READ
 */
export async function readInput(name: string, limit: number = MAX_INPUT_BYTES): Promise<Uint8Array> {
  const bytes = name === STDIN ? await readStdin(limit) : await readOrdinary(name, limit);
  if (bytes.length === 0) throw refusal("E_FILE_EMPTY", name, "it is empty");
  return bytes;
}

async function readOrdinary(name: string, limit: number): Promise<Uint8Array> {
  const file = await openToRead(name);
  try {
    const stat = await file.stat();
    if (stat.isDirectory()) throw refusal("E_FILE_DIRECTORY", name, "it is a folder; name a file in it");
    if (!stat.isFile()) throw refusal("E_FILE_KIND", name, "it is not an ordinary file");
    if (stat.size > limit) throw tooLarge(name, limit);
    return await readUpTo(file, name, limit);
  } finally {
    await file.close();
  }
}

/** Opens without waiting, so that a FIFO is seen to be one. @throws CliError E_FILE_… */
export async function openToRead(name: string): Promise<FileHandle> {
  try {
    return await open(name, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const known = openFaults[(error as NodeJS.ErrnoException).code ?? ""];
    if (known !== undefined) throw refusal(known[0], name, known[1], error);
    throw refusal("E_FILE_READ", name, (error as Error).message, error);
  }
}

/** Reads until the end, not until the size that was reported: the file may grow or shrink meanwhile. */
async function readUpTo(file: FileHandle, name: string, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of file.createReadStream({ autoClose: false }) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > limit) throw tooLarge(name, limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

async function readStdin(limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of process.stdin as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > limit) throw tooLarge(STDIN, limit);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tooLarge(name: string, limit: number): CliError {
  return refusal("E_FILE_TOO_LARGE", name, `it is larger than ${limit.toLocaleString("en")} bytes`);
}

function refusal(code: CliErrorCode, name: string, why: string, cause?: unknown): CliError {
  return new CliError(code, `${name === STDIN ? "standard input" : name}: ${why}`, { file: name }, cause);
}
