/** A JSON object; its members are its own enumerable properties. */
export interface JsonObject {
  readonly [name: string]: JsonValue;
}

/** What {@link parseJson} gives and `canonicalJson` takes: JSON's values, read-only. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

/** Whether `value` is a JSON object: neither null nor an array. */
export function isJsonObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** RFC 6901 pointer of `steps` (member names and array indexes) from the whole value. */
export function jsonPointer(steps: readonly (string | number)[]): string {
  return steps.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
