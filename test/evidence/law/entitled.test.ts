import type { ChainRpc } from "@lianzheng/node/anchor";
import type { Hex } from "@lianzheng/sdk/encoding";
import { lawContracts, type Bundle, type Policy, type QuestionVerdict } from "@lianzheng/sdk/evidence";
import { toInstant } from "@lianzheng/sdk/record";
import { expect } from "chai";
import { DAY, HOUR, REASON, networkHelpers, world, type Actor } from "../../contracts/fixture.ts";
import type { Made } from "../fixture.ts";
import { answerTo, expectFailure } from "../question-of.ts";
import { chain } from "../../registry/scene.ts";
import { chainTime, LawScene, type Shown } from "./scene.ts";

const later = (): Promise<number> => networkHelpers.time.increase(HOUR);
const scene = async (): Promise<LawScene> => await LawScene.of(await world());

/** The answer, which holds on the records alone and on what the node showed of the law. */
async function entitled(of: LawScene, records: readonly Made[], shown?: readonly Made[]): Promise<QuestionVerdict> {
  return answerTo("entitled", of.judge(await of.evidence(records, shown)));
}

async function refusedFor(of: LawScene, record: Made, reason: RegExp): Promise<void> {
  const verdict = of.judge(await of.evidence([record]));
  expectFailure(verdict, "entitled", "V_NOT_ENTITLED");
  expect(answerTo("entitled", verdict).reason).to.match(reason);
}

async function expectOpen(of: LawScene, records: readonly Made[], reason: RegExp): Promise<void> {
  const answer = await entitled(of, records);
  expect([answer.answer, answer.reason]).to.satisfy(
    ([given, why]: [string, string]) => given === "unknown" && reason.test(why),
    `${answer.answer}: ${answer.reason}`,
  );
}

async function expectEntitled(
  of: LawScene,
  records: readonly Made[],
  trust: string,
  shown?: readonly Made[],
): Promise<void> {
  const answer = await entitled(of, records, shown);
  expect([answer.answer, answer.trust], answer.reason).to.deep.equal(["pass", trust]);
}

/** A trade of two steps that the chain recorded, each with its record. */
async function twoSteps(of: LawScene): Promise<readonly [Made, Made]> {
  const { seller, buyer } = of.world;
  await of.story.resource(seller);
  const subject = `trade:${await of.story.openTrade(seller, buyer)}`;
  const listing = await of.record(seller, { type: "trade.listing", subject });
  await of.story.step(0, listing.id);
  const offer = await of.record(buyer, { type: "trade.offer", subject, sequence: 1, previous: listing });
  await of.story.step(0, offer.id);
  return [listing, offer];
}

describe("evidence: entitled, of a trade", function () {
  this.timeout(120_000);

  it("passes for the steps that the chain recorded, and for each of them alone", async () => {
    const of = await scene();
    const [listing, offer] = await twoSteps(of);
    await expectEntitled(of, [listing, offer], "chain");
    await expectEntitled(of, [listing, offer], "chain", [listing]);
    await expectEntitled(of, [listing, offer], "chain", [offer]);
  });

  it("passes for what the chain recorded, whatever became of member, key and right since", async () => {
    const of = await scene();
    const steps = await twoSteps(of);
    const { seller, rights } = of.world;
    await later();
    await rights.connect(seller.key).revoke(of.story.subjects[0]!.right, REASON);
    await of.story.suspend(seller);
    await later();
    await expectEntitled(of, steps, "chain");
  });

  it("passes for another record of a party, and fails for one of somebody else", async () => {
    const of = await scene();
    const [listing, offer] = await twoSteps(of);
    const { subject } = listing.entry;
    const about = { type: "trade.archive", subject, sequence: 2, previous: offer };
    const archive = await of.record(of.world.buyer, about);
    await expectEntitled(of, [listing, offer, archive], "chain");
    await expectEntitled(of, [listing, offer, archive], "chain", [archive]);
    await refusedFor(
      of,
      await of.record(of.world.processor, { type: "x-note.made", subject }),
      /is no party to the trade/,
    );
  });

  it("passes for a receipt of a delivery that discloses its trade, and is unknown if it does not", async () => {
    const of = await scene();
    const [listing] = await twoSteps(of);
    const trade = listing.entry.subject.slice("trade:".length);
    const about = { type: "delivery.receipt", subject: "delivery:1" };
    await expectEntitled(of, [await of.record(of.world.seller, { ...about, body: { trade } })], "chain");
    await expectOpen(of, [await of.record(of.world.seller, { ...about, body: { row: 1 } })], /do not say who may make/);
    await refusedFor(of, await of.record(of.world.processor, { ...about, body: { trade } }), /is no party/);
  });

  it("fails for a step of the chain that somebody else issued", async () => {
    const of = await scene();
    const { seller, buyer, processor } = of.world;
    await of.story.resource(seller);
    const subject = `trade:${await of.story.openTrade(seller, buyer)}`;
    const listing = await of.record(processor, { type: "trade.listing", subject });
    await of.story.step(0, listing.id);
    await refusedFor(of, listing, /91460000MA000000\S+ is no party to the trade/);
  });

  it("is unknown for a step that the chain did not record, as long as nothing stands against it", async () => {
    const of = await scene();
    const { seller, buyer } = of.world;
    await of.story.resource(seller);
    const subject = `trade:${await of.story.openTrade(seller, buyer)}`;
    await expectOpen(
      of,
      [await of.record(seller, { type: "trade.listing", subject })],
      /not shown that the chain recorded/,
    );
    await expectOpen(of, [await of.record(seller, { type: "trade.settlement", subject })], /not shown that the chain/);
    const stranger = `trade:0x${"ab".repeat(32)}`;
    await expectOpen(of, [await of.record(seller, { type: "trade.listing", subject: stranger })], /has no trade/);
  });

  const broken: readonly (readonly [what: string, spoil: (of: LawScene) => Promise<unknown>, reason: RegExp])[] = [
    [
      "was revoked",
      ({ story, world: { rights, processor } }) =>
        rights.connect(processor.key).revoke(story.subjects[1]!.right, REASON),
      /the right 0x\w+ was revoked when/,
    ],
    ["is over", () => networkHelpers.time.increase(500 * DAY), /the right 0x\w+.* was over when/],
    [
      "leans on one that was revoked",
      ({ story, world: { rights, seller } }) => rights.connect(seller.key).revoke(story.rights[0]!.id, REASON),
      /the right 0x\w+, on which the right 0x\w+ rests, was revoked/,
    ],
    ["leans on one that was frozen", ({ story }) => story.freeze(3, story.subjects[0]!.right), /rests, was frozen/],
    [
      "leans on a registration that was cancelled",
      ({ story, world: { registry, seller } }) => registry.connect(seller.key).cancel(story.subjects[0]!.id, REASON),
      /rests, rested on a registration that was not in force/,
    ],
    ["is about what was frozen", ({ story }) => story.freeze(1, story.subjects[1]!.id), /what is traded was frozen/],
    ["is a suspended member's", ({ story, world: { processor } }) => story.suspend(processor), /was no active member/],
  ];
  for (const [what, spoil, reason] of broken) {
    it(`fails for a listing whose right ${what}`, async () => {
      const of = await scene();
      const { seller, buyer, processor } = of.world;
      await of.story.resource(seller);
      const grant = await of.story.grant(seller, of.story.subjects[0]!.right, processor);
      await of.story.product(processor, [grant]);
      const subject = `trade:${await of.story.openTrade(processor, buyer)}`;
      const good = await of.record(processor, { type: "trade.listing", subject });
      await later();
      await spoil(of);
      await later();
      await refusedFor(of, await of.record(processor, { type: "trade.listing", subject }), reason);
      await expectOpen(of, [good], /nothing stands against the step/);
    });
  }
  it("was spoilt in every way", () => expect(broken).to.have.length(7));
});

describe("evidence: entitled, by member and key", function () {
  this.timeout(120_000);

  /** A right of the buyer to process what the seller holds, and a record of its use. */
  async function use(of: LawScene, signer?: Actor): Promise<Made> {
    const subject = `right:${of.story.rights[0]!.id}`;
    return await of.record(of.world.buyer, {
      type: "authorization.use",
      subject,
      ...(signer === undefined ? {} : { signer }),
    });
  }
  async function withRight(): Promise<LawScene> {
    const of = await scene();
    await of.story.resource(of.world.seller);
    await of.story.grant(of.world.seller, of.story.subjects[0]!.right, of.world.buyer);
    return of;
  }

  it("rests on the log's word where the member was suspended since, and fails where it was by then", async () => {
    const of = await withRight();
    const before = await use(of);
    await expectEntitled(of, [before], "chain");
    await later();
    await of.story.suspend(of.world.buyer);
    await later();
    await expectEntitled(of, [before], "log-key");
    await refusedFor(of, await use(of), /91460000MA000000\S+ was no active member when/);
    await of.story.reinstate(of.world.buyer);
    await later();
    await expectEntitled(of, [await use(of)], "chain");
  });

  it("rests on the log's word where the key has ended since, and fails where it had by then", async () => {
    const of = await withRight();
    const { buyer, spare } = of.world;
    await of.story.addKey(buyer, 3);
    const key: Actor = { id: buyer.id, key: spare[3]!, address: await spare[3]!.getAddress() };
    const before = await use(of, key);
    await expectEntitled(of, [before], "chain");
    await later();
    await of.story.retireKey(buyer, 3);
    await later();
    await expectEntitled(of, [before], "log-key");
    await refusedFor(of, await use(of, key), /the key 0x\w+ of \w+ did not count/);
    await refusedFor(of, await use(of, of.world.seller), /is no key of/);
  });

  it("is unknown where only one of the two times speaks for it, or the clocks' ten minutes do", async () => {
    const of = await withRight();
    await later();
    const start = await chainTime();
    await of.story.suspend(of.world.buyer);
    await later();
    const about = { type: "authorization.use", subject: `right:${of.story.rights[0]!.id}` };
    const backdated = { occurredAt: toInstant((start - 60) * 1000), receivedAt: toInstant((start + HOUR) * 1000) };
    await expectOpen(
      of,
      [await of.record(of.world.buyer, { ...about, ...backdated })],
      /nothing shows that it was made before/,
    );
    const close = toInstant((start + 300) * 1000);
    await expectOpen(
      of,
      [await of.record(of.world.buyer, { ...about, occurredAt: close, receivedAt: close })],
      /clocks may differ/,
    );
    await of.story.reinstate(of.world.buyer);
    await later();
    const early = { occurredAt: toInstant((start + 1800) * 1000), receivedAt: toInstant((await chainTime()) * 1000) };
    await expectOpen(
      of,
      [await of.record(of.world.buyer, { ...about, ...early })],
      /which was no longer so when the log received it/,
    );
  });

  it("asks of the use of a right who held it, and whether it was valid", async () => {
    const of = await withRight();
    const subject = `right:${of.story.rights[0]!.id}`;
    await expectEntitled(of, [await use(of)], "chain");
    await refusedFor(of, await of.record(of.world.processor, { type: "authorization.use", subject }), /was held by/);
    const before = await use(of);
    await later();
    await of.world.rights.connect(of.world.seller.key).revoke(of.story.rights[0]!.id, REASON);
    await later();
    await expectEntitled(of, [before], "log-key");
    await refusedFor(of, await use(of), /was revoked when/);
    const unknown = { type: "authorization.use", subject: `right:0x${"ab".repeat(32)}` };
    await expectOpen(of, [await of.record(of.world.buyer, unknown)], /has no right/);
    await expectOpen(
      of,
      [await of.record(of.world.buyer, { type: "authorization.use", subject: "x:1" })],
      /carries no proof/,
    );
  });

  it("asks of a grant who holds the right, of an acceptance to whom it is offered, of a revocation both", async () => {
    const of = await scene();
    const { seller, buyer, processor, rights } = of.world;
    await of.story.resource(seller);
    const base = of.story.subjects[0]!.right;
    const granting = { type: "authorization.grant", subject: `right:${base}` };
    await expectEntitled(of, [await of.record(seller, granting)], "chain");
    await refusedFor(of, await of.record(processor, granting), /was held by/);
    await later();
    const offered = await of.story.grant(seller, base, buyer, { accepted: false });
    const accepting = { type: "authorization.acceptance", subject: `right:${offered}` };
    await expectEntitled(of, [await of.record(buyer, accepting)], "chain");
    await refusedFor(of, await of.record(processor, accepting), /is offered to/);
    const revoking = { type: "authorization.revocation", subject: `right:${offered}` };
    for (const party of [seller, buyer]) await expectEntitled(of, [await of.record(party, revoking)], "chain");
    await refusedFor(of, await of.record(processor, revoking), /neither held nor granted/);
    await later();
    await rights.connect(seller.key).revoke(offered, REASON);
    await later();
    await refusedFor(of, await of.record(buyer, accepting), /was revoked/);
  });

  it("asks of a registration who registered, of its change who owns it", async () => {
    const of = await scene();
    const { seller, buyer } = of.world;
    const early = await of.record(seller, { type: "resource.registration", subject: `resource:0x${"ab".repeat(32)}` });
    await expectOpen(of, [early], /has no registration/);
    const subject = `resource:${await of.story.resource(seller)}`;
    for (const type of ["resource.registration", "registration.alteration", "registration.cancellation"]) {
      await expectEntitled(of, [await of.record(seller, { type, subject })], "chain");
      await later();
      await refusedFor(
        of,
        await of.record(buyer, { type, subject }),
        type.startsWith("resource") ? /was registered by/ : /was not the owner/,
      );
    }
  });

  it("asks of a statement whether the chain took it", async () => {
    const of = await scene();
    const { seller, notary, attestations } = of.world;
    const subject = await of.story.resource(seller);
    const about = { type: "attestation.compliance", subject: `resource:${subject}` };
    const opinions: Made[] = [];
    for (const note of ["first", "second"]) {
      const opinion = await of.record(notary, { ...about, body: { note } });
      const validFrom = await chainTime();
      const supersedes = await attestations.latestOf(notary.id, 1, 2, subject);
      const statement = {
        kind: 1,
        subjectKind: 2,
        result: 1,
        validFrom,
        validUntil: validFrom + DAY,
        subject,
        opinion: opinion.id,
        materials: REASON,
        rules: REASON,
        supersedes,
      };
      await attestations.connect(notary.key).attest(statement);
      opinions.push(opinion);
      await later();
    }
    for (const opinion of opinions) await expectEntitled(of, [opinion], "chain");
    await expectOpen(of, [await of.record(notary, about)], /has no statement of its issuer/);
    await expectOpen(of, [await of.record(seller, about)], /has no statement of its issuer/);
  });

  it("leaves a log's records of itself to its owner, and all other types open", async () => {
    const of = await scene();
    const { venue, buyer } = of.world;
    await expectEntitled(of, [await of.record(venue, { type: "monitor.warning", subject: "warnings" })], "chain");
    await refusedFor(
      of,
      await of.record(buyer, { type: "monitor.warning", subject: "warnings" }),
      /only the log's owner/,
    );
    await expectOpen(
      of,
      [await of.record(venue, { type: "x-note.made", subject: "notes" })],
      /do not say who may make/,
    );
  });
});

/** The same without one of its members. */
function without<Whole extends object>(whole: Whole, name: keyof Whole): Partial<Whole> {
  return Object.fromEntries(Object.entries(whole).filter(([own]) => own !== name)) as Partial<Whole>;
}

describe("evidence: proofs of the law", function () {
  this.timeout(240_000);
  let of: LawScene;
  let good: Shown;
  let older: Bundle["law"];

  before(async () => {
    of = await scene();
    const { seller, buyer, processor, rights } = of.world;
    await of.story.resource(seller);
    await of.story.grant(seller, of.story.subjects[0]!.right, processor);
    await of.story.product(processor, [of.story.rights[0]!.id]);
    const subject = `right:${of.story.subjects[1]!.right}`;
    const record = await of.record(processor, { type: "authorization.use", subject });
    older = (await of.evidence([record])).bundle.law;
    await later();
    await rights.connect(seller.key).revoke(of.story.rights[0]!.id, REASON);
    await of.story.addKey(buyer, 2);
    good = await of.evidence([record]);
    expect(answerTo("entitled", of.judge(good)).answer).to.equal("pass");
  });

  const withLaw = (law: Bundle["law"]): Shown => ({ ...good, bundle: { ...good.bundle, law } });
  const answerOf = (law: Bundle["law"], policy?: Policy): QuestionVerdict =>
    answerTo("entitled", of.judge(withLaw(law), policy));

  it("are missing: unknown, by contract and by node, and never a pass", () => {
    const { law } = good.bundle;
    expect(law).to.have.all.keys("members", "rights", "registry", "emergency");
    let removed = 0;
    for (const [name, proof] of Object.entries(law) as [keyof typeof law, { account: Hex[]; storage: Hex[] }][]) {
      expect(answerOf(without(law, name)).answer).to.equal("unknown");
      for (const at of proof.storage.keys()) {
        const found = answerOf({ ...law, [name]: { ...proof, storage: proof.storage.toSpliced(at, 1) } });
        expect([found.answer, found.reason]).to.deep.equal([
          "unknown",
          `Record 0: not all is shown that the contract ${name} says of it.`,
        ]);
        removed++;
      }
    }
    expect(removed).to.be.greaterThan(20);
    expect(answerOf({}).reason).to.match(/carries no proof/);
  });

  it("in another order, with nodes twice or of something else, say the same", () => {
    const { law } = good.bundle;
    const members = law.members!;
    const storage = [...members.storage.toReversed(), ...members.storage, ...law.rights!.storage, "0x80"] as const;
    expect(answerOf({ ...law, members: { ...members, storage } })).to.deep.equal(answerOf(law));
  });

  it("altered in any place never pass", () => {
    const { law } = good.bundle;
    const answers = new Map<string, number>();
    for (const name of lawContracts) {
      const proof = law[name];
      if (proof === undefined) continue;
      for (const part of ["account", "storage"] as const) {
        for (const [at, node] of proof[part].entries()) {
          for (const place of [Math.floor(node.length / 2)]) {
            const digit = node[place] === "0" ? "1" : "0";
            const bent = `${node.slice(0, place)}${digit}${node.slice(place + 1)}` as Hex;
            const { answer, code } = answerOf({ ...law, [name]: { ...proof, [part]: proof[part].with(at, bent) } });
            expect(answer).to.equal(part === "account" ? "fail" : "unknown");
            if (part === "account") expect(code).to.equal("V_TRIE");
            answers.set(answer, (answers.get(answer) ?? 0) + 1);
          }
        }
      }
    }
    expect([...answers.values()].every((count) => count > 5)).to.equal(true);
  });

  it("of another contract, another block or other code are refused", () => {
    const { law } = good.bundle;
    expectFailure(of.judge(withLaw({ ...law, members: law.rights! })), "entitled", "V_TRIE");
    for (const name of ["members", "rights"] as const)
      expectFailure(of.judge(withLaw({ ...law, [name]: older[name]! })), "entitled", "V_TRIE");
    const { contracts } = of.policy;
    const other = { ...contracts, rights: { ...contracts.rights!, codeHash: contracts.members.codeHash } };
    expectFailure(of.judge(good, { ...of.policy, contracts: other }), "entitled", "V_EMITTER");
  });

  it("are unknown under a policy that does not name the contract", () => {
    const contracts = without(of.policy.contracts, "rights");
    const found = answerOf(good.bundle.law, { ...of.policy, contracts: contracts as Policy["contracts"] });
    expect([found.answer, found.reason]).to.deep.equal(["unknown", "Record 0: the policy names no contract rights."]);
  });

  it("of a trade whose steps are named wrongly are refused", async () => {
    const [listing, offer] = await twoSteps(of);
    const shown = await of.evidence([listing, offer], [offer]);
    const { steps } = shown.bundle.law;
    expect(steps).to.deep.equal([
      { stage: 1, evidence: listing.id },
      { stage: 2, evidence: offer.id },
    ]);
    const wrong = [
      steps!.slice(1),
      steps!.toReversed(),
      [...steps!, steps![0]!],
      [{ ...steps![0]!, stage: 2 }, steps![1]!],
    ];
    for (const named of wrong) {
      const bundle = { ...shown.bundle, law: { ...shown.bundle.law, steps: named } };
      expectFailure(of.judge({ ...shown, bundle }), "entitled", "V_BINDING");
    }
  });
});

describe("evidence: the law as a node asks for it", function () {
  this.timeout(120_000);

  /** The chain, with its answers to `eth_getProof` changed. */
  const bent = (change: (answer: Proof, asked: readonly Hex[]) => unknown): ChainRpc => ({
    async send(method, params) {
      const answer = await chain.send(method, params);
      return method === "eth_getProof" ? change(answer as Proof, params[1] as readonly Hex[]) : answer;
    },
  });

  async function scenario(): Promise<{ of: LawScene; record: Made }> {
    const of = await scene();
    await of.story.resource(of.world.seller);
    const subject = `right:${of.story.subjects[0]!.right}`;
    return { of, record: await of.record(of.world.seller, { type: "authorization.use", subject }) };
  }

  it("is left out where the chain no longer gives the state, and the answer is unknown", async () => {
    const { of, record } = await scenario();
    const forgetful = bent(() => {
      throw Object.assign(new Error("missing trie node"), { code: -32000 });
    });
    const shown = await of.evidence([record], [record], forgetful);
    expect(shown.bundle.law).to.deep.equal({});
    expect(answerTo("entitled", of.judge(shown)).answer).to.equal("unknown");
  });

  it("is asked for in few rounds, each node once", async () => {
    const { of, record } = await scenario();
    let asked = 0;
    const { bundle } = await of.evidence(
      [record],
      [record],
      bent((answer) => (asked++, answer)),
    );
    expect(asked).to.be.within(5, 12);
    for (const name of lawContracts) {
      const storage = bundle.law[name]?.storage ?? [];
      expect(new Set(storage).size).to.equal(storage.length);
    }
  });

  const lies: readonly (readonly [what: string, change: (answer: Proof) => unknown])[] = [
    [
      "nodes of another slot",
      (answer) => ({ ...answer, storageProof: answer.storageProof.map(() => ({ proof: ["0xc20102"] })) }),
    ],
    ["no nodes", (answer) => ({ ...answer, storageProof: answer.storageProof.map(() => ({ proof: [] })) })],
    ["another account", (answer) => ({ ...answer, accountProof: answer.accountProof.slice(0, -1) })],
  ];
  for (const [what, change] of lies) {
    it(`is not taken from a chain that answers with ${what}`, async () => {
      const { of, record } = await scenario();
      const failure: unknown = await of.evidence([record], [record], bent(change)).catch((error: unknown) => error);
      expect(failure).to.include({ name: "ChainError", code: "C_INCONSISTENT" });
    });
  }
  it("was lied about in every way", () => expect(lies).to.have.length(3));
});

interface Proof {
  readonly accountProof: readonly Hex[];
  readonly storageProof: readonly { readonly proof: readonly Hex[] }[];
}
