import {
  AttestationKind,
  CaseKind,
  Grade,
  PleaKind,
  RulingAct,
  SubjectKind,
  maskOfKinds,
} from "@lianzheng/sdk/contracts";
import type { KindName, RegistrationStruct } from "@lianzheng/sdk/contracts";
import { ZeroHash } from "ethers";
import {
  DAY,
  HOUR,
  NO_PARENT,
  REASON,
  admit,
  callOf,
  decide,
  digestOf,
  ethers,
  networkHelpers,
  newKeyOf,
  now,
  reinstate,
  suspend,
  type Actor,
  type World,
} from "../contracts/fixture.ts";
import { memberId, usccOf } from "../contracts/uscc.ts";
import { TYPES } from "../contracts/trade/scene.ts";

interface ScopeOfStory {
  readonly purposes: number;
  readonly territories: number;
  readonly from: number;
  readonly until: number;
  readonly uses: number;
  readonly depth: number;
}

/**
 * Everything that members do under the law, as acts that leave events: the same acts make the worlds of the tests and of the walks.
 *
 * What an act made it keeps, so that a later one can go on with it.
 */
export class Story {
  readonly world: World;
  readonly subjects: { id: string; right: string; owner: Actor }[] = [];
  readonly rights: { id: string; base: string; granter: Actor; holder: Actor; document: string }[] = [];
  readonly trades: { id: string; seller: Actor; buyer: Actor; venue: Actor | undefined }[] = [];
  readonly attestations: { id: string; kind: number; subject: string; by: Actor }[] = [];
  readonly cases: string[] = [];
  readonly consents: { id: string; wallet: ReturnType<typeof ethers.Wallet.createRandom>; opening: string }[] = [];
  readonly logs: { id: string; size: number; owner: Actor }[] = [];
  #names = 0;
  #second: Actor | undefined;

  constructor(world: World) {
    this.world = world;
  }

  /** A digest that no other act has. */
  name(): string {
    return digestOf(`name ${++this.#names} ${this.subjects.length}`);
  }

  registration(grade: number = Grade.general, source = 0, venue: string = NO_PARENT): RegistrationStruct {
    const contents = [
      { algorithm: 1, value: this.name() },
      { algorithm: 2, value: this.name() },
    ];
    return { digest: this.name(), metadata: this.name(), grade, source, venue, contents };
  }

  async scope(uses = 0): Promise<ScopeOfStory> {
    const from = await now();
    return { purposes: 0b111, territories: 0b11, from, until: from + 365 * DAY, uses, depth: 4 };
  }

  async resource(owner: Actor, { source = 0, venue = NO_PARENT, uses = 0 } = {}): Promise<string> {
    const { rights } = this.world;
    const [registration, scope] = [this.registration(0, source, venue), await this.scope(uses)];
    const mine = rights.connect(owner.key);
    const { subject, right } = await mine.registerResource.staticCall(registration, scope);
    await mine.registerResource(registration, scope);
    this.subjects.push({ id: subject, right, owner });
    return subject;
  }

  async product(owner: Actor, basis: readonly string[]): Promise<string> {
    const { rights } = this.world;
    const [registration, whole] = [this.registration(), await this.scope()];
    const scope = { ...whole, until: whole.until - (2 + this.subjects.length) * DAY, purposes: 1, territories: 1 };
    const mine = rights.connect(owner.key);
    const { subject, right } = await mine.registerProduct.staticCall(registration, scope, [...basis]);
    await mine.registerProduct(registration, scope, [...basis]);
    this.subjects.push({ id: subject, right, owner });
    return subject;
  }

  /** An offer of processing; accepted if asked. */
  async grant(
    granter: Actor,
    base: string,
    holder: Actor,
    { accepted = true, uses = 0, consent = ZeroHash } = {},
  ): Promise<string> {
    const { rights } = this.world;
    const document = this.name();
    const whole = await this.scope(uses);
    const scope = { ...whole, purposes: 1, territories: 1, until: whole.until - DAY, depth: 1 };
    const offer = { base, holder: holder.id, kind: 2, scope, document, consent };
    await rights.connect(granter.key).grant(offer);
    const id = await rights.rightIdOf(granter.id, offer);
    this.rights.push({ id, base, granter, holder, document });
    if (accepted) await rights.connect(holder.key).accept(id, document);
    return id;
  }

  async openTrade(
    seller: Actor,
    buyer: Actor,
    { venue, at = 0 }: { venue?: Actor; at?: number } = {},
  ): Promise<string> {
    const { trades } = this.world;
    const own = this.subjects.filter(({ owner }) => owner === seller);
    const subject = own[at % Math.max(1, own.length)]!;
    const salt = this.name();
    const terms = {
      salt,
      subject: subject.id,
      right: subject.right,
      buyer: buyer.id,
      venue: venue?.id ?? NO_PARENT,
      amount: this.name(),
      crossBorder: false,
    };
    await trades.connect(seller.key).open(terms);
    const id = await trades.tradeIdOf(seller.id, salt);
    this.trades.push({ id, seller, buyer, venue });
    return id;
  }

  async #sign(type: keyof typeof TYPES, message: object, signers: readonly Actor[]) {
    const { chainId } = await ethers.provider.getNetwork();
    const verifyingContract = await this.world.trades.getAddress();
    const domain = { name: "Lianzheng Trades", version: "1", chainId, verifyingContract };
    const share = [
      { name: "member", type: "bytes18" },
      { name: "amount", type: "uint128" },
    ];
    const types = { [type]: [...TYPES[type]], ...(type === "Distribution" ? { Share: share } : {}) };
    return Promise.all(
      signers.map(async ({ key, address }) => ({
        key: address,
        signature: await key.signTypedData(domain, types, message),
      })),
    );
  }

  async #next(id: string) {
    const { count } = await this.world.trades.headOf(id);
    const step = Number(count) + 1;
    return { tradeId: id, evidence: digestOf(`record ${id} ${step}`), count: step, deadline: (await now()) + HOUR };
  }

  /** The next step of a trade on its way from listing to certificate. */
  async step(number: number, record?: string): Promise<void> {
    const { trades } = this.world;
    const { id, seller, buyer, venue } = this.trades[number % Math.max(1, this.trades.length)]!;
    const { stage } = await trades.tradeOf(id);
    const reached = Number(stage) + 1;
    const all = venue === undefined ? [seller, buyer] : [seller, buyer, venue];
    const signers =
      [[seller], [buyer], all, [seller], [buyer], all, venue === undefined ? [] : [venue]][reached - 1] ?? [];
    const expires = reached === 2 ? (await now()) + 7 * DAY : 0;
    const { tradeId, evidence, count, deadline } = await this.#next(id);
    const step = { tradeId, stage: reached, evidence: record ?? evidence, count, expires, deadline };
    await trades.record(step, await this.#sign("Step", step, signers));
  }

  async amend(number: number): Promise<void> {
    const { trades } = this.world;
    const { id, seller, buyer, venue } = this.trades[number % Math.max(1, this.trades.length)]!;
    const { amount: previous } = await trades.tradeOf(id);
    const message = { ...(await this.#next(id)), previous, amount: this.name() };
    const all = venue === undefined ? [seller, buyer] : [seller, buyer, venue];
    await trades.amend(message, await this.#sign("Amendment", message, all));
  }

  async terminate(number: number): Promise<void> {
    const { trades } = this.world;
    const { id, seller, buyer } = this.trades[number % Math.max(1, this.trades.length)]!;
    const message = { ...(await this.#next(id)), reason: REASON };
    await trades.terminate(message, await this.#sign("Termination", message, [seller, buyer]));
  }

  async fileOffFloor(number: number): Promise<void> {
    const { trades, venue } = this.world;
    const { id, buyer } = this.trades[number % Math.max(1, this.trades.length)]!;
    const message = { ...(await this.#next(id)), venue: venue.id, side: buyer.id };
    await trades.file(message, await this.#sign("Filing", message, [buyer, venue]));
  }

  async distribute(number: number): Promise<void> {
    const { trades } = this.world;
    const { id, seller, buyer, venue } = this.trades[number % Math.max(1, this.trades.length)]!;
    const parts = [seller.id, buyer.id].sort().map((member, at) => ({ member, amount: at === 0 ? 60n : 40n }));
    const message = { ...(await this.#next(id)), whole: 100n, shares: parts, previous: ZeroHash, grounds: REASON };
    await trades.distribute(
      message,
      [],
      await this.#sign("Distribution", message, venue === undefined ? [seller] : [seller, venue]),
    );
  }

  async attest(by: Actor, kind: number, subjectKind: number, subject: string): Promise<string> {
    const { attestations } = this.world;
    const validFrom = await now();
    const supersedes = await attestations.latestOf(by.id, kind, subjectKind, subject);
    const digests = { opinion: this.name(), materials: REASON, rules: REASON, supersedes };
    const statement = {
      kind,
      subjectKind,
      result: 1,
      validFrom,
      validUntil: validFrom + 90 * DAY,
      subject,
      ...digests,
    };
    await attestations.connect(by.key).attest(statement);
    const id = await attestations.attestationIdOf(by.id, statement);
    this.attestations.push({ id, kind, subject, by });
    return id;
  }

  async revokeAttestation(number: number): Promise<void> {
    const { id, by } = this.attestations[number % Math.max(1, this.attestations.length)]!;
    await this.world.attestations.connect(by.key).revoke(id, REASON);
  }

  async openCase(
    opener: Actor,
    respondent: Actor,
    kind: number,
    subjectKind: number,
    subject: string,
  ): Promise<string> {
    const { cases } = this.world;
    const salt = this.name();
    const opening = {
      salt,
      kind,
      respondent: respondent.id,
      subjectKind,
      subject,
      claimant: ZeroHash,
      grounds: REASON,
      evidence: [REASON, this.name()],
    };
    await cases.connect(opener.key).open(opening);
    const id = await cases.caseIdOf(opener.id, salt);
    this.cases.push(id);
    return id;
  }

  async rule(id: string, by: Actor, act: number, change: object = {}): Promise<void> {
    const { cases } = this.world;
    const { round } = await cases.caseOf(id);
    const ruling = {
      caseId: id,
      round,
      act,
      grounds: REASON,
      rules: REASON,
      restrictions: 0,
      from: 0,
      until: 0,
      ...change,
    };
    await cases.connect(by.key).rule(ruling);
  }

  async plead(id: string, by: Actor, kind: number): Promise<void> {
    await this.world.cases.connect(by.key).plead({ caseId: id, kind, statement: REASON, evidence: [REASON] });
  }

  /** A person consents to the processing of a personal resource. */
  async consent(subject: string, recipient: Actor): Promise<string> {
    const { consents } = this.world;
    const wallet = ethers.Wallet.createRandom();
    const opening = this.name();
    const from = await now();
    const terms = {
      person: await consents.personOf(wallet.address, opening),
      subject,
      recipient: recipient.id,
      purposes: 1,
      from,
      until: from + 364 * DAY + HOUR,
      notice: REASON,
      noticedAt: from,
      channel: 1,
      decision: 1,
    };
    const deadline = from + HOUR;
    const digest = await consents.consentDigest(terms, deadline);
    const signature = wallet.signingKey.sign(digest).serialized;
    await consents.give(terms, deadline, { key: wallet.address, opening, signature });
    const id = await consents.consentIdOf(ZeroHash, terms);
    this.consents.push({ id, wallet, opening });
    return id;
  }

  async withdrawConsent(number: number): Promise<void> {
    const { consents } = this.world;
    const { id, wallet, opening } = this.consents[number % Math.max(1, this.consents.length)]!;
    const signature = wallet.signingKey.sign(await consents.withdrawalDigest(id)).serialized;
    await consents.withdraw(id, { key: wallet.address, opening, signature });
  }

  async log(owner: Actor): Promise<string> {
    const { logs } = this.world;
    const origin = `log${this.logs.length}.example/${this.#names++}`;
    await logs.connect(owner.key).register(origin, this.name());
    const id = await logs.logIdOf(owner.id, origin);
    this.logs.push({ id, size: 0, owner });
    return id;
  }

  async publish(number: number): Promise<void> {
    const log = this.logs[number % Math.max(1, this.logs.length)]!;
    await this.world.logs.connect(log.owner.key).publish(log.id, 0, 3, this.name(), []);
  }

  async rotateLogKey(number: number): Promise<void> {
    const log = this.logs[number % Math.max(1, this.logs.length)]!;
    await this.world.logs.connect(log.owner.key).rotateKey(log.id, this.name());
  }

  async freeze(subjectKind: number, subject: string, days = 1): Promise<void> {
    const { emergency, regulator } = this.world;
    const content = { subjectKind, subject, reason: this.name(), until: (await now()) + days * DAY };
    await emergency.connect(regulator.key).order(content);
    const { key } = await this.secondRegulator();
    await emergency.connect(key).cosign(await emergency.orderIdOf(regulator.id, content));
  }

  async addKey(member: Actor, number: number): Promise<void> {
    const { members, spare } = this.world;
    const key = spare[number % spare.length]!;
    await members.connect(member.key).addKey(await newKeyOf(members, member.id, key, (await now()) + HOUR));
  }

  async retireKey(member: Actor, number: number): Promise<void> {
    const { members, spare } = this.world;
    await members.connect(member.key).retireKey(await spare[number % spare.length]!.getAddress());
  }

  async setReviewRule(
    notice: number,
    kinds: readonly ("regulator" | "certifier" | "venue")[],
    source = 0,
    grade = 0,
  ): Promise<void> {
    const { council, registry, regulator, notary } = this.world;
    const data = registry.interface.encodeFunctionData("setReviewRule", [
      source,
      grade,
      { notice, reviewers: maskOfKinds(kinds) },
    ]);
    const proposal = await decide(council, [regulator, notary], [{ target: await registry.getAddress(), data }]);
    // A constitutional decision waits two days.
    await networkHelpers.time.increase(2 * DAY + 1);
    await council.decide(proposal);
  }

  /** One more member, admitted by the council. */
  async newcomer(number: number, kinds: readonly KindName[] = ["broker", "certifier"]): Promise<Actor> {
    const { members, venue, regulator, spare } = this.world;
    const key = spare[(number + 5) % spare.length]!;
    const actor = { id: memberId(usccOf(40 + number)), key, address: await key.getAddress() };
    await admit(members, [venue, regulator], actor, kinds);
    return actor;
  }

  /** What takes two regulators takes this one too. */
  async secondRegulator(): Promise<Actor> {
    return (this.#second ??= await this.newcomer(0, ["regulator"]));
  }

  async setMember(
    act: "addKind" | "withdrawKind" | "setTier" | "setParent",
    values: readonly unknown[],
  ): Promise<void> {
    const { members, council, regulator, notary } = this.world;
    await decide(council, [regulator, notary], [await callOf(members, act, values)]);
  }

  suspend = (member: Actor): Promise<void> => suspend(this.world, member.id);
  reinstate = (member: Actor): Promise<void> => reinstate(this.world, member.id);
}

/** A member as a subject. */
export function memberSubject({ id }: Actor): string {
  return id.padEnd(66, "0");
}

/** A whole little market: lineage, rights, trades on and off the floor, statements, cases, freezes, logs. */
export async function busyStory(world: World): Promise<Story> {
  const story = new Story(world);
  const { venue, regulator, notary, seller, buyer, processor, registry, rights, members } = world;
  // By the charter general data are registered at once.
  const resource = await story.resource(seller);
  const personal = await story.resource(seller, { source: 2 });
  const counted = await story.resource(seller, { uses: 10 });
  const processing = await story.grant(seller, story.subjects[0]!.right, processor);
  const few = await story.grant(seller, story.subjects[2]!.right, processor, { uses: 4 });
  await story.grant(seller, story.subjects[0]!.right, buyer, { accepted: false });
  await rights.connect(processor.key).recordUse(few, 2, REASON);
  const consent = await story.consent(personal, processor);
  await story.grant(seller, story.subjects[1]!.right, processor, { consent });
  await story.product(processor, [processing]);
  await story.product(processor, [story.subjects[3]!.right]);
  await story.attest(notary, AttestationKind.compliance, SubjectKind.resource, resource);
  await story.attest(notary, AttestationKind.compliance, SubjectKind.resource, resource);
  await story.attest(regulator, AttestationKind.crossBorder, SubjectKind.resource, counted);
  await story.revokeAttestation(2);
  await story.openTrade(seller, buyer, { venue });
  for (let at = 0; at < 7; at += 1) await story.step(0);
  await story.distribute(0);
  await story.openTrade(seller, buyer);
  for (let at = 0; at < 3; at += 1) await story.step(1);
  await story.amend(1);
  await story.fileOffFloor(1);
  await story.openTrade(processor, buyer, { venue });
  await story.step(2);
  await story.terminate(2);
  // A registration that is reviewed: refused, objected to, resubmitted, completed, altered, cancelled.
  await story.setReviewRule(0, ["regulator"]);
  const reviewed = await story.resource(seller, { venue: venue.id });
  await registry.connect(regulator.key).signOff(reviewed, 1, REASON);
  await registry.connect(venue.key).signOff(reviewed, 1, REASON);
  await registry.complete(reviewed);
  const draft = { digest: story.name(), metadata: story.name(), contents: [{ algorithm: 1, value: story.name() }] };
  await registry.connect(seller.key).alter(reviewed, draft, REASON);
  await story.setReviewRule(10 * DAY, ["regulator"]);
  const refused = await story.resource(buyer);
  await registry.connect(seller.key).object(refused, REASON);
  await registry.connect(regulator.key).resolve(refused, 1, 0, false, digestOf("no"));
  await registry.connect(regulator.key).refuse(refused, REASON);
  await registry.connect(buyer.key).resubmit(refused, { ...story.registration() });
  await registry.connect(buyer.key).withdraw(refused);
  await registry.connect(seller.key).cancel(counted, REASON);
  // Members: keys, kinds, tier, parent, an application that stays open, a suspension, a freeze.
  await story.addKey(seller, 0);
  await story.addKey(seller, 1);
  await story.retireKey(seller, 0);
  await members.connect(seller.key).setMetadata(story.name());
  await story.setMember("addKind", [buyer.id, 9, REASON]);
  await story.setMember("setTier", [buyer.id, 2, REASON]);
  await story.setMember("setParent", [buyer.id, venue.id, REASON]);
  await story.newcomer(1);
  await story.suspend(buyer);
  await story.reinstate(buyer);
  await story.freeze(SubjectKind.trade, story.trades[1]!.id);
  // Cases: a complaint that is answered and upheld, a finding that sanctions, one that stays open.
  const complaint = await story.openCase(buyer, seller, CaseKind.complaint, SubjectKind.resource, resource);
  await story.rule(complaint, regulator, RulingAct.admit);
  await story.rule(complaint, regulator, RulingAct.hold);
  await story.plead(complaint, seller, PleaKind.answer);
  await story.rule(complaint, regulator, RulingAct.uphold);
  const finding = await story.openCase(
    buyer,
    processor,
    CaseKind.finding,
    SubjectKind.member,
    memberSubject(processor),
  );
  await story.rule(finding, regulator, RulingAct.admit);
  await story.plead(finding, processor, PleaKind.answer);
  const from = await now();
  const sanction = { restrictions: 0b10, from, until: from + 30 * DAY };
  for (const by of [regulator, await story.secondRegulator()])
    await story.rule(finding, by, RulingAct.uphold, sanction);
  await story.openCase(seller, buyer, CaseKind.dispute, SubjectKind.trade, story.trades[1]!.id);
  await story.log(seller);
  await story.log(venue);
  await story.publish(0);
  await story.rotateLogKey(0);
  await story.withdrawConsent(0);
  return story;
}
