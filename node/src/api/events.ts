import { Readable } from "node:stream";
import type { FastifyReply } from "fastify";
import { isRecordType, isSubject } from "@lianzheng/sdk/record";
import { Type } from "typebox";
import { NodeError } from "../errors.ts";
import { principalOfRequest } from "./access.ts";
import type { App, AppServices } from "./app-services.ts";
import type { EventAudience, EventFilter, EventSourcePort, StreamLimits, TellableEvent } from "./events-port.ts";
import type { RouteDocs } from "./route-docs.ts";
import { problemAnswers, Raw } from "./schemas.ts";

/** Events that are read at once; each is some hundred bytes. */
const eventsPerPage = 256;
/** When a client that lost its stream should come back, ms. */
const retryMs = 3_000;

const EventsQuery = Type.Object(
  {
    cursor: Type.Optional(Type.String({ description: "Where to go on; `start` for the beginning" })),
    type: Type.Optional(Type.String({ description: "Types of events, separated by commas" })),
    recordType: Type.Optional(Type.String({ description: "Types of records, separated by commas" })),
    subject: Type.Optional(Type.String({ description: "One subject" })),
  },
  { additionalProperties: false },
);

const docs: RouteDocs = {
  answers: {
    200: { "text/event-stream": { schema: Type.String({ description: "An event a block, docs/monitoring.md" }) } },
  },
};

/** `GET /v1/events`: server-sent events (HTML Living Standard, section 9.2). */
export function eventRoutes(app: App, { events, access, now }: AppServices): void {
  if (events === undefined) return;
  const { source, limits, counted } = events;
  const ending = new AbortController();
  const open = new Map<string, number>();
  app.addHook("preClose", (done) => {
    ending.abort();
    done();
  });
  app.route({
    method: "GET",
    url: "/v1/events",
    config: { access: "subscribe", isStream: true, docs },
    schema: {
      operationId: "streamEvents",
      summary: "Follow events as server-sent events, from any cursor",
      tags: ["events"],
      querystring: EventsQuery,
      response: { 200: Raw, ...problemAnswers },
    },
    handler: async (request, reply) => {
      const viewer = principalOfRequest(request);
      const filter = filterOf(request.query);
      const wanted = request.headers["last-event-id"] ?? request.query.cursor;
      const cursor = await source.start(typeof wanted === "string" ? wanted : undefined);
      const signal = AbortSignal.any([ending.signal, endOf(reply)]);
      enter(open, limits, viewer.member, reply, counted);
      const audience = { viewer, filter };
      const isLive = (): boolean => access.isLive(viewer.tokenId, now());
      const frames = framesOf({ source, cursor, audience, signal, isLive, heartbeatMs: limits.heartbeatMs });
      // A connection that was a stream to its end would otherwise stay open after it, and hold up the node's stop.
      void reply.header("connection", "close").header("x-accel-buffering", "no").type("text/event-stream");
      return reply.send(Readable.from(frames, { objectMode: false, highWaterMark: 64 * 1024 }));
    },
  });
}

interface Stream {
  readonly source: EventSourcePort;
  readonly cursor: string;
  readonly audience: EventAudience;
  readonly signal: AbortSignal;
  /** Whether the caller's token is still good. */
  readonly isLive: () => boolean;
  readonly heartbeatMs: number;
}

/** Longest that a silent stream outlives its token, ms. */
const liveEveryMs = 1_000;

/**
 * The text of a stream. It is pulled: while the client does not read, nothing is read for it.
 *
 * A block that has only an id moves the client's last event id on without an event, so a filter that lets little through
 * does not make a client begin far back. The stream ends when its token does: it is asked before each page and after it is
 * read, and every second of a silence.
 */
async function* framesOf({ source, cursor, audience, signal, isLive, heartbeatMs }: Stream): AsyncGenerator<string> {
  yield `retry: ${retryMs}\nid: ${cursor}\n\n`;
  let saidAt = performance.now();
  let at = cursor;
  while (!signal.aborted && isLive()) {
    const { generation } = source;
    const { events, next, more } = await source.page(at, eventsPerPage, audience);
    at = next;
    for (const told of events) {
      // A client that reads slowly may take one page for hours.
      if (!isLive()) return;
      yield frameOf(told.event, told.cursor);
    }
    if (events.length > 0) saidAt = performance.now();
    else if (performance.now() - saidAt >= heartbeatMs) {
      yield `: heartbeat\nid: ${at}\n\n`;
      saidAt = performance.now();
    }
    const silentMs = Math.max(1, saidAt + heartbeatMs - performance.now());
    if (!more) await source.changed(generation, signal, Math.min(liveEveryMs, silentMs));
  }
}

/** JSON has no line end outside of escapes, so the data is one line. */
function frameOf({ id, type, time, data }: TellableEvent, cursor: string): string {
  return `id: ${cursor}\nevent: ${type}\ndata: ${JSON.stringify({ id, type, time, data })}\n\n`;
}

function endOf(reply: FastifyReply): AbortSignal {
  const ended = new AbortController();
  reply.raw.once("close", () => ended.abort());
  return ended.signal;
}

/** Takes a place for a stream and gives it back at its end. @throws NodeError E_STREAM_LIMIT */
function enter(
  open: Map<string, number>,
  { perMember, inAll }: StreamLimits,
  member: string,
  reply: FastifyReply,
  counted: (change: 1 | -1) => void = () => undefined,
): void {
  const own = open.get(member) ?? 0;
  const all = [...open.values()].reduce((sum, count) => sum + count, 0);
  if (own >= perMember || all >= inAll) {
    const detail = `A member may have ${perMember} event streams, the node ${inAll}: close one, or read them in one.`;
    throw new NodeError("E_STREAM_LIMIT", detail);
  }
  open.set(member, own + 1);
  counted(1);
  reply.raw.once("close", () => {
    const left = (open.get(member) ?? 1) - 1;
    if (left === 0) open.delete(member);
    else open.set(member, left);
    counted(-1);
  });
}

interface FilterQuery {
  readonly type?: string;
  readonly recordType?: string;
  readonly subject?: string;
}

/** The filter in a query. @throws NodeError E_QUERY with the parameter */
export function filterOf({ type, recordType, subject }: FilterQuery): EventFilter {
  if (subject !== undefined && !isSubject(subject)) throw wrongQuery("subject", "a subject");
  return {
    ...(type === undefined ? {} : { types: namesIn(type, "type", isEventType) }),
    ...(recordType === undefined ? {} : { recordTypes: namesIn(recordType, "recordType", isRecordType) }),
    ...(subject === undefined ? {} : { subject }),
  };
}

/** Whether `text` is the form of an event's type. */
export function isEventType(text: string): boolean {
  return /^[a-z]+(?:\.[A-Za-z]+){1,3}$/.test(text) && text.length <= 100;
}

function namesIn(text: string, parameter: string, isName: (name: string) => boolean): readonly string[] {
  const names = text.split(",");
  if (names.length <= 32 && names.every(isName)) return names;
  throw wrongQuery(parameter, "1 to 32 names separated by commas");
}

function wrongQuery(parameter: string, wanted: string): NodeError {
  return new NodeError("E_QUERY", `${parameter} must be ${wanted}.`, { field: `/${parameter}` });
}
