import { pino } from "pino";
import { pathsOf, readNodeFolder } from "@lianzheng/node/config";
import type { Environment } from "@lianzheng/node/config";
import { checkDeployment } from "@lianzheng/node/deployment";
import { Registry } from "@lianzheng/node/registry";
import type { CheckReport } from "@lianzheng/node/registry";
import { openChainLink } from "./chain-link.ts";
import { NodeError } from "./errors.ts";

/** What a check of a whole registry is started with. */
export interface RegistryCheck {
  /** A node's folder; the node must not run. */
  readonly folder: string;
  readonly environment?: Environment;
}

/**
 * Follows the chain to its tip in a stopped node's registry, and compares every row with what the contracts say at that block.
 *
 * @throws NodeError CONFIG_*, REGISTRY_*; ChainError C_LOCKED while the node runs, C_WRONG_CHAIN, C_UNREACHABLE, C_RPC_*, …
 */
export async function checkRegistry({ folder, environment }: RegistryCheck): Promise<CheckReport> {
  const read = await readNodeFolder(folder, environment);
  const { deployment } = read;
  if (deployment === undefined) {
    throw new NodeError("CONFIG_MISSING", "the node was never started: there are no contracts yet", { folder });
  }
  const chain = await openChainLink(read);
  try {
    const registry = await Registry.open({
      ...{ directory: pathsOf(folder).registry, deployment, chain: chain.rpc, checkSeconds: 0 },
      ...{ identify: () => checkDeployment(chain.rpc, deployment), logger: pino({ level: "silent" }) },
    });
    try {
      await registry.follow();
      return await registry.check();
    } finally {
      await registry.close();
    }
  } finally {
    await chain.close();
  }
}
