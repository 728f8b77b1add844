/**
 * `npm run test:faults`: brings about the catalogue of faults, one row after another, and asks the oracle after each.
 *
 *     node scripts/faults/run.ts [--only F-K,F-R5] [--seed 7] [--long] [--kills 1000] [--json]
 *
 * A long row that `--only` names by its whole id is run even without `--long`, in a short form.
 * Against real processes: a member's node, its chain in another process, a proxy between them. What this machine cannot bring
 * about is named at the end. Exit code 1 if a row fails, or if no row was run.
 */
import { parseArgs } from "node:util";
import type { FaultCase } from "../../test/faults/case.ts";
import { NotHere } from "../../test/faults/case.ts";
import { catalogue, missing } from "../../test/faults/catalogue/index.ts";
import { FaultContext, Grounds } from "../../test/faults/context.ts";
import { randomOf } from "../../test/faults/random.ts";
import { provideAnvil } from "./anvil.ts";
import { printTable } from "./table.ts";
import type { RowResult } from "./table.ts";

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    seed: { type: "string", default: String(Date.now() % 1_000_000) },
    long: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    kills: { type: "string" },
  },
});

/** The longest that a row may take before it counts as failed, ms. */
const limitMs = options.long ? 1_800_000 : 120_000;
const say = options.json ? console.error : console.log;

const only = options.only?.split(",");
const isNamedAtAll = ({ id }: FaultCase): boolean => only?.some((name) => isNamed(id, name)) ?? true;
/** A long row that is named by its whole id is run in its short form. */
const isPutOff = ({ id, isLong }: FaultCase): boolean =>
  isLong === true && !options.long && only?.includes(id) !== true;

/** `F-R` names a family, `F-R3` a row with all its letters, and not F-R30. */
function isNamed(id: string, name: string): boolean {
  const next = id[name.length] ?? "";
  return id.startsWith(name) && !(/\d$/.test(name) && /\d/.test(next));
}

async function runCase(one: FaultCase, grounds: Grounds): Promise<RowResult> {
  const started = performance.now();
  const random = randomOf(`${options.seed} ${one.id}`);
  const kills = options.kills === undefined ? undefined : Number(options.kills);
  const context = new FaultContext({ grounds, isLong: options.long, random, kills, say: (text) => say(`    ${text}`) });
  const { id, title, how } = one;
  const outcome = await inTime(one.run(context), limitOf(one)).then(
    () => ({ verdict: "held" as const, why: "" }),
    (error: unknown) => ({
      verdict: error instanceof NotHere ? ("not here" as const) : ("failed" as const),
      why: error instanceof Error ? error.message : String(error),
    }),
  );
  await context.close();
  return { id, title, how, ...outcome, seconds: (performance.now() - started) / 1000 };
}

function limitOf({ limitSeconds }: FaultCase): number {
  return Math.max(limitMs, (limitSeconds ?? 0) * 1000);
}

async function inTime(work: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${limitMs / 1000} s`)), limitMs);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

const marks = { held: "✔", failed: "✖", "not here": "?" } as const;
const named = catalogue.filter(isNamedAtAll);
const chosen = named.filter((one) => !isPutOff(one));
const putOff = named.filter(isPutOff).map(({ id, title }) => [id, `long, only with --long: ${title}`] as const);
say(`${chosen.length} of ${catalogue.length} rows, seed ${options.seed}`);
const withoutAnvil = provideAnvil();
if (withoutAnvil !== undefined) say(`ATTENTION: no anvil, so no block is ever taken back in this run: ${withoutAnvil}`);
const started = performance.now();
const grounds = new Grounds();
const results: RowResult[] = [];
const faults: string[] = [];

async function runLane(cases: readonly FaultCase[]): Promise<void> {
  for (const one of cases) {
    const result = await runCase(one, grounds);
    results.push(result);
    say(`${marks[result.verdict]} ${result.id.padEnd(7)} ${result.title} (${result.seconds.toFixed(1)} s)`);
    if (result.why !== "") say(`    ${result.why}`);
  }
}

const laneOf = (wanted: string): readonly FaultCase[] => chosen.filter(({ lane = "embedded" }) => lane === wanted);
try {
  await Promise.all([runLane(laneOf("embedded")), runLane(laneOf("anvil")), runLane(laneOf("store"))]);
  await runLane(laneOf("alone"));
  await grounds.checkShared().catch((error: unknown) => faults.push(String(error)));
} finally {
  await grounds.close();
}
results.sort((a, b) => chosen.findIndex(({ id }) => id === a.id) - chosen.findIndex(({ id }) => id === b.id));
for (const fault of faults) say(`✖ what cases shared: ${fault}`);
const notShown = { ...missing, ...Object.fromEntries(putOff) };
const failed = results.filter(({ verdict }) => verdict === "failed");
if (options.json) console.log(JSON.stringify({ seed: options.seed, results, faults, notShown }, null, 2));
else printTable(results, notShown);
const seconds = ((performance.now() - started) / 1000).toFixed(0);
say(`${results.length} rows, ${failed.length + faults.length} failed, seed ${options.seed}, ${seconds} s`);
process.exitCode = failed.length + faults.length === 0 && results.some(({ verdict }) => verdict === "held") ? 0 : 1;
