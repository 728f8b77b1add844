import {
  AttestationKind,
  AttestationsFactory,
  CaseKind,
  CasesFactory,
  PleaKind,
  Result,
  RulingAct,
  SubjectKind,
  maskOfAttestations,
} from "@lianzheng/sdk/contracts";
import type { KindName } from "@lianzheng/sdk/contracts";
import type {
  Attestations,
  DelegationStruct,
  SignedStatementStruct,
} from "../../../sdk/src/chain/contracts/attestation/Attestations.ts";
import type { Cases } from "../../../sdk/src/chain/contracts/cases/Cases.ts";
import { ZeroHash, type Signer, type TypedDataField } from "ethers";
import { DAY, HOUR, admit, digestOf, ethers, networkHelpers, now, world, type Actor, type World } from "../fixture.ts";
import { memberId, usccOf } from "../uscc.ts";

export type { Attestations };

/** Three years with a leap day: the longest period. */
export const MAX_PERIOD = 1096 * DAY;
export const SOURCE = digestOf("table of requirements, version 1");
export const PRODUCT = digestOf("product");

/** By grade; kinds that a trade needs at home, and across the border. */
type RequirementsTable = [[number, number], [number, number], [number, number]];

/** Requirements of the tests, by grade, then at home and across the border. */
export const TABLE: RequirementsTable = [
  [maskOfAttestations(["compliance"]), maskOfAttestations(["compliance", "crossBorder"])],
  [
    maskOfAttestations(["compliance", "riskAssessment"]),
    maskOfAttestations(["compliance", "riskAssessment", "security", "crossBorder"]),
  ],
  [
    maskOfAttestations(["compliance", "riskAssessment", "security"]),
    maskOfAttestations(["compliance", "riskAssessment", "security", "crossBorder"]),
  ],
];

/** What is stated; the names of the fields are those of the EIP-712 struct, in its order. */
export interface StatementFields {
  readonly kind: number;
  readonly subjectKind: number;
  readonly result: number;
  readonly validFrom: number;
  readonly validUntil: number;
  readonly subject: string;
  readonly opinion: string;
  readonly materials: string;
  readonly rules: string;
  readonly supersedes: string;
}

const deployer = async (): Promise<Signer> => (await ethers.getSigners())[0]!;

/** Cases in which one regulator finds alone. */
export async function deployCases(members: World["members"]): Promise<Cases> {
  const [findingVotes, tribunalVotes, period] = [1, 1, DAY];
  const periods = { admission: period, answer: period, decision: period, objection: period };
  const procedure = { findingVotes, tribunalVotes, ...periods, review: period, repair: period };
  return new CasesFactory(await deployer()).deploy(members, await members.council(), procedure);
}

/** The council's contract as a caller: how it decides is tested in its own room. */
export async function asCouncil(attestations: Attestations): Promise<Signer> {
  const address = await attestations.council();
  await networkHelpers.setBalance(address, 10n ** 18n);
  return ethers.getImpersonatedSigner(address);
}

export async function deployAttestations(
  members: World["members"],
  table = TABLE,
  source = SOURCE,
): Promise<Attestations> {
  const cases = await deployCases(members);
  const factory = new AttestationsFactory(await deployer());
  return factory.deploy(members, await members.council(), cases, table, source);
}

/** The consortium with third parties of every kind that attests, and one more regulator and notary. */
export interface Bureau extends World {
  readonly cases: Cases;
  readonly attestations: Attestations;
  readonly certifier: Actor;
  readonly auditor: Actor;
  readonly insurer: Actor;
  readonly custodian: Actor;
  readonly supervisor: Actor;
  readonly secondNotary: Actor;
  /** Signers that are nobody's key. */
  readonly free: readonly Signer[];
}

export async function bureau(): Promise<Bureau> {
  const context = await world();
  const newcomers: [KindName, Signer][] = (
    ["certifier", "auditor", "insurer", "custodian", "regulator", "notary"] as const
  ).map((kind, i) => [kind, context.spare[i]!]);
  const admitted: Actor[] = [];
  for (const [i, [kind, key]] of newcomers.entries()) {
    const actor = { id: memberId(usccOf(20 + i)), key, address: await key.getAddress() };
    await admit(context.members, [context.venue, context.regulator], actor, [kind]);
    admitted.push(actor);
  }
  const [certifier, auditor, insurer, custodian, supervisor, secondNotary] = admitted as [
    Actor,
    Actor,
    Actor,
    Actor,
    Actor,
    Actor,
  ];
  const cases = await deployCases(context.members);
  const attestations = await new AttestationsFactory(context.venue.key).deploy(
    context.members,
    context.council,
    cases,
    TABLE,
    SOURCE,
  );
  const free = context.spare.slice(newcomers.length);
  return {
    ...context,
    cases,
    attestations,
    certifier,
    auditor,
    insurer,
    custodian,
    supervisor,
    secondNotary,
    free,
  };
}

export const fixture = (): Promise<Bureau> => networkHelpers.loadFixture(bureau);

/** A notary's compliance statement on a product for 90 days from now, unless changed. */
export async function statementOf(change: Partial<StatementFields> = {}): Promise<StatementFields> {
  const validFrom = await now();
  return {
    kind: AttestationKind.compliance,
    subjectKind: SubjectKind.product,
    result: Result.pass,
    validFrom,
    validUntil: validFrom + 90 * DAY,
    subject: PRODUCT,
    opinion: digestOf("opinion"),
    materials: digestOf("materials"),
    rules: digestOf("rules"),
    supersedes: ZeroHash,
    ...change,
  };
}

/** Opens a finding of the seller against a member and upholds it with this sanction. Answers with the case. */
export async function sanction(
  { cases, seller, regulator }: Bureau,
  member: Actor,
  restrictions: number,
  from: number,
  until: number,
): Promise<string> {
  const caseId = await cases.caseIdOf(seller.id, digestOf(`finding against ${member.id}`));
  await cases.connect(seller.key).open({
    salt: digestOf(`finding against ${member.id}`),
    kind: CaseKind.finding,
    respondent: member.id,
    subjectKind: SubjectKind.member,
    subject: member.id.padEnd(66, "0"),
    claimant: ZeroHash,
    grounds: digestOf("grounds"),
    evidence: [digestOf("leaf")],
  });
  const ruling = { caseId, grounds: digestOf("grounds"), rules: digestOf("rules") };
  const ofRound = { ...ruling, restrictions: 0, from: 0, until: 0 };
  await cases.connect(regulator.key).rule({ ...ofRound, round: 1, act: RulingAct.admit });
  await cases.connect(member.key).plead({ caseId, kind: PleaKind.answer, statement: digestOf("answer"), evidence: [] });
  await cases.connect(regulator.key).rule({ ...ruling, round: 3, act: RulingAct.uphold, restrictions, from, until });
  return caseId;
}

/** Records a statement by a direct call and answers its id. */
export async function attested(
  { attestations }: Bureau,
  attester: Actor,
  change: Partial<StatementFields> = {},
): Promise<string> {
  const statement = await statementOf(change);
  await attestations.connect(attester.key).attest(statement);
  return attestations.attestationIdOf(attester.id, statement);
}

/** What a signature is over, beside the statement or the revocation. */
export interface Ticket {
  readonly nonce: string;
  readonly deadline: number;
}

export async function ticket(name = "nonce"): Promise<Ticket> {
  return { nonce: digestOf(name), deadline: (await now()) + HOUR };
}

const field =
  (type: string) =>
  (name: string): TypedDataField => ({ name, type });
const STATEMENT: TypedDataField[] = [
  ...["kind", "subjectKind", "result"].map(field("uint8")),
  ...["validFrom", "validUntil"].map(field("uint48")),
  ...["subject", "opinion", "materials", "rules", "supersedes"].map(field("bytes32")),
];
export const ATTEST_TYPES: Record<string, TypedDataField[]> = {
  Attest: [
    { name: "attester", type: "bytes18" },
    { name: "statement", type: "Statement" },
    { name: "nonce", type: "bytes32" },
    { name: "deadline", type: "uint256" },
  ],
  Statement: STATEMENT,
};
export const REVOCATION_TYPES: Record<string, TypedDataField[]> = {
  Revocation: [
    { name: "id", type: "bytes32" },
    { name: "by", type: "bytes18" },
    { name: "reason", type: "bytes32" },
    { name: "nonce", type: "bytes32" },
    { name: "deadline", type: "uint256" },
  ],
};

/** EIP-712 domain of the contract, here or on another chain. */
export async function domainOf(attestations: Attestations, chainId?: bigint): Promise<Record<string, unknown>> {
  return {
    name: "Lianzheng Attestations",
    version: "1",
    chainId: chainId ?? (await ethers.provider.getNetwork()).chainId,
    verifyingContract: await attestations.getAddress(),
  };
}

/** A statement with its attester's signature. */
export async function signStatement(
  attestations: Attestations,
  attester: Actor,
  statement: StatementFields,
  { nonce, deadline }: Ticket,
): Promise<SignedStatementStruct> {
  const message = { attester: attester.id, statement, nonce, deadline };
  const signature = await attester.key.signTypedData(await domainOf(attestations), ATTEST_TYPES, message);
  return { statement, delegation: { key: await attester.key.getAddress(), nonce, deadline, signature } };
}

/** A signature under a revocation. */
export async function signRevocation(
  attestations: Attestations,
  by: Actor,
  id: string,
  reason: string,
  { nonce, deadline }: Ticket,
): Promise<DelegationStruct> {
  const message = { id, by: by.id, reason, nonce, deadline };
  const signature = await by.key.signTypedData(await domainOf(attestations), REVOCATION_TYPES, message);
  return { key: await by.key.getAddress(), nonce, deadline, signature };
}
