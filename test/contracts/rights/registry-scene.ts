import {
  Grade,
  Kind,
  ObjectionState,
  RegistrationStatus,
  RegistrationType,
  ReviewState,
  SourceClass,
} from "@lianzheng/sdk/contracts";
import { AbiCoder, Wallet, ZeroHash, getCreateAddress, keccak256, type Signer } from "ethers";
import type { Cases } from "../../../sdk/src/chain/contracts/cases/Cases.ts";
import type { Emergency } from "../../../sdk/src/chain/contracts/membership/Emergency.ts";
import type { Members } from "../../../sdk/src/chain/contracts/membership/Members.ts";
import type { Consents } from "../../../sdk/src/chain/contracts/rights/Consents.ts";
import type { Registry } from "../../../sdk/src/chain/contracts/rights/Registry.ts";
import { DAY, HOUR, digestOf, ethers, networkHelpers, now, type Actor } from "../fixture.ts";
import { memberId, usccOf } from "../uscc.ts";

export {
  Grade,
  ObjectionState,
  ReviewState,
  RegistrationStatus as Status,
  RegistrationType as Entry,
  SourceClass as Source,
};

export const NOBODY = `0x${"00".repeat(18)}`;
export const NOTICE = 10 * DAY;
export const bit = (kind: keyof typeof Kind): number => 1 << Kind[kind];

/** Rules of the tests by source class and then grade: enterprise data asks for nothing up to important data for all. */
export const RULES = [
  { notice: 0, reviewers: 0 },
  { notice: NOTICE, reviewers: bit("certifier") | bit("notary") },
  { notice: NOTICE, reviewers: bit("regulator") },
  { notice: NOTICE, reviewers: 0 },
  { notice: 0, reviewers: bit("regulator") },
  { notice: 180 * DAY, reviewers: bit("regulator") },
  { notice: 0, reviewers: 0 },
  { notice: NOTICE, reviewers: bit("certifier") },
  { notice: NOTICE, reviewers: bit("regulator") },
];

export interface Scene {
  readonly members: Members;
  readonly emergency: Emergency;
  readonly cases: Cases;
  readonly registry: Registry;
  readonly consents: Consents;
  /** Keys that speak for the council and for the contract of rights. */
  readonly council: Signer;
  readonly rights: Signer;
  readonly owner: Actor;
  readonly other: Actor;
  readonly venue: Actor;
  readonly secondVenue: Actor;
  readonly notary: Actor;
  readonly certifier: Actor;
  readonly regulator: Actor;
  readonly secondRegulator: Actor;
  readonly trustee: Actor;
  readonly recipient: Actor;
  /** More suppliers. */
  readonly crowd: readonly Actor[];
  readonly outsider: Signer;
}

const KINDS = [
  "supplier",
  "supplier",
  "venue",
  "venue",
  "notary",
  "certifier",
  "regulator",
  "regulator",
  "trustee",
  "operator",
] as const;
const CROWD = 17;

async function deploy(): Promise<Scene> {
  const signers: readonly Signer[] = await ethers.getSigners();
  const [deployer, council, rights, outsider, ...keys] = signers as [Signer, Signer, Signer, Signer, ...Signer[]];
  const crowdKeys = Array.from({ length: CROWD }, (_, i) => new Wallet(digestOf(`crowd ${i}`), ethers.provider));
  for (const { address } of crowdKeys) await networkHelpers.setBalance(address, 10n ** 18n);
  const actors: Actor[] = [];
  for (const [i, key] of [...keys.slice(0, KINDS.length), ...crowdKeys].entries()) {
    actors.push({ id: memberId(usccOf(i + 1)), key, address: await key.getAddress() });
  }
  const founders = actors.map(({ id: member, address: key }, i) => ({
    member,
    key,
    kinds: bit(KINDS[i] ?? "supplier"),
    tier: 0,
    parent: NOBODY,
    metadata: digestOf("metadata"),
  }));
  const from = await deployer.getAddress();
  const nonce = await deployer.getNonce();
  const place = (offset: number) => getCreateAddress({ from, nonce: nonce + offset });
  const authority = await council.getAddress();
  const members = await ethers.deployContract("Members", [founders, authority, place(1)], deployer);
  const freezing = { threshold: 2, longestOpen: 5 * DAY, longestFreeze: 20 * DAY, longestConfirmed: 90 * DAY, rest: 0 };
  const emergency = await ethers.deployContract("Emergency", [members, authority, freezing], deployer);
  const procedure = [1, 1, 15 * DAY, 15 * DAY, 60 * DAY, 15 * DAY, 30 * DAY, 30 * DAY];
  const cases = await ethers.deployContract("Cases", [members, members, procedure], deployer);
  const registry = await ethers.deployContract(
    "Registry",
    [members, authority, cases, emergency, await rights.getAddress(), RULES],
    deployer,
  );
  const consents = await ethers.deployContract("Consents", [members, registry], deployer);
  const [
    owner,
    other,
    venue,
    secondVenue,
    notary,
    certifier,
    regulator,
    secondRegulator,
    trustee,
    recipient,
    ...crowd
  ] = actors as [Actor, Actor, Actor, Actor, Actor, Actor, Actor, Actor, Actor, Actor, ...Actor[]];
  const contracts = { members, emergency, cases, registry, consents } as never as Pick<
    Scene,
    "members" | "emergency" | "cases" | "registry" | "consents"
  >;
  const offices = { venue, secondVenue, notary, certifier, regulator, secondRegulator, trustee };
  return { ...contracts, ...offices, council, rights, owner, other, recipient, crowd, outsider };
}

export const fixture = (): Promise<Scene> => networkHelpers.loadFixture(deploy);

export interface RegistrationFields {
  readonly digest: string;
  readonly metadata: string;
  readonly grade: number;
  readonly source: number;
  readonly venue: string;
  readonly contents: readonly { readonly algorithm: number; readonly value: string }[];
}

/** A general registration of enterprise data without a venue, changed where asked. */
export function registrationOf(change: Partial<RegistrationFields> = {}): RegistrationFields {
  return {
    digest: digestOf("resource"),
    metadata: digestOf("metadata of the resource"),
    grade: Grade.general,
    source: SourceClass.enterprise,
    venue: NOBODY,
    contents: [{ algorithm: 1, value: digestOf("content") }],
    ...change,
  };
}

/** Enters a resource, or a product where parents are given, of the owner, and answers with its id. */
export async function enter(
  { registry, rights, owner }: Scene,
  change: Partial<RegistrationFields> = {},
  parents: readonly string[] = [],
  by: Actor = owner,
): Promise<string> {
  const registration = registrationOf(change);
  await registry
    .connect(rights)
    .enter(by.id, digestOf("right"), parents.length !== 0, registration as never, [...parents]);
  return registry.subjectIdOf(by.id, registration.digest);
}

/** Important enterprise data at the venue: notice, sign-off by certifier or notary, and by the venue. */
export const reviewed = ({ venue }: Scene): Partial<RegistrationFields> => ({
  grade: Grade.important,
  venue: venue.id,
});

/** Gives both sign-offs that {@link reviewed} asks for to the newest review. */
export async function signBoth({ registry, certifier, venue }: Scene, subject: string): Promise<void> {
  const { round } = await registry.recordOf(subject);
  await registry.connect(certifier.key).signOff(subject, round, digestOf("opinion"));
  await registry.connect(venue.key).signOff(subject, round, digestOf("opinion of the venue"));
}

/** Orders a hold on a subject in a case of its own. */
export async function hold({ cases, other, owner, regulator }: Scene, subject: string): Promise<void> {
  const salt = digestOf("case");
  const claimant = ZeroHash;
  const grounds = digestOf("grounds");
  const evidence = [digestOf("leaf")];
  await cases
    .connect(other.key)
    .open({ salt, kind: 1, respondent: owner.id, subjectKind: 2, subject, claimant, grounds, evidence });
  await rule({ cases, regulator }, await cases.caseIdOf(other.id, salt), 3);
}

async function rule(
  { cases, regulator }: Pick<Scene, "cases" | "regulator">,
  caseId: string,
  act: number,
  sanction = { restrictions: 0, from: 0, until: 0 },
): Promise<void> {
  const { round } = await cases.caseOf(caseId);
  const texts = { grounds: digestOf("grounds"), rules: digestOf("rules") };
  await cases.connect(regulator.key).rule({ caseId, round, act, ...texts, ...sanction });
}

/** Sanctions a member from now on: so that it may not list, unless told otherwise. */
export async function sanction(scene: Scene, member: Actor, restrictions = 1): Promise<void> {
  const { cases, other } = scene;
  const opening = {
    salt: digestOf("finding"),
    kind: 4,
    respondent: member.id,
    subjectKind: 5,
    subject: member.id.padEnd(66, "0"),
    claimant: ZeroHash,
    grounds: digestOf("grounds"),
    evidence: [digestOf("leaf")],
  };
  await cases.connect(other.key).open(opening);
  const caseId = await cases.caseIdOf(other.id, opening.salt);
  await rule(scene, caseId, 1);
  await networkHelpers.time.increase(15 * DAY + 1);
  const from = await now();
  await rule(scene, caseId, 5, { restrictions, from, until: from + 300 * DAY });
}

/** Freezes a subject by two regulators. */
export async function freeze({ emergency, regulator, secondRegulator }: Scene, subject: string): Promise<void> {
  const order = { subjectKind: 2, subject, reason: digestOf("reason"), until: (await now()) + 5 * DAY };
  await emergency.connect(regulator.key).order(order);
  await emergency.connect(secondRegulator.key).cosign(await emergency.orderIdOf(regulator.id, order));
}

/** The head of a history by the formula of the interface. */
export function headAfter(head: string, entry: number, party: string, document: string, time: number): string {
  const types = ["bytes32", "uint8", "bytes18", "bytes32", "uint48"];
  return keccak256(AbiCoder.defaultAbiCoder().encode(types, [head, entry, party, document, time]));
}

/** A key of the member that has one role alone. */
export async function keyOfRole({ members }: Scene, member: Actor, role: number, seed = "key"): Promise<Signer> {
  const key = new Wallet(digestOf(seed), ethers.provider);
  const until = 2 ** 40;
  const deadline = (await now()) + HOUR;
  const added = { key: key.address, roles: 1 << role, until, deadline };
  const digest = await members.consentDigest(member.id, key.address, added.roles, until, deadline);
  const consent = key.signingKey.sign(digest).serialized;
  await members.connect(member.key).addKey({ ...added, consent });
  return key;
}

export { DAY, HOUR, digestOf, ethers, networkHelpers, now };
export type { Actor };
