import type { Hex } from "@lianzheng/sdk/encoding";
import { toHex } from "@lianzheng/sdk/encoding";
import type { ChainBlock } from "../block.ts";
import type { Backend } from "./backend.ts";
import { findBlock } from "./blocks.ts";
import { formatBlock, formatPending, formatReceipt, formatTransaction, quantity } from "./format.ts";
import type { MethodContext, Methods } from "./method.ts";
import { toBlockParam, toBooleanParam, toHashParam, toIndexParam } from "./params.ts";
import type { BlockReference } from "./params.ts";

type Read = (block: ChainBlock, params: readonly unknown[]) => unknown;

/** A method whose first parameter names a block, by number or tag; null where there is none. */
function ofNumber(parameters: number, read: Read): Methods[string] {
  return {
    parameters,
    answer: (context, params) => answer(context.backend, toBlockParam(params[0], "0"), read, params),
  };
}

/** The same by hash. */
function ofHash(parameters: number, read: Read): Methods[string] {
  return {
    parameters,
    answer: (context, params) => answer(context.backend, { hash: toHashParam(params[0], "0") }, read, params),
  };
}

async function answer(
  backend: Backend,
  reference: BlockReference,
  read: Read,
  params: readonly unknown[],
): Promise<unknown> {
  const block = await findBlock(backend, reference);
  return block === undefined ? null : read(block, params);
}

const readBlock: Read = (block, params) => formatBlock(block, toBooleanParam(params[1], "1"));
const countTransactions: Read = ({ receipts }) => quantity(receipts.length);
const readTransaction: Read = (block, params) => formatTransaction(block, toIndexParam(params[1], "1"));
const readReceipts: Read = (block) => block.receipts.map((_, index) => formatReceipt(block, index));

/** Blocks, their transactions and receipts. */
export const blockMethods: Methods = {
  eth_blockNumber: { parameters: 0, answer: ({ backend }) => quantity(backend.miner.head.number) },
  eth_getBlockByNumber: ofNumber(2, readBlock),
  eth_getBlockByHash: ofHash(2, readBlock),
  eth_getBlockTransactionCountByNumber: ofNumber(1, countTransactions),
  eth_getBlockTransactionCountByHash: ofHash(1, countTransactions),
  eth_getUncleCountByBlockNumber: ofNumber(1, () => "0x0"),
  eth_getUncleCountByBlockHash: ofHash(1, () => "0x0"),
  eth_getTransactionByBlockNumberAndIndex: ofNumber(2, readTransaction),
  eth_getTransactionByBlockHashAndIndex: ofHash(2, readTransaction),
  eth_getBlockReceipts: ofNumber(1, readReceipts),
  eth_getTransactionByHash: { parameters: 1, answer: transactionByHash },
  eth_getTransactionReceipt: { parameters: 1, answer: receiptByHash },
  eth_getRawTransactionByHash: { parameters: 1, answer: rawTransactionByHash },
};

async function transactionByHash({ backend }: MethodContext, params: readonly unknown[]): Promise<unknown> {
  const hash = toHashParam(params[0], "0");
  const found = await locate(backend, hash);
  if (found !== undefined) return formatTransaction(found.block, found.index);
  const pending = backend.miner.pending(hash);
  return pending === undefined ? null : formatPending(pending);
}

async function receiptByHash({ backend }: MethodContext, params: readonly unknown[]): Promise<unknown> {
  const found = await locate(backend, toHashParam(params[0], "0"));
  return found === undefined ? null : formatReceipt(found.block, found.index);
}

async function rawTransactionByHash({ backend }: MethodContext, params: readonly unknown[]): Promise<unknown> {
  const hash = toHashParam(params[0], "0");
  const found = await locate(backend, hash);
  const transaction = found?.block.block.transactions[found.index] ?? backend.miner.pending(hash)?.transaction;
  return transaction === undefined ? null : toHex(transaction.serialize());
}

async function locate({ ledger }: Backend, hash: Hex): Promise<{ block: ChainBlock; index: number } | undefined> {
  const place = await ledger.placeOf(hash);
  return place === undefined ? undefined : { block: await ledger.existing(place.number), index: place.index };
}
