import {
  CaseKind,
  CaseState,
  CasesFactory,
  KeyRole,
  Outcome,
  PleaKind,
  Restriction,
  RulingAct,
  SubjectKind,
} from "@lianzheng/sdk/contracts";
import { expect } from "chai";
import { ZeroHash } from "ethers";
import { apply, callOf, decide, suspend } from "../fixture.ts";
import { memberId, usccOf } from "../uscc.ts";
import {
  DAY,
  PROCEDURE,
  REASON,
  SOURCE,
  aboutTrade,
  advanceTo,
  approve,
  asCouncil,
  asSubject,
  caseIdFor,
  decidersOf,
  digestOf,
  evidenceDigest,
  fixture,
  networkHelpers,
  now,
  open,
  openTo,
  openingOf,
  pleaOf,
  ruleBy,
  rulingOf,
  sanctionOf,
  type Court,
} from "./court.ts";

const { time } = networkHelpers;
const stateOf = async ({ cases }: Court, caseId: string) => Number((await cases.caseOf(caseId)).state);
/** Makes the next block begin at `at`, Unix seconds, and mines one so that views see it. */
const moveTo = async (at: bigint | number) => time.increaseTo(at);

describe("Cases: procedure", () => {
  it("keeps the rules that it was made with as version 1, without a source", async () => {
    const { cases, council } = await fixture();
    expect(await cases.council()).to.equal(await council.getAddress());
    expect(await cases.procedureVersion()).to.equal(1n);
    expect((await cases.procedureOf(1)).map(Number)).to.deep.equal(Object.values(PROCEDURE));
    await expect(cases.deploymentTransaction())
      .to.emit(cases, "ProcedureSet")
      .withArgs(1, Object.values(PROCEDURE), ZeroHash);
    for (const version of [0, 2, 2 ** 32 - 1]) {
      await expect(cases.procedureOf(version))
        .to.be.revertedWithCustomError(cases, "CasesUnknownProcedure")
        .withArgs(version);
    }
  });

  it("is set by the council alone, with a source, and every version stays readable", async () => {
    const { cases, venue } = await fixture();
    const council = await asCouncil(cases);
    const rules = { ...PROCEDURE, findingVotes: 3, answer: 7 * DAY };
    await expect(cases.connect(venue.key).setProcedure(rules, SOURCE))
      .to.be.revertedWithCustomError(cases, "NotCouncil")
      .withArgs(venue.address);
    await expect(cases.connect(council).setProcedure(rules, ZeroHash))
      .to.be.revertedWithCustomError(cases, "CasesZeroDigest")
      .withArgs();
    await expect(cases.connect(council).setProcedure({ ...rules, answer: DAY - 1 }, SOURCE))
      .to.be.revertedWithCustomError(cases, "CasesProcedure")
      .withArgs(DAY - 1, DAY, 180 * DAY);
    expect(await cases.procedureVersion()).to.equal(1n);
    expect(await cases.connect(council).setProcedure.staticCall(rules, SOURCE)).to.equal(2n);
    await expect(cases.connect(council).setProcedure(rules, SOURCE))
      .to.emit(cases, "ProcedureSet")
      .withArgs(2, Object.values(rules), SOURCE);
    expect(await cases.procedureVersion()).to.equal(2n);
    expect((await cases.procedureOf(1)).map(Number)).to.deep.equal(Object.values(PROCEDURE));
    expect((await cases.procedureOf(2)).map(Number)).to.deep.equal(Object.values(rules));
  });

  it("stays with a case as it was when that was opened: its deadlines and its votes, up to its repair", async () => {
    const context = await fixture();
    const { cases, regulators } = context;
    const old = await open(context, { salt: digestOf("old") });
    const changed = { ...PROCEDURE, findingVotes: 3, answer: 7 * DAY, objection: 5 * DAY, repair: 9 * DAY };
    await cases.connect(await asCouncil(cases)).setProcedure(changed, SOURCE);
    const fresh = await open(context, { salt: digestOf("fresh") });
    expect([(await cases.caseOf(old)).procedure, (await cases.caseOf(fresh)).procedure]).to.deep.equal([1n, 2n]);
    for (const [caseId, rules] of [
      [old, PROCEDURE],
      [fresh, changed],
    ] as const) {
      const due = async () => Number((await cases.caseOf(caseId)).due) - (await now());
      await advanceTo(context, caseId, CaseState.admitted);
      expect(await due()).to.equal(rules.answer);
      await advanceTo(context, caseId, CaseState.answered);
      const ruling = await rulingOf(context, caseId, RulingAct.uphold, await sanctionOf());
      for (const [i, regulator] of regulators.slice(0, rules.findingVotes).entries()) {
        expect(await stateOf(context, caseId)).to.equal(CaseState.answered);
        await expect(cases.connect(regulator.key).rule(ruling)).to.emit(cases, "RulingCast");
        if (i + 1 === rules.findingVotes) expect(await due()).to.equal(rules.objection);
      }
      expect(await stateOf(context, caseId)).to.equal(CaseState.decided);
    }
    const { due } = await cases.caseOf(old);
    await moveTo(due - 1n);
    expect([await stateOf(context, old), await stateOf(context, fresh)]).to.deep.equal([
      CaseState.decided,
      CaseState.final,
    ]);
    await moveTo(due);
    for (const [caseId, rules] of [
      [old, PROCEDURE],
      [fresh, changed],
    ] as const) {
      await cases.connect(context.buyer.key).plead(pleaOf(caseId, PleaKind.repairApplication));
      expect(Number((await cases.caseOf(caseId)).due) - (await now())).to.equal(rules.repair);
    }
  });

  it("takes every number and period at its bounds and none beyond", async () => {
    const { cases, members, council, venue } = await fixture();
    const deploy = (change: object) =>
      new CasesFactory(venue.key).deploy(members, council, { ...PROCEDURE, ...change });
    let refused = 0;
    for (const name of Object.keys(PROCEDURE)) {
      const [least, most] = name.endsWith("Votes") ? [1, 32] : [DAY, 180 * DAY];
      for (const given of [0, least - 1, most + 1]) {
        await expect(deploy({ [name]: given }))
          .to.be.revertedWithCustomError(cases, "CasesProcedure")
          .withArgs(given, least, most);
        refused += 1;
      }
      for (const given of [least, most]) await deploy({ [name]: given });
    }
    expect(refused).to.equal(24);
  });

  it("refuses a register or a council where there is no contract", async () => {
    const { cases, members, venue, buyer } = await fixture();
    const register = await members.getAddress();
    for (const [given, council] of [
      [buyer.address, register],
      [register, buyer.address],
    ] as const) {
      await expect(new CasesFactory(venue.key).deploy(given, council, PROCEDURE))
        .to.be.revertedWithCustomError(cases, "CasesNoContract")
        .withArgs(buyer.address);
    }
  });
});

describe("Cases: opening", () => {
  it("keeps what was opened under an id that is bound to the opener", async () => {
    const context = await fixture();
    const { cases, seller, buyer } = context;
    const opening = openingOf(context);
    const caseId = caseIdFor(seller.id, digestOf("salt"));
    expect(await cases.connect(seller.key).open.staticCall(opening)).to.equal(caseId);
    const opened = cases.connect(seller.key).open(opening);
    await expect(opened)
      .to.emit(cases, "CaseOpened")
      .withArgs(
        caseId,
        seller.id,
        buyer.id,
        CaseKind.finding,
        SubjectKind.member,
        asSubject(buyer.id),
        ZeroHash,
        opening.grounds,
        opening.evidence,
        1,
      );
    const due = BigInt((await now()) + PROCEDURE.admission);
    await expect(opened).to.emit(cases, "CaseMoved").withArgs(caseId, CaseState.opened, Outcome.none, 1, due);
    const item = await cases.caseOf(caseId);
    expect([item.opener, item.respondent, item.subject, item.grounds]).to.deep.equal([
      seller.id,
      buyer.id,
      asSubject(buyer.id),
      opening.grounds,
    ]);
    expect(item.evidence).to.equal(evidenceDigest([digestOf("leaf 1"), digestOf("leaf 2")]));
    expect([item.state, item.kind, item.round, item.due, item.held]).to.deep.equal([1n, 4n, 1n, due, false]);
    expect(await cases.caseIdOf(seller.id, digestOf("salt"))).to.equal(caseId);
  });

  it("lets a trustee open for a person who is named by a commitment alone", async () => {
    const context = await fixture();
    const { cases, seller, trustee } = context;
    const opening = openingOf(context, { claimant: digestOf("salted person") });
    await cases.connect(trustee.key).open(opening);
    const caseId = await cases.caseIdOf(trustee.id, opening.salt);
    expect((await cases.caseOf(caseId)).claimant).to.equal(digestOf("salted person"));
    await expect(cases.connect(seller.key).open(opening))
      .to.be.revertedWithCustomError(cases, "CasesNotTrustee")
      .withArgs(seller.id);
  });

  it("refuses the same salt of the same opener, and takes it of another", async () => {
    const context = await fixture();
    const { cases, seller, processor } = context;
    const caseId = await open(context);
    await expect(cases.connect(seller.key).open(openingOf(context)))
      .to.be.revertedWithCustomError(cases, "CasesAlreadyOpen")
      .withArgs(caseId);
    await expect(cases.connect(processor.key).open(openingOf(context))).to.emit(cases, "CaseOpened");
  });

  it("refuses what is missing, too much or about the wrong member", async () => {
    const context = await fixture();
    const { cases, seller, buyer, processor } = context;
    const stranger = memberId(usccOf(99));
    // Anybody may apply under any code: it makes nobody a respondent who could not answer.
    const applicant = memberId(usccOf(98));
    await apply(context.members, { id: applicant, key: context.outsider }, ["supplier"]);
    const leaves = (count: number) => Array.from({ length: count }, (_, i) => digestOf(`leaf ${i}`));
    const refused: [Parameters<typeof openingOf>[1], string, unknown[]][] = [
      [{ kind: CaseKind.none }, "CasesKind", [CaseKind.none]],
      [{ salt: ZeroHash }, "CasesZeroDigest", []],
      [{ subject: ZeroHash }, "CasesZeroDigest", []],
      [{ grounds: ZeroHash }, "CasesZeroDigest", []],
      [{ evidence: [REASON, ZeroHash] }, "CasesZeroDigest", []],
      [{ evidence: [] }, "CasesEvidenceCount", [0, 1, 32]],
      [{ evidence: leaves(33) }, "CasesEvidenceCount", [33, 1, 32]],
      [{ evidence: Array<string>(10_000).fill(REASON) }, "CasesEvidenceCount", [10_000, 1, 32]],
      [{ respondent: seller.id }, "CasesSameParty", [seller.id]],
      [{ respondent: stranger }, "CasesUnknownMember", [stranger]],
      [{ respondent: applicant }, "CasesUnknownMember", [applicant]],
      [{ subjectKind: SubjectKind.none }, "CasesSubjectKind", [SubjectKind.none]],
      [{ subject: asSubject(processor.id) }, "CasesSubject", [asSubject(processor.id), buyer.id]],
    ];
    for (const [change, error, values] of refused) {
      await expect(cases.connect(seller.key).open(openingOf(context, change)))
        .to.be.revertedWithCustomError(cases, error)
        .withArgs(...values);
    }
    expect(refused).to.have.length(13);
    await expect(cases.connect(seller.key).open(openingOf(context, { evidence: leaves(32) }))).to.emit(
      cases,
      "CaseOpened",
    );
  });

  it("is open to active members alone, against members of any standing", async () => {
    const context = await fixture();
    const { cases, members, seller, buyer, outsider } = context;
    await suspend(context, buyer.id);
    await expect(cases.connect(buyer.key).open(openingOf(context, { respondent: seller.id })))
      .to.be.revertedWithCustomError(members, "MembersStanding")
      .withArgs(buyer.id, 2);
    await expect(cases.connect(outsider).open(openingOf(context)))
      .to.be.revertedWithCustomError(members, "MembersUnknownKey")
      .withArgs(await outsider.getAddress());
    await expect(cases.connect(seller.key).open(openingOf(context))).to.emit(cases, "CaseOpened");
  });

  it("knows no case that was not opened", async () => {
    const context = await fixture();
    const { cases, seller, regulator } = context;
    const ruling = { ...(await rulingOf(context, await open(context), RulingAct.admit)), caseId: REASON };
    const side = await approve(cases, seller, "Settlement", { caseId: REASON, terms: REASON });
    for (const call of [
      () => cases.caseOf(REASON),
      () => cases.lapse(REASON),
      () => cases.votesFor(ruling),
      () => cases.connect(seller.key).plead(pleaOf(REASON, PleaKind.answer)),
      () => cases.connect(regulator.key).rule(ruling),
      () => cases.settle(REASON, REASON, side, side),
    ]) {
      await expect(call()).to.be.revertedWithCustomError(cases, "CasesUnknownCase").withArgs(REASON);
    }
    expect(await cases.effectAt(REASON, 1)).to.equal(false);
  });
});

describe("Cases: the way of a case", () => {
  it("goes from opening to repair, and answers for every past second afterwards", async () => {
    const context = await fixture();
    const { cases, buyer, regulators } = context;
    const caseId = await open(context);
    const seen: [number, number][] = [[await now(), await stateOf(context, caseId)]];
    for (const state of [3, 4, 6, 7, 8, 9, 10]) {
      await time.increase(DAY);
      await advanceTo(context, caseId, state);
      seen.push([await now(), await stateOf(context, caseId)]);
    }
    expect(seen.map(([, state]) => state)).to.deep.equal([1, 3, 4, 6, 7, 8, 9, 10]);
    const at = Object.fromEntries(seen.map(([when, state]) => [state, when]));
    const item = await cases.caseOf(caseId);
    expect([item.outcome, item.decider, item.statement, item.rules]).to.deep.equal([
      1n,
      regulators[1].id,
      digestOf("statement"),
      digestOf("rules v1"),
    ]);
    expect([item.decidedAt, item.repairedAt]).to.deep.equal([at[6], at[10]].map((when) => BigInt(when!)));
    expect([item.round, item.due]).to.deep.equal([8n, 0n]);
    const effects: [number, boolean][] = [
      [at[6]! - 1, false],
      [at[6]!, true],
      [at[7]! - 1, true],
      [at[7]!, false],
      [at[8]! - 1, false],
      [at[8]!, true],
      [at[10]! - 1, true],
      [at[10]!, false],
      [at[10]! + 30 * DAY, false],
    ];
    for (const [when, effect] of effects) {
      expect(await cases.effectAt(caseId, when), `at ${when - at[6]!}`).to.equal(effect);
      expect(await cases.isSanctioned(buyer.id, 1 << Restriction.trading, when)).to.equal(effect);
    }
  });

  it("tells of each step by events", async () => {
    const context = await fixture();
    const { cases, buyer, regulators } = context;
    const caseId = await openTo(context, CaseState.admitted);
    const answered = cases.connect(buyer.key).plead(pleaOf(caseId, PleaKind.answer));
    await expect(answered)
      .to.emit(cases, "PleaMade")
      .withArgs(caseId, buyer.id, PleaKind.answer, digestOf("statement"), [digestOf("leaf 3")]);
    const due = BigInt((await now()) + PROCEDURE.decision);
    await expect(answered).to.emit(cases, "CaseMoved").withArgs(caseId, CaseState.answered, Outcome.none, 3, due);
    const ruling = await rulingOf(context, caseId, RulingAct.uphold, await sanctionOf());
    await cases.connect(regulators[0].key).rule(ruling);
    expect(await cases.votesFor(ruling)).to.equal(1n);
    const decided = cases.connect(regulators[2].key).rule(ruling);
    await expect(decided)
      .to.emit(cases, "RulingMade")
      .withArgs(
        caseId,
        RulingAct.uphold,
        regulators[2].id,
        ruling.grounds,
        ruling.rules,
        ruling.restrictions,
        ruling.from,
        ruling.until,
      );
    await expect(decided).to.emit(cases, "EffectChanged").withArgs(caseId, buyer.id, true);
    await expect(decided).to.emit(cases, "RulingCast");
    expect(await cases.votesFor(ruling)).to.equal(2n);
  });

  it("takes no plea and no ruling that the state does not allow: every state and act", async () => {
    const context = await fixture();
    const { cases, regulator } = context;
    const allowedRulings: Record<number, readonly number[]> = {
      [CaseState.opened]: [1, 2, 3, 4],
      [CaseState.admitted]: [3, 4],
      [CaseState.answered]: [3, 4, 5, 6],
      [CaseState.decided]: [3, 4],
      [CaseState.objected]: [3, 4, 7, 8],
      [CaseState.final]: [],
      [CaseState.repairSought]: [9, 10],
      [CaseState.repaired]: [],
    };
    const allowedPleas: Record<number, readonly number[]> = {
      [CaseState.opened]: [3],
      [CaseState.admitted]: [1, 3],
      [CaseState.answered]: [3],
      [CaseState.decided]: [2],
      [CaseState.objected]: [],
      [CaseState.final]: [4],
      [CaseState.repairSought]: [],
      [CaseState.repaired]: [],
    };
    const caseId = await open(context);
    let checked = 0;
    for (const [state, acts] of Object.entries(allowedRulings)) {
      await advanceTo(context, caseId, Number(state));
      for (let act = 0; act <= 10; ++act) {
        checked += 1;
        if (acts.includes(act)) continue;
        const ruling = await rulingOf(context, caseId, act);
        await expect(cases.connect(regulator.key).rule.staticCall(ruling), `${state}, ${act}`)
          .to.be.revertedWithCustomError(cases, "CasesRuling")
          .withArgs(caseId, state, act);
      }
      for (let kind = 0; kind <= 4; ++kind) {
        checked += 1;
        if (allowedPleas[Number(state)]!.includes(kind)) continue;
        await expect(cases.connect(context.buyer.key).plead.staticCall(pleaOf(caseId, kind)), `${state}, ${kind}`)
          .to.be.revertedWithCustomError(cases, "CasesPlea")
          .withArgs(caseId, state, kind);
      }
    }
    expect(checked).to.equal(8 * 16);
  });

  it("is withdrawn by the opener before the decision, from every state", async () => {
    const context = await fixture();
    const { cases, seller } = context;
    for (const state of [CaseState.opened, CaseState.admitted, CaseState.answered]) {
      const caseId = await openTo(context, state, { salt: digestOf(`withdrawn ${state}`) });
      await cases.connect(seller.key).plead(pleaOf(caseId, PleaKind.withdrawal));
      expect(await stateOf(context, caseId)).to.equal(CaseState.withdrawn);
      await expect(cases.connect(seller.key).plead(pleaOf(caseId, PleaKind.withdrawal)))
        .to.be.revertedWithCustomError(cases, "CasesPlea")
        .withArgs(caseId, CaseState.withdrawn, PleaKind.withdrawal);
    }
  });

  it("is pleaded by the right side alone, with a statement and no more than 32 digests", async () => {
    const context = await fixture();
    const { cases, seller, buyer, processor, outsider } = context;
    const caseId = await openTo(context, CaseState.admitted);
    const asked: [Court["seller"], number, string][] = [
      [seller, PleaKind.answer, buyer.id],
      [processor, PleaKind.answer, buyer.id],
      [buyer, PleaKind.withdrawal, seller.id],
    ];
    for (const [by, kind, expected] of asked) {
      await expect(cases.connect(by.key).plead(pleaOf(caseId, kind)))
        .to.be.revertedWithCustomError(cases, "CasesNotParty")
        .withArgs(caseId, expected, by.id);
    }
    await expect(cases.connect(outsider).plead(pleaOf(caseId, PleaKind.answer)))
      .to.be.revertedWithCustomError(context.members, "MembersUnknownKey")
      .withArgs(await outsider.getAddress());
    const mine = cases.connect(buyer.key);
    await expect(mine.plead(pleaOf(caseId, PleaKind.answer, { statement: ZeroHash }))).to.be.revertedWithCustomError(
      cases,
      "CasesZeroDigest",
    );
    await expect(mine.plead(pleaOf(caseId, PleaKind.answer, { evidence: [ZeroHash] }))).to.be.revertedWithCustomError(
      cases,
      "CasesZeroDigest",
    );
    await expect(mine.plead(pleaOf(caseId, PleaKind.answer, { evidence: Array<string>(33).fill(REASON) })))
      .to.be.revertedWithCustomError(cases, "CasesEvidenceCount")
      .withArgs(33, 0, 32);
    await expect(mine.plead(pleaOf(caseId, PleaKind.answer, { evidence: [] }))).to.emit(cases, "PleaMade");
  });

  it("lets a suspended respondent defend itself", async () => {
    const context = await fixture();
    const { cases, buyer, members } = context;
    const caseId = await openTo(context, CaseState.admitted);
    await suspend(context, buyer.id);
    await expect(members.actorOf(buyer.address, KeyRole.act)).to.be.revertedWithCustomError(members, "MembersStanding");
    await cases.connect(buyer.key).plead(pleaOf(caseId, PleaKind.answer));
    expect(await stateOf(context, caseId)).to.equal(CaseState.answered);
  });
});

describe("Cases: who rules", () => {
  it("asks as many of the right kind as the table says, for every kind of case", async () => {
    const context = await fixture();
    const { cases, regulator, arbitrators, notary } = context;
    for (const kind of [CaseKind.complaint, CaseKind.dispute, CaseKind.arbitration, CaseKind.finding]) {
      const caseId = await openTo(context, CaseState.answered, { kind, salt: digestOf(`kind ${kind}`) });
      const byRegulators = kind === CaseKind.complaint || kind === CaseKind.finding;
      const change = kind === CaseKind.finding ? await sanctionOf() : {};
      const ruling = await rulingOf(context, caseId, RulingAct.uphold, change);
      for (const wrong of [byRegulators ? arbitrators[0] : regulator, notary]) {
        await expect(cases.connect(wrong.key).rule(ruling))
          .to.be.revertedWithCustomError(cases, "CasesNotDecider")
          .withArgs(caseId, wrong.id);
      }
      const deciders = decidersOf(context, kind);
      expect(deciders).to.have.length(kind > CaseKind.dispute ? 2 : 1);
      for (const [i, { key }] of deciders.entries()) {
        expect(await stateOf(context, caseId), `kind ${kind}, ruling ${i}`).to.equal(CaseState.answered);
        await cases.connect(key).rule(ruling);
      }
      expect(await stateOf(context, caseId)).to.equal(CaseState.decided);
    }
  });

  it("lets no side rule, whatever its kind", async () => {
    const context = await fixture();
    const { cases, regulators } = context;
    const [opener, respondent, other] = regulators;
    await cases.connect(opener.key).open(openingOf(context, { ...aboutTrade, respondent: respondent.id }));
    const caseId = await cases.caseIdOf(opener.id, digestOf("salt"));
    for (const act of [RulingAct.admit, RulingAct.reject, RulingAct.hold]) {
      for (const side of [opener, respondent]) {
        await expect(cases.connect(side.key).rule(await rulingOf(context, caseId, act)))
          .to.be.revertedWithCustomError(cases, "CasesPartyRules")
          .withArgs(caseId, side.id);
      }
    }
    await expect(cases.connect(other.key).rule(await rulingOf(context, caseId, RulingAct.admit))).to.emit(
      cases,
      "RulingMade",
    );
  });

  it("lets a decider change its mind, counts nobody twice and none that is suspended", async () => {
    const context = await fixture();
    const { cases, regulators } = context;
    const caseId = await openTo(context, CaseState.answered);
    const [a, b, c] = regulators.map(({ key }) => cases.connect(key)) as [typeof cases, typeof cases, typeof cases];
    const uphold = await rulingOf(context, caseId, RulingAct.uphold, await sanctionOf());
    const dismiss = await rulingOf(context, caseId, RulingAct.dismiss);
    await b.rule(uphold);
    await expect(b.rule(uphold))
      .to.be.revertedWithCustomError(cases, "CasesRuledAlready")
      .withArgs(caseId, regulators[1].id);
    await b.rule(dismiss);
    expect([await cases.votesFor(uphold), await cases.votesFor(dismiss)]).to.deep.equal([0n, 1n]);
    await suspend(context, regulators[1].id);
    expect(await cases.votesFor(dismiss)).to.equal(0n);
    await c.rule(dismiss);
    expect(await stateOf(context, caseId)).to.equal(CaseState.answered);
    await a.rule({ ...dismiss, grounds: digestOf("other grounds") });
    expect(await stateOf(context, caseId)).to.equal(CaseState.answered);
    await a.rule(dismiss);
    expect([await stateOf(context, caseId), (await cases.caseOf(caseId)).outcome]).to.deep.equal([6, 2n]);
  });

  it("takes effect when ruled again after a member whose ruling is needed was reinstated", async () => {
    const context = await fixture();
    const { cases, council, members, venue, notary, regulators } = context;
    const caseId = await openTo(context, CaseState.answered);
    const dismiss = await rulingOf(context, caseId, RulingAct.dismiss);
    await cases.connect(regulators[1].key).rule(dismiss);
    await suspend(context, regulators[1].id);
    await cases.connect(regulators[2].key).rule(dismiss);
    expect(await stateOf(context, caseId)).to.equal(CaseState.answered);
    await decide(council, [venue, notary], [await callOf(members, "reinstate", [regulators[1].id, REASON])]);
    expect(await cases.votesFor(dismiss)).to.equal(2n);
    await cases.connect(regulators[2].key).rule(dismiss);
    expect(await stateOf(context, caseId)).to.equal(CaseState.decided);
  });

  it("refuses a ruling of another round, without grounds, or without the version of the rules", async () => {
    const context = await fixture();
    const { cases, regulator } = context;
    const caseId = await open(context);
    const ruling = await rulingOf(context, caseId, RulingAct.admit);
    const mine = cases.connect(regulator.key);
    for (const round of [0, 2]) {
      await expect(mine.rule({ ...ruling, round }))
        .to.be.revertedWithCustomError(cases, "CasesRound")
        .withArgs(caseId, 1, round);
    }
    for (const change of [{ grounds: ZeroHash }, { rules: ZeroHash }]) {
      await expect(mine.rule({ ...ruling, ...change })).to.be.revertedWithCustomError(cases, "CasesZeroDigest");
    }
    await mine.rule(await rulingOf(context, caseId, RulingAct.reject));
    expect(await stateOf(context, caseId)).to.equal(CaseState.rejected);
  });
});

describe("Cases: objections", () => {
  it("lets the losing side object, and suspends the effect in its block", async () => {
    const context = await fixture();
    const { cases, seller, buyer } = context;
    for (const upheld of [true, false]) {
      const caseId = await openTo(context, CaseState.decided, { salt: digestOf(`objection ${upheld}`) }, upheld);
      const [loser, winner] = upheld ? [buyer, seller] : [seller, buyer];
      expect(await cases.effectAt(caseId, await now())).to.equal(upheld);
      await expect(cases.connect(winner.key).plead(pleaOf(caseId, PleaKind.objection)))
        .to.be.revertedWithCustomError(cases, "CasesNotParty")
        .withArgs(caseId, loser.id, winner.id);
      const objection = cases.connect(loser.key).plead(pleaOf(caseId, PleaKind.objection));
      if (upheld) await expect(objection).to.emit(cases, "EffectChanged").withArgs(caseId, buyer.id, false);
      else await expect(objection).not.to.emit(cases, "EffectChanged");
      expect(await cases.effectAt(caseId, await now())).to.equal(false);
    }
  });

  it("restores the effect when confirmed, and ends the decision when annulled", async () => {
    const context = await fixture();
    const { cases, buyer, regulators } = context;
    for (const [act, outcome] of [
      [RulingAct.confirm, Outcome.upheld],
      [RulingAct.annul, Outcome.annulled],
    ] as const) {
      const caseId = await openTo(context, CaseState.objected, { salt: digestOf(`review ${act}`) });
      await ruleBy(context, regulators.slice(1), await rulingOf(context, caseId, act));
      const item = await cases.caseOf(caseId);
      expect([item.state, item.outcome]).to.deep.equal([8n, BigInt(outcome)]);
      expect(await cases.effectAt(caseId, await now())).to.equal(act === RulingAct.confirm);
    }
    expect(await cases.sanctionCount(buyer.id)).to.equal(2n);
  });

  it("annuls or confirms a dismissal without any effect", async () => {
    const context = await fixture();
    const { cases, arbitrators } = context;
    for (const [act, outcome] of [
      [RulingAct.confirm, Outcome.dismissed],
      [RulingAct.annul, Outcome.annulled],
    ] as const) {
      const change = { kind: CaseKind.arbitration, salt: digestOf(`dismissal ${act}`) };
      const caseId = await openTo(context, CaseState.objected, change, false);
      const ruling = await rulingOf(context, caseId, act);
      await cases.connect(arbitrators[1].key).rule(ruling);
      await expect(cases.connect(arbitrators[2].key).rule(ruling)).not.to.emit(cases, "EffectChanged");
      expect((await cases.caseOf(caseId)).outcome).to.equal(BigInt(outcome));
      expect(await cases.effectAt(caseId, await now())).to.equal(false);
    }
  });

  it("has another decide where one decided alone", async () => {
    const context = await fixture();
    const { cases, arbitrators } = context;
    const caseId = await openTo(context, CaseState.objected, { kind: CaseKind.dispute });
    for (const act of [RulingAct.confirm, RulingAct.annul]) {
      await expect(cases.connect(arbitrators[0].key).rule(await rulingOf(context, caseId, act)))
        .to.be.revertedWithCustomError(cases, "CasesOwnDecision")
        .withArgs(caseId, arbitrators[0].id);
    }
    await ruleBy(context, [arbitrators[1]], await rulingOf(context, caseId, RulingAct.confirm));
    expect(await stateOf(context, caseId)).to.equal(CaseState.final);
    expect(await cases.effectAt(caseId, await now())).to.equal(true);
  });
});

describe("Cases: deadlines", () => {
  const passing: readonly [number, number, number, boolean][] = [
    [CaseState.opened, PROCEDURE.admission, CaseState.lapsed, false],
    [CaseState.admitted, PROCEDURE.answer, CaseState.unanswered, false],
    [CaseState.answered, PROCEDURE.decision, CaseState.lapsed, false],
    [CaseState.decided, PROCEDURE.objection, CaseState.final, true],
    [CaseState.objected, PROCEDURE.review, CaseState.lapsed, false],
    [CaseState.repairSought, PROCEDURE.repair, CaseState.final, true],
  ];
  for (const [state, period, after, effect] of passing) {
    it(`moves state ${state} to ${after} in the second of its deadline, by itself and by anybody`, async () => {
      const context = await fixture();
      const { cases, outsider } = context;
      const caseId = await openTo(context, state);
      const { due, round } = await cases.caseOf(caseId);
      expect(due).to.equal(BigInt((await now()) + period));
      await moveTo(due - 1n);
      expect(await stateOf(context, caseId)).to.equal(state);
      await expect(cases.connect(outsider).lapse.staticCall(caseId))
        .to.be.revertedWithCustomError(cases, "CasesNotDue")
        .withArgs(caseId, due);
      await moveTo(due);
      const before = await cases.caseOf(caseId);
      expect(Number(before.state)).to.equal(after);
      await expect(cases.connect(outsider).lapse(caseId))
        .to.emit(cases, "CaseMoved")
        .withArgs(caseId, after, before.outcome, round, before.due);
      expect(await cases.caseOf(caseId)).to.deep.equal(before);
      expect(await cases.effectAt(caseId, await now())).to.equal(effect);
      await expect(cases.lapse(caseId))
        .to.be.revertedWithCustomError(cases, "CasesNotDue")
        .withArgs(caseId, before.due);
    });
  }

  it("lets a case be decided without an answer only once the time for it is over, and for as long as if answered", async () => {
    const context = await fixture();
    const { cases, buyer, regulator } = context;
    const caseId = await openTo(context, CaseState.admitted);
    const { due, round } = await cases.caseOf(caseId);
    const ruling = { ...(await rulingOf(context, caseId, RulingAct.dismiss)), round };
    await expect(cases.connect(regulator.key).rule(ruling))
      .to.be.revertedWithCustomError(cases, "CasesRuling")
      .withArgs(caseId, CaseState.admitted, RulingAct.dismiss);
    await moveTo(due);
    await expect(cases.connect(buyer.key).plead(pleaOf(caseId, PleaKind.answer)))
      .to.be.revertedWithCustomError(cases, "CasesPlea")
      .withArgs(caseId, CaseState.unanswered, PleaKind.answer);
    expect((await cases.caseOf(caseId)).due).to.equal(due + BigInt(PROCEDURE.decision));
    await ruleBy(context, context.regulators.slice(0, 2), ruling);
    expect(await stateOf(context, caseId)).to.equal(CaseState.decided);
  });

  it("goes through two deadlines at once when nobody came", async () => {
    const context = await fixture();
    const { cases } = context;
    const caseId = await openTo(context, CaseState.admitted);
    const { due } = await cases.caseOf(caseId);
    await moveTo(due + BigInt(PROCEDURE.decision) - 1n);
    expect(await stateOf(context, caseId)).to.equal(CaseState.unanswered);
    await moveTo(due + BigInt(PROCEDURE.decision));
    expect(await stateOf(context, caseId)).to.equal(CaseState.lapsed);
    await expect(cases.lapse(caseId)).to.emit(cases, "CaseMoved").withArgs(caseId, CaseState.lapsed, 0, 2, 0);
  });

  it("takes an objection in the last second and none in the next", async () => {
    const context = await fixture();
    const { cases, buyer } = context;
    const caseId = await openTo(context, CaseState.decided);
    const { due } = await cases.caseOf(caseId);
    const object = () => cases.connect(buyer.key).plead(pleaOf(caseId, PleaKind.objection));
    const snapshot = await networkHelpers.takeSnapshot();
    await time.setNextBlockTimestamp(due);
    await expect(object())
      .to.be.revertedWithCustomError(cases, "CasesPlea")
      .withArgs(caseId, CaseState.final, PleaKind.objection);
    await snapshot.restore();
    await time.setNextBlockTimestamp(due - 1n);
    await expect(object()).to.emit(cases, "EffectChanged").withArgs(caseId, buyer.id, false);
  });
});

describe("Cases: repair", () => {
  it("ends the effect from its second on", async () => {
    const context = await fixture();
    const { cases, buyer, regulators } = context;
    const caseId = await openTo(context, CaseState.repairSought);
    await cases.connect(regulators[0].key).rule(await rulingOf(context, caseId, RulingAct.repair));
    expect(await cases.effectAt(caseId, await now())).to.equal(true);
    await expect(cases.connect(regulators[1].key).rule(await rulingOf(context, caseId, RulingAct.repair)))
      .to.emit(cases, "EffectChanged")
      .withArgs(caseId, buyer.id, false);
    const item = await cases.caseOf(caseId);
    expect([item.state, item.outcome]).to.deep.equal([10n, 1n]);
    expect(await cases.effectAt(caseId, item.repairedAt)).to.equal(false);
    expect(await cases.effectAt(caseId, item.repairedAt - 1n)).to.equal(true);
  });

  it("can be refused, and sought again", async () => {
    const context = await fixture();
    const { cases } = context;
    const caseId = await openTo(context, CaseState.repairSought);
    const stale = await rulingOf(context, caseId, RulingAct.repair);
    const refusal = await rulingOf(context, caseId, RulingAct.refuseRepair);
    await ruleBy(context, context.regulators.slice(0, 2), refusal);
    expect(await stateOf(context, caseId)).to.equal(CaseState.final);
    expect(await cases.effectAt(caseId, await now())).to.equal(true);
    await advanceTo(context, caseId, CaseState.repairSought);
    await expect(cases.connect(context.regulator.key).rule(stale))
      .to.be.revertedWithCustomError(cases, "CasesRound")
      .withArgs(caseId, BigInt(stale.round) + 2n, stale.round);
    await advanceTo(context, caseId, CaseState.repaired);
    expect(await stateOf(context, caseId)).to.equal(CaseState.repaired);
  });

  it("is sought by the respondent of a finding upheld, while its sanction lasts and with evidence", async () => {
    const context = await fixture();
    const { cases, seller, buyer } = context;
    const seek = (caseId: string, by = buyer, change = {}) =>
      cases.connect(by.key).plead(pleaOf(caseId, PleaKind.repairApplication, change));
    const caseId = await openTo(context, CaseState.final);
    await expect(seek(caseId, seller))
      .to.be.revertedWithCustomError(cases, "CasesNotParty")
      .withArgs(caseId, buyer.id, seller.id);
    await expect(seek(caseId, buyer, { evidence: [] }))
      .to.be.revertedWithCustomError(cases, "CasesEvidenceCount")
      .withArgs(0, 1, 32);
    const dismissed = await openTo(context, CaseState.final, { salt: digestOf("dismissed") }, false);
    await expect(seek(dismissed)).to.be.revertedWithCustomError(cases, "CasesNothingToRepair").withArgs(dismissed);
    const dispute = await openTo(context, CaseState.final, { salt: digestOf("dispute"), kind: CaseKind.dispute });
    await expect(seek(dispute)).to.be.revertedWithCustomError(cases, "CasesKind").withArgs(CaseKind.dispute);
    const { until } = await cases.caseOf(caseId);
    await time.setNextBlockTimestamp(until);
    await expect(seek(caseId)).to.be.revertedWithCustomError(cases, "CasesNothingToRepair").withArgs(caseId);
  });
});
