import { EvidenceError } from "@lianzheng/sdk/encoding";
import { decodeEntry, isSubject } from "@lianzheng/sdk/record";
import { NodeError } from "../errors.ts";
import { maySee } from "./access.ts";
import type { Principal, RecordLog, StoredRecord } from "./ports.ts";

/** Records that are read at once. */
export const readAtOnce = 16;

/** The records at these indexes, which an index named. @throws NodeError LOG_CORRUPT when one is not there */
export async function recordsAt(log: RecordLog, indexes: readonly number[]): Promise<readonly StoredRecord[]> {
  const records: StoredRecord[] = [];
  for (let at = 0; at < indexes.length; at += readAtOnce) {
    records.push(...(await Promise.all(indexes.slice(at, at + readAtOnce).map((index) => recordAt(log, index)))));
  }
  return records;
}

async function recordAt(log: RecordLog, index: number): Promise<StoredRecord> {
  const record = await log.recordAt(index);
  if (record === undefined) throw new NodeError("LOG_CORRUPT", `The index names entry ${index}, which is not there.`);
  return record;
}

/** Whether the caller may see a record's content. */
export function isVisible({ entry, submitter }: StoredRecord, caller: Principal): boolean {
  return maySee(caller, { issuer: decodeEntry(entry).issuer, submitter });
}

/** The subject, if it is one's name. @throws EvidenceError E_ID_CHARSET */
export function checkedSubject(subject: string): string {
  if (isSubject(subject)) return subject;
  throw new EvidenceError("E_ID_CHARSET", "A subject is 1 to 200 of A-Z a-z 0-9 . _ : / -", { field: "/subject" });
}
