import { Grade, Listing, TradesFactory } from "@lianzheng/sdk/contracts";
import { expect } from "chai";
import { AbiCoder, encodeBytes32String, keccak256, type AddressLike } from "ethers";
import {
  DAY,
  HOUR,
  NONE,
  REASON,
  Restriction,
  ZERO,
  assessAbroad,
  decideOn,
  digestOf,
  fixture,
  freeze,
  hold,
  networkHelpers,
  now,
  registerResource,
  sanction,
  sign,
  type Actor,
  type Market,
} from "./scene.ts";

const codec = AbiCoder.defaultAbiCoder();
const fresh = digestOf("new");

describe("Trades: opening", () => {
  it("keeps the terms under an id that is bound to the seller", async () => {
    const context = await fixture();
    const { trades, seller, buyer, venue, terms, onFloor } = context;
    const parts = [encodeBytes32String("trade"), seller.id, digestOf("on")];
    expect(onFloor).to.equal(keccak256(codec.encode(["bytes32", "bytes18", "bytes32"], parts)));
    const trade = await trades.tradeOf(onFloor);
    expect([trade.seller, trade.buyer, trade.venue]).to.deep.equal([seller.id, buyer.id, venue.id]);
    expect([trade.subject, trade.right, trade.amount]).to.deep.equal([terms.subject, terms.right, terms.amount]);
    expect([trade.count, trade.stage, trade.terminated, trade.crossBorder]).to.deep.equal([0n, 0n, false, false]);
    expect([trade.head, trade.split, trade.filedBy, trade.offerExpires]).to.deep.equal([ZERO, ZERO, NONE, 0n]);
    await assessAbroad(context, terms.subject as string);
    for (const crossBorder of [false, true]) {
      const salt = digestOf(`across: ${crossBorder}`);
      const tradeId = await trades.tradeIdOf(seller.id, salt);
      const { subject, right, amount } = terms;
      await expect(trades.connect(seller.key).open({ ...terms, salt, crossBorder }))
        .to.emit(trades, "TradeOpened")
        .withArgs(tradeId, seller.id, buyer.id, venue.id, subject, right, amount, crossBorder);
      expect((await trades.tradeOf(tradeId)).crossBorder).to.equal(crossBorder);
    }
  });

  it("refuses a salt twice, zero salt and amount, a member on two sides and parties that are not active", async () => {
    const context = await fixture();
    const { trades, seller, buyer, venue, regulator, processor, terms, onFloor } = context;
    const mine = trades.connect(seller.key);
    const refused = (change: object) => expect(mine.open({ ...terms, salt: fresh, ...change })).to.be;
    await expect(mine.open(terms)).to.be.revertedWithCustomError(trades, "TradesAlreadyOpen").withArgs(onFloor);
    await refused({ salt: ZERO }).revertedWithCustomError(trades, "TradesZeroDigest");
    await refused({ amount: ZERO }).revertedWithCustomError(trades, "TradesZeroDigest");
    for (const change of [{ buyer: seller.id }, { venue: seller.id }])
      await refused(change).revertedWithCustomError(trades, "TradesSameParty").withArgs(seller.id);
    await refused({ venue: buyer.id }).revertedWithCustomError(trades, "TradesSameParty").withArgs(buyer.id);
    await refused({ venue: regulator.id }).revertedWithCustomError(trades, "TradesNotVenue").withArgs(regulator.id);
    for (const buyer of [`0x${"31".repeat(18)}`, NONE])
      await refused({ buyer, venue: venue.id }).revertedWithCustomError(trades, "TradesNotActive").withArgs(buyer);
    await decideOn(context, "suspension", processor.id);
    const { id } = processor;
    await refused({ buyer: id }).revertedWithCustomError(trades, "TradesNotActive").withArgs(id);
    await decideOn(context, "suspension", venue.id);
    await refused({}).revertedWithCustomError(trades, "TradesNotActive").withArgs(venue.id);
  });

  it("refuses a nobody, a suspended seller, and a nobody as buyer off the floor", async () => {
    const context = await fixture();
    const { members, trades, seller, outsider, terms } = context;
    await expect(trades.connect(outsider).open({ ...terms, salt: fresh }))
      .to.be.revertedWithCustomError(members, "MembersUnknownKey")
      .withArgs(await outsider.getAddress());
    await expect(trades.connect(seller.key).open({ ...terms, salt: fresh, buyer: NONE, venue: NONE }))
      .to.be.revertedWithCustomError(trades, "TradesSameParty")
      .withArgs(NONE);
    await decideOn(context, "suspension", seller.id);
    await expect(trades.connect(seller.key).open({ ...terms, salt: fresh })).to.be.revertedWithCustomError(
      members,
      "MembersStanding",
    );
  });

  it("refuses what the seller may not list, and says why", async () => {
    const context = await fixture();
    const { trades, seller, processor, terms } = context;
    await expect(trades.connect(processor.key).open({ ...terms, salt: fresh }))
      .to.be.revertedWithCustomError(trades, "TradesNotListable")
      .withArgs(terms.subject, terms.right, Listing.wrongHolder);
    const core = await registerResource(context, "core", Grade.core);
    await expect(trades.connect(seller.key).open({ ...terms, ...core, salt: fresh }))
      .to.be.revertedWithCustomError(trades, "TradesNotListable")
      .withArgs(core.subject, core.right, Listing.coreGrade);
    await expect(trades.connect(seller.key).open({ ...terms, subject: REASON, salt: fresh }))
      .to.be.revertedWithCustomError(trades, "TradesNotListable")
      .withArgs(REASON, terms.right, Listing.unknownSubject);
  });

  it("asks for what leaves the country what the grade asks for across the border", async () => {
    const context = await fixture();
    const { trades, seller, terms } = context;
    const abroad = { ...terms, salt: fresh, crossBorder: true };
    await expect(trades.connect(seller.key).open(abroad))
      .to.be.revertedWithCustomError(trades, "TradesNotListable")
      .withArgs(terms.subject, terms.right, 10);
    await assessAbroad(context, terms.subject as string);
    await expect(trades.connect(seller.key).open(abroad)).to.emit(trades, "TradeOpened");
  });

  it("refuses parties under a sanction that forbids it, and no others", async () => {
    const parties = [
      ["seller", Restriction.trading, true],
      ["buyer", Restriction.trading, true],
      ["venue", Restriction.venueService, true],
      ["buyer", Restriction.venueService, false],
      ["venue", Restriction.trading, false],
    ] as const;
    for (const [party, restriction, refused] of parties) {
      const context = await fixture();
      const { trades, seller, terms } = context;
      const { id } = context[party];
      await sanction(context, context[party], restriction);
      const opening = trades.connect(seller.key).open({ ...terms, salt: fresh });
      if (refused) await expect(opening).to.be.revertedWithCustomError(trades, "TradesSanctioned").withArgs(id);
      else await expect(opening).to.emit(trades, "TradeOpened");
    }
  });

  it("refuses a subject that is held or frozen, and an id that was held before there was a trade", async () => {
    const context = await fixture();
    const { trades, seller, terms, subject } = context;
    const opening = () => trades.connect(seller.key).open({ ...terms, salt: fresh });
    const tradeId = await trades.tradeIdOf(seller.id, fresh);
    const release = await hold(context, "resource", subject);
    await expect(opening()).to.be.revertedWithCustomError(trades, "TradesHeld").withArgs(subject);
    await release();
    const releaseTrade = await hold(context, "trade", tradeId);
    await expect(opening()).to.be.revertedWithCustomError(trades, "TradesHeld").withArgs(tradeId);
    await releaseTrade();
    const until = await freeze(context, "resource", subject);
    await expect(opening()).to.be.revertedWithCustomError(trades, "TradesFrozen").withArgs(subject);
    await networkHelpers.time.increaseTo(until);
    await expect(opening()).to.emit(trades, "TradeOpened");
  });

  it("refuses registers where there are no contracts, and knows no trade that was not opened", async () => {
    const { members, rights, cases, emergency, trades, venue, buyer } = await fixture();
    const places: [AddressLike, AddressLike, AddressLike, AddressLike] = [members, rights, cases, emergency];
    for (const at of places.keys()) {
      const wrong = places.with(at, buyer.address) as typeof places;
      await expect(new TradesFactory(venue.key).deploy(...wrong))
        .to.be.revertedWithCustomError(trades, "TradesNoContract")
        .withArgs(buyer.address);
    }
    const calls = [
      trades.tradeOf(REASON),
      trades.headOf(REASON),
      trades.signersOf(REASON, 1),
      trades.stepOf(REASON, 1),
    ];
    for (const call of calls)
      await expect(call).to.be.revertedWithCustomError(trades, "TradesUnknownTrade").withArgs(REASON);
  });
});

interface Opening {
  readonly nonce: bigint;
  readonly deadline: number;
  readonly by: Actor;
}

/** Opens a trade of the seller by the signature of `by`, relayed by a stranger. */
async function openSigned(context: Market, change: Partial<Opening> = {}) {
  const { trades, seller, outsider } = context;
  const { nonce, deadline, by } = { nonce: 7n, deadline: (await now()) + HOUR, by: seller, ...change };
  const terms = { ...context.terms, salt: fresh };
  const [signed] = await sign(trades, "Opening", { ...terms, seller: by.id, nonce, deadline }, [by]);
  return trades.connect(outsider).openSigned(terms, nonce, deadline, signed!);
}

describe("Trades: opening by signature", () => {
  it("opens the trade of the member that signed, whoever brings it", async () => {
    const context = await fixture();
    const { trades, seller } = context;
    const nonce = 2n ** 256n - 1n;
    const opening = openSigned(context, { nonce });
    await expect(opening).to.emit(trades, "NonceUsed").withArgs(seller.id, nonce);
    await expect(opening).to.emit(trades, "TradeOpened");
    expect((await trades.tradeOf(await trades.tradeIdOf(seller.id, fresh))).seller).to.equal(seller.id);
    expect(await trades.isNonceUsed(seller.id, nonce)).to.equal(true);
    for (const other of [nonce - 1n, 255n, 0n]) expect(await trades.isNonceUsed(seller.id, other)).to.equal(false);
  });

  it("counts until its deadline's last second", async () => {
    const context = await fixture();
    const { trades } = context;
    const deadline = (await now()) + HOUR;
    const snapshot = await networkHelpers.takeSnapshot();
    await networkHelpers.time.setNextBlockTimestamp(deadline + 1);
    await expect(openSigned(context, { deadline }))
      .to.be.revertedWithCustomError(trades, "TradesDeadline")
      .withArgs(deadline);
    await snapshot.restore();
    await networkHelpers.time.setNextBlockTimestamp(deadline);
    await expect(openSigned(context, { deadline })).to.emit(trades, "TradeOpened");
  });

  it("takes a nonce once, in any order; a member makes its own void", async () => {
    const context = await fixture();
    const { members, trades, seller, buyer, outsider } = context;
    await expect(trades.connect(seller.key).voidNonce(9n)).to.emit(trades, "NonceUsed").withArgs(seller.id, 9n);
    await expect(trades.connect(seller.key).voidNonce(9n))
      .to.be.revertedWithCustomError(trades, "TradesNonceUsed")
      .withArgs(seller.id, 9n);
    await expect(openSigned(context, { nonce: 9n }))
      .to.be.revertedWithCustomError(trades, "TradesNonceUsed")
      .withArgs(seller.id, 9n);
    await trades.connect(buyer.key).voidNonce(7n);
    await expect(trades.connect(outsider).voidNonce(1n)).to.be.revertedWithCustomError(members, "MembersUnknownKey");
    await openSigned(context, { nonce: 7n });
    await expect(openSigned(context, { nonce: 7n }))
      .to.be.revertedWithCustomError(trades, "TradesNonceUsed")
      .withArgs(seller.id, 7n);
    await expect(openSigned(context, { nonce: 8n })).to.be.revertedWithCustomError(trades, "TradesAlreadyOpen");
    expect(await trades.isNonceUsed(seller.id, 8n), "a refused opening uses nothing").to.equal(false);
  });

  it("refuses a signature over any other value, member, chain or contract", async () => {
    const context = await fixture();
    const { members, rights, cases, emergency, trades, seller, buyer, venue, outsider } = context;
    const terms = { ...context.terms, salt: fresh };
    const [nonce, deadline] = [7n, (await now()) + DAY];
    const message = { ...terms, seller: seller.id, nonce, deadline };
    const changes = [
      { seller: buyer.id },
      ...["salt", "subject", "right", "amount"].map((name) => ({ [name]: REASON })),
      { buyer: venue.id },
      { venue: NONE },
      { crossBorder: true },
      { nonce: 8n },
      { deadline: deadline + 1 },
    ];
    const twin = await new TradesFactory(venue.key).deploy(members, rights, cases, emergency);
    const wrong = await Promise.all(
      changes.map((change) => sign(trades, "Opening", { ...message, ...change }, [seller])),
    );
    wrong.push(await sign(twin, "Opening", message, [seller]));
    for (const change of [{ chainId: 1n }, { name: "Lianzheng Cases" }, { version: "2" }])
      wrong.push(await sign(trades, "Opening", message, [seller], change));
    for (const [signed] of wrong) {
      await expect(trades.connect(outsider).openSigned(terms, nonce, deadline, signed!))
        .to.be.revertedWithCustomError(trades, "TradesSignature")
        .withArgs(seller.address);
    }
    expect(wrong).to.have.length(14);
    expect(await trades.isNonceUsed(seller.id, nonce)).to.equal(false);
    const [good] = await sign(trades, "Opening", message, [seller]);
    await expect(trades.connect(outsider).openSigned(terms, nonce, deadline, good!)).to.emit(trades, "TradeOpened");
  });

  it("opens nothing for a member that may not sell, nor by a key of nobody", async () => {
    const context = await fixture();
    const { members, trades, processor, outsider, terms } = context;
    await expect(openSigned(context, { by: processor }))
      .to.be.revertedWithCustomError(trades, "TradesNotListable")
      .withArgs(terms.subject, terms.right, Listing.wrongHolder);
    const stranger = { ...processor, key: outsider };
    await expect(openSigned(context, { by: stranger })).to.be.revertedWithCustomError(members, "MembersUnknownKey");
  });
});
