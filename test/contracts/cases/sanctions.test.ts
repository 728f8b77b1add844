import { CaseKind, CaseState, PleaKind, Restriction, RulingAct, SubjectKind } from "@lianzheng/sdk/contracts";
import { expect } from "chai";
import { AbiCoder, encodeBytes32String, keccak256 } from "ethers";
import {
  DAY,
  PROCEDURE,
  REASON,
  aboutTrade,
  advanceTo,
  asSubject,
  digestOf,
  fixture,
  networkHelpers,
  now,
  open,
  openTo,
  pleaOf,
  ruleBy,
  rulingOf,
  sanctionOf,
  type Court,
} from "./court.ts";

const { time } = networkHelpers;
const YEAR = 365 * DAY;
const TRADING = 1 << Restriction.trading;
const ALL = 0b11_1111;

/** Upholds the finding with this sanction. */
async function uphold(context: Court, caseId: string, sanction: object): Promise<void> {
  await ruleBy(
    context,
    context.regulators.slice(0, 2),
    await rulingOf(context, caseId, RulingAct.uphold, { ...(await sanctionOf()), ...sanction }),
  );
}

describe("Cases: sanctions", () => {
  it("restricts what it names, from its first second up to its end, and nobody else", async () => {
    const context = await fixture();
    const { cases, seller, buyer } = context;
    const caseId = await openTo(context, CaseState.answered);
    const from = (await now()) + 10 * DAY;
    const until = from + 20 * DAY;
    await uphold(context, caseId, { from, until });
    const asked: [number, boolean][] = [
      [from - 1, false],
      [from, true],
      [until - 1, true],
      [until, false],
    ];
    const check = async () => {
      for (const [at, effect] of asked) {
        expect(await cases.isSanctioned(buyer.id, TRADING, at)).to.equal(effect);
        expect(await cases.isSanctioned(buyer.id, ALL, at)).to.equal(effect);
        expect(await cases.effectAt(caseId, at)).to.equal(effect);
        expect(await cases.isSanctioned(buyer.id, 1 << Restriction.listing, at)).to.equal(false);
        expect(await cases.isSanctioned(buyer.id, 0, at)).to.equal(false);
        expect(await cases.isSanctioned(seller.id, ALL, at)).to.equal(false);
      }
    };
    await check();
    await time.increaseTo(until + YEAR);
    await check();
    expect([await cases.sanctionCount(buyer.id), await cases.sanctionAt(buyer.id, 0)]).to.deep.equal([1n, caseId]);
    await expect(cases.sanctionAt(buyer.id, 1)).to.be.revertedWithPanic(0x32);
  });

  it("never begins before its decision", async () => {
    const context = await fixture();
    const { cases, buyer } = context;
    const caseId = await openTo(context, CaseState.answered);
    const from = (await now()) - 30 * DAY;
    await uphold(context, caseId, { from, until: from + YEAR });
    const { decidedAt } = await cases.caseOf(caseId);
    expect(await cases.isSanctioned(buyer.id, TRADING, decidedAt - 1n)).to.equal(false);
    expect(await cases.isSanctioned(buyer.id, TRADING, decidedAt)).to.equal(true);
  });

  it("may restrict everything that there is, and then restricts each", async () => {
    const context = await fixture();
    const { cases, buyer } = context;
    await uphold(context, await openTo(context, CaseState.answered), { restrictions: ALL });
    const bits = Object.values(Restriction);
    for (const bit of bits) expect(await cases.isSanctioned(buyer.id, 1 << bit, await now())).to.equal(true);
    expect(bits.reduce<number>((mask, bit) => mask | (1 << bit), 0)).to.equal(ALL);
  });

  it("takes every bound of its time and nothing beyond", async () => {
    const context = await fixture();
    const { cases, regulator } = context;
    const caseId = await openTo(context, CaseState.answered);
    const at = (await now()) + 100;
    const delay = at + 180 * DAY;
    const limit = 2 ** 48 - 1;
    const bounds: [number, number, boolean][] = [
      [at, at + 1, true],
      [at - 10, at, false],
      [at, at, false],
      [at + 2, at + 1, false],
      [at, at + 3 * YEAR, true],
      [at, at + 3 * YEAR + 1, false],
      [delay, delay + 1, true],
      [delay + 1, delay + 2, false],
      [0, at + 1, false],
      [at, limit, false],
      [limit - 1, limit, false],
      [0, 0, false],
    ];
    const mine = cases.connect(regulator.key);
    for (const [from, until, good] of bounds) {
      const ruling = await rulingOf(context, caseId, RulingAct.uphold, { restrictions: TRADING, from, until });
      const snapshot = await networkHelpers.takeSnapshot();
      await time.setNextBlockTimestamp(at);
      if (good) await expect(mine.rule(ruling)).to.emit(cases, "RulingCast");
      else await expect(mine.rule(ruling)).to.be.revertedWithCustomError(cases, "CasesPeriod").withArgs(from, until);
      await snapshot.restore();
    }
    expect(bounds).to.have.length(12);
  });

  it("belongs to a finding that is upheld, always, and to nothing else", async () => {
    const context = await fixture();
    const { cases, regulator, arbitrators } = context;
    const finding = await openTo(context, CaseState.answered);
    const dispute = await openTo(context, CaseState.answered, { kind: CaseKind.dispute, salt: digestOf("dispute") });
    const { from, until, restrictions } = await sanctionOf();
    const refused: [Court["seller"], string, number, object, string, unknown[]][] = [
      [regulator, finding, RulingAct.uphold, { from, until }, "CasesRestrictions", [RulingAct.uphold, 0]],
      [
        regulator,
        finding,
        RulingAct.uphold,
        { from, until, restrictions: 64 },
        "CasesRestrictions",
        [RulingAct.uphold, 64],
      ],
      [regulator, finding, RulingAct.dismiss, { restrictions }, "CasesRestrictions", [RulingAct.dismiss, restrictions]],
      [regulator, finding, RulingAct.dismiss, { from }, "CasesPeriod", [from, 0]],
      [regulator, finding, RulingAct.hold, { until }, "CasesPeriod", [0, until]],
      [arbitrators[0], dispute, RulingAct.uphold, { restrictions }, "CasesRestrictions", [5, restrictions]],
      [arbitrators[0], dispute, RulingAct.uphold, { from, until }, "CasesPeriod", [from, until]],
    ];
    for (const [by, caseId, act, change, error, values] of refused) {
      await expect(cases.connect(by.key).rule(await rulingOf(context, caseId, act, change)))
        .to.be.revertedWithCustomError(cases, error)
        .withArgs(...values);
    }
    expect(refused).to.have.length(7);
  });

  it("is one of at most 16 at a time; those that are over make room, and stay on the record", async () => {
    const context = await fixture();
    const { cases, buyer } = context;
    const opened: string[] = [];
    for (let i = 0; i < 21; ++i)
      opened.push(await openTo(context, CaseState.admitted, { salt: digestOf(`case ${i}`) }));
    await time.increase(PROCEDURE.answer);
    // Of the first four one is objected to until it lapses, one annulled, one repaired, and one ends.
    for (const [i, caseId] of opened.slice(0, 16).entries()) {
      await uphold(context, caseId, i === 3 ? { until: (await now()) + 45 * DAY } : {});
    }
    await expect(uphold(context, opened[16]!, {}))
      .to.be.revertedWithCustomError(cases, "CasesTooManySanctions")
      .withArgs(buyer.id, 16);
    const plead = (i: number, kind: number) => cases.connect(buyer.key).plead(pleaOf(opened[i]!, kind));
    await plead(0, PleaKind.objection);
    await plead(1, PleaKind.objection);
    await ruleBy(context, context.regulators.slice(1), await rulingOf(context, opened[1]!, RulingAct.annul));
    await time.increase(PROCEDURE.objection);
    await plead(2, PleaKind.repairApplication);
    await ruleBy(context, context.regulators.slice(1), await rulingOf(context, opened[2]!, RulingAct.repair));
    await time.increase(36 * DAY);
    for (let i = 0; i < 4; ++i) expect(await cases.effectAt(opened[i]!, await now()), `${i}`).to.equal(false);
    // Each of the four made room, for one other.
    for (const caseId of opened.slice(16, 20)) await uphold(context, caseId, {});
    await expect(uphold(context, opened[20]!, {}))
      .to.be.revertedWithCustomError(cases, "CasesTooManySanctions")
      .withArgs(buyer.id, 16);
    expect(await cases.isSanctioned(buyer.id, TRADING, await now())).to.equal(true);
    expect(await cases.sanctionCount(buyer.id)).to.equal(20n);
    for (const [i, caseId] of opened.slice(0, 20).entries())
      expect(await cases.sanctionAt(buyer.id, i)).to.equal(caseId);
    const { decidedAt } = await cases.caseOf(opened[0]!);
    expect(await cases.isSanctioned(buyer.id, TRADING, decidedAt)).to.equal(true);
  });

  it("takes no place when it advises a suspension and nothing else, and is known all the same", async () => {
    const context = await fixture();
    const { cases, buyer } = context;
    const advice = 1 << Restriction.suspensionAdvised;
    const opened: string[] = [];
    for (let i = 0; i < 34; ++i)
      opened.push(await openTo(context, CaseState.admitted, { salt: digestOf(`case ${i}`) }));
    await time.increase(PROCEDURE.answer);
    const before = await now();
    const until = before + 45 * DAY;
    for (const caseId of opened.slice(0, 16)) await uphold(context, caseId, { restrictions: advice, until });
    const isSanctioned = (restrictions: number, at: bigint | number) => cases.isSanctioned(buyer.id, restrictions, at);
    expect([await isSanctioned(advice, await now()), await isSanctioned(ALL - advice, await now())]).to.deep.equal([
      true,
      false,
    ]);
    for (const caseId of opened.slice(16, 32)) await uphold(context, caseId, { restrictions: TRADING | advice });
    await expect(uphold(context, opened[32]!, {}))
      .to.be.revertedWithCustomError(cases, "CasesTooManySanctions")
      .withArgs(buyer.id, 16);
    await uphold(context, opened[33]!, { restrictions: advice, until });
    expect(await cases.sanctionCount(buyer.id)).to.equal(33n);
    expect(await isSanctioned(TRADING, await now())).to.equal(true);
    const { decidedAt } = await cases.caseOf(opened[0]!);
    expect(await isSanctioned(advice, decidedAt)).to.equal(true);
    expect(await isSanctioned(advice, before)).to.equal(false);
    expect(await isSanctioned(TRADING, decidedAt)).to.equal(false);
  });

  it("ends with its time also where it is advice alone", async () => {
    const context = await fixture();
    const { cases, buyer } = context;
    const advice = 1 << Restriction.suspensionAdvised;
    const from = await now();
    const until = from + 45 * DAY;
    await uphold(context, await openTo(context, CaseState.answered), { from, until, restrictions: advice });
    const at = (time: number) => cases.isSanctioned(buyer.id, advice, time);
    expect(await Promise.all([from - 1, await now(), until - 1, until].map(at))).to.deep.equal([
      false,
      true,
      true,
      false,
    ]);
    await time.increaseTo(until);
    expect(await Promise.all([until - 1, until].map(at))).to.deep.equal([true, false]);
  });

  it("is counted once per case, and stays while another one ends", async () => {
    const context = await fixture();
    const { cases, buyer } = context;
    const first = await openTo(context, CaseState.answered);
    const second = await openTo(context, CaseState.answered, { salt: digestOf("second") });
    const from = await now();
    await uphold(context, first, { from, until: from + 10 * DAY });
    await uphold(context, second, { from, until: from + 20 * DAY, restrictions: 1 << Restriction.listing });
    await time.increaseTo(from + 11 * DAY);
    expect(await cases.isSanctioned(buyer.id, TRADING, await now())).to.equal(false);
    expect(await cases.isSanctioned(buyer.id, 1 << Restriction.listing, await now())).to.equal(true);
    expect(await cases.isSanctioned(buyer.id, 1 << Restriction.listing, 2n ** 64n - 1n)).to.equal(false);
  });
});

describe("Cases: holds", () => {
  const order = async (context: Court, caseId: string, act: number) =>
    context.cases.connect(context.regulators[2].key).rule(await rulingOf(context, caseId, act));

  it("holds a product, resource, right or trade by one decider, at once, and releases it", async () => {
    const context = await fixture();
    const { cases } = context;
    for (const subjectKind of [SubjectKind.product, SubjectKind.resource, SubjectKind.right, SubjectKind.trade]) {
      const subject = digestOf(`subject ${subjectKind}`);
      const caseId = await open(context, { salt: subject, subjectKind, subject });
      expect(await cases.isHeld(subject)).to.equal(false);
      await expect(order(context, caseId, RulingAct.hold))
        .to.emit(cases, "HoldChanged")
        .withArgs(caseId, subject, true);
      expect([await cases.isHeld(subject), (await cases.caseOf(caseId)).held]).to.deep.equal([true, true]);
      expect([...(await cases.holdsOn(subject))]).to.deep.equal([caseId]);
      await expect(order(context, caseId, RulingAct.hold))
        .to.be.revertedWithCustomError(cases, "CasesHold")
        .withArgs(caseId, true);
      await expect(order(context, caseId, RulingAct.release))
        .to.emit(cases, "HoldChanged")
        .withArgs(caseId, subject, false);
      expect([await cases.isHeld(subject), (await cases.caseOf(caseId)).held]).to.deep.equal([false, false]);
      await expect(order(context, caseId, RulingAct.release))
        .to.be.revertedWithCustomError(cases, "CasesHold")
        .withArgs(caseId, false);
    }
  });

  it("holds an id whatever the case calls it and whether or not anything is registered, but not by opening alone", async () => {
    const context = await fixture();
    const { cases, seller } = context;
    const coder = AbiCoder.defaultAbiCoder();
    const ids = {
      subject: keccak256(coder.encode(["bytes18", "bytes32"], [seller.id, REASON])),
      right: keccak256(
        coder.encode(["bytes18", "bytes32", "bytes18", "uint8", "bytes32"], [seller.id, REASON, seller.id, 1, REASON]),
      ),
      trade: keccak256(
        coder.encode(["bytes32", "bytes18", "bytes32"], [encodeBytes32String("trade"), seller.id, REASON]),
      ),
    };
    const kinds = [SubjectKind.product, SubjectKind.resource, SubjectKind.right, SubjectKind.trade];
    let held = 0;
    for (const subject of Object.values(ids)) {
      for (const subjectKind of kinds) {
        const salt = digestOf(`${subject} ${subjectKind}`);
        const caseId = await open(context, { salt, subjectKind, subject });
        expect(await cases.isHeld(subject)).to.equal(false);
        await order(context, caseId, RulingAct.hold);
        for (const id of Object.values(ids)) expect(await cases.isHeld(id)).to.equal(id === subject);
        await order(context, caseId, RulingAct.release);
        held += 1;
      }
    }
    expect(held).to.equal(12);
    expect(await cases.caseIdOf(seller.id, REASON)).not.to.be.oneOf(Object.values(ids));
  });

  it("holds neither members nor records", async () => {
    const context = await fixture();
    const { cases, buyer } = context;
    for (const [subjectKind, subject] of [
      [SubjectKind.member, asSubject(buyer.id)],
      [SubjectKind.record, digestOf("leaf")],
    ] as const) {
      const caseId = await open(context, { salt: subject, subjectKind, subject });
      await expect(order(context, caseId, RulingAct.hold))
        .to.be.revertedWithCustomError(cases, "CasesNotHoldable")
        .withArgs(subjectKind);
    }
  });

  it("lasts through decision and objection and ends with the case, whichever way that ends", async () => {
    const context = await fixture();
    const { cases, seller } = context;
    const { subject } = aboutTrade;
    const through = await open(context, aboutTrade);
    await order(context, through, RulingAct.hold);
    for (const state of [CaseState.admitted, CaseState.answered, CaseState.decided, CaseState.objected]) {
      await advanceTo(context, through, state);
      expect(await cases.isHeld(subject), `state ${state}`).to.equal(true);
    }
    await ruleBy(context, context.regulators.slice(1), await rulingOf(context, through, RulingAct.confirm));
    expect([await cases.isHeld(subject), [...(await cases.holdsOn(subject))]]).to.deep.equal([false, []]);
    const withdrawn = await open(context, { ...aboutTrade, salt: digestOf("withdrawn") });
    await order(context, withdrawn, RulingAct.hold);
    await expect(cases.connect(seller.key).plead(pleaOf(withdrawn, PleaKind.withdrawal)))
      .to.emit(cases, "HoldChanged")
      .withArgs(withdrawn, subject, false);
    expect(await cases.isHeld(subject)).to.equal(false);
  });

  it("ends in the second of the deadline by which the case ends, written down or not", async () => {
    const context = await fixture();
    const { cases } = context;
    const { subject } = aboutTrade;
    const caseId = await open(context, aboutTrade);
    await order(context, caseId, RulingAct.hold);
    const { due } = await cases.caseOf(caseId);
    await time.increaseTo(due - 1n);
    expect(await cases.isHeld(subject)).to.equal(true);
    await time.increaseTo(due);
    expect([await cases.isHeld(subject), (await cases.caseOf(caseId)).held]).to.deep.equal([false, false]);
    expect([...(await cases.holdsOn(subject))]).to.deep.equal([caseId]);
    await expect(cases.lapse(caseId)).to.emit(cases, "HoldChanged").withArgs(caseId, subject, false);
    expect([...(await cases.holdsOn(subject))]).to.deep.equal([]);
  });

  it("is one of at most 16 on a subject; those of ended cases make room; each ends by itself", async () => {
    const context = await fixture();
    const { cases } = context;
    const { subject } = aboutTrade;
    const opened: string[] = [];
    for (let i = 0; i < 17; ++i) {
      opened.push(await open(context, { ...aboutTrade, salt: digestOf(`hold ${i}`) }));
      if (i === 0) await time.increase(DAY);
    }
    for (const caseId of opened.slice(0, 16)) await order(context, caseId, RulingAct.hold);
    await expect(order(context, opened[16]!, RulingAct.hold))
      .to.be.revertedWithCustomError(cases, "CasesTooManyHolds")
      .withArgs(subject, 16);
    await time.increaseTo((await cases.caseOf(opened[0]!)).due);
    expect(await cases.isHeld(subject)).to.equal(true);
    await order(context, opened[16]!, RulingAct.hold);
    expect(new Set(await cases.holdsOn(subject))).to.deep.equal(new Set(opened.slice(1)));
    await order(context, opened[5]!, RulingAct.release);
    expect(new Set(await cases.holdsOn(subject))).to.deep.equal(new Set(opened.slice(1).filter((_, i) => i !== 4)));
    expect(await cases.isHeld(subject)).to.equal(true);
  });
});
