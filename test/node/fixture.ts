import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { pino } from "pino";
import type { Logger } from "pino";
import { startNode } from "@lianzheng/node";
import type { RunningNode } from "@lianzheng/node";
import { initNode } from "@lianzheng/node/config";
import type { InitializedNode, NodeInit } from "@lianzheng/node/config";

export const origin = "log.example/node";
export const owner = "91460000MA5T000160";

/** scrypt's N in tests: the real one would take seconds for each start. */
const keystoreCost = 1024;

export const silent: Logger = pino({ level: "silent" });

/** A new folder for the node, removed afterwards. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const parent = await mkdtemp(join(tmpdir(), "lianzheng-node-"));
  try {
    return await work(join(parent, "node"));
  } finally {
    await rm(parent, { recursive: true });
  }
}

/** Sets a node up on any free port; it anchors quickly. */
export function init(folder: string, more: Partial<NodeInit> = {}): Promise<InitializedNode> {
  const anchor = { everyRecords: 100, everySeconds: 1 };
  return initNode({
    folder,
    origin,
    owner,
    chain: "embedded",
    port: 0,
    anchor,
    keystoreCost,
    environment: {},
    ...more,
  });
}

/** Starts the node, and closes it when `work` is done. */
export async function withNode<T>(
  folder: string,
  work: (node: RunningNode) => Promise<T>,
  more: Partial<Parameters<typeof startNode>[0]> = {},
): Promise<T> {
  const node = await startNode({ folder, logger: silent, environment: {}, ...more });
  try {
    return await work(node);
  } finally {
    await node.close();
  }
}

/** Asks until `answer` is there; the runner's timeout is the limit. */
export async function until<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await pause(50);
  }
}

/** A caller with a token. */
export interface Caller {
  readonly get: (path: string) => Promise<Response>;
  readonly submit: (records: unknown, key: string) => Promise<Response>;
}

/** Calls the node with a token. */
export function callerOf({ url }: RunningNode, token: string): Caller {
  const authorization = `Bearer ${token}`;
  return {
    get: (path) => fetch(`${url}${path}`, { headers: { authorization } }),
    submit: (records, key) =>
      fetch(`${url}/v1/records`, {
        method: "POST",
        headers: { authorization, "content-type": "application/json", "idempotency-key": key },
        body: JSON.stringify(records),
      }),
  };
}

/** A record of `subject`. */
export function recordOf(subject: string, step = 0): Record<string, unknown> {
  return { type: "x-test.step", subject, occurredAt: "2026-11-22T09:14:05.120Z", body: { step, price: "128000.00" } };
}
