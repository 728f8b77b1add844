/** Steps beside the stages: amendment, filing, termination. */
import { Stage } from "@lianzheng/sdk/contracts";
import { expect } from "chai";
import { AbiCoder, keccak256 } from "ethers";
import {
  NONE,
  REASON,
  ZERO,
  advance,
  advanceTo,
  amend,
  amendmentOf,
  evidenceOf,
  file,
  filingOf,
  fixture,
  networkHelpers,
  nextOf,
  now,
  sign,
  stepOf,
  terminate,
  terminationOf,
  type Market,
} from "./scene.ts";

const codec = AbiCoder.defaultAbiCoder();

/** The head after a step. */
async function headAfter({ trades }: Market, tradeId: string, stage: number): Promise<string> {
  const { count, head } = await trades.headOf(tradeId);
  const parts = [head, stage, evidenceOf(Number(count) + 1)];
  return keccak256(codec.encode(["bytes32", "uint8", "bytes32"], parts));
}

/** That a call changes nothing of the trade. */
async function expectUntouched({ trades }: Market, tradeId: string, call: () => Promise<void>): Promise<void> {
  const before = await trades.tradeOf(tradeId);
  await call();
  expect(await trades.tradeOf(tradeId)).to.deep.equal(before);
}

describe("Trades: amendment", () => {
  it("replaces the terms by a step that names both, on the floor and off it", async () => {
    const context = await fixture();
    const { trades, seller, buyer, venue, terms, onFloor, offFloor } = context;
    for (const [tradeId, signers] of [
      [onFloor, [seller, buyer, venue]],
      [offFloor, [seller, buyer]],
    ] as const) {
      await advanceTo(context, tradeId, Stage.contract);
      const amendment = await amendmentOf(context, tradeId);
      const head = await headAfter(context, tradeId, Stage.amendment);
      const amending = await amend(context, amendment, signers);
      await expect(amending).to.emit(trades, "StageRecorded").withArgs(tradeId, 4, 8, evidenceOf(4), head);
      await expect(amending).to.emit(trades, "TradeAmended").withArgs(tradeId, 4, terms.amount, amendment.amount);
      const trade = await trades.tradeOf(tradeId);
      expect([trade.amount, trade.head, trade.count]).to.deep.equal([amendment.amount, head, 4n]);
      expect(trade.stage, "the stage stays").to.equal(BigInt(Stage.contract));
    }
  });

  it("comes from the contract on until before the settlement, as often as they like", async () => {
    const context = await fixture();
    const { trades, seller, buyer, venue, onFloor } = context;
    const taken: number[] = [];
    for (let stage = 0; stage <= 7; ++stage) {
      if (stage > 0) await advance(context, onFloor, stage);
      const amendment = await amendmentOf(context, onFloor, `terms at ${stage}`);
      const amending = amend(context, amendment, [seller, buyer, venue]);
      if (stage >= 3 && stage < 6) {
        await expect(amending).to.emit(trades, "TradeAmended");
        taken.push(stage);
      } else {
        await expect(amending)
          .to.be.revertedWithCustomError(trades, "TradesStage")
          .withArgs(onFloor, stage, Stage.amendment);
      }
    }
    expect(taken).to.deep.equal([3, 4, 5]);
  });

  it("names the terms that stand, and others that are not nothing", async () => {
    const context = await fixture();
    const { trades, seller, buyer, venue, terms, onFloor } = context;
    await advanceTo(context, onFloor, Stage.contract);
    const all = [seller, buyer, venue];
    const amendment = await amendmentOf(context, onFloor);
    await expectUntouched(context, onFloor, async () => {
      await expect(amend(context, { ...amendment, previous: REASON }, all))
        .to.be.revertedWithCustomError(trades, "TradesPrevious")
        .withArgs(terms.amount, REASON);
      await expect(amend(context, { ...amendment, amount: terms.amount }, all))
        .to.be.revertedWithCustomError(trades, "TradesUnchanged")
        .withArgs(terms.amount);
      for (const change of [{ amount: ZERO }, { evidence: ZERO }])
        await expect(amend(context, { ...amendment, ...change }, all)).to.be.revertedWithCustomError(
          trades,
          "TradesZeroDigest",
        );
      await expect(amend(context, { ...amendment, count: 5 }, all))
        .to.be.revertedWithCustomError(trades, "TradesCount")
        .withArgs(onFloor, 4, 5);
      await expect(amend(context, { ...amendment, deadline: 1 }, all))
        .to.be.revertedWithCustomError(trades, "TradesDeadline")
        .withArgs(1);
      await expect(amend(context, { ...amendment, tradeId: REASON }, all))
        .to.be.revertedWithCustomError(trades, "TradesUnknownTrade")
        .withArgs(REASON);
    });
  });

  it("needs each of the three, in order", async () => {
    const context = await fixture();
    const { trades, seller, buyer, venue, processor, onFloor } = context;
    await advanceTo(context, onFloor, Stage.contract);
    const all = [seller, buyer, venue];
    const amendment = await amendmentOf(context, onFloor);
    await expect(amend(context, amendment, [seller, buyer]))
      .to.be.revertedWithCustomError(trades, "TradesSignatureCount")
      .withArgs(3, 2);
    for (const [place, { id }] of all.entries()) {
      await expect(amend(context, amendment, all.with(place, processor)))
        .to.be.revertedWithCustomError(trades, "TradesWrongSigner")
        .withArgs(id, processor.id);
    }
  });

  it("voids what was signed for its number: nobody accepts under terms that it did not read", async () => {
    const context = await fixture();
    const { trades, seller, buyer, venue, onFloor } = context;
    await advanceTo(context, onFloor, Stage.delivery);
    const acceptance = await stepOf(context, onFloor, Stage.acceptance);
    const signatures = await sign(trades, "Step", acceptance, [buyer]);
    await amend(context, await amendmentOf(context, onFloor), [seller, buyer, venue]);
    await expect(trades.record(acceptance, signatures))
      .to.be.revertedWithCustomError(trades, "TradesCount")
      .withArgs(onFloor, 6, 5);
    await expect(advance(context, onFloor, Stage.acceptance)).to.emit(trades, "StageRecorded");
  });
});

describe("Trades: filing", () => {
  it("notes the venue with which one side alone filed the trade", async () => {
    for (const side of ["seller", "buyer"] as const) {
      const context = await fixture();
      const { trades, venue, offFloor } = context;
      await advanceTo(context, offFloor, Stage.contract);
      const filing = await filingOf(context, offFloor, context[side]);
      const head = await headAfter(context, offFloor, Stage.filing);
      const filed = await file(context, filing, [context[side], venue]);
      await expect(filed).to.emit(trades, "StageRecorded").withArgs(offFloor, 4, 9, evidenceOf(4), head);
      await expect(filed).to.emit(trades, "TradeFiled").withArgs(offFloor, 4, venue.id, context[side].id);
      const trade = await trades.tradeOf(offFloor);
      expect([trade.filedBy, trade.venue, trade.head]).to.deep.equal([venue.id, NONE, head]);
      expect(trade.stage).to.equal(BigInt(Stage.contract));
      expect(await trades.signersOf(offFloor, Stage.settlement)).to.have.length(2);
    }
  });

  it("comes from the contract on, after the settlement too, once", async () => {
    const context = await fixture();
    const { trades, seller, venue, otherVenue, offFloor } = context;
    for (let stage = 0; stage <= 6; ++stage) {
      if (stage > 0) await advance(context, offFloor, stage);
      const filing = await filingOf(context, offFloor);
      const attempt = async () => trades.file.staticCall(filing, await sign(trades, "Filing", filing, [seller, venue]));
      if (stage >= 3) {
        await attempt();
        continue;
      }
      await expect(attempt())
        .to.be.revertedWithCustomError(trades, "TradesStage")
        .withArgs(offFloor, stage, Stage.filing);
    }
    await file(context, await filingOf(context, offFloor), [seller, venue]);
    const again = { ...(await filingOf(context, offFloor)), venue: otherVenue.id };
    await expect(file(context, again, [seller, otherVenue]))
      .to.be.revertedWithCustomError(trades, "TradesFiled")
      .withArgs(offFloor, venue.id);
  });

  it("is of trades off the floor", async () => {
    const context = await fixture();
    const { trades, seller, otherVenue, onFloor } = context;
    await advanceTo(context, onFloor, Stage.contract);
    const filing = { ...(await filingOf(context, onFloor)), venue: otherVenue.id };
    await expect(file(context, filing, [seller, otherVenue]))
      .to.be.revertedWithCustomError(trades, "TradesOnFloor")
      .withArgs(onFloor);
  });

  it("is brought by a side, to a venue that is none, and signed by both", async () => {
    const context = await fixture();
    const { trades, seller, buyer, venue, regulator, processor, offFloor } = context;
    await advanceTo(context, offFloor, Stage.contract);
    const filing = await filingOf(context, offFloor);
    await expectUntouched(context, offFloor, async () => {
      await expect(file(context, { ...filing, side: processor.id }, [processor, venue]))
        .to.be.revertedWithCustomError(trades, "TradesNotSide")
        .withArgs(offFloor, processor.id);
      for (const party of [seller, buyer]) {
        await expect(file(context, { ...filing, venue: party.id }, [seller, party]))
          .to.be.revertedWithCustomError(trades, "TradesSameParty")
          .withArgs(party.id);
      }
      await expect(file(context, { ...filing, venue: regulator.id }, [seller, regulator]))
        .to.be.revertedWithCustomError(trades, "TradesNotVenue")
        .withArgs(regulator.id);
      await expect(file(context, { ...filing, evidence: ZERO }, [seller, venue])).to.be.revertedWithCustomError(
        trades,
        "TradesZeroDigest",
      );
      for (const signers of [[seller], [seller, buyer, venue]]) {
        await expect(file(context, filing, signers))
          .to.be.revertedWithCustomError(trades, "TradesSignatureCount")
          .withArgs(2, signers.length);
      }
      await expect(file(context, filing, [buyer, venue]))
        .to.be.revertedWithCustomError(trades, "TradesWrongSigner")
        .withArgs(seller.id, buyer.id);
      await expect(file(context, filing, [seller, processor]))
        .to.be.revertedWithCustomError(trades, "TradesWrongSigner")
        .withArgs(venue.id, processor.id);
      await expect(file(context, { ...filing, deadline: 1 }, [seller, venue]))
        .to.be.revertedWithCustomError(trades, "TradesDeadline")
        .withArgs(1);
    });
  });
});

describe("Trades: termination", () => {
  it("ends a trade by both sides: a step like any other, and the last", async () => {
    const context = await fixture();
    const { trades, seller, buyer, venue, onFloor } = context;
    await advanceTo(context, onFloor, Stage.delivery);
    const head = await headAfter(context, onFloor, Stage.termination);
    const ending = await terminate(context, await terminationOf(context, onFloor), [seller, buyer]);
    await expect(ending).to.emit(trades, "StageRecorded").withArgs(onFloor, 5, 10, evidenceOf(5), head);
    await expect(ending).to.emit(trades, "TradeTerminated").withArgs(onFloor, 5, REASON);
    const trade = await trades.tradeOf(onFloor);
    expect([trade.terminated, trade.stage, trade.count, trade.head]).to.deep.equal([true, 4n, 5n, head]);
    const moves = [
      () => advance(context, onFloor, Stage.acceptance),
      () => advance(context, onFloor, Stage.delivery),
      async () => amend(context, await amendmentOf(context, onFloor), [seller, buyer, venue]),
      async () => file(context, await filingOf(context, onFloor), [seller, venue]),
      async () => terminate(context, await terminationOf(context, onFloor), [seller, buyer]),
    ];
    for (const move of moves)
      await expect(move()).to.be.revertedWithCustomError(trades, "TradesTerminated").withArgs(onFloor);
    expect(moves).to.have.length(5);
  });

  it("can be at any stage before the settlement, and not after it", async () => {
    const context = await fixture();
    const { trades, seller, buyer, onFloor } = context;
    for (let stage = 0; stage <= 7; ++stage) {
      if (stage > 0) await advance(context, onFloor, stage);
      const termination = await terminationOf(context, onFloor);
      const signatures = await sign(trades, "Termination", termination, [seller, buyer]);
      const ending = trades.terminate.staticCall(termination, signatures);
      if (stage < 6) await ending;
      else await expect(ending).to.be.revertedWithCustomError(trades, "TradesSettled").withArgs(onFloor);
    }
    expect(await nextOf(context, onFloor)).to.equal(8);
  });

  it("needs both sides in order, the next count, a reason, evidence and time", async () => {
    const context = await fixture();
    const { trades, seller, buyer, venue, onFloor } = context;
    const both = [seller, buyer];
    const base = await terminationOf(context, onFloor);
    await expectUntouched(context, onFloor, async () => {
      await expect(terminate(context, base, [seller]))
        .to.be.revertedWithCustomError(trades, "TradesSignatureCount")
        .withArgs(2, 1);
      for (const [signers, expected, given] of [
        [[seller, venue], buyer, venue],
        [[buyer, seller], seller, buyer],
        [[venue, buyer], seller, venue],
      ] as const) {
        await expect(terminate(context, base, signers))
          .to.be.revertedWithCustomError(trades, "TradesWrongSigner")
          .withArgs(expected.id, given.id);
      }
      for (const count of [0, 2]) {
        await expect(terminate(context, { ...base, count }, both))
          .to.be.revertedWithCustomError(trades, "TradesCount")
          .withArgs(onFloor, 1, count);
      }
      for (const change of [{ reason: ZERO }, { evidence: ZERO }])
        await expect(terminate(context, { ...base, ...change }, both)).to.be.revertedWithCustomError(
          trades,
          "TradesZeroDigest",
        );
      await expect(terminate(context, { ...base, tradeId: REASON }, both))
        .to.be.revertedWithCustomError(trades, "TradesUnknownTrade")
        .withArgs(REASON);
    });
    const signatures = await sign(trades, "Termination", base, both);
    const snapshot = await networkHelpers.takeSnapshot();
    await networkHelpers.time.setNextBlockTimestamp(Number(base.deadline) + 1);
    await expect(trades.terminate(base, signatures))
      .to.be.revertedWithCustomError(trades, "TradesDeadline")
      .withArgs(base.deadline);
    await snapshot.restore();
    await networkHelpers.time.setNextBlockTimestamp(Number(base.deadline));
    await expect(trades.terminate(base, signatures)).to.emit(trades, "TradeTerminated");
    expect(await now()).to.equal(Number(base.deadline));
  });
});
