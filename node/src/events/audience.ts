import type { FeedEvent } from "./event.ts";

/** Who is told: a member, and what its key may. */
export interface Viewer {
  /** USCC. */
  readonly member: string;
  /** `admin` is told everything, `monitor` every warning. */
  readonly scopes: ReadonlySet<string>;
}

/** What events somebody wants; an absent member of it is all. */
export interface EventFilter {
  /** Types of events. */
  readonly types?: readonly string[];
  /** Types of records: only events about such records. */
  readonly recordTypes?: readonly string[];
  readonly subject?: string;
}

/** Who asks for events, and for which. */
export interface Audience {
  readonly viewer: Viewer;
  readonly filter: EventFilter;
}

/** Whether an event is for this audience: its members' business, or everybody's, and asked for. */
export function isFor({ viewer, filter }: Audience, event: FeedEvent): boolean {
  return mayKnow(viewer, event) && passes(filter, event);
}

function mayKnow({ member, scopes }: Viewer, { type, members }: FeedEvent): boolean {
  if (members === null || scopes.has("admin") || members.includes(member)) return true;
  return type.startsWith("warning.") && scopes.has("monitor");
}

function passes({ types, recordTypes, subject }: EventFilter, event: FeedEvent): boolean {
  if (types !== undefined && !types.includes(event.type)) return false;
  const { type: recordType } = event.data;
  if (recordTypes !== undefined && (typeof recordType !== "string" || !recordTypes.includes(recordType))) return false;
  return subject === undefined || event.subject === subject;
}
