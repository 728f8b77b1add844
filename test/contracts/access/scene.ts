import { Grade, KeyRole, Kind, RulingAct, SourceClass, maskOfKinds } from "@lianzheng/sdk/contracts";
import { ZeroHash, type Signer } from "ethers";
import {
  DAY,
  METADATA,
  NO_PARENT,
  REASON,
  admit,
  callOf,
  digestOf,
  impersonated,
  newKeyOf,
  now,
  suspend,
  world,
  type Actor,
  type World,
} from "../fixture.ts";
import {
  consentTerms,
  mandateTerms,
  offer,
  opening,
  orderFor,
  personal,
  registration,
  ruling,
  scope,
  statement,
  termsOf,
} from "../content.ts";
import type { TermsStruct } from "@lianzheng/sdk/contracts";
import type { ConsentTermsStruct, MandateTermsStruct } from "../../../sdk/src/chain/contracts/rights/Consents.ts";
import { memberId, usccOf } from "../uscc.ts";
import type { Callers } from "./callers.ts";

export const ZERO = ZeroHash;
export const APPLICANT = memberId(usccOf(80));
/** A policy with one version. */
export const POLICY = "policy/red-lines";

/** The law with something in every room, so that each function has something to be called on. */
export interface Scene extends World {
  readonly callers: Callers;
  readonly at: number;
  readonly deadline: number;
  readonly supervisor: Actor;
  /** A key that is nobody's yet. */
  readonly fresh: Signer;
  /** Persons whom data is about; the first has decided. */
  readonly persons: readonly Signer[];
  readonly application: bigint;
  readonly proposal: bigint;
  /** An order of the regulator with a seat, and one that freezes. */
  readonly order: string;
  readonly inForce: string;
  /** Subjects of the owner, by where their registration stands, and the buyer's personal data. */
  readonly subjects: Readonly<Record<"registered" | "pending" | "noticed" | "signed" | "refused" | "personal", string>>;
  /** The owner's founding right, one offered to it, one with counted uses. */
  readonly rightIds: Readonly<Record<"holding" | "offered" | "counted", string>>;
  readonly mandate: string;
  readonly consent: string;
  readonly entrusted: string;
  readonly trade: string;
  /** A case against the owner, and one of the owner. */
  readonly complaint: string;
  readonly dispute: string;
  readonly attestation: string;
  readonly logId: string;
}

/** What the owner sells to the buyer at the venue. */
export const tradeTerms = (
  { subjects, rightIds, buyer, venue }: Pick<Scene, "subjects" | "rightIds" | "buyer" | "venue">,
  name: string,
): TermsStruct => termsOf({ subject: subjects.registered, right: rightIds.holding, buyer, venue }, name);

/** What a person decides about the buyer's personal data, for the processor. */
export const termsFor = (
  { consents, subjects, processor, at }: Pick<Scene, "consents" | "subjects" | "processor" | "at">,
  person: Signer,
): Promise<ConsentTermsStruct> =>
  consentTerms(consents, person, at, { subject: subjects.personal, recipient: processor.id });

/** What a person lets the owner decide for it. */
export const mandateFor = (
  { consents, seller, processor, at }: Pick<Scene, "consents" | "seller" | "processor" | "at">,
  person: Signer,
): Promise<MandateTermsStruct> => mandateTerms(consents, person, at, { trustee: seller.id, recipient: processor.id });

const actorFrom = async (key: Signer, number: number): Promise<Actor> => ({
  id: memberId(usccOf(number)),
  key,
  address: await key.getAddress(),
});

/** The owner's keys: a retired one, and one for each role. */
async function keysOf({ members, seller, spare }: World, deadline: number) {
  const [old, ...rest] = spare.slice(0, 5) as [Signer, ...Signer[]];
  const mine = members.connect(seller.key);
  await mine.addKey(await newKeyOf(members, seller.id, old, deadline));
  await mine.retireKey(await old.getAddress());
  const [manage, govern, act, publish] = rest as [Signer, Signer, Signer, Signer];
  const withRoles = { manage, govern, act, publish };
  for (const [role, key] of Object.entries(withRoles)) {
    const roles = 1 << KeyRole[role as keyof typeof KeyRole];
    await mine.addKey(await newKeyOf(members, seller.id, key, deadline, { roles }));
  }
  return {
    "retired key": old,
    "manage key": manage,
    "govern key": govern,
    "act key": act,
    "publish key": publish,
  };
}

/** Members that are suspended and frozen, and a regulator without a seat. */
async function others(context: World) {
  const { members, emergency, venue, regulator, spare } = context;
  const actors = await Promise.all(spare.slice(5, 8).map((key, i) => actorFrom(key, 81 + i)));
  const [supervisor, suspended, frozen] = actors as [Actor, Actor, Actor];
  await admit(members, [venue, regulator], supervisor, ["regulator"]);
  await admit(members, [venue, regulator], suspended, ["operator"]);
  await admit(members, [venue, regulator], frozen, ["operator"]);
  await suspend(context, suspended.id);
  const freezer = members.connect(await impersonated(emergency));
  await freezer.freeze(frozen.id, (await now()) + 300 * DAY, REASON);
  return { supervisor, suspended: suspended.key, frozen: frozen.key };
}

/** Registrations of the owner in every state, and the buyer's personal data, which rights were offered from. */
async function registered(context: World, supervisor: Actor, at: number) {
  const { registry, rights, council, seller, buyer } = context;
  const mine = rights.connect(seller.key);
  const reviewed = { notice: DAY, reviewers: maskOfKinds(["regulator"]) };
  await registry.connect(await impersonated(council)).setReviewRule(SourceClass.public, Grade.general, reviewed);
  const names: readonly [string, object][] = [
    ["registered", {}],
    ["pending", { grade: Grade.important }],
    ["noticed", { source: SourceClass.public }],
    ["signed", { grade: Grade.important }],
    ["refused", { grade: Grade.important }],
  ];
  const subjects: Record<string, string> = {};
  for (const [name, change] of names) {
    await mine.registerResource(registration(name, change), scope(at));
    subjects[name] = await registry.subjectIdOf(seller.id, digestOf(name));
  }
  const reviewer = registry.connect(supervisor.key);
  await registry.connect(buyer.key).object(subjects["noticed"]!, REASON);
  await reviewer.signOff(subjects["signed"]!, 1, REASON);
  await reviewer.refuse(subjects["refused"]!, REASON);
  await rights
    .connect(buyer.key)
    .registerResource(registration("personal", { source: SourceClass.personal }), scope(at));
  subjects["personal"] = await registry.subjectIdOf(buyer.id, digestOf("personal"));
  await rights.connect(buyer.key).registerResource(registration("foreign"), scope(at));
  const foreign = await registry.subjectIdOf(buyer.id, digestOf("foreign"));
  const { right: base } = await registry.recordOf(foreign);
  const offers = [
    offer(at, base, seller.id),
    offer(at, base, seller.id, {
      document: digestOf("counted"),
      scope: scope(at, { uses: 5, depth: 0, until: at + 50 * DAY }),
    }),
  ] as const;
  for (const one of offers) await rights.connect(buyer.key).grant(one);
  const [offered, counted] = await Promise.all(offers.map((one) => rights.rightIdOf(buyer.id, one)));
  await mine.accept(counted!, digestOf("counted"));
  const { right: holding } = await registry.recordOf(subjects["registered"]!);
  return { subjects: subjects as Scene["subjects"], rightIds: { holding, offered: offered!, counted: counted! } };
}

type Registered = World & Pick<Scene, "at" | "deadline" | "subjects" | "rightIds" | "persons">;

/** A mandate to the owner, a consent of the first person, and one that the owner gave for the second. */
async function consented(s: Registered) {
  const { consents, members, council, seller, deadline } = s;
  await members.connect(await impersonated(council)).addKind(seller.id, Kind.trustee, REASON);
  const [first, second] = s.persons as [Signer, Signer, Signer, Signer];
  const terms = await termsFor(s, first);
  await consents.give(terms, deadline, await personal(first, consents.consentDigest(terms, deadline)));
  const asked = await mandateFor(s, second);
  await consents.entrust(asked, deadline, await personal(second, consents.mandateDigest(asked, deadline)));
  const mandate = await consents.mandateIdOf(asked);
  const given = await termsFor(s, second);
  await consents.connect(seller.key).giveAsTrustee(mandate, given, []);
  return {
    mandate,
    consent: await consents.consentIdOf(ZERO, terms),
    entrusted: await consents.consentIdOf(mandate, given),
  };
}

/** A case of each side, an order that is open and one in force, a proposal, an application, a statement, a log, a trade. */
async function affairs(s: Registered, supervisor: Actor, applicant: Signer) {
  const { members, council, emergency, cases, attestations, policies, logs, trades, regulator, notary, seller, buyer } =
    s;
  await policies.connect(await impersonated(council)).publish(POLICY, 1, REASON, 0);
  await members.connect(applicant).applyFor(APPLICANT, 1, 0, NO_PARENT, METADATA, REASON);
  const call = await callOf(members, "suspend", [buyer.id, REASON]);
  await council.connect(regulator.key).propose([call], REASON);
  for (const name of ["open", "in force"]) await emergency.connect(regulator.key).order(orderFor(s.at, name));
  const [order, inForce] = await Promise.all(
    ["open", "in force"].map((name) => emergency.orderIdOf(regulator.id, orderFor(s.at, name))),
  );
  await emergency.connect(supervisor.key).cosign(inForce!);
  await cases.connect(buyer.key).open(opening("complaint", seller.id));
  const complaint = await cases.caseIdOf(buyer.id, digestOf("complaint"));
  await cases.connect(regulator.key).rule(ruling(complaint, 1, RulingAct.admit));
  await cases.connect(seller.key).open(opening("dispute", buyer.id));
  const stated = statement(s.at, digestOf("matter"));
  await attestations.connect(seller.key).attest(stated);
  await logs.connect(seller.key).register("log.example", REASON);
  await trades.connect(seller.key).open(tradeTerms(s, "trade"));
  return {
    application: await members.applicationCount(),
    proposal: await council.proposalCount(),
    order: order!,
    inForce: inForce!,
    complaint,
    dispute: await cases.caseIdOf(seller.id, digestOf("dispute")),
    attestation: await attestations.attestationIdOf(seller.id, stated),
    logId: await logs.logIdOf(seller.id, "log.example"),
    trade: await trades.tradeIdOf(seller.id, digestOf("trade")),
    notary,
  };
}

export async function scene(): Promise<Scene> {
  const context = await world();
  const { members, council, emergency, rights, venue, seller, processor, spare, outsider, founder } = context;
  const at = await now();
  const deadline = at + 10 * DAY;
  const ownKeys = await keysOf(context, deadline);
  const { supervisor, suspended, frozen } = await others(context);
  await members.connect(await impersonated(council)).addKind(seller.id, Kind.notary, REASON);
  const held = await registered(context, supervisor, at);
  const persons = [spare[9]!, spare[10]!, spare[11]!, outsider];
  const laid = { ...context, at, deadline, persons, ...held };
  const callers: Callers = {
    ...ownKeys,
    stranger: outsider,
    founder,
    applicant: spare[8]!,
    suspended,
    frozen,
    member: processor.key,
    owner: seller.key,
    seat: venue.key,
    regulator: supervisor.key,
    council: await impersonated(council),
    members: await impersonated(members),
    emergency: await impersonated(emergency),
    rights: await impersonated(rights),
  };
  const rest = { ...(await consented(laid)), ...(await affairs(laid, supervisor, spare[8]!)) };
  return { ...laid, ...rest, callers, supervisor, fresh: founder };
}
