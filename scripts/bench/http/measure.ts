/** One measurement: a fresh server, a fresh client, a warm-up, the load. */
import { fork } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Load, Seen } from "./client.ts";
import type { Shape } from "./records.ts";
import type { ServerName } from "./names.ts";
import type { Served, Used } from "./servers.ts";

/** What is sent, and how. */
export interface Demand {
  readonly shape: Shape;
  readonly connections: number;
  readonly recordsEach: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

/** What came of it. */
export interface Measured {
  readonly recordsPerSecond: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  /** Processor time of the server for each record, µs: other load on the machine changes it little. */
  readonly cpuMicros: number;
  /** Records answered in each second. */
  readonly perSecond: readonly number[];
  /** Cores that the server had at work, on average. */
  readonly cores: number;
}

const servers = join(import.meta.dirname, "servers.ts");
const client = join(import.meta.dirname, "client.ts");

/** Measures one server in an empty folder under `directory`. */
export async function measure(name: ServerName, demand: Demand, directory: string): Promise<Measured> {
  const parent = await mkdtemp(join(directory, "lianzheng-bench-"));
  const server = fork(servers, [name, join(parent, "server")], {
    stdio: "inherit",
    execArgv: [],
  });
  const load = fork(client, { stdio: "inherit", execArgv: [] });
  try {
    const [served] = (await once(server, "message")) as [Served];
    return await drive(server, load, served, demand);
  } finally {
    await Promise.all([end(load), end(server)]);
    await rm(parent, { recursive: true });
  }
}

async function drive(server: ChildProcess, load: ChildProcess, served: Served, demand: Demand): Promise<Measured> {
  const { warmUpSeconds, seconds, recordsEach, ...rest } = demand;
  const common = { ...served, ...rest, recordsEach };
  if (warmUpSeconds > 0) await ask<Seen>(load, { ...common, seconds: warmUpSeconds, firstSerial: 0 } satisfies Load);
  const before = await ask<Used>(server, "used");
  const seen = await ask<Seen>(load, { ...common, seconds, firstSerial: 1e10 } satisfies Load);
  const after = await ask<Used>(server, "used");
  if (seen.refused + seen.errors > 0) throw new Error(`${seen.refused} refusals, ${seen.errors} errors`);
  const records = seen.answers * recordsEach;
  const cpuMs = after.userMs - before.userMs + after.systemMs - before.systemMs;
  const { p50, p99, p999 } = seen;
  return {
    recordsPerSecond: Math.round(records / seen.seconds),
    ...{ p50, p99, p999 },
    perSecond: seen.perSecond.map((answers) => answers * recordsEach),
    cpuMicros: (cpuMs * 1000) / Math.max(1, records),
    cores: cpuMs / 1000 / seen.seconds,
  };
}

async function ask<Answer>(child: ChildProcess, question: object | string): Promise<Answer> {
  const answer = once(child, "message") as Promise<[Answer]>;
  child.send(question);
  return (await answer)[0];
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}
