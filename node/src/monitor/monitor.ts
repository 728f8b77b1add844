import { setTimeout as pause } from "node:timers/promises";
import { decodeDisclosure, decodeEntry, fromInstant } from "@lianzheng/sdk/record";
import type { JsonObject, JsonValue } from "@lianzheng/sdk/record";
import type { EventFeed, FeedEvent } from "@lianzheng/node/events";
import { startWord } from "@lianzheng/node/events";
import type { LogRecord } from "@lianzheng/node/log";
import { NodeError } from "../errors.ts";
import { lookAtPrice, lookAtVolume } from "./amounts.ts";
import { lookAtBorder, lookAtGrade, lookAtRight } from "./lawfulness.ts";
import { listHandling, listWarning } from "./list.ts";
import type { Finding, Look, LawAt, SeenRecord } from "./looking.ts";
import { Memory } from "./looking.ts";
import { isOwnType } from "./rules.ts";
import type { Rule } from "./rules.ts";
import { lookAtStage, overdueStages } from "./stages.ts";
import { MonitorState } from "./state.ts";
import type { Changes } from "./state.ts";
import type { WarningLog } from "./warning.ts";
import { raise } from "./warning.ts";

/** What a monitor works with. */
export interface MonitorParts {
  /** Folder of its state. */
  readonly directory: string;
  /** USCC of the node's member, whose records warnings are. */
  readonly owner: string;
  readonly rules: readonly Rule[];
  readonly feed: EventFeed;
  readonly log: WarningLog & { recordAt(index: number): Promise<LogRecord | undefined> };
  readonly law: LawAt;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Told of each warning that was raised now for the first time. */
  readonly raised: (rule: Rule) => void;
  /** Told of what keeps it from going on; it is tried again. */
  readonly failed: (error: unknown) => void;
}

const eventsPerPage = 64;
/** A record whose time was before a deadline is in the log at the latest so long after it, ms. */
const graceMs = 2_000;
const clockEveryMs = 1_000;
const againMs = { first: 200, longest: 30_000 };

/**
 * Looks at each record after its commit, in the log's order, and records a warning where a rule says so.
 *
 * Its position moves when the warnings of an event are in the log, and together with what rules remember. A crash in
 * between looks at that event again, comes to the same warning under the same id, and the log knows it already: each cause
 * has one warning, also after the state was lost and everything was looked at anew.
 */
export class Monitor {
  readonly state: MonitorState;
  readonly #parts: MonitorParts;
  readonly #ending = new AbortController();
  readonly #ruleset: string;
  #cursor = startWord;
  #isBehind = true;
  #running: Promise<void> = Promise.resolve();

  private constructor(parts: MonitorParts, state: MonitorState) {
    this.#parts = parts;
    this.state = state;
    this.#ruleset = parts.rules
      .map(({ version }) => version)
      .sort()
      .join(" ");
  }

  /** Opens the monitor's state. With other rules than before everything is looked at anew. @throws NodeError INDEX_FAILED */
  static async open(parts: MonitorParts): Promise<Monitor> {
    const state = await MonitorState.open(parts.directory);
    if (state.damage !== undefined) parts.failed(state.damage);
    const monitor = new Monitor(parts, state);
    await monitor.#begin();
    return monitor;
  }

  /** Whether there may be records that were not looked at. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  start(): void {
    this.#running = this.#run();
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#running;
    await this.state.close();
  }

  async #begin(): Promise<void> {
    const known = await this.state.get("p").catch(() => undefined);
    const { rules, cursor } = (known ?? {}) as { readonly rules?: string; readonly cursor?: string };
    if (rules === this.#ruleset && cursor !== undefined) this.#cursor = cursor;
    else await this.#forget();
  }

  async #forget(): Promise<void> {
    await this.state.clear();
    this.#cursor = startWord;
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending;
    for (let failures = 0; !signal.aborted;) {
      try {
        await this.#turn(signal);
        failures = 0;
      } catch (error) {
        this.#parts.failed(error);
        // A damaged state, or one of a newer copy of the log: all of it can be made again.
        if (error instanceof NodeError && ["INDEX_CORRUPT", "E_CURSOR"].includes(error.code)) await this.#forget();
        failures += 1;
        const ms = Math.min(againMs.longest, againMs.first * 2 ** Math.min(failures, 16));
        await pause(ms, undefined, { signal }).catch(() => undefined);
      }
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { feed, now } = this.#parts;
    const { generation } = feed;
    // Read before the page: what was received until then is in the page, or in those before it.
    const asOfMs = now() - graceMs;
    const { events, next, more } = await feed.page(await feed.start(this.#cursor), eventsPerPage);
    for (const { event, cursor } of events) {
      if (this.#ending.signal.aborted) return;
      await this.#take(event, cursor);
      this.#cursor = cursor;
    }
    this.#cursor = next;
    this.#isBehind = more;
    if (more) return;
    await this.#warnOfOverdue(asOfMs);
    await feed.changed(generation, signal, clockEveryMs);
  }

  /** One event: its warnings into the log, then what follows from it into the state, all or none. */
  async #take(event: FeedEvent, cursor: string): Promise<void> {
    const changes: Changes = new Map();
    const { type } = event.data as unknown as Partial<RecordFacts>;
    if (event.type === "record.accepted" && type !== undefined && !isOwnType(type)) await this.#look(event, changes);
    if (event.type === "warning.raised") listWarning(await this.#ownRecord(event), changes);
    if (event.type === "warning.handled") await listHandling(this.state, await this.#ownRecord(event), changes);
    changes.set("p", { rules: this.#ruleset, cursor });
    await this.state.apply(changes);
  }

  async #look(event: FeedEvent, changes: Changes): Promise<void> {
    const record = await this.#seen(event);
    await this.#warnOfOverdue(record.receivedAtMs);
    for (const rule of this.#parts.rules) {
      if (record.receivedAtMs < rule.sinceMs || !looksAt(rule, record.type)) continue;
      const memory = new Memory(rule, (key) => this.state.get(key), changes);
      for (const finding of await lookWith(rule, { record, memory, law: this.#parts.law })) {
        await this.#raise(rule, finding);
      }
    }
  }

  /** Time as the log has it while there are records, and as the clock has it when all of them were looked at. */
  async #warnOfOverdue(beforeMs: number): Promise<void> {
    for (const rule of this.#parts.rules) {
      if (rule.kind !== "missing-stage") continue;
      const changes: Changes = new Map();
      const memory = new Memory(rule, (key) => this.state.get(key), changes);
      for (const finding of await overdueStages(rule, this.state, memory, beforeMs)) await this.#raise(rule, finding);
      if (changes.size > 0) await this.state.apply(changes);
    }
  }

  async #raise(rule: Rule, finding: Finding): Promise<void> {
    const { log, owner, raised } = this.#parts;
    try {
      const { replayed } = await raise(log, owner, rule, finding);
      if (!replayed) raised(rule);
    } catch (error) {
      // The cause was warned of before; what was compared then is erased since, so the words would be others now.
      if (error instanceof NodeError && ["E_IDEMPOTENCY_MISMATCH", "E_ERASED"].includes(error.code)) return;
      throw error;
    }
  }

  async #seen({ data }: FeedEvent): Promise<SeenRecord> {
    const { id, index, type, subject, issuer, receivedAt } = data as unknown as RecordFacts;
    const needed = this.#parts.rules.some((rule) => looksAt(rule, type));
    const whole = needed ? await this.#recordAt(index) : undefined;
    const occurredAtMs = whole === undefined ? 0 : fromInstant(decodeEntry(whole.entry).occurredAt);
    const body = (): Promise<JsonObject> => Promise.resolve(whole === undefined ? {} : bodyOf(whole));
    return { id, index, type, subject, issuer, receivedAtMs: fromInstant(receivedAt), occurredAtMs, body };
  }

  async #ownRecord({ data }: FeedEvent): Promise<Parameters<typeof listWarning>[0]> {
    const { id, index, subject, receivedAt } = data as unknown as RecordFacts;
    return { id, index, subject, receivedAt, body: bodyOf(await this.#recordAt(index)) };
  }

  async #recordAt(index: number): Promise<LogRecord> {
    const record = await this.#parts.log.recordAt(index);
    if (record === undefined) throw new NodeError("LOG_CORRUPT", `an event names record ${index}, which is not there`);
    return record;
  }
}

/** Members of the data of an event about a record. */
interface RecordFacts {
  readonly id: string;
  readonly index: number;
  readonly type: string;
  readonly subject: string;
  readonly issuer: string;
  readonly receivedAt: string;
}

/** Whether a rule has to do with records of this type. */
function looksAt(rule: Rule, type: string): boolean {
  if (rule.types.includes(type)) return true;
  if (rule.kind === "missing-stage") return rule.next.includes(type);
  return rule.kind === "cross-border" && rule.approvals.includes(type);
}

function lookWith(rule: Rule, look: Look): Promise<readonly Finding[]> {
  switch (rule.kind) {
    case "volume":
      return lookAtVolume(rule, look);
    case "price":
      return lookAtPrice(rule, look);
    case "expired-right":
      return lookAtRight(rule, look);
    case "missing-stage":
      return lookAtStage(rule, look);
    case "core-grade":
      return lookAtGrade(rule, look);
    case "cross-border":
      return lookAtBorder(rule, look);
  }
}

function bodyOf({ disclosures }: LogRecord): JsonObject {
  const members: [string, JsonValue][] = disclosures.map((text) => {
    const { name, value } = decodeDisclosure(text);
    return [name, value];
  });
  return Object.fromEntries(members);
}
