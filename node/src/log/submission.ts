import type { Hex } from "@lianzheng/sdk/encoding";
import type { Statement } from "@lianzheng/sdk/record";
import { encodeEntry, fromInstant, isRecordType, isSubject, isUscc } from "@lianzheng/sdk/record";
import { NodeError } from "../errors.ts";
import { fastCommitment } from "./hashing.ts";

/** One record as the log takes it: issuer settled, disclosures made, statement verified by the caller. */
export interface Submission {
  /** Member (USCC) whose record it is. */
  readonly issuer: string;
  /** Member (USCC) that sent it. */
  readonly submitter: string;
  readonly type: string;
  readonly subject: string;
  readonly occurredAt: string;
  /** Disclosures, base64url text (formats.md section 4). */
  readonly disclosures: readonly string[];
  readonly statement?: Statement;
}

/** Under which name a request is remembered: one key of one member stands for one request. */
export interface Idempotency {
  /** Member (USCC) that sent the request. */
  readonly member: string;
  /** The member's own key: 1 to 256 printable ASCII characters. */
  readonly key: string;
  /** SHA-256 of the request. */
  readonly requestDigest: Hex;
}

/** What the sequencer adds to a draft. */
export interface Place {
  readonly receivedAt: string;
  readonly sequence: number;
  readonly previous: Hex | null;
}

/** An entry of which only the place is missing, in two pieces of its final text. */
export interface Draft {
  readonly type: string;
  readonly subject: string;
  readonly submitter: string;
  readonly disclosures: readonly string[];
  /** Records that differ in it differ. */
  readonly firstCommitment: string;
  readonly head: string;
  readonly tail: string;
  /** Bytes that entry and disclosures take at most. */
  readonly weight: number;
}

// Largest possible texts of the members that the sequencer fills in.
const widestPlace: Place = {
  receivedAt: "2026-11-22T09:14:05.120Z",
  sequence: Number.MAX_SAFE_INTEGER,
  previous: `0x${"f".repeat(64)}`,
};
const widestPlaceLength = placeText(widestPlace).length;
const maxEntryLength = 65_535;
const maxDisclosures = 258;
const disclosureForm = /^[A-Za-z0-9_-]+$/;
const digestForm = /^0x[0-9a-f]{64}$/;
const keyForm = /^[\x20-\x7e]{1,256}$/;

/**
 * Makes the draft of an entry. Everything that could refuse the entry refuses it here, before it has a place.
 *
 * @throws EvidenceError with `details.field` for a member that does not fit
 * @throws NodeError LOG_ENTRY when the disclosures are none, too many or not base64url
 */
export function draftOf(submission: Submission): Draft {
  const { issuer, submitter, type, subject, occurredAt, disclosures, statement } = submission;
  if (!isUscc(submitter)) throw new NodeError("LOG_ENTRY", "the submitter is no member's code");
  assertDisclosures(disclosures);
  const commitments = disclosures.map(fastCommitment).sort();
  const isPlain =
    statement === undefined && (issuer === submitter || isUscc(issuer)) && isRecordType(type) && isSubject(subject);
  if (!isPlain || hasTwin(commitments)) assertByTheSdk(submission, commitments);
  fromInstant(occurredAt);
  const signed =
    statement === undefined ? "" : `,"statement":{"key":"${statement.key}","signature":"${statement.signature}"}`;
  const head = `{"commitments":["${commitments.join('","')}"],"issuer":"${issuer}","occurredAt":"${occurredAt}","previous":`;
  const tail = `${signed},"subject":"${subject}","type":"${type}","version":1}`;
  const entryLength = head.length + widestPlaceLength + tail.length;
  if (entryLength > maxEntryLength) assertByTheSdk(submission, commitments);
  const weight = disclosures.reduce((sum, { length }) => sum + length + 1, entryLength);
  return { type, subject, submitter, disclosures, firstCommitment: commitments[0] ?? "", head, tail, weight };
}

function hasTwin(sorted: readonly string[]): boolean {
  return sorted.some((one, at) => one === sorted[at + 1]);
}

/**
 * The entry's text: what the sdk's `encodeEntry` gives, put together from checked ASCII pieces in JCS order. A test
 * holds the two against each other.
 */
export function entryText({ head, tail }: Draft, place: Place): string {
  return head + placeText(place) + tail;
}

function placeText({ receivedAt, sequence, previous }: Place): string {
  const before = previous === null ? "null" : `"${previous}"`;
  return `${before},"receivedAt":"${receivedAt}","sequence":${sequence}`;
}

/** Checks under which name a request is remembered. Throws NodeError E_IDEMPOTENCY_KEY, E_AUTH, E_IDEMPOTENCY_MISMATCH. */
export function assertIdempotency({ member, key, requestDigest }: Idempotency): void {
  if (!keyForm.test(key)) throw new NodeError("E_IDEMPOTENCY_KEY", "the key is 1 to 256 printable ASCII characters");
  if (!isUscc(member)) throw new NodeError("E_AUTH", "the caller is no member");
  if (!digestForm.test(requestDigest)) throw new TypeError("a request's digest is 32 bytes in hex");
}

function assertDisclosures(disclosures: readonly string[]): void {
  if (disclosures.length === 0 || disclosures.length > maxDisclosures) {
    throw new NodeError("LOG_ENTRY", `a record has 1 to ${maxDisclosures} disclosures`);
  }
  if (!disclosures.every((disclosure) => disclosureForm.test(disclosure))) {
    throw new NodeError("LOG_ENTRY", "a disclosure is base64url");
  }
}

/** The slow and complete check, for the rare entry that the quick one does not settle; it words the refusal. */
function assertByTheSdk(submission: Submission, commitments: readonly string[]): void {
  const { issuer, type, subject, occurredAt, statement } = submission;
  const entry = { version: 1 as const, type, subject, occurredAt, issuer, ...widestPlace, commitments };
  encodeEntry(statement === undefined ? entry : { ...entry, statement });
}
