import { fromUtf8, utf8 } from "@lianzheng/sdk/encoding";
import { isJsonObject, type JsonObject } from "@lianzheng/sdk/record";
import { ClientError, clientFault } from "./error.ts";
import { linesOf } from "./lines.ts";
import type { Pause } from "./retry.ts";
import { readJsonAnswer, type Transport } from "./transport.ts";

/** Which events are followed, and from where. */
export interface EventWish {
  /** `cursor` of the last event that was taken, or `start`; what happens from now on if left out. */
  readonly cursor?: string;
  readonly types?: readonly string[];
  readonly recordTypes?: readonly string[];
  readonly subject?: string;
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
  /** Longest time without a byte before the connection is given up, ms, 60,000 if left out; a node is never silent so long. */
  readonly silenceMs?: number;
  /** Told each time that the connection is lost, before it is opened again. */
  readonly lost?: (error: ClientError) => void;
}

/** Something that happened, docs/monitoring.md. */
export interface NodeEvent {
  readonly id: string;
  readonly type: string;
  readonly time: string;
  readonly data: JsonObject;
  /** To be kept once the event is dealt with: whoever goes on from it misses none and gets none twice. */
  readonly cursor: string;
}

const maxEventBytes = 1024 * 1024;
const usualSilenceMs = 60_000;
const waits = { first: 250, longest: 15_000 };

/**
 * Events as they happen, without end: a connection that is lost is opened again where it broke, for as long as it takes.
 *
 * @throws ClientError what the node refuses, save that it asks to come again; CLIENT_ANSWER for what is no event
 */
export async function* follow(
  transport: Transport,
  pause: Pause,
  wish: EventWish,
): AsyncGenerator<NodeEvent, void, undefined> {
  let cursor = wish.cursor;
  for (let failures = 0; wish.signal?.aborted !== true;) {
    try {
      for await (const block of blocksOf(transport, wish, cursor)) {
        failures = 0;
        cursor = block.id ?? cursor;
        if (block.data !== undefined) yield eventOf(block.data, cursor ?? "");
      }
    } catch (error) {
      if (!(error instanceof ClientError) || !mayReturn(error)) throw error;
      wish.lost?.(error);
    }
    await Promise.race([pause(Math.min(waits.longest, waits.first * 2 ** Math.min(failures, 10))), endOf(wish.signal)]);
    failures += 1;
  }
}

function endOf(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((ended) => {
    if (signal?.aborted === true) ended();
    signal?.addEventListener("abort", () => ended(), { once: true });
  });
}

function mayReturn({ code, status }: ClientError): boolean {
  return code === "CLIENT_UNREACHABLE" || code === "CLIENT_TIMEOUT" || (status !== undefined && status >= 500);
}

interface Block {
  readonly id?: string;
  readonly data?: string;
}

/** Blocks of a stream of server-sent events (HTML Living Standard, section 9.2.6), as far as a node uses them. */
async function* blocksOf(
  transport: Transport,
  { types, recordTypes, subject, signal, silenceMs = usualSilenceMs }: EventWish,
  cursor: string | undefined,
): AsyncGenerator<Block, void, undefined> {
  const query = new URLSearchParams();
  if (types !== undefined) query.set("type", types.join(","));
  if (recordTypes !== undefined) query.set("recordType", recordTypes.join(","));
  if (subject !== undefined) query.set("subject", subject);
  if (cursor !== undefined) query.set("cursor", cursor);
  const path = query.size === 0 ? "/v1/events" : `/v1/events?${query}`;
  const headers = { accept: "text/event-stream" };
  const bytes = transport.stream({
    ...{ method: "GET", path, headers, silenceMs, once: true },
    ...(signal === undefined ? {} : { signal }),
  });
  let block: { id?: string; data?: string } = {};
  for await (const line of linesOf(bytes, maxEventBytes)) {
    const [, field = "", value = ""] = /^([a-z]*): ?(.*)$/.exec(fromUtf8(line)) ?? [];
    if (field === "id") block.id = value;
    // A node writes the data of an event in one line.
    if (field === "data") block.data = value;
    if (line.length > 0) continue;
    // Only a block that has its end counts: what broke off within comes again.
    yield block;
    block = {};
  }
}

function eventOf(text: string, cursor: string): NodeEvent {
  const event = readJsonAnswer(utf8(text), 200, maxEventBytes);
  if (isJsonObject(event)) {
    const { id, type, time, data } = event;
    const isTold = typeof id === "string" && typeof type === "string" && typeof time === "string";
    if (isTold && isJsonObject(data ?? null)) return { id, type, time, data: data as JsonObject, cursor };
  }
  throw clientFault("CLIENT_ANSWER", "The node's stream holds something that is no event.");
}
