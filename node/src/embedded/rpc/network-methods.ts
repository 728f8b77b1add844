import { keccak256, toHex } from "@lianzheng/sdk/encoding";
import { fromHex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../../chain-error.ts";
import { BLOCK_GAS_LIMIT } from "../rules.ts";
import { numberOf, requireBlock } from "./blocks.ts";
import { quantity } from "./format.ts";
import type { MethodContext, Methods } from "./method.ts";
import { toArray, toBlockParam, toDataParam, toQuantityParam } from "./params.ts";

/** How the version of every release begins: whoever leans on the chain can tell that one operator alone runs it. */
export const CLIENT_NAME = "lianzheng-embedded/";

/** What the chain calls itself, so that nobody takes it for a network of many. */
export const CLIENT_VERSION = `${CLIENT_NAME}0.1.0 (single operator, no other witness)`;

const historyLimit = 1024;

/** Who is there, and what gas costs: nothing. */
export const networkMethods: Methods = {
  web3_clientVersion: { parameters: 0, answer: () => CLIENT_VERSION },
  web3_sha3: { parameters: 1, answer: (_, [data]) => toHex(keccak256(fromHex(toDataParam(data, "0")))) },
  net_version: { parameters: 0, answer: ({ backend }) => String(backend.chainId) },
  net_listening: { parameters: 0, answer: () => true },
  net_peerCount: { parameters: 0, answer: () => "0x0" },
  eth_chainId: { parameters: 0, answer: ({ backend }) => quantity(backend.chainId) },
  eth_syncing: { parameters: 0, answer: () => false },
  eth_accounts: { parameters: 0, answer: () => [] },
  eth_gasPrice: { parameters: 0, answer: () => "0x0" },
  eth_maxPriorityFeePerGas: { parameters: 0, answer: () => "0x0" },
  eth_feeHistory: { parameters: 3, answer: feeHistory },
};

async function feeHistory({ backend }: MethodContext, params: readonly unknown[]): Promise<unknown> {
  const count = Number(typeof params[0] === "number" ? params[0] : toQuantityParam(params[0], "0"));
  if (!Number.isSafeInteger(count) || count < 0)
    throw new ChainError("C_RPC_PARAMS", "invalid argument 0: expected a count");
  const reference = toBlockParam(params[1], "1");
  const newest =
    "hash" in reference
      ? (await requireBlock(backend, reference)).number
      : numberOf(backend.miner.head.number, reference);
  if (newest > backend.miner.head.number) throw new ChainError("C_RPC_EXECUTION", "request beyond head block");
  const percentiles = params[2] === undefined || params[2] === null ? undefined : toArray(params[2], "2");
  const oldest = Math.max(0, newest - Math.min(count, historyLimit) + 1);
  const used: number[] = [];
  for (let number = oldest; count > 0 && number <= newest; number++) {
    const { header } = (await backend.ledger.existing(number)).block;
    used.push(Number(header.gasUsed) / Number(BLOCK_GAS_LIMIT));
  }
  return {
    oldestBlock: quantity(oldest),
    baseFeePerGas: Array.from({ length: used.length + 1 }, () => "0x0"),
    gasUsedRatio: used,
    baseFeePerBlobGas: Array.from({ length: used.length + 1 }, () => "0x1"),
    blobGasUsedRatio: used.map(() => 0),
    ...(percentiles === undefined ? {} : { reward: used.map(() => percentiles.map(() => "0x0")) }),
  };
}
