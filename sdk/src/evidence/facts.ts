import type { Hex } from "@lianzheng/sdk/encoding";
import { decodeErasure, erasureType } from "@lianzheng/sdk/record";
import type { CompleteTrade } from "./complete.ts";
import type { FinalBlock } from "./final.ts";
import type { LoggedRecords } from "./logged.ts";
import type { Policy } from "./policy.ts";
import type { ExistedBy } from "./time.ts";
import type { Facts, RecordErased, RecordFacts } from "./verdict.ts";
import type { WholeRecord } from "./unaltered.ts";

/** What the questions proved; a part is undefined when its question did not pass. */
export interface Proved {
  readonly logged: LoggedRecords | undefined;
  /** The anchor's block, if it is final and holds the checkpoint. */
  readonly block: FinalBlock | undefined;
  readonly time: ExistedBy | undefined;
  readonly trade: CompleteTrade | undefined;
}

/** Gathers facts from what was proved, and from nowhere else. */
export function factsOf({ logged, block, time, trade }: Proved, { chain }: Policy): Facts {
  return {
    records: logged === undefined ? [] : recordsFacts(logged),
    ...(logged === undefined ? {} : { log: logFacts(logged) }),
    ...(block === undefined
      ? {}
      : { block: { chainId: chain.chainId, number: Number(block.header.number), hash: block.hash } }),
    ...(time?.anchoredAt === undefined ? {} : { anchoredAt: time.anchoredAt }),
    ...(time?.stampedAt === undefined ? {} : { stampedAt: time.stampedAt }),
    ...(trade === undefined ? {} : { trade }),
  };
}

function recordsFacts({ records, log }: LoggedRecords): readonly RecordFacts[] {
  const erased = erasuresIn(records, log.owner);
  return records.map(({ id, entry, disclosed }) => {
    const { type, subject, sequence, issuer, occurredAt, receivedAt } = entry;
    const erasure = erased.get(id);
    const facts = { id, type, subject, sequence, issuer, occurredAt, receivedAt, disclosed };
    return erasure === undefined ? facts : { ...facts, erased: erasure };
  });
}

/** By erased record. It is the log that destroys a key, so only its owner's word counts. */
function erasuresIn(records: readonly WholeRecord[], owner: string): ReadonlyMap<Hex, RecordErased> {
  const found = new Map<Hex, RecordErased>();
  for (const { id, entry, disclosed } of records) {
    const erasure = entry.type === erasureType && entry.issuer === owner ? decodeErasure(disclosed) : undefined;
    if (erasure !== undefined) {
      found.set(erasure.record, { by: id, ground: erasure.ground, at: entry.receivedAt });
    }
  }
  return found;
}

function logFacts({ log, checkpoint }: LoggedRecords): NonNullable<Facts["log"]> {
  return { origin: log.origin, owner: log.owner, size: checkpoint.size };
}
