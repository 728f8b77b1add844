import { setTimeout as pause } from "node:timers/promises";
import { NodeError } from "../errors.ts";
import { firstPredecessor } from "./frame.ts";
import type { Journal } from "./journal.ts";
import type { FrameVisitor } from "./recovery.ts";

/** How the patrol goes. */
export interface PatrolOptions {
  /** Bytes of the journal that are read a second, at most. */
  readonly bytesPerSecond: number;
  /** From the end of one round to the start of the next, ms. */
  readonly restMs: number;
  /** Whether there is more important work: then nothing is read until there is not. */
  readonly isBusy: () => boolean;
  /** Called when a round begins: gives whoever looks at each frame too. What it throws ends the round. */
  readonly begin?: () => FrameVisitor;
  /** Told of every round that found nothing. */
  readonly onRound?: (read: { readonly segments: number; readonly bytes: number }) => void;
  /** Told of what was no damage and yet ended a round, for instance a file that could not be opened. */
  readonly onTrouble?: (error: unknown) => void;
}

/** What is found once is there the next time too: there is no other round. */
const damages: ReadonlySet<string> = new Set(["JOURNAL_CORRUPT", "INDEX_CORRUPT"]);
/** How long the patrol waits before it asks again whether there is more important work, ms. */
const busyPauseMs = 200;
/** A debt of sleep below this is carried on to the next frame: timers are not finer. */
const leastPauseMs = 20;

/**
 * Reads the journal again and again, slowly, since nobody else may read its closed segments for years: a start does not,
 * and a bit that flips on a disk makes no noise. The segment in writing is read too, up to where it was acknowledged when
 * its turn came: a start reads its frames, and of their views in the index only the places.
 *
 * What it finds ends writing, through the journal that it reads: see {@link Journal.readSegment}. It holds nothing but one
 * segment's buffer, and ends in the middle of a frame's pause when it is stopped.
 */
export class Patrol {
  readonly #journal: Journal;
  readonly #options: PatrolOptions;
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;

  /** Begins after the first rest. */
  constructor(journal: Journal, options: PatrolOptions) {
    this.#journal = journal;
    this.#options = options;
    this.#ended = this.#run();
  }

  /** Resolves when nothing is read any more. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#ended;
  }

  async #run(): Promise<void> {
    while (await this.#rest(this.#options.restMs)) {
      try {
        await this.#round();
      } catch (error) {
        if (this.#stop.signal.aborted) return;
        if (error instanceof NodeError && damages.has(error.code)) return;
        this.#options.onTrouble?.(error);
      }
    }
  }

  async #round(): Promise<void> {
    let before: Uint8Array = firstPredecessor;
    let bytes = 0;
    const segments = await this.#journal.segments();
    const visit = this.#options.begin?.();
    for (const segment of segments) {
      let debtMs = 0;
      before = await this.#journal.readSegment(segment, before, async (frame, location) => {
        const { length } = location;
        await visit?.(frame, location);
        bytes += length;
        debtMs += (length * 1000) / this.#options.bytesPerSecond;
        while (this.#options.isBusy()) await this.#restOrEnd(busyPauseMs);
        if (debtMs < leastPauseMs) return;
        await this.#restOrEnd(debtMs);
        debtMs = 0;
      });
      await this.#restOrEnd(debtMs);
    }
    this.#options.onRound?.({ segments: segments.length, bytes });
  }

  /** False when the patrol was stopped. */
  async #rest(ms: number): Promise<boolean> {
    return await pause(ms, true, { signal: this.#stop.signal, ref: false }).catch(() => false);
  }

  async #restOrEnd(ms: number): Promise<void> {
    if (!(await this.#rest(ms))) throw new Error("the patrol was stopped");
  }
}
