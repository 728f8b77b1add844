import type { CompleteTrade } from "./complete.ts";
import type { FinalBlock } from "./final.ts";
import type { LoggedRecords } from "./logged.ts";
import type { Policy } from "./policy.ts";
import type { Facts, RecordFacts } from "./verdict.ts";
import type { WholeRecord } from "./unaltered.ts";

/** What the questions proved; a part is undefined when its question did not pass. */
export interface Proved {
  readonly logged: LoggedRecords | undefined;
  /** The anchor's block, if it is final and holds the checkpoint. */
  readonly block: FinalBlock | undefined;
  readonly anchoredAt: string | undefined;
  readonly trade: CompleteTrade | undefined;
}

/** Gathers facts from what was proved, and from nowhere else. */
export function factsOf({ logged, block, anchoredAt, trade }: Proved, { chain }: Policy): Facts {
  return {
    records: (logged?.records ?? []).map(recordFacts),
    ...(logged === undefined ? {} : { log: logFacts(logged) }),
    ...(block === undefined
      ? {}
      : { block: { chainId: chain.chainId, number: Number(block.header.number), hash: block.hash } }),
    ...(anchoredAt === undefined ? {} : { anchoredAt }),
    ...(trade === undefined ? {} : { trade }),
  };
}

function recordFacts({ id, entry, disclosed }: WholeRecord): RecordFacts {
  const { type, subject, sequence, issuer, occurredAt, receivedAt } = entry;
  return { id, type, subject, sequence, issuer, occurredAt, receivedAt, disclosed };
}

function logFacts({ log, checkpoint }: LoggedRecords): NonNullable<Facts["log"]> {
  return { origin: log.origin, owner: log.owner, size: checkpoint.size };
}
