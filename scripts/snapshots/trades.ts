import { Stage as Step } from "@lianzheng/sdk/contracts";
import { NO_PARENT, REASON, digestOf, type Actor } from "../../test/contracts/fixture.ts";
import { termsOf } from "../../test/contracts/content.ts";
import { UNTIL, gasOf, signed, type Figures, type Stage } from "./measuring.ts";

const BATCH = 10;

/** What a processor sells, and how its trades go on. */
interface Market extends Stage {
  readonly subject: string;
  readonly right: string;
}

const common = async ({ trades }: Stage, tradeId: string) => {
  const count = Number((await trades.headOf(tradeId)).count) + 1;
  return { tradeId, evidence: digestOf(`record ${count}`), count, deadline: UNTIL };
};

async function open(market: Market, name: string, change = {}): Promise<string> {
  const { trades, processor } = market;
  await trades.connect(processor.key).open({ ...termsOf(market, name), ...change });
  return trades.tradeIdOf(processor.id, digestOf(name));
}

/** The step of a stage with its signatures. */
async function stepOf(market: Market, tradeId: string, stage: number) {
  const { trades, processor, buyer, venue } = market;
  const floor = (await trades.tradeOf(tradeId)).venue !== NO_PARENT;
  const sides = floor ? [processor, buyer, venue] : [processor, buyer];
  const signers: Record<number, readonly Actor[]> = {
    [Step.listing]: [processor],
    [Step.offer]: [buyer],
    [Step.contract]: sides,
    [Step.delivery]: [processor],
    [Step.acceptance]: [buyer],
    [Step.settlement]: sides,
    [Step.certificate]: [venue],
  };
  const step = { ...(await common(market, tradeId)), stage, expires: stage === Step.offer ? UNTIL : 0 };
  return { step, signatures: await signed(signers[stage]!, trades.stepDigest(step)) };
}

async function record(market: Market, tradeId: string, stage: number): Promise<number> {
  const { step, signatures } = await stepOf(market, tradeId, stage);
  return gasOf(market.trades.connect(market.outsider).record(step, signatures));
}

async function amend(market: Market, tradeId: string): Promise<number> {
  const { trades, processor, buyer, venue, outsider } = market;
  const { amount } = await trades.tradeOf(tradeId);
  const amendment = { ...(await common(market, tradeId)), previous: amount, amount: digestOf("new amount") };
  const signatures = await signed([processor, buyer, venue], trades.amendmentDigest(amendment));
  return gasOf(trades.connect(outsider).amend(amendment, signatures));
}

async function file(market: Market, tradeId: string): Promise<number> {
  const { trades, processor, venue, outsider } = market;
  const filing = { ...(await common(market, tradeId)), venue: venue.id, side: processor.id };
  const signatures = await signed([processor, venue], trades.filingDigest(filing));
  return gasOf(trades.connect(outsider).file(filing, signatures));
}

type Shares = readonly { member: string; amount: number }[];

async function distribute(
  market: Market,
  tradeId: string,
  shares: Shares,
  before: Shares,
  signers: readonly Actor[],
): Promise<number> {
  const { trades, outsider } = market;
  const { split } = await trades.tradeOf(tradeId);
  const whole = shares.reduce((sum, { amount }) => sum + amount, 0);
  const what = { whole, shares: [...shares], previous: split, grounds: REASON };
  const distribution = { ...(await common(market, tradeId)), ...what };
  const signatures = await signed(signers, trades.distributionDigest(distribution));
  return gasOf(trades.connect(outsider).distribute(distribution, [...before], signatures));
}

async function measureWay(market: Market): Promise<Figures> {
  const { trades, processor, seller, venue } = market;
  const mine = trades.connect(processor.key);
  const figures: Figures = { "Trades.open": await gasOf(mine.open(termsOf(market, "whole"))) };
  const tradeId = await trades.tradeIdOf(processor.id, digestOf("whole"));
  const way = ["listing", "offer", "contract", "amend", "delivery", "acceptance", "settlement", "certificate"] as const;
  for (const name of way) {
    if (name === "amend") figures["Trades.amend"] = await amend(market, tradeId);
    else figures[`Trades.record ${name}`] = await record(market, tradeId, Step[name]);
  }
  const sharesOf = (own: number, theirs: number): Shares =>
    [
      { member: processor.id, amount: own },
      { member: seller.id, amount: theirs },
    ].sort((a, b) => (a.member < b.member ? -1 : 1));
  const [before, after] = [sharesOf(70, 30), sharesOf(80, 20)];
  figures["Trades.distribute among two"] = await distribute(market, tradeId, before, [], [processor, venue]);
  figures["Trades.distribute, an adjustment that one loses by"] = await distribute(market, tradeId, after, before, [
    processor,
    seller,
  ]);
  return figures;
}

async function measureBeside(market: Market): Promise<Figures> {
  const { trades, processor, buyer, outsider } = market;
  const figures: Figures = {};
  const terms = termsOf(market, "signed");
  const [signature] = await signed([processor], trades.openingDigest(processor.id, terms, 1, UNTIL));
  figures["Trades.openSigned"] = await gasOf(trades.connect(outsider).openSigned(terms, 1, UNTIL, signature!));
  const off = await open(market, "off the floor", { venue: NO_PARENT });
  for (const stage of [Step.listing, Step.offer, Step.contract]) await record(market, off, stage);
  figures["Trades.file"] = await file(market, off);
  const termination = { ...(await common(market, off)), reason: REASON };
  const both = await signed([processor, buyer], trades.terminationDigest(termination));
  figures["Trades.terminate"] = await gasOf(trades.connect(outsider).terminate(termination, both));
  const batch: Awaited<ReturnType<typeof stepOf>>[] = [];
  for (let i = 0; i < BATCH; ++i) batch.push(await stepOf(market, await open(market, `batch ${i}`), Step.listing));
  const whole = trades.connect(outsider).recordBatch(
    batch.map(({ step }) => step),
    batch.map(({ signatures }) => signatures),
  );
  figures[`Trades.recordBatch listing, each of ${BATCH}`] = Math.round((await gasOf(whole)) / BATCH);
  return figures;
}

/** Runs after the rights: the processor sells its product. */
export async function measureTrades(stage: Stage): Promise<Figures> {
  const { registry, processor } = stage;
  const subject = await registry.subjectIdOf(processor.id, digestOf("product"));
  const { right } = await registry.recordOf(subject);
  const market = { ...stage, subject, right };
  return { ...(await measureWay(market)), ...(await measureBeside(market)) };
}
