import { Grade, Stage, TradesFactory } from "@lianzheng/sdk/contracts";
import type {
  AmendmentStruct,
  DistributionStruct,
  FilingStruct,
  Members,
  Rights,
  ShareStruct,
  SignedStruct,
  StepStruct,
  TerminationStruct,
  TermsStruct,
  Trades,
} from "@lianzheng/sdk/contracts";
import { expect } from "chai";
import { id as digestOf, type ContractTransactionResponse, type Signer, type TypedDataField } from "ethers";
import { network } from "hardhat";
import type { Attestations } from "../../../sdk/src/chain/contracts/attestation/Attestations.ts";
import type { Cases } from "../../../sdk/src/chain/contracts/cases/Cases.ts";
import type { Emergency } from "../../../sdk/src/chain/contracts/membership/Emergency.ts";
import { memberId, usccOf } from "../uscc.ts";

export const { ethers, networkHelpers } = await network.create("oracle");
export { digestOf };
export type { Signer };

export const REASON = digestOf("reason");
export const HOUR = 3600;
export const DAY = 24 * HOUR;

/** A member of the tests: its id and a key. */
export interface Actor {
  readonly id: string;
  readonly key: Signer;
  readonly address: string;
}

/** Seconds of the newest block. */
export const now = (): Promise<number> => networkHelpers.time.latest();

export const NONE = `0x${"00".repeat(18)}`;
export const ZERO = `0x${"00".repeat(32)}`;
export const evidenceOf = (count: number): string => digestOf(`record ${count}`);

/** Bits of the masks that a step keeps. */
export const ACTIVE = 1n;
export const SANCTIONED = 2n;
export const OF_KIND_VENUE = 4n;

/** Positions in the masks of Cases, written down again. */
export const Restriction = { listing: 0, trading: 1, venueService: 2 } as const;

/** Kind of each member, by its number. */
const kindOf = {
  venue: 0,
  otherVenue: 0,
  regulator: 10,
  secondRegulator: 10,
  arbitrator: 12,
  seller: 1,
  buyer: 3,
  processor: 2,
  broker: 4,
} as const;
type Role = keyof typeof kindOf;
const roles = Object.keys(kindOf) as readonly Role[];

/** The contracts that a trade asks, one trade open on the floor and one off it, of a resource that the seller may list. */
export interface Market extends Readonly<Record<Role, Actor>> {
  readonly members: Members;
  readonly rights: Rights;
  readonly attestations: Attestations;
  readonly cases: Cases;
  readonly emergency: Emergency;
  readonly trades: Trades;
  readonly terms: TermsStruct;
  readonly subject: string;
  readonly onFloor: string;
  readonly offFloor: string;
  /** What the council decides comes from this key: how it decides is not tested here. */
  readonly council: Signer;
  /** A key of nobody, which relays. */
  readonly outsider: Signer;
}

async function actorsOf(signers: readonly Signer[]): Promise<Record<Role, Actor>> {
  const entries = roles.map(async (role, i) => {
    const key = signers[i]!;
    return [role, { id: memberId(usccOf(i + 1)), key, address: await key.getAddress() }] as const;
  });
  return Object.fromEntries(await Promise.all(entries)) as Record<Role, Actor>;
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
const FREEZING = { threshold: 2, longestOpen: DAY, longestFreeze: 10 * DAY, longestConfirmed: 90 * DAY, rest: DAY };

/** Data that leaves the country asks for a cross-border assessment. */
const ABROAD = 1 << 8;
const REQUIREMENTS = [
  [0, ABROAD],
  [0, ABROAD],
  [0, ABROAD],
] as const;
const NO_REVIEW = { notice: 0, reviewers: 0 };
const REVIEWS = Array.from({ length: 9 }, () => NO_REVIEW);

/** Deploys the law in its order; those that are named before they stand are at computed addresses. */
async function deployLaw(actors: Record<Role, Actor>, council: Signer) {
  const from = actors.venue.address;
  const nonce = await ethers.provider.getTransactionCount(from);
  const later = (places: number): string => ethers.getCreateAddress({ from, nonce: nonce + places });
  const founders = roles.map((role) => {
    const { id: member, address: key } = actors[role];
    return { member, key, kinds: 1 << kindOf[role], tier: 0, parent: NONE, metadata: digestOf("metadata") };
  });
  const members = await ethers.deployContract("Members", [founders, council, later(1)]);
  const emergency = await ethers.deployContract("Emergency", [members, council, FREEZING]);
  // Cases and attestations want a council that has code, and are asked nothing of it here.
  const cases = await ethers.deployContract("Cases", [members, members, PROCEDURE]);
  const table = [members, members, cases, REQUIREMENTS as never, REASON] as const;
  const attestations = await ethers.deployContract("Attestations", [...table]);
  const reviewed = [members, council, cases, emergency, later(6), REVIEWS as never] as const;
  const registry = await ethers.deployContract("Registry", [...reviewed]);
  const consents = await ethers.deployContract("Consents", [members, registry]);
  const leaning = [members, registry, consents, cases, emergency, attestations] as const;
  const rights = await ethers.deployContract("Rights", [...leaning]);
  const trades = await new TradesFactory(actors.venue.key).deploy(members, rights, cases, emergency);
  return { members, emergency, cases, attestations, rights, trades };
}

/** Registers a resource of the seller; whoever holds its right may list it. */
export async function registerResource(
  { rights, seller }: Pick<Market, "rights" | "seller">,
  name: string,
  grade: number = Grade.general,
): Promise<{ readonly subject: string; readonly right: string }> {
  const from = await now();
  const contents = [{ algorithm: 1, value: digestOf(`${name} content`) }];
  const registration = {
    digest: digestOf(name),
    metadata: digestOf("metadata"),
    grade,
    source: 0,
    venue: NONE,
    contents,
  };
  const scope = { purposes: 1, territories: 1, from, until: from + 365 * DAY, uses: 0, depth: 2 };
  const mine = rights.connect(seller.key);
  const { subject, right } = await mine.registerResource.staticCall(registration, scope);
  await mine.registerResource(registration, scope);
  return { subject, right };
}

async function market(): Promise<Market> {
  const signers: readonly Signer[] = await ethers.getSigners();
  const actors = await actorsOf(signers);
  const [council, outsider] = signers.slice(roles.length) as [Signer, Signer];
  const law = await deployLaw(actors, council);
  const { trades } = law;
  const { subject, right } = await registerResource({ ...actors, ...law }, "resource");
  const { seller, buyer, venue } = actors;
  const amount = digestOf("128000.00 CNY");
  const terms = {
    salt: digestOf("on"),
    subject,
    right,
    buyer: buyer.id,
    venue: venue.id,
    amount,
    crossBorder: false,
  };
  await trades.connect(seller.key).open(terms);
  await trades.connect(seller.key).open({ ...terms, salt: digestOf("off"), venue: NONE });
  const onFloor = await trades.tradeIdOf(seller.id, digestOf("on"));
  const offFloor = await trades.tradeIdOf(seller.id, digestOf("off"));
  return { ...actors, ...law, terms, subject, onFloor, offFloor, council, outsider };
}
export const fixture = (): Promise<Market> => networkHelpers.loadFixture(market);

/** The council suspends or expels a member. */
export async function decideOn(
  { members, council }: Market,
  act: "suspension" | "expulsion",
  member: string,
): Promise<void> {
  const deciding = members.connect(council);
  await (act === "suspension" ? deciding.suspend(member, REASON) : deciding.expel(member, REASON));
}

/** A regulator assesses that a resource may leave the country. */
export async function assessAbroad({ attestations, regulator }: Market, subject: string): Promise<void> {
  const validFrom = await now();
  const statement = { kind: 8, subjectKind: 2, result: 1, validFrom, validUntil: validFrom + 90 * DAY, subject };
  const digests = { opinion: REASON, materials: REASON, rules: REASON, supersedes: ZERO };
  await attestations.connect(regulator.key).attest({ ...statement, ...digests });
}

async function caseOn(
  { cases, processor, arbitrator, regulator }: Market,
  kind: number,
  { respondent, subjectKind, subject }: { respondent: string; subjectKind: number; subject: string },
) {
  const salt = digestOf(`case on ${subject} at ${await now()}`);
  const opening = { salt, kind, respondent, subjectKind, subject, claimant: ZERO, grounds: REASON, evidence: [REASON] };
  await cases.connect(processor.key).open(opening);
  const caseId = await cases.caseIdOf(processor.id, salt);
  const rule = async (by: Actor, act: number, change = {}) => {
    const { round } = await cases.caseOf(caseId);
    const ruling = {
      caseId,
      round,
      act,
      grounds: REASON,
      rules: REASON,
      restrictions: 0,
      from: 0,
      until: 0,
      ...change,
    };
    return cases.connect(by.key).rule(ruling);
  };
  await rule(kind === 4 ? regulator : arbitrator, 1);
  return { caseId, rule };
}

/** A dispute holds a trade or a resource. Answers with what releases it. */
export async function hold(
  context: Market,
  kind: "trade" | "resource",
  subject: string,
): Promise<() => Promise<unknown>> {
  const { buyer, arbitrator } = context;
  const about = { respondent: buyer.id, subjectKind: kind === "trade" ? 4 : 2, subject };
  const { rule } = await caseOn(context, 2, about);
  await rule(arbitrator, 3);
  return () => rule(arbitrator, 4);
}

/** Two regulators freeze a trade or a resource for a day. */
export async function freeze(context: Market, kind: "trade" | "resource", subject: string): Promise<number> {
  const { emergency, regulator, secondRegulator } = context;
  const until = (await now()) + DAY;
  const order = { subjectKind: kind === "trade" ? 4 : 2, subject, reason: REASON, until };
  await emergency.connect(regulator.key).order(order);
  await emergency.connect(secondRegulator.key).cosign(await emergency.orderIdOf(regulator.id, order));
  return until;
}

/** A finding that two regulators uphold restricts a member for a year. */
export async function sanction(context: Market, member: Actor, restriction: number): Promise<void> {
  const { cases, regulator, secondRegulator } = context;
  const about = { respondent: member.id, subjectKind: 5, subject: member.id.padEnd(66, "0") };
  const { caseId, rule } = await caseOn(context, 4, about);
  await cases.connect(member.key).plead({ caseId, kind: 1, statement: REASON, evidence: [] });
  const from = await now();
  const change = { restrictions: 1 << restriction, from, until: from + 365 * DAY };
  for (const by of [regulator, secondRegulator]) await rule(by, 5, change);
  expect(await cases.isSanctioned(member.id, 1 << restriction, await now())).to.equal(true);
}

const list = (text: string): TypedDataField[] =>
  text.split(",").map((field) => {
    const [type, name] = field.split(" ") as [string, string];
    return { name, type };
  });

/** The EIP-712 structs of the docs, apart from the contract's type hashes. */
export const TYPES = {
  Opening: list(
    "bytes18 seller,bytes32 salt,bytes32 subject,bytes32 right,bytes18 buyer,bytes18 venue,bytes32 amount,bool crossBorder,uint256 nonce,uint256 deadline",
  ),
  Step: list("bytes32 tradeId,uint8 stage,bytes32 evidence,uint64 count,uint48 expires,uint256 deadline"),
  Amendment: list("bytes32 tradeId,bytes32 previous,bytes32 amount,bytes32 evidence,uint64 count,uint256 deadline"),
  Filing: list("bytes32 tradeId,bytes18 venue,bytes18 side,bytes32 evidence,uint64 count,uint256 deadline"),
  Termination: list("bytes32 tradeId,bytes32 reason,bytes32 evidence,uint64 count,uint256 deadline"),
  Distribution: list(
    "bytes32 tradeId,uint128 whole,Share[] shares,bytes32 previous,bytes32 grounds,bytes32 evidence,uint64 count,uint256 deadline",
  ),
} as const;
export type SignedType = keyof typeof TYPES;
const SHARE = list("bytes18 member,uint128 amount");

/** A domain that is not the contract's, for signatures that must be refused. */
export interface DomainChange {
  readonly name?: string;
  readonly version?: string;
  readonly chainId?: bigint;
}

/** Signatures over one of the structs, in the order of `signers`. */
export async function sign(
  trades: Trades,
  type: SignedType,
  message: object,
  signers: readonly { readonly key: Signer }[],
  change: DomainChange = {},
): Promise<SignedStruct[]> {
  const { chainId } = await ethers.provider.getNetwork();
  const verifyingContract = await trades.getAddress();
  const domain = { name: "Lianzheng Trades", version: "1", chainId, verifyingContract, ...change };
  const types = { [type]: [...TYPES[type]], ...(type === "Distribution" ? { Share: SHARE } : {}) };
  const one = async ({ key }: { readonly key: Signer }): Promise<SignedStruct> => ({
    key: await key.getAddress(),
    signature: await key.signTypedData(domain, types, message),
  });
  return Promise.all(signers.map(one));
}

/** Number of the next step of a trade. */
export async function nextOf({ trades }: Market, tradeId: string): Promise<number> {
  return Number((await trades.headOf(tradeId)).count) + 1;
}

/** What all steps have, for the next one. */
async function commonOf(context: Market, tradeId: string) {
  const count = await nextOf(context, tradeId);
  return { tradeId, evidence: evidenceOf(count), count, deadline: (await now()) + HOUR };
}

export async function stepOf(context: Market, tradeId: string, stage: number): Promise<StepStruct> {
  const expires = stage === Stage.offer ? (await now()) + 7 * DAY : 0;
  return { ...(await commonOf(context, tradeId)), stage, expires };
}

export async function amendmentOf(context: Market, tradeId: string, name = "64000.00 CNY"): Promise<AmendmentStruct> {
  const { amount } = await context.trades.tradeOf(tradeId);
  return { ...(await commonOf(context, tradeId)), previous: amount, amount: digestOf(name) };
}

export async function filingOf(context: Market, tradeId: string, side = context.seller): Promise<FilingStruct> {
  return { ...(await commonOf(context, tradeId)), venue: context.venue.id, side: side.id };
}

export async function terminationOf(context: Market, tradeId: string): Promise<TerminationStruct> {
  return { ...(await commonOf(context, tradeId)), reason: REASON };
}

/** Shares in the order that the contract asks for. */
export function sharesOf(...shares: readonly (readonly [Actor, bigint | number])[]): ShareStruct[] {
  const byMember = [...shares].sort(([a], [b]) => (a.id < b.id ? -1 : 1));
  return byMember.map(([{ id }, amount]) => ({ member: id, amount: BigInt(amount) }));
}

export async function distributionOf(
  context: Market,
  tradeId: string,
  shares: ShareStruct[],
): Promise<DistributionStruct> {
  const whole = shares.reduce((sum, { amount }) => sum + BigInt(amount), 0n);
  const { split } = await context.trades.tradeOf(tradeId);
  return { ...(await commonOf(context, tradeId)), whole, shares, previous: split, grounds: REASON };
}

/** Who signs a stage, written down again apart from the contract. */
export function signersFor({ seller, buyer, venue }: Market, stage: number, floor: boolean): Actor[] {
  const all = floor ? [seller, buyer, venue] : [seller, buyer];
  const table: Record<number, Actor[]> = {
    [Stage.listing]: [seller],
    [Stage.offer]: [buyer],
    [Stage.contract]: all,
    [Stage.delivery]: [seller],
    [Stage.acceptance]: [buyer],
    [Stage.settlement]: all,
    [Stage.certificate]: [venue],
    [Stage.amendment]: all,
    [Stage.termination]: [seller, buyer],
  };
  return table[stage]!;
}

/** Records a step with the signatures of these, relayed by a stranger. */
export async function record(
  context: Market,
  step: StepStruct,
  signers: readonly Actor[],
): Promise<ContractTransactionResponse> {
  const { trades, outsider } = context;
  return trades.connect(outsider).record(step, await sign(trades, "Step", step, signers));
}

/** Records the next step of a stage with the right signatures. */
export async function advance(context: Market, tradeId: string, stage: number): Promise<ContractTransactionResponse> {
  const signers = signersFor(context, stage, tradeId === context.onFloor);
  return record(context, await stepOf(context, tradeId, stage), signers);
}

export async function advanceTo(context: Market, tradeId: string, last: number): Promise<void> {
  for (let stage = 1; stage <= last; ++stage) await advance(context, tradeId, stage);
}

export async function amend(
  context: Market,
  amendment: AmendmentStruct,
  signers: readonly Actor[],
): Promise<ContractTransactionResponse> {
  const { trades, outsider } = context;
  return trades.connect(outsider).amend(amendment, await sign(trades, "Amendment", amendment, signers));
}

export async function file(
  context: Market,
  filing: FilingStruct,
  signers: readonly Actor[],
): Promise<ContractTransactionResponse> {
  const { trades, outsider } = context;
  return trades.connect(outsider).file(filing, await sign(trades, "Filing", filing, signers));
}

export async function terminate(
  context: Market,
  termination: TerminationStruct,
  signers: readonly Actor[],
): Promise<ContractTransactionResponse> {
  const { trades, outsider } = context;
  return trades.connect(outsider).terminate(termination, await sign(trades, "Termination", termination, signers));
}

export async function distribute(
  context: Market,
  distribution: DistributionStruct,
  before: ShareStruct[],
  signers: readonly Actor[],
): Promise<ContractTransactionResponse> {
  const { trades, outsider } = context;
  const signatures = await sign(trades, "Distribution", distribution, signers);
  return trades.connect(outsider).distribute(distribution, before, signatures);
}
