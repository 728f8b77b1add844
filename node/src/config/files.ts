import { constants } from "node:fs";
import { mkdir, open, stat } from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { NodeError } from "../errors.ts";

/** Largest file that a node's folder has for settings and keys. */
const maxBytes = 1024 * 1024;

/** Who may read a file: the node's account alone, or anybody whom the folder lets in. */
export type Audience = "secret" | "open";

/**
 * Writes a new file and its folder's entry to disk before it resolves. Never overwrites.
 *
 * A crash in the middle leaves a file that is too short; whoever reads it refuses it, and setting up starts again in an
 * empty folder.
 *
 * @throws NodeError CONFIG_EXISTS, CONFIG_STORAGE
 */
export async function writeNewFile(path: string, text: string, audience: Audience): Promise<void> {
  const mode = audience === "secret" ? 0o600 : 0o644;
  try {
    const file = await open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode);
    await using(file, async () => {
      await file.writeFile(text);
      await file.sync();
    });
    await syncFolder(dirname(path));
  } catch (error) {
    if (codeOf(error) === "EEXIST")
      throw new NodeError("CONFIG_EXISTS", `${path} is there already`, { file: path }, error);
    throw storageError(path, error);
  }
}

/**
 * Makes a folder that only the node's account may enter, with those above it.
 *
 * @returns the uppermost folder that had to be made; undefined if all were there
 * @throws NodeError CONFIG_STORAGE
 */
export async function makePrivateFolder(path: string): Promise<string | undefined> {
  try {
    return await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw storageError(path, error);
  }
}

/**
 * The bytes of a file of the node's folder; undefined when there is none.
 *
 * @throws NodeError CONFIG_PERMISSIONS for a secret that others may read, CONFIG_FORMAT for what is no file or too large
 */
export async function readFileIfThere(path: string, audience: Audience): Promise<Uint8Array | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    return await using(file, () => readChecked(file, path, audience));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error instanceof NodeError ? error : storageError(path, error);
  }
}

/** As {@link readFileIfThere}, for a file that must be there. @throws NodeError CONFIG_MISSING besides */
export async function readRequiredFile(path: string, audience: Audience, hint: string): Promise<Uint8Array> {
  const bytes = await readFileIfThere(path, audience);
  if (bytes === undefined) throw new NodeError("CONFIG_MISSING", `${path} is missing: ${hint}`, { file: path });
  return bytes;
}

/** Refuses a file or folder of secrets that others may read. @throws NodeError CONFIG_PERMISSIONS, CONFIG_MISSING */
export async function requirePrivate(path: string): Promise<void> {
  try {
    refuseOpenMode(path, (await stat(path)).mode);
  } catch (error) {
    if (error instanceof NodeError) throw error;
    if (codeOf(error) !== "ENOENT") throw storageError(path, error);
    throw new NodeError("CONFIG_MISSING", `${path} is missing: set the node up with init`, { file: path }, error);
  }
}

async function readChecked(file: FileHandle, path: string, audience: Audience): Promise<Uint8Array> {
  // The open file is asked, not its name: nobody can put another file there in between.
  const facts = await file.stat();
  if (!facts.isFile()) throw new NodeError("CONFIG_FORMAT", `${path} is not a file`, { file: path });
  if (facts.size > maxBytes) throw new NodeError("CONFIG_FORMAT", `${path} is over ${maxBytes} bytes`, { file: path });
  if (audience === "secret") refuseOpenMode(path, facts.mode);
  return new Uint8Array(await file.readFile());
}

/** Windows keeps no such modes; there the folder's access list decides. */
function refuseOpenMode(path: string, mode: number): void {
  if (process.platform === "win32" || (mode & 0o077) === 0) return;
  const found = (mode & 0o777).toString(8).padStart(4, "0");
  const message = `${path} has mode ${found}, so others may read it: chmod go= '${path}', and change the secret if others could`;
  throw new NodeError("CONFIG_PERMISSIONS", message, { file: path, mode: found });
}

/** Brings the names in a folder to disk. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === "win32") return;
  const folder = await open(path, constants.O_RDONLY);
  await using(folder, () => folder.sync());
}

async function using<T>(file: FileHandle, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } finally {
    await file.close();
  }
}

/** The operating system refused. */
export function storageError(path: string, error: unknown): NodeError {
  const code = codeOf(error) ?? "unknown";
  return new NodeError("CONFIG_STORAGE", `${path}: ${code}`, { file: path, code }, error);
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
