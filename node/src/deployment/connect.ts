import { FetchRequest, JsonRpcProvider, Network } from "ethers";
import { ChainError } from "../chain-error.ts";

/** Longest wait for an answer, milliseconds. */
const answerMs = 15_000;

/**
 * An ethers provider of the chain at an HTTP endpoint, for deploying and for onboarding.
 *
 * The chain is asked for its id first: a provider that is left to find it out tries for ever and talks to the console.
 * Nothing is cached and nothing batched, so an answer is always that of the chain as it is.
 *
 * @throws ChainError C_UNREACHABLE: not an http(s) address, nobody answers, or not as a chain does
 */
export async function connectChain(url: string): Promise<JsonRpcProvider> {
  const chainId = await askChainId(url);
  const request = new FetchRequest(url);
  request.timeout = answerMs;
  const staticNetwork = Network.from(chainId);
  return new JsonRpcProvider(request, staticNetwork, { staticNetwork, batchMaxCount: 1, cacheTimeout: -1 });
}

async function askChainId(url: string): Promise<bigint> {
  try {
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] }),
      redirect: "error",
      signal: AbortSignal.timeout(answerMs),
    });
    const answer = (await response.json()) as { readonly result?: unknown } | null;
    return BigInt(String(answer?.result));
  } catch (cause) {
    throw new ChainError("C_UNREACHABLE", "nobody answers there as a chain does", { method: "eth_chainId" }, cause);
  }
}
