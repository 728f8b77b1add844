import {
  encodeHeader,
  blockHash as hashOfHeader,
  headerOf,
  EMPTY_TRIE_ROOT,
  proveReceipt,
  type Header,
  type RpcBlock,
  type RpcReceipt,
} from "@lianzheng/sdk/chain";
import { EvidenceError, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import { AnswerTo, type BlockAnswer, type ReceiptAnswer } from "./answer.ts";
import { at, type ChainView } from "./chain-view.ts";

/** Which block is meant. */
export interface BlockPlace {
  readonly blockNumber: number;
  readonly blockHash: Hex;
}

export type WholeBlock = RpcBlock & { readonly transactions?: unknown };
export type WholeReceipt = RpcReceipt & { readonly transactionHash: string };

/** The block, whose header hashes to its hash. @throws ChainError C_REORGANISED if it is another or gone, C_INCONSISTENT */
export async function blockOf(view: ChainView, { blockNumber, blockHash }: BlockPlace): Promise<WholeBlock> {
  const block = await view.block(blockNumber);
  if (block?.hash !== blockHash) {
    const details = { blockNumber, expected: blockHash, actual: block?.hash };
    throw new ChainError("C_REORGANISED", `block ${blockNumber} is not the one that held the event`, details);
  }
  const raw = block.raw as WholeBlock;
  requireSame(toHex(hashOfHeader(encodeHeader(raw))), blockHash, "the hash of the block's header");
  return raw;
}

/** The header of an answered block, which must hash to the block's hash. @throws ChainError C_INCONSISTENT */
export function provenHeader(block: BlockAnswer): Header {
  try {
    const raw = block.raw as RpcBlock;
    requireSame(toHex(hashOfHeader(encodeHeader(raw))), block.hash, "the hash of the block's header");
    return headerOf(raw);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    const details = { method: "eth_getBlockByNumber", field: error.details["field"] };
    throw new ChainError("C_INCONSISTENT", "a block's header cannot be encoded", details, error);
  }
}

/**
 * All receipts of a block, in order, of which its header's receipts root is made: none is left out, changed or misplaced.
 *
 * @throws ChainError C_REORGANISED if the block is another or gone, C_INCONSISTENT, C_UNREACHABLE, C_RPC_*
 */
export async function provenReceipts(view: ChainView, place: BlockPlace): Promise<readonly ReceiptAnswer[]> {
  const block = await blockOf(view, place);
  const receipts = await receiptsOf(view, place, block);
  if (receipts.length > 0)
    requireSame(proveReceipt(receipts, 0).root, headerOf(block).receiptsRoot, "the root of the block's receipts");
  else requireSame(EMPTY_TRIE_ROOT, headerOf(block).receiptsRoot, "the root of the block's receipts");
  return receipts.map((receipt) => new AnswerTo("eth_getBlockReceipts").receipt(receipt));
}

/** All receipts of the block, in order: at once where the chain can, else one by one. */
export async function receiptsOf(
  view: ChainView,
  place: BlockPlace,
  block: WholeBlock,
): Promise<readonly WholeReceipt[]> {
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

/** @throws ChainError C_INCONSISTENT */
export function requireSame(actual: unknown, expected: unknown, what: string): void {
  if (actual === expected) return;
  throw new ChainError("C_INCONSISTENT", `${what} is not what it must be`, {
    method: "eth_getBlockReceipts",
    expected,
    actual,
  });
}
