import { Stage, TradesFactory } from "@lianzheng/sdk/contracts";
import type { SignedStruct } from "@lianzheng/sdk/contracts";
import { expect } from "chai";
import { Signature, Wallet, concat, recoverAddress, toBeHex, zeroPadValue } from "ethers";
import {
  HOUR,
  REASON,
  advance,
  advanceTo,
  amendmentOf,
  decideOn,
  digestOf,
  distributionOf,
  ethers,
  filingOf,
  fixture,
  networkHelpers,
  nextOf,
  now,
  record,
  sharesOf,
  sign,
  signersFor,
  stepOf,
  terminationOf,
  type Actor,
  type Market,
  type SignedType,
} from "./scene.ts";

/** A message, those who sign it in order, and the call that takes it: one for each kind of step. */
async function everyKind(context: Market, tradeId: string) {
  const { trades, seller, buyer, venue } = context;
  const shares = sharesOf([seller, 70], [buyer, 30]);
  const step = await stepOf(context, tradeId, Stage.acceptance);
  const [amendment, filing] = [await amendmentOf(context, tradeId), await filingOf(context, tradeId)];
  const [termination, distribution] = [
    await terminationOf(context, tradeId),
    await distributionOf(context, tradeId, shares),
  ];
  return [
    { type: "Step", message: step, signers: [buyer], call: (by: SignedStruct[]) => trades.record(step, by) },
    {
      type: "Amendment",
      message: amendment,
      signers: [seller, buyer],
      call: (by: SignedStruct[]) => trades.amend(amendment, by),
    },
    {
      type: "Filing",
      message: filing,
      signers: [seller, venue],
      call: (by: SignedStruct[]) => trades.file(filing, by),
    },
    {
      type: "Termination",
      message: termination,
      signers: [seller, buyer],
      call: (by: SignedStruct[]) => trades.terminate(termination, by),
    },
    {
      type: "Distribution",
      message: distribution,
      signers: [seller],
      call: (by: SignedStruct[]) => trades.distribute(distribution, [], by),
    },
  ] as const;
}

/** One more key of the member, with these roles, 4 being Act. */
async function keyOf({ members }: Market, actor: Actor, roles: number): Promise<Wallet> {
  const key = new Wallet(digestOf(`key with roles ${roles}`), ethers.provider);
  await networkHelpers.setBalance(key.address, 10n ** 18n);
  const added = { key: key.address, roles, until: 2n ** 48n - 1n, deadline: (await now()) + HOUR };
  const digest = await members.consentDigest(actor.id, key.address, roles, added.until, added.deadline);
  const consent = key.signingKey.sign(digest).serialized;
  await members.connect(actor.key).addKey({ ...added, consent });
  return key;
}

/** One message for each field that is another. */
function changesOf(message: object): object[] {
  return Object.entries(message).map(([name, value]) => ({ ...message, [name]: otherThan(value) }));
}

function otherThan(value: unknown): unknown {
  if (Array.isArray(value)) return value.slice(1);
  if (typeof value !== "string") return BigInt(value as number) + 1n;
  return value === REASON ? `0x${"11".repeat(32)}` : `0x${"22".repeat((value.length - 2) / 2)}`;
}

describe("Trades: signatures", () => {
  it("takes those of all whom a stage binds, in order, no more and no fewer", async () => {
    const context = await fixture();
    const { trades, seller, buyer, venue, onFloor } = context;
    await advanceTo(context, onFloor, Stage.offer);
    const step = await stepOf(context, onFloor, Stage.contract);
    for (const signers of [[], [seller], [seller, buyer], [seller, buyer, venue, venue]]) {
      await expect(record(context, step, signers))
        .to.be.revertedWithCustomError(trades, "TradesSignatureCount")
        .withArgs(3, signers.length);
    }
    await expect(record(context, step, [buyer, seller, venue]))
      .to.be.revertedWithCustomError(trades, "TradesWrongSigner")
      .withArgs(seller.id, buyer.id);
    await expect(record(context, step, [seller, seller, venue]))
      .to.be.revertedWithCustomError(trades, "TradesWrongSigner")
      .withArgs(buyer.id, seller.id);
    await expect(record(context, step, [seller, buyer, venue])).to.emit(trades, "StageRecorded");
  });

  it("refuses each stage when anybody else signs in place of one whom it binds", async () => {
    const context = await fixture();
    const { trades, processor, onFloor } = context;
    let refused = 0;
    for (let stage = 1; stage <= 7; ++stage) {
      const signers = signersFor(context, stage, true);
      const step = await stepOf(context, onFloor, stage);
      for (const [place, { id }] of signers.entries()) {
        await expect(record(context, step, signers.with(place, processor)))
          .to.be.revertedWithCustomError(trades, "TradesWrongSigner")
          .withArgs(id, processor.id);
        refused += 1;
      }
      await advance(context, onFloor, stage);
    }
    expect(refused).to.equal(11);
  });

  it("refuses, for every kind of step, a signature over any other value, chain or contract", async () => {
    const context = await fixture();
    const { members, rights, cases, emergency, trades, venue, offFloor } = context;
    const twin = await new TradesFactory(venue.key).deploy(members, rights, cases, emergency);
    const fields: Record<string, number> = {};
    for (const at of [0, 1, 2, 3, 4]) {
      const stages = at === 4 ? Stage.settlement : Stage.delivery;
      const snapshot = await networkHelpers.takeSnapshot();
      await advanceTo(context, offFloor, stages);
      const { type, message, signers, call } = (await everyKind(context, offFloor))[at]!;
      const others = changesOf(message);
      const wrong = await Promise.all(others.map((other) => sign(trades, type, other, signers)));
      wrong.push(await sign(twin, type, message, signers));
      for (const change of [{ chainId: 1n }, { name: "Lianzheng Cases" }, { version: "2" }])
        wrong.push(await sign(trades, type, message, signers, change));
      for (const signatures of wrong) {
        await expect(call(signatures), type)
          .to.be.revertedWithCustomError(trades, "TradesSignature")
          .withArgs(signers[0].address);
      }
      fields[type] = others.length;
      await expect(call(await sign(trades, type, message, signers)), type).to.emit(trades, "StageRecorded");
      await snapshot.restore();
    }
    expect(fields).to.deep.equal({ Step: 6, Amendment: 6, Filing: 6, Termination: 5, Distribution: 8 });
  });

  it("takes no signature over one kind of step for another", async () => {
    const context = await fixture();
    const { trades, offFloor, seller, buyer } = context;
    await advanceTo(context, offFloor, Stage.delivery);
    const termination = await terminationOf(context, offFloor);
    const amendment = await amendmentOf(context, offFloor);
    const both = [seller, buyer];
    await expect(trades.terminate(termination, await sign(trades, "Amendment", amendment, both)))
      .to.be.revertedWithCustomError(trades, "TradesSignature")
      .withArgs(seller.address);
    await expect(trades.amend(amendment, await sign(trades, "Termination", termination, both)))
      .to.be.revertedWithCustomError(trades, "TradesSignature")
      .withArgs(seller.address);
  });

  it("says what is signed, as EIP-712 has it", async () => {
    const context = await fixture();
    const { trades, seller, terms, offFloor } = context;
    await advanceTo(context, offFloor, Stage.settlement);
    const opening = { ...terms, seller: seller.id, nonce: 5n, deadline: 9n };
    const kinds = await everyKind(context, offFloor);
    const digests: Record<SignedType, string> = {
      Opening: await trades.openingDigest(seller.id, terms, 5n, 9n),
      Step: await trades.stepDigest(kinds[0].message),
      Amendment: await trades.amendmentDigest(kinds[1].message),
      Filing: await trades.filingDigest(kinds[2].message),
      Termination: await trades.terminationDigest(kinds[3].message),
      Distribution: await trades.distributionDigest(kinds[4].message),
    };
    const messages = [{ type: "Opening", message: opening } as const, ...kinds];
    for (const { type, message } of messages) {
      const [signed] = await sign(trades, type, message, [seller]);
      expect(recoverAddress(digests[type], signed!.signature as string), type).to.equal(seller.address);
    }
    expect(new Set(Object.values(digests)).size).to.equal(6);
  });

  it("refuses high s, other v, 0, 64 and 66 bytes: one signature has one form", async () => {
    const context = await fixture();
    const { trades, outsider, seller, onFloor } = context;
    const step = await stepOf(context, onFloor, Stage.listing);
    const [good] = await sign(trades, "Step", step, [seller]);
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
  });

  it("are of Act keys, and so is whoever opens a trade or gives up a nonce", async () => {
    const context = await fixture();
    const { members, trades, seller, outsider, terms, onFloor } = context;
    const [other, acting] = [await keyOf(context, seller, 0b1011), await keyOf(context, seller, 0b0100)];
    const step = await stepOf(context, onFloor, Stage.listing);
    const fresh = { ...terms, salt: REASON };
    const deadline = (await now()) + HOUR;
    const [signed] = await sign(trades, "Opening", { seller: seller.id, ...fresh, nonce: 1n, deadline }, [
      { key: other },
    ]);
    for (const attempt of [
      () => record(context, step, [{ ...seller, key: other }]),
      () => trades.connect(other).open(fresh),
      () => trades.connect(outsider).openSigned(fresh, 1n, deadline, signed!),
      () => trades.connect(other).voidNonce(1n),
    ]) {
      await expect(attempt()).to.be.revertedWithCustomError(members, "MembersKeyRole").withArgs(other.address, 2);
    }
    await expect(record(context, step, [{ ...seller, key: acting }])).to.emit(trades, "StageRecorded");
    await expect(trades.connect(acting).open(fresh)).to.emit(trades, "TradeOpened");
  });

  for (const [what, ends] of [
    ["stand when their key ends later in the same block", false],
    ["are nothing when their key ended earlier in the same block", true],
  ] as const) {
    it(what, async () => {
      const context = await fixture();
      const { members, trades, seller, outsider, onFloor } = context;
      const key = await keyOf(context, seller, 0b0100);
      const step = await stepOf(context, onFloor, Stage.listing);
      const signatures = await sign(trades, "Step", step, [{ key }]);
      const recording = () => trades.connect(outsider).record(step, signatures, { gasLimit: 1_000_000 });
      const ending = () => members.connect(seller.key).retireKey(key.address, { gasLimit: 1_000_000 });
      await ethers.provider.send("evm_setAutomine", [false]);
      const sent = ends ? [await ending(), await recording()] : [await recording(), await ending()];
      await networkHelpers.mine();
      await ethers.provider.send("evm_setAutomine", [true]);
      const receipts = await Promise.all(sent.map(({ hash }) => ethers.provider.getTransactionReceipt(hash)));
      expect(receipts.map((receipt) => receipt?.index)).to.deep.equal([0, 1]);
      expect(receipts.map((receipt) => receipt?.status)).to.deep.equal(ends ? [1, 0] : [1, 1]);
      expect(new Set(receipts.map((receipt) => receipt?.blockNumber)).size).to.equal(1);
      expect((await trades.headOf(onFloor)).count).to.equal(ends ? 0n : 1n);
      expect((await members.keyLife(key.address)).until).to.equal(await now());
    });
  }

  it("refuses keys that are unknown or of a suspended member", async () => {
    const context = await fixture();
    const { members, trades, seller, outsider, onFloor } = context;
    const step = await stepOf(context, onFloor, Stage.listing);
    await expect(record(context, step, [{ ...seller, key: outsider }]))
      .to.be.revertedWithCustomError(members, "MembersUnknownKey")
      .withArgs(await outsider.getAddress());
    await decideOn(context, "suspension", seller.id);
    await expect(record(context, step, [seller])).to.be.revertedWithCustomError(members, "MembersStanding");
    expect(await nextOf(context, onFloor)).to.equal(1);
    expect((await trades.tradeOf(onFloor)).stage).to.equal(0n);
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
      const { trades, outsider, seller, terms, onFloor } = context;
      const step = await stepOf(context, onFloor, Stage.listing);
      await networkHelpers.setCode(seller.address, code);
      const signed: SignedStruct = { key: seller.address, signature: "0x1234" };
      const options = { gasLimit: 3_000_000 };
      const recording = trades.connect(outsider).record(step, [signed], options);
      const opening = trades
        .connect(outsider)
        .openSigned({ ...terms, salt: REASON }, 1n, step.deadline, signed, options);
      if (good) {
        await expect(recording).to.emit(trades, "StageRecorded");
        await expect(opening).to.emit(trades, "TradeOpened");
      } else {
        for (const call of [recording, opening])
          await expect(call).to.be.revertedWithCustomError(trades, "TradesSignature").withArgs(seller.address);
      }
      expect((await trades.headOf(onFloor)).count).to.equal(good ? 1n : 0n);
      expect(await trades.isNonceUsed(seller.id, 1n)).to.equal(good);
    });
  }
});
