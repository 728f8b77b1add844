import { EvidenceError, isHex, sha256 } from "@lianzheng/sdk/encoding";
import type { Hex, Sha256 } from "@lianzheng/sdk/encoding";
import { commitmentOf, decodeDisclosure, encodeDisclosure, isReservedName, saltOf } from "./disclosure.ts";
import type { Disclosure } from "./disclosure.ts";
import { arrayAt, digestAt, exactObject, instantAt, objectAt, recordTypeAt, refusal, stringAt } from "./fields.ts";
import { subjectAt, usccAt } from "./fields.ts";
import { jsonPointer } from "./json.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import { isSignatureForm } from "./statement.ts";
import type { Statement } from "./statement.ts";

/** A member (USCC) that takes part in what a record tells, and as what. */
export interface Party {
  readonly member: string;
  readonly role: string;
}

/** The digests of a file that stays with its owner; SM3 (GB/T 32905) beside SHA-256 where the issuer must show it. */
export interface Attachment {
  readonly "sha-256": Hex;
  readonly sm3?: Hex;
}

/** A record as a business system writes it (formats.md section 3). Instants are texts, see `fromInstant`. */
export interface RecordInput {
  readonly type: string;
  readonly subject: string;
  readonly occurredAt: string;
  readonly body: JsonObject;
  readonly parties?: readonly Party[];
  readonly attachments?: Readonly<Record<string, Attachment>>;
}

/** A record whose members are disclosures already, because the issuer keeps the seed or signs. */
export interface PreparedRecord {
  readonly type: string;
  readonly subject: string;
  readonly occurredAt: string;
  readonly issuer?: string;
  readonly disclosures: readonly string[];
  readonly statement?: Statement;
}

const maxBodyMembers = 256;
const maxParties = 256;
const maxAttachments = 256;
const common = ["type", "subject", "occurredAt"];
// Beside the body's members there are at most `parties` and `attachments`.
const maxDisclosures = maxBodyMembers + 2;
const roleForm = /^[a-z][a-z0-9-]{0,63}$/;
// A file's name is shown to people: no control, bidirectional or zero-width character may make it look like another.
const attachmentNameForm = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,255}$/u;

/**
 * The submission in `value`, every field checked. It is prepared when it has `disclosures`.
 *
 * @throws EvidenceError with `details.field` (RFC 6901): E_TYPE, E_MISSING_FIELD, E_UNKNOWN_FIELD, E_RECORD_TYPE,
 *   E_ID_CHARSET, E_UNICODE_FORM, E_INSTANT, E_USCC, E_RESERVED_NAME, E_TOO_MANY_KEYS, E_TOO_LARGE, E_HASH_FORM, E_HASH_ZERO, E_DUPLICATE,
 *   E_DISCLOSURE, E_ADDRESS, E_SIGNATURE_FORM
 */
export function decodeSubmission(value: JsonValue): RecordInput | PreparedRecord {
  return Object.hasOwn(objectAt(value, ""), "disclosures") ? decodePrepared(value) : decodeRecord(value);
}

function commonFields(object: JsonObject): Pick<RecordInput, "type" | "subject" | "occurredAt"> {
  return {
    type: recordTypeAt(object["type"], "/type"),
    subject: subjectAt(object["subject"], "/subject"),
    occurredAt: instantAt(object["occurredAt"], "/occurredAt"),
  };
}

function decodeRecord(value: JsonValue): RecordInput {
  const object = exactObject(value, "", [...common, "body"], ["parties", "attachments"]);
  const { parties, attachments } = object;
  return {
    ...commonFields(object),
    body: bodyAt(object["body"], "/body"),
    ...(parties === undefined ? {} : { parties: partiesAt(parties, "/parties") }),
    ...(attachments === undefined ? {} : { attachments: attachmentsAt(attachments, "/attachments") }),
  };
}

function bodyAt(value: JsonValue | undefined, field: string): JsonObject {
  const body = objectAt(value, field);
  const names = Object.keys(body);
  if (names.length === 0) throw refusal("E_MISSING_FIELD", field, "must have a member");
  if (names.length > maxBodyMembers)
    throw refusal("E_TOO_MANY_KEYS", field, `must have ${maxBodyMembers} or fewer members`);
  for (const name of names) {
    if (!isReservedName(name) && name !== "parties" && name !== "attachments") continue;
    throw refusal("E_RESERVED_NAME", field + jsonPointer([name]), "is a reserved name");
  }
  return body;
}

function partiesAt(value: JsonValue, field: string): readonly Party[] {
  return arrayAt(value, field, 1, maxParties).map((item, at) => partyAt(item, field + jsonPointer([at])));
}

function partyAt(value: JsonValue, field: string): Party {
  const object = exactObject(value, field, ["member", "role"]);
  const role = stringAt(object["role"], `${field}/role`);
  if (!roleForm.test(role)) throw refusal("E_ID_CHARSET", `${field}/role`, "must be a lower-case word of 64 or fewer");
  return { member: usccAt(object["member"], `${field}/member`), role };
}

function attachmentsAt(value: JsonValue, field: string): Readonly<Record<string, Attachment>> {
  const object = objectAt(value, field);
  const names = Object.keys(object);
  if (names.length === 0) throw refusal("E_MISSING_FIELD", field, "must have a member");
  if (names.length > maxAttachments)
    throw refusal("E_TOO_MANY_KEYS", field, `must have ${maxAttachments} or fewer members`);
  return Object.fromEntries(names.map((name) => [name, attachmentAt(object[name], name, field + jsonPointer([name]))]));
}

function attachmentAt(value: JsonValue | undefined, name: string, field: string): Attachment {
  if (!attachmentNameForm.test(name)) throw refusal("E_ID_CHARSET", field, "is not a file's name");
  if (name !== name.normalize("NFC")) throw refusal("E_UNICODE_FORM", field, "must be in Unicode's form NFC");
  const object = exactObject(value, field, ["sha-256"], ["sm3"]);
  const digest = digestAt(object["sha-256"], `${field}/sha-256`);
  return {
    "sha-256": digest,
    ...(object["sm3"] === undefined ? {} : { sm3: digestAt(object["sm3"], `${field}/sm3`) }),
  };
}

function decodePrepared(value: JsonValue): PreparedRecord {
  const object = exactObject(value, "", [...common, "disclosures"], ["issuer", "statement"]);
  const { issuer, statement } = object;
  if (statement !== undefined && issuer === undefined) {
    throw refusal("E_MISSING_FIELD", "/issuer", "must name the member that signed the statement");
  }
  return {
    ...commonFields(object),
    ...(issuer === undefined ? {} : { issuer: usccAt(issuer, "/issuer") }),
    disclosures: disclosuresAt(object["disclosures"], "/disclosures"),
    ...(statement === undefined ? {} : { statement: statementAt(statement, "/statement") }),
  };
}

function disclosuresAt(value: JsonValue | undefined, field: string): readonly string[] {
  const texts = arrayAt(value, field, 1, maxDisclosures).map((item, at) => stringAt(item, `${field}/${at}`));
  const names = new Set<string>();
  for (const [at, text] of texts.entries()) {
    const { name } = disclosureAt(text, `${field}/${at}`);
    if (names.has(name)) throw refusal("E_DUPLICATE", `${field}/${at}`, "discloses a name that came before");
    names.add(name);
  }
  const bodyMembers = [...names].filter((name) => name !== "parties" && name !== "attachments").length;
  if (bodyMembers === 0) throw refusal("E_MISSING_FIELD", field, "must disclose a member of the body");
  if (bodyMembers > maxBodyMembers) throw refusal("E_TOO_MANY_KEYS", field, `must have ${maxBodyMembers} or fewer`);
  return texts;
}

function disclosureAt(text: string, field: string): Disclosure {
  const disclosure = decodeAt(text, field);
  if (disclosure.name === "parties") partiesAt(disclosure.value, `${field}/2`);
  if (disclosure.name === "attachments") attachmentsAt(disclosure.value, `${field}/2`);
  return disclosure;
}

function decodeAt(text: string, field: string): Disclosure {
  try {
    return decodeDisclosure(text);
  } catch (cause) {
    throw new EvidenceError("E_DISCLOSURE", `${field}: is not a disclosure in its one form`, { field }, cause);
  }
}

/** The statement at `field`. E_TYPE, E_MISSING_FIELD, E_UNKNOWN_FIELD, E_ADDRESS, E_SIGNATURE_FORM */
export function statementAt(value: JsonValue, field: string): Statement {
  const object = exactObject(value, field, ["key", "signature"]);
  const key = stringAt(object["key"], `${field}/key`);
  const signature = stringAt(object["signature"], `${field}/signature`);
  if (!isHex(key, 20)) throw refusal("E_ADDRESS", `${field}/key`, "must be 0x and 40 lower-case hex digits");
  if (!isSignatureForm(signature)) {
    throw refusal("E_SIGNATURE_FORM", `${field}/signature`, "must be r, low s and v (27 or 28), 65 bytes of hex");
  }
  return { key, signature };
}

/**
 * The record with every member hidden behind a disclosure of its own: one for each member of the body, one for `parties`
 * and one for `attachments` where present. The same record and seed always give the same disclosures.
 *
 * @param seed - 32 random bytes of this one record; they never leave the issuer
 * @param hash - SHA-256, where the caller has a faster one
 * @throws EvidenceError E_SEED, and those of `canonicalJson`
 * @see formats.md section 4
 */
export function prepareRecord(record: RecordInput, seed: Uint8Array, hash: Sha256 = sha256): PreparedRecord {
  const { type, subject, occurredAt, body, parties, attachments } = record;
  const members: [string, JsonValue][] = Object.entries(body);
  if (parties !== undefined) members.push(["parties", parties.map(({ member, role }) => ({ member, role }))]);
  if (attachments !== undefined) members.push(["attachments", attachmentValues(attachments)]);
  const disclosures = members.map(([name, value]) => encodeDisclosure(saltOf(seed, name, hash), name, value));
  return { type, subject, occurredAt, disclosures };
}

function attachmentValues(attachments: Readonly<Record<string, Attachment>>): JsonObject {
  return Object.fromEntries(Object.entries(attachments).map(([name, file]) => [name, digestsOf(file)]));
}

function digestsOf({ "sha-256": digest, sm3 }: Attachment): JsonObject {
  return { "sha-256": digest, ...(sm3 === undefined ? {} : { sm3 }) };
}

/** The commitments to `disclosures` as an entry holds them: sorted by their ASCII bytes. */
export function commitmentsOf(disclosures: readonly string[], hash: Sha256 = sha256): readonly string[] {
  return disclosures.map((disclosure) => commitmentOf(disclosure, hash)).sort();
}
