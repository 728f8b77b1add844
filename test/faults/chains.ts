import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { JsonRpcProvider, Network, Wallet } from "ethers";
import type { Deployment } from "@lianzheng/sdk/chain";
import type { Hex } from "@lianzheng/sdk/encoding";
import { deployContracts } from "@lianzheng/node/deployment";
import { owner } from "../anchor/owner.ts";
import { chainId as embeddedChainId, sealerKey } from "../embedded/fixtures/chains.ts";
import { ServedProcess } from "../embedded/fixtures/served-process.ts";
import { NotHere } from "./case.ts";

/** A chain in a process of its own, with the contracts on it and one member whose key made them. */
export interface Ground {
  readonly engine: "embedded" | "anvil";
  readonly url: string;
  readonly chainId: number;
  readonly deployment: Deployment;
  readonly owner: string;
  readonly key: Wallet;
  /** Address that seals the blocks; undefined for a chain whose blocks nobody seals. */
  readonly sealer: string | undefined;
  /** Asks the chain itself, past any proxy. */
  readonly ask: (method: string, ...params: readonly unknown[]) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

/** The single operator's chain, as `lianzheng chain` serves it. */
export async function openEmbedded(folder: string): Promise<Ground> {
  const served = await ServedProcess.start(join(folder, "chain"));
  const sealer = new Wallet(sealerKey).address.toLowerCase();
  const made = await found(served.url, embeddedChainId, () => Promise.resolve());
  return { engine: "embedded", sealer, ...made, close: () => served.kill() };
}

/** Foundry's chain in memory: its blocks can be taken back. */
export async function openAnvil(chainId = 31337): Promise<Ground> {
  const { url, close } = await startAnvil({ chainId });
  try {
    const made = await found(url, chainId, (key) => setBalance(url, key));
    return { engine: "anvil", sealer: undefined, ...made, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** An anvil without contracts. */
export async function startAnvil({
  chainId,
  timestamp,
}: {
  readonly chainId: number;
  readonly timestamp?: number;
}): Promise<{
  readonly url: string;
  readonly close: () => Promise<void>;
}> {
  const port = await freePort();
  const time = timestamp === undefined ? [] : ["--timestamp", String(timestamp)];
  const args = ["--port", String(port), "--chain-id", String(chainId), "--silent", "--hardfork", "cancun", ...time];
  const child = spawn(anvilProgram(), args, { stdio: "ignore" });
  const url = `http://127.0.0.1:${port}`;
  const close = (): Promise<void> => end(child);
  const isUp = await answers(url, child);
  if (isUp) return { url, close };
  await close();
  throw new NotHere("anvil did not start on this machine");
}

/** @throws NotHere where npm could not bring it */
function anvilProgram(): string {
  const names: Readonly<Record<string, string>> = { x64: "amd64", arm64: "arm64" };
  const packed = `@foundry-rs/anvil-${process.platform}-${names[process.arch] ?? process.arch}/bin/anvil`;
  const program = join(import.meta.dirname, "../../scripts/faults/anvil/node_modules", packed);
  if (existsSync(program)) return program;
  throw new NotHere("anvil is not installed: npm ci --ignore-scripts --prefix scripts/faults/anvil");
}

async function found(
  url: string,
  chainId: number,
  endow: (key: string) => Promise<void>,
): Promise<Omit<Ground, "engine" | "sealer" | "close">> {
  const network = Network.from(chainId);
  const provider = new JsonRpcProvider(url, network, { staticNetwork: network, batchMaxCount: 1, cacheTimeout: -1 });
  provider.pollingInterval = 50;
  const key = new Wallet(Wallet.createRandom().privateKey, provider);
  await endow(key.address);
  const seat = { member: owner, key: key.address.toLowerCase() as Hex, kinds: ["venue"] as const };
  const deployment = await deployContracts(key, { seats: [seat], threshold: 1 });
  provider.destroy();
  const ask = (method: string, ...params: readonly unknown[]): Promise<unknown> => askChain(url, method, params);
  return { url, chainId, deployment, owner, key: new Wallet(key.privateKey), ask };
}

/** One question to a chain, past everything. */
export async function askChain(url: string, method: string, params: readonly unknown[]): Promise<unknown> {
  const headers = { "content-type": "application/json" };
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
  const response = await fetch(url, { method: "POST", headers, body });
  const { result, error } = (await response.json()) as { result?: unknown; error?: { message: string } };
  if (error !== undefined) throw new Error(`${method}: ${error.message}`);
  return result;
}

async function setBalance(url: string, account: string): Promise<void> {
  await askChain(url, "anvil_setBalance", [account, "0x3635c9adc5dea00000"]);
}

async function answers(url: string, child: ChildProcess): Promise<boolean> {
  for (let tries = 0; tries < 200 && child.exitCode === null; tries++) {
    const chainId = await askChain(url, "eth_chainId", []).catch(() => undefined);
    if (chainId !== undefined) return true;
    await pause(50);
  }
  return false;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, "exit");
  child.kill("SIGKILL");
  await gone;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
