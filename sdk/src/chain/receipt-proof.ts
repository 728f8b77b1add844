import { EvidenceError, fromHex, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { decodeReceipt, encodeReceipt, type Receipt } from "./receipt.ts";
import { encodeRlp, uintBytes } from "./rlp.ts";
import type { RpcReceipt } from "./rpc.ts";
import { buildTrie } from "./trie-builder.ts";
import { verifyTrieProof } from "./trie.ts";

/** A block's receipts root and the trie nodes, root first, that lead to one receipt. */
export interface ReceiptProof {
  readonly root: Hex;
  readonly nodes: readonly Hex[];
}

/**
 * Proves one receipt of a block from all its receipts.
 *
 * The caller compares `root` with the header's receipts root: an endpoint that leaves out or changes a receipt is found there.
 * @param receipts - every receipt of the block, in the order of its transactions
 * @param index    - whose proof is wanted, 0 <= index < receipts.length
 * @throws EvidenceError as `encodeReceipt`; TypeError for an index out of range
 */
export function proveReceipt(receipts: readonly RpcReceipt[], index: number): ReceiptProof {
  if (receipts[index] === undefined) throw new TypeError(`no receipt ${index} among ${receipts.length}`);
  const trie = buildTrie(receipts.map((receipt, at) => [receiptKey(at), encodeReceipt(receipt)]));
  return { root: toHex(trie.root), nodes: trie.prove(receiptKey(index)).map(toHex) };
}

/**
 * The receipt that stands at `index` under a receipts root.
 * @throws EvidenceError V_RECEIPT if the nodes do not lead there, prove its absence, or hold no receipt
 */
export function verifyReceiptProof(receiptsRoot: Hex, index: number, nodes: readonly Hex[]): Receipt {
  const value = verifyTrieProof(
    fromHex(receiptsRoot, 32),
    receiptKey(index),
    nodes.map((node) => fromHex(node)),
    "V_RECEIPT",
  );
  if (value === null) throw new EvidenceError("V_RECEIPT", `the block has no receipt ${index}`);
  return decodeReceipt(value);
}

function receiptKey(index: number): Uint8Array {
  return encodeRlp(uintBytes(BigInt(index)));
}
