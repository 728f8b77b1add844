import { EvidenceError } from "@lianzheng/sdk/encoding";

/** One value of DER: identifier, content, and the bytes of both with the length between them. */
export interface DerValue {
  /** The identifier octet: class, constructed or not, number below 31. */
  readonly tag: number;
  readonly content: Uint8Array;
  readonly whole: Uint8Array;
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

/** Identifier of a context-specific, constructed value. */
export const context = (number: number): number => 0xa0 | number;

/** Identifier of a context-specific, primitive value. */
export const contextPrimitive = (number: number): number => 0x80 | number;

/** Nothing in tokens and certificates has more. */
const maxValues = 4096;

export function refusal(message: string, cause?: unknown): EvidenceError {
  return new EvidenceError("V_TIMESTAMP", message, {}, cause);
}

/** The one value that fills `bytes`. @throws EvidenceError V_TIMESTAMP */
export function readDer(bytes: Uint8Array): DerValue {
  const [value, ...more] = readAll(bytes);
  if (value === undefined || more.length > 0) throw refusal("DER: one value is due");
  return value;
}

/** The values of a constructed value, of this identifier. @throws EvidenceError V_TIMESTAMP */
export function childrenOf(value: DerValue | undefined, tag: number): readonly DerValue[] {
  return readAll(contentOf(value, tag));
}

/** The content of a value, of this identifier. @throws EvidenceError V_TIMESTAMP */
export function contentOf(value: DerValue | undefined, tag: number): Uint8Array {
  if (value?.tag === tag) return value.content;
  throw refusal(`DER: a value of identifier 0x${tag.toString(16)} is due`);
}

/** The one value inside of an explicit tag. @throws EvidenceError V_TIMESTAMP */
export function insideOf(value: DerValue | undefined, tag: number): DerValue {
  return readDer(contentOf(value, tag));
}

/** An object identifier in dotted form. @throws EvidenceError V_TIMESTAMP */
export function oidOf(value: DerValue | undefined): string {
  const content = contentOf(value, tags.oid);
  if (content.length === 0 || content.length > 32 || (content.at(-1) ?? 0) >= 0x80)
    throw refusal("DER: no object identifier");
  const arcs: number[] = [];
  let arc = 0;
  for (const byte of content) {
    arc = arc * 128 + (byte & 0x7f);
    if (!Number.isSafeInteger(arc)) throw refusal("DER: an arc beyond 2^53");
    if (byte >= 0x80) continue;
    arcs.push(arc);
    arc = 0;
  }
  const [first = 0, ...rest] = arcs;
  const root = Math.min(2, Math.floor(first / 40));
  return [root, first - 40 * root, ...rest].join(".");
}

/** A whole number from 0 below 2^31. @throws EvidenceError V_TIMESTAMP */
export function countOf(content: Uint8Array): number {
  const isShortest = content.length === 1 || (content.length > 1 && (content[0] !== 0 || (content[1] ?? 0) >= 0x80));
  if (!isShortest || content.length > 4 || (content[0] ?? 0) >= 0x80) throw refusal("DER: no small whole number");
  return content.reduce((value, byte) => value * 256 + byte, 0);
}

/** @throws EvidenceError V_TIMESTAMP */
export function booleanOf(value: DerValue): boolean {
  const content = contentOf(value, tags.boolean);
  if (content.length === 1 && (content[0] === 0 || content[0] === 0xff)) return content[0] === 0xff;
  throw refusal("DER: no truth value");
}

function readAll(bytes: Uint8Array): readonly DerValue[] {
  const values: DerValue[] = [];
  let at = 0;
  while (at < bytes.length) {
    const value = readOne(bytes, at);
    values.push(value);
    at += value.whole.length;
    if (values.length > maxValues) throw refusal("DER: more values than any token has");
  }
  return values;
}

/** Definite lengths in their shortest form: of several encodings of one thing only DER's is taken. */
function readOne(bytes: Uint8Array, at: number): DerValue {
  const [tag, first] = [bytes[at], bytes[at + 1]];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) throw refusal(`DER: no value at byte ${at}`);
  const digits = first < 0x80 ? 0 : first - 0x80;
  const start = at + 2 + digits;
  if ((first >= 0x80 && (digits === 0 || digits > 3)) || start > bytes.length)
    throw refusal(`DER: no length at byte ${at + 1}`);
  const length = digits === 0 ? first : bytes.subarray(at + 2, start).reduce((value, byte) => value * 256 + byte, 0);
  if (digits > 0 && length < (digits === 1 ? 0x80 : 256 ** (digits - 1)))
    throw refusal(`DER: a longer length than needed at byte ${at + 1}`);
  if (start + length > bytes.length) throw refusal(`DER: a value reaches beyond its place at byte ${at}`);
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(at, start + length) };
}
