import { EvidenceError, type Hex } from "@lianzheng/sdk/encoding";

/**
 * A block as `eth_getBlockByNumber` answers it: the fields of a header at Cancun.
 * @see Ethereum JSON-RPC (execution-apis), EIP-1559, EIP-4895, EIP-4844, EIP-4788
 */
export interface RpcBlock {
  readonly hash?: string | null;
  readonly parentHash: string;
  readonly sha3Uncles: string;
  readonly miner: string;
  readonly stateRoot: string;
  readonly transactionsRoot: string;
  readonly receiptsRoot: string;
  readonly logsBloom: string;
  readonly difficulty: string;
  readonly number: string;
  readonly gasLimit: string;
  readonly gasUsed: string;
  readonly timestamp: string;
  readonly extraData: string;
  readonly mixHash: string;
  readonly nonce: string;
  readonly baseFeePerGas: string;
  readonly withdrawalsRoot: string;
  readonly blobGasUsed: string;
  readonly excessBlobGas: string;
  readonly parentBeaconBlockRoot: string;
}

/** A log as it stands in a receipt that `eth_getTransactionReceipt` answers. */
export interface RpcLog {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
}

/** What of an `eth_getTransactionReceipt` answer the receipts root commits to; the bloom is computed from the logs. */
export interface RpcReceipt {
  readonly type: string;
  readonly status: string;
  readonly cumulativeGasUsed: string;
  readonly logs: readonly RpcLog[];
}

/** A quantity of JSON-RPC (`0x` and hex digits without leading zeros). @throws EvidenceError E_NUMBER_FORM */
export function fromQuantity(text: unknown, field: string): bigint {
  if (typeof text !== "string" || !/^0x(0|[1-9a-f][0-9a-f]{0,63})$/.test(text)) {
    throw new EvidenceError("E_NUMBER_FORM", `${field} is no JSON-RPC quantity`, { field: `/${field}` });
  }
  return BigInt(text);
}

/** Bytes of JSON-RPC in lower case; clients answer addresses in mixed case too. @throws EvidenceError E_HEX_FORM */
export function fromRpcHex(text: unknown, field: string, length?: number): Hex {
  const lower = typeof text === "string" ? text.toLowerCase() : "";
  const right = /^0x([0-9a-f]{2})*$/.test(lower) && (length === undefined || lower.length === 2 + 2 * length);
  if (!right)
    throw new EvidenceError("E_HEX_FORM", `${field} is not the hex that is due`, { field: `/${field}`, length });
  return lower as Hex;
}
