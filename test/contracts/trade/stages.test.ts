import { Listing, Stage } from "@lianzheng/sdk/contracts";
import { expect } from "chai";
import { AbiCoder, keccak256 } from "ethers";
import {
  DAY,
  HOUR,
  REASON,
  ZERO,
  advance,
  advanceTo,
  evidenceOf,
  fixture,
  networkHelpers,
  nextOf,
  now,
  record,
  sign,
  signersFor,
  stepOf,
} from "./scene.ts";

const codec = AbiCoder.defaultAbiCoder();

describe("Trades: stages", () => {
  it("goes from listing to certificate on the floor, each step chained to the head", async () => {
    const context = await fixture();
    const { trades, onFloor } = context;
    const stages = [1, 2, 2, 3, 4, 4, 4, 5, 6, 7];
    let head = ZERO;
    for (const [i, stage] of stages.entries()) {
      head = keccak256(codec.encode(["bytes32", "uint8", "bytes32"], [head, stage, evidenceOf(i + 1)]));
      await expect(advance(context, onFloor, stage))
        .to.emit(trades, "StageRecorded")
        .withArgs(onFloor, i + 1, stage, evidenceOf(i + 1), head);
      expect(await trades.headOf(onFloor)).to.deep.equal([BigInt(i + 1), head]);
    }
    expect((await trades.tradeOf(onFloor)).stage).to.equal(BigInt(Stage.certificate));
  });

  it("ends with the settlement off the floor: there is no venue to certify", async () => {
    const context = await fixture();
    const { trades, offFloor, venue } = context;
    await advanceTo(context, offFloor, Stage.settlement);
    await expect(record(context, await stepOf(context, offFloor, Stage.certificate), [venue]))
      .to.be.revertedWithCustomError(trades, "TradesNoVenue")
      .withArgs(offFloor);
  });

  it("takes no stage but the next, and offer and delivery again: every pair of stages", async () => {
    const context = await fixture();
    const { trades, onFloor } = context;
    let checked = 0;
    for (let current = 0; current <= 7; ++current) {
      if (current > 0) await advance(context, onFloor, current);
      for (const given of [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 255]) {
        const follows = given === current + 1 && given <= 7;
        const repeats = given === current && (given === 2 || given === 4);
        checked += 1;
        if (follows || repeats) continue;
        const step = await stepOf(context, onFloor, given);
        await expect(trades.record.staticCall(step, []), `${current} to ${given}`)
          .to.be.revertedWithCustomError(trades, "TradesStage")
          .withArgs(onFloor, current, given);
      }
    }
    expect(checked).to.equal(112);
  });

  it("names the signers of each step as the table says", async () => {
    const context = await fixture();
    const { trades, onFloor, offFloor } = context;
    for (const stage of [1, 2, 3, 4, 5, 6, 7, 8, 10]) {
      const expected = signersFor(context, stage, true).map(({ id }) => id);
      expect([...(await trades.signersOf(onFloor, stage))]).to.deep.equal(expected);
      if (stage === 7) continue;
      const without = signersFor(context, stage, false).map(({ id }) => id);
      expect([...(await trades.signersOf(offFloor, stage))]).to.deep.equal(without);
    }
    await expect(trades.signersOf(offFloor, 7))
      .to.be.revertedWithCustomError(trades, "TradesNoVenue")
      .withArgs(offFloor);
    for (const stage of [0, 9, 11, 12, 255]) {
      await expect(trades.signersOf(onFloor, stage))
        .to.be.revertedWithCustomError(trades, "TradesStage")
        .withArgs(onFloor, 0, stage);
    }
  });

  it("refuses a step that is not the next, that was recorded, that is late, or that has no evidence", async () => {
    const context = await fixture();
    const { trades, outsider, seller, onFloor } = context;
    const step = await stepOf(context, onFloor, Stage.listing);
    for (const count of [0n, 2n, 2n ** 64n - 1n]) {
      await expect(record(context, { ...step, count }, [seller]))
        .to.be.revertedWithCustomError(trades, "TradesCount")
        .withArgs(onFloor, 1, count);
    }
    await expect(record(context, { ...step, evidence: ZERO }, [seller])).to.be.revertedWithCustomError(
      trades,
      "TradesZeroDigest",
    );
    const signatures = await sign(trades, "Step", step, [seller]);
    const snapshot = await networkHelpers.takeSnapshot();
    await networkHelpers.time.setNextBlockTimestamp(Number(step.deadline) + 1);
    await expect(trades.connect(outsider).record(step, signatures))
      .to.be.revertedWithCustomError(trades, "TradesDeadline")
      .withArgs(step.deadline);
    await snapshot.restore();
    await networkHelpers.time.setNextBlockTimestamp(Number(step.deadline));
    await trades.connect(outsider).record(step, signatures);
    await expect(trades.connect(outsider).record(step, signatures))
      .to.be.revertedWithCustomError(trades, "TradesCount")
      .withArgs(onFloor, 2, 1);
    await expect(record(context, { ...step, tradeId: REASON }, [seller]))
      .to.be.revertedWithCustomError(trades, "TradesUnknownTrade")
      .withArgs(REASON);
  });

  it("binds a step to its number, not to what stands before it: who signs ahead trusts the other side", async () => {
    const context = await fixture();
    const { trades, outsider, buyer, onFloor } = context;
    await advanceTo(context, onFloor, Stage.contract);
    const ahead = { ...(await stepOf(context, onFloor, Stage.acceptance)), count: 5 };
    const signatures = await sign(trades, "Step", ahead, [buyer]);
    await advance(context, onFloor, Stage.delivery);
    await expect(trades.connect(outsider).record(ahead, signatures)).to.emit(trades, "StageRecorded");
  });

  it("voids an acceptance when the seller delivers again before it: the buyer signs for the delivery that it saw", async () => {
    const context = await fixture();
    const { trades, outsider, buyer, onFloor } = context;
    await advanceTo(context, onFloor, Stage.delivery);
    const acceptance = await stepOf(context, onFloor, Stage.acceptance);
    const signatures = await sign(trades, "Step", acceptance, [buyer]);
    await advance(context, onFloor, Stage.delivery);
    await expect(trades.connect(outsider).record(acceptance, signatures))
      .to.be.revertedWithCustomError(trades, "TradesCount")
      .withArgs(onFloor, 6, 5);
    await expect(record(context, { ...acceptance, count: 6 }, [buyer])).to.emit(trades, "StageRecorded");
  });

  it("stops up to delivery when the seller's right ends; what was delivered can be accepted and settled", async () => {
    const context = await fixture();
    const { rights, trades, seller, terms, onFloor, offFloor } = context;
    await advanceTo(context, offFloor, Stage.contract);
    await advanceTo(context, onFloor, Stage.delivery);
    await rights.connect(seller.key).revoke(terms.right, REASON);
    for (const trade of [offFloor, onFloor]) {
      await expect(advance(context, trade, Stage.delivery))
        .to.be.revertedWithCustomError(trades, "TradesNotListable")
        .withArgs(terms.subject, terms.right, Listing.rightNotValid);
    }
    for (const stage of [5, 6, 7]) await advance(context, onFloor, stage);
    expect((await trades.tradeOf(onFloor)).stage).to.equal(7n);
    expect((await trades.stepOf(onFloor, 7)).listing).to.equal(BigInt(Listing.rightNotValid));
  });
});

describe("Trades: offers", () => {
  it("hold until the second before they expire", async () => {
    const context = await fixture();
    const { trades, seller, buyer, venue, onFloor } = context;
    await advanceTo(context, onFloor, Stage.offer);
    const { offerExpires } = await trades.tradeOf(onFloor);
    const expires = Number(offerExpires);
    const step = { ...(await stepOf(context, onFloor, Stage.contract)), deadline: expires + DAY };
    const signatures = await sign(trades, "Step", step, [seller, buyer, venue]);
    const snapshot = await networkHelpers.takeSnapshot();
    await networkHelpers.time.setNextBlockTimestamp(expires);
    await expect(trades.record(step, signatures))
      .to.be.revertedWithCustomError(trades, "TradesOfferExpired")
      .withArgs(onFloor, expires);
    await snapshot.restore();
    await networkHelpers.time.setNextBlockTimestamp(expires - 1);
    await expect(trades.record(step, signatures)).to.emit(trades, "StageRecorded");
  });

  it("that expired or are superseded are made anew, and only the newest counts", async () => {
    const context = await fixture();
    const { trades, buyer, onFloor } = context;
    await advanceTo(context, onFloor, Stage.offer);
    const first = Number((await trades.tradeOf(onFloor)).offerExpires);
    const shorter = (await now()) + HOUR;
    const step = { ...(await stepOf(context, onFloor, Stage.offer)), expires: shorter };
    await expect(record(context, step, [buyer]))
      .to.emit(trades, "OfferMade")
      .withArgs(onFloor, 3, shorter);
    await networkHelpers.time.increaseTo(shorter);
    expect(shorter).to.be.lessThan(first);
    await expect(advance(context, onFloor, Stage.contract))
      .to.be.revertedWithCustomError(trades, "TradesOfferExpired")
      .withArgs(onFloor, shorter);
    await advance(context, onFloor, Stage.offer);
    await expect(advance(context, onFloor, Stage.contract)).to.emit(trades, "StageRecorded");
    expect((await trades.headOf(onFloor)).count).to.equal(5n);
  });

  it("void a contract that was signed for the number that the newer took", async () => {
    const context = await fixture();
    const { trades, seller, buyer, venue, onFloor } = context;
    await advanceTo(context, onFloor, Stage.offer);
    const contract = await stepOf(context, onFloor, Stage.contract);
    const signatures = await sign(trades, "Step", contract, [seller, buyer, venue]);
    await advance(context, onFloor, Stage.offer);
    await expect(trades.record(contract, signatures))
      .to.be.revertedWithCustomError(trades, "TradesCount")
      .withArgs(onFloor, 4, 3);
  });

  it("expire after their block, and nothing else names an end", async () => {
    const context = await fixture();
    const { trades, buyer, onFloor } = context;
    const ends = 2 ** 48 - 1;
    for (let stage = 1; stage <= 7; ++stage) {
      if (stage !== 2) {
        const step = { ...(await stepOf(context, onFloor, stage)), expires: ends };
        await expect(record(context, step, signersFor(context, stage, true)))
          .to.be.revertedWithCustomError(trades, "TradesExpires")
          .withArgs(stage, ends);
      }
      await advance(context, onFloor, stage);
      if (stage !== 1) continue;
      const step = await stepOf(context, onFloor, Stage.offer);
      const at = (await now()) + 10;
      for (const expires of [0, at - 1, at]) {
        await networkHelpers.time.setNextBlockTimestamp(at);
        const snapshot = await networkHelpers.takeSnapshot();
        await expect(record(context, { ...step, expires }, [buyer]))
          .to.be.revertedWithCustomError(trades, "TradesExpires")
          .withArgs(2, expires);
        await snapshot.restore();
      }
      await networkHelpers.time.setNextBlockTimestamp(at);
      const last = { ...step, expires: at + 1 };
      await expect(record(context, last, [buyer]))
        .to.emit(trades, "OfferMade")
        .withArgs(onFloor, 2, at + 1);
    }
    expect(await nextOf(context, onFloor)).to.equal(9);
  });
});
