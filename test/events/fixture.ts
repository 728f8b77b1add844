import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { Attempt, LawEventSource, RetryRules, TargetRules, WebhookParts } from "@lianzheng/node/events";
import { EventFeed, usualRetries, Webhooks, WebhookStore } from "@lianzheng/node/events";
import type { EvidenceLog, EvidenceLogOptions, Submission } from "@lianzheng/node/log";
import type { Hex } from "@lianzheng/sdk/encoding";
import { identity, openLog, seller, submissionOf } from "../log-node/fixture.ts";

/** A log with its feed, in a folder. */
export interface Fed {
  readonly log: EvidenceLog;
  readonly feed: EventFeed;
  readonly close: () => Promise<void>;
}

/** Opens a log whose commits a feed is told of. */
export async function openFed(
  directory: string,
  options: Partial<EvidenceLogOptions> & { readonly law?: LawEventSource } = {},
): Promise<Fed> {
  const grown = { tell: (): void => undefined };
  const { law, ...more } = options;
  const { log } = await openLog(directory, { ...more, onCommit: () => grown.tell() });
  const feed = new EventFeed(log, seller, law);
  grown.tell = () => feed.grown();
  return {
    log,
    feed,
    close: async () => {
      feed.close();
      await log.close();
    },
  };
}

/** Runs `work` in a folder of its own. */
export async function inFolder<T>(work: (directory: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "lianzheng-events-"));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true });
  }
}

/** Records one submission under a key of its own. */
export async function record(log: EvidenceLog, name: string, more: Partial<Submission> = {}): Promise<Hex> {
  const { receipt } = await log.submit([{ ...submissionOf(name), ...more }], identity(name));
  return receipt.records[0]!.id;
}

/** Keeps a checkpoint as anchored in block `block`. */
export async function anchor(log: EvidenceLog, size: number, block: number): Promise<void> {
  const digest = (byte: number): Hex => `0x${byte.toString(16).padStart(2, "0").repeat(32)}`;
  await log.anchors.put({
    ...{ size, root: digest(1), checkpoint: log.checkpoint(), transaction: digest(2), blockNumber: block },
    ...{ blockHash: digest(block), logIndex: 0, receiptIndex: 0 },
  });
}

/** All events from a cursor to the end, by pages of `limit`. */
export async function readAll(feed: EventFeed, from = "start", limit = 7): ReturnType<EventFeed["page"]> {
  const events = [];
  for (let cursor = await feed.start(from); ;) {
    const page = await feed.page(cursor, limit);
    events.push(...page.events);
    if (!page.more) return { ...page, events };
    cursor = page.next;
  }
}

/** What a receiver was sent. */
export interface Received {
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
  readonly event: { readonly id: string; readonly type: string; readonly data: Readonly<Record<string, unknown>> };
}

/** A receiver of webhooks on loopback; `answer` says how it answers. */
export interface Receiver {
  readonly url: string;
  readonly received: readonly Received[];
  answer: (response: ServerResponse, count: number) => void;
  readonly close: () => Promise<void>;
}

/** Starts a receiver that says 204 to everything. */
export async function openReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.once("end", () => {
      const body = Buffer.concat(chunks).toString();
      received.push({ headers: request.headers, body, event: JSON.parse(body) as Received["event"] });
      receiver.answer(response, received.length);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const receiver: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    answer: (response) => void response.writeHead(204).end(),
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  return receiver;
}

/** Webhooks over a feed, with what they told. */
export interface Hooked {
  readonly webhooks: Webhooks;
  readonly attempts: Attempt[];
  readonly parked: string[];
  readonly failed: unknown[];
  readonly damaged: string[];
}

/** Opens the webhooks in `directory`; they try again after a millisecond. */
export async function openWebhooks(
  feed: EventFeed,
  directory: string,
  more: {
    readonly rules?: Partial<TargetRules>;
    readonly retries?: Partial<RetryRules>;
    readonly parts?: Partial<WebhookParts>;
  } = {},
): Promise<Hooked> {
  const told: Omit<Hooked, "webhooks"> = { attempts: [], parked: [], failed: [], damaged: [] };
  const webhooks = await Webhooks.open({
    ...{ feed, now: Date.now, perMember: 3 },
    store: new WebhookStore(join(directory, "webhooks")),
    rules: { allowHosts: null, internalHosts: [], ports: [443, 8443], allowLoopback: true, ...more.rules },
    retries: { ...usualRetries, firstMs: 1, longestMs: 5, timeoutMs: 2_000, ...more.retries },
    resolve: () => Promise.resolve([{ address: "127.0.0.1", family: 4 }]),
    attempted: (_webhook, attempt) => told.attempts.push(attempt),
    parked: (_webhook, because) => told.parked.push(because),
    failed: (_webhook, error) => told.failed.push(error),
    damaged: (files) => told.damaged.push(...files),
    sealingKey: () => Promise.resolve(new Uint8Array(32).fill(9)),
    ...more.parts,
  });
  return { webhooks, ...told };
}

/** Waits until `holds`; the runner's timeout is the limit. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await pause(5);
}
