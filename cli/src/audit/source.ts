import { constants } from "node:fs";
import { open, stat } from "node:fs/promises";
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

const absent = new Set(["ENOENT", "ENOTDIR"]);

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

/**
 * A tile's file, whole: opened without waiting (a FIFO is none), never read beyond the limit.
 *
 * @throws CliError E_FILE_KIND, E_FILE_TOO_LARGE, E_FILE_READ
 */
async function readIfThere(path: string, limit: number): Promise<Uint8Array | undefined> {
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    if (absent.has((error as NodeJS.ErrnoException).code ?? "")) return undefined;
    throw new CliError("E_FILE_READ", `${path}: ${(error as Error).message}`, { file: path }, error);
  });
  if (file === undefined) return undefined;
  try {
    const stat = await file.stat();
    if (!stat.isFile()) throw new CliError("E_FILE_KIND", `${path}: it is not an ordinary file`, { file: path });
    if (stat.size > limit)
      throw new CliError("E_FILE_TOO_LARGE", `${path}: it is larger than ${limit} bytes`, { file: path });
    const bytes = Buffer.allocUnsafe(stat.size);
    const { bytesRead } = await file.read(bytes, 0, stat.size, 0);
    return bytes.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
