import type { Anchor } from "@lianzheng/node/anchor";
import { erasureOf } from "@lianzheng/node/log";
import type { EvidenceLog } from "@lianzheng/node/log";
import type { OwnLog, SearchedLog } from "@lianzheng/node/registry";

/** The log as the registry holds it against the chain. */
export function ownLogOf(log: EvidenceLog, { logId }: Anchor): OwnLog {
  return {
    logId,
    get size() {
      return log.size;
    },
    rootAt: (size) => log.rootAt(size),
  };
}

/** The log as the registry searches it: its records, and which of them erased which. */
export function searchedLogOf(log: EvidenceLog): SearchedLog {
  return {
    get size() {
      return log.size;
    },
    entries: (first, count) => log.entries(first, count),
    indexesOfIds: (start, most) => log.indexesOfIds(start, most),
    recordAt: async (index) => {
      const record = await log.recordAt(index);
      const erasure = record === undefined ? undefined : erasureOf(record);
      if (record === undefined || erasure === undefined) return record;
      const target = await log.recordAt(erasure.index);
      return target?.erasedBy === index ? { ...record, erases: target.id } : record;
    },
  };
}
