import type { JsonValue } from "@lianzheng/sdk/record";
import type { Principal } from "./ports.ts";

/** Who asks for events, and for which. */
export interface EventAudience {
  readonly viewer: Pick<Principal, "member" | "scopes">;
  readonly filter: EventFilter;
}

/** An event as subscribers are told it; node/src/events has what each member means. */
export interface TellableEvent {
  readonly id: string;
  readonly type: string;
  readonly time: string | null;
  readonly subject: string | null;
  readonly data: Readonly<Record<string, JsonValue>>;
}

/** The feed of events, pulled page by page: who reads slowly costs nothing. */
export interface EventSourcePort {
  readonly generation: number;
  /** The cursor to begin with; without one, the end. @throws NodeError E_CURSOR */
  start(cursor?: string): Promise<string>;
  page(
    cursor: string,
    limit: number,
    audience: EventAudience,
  ): Promise<{
    readonly events: readonly { readonly event: TellableEvent; readonly cursor: string }[];
    readonly next: string;
    readonly more: boolean;
  }>;
  /** Resolves when there is more than at `generation`, or after `withinMs`, or at the signal's end. */
  changed(generation: number, signal: AbortSignal, withinMs: number): Promise<void>;
}

/** Bounds of event streams. */
export interface StreamLimits {
  /** Streams that one member may have open. */
  readonly perMember: number;
  /** Streams in all. */
  readonly inAll: number;
  /** Longest silence of a stream, ms: proxies close what says nothing. */
  readonly heartbeatMs: number;
}

/** What the routes of events lean on. */
export interface EventsPort {
  readonly source: EventSourcePort;
  readonly limits: StreamLimits;
  readonly webhooks: WebhookDesk;
  /** Told when a stream opens (1) and ends (-1). */
  readonly counted?: (change: 1 | -1) => void;
}

/** What events somebody wants; an absent list is all. */
export interface EventFilter {
  /** Types of events. */
  readonly types?: readonly string[];
  /** Types of records; lets only events about such records through. */
  readonly recordTypes?: readonly string[];
  readonly subject?: string;
}

/** What a webhook is made of. */
export interface WebhookRequest extends EventFilter {
  readonly url: string;
  /** Where to begin; without it, with what is new. */
  readonly cursor?: string;
}

/** A webhook as its owner sees it. */
export interface WebhookFacts extends EventFilter {
  readonly id: string;
  readonly url: string;
  readonly member: string;
  readonly createdAt: string;
  readonly state: "active" | "parked";
  /** Why it is parked: a stable code. */
  readonly parkedBecause: string | null;
  /** What was delivered last. */
  readonly cursor: string;
  /** Failed attempts at the next event so far. */
  readonly failures: number;
  readonly nextAttemptAt: string | null;
}

/** One attempt at a delivery. */
export interface DeliveryFacts {
  readonly event: string;
  readonly at: string;
  /** `delivered`, or a stable code of what went wrong. */
  readonly outcome: string;
  /** HTTP status of the answer; null without one. */
  readonly status: number | null;
  readonly ms: number;
}

/** Webhooks of this node's members. A foreign one is answered as if it were not there. */
export interface WebhookDesk {
  /** @throws NodeError E_WEBHOOK_TARGET, E_WEBHOOK_LIMIT, E_CURSOR */
  create(
    request: WebhookRequest,
    owner: Principal,
  ): Promise<{ readonly webhook: WebhookFacts; readonly secret: string }>;
  list(viewer: Principal): readonly WebhookFacts[];
  /** @throws NodeError E_NOT_FOUND; so do the next four */
  find(id: string, viewer: Principal): WebhookFacts;
  remove(id: string, viewer: Principal): Promise<void>;
  resume(id: string, viewer: Principal): Promise<WebhookFacts>;
  /** @throws NodeError E_CURSOR besides */
  replay(id: string, cursor: string, viewer: Principal): Promise<WebhookFacts>;
  /** The newest attempts, newest first. */
  deliveries(id: string, viewer: Principal): readonly DeliveryFacts[];
}
