import { EvidenceError, fromHex, keccak256, toHex, type Digest, type Hex } from "@lianzheng/sdk/encoding";
import { decodeRlp, encodeRlp, rlpBytes, rlpList, rlpUint, uintBytes, type RlpItem } from "./rlp.ts";
import { fromQuantity, fromRpcHex, type RpcBlock } from "./rpc.ts";

/** A block header at Cancun, its twenty fields in the order of their RLP. Byte strings as {@link Hex}, quantities as bigint. */
export interface Header {
  readonly parentHash: Hex;
  readonly ommersHash: Hex;
  readonly beneficiary: Hex;
  readonly stateRoot: Hex;
  readonly transactionsRoot: Hex;
  readonly receiptsRoot: Hex;
  readonly logsBloom: Hex;
  readonly difficulty: bigint;
  readonly number: bigint;
  readonly gasLimit: bigint;
  readonly gasUsed: bigint;
  /** Seconds since 1970. */
  readonly timestamp: bigint;
  readonly extraData: Hex;
  readonly mixHash: Hex;
  readonly nonce: Hex;
  /** Wei per unit of gas (EIP-1559). */
  readonly baseFeePerGas: bigint;
  readonly withdrawalsRoot: Hex;
  readonly blobGasUsed: bigint;
  readonly excessBlobGas: bigint;
  readonly parentBeaconBlockRoot: Hex;
}

/** A field of fixed bytes has their number; a quantity its greatest width; `extraData` is free up to a limit. */
type FieldShape = { readonly bytes: number } | { readonly quantity: number } | { readonly upTo: number };

/**
 * Ethereum allows 32 bytes of extra data and QBFT and EIP-225 more: a list of validators and their seals.
 * Eight kilobytes hold sixty-four validators, the most that `Validators` takes, and a seal of each.
 */
const MAX_EXTRA_DATA = 8192;

/** All other fields together have less than 1 KiB. */
const MAX_HEADER = MAX_EXTRA_DATA + 1024;

const WORD: FieldShape = { bytes: 32 };
const COUNT: FieldShape = { quantity: 8 };

const FIELDS: readonly (readonly [name: keyof Header, rpc: keyof RpcBlock, shape: FieldShape])[] = [
  ["parentHash", "parentHash", WORD],
  ["ommersHash", "sha3Uncles", WORD],
  ["beneficiary", "miner", { bytes: 20 }],
  ["stateRoot", "stateRoot", WORD],
  ["transactionsRoot", "transactionsRoot", WORD],
  ["receiptsRoot", "receiptsRoot", WORD],
  ["logsBloom", "logsBloom", { bytes: 256 }],
  ["difficulty", "difficulty", { quantity: 32 }],
  ["number", "number", COUNT],
  ["gasLimit", "gasLimit", COUNT],
  ["gasUsed", "gasUsed", COUNT],
  ["timestamp", "timestamp", COUNT],
  ["extraData", "extraData", { upTo: MAX_EXTRA_DATA }],
  ["mixHash", "mixHash", WORD],
  ["nonce", "nonce", { bytes: 8 }],
  ["baseFeePerGas", "baseFeePerGas", { quantity: 32 }],
  ["withdrawalsRoot", "withdrawalsRoot", WORD],
  ["blobGasUsed", "blobGasUsed", COUNT],
  ["excessBlobGas", "excessBlobGas", COUNT],
  ["parentBeaconBlockRoot", "parentBeaconBlockRoot", WORD],
];

/**
 * RLP of the header of a block that an RPC endpoint answered.
 *
 * Does not compare with the block's own `hash`: the caller does, with {@link headerHash}, for an endpoint may lie.
 * @throws EvidenceError E_HEX_FORM, E_NUMBER_FORM with details.field for a missing or malformed field (a header before Cancun)
 */
export function encodeHeader(block: RpcBlock): Uint8Array {
  return encodeHeaderFields(headerOf(block));
}

/** The header of a block that an RPC endpoint answered. @throws as {@link encodeHeader} */
export function headerOf(block: RpcBlock): Header {
  const fields = FIELDS.map(([name, rpc, shape]) => [name, fromRpcField(block[rpc], rpc, shape)] as const);
  return Object.fromEntries(fields) as unknown as Header;
}

/** RLP of a header. */
export function encodeHeaderFields(header: Header): Uint8Array {
  return encodeRlp(FIELDS.map(([name]) => encodeField(header[name])));
}

/**
 * Reads a header strictly: exactly the twenty fields of Cancun, each of its width, quantities in their shortest form,
 * so that {@link encodeHeaderFields} gives the same bytes again.
 * @throws EvidenceError V_HEADER
 */
export function decodeHeader(bytes: Uint8Array): Header {
  if (bytes.length > MAX_HEADER) throw new EvidenceError("V_HEADER", `a header has ${MAX_HEADER} bytes or fewer`);
  const items = rlpList(decodeRlp(bytes, "V_HEADER"), "V_HEADER", FIELDS.length);
  const fields = FIELDS.map(([name, , shape], index) => [name, decodeField(items[index], name, shape)] as const);
  return Object.fromEntries(fields) as unknown as Header;
}

/** The block hash: Keccak-256 of the header's RLP. */
export function headerHash(bytes: Uint8Array): Digest {
  return keccak256(bytes);
}

function fromRpcField(value: unknown, name: string, shape: FieldShape): Hex | bigint {
  if ("quantity" in shape) return fromQuantity(value, name);
  return fromRpcHex(value, name, "bytes" in shape ? shape.bytes : undefined);
}

function encodeField(value: Hex | bigint): Uint8Array {
  return typeof value === "bigint" ? uintBytes(value) : fromHex(value);
}

function decodeField(item: RlpItem | undefined, name: string, shape: FieldShape): Hex | bigint {
  if ("quantity" in shape) return rlpUint(item, "V_HEADER", shape.quantity);
  if ("bytes" in shape) return toHex(rlpBytes(item, "V_HEADER", shape.bytes));
  const bytes = rlpBytes(item, "V_HEADER");
  if (bytes.length > shape.upTo) throw new EvidenceError("V_HEADER", `${name} is longer than ${shape.upTo} bytes`);
  return toHex(bytes);
}
