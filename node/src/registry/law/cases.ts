import type { Draft } from "../draft.ts";
import type { LawEvent } from "../event.ts";
import { count, flag, object, text, textOrNull, texts, without, type Facts } from "../facts.ts";
import type { CaseRow } from "../rows.ts";
import { nothing, type Handlers } from "./handler.ts";
import { putRule } from "./council.ts";

/** Of `Cases`: complaints, disputes, findings, their steps, holds and effects. */
export const cases: Handlers = {
  CaseOpened: async (event, draft) => {
    const { facts } = event;
    const id = text(facts, "caseId");
    await draft.put("cases", id, newCase(id, facts));
    await step(event, draft, () => ({}));
  },
  PleaMade: (event, draft) =>
    step(event, draft, () =>
      text(event.facts, "kind") === "answer" ? { statement: text(event.facts, "statement") } : {},
    ),
  RulingCast: (event, draft) => step(event, draft, () => ({})),
  RulingMade: async (event, draft) => {
    const { facts, place } = event;
    const act = text(facts, "act");
    await step(event, draft, (row) => ruled(row, act, facts, place.time));
    const { kind, respondent } = await draft.known("cases", text(facts, "caseId"));
    if (act !== "uphold" || kind !== "finding") return;
    const id = text(facts, "caseId");
    await draft.change("members", respondent, ({ sanctions }) => ({ sanctions: [...sanctions, id] }));
  },
  CaseMoved: (event, draft) => {
    const { facts } = event;
    const moved = {
      state: text(facts, "state"),
      outcome: text(facts, "outcome"),
      round: count(facts, "round"),
      due: count(facts, "due"),
    };
    return step(event, draft, () => moved);
  },
  CaseSettled: (event, draft) => step(event, draft, () => ({ terms: text(event.facts, "terms") })),
  EffectChanged: (event, draft) => {
    const effect = { since: event.place.time, value: flag(event.facts, "inEffect") };
    return step(event, draft, ({ effects }) => ({ effects: [...effects, effect] }));
  },
  HoldChanged: async (event, draft) => {
    const { facts } = event;
    const held = flag(facts, "held");
    await step(event, draft, () => ({ held }));
    await changeHolds(draft, text(facts, "subject"), text(facts, "caseId"), held);
  },
  ProcedureSet: (event, draft) => putRule(event, draft, "cases.procedure", object(event.facts, "procedure")),
  NonceUsed: nothing,
  EIP712DomainChanged: nothing,
};

function newCase(id: string, facts: Facts): CaseRow {
  return {
    id,
    opener: text(facts, "opener"),
    respondent: text(facts, "respondent"),
    kind: text(facts, "kind"),
    subjectKind: text(facts, "subjectKind"),
    subject: text(facts, "subject"),
    claimant: textOrNull(facts, "claimant"),
    grounds: text(facts, "grounds"),
    evidence: texts(facts, "evidence"),
    procedure: count(facts, "procedure"),
    state: "none",
    due: 0,
    outcome: "none",
    round: 0,
    decidedAt: 0,
    repairedAt: 0,
    decider: null,
    decision: null,
    rules: null,
    statement: null,
    from: 0,
    until: 0,
    restrictions: [],
    held: false,
    terms: null,
    effects: [],
    steps: [],
  };
}

/** What a ruling fixes; where the case stands after it CaseMoved tells. */
function ruled({ kind }: CaseRow, act: string, facts: Facts, time: number): Partial<CaseRow> {
  if (act === "repair") return { repairedAt: time };
  if (act !== "uphold" && act !== "dismiss") return {};
  const decided = {
    decidedAt: time,
    decider: text(facts, "by"),
    decision: text(facts, "grounds"),
    rules: text(facts, "rules"),
  };
  if (act === "dismiss" || kind !== "finding") return decided;
  const sanction = {
    from: count(facts, "from"),
    until: count(facts, "until"),
    restrictions: texts(facts, "restrictions"),
  };
  return { ...decided, ...sanction };
}

/** Changes the event's case and adds the event to its steps and its history. */
async function step(
  { name, facts, place }: LawEvent,
  draft: Draft,
  change: (row: CaseRow) => Partial<CaseRow>,
): Promise<void> {
  const told = without(facts, "caseId");
  const taken = { step: name, at: place.time, block: place.block, transaction: place.transaction, ...told };
  const id = text(facts, "caseId");
  await draft.change("cases", id, (row) => ({ ...change(row), steps: [...row.steps, taken] }));
  await draft.note("cases", id);
}

async function changeHolds(draft: Draft, subject: string, id: string, held: boolean): Promise<void> {
  const row = (await draft.row("holds", subject)) ?? { subject, cases: [] };
  const others = row.cases.filter((other) => other !== id);
  await draft.put("holds", subject, { subject, cases: held ? [...others, id] : others });
}
