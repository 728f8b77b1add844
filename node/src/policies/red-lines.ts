import { EvidenceError, isHex } from "@lianzheng/sdk/encoding";
import { isJsonObject, isRecordType, isUscc, jsonPointer } from "@lianzheng/sdk/record";
import type { JsonObject, JsonValue } from "@lianzheng/sdk/record";
import { words } from "@lianzheng/sdk/schemas";
import type { RecordView } from "./record-view.ts";

/** Name of the policy that draws red lines (监管红线). */
export const redLinesName = "policy/red-lines";

/** The red lines that the contracts draw too: they hold whatever the council publishes, for no document moves the law. */
export const builtInRedLines: JsonObject = {
  format: "lianzheng-red-lines",
  version: 1,
  rules: [
    {
      id: "core-listing",
      title: "Core data is not listed for trade 核心数据不得挂牌交易",
      types: ["trade.listing"],
      grades: ["core"],
    },
  ],
};

/** A line that a record crosses: all that it names is met. */
interface RedLine {
  readonly id: string;
  readonly title: string;
  readonly types: ReadonlySet<string> | undefined;
  readonly grades: ReadonlySet<string> | undefined;
  readonly territories: ReadonlySet<string> | undefined;
  readonly members: ReadonlySet<string> | undefined;
  readonly digests: ReadonlySet<string> | undefined;
}

/** Which line was crossed, and by what. */
export interface Crossing {
  readonly line: string;
  readonly title: string;
  /** JSON pointer in the view of the record. */
  readonly pointer: string;
}

/** Says which line a record crosses that `members` issue and submit; undefined if none. */
export type RedLineCheck = (view: RecordView, members: readonly string[]) => Crossing | undefined;

const maxRules = 1000;
const maxValues = 100_000;
const conditions = ["types", "grades", "territories", "members", "digests"] as const;

/**
 * Reads a document of red lines: `{ format, version, rules: [{ id, title, types?, grades?, territories?, members?, digests? }] }`. A record
 * crosses a line when it meets all that the line names, by one of the values of each: its type; the `grade`, `territory` or `territories`
 * of its body; a member that issues, submits or is a party; a digest anywhere in its body or among its attachments.
 *
 * @throws EvidenceError E_SCHEMA_DOCUMENT with `details.field`
 */
export function compileRedLines(document: JsonValue): RedLineCheck {
  const { format, version, rules } = membersOf(document, "", ["format", "version", "rules"]);
  if (format !== "lianzheng-red-lines" || version !== 1)
    throw refused("/format", "must be lianzheng-red-lines, version 1");
  const lines = listOf(rules, "/rules", maxRules).map((rule, at) => lineOf(rule, `/rules/${at}`));
  return (view, members) => {
    const asked = factsOf(view, members);
    for (const line of lines) {
      const pointer = crossing(line, asked);
      if (pointer !== undefined) return { line: line.id, title: line.title, pointer };
    }
    return undefined;
  };
}

interface Fact {
  readonly value: string;
  readonly pointer: string;
}
type Facts = Readonly<Record<(typeof conditions)[number], () => readonly Fact[]>>;

/** Where the last condition is met; undefined if one is not. */
function crossing(line: RedLine, facts: Facts): string | undefined {
  let pointer: string | undefined;
  for (const condition of conditions) {
    const values = line[condition];
    if (values === undefined) continue;
    const met = facts[condition]().find(({ value }) => values.has(value));
    if (met === undefined) return undefined;
    pointer = met.pointer;
  }
  return pointer;
}

function factsOf({ type, body, parties = [], attachments = {} }: RecordView, members: readonly string[]): Facts {
  const texts = (name: string): readonly Fact[] => [...textsIn(body[name], `/body/${name}`)];
  return {
    types: () => [{ value: type, pointer: "/type" }],
    grades: () => texts("grade"),
    territories: () => [...texts("territory"), ...texts("territories")],
    members: () => [
      ...members.map((value) => ({ value, pointer: "" })),
      ...parties.map(({ member: value }, at) => ({ value, pointer: `/parties/${at}/member` })),
    ],
    digests: () => [
      ...textsIn(body, "/body"),
      ...Object.values(attachments)
        .flatMap(({ "sha-256": digest, sm3 }) => (sm3 === undefined ? [digest] : [digest, sm3]))
        .map((value) => ({ value, pointer: "/attachments" })),
    ],
  };
}

/** Every text in a value, at whatever depth. The pointer stays that of the value: names within it are the submitter's own. */
function* textsIn(value: JsonValue | undefined, pointer: string): Generator<Fact> {
  if (typeof value === "string") yield { value, pointer };
  if (typeof value !== "object" || value === null) return;
  for (const inner of Object.values(value) as readonly JsonValue[]) yield* textsIn(inner, pointer);
}

function lineOf(value: JsonValue, at: string): RedLine {
  const { id, title, ...named } = membersOf(value, at, ["id", "title"], conditions);
  if (typeof id !== "string" || !/^[a-z][a-z0-9-]{0,63}$/.test(id))
    throw refused(`${at}/id`, "must be a lower-case word");
  if (typeof title !== "string" || title === "" || title.length > 500) throw refused(`${at}/title`, "must be a text");
  if (Object.keys(named).length === 0) throw refused(at, "must name what it forbids");
  const setOf = (
    name: (typeof conditions)[number],
    isOne: (text: JsonValue) => boolean,
  ): ReadonlySet<string> | undefined => {
    const list = named[name];
    if (list === undefined) return undefined;
    const values = listOf(list, `${at}/${name}`, maxValues);
    if (values.length === 0 || !values.every(isOne)) throw refused(`${at}/${name}`, "holds no such value, or none");
    return new Set(values as readonly string[]);
  };
  return {
    id,
    title,
    types: setOf("types", isRecordType),
    grades: setOf("grades", (one) => (words.grades as readonly JsonValue[]).includes(one)),
    territories: setOf("territories", (one) => typeof one === "string" && /^[A-Z]{2}(-[A-Z0-9]{1,3})?$/.test(one)),
    members: setOf("members", isUscc),
    digests: setOf("digests", (one) => isHex(one, 32)),
  };
}

function membersOf(
  value: JsonValue | undefined,
  at: string,
  due: readonly string[],
  optional: readonly string[] = [],
): JsonObject {
  if (value === undefined || !isJsonObject(value)) throw refused(at, "must be an object");
  const odd = Object.keys(value).find((name) => !due.includes(name) && !optional.includes(name));
  if (odd !== undefined) throw refused(at + jsonPointer([odd]), "is not known");
  const missing = due.find((name) => !Object.hasOwn(value, name));
  if (missing !== undefined) throw refused(`${at}/${missing}`, "is missing");
  return value;
}

function listOf(value: JsonValue | undefined, at: string, most: number): readonly JsonValue[] {
  if (!Array.isArray(value) || value.length > most) throw refused(at, `must be a list of at most ${most}`);
  return value as readonly JsonValue[];
}

function refused(field: string, what: string): EvidenceError {
  return new EvidenceError("E_SCHEMA_DOCUMENT", `${field === "" ? "the document" : field}: ${what}`, { field });
}
