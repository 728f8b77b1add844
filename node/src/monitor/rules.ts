import { createHash } from "node:crypto";
import { jsonOf, SettingsReader, wrongValue } from "@lianzheng/node/config";
import { canonicalJson, fromInstant, isJsonObject, isRecordType, isUscc } from "@lianzheng/sdk/record";
import type { JsonValue } from "@lianzheng/sdk/record";
import { amountOf } from "./decimal.ts";

export const severities = ["info", "warning", "critical"] as const;
export type Severity = (typeof severities)[number];
export const ruleKinds = ["volume", "price", "expired-right", "missing-stage", "core-grade", "cross-border"] as const;
export type RuleKind = (typeof ruleKinds)[number];
export const groupings = ["subject", "member", "type"] as const;
/** What records are counted together: those of a subject, of a member (the issuer), or of a type. */
export type Grouping = (typeof groupings)[number];

/** What every rule has. */
interface RuleBase {
  readonly id: string;
  readonly severity: Severity;
  readonly title: { readonly en: string; readonly zh: string };
  /** Records that the node received before are not looked at, ms. */
  readonly sinceMs: number;
  /** SHA-256 of the rule's canonical JSON, lower-case hex: its version. */
  readonly version: string;
  /** Record types that it looks at. */
  readonly types: readonly string[];
}

/** More than `above` records, or `sum` of a member of their bodies over it, within a window that slides. */
export type VolumeRule = RuleBase & {
  readonly kind: "volume";
  readonly per: Grouping;
  readonly windowSeconds: number;
  readonly above: bigint;
  /** Member of the body that is added up; null counts records. */
  readonly sum: string | null;
};

/** An amount out of its bounds, or `factor` times over or under the median of the `last` ones before it. */
export type PriceRule = RuleBase & {
  readonly kind: "price";
  readonly per: Grouping;
  readonly member: string;
  readonly min: bigint | null;
  readonly max: bigint | null;
  readonly deviation: { readonly factor: bigint; readonly last: number } | null;
};

/** A record names a right that is not valid when it happens. */
export type ExpiredRightRule = RuleBase & { readonly kind: "expired-right"; readonly member: string };

/** After a record of `types` none of `next` follows for the same subject within so many seconds. */
export type MissingStageRule = RuleBase & {
  readonly kind: "missing-stage";
  readonly next: readonly string[];
  readonly withinSeconds: number;
};

/** A record whose body says one of `grades` of the data. */
export type CoreGradeRule = RuleBase & {
  readonly kind: "core-grade";
  readonly member: string;
  readonly grades: readonly string[];
};

/** A record names a territory that is not one of `inside`, and no approval of an approver came for its subject before. */
export type CrossBorderRule = RuleBase & {
  readonly kind: "cross-border";
  readonly member: string;
  readonly inside: readonly string[];
  readonly approvals: readonly string[];
  readonly approvers: readonly string[];
};

export type Rule = VolumeRule | PriceRule | ExpiredRightRule | MissingStageRule | CoreGradeRule | CrossBorderRule;

const common = ["id", "kind", "severity", "title", "types"];
const members: Readonly<Record<RuleKind, readonly [required: readonly string[], optional: readonly string[]]>> = {
  volume: [["per", "windowSeconds", "above"], ["sum"]],
  price: [
    ["per", "member"],
    ["min", "max", "deviation"],
  ],
  "expired-right": [["member"], []],
  "missing-stage": [["next", "withinSeconds"], []],
  "core-grade": [["member", "grades"], []],
  "cross-border": [["member", "inside", "approvals", "approvers"], []],
};

/**
 * The rules in the bytes of `source`: `{ "format": "lianzheng-monitor", "version": 1, "rules": […] }`.
 *
 * @throws NodeError CONFIG_FORMAT: not strict JSON; CONFIG_VALUE with the field: missing, unknown or not acceptable
 */
export function decodeRules(bytes: Uint8Array, source: string): readonly Rule[] {
  const reader = new SettingsReader(source, jsonOf(bytes, source), "", ["format", "version", "rules"]);
  reader.text("format", (text) => text === "lianzheng-monitor", '"lianzheng-monitor"');
  reader.count("version", 1, 1);
  const rules = reader.list("rules", isJsonObject, 64, "rules").map((rule, at) => ruleOf(source, rule, `/rules/${at}`));
  const ids = new Set(rules.map(({ id }) => id));
  if (ids.size !== rules.length) throw wrongValue(source, "/rules", "without two rules of one id");
  return rules;
}

function ruleOf(source: string, value: JsonValue, path: string): Rule {
  const kind = kindIn(source, value, path);
  const [required, optional] = members[kind];
  const reader = new SettingsReader(source, value, path, [...common, ...required], [...optional, "since"]);
  const base = { ...baseOf(reader), version: createHash("sha256").update(canonicalJson(value)).digest("hex") };
  switch (kind) {
    case "volume":
      return { ...base, kind, ...volumeOf(reader) };
    case "price":
      return { ...base, kind, ...priceOf(reader, source, path) };
    case "expired-right":
      return { ...base, kind, member: memberIn(reader, "member") };
    case "missing-stage":
      return { ...base, kind, next: typesIn(reader, "next"), withinSeconds: reader.count("withinSeconds", 1, 10 ** 9) };
    case "core-grade":
      return { ...base, kind, member: memberIn(reader, "member"), grades: wordsIn(reader, "grades") };
    case "cross-border":
      return { ...base, kind, ...borderOf(reader) };
  }
}

function kindIn(source: string, value: JsonValue, path: string): RuleKind {
  const kind = typeof value === "object" && value !== null && "kind" in value ? value["kind"] : undefined;
  if ((ruleKinds as readonly unknown[]).includes(kind)) return kind as RuleKind;
  throw wrongValue(source, `${path}/kind`, `one of ${ruleKinds.join(", ")}`);
}

function baseOf(reader: SettingsReader): Omit<RuleBase, "version"> {
  const title = reader.object("title", ["en", "zh"]);
  const isTitle = (text: string): boolean => text.length >= 1 && text.length <= 200;
  return {
    id: reader.text("id", (text) => /^[a-z][a-z0-9-]{0,63}$/.test(text), "a-z, 0-9 and -, at most 64"),
    severity: wordIn(reader, "severity", severities),
    title: {
      en: title.text("en", isTitle, "1 to 200 characters"),
      zh: title.text("zh", isTitle, "1 to 200 characters"),
    },
    sinceMs: reader.has("since") ? fromInstant(reader.text("since", isInstant, "an instant")) : 0,
    types: typesIn(reader, "types"),
  };
}

function volumeOf(reader: SettingsReader): Pick<VolumeRule, "per" | "windowSeconds" | "above" | "sum"> {
  return {
    per: wordIn(reader, "per", groupings),
    windowSeconds: reader.count("windowSeconds", 12, 10 ** 9),
    above: amountIn(reader, "above"),
    sum: reader.has("sum") ? memberIn(reader, "sum") : null,
  };
}

function priceOf(
  reader: SettingsReader,
  source: string,
  path: string,
): Pick<PriceRule, "per" | "member" | "min" | "max" | "deviation"> {
  if (!["min", "max", "deviation"].some((name) => reader.has(name)))
    throw wrongValue(source, path, "with min, max or deviation");
  const deviation = reader.has("deviation") ? reader.object("deviation", ["factor", "last"]) : null;
  return {
    per: wordIn(reader, "per", groupings),
    member: memberIn(reader, "member"),
    min: reader.has("min") ? amountIn(reader, "min") : null,
    max: reader.has("max") ? amountIn(reader, "max") : null,
    deviation: deviation === null ? null : { factor: factorIn(deviation), last: deviation.count("last", 3, 1000) },
  };
}

function borderOf(reader: SettingsReader): Pick<CrossBorderRule, "member" | "inside" | "approvals" | "approvers"> {
  const isMember = (item: JsonValue): item is string => typeof item === "string" && isUscc(item);
  return {
    member: memberIn(reader, "member"),
    inside: wordsIn(reader, "inside"),
    approvals: typesIn(reader, "approvals"),
    approvers: reader.list("approvers", isMember, 64, "unified social credit codes"),
  };
}

function wordIn<Word extends string>(reader: SettingsReader, name: string, words: readonly Word[]): Word {
  return reader.text(name, (text) => (words as readonly string[]).includes(text), `one of ${words.join(", ")}`) as Word;
}

function memberIn(reader: SettingsReader, name: string): string {
  return reader.text(name, (text) => text.length >= 1 && text.length <= 100, "the name of a member of the body");
}

function amountIn(reader: SettingsReader, name: string): bigint {
  return amountOf(reader.text(name, (text) => amountOf(text) !== undefined, "an amount, in quotes")) ?? 0n;
}

function factorIn(reader: SettingsReader): bigint {
  const isFactor = (text: string): boolean => (amountOf(text) ?? 0n) > 10n ** 18n;
  return amountOf(reader.text("factor", isFactor, "a number over 1, in quotes")) ?? 0n;
}

function wordsIn(reader: SettingsReader, name: string): readonly string[] {
  const isWord = (item: JsonValue): item is string => typeof item === "string" && item.length <= 100;
  return reader.list(name, isWord, 256, "texts");
}

/** No rule can look at what the monitor itself writes, so no warning can be about a warning. */
function typesIn(reader: SettingsReader, name: string): readonly string[] {
  const isWatched = (item: JsonValue): item is string => isRecordType(item) && !isOwnType(item);
  return reader.list(name, isWatched, 64, "record types, none that begins with monitor.");
}

/** Whether records of this type are the monitor's own. */
export function isOwnType(type: string): boolean {
  return type.startsWith("monitor.");
}

function isInstant(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) && !Number.isNaN(Date.parse(text));
}
