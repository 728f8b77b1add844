/**
 * `npm run test:mutants`: breaks one line of a contract at a time and demands that the tests notice.
 *
 *     node scripts/mutants/run.ts [--only cases-03,cases-04] [--room cases] [--json] [--workers 2]
 *
 * Works on copies in the folder for temporary files, never in the working tree. First the tests run on the unbroken contracts
 * and must pass. A mutant is killed when a test fails by its own word; one that does not compile is a fault of the list, and
 * one whose tests don't end is killed only if the list says so. Exit code 1 if a mutant survives or the list is at fault.
 */
import { spawn } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs, stripVTControlCharacters } from "node:util";
import { faultsOf, mutated, verdictOf } from "./mutant.ts";
import type { Mutant, Verdict } from "./mutant.ts";
import { mutants } from "./mutants.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
/** The slowest file of tests takes about a minute on a busy machine. */
const limitMs = 600_000;
const sources = [
  "contracts",
  "test/contracts",
  "test/solidity",
  "sdk",
  "hardhat.config.ts",
  "package.json",
  "tsconfig.json",
];
/** What a build leaves: restored after each mutant, so that only what the next one touches is compiled. */
const built = ["artifacts", "cache", "sdk/src/chain/contracts"];

interface Result {
  readonly id: string;
  readonly kind: string;
  readonly verdict: "killed" | "survived" | "stale";
  readonly by: string;
  readonly seconds: number;
}

interface Run {
  readonly verdict: Verdict;
  readonly text: string;
}

/** Runs Hardhat in a copy. Ends the whole group of processes when it takes too long. */
function hardhat(copy: string, args: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    // Stops at the first failure; the long search for one is another command's.
    const env = { ...process.env, LIANZHENG_BAIL: "1", LIANZHENG_INVARIANT_RUNS: "16" };
    const child = spawn("hardhat", args, { cwd: copy, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    let late = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    }
    const timer = setTimeout(() => {
      late = true;
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    }, limitMs);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      const plain = stripVTControlCharacters(text);
      resolve({ verdict: verdictOf({ code, text: plain, late }), text: plain });
    });
  });
}

const argsOf = (test: string): readonly string[] => ["test", test.endsWith(".sol") ? "solidity" : "mocha", test];

/** A copy of what the contracts' tests need. Packages are linked one by one: the workspace's own must be the copy's. */
async function copyProject(folder: string): Promise<string> {
  const copy = await mkdtemp(join(folder, "copy-"));
  for (const source of sources) {
    await cp(join(root, source), join(copy, source), {
      recursive: true,
      filter: (path) => !/\/(node_modules|dist)$/.test(path),
    });
  }
  const packages = join(copy, "node_modules");
  await mkdir(join(packages, "@lianzheng"), { recursive: true });
  await symlink("../../sdk", join(packages, "@lianzheng/sdk"));
  for (const name of await readdir(join(root, "node_modules"))) {
    if (name !== "@lianzheng") await symlink(join(root, "node_modules", name), join(packages, name));
  }
  return copy;
}

/** Keeps the unbroken build beside the copy. */
async function keepBuild(copy: string): Promise<void> {
  for (const path of built) await cp(join(copy, path), join(`${copy}-built`, path), { recursive: true });
}

async function restoreBuild(copy: string): Promise<void> {
  for (const path of built) {
    await rm(join(copy, path), { recursive: true, force: true });
    await cp(join(`${copy}-built`, path), join(copy, path), { recursive: true });
  }
}

/** The tests on the unbroken contracts. Returns what did not pass. */
async function baseline(copy: string, tests: readonly string[]): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const test of tests) {
    const { verdict, text } = await hardhat(copy, argsOf(test));
    if (verdict === "passed") continue;
    console.error(text);
    faults.push(`${test}: ${verdict} on the unbroken contracts`);
  }
  return faults;
}

async function judge(copy: string, mutant: Mutant): Promise<Result> {
  const started = performance.now();
  const file = join(copy, mutant.file);
  const source = await readFile(file, "utf8");
  const result = (verdict: Result["verdict"], by: string): Result => ({
    id: mutant.id,
    kind: mutant.kind,
    verdict,
    by,
    seconds: Math.round((performance.now() - started) / 100) / 10,
  });
  await writeFile(file, mutated(mutant, source));
  try {
    for (const test of mutant.by) {
      const { verdict, text } = await hardhat(copy, argsOf(test));
      if (verdict === "failed") return result("killed", test);
      if (verdict === "timeout" && mutant.timeoutKills === true) return result("killed", `${test}, which did not end`);
      if (verdict === "passed") continue;
      console.error(text.split("\n").slice(-30).join("\n"));
      return result("stale", verdict === "timeout" ? `${test} did not end` : `${test} gave no verdict`);
    }
    return result("survived", "");
  } finally {
    await writeFile(file, source);
    await restoreBuild(copy);
  }
}

async function judgeAll(folder: string, chosen: readonly Mutant[], workers: number, say: (text: string) => void) {
  const copies = await Promise.all(Array.from({ length: workers }, () => copyProject(folder)));
  const tests = [...new Set(chosen.flatMap(({ by }) => by))].sort();
  say(`${chosen.length} mutants; first ${tests.length} files of tests on the unbroken contracts`);
  const faults = await Promise.all(
    copies.map(async (copy, place) => {
      const { text } = await hardhat(copy, ["build"]);
      const mine = tests.filter((_, at) => at % workers === place);
      const found = await baseline(copy, mine);
      await keepBuild(copy).catch(() => console.error(text));
      return found;
    }),
  );
  if (faults.flat().length !== 0) return { faults: faults.flat(), results: [] };
  const waiting = [...chosen];
  const results: Result[] = [];
  await Promise.all(
    copies.map(async (copy) => {
      for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
        const found = await judge(copy, mutant);
        results.push(found);
        const mark = found.verdict === "killed" ? "✔" : "✖";
        say(
          `${mark} ${results.length}/${chosen.length} ${found.id} ${found.kind}: ${found.verdict} ${found.by} (${found.seconds} s)`,
        );
      }
    }),
  );
  return { faults: [], results };
}

function print(results: readonly Result[]): void {
  const rooms = [...new Set(results.map(({ id }) => id.slice(0, id.lastIndexOf("-"))))].sort();
  const count = (room: string, verdict: string): number =>
    results.filter((one) => one.id.startsWith(`${room}-`) && one.verdict === verdict).length;
  console.log(`\n${"room".padEnd(14)}${"killed".padStart(8)}${"survived".padStart(10)}${"stale".padStart(8)}`);
  for (const room of rooms) {
    const [killed, survived, stale] = ["killed", "survived", "stale"].map((verdict) => String(count(room, verdict)));
    console.log(`${room.padEnd(14)}${killed!.padStart(8)}${survived!.padStart(10)}${stale!.padStart(8)}`);
  }
}

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    room: { type: "string" },
    json: { type: "boolean", default: false },
    workers: { type: "string", default: String(Math.min(availableParallelism(), 2)) },
  },
});
const only = options.only?.split(",");
const chosen = mutants.filter(
  ({ id }) => (only?.includes(id) ?? true) && (options.room === undefined || id.startsWith(`${options.room}-`)),
);
const faults = [...(await faultsOf(mutants, (file) => readFile(join(root, file), "utf8")))];
if (chosen.length === 0) faults.push("no mutant has that name");
const started = performance.now();
let results: readonly Result[] = [];
if (faults.length === 0) {
  const folder = await mkdtemp(join(tmpdir(), "lianzheng-mutants-"));
  try {
    const say = options.json ? console.error : console.log;
    const found = await judgeAll(folder, chosen, Number(options.workers), say);
    faults.push(...found.faults);
    results = found.results.toSorted((a, b) => a.id.localeCompare(b.id));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
if (options.json) console.log(JSON.stringify({ faults, results }, null, 2));
else if (results.length !== 0) print(results);
for (const fault of faults) console.error(`✖ ${fault}`);
const spared = results.filter(({ verdict }) => verdict !== "killed");
for (const { id, verdict, by } of spared) console.error(`✖ ${id}: ${verdict} ${by}`);
const seconds = ((performance.now() - started) / 1000).toFixed(0);
console.error(
  `${results.length - spared.length} of ${chosen.length} mutants killed, ${faults.length} faults, ${seconds} s`,
);
process.exitCode = faults.length === 0 && spared.length === 0 && results.length === chosen.length ? 0 : 1;
