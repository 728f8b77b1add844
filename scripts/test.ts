// `npm test`: every suite of the project, a process each and as many at once as there are cores, and one closing line that adds
// them up. What a suite prints is shown whole when it has ended. `npm test -- api cli` runs these folders of test/ alone.
// A suite that ends badly without naming a failure, or that ran nothing, counts as a failure: silence is not success.
import { spawn } from "node:child_process";
import { globSync, readdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { stripVTControlCharacters } from "node:util";

interface Suite {
  /** Below test/. */
  readonly folder: string;
  readonly files: number;
}

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** Longest of a test that sets none of its own, ms: other suites have the cores too. */
const timeout = "20000";

/** One suite for each folder, those of most files first, so that no long one is left for the end. */
function suitesOf(folders: readonly string[]): readonly Suite[] {
  return folders
    .map((folder) => ({ folder, files: globSync(`test/${folder}/**/*.test.ts`).length }))
    .filter(({ files }) => files > 0)
    .toSorted((one, other) => other.files - one.files);
}

/** The contracts are for Hardhat, which runs the Solidity tests too. */
function commandOf({ folder }: Suite): readonly [string, readonly string[]] {
  if (folder === "contracts") return ["hardhat", ["test"]];
  return ["mocha", ["--timeout", timeout, `test/${folder}/**/*.test.ts`]];
}

/** Runs a suite and resolves with its exit code and everything that it printed. */
function run(suite: Suite): Promise<{ readonly code: number; readonly text: string }> {
  const [command, args] = commandOf(suite);
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    }
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, text }));
  });
}

/** The last "<n> <word>" line of a reporter, 0 where there is none. */
function counted(text: string, word: string): number {
  const lines = [...text.matchAll(new RegExp(`^\\s*(\\d+) ${word}\\b`, "gm"))];
  return Number(lines.at(-1)?.[1] ?? 0);
}

function outcome(code: number, text: string): Outcome {
  const passed = counted(text, "passing");
  const failed = counted(text, "failing");
  const hollow = (code !== 0 && failed === 0) || passed === 0;
  return { passed, failed: hollow ? failed + 1 : failed, skipped: counted(text, "pending") };
}

/** Takes one suite after the other from `waiting`, as its fellows do, until there is none. */
async function work(waiting: Suite[], outcomes: Outcome[]): Promise<void> {
  for (let suite = waiting.shift(); suite !== undefined; suite = waiting.shift()) {
    const { code, text } = await run(suite);
    process.stdout.write(`\n━━ test/${suite.folder}\n${text}`);
    outcomes.push(outcome(code, stripVTControlCharacters(text)));
  }
}

const started = Date.now();
const named = process.argv.slice(2);
const waiting = [...suitesOf(named.length > 0 ? named : readdirSync("test"))];
const outcomes: Outcome[] = [];
await Promise.all(Array.from({ length: availableParallelism() }, () => work(waiting, outcomes)));
const sum = (key: keyof Outcome): number => outcomes.reduce((total, found) => total + found[key], 0);
const seconds = ((Date.now() - started) / 1000).toFixed(1);
console.log(`\nAll suites ran in ${seconds} s.`);
const skipped = sum("skipped") === 0 ? "" : `, ${sum("skipped")} skipped`;
console.log(`${sum("passed")} passed, ${sum("failed")} failed${skipped}`);
process.exitCode = sum("failed") === 0 && outcomes.length > 0 ? 0 : 1;
