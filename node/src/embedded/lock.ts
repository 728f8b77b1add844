import { readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ChainError } from "../chain-error.ts";

const ownerFile = "OWNER";

/** Folders that this process has open, by their real path. */
const held = new Set<string>();

interface Owner {
  readonly pid: number;
  /** When the process started, in the kernel's ticks; empty where the system does not tell. */
  readonly started: string;
}

/**
 * When process `pid` started: field 22 of `/proc/<pid>/stat`. A process id is used again, in a container at each start;
 * together with this it is not. Empty on systems without `/proc`.
 */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  } catch (error) {
    if (isMissing(error)) return "";
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ESRCH";
}

function isAlive({ pid, started }: Owner): boolean {
  // This process's own id in the file: left by an earlier process of that id, or by another thread of this one.
  if (pid === process.pid) return started !== "" && started === startOf(pid);
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  return started === "" || started === startOf(pid);
}

/** The process that wrote itself into `directory` last, alive or not. */
function ownerOf(directory: string): Owner | undefined {
  try {
    const [pid, started = ""] = readFileSync(join(directory, ownerFile), "utf8").trim().split(" ");
    const number = Number(pid);
    return Number.isSafeInteger(number) && number > 0 ? { pid: number, started } : undefined;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** The refusal of a second process. */
export function lockedError(directory: string, cause?: unknown): ChainError {
  const pid = ownerOf(directory)?.pid;
  const who = pid === undefined ? "another process" : `process ${pid}`;
  return new ChainError("C_LOCKED", `${who} has the chain in ${directory} open`, { directory, pid }, cause);
}

/**
 * Sole use of a chain's folder, beside LevelDB's own lock. That one lets go silently when its process merely reads the lock
 * file, as a backup does, or opens the database twice: so this process is asked first, then the file that names the owner.
 * Two processes that start in the same instant both pass here; LevelDB's lock stops the second.
 */
export class FolderLock {
  readonly #path: string;

  private constructor(path: string) {
    this.#path = path;
  }

  /** @throws ChainError C_LOCKED, details.pid is the owner */
  static take(directory: string): FolderLock {
    const path = realpathSync(directory);
    const owner = ownerOf(path);
    if (held.has(path) || (owner !== undefined && isAlive(owner))) throw lockedError(path);
    held.add(path);
    return new FolderLock(path);
  }

  /** Names this process as the owner; called once LevelDB's lock is held too. */
  sign(): void {
    writeFileSync(join(this.#path, ownerFile), `${process.pid} ${startOf(process.pid)}\n`);
  }

  /** After a crash the file stays behind and names a process that is gone, which {@link FolderLock.take} sees. */
  release(signed: boolean): void {
    held.delete(this.#path);
    if (signed) rmSync(join(this.#path, ownerFile), { force: true });
  }
}
