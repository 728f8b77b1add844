import { EvidenceError } from "@lianzheng/sdk/encoding";
import { isJsonObject, jsonPointer } from "@lianzheng/sdk/record";
import type { JsonObject, JsonValue } from "@lianzheng/sdk/record";
import { knownPatterns } from "./patterns.ts";
import { dialect } from "./schema.ts";
import type { RecordSchema } from "./schema.ts";

/** Deepest nesting of schemas, and most schemas in a document. */
const maxDepth = 12;
const maxSchemas = 2000;
const maxWords = 1000;

type Check = (value: JsonValue, at: string) => void;

const isCount = (value: JsonValue): boolean => typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
const isWord = (value: JsonValue): boolean => typeof value === "string" && value.length <= 2000;

/** What each keyword may say. A keyword that is not here is refused: what is left is checked in one pass over a record. */
const keywords: Readonly<Record<string, Check>> = {
  $schema: only((value) => value === dialect, `must be ${dialect}`),
  $id: only(isWord, "must be a text"),
  title: only(isWord, "must be a text"),
  description: only(isWord, "must be a text"),
  type: only(isType, "must be object, array, string, integer, number, boolean or null"),
  const: only((value) => !isContainer(value), "must be a plain value"),
  enum: only(isEnum, `must be 1 to ${maxWords} plain values`),
  required: only(isNames, "must be names"),
  additionalProperties: only((value) => typeof value === "boolean", "must be true or false"),
  pattern: only((value) => typeof value === "string" && knownPatterns.has(value), "must be one of the known patterns"),
  format: only((value) => value === "nfc", "must be nfc"),
  ...Object.fromEntries(
    ["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"].map((name) => [
      name,
      only(isCount, "must be a count"),
    ]),
  ),
  minimum: only((value) => typeof value === "number", "must be a number"),
  maximum: only((value) => typeof value === "number", "must be a number"),
  properties: () => undefined,
  items: () => undefined,
};

/**
 * Refuses what is no schema of a record type in the subset of JSON Schema 2020-12 that nodes take.
 *
 * Left out is whatever makes a check cost more than one pass over the record: references, combinations, conditions, patterns of its own,
 * uniqueness. So no document, whoever published it, can slow a node down.
 *
 * @throws EvidenceError E_SCHEMA_DOCUMENT with `details.field`, the place in the document
 */
export function assertRecordSchema(value: JsonValue, type: string): asserts value is RecordSchema {
  const count = { schemas: 0 };
  checkSchema(value, "", 0, count);
  const document = value as JsonObject;
  const properties = document["properties"];
  const named = isJsonObject(properties) ? properties["type"] : undefined;
  if (document["$schema"] !== dialect) throw refused("/$schema", `must be ${dialect}`);
  if (!isJsonObject(named) || named["const"] !== type) throw refused("/properties/type/const", `must be ${type}`);
}

function checkSchema(value: JsonValue, at: string, depth: number, count: { schemas: number }): void {
  if (!isJsonObject(value)) throw refused(at, "must be a schema: an object");
  count.schemas += 1;
  if (depth > maxDepth || count.schemas > maxSchemas) throw refused(at, "is nested too deeply, or one schema too many");
  for (const [name, what] of Object.entries(value)) {
    const check = Object.hasOwn(keywords, name) ? keywords[name] : undefined;
    const place = at + jsonPointer([name]);
    if (check === undefined) throw refused(place, "is no keyword of record schemas");
    check(what, place);
    if (name === "items") checkSchema(what, place, depth + 1, count);
    if (name === "properties") checkProperties(what, place, depth, count);
  }
}

function checkProperties(value: JsonValue, at: string, depth: number, count: { schemas: number }): void {
  if (!isJsonObject(value)) throw refused(at, "must be an object of schemas");
  for (const [name, schema] of Object.entries(value)) checkSchema(schema, at + jsonPointer([name]), depth + 1, count);
}

function only(isRight: (value: JsonValue) => boolean, what: string): Check {
  return (value, at) => {
    if (!isRight(value)) throw refused(at, what);
  };
}

function isType(value: JsonValue): boolean {
  return ["object", "array", "string", "integer", "number", "boolean", "null"].includes(value as string);
}

function isContainer(value: JsonValue): boolean {
  return typeof value === "object" && value !== null;
}

function isEnum(value: JsonValue): boolean {
  if (!Array.isArray(value)) return false;
  const plain = value as readonly JsonValue[];
  return (
    plain.length > 0 && plain.length <= maxWords && !plain.some(isContainer) && new Set(plain).size === plain.length
  );
}

function isNames(value: JsonValue): boolean {
  if (!Array.isArray(value)) return false;
  const names = value as readonly JsonValue[];
  return names.length <= maxWords && names.every(isWord) && new Set(names).size === names.length;
}

function refused(field: string, what: string): EvidenceError {
  return new EvidenceError("E_SCHEMA_DOCUMENT", `${field === "" ? "the schema" : field}: ${what}`, { field });
}
