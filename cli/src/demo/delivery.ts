import { createHash, randomUUID } from "node:crypto";
import type { Hex } from "@lianzheng/sdk/encoding";
import { toInstant } from "@lianzheng/sdk/record";
import type { RecordInput } from "@lianzheng/sdk/record";
import { rowsToDeliver } from "./data.ts";
import { fetchRows, serveRows } from "./data-api.ts";
import type { Narrator } from "./narrator.ts";
import type { StoryTrade } from "./trade.ts";
import type { Venue } from "./venue.ts";

/** Rows that the product's API delivers, and receipts in one request to the node. */
const DELIVERED_ROWS = 10_000;
const ROWS_PER_BATCH = 500;

/** Requests on their way at once; the node commits what arrives together in one write. */
const PARALLEL = 2;

/** What was delivered and recorded. */
export interface Delivery {
  readonly subject: string;
  readonly rows: number;
  readonly bytes: number;
  /** SHA-256 of all delivered rows, each followed by a line end. */
  readonly digest: Hex;
  /** Record ids by row. */
  readonly receipts: readonly Hex[];
  /** Receipts per second, from the first request to the last answer. */
  readonly perSecond: number;
}

/** A row as it arrived at the buyer. */
interface DeliveredRow {
  readonly text: string;
  readonly digest: Hex;
}

/**
 * Delivers rows through the seller's HTTP API to the buyer; the venue's gateway, through which they go, records for each row the digest
 * of what really went through.
 */
export async function deliverRows(venue: Venue, trade: StoryTrade, narrator: Narrator): Promise<Delivery> {
  const api = await serveRows(await rowsToDeliver(DELIVERED_ROWS));
  const progress = narrator.progress("delivering");
  const whole = createHash("sha256");
  const subject = `delivery:${trade.id}`;
  const receipts: Hex[] = [];
  let bytes = 0;
  const startedAt = performance.now();
  try {
    for (let from = 0; from < DELIVERED_ROWS; from += PARALLEL * ROWS_PER_BATCH) {
      const rows = await fetchDigested(api.url, from, PARALLEL * ROWS_PER_BATCH);
      for (const { text } of rows) {
        whole.update(`${text}\n`);
        bytes += text.length + 1;
      }
      receipts.push(...(await submitReceipts(venue, subject, trade, rows, from)));
      progress.update(`${receipts.length.toLocaleString("en")} of ${DELIVERED_ROWS.toLocaleString("en")} rows`);
    }
  } finally {
    progress.done();
    await api.close();
  }
  const perSecond = Math.round((receipts.length * 1_000) / (performance.now() - startedAt));
  return { subject, rows: receipts.length, bytes, digest: `0x${whole.digest("hex")}`, receipts, perSecond };
}

async function fetchDigested(url: string, from: number, count: number): Promise<readonly DeliveredRow[]> {
  const rows = await fetchRows(url, from, count);
  return rows.map((text) => ({ text, digest: digestOf(text) }));
}

/** SHA-256 of a row as it was delivered, without its line end. */
export function digestOf(row: string): Hex {
  return `0x${createHash("sha256").update(row).digest("hex")}`;
}

async function submitReceipts(
  venue: Venue,
  subject: string,
  trade: StoryTrade,
  rows: readonly DeliveredRow[],
  from: number,
): Promise<readonly Hex[]> {
  const batches: RecordInput[][] = [];
  for (let at = 0; at < rows.length; at += ROWS_PER_BATCH) {
    const part = rows.slice(at, at + ROWS_PER_BATCH);
    batches.push(part.map(({ digest }, offset) => receiptOf(subject, trade, from + at + offset, digest)));
  }
  const answers = await Promise.all(
    batches.map((batch) => venue.client.submit(batch, { idempotencyKey: randomUUID() })),
  );
  return answers.flatMap(({ records }) => records.map(({ id }) => id));
}

function receiptOf(subject: string, trade: StoryTrade, row: number, digest: Hex): RecordInput {
  return {
    type: "delivery.receipt",
    subject,
    occurredAt: toInstant(Date.now()),
    body: { trade: trade.id, product: trade.deal.subject, row, "sha-256": digest },
  };
}
