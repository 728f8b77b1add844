import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { setTimeout as pause } from "node:timers/promises";
import { toInstant } from "@lianzheng/sdk/record";
import { failSpan, inSpan } from "../../tracing.ts";
import type { Audience } from "../audience.ts";
import type { FeedEvent } from "../event.ts";
import type { EventFeed, ToldEvent } from "../feed.ts";
import type { Attempt } from "./delivery.ts";
import { deliver } from "./delivery.ts";
import { signedFields } from "./signature.ts";
import type { StoredWebhook, WebhookStore } from "./store.ts";
import type { Resolver, TargetRules } from "./target.ts";
import { guardedLookup, targetOf } from "./target.ts";

/** When a failed delivery is tried again, and when it is given up. Times in ms. */
export interface RetryRules {
  readonly firstMs: number;
  readonly longestMs: number;
  /** Attempts at one event, after which the webhook is parked. */
  readonly attempts: number;
  readonly timeoutMs: number;
}

/** Eighteen attempts in about a day: 2, 4, 8 … s, four hours at most. */
export const usualRetries: RetryRules = { firstMs: 2_000, longestMs: 14_400_000, attempts: 18, timeoutMs: 15_000 };

/** What the couriers of a node share. */
export interface CourierParts {
  readonly feed: EventFeed;
  readonly store: WebhookStore;
  readonly rules: TargetRules;
  readonly retries: RetryRules;
  readonly resolve: Resolver;
  readonly now: () => number;
  /** Told of each attempt. */
  readonly attempted: (webhook: string, attempt: Attempt) => void;
  /** Told when a webhook was parked: somebody must look at it. */
  readonly parked: (webhook: string, because: string) => void;
  /** Told of what the courier cannot do anything about but try again. */
  readonly failed: (webhook: string, error: unknown) => void;
}

/** Attempts that are kept for its owner to see. */
const keptDeliveries = 50;
const eventsPerPage = 64;
const idleMs = 3_600_000;
/** Pages without an event for this webhook, after which its place is written down. */
const pagesUnsaved = 64;

/**
 * Delivers the events of one webhook in their order, one at a time.
 *
 * The place in the feed moves on disk only after the receiver said 2xx: a crash in between delivers that event again under
 * the same id, and never skips one. What the receiver does not take is tried again ever later, then the webhook is parked.
 */
export class Courier {
  readonly #parts: CourierParts;
  readonly #secret: Uint8Array;
  readonly #audience: Audience;
  readonly #agent: HttpAgent;
  readonly #ending = new AbortController();
  #webhook: StoredWebhook;
  /** The place on disk is this one's, or an earlier one with nothing to deliver in between. */
  #cursor: string;
  #unsavedPages = 0;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: CourierParts, webhook: StoredWebhook, secret: Uint8Array) {
    this.#parts = parts;
    this.#webhook = webhook;
    this.#cursor = webhook.cursor;
    this.#secret = secret;
    this.#audience = { viewer: { member: webhook.member, scopes: new Set(webhook.scopes) }, filter: webhook.filter };
    const options = { keepAlive: true, maxSockets: 1, timeout: 30_000 };
    this.#agent = webhook.url.startsWith("https:") ? new HttpsAgent(options) : new HttpAgent(options);
  }

  get webhook(): StoredWebhook {
    return this.#webhook;
  }

  start(): void {
    if (this.#webhook.parkedBecause === null) this.#running = this.#run();
  }

  /** Ends what is under way and writes down how far it came. */
  async close(): Promise<void> {
    this.#ending.abort();
    await this.#running;
    this.#agent.destroy();
    if (this.#cursor !== this.#webhook.cursor) await this.#save({ cursor: this.#cursor });
  }

  /** A failure within is told and tried again, for events wait and are not lost; only a parked webhook ends the loop. */
  async #run(): Promise<void> {
    const { signal } = this.#ending;
    for (let failures = 0; !this.#hasEnded() && this.#webhook.parkedBecause === null;) {
      try {
        await this.#turn(signal);
        failures = 0;
      } catch (error) {
        if (this.#hasEnded()) return;
        this.#parts.failed(this.#webhook.id, error);
        if (isUnknownCursor(error)) {
          await this.#park("E_CURSOR");
          return;
        }
        failures += 1;
        await rest(this.#delayMs(failures), signal);
      }
    }
  }

  async #turn(signal: AbortSignal): Promise<void> {
    const { feed } = this.#parts;
    const { generation } = feed;
    const { events, next, more } = await feed.page(this.#cursor, eventsPerPage, this.#audience);
    for (const told of events) {
      await this.#bring(told, signal);
      if (this.#hasEnded() || this.#webhook.parkedBecause !== null) return;
    }
    this.#cursor = next;
    this.#unsavedPages += 1;
    if (this.#unsavedPages >= pagesUnsaved) await this.#save({ cursor: next });
    if (!more) await feed.changed(generation, signal, idleMs);
  }

  /** Tries until the event is delivered, the webhook is parked, or the node stops. */
  async #bring({ event, cursor }: ToldEvent, signal: AbortSignal): Promise<void> {
    while (!this.#hasEnded() && this.#webhook.parkedBecause === null) {
      const { nextAttemptAt } = this.#webhook;
      if (nextAttemptAt !== null) await rest(Date.parse(nextAttemptAt) - this.#parts.now(), signal);
      if (this.#hasEnded()) return;
      const startedAt = this.#parts.now();
      const attempt = await this.#attempt(event, signal);
      if (this.#hasEnded() && attempt.outcome !== "delivered") return;
      this.#parts.attempted(this.#webhook.id, attempt);
      const deliveries = this.#deliveriesWith(event, startedAt, attempt);
      if (attempt.outcome === "delivered") {
        await this.#save({ cursor, failures: 0, nextAttemptAt: null, deliveries });
        this.#cursor = cursor;
        return;
      }
      await this.#failedWith(attempt, deliveries);
    }
  }

  async #attempt(event: FeedEvent, signal: AbortSignal): Promise<Attempt> {
    const { rules, resolve, retries, now } = this.#parts;
    const { id, type, time: timestamp, data } = event;
    const body = JSON.stringify({ id, type, timestamp, data });
    const fields = signedFields(this.#secret, id, Math.floor(now() / 1000), body);
    // Asked again: the operator's rules may have changed since the webhook was made.
    const url = checkedTarget(this.#webhook.url, rules);
    if (url === undefined) return { outcome: "W_ADDRESS", status: null };
    const how = {
      rules,
      lookup: guardedLookup(rules, resolve),
      agent: this.#agent,
      timeoutMs: retries.timeoutMs,
      signal,
    };
    return await inSpan("webhook delivery", { kind: "client", causes: [] }, async (span) => {
      const attempt = await deliver({ url, fields, body }, how);
      span.setAttributes({ "lianzheng.event": type, "http.request.method": "POST" });
      if (attempt.status !== null) span.setAttribute("http.response.status_code", attempt.status);
      if (attempt.outcome !== "delivered") failSpan(span, attempt.outcome);
      return attempt;
    });
  }

  async #failedWith({ outcome }: Attempt, deliveries: StoredWebhook["deliveries"]): Promise<void> {
    const failures = this.#webhook.failures + 1;
    const nextAttemptAt = toInstant(this.#parts.now() + this.#delayMs(failures));
    await this.#save({ failures, nextAttemptAt, deliveries });
    if (outcome === "W_GONE" || failures >= this.#parts.retries.attempts) await this.#park(outcome);
  }

  async #park(because: string): Promise<void> {
    await this.#save({ parkedBecause: because, nextAttemptAt: null });
    this.#parts.parked(this.#webhook.id, because);
  }

  #deliveriesWith({ id }: FeedEvent, startedAt: number, { outcome, status }: Attempt): StoredWebhook["deliveries"] {
    const ms = this.#parts.now() - startedAt;
    const newest = { event: id, at: toInstant(startedAt), outcome, status, ms };
    return [newest, ...this.#webhook.deliveries.slice(0, keptDeliveries - 1)];
  }

  /** Asked after each wait: a stop may have come meanwhile. */
  #hasEnded(): boolean {
    return this.#ending.signal.aborted;
  }

  /** In memory only what is on disk: after a failure the same event is tried again. */
  async #save(change: Partial<StoredWebhook>): Promise<void> {
    const changed = { ...this.#webhook, ...change };
    await this.#parts.store.save(changed);
    this.#webhook = changed;
    this.#unsavedPages = 0;
  }

  /** Full jitter between half and all of it, so that many webhooks of one receiver do not come back together. */
  #delayMs(failures: number): number {
    const { firstMs, longestMs } = this.#parts.retries;
    const longest = Math.min(longestMs, firstMs * 2 ** Math.min(failures - 1, 30));
    return Math.ceil(longest * (0.5 + Math.random() / 2));
  }
}

function checkedTarget(url: string, rules: TargetRules): URL | undefined {
  try {
    return targetOf(url, rules);
  } catch (error) {
    if (hasCode(error, "E_WEBHOOK_TARGET")) return undefined;
    throw error;
  }
}

function isUnknownCursor(error: unknown): boolean {
  return hasCode(error, "E_CURSOR");
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** Ends early with the signal; that is all that the rejection says. */
async function rest(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await pause(ms, undefined, { signal }).catch(() => undefined);
}
