/** What the rest of the law says to a trade: holds, freezes, sanctions, standing, and what is kept of it. */
import { Listing, Stage } from "@lianzheng/sdk/contracts";
import { expect } from "chai";
import {
  ACTIVE,
  OF_KIND_VENUE,
  REASON,
  Restriction,
  advance,
  advanceTo,
  amend,
  amendmentOf,
  assessAbroad,
  decideOn,
  digestOf,
  distribute,
  distributionOf,
  file,
  filingOf,
  fixture,
  freeze,
  hold,
  networkHelpers,
  now,
  record,
  sanction,
  sharesOf,
  stepOf,
  terminate,
  terminationOf,
  type Market,
} from "./scene.ts";

/** Every way in which a trade off the floor can move on at its stage. */
function movesOf(context: Market, stage: number): readonly (() => Promise<unknown>)[] {
  const { seller, buyer, venue, offFloor } = context;
  const both = [seller, buyer];
  const shares = sharesOf([seller, 1]);
  const all: readonly (readonly [boolean, () => Promise<unknown>])[] = [
    [stage < 6, () => advance(context, offFloor, stage + 1)],
    [stage === 2 || stage === 4, () => advance(context, offFloor, stage)],
    [stage >= 3 && stage < 6, async () => amend(context, await amendmentOf(context, offFloor), both)],
    [stage >= 3, async () => file(context, await filingOf(context, offFloor), [seller, venue])],
    [stage < 6, async () => terminate(context, await terminationOf(context, offFloor), both)],
    [stage >= 6, async () => distribute(context, await distributionOf(context, offFloor, shares), [], [seller])],
  ];
  return all.filter(([possible]) => possible).map(([, move]) => move);
}

describe("Trades: holds and freezes", () => {
  it("stop every step at every stage while they last, whether on the trade or on its subject", async () => {
    let refused = 0;
    for (let stage = 0; stage <= 6; ++stage) {
      const base = await fixture();
      await advanceTo(base, base.offFloor, stage);
      for (const kind of ["trade", "resource"] as const) {
        const id = kind === "trade" ? base.offFloor : base.subject;
        for (const [stop, error] of [
          [hold, "TradesHeld"],
          [freeze, "TradesFrozen"],
        ] as const) {
          const snapshot = await networkHelpers.takeSnapshot();
          await stop(base, kind, id);
          const before = await base.trades.tradeOf(base.offFloor);
          for (const move of movesOf(base, stage)) {
            await expect(move()).to.be.revertedWithCustomError(base.trades, error).withArgs(id);
            refused += 1;
          }
          expect(await base.trades.tradeOf(base.offFloor)).to.deep.equal(before);
          await snapshot.restore();
        }
      }
      for (const move of movesOf(base, stage)) {
        const snapshot = await networkHelpers.takeSnapshot();
        await move();
        await snapshot.restore();
      }
    }
    expect(refused).to.equal(4 * 22);
  });

  it("end with the release, or in the second in which the freeze is over", async () => {
    const context = await fixture();
    const { trades, offFloor } = context;
    const release = await hold(context, "trade", offFloor);
    await expect(advance(context, offFloor, 1)).to.be.revertedWithCustomError(trades, "TradesHeld");
    await release();
    await advance(context, offFloor, 1);
    const until = await freeze(context, "trade", offFloor);
    const offer = { ...(await stepOf(context, offFloor, 2)), deadline: until };
    await networkHelpers.time.setNextBlockTimestamp(until - 1);
    await expect(record(context, offer, [context.buyer])).to.be.revertedWithCustomError(trades, "TradesFrozen");
    await networkHelpers.time.setNextBlockTimestamp(until);
    await expect(record(context, offer, [context.buyer])).to.emit(trades, "StageRecorded");
  });

  it("on one trade do not stop another", async () => {
    const context = await fixture();
    const { trades, onFloor, offFloor } = context;
    await hold(context, "trade", offFloor);
    await expect(advance(context, onFloor, 1)).to.emit(trades, "StageRecorded");
  });
});

describe("Trades: sanctions and standing", () => {
  const parties = [
    ["seller", Restriction.trading],
    ["buyer", Restriction.trading],
    ["venue", Restriction.venueService],
  ] as const;

  for (const [party, restriction] of parties) {
    it(`stop every stage up to delivery, and an amendment before it, when they are on the ${party}`, async () => {
      let refused = 0;
      for (let stage = 0; stage <= 4; ++stage) {
        const context = await fixture();
        const { trades, seller, buyer, venue, onFloor } = context;
        await advanceTo(context, onFloor, stage);
        await sanction(context, context[party], restriction);
        const { id } = context[party];
        const next = stage === 4 ? 4 : stage + 1;
        if (next !== 3) {
          await expect(advance(context, onFloor, next))
            .to.be.revertedWithCustomError(trades, "TradesSanctioned")
            .withArgs(id);
          refused += 1;
        }
        const amending = async () => amend(context, await amendmentOf(context, onFloor), [seller, buyer, venue]);
        if (stage === 3)
          await expect(amending()).to.be.revertedWithCustomError(trades, "TradesSanctioned").withArgs(id);
        if (stage === 4) await amending();
      }
      expect(refused).to.equal(4);
    });
  }

  it("stop neither acceptance, settlement, certificate and distribution, nor a termination", async () => {
    const context = await fixture();
    const { trades, seller, buyer, venue, onFloor, offFloor } = context;
    await advanceTo(context, onFloor, Stage.delivery);
    await advanceTo(context, offFloor, Stage.listing);
    for (const [party, restriction] of parties) await sanction(context, context[party], restriction);
    for (const stage of [5, 6, 7]) await advance(context, onFloor, stage);
    const shares = sharesOf([seller, 1]);
    await distribute(context, await distributionOf(context, onFloor, shares), [], [seller, venue]);
    await terminate(context, await terminationOf(context, offFloor), [seller, buyer]);
    const facts = await trades.stepOf(onFloor, 8);
    expect([facts.seller, facts.buyer, facts.venue]).to.deep.equal([3n, 3n, 7n]);
  });

  it("keep a venue from filing", async () => {
    const context = await fixture();
    const { trades, seller, venue, offFloor } = context;
    await advanceTo(context, offFloor, Stage.contract);
    const filing = await filingOf(context, offFloor);
    await sanction(context, venue, Restriction.venueService);
    const later = { ...filing, deadline: (await now()) + 3600 };
    await expect(file(context, later, [seller, venue]))
      .to.be.revertedWithCustomError(trades, "TradesSanctioned")
      .withArgs(venue.id);
  });

  it("up to delivery no party is suspended, and the venue still one, whoever signs", async () => {
    for (const party of ["seller", "buyer", "venue"] as const) {
      const context = await fixture();
      const { members, trades, onFloor } = context;
      await advanceTo(context, onFloor, Stage.contract);
      await decideOn(context, "suspension", context[party].id);
      const delivering = expect(advance(context, onFloor, Stage.delivery)).to.be;
      if (party === "seller") await delivering.revertedWithCustomError(members, "MembersStanding");
      else await delivering.revertedWithCustomError(trades, "TradesNotActive").withArgs(context[party].id);
    }
    const context = await fixture();
    const { members, trades, venue, council, onFloor } = context;
    await members.connect(council).addKind(venue.id, 5, REASON);
    await members.connect(council).withdrawKind(venue.id, 0, REASON);
    await expect(advance(context, onFloor, Stage.listing))
      .to.be.revertedWithCustomError(trades, "TradesNotVenue")
      .withArgs(venue.id);
  });
});

describe("Trades: what the law said at a step", () => {
  it("stays with the step, whatever changes later", async () => {
    const context = await fixture();
    const { rights, trades, seller, venue, terms, onFloor, offFloor } = context;
    await advanceTo(context, onFloor, Stage.delivery);
    const delivered = BigInt(await now());
    const allFine = [BigInt(Listing.allowed), ACTIVE, ACTIVE, ACTIVE | OF_KIND_VENUE];
    await advance(context, offFloor, Stage.listing);
    const off = await trades.stepOf(offFloor, 1);
    expect([off.listing, off.seller, off.buyer, off.venue]).to.deep.equal([0n, ACTIVE, ACTIVE, 0n]);
    await rights.connect(seller.key).revoke(terms.right, REASON);
    await sanction(context, context.seller, Restriction.trading);
    await decideOn(context, "suspension", venue.id);
    await advance(context, onFloor, Stage.acceptance);
    const before = await trades.stepOf(onFloor, 4);
    expect([before.recordedAt, before.stage]).to.deep.equal([delivered, BigInt(Stage.delivery)]);
    expect([before.listing, before.seller, before.buyer, before.venue]).to.deep.equal(allFine);
    const after = await trades.stepOf(onFloor, 5);
    expect([after.recordedAt, after.stage]).to.deep.equal([BigInt(await now()), BigInt(Stage.acceptance)]);
    const changed = [BigInt(Listing.rightNotValid), 3n, ACTIVE, OF_KIND_VENUE];
    expect([after.listing, after.seller, after.buyer, after.venue]).to.deep.equal(changed);
  });

  it("is of the venue that files, for a filing", async () => {
    const context = await fixture();
    const { trades, seller, venue, offFloor } = context;
    await advanceTo(context, offFloor, Stage.contract);
    await file(context, await filingOf(context, offFloor), [seller, venue]);
    const facts = await trades.stepOf(offFloor, 4);
    expect([facts.stage, facts.venue]).to.deep.equal([9n, ACTIVE | OF_KIND_VENUE]);
  });

  it("asks for what leaves the country at each step up to delivery", async () => {
    const context = await fixture();
    const { trades, seller, terms } = context;
    await assessAbroad(context, terms.subject as string);
    const salt = digestOf("abroad");
    await trades.connect(seller.key).open({ ...terms, salt, crossBorder: true });
    const tradeId = await trades.tradeIdOf(seller.id, salt);
    await advance(context, tradeId, Stage.listing);
    await networkHelpers.time.increase(91 * 24 * 3600);
    await expect(advance(context, tradeId, Stage.offer))
      .to.be.revertedWithCustomError(trades, "TradesNotListable")
      .withArgs(terms.subject, terms.right, 10);
  });

  it("is there for the steps that were recorded, and for no others", async () => {
    const context = await fixture();
    const { trades, onFloor } = context;
    await advance(context, onFloor, Stage.listing);
    expect((await trades.stepOf(onFloor, 1)).stage).to.equal(1n);
    for (const count of [0, 2]) {
      await expect(trades.stepOf(onFloor, count))
        .to.be.revertedWithCustomError(trades, "TradesCount")
        .withArgs(onFloor, 1, count);
    }
  });
});
