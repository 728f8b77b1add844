import type { Draft } from "../draft.ts";
import { count, flag, text, textOrNull, without, type Facts } from "../facts.ts";
import { mainStages } from "../stages.ts";
import type { StepRow, TradeRow } from "../rows.ts";
import { nothing, type Handlers } from "./handler.ts";

/** Of `Trades`: every step in its order. What the law said in a step's block is no event: the follower reads it, see law-facts.ts. */
export const trades: Handlers = {
  TradeOpened: async ({ facts, place }, draft) => {
    const trade = text(facts, "tradeId");
    await draft.put("trades", trade, {
      trade,
      seller: text(facts, "seller"),
      buyer: text(facts, "buyer"),
      venue: textOrNull(facts, "venue"),
      subject: text(facts, "subject"),
      right: text(facts, "right"),
      amount: text(facts, "amount"),
      crossBorder: flag(facts, "crossBorder"),
      openedAt: place.time,
      stage: "none",
      count: 0,
      head: null,
      terminated: false,
      offerExpires: 0,
      filedBy: null,
      split: null,
      steps: [],
    });
    await draft.note("trades", trade);
  },
  StageRecorded: async ({ facts, place }, draft) => {
    const trade = text(facts, "tradeId");
    const stage = text(facts, "stage");
    await draft.change("trades", trade, (row) => {
      const step: StepRow = {
        count: count(facts, "count"),
        stage,
        evidence: text(facts, "evidence"),
        head: text(facts, "head"),
        at: place.time,
        block: place.block,
        transaction: place.transaction,
        signers: signersOf(row, stage),
        law: null,
        details: null,
      };
      const { count: steps, head } = step;
      return {
        count: steps,
        head,
        stage: mainStages.includes(stage) ? stage : row.stage,
        steps: [...row.steps, step],
      };
    });
    await draft.note("trades", trade);
  },
  OfferMade: ({ facts }, draft) => detail(draft, facts, () => ({ offerExpires: count(facts, "expires") })),
  TradeAmended: ({ facts }, draft) => detail(draft, facts, () => ({ amount: text(facts, "amount") })),
  TradeFiled: ({ facts }, draft) =>
    detail(draft, facts, () => ({ filedBy: text(facts, "venue") }), [text(facts, "side"), text(facts, "venue")]),
  TradeTerminated: ({ facts }, draft) => detail(draft, facts, () => ({ terminated: true })),
  IncomeDistributed: async ({ facts }, draft) => {
    const { seller, venue } = await draft.known("trades", text(facts, "tradeId"));
    const isFirst = facts["previous"] === null;
    const signers = venue === null ? [seller] : [seller, venue];
    await detail(draft, facts, () => ({ split: text(facts, "split") }), isFirst ? signers : null);
  },
  NonceUsed: nothing,
  EIP712DomainChanged: nothing,
};

/** The events beside a step follow it in the same transaction: what they tell belongs to that step. */
async function detail(
  draft: Draft,
  facts: Facts,
  change: (row: TradeRow) => Partial<TradeRow>,
  signers?: readonly string[] | null,
): Promise<void> {
  const trade = text(facts, "tradeId");
  const number = count(facts, "count");
  const details = without(facts, "tradeId", "count");
  await draft.change("trades", trade, (row) => ({
    ...change(row),
    steps: row.steps.map((step) =>
      step.count === number ? { ...step, details, ...(signers === undefined ? {} : { signers }) } : step,
    ),
  }));
  await draft.note("trades", trade);
}

/** Whose signatures `Trades` asks for, in its order (ITrades.sol, the table of steps); those beside the stages say it with their own event. */
function signersOf({ seller, buyer, venue }: TradeRow, stage: string): readonly string[] | null {
  if (["contract", "settlement", "amendment"].includes(stage))
    return venue === null ? [seller, buyer] : [seller, buyer, venue];
  if (stage === "offer" || stage === "acceptance") return [buyer];
  if (stage === "listing" || stage === "delivery") return [seller];
  if (stage === "termination") return [seller, buyer];
  return stage === "certificate" && venue !== null ? [venue] : null;
}
