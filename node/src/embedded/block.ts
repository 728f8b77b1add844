import { createBlock, createBlockFromRLP, createBlockHeader } from "@ethereumjs/block";
import type { Block, HeaderData } from "@ethereumjs/block";
import type { Common } from "@ethereumjs/common";
import { RLP } from "@ethereumjs/rlp";
import type { TypedTransaction } from "@ethereumjs/tx";
import { SEAL_VANITY } from "@lianzheng/sdk/chain";
import { toHex } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import type { SigningKey } from "ethers";
import { ChainError } from "../chain-error.ts";
import { BLOCK_GAS_LIMIT } from "./rules.ts";
import { sealOf } from "./seal.ts";

/** A log as a contract emitted it. */
export interface ChainLog {
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

/** What became of a transaction. */
export interface ChainReceipt {
  readonly status: 0 | 1;
  readonly gasUsed: bigint;
  readonly cumulativeGasUsed: bigint;
  readonly sender: Hex;
  /** Address of the contract that a transaction without receiver made. */
  readonly contract: Hex | undefined;
  readonly bloom: Hex;
  readonly logs: readonly ChainLog[];
}

/** A block with its receipts, as it stands on disk. */
export interface ChainBlock {
  readonly number: number;
  readonly hash: Hex;
  readonly block: Block;
  readonly receipts: readonly ChainReceipt[];
}

/** Mainnet's rule for `extraData` is 32 bytes at most; a sealed header has 97, as in EIP-225. */
function options(rules: Common): { common: Common; skipConsensusFormatValidation: true } {
  return { common: rules, skipConsensusFormatValidation: true };
}

/** What every header of this chain has in common. */
const constant = { gasLimit: BLOCK_GAS_LIMIT, baseFeePerGas: 0n, extraData: SEAL_VANITY };

/** A block without transactions: what those that run see of the block that they will be in. */
export function openBlock(rules: Common, header: HeaderData): Block {
  return createBlock({ header: { ...header, ...constant } }, options(rules));
}

/** The block with these results and the operator's seal, which is a part of the header and so of the block's hash. */
export function sealBlock(
  rules: Common,
  header: HeaderData,
  transactions: readonly TypedTransaction[],
  key: SigningKey,
): Block {
  const unsealed = createBlockHeader({ ...header, ...constant }, options(rules));
  const extraData = sealOf(unsealed.serialize(), key);
  const complete = { ...header, ...constant, extraData };
  return createBlock({ header: complete, transactions: [...transactions], withdrawals: [] }, options(rules));
}

/** @throws ChainError C_DAMAGED for bytes that are no block */
export function decodeBlock(rules: Common, bytes: Uint8Array): Block {
  try {
    return createBlockFromRLP(bytes, options(rules));
  } catch (cause) {
    throw new ChainError("C_DAMAGED", "a block in the chain's folder cannot be read", {}, cause);
  }
}

/** Receipts of one block for the store. RLP, since it is here already; not the chain's own receipt encoding. */
export function encodeReceipts(receipts: readonly ChainReceipt[]): Uint8Array {
  return RLP.encode(
    receipts.map(({ status, gasUsed, cumulativeGasUsed, sender, contract, bloom, logs }) => [
      status,
      gasUsed,
      cumulativeGasUsed,
      sender,
      contract ?? "0x",
      bloom,
      logs.map(({ address, topics, data }) => [address, [...topics], data]),
    ]),
  );
}

/** The other way round. */
export function decodeReceipts(bytes: Uint8Array): ChainReceipt[] {
  return (RLP.decode(bytes) as unknown as StoredReceipt[]).map(
    ([status, gas, cumulative, sender, contract, bloom, logs]) => ({
      status: status.length === 0 ? 0 : 1,
      gasUsed: toBigInt(gas),
      cumulativeGasUsed: toBigInt(cumulative),
      sender: toHex(sender),
      contract: contract.length === 0 ? undefined : toHex(contract),
      bloom: toHex(bloom),
      logs: logs.map(([address, topics, data]) => ({
        address: toHex(address),
        topics: topics.map(toHex),
        data: toHex(data),
      })),
    }),
  );
}

type StoredLog = [Uint8Array, Uint8Array[], Uint8Array];
type StoredReceipt = [Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, Uint8Array, StoredLog[]];

function toBigInt(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : BigInt(toHex(bytes));
}
