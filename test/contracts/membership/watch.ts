import { OrderState, Review, SubjectKind } from "@lianzheng/sdk/contracts";
import type { Council, Members } from "@lianzheng/sdk/contracts";
import type {
  CosignatureStruct,
  Emergency,
  EmergencyRulesStruct,
} from "../../../sdk/src/chain/contracts/membership/Emergency.ts";
import type { Policies } from "../../../sdk/src/chain/contracts/membership/Policies.ts";
import type { Validators } from "../../../sdk/src/chain/contracts/membership/Validators.ts";
import { zeroPadBytes, type Signer, type TypedDataField } from "ethers";
import {
  DAY,
  HOUR,
  REASON,
  accounts,
  digestOf,
  ethers,
  foundConsortium,
  founderOf,
  networkHelpers,
  now,
  rulesOf,
  type Actor,
} from "../fixture.ts";
import { memberId, usccOf } from "../uscc.ts";

export type { Emergency, Policies, Validators };

export { OrderState as State, Review, SubjectKind };

/** Two regulators freeze. */
export const RULES = {
  threshold: 2,
  longestOpen: 7 * DAY,
  longestFreeze: 30 * DAY,
  longestConfirmed: 180 * DAY,
  rest: 30 * DAY,
} as const satisfies EmergencyRulesStruct;

export const SUBJECT = digestOf("product");

/** A member as a subject: its code, then zeros. */
export const asSubject = (member: string): string => zeroPadBytes(member, 32);

/** What is ordered; the names of the fields are those of the struct. */
export interface OrderFields {
  readonly subjectKind: number;
  readonly subject: string;
  readonly reason: string;
  readonly until: number;
}

/** Seven seats, of which four decide; four of them are regulators. */
export interface Watch {
  readonly members: Members;
  readonly council: Council;
  readonly emergency: Emergency;
  readonly validators: Validators;
  readonly policies: Policies;
  readonly venue: Actor;
  readonly notary: Actor;
  readonly auditor: Actor;
  readonly regulators: readonly [Actor, Actor, Actor, Actor];
  /** The council's contract as a caller: what its decisions do, without their votes. */
  readonly chair: Signer;
  readonly outsider: Signer;
  readonly spare: readonly Signer[];
}

/** Addresses of the first validators, in an order that is not theirs. */
export const FIRST = ["0x00000000000000000000000000000000000000b0", "0x00000000000000000000000000000000000000a0"];

async function watch(): Promise<Watch> {
  const signers = await accounts();
  const actors = await Promise.all(
    signers
      .slice(0, 7)
      .map(async (key, i): Promise<Actor> => ({ id: memberId(usccOf(i + 1)), key, address: await key.getAddress() })),
  );
  const [venue, notary, auditor, ...regulators] = actors as [Actor, Actor, Actor, Actor, Actor, Actor, Actor];
  const founders = [
    founderOf(venue, ["venue"]),
    founderOf(notary, ["notary"]),
    founderOf(auditor, ["auditor"]),
    ...regulators.map((regulator) => founderOf(regulator, ["regulator"])),
  ];
  const nonce = await venue.key.getNonce();
  const place = ethers.getCreateAddress({ from: venue.address, nonce: nonce + 2 });
  const { members, council } = await foundConsortium(venue.key, place, founders, rulesOf(4));
  const emergency: Emergency = await ethers.deployContract("Emergency", [members, council, RULES]);
  const first = FIRST.map((validator, i) => ({ validator, member: actors[i]!.id }));
  const validators: Validators = await ethers.deployContract("Validators", [council, members, first]);
  const policies: Policies = await ethers.deployContract("Policies", [council]);
  const chair = await ethers.getImpersonatedSigner(await council.getAddress());
  const [outsider, ...spare] = signers.slice(7) as [Signer, ...Signer[]];
  return {
    members,
    council,
    emergency,
    validators,
    policies,
    venue,
    notary,
    auditor,
    regulators,
    chair,
    outsider,
    spare,
  };
}

export const fixture = (): Promise<Watch> => networkHelpers.loadFixture(watch);

/** A freeze of a product for ten days from now, unless changed. */
export async function orderOf(change: Partial<OrderFields> = {}): Promise<OrderFields> {
  return {
    subjectKind: SubjectKind.product,
    subject: SUBJECT,
    reason: REASON,
    until: (await now()) + 10 * DAY,
    ...change,
  };
}

/** Opens an order by the first regulator and answers its id. */
export async function opened({ emergency, regulators }: Watch, change: Partial<OrderFields> = {}): Promise<string> {
  const content = await orderOf(change);
  await emergency.connect(regulators[0].key).order(content);
  return emergency.orderIdOf(regulators[0].id, content);
}

/** Freezes by the first two regulators and answers the order's id. */
export async function frozen(context: Watch, change: Partial<OrderFields> = {}): Promise<string> {
  const id = await opened(context, change);
  await context.emergency.connect(context.regulators[1].key).cosign(id);
  return id;
}

export const ORDER_TYPES: Record<string, TypedDataField[]> = {
  Order: [
    { name: "id", type: "bytes32" },
    { name: "regulator", type: "bytes18" },
    { name: "nonce", type: "bytes32" },
    { name: "deadline", type: "uint256" },
  ],
};
export const RELEASE_TYPES: Record<string, TypedDataField[]> = {
  Release: [
    { name: "id", type: "bytes32" },
    { name: "regulator", type: "bytes18" },
    { name: "reason", type: "bytes32" },
    { name: "nonce", type: "bytes32" },
    { name: "deadline", type: "uint256" },
  ],
};

/** EIP-712 domain of the contract. */
export async function domainOf(emergency: Emergency): Promise<Record<string, unknown>> {
  return {
    name: "Lianzheng Emergency",
    version: "1",
    chainId: (await ethers.provider.getNetwork()).chainId,
    verifyingContract: await emergency.getAddress(),
  };
}

/** What a signature is over, beside the order. */
export interface Ticket {
  readonly nonce: string;
  readonly deadline: number;
}

export async function ticket(name = "nonce"): Promise<Ticket> {
  return { nonce: digestOf(name), deadline: (await now()) + HOUR };
}

/** A regulator's signature under an order; with a reason, under a release. */
export async function signed(
  emergency: Emergency,
  regulator: Actor,
  id: string,
  { nonce, deadline }: Ticket,
  reason?: string,
): Promise<CosignatureStruct> {
  const types = reason === undefined ? ORDER_TYPES : RELEASE_TYPES;
  const message = { id, regulator: regulator.id, nonce, deadline, ...(reason === undefined ? {} : { reason }) };
  const signature = await regulator.key.signTypedData(await domainOf(emergency), types, message);
  return { key: regulator.address, nonce, deadline, signature };
}
