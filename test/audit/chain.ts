/** A chain in earnest on which a log's checkpoints are published: the contract itself refuses what does not grow from its head. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deployContracts, registerLog } from "@lianzheng/node/deployment";
import { EmbeddedChain, serveEmbeddedChain } from "@lianzheng/node/embedded";
import { logIdOf } from "@lianzheng/sdk/chain";
import { EvidenceLogsFactory } from "@lianzheng/sdk/contracts";
import { sha256, toHex, utf8, type Hex } from "@lianzheng/sdk/encoding";
import type { Policy } from "@lianzheng/sdk/evidence";
import { consistencyProof, tilePath } from "@lianzheng/sdk/log";
import { JsonRpcProvider, Wallet } from "ethers";
import { logKey, origin, owner, policy } from "../evidence/fixture.ts";
import type { MadeTree } from "./log-folder.ts";

/** A running chain, and a policy that trusts it. */
export interface AuditChain {
  readonly url: string;
  readonly policy: Policy;
  /** Publishes the tree's roots at these sizes, ascending, each with its proof. */
  publish(tree: MadeTree, sizes: readonly number[]): Promise<void>;
  close(): Promise<void>;
}

export async function startChain(): Promise<AuditChain> {
  const folder = await mkdtemp(join(tmpdir(), "lianzheng-audit-chain-"));
  const chain = await EmbeddedChain.open({
    directory: folder,
    chainId: policy.chain.chainId,
    sealerKey: toHex(sha256(utf8("audit sealer"))),
  });
  const served = await serveEmbeddedChain(chain, { host: "127.0.0.1", port: 0 });
  const provider = new JsonRpcProvider(served.url, policy.chain.chainId, {
    staticNetwork: true,
    batchMaxCount: 1,
    cacheTimeout: -1,
  });
  const signer = new Wallet(toHex(sha256(utf8("audit member"))), provider);
  const seat = { member: owner, key: signer.address.toLowerCase() as Hex, kinds: ["venue"] as const };
  const deployment = await deployContracts(signer, { seats: [seat], threshold: 1 });
  await registerLog(signer, deployment, { origin, key: toHex(logKey("log").publicKey) });
  const { contracts, genesis } = deployment;
  const logs = EvidenceLogsFactory.connect(contracts.evidenceLogs.address, signer);
  let head = 0;
  return {
    url: served.url,
    policy: { ...policy, chain: { ...policy.chain, genesis }, contracts: trusted(contracts) },
    publish: async ({ files, roots }, sizes) => {
      for (const size of sizes) {
        const proof = await consistencyProof(head, size, (at) => files.get(tilePath(at))!);
        await (await logs.publish(logIdOf(owner, origin), head, size, roots.get(size)!, proof.map(toHex))).wait();
        head = size;
      }
    },
    close: async () => {
      provider.destroy();
      await served.close();
      await chain.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function trusted(
  book: Readonly<Record<string, { readonly address: Hex; readonly codeHash: Hex }>>,
): Policy["contracts"] {
  const one = (name: string): { readonly address: Hex; readonly codeHash: Hex } => {
    const { address, codeHash } = book[name]!;
    return { address, codeHash };
  };
  return { members: one("members"), evidenceLogs: one("evidenceLogs"), trades: one("trades") };
}
