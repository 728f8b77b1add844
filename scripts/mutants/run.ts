/**
 * `npm run test:mutants`: breaks one line of a contract at a time and demands that the tests notice.
 *
 *     node scripts/mutants/run.ts [--only cases-03,cases-04] [--room cases] [--json] [--workers 2]
 *
 * Works on copies in the folder for temporary files, never in the working tree. First the tests run on the unbroken contracts
 * and must pass. A mutant is killed when a test fails by its own word; one that does not compile is a fault of the list, and
 * one whose tests don't end is killed only if the list says so. Exit code 1 if a mutant survives or the list is at fault.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { openCopy, root } from "./copy.ts";
import type { Copy, Kept } from "./copy.ts";
import { faultsOf, mutated } from "./mutant.ts";
import type { Mutant } from "./mutant.ts";
import { mutants } from "./mutants.ts";

interface Result {
  readonly id: string;
  readonly kind: string;
  readonly verdict: "killed" | "survived" | "stale";
  readonly by: string;
  readonly seconds: number;
}

/**
 * The tests on the unbroken contracts, one of which is compiled as the mutants will be: so what fails later fails because of the line that
 * was broken. Returns what did not pass.
 */
async function baseline(copy: Copy, file: string, tests: readonly string[]): Promise<readonly string[]> {
  const failure = await copy.compile(file);
  if (failure !== undefined) return [failure];
  if (tests.length === 0) return [];
  const { verdict, text } = await copy.test(tests);
  return verdict === "passed" ? [] : [`${text}\n${verdict} on the unbroken contracts`];
}

async function judge(copy: Copy, kept: Kept, mutant: Mutant): Promise<Result> {
  const started = performance.now();
  const result = (verdict: Result["verdict"], by: string): Result => ({
    id: mutant.id,
    kind: mutant.kind,
    verdict,
    by,
    seconds: Math.round((performance.now() - started) / 100) / 10,
  });
  await copy.write(new Map([[mutant.file, mutated(mutant, kept.get(mutant.file)!)]]));
  try {
    const failure = await copy.compile(mutant.file);
    if (failure !== undefined) return result("stale", failure);
    for (const test of mutant.by) {
      const { verdict, text } = await copy.test([test]);
      if (verdict === "failed") return result("killed", test);
      if (verdict === "timeout" && mutant.timeoutKills === true) return result("killed", `${test}, which did not end`);
      if (verdict === "passed") continue;
      console.error(text.split("\n").slice(-30).join("\n"));
      return result("stale", verdict === "timeout" ? `${test} did not end` : `${test} gave no verdict`);
    }
    return result("survived", "");
  } finally {
    await copy.write(kept);
  }
}

async function judgeAll(folder: string, chosen: readonly Mutant[], workers: number, say: (text: string) => void) {
  const tests = [...new Set(chosen.flatMap(({ by }) => by))].sort();
  const files = [...new Set(chosen.map(({ file }) => file))].sort();
  say(`${chosen.length} mutants; first ${tests.length} files of tests on the unbroken contracts`);
  const copies = await Promise.all(Array.from({ length: workers }, () => openCopy(folder)));
  try {
    const faults = await Promise.all(
      copies.map((copy, place) => {
        const mine = tests.filter((_, at) => at % workers === place);
        return baseline(copy, files[place % files.length]!, mine);
      }),
    );
    if (faults.flat().length !== 0) return { faults: faults.flat(), results: [] };
    const waiting = [...chosen];
    const results: Result[] = [];
    await Promise.all(
      copies.map(async (copy) => {
        const kept = await copy.keep();
        for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
          const found = await judge(copy, kept, mutant);
          results.push(found);
          const { id, kind, verdict, by, seconds } = found;
          const mark = verdict === "killed" ? "✔" : "✖";
          say(`${mark} ${results.length}/${chosen.length} ${id} ${kind}: ${verdict} ${by} (${seconds} s)`);
        }
      }),
    );
    return { faults: [], results };
  } finally {
    await Promise.all(copies.map((copy) => copy.close()));
  }
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
