/**
 * The embedded chain beside Hardhat's EDR (which keeps nothing on disk) in one run: transactions a second, calls, proofs, and how
 * long the chain takes to open again. Prints a table, or one JSON object with `--json`. `--directory <path>` names the disk to
 * measure, `--transactions <n>` how many for each line, `--blocks <n>` at how many blocks the chain is opened again.
 *
 * Method: each transaction registers a log with `EvidenceLogs.register`, which asks `Members` who calls: two contracts, four new
 * slots, one event, about 150,000 gas. All are signed before the clock starts. A client sends its next one when the last is
 * answered; the embedded chain answers when it is on disk (one fsync for each block), EDR when it is in memory. Calls and proofs
 * are asked one after the other. Clients and chain share one process; the lines that say HTTP go over loopback.
 */
import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { EmbeddedChain, serveEmbeddedChain } from "@lianzheng/node/embedded";
import { EvidenceLogsFactory, maskOfKinds, MembersFactory, Tier } from "@lianzheng/sdk/contracts";
import { logIdOf, memberIdOf } from "@lianzheng/sdk/chain";
import { usccCheckCharacter } from "@lianzheng/sdk/record";
import type { Hex } from "@lianzheng/sdk/encoding";
import { getCreateAddress, id, Wallet } from "ethers";
import type { TransactionLike } from "ethers";
import { network } from "hardhat";
import { machineOf } from "./measuring.ts";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    directory: { type: "string", default: tmpdir() },
    transactions: { type: "string", default: "300" },
    blocks: { type: "string", default: "1000" },
  },
});
const transactions = Number(options.transactions);
const chainId = 31337;
const sealerKey: Hex = `0x${"5e".repeat(32)}`;
const first17 = "91460000MA5T00016";
const uscc = `${first17}${usccCheckCharacter(first17)}`;
const law = EvidenceLogsFactory.createInterface();

/** Something that answers JSON-RPC methods. */
interface Engine {
  readonly name: string;
  readonly ask: (method: string, params: readonly unknown[]) => Promise<unknown>;
}

interface Measured {
  readonly name: string;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Processor time of the process for each, which other load on the machine changes little. */
  readonly cpuMs: number;
}

/** `clients` that do the next piece of work when their last is done. */
async function measure(
  name: string,
  count: number,
  clients: number,
  work: (index: number) => Promise<unknown>,
): Promise<Measured> {
  const times: number[] = [];
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < count) {
      const began = performance.now();
      await work(next++);
      times.push(performance.now() - began);
    }
  };
  const began = performance.now();
  const before = process.cpuUsage();
  await Promise.all(Array.from({ length: clients }, client));
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(before);
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { name, perSecond: count / seconds, p50Ms: at(0.5), p99Ms: at(0.99), cpuMs: (user + system) / 1000 / count };
}

/** One account that signs transactions in the order of their nonces. */
class Sender {
  readonly wallet = new Wallet(id("bench"));
  #nonce = 0;

  async sign(fields: TransactionLike): Promise<string> {
    const nonce = this.#nonce++;
    return this.wallet.signTransaction({ type: 0, chainId, nonce, gasLimit: 1_000_000, gasPrice: 0, ...fields });
  }

  /** Raw transactions that make both contracts, and the address of the second. */
  async deployment(): Promise<{ raws: readonly string[]; logs: string }> {
    const from = this.wallet.address;
    const tier = { tier: Tier.none, parent: `0x${"00".repeat(18)}` };
    const founder = {
      member: memberIdOf(uscc),
      key: from,
      kinds: maskOfKinds(["venue"]),
      ...tier,
      metadata: id("bench"),
    };
    // The account stands for council and emergency too: neither has anything to do here.
    const members = await new MembersFactory().getDeployTransaction([founder], from, from);
    const evidenceLogs = await new EvidenceLogsFactory().getDeployTransaction(getCreateAddress({ from, nonce: 0 }));
    const raws = [];
    for (const { data } of [members, evidenceLogs]) raws.push(await this.sign({ data, gasLimit: 10_000_000 }));
    return { raws, logs: getCreateAddress({ from, nonce: 1 }) };
  }

  async registrations(to: string, from: number, count: number): Promise<readonly string[]> {
    const raws = [];
    for (let number = from; number < from + count; number++)
      raws.push(
        await this.sign({ to, data: law.encodeFunctionData("register", [`bench.example/${number}`, id("key")]) }),
      );
    return raws;
  }
}

/** All lines of one engine. */
async function measureEngine(
  { name, ask }: Engine,
  sender: Sender,
  logs: string,
  rounds: readonly (readonly [string, number])[],
): Promise<Measured[]> {
  const lines: Measured[] = [];
  const send = (raw: string | undefined): Promise<unknown> => ask("eth_sendRawTransaction", [raw]);
  for (const [index, [what, clients]] of rounds.entries()) {
    const raws = await sender.registrations(logs, (index + 1) * 1_000_000, transactions);
    lines.push(await measure(`${name}, transactions, ${what}`, transactions, clients, (at) => send(raws[at])));
  }
  await checkRegistered(ask, logs);
  const logId = logIdOf(uscc, "bench.example/1000000");
  const call = { to: logs, data: law.encodeFunctionData("latest", [logId]) };
  lines.push(await measure(`${name}, eth_call`, transactions, 1, () => ask("eth_call", [call, "latest"])));
  lines.push(await measure(`${name}, eth_getProof`, transactions, 1, () => ask("eth_getProof", [logs, [], "latest"])));
  return lines;
}

/** A figure of transactions that fail would be worth nothing: each must have left its event. */
async function checkRegistered(ask: Engine["ask"], logs: string): Promise<void> {
  const topics = [law.getEvent("LogRegistered").topicHash];
  const events = (await ask("eth_getLogs", [{ fromBlock: "0x0", address: logs, topics }])) as readonly unknown[];
  const expected = transactions * rounds.length;
  if (events.length !== expected) throw new Error(`${events.length} of ${expected} registrations are there`);
}

const rounds = [
  ["one client", 1],
  ["64 clients", 64],
] as const;

async function deploy({ ask }: Engine, raws: readonly string[]): Promise<void> {
  for (const raw of raws) await ask("eth_sendRawTransaction", [raw]);
}

async function measureOracle(): Promise<Measured[]> {
  const { provider } = await network.create("oracle");
  const engine = {
    name: "EDR in memory",
    ask: (method: string, params: readonly unknown[]) => provider.request({ method, params: [...params] }),
  };
  const sender = new Sender();
  const { raws, logs } = await sender.deployment();
  await deploy(engine, raws);
  return measureEngine(engine, sender, logs, rounds);
}

interface Reopened {
  readonly blocks: number;
  readonly openMs: number;
  readonly bytesPerBlock: number;
}

async function measureEmbedded(directory: string): Promise<{ lines: Measured[]; reopened: Reopened }> {
  const chain = await EmbeddedChain.open({ directory, chainId, sealerKey });
  const served = await serveEmbeddedChain(chain, { port: 0 });
  const engine = {
    name: "embedded on disk",
    ask: (method: string, params: readonly unknown[]) => chain.request(method, params),
  };
  const sender = new Sender();
  const { raws, logs } = await sender.deployment();
  await deploy(engine, raws);
  const lines = await measureEngine(engine, sender, logs, rounds);
  const overHttp = await sender.registrations(logs, 9_000_000, transactions);
  lines.push(
    await measure("embedded on disk, transactions, one client over HTTP", transactions, 1, (at) =>
      post(served.url, overHttp[at]),
    ),
  );
  const blocks = Number(options.blocks);
  while (Number(await chain.request("eth_blockNumber")) < blocks)
    for (const raw of await sender.registrations(logs, 20_000_000 + Number(await chain.request("eth_blockNumber")), 1))
      await chain.request("eth_sendRawTransaction", [raw]);
  await served.close();
  await chain.close();
  return { lines, reopened: await reopen(directory) };
}

async function post(url: string, raw: string | undefined): Promise<unknown> {
  const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_sendRawTransaction", params: [raw] });
  return (await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body })).json();
}

async function reopen(directory: string): Promise<Reopened> {
  const began = performance.now();
  const chain = await EmbeddedChain.open({ directory, chainId, sealerKey });
  const blocks = Number(await chain.request("eth_blockNumber"));
  const openMs = performance.now() - began;
  await chain.close();
  const sizes = await Promise.all(
    (await readdir(directory)).map(async (name) => (await stat(join(directory, name))).size),
  );
  return { blocks, openMs, bytesPerBlock: sizes.reduce((sum, size) => sum + size, 0) / blocks };
}

const directory = await mkdtemp(join(options.directory, "lianzheng-bench-chain-"));
try {
  const oracle = await measureOracle();
  const { lines, reopened } = await measureEmbedded(directory);
  const machine = machineOf(options.directory);
  if (options.json) console.log(JSON.stringify({ machine, transactions, lines: [...oracle, ...lines], reopened }));
  else print([...oracle, ...lines], reopened, machine);
} finally {
  await rm(directory, { recursive: true, force: true });
}

function print(
  lines: readonly Measured[],
  reopened: Reopened,
  machine: { cpu: string; cores: number; node: string },
): void {
  console.log(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; ${transactions} of each\n`);
  for (const { name, perSecond, p50Ms, p99Ms, cpuMs } of lines)
    console.log(
      `${name.padEnd(54)} ${perSecond.toFixed(0).padStart(6)}/s  p50 ${p50Ms.toFixed(1).padStart(7)} ms  p99 ${p99Ms.toFixed(1).padStart(7)} ms  CPU ${cpuMs.toFixed(2)} ms`,
    );
  const { blocks, openMs, bytesPerBlock } = reopened;
  console.log(
    `\nopened again at ${blocks} blocks in ${openMs.toFixed(0)} ms; ${(bytesPerBlock / 1024).toFixed(1)} KiB a block on disk`,
  );
}
