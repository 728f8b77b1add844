import { isHex } from "@lianzheng/sdk/encoding";
import { findingOf } from "./looking.ts";
import type { Finding, LawAt, Look, SeenRecord } from "./looking.ts";
import type { CoreGradeRule, CrossBorderRule, ExpiredRightRule } from "./rules.ts";

/** Warns of a record that names a right which is not valid when the record says that it happened. */
export async function lookAtRight(rule: ExpiredRightRule, { record, law }: Look): Promise<readonly Finding[]> {
  const right = (await record.body())[rule.member];
  if (!isHex(right, 32)) return [];
  const { validity, block } = await law.right(right, {
    atMs: record.occurredAtMs,
    receivedAtMs: record.receivedAtMs,
  });
  return validity === "valid" ? [] : [findingOf(record, { right, validity, source: "registry", block })];
}

/** Warns of a record about data of a grade that must not be traded or listed: by its own words, or by the registration. */
export async function lookAtGrade(rule: CoreGradeRule, { record, law }: Look): Promise<readonly Finding[]> {
  const grade = (await record.body())[rule.member];
  if (typeof grade === "string" && rule.grades.includes(grade)) return [findingOf(record, { grade, source: "record" })];
  const product = await productOf(record, law);
  const registered = product === undefined ? undefined : await law.product(product);
  if (product === undefined || registered === undefined || !rule.grades.includes(registered.grade)) return [];
  return [findingOf(record, { ...registered, product, source: "registry" })];
}

/**
 * Warns of a territory outside, or of a trade that the law has as crossing the border, for which no approver had recorded an
 * approval before, for the same subject.
 */
export async function lookAtBorder(rule: CrossBorderRule, { record, law, memory }: Look): Promise<readonly Finding[]> {
  const key = record.subject;
  if (rule.approvals.includes(record.type) && rule.approvers.includes(record.issuer)) memory.put(key, record.id);
  if (!rule.types.includes(record.type) || (await memory.get(key)) !== undefined) return [];
  const approvals = [...rule.approvals];
  const territory = (await record.body())[rule.member];
  const named = (Array.isArray(territory) ? territory : [territory]) as readonly unknown[];
  const outside = named.filter((one): one is string => typeof one === "string" && !rule.inside.includes(one));
  if (outside.length > 0) return [findingOf(record, { territory: outside, approvals, source: "record" })];
  const trade = idIn(record, "trade");
  const opened = trade === undefined ? undefined : await law.trade(trade);
  if (trade === undefined || opened?.crossBorder !== true) return [];
  const { parties, block } = opened;
  return [findingOf(record, { trade, parties: [...parties], approvals, source: "registry", block })];
}

/** The product or resource that a record is about, or that its trade is about, where its subject names it by its id. */
async function productOf(record: SeenRecord, law: LawAt): Promise<string | undefined> {
  const trade = idIn(record, "trade");
  if (trade !== undefined) return (await law.trade(trade))?.product;
  return idIn(record, "product") ?? idIn(record, "resource");
}

/** The chain's id in a subject like `trade:0x…`. */
function idIn({ subject }: SeenRecord, kind: string): string | undefined {
  const id = subject.startsWith(`${kind}:`) ? subject.slice(kind.length + 1) : undefined;
  return isHex(id, 32) ? id : undefined;
}
