import {
  CaseKind,
  CaseState,
  CasesFactory,
  PleaKind,
  Restriction,
  RulingAct,
  SubjectKind,
} from "@lianzheng/sdk/contracts";
import { AbiCoder, encodeBytes32String, keccak256, type Signer, type TypedDataField } from "ethers";
import type {
  ApprovalStruct,
  Cases,
  OpeningStruct,
  PleaStruct,
  RulingStruct,
} from "../../../sdk/src/chain/contracts/cases/Cases.ts";
import {
  DAY,
  HOUR,
  REASON,
  admit,
  digestOf,
  ethers,
  networkHelpers,
  now,
  world,
  type Actor,
  type World,
} from "../fixture.ts";
import { memberId, usccOf } from "../uscc.ts";

export type { ApprovalStruct, Cases, OpeningStruct, PleaStruct, RulingStruct };

/** Votes and periods of the tests' procedure, in the order of the struct. */
export const PROCEDURE = {
  findingVotes: 2,
  tribunalVotes: 2,
  admission: 15 * DAY,
  answer: 20 * DAY,
  decision: 60 * DAY,
  objection: 10 * DAY,
  review: 30 * DAY,
  repair: 40 * DAY,
} as const;

/** Digest of the document from which a procedure comes. */
export const SOURCE = digestOf("rules of procedure, version 2");

/** The council's contract as a caller: how it decides is tested in its own room. */
export async function asCouncil(cases: Cases): Promise<Signer> {
  const address = await cases.council();
  await networkHelpers.setBalance(address, 10n ** 18n);
  return ethers.getImpersonatedSigner(address);
}

/** A world with the seller as opener, the buyer as respondent, and enough members that decide. */
export interface Court extends World {
  readonly cases: Cases;
  readonly regulators: readonly [Actor, Actor, Actor];
  readonly arbitrators: readonly [Actor, Actor, Actor];
  readonly trustee: Actor;
  /** Keys of nobody. */
  readonly strangers: readonly Signer[];
}

async function court(): Promise<Court> {
  const context = await world();
  const { members, council, venue, regulator, spare } = context;
  const kinds = ["regulator", "regulator", "arbitrator", "arbitrator", "arbitrator", "trustee"] as const;
  const joined: Actor[] = [];
  for (const [i, kind] of kinds.entries()) {
    const key = spare[i]!;
    const actor = { id: memberId(usccOf(50 + i)), key, address: await key.getAddress() };
    await admit(members, [venue, regulator], actor, [kind]);
    joined.push(actor);
  }
  const [second, third, a, b, c, trustee] = joined as [Actor, Actor, Actor, Actor, Actor, Actor];
  const cases = await new CasesFactory(venue.key).deploy(members, council, PROCEDURE);
  const strangers = spare.slice(kinds.length);
  return { ...context, cases, regulators: [regulator, second, third], arbitrators: [a, b, c], trustee, strangers };
}
export const fixture = (): Promise<Court> => networkHelpers.loadFixture(court);

/** A member's id as the id of a subject: its 18 bytes to the left. */
export const asSubject = (member: string): string => member.padEnd(66, "0");

/** A finding against the buyer about itself, changed where asked. */
export function openingOf({ buyer }: Court, change: Partial<OpeningStruct> = {}): OpeningStruct {
  return {
    salt: digestOf("salt"),
    kind: CaseKind.finding,
    respondent: buyer.id,
    subjectKind: SubjectKind.member,
    subject: asSubject(buyer.id),
    claimant: `0x${"00".repeat(32)}`,
    grounds: digestOf("grounds of the opening"),
    evidence: [digestOf("leaf 1"), digestOf("leaf 2")],
    ...change,
  };
}

/** The same about a trade, which can be held. */
export const aboutTrade = { subjectKind: SubjectKind.trade, subject: digestOf("trade") } as const;

/** Opens a case of the seller and answers with its id. */
export async function open(context: Court, change: Partial<OpeningStruct> = {}): Promise<string> {
  const { cases, seller } = context;
  const opening = openingOf(context, change);
  await cases.connect(seller.key).open(opening);
  return cases.caseIdOf(seller.id, opening.salt);
}

/** A ruling for the present round of the case. */
export async function rulingOf(
  { cases }: Court,
  caseId: string,
  act: number,
  change: Partial<RulingStruct> = {},
): Promise<RulingStruct> {
  const { round } = await cases.caseOf(caseId);
  return {
    caseId,
    round,
    act,
    grounds: digestOf("grounds"),
    rules: digestOf("rules v1"),
    restrictions: 0,
    from: 0,
    until: 0,
    ...change,
  };
}

/** The sanction of the tests: no trading and no granting for a year, from the day of the decision on. */
export async function sanctionOf(): Promise<Pick<RulingStruct, "restrictions" | "from" | "until">> {
  const from = await now();
  const restrictions = (1 << Restriction.trading) | (1 << Restriction.granting);
  return { restrictions, from, until: from + 365 * DAY };
}

export function pleaOf(caseId: string, kind: number, change: Partial<PleaStruct> = {}): PleaStruct {
  return { caseId, kind, statement: digestOf("statement"), evidence: [digestOf("leaf 3")], ...change };
}

/** Rules by each of the members, one after another. */
export async function ruleBy({ cases }: Court, deciders: readonly Actor[], ruling: RulingStruct): Promise<void> {
  for (const { key } of deciders) await cases.connect(key).rule(ruling);
}

/** Who rules in a case of this kind when it is not told: as many as it takes. */
export function decidersOf({ regulators, arbitrators }: Court, kind: number): readonly Actor[] {
  const table: Record<number, readonly Actor[]> = {
    [CaseKind.complaint]: regulators.slice(0, 1),
    [CaseKind.dispute]: arbitrators.slice(0, 1),
    [CaseKind.arbitration]: arbitrators.slice(0, 2),
    [CaseKind.finding]: regulators.slice(0, 2),
  };
  return table[kind]!;
}

/** Brings an open case by its usual way to a state. Objections are reviewed by members that did not decide. */
export async function advanceTo(context: Court, caseId: string, state: number, upheld = true): Promise<void> {
  const { cases, regulators, arbitrators, seller, buyer } = context;
  const kind = Number((await cases.caseOf(caseId)).kind);
  const deciders = decidersOf(context, kind);
  const pool = deciders[0] === regulators[0] ? regulators : arbitrators;
  const rule = async (by: readonly Actor[], act: number, change: Partial<RulingStruct> = {}) =>
    ruleBy(context, by, await rulingOf(context, caseId, act, change));
  const plead = (by: Actor, plea: number) => cases.connect(by.key).plead(pleaOf(caseId, plea));
  const steps: readonly [number, () => Promise<unknown>][] = [
    [CaseState.admitted, () => rule(deciders.slice(0, 1), RulingAct.admit)],
    [CaseState.answered, () => plead(buyer, PleaKind.answer)],
    [
      CaseState.decided,
      async () =>
        upheld
          ? rule(deciders, RulingAct.uphold, kind === CaseKind.finding ? await sanctionOf() : {})
          : rule(deciders, RulingAct.dismiss),
    ],
    [CaseState.objected, () => plead(upheld ? buyer : seller, PleaKind.objection)],
    [CaseState.final, () => rule(pool.slice(1, 1 + deciders.length), RulingAct.confirm)],
    [CaseState.repairSought, () => plead(buyer, PleaKind.repairApplication)],
    [CaseState.repaired, () => rule(deciders, RulingAct.repair)],
  ];
  for (const [reached, step] of steps) {
    if (reached > state) return;
    if (Number((await cases.caseOf(caseId)).state) < reached) await step();
  }
}

/** Opens a case and brings it to a state. */
export async function openTo(
  context: Court,
  state: number,
  change: Partial<OpeningStruct> = {},
  upheld = true,
): Promise<string> {
  const caseId = await open(context, change);
  await advanceTo(context, caseId, state, upheld);
  return caseId;
}

const list = (text: string): TypedDataField[] =>
  text.split(",").map((field) => {
    const [type, name] = field.split(" ") as [string, string];
    return { name, type };
  });

/** The EIP-712 structs of the docs, apart from the contract's type hashes. */
export const TYPES = {
  Opening: list(
    "bytes18 by,bytes32 salt,uint8 kind,bytes18 respondent,uint8 subjectKind,bytes32 subject,bytes32 claimant,bytes32 grounds,bytes32[] evidence,uint256 nonce,uint256 deadline",
  ),
  Plea: list(
    "bytes18 by,bytes32 caseId,uint8 kind,bytes32 statement,bytes32[] evidence,uint256 nonce,uint256 deadline",
  ),
  Ruling: list(
    "bytes18 by,bytes32 caseId,uint32 round,uint8 act,bytes32 grounds,bytes32 rules,uint8 restrictions,uint48 from,uint48 until,uint256 nonce,uint256 deadline",
  ),
  Settlement: list("bytes18 by,bytes32 caseId,bytes32 terms,uint256 nonce,uint256 deadline"),
} as const;

export async function domainOf(cases: Cases): Promise<Record<string, unknown>> {
  const { chainId } = await ethers.provider.getNetwork();
  return { name: "Lianzheng Cases", version: "1", chainId, verifyingContract: await cases.getAddress() };
}

/** An actor's signature over one of the structs, with any nonce. */
export async function approve(
  cases: Cases,
  { id, key, address }: Actor,
  type: keyof typeof TYPES,
  message: object,
  change: { nonce?: bigint | number; deadline?: number; by?: string } = {},
): Promise<ApprovalStruct> {
  const { nonce = 7, deadline = (await now()) + HOUR, by = id } = change;
  const fields = { ...message, by, nonce, deadline };
  const signature = await key.signTypedData(await domainOf(cases), { [type]: [...TYPES[type]] }, fields);
  return { key: address, nonce, deadline, signature };
}

const codec = AbiCoder.defaultAbiCoder();
export const caseIdFor = (opener: string, salt: string): string =>
  keccak256(codec.encode(["bytes32", "bytes18", "bytes32"], [encodeBytes32String("case"), opener, salt]));
export const evidenceDigest = (evidence: readonly string[]): string =>
  keccak256(codec.encode(["bytes32[]"], [evidence]));
export { DAY, HOUR, REASON, digestOf, ethers, networkHelpers, now };
export type { Actor };
