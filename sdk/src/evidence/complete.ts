import {
  decodeStageRecorded,
  EMPTY_STAGE_HEAD,
  stageHead,
  type Header,
  type StageRecorded,
} from "@lianzheng/sdk/chain";
import { EvidenceError, isHex, type Hex } from "@lianzheng/sdk/encoding";
import type { Bundle, ChainEvent } from "./bundle.ts";
import { assertSameChain, assertSealed, blockTime, proveEvent } from "./chain-event.ts";
import type { FinalBlock } from "./final.ts";
import type { Policy } from "./policy.ts";
import { ask, pass, unknown, type Answered, type Finding } from "./question.ts";
import type { WholeRecord } from "./unaltered.ts";

/** The stages of a trade that the chain counted, all shown: as of this block, nothing of them is missing. */
export interface CompleteTrade {
  readonly tradeId: Hex;
  readonly stages: number;
  /** Number of the block that recorded the newest of these stages. */
  readonly block: number;
  /** That block's time. */
  readonly at: string;
}

const stageTypes = ["listing", "offer", "contract", "delivery", "acceptance", "settlement", "certificate"].map(
  (stage) => `trade.${stage}`,
);

/**
 * Is anything of this subject missing?
 *
 * A hole between two records, or two records in one place, is a contradiction whatever the subject. Beyond that only the
 * chain can say how many there are, and it counts the stages of trades: a trade is complete when the bundle begins with
 * the subject's first record and its stages chain to the head on the chain. All else is unknown.
 *
 * @param records - the records, if they are shown to be in the log
 * @param block   - the anchor's block, if it is final
 */
export function askComplete(
  bundle: Bundle,
  records: readonly WholeRecord[] | undefined,
  block: FinalBlock | undefined,
  policy: Policy,
): Answered<CompleteTrade> {
  return ask("complete", "chain", () => {
    if (records === undefined) return unknown("The records are not shown to be in the log, so nothing can be counted.");
    assertNoHole(records);
    if (bundle.law.trade === undefined) return uncounted(records);
    if (block === undefined)
      return unknown("The anchor's block is not final, so the trade's stages can't be held against it.");
    assertSameChain(bundle.anchor, policy);
    const { header, stage } = proveStage(bundle.law.trade, subjectOf(records), block.header, policy);
    return compare(records, stage, header);
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
  const whose = tradeIdOf(subjectOf(records)) === undefined ? "this subject" : "this trade in the bundle";
  return unknown(
    `${placeOf(records)} Nothing on the chain counts the records of ${whose}, so whether more exist can't be told.`,
  );
}

function placeOf(records: readonly WholeRecord[]): string {
  const first = records[0]?.entry.sequence ?? 0;
  const last = records.at(-1)?.entry.sequence ?? 0;
  return first === last
    ? `The bundle holds record ${first} of the subject.`
    : `The bundle holds records ${first} to ${last} of the subject, without a hole.`;
}

function subjectOf(records: readonly WholeRecord[]): string {
  return records[0]?.entry.subject ?? "";
}

function tradeIdOf(subject: string): Hex | undefined {
  const id = subject.startsWith("trade:") ? subject.slice("trade:".length) : undefined;
  return isHex(id, 32) ? id : undefined;
}

/**
 * The newest stage that the bundle shows of the trade, in a sealed block not after the anchor's.
 * @throws EvidenceError V_BINDING for another trade or a later block, and those of `proveEvent` and `assertSealed`
 */
function proveStage(
  event: ChainEvent,
  subject: string,
  anchor: Header,
  policy: Policy,
): { readonly header: Header; readonly stage: StageRecorded } {
  const { header, log } = proveEvent(event, policy.contracts.trades.address);
  assertSealed(header, policy);
  const stage = decodeStageRecorded(log);
  if (stage.tradeId !== tradeIdOf(subject)) {
    throw new EvidenceError("V_BINDING", "The stage on the chain is of another trade than the records.");
  }
  if (header.number > anchor.number) {
    throw new EvidenceError("V_BINDING", "The stage on the chain is later than the block of the anchor.");
  }
  return { header, stage };
}

function compare(records: readonly WholeRecord[], stage: StageRecorded, header: Header): Finding<CompleteTrade> {
  const stages = records.filter(({ entry }) => stageTypes.includes(entry.type));
  const first = records[0]?.entry.sequence ?? 0;
  const fromTheFirst = first === 0 && (records.length > 1 || stage.count <= stages.length);
  const chains = headOf(stages.slice(0, stage.count)) === stage.head && stages.length >= stage.count;
  if (!chains && fromTheFirst) throw contradiction(stages.length, stage);
  if (!chains)
    return unknown(`${placeOf(records)} It is an excerpt: the chain counts ${stage.count} stages of this trade.`);
  if (first > 0)
    return unknown(
      `All ${stage.count} stages that the chain counts are here, but not the records before number ${first}.`,
    );
  if (stages.length > stage.count) {
    return unknown(
      `The ${stage.count} stages that the chain counted by block ${header.number} are here, and later ones that it had not counted by then.`,
    );
  }
  const at = blockTime(header);
  const reason = `All ${stage.count} stages that the chain counted by block ${header.number} (${at}) are here, and chain to its head.`;
  return pass(reason, { tradeId: stage.tradeId, stages: stage.count, block: Number(header.number), at });
}

function headOf(stages: readonly WholeRecord[]): Hex {
  return stages.reduce(
    (head, { id, entry }) => stageHead(head, stageTypes.indexOf(entry.type) + 1, id),
    EMPTY_STAGE_HEAD,
  );
}

function contradiction(found: number, { count }: StageRecorded): EvidenceError {
  const message =
    found < count
      ? `The chain counts ${count} stages of this trade; of them the bundle, which begins with the first record, holds ${found}.`
      : `The ${found} stages in the bundle do not chain to the head of ${count} stages on the chain.`;
  return new EvidenceError("V_INCOMPLETE", message);
}
