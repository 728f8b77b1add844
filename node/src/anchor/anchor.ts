import { setTimeout as pause } from "node:timers/promises";
import { logIdOf, type Deployment } from "@lianzheng/sdk/chain";
import type { Hex } from "@lianzheng/sdk/encoding";
import { clockSkewMs } from "@lianzheng/sdk/evidence";
import { ChainError } from "../chain-error.ts";
import { inSpan } from "../tracing.ts";
import { Alarms } from "./alarms.ts";
import { ChainClock } from "./chain-clock.ts";
import { ChainView } from "./chain-view.ts";
import { Condition, sightings, type AnchorStatus } from "./condition.ts";
import type { AnchoredCheckpoint } from "@lianzheng/node/log";
import type { AnchoredLog } from "./log-port.ts";
import type { TransactionSigner } from "./publication.ts";
import { Publisher, type AnchorFailpoint, type Finality, type StepResult } from "./publisher.ts";
import type { ChainRpc } from "./rpc.ts";
import { AnchorState } from "./state.ts";
import { usualTimings, type AnchorTimings } from "./timings.ts";

/** When to publish: after so many new leaves, or so many seconds after the first of them. */
export interface AnchorPolicy {
  readonly everyRecords: number;
  readonly everySeconds: number;
}

/** Where notices go; pino's loggers fit. */
export interface AnchorLogger {
  info(details: object, message: string): void;
  warn(details: object, message: string): void;
}

export interface AnchorOptions {
  readonly log: AnchoredLog;
  readonly chain: ChainRpc;
  /** Key of the member that owns the log on the chain. While the anchor is open nobody else sends with it. */
  readonly signer: TransactionSigner;
  readonly deployment: Deployment;
  /** USCC of the log's owner. */
  readonly owner: string;
  /** Folder of the anchor's state; nobody else writes there. */
  readonly directory: string;
  readonly policy: AnchorPolicy;
  readonly finality?: Finality;
  /** Never offered more for gas, wei per gas; {@link usualFeeCap} by default. */
  readonly maxFeePerGas?: bigint;
  /**
   * Told once when the chain was seen, often enough to be believed, to hold what this log does not: another history, or
   * more leaves. Whoever owns the log must take nothing more into it, for its next indexes were given out already.
   */
  readonly onFenced?: (refusal: ChainError) => void;
  /** Milliseconds since 1970, for what people read. */
  readonly now?: () => number;
  /** Milliseconds on a clock that never goes back, for waiting. */
  readonly monotonic?: () => number;
  readonly logger?: AnchorLogger;
  /** Told of each notice by its name, and of each failed step with its code. */
  readonly observe?: (event: string, code?: string) => void;
  readonly timings?: Partial<AnchorTimings>;
  readonly failpoint?: (name: AnchorFailpoint) => void | Promise<void>;
}

/** 1,000 gwei: no consortium's chain asks for as much, and a publication costs at most a tenth of a coin at this price. */
export const usualFeeCap = 1_000_000_000_000n;

interface Waiter {
  readonly size: number;
  readonly resolve: (anchor: AnchoredCheckpoint) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Publishes a log's checkpoints to the chain and notes what the chain accepted.
 *
 * It sends at least once and the contract accepts once: `publish` is a compare-and-swap. One publication is under way at a
 * time, and it takes the whole log with it, so a backlog of any length is one transaction. Nothing here is lost by a crash:
 * the signed bytes are on disk before they are sent, and everything else is read from the chain.
 */
export class Anchor {
  /** keccak256(abi.encode(owner, origin)). */
  readonly logId: Hex;
  readonly #options: AnchorOptions;
  readonly #timings: AnchorTimings;
  readonly #monotonic: () => number;
  readonly #publisher: Publisher;
  readonly #state: AnchorState;
  readonly #condition: Condition;
  readonly #alarms: Alarms;
  readonly #clock = new ChainClock(clockSkewMs);
  #isFenced = false;
  readonly #closing: AbortController;
  readonly #waiters = new Set<Waiter>();
  #latest: AnchoredCheckpoint | undefined;
  #isStarted = false;
  #running: Promise<void> | undefined;
  #wake = new AbortController();
  #isUnsettled = true;
  #quickLooks = 0;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #unpublishedSince: number | undefined;

  private constructor(
    options: AnchorOptions,
    parts: { logId: Hex; state: AnchorState; latest: AnchoredCheckpoint | undefined; timings: AnchorTimings },
  ) {
    const { log, deployment, signer } = options;
    const { logId, state, timings } = parts;
    this.#options = options;
    this.#timings = timings;
    this.#monotonic = options.monotonic ?? ((): number => performance.now());
    this.#closing = new AbortController();
    const { signal } = this.#closing;
    const view = new ChainView({ rpc: options.chain, deployment, timeoutMs: timings.answerMs, signal });
    this.logId = logId;
    this.#state = state;
    this.#latest = parts.latest;
    const now = options.now ?? Date.now;
    this.#condition = new Condition(now);
    this.#alarms = new Alarms(now, (alarm) => options.logger?.warn(alarm, `anchor: ${alarm.code}`));
    this.#publisher = new Publisher({
      ...{ view, log, logId, deployment, signer, state, monotonic: this.#monotonic },
      finality: options.finality ?? { kind: "immediate" },
      alarms: this.#alarms,
      capPerGas: options.maxFeePerGas ?? usualFeeCap,
      holdMs: timings.backoffLastMs,
      rebroadcastMs: timings.rebroadcastMs,
      replaceMs: timings.replaceMs,
      failpoint: options.failpoint ?? ((): void => undefined),
      notice: (event, details) => {
        options.logger?.info(details, `anchor: ${event}`);
        options.observe?.(event);
      },
    });
  }

  /**
   * Reads the anchor's folder. Asks the chain nothing: a node starts while its chain is away.
   *
   * @throws ChainError C_ANCHOR_STORE (unreadable or damaged), C_WRONG_CHAIN (state of another chain, contract or log)
   */
  static async open(options: AnchorOptions): Promise<Anchor> {
    const { deployment, owner, log } = options;
    const logId = logIdOf(owner, log.origin);
    const { chainId, genesis, contracts } = deployment;
    const binding = { chainId, genesis, contract: contracts.evidenceLogs.address, logId };
    const state = await AnchorState.open(options.directory, binding);
    const latest = await log.anchors.latest();
    return new Anchor(options, { logId, state, latest, timings: { ...usualTimings, ...options.timings } });
  }

  /**
   * Looks at the chain before anything is taken: a log whose next indexes were given out already is found now, if the chain
   * answers. What else is wrong is found again, and told of, by the looks that follow.
   */
  async lookFirst(): Promise<void> {
    for (let looks = 0; looks < sightings; looks++) {
      await this.#turn();
      if (this.#condition.fault?.code !== "C_FENCED") return;
    }
  }

  /** Publishes from now on by the policy. */
  start(): void {
    this.#isStarted = true;
    this.#run();
  }

  /**
   * Publishes what the log holds now, whatever the policy says.
   *
   * @returns the anchored checkpoint that holds it all; undefined for an empty log
   * @throws ChainError C_ANCHOR_TIMEOUT if that takes longer than `timings.flushMs` (the cause says why); C_CLOSED; and the
   *   reason if the chain or contract refuses (`status().error`)
   */
  async flush(): Promise<AnchoredCheckpoint | undefined> {
    const { size } = this.#options.log;
    if (size === 0) return undefined;
    this.#requireOpen();
    if (this.#latest !== undefined && this.#latest.size >= size) return this.#latest;
    let waiter: Waiter | undefined;
    const anchored = new Promise<AnchoredCheckpoint>((resolve, reject) => {
      waiter = { size, resolve, reject };
      this.#waiters.add(waiter);
    });
    this.#condition.lookAgain();
    this.#run();
    this.#wake.abort();
    const done = new AbortController();
    try {
      return await Promise.race([anchored, this.#tooLate(done.signal)]);
    } finally {
      done.abort();
      if (waiter !== undefined) this.#waiters.delete(waiter);
    }
  }

  status(): AnchorStatus {
    const { pending } = this.#state;
    const latest = this.#latest;
    return {
      state: this.#condition.phase,
      lastAnchored: latest === undefined ? null : anchorFacts(latest),
      pending: pending === undefined ? null : pendingFacts(pending),
      backlog: Math.max(0, this.#options.log.size - (latest?.size ?? 0)),
      blockNumber: this.#publisher.tip?.number ?? null,
      error: this.#condition.fault ?? null,
      alarms: this.#alarms.list,
    };
  }

  /** Ends. What is under way is on disk or on the chain and is gone on with at the next start. */
  async close(): Promise<void> {
    this.#isStarted = false;
    this.#closing.abort();
    this.#wake.abort();
    await this.#running;
    this.#condition.went("closed");
    this.#rejectWaiters(new ChainError("C_CLOSED", "the anchor is closed"));
  }

  #run(): void {
    this.#requireOpen();
    this.#running ??= this.#loop().finally(() => (this.#running = undefined));
  }

  #requireOpen(): void {
    if (this.#closing.signal.aborted) throw new ChainError("C_CLOSED", "the anchor is closed");
  }

  /** A failure within is a state, never the end of the loop: what throws is shown and tried again. */
  async #loop(): Promise<void> {
    while (!this.#closing.signal.aborted && (this.#isStarted || this.#waiters.size > 0)) {
      if (this.#condition.isRefused) this.#rejectWaiters(this.#condition.error);
      if (this.#condition.phase === "forked") return;
      const delayMs = await this.#turn();
      if (this.#waiters.size > 0 || this.#isStarted) await this.#rest(delayMs);
    }
  }

  /** One look at the chain, if there is a reason for one. @returns how long to rest, in ms */
  async #turn(): Promise<number> {
    const wanted = this.#isDue();
    const isLookDue = this.#monotonic() - this.#lookedAt >= this.#timings.observeMs;
    if (!wanted && !this.#isUnsettled && !isLookDue) return this.#timings.tickMs;
    try {
      const result = await inSpan(
        "anchor publish step",
        { causes: [], attributes: { "lianzheng.wanted": wanted } },
        () => this.#publisher.step(wanted),
      );
      this.#compareClocks();
      return await this.#stepped(result);
    } catch (error) {
      if (this.#closing.signal.aborted) return 0;
      return this.#failed(error);
    } finally {
      this.#lookedAt = this.#monotonic();
    }
  }

  async #stepped(result: StepResult): Promise<number> {
    this.#latest = await this.#options.log.anchors.latest();
    this.#isUnsettled = result === "waiting";
    if (this.#isStalled()) this.#condition.failed(this.#stall());
    else this.#condition.went(this.#isUnsettled ? "publishing" : "idle");
    for (const waiter of this.#waiters) this.#settle(waiter);
    this.#quickLooks = this.#isUnsettled ? this.#quickLooks + 1 : 0;
    return this.#isUnsettled ? this.#lookAgainMs() : this.#timings.tickMs;
  }

  /** The first looks follow quickly, for some chains make a block at once; then as often as the timings say. */
  #lookAgainMs(): number {
    return Math.min(this.#timings.pollMs, 10 * 2 ** Math.min(this.#quickLooks, 10));
  }

  #settle(waiter: Waiter): void {
    if (this.#latest === undefined || this.#latest.size < waiter.size) return;
    this.#waiters.delete(waiter);
    waiter.resolve(this.#latest);
  }

  #failed(error: unknown): number {
    this.#isUnsettled = true;
    this.#condition.failed(error);
    const { fault } = this.#condition;
    this.#options.observe?.("failed", fault?.code ?? "E_INTERNAL");
    this.#options.logger?.warn({ err: error, ...fault }, `anchor: ${this.#condition.phase}`);
    if (this.#condition.isRefused && error instanceof ChainError && error.code === "C_FENCED") this.#fence(error);
    const { backoffFirstMs, backoffLastMs } = this.#timings;
    const delayMs = Math.min(backoffLastMs, backoffFirstMs * 2 ** Math.min((fault?.attempts ?? 1) - 1, 16));
    return delayMs * (1 + Math.random() / 2);
  }

  #fence(refusal: ChainError): void {
    if (this.#isFenced) return;
    this.#isFenced = true;
    this.#options.onFenced?.(refusal);
  }

  #compareClocks(): void {
    const { tip } = this.#publisher;
    const now = (this.#options.now ?? Date.now)();
    const skewMs = tip === undefined ? undefined : this.#clock.skewMs(tip, now);
    if (skewMs === undefined) return;
    if (skewMs === 0) {
      this.#alarms.clear("C_CLOCK_SKEW");
      return;
    }
    const where = skewMs > 0 ? "ahead of" : "behind";
    const message = `the chain's blocks are ${Math.abs(Math.round(skewMs / 1000))} s ${where} this node's clock`;
    this.#alarms.raise("C_CLOCK_SKEW", message, { skewMs });
  }

  #isStalled(): boolean {
    return (this.#publisher.pursuedMs ?? 0) >= this.#timings.stallMs;
  }

  #stall(): ChainError {
    const { transaction } = this.#state.pending ?? {};
    const { poolAnswer, wasTaken, tip, tipAgeMs } = this.#publisher;
    if (wasTaken && tipAgeMs >= this.#timings.stallMs) {
      const details = { blockNumber: tip?.number, transaction };
      return new ChainError("C_CHAIN_STALLED", `the chain makes no blocks: ${tip?.number} is the newest`, details);
    }
    const why = poolAnswer === undefined ? "" : `; ${poolAnswer}`;
    return new ChainError("C_ANCHOR_TIMEOUT", `no block took the publication yet${why}`, { transaction });
  }

  /** Whether the policy, or somebody who waits, wants a publication now. */
  #isDue(): boolean {
    const { log, policy } = this.#options;
    const covered = Math.max(this.#latest?.size ?? 0, this.#state.pending?.size ?? 0);
    const unpublished = log.size - covered;
    if (unpublished <= 0) this.#unpublishedSince = undefined;
    else this.#unpublishedSince ??= this.#monotonic();
    if (this.#waiters.size > 0) return true;
    if (unpublished <= 0 || this.#unpublishedSince === undefined) return false;
    const ageMs = this.#monotonic() - this.#unpublishedSince;
    return unpublished >= policy.everyRecords || ageMs >= policy.everySeconds * 1000;
  }

  async #rest(delayMs: number): Promise<void> {
    if (this.#wake.signal.aborted) {
      this.#wake = new AbortController();
      return;
    }
    const signal = AbortSignal.any([this.#wake.signal, this.#closing.signal]);
    // A wake-up ends the rest early; that is all that the rejection says.
    await pause(delayMs, undefined, { signal }).catch(() => undefined);
  }

  async #tooLate(signal: AbortSignal): Promise<never> {
    const { flushMs } = this.#timings;
    await pause(flushMs, undefined, { signal });
    const cause = this.#condition.fault;
    throw new ChainError("C_ANCHOR_TIMEOUT", `not anchored within ${flushMs} ms`, { ...cause }, cause);
  }

  #rejectWaiters(error: unknown): void {
    for (const waiter of this.#waiters) waiter.reject(error);
    this.#waiters.clear();
  }
}

function anchorFacts({
  size,
  root,
  transaction,
  blockNumber,
  blockHash,
}: AnchoredCheckpoint): AnchorStatus["lastAnchored"] {
  return { size, root, transaction, blockNumber, blockHash };
}

function pendingFacts(pending: NonNullable<AnchorStatus["pending"]>): AnchorStatus["pending"] {
  const { size, root, transaction, nonce } = pending;
  return { size, root, transaction, nonce };
}
