import { fromUtf8 } from "@lianzheng/sdk/encoding";
import { ChainError } from "../../chain-error.ts";
import { toRpcError } from "./errors.ts";
import { isObject } from "./params.ts";

/** Requests in one batch at most. */
export const BATCH_LIMIT = 100;

/** Bytes of one HTTP body or WebSocket message at most. */
export const BODY_LIMIT = 2_097_152;

/** Answers a call: the method's result, or throws a ChainError. */
export type Answerer = (method: string, params: readonly unknown[]) => Promise<unknown>;

type Id = string | number | null;

/**
 * Answers a JSON-RPC 2.0 message, single or batch. Never throws; undefined when nothing is to be answered (notifications only).
 */
export async function answerMessage(bytes: Uint8Array, answerer: Answerer): Promise<string | undefined> {
  const message = parse(bytes);
  if (message instanceof ChainError) return JSON.stringify(failure(null, message));
  const answer = Array.isArray(message) ? await answerBatch(message, answerer) : await answerOne(message, answerer);
  return answer === undefined ? undefined : JSON.stringify(answer);
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(fromUtf8(bytes)) as unknown;
  } catch (cause) {
    return new ChainError("C_RPC_PARSE", "parse error", {}, cause);
  }
}

async function answerBatch(requests: readonly unknown[], answerer: Answerer): Promise<unknown> {
  if (requests.length === 0) return failure(null, new ChainError("C_RPC_REQUEST", "empty batch"));
  if (requests.length > BATCH_LIMIT)
    return failure(null, new ChainError("C_RPC_REQUEST", `batch too large: at most ${BATCH_LIMIT} requests`));
  const answers = await Promise.all(requests.map((request) => answerOne(request, answerer)));
  const given = answers.filter((answer) => answer !== undefined);
  return given.length === 0 ? undefined : given;
}

async function answerOne(request: unknown, answerer: Answerer): Promise<object | undefined> {
  const id = idOf(request);
  try {
    const { method, params } = toCall(request);
    const result = await answerer(method, params);
    return id === undefined ? undefined : { jsonrpc: "2.0", id, result };
  } catch (error) {
    return id === undefined && !isInvalidRequest(error) ? undefined : failure(id ?? null, error);
  }
}

function isInvalidRequest(error: unknown): boolean {
  return error instanceof ChainError && error.code === "C_RPC_REQUEST";
}

/** The request's id; undefined for a notification, null where it is none that JSON-RPC allows. */
function idOf(request: unknown): Id | undefined {
  if (!isObject(request)) return null;
  const id = request["id"];
  if (id === undefined) return undefined;
  return typeof id === "string" || typeof id === "number" ? id : null;
}

function toCall(request: unknown): { method: string; params: readonly unknown[] } {
  if (!isObject(request)) throw new ChainError("C_RPC_REQUEST", "invalid request: not an object");
  const { jsonrpc, method, params } = request as { jsonrpc?: unknown; method?: unknown; params?: unknown };
  if (jsonrpc !== "2.0" || typeof method !== "string")
    throw new ChainError("C_RPC_REQUEST", 'invalid request: jsonrpc must be "2.0" and method a string');
  if (params === undefined || params === null) return { method, params: [] };
  if (!Array.isArray(params)) throw new ChainError("C_RPC_PARAMS", "non-array args", { method });
  return { method, params };
}

/** An answer that is an error. */
export function failure(id: Id, error: unknown): object {
  return { jsonrpc: "2.0", id, error: toRpcError(error) };
}
