import { setTimeout as sleep } from "node:timers/promises";
import type { NodeClient } from "@lianzheng/sdk/client";
import type { Hex } from "@lianzheng/sdk/encoding";
import type { Progress } from "./output/progress.ts";

const ASKED_EVERY_MS = 250;

/** How long to wait, and where to say so. */
export interface Waiting {
  readonly seconds: number;
  readonly progress: Progress;
}

/**
 * Waits until the chain has accepted a checkpoint that holds the record.
 *
 * @returns false if the time ran out first
 * @throws ClientError if the node refuses to show the record
 */
export async function waitUntilAnchored(client: NodeClient, id: Hex, { seconds, progress }: Waiting): Promise<boolean> {
  const end = performance.now() + seconds * 1_000;
  try {
    while ((await client.record(id)).anchor === null) {
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
