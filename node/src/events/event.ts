import type { JsonValue } from "@lianzheng/sdk/record";
import type { FramedRecord, LogFrame } from "@lianzheng/node/log";
import { NodeError } from "../errors.ts";

/** Types of the events that come from the log; those of the law begin with `law.`. */
export const logEventTypes = [
  "record.accepted",
  "record.erased",
  "warning.raised",
  "warning.handled",
  "checkpoint.anchored",
  "anchor.reorged",
] as const;

/** One of {@link logEventTypes}, or a name of the law's. */
export type EventType = (typeof logEventTypes)[number] | `law.${string}`;

/** Something that happened, as subscribers are told: facts and ids, never what a record says. */
export interface FeedEvent {
  /** The same at each telling, and no other event's. */
  readonly id: string;
  readonly type: EventType;
  /** When the node took it, RFC 3339; null for what the chain dates and not the node. */
  readonly time: string | null;
  readonly subject: string | null;
  readonly data: Readonly<Record<string, JsonValue>>;
  /** Members (USCC) whose business it is; null for what everybody may know. */
  readonly members: readonly string[] | null;
}

/** Record types by which the node itself writes, and the event that each is besides being a record. */
const besides: Readonly<Record<string, EventType>> = {
  "record.erasure": "record.erased",
  "monitor.warning": "warning.raised",
  "monitor.handling": "warning.handled",
};

/**
 * The events of one frame in their order. An event's number in its frame never changes, so its id does not either.
 *
 * @param operator - USCC of the node's own member: warnings are its records and nobody else's
 * @param log - short name of the log, so that ids of two nodes differ
 */
export function eventsOf(frame: LogFrame, operator: string, log: string): readonly FeedEvent[] {
  const idOf = (item: number): string => `log_${log}_${frame.sequence}_${item}`;
  switch (frame.kind) {
    case "records":
      return frame.records.flatMap((record, at) => recordEvents(record, operator, [idOf(2 * at), idOf(2 * at + 1)]));
    case "anchor":
      return anchorEvents(frame, [idOf(0), idOf(1)]);
    case "other":
      return [];
  }
}

function recordEvents(record: FramedRecord, operator: string, [id, second]: [string, string]): readonly FeedEvent[] {
  const { type, subject, issuer, receivedAt } = entryFacts(record.entry);
  const data = { id: record.id, index: record.index, type, subject, issuer, receivedAt };
  const members = [...new Set([issuer, record.submitter])];
  const accepted = { id, type: "record.accepted", time: receivedAt, subject, data, members } as const;
  const special = Object.hasOwn(besides, type) ? besides[type] : undefined;
  const isOwn = !type.startsWith("monitor.") || issuer === operator;
  return special === undefined || !isOwn ? [accepted] : [accepted, { ...accepted, id: second, type: special }];
}

type AnchorFrame = LogFrame & { readonly kind: "anchor" };

function anchorEvents({ anchor, replaces }: AnchorFrame, [id, second]: [string, string]): readonly FeedEvent[] {
  // The node notes a checkpoint when the block that took it is final by its chain's rule, never before.
  const anchored = eventOfAnchor(id, "checkpoint.anchored", { ...placeOf(anchor), size: anchor.size, final: true });
  if (replaces === undefined) return [anchored];
  const moved = { size: anchor.size, before: placeOf(replaces), now: placeOf(anchor) };
  return [anchored, eventOfAnchor(second, "anchor.reorged", moved)];
}

function eventOfAnchor(id: string, type: EventType, data: FeedEvent["data"]): FeedEvent {
  return { id, type, time: null, subject: null, data, members: null };
}

function placeOf({ transaction, blockNumber, blockHash }: AnchorFrame["anchor"]): Record<string, JsonValue> {
  return { transaction, blockNumber, blockHash };
}

interface EntryFacts {
  readonly type: string;
  readonly subject: string;
  readonly issuer: string;
  readonly receivedAt: string;
}

/** The entry was checked when it was written and its frame's checksum is right, so four of its members are read plainly. */
function entryFacts(entry: string): EntryFacts {
  const value: unknown = JSON.parse(entry);
  if (typeof value !== "object" || value === null) throw malformed();
  const { type, subject, issuer, receivedAt } = value as Readonly<Record<keyof EntryFacts, unknown>>;
  if (![type, subject, issuer, receivedAt].every((member) => typeof member === "string")) throw malformed();
  return { type, subject, issuer, receivedAt } as EntryFacts;
}

function malformed(): NodeError {
  return new NodeError("JOURNAL_CORRUPT", "a record in the journal has no type, subject, issuer or time");
}
