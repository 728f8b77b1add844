/** Records a second until the chain has them: a log that anchors, beside one transaction for each record on the same chains. */
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { EmbeddedChain } from "@lianzheng/node/embedded";
import type { Hex } from "@lianzheng/sdk/encoding";
import { ContractFactory, Interface, Wallet, getCreateAddress, id } from "ethers";
import { network } from "hardhat";
import { Bodies } from "./http/records.ts";
import type { Served } from "./http/servers.ts";
import { inTurn, ratioOf, spreadOf } from "./measuring.ts";
import { plainRegistry } from "./peers.ts";
import type { BenchOptions, Group } from "./results.ts";

const chainId = 31337;
const sealerKey: Hex = `0x${"5e".repeat(32)}`;
const recordsEach = 100;
const clients = 16;

async function withFolder<Result>(directory: string, use: (folder: string) => Promise<Result>): Promise<Result> {
  const parent = await mkdtemp(join(directory, "lianzheng-bench-anchored-"));
  try {
    return await use(parent);
  } finally {
    await rm(parent, { recursive: true });
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

/** Sends `count` records in arrays, then asks until the chain has accepted a checkpoint over all of them. */
async function untilAnchored({ url, token }: Served, count: number): Promise<number> {
  const bodies = new Bodies("array", recordsEach, 0);
  let sent = 0;
  const client = async (): Promise<void> => {
    while (sent < count) {
      sent += recordsEach;
      const headers = {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "idempotency-key": `bench-${sent}`,
      };
      const answer = await fetch(`${url}/v1/records`, { method: "POST", headers, body: Buffer.from(bodies.next()) });
      if (answer.status !== 201) throw new Error(`answered with ${answer.status}: ${await answer.text()}`);
      await answer.arrayBuffer();
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: clients }, client));
  for (;;) {
    const status = (await (await fetch(`${url}/v1/status`)).json()) as { anchored: { size: number } | null };
    if ((status.anchored?.size ?? 0) >= sent) return (sent / (performance.now() - began)) * 1000;
    await pause(20);
  }
}

function anchoredLog({ directory, isQuick }: BenchOptions): () => Promise<number> {
  const run = async (parent: string): Promise<number> => {
    const path = join(import.meta.dirname, "http", "servers.ts");
    const server = fork(path, ["node", join(parent, "server")], { stdio: "inherit", execArgv: [] });
    try {
      const [served] = (await once(server, "message")) as [Served];
      return await untilAnchored(served, isQuick ? 1_000 : 100_000);
    } finally {
      await end(server);
    }
  };
  return () => withFolder(directory, run);
}

type Ask = (method: string, params: readonly unknown[]) => Promise<unknown>;

/** One signed transaction for each record, made before the clock starts; the answer to each is that a block has it. */
async function transactionsOn(ask: Ask, count: number): Promise<number> {
  const wallet = new Wallet(id("bench"));
  const { abi, bytecode } = plainRegistry();
  const law = new Interface(abi);
  const common = { type: 0, chainId, gasPrice: 0 };
  const { data } = await new ContractFactory(abi, bytecode).getDeployTransaction(wallet.address);
  await ask("eth_sendRawTransaction", [
    await wallet.signTransaction({ ...common, nonce: 0, gasLimit: 5_000_000, data }),
  ]);
  const to = getCreateAddress({ from: wallet.address, nonce: 0 });
  const raws: string[] = [];
  for (let nonce = 1; nonce <= count; nonce += 1) {
    const call = law.encodeFunctionData("record", [id(`record ${nonce}`), id(`digest ${nonce}`)]);
    raws.push(await wallet.signTransaction({ ...common, nonce, gasLimit: 200_000, to, data: call }));
  }
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < raws.length) await ask("eth_sendRawTransaction", [raws[next++]]);
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: 64 }, client));
  const seconds = (performance.now() - began) / 1000;
  await checkRecorded(ask, law, to, count);
  return count / seconds;
}

/** A figure of transactions that fail would be worth nothing: each must have left its event. */
async function checkRecorded(ask: Ask, law: Interface, address: string, count: number): Promise<void> {
  const topics = [law.getEvent("Recorded")?.topicHash];
  const events = (await ask("eth_getLogs", [{ fromBlock: "0x0", address, topics }])) as readonly unknown[];
  if (events.length !== count) throw new Error(`${events.length} of ${count} records are on the chain`);
}

function onEmbeddedChain({ directory, isQuick }: BenchOptions): () => Promise<number> {
  return () =>
    withFolder(directory, async (parent) => {
      const chain = await EmbeddedChain.open({ directory: join(parent, "chain"), chainId, sealerKey });
      try {
        return await transactionsOn((method, params) => chain.request(method, params), isQuick ? 20 : 500);
      } finally {
        await chain.close();
      }
    });
}

async function onEdr({ isQuick }: BenchOptions): Promise<number> {
  const { provider } = await network.create("oracle");
  const ask: Ask = (method, params) => provider.request({ method, params: [...params] });
  return await transactionsOn(ask, isQuick ? 20 : 500);
}

/** Ours first; then one transaction for each record on the same embedded chain, and on EDR, which keeps nothing on disk. */
export async function benchAnchored(options: BenchOptions): Promise<Group> {
  options.tell("records until the chain has them");
  const names = [
    "Lianzheng node: arrays of 100, one publish a checkpoint",
    "one transaction a record, embedded chain (on disk)",
    "one transaction a record, EDR (in memory)",
  ] as const;
  const runs = [anchoredLog(options), onEmbeddedChain(options), () => onEdr(options)];
  const candidates = names.map((name, at) => ({ name, run: async () => (await runs[at]?.()) ?? Number.NaN }));
  const results = await inTurn(candidates, options.isQuick ? 1 : 3);
  return {
    id: "anchored",
    title: "Records until the chain has them",
    unit: "records/s",
    better: "more",
    method:
      "Ours: 100,000 records over HTTP from 16 clients, until the node's status says that a checkpoint over all of them was accepted; the last publication waits for its ten seconds. Peers: 500 signed transactions to a plain registry, 64 at a time, each answered when a block has it.",
    rows: names.map((name, at) => ({ name, isOurs: at === 0, value: spreadOf(results[at] ?? []) })),
    ratios: names
      .slice(1)
      .map((peer, at) => ({ ours: names[0], peer, ratio: ratioOf(results[0] ?? [], results[at + 1] ?? []) })),
  };
}
