import { open, statfs } from "node:fs/promises";
import { join } from "node:path";

/** What a node must be for `readyz` to say yes; each has its own stable code. */
export interface HealthParts {
  /** The node's folder. */
  readonly folder: string;
  /** Below so many free bytes the node is not ready. */
  readonly reserveBytes: number;
  /** Longest that a submission may wait for the disk, and a canary, ms. */
  readonly patienceMs: number;
  /** Seconds between two anchors by the policy. */
  readonly anchorEverySeconds: number;
  readonly log: () => { readonly failure?: string; readonly oldestWaitMs: number };
  readonly anchor: () => { readonly size: number; readonly backlog: number; readonly fault?: string };
  /** Code of what the node lacks on its chain. */
  readonly missing: () => string | undefined;
  /** Whether a row of the registry is not what the contract says. */
  readonly differs: () => boolean;
  /** Clock that never goes back, ms. */
  readonly monotonic: () => number;
}

/** Why a node is not ready. */
export interface HealthReason {
  readonly code: string;
  readonly detail: string;
}

/** How often the disk is asked, ms. */
const everyMs = 1_000;
/** How long no record may have come before a canary is written, ms. */
const idleMs = 10_000;
/** Anchors seconds apart would make a node unready for a slow block; so far nobody minds. */
const leastLatenessMs = 10_000;

/**
 * Whether the node can do its work: its last write was acknowledged in time, there is room, and what waits for the chain
 * has not waited too long.
 *
 * Where no record came for a while a canary is written instead: one synced file, so that a disk that died in the night is
 * known before the first record of the day.
 */
export class Health {
  readonly #parts: HealthParts;
  readonly #timer: NodeJS.Timeout;
  #canaryFault: string | undefined;
  #canarySince: number | undefined;
  /** The look at the disk that is under way. */
  #canary: Promise<void> = Promise.resolve();
  #freeBytes: number | undefined;
  #committedAt = Number.NEGATIVE_INFINITY;
  #canaryAt = Number.NEGATIVE_INFINITY;
  #anchoredSize = -1;
  #waitsSince: number | undefined;

  private constructor(parts: HealthParts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#look(), everyMs);
    this.#timer.unref();
  }

  /** Begins to watch; resolves after the first look at the disk. */
  static async start(parts: HealthParts): Promise<Health> {
    const health = new Health(parts);
    health.#look();
    await health.#canary;
    return health;
  }

  /** Free bytes of the disk when it was last asked. */
  get freeBytes(): number | undefined {
    return this.#freeBytes;
  }

  /** How long leaves have been waiting for the chain, since the last anchor, ms. */
  get backlogAgeMs(): number {
    return this.#waitsSince === undefined ? 0 : this.#parts.monotonic() - this.#waitsSince;
  }

  /** To be called after each commit. */
  committed(): void {
    this.#committedAt = this.#parts.monotonic();
  }

  /** Everything that is wrong now; empty when the node is ready. */
  reasons(): readonly HealthReason[] {
    const { log, anchor, missing, differs } = this.#parts;
    const { failure, oldestWaitMs } = log();
    const { fault } = anchor();
    const lacks = missing();
    return [
      ...(failure === undefined ? [] : [{ code: failure, detail: "the log takes nothing more" }]),
      ...(lacks === undefined ? [] : [{ code: lacks, detail: "the log is not on the chain yet" }]),
      ...(fault === undefined ? [] : [{ code: fault, detail: "anchoring does not go on" }]),
      ...(differs() ? [{ code: "REGISTRY_DIFFERS", detail: "a row of the registry is not what the contract says" }] : []),
      ...this.#diskReasons(oldestWaitMs),
      ...this.#anchorReasons(),
    ];
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#canary;
  }

  #diskReasons(oldestWaitMs: number): readonly HealthReason[] {
    const { reserveBytes, patienceMs, monotonic } = this.#parts;
    const canaryMs = this.#canarySince === undefined ? 0 : monotonic() - this.#canarySince;
    const isStuck = Math.max(oldestWaitMs, canaryMs) > patienceMs;
    const isFull = this.#freeBytes !== undefined && this.#freeBytes < reserveBytes;
    return [
      ...(isStuck ? [{ code: "R_WRITE_STUCK", detail: `a write has waited over ${patienceMs} ms for the disk` }] : []),
      ...(this.#canaryFault === undefined ? [] : [{ code: "R_CANARY", detail: `a canary: ${this.#canaryFault}` }]),
      ...(isFull ? [{ code: "E_STORAGE_FULL", detail: `less than ${reserveBytes} bytes are free` }] : []),
    ];
  }

  #anchorReasons(): readonly HealthReason[] {
    this.#lookAtAnchor();
    const limitMs = Math.max(2_000 * this.#parts.anchorEverySeconds, leastLatenessMs);
    if (this.backlogAgeMs <= limitMs) return [];
    return [{ code: "R_ANCHOR_LATE", detail: `records have waited over ${limitMs} ms for the chain` }];
  }

  #look(): void {
    this.#lookAtAnchor();
    const { monotonic } = this.#parts;
    if (this.#canarySince !== undefined) return;
    const now = monotonic();
    const isIdle = now - Math.max(this.#committedAt, this.#canaryAt) >= idleMs;
    if (isIdle) this.#canaryAt = now;
    this.#canarySince = now;
    this.#canary = this.#lookAtDisk(isIdle).finally(() => (this.#canarySince = undefined));
  }

  #lookAtAnchor(): void {
    const { size, backlog } = this.#parts.anchor();
    if (backlog === 0) this.#waitsSince = undefined;
    else if (size !== this.#anchoredSize || this.#waitsSince === undefined) this.#waitsSince = this.#parts.monotonic();
    this.#anchoredSize = size;
  }

  async #lookAtDisk(isIdle: boolean): Promise<void> {
    const { folder } = this.#parts;
    try {
      const { bavail, bsize } = await statfs(folder);
      this.#freeBytes = bavail * bsize;
      if (!isIdle && this.#canaryFault === undefined) return;
      await writeCanary(join(folder, "canary"));
      this.#canaryFault = undefined;
    } catch (error) {
      this.#canaryFault = (error as NodeJS.ErrnoException).code ?? "failed";
    }
  }
}

/** Nobody reads it: that it could be written and synced is all that it says. */
async function writeCanary(path: string): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    await file.write("canary\n");
    await file.datasync();
  } finally {
    await file.close();
  }
}
