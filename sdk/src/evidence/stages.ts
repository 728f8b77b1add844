import { EMPTY_STAGE_HEAD, stageHead } from "@lianzheng/sdk/chain";
import { isHex, type Hex } from "@lianzheng/sdk/encoding";
import type { WholeRecord } from "./unaltered.ts";

/** Types of the records of steps; a type's place, from 1, is the number of its step in the contract (docs/formats.md section 11). */
const stageTypes = [
  "trade.listing",
  "trade.offer",
  "trade.contract",
  "trade.delivery",
  "trade.acceptance",
  "trade.settlement",
  "trade.certificate",
  "trade.amendment",
  "trade.filing",
  "trade.termination",
  "settlement.split",
];

/** The stages of a trade that a bundle shows. */
export interface ShownStages {
  /** How many there are. */
  readonly count: number;
  /** `heads[n]` chains the first n of them: what the contract would hold if these were its n stages. */
  readonly heads: readonly Hex[];
  /** Place of the bundle's first record in the sequence of the subject. */
  readonly first: number;
  /** Records of the bundle, stages or not. */
  readonly records: number;
}

/** Id of the trade that the records are about; undefined if their subject is no trade. */
export function tradeIdOf(records: readonly WholeRecord[]): Hex | undefined {
  const subject = records[0]?.entry.subject ?? "";
  const id = subject.startsWith("trade:") ? subject.slice("trade:".length) : undefined;
  return isHex(id, 32) ? id : undefined;
}

/** The records that are stages, by their types, chained as the contract chains them. */
export function shownStages(records: readonly WholeRecord[]): ShownStages {
  const heads = [EMPTY_STAGE_HEAD];
  for (const { id, entry } of records) {
    const stage = stageTypes.indexOf(entry.type) + 1;
    if (stage > 0) heads.push(stageHead(heads.at(-1) ?? EMPTY_STAGE_HEAD, stage, id));
  }
  return { count: heads.length - 1, heads, first: records[0]?.entry.sequence ?? 0, records: records.length };
}
