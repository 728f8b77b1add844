import { deliverRows } from "../delivery.ts";
import type { Delivery } from "../delivery.ts";
import type { StageScript } from "../trade.ts";
import { StoryTrade } from "../trade.ts";
import { called, cast } from "../cast.ts";
import type { Theatre } from "../theatre.ts";
import type { Stage } from "./opening.ts";
import type { Goods } from "./registration.ts";
import { setOf } from "./registration.ts";

const stageNames: Readonly<Record<StageScript["stage"], string>> = {
  listing: "挂牌",
  offer: "要约",
  contract: "签约",
  delivery: "交付",
  acceptance: "验收",
  settlement: "清结算",
  certificate: "凭证",
};

const all = ["seller", "buyer", "venue"] as const;
const both = ["seller", "buyer"] as const;

/** The on-floor trade (场内), with what its product delivered. */
export interface OnFloor {
  readonly trade: StoryTrade;
  readonly delivery: Delivery;
}

/** A trade on the provincial exchange's floor: every stage a record and a signed step, and 10,000 rows delivered in between. */
export async function onFloorScene(theatre: Theatre, stage: Stage, { product }: Goods): Promise<OnFloor> {
  const { narrator } = theatre;
  const price = { amount: "128000.00", currency: "CNY" };
  const deal = { seller: "processor", buyer: "insurer", floor: "provincialVenue", ...product, price } as const;
  const trade = await StoryTrade.open(stage.consortium, stage.provincial, deal);
  narrator.tell(
    "trade 交易",
    `${called(cast.processor)} sells to ${called(cast.insurer)} at ${called(stage.provincial.role)}`,
  );
  const play = (script: StageScript): Promise<void> => playStage(theatre, trade, script);
  await play({ stage: "listing", issuer: "seller", signers: ["seller"], body: { product: product.subject, ...price } });
  await play({ stage: "offer", issuer: "buyer", signers: ["buyer"], body: { price: price.amount, rows: 10_000 } });
  await play({ stage: "contract", issuer: "seller", signers: all, body: contractBody(price.amount) });
  const delivery = await deliverRows(stage.provincial, trade, narrator);
  tellDelivery(theatre, delivery);
  const { rows, bytes, digest, subject } = delivery;
  await play({
    stage: "delivery",
    issuer: "seller",
    signers: ["seller"],
    body: { rows, bytes, digest, receipts: subject },
  });
  await play({ stage: "acceptance", issuer: "buyer", signers: ["buyer"], body: { rows, digest, result: "accepted" } });
  await play({ stage: "settlement", issuer: "venue", signers: all, body: settlementBody(price.amount) });
  await play({ stage: "certificate", issuer: "venue", signers: ["venue"], body: { number: "QZ-2026-000001", rows } });
  await archive(theatre, trade, "venue");
  return { trade, delivery };
}

/** A trade off the floor (场外): no venue signs; the sector exchange's node keeps the records all the same. */
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
  await archive(theatre, trade, "seller");
  return trade;
}

function contractBody(price: string): StageScript["body"] {
  return { price, currency: "CNY", purpose: "risk pricing", resale: false, arbitration: "Haikou" };
}

function settlementBody(amount: string): StageScript["body"] {
  return { amount, currency: "CNY", paid: true };
}

async function playStage({ narrator }: Theatre, trade: StoryTrade, script: StageScript): Promise<void> {
  const { record, gas } = await trade.play(script);
  const { stages } = trade;
  const { count, head } = await trade.onChain();
  const signed = `signed by ${script.signers.join(", ")}`;
  narrator.expect(
    count === stages.length && head === trade.head,
    `${script.stage} ${stageNames[script.stage]}`,
    `record ${record.slice(0, 14)}…, ${signed}, ${gas.toLocaleString("en")} gas`,
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
