/**
 * Records a second that a log acknowledges, each after fdatasync, beside two plain ways to keep bytes on the same disk
 * in the same run. Prints a table, or one JSON object with `--json`. `--directory <path>` names the disk to measure,
 * `--rounds <n>` how often (the median counts), `--scale <n>` multiplies the number of records.
 *
 * Method: records of about 1 KiB (entry and disclosures), prepared before the clock starts, every record a subject of
 * its own, every request a new idempotency key. A client sends its next request when it has its receipt. Clients,
 * log and disk share one process.
 */
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";
import { mkdir, mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { EvidenceLog } from "@lianzheng/node/log";
import type { Submission } from "@lianzheng/node/log";
import { createNoteSigner } from "@lianzheng/sdk/log";
import { usccCheckCharacter } from "@lianzheng/sdk/record";
import { Level } from "level";
import { machineOf } from "./measuring.ts";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    directory: { type: "string", default: tmpdir() },
    rounds: { type: "string", default: "3" },
    scale: { type: "string", default: "1" },
  },
});
const rounds = Number(options.rounds);
const scale = Number(options.scale);

interface Measured {
  readonly name: string;
  readonly records: number;
  readonly clients: number;
  readonly recordsPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

const member = `91460000MA5T00016${usccCheckCharacter("91460000MA5T00016")}`;
const origin = "bench.example/log";
let serial = 0;

function submission(): Submission {
  serial += 1;
  return {
    issuer: member,
    submitter: member,
    type: "trade.contract",
    subject: `trade:${serial}`,
    occurredAt: "2026-11-22T09:14:05.120Z",
    disclosures: Array.from({ length: 4 }, () => randomBytes(96).toString("base64url")),
  };
}

interface Run {
  readonly clients: number;
  readonly requests: number;
  readonly recordsEach: number;
}

/** Clients that send their next request when they have the answer to their last. */
async function drive(name: string, run: Run, send: (request: number) => Promise<unknown>): Promise<Measured> {
  const times: number[] = [];
  let next = 0;
  const client = async (): Promise<void> => {
    while (next < run.requests) {
      const request = next;
      next += 1;
      const began = performance.now();
      await send(request);
      times.push(performance.now() - began);
    }
  };
  const began = performance.now();
  await Promise.all(Array.from({ length: run.clients }, client));
  const seconds = (performance.now() - began) / 1000;
  times.sort((a, b) => a - b);
  const records = run.requests * run.recordsEach;
  const at = (share: number): number => Number((times[Math.floor(times.length * share)] ?? 0).toFixed(2));
  return {
    name,
    records,
    clients: run.clients,
    recordsPerSecond: Math.round(records / seconds),
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  };
}

async function benchLog(name: string, run: Run, folder: string): Promise<Measured> {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const raw = publicKey.export({ type: "spki", format: "der" }).subarray(-32);
  const signer = createNoteSigner(origin, raw, (message) => sign(null, message, privateKey));
  const log = await EvidenceLog.open({
    directory: folder,
    origin,
    signer,
    vaultKey: new Uint8Array(32),
    now: Date.now,
  });
  const batches = Array.from({ length: run.requests }, () => Array.from({ length: run.recordsEach }, submission));
  const measured = await drive(name, run, async (request) => {
    const requestDigest = `0x${request.toString(16).padStart(64, "0")}` as const;
    return await log.submit(batches[request] ?? [], { member, key: `key-${request}`, requestDigest });
  });
  await log.close();
  return measured;
}

async function benchLevel(run: Run, folder: string): Promise<Measured> {
  const database = new Level<string, Buffer>(folder, { valueEncoding: "buffer" });
  await database.open();
  const value = randomBytes(1024);
  const measured = await drive("LevelDB put, sync, one by one", run, (request) =>
    database.put(String(request), value, { sync: true }),
  );
  await database.close();
  return measured;
}

async function benchAppend(run: Run, folder: string): Promise<Measured> {
  await mkdir(folder, { recursive: true });
  const file = await open(join(folder, "append"), "a");
  const value = randomBytes(1024 * run.recordsEach);
  const measured = await drive(`raw append of ${run.recordsEach} KiB + fdatasync`, run, async () => {
    await file.write(value);
    await file.datasync();
  });
  await file.close();
  return measured;
}

async function round(): Promise<readonly Measured[]> {
  const root = await mkdtemp(join(options.directory, "lianzheng-bench-"));
  const count = (number: number): number => Math.round(number * scale);
  try {
    return [
      await benchLog("log, single records", { clients: 64, requests: count(20_000), recordsEach: 1 }, join(root, "a")),
      await benchLog("log, arrays of 100", { clients: 16, requests: count(600), recordsEach: 100 }, join(root, "b")),
      await benchLevel({ clients: 64, requests: count(4000), recordsEach: 1 }, join(root, "c")),
      await benchAppend({ clients: 1, requests: count(2000), recordsEach: 1 }, join(root, "d")),
      await benchAppend({ clients: 1, requests: count(200), recordsEach: 100 }, join(root, "e")),
    ];
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

function medians(all: readonly (readonly Measured[])[]): readonly Measured[] {
  return (all[0] ?? []).map(({ name }) => {
    const same = all.flatMap((one) => one.filter((measured) => measured.name === name));
    same.sort((a, b) => a.recordsPerSecond - b.recordsPerSecond);
    return same[Math.floor(same.length / 2)]!;
  });
}

const all: (readonly Measured[])[] = [];
for (let number = 0; number < rounds; number += 1) all.push(await round());
const results = medians(all);
const machine = machineOf(options.directory);
const method = `median of ${rounds} rounds, one process, records of about 1 KiB, acknowledged after fdatasync`;
if (options.json) {
  console.log(JSON.stringify({ benchmark: "ingest", machine, method, results }, undefined, 2));
} else {
  console.log(`${machine.cpu}, ${machine.cores} cores, Node ${machine.node}; ${method}`);
  for (const { name, recordsPerSecond, clients, p50Ms, p99Ms } of results) {
    const rate = recordsPerSecond.toLocaleString("en").padStart(9);
    console.log(`${name.padEnd(38)} ${rate}/s  ${clients} clients  p50 ${p50Ms} ms  p99 ${p99Ms} ms`);
  }
}
