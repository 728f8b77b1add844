import {
  AttestationsFactory,
  CasesFactory,
  ConsentsFactory,
  CouncilFactory,
  DirectoryFactory,
  EmergencyFactory,
  EvidenceLogsFactory,
  MembersFactory,
  PoliciesFactory,
  RegistryFactory,
  RightsFactory,
  TradesFactory,
  ValidatorsFactory,
  maskOfKinds,
} from "@lianzheng/sdk/contracts";
import type {
  Attestations,
  CallStruct,
  Cases,
  Consents,
  Council,
  CouncilRulesStruct,
  Directory,
  Emergency,
  EvidenceLogs,
  FounderStruct,
  KindName,
  Members,
  NewKeyStruct,
  Policies,
  Registry,
  Rights,
  Trades,
  Validators,
} from "@lianzheng/sdk/contracts";
import { foundingNames, type FoundingName } from "@lianzheng/sdk/chain";
import type { Hex } from "@lianzheng/sdk/encoding";
import { encodeBytes32String, id, type Signer, type TypedDataDomain, type TypedDataField } from "ethers";
import { network } from "hardhat";
import { creationCodes, type Places } from "../../node/src/deployment/founding.ts";
import { memberId, usccOf } from "./uscc.ts";

export const { ethers, networkHelpers } = await network.create("oracle");

/** A member of the tests: its id and a key. */
export interface Actor {
  readonly id: string;
  readonly key: Signer;
  readonly address: string;
}

/** The contracts of a consortium, where its directory placed them. */
export interface Law {
  readonly directory: Directory;
  readonly members: Members;
  readonly council: Council;
  readonly emergency: Emergency;
  readonly cases: Cases;
  readonly attestations: Attestations;
  readonly registry: Registry;
  readonly consents: Consents;
  readonly rights: Rights;
  readonly trades: Trades;
  readonly logs: EvidenceLogs;
  readonly validators: Validators;
  readonly policies: Policies;
}

/** Who plays in the tests. */
export interface Cast {
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
  /** Who placed the contracts: a key of nobody, too. */
  readonly founder: Signer;
}

/** The whole law on a fresh chain, as a deployment founds it, with a council of three seats of which two decide. */
export interface World extends Law, Cast {}

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

/** The chain's accounts without code: a fixture that is made after another's tests begins where those left the chain. */
export async function accounts(): Promise<readonly Signer[]> {
  const signers = await ethers.getSigners();
  for (const { address } of signers) await networkHelpers.setCode(address, "0x");
  return signers;
}

/** Nobody of these is a member yet. */
export async function cast(): Promise<Cast> {
  const signers = await accounts();
  const actors = await Promise.all(signers.slice(0, 6).map((signer, i) => actorOf(signer, i + 1)));
  const [venue, regulator, notary, seller, buyer, processor] = actors as [Actor, Actor, Actor, Actor, Actor, Actor];
  const [outsider, ...spare] = signers.slice(6, -1) as [Signer, ...Signer[]];
  return { venue, regulator, notary, seller, buyer, processor, outsider, spare, founder: signers.at(-1)! };
}

/** Seats and votes of the council, as a deployment is told of them. */
const seatsOf = ({ venue, regulator, notary }: Cast) => ({
  seats: ([venue, regulator, notary] as const).map(({ address }, i) => ({
    member: usccOf(i + 1),
    key: address.toLowerCase() as Hex,
    kinds: [(["venue", "regulator", "notary"] as const)[i]!],
  })),
  threshold: 2,
});

/** Places every contract through a directory, with the arguments that a deployment gives them. */
async function foundLaw(actors: Cast): Promise<Law> {
  const names = foundingNames.map((name) => encodeBytes32String(name.charAt(0).toUpperCase() + name.slice(1)));
  const directory = await new DirectoryFactory(actors.founder).deploy(names);
  const from = await directory.getAddress();
  const placeOf = (name: FoundingName): string =>
    ethers.getCreateAddress({ from, nonce: foundingNames.indexOf(name) + 1 });
  const creations = creationCodes(
    seatsOf(actors),
    placesBy((name) => placeOf(name).toLowerCase() as Hex),
  );
  for (const [i, name] of foundingNames.entries()) await directory.place(i + 1, creations[name]);
  return { directory, ...lawAt(placeOf, actors.venue.key) };
}

const placesBy = (placeOf: (name: FoundingName) => Hex): Places =>
  Object.fromEntries(foundingNames.map((name) => [name, placeOf(name)])) as Record<FoundingName, Hex>;

const lawAt = (placeOf: (name: FoundingName) => string, by: Signer): Omit<Law, "directory"> => ({
  members: MembersFactory.connect(placeOf("members"), by),
  council: CouncilFactory.connect(placeOf("council"), by),
  emergency: EmergencyFactory.connect(placeOf("emergency"), by),
  cases: CasesFactory.connect(placeOf("cases"), by),
  attestations: AttestationsFactory.connect(placeOf("attestations"), by),
  registry: RegistryFactory.connect(placeOf("registry"), by),
  consents: ConsentsFactory.connect(placeOf("consents"), by),
  rights: RightsFactory.connect(placeOf("rights"), by),
  trades: TradesFactory.connect(placeOf("trades"), by),
  logs: EvidenceLogsFactory.connect(placeOf("evidenceLogs"), by),
  validators: ValidatorsFactory.connect(placeOf("validators"), by),
  policies: PoliciesFactory.connect(placeOf("policies"), by),
});

/** Admits the members without a seat. */
export async function admitAll(members: Members, actors: Cast): Promise<void> {
  const { venue, regulator, seller, buyer, processor } = actors;
  await admit(members, [venue, regulator], seller, ["supplier"]);
  await admit(members, [venue, regulator], buyer, ["operator"]);
  await admit(members, [venue, regulator], processor, ["processor"]);
}

export async function world(): Promise<World> {
  const actors = await cast();
  const law = await foundLaw(actors);
  await admitAll(law.members, actors);
  return { ...law, ...actors };
}

/** A contract as a caller: what it decides or asks is tested in its own room. */
export async function impersonated(contract: { getAddress(): Promise<string> }): Promise<Signer> {
  const address = await contract.getAddress();
  await networkHelpers.impersonateAccount(address);
  return ethers.getSigner(address);
}

/** What a decision of the council needs: its contracts, and two seats. */
type Deciding = Pick<World, "members" | "council" | "regulator" | "notary">;

/** Suspends a member by the votes of regulator and notary. */
export async function suspend({ members, council, regulator, notary }: Deciding, member: string): Promise<void> {
  await decide(council, [regulator, notary], [await callOf(members, "suspend", [member, REASON])]);
}

/** Takes a suspended member back by the votes of regulator and notary. */
export async function reinstate({ members, council, regulator, notary }: Deciding, member: string): Promise<void> {
  await decide(council, [regulator, notary], [await callOf(members, "reinstate", [member, REASON])]);
}

/** Expels a member by the votes of regulator and notary. */
export async function expel({ members, council, regulator, notary }: Deciding, member: string): Promise<void> {
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
  contract: Council | Members,
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
