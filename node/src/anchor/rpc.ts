import { setTimeout as pause } from "node:timers/promises";
import { isHex, type Hex } from "@lianzheng/sdk/encoding";
import { ChainError, type ChainErrorCode } from "../chain-error.ts";

/** The one door to a chain: JSON-RPC. ethers' `JsonRpcProvider` fits as it stands, and so does {@link httpRpc}. */
export interface ChainRpc {
  send(method: string, params: readonly unknown[]): Promise<unknown>;
}

/** Longest wait for an answer and largest answer, in milliseconds and bytes. */
export interface RpcLimits {
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

const usual: RpcLimits = { timeoutMs: 10_000, maxBytes: 16 * 1024 * 1024 };

/** Codes with which a JSON-RPC error answer comes back (JSON-RPC 2.0 section 5.1, EIP-1474). Never a ground to decide on. */
const answered: Readonly<Record<number, ChainErrorCode>> = {
  [-32700]: "C_RPC_PARSE",
  [-32600]: "C_RPC_REQUEST",
  [-32601]: "C_RPC_METHOD",
  [-32004]: "C_RPC_METHOD",
  [-32602]: "C_RPC_PARAMS",
  [-32005]: "C_RPC_LIMIT",
};

/**
 * JSON-RPC over HTTP that bounds what it reads and how long it waits, and takes no answer to another question.
 *
 * @throws ChainError C_UNREACHABLE (nobody there, too late, HTTP status), C_INCONSISTENT (not a JSON-RPC answer to this
 *   request, or too large), C_RPC_* (answered with an error; `details.data` where the chain gave some)
 */
export function httpRpc(url: string, limits: Partial<RpcLimits> = {}): ChainRpc {
  const { timeoutMs, maxBytes } = { ...usual, ...limits };
  let lastId = 0;
  return {
    async send(method, params) {
      const id = ++lastId;
      const { status, body } = await post(url, { jsonrpc: "2.0", id, method, params }, { timeoutMs, maxBytes });
      // Some servers answer a call that failed with a status of its own; whatever else comes with one is no answer.
      if (status < 200 || status > 299) requireAnswerTo(id, method, status, body);
      return resultOf(body, id, method);
    },
  };
}

interface JsonRpcRequest {
  readonly jsonrpc: "2.0";
  readonly id: number;
  readonly method: string;
  readonly params: readonly unknown[];
}

interface HttpAnswer {
  readonly status: number;
  readonly body: string;
}

async function post(url: string, request: JsonRpcRequest, limits: RpcLimits): Promise<HttpAnswer> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(request),
      redirect: "error",
      signal: AbortSignal.timeout(limits.timeoutMs),
    });
    return { status: response.status, body: await readBounded(response, limits.maxBytes, request.method) };
  } catch (cause) {
    if (cause instanceof ChainError) throw cause;
    throw new ChainError("C_UNREACHABLE", `no answer to ${request.method}`, { method: request.method }, cause);
  }
}

async function readBounded(response: Response, maxBytes: number, method: string): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  let length = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    length += chunk.length;
    if (length > maxBytes) throw new ChainError("C_INCONSISTENT", `the answer to ${method} is too large`, { method });
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** @throws ChainError C_UNREACHABLE with `details.status` if the body is no answer to this request */
function requireAnswerTo(id: number, method: string, status: number, body: string): void {
  try {
    const answer = JSON.parse(body) as unknown;
    if (isObject(answer) && answer["jsonrpc"] === "2.0" && answer["id"] === id) return;
  } catch {
    // A page in HTML, most often: the status says more than its text.
  }
  throw new ChainError("C_UNREACHABLE", `${method} was answered with HTTP status ${status}`, { method, status });
}

function resultOf(body: string, id: number, method: string): unknown {
  const answer = parsed(body, method);
  if (!isObject(answer) || answer["jsonrpc"] !== "2.0" || answer["id"] !== id)
    throw new ChainError("C_INCONSISTENT", `the answer to ${method} is not one to this request`, { method });
  if (answer["error"] !== undefined && answer["error"] !== null) throw answeredError(method, answer["error"]);
  if (!("result" in answer)) throw new ChainError("C_INCONSISTENT", `the answer to ${method} is empty`, { method });
  return answer["result"];
}

function parsed(body: string, method: string): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch (cause) {
    throw new ChainError("C_INCONSISTENT", `the answer to ${method} is not JSON`, { method }, cause);
  }
}

function answeredError(method: string, error: unknown): ChainError {
  const data = revertData(error);
  const rpcCode = isObject(error) && typeof error["code"] === "number" ? error["code"] : 0;
  const message = isObject(error) && typeof error["message"] === "string" ? error["message"].slice(0, 300) : "";
  const code = data === undefined ? (answered[rpcCode] ?? "C_RPC_EXECUTION") : "C_RPC_REVERT";
  return new ChainError(code, `${method} was answered with an error: ${message}`, { method, rpcCode, message, data });
}

/**
 * Revert data inside an error, wherever the engine or library put it: `data`, `error.data`, `info.error.data`,
 * `data.data`. Undefined when there is none.
 */
export function revertData(error: unknown, depth = 4): Hex | undefined {
  if (!isObject(error) || depth === 0) return undefined;
  const { data } = error;
  if (typeof data === "string" && isHex(data.toLowerCase()) && data.length >= 10) return data.toLowerCase() as Hex;
  const inner = [data, error["error"], error["info"], error["cause"], error["details"]];
  return inner.map((value) => revertData(value, depth - 1)).find((found) => found !== undefined);
}

/**
 * Asks `rpc`, and waits no longer than `timeoutMs` or until `signal` fires, whatever the door does itself.
 *
 * @throws ChainError as {@link httpRpc}; C_CLOSED when `signal` fires
 */
export async function ask(
  rpc: ChainRpc,
  method: string,
  params: readonly unknown[],
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal?: AbortSignal },
): Promise<unknown> {
  const ended = new AbortController();
  const stop = signal === undefined ? ended.signal : AbortSignal.any([ended.signal, signal]);
  try {
    return await Promise.race([rpc.send(method, params), tooLate(method, timeoutMs, stop)]);
  } catch (error) {
    throw asChainError(method, error);
  } finally {
    ended.abort();
  }
}

async function tooLate(method: string, timeoutMs: number, signal: AbortSignal): Promise<never> {
  try {
    await pause(timeoutMs, undefined, { signal });
  } catch (cause) {
    throw new ChainError("C_CLOSED", `closed while ${method} was under way`, { method }, cause);
  }
  throw new ChainError("C_UNREACHABLE", `no answer to ${method} within ${timeoutMs} ms`, { method, timeoutMs });
}

/** Errors of other doors (ethers', EIP-1193) as this room's: answered with an error, or not answered. */
function asChainError(method: string, error: unknown): ChainError {
  if (error instanceof ChainError) return error;
  const inner = isObject(error) && isObject(error["error"]) ? error["error"] : error;
  if (isObject(inner) && typeof inner["code"] === "number") return answeredError(method, { ...inner, error });
  if (revertData(error) !== undefined) return answeredError(method, error);
  return new ChainError("C_UNREACHABLE", `no answer to ${method}`, { method }, error);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
