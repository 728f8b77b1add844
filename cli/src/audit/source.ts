import { stat } from "node:fs/promises";
import { join } from "node:path";
import { isAddress } from "../address.ts";
import { CliError } from "../errors.ts";
import { readInput } from "../files/read.ts";
import { openHttpSource } from "./http-source.ts";
import { maxEntriesBytes, maxNoteBytes, maxTileBytes, type LogSource } from "./log-source.ts";

/**
 * Opens a log to be read.
 *
 * @param place - address of a node or of any server of tlog-tiles, or a folder: a node's, or one with `checkpoint` and `tile/`
 * @throws CliError E_URL, E_URL_CREDENTIALS, E_LOG_ABSENT (nothing there looks like a log), E_FILE_…
 */
export async function openSource(place: string, tokenFile: string | undefined): Promise<LogSource> {
  if (isAddress(place)) return openHttpSource(place, tokenFile);
  for (const folder of [place, join(place, "log")]) {
    if (await isFile(join(folder, "checkpoint"))) return folderSource(place, folder);
  }
  throw new CliError("E_LOG_ABSENT", `${place} holds no log: neither checkpoint nor log/checkpoint is there`);
}

function folderSource(name: string, folder: string): LogSource {
  return {
    name,
    checkpoint: async () => Buffer.from(await readInput(join(folder, "checkpoint"), maxNoteBytes)).toString("utf8"),
    tile: (path) => readIfThere(join(folder, path), maxTileBytes),
    entries: (path) => readIfThere(join(folder, path), maxEntriesBytes),
  };
}

async function isFile(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isFile() === true;
}

async function readIfThere(path: string, limit: number): Promise<Uint8Array | undefined> {
  try {
    return await readInput(path, limit);
  } catch (error) {
    if (error instanceof CliError && (error.code === "E_FILE_ABSENT" || error.code === "E_FILE_EMPTY"))
      return undefined;
    throw error;
  }
}
