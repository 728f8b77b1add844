/**
 * What a log of many records costs: builds one by its own `submit`, in arrays, then measures it. `--records <n>` (1,000,000),
 * `--directory <path>` names the disk, `--keep` leaves the log there, `--json` prints one JSON object, `--save` writes it to
 * docs/bench/scale.json too.
 *
 * Method: records of about 1 KiB (entry and disclosures), one subject in ten with further entries, arrays of 500 under keys of
 * their own, four requests on their way at once; what each tenth of the records took is told apart. Then the log is closed and
 * opened again, in a process of its own, whose start and memory are told; then proofs and records at random indexes there, one
 * after another; then the same start after `rebuild`. Nothing is done to the operating system's cache.
 */
import { fork } from "node:child_process";
import { createHash, createPrivateKey, createPublicKey, randomBytes, randomInt, sign } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, readdir, rm, stat, writeFile } from "node:fs/promises";
import { cpus, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { EvidenceLog, rebuildLog } from "@lianzheng/node/log";
import type { Submission } from "@lianzheng/node/log";
import { createNoteSigner, createNoteVerifier, openCheckpoint, verifyInclusion } from "@lianzheng/sdk/log";
import { fromHex } from "@lianzheng/sdk/encoding";
import { usccCheckCharacter } from "@lianzheng/sdk/record";

const { values: options } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    keep: { type: "boolean", default: false },
    save: { type: "boolean", default: false },
    directory: { type: "string", default: tmpdir() },
    records: { type: "string", default: "1000000" },
    /** For the process that only opens and measures. */
    opened: { type: "string" },
  },
});

const saved = join(import.meta.dirname, "../../docs/bench/scale.json");
const arraySize = 500;
const onTheirWay = 4;
const proofs = 2_000;
const member = `91460000MA5T00016${usccCheckCharacter("91460000MA5T00016")}`;
const origin = "bench.example/scale";
// PKCS #8 of an Ed25519 key (RFC 8410 section 7) with a seed of 32 equal bytes: every process of the run has the same.
const der = Buffer.concat([Buffer.from("302e020100300506032b657004220420", "hex"), Buffer.alloc(32, 7)]);
const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
const publicKey = createPublicKey(privateKey).export({ type: "spki", format: "der" }).subarray(-32);
const signer = createNoteSigner(origin, publicKey, (message) => sign(null, message, privateKey));
const verifier = createNoteVerifier(origin, publicKey);
const vaultKey = Buffer.alloc(32, 9);

async function openLog(directory: string): Promise<EvidenceLog> {
  // As a node keeps it, which publishes once a second.
  const publication = { entries: "members", everyMs: 1000 } as const;
  return await EvidenceLog.open({ directory, origin, signer, vaultKey, now: Date.now, publication });
}

function submission(serial: number): Submission {
  return {
    issuer: member,
    submitter: member,
    type: "trade.contract",
    subject: `trade:${serial - (serial % 10 === 9 ? randomInt(Math.min(serial, 1000)) : 0)}`,
    occurredAt: "2026-11-22T09:14:05.120Z",
    disclosures: Array.from({ length: 4 }, () => randomBytes(96).toString("base64url")),
  };
}

interface Tenth {
  readonly seconds: number;
  /** Of the whole process, LevelDB's and libuv's threads with it. */
  readonly cpuSeconds: number;
}

/** Builds the log; answers what each tenth of the records took, the making of the records not counted. */
async function build(directory: string, records: number): Promise<readonly Tenth[]> {
  const log = await openLog(directory);
  const tenths: Tenth[] = [];
  for (let tenth = 0; tenth < 10; tenth += 1) {
    const end = Math.floor((records * (tenth + 1)) / 10);
    let [taken, cpu] = [0, 0];
    for (let serial = Math.floor((records * tenth) / 10); serial < end;) {
      const arrays: Submission[][] = [];
      for (; arrays.length < onTheirWay && serial < end; serial += arrays.at(-1)?.length ?? 0) {
        const length = Math.min(arraySize, end - serial);
        arrays.push(Array.from({ length }, (_, at) => submission(serial + at)));
      }
      const [began, cpuBegan] = [performance.now(), process.cpuUsage()];
      await Promise.all(
        arrays.map((array, at) => {
          const key = `${serial}-${at}`;
          const requestDigest = `0x${createHash("sha256").update(key).digest("hex")}` as const;
          return log.submit(array, { member, key, requestDigest });
        }),
      );
      taken += performance.now() - began;
      const { user, system } = process.cpuUsage(cpuBegan);
      cpu += user + system;
    }
    tenths.push({ seconds: taken / 1000, cpuSeconds: cpu / 1e6 });
    const each = `${(taken / 1000).toFixed(1)} s, ${((cpu / records) * 10).toFixed(1)} µs of CPU a record`;
    if (!options.json) console.error(`${end} of ${records} records, the last tenth in ${each}`);
  }
  await log.close();
  return tenths;
}

interface Opened {
  readonly startSeconds: number;
  readonly rssMiB: number;
  readonly rssAfterProofsMiB: number;
  readonly proofMs: { readonly p50: number; readonly p99: number; readonly max: number };
  readonly recordMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

function quantiles(times: number[]): Opened["proofMs"] {
  times.sort((a, b) => a - b);
  const at = (share: number): number =>
    Number((times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0).toFixed(3));
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

const rssMiB = (): number => Math.round(process.memoryUsage().rss / 2 ** 20);

/** In a process of its own: what a start costs, and what it answers. Every proof is verified against the checkpoint. */
async function measureOpened(directory: string): Promise<Opened> {
  const began = performance.now();
  const log = await openLog(directory);
  const startSeconds = Number(((performance.now() - began) / 1000).toFixed(3));
  const rss = rssMiB();
  const { size, root } = openCheckpoint(log.checkpoint(), [verifier]);
  const [proofTimes, recordTimes]: [number[], number[]] = [[], []];
  for (let at = 0; at < proofs; at += 1) {
    const index = randomInt(size);
    const asked = performance.now();
    const proof = await log.inclusionProof(index, size);
    const proved = performance.now();
    const record = await log.recordAt(index);
    recordTimes.push(performance.now() - proved);
    proofTimes.push(proved - asked);
    verifyInclusion(fromHex(record?.id ?? "0x", 32), index, size, [...proof], root);
  }
  const measured = {
    startSeconds,
    rssMiB: rss,
    rssAfterProofsMiB: rssMiB(),
    proofMs: quantiles(proofTimes),
    recordMs: quantiles(recordTimes),
  };
  await log.close();
  return measured;
}

async function openedElsewhere(directory: string): Promise<Opened> {
  const child = fork(import.meta.filename, ["--opened", directory], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  const [message] = (await Promise.race([
    once(child, "message"),
    once(child, "exit").then(([code]) =>
      Promise.reject(new Error(`the process that opens the log ended with ${String(code)}`)),
    ),
  ])) as [Opened];
  await once(child, "exit");
  return message;
}

async function bytesIn(directory: string): Promise<number> {
  const files = (await readdir(directory, { recursive: true, withFileTypes: true })).filter((file) => file.isFile());
  let bytes = 0;
  for (const { parentPath, name } of files) bytes += (await stat(join(parentPath, name))).size;
  return bytes;
}

async function run(records: number): Promise<void> {
  const directory = await mkdtemp(join(options.directory, "lianzheng-scale-"));
  try {
    const tenths = await build(directory, records);
    const reopened = await openedElsewhere(directory);
    const diskPerRecord: Record<string, number> = {};
    for (const part of ["journal", "index", "log", "vault"]) {
      diskPerRecord[part] = Number(((await bytesIn(join(directory, part))) / records).toFixed(1));
    }
    const began = performance.now();
    await rebuildLog({ directory, verifier });
    const rebuildSeconds = Number(((performance.now() - began) / 1000).toFixed(1));
    const rebuilt = await openedElsewhere(directory);
    const recordsPerSecond = tenths.map(({ seconds }) => Math.round(records / 10 / seconds));
    const cpuMicros = tenths.map(({ cpuSeconds }) => Number(((cpuSeconds * 1e7) / records).toFixed(1)));
    const lastToFirst = Number(((tenths[9]?.seconds ?? 0) / (tenths[0]?.seconds ?? 1)).toFixed(3));
    const cpuLastToFirst = Number(((cpuMicros[9] ?? 0) / (cpuMicros[0] ?? 1)).toFixed(3));
    const machine = { cpu: cpus()[0]?.model ?? "unknown", cores: cpus().length, node: process.version };
    const result: Result = {
      benchmark: "scale",
      machine,
      records,
      recordsPerSecond,
      cpuMicros,
      lastToFirst,
      cpuLastToFirst,
      reopened,
      rebuildSeconds,
      rebuilt,
      diskPerRecord,
    };
    if (options.save) await writeFile(saved, `${JSON.stringify(result, undefined, 2)}\n`);
    print(result);
  } finally {
    if (!options.keep) await rm(directory, { recursive: true, force: true });
    else console.error(`kept in ${directory}`);
  }
}

interface Result {
  readonly benchmark: string;
  readonly machine: Readonly<Record<string, unknown>>;
  readonly records: number;
  /** By tenth of the records. */
  readonly recordsPerSecond: readonly number[];
  /** Processor time a record, in µs, by tenth. */
  readonly cpuMicros: readonly number[];
  /** What a record of the last tenth took, to one of the first. */
  readonly lastToFirst: number;
  /** The same in processor time, which other work on the machine changes less. */
  readonly cpuLastToFirst: number;
  readonly reopened: Opened;
  readonly rebuildSeconds: number;
  readonly rebuilt: Opened;
  /** Bytes. */
  readonly diskPerRecord: Readonly<Record<string, number>>;
}

function print(result: Result): void {
  if (options.json) {
    console.log(JSON.stringify(result, undefined, 2));
    return;
  }
  const {
    machine,
    records,
    recordsPerSecond,
    cpuMicros,
    lastToFirst,
    cpuLastToFirst,
    reopened,
    rebuildSeconds,
    rebuilt,
    diskPerRecord,
  } = result;
  console.log(
    `${String(machine["cpu"])}, ${String(machine["cores"])} cores, Node ${String(machine["node"])}; ${records.toLocaleString("en")} records`,
  );
  console.log(`records/s by tenth   ${recordsPerSecond.map((rate) => rate.toLocaleString("en")).join("  ")}`);
  console.log(`CPU µs a record      ${cpuMicros.join("  ")}`);
  console.log(`last to first tenth  ${lastToFirst}, in processor time ${cpuLastToFirst}`);
  for (const [name, one] of [
    ["opened again", reopened],
    [`after rebuild (${rebuildSeconds} s)`, rebuilt],
  ] as const) {
    const { startSeconds, rssMiB: rss, rssAfterProofsMiB, proofMs, recordMs } = one;
    console.log(
      `${name.padEnd(20)} start ${startSeconds} s, ${rss} MiB, ${rssAfterProofsMiB} MiB after ${proofs} proofs`,
    );
    console.log(
      `${"".padEnd(20)} proof p50 ${proofMs.p50} ms, p99 ${proofMs.p99} ms; record p50 ${recordMs.p50} ms, p99 ${recordMs.p99} ms`,
    );
  }
  console.log(
    `bytes a record       ${Object.entries(diskPerRecord)
      .map(([part, bytes]) => `${part} ${bytes}`)
      .join(", ")}`,
  );
}

if (options.opened !== undefined) process.send?.(await measureOpened(options.opened));
else await run(Number(options.records));
