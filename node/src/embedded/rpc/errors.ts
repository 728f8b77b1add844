import { ChainError } from "../../chain-error.ts";
import type { ChainErrorCode } from "../../chain-error.ts";

/** The `error` of a JSON-RPC answer. */
export interface RpcError {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
}

/** Codes of JSON-RPC 2.0, EIP-1474 and geth. What is not here is -32000, as most of geth's refusals are. */
const codes: Partial<Record<ChainErrorCode, number>> = {
  C_RPC_PARSE: -32700,
  C_RPC_REQUEST: -32600,
  C_RPC_METHOD: -32601,
  C_RPC_PARAMS: -32602,
  C_RPC_LIMIT: -32005,
  C_RPC_REVERT: 3,
  C_STORAGE: -32603,
  C_DAMAGED: -32603,
  C_CLOSED: -32603,
};

/** What the caller is told. An error of the program's own says no more than that: its message may hold anything. */
export function toRpcError(error: unknown): RpcError {
  if (!(error instanceof ChainError)) return { code: -32603, message: "internal error" };
  const { code, message, details } = error;
  const data = code === "C_RPC_REVERT" ? details["data"] : { code };
  return { code: codes[code] ?? -32000, message, data };
}
