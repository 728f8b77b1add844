import type { Draft } from "../draft.ts";
import { count, object, text, textOrNull } from "../facts.ts";
import { nothing, type Handlers } from "./handler.ts";
import { putRule } from "./council.ts";

/** Of `Emergency`: orders to freeze, their voices, and until when each subject was frozen. */
export const emergency: Handlers = {
  OrderOpened: async ({ facts }, draft) => {
    const order = text(facts, "order");
    await draft.put("orders", order, {
      order,
      opener: text(facts, "opener"),
      subjectKind: text(facts, "subjectKind"),
      subject: text(facts, "subject"),
      reason: textOrNull(facts, "reason"),
      asked: count(facts, "until"),
      version: count(facts, "version"),
      lapsesAt: count(facts, "lapsesAt"),
      effectiveAt: 0,
      until: 0,
      liftedAt: 0,
      reviewedAt: 0,
      review: "none",
      reviewReason: null,
      voices: [],
      releases: [],
    });
    await draft.note("orders", order);
  },
  OrderCosigned: async ({ facts }, draft) => {
    const order = text(facts, "order");
    const regulator = text(facts, "regulator");
    await draft.change("orders", order, ({ voices }) => ({ voices: [...voices, regulator] }));
    await draft.note("orders", order);
  },
  SubjectFrozen: async ({ facts, place }, draft) => {
    const order = text(facts, "order");
    const until = count(facts, "until");
    await draft.change("orders", order, ({ effectiveAt }) => ({
      until,
      effectiveAt: effectiveAt === 0 ? place.time : effectiveAt,
    }));
    await draft.note("orders", order);
    await endFreeze(draft, order, { since: place.time, value: until });
  },
  ReleaseAsked: async ({ facts }, draft) => {
    const order = text(facts, "order");
    const regulator = text(facts, "regulator");
    await draft.change("orders", order, ({ releases }) => ({ releases: [...releases, regulator] }));
    await draft.note("orders", order);
  },
  SubjectReleased: async ({ facts, place }, draft) => {
    const order = text(facts, "order");
    await draft.change("orders", order, () => ({ until: place.time, liftedAt: place.time }));
    await draft.note("orders", order);
    await endFreeze(draft, order, { since: place.time, value: place.time });
  },
  OrderReviewed: async ({ facts, place }, draft) => {
    const order = text(facts, "order");
    const review = text(facts, "review");
    const reviewReason = textOrNull(facts, "reason");
    await draft.change("orders", order, () => ({ review, reviewReason, reviewedAt: place.time }));
    await draft.note("orders", order);
  },
  EmergencyRulesSet: (event, draft) => putRule(event, draft, "emergency", object(event.facts, "rules")),
  NonceSpent: nothing,
  EIP712DomainChanged: nothing,
};

async function endFreeze(
  draft: Draft,
  order: string,
  end: { readonly since: number; readonly value: number },
): Promise<void> {
  const { subject, subjectKind } = await draft.known("orders", order);
  const row = (await draft.row("freezes", subject)) ?? { subject, subjectKind, orders: [], ends: [] };
  const orders = row.orders.includes(order) ? row.orders : [...row.orders, order];
  await draft.put("freezes", subject, { ...row, orders, ends: [...row.ends, end] });
}
