import { EvidenceError, isHex, type EvidenceErrorCode, type Hex } from "@lianzheng/sdk/encoding";
import { fromInstant, isJsonObject, isUscc, jsonPointer, parseJson, type JsonValue } from "@lianzheng/sdk/record";

/**
 * A place in decoded JSON and what to call a fault there. Reading goes from place to place and refuses what is not
 * exactly as the format says, with the place as an RFC 6901 pointer in `details.field`.
 */
export interface Place {
  readonly value: JsonValue;
  readonly field: string;
  /** The format's word for a fault: V_FORMAT in a bundle, V_POLICY in a policy. */
  readonly fault: EvidenceErrorCode;
}

/** Elements of all arrays together: far more than the longest lists hold, and far fewer than empty ones in as many bytes. */
const maxElements = 1_000_000;

/** The whole of a strict JSON text. @throws EvidenceError with code `fault`; its cause says what strict JSON refused */
export function readJson(bytes: Uint8Array, maxBytes: number, fault: EvidenceErrorCode): Place {
  try {
    return { value: parseJson(bytes, { maxBytes, maxElements }), field: "", fault };
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
    throw new EvidenceError(
      fault,
      `not strict JSON: ${cause.message}`,
      { ...cause.details, reader: cause.code },
      cause,
    );
  }
}

/** A refusal of what stands at a place. */
export function refusalAt({ field, fault }: Place, message: string): EvidenceError {
  return new EvidenceError(fault, `${field === "" ? "the whole" : field} ${message}`, { field });
}

/** An object's members: all of `required`, any of `optional`, no other. */
export function members<Required extends string, Optional extends string = never>(
  place: Place,
  required: readonly Required[],
  optional: readonly Optional[] = [],
): Record<Required, Place> & Partial<Record<Optional, Place>> {
  const { value, field, fault } = place;
  if (!isJsonObject(value)) throw refusalAt(place, "must be an object");
  const known: readonly string[] = [...required, ...optional];
  const places = Object.entries(value).map(([name, member]) => {
    const at: Place = { value: member, field: field + jsonPointer([name]), fault };
    if (!known.includes(name)) throw refusalAt(at, "is not known here");
    return [name, at] as const;
  });
  const missing = required.find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) throw refusalAt({ ...place, field: field + jsonPointer([missing]) }, "is missing");
  return Object.fromEntries(places) as Record<Required, Place> & Partial<Record<Optional, Place>>;
}

/** An array's items, `least` to `most` of them; a bound keeps a hostile list from being looked at item by item. */
export function items(place: Place, least: number, most = Number.MAX_SAFE_INTEGER): readonly Place[] {
  const { value, field, fault } = place;
  if (!isList(value)) throw refusalAt(place, "must be an array");
  if (value.length < least) throw refusalAt(place, `must hold ${least} or more`);
  if (value.length > most) throw refusalAt(place, `must hold ${most} or fewer`);
  return value.map((item, at) => ({ value: item, field: field + jsonPointer([at]), fault }));
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** A string. */
export function text(place: Place): string {
  if (typeof place.value !== "string") throw refusalAt(place, "must be a string");
  return place.value;
}

/** Exactly this string. */
export function literal<Text extends string>(place: Place, expected: Text): Text {
  if (place.value !== expected) throw refusalAt(place, `must be "${expected}"`);
  return expected;
}

/** A whole number from `least` to `most`, below 2^53. */
export function count(place: Place, least: number, most = Number.MAX_SAFE_INTEGER): number {
  const { value } = place;
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < least || value > most) {
    throw refusalAt(place, `must be a whole number from ${least} on`);
  }
  return value;
}

/** Lower-case hex with `0x`, of `length` bytes where that is given. */
export function hex(place: Place, length?: number): Hex {
  if (isHex(place.value, length)) return place.value;
  throw refusalAt(place, length === undefined ? "must be lower-case hex" : `must be lower-case hex of ${length} bytes`);
}

/** A USCC with its check character. */
export function uscc(place: Place): string {
  const value = text(place);
  if (!isUscc(value)) throw refusalAt(place, "is no unified social credit code");
  return value;
}

/** An instant, as text in its one form. */
export function instant(place: Place): string {
  const value = text(place);
  try {
    fromInstant(value);
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
    throw new EvidenceError(place.fault, `${place.field} is no instant`, { field: place.field }, cause);
  }
  return value;
}

/** Refuses two items that have the same key. */
export function assertAllDifferent(places: readonly Place[], keys: readonly string[]): void {
  const seen = new Set<string>();
  for (const [at, key] of keys.entries()) {
    const place = places[at];
    if (place !== undefined && seen.has(key)) throw refusalAt(place, "stands there twice");
    seen.add(key);
  }
}
