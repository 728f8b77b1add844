/**
 * `npm run test:mutants:node`: puts one bug at a time into the node and demands that the tests notice.
 *
 *     node scripts/mutants/node/run.ts [--room journal,vault] [--only anchor-03,anchor-04] [--json]
 *
 * Works on a copy in the folder for temporary files, never in the working tree. First the tests run on the unbroken node and must
 * pass. Exit code 1 if a mutant survives or the list is at fault.
 */
import { spawn } from "node:child_process";
import { cp, mkdtemp, mkdir, readFile, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs, stripVTControlCharacters } from "node:util";
import { root } from "../copy.ts";
import { verdictOf } from "../mutant.ts";
import type { Verdict } from "../mutant.ts";
import { mutatedSource, namedTest, nodeMutants, roomOf } from "./mutants.ts";
import type { NodeMutant } from "./mutants.ts";

const sources = [
  "artifacts",
  "contracts",
  "sdk",
  "node",
  "cli",
  "test",
  "scripts",
  "hardhat.config.ts",
  "package.json",
  "tsconfig.json",
];

/** For one test or row. Those that are named take seconds; a machine may be busy. */
const limitMs = 120_000;
/** Sources are the same from mutant to mutant, but for one file. */
const environment = { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), "lianzheng-mutants-compiled") };

/** Packages are linked one by one: the workspace's own must be the copy's. */
async function copyProject(folder: string): Promise<string> {
  for (const source of sources) {
    const filter = (path: string): boolean => !/\/(node_modules|dist|build-info)$/.test(path);
    await cp(join(root, source), join(folder, source), { recursive: true, filter });
  }
  const packages = join(folder, "node_modules");
  await mkdir(join(packages, "@lianzheng"), { recursive: true });
  for (const own of ["sdk", "node", "cli"]) {
    await symlink(`../../${own}`, join(packages, "@lianzheng", own));
    await symlink(join(root, own, "node_modules"), join(folder, own, "node_modules"));
  }
  await symlink(join(root, "scripts/faults/anvil/node_modules"), join(folder, "scripts/faults/anvil/node_modules"));
  for (const name of await readdir(join(root, "node_modules"))) {
    if (name !== "@lianzheng") await symlink(join(root, "node_modules", name), join(packages, name));
  }
  return folder;
}

interface Run {
  readonly verdict: Verdict;
  readonly text: string;
}

/** Runs a file of tests, or a row of the catalogue of faults, up to the first failure. */
function test(copy: string, name: string): Promise<Run> {
  const isRow = name.startsWith("F-");
  const { file, title } = namedTest(name);
  const chosen = title === undefined ? [] : ["--fgrep", title];
  const [command, args] = isRow
    ? [process.execPath, ["scripts/faults/run.ts", "--long", "--only", name]]
    : ["mocha", ["--bail", "--exit", "--timeout", "20000", file, ...chosen]];
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: copy,
      detached: true,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
    });
    let text = "";
    let late = false;
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (part: string) => (text += part));
    const timer = setTimeout(() => {
      late = true;
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    }, limitMs);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      const plain = stripVTControlCharacters(text);
      const verdict = isRow ? rowVerdict(code, plain, late) : verdictOf({ code, text: plain, late });
      resolve({ verdict, text: plain });
    });
  });
}

/** Of a row only its own word counts: "not here" shows nothing. */
function rowVerdict(code: number | null, text: string, late: boolean): Verdict {
  if (late) return "timeout";
  if (code === 0 && text.includes("\n✔ ")) return "passed";
  return text.includes("\n✖ ") ? "failed" : "broken";
}

/** Title of the first test that failed, if its name did not say it. */
function firstFailure(text: string): string {
  const title = /^\s+1\) (.+)$/m.exec(text)?.[1];
  return title === undefined ? "" : ` (${title.trim().slice(0, 80)})`;
}

async function judge(copy: string, mutant: NodeMutant): Promise<{ readonly isKilled: boolean; readonly by: string }> {
  const path = join(copy, mutant.file);
  const source = await readFile(path, "utf8");
  await writeFile(path, mutatedSource(mutant, source));
  try {
    for (const name of mutant.killedBy) {
      const { verdict, text } = await test(copy, name);
      if (verdict === "failed") return { isKilled: true, by: `${name}${firstFailure(text)}` };
      if (verdict === "timeout" && mutant.hangs === true) return { isKilled: true, by: `${name}: it waits for ever` };
      if (verdict !== "passed") return { isKilled: false, by: `${name}: ${verdict}\n${text.slice(-1500)}` };
    }
    return { isKilled: false, by: "" };
  } finally {
    await writeFile(path, source);
  }
}

const { values: options } = parseArgs({
  options: { only: { type: "string" }, room: { type: "string" }, json: { type: "boolean", default: false } },
});
const say = options.json ? console.error : console.log;
const [only, rooms] = [options.only?.split(","), options.room?.split(",")];
const chosen = nodeMutants.filter(
  (mutant) => (only?.includes(mutant.id) ?? true) && (rooms?.includes(roomOf(mutant)) ?? true),
);
const started = performance.now();
const folder = await mkdtemp(join(tmpdir(), "lianzheng-node-mutants-"));
const results: { id: string; why: string; isKilled: boolean; by: string; seconds: number }[] = [];
const faults: string[] = [];
try {
  const copy = await copyProject(folder);
  const names = [...new Set(chosen.flatMap(({ killedBy }) => killedBy))].toSorted();
  say(`${chosen.length} mutants; first ${names.length} tests on the unbroken node`);
  for (const name of names) {
    const { verdict, text } = await test(copy, name);
    if (verdict !== "passed") faults.push(`${name}: ${verdict} on the unbroken node\n${text.slice(-1500)}`);
  }
  for (const mutant of faults.length === 0 ? chosen : []) {
    const begun = performance.now();
    const { isKilled, by } = await judge(copy, mutant);
    results.push({ id: mutant.id, why: mutant.why, isKilled, by, seconds: (performance.now() - begun) / 1000 });
    say(`${isKilled ? "✔" : "✖"} ${mutant.id} ${mutant.why}: ${isKilled ? "killed by" : "SURVIVED"} ${by}`);
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
for (const fault of faults) console.error(`✖ ${fault}`);
const killed = results.filter(({ isKilled }) => isKilled).length;
if (options.json) console.log(JSON.stringify({ faults, results }, null, 2));
else
  for (const { id, isKilled, seconds, why } of results)
    console.log(
      `${id.padEnd(12)}${(isKilled ? "killed" : "SURVIVED").padEnd(10)}${seconds.toFixed(1).padStart(6)}  ${why}`,
    );
const seconds = ((performance.now() - started) / 1000).toFixed(0);
console.error(`${killed} of ${chosen.length} mutants killed, ${faults.length} faults, ${seconds} s`);
process.exitCode = faults.length === 0 && chosen.length > 0 && killed === chosen.length ? 0 : 1;
