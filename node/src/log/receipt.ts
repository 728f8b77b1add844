import type { Hex } from "@lianzheng/sdk/encoding";
import { toHex } from "@lianzheng/sdk/encoding";
import { decodeEntry } from "@lianzheng/sdk/record";
import type { KnownRequest, RecordIndex } from "@lianzheng/node/index";
import { leafHash } from "@lianzheng/node/index";
import type { Journal, RecordsPayload } from "@lianzheng/node/journal";
import { decodeRecords } from "@lianzheng/node/journal";
import { NodeError } from "../errors.ts";

/** What a receipt says of one record. */
export interface ReceiptRecord {
  /** Leaf hash. */
  readonly id: Hex;
  readonly index: number;
  readonly subject: string;
  readonly sequence: number;
  readonly receivedAt: string;
}

/** Answer to a submission (formats.md section 7): the checkpoint covers every record, and all of it is on disk. */
export interface Receipt {
  readonly records: readonly ReceiptRecord[];
  readonly checkpoint: string;
}

/** A receipt, and whether the request had been accepted before. */
export interface SubmitResult {
  readonly receipt: Receipt;
  readonly replayed: boolean;
}

/** The receipt that was given for a request, made again from the journal's frame. Throws INDEX_CORRUPT. */
export async function receiptAgain(
  journal: Journal,
  index: RecordIndex,
  known: KnownRequest,
  request: { readonly member: string; readonly key: string },
): Promise<Receipt> {
  const { location } = await index.frameOf(known.firstIndex);
  const payload = decodeRecords((await journal.readFrame(location)).payload);
  if (!holdsRequest(payload, known, request)) {
    throw new NodeError("INDEX_CORRUPT", "the index takes another request for this one; delete it and start again");
  }
  const from = known.firstIndex - payload.firstIndex;
  const records = payload.records.slice(from, from + known.count);
  return {
    records: records.map(({ entry }, at) => receiptRecord(entry, known.firstIndex + at)),
    checkpoint: payload.checkpoint,
  };
}

/** The receipt of one record alone, under the checkpoint that its request was answered with. */
export async function receiptOfRecord(journal: Journal, index: RecordIndex, at: number): Promise<Receipt> {
  const { location } = await index.frameOf(at);
  const { firstIndex, records, checkpoint } = decodeRecords((await journal.readFrame(location)).payload);
  const record = records[at - firstIndex];
  if (record !== undefined) return { records: [receiptRecord(record.entry, at)], checkpoint };
  throw new NodeError("INDEX_CORRUPT", "the index takes another frame for a record's; delete it and start again");
}

function holdsRequest(
  { firstIndex, batches }: RecordsPayload,
  known: KnownRequest,
  request: { readonly member: string; readonly key: string },
): boolean {
  let index = firstIndex;
  for (const { member, key, count } of batches) {
    if (index === known.firstIndex) return member === request.member && key === request.key && count === known.count;
    index += count;
  }
  return false;
}

function receiptRecord(text: string, index: number): ReceiptRecord {
  const { subject, sequence, receivedAt } = decodeEntry(text);
  return { id: toHex(leafHash(text)), index, subject, sequence, receivedAt };
}
