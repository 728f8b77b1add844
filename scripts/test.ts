// `npm test`: every suite of the project, one after another, and one closing line that adds them up.
// A suite that ends badly without naming a failure, or that ran nothing, counts as a failure: silence is not success.
import { spawn } from "node:child_process";
import { stripVTControlCharacters } from "node:util";

interface Suite {
  readonly title: string;
  readonly command: string;
  readonly args: readonly string[];
}

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const suites: readonly Suite[] = [
  { title: "contracts, on Hardhat's EVM", command: "hardhat", args: ["test"] },
  { title: "sdk, node and command line", command: "mocha", args: ["test/!(contracts|solidity)/**/*.test.ts"] },
];

/** Runs a suite, shows what it prints as it comes, and resolves with its exit code and its text without colours. */
function run({ command, args }: Suite): Promise<{ readonly code: number; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      process.stdout.write(chunk);
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code: code ?? 1, text: stripVTControlCharacters(text) }));
  });
}

/** The last "<n> <word>" line of a reporter, 0 where there is none. */
function counted(text: string, word: string): number {
  const lines = [...text.matchAll(new RegExp(`^\\s*(\\d+) ${word}\\b`, "gm"))];
  return Number(lines.at(-1)?.[1] ?? 0);
}

function outcome({ code, text }: { readonly code: number; readonly text: string }): Outcome {
  const passed = counted(text, "passing");
  const failed = counted(text, "failing");
  const hollow = (code !== 0 && failed === 0) || passed === 0;
  return { passed, failed: hollow ? failed + 1 : failed, skipped: counted(text, "pending") };
}

const started = Date.now();
const outcomes: Outcome[] = [];
for (const suite of suites) {
  console.log(`\n━━ ${suite.title}`);
  outcomes.push(outcome(await run(suite)));
}
const sum = (key: keyof Outcome): number => outcomes.reduce((total, found) => total + found[key], 0);
const seconds = ((Date.now() - started) / 1000).toFixed(1);
console.log(`\nAll suites ran in ${seconds} s.`);
const skipped = sum("skipped") === 0 ? "" : `, ${sum("skipped")} skipped`;
console.log(`${sum("passed")} passed, ${sum("failed")} failed${skipped}`);
process.exitCode = sum("failed") === 0 ? 0 : 1;
