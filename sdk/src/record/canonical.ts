import { EvidenceError, isWellFormed } from "@lianzheng/sdk/encoding";
import { shapeOf } from "./shape.ts";
import type { JsonObject, JsonValue } from "./json.ts";

// A value that came from parseJson is at most 64 deep; the rest bounds a cycle that a program made.
const maxDepth = 512;

/** `text` as a canonical JSON string. */
export function canonicalString(text: string): string {
  // Escapes as RFC 8785 section 3.2.2.2 has them, and lone surrogates too (ECMA-262, QuoteJSONString): a text that did
  // not grow has none.
  const quoted = JSON.stringify(text);
  if (quoted.length === text.length + 2 || isWellFormed(text)) return quoted;
  throw new EvidenceError("E_ENCODING", "a lone surrogate has no canonical form");
}

function number(value: number): string {
  if (!Number.isFinite(value)) throw new EvidenceError("E_NUMBER_FORM", "JSON has no infinity and no NaN");
  return String(value);
}

function array(values: readonly JsonValue[], depth: number): string {
  let text = "[";
  for (let at = 0; at < values.length; at++) {
    if (at > 0) text += ",";
    text += serialise(values[at], depth);
  }
  return `${text}]`;
}

function object(value: JsonObject, depth: number): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) throw refusedType();
  const { names, heads } = shapeOf(Object.keys(value));
  let text = "{";
  for (let at = 0; at < names.length; at++) text += (heads[at] ?? "") + serialise(value[names[at] ?? ""], depth);
  return `${text}}`;
}

function refusedType(): EvidenceError {
  return new EvidenceError("E_TYPE", "only null, booleans, numbers, strings, arrays and plain objects have JSON");
}

function serialise(value: JsonValue | undefined, depth: number): string {
  switch (typeof value) {
    case "string":
      return canonicalString(value);
    case "number":
      return number(value);
    case "boolean":
      return value ? "true" : "false";
    case "object":
      if (value === null) return "null";
      if (depth === maxDepth) throw new EvidenceError("E_DEPTH", `nested deeper than ${maxDepth}, or a cycle`);
      return isArray(value) ? array(value, depth + 1) : object(value, depth + 1);
    default:
      throw refusedType();
  }
}

function isArray(value: readonly JsonValue[] | JsonObject): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/**
 * The canonical JSON text of `value`: members sorted by UTF-16 code units, numbers as ECMAScript writes them, no spaces.
 *
 * @throws EvidenceError E_ENCODING (lone surrogate), E_NUMBER_FORM (not finite), E_TYPE (undefined, bigint, a function, an
 *   instance of a class), E_DEPTH (deeper than 512, or a cycle)
 * @see RFC 8785
 */
export function canonicalJson(value: JsonValue): string {
  return serialise(value, 0);
}
