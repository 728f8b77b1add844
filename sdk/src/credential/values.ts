import { EvidenceError } from "@lianzheng/sdk/encoding";
import { isJsonObject } from "@lianzheng/sdk/record";
import type { JsonObject, JsonValue } from "@lianzheng/sdk/record";

/** The object of `value`. @throws EvidenceError V_FORMAT */
export function objectOf(value: JsonValue | undefined, field: string): JsonObject {
  if (isJsonObject(value)) return value;
  throw malformed(field, "must be an object");
}

/** Where the data model allows one or several: always several. */
export function listOf(value: JsonValue | undefined): readonly JsonValue[] {
  if (value === undefined) return [];
  return isList(value) ? value : [value];
}

function isList(value: JsonValue): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** A refusal of what stands at `field`, an RFC 6901 pointer. */
export function malformed(field: string, message: string): EvidenceError {
  return new EvidenceError("V_FORMAT", `${field}: ${message}`, { field });
}

/** A word of somebody else's document for a sentence of ours, bounded. */
export function quoted(value: JsonValue | undefined): string {
  return typeof value === "string" ? value.slice(0, maxQuoted) : "(no text)";
}

const maxQuoted = 200;
