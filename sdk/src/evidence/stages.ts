import { EMPTY_STAGE_HEAD, stageHead } from "@lianzheng/sdk/chain";
import { isHex, type Hex } from "@lianzheng/sdk/encoding";
import type { ChainedStep } from "./bundle.ts";
import type { WholeRecord } from "./unaltered.ts";

/** Types of the records of a trade's steps, step n at place n - 1: its stages, then the steps beside them. */
const stepTypes = [
  ...["listing", "offer", "contract", "delivery", "acceptance", "settlement", "certificate"],
  ...["amendment", "filing", "termination", "distribution"],
].map((step) => `trade.${step}`);

/** Numbers of the steps that the order of all others hangs on. */
const [OFFER, CONTRACT, DELIVERY, SETTLEMENT, CERTIFICATE] = [2, 3, 4, 6, 7];
const [AMENDMENT, FILING, TERMINATION, DISTRIBUTION] = [8, 9, 10, 11];

/** The steps of a trade that a bundle shows. */
export interface ShownStages {
  /** How many there are. */
  readonly count: number;
  /** `heads[n]` chains the first n of them: what the contract would hold if these were its n stages. */
  readonly heads: readonly Hex[];
  /** What each of them is, by its number, 1 to 11. */
  readonly steps: readonly number[];
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

/** Number of the step that records of a type are of, 1 to 11; 0 for records of no step. */
export function stepNumberOf(type: string): number {
  return stepTypes.indexOf(type) + 1;
}

/** The records that are steps, by their types. */
export function shownSteps(records: readonly WholeRecord[]): readonly ChainedStep[] {
  return records.flatMap(({ id, entry }) => {
    const stage = stepNumberOf(entry.type);
    return stage === 0 ? [] : [{ stage, evidence: id }];
  });
}

/** The records that are steps, by their types, chained as the contract chains them. */
export function shownStages(records: readonly WholeRecord[]): ShownStages {
  const heads = [EMPTY_STAGE_HEAD];
  const shown = shownSteps(records);
  for (const { stage, evidence } of shown) heads.push(stageHead(heads.at(-1) ?? EMPTY_STAGE_HEAD, stage, evidence));
  const steps = shown.map(({ stage }) => stage);
  return { count: steps.length, heads, steps, first: records[0]?.entry.sequence ?? 0, records: records.length };
}

/** Whether both sides ended the trade by the last of its steps. */
export function isTerminated(steps: readonly number[]): boolean {
  return steps.at(-1) === TERMINATION;
}

/**
 * Whether these can be the first steps of a trade, as the contract orders them. Its code sees to that, so a chain that holds
 * others ran other code, or the records bear types that are not those of their steps.
 * @see docs/formats.md section 11
 */
export function isLawfulOrder(steps: readonly number[]): boolean {
  let stage = 0;
  let isFiled = false;
  for (const [at, step] of steps.entries()) {
    if (steps[at - 1] === TERMINATION || !mayFollow(step, stage, isFiled)) return false;
    if (step <= CERTIFICATE) stage = step;
    isFiled ||= step === FILING;
  }
  return true;
}

/** @param stage - newest of the stages 1 to 7, 0 for none */
function mayFollow(step: number, stage: number, isFiled: boolean): boolean {
  switch (step) {
    case AMENDMENT:
      return stage >= CONTRACT && stage < SETTLEMENT;
    case FILING:
      return stage >= CONTRACT && stage < CERTIFICATE && !isFiled;
    case TERMINATION:
      return stage < SETTLEMENT;
    case DISTRIBUTION:
      return stage >= SETTLEMENT;
    case CERTIFICATE:
      return stage === SETTLEMENT && !isFiled;
    default:
      return step === stage + 1 || (step === stage && (step === OFFER || step === DELIVERY));
  }
}
