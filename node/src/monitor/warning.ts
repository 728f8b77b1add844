import { createHash, randomBytes } from "node:crypto";
import { canonicalJson, prepareRecord, toInstant } from "@lianzheng/sdk/record";
import type { JsonObject } from "@lianzheng/sdk/record";
import type { Submission, SubmitResult } from "@lianzheng/node/log";
import type { Hex } from "@lianzheng/sdk/encoding";
import type { Finding } from "./looking.ts";
import type { Rule } from "./rules.ts";

/** What the monitor writes with; an EvidenceLog is one. */
export interface WarningLog {
  submit(
    submissions: readonly Submission[],
    idempotency: { readonly member: string; readonly key: string; readonly requestDigest: Hex },
  ): Promise<SubmitResult>;
}

export const warningType = "monitor.warning";
export const handlingType = "monitor.handling";

/** Id of a warning: of its rule's version and the records that it is about, so the same cause has the same id for ever. */
export function warningIdOf({ version }: Rule, { records }: Finding): string {
  return `wn_${createHash("sha256")
    .update(canonicalJson({ version, records: [...records] }))
    .digest("hex")
    .slice(0, 32)}`;
}

/** Body of a `monitor.warning`. It is the same each time that the rule comes to it. */
export function warningBody(rule: Rule, finding: Finding): JsonObject {
  const { id, kind, version, severity, title } = rule;
  return {
    warning: warningIdOf(rule, finding),
    rule: { id, kind, version },
    severity,
    title: { ...title },
    records: [...finding.records],
    member: finding.member,
    facts: { ...finding.facts },
  };
}

/**
 * Records a warning by the node's own member; again and again it is one record, for its id is the idempotency key. A blank
 * stands in that key, which no key of the API can hold, so that nobody takes it before.
 */
export async function raise(log: WarningLog, owner: string, rule: Rule, finding: Finding): Promise<SubmitResult> {
  const body = warningBody(rule, finding);
  const record = { type: warningType, subject: finding.subject, occurredAt: toInstant(finding.atMs), body };
  const { disclosures, ...prepared } = prepareRecord(record, randomBytes(32));
  const submission = { ...prepared, issuer: owner, submitter: owner, disclosures };
  return await log.submit([submission], {
    member: owner,
    key: `monitor ${warningIdOf(rule, finding)}`,
    requestDigest: `0x${createHash("sha256").update(canonicalJson(record)).digest("hex")}`,
  });
}
