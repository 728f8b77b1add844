import type { JsonValue } from "@lianzheng/sdk/record";
import { amountOf, amountText, medianOf, one } from "./decimal.ts";
import { findingOf, groupOf } from "./looking.ts";
import type { Finding, Look } from "./looking.ts";
import type { PriceRule, VolumeRule } from "./rules.ts";

/** Steps in which a window slides: it looks back over the last twelfths of it, the one under way included. */
const steps = 12;

/**
 * Warns of the record with which a window's total first passes the bound, and again only after it was below.
 *
 * Windows go by when records were received, so that looking again later gives the same.
 */
export async function lookAtVolume(rule: VolumeRule, { record, memory }: Look): Promise<readonly Finding[]> {
  const amount = rule.sum === null ? one : amountOf((await record.body())[rule.sum]);
  if (amount === undefined) return [];
  const key = groupOf(rule.per, record);
  const step = Math.floor(record.receivedAtMs / ((rule.windowSeconds * 1000) / steps));
  const known = totalsOf(await memory.get(key));
  const totals = new Map([...known.totals].filter(([at]) => at > step - steps));
  totals.set(step, (totals.get(step) ?? 0n) + amount);
  const total = [...totals.values()].reduce((sum, part) => sum + part, 0n);
  const before = total - amount;
  const isAbove = total > rule.above;
  memory.put(key, { above: isAbove, totals: [...totals].map(([at, part]) => [at, amountText(part)]) });
  if (!isAbove || (known.above && before > rule.above)) return [];
  const { windowSeconds, per } = rule;
  return [findingOf(record, { total: amountText(total), above: amountText(rule.above), windowSeconds, per, of: key })];
}

/** Warns of an amount out of its bounds, or too far from the median of those before it. */
export async function lookAtPrice(rule: PriceRule, { record, memory }: Look): Promise<readonly Finding[]> {
  const amount = amountOf((await record.body())[rule.member]);
  if (amount === undefined) return [];
  const facts = { member: rule.member, amount: amountText(amount) };
  const findings: Finding[] = [];
  const { min, max, deviation } = rule;
  const isOut = (min !== null && amount < min) || (max !== null && amount > max);
  if (isOut) {
    const bounds = { min: min === null ? null : amountText(min), max: max === null ? null : amountText(max) };
    findings.push(findingOf(record, { ...facts, ...bounds }));
  }
  if (deviation === null) return findings;
  const key = groupOf(rule.per, record);
  const last = amountsOf(await memory.get(key));
  memory.put(key, [...last, amount].slice(-deviation.last).map(amountText));
  if (last.length < leastAmounts || findings.length > 0) return findings;
  const median = medianOf(last);
  const isFar = amount * one > median * deviation.factor || amount * deviation.factor < median * one;
  if (!isFar) return [];
  return [findingOf(record, { ...facts, median: amountText(median), factor: amountText(deviation.factor) })];
}

/** Amounts without which a median says nothing. */
const leastAmounts = 3;

function totalsOf(value: JsonValue | undefined): { above: boolean; totals: ReadonlyMap<number, bigint> } {
  const { above, totals } = (value ?? { above: false, totals: [] }) as unknown as {
    above: boolean;
    totals: readonly (readonly [number, string])[];
  };
  return { above, totals: new Map(totals.map(([at, text]) => [at, amountOf(text) ?? 0n])) };
}

function amountsOf(value: JsonValue | undefined): readonly bigint[] {
  return ((value ?? []) as readonly string[]).map((text) => amountOf(text) ?? 0n);
}
