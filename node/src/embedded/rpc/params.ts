import type { Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../../chain-error.ts";
import type { CallRequest } from "../execution.ts";

/** Alternatives that one filter may name, by address or in one position of the topics. */
const alternativesLimit = 1000;

/** Bytes of a call's data at most; the limit of a body would stop more anyhow. */
const dataLimit = 1_048_576;

/** A block as a parameter names it. */
export type BlockReference = { readonly tag: BlockTag } | { readonly number: number } | { readonly hash: Hex };
export type BlockTag = "latest" | "earliest" | "pending" | "safe" | "finalized";

/** A log filter as a parameter; blocks not looked up yet. */
export interface FilterRequest {
  readonly range: { readonly from: BlockReference; readonly to: BlockReference } | { readonly hash: Hex };
  readonly addresses: readonly Hex[];
  readonly topics: readonly (readonly Hex[] | null)[];
}

const tags: readonly string[] = ["latest", "earliest", "pending", "safe", "finalized"];

function invalid(field: string, expected: string): ChainError {
  return new ChainError("C_RPC_PARAMS", `invalid argument ${field}: expected ${expected}`, { field });
}

/** Lower-case hex of exactly `bytes` bytes; upper case (checksummed addresses) is taken too. */
export function toBytesParam(value: unknown, field: string, bytes: number): Hex {
  if (typeof value !== "string" || value.length !== 2 + 2 * bytes || !/^0x[0-9a-fA-F]*$/.test(value))
    throw invalid(field, `0x and hex of ${bytes} bytes`);
  return value.toLowerCase() as Hex;
}

export function toAddressParam(value: unknown, field: string): Hex {
  return toBytesParam(value, field, 20);
}

export function toHashParam(value: unknown, field: string): Hex {
  return toBytesParam(value, field, 32);
}

/** Any even number of hex digits. */
export function toDataParam(value: unknown, field: string): Hex {
  if (
    typeof value !== "string" ||
    value.length % 2 !== 0 ||
    value.length > 2 + 2 * dataLimit ||
    !/^0x[0-9a-fA-F]*$/.test(value)
  )
    throw invalid(field, "0x and an even number of hex digits");
  return value.toLowerCase() as Hex;
}

/** A quantity: hex without leading zeros, below 2^256. */
export function toQuantityParam(value: unknown, field: string): bigint {
  if (typeof value !== "string" || !/^0x(0|[1-9a-fA-F][0-9a-fA-F]{0,63})$/.test(value))
    throw invalid(field, "a quantity, 0x and hex digits without leading zeros");
  return BigInt(value);
}

/** A slot: up to 32 bytes of hex, filled up with zeros on the left. */
export function toSlotParam(value: unknown, field: string): Hex {
  if (typeof value !== "string" || !/^0x[0-9a-fA-F]{0,64}$/.test(value)) throw invalid(field, "a storage slot");
  return `0x${value.slice(2).toLowerCase().padStart(64, "0")}`;
}

export function toBooleanParam(value: unknown, field: string): boolean {
  if (value === undefined) return false;
  if (typeof value !== "boolean") throw invalid(field, "true or false");
  return value;
}

/** An index within a block. */
export function toIndexParam(value: unknown, field: string): number {
  return toSafeNumber(toQuantityParam(value, field), field);
}

function toSafeNumber(value: bigint, field: string): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw invalid(field, "a number below 2^53");
  return Number(value);
}

/** A number, a tag, or an object with `blockNumber` or `blockHash` (EIP-1898); the newest block if left out. */
export function toBlockParam(value: unknown, field: string): BlockReference {
  if (value === undefined || value === null) return { tag: "latest" };
  if (isObject(value)) return toBlockObject(value, field);
  if (typeof value === "string" && tags.includes(value)) return { tag: value as BlockTag };
  if (typeof value === "string" && value.length === 66) return { hash: toHashParam(value, field) };
  return { number: toSafeNumber(toQuantityParam(value, field), field) };
}

function toBlockObject(value: Readonly<Record<string, unknown>>, field: string): BlockReference {
  const { blockHash, blockNumber } = value as { blockHash?: unknown; blockNumber?: unknown };
  if (blockHash !== undefined && blockNumber === undefined)
    return { hash: toHashParam(blockHash, `${field}.blockHash`) };
  if (blockNumber !== undefined && blockHash === undefined) return toBlockParam(blockNumber, `${field}.blockNumber`);
  throw invalid(field, "either blockHash or blockNumber");
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object of eth_call and eth_estimateGas. Prices are checked and not used: gas is free. */
export function toCallParam(value: unknown, field: string): CallRequest {
  if (!isObject(value)) throw invalid(field, "a transaction object");
  const given = value as Partial<Record<"from" | "to" | "data" | "input" | "value" | "gas" | "accessList", unknown>>;
  for (const price of ["gasPrice", "maxFeePerGas", "maxPriorityFeePerGas", "nonce", "chainId", "type"])
    if (value[price] !== undefined && value[price] !== null) toQuantityParam(value[price], `${field}.${price}`);
  return {
    from: isGiven(given.from) ? toAddressParam(given.from, `${field}.from`) : `0x${"00".repeat(20)}`,
    to: isGiven(given.to) ? toAddressParam(given.to, `${field}.to`) : undefined,
    data: toInput(given.data, given.input, field),
    value: isGiven(given.value) ? toQuantityParam(given.value, `${field}.value`) : 0n,
    gas: isGiven(given.gas) ? toQuantityParam(given.gas, `${field}.gas`) : undefined,
    accessList: isGiven(given.accessList) ? toAccessList(given.accessList, `${field}.accessList`) : [],
  };
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

function toInput(data: unknown, input: unknown, field: string): Hex {
  const asData = isGiven(data) ? toDataParam(data, `${field}.data`) : undefined;
  const asInput = isGiven(input) ? toDataParam(input, `${field}.input`) : undefined;
  if (asData !== undefined && asInput !== undefined && asData !== asInput)
    throw invalid(field, "data and input that are equal, or one of them");
  return asInput ?? asData ?? "0x";
}

function toAccessList(value: unknown, field: string): CallRequest["accessList"] {
  return toArray(value, field).map((item, index) => {
    if (!isObject(item)) throw invalid(`${field}.${index}`, "an access list item");
    const { address, storageKeys } = item as { address?: unknown; storageKeys?: unknown };
    const keys = toArray(storageKeys ?? [], `${field}.${index}.storageKeys`);
    return {
      address: toAddressParam(address, `${field}.${index}.address`),
      storageKeys: keys.map((key, at) => toHashParam(key, `${field}.${index}.storageKeys.${at}`)),
    };
  });
}

/** An array of no more than {@link alternativesLimit} items. */
export function toArray(value: unknown, field: string): readonly unknown[] {
  if (!Array.isArray(value)) throw invalid(field, "an array");
  if (value.length > alternativesLimit) throw invalid(field, `at most ${alternativesLimit} items`);
  return value;
}

/** The object of eth_getLogs and eth_newFilter. */
export function toFilterParam(value: unknown, field: string): FilterRequest {
  if (!isObject(value)) throw invalid(field, "a filter object");
  const { fromBlock, toBlock, blockHash, address, topics } = value as Partial<
    Record<"fromBlock" | "toBlock" | "blockHash" | "address" | "topics", unknown>
  >;
  const criteria = { addresses: toAddresses(address, `${field}.address`), topics: toTopics(topics, `${field}.topics`) };
  if (isGiven(blockHash)) {
    if (isGiven(fromBlock) || isGiven(toBlock)) throw invalid(field, "either blockHash or fromBlock and toBlock");
    return { range: { hash: toHashParam(blockHash, `${field}.blockHash`) }, ...criteria };
  }
  const range = { from: toBlockParam(fromBlock, `${field}.fromBlock`), to: toBlockParam(toBlock, `${field}.toBlock`) };
  return { range, ...criteria };
}

function toAddresses(value: unknown, field: string): readonly Hex[] {
  if (!isGiven(value)) return [];
  const given = typeof value === "string" ? [value] : toArray(value, field);
  return given.map((address, index) => toAddressParam(address, `${field}.${index}`));
}

function toTopics(value: unknown, field: string): FilterRequest["topics"] {
  if (!isGiven(value)) return [];
  const positions = toArray(value, field);
  if (positions.length > 4) throw invalid(field, "at most 4 positions");
  return positions.map((position, index) => toAlternatives(position, `${field}.${index}`));
}

function toAlternatives(value: unknown, field: string): readonly Hex[] | null {
  if (!isGiven(value)) return null;
  if (typeof value === "string") return [toHashParam(value, field)];
  const given = toArray(value, field);
  // As in geth: an empty list, or null among the alternatives, lets everything through.
  if (given.length === 0 || given.includes(null)) return null;
  return given.map((topic, index) => toHashParam(topic, `${field}.${index}`));
}
