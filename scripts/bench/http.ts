/**
 * Records a second over HTTP, the whole way: strict reading, disclosures, entry, tree, signed checkpoint, fdatasync, answer.
 * Beside it, in the same run on the same disk, the plain way to do it: Fastify with a schema, canonical JSON, SHA-256 and
 * one LevelDB put with `sync: true` for each record. Prints a table, or one JSON object with `--json`.
 *
 * `--directory <path>` names the disk to measure, `--rounds <n>` how often (the median counts), `--seconds <n>` how long each
 * measurement lasts.
 *
 * Method: each server is a process of its own with an empty folder; the clients share another. A client keeps its connection
 * and sends its next request when it has the answer to its last. Records are JSON of about 1 KB, no two alike, every request
 * with a new idempotency key. The first second of each measurement warms up and is not counted. The node runs as it is
 * installed, with its embedded chain, which anchors meanwhile.
 */
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import canonicalize from "canonicalize";
import Fastify from "fastify";
import { Level } from "level";
import { pino } from "pino";
import { startNode } from "@lianzheng/node";
import { initNode } from "@lianzheng/node/config";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    directory: { type: "string", default: tmpdir() },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "5" },
    serve: { type: "string" },
    folder: { type: "string", default: "" },
  },
});

/** What a server tells its parent. */
interface Served {
  readonly url: string;
  readonly token: string;
}

interface Load {
  readonly clients: number;
  readonly recordsEach: number;
}

interface Measured {
  readonly recordsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const servers = { node: serveNode, naive: serveNaive } as const;
type ServerName = keyof typeof servers;

const names: Readonly<Record<ServerName, string>> = {
  node: "Lianzheng node",
  naive: "Fastify, LevelDB put with sync, one by one",
};

const loads: readonly Load[] = [
  { clients: 64, recordsEach: 1 },
  { clients: 16, recordsEach: 100 },
];

const warmUpMs = 1000;

async function serveNode(folder: string): Promise<Served> {
  const origin = "bench.example/http";
  const environment = {};
  const owner = "91460000MA5T000160";
  const made = await initNode({ folder, origin, owner, chain: "embedded", port: 0, keystoreCost: 1024, environment });
  const { url } = await startNode({ folder, environment, logger: pino({ level: "silent" }) });
  return { url, token: made.adminToken };
}

/** The schema says of the record what the node's decoder checks, so that both refuse about the same. */
const naiveRecord = {
  type: "object",
  required: ["type", "subject", "occurredAt", "body"],
  additionalProperties: false,
  properties: {
    type: { type: "string", maxLength: 64 },
    subject: { type: "string", maxLength: 200 },
    occurredAt: { type: "string", maxLength: 24 },
    body: { type: "object", minProperties: 1, maxProperties: 256 },
  },
} as const;

async function serveNaive(folder: string): Promise<Served> {
  const level = new Level<string, string>(folder);
  await level.open();
  const app = Fastify({ bodyLimit: 8 * 1024 * 1024 });
  app.post<{ Body: object | readonly object[] }>(
    "/v1/records",
    { schema: { body: { anyOf: [naiveRecord, { type: "array", items: naiveRecord, minItems: 1, maxItems: 1000 }] } } },
    async (incoming, reply) => {
      const ids: string[] = [];
      for (const record of [incoming.body].flat()) {
        const text = canonicalize(record) ?? "";
        const id = createHash("sha256").update(text).digest("hex");
        await level.put(id, text, { sync: true });
        ids.push(id);
      }
      return reply.code(201).send({ ids });
    },
  );
  return { url: await app.listen({ port: 0, host: "127.0.0.1" }), token: "none" };
}

let serial = 0;

function record(): object {
  serial += 1;
  const body = {
    contractId: `contract-${serial}`,
    product: "https://exchange.example/products/0001",
    buyer: "91460000MA5T00024T",
    seller: "91460000MA5T00032M",
    price: "128000.00",
    currency: "CNY",
    terms: randomBytes(270).toString("hex"),
  };
  return { type: "trade.contract", subject: `trade:${serial}`, occurredAt: "2026-11-22T09:14:05.120Z", body };
}

function bodyOf({ recordsEach }: Load): Buffer {
  const records = Array.from({ length: recordsEach }, record);
  return Buffer.from(JSON.stringify(recordsEach === 1 ? records[0] : records));
}

function post(agent: Agent, { url, token }: Served, body: Buffer): Promise<number> {
  serial += 1;
  const headers = {
    authorization: `Bearer ${token}`,
    "content-type": "application/json",
    "content-length": body.length,
    "idempotency-key": `bench-${serial}`,
  };
  return new Promise((resolve, reject) => {
    const outgoing = request(`${url}/v1/records`, { agent, method: "POST", headers }, (answer) => {
      answer.resume().on("end", () => resolve(answer.statusCode ?? 0));
    });
    outgoing.on("error", reject).end(body);
  });
}

async function drive(served: Served, load: Load, seconds: number): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: load.clients });
  const began = performance.now();
  const countFrom = began + warmUpMs;
  const end = countFrom + seconds * 1000;
  const times: number[] = [];
  const client = async (): Promise<void> => {
    while (performance.now() < end) {
      const body = bodyOf(load);
      const sent = performance.now();
      const status = await post(agent, served, body);
      const answered = performance.now();
      if (status !== 201) throw new Error(`answered with ${status}`);
      if (sent >= countFrom && answered < end) times.push(answered - sent);
    }
  };
  await Promise.all(Array.from({ length: load.clients }, client));
  agent.destroy();
  times.sort((a, b) => a - b);
  const at = (share: number): number => Number((times[Math.floor(times.length * share)] ?? 0).toFixed(1));
  return {
    recordsPerSecond: Math.round((times.length * load.recordsEach) / seconds),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  };
}

async function measure(name: ServerName, load: Load): Promise<Measured> {
  const parent = await mkdtemp(join(options.directory, "lianzheng-bench-http-"));
  const child = fork(import.meta.filename, ["--serve", name, "--folder", join(parent, "server")], { stdio: "inherit" });
  try {
    const [served] = (await once(child, "message")) as [Served];
    return await drive(served, load, Number(options.seconds));
  } finally {
    await end(child);
    await rm(parent, { recursive: true });
  }
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

interface Row extends Measured {
  readonly server: string;
  readonly load: Load;
  readonly all: readonly number[];
}

/** Rounds alternate between the servers, so that a busy minute of the machine meets both. */
async function measureAll(): Promise<readonly Row[]> {
  const cases = loads.flatMap((load) => (Object.keys(servers) as ServerName[]).map((name) => ({ name, load })));
  const runs = cases.map((): Measured[] => []);
  for (let round = 0; round < Number(options.rounds); round += 1) {
    for (const [at, { name, load }] of cases.entries()) runs[at]?.push(await measure(name, load));
  }
  return cases.map(({ name, load }, at) => {
    const sorted = (runs[at] ?? []).toSorted((a, b) => a.recordsPerSecond - b.recordsPerSecond);
    const median = sorted[Math.floor(sorted.length / 2)];
    if (median === undefined) throw new Error("no round was run");
    return { server: names[name], load, ...median, all: sorted.map(({ recordsPerSecond }) => recordsPerSecond) };
  });
}

function print(rows: readonly Row[]): void {
  const machine = { cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length, node: process.version };
  const method = `median of ${options.rounds} rounds of ${options.seconds} s after 1 s of warm-up; servers and clients share the machine`;
  if (options.json) {
    process.stdout.write(`${JSON.stringify({ machine, method, rows })}\n`);
    return;
  }
  process.stdout.write(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}\n${method}\n\n`);
  for (const { server, load, recordsPerSecond, p50Ms, p99Ms, all } of rows) {
    const shape = `${load.clients} clients x ${load.recordsEach}`.padEnd(17);
    const rate = `${recordsPerSecond} records/s (${all.join(", ")})`.padEnd(42);
    process.stdout.write(`${server.padEnd(44)}${shape}${rate}p50 ${p50Ms} ms, p99 ${p99Ms} ms\n`);
  }
}

if (options.serve === undefined) {
  print(await measureAll());
} else {
  const served = await servers[options.serve as ServerName](options.folder);
  process.send?.(served);
}
