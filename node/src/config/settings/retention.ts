import { isRecordType } from "@lianzheng/sdk/record";
import type { JsonValue } from "@lianzheng/sdk/record";
import { SettingsReader, wrongValue } from "../values.ts";

/** How long records of some types are kept: an exact type, or all whose name begins as `delivery.*` says. */
export interface RetentionRule {
  readonly type: string;
  readonly years: number;
}

/** How long records are kept before `retention-ended` is a ground to erase them. */
export interface RetentionSettings {
  readonly default: { readonly years: number };
  /** The first that fits decides. */
  readonly rules: readonly RetentionRule[];
}

/** Thirty years for everything, until an operator knows better. */
export const defaultRetention: RetentionSettings = { default: { years: 30 }, rules: [] };

const maxRules = 100;
const maxYears = 1000;

/** Years for which a record of `type` is kept. */
export function retentionYears({ default: otherwise, rules }: RetentionSettings, type: string): number {
  return rules.find((rule) => fits(rule.type, type))?.years ?? otherwise.years;
}

/** The fewest years for which any record is kept. */
export function shortestRetention({ default: otherwise, rules }: RetentionSettings): number {
  return Math.min(otherwise.years, ...rules.map(({ years }) => years));
}

/** The instant (ms) at which something of `receivedAt` (ms) has been kept for `years`; 29 February ends on 1 March. */
export function retentionEnd(receivedAt: number, years: number): number {
  const date = new Date(receivedAt);
  return date.setUTCFullYear(date.getUTCFullYear() + years);
}

function fits(rule: string, type: string): boolean {
  return rule.endsWith(".*") ? type.startsWith(rule.slice(0, -1)) : type === rule;
}

/** Reads the block `retention`. @throws NodeError CONFIG_VALUE */
export function retentionOf(source: string, value: JsonValue | undefined): RetentionSettings {
  const reader = new SettingsReader(source, value, "/retention", ["default", "rules"]);
  const rules = reader.value("rules");
  if (!isArray(rules) || rules.length > maxRules) {
    throw wrongValue(source, "/retention/rules", `an array of at most ${maxRules} rules`);
  }
  return {
    default: { years: reader.object("default", ["years"]).count("years", 0, maxYears) },
    rules: rules.map((rule, at) => ruleOf(source, rule, `/retention/rules/${at}`)),
  };
}

function ruleOf(source: string, value: JsonValue, path: string): RetentionRule {
  const reader = new SettingsReader(source, value, path, ["type", "years"]);
  return {
    type: reader.text("type", isTypePattern, "a record type, or the beginning of some as in delivery.*"),
    years: reader.count("years", 0, maxYears),
  };
}

function isTypePattern(text: string): boolean {
  return isRecordType(text.endsWith(".*") ? `${text.slice(0, -1)}x` : text);
}

function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}
