import { setTimeout as sleep } from "node:timers/promises";
import type { Consortium } from "./consortium.ts";
import { headOf } from "./fork.ts";
import type { Narrator } from "./narrator.ts";
import type { Venue } from "./venue.ts";

const PATIENCE_MS = 30_000;
const ASKED_EVERY_MS = 100;

/** What anchoring a log has cost so far. Sizes in leaves. */
export interface AnchorCost {
  readonly origin: string;
  readonly size: number;
  readonly anchors: number;
  readonly gas: number;
  readonly gasPerRecord: number;
}

/** Waits until the chain has accepted a checkpoint of at least `size` leaves. */
export async function waitForAnchor(
  consortium: Consortium,
  venue: Venue,
  size: number,
  narrator: Narrator,
): Promise<number> {
  const progress = narrator.progress("anchoring");
  try {
    for (let waited = 0; waited < PATIENCE_MS; waited += ASKED_EVERY_MS) {
      const head = await headOf(consortium, venue);
      if (head.size >= size) return head.size;
      progress.update(`${head.size} of ${size} records`);
      await sleep(ASKED_EVERY_MS);
    }
  } finally {
    progress.done();
  }
  throw new Error(`${venue.origin} did not anchor ${size} records within ${PATIENCE_MS / 1_000} s`);
}

/** Gas of every checkpoint that the chain accepted of this log, and its share for each record. */
export async function anchorCost({ ledger, gas }: Consortium, venue: Venue): Promise<AnchorCost> {
  const { evidenceLogs, provider, deployment } = ledger;
  const filter = evidenceLogs.filters.CheckpointPublished(venue.logId);
  const events = await evidenceLogs.queryFilter(filter, deployment.contracts.evidenceLogs.block);
  let total = 0n;
  for (const { transactionHash } of events) {
    const receipt = await provider.getTransactionReceipt(transactionHash);
    total += receipt?.gasUsed ?? 0n;
    gas.note("EvidenceLogs.publish", receipt?.gasUsed ?? 0n);
  }
  const size = Number(events.at(-1)?.args.size ?? 0n);
  const gasPerRecord = size === 0 ? 0 : Math.round((Number(total) * 10) / size) / 10;
  return { origin: venue.origin, size, anchors: events.length, gas: Number(total), gasPerRecord };
}
