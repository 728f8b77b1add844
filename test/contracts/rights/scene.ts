import { id, type BaseContract, type ContractTransactionResponse, type Signer, type TypedDataField } from "ethers";
import { network } from "hardhat";
import type { Attestations } from "../../../sdk/src/chain/contracts/attestation/Attestations.ts";
import type { ApprovalStruct, Cases } from "../../../sdk/src/chain/contracts/cases/Cases.ts";
import type { Emergency } from "../../../sdk/src/chain/contracts/membership/Emergency.ts";
import type { Members } from "../../../sdk/src/chain/contracts/membership/Members.ts";
import type { Consents } from "../../../sdk/src/chain/contracts/rights/Consents.ts";
import type { RegistrationStruct, Registry } from "../../../sdk/src/chain/contracts/rights/Registry.ts";
import type {
  GrantStruct,
  Rights,
  ScopeStruct,
  TransferStruct,
} from "../../../sdk/src/chain/contracts/rights/Rights.ts";
import {
  CaseKind,
  Grade,
  Kind,
  Listing,
  RegistrationType,
  Restriction,
  RightKind,
  RulingAct,
  SourceClass,
  SubjectKind,
  Validity,
} from "@lianzheng/sdk/contracts";
import { memberId, usccOf } from "../uscc.ts";

export type { ApprovalStruct, GrantStruct, RegistrationStruct, Rights, ScopeStruct, TransferStruct };

export const { ethers, networkHelpers } = await network.create("oracle");

export {
  Grade,
  Listing,
  Restriction,
  RightKind,
  SubjectKind,
  Validity,
  RegistrationType as Entry,
  SourceClass as Source,
};

export const digestOf = id;
export const REASON = id("reason");
export const DOCUMENT = id("authorization");
export const ZERO = `0x${"00".repeat(32)}`;
export const NOBODY = `0x${"00".repeat(18)}`;
export const HOUR = 3600;
export const DAY = 24 * HOUR;
export const YEAR = 365 * DAY;

/** A member of the tests: its id and a key. */
export interface Actor {
  readonly id: string;
  readonly key: Signer;
  readonly address: string;
}

/** The contracts of the law that rights lean on, and members of which none owns anything. */
export interface Scene {
  readonly members: Members;
  readonly cases: Cases;
  readonly emergency: Emergency;
  readonly attestations: Attestations;
  readonly registry: Registry;
  readonly consents: Consents;
  readonly rights: Rights;
  readonly venue: Actor;
  readonly regulator: Actor;
  readonly second: Actor;
  readonly notary: Actor;
  readonly arbitrator: Actor;
  readonly seller: Actor;
  readonly processor: Actor;
  readonly buyer: Actor;
  readonly certifier: Actor;
  /** What the council decides comes from this key: how it decides is not tested here. */
  readonly council: Signer;
  /** A key of nobody, and one of the person whom data is about. */
  readonly outsider: Signer;
  readonly person: Signer;
}

export async function now(): Promise<number> {
  return networkHelpers.time.latest();
}

/** Puts the next block at a second. */
export const at = (time: number): Promise<void> => networkHelpers.time.setNextBlockTimestamp(time);

/** Mines a block at a second. */
export async function mineAt(time: number): Promise<void> {
  await at(time);
  await networkHelpers.mine();
}

const PROCEDURE = {
  findingVotes: 2,
  tribunalVotes: 2,
  admission: 15 * DAY,
  answer: 20 * DAY,
  decision: 60 * DAY,
  objection: 10 * DAY,
  review: 30 * DAY,
  repair: 40 * DAY,
};
const FREEZING = {
  threshold: 2,
  longestOpen: DAY,
  longestFreeze: 10 * DAY,
  longestConfirmed: 90 * DAY,
  rest: DAY,
};
/** Important data asks for a compliance statement, and any that leaves the country for a cross-border assessment. */
const COMPLIANCE = 1 << 1;
const ABROAD = 1 << 8;
const REQUIREMENTS = [
  [0, ABROAD],
  [COMPLIANCE, COMPLIANCE | ABROAD],
  [COMPLIANCE, COMPLIANCE | ABROAD],
] as const;

/** By source class and grade: public data waits for its notice, a day; all else is registered at once. */
const REVIEWS = Array.from({ length: 9 }, (_, i) => ({
  notice: Math.floor(i / 3) === SourceClass.public ? DAY : 0,
  reviewers: 0,
}));

const ROLES = [
  "venue",
  "regulator",
  "regulator",
  "notary",
  "arbitrator",
  "supplier",
  "processor",
  "operator",
  "certifier",
] as const;

/** Deploys the law in its order; those that are named before they stand are at computed addresses. */
export async function deploy(): Promise<Scene> {
  const signers: readonly Signer[] = await ethers.getSigners();
  const actors = await Promise.all(
    ROLES.map(async (_, i) => ({
      id: memberId(usccOf(i + 1)),
      key: signers[i]!,
      address: await signers[i]!.getAddress(),
    })),
  );
  const [council, outsider, person] = signers.slice(ROLES.length) as [Signer, Signer, Signer];
  const from = await signers[0]!.getAddress();
  const nonce = await ethers.provider.getTransactionCount(from);
  const later = (places: number): string => ethers.getCreateAddress({ from, nonce: nonce + places });
  const founders = actors.map(({ id: member, address: key }, i) => ({
    member,
    key,
    kinds: 1 << Kind[ROLES[i]!],
    tier: 0,
    parent: NOBODY,
    metadata: id("metadata"),
  }));
  const members = await ethers.deployContract("Members", [founders, council, later(1)]);
  const emergency = await ethers.deployContract("Emergency", [members, council, FREEZING]);
  // Cases and attestations want a council that has code, and are asked nothing of it here.
  const cases = await ethers.deployContract("Cases", [members, members, PROCEDURE]);
  const attestations = await ethers.deployContract("Attestations", [
    members,
    members,
    cases,
    REQUIREMENTS as never,
    id("table"),
  ]);
  const registry = await ethers.deployContract("Registry", [
    members,
    council,
    cases,
    emergency,
    later(6),
    REVIEWS as never,
  ]);
  const consents = await ethers.deployContract("Consents", [members, registry]);
  const law = [members, registry, consents, cases, emergency, attestations] as const;
  const rights = await ethers.deployContract("Rights", [...law]);
  const [venue, regulator, second, notary, arbitrator, seller, processor, buyer, certifier] = actors as [
    Actor,
    Actor,
    Actor,
    Actor,
    Actor,
    Actor,
    Actor,
    Actor,
    Actor,
  ];
  return {
    members,
    cases,
    emergency,
    attestations,
    registry,
    consents,
    rights,
    venue,
    regulator,
    second,
    notary,
    arbitrator,
    seller,
    processor,
    buyer,
    certifier,
    council,
    outsider,
    person,
  };
}

export const registration = (name: string, change: Partial<RegistrationStruct> = {}): RegistrationStruct => ({
  digest: digestOf(name),
  metadata: digestOf(`${name} metadata`),
  grade: Grade.general,
  source: SourceClass.enterprise,
  venue: NOBODY,
  contents: [{ algorithm: 1, value: digestOf(`${name} content`) }],
  ...change,
});

export type Change = Partial<Record<keyof ScopeStruct, number | bigint>>;

/** The seller holds a resource: purposes and territories 1 to 4, one year, not counted, four times to be sub-licensed. */
export interface Titled extends Scene {
  /** End of the resource's holding right. */
  readonly end: number;
  readonly scope: (change?: Change) => ScopeStruct;
  readonly resource: string;
  readonly holding: string;
}

async function titled(): Promise<Titled> {
  const scene = await deploy();
  const start = await now();
  const end = start + YEAR;
  const scope = (change: Change = {}): ScopeStruct => ({
    purposes: 0b1111,
    territories: 0b1111,
    from: start,
    until: end,
    uses: 0,
    depth: 4,
    ...change,
  });
  const { subject, right } = await registered(scene, scene.seller, registration("resource"), scope());
  return { ...scene, end, scope, resource: subject, holding: right };
}
export const fixture = (): Promise<Titled> => networkHelpers.loadFixture(titled);

/** Registers a resource and answers with its ids. */
export async function registered(
  { rights }: Scene,
  owner: Actor,
  what: RegistrationStruct,
  scope: ScopeStruct,
): Promise<{ subject: string; right: string }> {
  const mine = rights.connect(owner.key);
  const [subject, right] = await mine.registerResource.staticCall(what, scope);
  await mine.registerResource(what, scope);
  return { subject, right };
}

/** Registers a product and answers with its ids. */
export async function made(
  { rights }: Scene,
  owner: Actor,
  what: RegistrationStruct,
  scope: ScopeStruct,
  basis: readonly string[],
): Promise<{ subject: string; right: string }> {
  const mine = rights.connect(owner.key);
  const [subject, right] = await mine.registerProduct.staticCall(what, scope, [...basis]);
  await mine.registerProduct(what, scope, [...basis]);
  return { subject, right };
}

/** A right to process for a member, from the base, unless changed. */
export function offerOf(
  base: string,
  to: Actor,
  scope: ScopeStruct,
  change: Partial<Omit<GrantStruct, "scope">> = {},
): GrantStruct {
  return { base, holder: to.id, kind: RightKind.processing, scope, document: DOCUMENT, consent: ZERO, ...change };
}

/** Offers a right and answers with its id. */
export async function offered({ rights }: Scene, from: Actor, offer: GrantStruct): Promise<string> {
  await rights.connect(from.key).grant(offer);
  return rights.rightIdOf(from.id, offer);
}

/** Offers a right, has it accepted and answers with its id. */
export async function granted(scene: Scene, from: Actor, to: Actor, offer: GrantStruct): Promise<string> {
  const right = await offered(scene, from, offer);
  await scene.rights.connect(to.key).accept(right, offer.document);
  return right;
}

/** A product that the processor makes from the resource. */
export interface Produced extends Titled {
  readonly processing: string;
  readonly product: string;
  readonly operating: string;
}

async function produced(): Promise<Produced> {
  const scene = await titled();
  const { seller, processor, holding, scope } = scene;
  const processing = await granted(scene, seller, processor, offerOf(holding, processor, scope({ depth: 2 })));
  const product = await made(scene, processor, registration("product"), scope({ depth: 3 }), [processing]);
  return { ...scene, processing, product: product.subject, operating: product.right };
}
export const productFixture = (): Promise<Produced> => networkHelpers.loadFixture(produced);

export async function suspend({ members, council }: Scene, member: Actor): Promise<void> {
  await members.connect(council).suspend(member.id, REASON);
}

/** Two regulators freeze a subject for ten days, less what has passed since the order. */
export async function freeze(
  { emergency, regulator, second }: Scene,
  subjectKind: number,
  subject: string,
  seconds = 9 * DAY,
): Promise<number> {
  const until = (await now()) + seconds;
  const order = { subjectKind, subject, reason: REASON, until };
  const ordering = emergency.connect(regulator.key);
  const orderId = await ordering.order.staticCall(order);
  await ordering.order(order);
  await emergency.connect(second.key).cosign(orderId);
  return until;
}

/** Rules in a case by each of the members. */
async function rule(
  { cases }: Scene,
  caseId: string,
  deciders: readonly Actor[],
  act: number,
  sanction = { restrictions: 0, from: 0, until: 0 },
): Promise<void> {
  const { round } = await cases.caseOf(caseId);
  const ruling = { caseId, round, act, grounds: id("grounds"), rules: id("rules"), ...sanction };
  for (const { key } of deciders) await cases.connect(key).rule(ruling);
}

async function opened(scene: Scene, kind: number, against: Actor, subjectKind: number, subject: string) {
  const salt = id(`case on ${subject} at ${await now()}`);
  const opening = {
    salt,
    kind,
    respondent: against.id,
    subjectKind,
    subject,
    claimant: ZERO,
    grounds: id("grounds"),
    evidence: [id("leaf")],
  };
  await scene.cases.connect(scene.venue.key).open(opening);
  return scene.cases.caseIdOf(scene.venue.id, salt);
}

/** Lets an arbitrator hold a subject, and answers with what releases it. */
export async function hold(
  scene: Scene,
  subjectKind: number,
  subject: string,
  against: Actor,
): Promise<() => Promise<void>> {
  const caseId = await opened(scene, CaseKind.dispute, against, subjectKind, subject);
  await rule(scene, caseId, [scene.arbitrator], RulingAct.hold);
  return () => rule(scene, caseId, [scene.arbitrator], RulingAct.release);
}

/** Two regulators find against a member; the sanction lasts a year. */
export async function sanction(scene: Scene, member: Actor, restriction: number): Promise<void> {
  const { regulator, second } = scene;
  const subject = member.id.padEnd(66, "0");
  const caseId = await opened(scene, CaseKind.finding, member, 5, subject);
  await rule(scene, caseId, [regulator], RulingAct.admit);
  await networkHelpers.time.increase(PROCEDURE.answer);
  const from = await now();
  const terms = { restrictions: 1 << restriction, from, until: from + YEAR };
  await rule(scene, caseId, [regulator, second], RulingAct.uphold, terms);
}

/** The notary states that a subject complies, or another attester something else. */
export async function attest(
  { attestations, notary }: Scene,
  subjectKind: number,
  subject: string,
  { by = notary, kind = 1, result = 1 }: { readonly by?: Actor; readonly kind?: number; readonly result?: number } = {},
): Promise<void> {
  const validFrom = await now();
  await attestations.connect(by.key).attest({
    kind,
    subjectKind,
    result,
    validFrom,
    validUntil: validFrom + 90 * DAY,
    subject,
    opinion: id("opinion"),
    materials: id("materials"),
    rules: id("rules"),
    supersedes: ZERO,
  });
}

const fields = (text: string): TypedDataField[] =>
  text.split(",").map((field) => {
    const [type, name] = field.split(" ") as [string, string];
    return { name, type };
  });

const DECISION = {
  Decision: fields("ConsentTerms terms,uint256 deadline"),
  ConsentTerms: fields(
    "bytes32 person,bytes32 subject,bytes18 recipient,uint64 purposes,uint48 from,uint48 until,bytes32 notice,uint48 noticedAt,uint8 channel,uint8 decision",
  ),
};
const OPENING = id("opening");

/** The person consents that a member processes a subject; answers with the id of the consent. */
export async function consent(
  { consents, person }: Scene,
  subject: string,
  recipient: Actor,
  change: { purposes?: number; until?: number } = {},
): Promise<string> {
  const [from, key] = [await now(), await person.getAddress()];
  const terms = {
    person: await consents.personOf(key, OPENING),
    subject,
    recipient: recipient.id,
    purposes: 0b0011,
    from,
    until: from + 100 * DAY,
    notice: id("text"),
    noticedAt: from,
    channel: 1,
    decision: 1,
    ...change,
  };
  const deadline = from + HOUR;
  const domain = await domainOf(consents, "Lianzheng Consents");
  const signature = await person.signTypedData(domain, DECISION, { terms, deadline });
  await consents.give(terms, deadline, { key, opening: OPENING, signature });
  return consents.consentIdOf(ZERO, terms);
}

/** The person withdraws a consent. */
export async function withdraw({ consents, person }: Scene, consentId: string): Promise<ContractTransactionResponse> {
  const domain = await domainOf(consents, "Lianzheng Consents");
  const types = { Withdrawal: fields("bytes32 consent") };
  const signature = await person.signTypedData(domain, types, { consent: consentId });
  return consents.withdraw(consentId, { key: await person.getAddress(), opening: OPENING, signature });
}

/** The EIP-712 structs of the docs, apart from the contract's type hashes. */
export const TYPES = {
  Acceptance: {
    Acceptance: fields("bytes18 granter,Grant grant,uint256 nonce,uint256 deadline"),
    Grant: fields("bytes32 base,bytes18 holder,uint8 kind,Scope scope,bytes32 document,bytes32 consent"),
    Scope: fields("uint64 purposes,uint64 territories,uint48 from,uint48 until,uint32 uses,uint8 depth"),
  },
  Transfer: {
    Transfer: fields(
      "bytes18 by,bytes32 right,bytes18 from,bytes18 to,bytes32 document,uint256 nonce,uint256 deadline",
    ),
  },
} as const;

export async function domainOf(
  contract: BaseContract,
  name = "Lianzheng Rights",
  change: object = {},
): Promise<Record<string, unknown>> {
  const { chainId } = await ethers.provider.getNetwork();
  return { name, version: "1", chainId, verifyingContract: await contract.getAddress(), ...change };
}

/** What a signature is over, beside the struct. */
export interface Ticket {
  readonly nonce?: bigint | number;
  readonly deadline?: number;
}

const signed = async (
  rights: Rights,
  { key, address }: Actor,
  types: Record<string, readonly TypedDataField[]>,
  message: object,
  { nonce = 7, deadline }: Ticket,
): Promise<ApprovalStruct> => {
  const last = deadline ?? (await now()) + HOUR;
  const mutable = Object.fromEntries(Object.entries(types).map(([type, list]) => [type, [...list]]));
  const signature = await key.signTypedData(await domainOf(rights), mutable, { ...message, nonce, deadline: last });
  return { key: address, nonce, deadline: last, signature };
};

/** A member's signature that accepts a right before it is granted. */
export const accepts = (
  { rights }: Scene,
  by: Actor,
  granter: Actor,
  offer: GrantStruct,
  ticket: Ticket = {},
): Promise<ApprovalStruct> => signed(rights, by, TYPES.Acceptance, { granter: granter.id, grant: offer }, ticket);

/** Signatures under a transfer, one of each. */
export const approvals = (
  { rights }: Scene,
  signers: readonly Actor[],
  transferred: TransferStruct,
  ticket: Ticket = {},
): Promise<ApprovalStruct[]> =>
  Promise.all(signers.map((by) => signed(rights, by, TYPES.Transfer, { by: by.id, ...transferred }, ticket)));

/** A transfer of a right. */
export const transferOf = (right: string, from: Actor, to: Actor, document = id("transfer")): TransferStruct => ({
  right,
  from: from.id,
  to: to.id,
  document,
});

/** Transfers a right with the signatures of these. */
export async function transferred(
  scene: Scene,
  right: string,
  from: Actor,
  to: Actor,
  others: readonly Actor[] = [],
  ticket: Ticket = {},
): Promise<ContractTransactionResponse> {
  const transfer = transferOf(right, from, to);
  const signatures = await approvals(scene, [from, to, ...others], transfer, ticket);
  return scene.rights.connect(scene.outsider).transfer(transfer, signatures);
}

/** Why a right is or is not valid at a second, as a name and a cause. */
export async function validity(rights: Rights, right: string, time: number): Promise<[string, string]> {
  const [code, cause] = await rights.validityAt(right, time);
  return [Object.keys(Validity)[Number(code)]!, cause];
}
