import { ChainError } from "../../chain-error.ts";
import { accountMethods } from "./account-methods.ts";
import { blockMethods } from "./block-methods.ts";
import { executionMethods } from "./execution-methods.ts";
import { logMethods } from "./log-methods.ts";
import { networkMethods } from "./network-methods.ts";
import type { Method, MethodContext } from "./method.ts";

const methods: ReadonlyMap<string, Method> = new Map(
  Object.entries({ ...networkMethods, ...blockMethods, ...accountMethods, ...executionMethods, ...logMethods }),
);

/** Names of all methods, for a listing. `eth_subscribe` and `eth_unsubscribe` belong to the WebSocket. */
export const methodNames: readonly string[] = [...methods.keys()].sort();

/** @throws ChainError C_RPC_METHOD, C_RPC_PARAMS, and what the method itself throws */
export function callMethod(context: MethodContext, name: string, params: readonly unknown[]): unknown {
  const method = methods.get(name);
  if (method === undefined)
    throw new ChainError("C_RPC_METHOD", `the method ${name.slice(0, 100)} does not exist/is not available`, {
      method: name,
    });
  if (params.length > method.parameters)
    throw new ChainError("C_RPC_PARAMS", `too many arguments, want at most ${method.parameters}`, { method: name });
  return method.answer(context, params);
}
