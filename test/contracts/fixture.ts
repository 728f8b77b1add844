import {
  EvidenceLogsFactory,
  MembersFactory,
  RightsFactory,
  TradesFactory,
  maskOfKinds,
} from "@lianzheng/sdk/contracts";
import type { EvidenceLogs, KindName, Members, Rights, SignedStruct, Trades } from "@lianzheng/sdk/contracts";
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

/** Lets the applicant apply and the first two seats admit it. */
export async function admit(
  members: Members,
  seats: readonly Actor[],
  applicant: Actor,
  kinds: readonly KindName[],
): Promise<void> {
  await members.connect(applicant.key).applyFor(applicant.id, maskOfKinds(kinds), digestOf("papers"));
  const proposal = await members.proposalCount();
  for (const seat of seats.slice(0, 2)) await members.connect(seat.key).vote(proposal);
}

export async function world(): Promise<World> {
  const signers: readonly Signer[] = await ethers.getSigners();
  const actors = await Promise.all(signers.slice(0, 6).map((signer, i) => actorOf(signer, i + 1)));
  const [venue, regulator, notary, seller, buyer, processor] = actors as [Actor, Actor, Actor, Actor, Actor, Actor];
  const seat = ({ id: member, address: key }: Actor, kind: KindName) => ({ member, key, kinds: maskOfKinds([kind]) });
  const seats = [seat(venue, "venue"), seat(regulator, "regulator"), seat(notary, "notary")];
  const members = await new MembersFactory(venue.key).deploy(seats, 2);
  const rights = await new RightsFactory(venue.key).deploy(members);
  const trades = await new TradesFactory(venue.key).deploy(members, rights);
  const logs = await new EvidenceLogsFactory(venue.key).deploy(members);
  await admit(members, [venue, regulator], seller, ["supplier"]);
  await admit(members, [venue, regulator], buyer, ["operator"]);
  await admit(members, [venue, regulator], processor, ["processor"]);
  const [outsider, ...spare] = signers.slice(6) as [Signer, ...Signer[]];
  return { members, rights, trades, logs, venue, regulator, notary, seller, buyer, processor, outsider, spare };
}

/** Suspends a member by the votes of regulator and notary. */
export async function suspend({ members, regulator, notary }: World, member: string): Promise<void> {
  await members.connect(regulator.key).propose(2, member, REASON);
  await members.connect(notary.key).vote(await members.proposalCount());
}

/** A domain that is not the contract's, for signatures that must be refused. */
export interface DomainChange {
  readonly name?: string;
  readonly version?: string;
  readonly chainId?: bigint;
}

/** EIP-712 domain of one of the contracts. */
async function domainOf(name: string, contract: Members | Trades, change: DomainChange): Promise<TypedDataDomain> {
  const { chainId } = await ethers.provider.getNetwork();
  return { name, version: "1", chainId, verifyingContract: await contract.getAddress(), ...change };
}

/** The signature by which a new key consents to becoming a member's. */
export async function consentOf(
  members: Members,
  member: string,
  key: Signer,
  deadline: number,
  change: DomainChange = {},
): Promise<string> {
  const types: Record<string, TypedDataField[]> = {
    KeyConsent: [
      { name: "member", type: "bytes18" },
      { name: "key", type: "address" },
      { name: "deadline", type: "uint256" },
    ],
  };
  const message = { member, key: await key.getAddress(), deadline };
  return key.signTypedData(await domainOf("Lianzheng Members", members, change), types, message);
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
