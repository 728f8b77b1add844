/*
 * How fast a whole log is audited: `node scripts/bench/audit.ts [records]` makes a log of so many records (a million by default) as files,
 * then audits it in a process of its own: from its hash tiles alone, and with every entry. Prints records per second and the greatest
 * memory. Each round reads files that are in the page cache; a disk that is slower than that is the limit then.
 */
import { spawnSync } from "node:child_process";
import { hash } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fastNodeDigest } from "@lianzheng/node/log";
import { toHex } from "@lianzheng/sdk/encoding";
import { encodePolicy } from "@lianzheng/sdk/evidence";
import { edgeRoot, emptyEdge, encodeEntryBundle, entriesPath, tilePath, tilesOf } from "@lianzheng/sdk/log";
import { toInstant } from "@lianzheng/sdk/record";
import { signed } from "../../test/audit/log-folder.ts";
import { origin, owner, policy, startMs } from "../../test/evidence/fixture.ts";
import { inTurn, loadAverage, machineOf, spreadOf } from "./measuring.ts";

const records = Number(process.argv[2] ?? 1_000_000);
const rounds = Number(process.argv[3] ?? 3);
/** Records of one subject, and members of one record: as in a trade with its deliveries. */
const [perSubject, members] = [10, 6];

const digest = (text: string | Uint8Array): Buffer => Buffer.from(hash("sha256", text, "binary"), "latin1");

async function put(folder: string, path: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), bytes);
}

/** Written as text: `encodeEntry` checks each member, which is not what is measured here. */
function entryOf(index: number, previous: string | null): Uint8Array {
  const commitments = Array.from({ length: members }, (_, at) => digest(`${index} ${at}`).toString("base64url")).sort();
  const at = toInstant(startMs + index);
  const subject = `trade:${toHex(digest(`subject ${Math.floor(index / perSubject)}`))}`;
  return Buffer.from(
    `{"commitments":${JSON.stringify(commitments)},"issuer":"${owner}","occurredAt":"${at}","previous":${JSON.stringify(previous)},` +
      `"receivedAt":"${at}","sequence":${index % perSubject},"subject":"${subject}","type":"trade.delivery","version":1}`,
  );
}

async function makeLog(folder: string): Promise<number> {
  let edge = emptyEdge;
  let bytes = 0;
  let previous: string | null = null;
  for (let start = 0; start < records; start += 256) {
    const entries: Uint8Array[] = [];
    const leaves: Uint8Array[] = [];
    for (let index = start; index < Math.min(records, start + 256); index++) {
      const entry = entryOf(index, index % perSubject === 0 ? null : previous);
      const leaf = digest(Buffer.concat([Buffer.of(0), entry]));
      previous = toHex(leaf);
      entries.push(entry);
      leaves.push(leaf);
      bytes += entry.length;
    }
    const grown = tilesOf(edge, leaves, fastNodeDigest);
    edge = grown.edge;
    await put(folder, entriesPath({ index: start / 256, width: entries.length }), encodeEntryBundle(entries));
    const written =
      edge.size === records ? grown.tiles : grown.tiles.filter(({ coordinate: { width } }) => width === 256);
    for (const { coordinate, bytes: tile } of written) await put(folder, tilePath(coordinate), tile);
  }
  // A level whose partial tile stood still in the last step was written by none.
  for (const [level, partial] of edge.partials.entries()) {
    if (partial.length === 0) continue;
    const coordinate = { level, index: Math.floor(Math.floor(records / 256 ** level) / 256), width: partial.length };
    await put(folder, tilePath(coordinate), Buffer.concat(partial));
  }
  await put(folder, "checkpoint", signed(records, toHex(edgeRoot(edge, fastNodeDigest))));
  return bytes / records;
}

interface Round {
  readonly perSecond: number;
  /** On a machine that others use, what a second of one core's work does says more than what passed on the clock. */
  readonly perCpuSecond: number;
  readonly memoryMiB: number;
}

/** One audit in a process of its own; `time` of the kernel tells its greatest resident memory. */
function audit(log: string, folder: string): Round {
  const program = join(import.meta.dirname, "audit-once.ts");
  const run = spawnSync(process.execPath, [program, log, folder, join(folder, "policy.json")], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(run.stdout + run.stderr);
  const { seconds, cpuSeconds, maxRssKiB, checked, result } = JSON.parse(run.stdout) as Record<string, number | string>;
  if (checked !== records || result === "failed") throw new Error(run.stdout);
  return {
    perSecond: records / Number(seconds),
    perCpuSecond: records / Number(cpuSeconds),
    memoryMiB: Number(maxRssKiB) / 1024,
  };
}

const folder = await mkdtemp(join(tmpdir(), "lianzheng-bench-audit-"));
try {
  await writeFile(join(folder, "policy.json"), encodePolicy(policy));
  const bytes = await makeLog(join(folder, "log"));
  const bare = join(folder, "bare");
  await mkdir(bare);
  spawnSync("cp", ["-rl", join(folder, "log", "tile"), join(folder, "log", "checkpoint"), bare]);
  await rm(join(bare, "tile", "entries"), { recursive: true });
  console.log(
    JSON.stringify({ records, entryBytes: Math.round(bytes), origin, load: loadAverage(), machine: machineOf(folder) }),
  );
  const candidates = [
    { name: "hash tiles only", run: () => audit(bare, folder) },
    { name: "with every entry", run: () => audit(join(folder, "log"), folder) },
  ];
  const results = await inTurn(candidates, rounds);
  for (const [at, { name }] of candidates.entries()) {
    const perSecond = spreadOf(results[at]!.map((round) => round.perSecond));
    const perCpu = spreadOf(results[at]!.map((round) => round.perCpuSecond));
    const memory = spreadOf(results[at]!.map((round) => round.memoryMiB));
    console.log(
      `${name}: ${Math.round(perSecond.median).toLocaleString("en")} records/s (${Math.round(perSecond.min).toLocaleString("en")} to ` +
        `${Math.round(perSecond.max).toLocaleString("en")}), ` +
        `${Math.round(perCpu.median).toLocaleString("en")} per second of a core's work, ${Math.round(memory.max)} MiB at most`,
    );
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
