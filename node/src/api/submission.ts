import { EvidenceError } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import { clockSkewMs } from "@lianzheng/sdk/evidence";
import {
  canonicalJson,
  commitmentsOf,
  decodeSubmission,
  erasureType,
  fromInstant,
  recoverStatementKey,
  toInstant,
} from "@lianzheng/sdk/record";
import type { JsonValue, PreparedRecord, RecordInput, Statement } from "@lianzheng/sdk/record";
import { nodeRecordTypes } from "@lianzheng/sdk/schemas";
import { NodeError } from "../errors.ts";
import { prepareQuickly } from "./fast-prepare.ts";
import type { PoliciesPort } from "./policies-port.ts";
import type { LogSubmission, MemberKeys, Principal } from "./ports.ts";
import { createSalts } from "./salts.ts";

/** What turning a request's body into submissions leans on. */
export interface SubmissionRules {
  readonly keys: MemberKeys;
  /** Most records in one request. */
  readonly batchRecords: number;
  readonly now: () => number;
  /** Rules of the consortium, where there are any. */
  readonly policies?: Pick<PoliciesPort, "judge"> | undefined;
}

/**
 * The submissions in a request's body, in its order: all of them, or a refusal that names the first bad one.
 *
 * A record that comes unprepared is the caller's own: its disclosures are made here, with random salts. A record that comes with a statement may be another member's, if a live key of that member signed it.
 *
 * @throws EvidenceError every E_ code of `decodeSubmission`, `details.field` counted from the body's root; E_INSTANT also for what
 *   happens only later than the node's clock
 * @throws NodeError E_BATCH_EMPTY, E_BATCH_TOO_LARGE, E_DUPLICATE_IN_BATCH, E_MEMBER_MISMATCH, and those of {@link PoliciesPort.judge}
 */
export async function readSubmissions(
  body: JsonValue,
  caller: Principal,
  rules: SubmissionRules,
): Promise<LogSubmission[]> {
  const items = itemsOf(body, rules.batchRecords);
  const decoded = items.map(({ value, at }) => decodeAt(value, at));
  refuseDuplicates(items, decoded);
  const submissions: LogSubmission[] = [];
  let work = 0;
  for (const [index, record] of decoded.entries()) {
    const at = String(items[index]?.at);
    const { submission, statement } = settle(record, at, caller, rules.now());
    rules.policies?.judge({ record, issuer: submission.issuer, submitter: caller.member, at });
    // One at a time: a thousand keys would be a thousand questions to the chain at once.
    if (statement !== undefined) await verifyStatement(submission, statement, at, rules);
    submissions.push(statement === undefined ? submission : { ...submission, statement });
    work += statement === undefined ? 1 : workOfSignature;
    if (work < workAtOnce) continue;
    work = 0;
    await new Promise(setImmediate);
  }
  return submissions;
}

/** Recovering the key of a signature takes about a millisecond, as long as preparing so many records. */
const workOfSignature = 32;
/** Work after which others get their turn, in records: some 10 ms. */
const workAtOnce = 512;

interface Item {
  readonly value: JsonValue;
  /** JSON pointer to it in the body: empty for a single record. */
  readonly at: string;
}

function itemsOf(body: JsonValue, limit: number): readonly Item[] {
  if (!isArray(body)) return [{ value: body, at: "" }];
  if (body.length === 0) throw new NodeError("E_BATCH_EMPTY", "Send at least one record.", { field: "" });
  if (body.length > limit) {
    throw new NodeError("E_BATCH_TOO_LARGE", `Send at most ${limit} records at once.`, { field: "", limit });
  }
  return body.map((value, index) => ({ value, at: `/${index}` }));
}

function isArray(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function decodeAt(value: JsonValue, at: string): RecordInput | PreparedRecord {
  return locating(at, () => decodeSubmission(value));
}

/** Runs `decode` and lets its refusal say where in the body the record stands. */
function locating<T>(at: string, decode: () => T): T {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof EvidenceError) || at === "") throw error;
    const { field } = error.details;
    const located = {
      ...error.details,
      field: `${at}${typeof field === "string" ? field : ""}`,
      index: Number(at.slice(1)),
    };
    throw new EvidenceError(error.code, error.message, located, error);
  }
}

/** Records with one subject, instant and type: the first, and the canonical forms of all once there is a second. */
interface Alike {
  readonly first: Item;
  forms?: Map<string, string>;
}

/**
 * Compares canonical forms: the order of members and the spelling of numbers do not make another record. Only what has
 * the same subject, instant and type can be the same, so only that is written out.
 */
function refuseDuplicates(items: readonly Item[], decoded: readonly (RecordInput | PreparedRecord)[]): void {
  const seen = new Map<string, Alike>();
  for (const [index, item] of items.entries()) {
    const { subject = "", occurredAt = "", type = "" } = decoded[index] ?? {};
    const name = `${subject}\0${occurredAt}\0${type}`;
    const alike = seen.get(name);
    if (alike === undefined) seen.set(name, { first: item });
    else refuseSame(item, alike);
  }
}

function refuseSame({ value, at }: Item, alike: Alike): void {
  const forms = (alike.forms ??= new Map([[canonicalJson(alike.first.value), alike.first.at]]));
  const form = canonicalJson(value);
  const first = forms.get(form);
  if (first !== undefined) {
    throw new NodeError("E_DUPLICATE_IN_BATCH", `Record ${at} repeats record ${first}.`, { field: at, first });
  }
  forms.set(form, at);
}

const freshSalt = createSalts();

/** The submission, and the statement that still has to be verified. */
function settle(
  record: RecordInput | PreparedRecord,
  at: string,
  caller: Principal,
  nowMs: number,
): { readonly submission: LogSubmission; readonly statement: Statement | undefined } {
  const prepared = "disclosures" in record ? record : prepareQuickly(record, freshSalt);
  const { issuer = caller.member, statement, type, subject, occurredAt, disclosures } = prepared;
  if (type === erasureType) throw erasureSubmitted(at);
  refuseReserved(type, at);
  refuseFuture(occurredAt, at, nowMs);
  if (statement === undefined && issuer !== caller.member)
    throw mismatch("Only a signed record may name another member as its issuer.", `${at}/issuer`);
  return { submission: { issuer, submitter: caller.member, type, subject, occurredAt, disclosures }, statement };
}

/** Also where no rules are followed: a warning or a refusal that a member wrote would be taken for the node's word. */
function refuseReserved(type: string, at: string): void {
  if (!nodeRecordTypes.has(type) && !type.startsWith("monitor.")) return;
  const detail = `Only the node itself writes records of type ${type}.`;
  throw new NodeError("E_RECORD_TYPE_RESERVED", detail, { field: `${at}/type`, recordType: type, policy: null });
}

function erasureSubmitted(at: string): NodeError {
  const detail = `A record of type ${erasureType} is made by erasing: POST /v1/records/:id/erasure.`;
  return new NodeError("E_ERASURE_TYPE", detail, { field: `${at}/type` });
}

/** A record from the future would make every evidence that holds it contradict the time of its anchor (V_TIME). */
function refuseFuture(occurredAt: string, at: string, nowMs: number): void {
  if (fromInstant(occurredAt) <= nowMs + clockSkewMs) return;
  const detail = `occurredAt is more than ten minutes later than the node's clock, which is at ${toInstant(nowMs)}.`;
  throw new EvidenceError("E_INSTANT", detail, { field: `${at}/occurredAt` });
}

async function verifyStatement(
  submission: LogSubmission,
  statement: Statement,
  at: string,
  { keys, now }: SubmissionRules,
): Promise<void> {
  const key = locating(at, () => recoverKey(submission, statement, keys));
  if (key !== statement.key) {
    const detail = "The signature is not by the key that the statement names.";
    throw new EvidenceError("V_MEMBER_SIGNATURE", detail, { field: `${at}/statement/signature` });
  }
  // Asked for now, not for occurredAt: a key that was withdrawn cannot sign into the past.
  if (await keys.isLive(submission.issuer, key, now())) return;
  throw mismatch("The statement's key is not a live key of the issuer.", `${at}/statement/key`);
}

function recoverKey({ disclosures, ...submission }: LogSubmission, statement: Statement, keys: MemberKeys): Hex {
  const commitments = commitmentsOf(disclosures);
  const { type, subject, issuer, occurredAt } = submission;
  return recoverStatementKey(keys.domain, { type, subject, issuer, occurredAt, commitments }, statement.signature);
}

function mismatch(detail: string, field: string): NodeError {
  return new NodeError("E_MEMBER_MISMATCH", detail, { field });
}
