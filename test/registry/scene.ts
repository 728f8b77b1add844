import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ChainRpc } from "@lianzheng/node/anchor";
import { Registry, type RegistryOptions } from "@lianzheng/node/registry";
import { contractNames, type ContractName, type DeployedContract, type Deployment } from "@lianzheng/sdk/chain";
import { fromHex, keccak256, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { ethers, type World } from "../contracts/fixture.ts";

/** The chain of the tests as a registry asks it. */
export const chain: ChainRpc = {
  send: (method, params) => ethers.provider.send(method, [...params]),
};

/** A logger that keeps what it is told. */
export function quietLogger(): { readonly lines: string[] } & RegistryOptions["logger"] {
  const lines: string[] = [];
  const keep = (values: object, message: string): void => void lines.push(`${message} ${JSON.stringify(values)}`);
  return { lines, info: keep, warn: keep, error: keep };
}

/** The address book of a world. */
export async function deploymentOf(world: World): Promise<Deployment> {
  const { chainId } = await ethers.provider.getNetwork();
  const genesis = (await ethers.provider.getBlock(0))?.hash as Hex;
  const book: [ContractName, DeployedContract][] = [];
  for (const name of contractNames) {
    const contract = name === "evidenceLogs" ? world.logs : world[name];
    const address = (await contract.getAddress()).toLowerCase() as Hex;
    const code = await ethers.provider.getCode(address);
    book.push([name, { address, codeHash: toHex(keccak256(fromHex(code))), block: 1 }]);
  }
  return {
    chainId: Number(chainId),
    genesis,
    contracts: Object.fromEntries(book) as Record<ContractName, DeployedContract>,
  };
}

/** Runs `use` with a folder that is gone afterwards. */
export async function withFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "registry-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A registry that follows nothing yet. */
export async function openRegistry(
  deployment: Deployment,
  directory: string,
  changes: Partial<RegistryOptions> = {},
): Promise<Registry> {
  return await Registry.open({
    directory,
    chain,
    deployment,
    identify: () => Promise.resolve(),
    logger: quietLogger(),
    checkSeconds: 0,
    ...changes,
  });
}

/** Everything that a registry shows, key by key. */
export async function viewsOf(registry: Registry): Promise<ReadonlyMap<string, string>> {
  const reading = await registry.read();
  try {
    const views = new Map<string, string>();
    for await (const [key, value] of reading.everything()) views.set(key, value.toString("base64"));
    return views;
  } finally {
    await reading.close();
  }
}

/** The views of a follower that begins with nothing and follows to the tip. */
export async function freshViews(deployment: Deployment): Promise<ReadonlyMap<string, string>> {
  return await withFolder(async (folder) => {
    const registry = await openRegistry(deployment, folder);
    try {
      await registry.follow();
      return await viewsOf(registry);
    } finally {
      await registry.close();
    }
  });
}
