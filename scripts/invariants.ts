/**
 * `npm run test:invariants`: the invariant suites of test/solidity, for at least a million calls of the fuzzer (ten million with
 * LIANZHENG_LONG), and how often each state that a suite declares was reached over all runs. A state that was never reached
 * fails: an invariant that was never put to the test holds for nothing.
 *
 *     node scripts/invariants.ts [--only Cases,Trades] [--calls 100000] [--depth 200] [--seed 0x…]
 *
 * Each file first runs briefly, for its speed; each contract gets a twentieth of the calls at least, and the rest goes to all files
 * for the same time, so the cheap ones get the most. The choice of calls depends on the seed and the depth alone: runs at the same seed and depth begin alike, however many they are.
 */
import { spawn } from "node:child_process";
import { mkdir, readFile, readdir, rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs, stripVTControlCharacters } from "node:util";

const root = fileURLToPath(new URL("..", import.meta.url));
const tallies = "cache/invariants";
const trialRuns = 10;
/** Share of all calls that every contract gets, however dear its calls are. */
const leastShare = 1 / 20;
/** A file that runs longer hangs. */
const limitMs = 3_600_000;

interface Suite {
  /** Name of the file without `.t.sol`. */
  readonly file: string;
  /** What its contracts call themselves in {@link Tally.report}. */
  readonly names: readonly string[];
  readonly faults: readonly string[];
}

interface Plan {
  readonly runs: number;
  readonly depth: number;
  readonly seed: string | undefined;
}

interface Count {
  readonly runs: number;
  readonly calls: number;
  readonly states: ReadonlyMap<string, number>;
}

/** The suites with invariants: one a contract, and each contract reports. */
async function suites(): Promise<Suite[]> {
  const folder = `${root}/test/solidity`;
  const found: Suite[] = [];
  for (const entry of (await readdir(folder)).filter((name) => name.endsWith(".t.sol")).sort()) {
    const [, ...contracts] = (await readFile(`${folder}/${entry}`, "utf8")).split(/^(?:abstract )?contract /m);
    const names: string[] = [];
    const faults: string[] = [];
    for (const text of contracts.filter((one) => one.includes("function invariant_"))) {
      const contract = /^\w+/.exec(text)?.[0] ?? "?";
      const many = text.match(/function invariant_/g)?.length ?? 0;
      if (many !== 1) faults.push(`${contract} has ${many} invariants: make them one, each is a campaign of its own`);
      const name = /Tally\.report\(\s*"(\w+)"/.exec(text)?.[1];
      if (name === undefined) faults.push(`${contract} reports no states: see test/solidity/Tally.sol`);
      else names.push(name);
    }
    if (names.length + faults.length !== 0) found.push({ file: entry.slice(0, -".t.sol".length), names, faults });
  }
  return found;
}

/** Runs the invariants of one file; resolves with the seconds it took and what was printed. */
function play(file: string, { runs, depth, seed }: Plan): Promise<{ ok: boolean; seconds: number; text: string }> {
  const started = performance.now();
  const env = {
    ...process.env,
    LIANZHENG_TALLY: tallies,
    LIANZHENG_INVARIANT_RUNS: String(runs),
    LIANZHENG_INVARIANT_DEPTH: String(depth),
    ...(seed === undefined ? {} : { LIANZHENG_FUZZ_SEED: seed }),
  };
  const args = ["test", "solidity", "--no-compile", `test/solidity/${file}.t.sol`, "--grep", "invariant_"];
  return new Promise((resolve, reject) => {
    const child = spawn("hardhat", args, { cwd: root, env, timeout: limitMs, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    }
    child.on("error", reject);
    child.on("close", (code) => {
      const plain = stripVTControlCharacters(text);
      const ok = code === 0 && /^\s*[1-9]\d* passing/m.test(plain);
      resolve({ ok, seconds: (performance.now() - started) / 1000, text: plain });
    });
  });
}

/** Adds up what a suite wrote down. The runner plays a campaign's last run twice, so the last line is left out. */
async function counted(name: string): Promise<Count> {
  const text = await readFile(`${root}/${tallies}/${name}.txt`, "utf8").catch(() => "");
  const lines = text.split("\n").filter((line) => line !== "");
  const sums = new Map<string, number>();
  for (const line of lines.slice(0, -1)) {
    for (const [state = "", count] of line.split(";").map((pair) => pair.split("="))) {
      sums.set(state, (sums.get(state) ?? 0) + Number(count));
    }
  }
  const calls = sums.get("calls") ?? 0;
  sums.delete("calls");
  return { runs: Math.max(lines.length - 1, 0), calls, states: sums };
}

async function clear(names: readonly string[]): Promise<void> {
  await mkdir(`${root}/${tallies}`, { recursive: true });
  for (const name of names) await rm(`${root}/${tallies}/${name}.txt`, { force: true });
}

/** Does the work for all of them, a few at a time. */
async function eachOf<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const waiting = [...items];
  const worker = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined; item = waiting.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
}

/** How many runs each file gets, so that all take the same time and together make the calls that are asked for. */
async function runsOf(chosen: readonly Suite[], calls: number, depth: number, seed: string | undefined) {
  const startUp = (await play(chosen[0]!.file, { runs: 1, depth: 1, seed })).seconds;
  const rates = new Map<string, number>();
  await eachOf(chosen, async ({ file, names }) => {
    const { seconds } = await play(file, { runs: trialRuns, depth, seed });
    rates.set(file, (names.length * trialRuns * depth) / Math.max(seconds - startUp, 0.05));
  });
  const total = [...rates.values()].reduce((sum, rate) => sum + rate, 0);
  const least = Math.ceil((calls * leastShare) / depth);
  const contracts = chosen.reduce((sum, { names }) => sum + names.length, 0);
  const rest = Math.max(calls - contracts * least * depth, 0);
  return new Map(
    chosen.map(({ file, names }) => {
      const more = (rest * rates.get(file)!) / total / (names.length * depth);
      return [file, Math.max(least + Math.ceil(more), trialRuns)];
    }),
  );
}

const number = (value: number): string => value.toLocaleString("en");

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    calls: { type: "string", default: process.env["LIANZHENG_LONG"] === undefined ? "1000000" : "10000000" },
    depth: { type: "string", default: "200" },
    seed: { type: "string" },
  },
});
const [calls, depth] = [Number(options.calls), Number(options.depth)];
const only = options.only?.split(",");
const chosen = (await suites()).filter(({ file }) => only?.includes(file) ?? true);
const faults = chosen.flatMap((suite) => suite.faults);
if (chosen.length === 0) faults.push("no suite has invariants: nothing was tested");

const ready = chosen.filter(({ names }) => names.length !== 0);
const started = performance.now();
const runs = ready.length === 0 ? new Map<string, number>() : await runsOf(ready, calls, depth, options.seed);
let fuzzed = 0;
await clear(ready.flatMap(({ names }) => names));
// The longest first, or the last one runs alone.
await eachOf(ready, async ({ file, names }) => {
  const plan = { runs: runs.get(file)!, depth, seed: options.seed };
  const { ok, seconds, text } = await play(file, plan);
  const made = names.length * plan.runs * depth;
  fuzzed += made;
  console.log(
    `${ok ? "✔" : "✖"} ${file}: ${number(plan.runs)} runs of ${depth} calls` +
      `${names.length === 1 ? "" : `, ${names.length} contracts`}, ${seconds.toFixed(0)} s, ${number(Math.round(made / seconds))} calls/s`,
  );
  if (ok) return;
  faults.push(`${file}: an invariant failed`);
  console.error(text);
});

let taken = 0;
const rows: { suite: string; state: string; times: string }[] = [];
for (const { file, names } of ready) {
  for (const name of names) {
    const count = await counted(name);
    taken += count.calls;
    if (count.runs !== runs.get(file)) faults.push(`${name}: ${count.runs} runs wrote down what they reached, not all`);
    for (const [state, times] of count.states) {
      rows.push({ suite: name, state, times: number(times) });
      if (times === 0) faults.push(`${name} never reached: ${state}`);
    }
  }
}
const width = (key: "suite" | "state" | "times"): number => Math.max(...rows.map((row) => row[key].length), key.length);
const [first, second, third] = [width("suite"), width("state"), width("times")];
console.log(`\n${"suite".padEnd(first)}  ${"state".padEnd(second)}  ${"times".padStart(third)}`);
for (const { suite, state, times } of rows) {
  console.log(`${suite.padEnd(first)}  ${state.padEnd(second)}  ${times.padStart(third)}`);
}
if (fuzzed < calls) faults.push(`${number(fuzzed)} calls, not the ${number(calls)} that are asked for`);
for (const fault of faults) console.error(`✖ ${fault}`);
console.log(
  `\n${number(fuzzed)} calls of the fuzzer, ${number(taken)} taken to the contracts, ${rows.length} states, ` +
    `${faults.length} faults, ${((performance.now() - started) / 1000).toFixed(0)} s`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
