import { encodeHeader, headerOf, proveReceipt } from "@lianzheng/sdk/chain";
import { toHex, type Hex } from "@lianzheng/sdk/encoding";
import type { ChainEvent } from "@lianzheng/sdk/evidence";
import { blockOf, receiptsOf, requireSame } from "./block-receipts.ts";
import type { ChainView } from "./chain-view.ts";

/** Where an event stands on the chain. */
export interface EventPlace {
  readonly contract: Hex;
  readonly transaction: Hex;
  readonly blockNumber: number;
  readonly blockHash: Hex;
  /** Index of the event within its receipt. */
  readonly logIndex: number;
  /** Index of the receipt within its block. */
  readonly receiptIndex: number;
}

/**
 * An event with the way to it from its block's header. The header must hash to the block's hash and the receipts to the
 * header's root, so an endpoint that leaves out, changes or misplaces one is found here and not by the verifier.
 *
 * @throws ChainError C_REORGANISED if the block is another or gone, C_INCONSISTENT, C_UNREACHABLE, C_RPC_*
 */
export async function proveEvent(view: ChainView, place: EventPlace): Promise<ChainEvent> {
  const { contract, transaction, receiptIndex, logIndex } = place;
  const block = await blockOf(view, place);
  const receipts = await receiptsOf(view, place, block);
  requireSame(receipts[receiptIndex]?.transactionHash, transaction, "the receipt at its index");
  const { root, nodes } = proveReceipt(receipts, receiptIndex);
  requireSame(root, headerOf(block).receiptsRoot, "the root of the block's receipts");
  return { contract, transaction, header: toHex(encodeHeader(block)), receiptIndex, receiptProof: nodes, logIndex };
}
