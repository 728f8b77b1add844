/** Records a second over HTTP: the node as it is installed beside the same route without a store, and two plain servers. */
import { inTurn, ratioOf, spreadOf } from "./measuring.ts";
import { measure } from "./http/measure.ts";
import type { Demand, Measured } from "./http/measure.ts";
import type { Shape } from "./http/records.ts";
import { serverNames } from "./http/names.ts";
import type { ServerName } from "./http/names.ts";
import type { BenchOptions, Group, Ratio, Row } from "./results.ts";

interface Load {
  readonly id: string;
  readonly title: string;
  readonly shape: Shape;
  readonly connections: number;
  readonly recordsEach: number;
  /** Least ratios that are aimed at, by peer. */
  readonly targets: Partial<Record<ServerName, number>>;
}

const loads: readonly Load[] = [
  {
    id: "http-single",
    title: "HTTP: one record a request, 64 clients",
    ...{ shape: "single", connections: 64, recordsEach: 1, targets: { nothing: 0.85 } },
  },
  {
    id: "http-array",
    title: "HTTP: arrays of 100, 16 clients",
    ...{ shape: "array", connections: 16, recordsEach: 100, targets: { nothing: 0.8, synced: 8 } },
  },
  {
    id: "http-ndjson",
    title: "HTTP: NDJSON streams of 500 lines, 8 clients",
    ...{ shape: "ndjson", connections: 8, recordsEach: 500, targets: { nothing: 0.8, synced: 8 } },
  },
];

const all: readonly ServerName[] = ["node", "nothing", "plain", "synced"];
const method =
  "Each server is a process of its own with an empty folder; autocannon is another. A client keeps its connection and sends its next request when it has the answer to its last. Records are JSON of about 1 KB, no two alike, each request with a new idempotency key. The node runs as it is installed: journal, vault, index, log lines, embedded chain, which anchors meanwhile. Servers and client share the machine's cores.";

function demandOf({ shape, connections, recordsEach }: Load, isQuick: boolean): Demand {
  const [warmUpSeconds, seconds] = isQuick ? [0, 1] : [3, 6];
  return { shape, connections, recordsEach, warmUpSeconds, seconds };
}

function rowOf(name: ServerName, measured: readonly Measured[]): Row {
  const middle = (of: (one: Measured) => number): number => spreadOf(measured.map(of)).median;
  return {
    name: serverNames[name],
    isOurs: name === "node",
    value: spreadOf(measured.map(({ recordsPerSecond }) => recordsPerSecond)),
    more: {
      "p50, ms": middle(({ p50 }) => p50),
      "p99, ms": middle(({ p99 }) => p99),
      "p99.9, ms": middle(({ p999 }) => p999),
      "CPU of the server, µs a record": middle(({ cpuMicros }) => cpuMicros),
      "cores of the server": middle(({ cores }) => cores),
    },
  };
}

function ratiosOf(
  names: readonly ServerName[],
  results: readonly (readonly Measured[])[],
  targets: Load["targets"],
): Ratio[] {
  const rates = results.map((measured) => measured.map(({ recordsPerSecond }) => recordsPerSecond));
  return names.slice(1).map((peer, at) => ({
    ours: serverNames.node,
    peer: serverNames[peer],
    ratio: ratioOf(rates[0] ?? [], rates[at + 1] ?? []),
    ...(targets[peer] === undefined ? {} : { target: targets[peer] }),
  }));
}

async function benchLoad(load: Load, options: BenchOptions): Promise<Group> {
  const { directory, isQuick, tell } = options;
  const names = isQuick && load.shape !== "single" ? all.slice(0, 1) : all;
  const run = (name: ServerName) => async (): Promise<Measured> => {
    tell(`${load.title}: ${serverNames[name]}`);
    return await measure(name, demandOf(load, isQuick), directory);
  };
  const results = await inTurn(
    names.map((name) => ({ name, run: run(name) })),
    isQuick ? 1 : 3,
  );
  const rows = names.map((name, at) => rowOf(name, results[at] ?? []));
  const { id, title, targets } = load;
  return { id, title, unit: "records/s", better: "more", method, rows, ratios: ratiosOf(names, results, targets) };
}

/** All loads, one after the other. */
export async function benchHttp(options: BenchOptions): Promise<readonly Group[]> {
  const groups: Group[] = [];
  for (const load of loads) groups.push(await benchLoad(load, options));
  return groups;
}

/** Arrays of 100 for a minute: what a burst hides, a minute shows. */
export async function benchSustained({ directory, isQuick, tell }: BenchOptions): Promise<Group> {
  const names: readonly ServerName[] = isQuick ? ["node"] : ["node", "nothing"];
  const demand: Demand = {
    shape: "array",
    connections: 16,
    recordsEach: 100,
    warmUpSeconds: isQuick ? 0 : 3,
    seconds: isQuick ? 1 : 60,
  };
  const run = (name: ServerName) => async (): Promise<Measured> => {
    tell(`a minute of arrays: ${serverNames[name]}`);
    return await measure(name, demand, directory);
  };
  const results = await inTurn(
    names.map((name) => ({ name, run: run(name) })),
    1,
  );
  const series = names.map((name, at) => ({
    name: serverNames[name],
    isOurs: name === "node",
    points: (results[at]?.[0]?.perSecond ?? []).map((rate, second) => [second + 1, rate] as const),
  }));
  return {
    id: "http-sustained",
    title: "HTTP: arrays of 100, for a minute",
    unit: "records/s",
    better: "more",
    method: `${demand.seconds} s without a pause. ${method}`,
    rows: names.map((name, at) => rowOf(name, results[at] ?? [])),
    ratios: ratiosOf(names, results, { nothing: 0.8 }),
    lines: { x: "second", series },
  };
}
