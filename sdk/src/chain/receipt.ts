import { concatBytes, EvidenceError, fromHex, keccak256, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { decodeRlp, encodeRlp, rlpBytes, rlpList, rlpUint, uintBytes, type RlpItem } from "./rlp.ts";
import { fromQuantity, fromRpcHex, type RpcLog, type RpcReceipt } from "./rpc.ts";

/** One log of a receipt: who emitted it, its 0 to 4 topics of 32 bytes, its data. */
export interface ChainLog {
  readonly address: Hex;
  readonly topics: readonly Hex[];
  readonly data: Hex;
}

/** A receipt as the receipts root commits to it. */
export interface Receipt {
  /** EIP-2718 type of its transaction: 0 legacy, 1 access list, 2 fee market, 3 blob. */
  readonly type: number;
  /** True if the transaction succeeded (EIP-658); a failed one emits nothing that counts. */
  readonly succeeded: boolean;
  /** Gas used in the block up to and with this transaction. */
  readonly cumulativeGasUsed: bigint;
  readonly logsBloom: Hex;
  readonly logs: readonly ChainLog[];
}

const NEWEST_TYPE = 3;
const BLOOM_BYTES = 256;
const MAX_TOPICS = 4;

/**
 * The bytes under a receipt's key in the receipts trie, from what an RPC endpoint answered.
 * @throws EvidenceError E_HEX_FORM, E_NUMBER_FORM with details.field; E_RANGE for a type beyond 3
 * @see EIP-2718, EIP-658
 */
export function encodeReceipt(receipt: RpcReceipt): Uint8Array {
  const logs = receipt.logs.map(fromRpcLog);
  return encodeReceiptFields({
    type: receiptType(receipt.type),
    succeeded: succeeded(receipt.status),
    cumulativeGasUsed: fromQuantity(receipt.cumulativeGasUsed, "cumulativeGasUsed"),
    logsBloom: toHex(logsBloom(logs)),
    logs,
  });
}

/** The bytes of a receipt: RLP, behind its type where that is not 0. */
export function encodeReceiptFields({ type, succeeded, cumulativeGasUsed, logsBloom, logs }: Receipt): Uint8Array {
  const payload = encodeRlp([
    uintBytes(succeeded ? 1n : 0n),
    uintBytes(cumulativeGasUsed),
    fromHex(logsBloom),
    logs.map(({ address, topics, data }) => [fromHex(address), topics.map((topic) => fromHex(topic)), fromHex(data)]),
  ]);
  return type === 0 ? payload : concatBytes(Uint8Array.of(type), payload);
}

/**
 * Reads a receipt strictly. The bloom is kept as it stands: the receipts root commits to it, and nothing here rests on it.
 * @throws EvidenceError V_RECEIPT
 */
export function decodeReceipt(bytes: Uint8Array): Receipt {
  const first = bytes[0] ?? 0;
  const type = first < 0xc0 ? first : 0;
  if (type > NEWEST_TYPE || (first < 0xc0 && type === 0))
    throw new EvidenceError("V_RECEIPT", "unknown type of receipt");
  const payload = type === 0 ? bytes : bytes.subarray(1);
  const [status, gas, bloom, logs] = rlpList(decodeRlp(payload, "V_RECEIPT"), "V_RECEIPT", 4);
  return {
    type,
    succeeded: statusOf(rlpUint(status, "V_RECEIPT")),
    cumulativeGasUsed: rlpUint(gas, "V_RECEIPT"),
    logsBloom: toHex(rlpBytes(bloom, "V_RECEIPT", BLOOM_BYTES)),
    logs: rlpList(logs, "V_RECEIPT").map(decodeLog),
  };
}

/**
 * The 2048-bit bloom filter of logs: three bits for each address and topic.
 * @returns 256 bytes
 * @see Ethereum yellow paper, section 4.4.3 (M3:2048)
 */
export function logsBloom(logs: readonly ChainLog[]): Uint8Array {
  const bloom = new Uint8Array(BLOOM_BYTES);
  for (const value of logs.flatMap(({ address, topics }) => [address, ...topics])) {
    const digest = new DataView(keccak256(fromHex(value)).slice().buffer);
    for (const offset of [0, 2, 4]) {
      const bit = digest.getUint16(offset) & 0x7ff;
      const at = BLOOM_BYTES - 1 - (bit >> 3);
      bloom[at] = (bloom[at] ?? 0) | (1 << (bit & 7));
    }
  }
  return bloom;
}

function fromRpcLog(log: RpcLog, index: number): ChainLog {
  const field = `logs/${index}`;
  if (log.topics.length > MAX_TOPICS) {
    throw new EvidenceError("E_HEX_FORM", "a log has at most four topics", { field: `/${field}/topics` });
  }
  return {
    address: fromRpcHex(log.address, `${field}/address`, 20),
    topics: log.topics.map((topic, at) => fromRpcHex(topic, `${field}/topics/${at}`, 32)),
    data: fromRpcHex(log.data, `${field}/data`),
  };
}

function receiptType(text: string): number {
  const type = fromQuantity(text, "type");
  if (type > BigInt(NEWEST_TYPE)) {
    throw new EvidenceError("E_RANGE", "the receipt's type is beyond 3 (blob), the newest at Cancun", {
      field: "/type",
    });
  }
  return Number(type);
}

function succeeded(text: string): boolean {
  const status = fromQuantity(text, "status");
  if (status > 1n) throw new EvidenceError("E_NUMBER_FORM", "status is neither 0 nor 1", { field: "/status" });
  return status === 1n;
}

function statusOf(status: bigint): boolean {
  if (status > 1n) throw new EvidenceError("V_RECEIPT", "the receipt's status is neither 0 nor 1");
  return status === 1n;
}

function decodeLog(item: RlpItem): ChainLog {
  const [address, topics, data] = rlpList(item, "V_RECEIPT", 3);
  const words = rlpList(topics, "V_RECEIPT");
  if (words.length > MAX_TOPICS) throw new EvidenceError("V_RECEIPT", "a log has at most four topics");
  return {
    address: toHex(rlpBytes(address, "V_RECEIPT", 20)),
    topics: words.map((topic) => toHex(rlpBytes(topic, "V_RECEIPT", 32))),
    data: toHex(rlpBytes(data, "V_RECEIPT")),
  };
}
