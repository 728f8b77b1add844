import { dirname, join } from "node:path";
import type { Files } from "@lianzheng/node/journal";
import { errnoOf, readFully, writeFully } from "@lianzheng/node/journal";

const mostBytes = 100_000;

/** The note at `path`; undefined if there is none. */
export async function readNote(files: Files, path: string): Promise<string | undefined> {
  try {
    const file = await files.open(path, "read");
    try {
      return Buffer.from(await readFully(file, 0, mostBytes)).toString("utf8");
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Puts a note in the place of the one at `path`. Before: the old one is there. Resolves when the new one is on the device,
 * under its name. Rejects with what the file system says: then it is the old one or the new one, which only reading tells.
 */
export async function keepNote(files: Files, path: string, note: string): Promise<void> {
  await files.makeDirectory(dirname(path));
  await files.remove(`${path}.draft`);
  const file = await files.open(`${path}.draft`, "create");
  try {
    await writeFully(file, Buffer.from(note, "utf8"), 0);
    await file.datasync();
  } finally {
    await file.close();
  }
  await files.rename(`${path}.draft`, path);
  await files.syncDirectory(dirname(path));
  await files.syncDirectory(join(dirname(path), ".."));
}
