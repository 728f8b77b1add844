import { EvidenceError, isHex, type Hex } from "@lianzheng/sdk/encoding";
import { isUscc, type JsonObject } from "@lianzheng/sdk/record";
import { toDateTime } from "./date-time.ts";
import { withProof, type CredentialSigner } from "./integrity.ts";
import type { StatusBits } from "./status-list.ts";
import { compliance, contexts, credential, listEntry, registration, statusList, statusListType } from "./words.ts";

/** Who issues: a URL of its own, and the member that it is. */
export interface CredentialIssuer {
  /** Such as `did:key:z6Mk…` ({@link didKeyOf}) or `did:web:notary.example`. */
  readonly id: string;
  readonly uscc: string;
}

/** The place of a credential in its issuer's list of what was revoked. */
export interface StatusPlace {
  /** URL of the list's credential. */
  readonly list: string;
  readonly index: number;
}

/** What every credential here says beside its claim. Times are integer milliseconds since 1970. */
export interface CredentialFrame {
  /** URL of this credential, such as `urn:uuid:…`. */
  readonly id: string;
  readonly issuer: CredentialIssuer;
  readonly validFromMs: number;
  readonly validUntilMs?: number;
  readonly status: StatusPlace;
  /** Records that the claim rests on; their evidence bundles prove them. */
  readonly records: readonly { readonly id: Hex; readonly log: string }[];
}

/** What a notary certifies: 合规公证. */
export interface ComplianceClaim {
  readonly subject: { readonly kind: "product" | "resource" | "right" | "trade"; readonly id: Hex };
  readonly result: "pass" | "conditional" | "fail";
  /** Id of the statement in the contract Attestations. */
  readonly attestation: Hex;
  /** Digest of the opinion in full. */
  readonly opinion: Hex;
}

/** What a registry certifies: 登记证书. */
export interface RegistrationClaim {
  readonly subject: { readonly kind: "product" | "resource"; readonly id: Hex };
  readonly name: string;
  readonly holder: string;
  readonly grade: "general" | "important";
  readonly number: string;
}

const maxTextLength = 200;

/** A compliance proof, signed. @throws EvidenceError E_* with `details.field` @see docs/formats.md section 22 */
export async function issueCompliance(
  frame: CredentialFrame,
  { subject, result, attestation, opinion }: ComplianceClaim,
  signer: CredentialSigner,
  nowMs: number,
): Promise<JsonObject> {
  const claim = {
    id: subjectUrl(subject),
    result,
    attestation: hexAt(attestation, "/attestation"),
    opinion: hexAt(opinion, "/opinion"),
  };
  return withProof(framed(frame, compliance, claim), signer, nowMs);
}

/** A registration certificate, signed. @throws EvidenceError E_* with `details.field` @see docs/formats.md section 22 */
export async function issueRegistration(
  frame: CredentialFrame,
  { subject, name, holder, grade, number }: RegistrationClaim,
  signer: CredentialSigner,
  nowMs: number,
): Promise<JsonObject> {
  const claim = {
    id: subjectUrl(subject),
    name: textAt(name, "/name"),
    holder: usccAt(holder, "/holder"),
    grade,
    number: textAt(number, "/number"),
  };
  return withProof(framed(frame, registration, claim), signer, nowMs);
}

/** What a published list of revocations says. */
export interface StatusListFrame {
  /** URL at which the list is published; the credentials name it. */
  readonly id: string;
  readonly issuer: CredentialIssuer;
  readonly validFromMs: number;
  /** Until when nobody need ask again. After it the list proves nothing: an old copy could hide a revocation. */
  readonly validUntilMs: number;
}

/** The list of revocations as a credential, signed. @throws EvidenceError E_* with `details.field` */
export async function issueStatusList(
  { id, issuer, validFromMs, validUntilMs }: StatusListFrame,
  bits: StatusBits,
  signer: CredentialSigner,
  nowMs: number,
): Promise<JsonObject> {
  const document = {
    "@context": [...contexts],
    id: urlAt(id, "/id"),
    type: [credential, statusListType],
    issuer: issuerOf(issuer),
    ...periodOf(validFromMs, validUntilMs),
    credentialSubject: {
      id: `${id}#list`,
      type: statusList,
      statusPurpose: "revocation",
      encodedList: await bits.encode(),
    },
  };
  return withProof(document, signer, nowMs);
}

function framed(frame: CredentialFrame, type: string, claim: JsonObject): JsonObject {
  const { id, issuer, validFromMs, validUntilMs, status, records } = frame;
  return {
    "@context": [...contexts],
    id: urlAt(id, "/id"),
    type: [credential, type],
    issuer: issuerOf(issuer),
    ...periodOf(validFromMs, validUntilMs),
    credentialSubject: claim,
    credentialStatus: {
      id: `${urlAt(status.list, "/status/list")}#${status.index}`,
      type: listEntry,
      statusPurpose: "revocation",
      statusListIndex: indexAt(status.index),
      statusListCredential: status.list,
    },
    ...(records.length === 0 ? {} : { evidence: records.map(recordOf) }),
  };
}

function recordOf({ id, log }: { readonly id: Hex; readonly log: string }, at: number): JsonObject {
  return { id: `urn:lianzheng:record:${hexAt(id, `/records/${at}/id`)}`, type: "LianzhengRecord", log };
}

function issuerOf({ id, uscc }: CredentialIssuer): JsonObject {
  return { id: urlAt(id, "/issuer/id"), uscc: usccAt(uscc, "/issuer/uscc") };
}

function periodOf(fromMs: number, untilMs: number | undefined): { validFrom: string; validUntil?: string } {
  if (untilMs !== undefined && untilMs <= fromMs)
    throw refused("E_RANGE", "/validUntil", "must be later than validFrom");
  const validFrom = toDateTime(fromMs);
  return untilMs === undefined ? { validFrom } : { validFrom, validUntil: toDateTime(untilMs) };
}

function subjectUrl({ kind, id }: { readonly kind: string; readonly id: Hex }): string {
  return `urn:lianzheng:${kind}:${hexAt(id, "/subject/id")}`;
}

function hexAt(value: Hex, field: string): Hex {
  if (isHex(value, 32)) return value;
  throw refused("E_HEX_FORM", field, "must be 0x and 64 lower-case hex digits");
}

function usccAt(value: string, field: string): string {
  if (isUscc(value)) return value;
  throw refused("E_USCC", field, "is not a unified social credit code with its check character");
}

function textAt(value: string, field: string): string {
  if (value !== "" && value.length <= maxTextLength) return value;
  throw refused("E_RANGE", field, `must have 1 to ${maxTextLength} characters`);
}

function urlAt(value: string, field: string): string {
  if (value.length <= maxTextLength * 10 && URL.canParse(value)) return value;
  throw refused("E_RANGE", field, "must be a URL");
}

function indexAt(index: number): string {
  if (Number.isSafeInteger(index) && index >= 0) return String(index);
  throw refused("E_RANGE", "/status/index", "must be a whole number below 2^53");
}

function refused(code: "E_HEX_FORM" | "E_RANGE" | "E_USCC", field: string, message: string): EvidenceError {
  return new EvidenceError(code, `${field}: ${message}`, { field });
}
