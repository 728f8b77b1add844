import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, link, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CliError } from "../errors.ts";

/** How a file is written. */
export interface WriteOptions {
  /** Replace what stands there. */
  readonly force: boolean;
  /** Access rights of the new file; readable by all unless given. */
  readonly mode?: number;
  /** No option of the command replaces what stands there, so none is advised. */
  readonly kept?: boolean;
}

/**
 * Puts a whole file in its place, or nothing: written beside it, flushed to disk, then given its name.
 *
 * After a crash there is at most a stray `.name.….part` beside the place, never half a file under its name.
 *
 * @throws CliError E_OUTPUT_EXISTS, E_OUTPUT_FOLDER, E_OUTPUT_WRITE
 */
export async function writeOutput(path: string, content: string | Uint8Array, options: WriteOptions): Promise<void> {
  const part = join(dirname(path), `.${basename(path)}.${randomBytes(6).toString("hex")}.part`);
  try {
    await writePart(part, content, options.mode ?? 0o644);
    if (options.force) await rename(part, path);
    else await nameOnce(part, path);
  } catch (error) {
    throw toRefusal(path, options, error);
  } finally {
    await rm(part, { force: true });
  }
}

async function writePart(part: string, content: string | Uint8Array, mode: number): Promise<void> {
  const file = await open(part, "wx", mode);
  try {
    await file.writeFile(content);
    await file.datasync();
  } finally {
    await file.close();
  }
}

/** A hard link takes a name only while it is free; where the file system has none, an exclusive copy does the same. */
async function nameOnce(part: string, path: string): Promise<void> {
  try {
    await link(part, path);
  } catch (error) {
    if (!["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS"].includes((error as NodeJS.ErrnoException).code ?? ""))
      throw error;
    await copyFile(part, path, constants.COPYFILE_EXCL);
  }
}

function toRefusal(path: string, { kept = false }: WriteOptions, error: unknown): CliError {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EEXIST") {
    const remedy = kept ? "name another file" : "name another file or add --force";
    return new CliError("E_OUTPUT_EXISTS", `${path} exists; ${remedy}`, { file: path }, error);
  }
  if (code === "ENOENT" || code === "ENOTDIR") {
    return new CliError(
      "E_OUTPUT_FOLDER",
      `the folder of ${path} does not exist; make it first`,
      { file: path },
      error,
    );
  }
  if (code === "EISDIR") {
    return new CliError("E_OUTPUT_FOLDER", `${path} is a folder; name a file in it`, { file: path }, error);
  }
  return new CliError("E_OUTPUT_WRITE", `${path} cannot be written: ${message}`, { file: path }, error);
}
