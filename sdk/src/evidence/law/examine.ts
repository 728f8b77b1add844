import type { Header } from "@lianzheng/sdk/chain";
import { EvidenceError, isHex, type Hex } from "@lianzheng/sdk/encoding";
import type { BundleLaw, ChainedStep } from "../bundle.ts";
import { shownSteps } from "../stages.ts";
import { unknown, type Finding } from "../question.ts";
import type { WholeRecord } from "../unaltered.ts";
import { examineAttestation } from "./attestation.ts";
import { examineAuthorization } from "./authorization.ts";
import { overTime, type Ground } from "./instants.ts";
import { idIn, issuerOf, whyNotActing, type Matter } from "./matter.ts";
import { examineRegistration } from "./registration.ts";
import { LawState, NotShown, type TrustedContracts } from "./state.ts";
import { examineTrade, stepsTo, tradeOf, type TradeRow } from "./trade.ts";

/** Records that a node makes of its own accord, about its own log. */
const ownTypes = ["record.erasure", "record.refusal", "monitor.warning", "monitor.handling"];

/** What the law is asked about. */
export interface LawCase {
  /** Of one subject. */
  readonly records: readonly WholeRecord[];
  /** USCC of the log's owner; undefined for whoever does not ask who that is. */
  readonly owner?: string;
  /** Of the block in whose state the law is read. */
  readonly header: Header;
  readonly contracts: TrustedContracts;
  readonly law: BundleLaw;
}

/** What was found of one record: an answer, a refusal, or, with `unknown`, what of the state would have to be shown. */
export interface LawFinding {
  readonly finding?: Finding<Ground>;
  readonly refusal?: EvidenceError;
  readonly missing?: NotShown;
}

/** Had the issuer of each record the right to it? One finding for each, in their order. */
export function examineLaw({ records, owner, header, contracts, law }: LawCase): readonly LawFinding[] {
  const state = new LawState(header.stateRoot, contracts, law);
  const blockTime = Number(header.timestamp);
  const trades = knownTrades(state, law.steps, shownSteps(records));
  return records.map((record) =>
    settled(record, () => {
      const matter = { record, issuer: issuerOf(record.entry), state, blockTime };
      return examineOwn(matter, owner) ?? examineKind(matter) ?? examineRest(matter, trades);
    }),
  );
}

/** Trades by their id, each read once. Steps are those of the trade that is the records' subject. */
type Trades = (tradeId: Hex) => TradeRow | undefined;

/** @throws EvidenceError V_BINDING if the bundle names steps of the trade that do not chain to its head */
function knownTrades(state: LawState, named: BundleLaw["steps"], shown: readonly ChainedStep[]): Trades {
  const known = new Map<Hex, TradeRow | undefined>();
  const chained = stepsTo(named ?? shown);
  return (tradeId) => {
    const trade = known.get(tradeId) ?? tradeOf(state, tradeId, chained);
    known.set(tradeId, trade);
    if (named !== undefined && trade?.steps.length !== named.length)
      throw new EvidenceError(
        "V_BINDING",
        "The steps that the bundle names do not chain to the head of the trade on the chain.",
      );
    return trade;
  };
}

function examineKind(matter: Matter): Finding<Ground> | undefined {
  return examineAuthorization(matter) ?? examineRegistration(matter) ?? examineAttestation(matter);
}

/** A log tells of itself: that is for its owner to do. */
function examineOwn(matter: Matter, owner: string | undefined): Finding<Ground> | undefined {
  const { entry } = matter.record;
  if (!ownTypes.includes(entry.type)) return undefined;
  if (owner !== undefined && entry.issuer !== owner)
    throw new EvidenceError(
      "V_NOT_ENTITLED",
      `Record ${entry.sequence}: only the log's owner makes records of the type ${entry.type}.`,
    );
  return overTime(entry, matter.blockTime, (time) => whyNotActing(matter, time));
}

function examineRest(matter: Matter, trades: Trades): Finding<Ground> {
  const { entry } = matter.record;
  const tradeId = tradeIdOf(matter.record);
  if (tradeId !== undefined) return examineTrade(matter, tradeId, trades(tradeId));
  const acting = overTime(entry, matter.blockTime, (time) => whyNotActing(matter, time));
  if (acting.answer === "unknown") return acting;
  return unknown(
    `Record ${entry.sequence}: its issuer was an active member, but the contracts do not say who may make a record of the type ${entry.type} on this subject.`,
  );
}

/** Records of a delivery or a settlement can be many and have a subject of their own; which trade they belong to they may disclose. */
const partTypes = ["delivery.receipt", "settlement.split"];

function tradeIdOf({ entry, disclosed }: WholeRecord): Hex | undefined {
  if (entry.type.startsWith("case.")) return undefined;
  const named = partTypes.includes(entry.type) ? disclosed["trade"] : undefined;
  return idIn(entry, "trade") ?? (isHex(named, 32) ? named : undefined);
}

function settled({ entry }: WholeRecord, examine: () => Finding<Ground>): LawFinding {
  try {
    return { finding: examine() };
  } catch (error) {
    if (error instanceof EvidenceError) return { refusal: error };
    if (!(error instanceof NotShown)) throw error;
    return { finding: unknown(`Record ${entry.sequence}: ${error.message}.`), missing: error };
  }
}
