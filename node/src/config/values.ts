import { NodeError } from "../errors.ts";
import { isJsonObject } from "@lianzheng/sdk/record";
import type { JsonObject, JsonValue } from "@lianzheng/sdk/record";

/** A setting is not acceptable: which file or variable, which field, what is wanted. The value is never repeated. */
export function wrongValue(source: string, field: string, wanted: string): NodeError {
  return new NodeError("CONFIG_VALUE", `${source}: ${field === "" ? "the whole" : field} must be ${wanted}`, {
    source,
    field,
  });
}

/** Reads settings out of one JSON object and refuses what it does not know. */
export class SettingsReader {
  readonly #source: string;
  readonly #object: JsonObject;
  readonly #path: string;

  /**
   * @param known - members that must be there
   * @param optional - members that may be left out
   * @throws NodeError CONFIG_VALUE: not an object, a member that is in neither list, or one that is missing
   */
  constructor(
    source: string,
    value: JsonValue | undefined,
    path: string,
    known: readonly string[],
    optional: readonly string[] = [],
  ) {
    this.#source = source;
    this.#path = path;
    if (!isJsonObject(value)) throw wrongValue(source, path, "an object");
    this.#object = value;
    for (const name of Object.keys(value)) {
      if (!known.includes(name) && !optional.includes(name))
        throw wrongValue(source, `${path}/${name}`, `left out: the settings are ${[...known, ...optional].join(", ")}`);
    }
    for (const name of known) {
      if (!Object.hasOwn(value, name)) throw wrongValue(source, `${path}/${name}`, "there");
    }
  }

  /** Whether there is a member `name`. */
  has(name: string): boolean {
    return Object.hasOwn(this.#object, name);
  }

  /** The object under `name`, with exactly the members `known`. */
  object(name: string, known: readonly string[]): SettingsReader {
    return new SettingsReader(this.#source, this.#object[name], `${this.#path}/${name}`, known);
  }

  /** The list of objects under `name`, of at most `most`, each with exactly the members `known`. */
  items(name: string, most: number, known: readonly string[]): readonly SettingsReader[] {
    const value = this.#object[name];
    const path = `${this.#path}/${name}`;
    if (!isArray(value) || value.length > most) throw wrongValue(this.#source, path, `an array of at most ${most}`);
    return value.map((item, at) => new SettingsReader(this.#source, item, `${path}/${at}`, known));
  }

  /** The yes or no under `name`. */
  flag(name: string): boolean {
    const value = this.#object[name];
    if (typeof value === "boolean") return value;
    throw wrongValue(this.#source, `${this.#path}/${name}`, "true or false");
  }

  /** The list under `name`, of at most `most` items that `accepts` takes. */
  list<T extends JsonValue>(
    name: string,
    accepts: (item: JsonValue) => item is T,
    most: number,
    wanted: string,
  ): readonly T[] {
    const value = this.#object[name];
    if (Array.isArray(value) && value.length <= most && value.every(accepts)) return value;
    throw wrongValue(this.#source, `${this.#path}/${name}`, `a list of at most ${most}: ${wanted}`);
  }

  /** The value under `name`, unchecked. */
  value(name: string): JsonValue | undefined {
    return this.#object[name];
  }

  /** The text under `name` that `accepts` takes. */
  text(name: string, accepts: (text: string) => boolean, wanted: string): string {
    const value = this.#object[name];
    if (typeof value === "string" && accepts(value)) return value;
    throw wrongValue(this.#source, `${this.#path}/${name}`, wanted);
  }

  /** The whole number under `name`, from `min` to `max`. */
  count(name: string, min: number, max: number): number {
    const value = this.#object[name];
    if (typeof value === "number" && Number.isInteger(value) && value >= min && value <= max) return value;
    throw wrongValue(this.#source, `${this.#path}/${name}`, `a whole number from ${min} to ${max}`);
  }
}

function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}
