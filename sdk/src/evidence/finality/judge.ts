import { blockHash, headerHash, recoverSealer } from "@lianzheng/sdk/chain";
import { EvidenceError, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { pass, unknown, type Finding } from "../question.ts";
import type { FinalBlock, Judged } from "./block.ts";
import { judgeClique } from "./clique.ts";
import { judgeQbft } from "./qbft.ts";
import type { FinalityRule, RpcRule, SingleOperatorRule } from "./rule.ts";

/**
 * Is a block final under the policy's rule? What contradicts the rule is refused; what the bundle leaves open is unknown.
 *
 * @param confirmed - hashes of the blocks that the endpoint of an `rpc` rule called final; nothing else counts them
 * @throws EvidenceError V_SEAL, V_SEAL_SIGNER, V_QUORUM, V_HEADER
 */
export function judgeFinality(judged: Judged, rule: FinalityRule, confirmed: readonly Hex[]): Finding<FinalBlock> {
  switch (rule.engine) {
    case "single-operator":
      return judgeSeal(judged, rule);
    case "qbft":
      return judgeQbft(judged, rule);
    case "clique":
      return judgeClique(judged, rule);
    case "rpc":
      return judgeWord(judged, rule, confirmed);
  }
}

function judgeSeal({ block: { rlp, header } }: Judged, { sealers }: SingleOperatorRule): Finding<FinalBlock> {
  const sealer = recoverSealer(header);
  if (!sealers.includes(sealer)) {
    throw new EvidenceError(
      "V_SEAL_SIGNER",
      `block ${header.number} is sealed by ${sealer}, whom the policy does not trust`,
    );
  }
  const reason =
    `Block ${header.number} is sealed by ${sealer}, the operator that the policy trusts. ` +
    "That one operator alone witnesses it: no other party confirmed this block.";
  return pass(reason, { header, hash: toHex(headerHash(rlp)), trust: "single-operator" });
}

function judgeWord(
  { block: { rlp, header } }: Judged,
  { endpoint }: RpcRule,
  confirmed: readonly Hex[],
): Finding<FinalBlock> {
  const hash = toHex(blockHash(rlp));
  if (!confirmed.includes(hash))
    return unknown(`Whether block ${header.number} is final the policy leaves to ${endpoint}, which was not asked.`);
  const reason = `Block ${header.number} is final by the word of ${endpoint}, and of nobody else.`;
  return pass(reason, { header, hash, trust: "rpc" });
}
