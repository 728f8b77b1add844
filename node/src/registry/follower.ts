import { setTimeout as pause } from "node:timers/promises";
import { ChainError } from "../chain-error.ts";
import { NodeError } from "../errors.ts";
import { inSpan } from "../tracing.ts";
import type { BlockSource, LawBlock } from "./blocks.ts";
import { Draft } from "./draft.ts";
import type { EventReader } from "./event.ts";
import { takeIn } from "./law/index.ts";
import { completeFacts, type LawReader } from "./law-facts.ts";
import type { BlockPoint } from "./point.ts";
import type { RegistryStore } from "./store.ts";

/** What the follower tells of itself; pino's loggers fit. */
export interface RegistryLogger {
  info(values: object, message: string): void;
  warn(values: object, message: string): void;
  error(values: object, message: string): void;
}

/** How long the follower waits for what, ms, and how much it reads at once. */
export interface FollowTimings {
  readonly pollMs: number;
  readonly backoffFirstMs: number;
  readonly backoffLastMs: number;
  /** Most blocks in one `eth_getLogs`. */
  readonly windowBlocks: number;
}

export const usualFollowTimings: FollowTimings = {
  pollMs: 1_000,
  backoffFirstMs: 250,
  backoffLastMs: 30_000,
  windowBlocks: 2_000,
};

/** Where following stands. */
export interface FollowStatus {
  readonly block: BlockPoint | null;
  /** Newest block that the chain was seen to have. */
  readonly tip: number | null;
  /** What keeps it from going on; null while it goes on. */
  readonly fault: { readonly code: string; readonly message: string; readonly attempts: number } | null;
  /** Blocks that were undone since the start, because the chain replaced them. */
  readonly undone: number;
  /** How often the views were made again from nothing since the start. */
  readonly rebuilt: number;
}

export interface FollowerParts {
  readonly store: RegistryStore;
  readonly source: BlockSource;
  readonly reader: EventReader;
  readonly law: LawReader;
  /** First block that can hold an event. */
  readonly firstBlock: number;
  /** Whether this is still the deployment's chain. @throws ChainError */
  readonly identify: () => Promise<void>;
  readonly timings: FollowTimings;
  /** Called when there may be more events to tell of. */
  readonly told: () => void;
  readonly logger: RegistryLogger;
  readonly signal: AbortSignal;
}

/**
 * Follows the chain into the views: one turn after the other, ever more slowly while the chain does not answer or contradicts itself.
 *
 * Nothing is guessed: a block that is not the chain's any more is undone before the next is taken in, and views that cannot be undone so far
 * are made again from nothing.
 */
export class Follower {
  readonly #parts: FollowerParts;
  #window: number;
  #identified = false;
  #tip: number | null = null;
  #fault: FollowStatus["fault"] = null;
  #undone = 0;
  #rebuilt = 0;

  constructor(parts: FollowerParts) {
    this.#parts = parts;
    this.#window = parts.timings.windowBlocks;
  }

  get status(): FollowStatus {
    const block = this.#parts.store.cursor ?? null;
    return { block, tip: this.#tip, fault: this.#fault, undone: this.#undone, rebuilt: this.#rebuilt };
  }

  /** Follows until the signal fires. Never rejects: what goes wrong is the status' to tell. */
  async run(): Promise<void> {
    const { signal } = this.#parts;
    while (!signal.aborted) {
      await this.#turnOrFault();
      await pause(this.#wait(), undefined, { signal }).catch(() => undefined);
    }
  }

  /**
   * Follows up to the chain's tip.
   *
   * @throws ChainError C_*, NodeError REGISTRY_*
   */
  async turn(): Promise<void> {
    if (!this.#identified) await this.#parts.identify();
    this.#identified = true;
    await this.#begin();
    await this.#rewind();
    const tip = await this.#parts.source.tip();
    this.#tip = tip.number;
    for (let from = this.#cursor(); from.number < tip.number && !this.#parts.signal.aborted; from = this.#cursor())
      await this.#follow(from, Math.min(tip.number, from.number + this.#window));
    this.#window = Math.min(this.#parts.timings.windowBlocks, this.#window * 2);
  }

  #cursor(): BlockPoint {
    const { cursor } = this.#parts.store;
    if (cursor === undefined) throw new TypeError("the views have no block yet");
    return cursor;
  }

  #wait(): number {
    const { pollMs, backoffFirstMs, backoffLastMs } = this.#parts.timings;
    if (this.#fault === null) return pollMs;
    return Math.min(backoffLastMs, backoffFirstMs * 2 ** Math.min(20, this.#fault.attempts - 1));
  }

  async #turnOrFault(): Promise<void> {
    try {
      await this.turn();
      if (this.#fault !== null) this.#parts.logger.info({ block: this.#cursor().number }, "the registry follows again");
      this.#fault = null;
    } catch (error) {
      if (this.#parts.signal.aborted) return;
      await this.#take(error);
    }
  }

  async #take(error: unknown): Promise<void> {
    const known = error instanceof ChainError || error instanceof NodeError;
    const code = known ? error.code : "E_INTERNAL";
    const message = error instanceof Error ? error.message : "unknown";
    const attempts = this.#fault?.code === code ? this.#fault.attempts + 1 : 1;
    this.#fault = { code, message, attempts };
    this.#identified = false;
    if (isTooMuch(code)) this.#window = Math.max(1, Math.floor(this.#window / 2));
    if (attempts === 1)
      this.#parts.logger.warn({ code, err: error }, "the registry cannot follow the chain; it tries again");
    if (code === "REGISTRY_CORRUPT") await this.#rebuild("a value was damaged");
  }

  /** Views that begin: true at the block before the first that can hold an event. */
  async #begin(): Promise<void> {
    const { store, source, firstBlock } = this.#parts;
    if (store.cursor !== undefined) return;
    const number = Math.max(0, firstBlock - 1);
    const heading = await source.heading(number);
    if (heading === undefined)
      throw new ChainError("C_CHAIN_BEHIND", `the chain has no block ${number} yet`, { number });
    const { hash, time } = heading;
    await store.begin({ number, hash, time });
  }

  /** Undoes blocks until the cursor's is the chain's. */
  async #rewind(): Promise<void> {
    const { store, source, logger } = this.#parts;
    for (let depth = 1; ; depth += 1) {
      const cursor = this.#cursor();
      if ((await source.heading(cursor.number))?.hash === cursor.hash) return;
      if (depth === 1) logger.warn({ block: cursor.number }, "the chain replaced blocks; the registry goes back");
      if (!(await store.undo())) {
        await this.#rebuild("the chain replaced more blocks than can be undone");
        return;
      }
      this.#undone += 1;
      this.#parts.told();
    }
  }

  async #rebuild(why: string): Promise<void> {
    this.#rebuilt += 1;
    this.#parts.logger.error(
      { why, block: this.#parts.store.cursor?.number },
      "the registry is made again from nothing",
    );
    await this.#parts.store.discard();
    this.#parts.told();
    await this.#begin();
  }

  async #follow(from: BlockPoint, to: number): Promise<void> {
    const { store, source } = this.#parts;
    const { blocks, last } = await source.stretch(from, to);
    for (const block of blocks) {
      const attributes = { "lianzheng.block": block.point.number, "lianzheng.logs": block.logs.length };
      await inSpan("registry intake", { causes: [], attributes }, () => this.#takeBlock(block));
    }
    if (this.#cursor().number < last.number) await store.commit(last, []);
  }

  async #takeBlock({ point, logs }: LawBlock): Promise<void> {
    const { store, reader, law } = this.#parts;
    const before = await store.read();
    try {
      const draft = new Draft(before);
      const events = logs.map((log) => reader.eventOf(log));
      for (const event of events) await takeIn(event, draft);
      await completeFacts(events, draft, law, point);
      await store.commit(point, draft.writes(), events);
      this.#parts.told();
    } finally {
      await before.close();
    }
  }
}

/** The chain may be asked for less at once. */
function isTooMuch(code: string): boolean {
  return code === "C_RPC_LIMIT" || code === "C_RPC_PARAMS" || code === "C_RPC_EXECUTION" || code === "C_UNREACHABLE";
}
