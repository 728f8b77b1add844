import type { TypedTransaction } from "@ethereumjs/tx";
import { toHex } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import type { ChainBlock } from "../block.ts";
import type { FoundLog } from "../log-query.ts";
import type { SignedTransaction } from "../transaction.ts";

/** A JSON-RPC quantity. */
export function quantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`;
}

type Json = Readonly<Record<string, unknown>>;

/** Header fields, as in a block and in `newHeads`. */
export function formatHeader({ number, hash, block: { header } }: ChainBlock): Json {
  return {
    number: quantity(number),
    hash,
    parentHash: toHex(header.parentHash),
    nonce: toHex(header.nonce),
    mixHash: toHex(header.mixHash),
    sha3Uncles: toHex(header.uncleHash),
    logsBloom: toHex(header.logsBloom),
    transactionsRoot: toHex(header.transactionsTrie),
    stateRoot: toHex(header.stateRoot),
    receiptsRoot: toHex(header.receiptTrie),
    miner: header.coinbase.toString(),
    difficulty: "0x0",
    extraData: toHex(header.extraData),
    gasLimit: quantity(header.gasLimit),
    gasUsed: quantity(header.gasUsed),
    timestamp: quantity(header.timestamp),
    baseFeePerGas: quantity(header.baseFeePerGas ?? 0n),
    withdrawalsRoot: toHex(header.withdrawalsRoot ?? new Uint8Array(32)),
    blobGasUsed: quantity(header.blobGasUsed ?? 0n),
    excessBlobGas: quantity(header.excessBlobGas ?? 0n),
    parentBeaconBlockRoot: toHex(header.parentBeaconBlockRoot ?? new Uint8Array(32)),
  };
}

/** A block, with its transactions' hashes or the transactions themselves. */
export function formatBlock(found: ChainBlock, full: boolean): Json {
  const { block } = found;
  return {
    ...formatHeader(found),
    totalDifficulty: "0x0",
    size: quantity(block.serialize().length),
    uncles: [],
    withdrawals: [],
    transactions: block.transactions.map((transaction, index) =>
      full ? formatTransaction(found, index) : toHex(transaction.hash()),
    ),
  };
}

/** A transaction of a block; null where the block has none at `index`. */
export function formatTransaction(found: ChainBlock, index: number): Json | null {
  const transaction = found.block.transactions[index];
  const receipt = found.receipts[index];
  if (transaction === undefined || receipt === undefined) return null;
  return {
    ...fieldsOf(transaction),
    from: receipt.sender,
    blockHash: found.hash,
    blockNumber: quantity(found.number),
    transactionIndex: quantity(index),
  };
}

/** A transaction that waits. */
export function formatPending({ transaction, sender }: SignedTransaction): Json {
  return { ...fieldsOf(transaction), from: sender, blockHash: null, blockNumber: null, transactionIndex: null };
}

function fieldsOf(transaction: TypedTransaction): Json {
  const json = transaction.toJSON();
  return {
    hash: toHex(transaction.hash()),
    type: quantity(transaction.type),
    nonce: quantity(transaction.nonce),
    to: transaction.to?.toString() ?? null,
    gas: quantity(transaction.gasLimit),
    value: quantity(transaction.value),
    input: toHex(transaction.data),
    gasPrice: quantity("maxFeePerGas" in transaction ? priceOf(transaction) : transaction.gasPrice),
    ...("maxFeePerGas" in transaction
      ? {
          maxFeePerGas: quantity(transaction.maxFeePerGas),
          maxPriorityFeePerGas: quantity(transaction.maxPriorityFeePerGas),
        }
      : {}),
    ...(transaction.type === 0
      ? legacyChainId(transaction)
      : { chainId: json.chainId, accessList: json.accessList ?? [] }),
    v: quantity(transaction.v ?? 0n),
    r: quantity(transaction.r ?? 0n),
    s: quantity(transaction.s ?? 0n),
    ...(transaction.type === 0 ? {} : { yParity: quantity(transaction.v ?? 0n) }),
  };
}

/** `v = chainId * 2 + 35` or one more (EIP-155). */
function legacyChainId({ v }: TypedTransaction): Json {
  return v === undefined || v < 35n ? {} : { chainId: quantity((v - 35n) / 2n) };
}

/** What is paid for gas when the base fee is 0. */
function priceOf({
  maxFeePerGas,
  maxPriorityFeePerGas,
}: {
  maxFeePerGas: bigint;
  maxPriorityFeePerGas: bigint;
}): bigint {
  return maxFeePerGas < maxPriorityFeePerGas ? maxFeePerGas : maxPriorityFeePerGas;
}

/** The receipt of the transaction at `index`; null where there is none. */
export function formatReceipt(found: ChainBlock, index: number): Json | null {
  const transaction = found.block.transactions[index];
  const receipt = found.receipts[index];
  if (transaction === undefined || receipt === undefined) return null;
  const before = found.receipts.slice(0, index).reduce((count, { logs }) => count + logs.length, 0);
  return {
    transactionHash: toHex(transaction.hash()),
    transactionIndex: quantity(index),
    blockHash: found.hash,
    blockNumber: quantity(found.number),
    from: receipt.sender,
    to: transaction.to?.toString() ?? null,
    type: quantity(transaction.type),
    status: quantity(receipt.status),
    gasUsed: quantity(receipt.gasUsed),
    cumulativeGasUsed: quantity(receipt.cumulativeGasUsed),
    effectiveGasPrice: quantity("maxFeePerGas" in transaction ? priceOf(transaction) : transaction.gasPrice),
    contractAddress: receipt.contract ?? null,
    logsBloom: receipt.bloom,
    logs: receipt.logs.map((log, at) =>
      formatLog({ block: found, transactionIndex: index, logIndex: before + at, log }),
    ),
  };
}

export function formatLog({ block, transactionIndex, logIndex, log }: FoundLog): Json {
  const transaction = block.block.transactions[transactionIndex];
  return {
    address: log.address,
    topics: log.topics,
    data: log.data,
    blockNumber: quantity(block.number),
    blockHash: block.hash,
    blockTimestamp: quantity(block.block.header.timestamp),
    transactionHash: transaction === undefined ? null : toHex(transaction.hash()),
    transactionIndex: quantity(transactionIndex),
    logIndex: quantity(logIndex),
    removed: false,
  };
}
