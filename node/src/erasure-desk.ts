import { toHex } from "@lianzheng/sdk/encoding";
import { decodeEntry, erasureType, fromInstant, toInstant } from "@lianzheng/sdk/record";
import type { DueRecord, ErasureDesk } from "@lianzheng/node/api";
import { retentionEnd, retentionYears, shortestRetention } from "@lianzheng/node/config";
import type { RetentionSettings } from "@lianzheng/node/config";
import { erasureOf } from "@lianzheng/node/log";
import type { EvidenceLog, ListedEntry } from "@lianzheng/node/log";
import { NodeError } from "./errors.ts";

/** What erasing in a node's name leans on. */
export interface ErasureDeskOptions {
  readonly log: EvidenceLog;
  /** USCC of the log's owner: it is the node that destroys a key, so its owner says so. */
  readonly owner: string;
  readonly retention: RetentionSettings;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** Entries that are read at once, and at most for one answer. */
const pageEntries = 256;
const mostEntries = 16_384;

/** Erases records of a log under its retention rules. */
export function createErasureDesk(options: ErasureDeskOptions): ErasureDesk {
  const { log, owner, now } = options;
  return {
    async erase({ id, entry, erasedBy }, { ground, reference }, identity) {
      if (ground === "retention-ended" && erasedBy === undefined) assertRetentionEnded(options, entry);
      const request = { record: id, issuer: owner, submitter: identity.member, ground, occurredAt: toInstant(now()) };
      return await log.erase({ ...request, ...(reference === undefined ? {} : { reference }) }, identity);
    },
    async tombstoneOf(erasedBy) {
      const record = await log.recordAt(erasedBy);
      const erasure = record === undefined ? undefined : erasureOf(record);
      if (record === undefined || erasure === undefined) {
        throw new NodeError("LOG_CORRUPT", `entry ${erasedBy} should tell of an erasure and does not`);
      }
      const { receivedAt } = decodeEntry(record.entry);
      return { record: record.id, index: erasedBy, ground: erasure.ground, erasedAt: receivedAt };
    },
    due: (from, limit) => dueRecords(options, from, limit),
  };
}

/** Counted from when the log received the record: that is the log's own time, and never goes back. */
function assertRetentionEnded({ retention, now }: ErasureDeskOptions, entry: string): void {
  const { type, receivedAt } = decodeEntry(entry);
  const end = retentionEnd(fromInstant(receivedAt), retentionYears(retention, type));
  if (end <= now()) return;
  const until = toInstant(end);
  const detail = `A record of type ${type} is kept until ${until}: before that, another ground and its reference are needed.`;
  throw new NodeError("E_RETENTION", detail, { field: "/ground", until });
}

async function dueRecords(
  options: ErasureDeskOptions,
  from: number,
  limit: number,
): Promise<Awaited<ReturnType<ErasureDesk["due"]>>> {
  const { log, retention, now } = options;
  const shortest = shortestRetention(retention);
  const items: DueRecord[] = [];
  for (let at = from; at < log.size;) {
    if (at - from >= mostEntries) return { items, next: at };
    for (const listed of await log.list(at, Math.min(pageEntries, log.size - at))) {
      const { receivedAt, type, subject, issuer } = decodeEntry(listed.entry);
      // Entries stand in the order of their time: what follows is younger still.
      if (retentionEnd(fromInstant(receivedAt), shortest) > now()) return { items, next: null };
      const end = retentionEnd(fromInstant(receivedAt), retentionYears(retention, type));
      at = listed.index + 1;
      if (end > now() || type === erasureType || listed.erasedBy !== undefined) continue;
      items.push({ ...placeOf(listed), type, subject, until: toInstant(end), issuer });
      if (items.length === limit) return { items, next: at < log.size ? at : null };
    }
  }
  return { items, next: null };
}

function placeOf({ leaf, index, submitter }: ListedEntry): Pick<DueRecord, "id" | "index" | "submitter"> {
  return { id: toHex(leaf), index, submitter };
}
