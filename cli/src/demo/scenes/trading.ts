import { memberIdOf } from "@lianzheng/sdk/chain";
import { deliverRows } from "../delivery.ts";
import type { Delivery } from "../delivery.ts";
import type { Deal, SignedStep, Split, StageScript } from "../trade.ts";
import { StoryTrade, sharesOf } from "../trade.ts";
import { called, cast } from "../cast.ts";
import { freezeProduct, releaseProduct } from "../supervision.ts";
import type { Theatre } from "../theatre.ts";
import type { Stage } from "./opening.ts";
import type { Goods } from "./registration.ts";
import { setOf } from "./registration.ts";
import { isRefused } from "./review.ts";

const stageNames: Readonly<Record<SignedStep["stage"], string>> = {
  listing: "挂牌",
  offer: "要约",
  contract: "签约",
  delivery: "交付",
  acceptance: "验收",
  settlement: "清结算",
  certificate: "凭证",
  amendment: "变更",
  filing: "备案",
  termination: "终止",
  distribution: "分配",
};

const PRICE = "128000.00";

/** The same in fen, and who gets how much of it: who made the product, whose data it is made from, and the venue. */
const INCOME_FEN = 12_800_000n;
const split: Split = [
  ["processor", 7_040_000n],
  ["airline", 3_200_000n],
  ["weather", 1_920_000n],
  ["provincialVenue", 640_000n],
];

const all = ["seller", "buyer", "venue"] as const;
const both = ["seller", "buyer"] as const;

/** As many as freeze, and as release. */
const regulators = ["bureau", "association"] as const;

/** The on-floor trade (场内), with what its product delivered. */
export interface OnFloor {
  readonly trade: StoryTrade;
  readonly delivery: Delivery;
}

/** What is agreed on the provincial exchange's floor. */
export function onFloorDeal({ product }: Goods): Deal {
  const { subject, right } = product;
  const price = { amount: PRICE, currency: "CNY" };
  return { seller: "processor", buyer: "insurer", floor: "provincialVenue", subject, right, price };
}

/** A trade on the provincial exchange's floor: every stage a record and a signed step, and 10,000 rows delivered in between. */
export async function onFloorScene(theatre: Theatre, stage: Stage, deal: Deal): Promise<OnFloor> {
  const { narrator } = theatre;
  const trade = await StoryTrade.open(stage.consortium, stage.provincial, deal);
  narrator.tell(
    "trade 交易",
    `${called(cast.processor)} sells to ${called(cast.insurer)} at ${called(stage.provincial.role)}`,
  );
  const play = (script: StageScript): Promise<void> => playStage(theatre, trade, script);
  const { price, subject: product } = deal;
  await play({ stage: "listing", issuer: "seller", signers: ["seller"], body: { product, ...price } });
  await play({ stage: "offer", issuer: "buyer", signers: ["buyer"], body: { price: PRICE, rows: 10_000 } });
  await play({ stage: "contract", issuer: "seller", signers: all, body: contractBody(PRICE) });
  const delivery = await deliverRows(stage.provincial, trade, narrator);
  tellDelivery(theatre, delivery);
  const { rows, bytes, digest, subject } = delivery;
  const handedOver = { rows, bytes, digest, receipts: subject };
  await deliverUnderFreeze(theatre, stage, trade, {
    stage: "delivery",
    issuer: "seller",
    signers: ["seller"],
    body: handedOver,
  });
  await play({ stage: "acceptance", issuer: "buyer", signers: ["buyer"], body: { rows, digest, result: "accepted" } });
  await play({ stage: "settlement", issuer: "venue", signers: all, body: settlementBody(PRICE) });
  await distribute(theatre, stage, trade);
  await play({ stage: "certificate", issuer: "venue", signers: ["venue"], body: { number: "QZ-2026-000001", rows } });
  await archive(theatre, trade, "venue");
  return { trade, delivery };
}

/** Two regulators freeze the product: the delivery is refused, and goes through as it was signed once they released it. */
async function deliverUnderFreeze(
  theatre: Theatre,
  { consortium }: Stage,
  trade: StoryTrade,
  script: StageScript,
): Promise<void> {
  const { narrator } = theatre;
  const { emergency } = consortium.ledger;
  const product = trade.deal.subject;
  const order = await freezeProduct(consortium, product, regulators);
  const voices = await emergency.voicesOf(order);
  const isTheirs = regulators.every((name, at) => voices[at] === memberIdOf(cast[name].uscc));
  const who = regulators.map((name) => called(cast[name])).join(" and ");
  narrator.expect(isTheirs && (await emergency.isFrozen(product)), "frozen 冻结", `the product, for a day, by ${who}`);
  const step = await trade.prepare(script);
  const attempt = await trade.attempt(step);
  const refused = `the delivery: TradesFrozen, block ${attempt.receipt.blockNumber}`;
  narrator.expect(isRefused(attempt, "TradesFrozen"), "refused 拒绝", refused);
  await releaseProduct(consortium, order, regulators);
  narrator.expect(!(await emergency.isFrozen(product)), "released 解除", "by both; the same signed step goes on");
  await takeStep(theatre, trade, step, script.signers);
}

/** The income goes to all who had a part in it, as seller and venue sign; the contract adds it up. */
async function distribute(theatre: Theatre, { consortium }: Stage, trade: StoryTrade): Promise<void> {
  const { narrator } = theatre;
  const { trades } = consortium.ledger;
  await takeStep(theatre, trade, await trade.prepareSplit(INCOME_FEN, split), ["seller", "venue"]);
  const { split: kept } = await trades.tradeOf(trade.id);
  const digest = await trades.splitDigestOf(trade.id, INCOME_FEN, [...sharesOf(split)]);
  const parts = split.map(([name, fen]) => `${cast[name].english} ${Number((fen * 100n) / INCOME_FEN)} %`);
  narrator.expect(kept === digest, "shares 分配", `${parts.join(", ")}: the whole 合计为全部收益`);
}

/** A trade off the floor (场外): no venue signs its stages; the sector exchange's node keeps the records, and files it at the end. */
export async function offFloorScene(theatre: Theatre, stage: Stage, { sets }: Goods): Promise<StoryTrade> {
  const { narrator } = theatre;
  const { subject, right } = setOf(sets, "airports.csv");
  const price = { amount: "9600.00", currency: "CNY" };
  const deal = { seller: "airline", buyer: "insurer", floor: undefined, subject, right, price } as const;
  const trade = await StoryTrade.open(stage.consortium, stage.sector, deal);
  narrator.tell("trade 交易", `${called(cast.airline)} sells airports.csv to ${called(cast.insurer)}, no venue signs`);
  const play = (script: StageScript): Promise<void> => playStage(theatre, trade, script);
  await play({ stage: "listing", issuer: "seller", signers: ["seller"], body: { resource: subject, ...price } });
  await play({ stage: "offer", issuer: "buyer", signers: ["buyer"], body: { price: price.amount } });
  await play({ stage: "contract", issuer: "seller", signers: both, body: contractBody(price.amount) });
  const { digest } = setOf(sets, "airports.csv").set;
  await play({ stage: "delivery", issuer: "seller", signers: ["seller"], body: { file: "airports.csv", digest } });
  await play({ stage: "acceptance", issuer: "buyer", signers: ["buyer"], body: { digest, result: "accepted" } });
  await play({ stage: "settlement", issuer: "seller", signers: both, body: settlementBody(price.amount) });
  await fileLater(theatre, stage, trade);
  await archive(theatre, trade, "seller");
  return trade;
}

/** What happened off the floor is filed with a venue afterwards. */
async function fileLater(theatre: Theatre, { consortium, sector }: Stage, trade: StoryTrade): Promise<void> {
  await takeStep(theatre, trade, await trade.prepareFiling({ number: "HY-2026-000001" }), ["seller", "venue"]);
  const { filedBy } = await consortium.ledger.trades.tradeOf(trade.id);
  const filed = filedBy === memberIdOf(sector.role.uscc);
  theatre.narrator.expect(filed, "filed 已备案", `with ${called(sector.role)}`);
}

function contractBody(price: string): StageScript["body"] {
  return { price, currency: "CNY", purpose: "risk pricing", resale: false, arbitration: "Haikou" };
}

function settlementBody(amount: string): StageScript["body"] {
  return { amount, currency: "CNY", paid: true };
}

async function playStage(theatre: Theatre, trade: StoryTrade, script: StageScript): Promise<void> {
  await takeStep(theatre, trade, await trade.prepare(script), script.signers);
}

async function takeStep(
  { narrator }: Theatre,
  trade: StoryTrade,
  step: SignedStep,
  signers: readonly string[],
): Promise<void> {
  const { record, gas } = await trade.take(step);
  const { stages } = trade;
  const { count, head } = await trade.onChain();
  narrator.expect(
    count === stages.length && head === trade.head,
    `${step.stage} ${stageNames[step.stage]}`,
    `record ${record.slice(0, 14)}…, signed by ${signers.join(", ")}, ${gas.toLocaleString("en")} gas`,
  );
}

async function archive({ narrator }: Theatre, trade: StoryTrade, issuer: "seller" | "venue"): Promise<void> {
  const record = await trade.archive(issuer);
  narrator.tell("archived 归档", `record ${record.slice(0, 14)}… names the head of ${trade.stages.length} stages`);
}

function tellDelivery({ narrator }: Theatre, { rows, receipts, perSecond }: Delivery): void {
  const distinct = new Set(receipts).size;
  const text = `${rows.toLocaleString("en")} rows of flights-200k.json delivered over HTTP, a record for each: ${perSecond.toLocaleString("en")} a second`;
  narrator.expect(distinct === rows, "delivered 交付", text);
}
