import { BrowserProvider, FetchRequest, JsonRpcProvider, Network } from "ethers";
import type { JsonRpcApiProvider } from "ethers";
import { httpRpc } from "@lianzheng/node/anchor";
import type { ChainRpc } from "@lianzheng/node/anchor";
import type { NodeFolder } from "@lianzheng/node/config";
import { CLIENT_NAME, EmbeddedChain, serveEmbeddedChain } from "@lianzheng/node/embedded";
import type { ServedChain } from "@lianzheng/node/embedded";
import { ChainError } from "./chain-error.ts";
import { tracedRpc } from "./tracing.ts";

/** What status says of who makes the chain's blocks. */
export interface Witness {
  /** `unknown` while the chain does not answer; `external` for any chain but the embedded one. */
  readonly engine: "single-operator" | "external" | "unknown";
  /** For people: how much this chain's word is worth. */
  readonly notice: string;
}

/** A node's chain, in its own process or elsewhere: from here on there is no difference. */
export interface ChainLink {
  /** For sending with a key. */
  readonly provider: JsonRpcApiProvider;
  /** For asking; remembers nothing. */
  readonly rpc: ChainRpc;
  /** Who stands behind the chain's word, as far as this node can tell now. */
  witness(): Promise<Witness>;
  /** JSON-RPC of an embedded chain, where it is served. */
  readonly url?: string;
  close(): Promise<void>;
}

const singleOperator: Witness = {
  engine: "single-operator",
  notice:
    "Embedded chain: a single operator runs it and no other party witnesses it. It proves nothing against that operator.",
};

const external: Witness = {
  engine: "external",
  notice:
    "A chain outside this node. Who validates it, and how many, is for its consortium to show: a node cannot tell.",
};

/** While the chain does not answer. */
export const unknownWitness: Witness = {
  engine: "unknown",
  notice: "The chain does not answer, so this node cannot tell what kind of chain it is.",
};

/** Longest wait of the provider for one answer, ms. */
const answerMs = 15_000;

/**
 * Opens the chain that the node's settings name. A chain elsewhere is not asked for anything yet.
 *
 * @throws ChainError C_LOCKED, C_IDENTITY, C_DAMAGED, C_STORAGE, C_OPTIONS of an embedded chain
 */
export async function openChainLink({ settings, paths, sealerKey, deployment }: NodeFolder): Promise<ChainLink> {
  const { chain } = settings;
  if (chain.kind === "rpc") return remoteLink(chain.url, deployment?.chainId ?? 0);
  if (sealerKey === undefined) throw new TypeError("a node with an embedded chain has a sealer's key");
  const embedded = await EmbeddedChain.open({
    directory: paths.chain,
    chainId: chain.chainId,
    sealerKey: sealerKey.privateKey,
  });
  if (chain.rpcPort === null) return embeddedLink(embedded, undefined);
  try {
    return embeddedLink(embedded, await serveEmbeddedChain(embedded, { port: chain.rpcPort }));
  } catch (error) {
    await embedded.close();
    throw error;
  }
}

function remoteLink(url: string, chainId: number): ChainLink {
  const request = new FetchRequest(url);
  request.timeout = answerMs;
  const staticNetwork = Network.from(chainId);
  const options = { staticNetwork, batchMaxCount: 1, cacheTimeout: -1 };
  const provider = new JsonRpcProvider(request, staticNetwork, options);
  const close = (): Promise<void> => {
    provider.destroy();
    return Promise.resolve();
  };
  const rpc = tracedRpc(httpRpc(url));
  return { provider, rpc, witness: () => remoteWitness(rpc), close };
}

/**
 * An embedded chain that another process serves says so itself. Whoever runs a chain could hide it; this is to warn those who
 * took one for a consortium, and no answer of a chain makes its word worth more.
 */
async function remoteWitness(rpc: ChainRpc): Promise<Witness> {
  const version = await rpc.send("web3_clientVersion", []).catch(() => undefined);
  if (typeof version !== "string") return unknownWitness;
  return version.startsWith(CLIENT_NAME) ? singleOperator : external;
}

function embeddedLink(chain: EmbeddedChain, served: ServedChain | undefined): ChainLink {
  const send: ChainRpc["send"] = (method, params) => ask(chain, method, params);
  const request = ({
    method,
    params,
  }: {
    method: string;
    params?: unknown[] | Record<string, unknown>;
  }): Promise<unknown> => send(method, Array.isArray(params) ? params : []);
  const provider = new BrowserProvider({ request }, Network.from(chain.chainId), { cacheTimeout: -1 });
  const close = async (): Promise<void> => {
    provider.destroy();
    await served?.close();
    await chain.close();
  };
  const link = { provider, rpc: tracedRpc({ send }), witness: () => Promise.resolve(singleOperator), close };
  return served === undefined ? link : { ...link, url: served.url };
}

/** Asks the chain as a server would be asked: what a contract says when it refuses stands in the error's `data` (EIP-1193). */
async function ask(chain: EmbeddedChain, method: string, params: readonly unknown[]): Promise<unknown> {
  try {
    return await chain.request(method, params);
  } catch (error) {
    if (!(error instanceof ChainError) || error.code !== "C_RPC_REVERT") throw error;
    throw Object.assign(new Error(error.message, { cause: error }), { code: 3, data: error.details["data"] });
  }
}
