import { Grade, Listing, Stage, TradesFactory } from "@lianzheng/sdk/contracts";
import type { SignedStruct, TermsStruct } from "@lianzheng/sdk/contracts";
import { expect } from "chai";
import { AbiCoder, Signature, ZeroHash, concat, keccak256, toBeHex, zeroPadValue, type AddressLike } from "ethers";
import {
  DAY,
  HOUR,
  REASON,
  consentOf,
  digestOf,
  ethers,
  networkHelpers,
  now,
  signStep,
  signTermination,
  suspend,
  world,
  type Actor,
  type StepFields,
  type World,
} from "../fixture.ts";

const codec = AbiCoder.defaultAbiCoder();
const NONE = `0x${"00".repeat(18)}`;
const evidenceOf = (count: number): string => digestOf(`record ${count}`);

interface Market extends World {
  readonly terms: TermsStruct;
  /** The same trade with a venue, and without. */
  readonly onFloor: string;
  readonly offFloor: string;
}

/** The seller may list a resource; one trade is open on the floor and one off it. */
async function market(): Promise<Market> {
  const context = await world();
  const { rights, trades, seller, buyer, venue } = context;
  const from = await now();
  const registration = { digest: digestOf("a"), content: digestOf("b"), metadata: digestOf("c"), grade: Grade.general };
  await rights
    .connect(seller.key)
    .registerResource(registration, { purposes: 1, from, until: from + 365 * DAY, depth: 2 });
  const subject = await rights.subjectIdOf(seller.id, digestOf("a"));
  const { right } = await rights.subjectOf(subject);
  const terms = {
    salt: digestOf("on"),
    subject,
    right,
    buyer: buyer.id,
    venue: venue.id,
    amount: digestOf("128000.00 CNY"),
  };
  await trades.connect(seller.key).open(terms);
  await trades.connect(seller.key).open({ ...terms, salt: digestOf("off"), venue: NONE });
  const onFloor = await trades.tradeIdOf(seller.id, digestOf("on"));
  const offFloor = await trades.tradeIdOf(seller.id, digestOf("off"));
  return { ...context, terms, onFloor, offFloor };
}
const fixture = () => networkHelpers.loadFixture(market);

/** Who signs a stage, written down again apart from the contract. */
function signersFor({ seller, buyer, venue }: Market, stage: number, floor: boolean): Actor[] {
  const both = floor ? [seller, buyer, venue] : [seller, buyer];
  const table: Record<number, Actor[]> = {
    [Stage.listing]: [seller],
    [Stage.offer]: [buyer],
    [Stage.contract]: both,
    [Stage.delivery]: [seller],
    [Stage.acceptance]: [buyer],
    [Stage.settlement]: both,
    [Stage.certificate]: [venue],
  };
  return table[stage]!;
}

async function stepOf(tradeId: string, stage: number, count: number): Promise<StepFields> {
  return { tradeId, stage, evidence: evidenceOf(count), count, deadline: (await now()) + HOUR };
}

/** Records the next step with the right signatures, relayed by a stranger. */
async function advance(context: Market, tradeId: string, stage: number) {
  const { trades, outsider, onFloor } = context;
  const step = await stepOf(tradeId, stage, Number((await trades.headOf(tradeId)).count) + 1);
  const signatures = await signStep(trades, step, signersFor(context, stage, tradeId === onFloor));
  return trades.connect(outsider).record(step, signatures);
}

async function advanceTo(context: Market, tradeId: string, last: number): Promise<void> {
  for (let stage = 1; stage <= last; ++stage) await advance(context, tradeId, stage);
}

/** What recording this step with these signatures fails with. */
async function attempt(context: Market, step: StepFields, signers: readonly Actor[]) {
  return context.trades.connect(context.outsider).record(step, await signStep(context.trades, step, signers));
}

describe("Trades: opening", () => {
  it("keeps the terms under an id that is bound to the seller", async () => {
    const { trades, seller, buyer, venue, terms, onFloor } = await fixture();
    expect(onFloor).to.equal(keccak256(codec.encode(["bytes18", "bytes32"], [seller.id, digestOf("on")])));
    const trade = await trades.tradeOf(onFloor);
    expect([trade.seller, trade.buyer, trade.venue]).to.deep.equal([seller.id, buyer.id, venue.id]);
    expect([trade.subject, trade.right, trade.amount]).to.deep.equal([terms.subject, terms.right, terms.amount]);
    expect([trade.count, trade.stage, trade.terminated, trade.head]).to.deep.equal([0n, 0n, false, ZeroHash]);
    await expect(trades.connect(seller.key).open({ ...terms, salt: digestOf("new") }))
      .to.emit(trades, "TradeOpened")
      .withArgs(
        await trades.tradeIdOf(seller.id, digestOf("new")),
        seller.id,
        buyer.id,
        venue.id,
        terms.subject,
        terms.right,
        terms.amount,
      );
  });

  it("refuses a salt twice, zero salt and amount, a member on two sides and parties that are not active", async () => {
    const context = await fixture();
    const { trades, seller, buyer, venue, regulator, processor, terms, onFloor } = context;
    const mine = trades.connect(seller.key);
    const salt = digestOf("new");
    await expect(mine.open(terms)).to.be.revertedWithCustomError(trades, "TradesAlreadyOpen").withArgs(onFloor);
    await expect(mine.open({ ...terms, salt: ZeroHash })).to.be.revertedWithCustomError(trades, "TradesZeroDigest");
    await expect(mine.open({ ...terms, salt, amount: ZeroHash })).to.be.revertedWithCustomError(
      trades,
      "TradesZeroDigest",
    );
    for (const change of [{ buyer: seller.id }, { venue: seller.id }]) {
      await expect(mine.open({ ...terms, salt, ...change }))
        .to.be.revertedWithCustomError(trades, "TradesSameParty")
        .withArgs(seller.id);
    }
    await expect(mine.open({ ...terms, salt, venue: buyer.id }))
      .to.be.revertedWithCustomError(trades, "TradesSameParty")
      .withArgs(buyer.id);
    await expect(mine.open({ ...terms, salt, venue: regulator.id }))
      .to.be.revertedWithCustomError(trades, "TradesNotVenue")
      .withArgs(regulator.id);
    const stranger = `0x${"31".repeat(18)}`;
    await expect(mine.open({ ...terms, salt, buyer: stranger }))
      .to.be.revertedWithCustomError(trades, "TradesNotActive")
      .withArgs(stranger);
    await suspend(context, processor.id);
    await expect(mine.open({ ...terms, salt, buyer: processor.id }))
      .to.be.revertedWithCustomError(trades, "TradesNotActive")
      .withArgs(processor.id);
    await suspend(context, venue.id);
    await expect(mine.open({ ...terms, salt }))
      .to.be.revertedWithCustomError(trades, "TradesNotActive")
      .withArgs(venue.id);
  });

  it("refuses what the seller may not list, and says why", async () => {
    const { rights, trades, seller, processor, terms } = await fixture();
    const salt = digestOf("new");
    await expect(trades.connect(processor.key).open({ ...terms, salt }))
      .to.be.revertedWithCustomError(trades, "TradesNotListable")
      .withArgs(terms.subject, terms.right, Listing.wrongHolder);
    const from = await now();
    const core = { digest: digestOf("core"), content: digestOf("b"), metadata: digestOf("c"), grade: Grade.core };
    await rights.connect(seller.key).registerResource(core, { purposes: 1, from, until: from + DAY, depth: 0 });
    const subject = await rights.subjectIdOf(seller.id, digestOf("core"));
    const { right } = await rights.subjectOf(subject);
    await expect(trades.connect(seller.key).open({ ...terms, salt, subject, right }))
      .to.be.revertedWithCustomError(trades, "TradesNotListable")
      .withArgs(subject, right, Listing.coreGrade);
  });

  it("refuses registers where there are no contracts, and knows no trade that was not opened", async () => {
    const { members, rights, trades, venue, buyer } = await fixture();
    const deploy = (...places: [AddressLike, AddressLike]) => new TradesFactory(venue.key).deploy(...places);
    for (const attempted of [deploy(buyer.address, rights), deploy(members, buyer.address)]) {
      await expect(attempted).to.be.revertedWithCustomError(trades, "TradesNoContract").withArgs(buyer.address);
    }
    for (const call of [trades.tradeOf(REASON), trades.headOf(REASON), trades.signersOf(REASON, 1)]) {
      await expect(call).to.be.revertedWithCustomError(trades, "TradesUnknownTrade").withArgs(REASON);
    }
  });
});

describe("Trades: stages", () => {
  it("goes from listing to certificate on the floor, each step chained to the head", async () => {
    const context = await fixture();
    const { trades, onFloor } = context;
    const stages = [1, 2, 3, 4, 4, 4, 5, 6, 7];
    let head = ZeroHash;
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
    await expect(attempt(context, await stepOf(offFloor, Stage.certificate, 7), [venue]))
      .to.be.revertedWithCustomError(trades, "TradesNoVenue")
      .withArgs(offFloor);
  });

  it("takes no stage but the next, and delivery again: every pair of stages", async () => {
    const context = await fixture();
    const { trades, onFloor } = context;
    let checked = 0;
    for (let current = 0; current <= 7; ++current) {
      if (current > 0) await advance(context, onFloor, current);
      for (const given of [0, 1, 2, 3, 4, 5, 6, 7, 8, 255]) {
        const follows = given === current + 1 && given <= 7;
        const repeats = given === 4 && current === 4;
        checked += 1;
        if (follows || repeats) continue;
        const step = await stepOf(onFloor, given, current + 1);
        await expect(trades.record.staticCall(step, []), `${current} to ${given}`)
          .to.be.revertedWithCustomError(trades, "TradesStage")
          .withArgs(onFloor, current, given);
      }
    }
    expect(checked).to.equal(80);
  });

  it("names the signers of each stage as the table says", async () => {
    const context = await fixture();
    const { trades, onFloor, offFloor } = context;
    for (const stage of [1, 2, 3, 4, 5, 6, 7]) {
      const expected = signersFor(context, stage, true).map(({ id }) => id);
      expect([...(await trades.signersOf(onFloor, stage))]).to.deep.equal(expected);
      if (stage === 7) continue;
      const without = signersFor(context, stage, false).map(({ id }) => id);
      expect([...(await trades.signersOf(offFloor, stage))]).to.deep.equal(without);
    }
    await expect(trades.signersOf(offFloor, 7))
      .to.be.revertedWithCustomError(trades, "TradesNoVenue")
      .withArgs(offFloor);
    for (const stage of [0, 8]) {
      await expect(trades.signersOf(onFloor, stage))
        .to.be.revertedWithCustomError(trades, "TradesStage")
        .withArgs(onFloor, 0, stage);
    }
  });

  it("refuses a step that is not the next, that was recorded, that is late, or that has no evidence", async () => {
    const context = await fixture();
    const { trades, outsider, seller, onFloor } = context;
    const step = await stepOf(onFloor, Stage.listing, 1);
    for (const count of [0, 2]) {
      await expect(attempt(context, { ...step, count }, [seller]))
        .to.be.revertedWithCustomError(trades, "TradesCount")
        .withArgs(onFloor, 1, count);
    }
    await expect(attempt(context, { ...step, evidence: ZeroHash }, [seller])).to.be.revertedWithCustomError(
      trades,
      "TradesZeroDigest",
    );
    const signatures = await signStep(trades, step, [seller]);
    const snapshot = await networkHelpers.takeSnapshot();
    await networkHelpers.time.setNextBlockTimestamp(step.deadline + 1);
    await expect(trades.connect(outsider).record(step, signatures))
      .to.be.revertedWithCustomError(trades, "TradesDeadline")
      .withArgs(step.deadline);
    await snapshot.restore();
    await networkHelpers.time.setNextBlockTimestamp(step.deadline);
    await trades.connect(outsider).record(step, signatures);
    await expect(trades.connect(outsider).record(step, signatures))
      .to.be.revertedWithCustomError(trades, "TradesCount")
      .withArgs(onFloor, 2, 1);
    await expect(attempt(context, { ...step, tradeId: REASON }, [seller]))
      .to.be.revertedWithCustomError(trades, "TradesUnknownTrade")
      .withArgs(REASON);
  });

  it("binds a step to its number, not to what stands before it: who signs ahead trusts the other side", async () => {
    const context = await fixture();
    const { trades, outsider, buyer, onFloor } = context;
    await advanceTo(context, onFloor, Stage.contract);
    const ahead = await stepOf(onFloor, Stage.acceptance, 5);
    const signatures = await signStep(trades, ahead, [buyer]);
    await advance(context, onFloor, Stage.delivery);
    await expect(trades.connect(outsider).record(ahead, signatures)).to.emit(trades, "StageRecorded");
  });

  it("voids an acceptance when the seller delivers again before it: the buyer signs for the delivery that it saw", async () => {
    const context = await fixture();
    const { trades, outsider, buyer, onFloor } = context;
    await advanceTo(context, onFloor, Stage.delivery);
    const acceptance = await stepOf(onFloor, Stage.acceptance, 5);
    const signatures = await signStep(trades, acceptance, [buyer]);
    await advance(context, onFloor, Stage.delivery);
    await expect(trades.connect(outsider).record(acceptance, signatures))
      .to.be.revertedWithCustomError(trades, "TradesCount")
      .withArgs(onFloor, 6, 5);
    await expect(attempt(context, { ...acceptance, count: 6 }, [buyer])).to.emit(trades, "StageRecorded");
  });

  it("stands when its key ends later in the same block, though the key's end counts for that whole second", async () => {
    const context = await fixture();
    const { members, trades, outsider, seller, spare, onFloor } = context;
    const deadline = (await now()) + HOUR;
    const consent = await consentOf(members, seller.id, spare[0]!, deadline);
    const step = await stepOf(onFloor, Stage.listing, 1);
    const signatures = await signStep(trades, step, [seller]);
    await ethers.provider.send("evm_setAutomine", [false]);
    try {
      const options = { gasLimit: 500_000, maxPriorityFeePerGas: 0 };
      await trades.connect(outsider).record(step, signatures, options);
      await members.connect(seller.key).rotateKey(await spare[0]!.getAddress(), deadline, consent, options);
      await networkHelpers.mine();
    } finally {
      await ethers.provider.send("evm_setAutomine", [true]);
    }
    expect((await trades.headOf(onFloor)).count).to.equal(1n);
    expect(await members.keyLiveAt(seller.id, seller.address, await now())).to.equal(false);
    expect(await members.keyLiveAt(seller.id, seller.address, (await now()) - 1)).to.equal(true);
  });

  it("stops up to delivery when the seller's right ends; what was delivered can be accepted and settled", async () => {
    const context = await fixture();
    const { rights, trades, seller, terms, onFloor, offFloor } = context;
    await advanceTo(context, offFloor, Stage.contract);
    await advanceTo(context, onFloor, Stage.delivery);
    await rights.connect(seller.key).revoke(terms.right, REASON);
    for (const [trade, stage] of [
      [offFloor, Stage.delivery],
      [onFloor, Stage.delivery],
    ] as const) {
      await expect(advance(context, trade, stage))
        .to.be.revertedWithCustomError(trades, "TradesNotListable")
        .withArgs(terms.subject, terms.right, Listing.rightNotValid);
    }
    for (const stage of [5, 6, 7]) await advance(context, onFloor, stage);
    expect((await trades.tradeOf(onFloor)).stage).to.equal(7n);
  });
});

describe("Trades: signatures", () => {
  it("takes those of all whom a stage binds, in order, no more and no fewer", async () => {
    const context = await fixture();
    const { trades, seller, buyer, venue, onFloor } = context;
    await advanceTo(context, onFloor, Stage.offer);
    const step = await stepOf(onFloor, Stage.contract, 3);
    for (const signers of [[], [seller], [seller, buyer], [seller, buyer, venue, venue]]) {
      await expect(attempt(context, step, signers))
        .to.be.revertedWithCustomError(trades, "TradesSignatureCount")
        .withArgs(3, signers.length);
    }
    await expect(attempt(context, step, [buyer, seller, venue]))
      .to.be.revertedWithCustomError(trades, "TradesWrongSigner")
      .withArgs(seller.id, buyer.id);
    await expect(attempt(context, step, [seller, seller, venue]))
      .to.be.revertedWithCustomError(trades, "TradesWrongSigner")
      .withArgs(buyer.id, seller.id);
    await expect(attempt(context, step, [seller, buyer, venue])).to.emit(trades, "StageRecorded");
  });

  it("refuses each stage when anybody else signs in place of one whom it binds", async () => {
    const context = await fixture();
    const { trades, processor, onFloor } = context;
    let refused = 0;
    for (let stage = 1; stage <= 7; ++stage) {
      const signers = signersFor(context, stage, true);
      const step = await stepOf(onFloor, stage, stage);
      for (const [place, { id }] of signers.entries()) {
        await expect(attempt(context, step, signers.with(place, processor)))
          .to.be.revertedWithCustomError(trades, "TradesWrongSigner")
          .withArgs(id, processor.id);
        refused += 1;
      }
      await advance(context, onFloor, stage);
    }
    expect(refused).to.equal(11);
  });

  it("refuses a signature over any other value, chain or contract", async () => {
    const context = await fixture();
    const { members, rights, trades, venue, outsider, seller, onFloor, offFloor } = context;
    const step = await stepOf(onFloor, Stage.listing, 1);
    const twin = await new TradesFactory(venue.key).deploy(members, rights);
    const changed = [
      { ...step, tradeId: offFloor },
      { ...step, stage: 2 },
      { ...step, evidence: REASON },
      { ...step, count: 2 },
      { ...step, deadline: step.deadline + 1 },
    ];
    const signatures = await Promise.all(changed.map((other) => signStep(trades, other, [seller])));
    signatures.push(await signStep(twin, step, [seller]));
    for (const change of [{ chainId: 1n }, { name: "Lianzheng Members" }, { version: "2" }]) {
      signatures.push(await signStep(trades, step, [seller], change));
    }
    for (const wrong of signatures) {
      await expect(trades.connect(outsider).record(step, wrong))
        .to.be.revertedWithCustomError(trades, "TradesSignature")
        .withArgs(seller.address);
    }
    expect(signatures).to.have.length(9);
  });

  it("refuses high s, other v, 0, 64 and 66 bytes: one signature has one form", async () => {
    const context = await fixture();
    const { trades, outsider, seller, onFloor } = context;
    const step = await stepOf(onFloor, Stage.listing, 1);
    const [good] = await signStep(trades, step, [seller]);
    const { r, s, v, compactSerialized } = Signature.from(good!.signature as string);
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const highS = zeroPadValue(toBeHex(order - BigInt(s)), 32);
    const body = concat([r, s]);
    const forms = [
      concat([r, highS, v === 27 ? "0x1c" : "0x1b"]),
      ...["0x00", "0x01", "0x1d"].map((byte) => concat([body, byte])),
      compactSerialized,
      concat([good!.signature, "0x00"]),
      "0x",
      `0x${"00".repeat(65)}`,
    ];
    for (const signature of forms) {
      await expect(trades.connect(outsider).record(step, [{ key: seller.address, signature }]))
        .to.be.revertedWithCustomError(trades, "TradesSignature")
        .withArgs(seller.address);
    }
    expect(forms).to.have.length(8);
    expect(await trades.stepDigest(step)).to.match(/^0x[0-9a-f]{64}$/);
  });

  it("refuses keys that are unknown, retired or of a suspended member", async () => {
    const context = await fixture();
    const { members, trades, seller, buyer, outsider, spare, onFloor } = context;
    const step = await stepOf(onFloor, Stage.listing, 1);
    const stranger = { ...seller, key: outsider };
    await expect(attempt(context, step, [stranger])).to.be.revertedWithCustomError(members, "MembersUnknownKey");
    const deadline = (await now()) + HOUR;
    const consent = await consentOf(members, seller.id, spare[0]!, deadline);
    await members.connect(seller.key).rotateKey(await spare[0]!.getAddress(), deadline, consent);
    await expect(attempt(context, step, [seller])).to.be.revertedWithCustomError(members, "MembersKeyNotLive");
    await expect(attempt(context, step, [{ ...seller, key: spare[0]! }])).to.emit(trades, "StageRecorded");
    await suspend(context, buyer.id);
    await expect(attempt(context, await stepOf(onFloor, Stage.offer, 2), [buyer]))
      .to.be.revertedWithCustomError(members, "MembersStanding")
      .withArgs(buyer.id, 2);
  });

  const wallets = [
    { name: "answers with the magic value", code: `0x7f1626ba7e${"00".repeat(28)}5f5260205ff3`, good: true },
    { name: "reverts", code: "0x5f5ffd", good: false },
    { name: "answers nothing", code: "0x00", good: false },
    { name: "answers garbage", code: `0x7f${"ff".repeat(32)}5f5260205ff3`, good: false },
    { name: "answers four bytes", code: `0x7f1626ba7e${"00".repeat(28)}5f5260045ff3`, good: false },
    { name: "burns all gas", code: "0x5b5f56", good: false },
    { name: "writes its storage first", code: `0x60015f557f1626ba7e${"00".repeat(28)}5f5260205ff3`, good: false },
  ];
  for (const { name, code, good } of wallets) {
    it(`${good ? "takes" : "refuses"} the signature of a key that is a contract which ${name}`, async () => {
      const context = await fixture();
      const { trades, outsider, seller, onFloor } = context;
      await networkHelpers.setCode(seller.address, code);
      const step = await stepOf(onFloor, Stage.listing, 1);
      const signatures: SignedStruct[] = [{ key: seller.address, signature: "0x1234" }];
      const recording = trades.connect(outsider).record(step, signatures, { gasLimit: 2_000_000 });
      if (good) await expect(recording).to.emit(trades, "StageRecorded");
      else await expect(recording).to.be.revertedWithCustomError(trades, "TradesSignature").withArgs(seller.address);
      expect((await trades.headOf(onFloor)).count).to.equal(good ? 1n : 0n);
    });
  }
});

describe("Trades: termination", () => {
  const terminationOf = async (tradeId: string, count: number) => ({
    tradeId,
    reason: REASON,
    count,
    deadline: (await now()) + HOUR,
  });

  it("ends a trade by both sides, and nothing moves after it", async () => {
    const context = await fixture();
    const { trades, outsider, seller, buyer, onFloor } = context;
    await advanceTo(context, onFloor, Stage.delivery);
    const before = await trades.headOf(onFloor);
    const { tradeId, reason, count, deadline } = await terminationOf(onFloor, 4);
    const signatures = await signTermination(trades, { tradeId, reason, count, deadline }, [seller, buyer]);
    await expect(trades.connect(outsider).terminate(tradeId, reason, count, deadline, signatures))
      .to.emit(trades, "TradeTerminated")
      .withArgs(onFloor, 4, REASON);
    expect((await trades.tradeOf(onFloor)).terminated).to.equal(true);
    expect(await trades.headOf(onFloor), "a termination is no step").to.deep.equal(before);
    await expect(advance(context, onFloor, Stage.acceptance))
      .to.be.revertedWithCustomError(trades, "TradesTerminated")
      .withArgs(onFloor);
    await expect(trades.connect(outsider).terminate(tradeId, reason, count, deadline, signatures))
      .to.be.revertedWithCustomError(trades, "TradesTerminated")
      .withArgs(onFloor);
  });

  it("needs both sides in order, the right count, a reason and time", async () => {
    const context = await fixture();
    const { trades, seller, buyer, venue, onFloor } = context;
    const base = await terminationOf(onFloor, 0);
    const ending = async (change: Partial<typeof base>, signers: Actor[]) => {
      const message = { ...base, ...change };
      const signatures = await signTermination(trades, message, signers);
      return trades.terminate(message.tradeId, message.reason, message.count, message.deadline, signatures);
    };
    await expect(ending({}, [seller]))
      .to.be.revertedWithCustomError(trades, "TradesSignatureCount")
      .withArgs(2, 1);
    await expect(ending({}, [seller, venue]))
      .to.be.revertedWithCustomError(trades, "TradesWrongSigner")
      .withArgs(buyer.id, venue.id);
    await expect(ending({ count: 1 }, [seller, buyer]))
      .to.be.revertedWithCustomError(trades, "TradesCount")
      .withArgs(onFloor, 0, 1);
    await expect(ending({ reason: ZeroHash }, [seller, buyer])).to.be.revertedWithCustomError(
      trades,
      "TradesZeroDigest",
    );
    await expect(ending({ deadline: 1 }, [seller, buyer]))
      .to.be.revertedWithCustomError(trades, "TradesDeadline")
      .withArgs(1);
    const signatures = await signTermination(trades, { ...base, reason: digestOf("other") }, [seller, buyer]);
    await expect(trades.terminate(onFloor, REASON, 0, base.deadline, signatures))
      .to.be.revertedWithCustomError(trades, "TradesSignature")
      .withArgs(seller.address);
    await expect(ending({}, [seller, buyer])).to.emit(trades, "TradeTerminated");
  });

  it("does not end what is settled", async () => {
    const context = await fixture();
    const { trades, seller, buyer, onFloor } = context;
    await advanceTo(context, onFloor, Stage.settlement);
    const message = await terminationOf(onFloor, 6);
    const signatures = await signTermination(trades, message, [seller, buyer]);
    await expect(trades.terminate(onFloor, REASON, 6, message.deadline, signatures))
      .to.be.revertedWithCustomError(trades, "TradesSettled")
      .withArgs(onFloor);
    expect(await trades.terminationDigest(onFloor, REASON, 6, message.deadline)).to.match(/^0x[0-9a-f]{64}$/);
  });
});
