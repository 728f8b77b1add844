import { randomUUID } from "node:crypto";
import {
  closeSync,
  fstatSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { NodeError } from "../errors.ts";
import { errnoOf } from "./files.ts";

/** Who holds a lock: enough to tell a living owner from a dead one whose process number was given out again. */
interface Owner {
  readonly pid: number;
  /** Start of that process in clock ticks since boot; empty where the system does not say. */
  readonly started: string;
  /** Random id of the boot of the machine; empty where the system does not say. */
  readonly boot: string;
  readonly nonce: string;
}

const attempts = 20;

/**
 * The single-writer guard of a journal: the file `LOCK`, which names its owner.
 *
 * LevelDB's own lock is a POSIX record lock, which a process loses as soon as it closes any descriptor of the file,
 * for instance by copying its folder. This one is a name in the directory, given out by `link`, which is atomic and
 * fails when the name exists. A dead owner's lock is taken over without anybody's help.
 */
export class JournalLock {
  readonly #path: string;
  readonly #inode: bigint;
  /** Kept open, so that the file system cannot give its number to another file while this object compares it. */
  readonly #descriptor: number;
  #released = false;

  private constructor(path: string) {
    this.#path = path;
    this.#descriptor = openSync(path, "r");
    this.#inode = fstatSync(this.#descriptor, { bigint: true }).ino;
  }

  /** Takes the lock, before any other file of the directory is touched. Throws NodeError JOURNAL_LOCKED. */
  static acquire(directory: string): JournalLock {
    const path = join(directory, "LOCK");
    const own = ownerOfThisProcess();
    const draft = join(directory, `LOCK.${own.nonce}`);
    // Synced before it gets the name: after a power cut the name would otherwise lead to an empty file, which tells
    // nobody that its owner is dead.
    writeFileSync(draft, JSON.stringify(own), { flag: "wx", mode: 0o600, flush: true });
    try {
      for (let attempt = 0; attempt < attempts; attempt += 1) {
        if (tryLink(draft, path)) return new JournalLock(path);
        removeIfDead(path, `${draft}.dead`);
      }
      throw new NodeError("JOURNAL_LOCKED", `the lock ${path} keeps changing hands`, { file: path });
    } finally {
      rmSync(draft, { force: true });
    }
  }

  /** Whether the name still leads to this process's file: asked before every write. */
  isHeld(): boolean {
    return statSync(this.#path, { bigint: true, throwIfNoEntry: false })?.ino === this.#inode;
  }

  /** Gives the lock back, if it is still this process's. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    if (this.isHeld()) rmSync(this.#path, { force: true });
    closeSync(this.#descriptor);
  }
}

function tryLink(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** Clears a dead owner's lock away; throws JOURNAL_LOCKED if the owner lives. */
function removeIfDead(path: string, aside: string): void {
  const owner = readOwner(path);
  if (owner === undefined) return;
  if (isAlive(owner)) {
    throw new NodeError("JOURNAL_LOCKED", `process ${owner.pid} writes this journal; stop it first`, {
      file: path,
      pid: owner.pid,
    });
  }
  // Two newcomers may both find the same dead owner. The one that comes second would carry off the first one's fresh
  // lock: it sees that by the nonce, and puts it back.
  try {
    renameSync(path, aside);
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return;
    throw error;
  }
  if (readOwner(aside)?.nonce !== owner.nonce) tryLink(aside, path);
  rmSync(aside, { force: true });
}

function readOwner(path: string): Owner | undefined {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return undefined;
    throw error;
  }
  const value = parseOwner(text);
  if (value !== undefined) return value;
  throw new NodeError("JOURNAL_LOCKED", `${path} cannot be read; delete it if no other process writes here`, {
    file: path,
  });
}

function parseOwner(text: string): Owner | undefined {
  const match = /^\{"pid":(\d{1,10}),"started":"(\d*)","boot":"([0-9a-f-]*)","nonce":"([0-9a-f-]+)"\}$/.exec(text);
  if (match === null) return undefined;
  const [, pid, started = "", boot = "", nonce = ""] = match;
  return { pid: Number(pid), started, boot, nonce };
}

function isAlive(owner: Owner): boolean {
  const boot = bootId();
  if (owner.boot !== "" && boot !== "" && owner.boot !== boot) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    // EPERM: it lives, but belongs to somebody else.
    if (errnoOf(error) === "ESRCH") return false;
  }
  const started = startOf(owner.pid);
  return owner.started === "" || started === "" || owner.started === started;
}

function ownerOfThisProcess(): Owner {
  return { pid: process.pid, started: startOf(process.pid), boot: bootId(), nonce: randomUUID() };
}

function bootId(): string {
  return readIfThere("/proc/sys/kernel/random/boot_id").trim();
}

/** Field 22 of /proc/PID/stat (proc(5)); the second field may hold blanks and brackets, hence the search from behind. */
function startOf(pid: number): string {
  const stat = readIfThere(`/proc/${String(pid)}/stat`);
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
}

function readIfThere(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errnoOf(error) === undefined) throw error;
    return "";
  }
}
