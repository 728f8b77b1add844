import { Stage } from "@lianzheng/sdk/contracts";
import type { ShareStruct } from "@lianzheng/sdk/contracts";
import { expect } from "chai";
import { AbiCoder, keccak256 } from "ethers";
import { usccOf, memberId } from "../uscc.ts";
import {
  NONE,
  REASON,
  ZERO,
  advance,
  advanceTo,
  decideOn,
  distribute,
  distributionOf,
  evidenceOf,
  fixture,
  networkHelpers,
  sharesOf,
  type Actor,
  type Market,
} from "./scene.ts";

const codec = AbiCoder.defaultAbiCoder();

function splitOf(tradeId: string, whole: bigint, shares: readonly ShareStruct[]): string {
  const rows = shares.map(({ member, amount }) => [member, amount]);
  return keccak256(codec.encode(["bytes32", "uint128", "tuple(bytes18,uint128)[]"], [tradeId, whole, rows]));
}

/** Both trades settled. */
async function settled(): Promise<Market> {
  const context = await fixture();
  await advanceTo(context, context.onFloor, Stage.settlement);
  await advanceTo(context, context.offFloor, Stage.settlement);
  return context;
}

/** Distributes the income of the trade off the floor for the first time. */
async function first(context: Market, shares: ShareStruct[]): Promise<ShareStruct[]> {
  await distribute(context, await distributionOf(context, context.offFloor, shares), [], [context.seller]);
  return shares;
}

describe("Trades: first distribution of the income", () => {
  it("is signed by the seller, and on the floor by the venue, and kept as a step", async () => {
    const context = await settled();
    const { trades, seller, venue, processor, buyer, onFloor, offFloor } = context;
    for (const [tradeId, signers] of [
      [onFloor, [seller, venue]],
      [offFloor, [seller]],
    ] as const) {
      const shares = sharesOf([seller, 70n], [processor, 25n], [buyer, 5n]);
      const { head } = await trades.headOf(tradeId);
      const distribution = await distributionOf(context, tradeId, shares);
      const split = splitOf(tradeId, 100n, shares);
      const distributing = await distribute(context, distribution, [], signers);
      const after = keccak256(codec.encode(["bytes32", "uint8", "bytes32"], [head, 11, evidenceOf(7)]));
      await expect(distributing).to.emit(trades, "StageRecorded").withArgs(tradeId, 7, 11, evidenceOf(7), after);
      const rows = shares.map(({ member, amount }) => [member, amount]);
      await expect(distributing)
        .to.emit(trades, "IncomeDistributed")
        .withArgs(tradeId, 7, split, ZERO, REASON, 100n, rows);
      const trade = await trades.tradeOf(tradeId);
      expect([trade.split, trade.head, trade.stage]).to.deep.equal([split, after, BigInt(Stage.settlement)]);
      expect(await trades.splitDigestOf(tradeId, 100n, shares)).to.equal(split);
    }
    await expect(advance(context, onFloor, Stage.certificate)).to.emit(trades, "StageRecorded");
  });

  it("comes after the settlement, before or after the certificate", async () => {
    const context = await fixture();
    const { trades, seller, venue, onFloor } = context;
    for (let stage = 0; stage <= 7; ++stage) {
      if (stage > 0) await advance(context, onFloor, stage);
      const distribution = await distributionOf(context, onFloor, sharesOf([seller, 1]));
      const snapshot = await networkHelpers.takeSnapshot();
      const distributing = distribute(context, distribution, [], [seller, venue]);
      if (stage >= 6) await expect(distributing).to.emit(trades, "IncomeDistributed");
      else
        await expect(distributing)
          .to.be.revertedWithCustomError(trades, "TradesStage")
          .withArgs(onFloor, stage, Stage.distribution);
      await snapshot.restore();
    }
  });

  it("binds nobody else: neither does the buyer sign, nor is one signature enough on the floor", async () => {
    const context = await settled();
    const { trades, seller, buyer, venue, onFloor } = context;
    const distribution = await distributionOf(context, onFloor, sharesOf([seller, 1]));
    for (const signers of [[], [seller], [seller, buyer, venue]]) {
      await expect(distribute(context, distribution, [], signers))
        .to.be.revertedWithCustomError(trades, "TradesSignatureCount")
        .withArgs(2, signers.length);
    }
    for (const [signers, expected, given] of [
      [[seller, buyer], venue, buyer],
      [[venue, seller], seller, venue],
    ] as const) {
      await expect(distribute(context, distribution, [], signers))
        .to.be.revertedWithCustomError(trades, "TradesWrongSigner")
        .withArgs(expected.id, given.id);
    }
  });

  it("takes from 1 to 16 shares, ascending, none of nothing or of nobody, that add up to the whole", async () => {
    const context = await settled();
    const { trades, seller, buyer, processor, offFloor } = context;
    const attempt = async (shares: ShareStruct[], change: object = {}) =>
      distribute(context, { ...(await distributionOf(context, offFloor, shares)), ...change }, [], [seller]);
    const three = sharesOf([seller, 1], [buyer, 2], [processor, 3]);
    const many = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ member: memberId(usccOf(i + 100)), amount: 1n }));
    for (const shares of [[], many(17)]) {
      await expect(attempt(shares))
        .to.be.revertedWithCustomError(trades, "TradesShareCount")
        .withArgs(shares.length, 16);
    }
    await expect(attempt([three[0]!, three[0]!]))
      .to.be.revertedWithCustomError(trades, "TradesShareOrder")
      .withArgs(three[0]!.member);
    await expect(attempt([...three].reverse()))
      .to.be.revertedWithCustomError(trades, "TradesShareOrder")
      .withArgs(three[1]!.member);
    await expect(attempt([{ member: NONE, amount: 1n }]))
      .to.be.revertedWithCustomError(trades, "TradesShareOrder")
      .withArgs(NONE);
    await expect(attempt([{ ...three[0]!, amount: 0n }, ...three.slice(1)]))
      .to.be.revertedWithCustomError(trades, "TradesZeroShare")
      .withArgs(three[0]!.member);
    const stranger = memberId(usccOf(900));
    const strange = [...three, { member: stranger, amount: 1n }].sort((a, b) => (a.member < b.member ? -1 : 1));
    await expect(attempt(strange)).to.be.revertedWithCustomError(trades, "TradesUnknownMember").withArgs(stranger);
    for (const whole of [0n, 5n, 7n, 2n ** 128n - 1n]) {
      await expect(attempt(three, { whole }))
        .to.be.revertedWithCustomError(trades, "TradesShareSum")
        .withArgs(6n, whole);
    }
    const most = 2n ** 128n - 1n;
    await expect(attempt(sharesOf([seller, most], [buyer, 1n]), { whole: 0n }))
      .to.be.revertedWithCustomError(trades, "TradesShareSum")
      .withArgs(most + 1n, 0n);
    await expect(attempt(sharesOf([seller, most]))).to.emit(trades, "IncomeDistributed");
  });

  it("names no previous, grounds and evidence", async () => {
    const context = await settled();
    const { trades, seller, offFloor } = context;
    const shares = sharesOf([seller, 1]);
    const base = await distributionOf(context, offFloor, shares);
    await expect(distribute(context, { ...base, previous: REASON }, [], [seller]))
      .to.be.revertedWithCustomError(trades, "TradesPrevious")
      .withArgs(ZERO, REASON);
    await expect(distribute(context, base, shares, [seller]))
      .to.be.revertedWithCustomError(trades, "TradesPrevious")
      .withArgs(ZERO, splitOf(offFloor, 1n, shares));
    for (const change of [{ grounds: ZERO }, { evidence: ZERO }])
      await expect(distribute(context, { ...base, ...change }, [], [seller])).to.be.revertedWithCustomError(
        trades,
        "TradesZeroDigest",
      );
    await expect(distribute(context, { ...base, count: 8 }, [], [seller]))
      .to.be.revertedWithCustomError(trades, "TradesCount")
      .withArgs(offFloor, 7, 8);
    await expect(distribute(context, { ...base, deadline: 1 }, [], [seller]))
      .to.be.revertedWithCustomError(trades, "TradesDeadline")
      .withArgs(1);
  });

  it("gives a share to a member that was expelled: what it has earned stays its own", async () => {
    const context = await settled();
    const { trades, seller, processor, offFloor } = context;
    await decideOn(context, "expulsion", processor.id);
    const distribution = await distributionOf(context, offFloor, sharesOf([seller, 1], [processor, 1]));
    await expect(distribute(context, distribution, [], [seller])).to.emit(trades, "IncomeDistributed");
  });
});

describe("Trades: adjustment of a distribution", () => {
  const all = (context: Market) => {
    const { seller, buyer, processor, broker } = context;
    return sharesOf([seller, 40], [buyer, 30], [processor, 20], [broker, 10]);
  };

  it("links to the one that it replaces, with the same whole", async () => {
    const context = await settled();
    const { trades, seller, buyer, offFloor } = context;
    const before = await first(context, sharesOf([seller, 90], [buyer, 10]));
    const shares = sharesOf([seller, 80], [buyer, 20]);
    const old = splitOf(offFloor, 100n, before);
    const distribution = await distributionOf(context, offFloor, shares);
    const rows = shares.map(({ member, amount }) => [member, amount]);
    await expect(distribute(context, distribution, before, [seller]))
      .to.emit(trades, "IncomeDistributed")
      .withArgs(offFloor, 8, splitOf(offFloor, 100n, shares), old, REASON, 100n, rows);
    expect((await trades.tradeOf(offFloor)).split).to.equal(splitOf(offFloor, 100n, shares));
    const stale = { ...(await distributionOf(context, offFloor, before)), previous: old };
    await expect(distribute(context, stale, before, [seller, buyer]))
      .to.be.revertedWithCustomError(trades, "TradesPrevious")
      .withArgs(splitOf(offFloor, 100n, shares), old);
  });

  it("refuses another whole, other shares before, none before, and the split that stands", async () => {
    const context = await settled();
    const { trades, seller, buyer, offFloor } = context;
    const before = await first(context, sharesOf([seller, 90], [buyer, 10]));
    const kept = splitOf(offFloor, 100n, before);
    const more = await distributionOf(context, offFloor, sharesOf([seller, 90], [buyer, 20]));
    await expect(distribute(context, more, before, [seller]))
      .to.be.revertedWithCustomError(trades, "TradesPrevious")
      .withArgs(kept, splitOf(offFloor, 110n, before));
    const other = await distributionOf(context, offFloor, sharesOf([seller, 80], [buyer, 20]));
    const wrong = sharesOf([seller, 80], [buyer, 20]);
    await expect(distribute(context, other, wrong, [seller]))
      .to.be.revertedWithCustomError(trades, "TradesPrevious")
      .withArgs(kept, splitOf(offFloor, 100n, wrong));
    await expect(distribute(context, other, [], [seller]))
      .to.be.revertedWithCustomError(trades, "TradesPrevious")
      .withArgs(kept, ZERO);
    await expect(distribute(context, { ...other, previous: ZERO }, [], [seller]))
      .to.be.revertedWithCustomError(trades, "TradesPrevious")
      .withArgs(kept, ZERO);
    const same = await distributionOf(context, offFloor, before);
    await expect(distribute(context, same, before, [seller]))
      .to.be.revertedWithCustomError(trades, "TradesUnchanged")
      .withArgs(kept);
  });

  /** Shares after, and who loses by them: a member that is left out loses all. */
  const table: readonly (readonly [string, (context: Market) => ShareStruct[], readonly (keyof Market)[]])[] = [
    [
      "the seller gives",
      ({ seller, buyer, processor, broker }) => sharesOf([seller, 30], [buyer, 40], [processor, 20], [broker, 10]),
      [],
    ],
    [
      "the buyer loses",
      ({ seller, buyer, processor, broker }) => sharesOf([seller, 50], [buyer, 20], [processor, 20], [broker, 10]),
      ["buyer"],
    ],
    [
      "one is left out",
      ({ seller, buyer, processor }) => sharesOf([seller, 50], [buyer, 30], [processor, 20]),
      ["broker"],
    ],
    [
      "two lose",
      ({ seller, buyer, processor, broker }) => sharesOf([seller, 40], [buyer, 29], [processor, 19], [broker, 12]),
      ["buyer", "processor"],
    ],
    ["all others are left out", ({ seller }) => sharesOf([seller, 100]), ["buyer", "processor", "broker"]],
    [
      "the seller is left out",
      ({ buyer, processor, broker }) => sharesOf([buyer, 70], [processor, 20], [broker, 10]),
      [],
    ],
    [
      "another comes in",
      ({ seller, buyer, processor, venue, broker }) =>
        sharesOf([seller, 40], [buyer, 30], [processor, 15], [broker, 10], [venue, 5]),
      ["processor"],
    ],
    [
      "all are replaced",
      ({ venue, regulator }) => sharesOf([venue, 50], [regulator, 50]),
      ["buyer", "processor", "broker"],
    ],
  ];
  for (const [what, make, losers] of table) {
    it(`is signed by the seller and by all who lose: ${what}`, async () => {
      const context = await settled();
      const { trades, seller, regulator, offFloor } = context;
      const before = await first(context, all(context));
      const distribution = await distributionOf(context, offFloor, make(context));
      const losing = losers.map((name) => context[name] as Actor).sort((a, b) => (a.id < b.id ? -1 : 1));
      const signers = [seller, ...losing];
      await expect(distribute(context, distribution, before, [...signers, regulator]))
        .to.be.revertedWithCustomError(trades, "TradesSignatureCount")
        .withArgs(signers.length, signers.length + 1);
      await expect(distribute(context, distribution, before, signers.slice(1)))
        .to.be.revertedWithCustomError(trades, "TradesSignatureCount")
        .withArgs(signers.length, signers.length - 1);
      for (const [place, { id }] of signers.entries()) {
        await expect(distribute(context, distribution, before, signers.with(place, regulator)))
          .to.be.revertedWithCustomError(trades, "TradesWrongSigner")
          .withArgs(id, regulator.id);
      }
      await expect(distribute(context, distribution, before, signers)).to.emit(trades, "IncomeDistributed");
    });
  }

  it("takes nothing from a member that can't sign", async () => {
    const context = await settled();
    const { members, seller, broker, offFloor } = context;
    const before = await first(context, sharesOf([seller, 50], [broker, 50]));
    await decideOn(context, "expulsion", broker.id);
    const distribution = await distributionOf(context, offFloor, sharesOf([seller, 60], [broker, 40]));
    await expect(distribute(context, distribution, before, [seller, broker])).to.be.revertedWithCustomError(
      members,
      "MembersKeyNotLive",
    );
  });
});
