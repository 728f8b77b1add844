import { httpRpc, type ChainRpc } from "@lianzheng/node/anchor";
import type { Published } from "@lianzheng/sdk/audit";
import { decodeCheckpointPublished, eventTopics, fromQuantity, fromRpcHex } from "@lianzheng/sdk/chain";
import { EvidenceLogsFactory } from "@lianzheng/sdk/contracts";
import { EvidenceError, fromHex, keccak256, toHex, type Hex } from "@lianzheng/sdk/encoding";
import type { Policy } from "@lianzheng/sdk/evidence";
import { CliError } from "../errors.ts";

/** What a chain's endpoint tells of a log: its word, not a proof. */
export interface ChainView {
  readonly url: string;
  /** Number of the block up to which it was asked. */
  readonly block: number;
  readonly published: readonly Published[];
  readonly head: { readonly size: number; readonly root: Hex };
}

interface RpcLogAnswer {
  readonly address: string;
  readonly topics: readonly string[];
  readonly data: string;
  readonly blockNumber: string;
  readonly transactionHash: string;
}

const mostBlocks = 50_000;

/**
 * All checkpoints of a log that the chain accepted, in its order.
 *
 * @throws CliError E_UNREACHABLE; E_WRONG_CHAIN (another chain id or genesis than the policy's, or other code at the contract's address);
 *   E_CHAIN_ANSWER (events that are none)
 */
export async function readPublished(url: string, policy: Policy, logId: Hex): Promise<ChainView> {
  const rpc = httpRpc(url);
  const { address } = policy.contracts.evidenceLogs;
  try {
    await assertTrusted(rpc, url, policy);
    // Before the events: so none of them can be missing for having come later.
    const head = await headOf(rpc, address, logId);
    const block = Number(fromQuantity(await rpc.send("eth_blockNumber", []), "blockNumber"));
    return { url, block, published: await eventsOf(rpc, address, logId, block), head };
  } catch (error) {
    if (error instanceof EvidenceError)
      throw new CliError("E_CHAIN_ANSWER", `${url}: ${error.message}`, { url }, error);
    if (!(error instanceof Error) || error.name !== "ChainError") throw error;
    throw new CliError(
      "E_UNREACHABLE",
      `the chain at ${url} does not answer as it should: ${error.message}`,
      { url },
      error,
    );
  }
}

async function headOf(rpc: ChainRpc, address: Hex, logId: Hex): Promise<ChainView["head"]> {
  const contract = EvidenceLogsFactory.createInterface();
  const data = contract.encodeFunctionData("latest", [logId]);
  const answer = fromRpcHex(await rpc.send("eth_call", [{ to: address, data }, "latest"]), "latest");
  // size, root, time: three words.
  if (answer.length !== 2 + 3 * 64) throw new EvidenceError("E_HEX_FORM", "the newest checkpoint is not three words");
  const [size, root] = [answer.slice(2, 66), answer.slice(66, 130)];
  return { size: Number(BigInt(`0x${size}`)), root: fromRpcHex(`0x${root}`, "root", 32) };
}

async function assertTrusted(rpc: ChainRpc, url: string, { chain, contracts }: Policy): Promise<void> {
  const chainId = Number(fromQuantity(await rpc.send("eth_chainId", []), "chainId"));
  const genesis = (await rpc.send("eth_getBlockByNumber", ["0x0", false])) as { readonly hash?: string } | null;
  if (chainId !== chain.chainId || genesis?.hash !== chain.genesis) {
    const is = `chain ${chainId} with genesis ${genesis?.hash ?? "none"}`;
    throw new CliError("E_WRONG_CHAIN", `${url} is ${is}; the policy trusts ${chain.chainId} with ${chain.genesis}`);
  }
  const { address, codeHash } = contracts.evidenceLogs;
  const code = fromRpcHex(await rpc.send("eth_getCode", [address, "latest"]), "code");
  if (toHex(keccak256(fromHex(code))) === codeHash) return;
  throw new CliError("E_WRONG_CHAIN", `${url} has other code at ${address} than the policy trusts`);
}

/** Endpoints bound what they answer at once, each in its own way: a range that is refused is asked for in halves. */
async function eventsOf(rpc: ChainRpc, address: Hex, logId: Hex, tip: number): Promise<readonly Published[]> {
  const published: Published[] = [];
  let [from, span] = [0, mostBlocks];
  while (from <= tip) {
    const to = Math.min(tip, from + span - 1);
    try {
      const range = { fromBlock: `0x${from.toString(16)}`, toBlock: `0x${to.toString(16)}` };
      const filter = { address, topics: [eventTopics.CheckpointPublished, logId], ...range };
      const logs = (await rpc.send("eth_getLogs", [filter])) as readonly RpcLogAnswer[];
      published.push(...logs.map((log) => publishedOf(log, address, logId)));
      from = to + 1;
    } catch (error) {
      if (span === 1 || !isRefusal(error)) throw error;
      span = Math.ceil(span / 2);
    }
  }
  return published;
}

/** The endpoint answered, and not with what it was asked for. */
function isRefusal(error: unknown): boolean {
  const { name, code } = error as { readonly name?: string; readonly code?: string };
  return name === "ChainError" && code !== "C_UNREACHABLE";
}

/** @throws EvidenceError V_EVENT, V_EMITTER for what was not asked for */
function publishedOf(
  { address, topics, data, blockNumber, transactionHash }: RpcLogAnswer,
  contract: Hex,
  logId: Hex,
): Published {
  const log = {
    address: fromRpcHex(address, "address", 20),
    topics: topics.map((topic) => fromRpcHex(topic, "topics", 32)),
    data: fromRpcHex(data, "data"),
  };
  const { size, root, previousSize, ...event } = decodeCheckpointPublished(log);
  if (log.address !== contract || event.logId !== logId) {
    throw new EvidenceError("V_EMITTER", "an event of another contract or log than was asked for");
  }
  const block = Number(fromQuantity(blockNumber, "blockNumber"));
  return { size, root, previousSize, block, transaction: fromRpcHex(transactionHash, "transactionHash", 32) };
}
