import { EvidenceError } from "@lianzheng/sdk/encoding";
import { decode, encode } from "cborg";

/** A CBOR map with integer labels, as COSE headers are. */
export type Labels = ReadonlyMap<unknown, unknown>;

/**
 * The value's one encoding: deterministic CBOR.
 *
 * @see RFC 8949 section 4.2.1
 */
export function toCbor(value: unknown): Uint8Array {
  return encode(value);
}

/**
 * The value of one CBOR item; nothing may follow it.
 *
 * Refused beside what is no CBOR: indefinite lengths, numbers in a longer form than they need, a key twice, tags, floats that are no numbers.
 *
 * @throws EvidenceError V_FORMAT
 */
export function fromCbor(bytes: Uint8Array, what: string): unknown {
  try {
    return decode(bytes, {
      useMaps: true,
      strict: true,
      rejectDuplicateMapKeys: true,
      allowIndefinite: false,
      allowUndefined: false,
      allowInfinity: false,
      allowNaN: false,
    });
  } catch (cause) {
    throw new EvidenceError("V_FORMAT", `${what} is no strict CBOR`, {}, cause);
  }
}

/** @throws EvidenceError V_FORMAT */
export function listIn(value: unknown, length: number | undefined, what: string): readonly unknown[] {
  if (Array.isArray(value) && (length === undefined || value.length === length)) return value;
  throw malformed(what, length === undefined ? "an array" : `an array of ${length}`);
}

/** @throws EvidenceError V_FORMAT */
export function bytesIn(value: unknown, what: string): Uint8Array {
  if (value instanceof Uint8Array) return value;
  throw malformed(what, "a byte string");
}

/** @throws EvidenceError V_FORMAT: no map, or a label that is none of `known` */
export function labelsIn(value: unknown, known: readonly number[], what: string): Labels {
  if (!(value instanceof Map)) throw malformed(what, "a map");
  const labels: Labels = value;
  for (const label of labels.keys()) {
    if (typeof label !== "number" || !known.includes(label))
      throw new EvidenceError(
        "V_FORMAT",
        `${what} has the label ${String(label).slice(0, 40)}, which is not known here`,
      );
  }
  return labels;
}

function malformed(what: string, due: string): EvidenceError {
  return new EvidenceError("V_FORMAT", `${what} is ${due}`);
}
