import type { Hex } from "@lianzheng/sdk/encoding";
import { toInstant } from "@lianzheng/sdk/record";
import { ChainError } from "../chain-error.ts";
import type { AnchorAlarm } from "./alarms.ts";
import { isFork } from "./head-check.ts";

/**
 * Where anchoring stands.
 *
 * - `idle`: everything that is due is anchored
 * - `publishing`: something was sent that no final block holds yet
 * - `stalled`: the chain does not answer, or not in a way that can be used; tried again, ever more slowly
 * - `refused`: this chain or contract must not or will not take the log; nothing is sent, looked at again
 * - `forked`: the chain holds another tree under this log's name; nothing is sent until the node is started again
 * - `closed`
 */
export type AnchorPhase = "idle" | "publishing" | "stalled" | "refused" | "forked" | "closed";

/** What is wrong, since when, and how often in a row. */
export interface AnchorFault {
  readonly code: string;
  readonly message: string;
  /** Instant, RFC 3339. */
  readonly since: string;
  readonly attempts: number;
  /** Values behind it, for instance the expected and the actual genesis. */
  readonly details: Readonly<Record<string, unknown>>;
}

/** Anchoring as plain data. Sizes in leaves. */
export interface AnchorStatus {
  readonly state: AnchorPhase;
  readonly lastAnchored: {
    readonly size: number;
    readonly root: Hex;
    readonly transaction: Hex;
    readonly blockNumber: number;
    readonly blockHash: Hex;
  } | null;
  readonly pending: {
    readonly size: number;
    readonly root: Hex;
    readonly transaction: Hex;
    readonly nonce: number;
  } | null;
  /** Leaves that no anchored checkpoint holds. */
  readonly backlog: number;
  /** Number of the newest block that was read. */
  readonly blockNumber: number | null;
  readonly error: AnchorFault | null;
  /** What an operator should know of although anchoring goes on. */
  readonly alarms: readonly AnchorAlarm[];
}

/** How often in a row the chain must say a thing before somebody is told that it is so: one answer may be a lie or late. */
export const sightings = 3;

/** Codes after which nothing is sent: the chain, the contract or the log is not what it should be. */
const refusals: ReadonlySet<string> = new Set([
  "C_FENCED",
  "C_WRONG_CHAIN",
  "C_CONTRACT_MISSING",
  "C_CONTRACT_MISMATCH",
  "C_REORGANISED",
  "C_ANCHOR_REVERTED",
  "C_LOG_UNKNOWN",
  "LOG_CORRUPT",
]);

/** Refusals of the contract that only mean that somebody else was faster. */
const races: ReadonlySet<unknown> = new Set(["EvidenceLogsStaleHead", "EvidenceLogsNotGrowing"]);

/** The phase and fault that follow from what the steps of a publisher came to. */
export class Condition {
  readonly #now: () => number;
  #phase: AnchorPhase = "idle";
  #fault: AnchorFault | undefined;
  #error: unknown;

  constructor(now: () => number) {
    this.#now = now;
  }

  get phase(): AnchorPhase {
    return this.#phase;
  }

  get fault(): AnchorFault | undefined {
    return this.#fault;
  }

  /** The error behind {@link fault}. */
  get error(): unknown {
    return this.#error;
  }

  /** Whether a refusal was seen often enough to be believed. */
  get isRefused(): boolean {
    return this.#phase === "forked" || (this.#phase === "refused" && (this.#fault?.attempts ?? 0) >= sightings);
  }

  /** Forgets how often a refusal was seen: who asks anew wants to know how it is now. A fork stays one. */
  lookAgain(): void {
    if (this.#phase === "refused" && this.#fault !== undefined) this.#fault = { ...this.#fault, attempts: 0 };
  }

  went(phase: "idle" | "publishing" | "closed"): void {
    if (this.#phase === "forked" && phase !== "closed") return;
    this.#phase = phase;
    if (phase !== "closed") this.#fault = undefined;
  }

  failed(error: unknown): void {
    const code = codeOf(error);
    const sameAsBefore = this.#fault?.code === code ? this.#fault : undefined;
    const attempts = (sameAsBefore?.attempts ?? 0) + 1;
    const message = error instanceof Error ? error.message : String(error);
    this.#error = error;
    const details = error instanceof ChainError ? error.details : {};
    this.#fault = { code, message, since: sameAsBefore?.since ?? toInstant(this.#now()), attempts, details };
    this.#phase = isFork(error) && attempts >= sightings ? "forked" : phaseOf(error, code);
  }
}

function phaseOf(error: unknown, code: string): "refused" | "stalled" {
  const isRace = error instanceof ChainError && races.has(error.details["reason"]);
  return refusals.has(code) && !isRace ? "refused" : "stalled";
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "E_INTERNAL";
}
