import {
  AttestationKind,
  CaseKind,
  Decision,
  Grade,
  NoticeChannel,
  Result,
  RightKind,
  SourceClass,
  SubjectKind,
} from "@lianzheng/sdk/contracts";
import type { Consents, RegistrationStruct, ScopeStruct, TermsStruct } from "@lianzheng/sdk/contracts";
import { ZeroHash, type Signer } from "ethers";
import type { StatementStruct } from "../../sdk/src/chain/contracts/attestation/Attestations.ts";
import type { OpeningStruct, RulingStruct } from "../../sdk/src/chain/contracts/cases/Cases.ts";
import type { FreezeOrderStruct } from "../../sdk/src/chain/contracts/membership/Emergency.ts";
import type {
  ConsentTermsStruct,
  MandateTermsStruct,
  PersonSignatureStruct,
} from "../../sdk/src/chain/contracts/rights/Consents.ts";
import type { GrantStruct } from "../../sdk/src/chain/contracts/rights/Rights.ts";
import { DAY, METADATA, NO_PARENT, REASON, digestOf, type Actor } from "./fixture.ts";
import { seal } from "./sealing.ts";

/** What acts are about, where a test asks nothing of it but that it is accepted. */

const OPENING = digestOf("opening of a person's commitment");

export const registration = (name: string, change: Partial<RegistrationStruct> = {}): RegistrationStruct => ({
  digest: digestOf(name),
  metadata: METADATA,
  grade: Grade.general,
  source: SourceClass.enterprise,
  venue: NO_PARENT,
  contents: [{ algorithm: 1, value: digestOf(`content of ${name}`) }],
  ...change,
});

export const scope = (at: number, change: Partial<ScopeStruct> = {}): ScopeStruct => ({
  purposes: 1,
  territories: 1,
  from: at,
  until: at + 100 * DAY,
  uses: 0,
  depth: 3,
  ...change,
});

export const offer = (at: number, base: string, holder: string, change: Partial<GrantStruct> = {}): GrantStruct => ({
  base,
  holder,
  kind: RightKind.processing,
  scope: scope(at, { depth: 1, until: at + 50 * DAY }),
  document: digestOf("authorization"),
  consent: ZeroHash,
  ...change,
});

export const termsOf = (
  { subject, right, buyer, venue }: { subject: string; right: string; buyer: Actor; venue: Actor },
  name: string,
): TermsStruct => ({
  salt: digestOf(name),
  subject,
  right,
  buyer: buyer.id,
  venue: venue.id,
  amount: digestOf("amount"),
  crossBorder: false,
});

export const statement = (at: number, subject: string): StatementStruct => ({
  kind: AttestationKind.compliance,
  subjectKind: SubjectKind.resource,
  result: Result.pass,
  validFrom: at,
  validUntil: at + 90 * DAY,
  subject,
  opinion: REASON,
  materials: REASON,
  rules: REASON,
  supersedes: ZeroHash,
});

export const opening = (name: string, respondent: string, change: Partial<OpeningStruct> = {}): OpeningStruct => ({
  salt: digestOf(name),
  kind: CaseKind.complaint,
  respondent,
  subjectKind: SubjectKind.product,
  subject: digestOf("some product"),
  claimant: ZeroHash,
  grounds: REASON,
  evidence: [digestOf("leaf")],
  ...change,
});

export const ruling = (caseId: string, round: number, act: number): RulingStruct => ({
  caseId,
  round,
  act,
  grounds: REASON,
  rules: REASON,
  restrictions: 0,
  from: 0,
  until: 0,
});

export const orderFor = (at: number, name: string): FreezeOrderStruct => ({
  subjectKind: SubjectKind.product,
  subject: digestOf(name),
  reason: REASON,
  until: at + 10 * DAY,
});

/** What a person decides about its data, for a recipient. */
export const consentTerms = async (
  consents: Consents,
  person: Signer,
  at: number,
  { subject, recipient }: { subject: string; recipient: string },
): Promise<ConsentTermsStruct> => ({
  person: await consents.personOf(await person.getAddress(), OPENING),
  subject,
  recipient,
  purposes: 1,
  from: at,
  until: at + 50 * DAY,
  notice: REASON,
  noticedAt: at,
  channel: NoticeChannel.screen,
  decision: Decision.allowed,
});

export const mandateTerms = async (
  consents: Consents,
  person: Signer,
  at: number,
  { trustee, recipient }: { trustee: string; recipient: string },
): Promise<MandateTermsStruct> => ({
  trustee,
  persons: await consents.personOf(await person.getAddress(), OPENING),
  many: false,
  purposes: 1,
  from: at,
  until: at + 60 * DAY,
  document: REASON,
  recipients: [recipient],
});

/** A person's signature, which opens its commitment. */
export const personal = async (person: Signer, digest: Promise<string>): Promise<PersonSignatureStruct> => ({
  key: await person.getAddress(),
  opening: OPENING,
  signature: await seal(person, digest),
});
