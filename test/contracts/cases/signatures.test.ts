import { CaseKind, CaseState, CasesFactory, Outcome, PleaKind, RulingAct } from "@lianzheng/sdk/contracts";
import { expect } from "chai";
import {
  HDNodeWallet,
  Mnemonic,
  Signature,
  ZeroHash,
  concat,
  encodeBytes32String,
  toBeHex,
  zeroPadValue,
  type Wallet,
} from "ethers";
import { foundConsortium, founderOf, newKeyOf, rulesOf, suspend } from "../fixture.ts";
import { memberId, usccOf } from "../uscc.ts";
import {
  HOUR,
  PROCEDURE,
  REASON,
  approve,
  digestOf,
  fixture,
  networkHelpers,
  now,
  open,
  openTo,
  openingOf,
  pleaOf,
  rulingOf,
  type Actor,
  type Court,
} from "./court.ts";

const { time } = networkHelpers;

describe("Cases: signed acts", () => {
  it("lets anybody relay an opening, a plea and a ruling, each once", async () => {
    const context = await fixture();
    const { cases, seller, buyer, regulator, outsider } = context;
    const relayed = cases.connect(outsider);
    const opening = openingOf(context);
    const opened = await approve(cases, seller, "Opening", opening, { nonce: 2n ** 255n });
    await expect(relayed.openSigned(opening, opened))
      .to.emit(cases, "NonceUsed")
      .withArgs(seller.id, 2n ** 255n);
    const caseId = await cases.caseIdOf(seller.id, opening.salt);
    expect((await cases.caseOf(caseId)).opener).to.equal(seller.id);
    const ruling = await rulingOf(context, caseId, RulingAct.admit);
    const ruled = await approve(cases, regulator, "Ruling", ruling);
    await expect(relayed.ruleSigned(ruling, ruled)).to.emit(cases, "RulingMade");
    const plea = pleaOf(caseId, PleaKind.answer);
    const pleaded = await approve(cases, buyer, "Plea", plea, { nonce: 0 });
    await expect(relayed.pleadSigned(plea, pleaded)).to.emit(cases, "PleaMade");
    expect((await cases.caseOf(caseId)).state).to.equal(BigInt(CaseState.answered));
    const again: [() => Promise<unknown>, string, bigint][] = [
      [() => relayed.openSigned(opening, opened), seller.id, 2n ** 255n],
      [() => relayed.ruleSigned(ruling, ruled), regulator.id, 7n],
      [() => relayed.pleadSigned(plea, pleaded), buyer.id, 0n],
    ];
    for (const [call, member, nonce] of again) {
      await expect(call()).to.be.revertedWithCustomError(cases, "CasesNonceUsed").withArgs(member, nonce);
    }
  });

  it("takes nonces in any order, apart for each member, and none that was voided", async () => {
    const context = await fixture();
    const { cases, seller, processor, outsider } = context;
    const sign = async (by: Actor, nonce: bigint | number, salt: string) => {
      const opening = openingOf(context, { salt: digestOf(salt) });
      return [opening, await approve(cases, by, "Opening", opening, { nonce })] as const;
    };
    const relayed = cases.connect(outsider);
    await relayed.openSigned(...(await sign(seller, 511, "a")));
    await relayed.openSigned(...(await sign(seller, 1, "b")));
    await relayed.openSigned(...(await sign(seller, 0, "c")));
    await relayed.openSigned(...(await sign(processor, 1, "b")));
    await expect(cases.connect(seller.key).voidNonce(2)).to.emit(cases, "NonceUsed").withArgs(seller.id, 2);
    await expect(cases.connect(seller.key).voidNonce(2))
      .to.be.revertedWithCustomError(cases, "CasesNonceUsed")
      .withArgs(seller.id, 2);
    for (const nonce of [511, 1, 0, 2]) {
      expect(await cases.isNonceUsed(seller.id, nonce)).to.equal(true);
      const [opening, approval] = await sign(seller, nonce, `again ${nonce}`);
      await expect(relayed.openSigned(opening, approval))
        .to.be.revertedWithCustomError(cases, "CasesNonceUsed")
        .withArgs(seller.id, nonce);
    }
    for (const nonce of [3, 127, 255, 256, 257, 512]) expect(await cases.isNonceUsed(seller.id, nonce)).to.equal(false);
    expect(await cases.isNonceUsed(processor.id, 2)).to.equal(false);
  });

  it("counts in the last second of the deadline and not in the next", async () => {
    const context = await fixture();
    const { cases, seller, outsider } = context;
    const opening = openingOf(context);
    const deadline = (await now()) + HOUR;
    const approval = await approve(cases, seller, "Opening", opening, { deadline });
    const snapshot = await networkHelpers.takeSnapshot();
    await time.setNextBlockTimestamp(deadline + 1);
    await expect(cases.connect(outsider).openSigned(opening, approval))
      .to.be.revertedWithCustomError(cases, "CasesDeadline")
      .withArgs(deadline);
    await snapshot.restore();
    await time.setNextBlockTimestamp(deadline);
    await expect(cases.connect(outsider).openSigned(opening, approval)).to.emit(cases, "CaseOpened");
  });

  it("refuses a signature over any other value: every field of every struct", async () => {
    const context = await fixture();
    const { cases, members, venue, seller, buyer, regulator, processor, outsider } = context;
    const caseId = await openTo(context, CaseState.answered);
    const twin = await new CasesFactory(venue.key).deploy(members, context.council, PROCEDURE);
    const opening = openingOf(context, { salt: digestOf("signed") });
    const ruling = await rulingOf(context, caseId, RulingAct.dismiss);
    const plea = pleaOf(caseId, PleaKind.withdrawal);
    const relayed = cases.connect(outsider);
    const structs = [
      { by: seller, type: "Opening", good: opening, send: (a: never) => relayed.openSigned(opening, a) },
      { by: regulator, type: "Ruling", good: ruling, send: (a: never) => relayed.ruleSigned(ruling, a) },
      { by: seller, type: "Plea", good: plea, send: (a: never) => relayed.pleadSigned(plea, a) },
    ] as const;
    let refused = 0;
    for (const [nonce, { by, type, good, send }] of structs.entries()) {
      const changed = Object.entries(good).map(([field, value]) => ({ ...good, [field]: otherThan(value) }));
      const forged = await Promise.all(changed.map((message) => approve(cases, by, type, message, { nonce })));
      const right = await approve(cases, by, type, good, { nonce });
      forged.push(
        await approve(twin, by, type, good, { nonce }),
        await approve(cases, by, type, good, { nonce, by: processor.id }),
        { ...right, nonce: 8 },
        { ...right, deadline: Number(right.deadline) + 1 },
        { ...(await approve(cases, buyer, type, good, { nonce })), key: by.address },
      );
      for (const wrong of forged) {
        await expect(send(wrong as never))
          .to.be.revertedWithCustomError(cases, "CasesSignature")
          .withArgs(by.address);
        refused += 1;
      }
      await send(right as never);
    }
    expect(refused).to.equal(8 + 8 + 4 + 3 * 5);
  });

  it("hashes what is signed as EIP-712 does", async () => {
    const context = await fixture();
    const { cases, seller, outsider } = context;
    const digests = [
      await cases.openingDigest(seller.id, openingOf(context), 1, 2),
      await cases.pleaDigest(seller.id, pleaOf(REASON, PleaKind.answer), 1, 2),
      await cases.rulingDigest(seller.id, await rulingOf(context, await open(context), 1), 1, 2),
      await cases.settlementDigest(seller.id, REASON, REASON, 1, 2),
    ];
    expect(new Set(digests).size).to.equal(4);
    const opening = openingOf(context, { salt: digestOf("other") });
    const approval = await approve(cases, seller, "Opening", opening);
    await expect(cases.connect(outsider).openSigned(opening, approval)).to.emit(cases, "CaseOpened");
  });

  it("refuses high s, other v, 0, 64 and 66 bytes: one signature has one form", async () => {
    const context = await fixture();
    const { cases, seller, outsider } = context;
    const opening = openingOf(context);
    const approval = await approve(cases, seller, "Opening", opening);
    const { r, s, v, compactSerialized } = Signature.from(approval.signature as string);
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
    const highS = zeroPadValue(toBeHex(order - BigInt(s)), 32);
    const forms = [
      concat([r, highS, v === 27 ? "0x1c" : "0x1b"]),
      ...["0x00", "0x01", "0x1d"].map((byte) => concat([r, s, byte])),
      compactSerialized,
      concat([approval.signature, "0x00"]),
      "0x",
      `0x${"00".repeat(65)}`,
    ];
    for (const signature of forms) {
      await expect(cases.connect(outsider).openSigned(opening, { ...approval, signature }))
        .to.be.revertedWithCustomError(cases, "CasesSignature")
        .withArgs(seller.address);
    }
    expect(forms).to.have.length(8);
    expect(await cases.isNonceUsed(seller.id, approval.nonce)).to.equal(false);
  });

  it("asks for Act keys to open and to plead and for Govern keys to rule, by call and by signature", async () => {
    const context = await fixture();
    const { members, cases, seller, buyer, regulator, outsider, strangers } = context;
    const without = async (actor: Actor, key: Actor["key"], roles: number): Promise<Actor> => {
      const added = await newKeyOf(members, actor.id, key, (await now()) + HOUR, { roles });
      await members.connect(actor.key).addKey(added);
      return { ...actor, key, address: await key.getAddress() };
    };
    const opener = await without(seller, strangers[0]!, 0b1011);
    const respondent = await without(buyer, strangers[1]!, 0b1011);
    const decider = await without(regulator, strangers[2]!, 0b1101);
    const caseId = await open(context);
    const opening = openingOf(context, { salt: REASON });
    const plea = pleaOf(caseId, PleaKind.answer);
    const ruling = await rulingOf(context, caseId, RulingAct.admit);
    const [opened, pleaded, ruled] = [
      await approve(cases, opener, "Opening", opening),
      await approve(cases, respondent, "Plea", plea),
      await approve(cases, decider, "Ruling", ruling),
    ];
    const relayed = cases.connect(outsider);
    const attempts: [() => Promise<unknown>, Actor, number][] = [
      [() => cases.connect(opener.key).open(opening), opener, 2],
      [() => relayed.openSigned(opening, opened), opener, 2],
      [() => cases.connect(respondent.key).plead(plea), respondent, 2],
      [() => relayed.pleadSigned(plea, pleaded), respondent, 2],
      [() => cases.connect(decider.key).rule(ruling), decider, 1],
      [() => relayed.ruleSigned(ruling, ruled), decider, 1],
    ];
    for (const [call, { address }, role] of attempts) {
      await expect(call()).to.be.revertedWithCustomError(members, "MembersKeyRole").withArgs(address, role);
    }
    expect((await cases.caseOf(caseId)).state).to.equal(BigInt(CaseState.opened));
  });

  it("refuses keys that are unknown or retired, and rulings and openings of suspended members", async () => {
    const context = await fixture();
    const { cases, members, seller, buyer, regulators, outsider, strangers } = context;
    const caseId = await openTo(context, CaseState.admitted);
    const relayed = cases.connect(outsider);
    const nobody = { ...buyer, key: outsider, address: await outsider.getAddress() };
    const plea = pleaOf(caseId, PleaKind.answer);
    await expect(relayed.pleadSigned(plea, await approve(cases, nobody, "Plea", plea)))
      .to.be.revertedWithCustomError(members, "MembersUnknownKey")
      .withArgs(nobody.address);
    const fresh = strangers[0]!;
    const deadline = (await now()) + HOUR;
    await members.connect(buyer.key).rotateKey(buyer.address, await newKeyOf(members, buyer.id, fresh, deadline));
    await expect(relayed.pleadSigned(plea, await approve(cases, buyer, "Plea", plea)))
      .to.be.revertedWithCustomError(members, "MembersKeyNotLive")
      .withArgs(buyer.address, await now());
    await suspend(context, regulators[1].id);
    const ruling = await rulingOf(context, caseId, RulingAct.hold);
    await expect(relayed.ruleSigned(ruling, await approve(cases, regulators[1], "Ruling", ruling)))
      .to.be.revertedWithCustomError(members, "MembersStanding")
      .withArgs(regulators[1].id, 2);
    await suspend(context, seller.id);
    const opening = openingOf(context, { salt: digestOf("late") });
    await expect(relayed.openSigned(opening, await approve(cases, seller, "Opening", opening)))
      .to.be.revertedWithCustomError(members, "MembersStanding")
      .withArgs(seller.id, 2);
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
      const { cases, seller, outsider } = context;
      await networkHelpers.setCode(seller.address, code);
      const opening = openingOf(context);
      const approval = { key: seller.address, nonce: 3, deadline: (await now()) + HOUR, signature: "0x1234" };
      const opened = cases.connect(outsider).openSigned(opening, approval, { gasLimit: 1_000_000 });
      if (good) await expect(opened).to.emit(cases, "CaseOpened");
      else await expect(opened).to.be.revertedWithCustomError(cases, "CasesSignature").withArgs(seller.address);
      expect(await cases.isNonceUsed(seller.id, 3)).to.equal(good);
    });
  }
});

/** A value of the same type that is another. */
function otherThan(value: unknown): unknown {
  if (Array.isArray(value)) return [...(value as unknown[]), REASON];
  if (typeof value === "string") return value.length === 66 ? digestOf(`other than ${value}`) : memberId(usccOf(98));
  return Number(value) + 1;
}

describe("Cases: settlement", () => {
  const terms = digestOf("terms");
  const sign = (context: Court, by: Actor, caseId: string, change: object = {}, nonce = 7) =>
    approve(context.cases, by, "Settlement", { caseId, terms, ...change }, { nonce });

  it("ends a case before its decision by both sides, of every kind but a finding", async () => {
    const context = await fixture();
    const { cases, seller, buyer, outsider } = context;
    let settled = 0;
    for (const kind of [CaseKind.complaint, CaseKind.dispute, CaseKind.arbitration]) {
      for (const state of [CaseState.opened, CaseState.admitted, CaseState.answered]) {
        const caseId = await openTo(context, state, { kind, salt: digestOf(`${kind} ${state}`) });
        const approvals = [
          await sign(context, seller, caseId, {}, ++settled),
          await sign(context, buyer, caseId, {}, settled),
        ] as const;
        await expect(cases.connect(outsider).settle(caseId, terms, ...approvals))
          .to.emit(cases, "CaseSettled")
          .withArgs(caseId, terms);
        const item = await cases.caseOf(caseId);
        expect([item.state, item.outcome, item.decision, item.due, item.decidedAt]).to.deep.equal([
          BigInt(CaseState.final),
          BigInt(Outcome.settled),
          terms,
          0n,
          BigInt(await now()),
        ]);
      }
    }
    expect(settled).to.equal(9);
  });

  it("settles no finding, and nothing that is decided or at its end", async () => {
    const context = await fixture();
    const { cases, seller, buyer } = context;
    const settle = async (caseId: string) =>
      cases.settle(caseId, terms, await sign(context, seller, caseId), await sign(context, buyer, caseId));
    await expect(settle(await open(context)))
      .to.be.revertedWithCustomError(cases, "CasesKind")
      .withArgs(CaseKind.finding);
    for (const state of [CaseState.decided, CaseState.objected, CaseState.final]) {
      const caseId = await openTo(context, state, { kind: CaseKind.dispute, salt: digestOf(`settle ${state}`) });
      await expect(settle(caseId)).to.be.revertedWithCustomError(cases, "CasesSettlement").withArgs(caseId, state);
    }
  });

  it("needs the right terms and the signature of each side, in order", async () => {
    const context = await fixture();
    const { cases, seller, buyer, processor } = context;
    const caseId = await open(context, { kind: CaseKind.dispute });
    const [mine, theirs] = [await sign(context, seller, caseId), await sign(context, buyer, caseId)];
    const stranger = await sign(context, processor, caseId);
    await expect(cases.settle(caseId, ZeroHash, mine, theirs)).to.be.revertedWithCustomError(cases, "CasesZeroDigest");
    for (const [a, b, expected, given] of [
      [theirs, mine, seller.id, buyer.id],
      [mine, mine, buyer.id, seller.id],
      [mine, stranger, buyer.id, processor.id],
      [stranger, theirs, seller.id, processor.id],
    ] as const) {
      await expect(cases.settle(caseId, terms, a, b))
        .to.be.revertedWithCustomError(cases, "CasesNotParty")
        .withArgs(caseId, expected, given);
    }
    const other = await open(context, { kind: CaseKind.dispute, salt: digestOf("other") });
    for (const change of [{ terms: REASON }, { caseId: other }]) {
      await expect(cases.settle(caseId, terms, mine, await sign(context, buyer, caseId, change)))
        .to.be.revertedWithCustomError(cases, "CasesSignature")
        .withArgs(buyer.address);
    }
    expect(await cases.isNonceUsed(seller.id, 7)).to.equal(false);
    await expect(cases.settle(caseId, terms, mine, theirs)).to.emit(cases, "CaseSettled");
    await expect(cases.settle(other, terms, mine, theirs)).to.be.revertedWithCustomError(cases, "CasesSignature");
  });
});

describe("Cases: many deciders", () => {
  const MOST = 32;
  const phrase = Mnemonic.fromPhrase("test test test test test test test test test test test junk");
  const walletOf = (i: number): HDNodeWallet => HDNodeWallet.fromMnemonic(phrase, `m/44'/60'/1'/0/${i}`);

  it("takes rulings of no more than 32 members in a round, and counts them in bounded gas", async () => {
    const context = await fixture();
    const { venue, seller, buyer, outsider } = context;
    const regulators: Actor[] = Array.from({ length: MOST + 1 }, (_, i) => {
      const key: Wallet | HDNodeWallet = walletOf(i);
      return { id: memberId(usccOf(200 + i)), key, address: key.address };
    });
    const founders = [
      ...regulators.map((actor) => founderOf(actor, ["regulator"])),
      founderOf(seller, ["supplier"]),
      founderOf(buyer, ["supplier"]),
    ];
    const { members, council } = await foundConsortium(venue.key, venue.address, founders, rulesOf(30));
    const cases = await new CasesFactory(venue.key).deploy(members, council, { ...PROCEDURE, findingVotes: MOST });
    const here = { ...context, cases, members };
    const caseId = await open(here);
    const relay = async (by: Actor, ruling: Awaited<ReturnType<typeof rulingOf>>) =>
      cases
        .connect(outsider)
        .ruleSigned(ruling, await approve(cases, by, "Ruling", ruling, { nonce: BigInt(by.address) }));
    await relay(regulators[0]!, await rulingOf(here, caseId, RulingAct.admit));
    await cases.connect(buyer.key).plead(pleaOf(caseId, PleaKind.answer));
    const ruling = await rulingOf(here, caseId, RulingAct.dismiss);
    let dearest = 0n;
    for (const [i, by] of regulators.slice(0, MOST).entries()) {
      const own = { ...ruling, grounds: i === 0 ? encodeBytes32String("own") : ruling.grounds };
      const approval = await approve(cases, by, "Ruling", own);
      const receipt = await (await cases.connect(outsider).ruleSigned(own, approval)).wait();
      dearest = receipt!.gasUsed > dearest ? receipt!.gasUsed : dearest;
    }
    expect(await cases.votesFor(ruling)).to.equal(31n);
    const late = await approve(cases, regulators[MOST]!, "Ruling", ruling);
    await expect(cases.connect(outsider).ruleSigned(ruling, late))
      .to.be.revertedWithCustomError(cases, "CasesTooManyRulings")
      .withArgs(caseId, MOST);
    const changed = await approve(cases, regulators[0]!, "Ruling", ruling, { nonce: 8 });
    await cases.connect(outsider).ruleSigned(ruling, changed);
    expect((await cases.caseOf(caseId)).state).to.equal(BigInt(CaseState.decided));
    expect(dearest).to.be.lessThan(1_000_000n);
  });
});
