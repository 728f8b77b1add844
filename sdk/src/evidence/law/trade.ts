import { EMPTY_STAGE_HEAD, mappingSlot, stageHead, uintWord } from "@lianzheng/sdk/chain";
import { EvidenceError, fromHex, type Hex } from "@lianzheng/sdk/encoding";
import type { ChainedStep } from "../bundle.ts";
import { stepNumberOf } from "../stages.ts";
import { unknown, type Finding } from "../question.ts";
import { nameOf, toId, toMember } from "./ids.ts";
import { overTime, type Ground } from "./instants.ts";
import { mappings, stepFactsFields, tradeFields } from "./layout.ts";
import { whyNotActing, type Matter } from "./matter.ts";
import { CORE, subjectOf } from "./registry.ts";
import { isFrozen } from "./rights.ts";
import type { LawState } from "./state.ts";
import { whyNoTitle } from "./title.ts";

const { _trades, _steps } = mappings.trades;

/** Bits of a party's mask in the facts of a step. @see ITrades.StepFacts */
const [ACTIVE, SANCTIONED] = [1n, 2n];
/** `Listing.Allowed`. */
const ALLOWED = 0n;
const [DELIVERY, FILING] = [4, 9];
const NOBODY: Hex = `0x${"00".repeat(18)}`;

/** A trade as the state has it, and its steps as far as they are shown. */
export interface TradeRow {
  readonly seller: Hex;
  readonly buyer: Hex;
  readonly venue: Hex;
  readonly filedBy: Hex;
  readonly subject: Hex;
  readonly right: Hex;
  /** The steps that chain to the head that the state holds, all of them; none if those that are shown do not. */
  readonly steps: readonly ChainedStep[];
}

/**
 * The trade of an id; undefined if the state has none.
 *
 * @param chained - its steps as somebody says, {@link stepsTo}
 */
export function tradeOf(state: LawState, tradeId: Hex, chained: StepsTo): TradeRow | undefined {
  const row = state.struct("trades", mappingSlot(fromHex(tradeId, 32), _trades), tradeFields);
  if (row.seller === 0n) return undefined;
  return {
    seller: toMember(row.seller),
    buyer: toMember(row.buyer),
    venue: toMember(row.venue),
    filedBy: toMember(row.filedBy),
    subject: toId(row.subject),
    right: toId(row.right),
    steps: chained(toId(row.head)),
  };
}

/** The first steps that chain to a head; none if those that are known do not. */
export type StepsTo = (head: Hex) => readonly ChainedStep[];

/** Chains steps once, and not before one asks: records can name as many trades as there are records, each with a head of its own. */
export function stepsTo(steps: readonly ChainedStep[]): StepsTo {
  let counts: ReadonlyMap<Hex, number> | undefined;
  return (head) => steps.slice(0, (counts ??= countsByHead(steps)).get(head) ?? 0);
}

/** How many of the first steps chain to each head. */
function countsByHead(steps: readonly ChainedStep[]): ReadonlyMap<Hex, number> {
  const counts = new Map<Hex, number>();
  let reached = EMPTY_STAGE_HEAD;
  for (const [at, { stage, evidence }] of steps.entries()) {
    reached = stageHead(reached, stage, evidence);
    counts.set(reached, at + 1);
  }
  return counts;
}

/** Had the issuer the right to a record of a trade: to its step, or as one of its parties? */
export function examineTrade(matter: Matter, tradeId: Hex, trade: TradeRow | undefined): Finding<Ground> {
  const { entry, id } = matter.record;
  if (trade === undefined) return unknown(`Record ${entry.sequence}: the chain has no trade ${tradeId}.`);
  const step = stepNumberOf(entry.type);
  const number = 1 + trade.steps.findIndex(({ stage, evidence }) => stage === step && evidence === id);
  assertParty(matter, trade);
  if (step === 0) return overTime(entry, matter.blockTime, (time) => whyNotActing(matter, time));
  return number === 0 ? examineUnrecorded(matter, trade, step) : examineStep(matter, tradeId, trade, number);
}

/** @throws EvidenceError V_NOT_ENTITLED */
function assertParty({ issuer, record }: Matter, { seller, buyer, venue, filedBy }: TradeRow): void {
  if (issuer !== NOBODY && [seller, buyer, venue, filedBy].includes(issuer)) return;
  const { sequence } = record.entry;
  throw new EvidenceError("V_NOT_ENTITLED", `Record ${sequence}: ${nameOf(issuer)} is no party to the trade.`);
}

/** What the law said in the block of the step stays with it, so nothing of it rests on anybody's word. */
function examineStep(matter: Matter, tradeId: Hex, trade: TradeRow, number: number): Finding<Ground> {
  const { state, issuer, record } = matter;
  const slot = mappingSlot(uintWord(number), mappingSlot(fromHex(tradeId, 32), _steps));
  const facts = state.struct("trades", slot, stepFactsFields);
  const step = stepNumberOf(record.entry.type);
  if (facts.stage !== BigInt(step))
    throw new EvidenceError(
      "V_BINDING",
      `Step ${number} of the trade is another than record ${record.entry.sequence} says.`,
    );
  const mask = maskOf(issuer, trade, facts, step);
  const why = mask === undefined ? undefined : whyRefused(mask, facts.listing, step, nameOf(issuer));
  if (why !== undefined) throw new EvidenceError("V_NOT_ENTITLED", `Record ${record.entry.sequence}: ${why}.`);
  const existedBy = Number(facts.recordedAt);
  const acting = overTime(record.entry, Math.min(existedBy, matter.blockTime), (time) => whyNotActing(matter, time));
  if (acting.answer === "unknown" || mask !== undefined) return acting;
  return unknown(`Record ${record.entry.sequence}: the venue that filed the trade is no party to this step.`);
}

type Facts = Readonly<Record<keyof typeof stepFactsFields, bigint>>;

/** What the facts say of the issuer; undefined for the venue that filed the trade, in another step than that. */
function maskOf(issuer: Hex, { seller, buyer, venue }: TradeRow, facts: Facts, step: number): bigint | undefined {
  if (issuer === seller) return facts.seller;
  if (issuer === buyer) return facts.buyer;
  return issuer === venue || step === FILING ? facts.venue : undefined;
}

function whyRefused(mask: bigint, listing: bigint, step: number, name: string): string | undefined {
  if ((mask & ACTIVE) === 0n) return `${name} was not active in the block of the step`;
  if (step > DELIVERY) return undefined;
  if ((mask & SANCTIONED) !== 0n) return `${name} was under a sanction in the block of the step`;
  return listing === ALLOWED ? undefined : "the seller's right did not allow the trade in the block of the step";
}

/** A step that the chain is not shown to have recorded: its law can be broken, but not be shown to be kept. */
function examineUnrecorded(matter: Matter, trade: TradeRow, step: number): Finding<Ground> {
  const { state, record, blockTime } = matter;
  const finding = overTime(record.entry, blockTime, (time) => {
    const acting = whyNotActing(matter, time);
    return acting ?? (step > DELIVERY ? undefined : whyUntradable(state, trade, time));
  });
  if (finding.answer === "unknown") return finding;
  return unknown(
    `Record ${record.entry.sequence}: nothing stands against the step, but it is not shown that the chain recorded it.`,
  );
}

function whyUntradable(state: LawState, { seller, right, subject }: TradeRow, time: number): string | undefined {
  const { grade } = subjectOf(state, subject);
  if (grade === CORE) return "what is traded is core data";
  if (isFrozen(state, subject, time)) return "what is traded was frozen";
  return whyNoTitle(state, right, seller, time);
}
