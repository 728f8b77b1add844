import { EvidenceError, fromBase64Url } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import { canonicalJson } from "./canonical.ts";
import { arrayAt, countAt, digestAt, exactObject, instantAt, recordTypeAt, refusal, stringAt } from "./fields.ts";
import { subjectAt, usccAt } from "./fields.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import { parseText } from "./parse.ts";
import type { Statement } from "./statement.ts";
import { statementAt } from "./submission.ts";

/** What the log holds of one record: no content, only commitments to it (formats.md section 5). */
export interface Entry {
  readonly version: 1;
  readonly type: string;
  readonly subject: string;
  readonly occurredAt: string;
  /** Member (USCC) whose record it is. */
  readonly issuer: string;
  /** When the node sequenced it. */
  readonly receivedAt: string;
  /** 0, 1, 2 … among the entries of this subject in this log. */
  readonly sequence: number;
  /** Leaf hash of the entry before it in that sequence; null for the first. */
  readonly previous: Hex | null;
  /** base64url of 32 bytes each, sorted by their ASCII bytes, no two alike. */
  readonly commitments: readonly string[];
  readonly statement?: Statement;
}

/** An entry bundle gives the length of an entry in 16 bits (C2SP tlog-tiles). */
export const maxEntryBytes = 0xffff;

const maxCommitments = 258;
const commitmentForm = /^[A-Za-z0-9_-]{43}$/;
const required = [
  "version",
  "type",
  "subject",
  "occurredAt",
  "issuer",
  "receivedAt",
  "sequence",
  "previous",
  "commitments",
];

/**
 * The entry's one text: the JCS form of exactly its members, at most 65,535 bytes.
 *
 * @throws EvidenceError E_* with `details.field` for a member that does not fit, E_TOO_LARGE
 */
export function encodeEntry(entry: Entry): string {
  const { statement, ...members } = entry;
  const value: JsonObject = statement === undefined ? members : { ...members, statement: { ...statement } };
  const text = canonicalJson(checked(value));
  // Every member is ASCII by its check, so characters are bytes.
  if (text.length > maxEntryBytes)
    throw new EvidenceError("E_TOO_LARGE", `an entry has ${maxEntryBytes} bytes or fewer`);
  return text;
}

/**
 * The entry of `text`; anything whose encoding is not `text` itself is refused.
 *
 * @throws EvidenceError E_TOO_LARGE, E_NOT_CANONICAL (right content, another text), those of `parseJson`, and E_* with
 *   `details.field` for a member that does not fit
 */
export function decodeEntry(text: string): Entry {
  if (text.length > maxEntryBytes) throw tooLarge();
  const value = checked(parseText(text));
  if (canonicalJson(value) !== text) throw new EvidenceError("E_NOT_CANONICAL", "the entry is not in its JCS form");
  return entryOf(value);
}

function tooLarge(): EvidenceError {
  return new EvidenceError("E_TOO_LARGE", `an entry has ${maxEntryBytes} bytes or fewer`);
}

function checked(value: JsonValue): JsonObject {
  const object = exactObject(value, "", required, ["statement"]);
  entryOf(object);
  return object;
}

function entryOf(object: JsonObject): Entry {
  if (object["version"] !== 1) throw refusal("E_RANGE", "/version", "must be 1");
  const { statement } = object;
  return {
    version: 1,
    type: recordTypeAt(object["type"], "/type"),
    subject: subjectAt(object["subject"], "/subject"),
    occurredAt: instantAt(object["occurredAt"], "/occurredAt"),
    issuer: usccAt(object["issuer"], "/issuer"),
    receivedAt: instantAt(object["receivedAt"], "/receivedAt"),
    ...placeAt(object),
    commitments: commitmentsAt(object["commitments"], "/commitments"),
    ...(statement === undefined ? {} : { statement: statementAt(statement, "/statement") }),
  };
}

function placeAt(object: JsonObject): Pick<Entry, "sequence" | "previous"> {
  const sequence = countAt(object["sequence"], "/sequence");
  const { previous } = object;
  if ((sequence === 0) !== (previous === null)) {
    throw refusal("E_RANGE", "/previous", "must be null in the first entry of a subject, and only there");
  }
  return { sequence, previous: previous === null ? null : digestAt(previous, "/previous") };
}

function commitmentsAt(value: JsonValue | undefined, field: string): readonly string[] {
  const texts = arrayAt(value, field, 1, maxCommitments).map((item, at) => commitmentAt(item, `${field}/${at}`));
  for (let at = 1; at < texts.length; at++) {
    const [before = "", here = ""] = [texts[at - 1], texts[at]];
    if (before === here) throw refusal("E_DUPLICATE", `${field}/${at}`, "stands there twice");
    if (before > here) throw refusal("E_NOT_CANONICAL", `${field}/${at}`, "is not in the order of ASCII bytes");
  }
  return texts;
}

function commitmentAt(value: JsonValue, field: string): string {
  const text = stringAt(value, field);
  // 43 letters are 258 bits: the last one's two spare bits must be zero, which only decoding tells.
  if (!commitmentForm.test(text)) throw refusal("E_HASH_FORM", field, "must be base64url of 32 bytes");
  try {
    fromBase64Url(text);
  } catch (cause) {
    throw new EvidenceError("E_HASH_FORM", `${field}: must be base64url of 32 bytes`, { field }, cause);
  }
  return text;
}
