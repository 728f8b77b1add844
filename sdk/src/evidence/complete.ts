import { verifyTradeHead, type StageRecorded, type StorageProof } from "@lianzheng/sdk/chain";
import { EvidenceError, type Hex } from "@lianzheng/sdk/encoding";
import type { Bundle } from "./bundle.ts";
import { assertSameChain, blockTime } from "./chain-event.ts";
import type { FinalBlock } from "./final.ts";
import type { Policy } from "./policy.ts";
import { ask, pass, unknown, type Answered, type Finding } from "./question.ts";
import { proveStage, type JudgeBlock, type ProvenStage } from "./stage-event.ts";
import { isLawfulOrder, isTerminated, shownStages, tradeIdOf, type ShownStages } from "./stages.ts";
import type { WholeRecord } from "./unaltered.ts";

/** The steps of a trade that the chain counted, all shown: as of this block, nothing of them is missing. */
export interface CompleteTrade {
  readonly tradeId: Hex;
  /** How many there are: stages, and those beside them. */
  readonly stages: number;
  /** True if both sides ended the trade: that is its last step. */
  readonly terminated: boolean;
  /** Number of the block in whose state the trade had these stages and no other: that of the anchor. */
  readonly block: number;
  /** That block's time. */
  readonly at: string;
}

/**
 * Is anything of this subject missing?
 *
 * A hole between two records, or two records in one place, is a contradiction whatever the subject. Beyond that only the
 * chain can say how many there are, and it counts the steps of trades: a trade is complete when the bundle begins with
 * the subject's first record and its stages chain to the head that the state at the anchor's block holds. An event says
 * what was recorded by its own block and nothing of later ones, so it can contradict, yet it never passes. All else is
 * unknown.
 *
 * @param records - the records, if they are shown to be in the log
 * @param block   - the anchor's block, if it is final
 * @param judge   - whether another block is final too
 */
export function askComplete(
  bundle: Bundle,
  records: readonly WholeRecord[] | undefined,
  block: FinalBlock | undefined,
  judge: JudgeBlock,
  policy: Policy,
): Answered<CompleteTrade> {
  return ask("complete", "chain", () => {
    if (records === undefined) return unknown("The records are not shown to be in the log, so nothing can be counted.");
    assertNoHole(records);
    const { law } = bundle;
    if (law.trade === undefined && law.state === undefined) return uncounted(records);
    if (block === undefined)
      return unknown("The anchor's block is not final, so the trade's stages can't be held against it.");
    assertSameChain(bundle.anchor, policy);
    return compare(shownStages(records), lawOf(bundle, requireTradeId(records), block, judge, policy));
  });
}

/** Consecutive in the sequence, each naming the one before it. */
function assertNoHole(records: readonly WholeRecord[]): void {
  for (const [at, { entry }] of records.entries()) {
    const before = records[at - 1];
    if (before === undefined) continue;
    const step = entry.sequence - before.entry.sequence;
    if (step > 1) {
      throw new EvidenceError(
        "V_INCOMPLETE",
        `Between records ${before.entry.sequence} and ${entry.sequence} of the subject something is missing.`,
      );
    }
    if (step < 1 || entry.previous !== before.id) {
      throw new EvidenceError(
        "V_EQUIVOCATION",
        `The log holds two different records in place ${before.entry.sequence} of the subject.`,
      );
    }
  }
}

function uncounted(records: readonly WholeRecord[]): Finding<never> {
  const whose = tradeIdOf(records) === undefined ? "this subject" : "this trade in the bundle";
  return unknown(
    `${placeOf(shownStages(records))} Nothing on the chain counts the records of ${whose}, so whether more exist can't be told.`,
  );
}

function placeOf({ first, records }: ShownStages): string {
  return records === 1
    ? `The bundle holds record ${first} of the subject.`
    : `The bundle holds records ${first} to ${first + records - 1} of the subject, without a hole.`;
}

/** @throws EvidenceError V_BINDING if a bundle brings the law of a trade for records of something else */
function requireTradeId(records: readonly WholeRecord[]): Hex {
  const tradeId = tradeIdOf(records);
  if (tradeId !== undefined) return tradeId;
  throw new EvidenceError("V_BINDING", "The stages on the chain are of a trade, and the records are of none.");
}

/** What the bundle proves of the trade on the chain. */
interface Law {
  readonly tradeId: Hex;
  /** A stage, recorded in or before the anchor's block; whether it is the newest, it does not say. */
  readonly event: ProvenStage | undefined;
  /** The head in the state at the anchor's block. */
  readonly head: Hex | undefined;
  readonly block: FinalBlock;
}

function lawOf({ law }: Bundle, tradeId: Hex, block: FinalBlock, judge: JudgeBlock, policy: Policy): Law {
  const event = law.trade === undefined ? undefined : proveStage(law.trade, tradeId, block, judge, policy);
  const head = law.state === undefined ? undefined : headIn(law.state, tradeId, block, policy);
  return { tradeId, event, head, block };
}

/** @throws EvidenceError V_TRIE, V_EMITTER */
function headIn(proof: StorageProof, tradeId: Hex, { header }: FinalBlock, { contracts }: Policy): Hex {
  try {
    return verifyTradeHead(header.stateRoot, contracts.trades, tradeId, proof);
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
    const message = `The trade is not shown in the state at block ${header.number}: ${cause.message}.`;
    throw new EvidenceError(cause.code, message, cause.details, cause);
  }
}

function compare(shown: ShownStages, law: Law): Finding<CompleteTrade> {
  if (law.event !== undefined && !chainsTo(shown, law.event.stage)) return missing(shown, law);
  if (law.head === undefined) return asOfEvent(shown, law.event);
  const counted = shown.heads.indexOf(law.head);
  if (counted < 0) return missing(shown, law);
  if (counted < (law.event?.stage.count ?? 0)) throw selfContradiction(law);
  return asOfState(shown, counted, law);
}

/** Whether the first stages of the bundle are those that the chain had counted by this one. */
function chainsTo({ heads }: ShownStages, { count, head }: StageRecorded): boolean {
  return heads[count] === head;
}

/** The stages here are not those that the chain counts: a contradiction in a bundle that begins with the first record. */
function missing(shown: ShownStages, law: Law): Finding<never> {
  if (law.head !== undefined && shown.heads.includes(law.head)) throw selfContradiction(law);
  const count = law.event?.stage.count;
  const isExcerpt = shown.first > 0 || (shown.records === 1 && (count === undefined || count > shown.count));
  const counts = count === undefined ? "other stages of this trade" : `${count} or more stages of this trade`;
  if (isExcerpt) return unknown(`${placeOf(shown)} It is an excerpt: the chain counts ${counts}.`);
  const message =
    count !== undefined && shown.count < count
      ? `The chain counts ${count} stages of this trade; of them the bundle, which begins with the first record, holds ${shown.count}.`
      : `The ${shown.count} stages in the bundle do not chain to the head of the trade on the chain: stages are missing, or others were recorded.`;
  throw new EvidenceError("V_INCOMPLETE", message);
}

/** A trade never goes back, so two proofs that say it did are of two chains. */
function selfContradiction({ event, block }: Law): EvidenceError {
  const number = event?.header.number ?? block.header.number;
  return new EvidenceError(
    "V_INCOMPLETE",
    `Block ${number} recorded a stage of this trade that the state at block ${block.header.number} does not hold.`,
  );
}

/** All that can be said without the state: what was there by the block of the event. */
function asOfEvent({ first, count: here }: ShownStages, event: ProvenStage | undefined): Finding<never> {
  const { stage, header } = event ?? {};
  if (stage === undefined || header === undefined) return unknown("The chain's count of the stages is not shown.");
  if (first > 0) return withoutThoseBefore(stage.count, first);
  if (here > stage.count) return ahead(stage.count, header.number);
  return unknown(
    `All ${stage.count} stages that the chain counted by block ${header.number} (${blockTime(header)}) are here, and chain to its head. ` +
      "Later ones are not excluded: the bundle does not show the trade in the state at the anchor's block.",
  );
}

function asOfState(shown: ShownStages, counted: number, { tradeId, block }: Law): Finding<CompleteTrade> {
  const { number } = block.header;
  if (counted === 0)
    return unknown(
      `By block ${number} the chain counted no stage of this trade, so whether more records exist can't be told.`,
    );
  if (shown.first > 0) return withoutThoseBefore(counted, shown.first);
  if (shown.count > counted) return ahead(counted, number);
  if (!isLawfulOrder(shown.steps)) throw unlawful();
  const at = blockTime(block.header);
  const terminated = isTerminated(shown.steps);
  const end = terminated
    ? "By the last of them both sides terminated the trade."
    : "By then the trade was not terminated.";
  const reason = `All ${counted} steps that the chain counted by block ${number} (${at}) are here, and chain to the head in its state. ${end} Nothing counts records of other types behind them.`;
  return pass(reason, { tradeId, stages: counted, terminated, block: Number(number), at });
}

/** The records chain to the head, so it is their types that can't be those of a trade's steps. */
function unlawful(): EvidenceError {
  return new EvidenceError(
    "V_INCOMPLETE",
    "The steps here chain to the head of the trade on the chain, but no trade has them in this order.",
  );
}

function withoutThoseBefore(counted: number, first: number): Finding<never> {
  return unknown(`All ${counted} stages that the chain counts are here, but not the records before number ${first}.`);
}

function ahead(counted: number, block: bigint): Finding<never> {
  return unknown(
    `The ${counted} stages that the chain counted by block ${block} are here, and later ones that it had not counted by then.`,
  );
}
