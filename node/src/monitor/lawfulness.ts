import { isHex } from "@lianzheng/sdk/encoding";
import { findingOf } from "./looking.ts";
import type { Finding, Look } from "./looking.ts";
import type { CoreGradeRule, CrossBorderRule, ExpiredRightRule } from "./rules.ts";

/** Warns of a record that names a right which is not valid when the record says that it happened. */
export async function lookAtRight(rule: ExpiredRightRule, { record, rights }: Look): Promise<readonly Finding[]> {
  const right = (await record.body())[rule.member];
  if (!isHex(right) || right.length !== 66) return [];
  const validity = await rights.validityAt(right, record.occurredAtMs);
  return validity === "valid" ? [] : [findingOf(record, { right, validity })];
}

/** Warns of a record about data of a grade that must not be traded or listed. */
export async function lookAtGrade(rule: CoreGradeRule, { record }: Look): Promise<readonly Finding[]> {
  const grade = (await record.body())[rule.member];
  return typeof grade === "string" && rule.grades.includes(grade) ? [findingOf(record, { grade })] : [];
}

/** Warns of a territory outside for which no approver had recorded an approval before, for the same subject. */
export async function lookAtBorder(rule: CrossBorderRule, { record, memory }: Look): Promise<readonly Finding[]> {
  const key = record.subject;
  if (rule.approvals.includes(record.type) && rule.approvers.includes(record.issuer)) memory.put(key, record.id);
  if (!rule.types.includes(record.type)) return [];
  const territory = (await record.body())[rule.member];
  const named = (Array.isArray(territory) ? territory : [territory]) as readonly unknown[];
  const outside = named.filter((one): one is string => typeof one === "string" && !rule.inside.includes(one));
  if (outside.length === 0 || (await memory.get(key)) !== undefined) return [];
  return [findingOf(record, { territory: outside, approvals: [...rule.approvals] })];
}
