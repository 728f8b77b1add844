import { fromHex } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import { requireBlock } from "./blocks.ts";
import { quantity } from "./format.ts";
import type { MethodContext, Methods } from "./method.ts";
import { toBlockParam, toCallParam, toDataParam } from "./params.ts";

/** Calls, estimates, and the one method that writes. */
export const executionMethods: Methods = {
  eth_call: { parameters: 2, answer: call },
  eth_estimateGas: { parameters: 2, answer: estimateGas },
  eth_sendRawTransaction: { parameters: 1, answer: sendRawTransaction },
};

async function call({ backend }: MethodContext, params: readonly unknown[]): Promise<Hex> {
  const request = toCallParam(params[0], "0");
  return backend.execution.call(request, await requireBlock(backend, toBlockParam(params[1], "1")));
}

async function estimateGas({ backend }: MethodContext, params: readonly unknown[]): Promise<Hex> {
  const request = toCallParam(params[0], "0");
  const block = await requireBlock(backend, toBlockParam(params[1], "1"));
  return quantity(await backend.execution.estimateGas(request, block));
}

/** Answers with the hash once the transaction is on disk, in a block or waiting for a nonce before its own. */
async function sendRawTransaction({ backend }: MethodContext, params: readonly unknown[]): Promise<Hex> {
  const signed = backend.decode(fromHex(toDataParam(params[0], "0")));
  await backend.miner.submit(signed);
  return signed.hash;
}
