import {
  CouncilFactory,
  EvidenceLogsFactory,
  MembersFactory,
  RightsFactory,
  TradesFactory,
  maskOfKinds,
} from "@lianzheng/sdk/contracts";
import type {
  CallStruct,
  Council,
  CouncilRulesStruct,
  EvidenceLogs,
  FounderStruct,
  KindName,
  Members,
  NewKeyStruct,
  Rights,
  SignedStruct,
  Trades,
} from "@lianzheng/sdk/contracts";
import { id, type Signer, type TypedDataDomain, type TypedDataField } from "ethers";
import { network } from "hardhat";
import { memberId, usccOf } from "./uscc.ts";

export const { ethers, networkHelpers } = await network.create("oracle");

/** A member of the tests: its id and a key. */
export interface Actor {
  readonly id: string;
  readonly key: Signer;
  readonly address: string;
}

/** Contracts on a fresh chain, with a council of three seats of which two decide. */
export interface World {
  readonly members: Members;
  readonly council: Council;
  readonly rights: Rights;
  readonly trades: Trades;
  readonly logs: EvidenceLogs;
  /** Seats of the council; the first is a venue. */
  readonly venue: Actor;
  readonly regulator: Actor;
  readonly notary: Actor;
  /** Members without a seat. */
  readonly seller: Actor;
  readonly buyer: Actor;
  readonly processor: Actor;
  /** The account that may freeze. */
  readonly emergency: Signer;
  /** A key of nobody, and spare ones. */
  readonly outsider: Signer;
  readonly spare: readonly Signer[];
}

/** A digest with a name that a reader understands. */
export const digestOf = id;
export const REASON = digestOf("reason");
export const HOUR = 3600;
export const DAY = 24 * HOUR;

/** Seconds of the newest block. */
export async function now(): Promise<number> {
  return networkHelpers.time.latest();
}

async function actorOf(signer: Signer, number: number): Promise<Actor> {
  return { id: memberId(usccOf(number)), key: signer, address: await signer.getAddress() };
}

export const METADATA = digestOf("metadata");
export const NO_PARENT = `0x${"00".repeat(18)}`;
/** All roles of a key. */
export const ALL_ROLES = 0b1111;
/** End of a key that has none. */
export const NO_END = 2n ** 48n - 1n;

/** Rules by which everything is decided at once by `threshold` votes, within 30 days. */
export function rulesOf(threshold: number): CouncilRulesStruct {
  const rule = { threshold, period: 30 * DAY, delay: 0 };
  return { ordinary: rule, constitutional: rule };
}

export function founderOf(actor: { id: string; address: string }, kinds: readonly KindName[]): FounderStruct {
  const { id: member, address: key } = actor;
  return { member, key, kinds: maskOfKinds(kinds), tier: 0, parent: NO_PARENT, metadata: METADATA };
}

/** The two contracts that name each other: the council stands at the deployer's next address but one. */
export async function foundConsortium(
  deployer: Signer,
  emergency: string,
  founders: readonly FounderStruct[],
  rules: CouncilRulesStruct,
): Promise<{ members: Members; council: Council }> {
  const nonce = await deployer.getNonce();
  const from = await deployer.getAddress();
  const place = ethers.getCreateAddress({ from, nonce: nonce + 1 });
  const members = await new MembersFactory(deployer).deploy([...founders], place, emergency);
  const seats = founders.map(({ member }) => member);
  return { members, council: await new CouncilFactory(deployer).deploy(members, seats, rules, []) };
}

/** Lets the seats decide on calls: the first proposes, the others vote. Answers with the proposal's number. */
export async function decide(
  council: Council,
  seats: readonly { readonly key: Signer }[],
  calls: readonly CallStruct[],
): Promise<bigint> {
  const [first, ...others] = seats;
  await council.connect(first!.key).propose([...calls], REASON);
  const proposal = await council.proposalCount();
  for (const { key } of others) await council.connect(key).vote(proposal);
  return proposal;
}

/** A call of the register of members by the council. */
export async function callOf(
  members: Members,
  name: "admit" | "refuse" | "suspend" | "reinstate" | "expel" | "addKind" | "withdrawKind" | "setTier" | "setParent",
  values: readonly unknown[],
): Promise<CallStruct> {
  return {
    target: await members.getAddress(),
    data: members.interface.encodeFunctionData(name as "suspend", values as never),
  };
}

/** Lets the applicant apply for membership with its key. Answers with the number of the application. */
export async function apply(
  members: Members,
  applicant: { readonly id: string; readonly key: Signer },
  kinds: readonly KindName[],
): Promise<bigint> {
  const asked = [applicant.id, maskOfKinds(kinds), 0, NO_PARENT, METADATA, digestOf("papers")] as const;
  await members.connect(applicant.key).applyFor(...asked);
  return members.applicationCount();
}

/** Lets the applicant apply and the first two seats admit it. */
export async function admit(
  members: Members,
  seats: readonly Actor[],
  applicant: Actor,
  kinds: readonly KindName[],
): Promise<void> {
  const application = await apply(members, applicant, kinds);
  const council = CouncilFactory.connect(await members.council(), ethers.provider);
  const call = await callOf(members, "admit", [application, maskOfKinds(kinds), 0, REASON]);
  await decide(council, seats.slice(0, 2), [call]);
}

export async function world(): Promise<World> {
  const signers: readonly Signer[] = await ethers.getSigners();
  const actors = await Promise.all(signers.slice(0, 6).map((signer, i) => actorOf(signer, i + 1)));
  const [venue, regulator, notary, seller, buyer, processor] = actors as [Actor, Actor, Actor, Actor, Actor, Actor];
  const founders = [founderOf(venue, ["venue"]), founderOf(regulator, ["regulator"]), founderOf(notary, ["notary"])];
  const emergency = signers.at(-1)!;
  const { members, council } = await foundConsortium(venue.key, await emergency.getAddress(), founders, rulesOf(2));
  const rights = await new RightsFactory(venue.key).deploy(members);
  const trades = await new TradesFactory(venue.key).deploy(members, rights);
  const logs = await new EvidenceLogsFactory(venue.key).deploy(members);
  await admit(members, [venue, regulator], seller, ["supplier"]);
  await admit(members, [venue, regulator], buyer, ["operator"]);
  await admit(members, [venue, regulator], processor, ["processor"]);
  const [outsider, ...spare] = signers.slice(6, -1) as [Signer, ...Signer[]];
  const contracts = { members, council, rights, trades, logs };
  return { ...contracts, venue, regulator, notary, seller, buyer, processor, emergency, outsider, spare };
}

/** Suspends a member by the votes of regulator and notary. */
export async function suspend({ members, council, regulator, notary }: World, member: string): Promise<void> {
  await decide(council, [regulator, notary], [await callOf(members, "suspend", [member, REASON])]);
}

/** Takes a suspended member back by the votes of regulator and notary. */
export async function reinstate({ members, council, regulator, notary }: World, member: string): Promise<void> {
  await decide(council, [regulator, notary], [await callOf(members, "reinstate", [member, REASON])]);
}

/** Expels a member by the votes of regulator and notary. */
export async function expel({ members, council, regulator, notary }: World, member: string): Promise<void> {
  await decide(council, [regulator, notary], [await callOf(members, "expel", [member, REASON])]);
}

/** A domain that is not the contract's, for signatures that must be refused. */
export interface DomainChange {
  readonly name?: string;
  readonly version?: string;
  readonly chainId?: bigint;
}

/** EIP-712 domain of one of the contracts. */
export async function domainOf(
  name: string,
  contract: Council | Members | Trades,
  change: DomainChange,
): Promise<TypedDataDomain> {
  const { chainId } = await ethers.provider.getNetwork();
  return { name, version: "1", chainId, verifyingContract: await contract.getAddress(), ...change };
}

/** The signature by which a new key consents to becoming a member's. */
export async function consentOf(
  members: Members,
  member: string,
  key: Signer,
  deadline: number,
  change: DomainChange & { readonly roles?: number; readonly until?: bigint | number } = {},
): Promise<string> {
  const { roles = ALL_ROLES, until = NO_END, ...domain } = change;
  const types: Record<string, TypedDataField[]> = {
    KeyConsent: [
      { name: "member", type: "bytes18" },
      { name: "key", type: "address" },
      { name: "roles", type: "uint8" },
      { name: "until", type: "uint48" },
      { name: "deadline", type: "uint256" },
    ],
  };
  const message = { member, key: await key.getAddress(), roles, until, deadline };
  return key.signTypedData(await domainOf("Lianzheng Members", members, domain), types, message);
}

/** A new key with all roles and without end, or as `change` says, with its consent. */
export async function newKeyOf(
  members: Members,
  member: string,
  key: Signer,
  deadline: number,
  change: { readonly roles?: number; readonly until?: bigint | number } = {},
): Promise<NewKeyStruct> {
  const { roles = ALL_ROLES, until = NO_END } = change;
  const consent = await consentOf(members, member, key, deadline, change);
  return { key: await key.getAddress(), roles, until, deadline, consent };
}

/** A step of a trade; the names of its fields are those of the EIP-712 struct. */
export interface StepFields {
  readonly tradeId: string;
  readonly stage: number;
  readonly evidence: string;
  readonly count: number;
  readonly deadline: number;
}

/** Signatures over a step, in the order of `signers`. */
export async function signStep(
  trades: Trades,
  step: StepFields,
  signers: readonly { readonly key: Signer }[],
  change: DomainChange = {},
): Promise<SignedStruct[]> {
  const types: Record<string, TypedDataField[]> = {
    Step: [
      { name: "tradeId", type: "bytes32" },
      { name: "stage", type: "uint8" },
      { name: "evidence", type: "bytes32" },
      { name: "count", type: "uint64" },
      { name: "deadline", type: "uint256" },
    ],
  };
  return signAll(trades, types, { ...step }, signers, change);
}

/** Signatures over the termination of a trade, in the order of `signers`. */
export async function signTermination(
  trades: Trades,
  termination: { tradeId: string; reason: string; count: number; deadline: number },
  signers: readonly { readonly key: Signer }[],
): Promise<SignedStruct[]> {
  const types: Record<string, TypedDataField[]> = {
    Termination: [
      { name: "tradeId", type: "bytes32" },
      { name: "reason", type: "bytes32" },
      { name: "count", type: "uint64" },
      { name: "deadline", type: "uint256" },
    ],
  };
  return signAll(trades, types, termination, signers);
}

async function signAll(
  trades: Trades,
  types: Record<string, TypedDataField[]>,
  message: Record<string, unknown>,
  signers: readonly { readonly key: Signer }[],
  change: DomainChange = {},
): Promise<SignedStruct[]> {
  const domain = await domainOf("Lianzheng Trades", trades, change);
  const sign = async ({ key }: { readonly key: Signer }): Promise<SignedStruct> => ({
    key: await key.getAddress(),
    signature: await key.signTypedData(domain, types, message),
  });
  return Promise.all(signers.map(sign));
}
