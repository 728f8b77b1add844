import type { Header } from "@lianzheng/sdk/chain";
import { EvidenceError, type Hex } from "@lianzheng/sdk/encoding";
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
import { examineTrade, tradeOf, type TradeRow } from "./trade.ts";

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
  const steps = law.steps ?? shownSteps(records);
  const first = records[0]?.entry;
  const tradeId = first === undefined ? undefined : idIn(first, "trade");
  const trade = once(() =>
    tradeId === undefined ? undefined : knownTrade(state, tradeId, steps, law.steps !== undefined),
  );
  return records.map((record) =>
    settled(record, () => {
      const matter = { record, issuer: issuerOf(record.entry), state, blockTime };
      return examineOwn(matter, owner) ?? examineKind(matter) ?? examineRest(matter, tradeId, trade);
    }),
  );
}

/** @throws EvidenceError V_BINDING if the bundle names steps of the trade that do not chain to its head */
function knownTrade(
  state: LawState,
  tradeId: Hex,
  steps: readonly ChainedStep[],
  isNamed: boolean,
): TradeRow | undefined {
  const trade = tradeOf(state, tradeId, steps);
  if (isNamed && trade?.steps.length !== steps.length)
    throw new EvidenceError(
      "V_BINDING",
      "The steps that the bundle names do not chain to the head of the trade on the chain.",
    );
  return trade;
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

function examineRest(matter: Matter, tradeId: Hex | undefined, trade: () => TradeRow | undefined): Finding<Ground> {
  const { entry } = matter.record;
  if (tradeId !== undefined && !entry.type.startsWith("case.")) return examineTrade(matter, tradeId, trade());
  const acting = overTime(entry, matter.blockTime, (time) => whyNotActing(matter, time));
  if (acting.answer === "unknown") return acting;
  return unknown(
    `Record ${entry.sequence}: its issuer was an active member, but the contracts do not say who may make a record of the type ${entry.type} on this subject.`,
  );
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

function once<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | undefined;
  return () => (made ??= { value: make() }).value;
}
