import { headerHash, type Header } from "@lianzheng/sdk/chain";
import { fromHex, toHex, type Hex } from "@lianzheng/sdk/encoding";
import type { Bundle } from "./bundle.ts";
import { assertSameChain, assertSealed, eventHeader } from "./chain-event.ts";
import type { Policy } from "./policy.ts";
import { ask, pass, type Answered } from "./question.ts";

/** A block that is final under the policy's rule. */
export interface FinalBlock {
  readonly header: Header;
  readonly hash: Hex;
}

/**
 * Is the block of the anchor final under the policy's rule: of the policy's chain, and sealed by an operator it trusts?
 * @see docs/formats.md section 12
 */
export function askFinal({ anchor }: Bundle, policy: Policy): Answered<FinalBlock> {
  return ask("final", "single-operator", () => {
    assertSameChain(anchor, policy);
    const header = eventHeader(anchor.event);
    const sealer = assertSealed(header, policy);
    const reason =
      `Block ${header.number} is sealed by ${sealer}, the operator that the policy trusts. ` +
      "That one operator alone witnesses it: no other party confirmed this block.";
    return pass(reason, { header, hash: toHex(headerHash(fromHex(anchor.event.header))) });
  });
}
