import { EvidenceError, isHex, utf8 } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import { canonicalJson, fromInstant, isJsonObject, isRecordType, isUscc, parseJson } from "@lianzheng/sdk/record";
import type { JsonObject, JsonValue } from "@lianzheng/sdk/record";

/** The document by which a submission was refused, as it was in force. Version 0 is what the node's software has built in. */
export interface RefusingPolicy {
  readonly name: string;
  readonly version: number;
  /** SHA-256 of the document's canonical form; null where the node has not got the document that the chain names. */
  readonly digest: Hex | null;
}

/** What a node says of a submission that it refused by rule. Nothing of what was refused stands in it. */
export interface Refusal {
  /** Origin of the node's log. */
  readonly origin: string;
  /** RFC 3339, UTC, milliseconds. */
  readonly time: string;
  /** SHA-256 of the request's body. */
  readonly request: Hex;
  /** USCC of the member that submitted. */
  readonly member: string;
  readonly code: string;
  /** JSON pointer into the request's body, null where the whole is meant. */
  readonly field: string | null;
  readonly recordType: string | null;
  readonly policy: RefusingPolicy | null;
}

/** Second line of a refusal's text. No checkpoint has it: there stands a decimal. */
const heading = "lianzheng-refusal 1";
const members = ["code", "field", "member", "policy", "recordType", "request", "time"];
const maxLength = 16_384;

/** Name of the key that signs the refusals of the log `origin`: the log's key under another name, so its key id is another too. */
export function refusalKeyName(origin: string): string {
  return `${origin}/refusals`;
}

/**
 * The text that a node signs: name of the key, kind and version, facts in canonical JSON, one a line.
 *
 * @throws EvidenceError V_FORMAT: facts that nobody could read again
 * @see docs/formats.md section 13
 */
export function refusalText({ origin, ...facts }: Refusal): string {
  const text = `${refusalKeyName(origin)}\n${heading}\n${canonicalJson(facts as unknown as JsonObject)}\n`;
  parseRefusalText(text);
  return text;
}

/** Whether a text begins as a refusal does, whatever it is worth. */
export function looksLikeRefusal(text: string): boolean {
  return text.split("\n", 2)[1]?.startsWith("lianzheng-refusal ") === true;
}

/** @throws EvidenceError V_VERSION (another version), V_FORMAT */
export function parseRefusalText(text: string): Refusal {
  if (text.length > maxLength) throw malformed("is too long");
  const [name = "", kind = "", json = "", ...rest] = text.split("\n");
  if (/^lianzheng-refusal [0-9]{1,9}$/.test(kind) && kind !== heading)
    throw new EvidenceError("V_VERSION", `${kind} is of another version than this reader knows`);
  if (kind !== heading || rest.length !== 1 || rest[0] !== "") throw malformed("is three lines");
  const origin = /^(.+)\/refusals$/.exec(name)?.[1];
  if (origin === undefined) throw malformed("names no origin");
  return { origin, ...factsOf(json) };
}

function factsOf(json: string): Omit<Refusal, "origin"> {
  const value = valueOf(json);
  if (!isJsonObject(value) || Object.keys(value).sort().join() !== members.join() || canonicalJson(value) !== json)
    throw malformed(`has exactly ${members.join(", ")}, in canonical form`);
  const { time, request, member, code, field, recordType } = value;
  if (!isInstant(time) || !isHex(request, 32) || !isUscc(member))
    throw malformed("has a time, a request or a member of no form");
  if (typeof code !== "string" || !/^[A-Z][A-Z0-9_]{0,63}$/.test(code)) throw malformed("has a code of no form");
  if (field !== null && (typeof field !== "string" || field.length > 1000)) throw malformed("has a field of no form");
  if (recordType !== null && !isRecordType(recordType)) throw malformed("has a record type of no form");
  return {
    time,
    request,
    member,
    code,
    field: field ?? null,
    recordType: recordType ?? null,
    policy: policyOf(value["policy"]),
  };
}

function policyOf(value: JsonValue | undefined): RefusingPolicy | null {
  if (value === null) return null;
  if (value === undefined || !isJsonObject(value) || Object.keys(value).sort().join() !== "digest,name,version")
    throw malformed("has a policy of no form");
  const { name, version, digest } = value;
  const isVersion = typeof version === "number" && Number.isSafeInteger(version) && version >= 0;
  if (typeof name !== "string" || !/^[a-z0-9./-]{1,64}$/.test(name) || !isVersion)
    throw malformed("has a policy of no form");
  if (digest !== null && !isHex(digest, 32)) throw malformed("has a policy of no form");
  return { name, version, digest };
}

function valueOf(json: string): JsonValue {
  try {
    return parseJson(utf8(json));
  } catch (cause) {
    throw malformed("holds JSON", cause);
  }
}

function isInstant(value: JsonValue | undefined): value is string {
  if (typeof value !== "string") return false;
  try {
    fromInstant(value);
    return true;
  } catch (error) {
    if (error instanceof EvidenceError) return false;
    throw error;
  }
}

function malformed(what: string, cause?: unknown): EvidenceError {
  return new EvidenceError("V_FORMAT", `a refusal ${what}`, {}, cause);
}
