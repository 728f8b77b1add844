import { encodeHeader, headerHash, headerOf, proveReceipt, type RpcBlock, type RpcReceipt } from "@lianzheng/sdk/chain";
import { toHex, type Hex } from "@lianzheng/sdk/encoding";
import type { ChainEvent } from "@lianzheng/sdk/evidence";
import { ChainError } from "../chain-error.ts";
import { AnswerTo } from "./answer.ts";
import { at, type ChainView } from "./chain-view.ts";

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

type WholeBlock = RpcBlock & { readonly transactions?: unknown };
type WholeReceipt = RpcReceipt & { readonly transactionHash: string };

async function blockOf(view: ChainView, { blockNumber, blockHash }: EventPlace): Promise<WholeBlock> {
  const block = await view.block(blockNumber);
  if (block?.hash !== blockHash) {
    const details = { blockNumber, expected: blockHash, actual: block?.hash };
    throw new ChainError("C_REORGANISED", `block ${blockNumber} is not the one that held the event`, details);
  }
  const raw = block.raw as WholeBlock;
  requireSame(toHex(headerHash(encodeHeader(raw))), blockHash, "the hash of the block's header");
  return raw;
}

/** All receipts of the block, in order: at once where the chain can, else one by one. */
async function receiptsOf(view: ChainView, place: EventPlace, block: WholeBlock): Promise<readonly WholeReceipt[]> {
  const answer = await allReceipts(view, place.blockNumber);
  const receipts = answer ?? (await eachReceipt(view, block));
  for (const [index, value] of receipts.entries()) {
    const receipt = new AnswerTo("eth_getBlockReceipts").receipt(value);
    requireSame(receipt.blockHash, place.blockHash, "the block of a receipt");
    requireSame(receipt.transactionIndex, index, "the index of a receipt");
  }
  return receipts as readonly WholeReceipt[];
}

async function allReceipts(view: ChainView, blockNumber: number): Promise<readonly unknown[] | undefined> {
  try {
    const answer = await view.ask("eth_getBlockReceipts", [at(blockNumber)]);
    return new AnswerTo("eth_getBlockReceipts").list(answer);
  } catch (error) {
    // Answered with an error, by a chain that does not know the method: the other way asks for the same receipts.
    if (error instanceof ChainError && error.code.startsWith("C_RPC_")) return undefined;
    throw error;
  }
}

async function eachReceipt(view: ChainView, { transactions }: WholeBlock): Promise<readonly unknown[]> {
  const receipts: unknown[] = [];
  for (const transaction of new AnswerTo("eth_getBlockByNumber").list(transactions, "transactions"))
    receipts.push(await view.ask("eth_getTransactionReceipt", [transaction]));
  return receipts;
}

function requireSame(actual: unknown, expected: unknown, what: string): void {
  if (actual === expected) return;
  throw new ChainError("C_INCONSISTENT", `${what} is not what it must be`, {
    method: "eth_getBlockReceipts",
    expected,
    actual,
  });
}
