import { EvidenceError, fromBase64Url, fromUtf8, hmacSha256, sha256, toBase64Url, utf8 } from "@lianzheng/sdk/encoding";
import type { Sha256 } from "@lianzheng/sdk/encoding";
import { canonicalJson } from "./canonical.ts";
import type { JsonValue } from "./json.ts";
import { isForbiddenKey, parseText } from "./parse.ts";

/** What a disclosure tells: one member of a record, and the salt that hid it. */
export interface Disclosure {
  readonly salt: string;
  readonly name: string;
  readonly value: JsonValue;
}

/** Bytes of a record's seed. */
export const seedBytes = 32;

/** Names that SD-JWT keeps for itself (RFC 9901 sections 4.1.1, 4.2.4.1, 4.2.4.2). */
const sdJwtNames: ReadonlySet<string> = new Set(["_sd", "_sd_alg", "..."]);
// 128 bits, which RFC 9901 section 9.3 asks of a salt, in base64url.
const saltForm = /^[A-Za-z0-9_-]{22,}$/;

/** Whether no disclosure may carry this name. */
export function isReservedName(name: string): boolean {
  return sdJwtNames.has(name) || isForbiddenKey(name);
}

/**
 * The salt of one member: an HMAC under the record's seed, so one disclosed salt tells nothing of the others.
 *
 * @throws EvidenceError E_SEED when the seed is not 32 bytes
 */
export function saltOf(seed: Uint8Array, name: string, hash: Sha256 = sha256): string {
  if (seed.length !== seedBytes) throw new EvidenceError("E_SEED", `a record's seed is ${seedBytes} bytes`);
  return toBase64Url(hmacSha256(seed, utf8(name), hash));
}

/**
 * base64url of the JCS form of `[salt, name, value]`.
 *
 * @throws EvidenceError of {@link canonicalJson}
 * @see RFC 9901 section 4.2.1
 */
export function encodeDisclosure(salt: string, name: string, value: JsonValue): string {
  return toBase64Url(utf8(canonicalJson([salt, name, value])));
}

/**
 * What the disclosure `text` tells. One content has one text: anything but its JCS form is refused.
 *
 * @throws EvidenceError E_DISCLOSURE: not base64url, not a salt of 128 bits or more, a name and a value, a reserved name,
 *   or not in JCS form
 * @see RFC 9901 section 4.2.1
 */
export function decodeDisclosure(text: string): Disclosure {
  try {
    return decode(text);
  } catch (cause) {
    if (cause instanceof EvidenceError && cause.code === "E_DISCLOSURE") throw cause;
    throw new EvidenceError("E_DISCLOSURE", "a disclosure is base64url of strict JSON", {}, cause);
  }
}

function decode(text: string): Disclosure {
  const json = fromUtf8(fromBase64Url(text));
  const value = parseText(json);
  if (!isTriple(value)) throw new EvidenceError("E_DISCLOSURE", "a disclosure is a salt, a name and a value");
  const [salt, name, content] = value;
  if (!saltForm.test(salt)) throw new EvidenceError("E_DISCLOSURE", "a salt is base64url of 128 bits or more");
  if (isReservedName(name)) throw new EvidenceError("E_DISCLOSURE", "the disclosed name is reserved");
  if (canonicalJson(value) !== json) throw new EvidenceError("E_DISCLOSURE", "the disclosure is not in JCS form");
  return { salt, name, value: content };
}

function isTriple(value: JsonValue): value is readonly [string, string, JsonValue] {
  return Array.isArray(value) && value.length === 3 && typeof value[0] === "string" && typeof value[1] === "string";
}

/**
 * The digest of a disclosure that stands in the entry: base64url(SHA-256(ASCII(disclosure))), 43 characters.
 *
 * @see RFC 9901 section 4.2.3
 */
export function commitmentOf(disclosure: string, hash: Sha256 = sha256): string {
  return toBase64Url(hash(utf8(disclosure)));
}
