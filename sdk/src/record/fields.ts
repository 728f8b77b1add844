import { EvidenceError, isHex } from "@lianzheng/sdk/encoding";
import type { EvidenceErrorCode, Hex } from "@lianzheng/sdk/encoding";
import { isRecordType, isSubject } from "./identifiers.ts";
import { fromInstant } from "./instant.ts";
import { isJsonObject, jsonPointer } from "./json.ts";
import type { JsonObject, JsonValue } from "./json.ts";
import { isUscc } from "./uscc.ts";

/** A refusal of the member that `field` (RFC 6901) points to. */
export function refusal(code: EvidenceErrorCode, field: string, message: string): EvidenceError {
  return new EvidenceError(code, field === "" ? `the whole ${message}` : `${field}: ${message}`, { field });
}

/** The object at `field` with exactly the members `required` and, maybe, `optional`. E_TYPE, E_UNKNOWN_FIELD, E_MISSING_FIELD */
export function exactObject(
  value: JsonValue | undefined,
  field: string,
  required: readonly string[],
  optional: readonly string[] = [],
): JsonObject {
  const object = objectAt(value, field);
  // A misspelt name is both unknown and missing: the unknown one shows the writer what to mend.
  for (const name of Object.keys(object)) {
    if (required.includes(name) || optional.includes(name)) continue;
    throw refusal("E_UNKNOWN_FIELD", field + jsonPointer([name]), "is not known here");
  }
  for (const name of required) {
    if (!Object.hasOwn(object, name)) throw refusal("E_MISSING_FIELD", field + jsonPointer([name]), "is missing");
  }
  return object;
}

/** The object at `field`. E_TYPE */
export function objectAt(value: JsonValue | undefined, field: string): JsonObject {
  if (!isJsonObject(value)) throw refusal("E_TYPE", field, "must be an object");
  return value;
}

/** The array at `field` with `min` to `max` items. E_TYPE, E_MISSING_FIELD (fewer), E_TOO_LARGE (more) */
export function arrayAt(value: JsonValue | undefined, field: string, min: number, max: number): readonly JsonValue[] {
  if (!isArray(value)) throw refusal("E_TYPE", field, "must be an array");
  if (value.length < min) throw refusal("E_MISSING_FIELD", field, `must hold ${min} or more`);
  if (value.length > max) throw refusal("E_TOO_LARGE", field, `must hold ${max} or fewer`);
  return value;
}

function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** The string at `field`. E_TYPE */
export function stringAt(value: JsonValue | undefined, field: string): string {
  if (typeof value !== "string") throw refusal("E_TYPE", field, "must be a string");
  return value;
}

/** The whole number from 0 below 2^53 at `field`. E_TYPE, E_RANGE */
export function countAt(value: JsonValue | undefined, field: string): number {
  if (typeof value !== "number") throw refusal("E_TYPE", field, "must be a number");
  if (!Number.isSafeInteger(value) || value < 0) throw refusal("E_RANGE", field, "must be a whole number below 2^53");
  return value;
}

/** The member (USCC) at `field`. E_TYPE, E_USCC */
export function usccAt(value: JsonValue | undefined, field: string): string {
  const text = stringAt(value, field);
  if (!isUscc(text)) throw refusal("E_USCC", field, "is not a unified social credit code with its check character");
  return text;
}

/** The subject at `field`. E_TYPE, E_ID_CHARSET */
export function subjectAt(value: JsonValue | undefined, field: string): string {
  const text = stringAt(value, field);
  if (!isSubject(text)) throw refusal("E_ID_CHARSET", field, "must be 1 to 200 of A-Z a-z 0-9 . _ : / -");
  return text;
}

/** The record type at `field`. E_TYPE, E_RECORD_TYPE */
export function recordTypeAt(value: JsonValue | undefined, field: string): string {
  const text = stringAt(value, field);
  if (!isRecordType(text))
    throw refusal("E_RECORD_TYPE", field, "must be dotted lower-case words, at most 64 characters");
  return text;
}

/** The instant at `field`, as text. E_TYPE, E_INSTANT */
export function instantAt(value: JsonValue | undefined, field: string): string {
  const text = stringAt(value, field);
  try {
    fromInstant(text);
  } catch (cause) {
    throw new EvidenceError("E_INSTANT", `${field}: is not an instant like 2026-11-22T09:14:05.120Z`, { field }, cause);
  }
  return text;
}

/** The digest of 32 bytes at `field`, as hex. E_TYPE, E_HASH_FORM, E_HASH_ZERO */
export function digestAt(value: JsonValue | undefined, field: string): Hex {
  const text = stringAt(value, field);
  if (!isHex(text, 32)) throw refusal("E_HASH_FORM", field, "must be 0x and 64 lower-case hex digits");
  if (/^0x0+$/.test(text)) throw refusal("E_HASH_ZERO", field, "is zero, which is no digest of anything");
  return text;
}
