import type { Hex } from "@lianzheng/sdk/encoding";
import type { Bundle, BundleAnchor } from "./bundle.ts";
import { assertSameChain } from "./chain-event.ts";
import { shownHeader, type FinalBlock } from "./finality/block.ts";
import { judgeFinality } from "./finality/judge.ts";
import { trustOf } from "./finality/rule.ts";
import type { Policy } from "./policy.ts";
import { ask, type Answered, type Finding } from "./question.ts";

export type { FinalBlock } from "./finality/block.ts";

/**
 * Is the block of the anchor final under the policy's rule: of the policy's chain, and sealed by those whom it trusts?
 *
 * @param confirmed - hashes of blocks that the policy's endpoint called final
 * @see docs/formats.md section 12
 */
export function askFinal({ anchor }: Bundle, policy: Policy, confirmed: readonly Hex[]): Answered<FinalBlock> {
  return ask("final", trustOf[policy.chain.finality.engine], () => {
    assertSameChain(anchor, policy);
    const { answer, reason, proved } = finalityOf(anchor.event.header, anchor, policy, confirmed);
    return { answer, reason, ...(proved === undefined ? {} : { proved, trust: proved.trust }) };
  });
}

/** Whether a block of the bundle is final under the policy's rule. @throws as {@link judgeFinality} */
export function finalityOf(
  header: Hex,
  anchor: BundleAnchor,
  { chain }: Policy,
  confirmed: readonly Hex[],
): Finding<FinalBlock> {
  const headers = (anchor.headers ?? []).map(shownHeader);
  const judged = { block: shownHeader(header), anchor: shownHeader(anchor.event.header), headers };
  return judgeFinality(judged, chain.finality, confirmed);
}
