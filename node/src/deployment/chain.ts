import { setTimeout as pause } from "node:timers/promises";
import { isError, type CallExceptionError, type Interface, type Result, type Signer } from "ethers";
import { toContractFault } from "@lianzheng/sdk/contracts";
import { isHex, type Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";

/**
 * JSON-RPC, as ethers' `JsonRpcProvider` and any EIP-1193 door behind `send` have it.
 *
 * Reads go through `send` on purpose: ethers' other methods answer from a cache of 250 ms, which on a chain that makes
 * blocks at once is the state before one's own transaction.
 */
export interface JsonRpc {
  send(method: string, params: readonly unknown[]): Promise<unknown>;
}

/** What a transaction does; `to` is left out where it makes a contract. */
export interface Call {
  readonly to?: Hex;
  readonly data: string;
}

/** A transaction that is in a block and succeeded. */
export interface Included {
  readonly transaction: Hex;
  readonly blockNumber: number;
  /** Address of the contract it made. */
  readonly contractAddress: Hex | undefined;
}

/** How long a transaction may take to get into a block, and how often that is asked. Milliseconds. */
const patience = { totalMs: 120_000, everyMs: 50 } as const;

/** Longest wait for one answer, milliseconds. */
const answerMs = 15_000;

/**
 * Asks a chain. Null is an answer: it has no such thing.
 *
 * @throws ChainError C_UNREACHABLE if nobody answers within 15 s, C_ANCHOR_REVERTED (`details.reason`) if a contract
 *   refused, C_RPC_EXECUTION if the chain answered with another error
 */
export async function askChain(rpc: JsonRpc, method: string, params: readonly unknown[]): Promise<unknown> {
  const done = new AbortController();
  try {
    const answer = await Promise.race([rpc.send(method, params), pause(answerMs, done, { signal: done.signal })]);
    if (answer !== done) return answer;
  } catch (error) {
    throw asChainError(error, method);
  } finally {
    done.abort();
  }
  throw new ChainError("C_UNREACHABLE", `no answer to ${method} within ${answerMs} ms`, { method });
}

/**
 * What a chain is: its id and the hash of its block 0.
 *
 * @throws ChainError C_UNREACHABLE, C_INCONSISTENT, C_RPC_EXECUTION
 */
export async function chainIdentity(rpc: JsonRpc): Promise<{ readonly chainId: number; readonly genesis: Hex }> {
  const chainId = Number(await askChain(rpc, "eth_chainId", []));
  const genesis = memberOf(await askChain(rpc, "eth_getBlockByNumber", ["0x0", false]), "hash");
  if (Number.isSafeInteger(chainId) && chainId > 0 && isHex(genesis, 32)) return { chainId, genesis };
  throw new ChainError("C_INCONSISTENT", "the chain names no usable id and genesis", { chainId, genesis });
}

/** The newest block's time, Unix seconds. @throws ChainError C_UNREACHABLE, C_INCONSISTENT, C_RPC_EXECUTION */
export async function chainTime(rpc: JsonRpc): Promise<bigint> {
  return quantity(memberOf(await askChain(rpc, "eth_getBlockByNumber", ["latest", false]), "timestamp"));
}

/** The door to the chain behind a signer. @throws TypeError for a signer that is not connected to a JSON-RPC provider */
export function rpcOf(signer: Signer): JsonRpc {
  const { provider } = signer;
  if (provider !== null && "send" in provider && typeof provider.send === "function")
    return provider as unknown as JsonRpc;
  throw new TypeError("the signer must be connected to a JSON-RPC provider");
}

/** A contract where it stands, to be read and to be called. */
export interface Standing {
  readonly address: Hex;
  readonly abi: Interface;
}

/**
 * Reads a contract after the newest block.
 *
 * @throws ChainError as {@link askChain}; C_INCONSISTENT for an answer that is no value of this function
 */
export async function readContract(
  rpc: JsonRpc,
  { address, abi }: Standing,
  name: string,
  values: readonly unknown[],
): Promise<Result> {
  const call = { to: address, data: abi.encodeFunctionData(name, values) };
  const answer = await askChain(rpc, "eth_call", [call, "latest"]);
  try {
    return abi.decodeFunctionResult(name, String(answer));
  } catch (cause) {
    throw new ChainError("C_INCONSISTENT", `${address} answers ${name} with no value of it`, { address, name }, cause);
  }
}

/**
 * Sends a transaction and resolves when it is in a block and succeeded. What is read on the way is read through `rpc`.
 *
 * @throws ChainError C_ANCHOR_REVERTED if a contract refused (`details.reason` is its custom error's name,
 *   `details.values` what it said), C_FUNDS, C_ANCHOR_TIMEOUT if no block took it within two minutes, C_UNREACHABLE
 */
export async function carryOut(signer: Signer, call: Call, rpc: JsonRpc = rpcOf(signer)): Promise<Included> {
  const from = (await signer.getAddress()).toLowerCase();
  const gas = quantity(await askChain(rpc, "eth_estimateGas", [{ from, ...call }]));
  const nonce = Number(quantity(await askChain(rpc, "eth_getTransactionCount", [from, "pending"])));
  const gasPrice = await priceFor(rpc, from);
  const hash = await send(signer, { ...call, type: 0, nonce, gasPrice, gasLimit: gas + gas / 4n });
  return await included(rpc, hash);
}

async function send(signer: Signer, request: Parameters<Signer["sendTransaction"]>[0]): Promise<Hex> {
  try {
    return (await signer.sendTransaction(request)).hash as Hex;
  } catch (error) {
    throw asChainError(error, "eth_sendRawTransaction");
  }
}

/** What the chain asks for; nothing from an account that has nothing, as on a consortium's chain without fees. */
async function priceFor(rpc: JsonRpc, account: string): Promise<bigint> {
  const balance = quantity(await askChain(rpc, "eth_getBalance", [account, "latest"]));
  return balance === 0n ? 0n : quantity(await askChain(rpc, "eth_gasPrice", []));
}

async function included(rpc: JsonRpc, transaction: Hex): Promise<Included> {
  for (let waited = 0; waited < patience.totalMs; waited += patience.everyMs) {
    const receipt = await askChain(rpc, "eth_getTransactionReceipt", [transaction]);
    if (receipt !== null) return includedBy(receipt, transaction);
    await pause(patience.everyMs);
  }
  throw new ChainError("C_ANCHOR_TIMEOUT", "no block took the transaction", { transaction });
}

function includedBy(receipt: unknown, transaction: Hex): Included {
  if (quantity(memberOf(receipt, "status")) !== 1n)
    throw new ChainError("C_ANCHOR_REVERTED", "the contract refused", { transaction });
  const address = memberOf(receipt, "contractAddress");
  const contractAddress = typeof address === "string" ? (address.toLowerCase() as Hex) : undefined;
  return { transaction, blockNumber: Number(quantity(memberOf(receipt, "blockNumber"))), contractAddress };
}

function memberOf(answer: unknown, name: string): unknown {
  return typeof answer === "object" && answer !== null ? (answer as Record<string, unknown>)[name] : undefined;
}

function quantity(value: unknown): bigint {
  if (typeof value === "string" && /^0x[0-9a-f]{1,64}$/i.test(value)) return BigInt(value);
  throw new ChainError("C_INCONSISTENT", "the chain answers with no quantity where one is due");
}

/**
 * Whether a contract refused. ethers calls whatever an endpoint answers to `eth_call` and `eth_estimateGas` with an error a
 * CALL_EXCEPTION; only with revert data is it the contract's word, and not the endpoint's illness of the moment.
 */
export function isRefusal(error: unknown): error is CallExceptionError {
  return isError(error, "CALL_EXCEPTION") && error.data !== null;
}

/** Errors of ethers as this room's: refused by a contract, not payable, answered with an error, or not answered. */
function asChainError(error: unknown, method: string): ChainError {
  if (error instanceof ChainError) return error;
  if (isRefusal(error)) return refusal(error.data, method, error);
  if (isError(error, "INSUFFICIENT_FUNDS"))
    return new ChainError("C_FUNDS", "the account cannot pay for the transaction", { method }, error);
  const answer = memberOf(error, "error") ?? memberOf(memberOf(error, "info"), "error");
  if (answer === undefined) return new ChainError("C_UNREACHABLE", `no answer to ${method}`, { method }, error);
  const message = String(memberOf(answer, "message")).slice(0, 300);
  return new ChainError("C_RPC_EXECUTION", `${method} was answered with an error: ${message}`, { method }, error);
}

function refusal(data: unknown, method: string, cause: unknown): ChainError {
  const fault = toContractFault(data);
  const values = Object.fromEntries(Object.entries(fault?.values ?? {}).map(([name, value]) => [name, String(value)]));
  const details = { method, reason: fault?.name, values, data };
  const text = fault === undefined ? "it gave no reason" : `${fault.name} ${JSON.stringify(values)}`;
  return new ChainError("C_ANCHOR_REVERTED", `the contract refused: ${text}`, details, cause);
}
