import { blockHash, decodeHeader } from "@lianzheng/sdk/chain";
import { EvidenceError, fromHex, toHex, type Hex } from "@lianzheng/sdk/encoding";
import type { Bundle, Policy } from "@lianzheng/sdk/evidence";
import type { BlockAnswer, ChainView } from "./chain-view.ts";
import { finding, unasked, type OnlineFinding } from "./finding.ts";

/** What the endpoint says of the blocks of a bundle. */
export interface AskedBlocks {
  readonly findings: readonly OnlineFinding[];
  /** Hashes of those that are in its chain, with as many on top as the policy asks for. */
  readonly confirmed: readonly Hex[];
  /** The newest block, if the endpoint is of the policy's chain. */
  readonly head?: BlockAnswer;
}

/** Is the endpoint of the policy's chain, and are the blocks of the bundle in it? */
export async function askBlocks(view: ChainView, { anchor, law }: Bundle, policy: Policy): Promise<AskedBlocks> {
  const head = await askChain(view, policy);
  if (!("number" in head)) return { findings: [head], confirmed: [] };
  const headers = new Set([anchor.event.header, ...(law.trade === undefined ? [] : [law.trade.header])]);
  const { finality } = policy.chain;
  const due = finality.engine === "rpc" ? BigInt(finality.confirmations) : 0n;
  const asked = await Promise.all([...headers].map((header) => askBlock(view, header, head, due)));
  return {
    findings: asked.map((one) => one.finding),
    confirmed: asked.flatMap(({ hash, isDeep }) => (hash !== undefined && isDeep ? [hash] : [])),
    head,
  };
}

async function askChain(view: ChainView, { chain }: Policy): Promise<BlockAnswer | OnlineFinding> {
  try {
    const [chainId, genesis, head] = await Promise.all([view.chainId(), view.block(0n), view.block("latest")]);
    if (chainId !== BigInt(chain.chainId) || genesis?.hash !== chain.genesis)
      return finding(
        "chain",
        "unknown",
        "The endpoint is of another chain than the policy's, so it can say nothing of this evidence.",
      );
    if (head === undefined) return finding("chain", "unknown", "The endpoint names no newest block.");
    return head;
  } catch (error) {
    return unasked("chain", "The chain", error);
  }
}

interface AskedBlock {
  readonly finding: OnlineFinding;
  /** Of the block, if it is in the endpoint's chain. */
  readonly hash?: Hex;
  readonly isDeep: boolean;
}

async function askBlock(view: ChainView, rlp: Hex, head: BlockAnswer, due: bigint): Promise<AskedBlock> {
  try {
    const { number } = decodeHeader(fromHex(rlp));
    const hash = toHex(blockHash(fromHex(rlp)));
    const answered = number > head.number ? undefined : await view.block(number);
    if (answered?.hash !== hash) {
      const what = answered === undefined ? "has no block of this number" : "has another block in its place";
      return {
        finding: finding("block", "contradicted", `Block ${number} is not in the endpoint's chain, which ${what}.`),
        isDeep: false,
      };
    }
    const top = head.number - number;
    return {
      finding: finding("block", "stands", `Block ${number} is in the endpoint's chain, with ${top} on top of it.`),
      hash,
      isDeep: top >= due,
    };
  } catch (error) {
    if (error instanceof EvidenceError)
      return { finding: finding("block", "unknown", "The bundle names a block that can't be read."), isDeep: false };
    return { finding: unasked("block", "A block of the evidence", error), isDeep: false };
  }
}
