import { setTimeout as sleep } from "node:timers/promises";
import type { NodeClient } from "@lianzheng/sdk/client";
import { ClientError } from "@lianzheng/sdk/client";
import type { Hex } from "@lianzheng/sdk/encoding";
import type { Progress } from "./output/progress.ts";

const ASKED_EVERY_MS = 250;

/** How long to wait, and where to say so. */
export interface Waiting {
  readonly seconds: number;
  readonly progress: Progress;
}

/**
 * Waits until the node can give evidence of a record.
 *
 * @returns false if the time ran out first
 * @throws ClientError for any other answer than "not anchored yet"
 */
export async function waitUntilAnchored(client: NodeClient, id: Hex, { seconds, progress }: Waiting): Promise<boolean> {
  const end = performance.now() + seconds * 1_000;
  try {
    while (!(await isAnchored(client, id))) {
      const left = end - performance.now();
      if (left <= 0) return false;
      progress.update(`${Math.ceil(left / 1_000)} s left`);
      await sleep(Math.min(ASKED_EVERY_MS, left));
    }
    return true;
  } finally {
    progress.done();
  }
}

async function isAnchored(client: NodeClient, id: Hex): Promise<boolean> {
  try {
    await client.evidence(id);
    return true;
  } catch (error) {
    if (error instanceof ClientError && error.code === "E_NOT_ANCHORED") return false;
    throw error;
  }
}
