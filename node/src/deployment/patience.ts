import { setTimeout as pause } from "node:timers/promises";
import { ChainError } from "../chain-error.ts";
import { isRefusal, type JsonRpc } from "./chain.ts";

/** How often a read is asked again, and the wait before the first of them, ms; it doubles. */
const patience = { times: 3, firstMs: 100 } as const;

/** What asking again does not change: a contract's word, or that the asker has gone. */
const settled: ReadonlySet<string> = new Set(["C_ANCHOR_REVERTED", "C_RPC_REVERT", "C_FUNDS", "C_CLOSED"]);

/**
 * The same door with patience: a read that fails after another was answered is asked up to three times more. Joining a chain
 * takes some twenty answers in a row, which an endpoint that loses every third call would hardly ever give.
 *
 * An endpoint that is away is asked once, so that nobody hammers it; and nothing is ever sent twice.
 */
export function patient(rpc: JsonRpc): JsonRpc {
  let isThere = false;
  return {
    async send(method, params) {
      const again = isThere && method !== "eth_sendRawTransaction" ? patience.times : 0;
      isThere = false;
      const answer = await askPatiently(rpc, { method, params }, again);
      isThere = true;
      return answer;
    },
  };
}

async function askPatiently(
  rpc: JsonRpc,
  { method, params }: { readonly method: string; readonly params: readonly unknown[] },
  again: number,
): Promise<unknown> {
  for (let tried = 0; ; tried += 1) {
    try {
      return await rpc.send(method, params);
    } catch (error) {
      if (tried === again || isSettled(error)) throw error;
      await pause(patience.firstMs * 2 ** tried);
    }
  }
}

function isSettled(error: unknown): boolean {
  return isRefusal(error) || (error instanceof ChainError && settled.has(error.code));
}
