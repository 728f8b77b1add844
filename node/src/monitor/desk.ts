import { createHash, randomBytes } from "node:crypto";
import { canonicalJson, prepareRecord, toInstant } from "@lianzheng/sdk/record";
import type { SubmitResult } from "@lianzheng/node/log";
import { NodeError } from "../errors.ts";
import type { ListedWarning } from "./list.ts";
import { warningIn, warningsFrom } from "./list.ts";
import type { Monitor } from "./monitor.ts";
import { handlingType } from "./warning.ts";
import type { WarningLog } from "./warning.ts";

/** Who looks at warnings. */
export interface WarningViewer {
  /** USCC. */
  readonly member: string;
  /** `monitor` and `admin` see all, others those that concern them. */
  readonly scopes: ReadonlySet<string>;
}

/** Which warnings are asked for. */
export interface WarningQuery {
  readonly state?: string;
  readonly severity?: string;
  readonly rule?: string;
  readonly subject?: string;
  /** Index from which on. */
  readonly from: number;
  readonly limit: number;
}

/** What is decided about a warning. */
export interface Handling {
  readonly decision: "acknowledge" | "dismiss" | "resolve" | "reopen";
  readonly note: string;
}

/** Entries of the list that one page looks at. */
const mostLookedAt = 10_000;

/** Warnings for people: who may see them, what was decided about them. */
export class WarningDesk {
  readonly #monitor: Pick<Monitor, "state">;
  readonly #log: WarningLog;
  readonly #owner: string;
  readonly #now: () => number;

  constructor(monitor: Pick<Monitor, "state">, log: WarningLog, owner: string, now: () => number) {
    this.#monitor = monitor;
    this.#log = log;
    this.#owner = owner;
    this.#now = now;
  }

  /** Warnings in the log's order. `next` is the index to go on from; null when there are no more. */
  async list(
    query: WarningQuery,
    viewer: WarningViewer,
  ): Promise<{ readonly items: readonly ListedWarning[]; readonly next: number | null }> {
    const items: ListedWarning[] = [];
    let from = query.from;
    for (let looked = 0; looked < mostLookedAt;) {
      const some = await warningsFrom(this.#monitor.state, from, query.limit);
      for (const warning of some) {
        from = warning.index + 1;
        if (maySee(viewer, warning) && matches(query, warning)) items.push(warning);
        if (items.length === query.limit) return { items, next: from };
      }
      if (some.length < query.limit) return { items, next: null };
      looked += some.length;
    }
    return { items, next: from };
  }

  /** @throws NodeError E_NOT_FOUND, also for one that does not concern the viewer */
  async find(id: string, viewer: WarningViewer): Promise<ListedWarning> {
    const warning = await warningIn(this.#monitor.state, id);
    if (warning !== undefined && maySee(viewer, warning)) return warning;
    throw new NodeError("E_NOT_FOUND", "There is no such warning.");
  }

  /**
   * Records what is decided about a warning; the list shows it a moment later.
   *
   * @throws NodeError E_NOT_FOUND, E_IDEMPOTENCY_MISMATCH, and what a submission is refused with
   */
  async handle(id: string, handling: Handling, viewer: WarningViewer, key: string): Promise<SubmitResult> {
    const { subject } = await this.find(id, viewer);
    const body = { warning: id, ...handling, by: viewer.member };
    const record = { type: handlingType, subject, occurredAt: toInstant(this.#now()), body };
    const { disclosures, ...prepared } = prepareRecord(record, randomBytes(32));
    return await this.#log.submit([{ ...prepared, issuer: this.#owner, submitter: viewer.member, disclosures }], {
      ...{ member: viewer.member, key },
      requestDigest: `0x${createHash("sha256").update(canonicalJson(body)).digest("hex")}`,
    });
  }
}

function maySee({ member, scopes }: WarningViewer, warning: ListedWarning): boolean {
  return scopes.has("monitor") || scopes.has("admin") || warning.member === member;
}

function matches({ state, severity, rule, subject }: WarningQuery, warning: ListedWarning): boolean {
  return (
    (state === undefined || warning.state === state) &&
    (severity === undefined || warning.severity === severity) &&
    (rule === undefined || warning.rule.id === rule) &&
    (subject === undefined || warning.subject === subject)
  );
}
