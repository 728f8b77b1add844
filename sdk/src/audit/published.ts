import type { Hex } from "@lianzheng/sdk/encoding";
import type { AuditFinding } from "./finding.ts";

/** A checkpoint of a log that the chain accepted, as its endpoint tells. */
export interface Published {
  readonly size: number;
  readonly root: Hex;
  readonly previousSize: number;
  readonly block: number;
  readonly transaction: Hex;
}

/**
 * What shows that an endpoint leaves checkpoints out: each names the size before it, and the contract the newest one.
 *
 * @param published - in the chain's order
 * @param head      - what the contract gave as the newest before the events were read; size 0 for a log without any
 */
export function findingsOfOrder(
  published: readonly Published[],
  head: { readonly size: number; readonly root: Hex },
): readonly AuditFinding[] {
  const findings: AuditFinding[] = [];
  for (const [at, { size, previousSize, block }] of published.entries()) {
    const before = published[at - 1]?.size ?? 0;
    if (previousSize === before && size > previousSize) continue;
    const detail = `block ${block}: a checkpoint that follows on size ${previousSize}, and the one before it has ${before}`;
    findings.push({ code: "AUDIT_CHAIN_GAP", size, detail });
  }
  if (head.size === 0 || published.some(({ size, root }) => size === head.size && root === head.root)) return findings;
  const detail = `no event tells of the contract's newest checkpoint, of size ${head.size} with root ${head.root}`;
  return [...findings, { code: "AUDIT_CHAIN_GAP", size: head.size, detail }];
}
