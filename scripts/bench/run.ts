/**
 * `npm run bench`: everything that is measured, each beside its peers in the same run, to `docs/bench/results.json`, and page
 * and plots from it. `--quick` runs everything for a moment; `--only a,b` runs some parts and keeps the others' results;
 * `--directory <path>` names the disk to measure; `--out <file>` writes the JSON there, and no page.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { benchAnchored } from "./anchored.ts";
import { benchGas } from "./gas-records.ts";
import { benchHttp, benchSustained } from "./http.ts";
import { benchJournal } from "./journal.ts";
import { commitOf, loadAverage, machineOf } from "./measuring.ts";
import { howToInstall, peerVersions } from "./peers.ts";
import { benchFolder, readResults, writeFiles } from "./plots.ts";
import type { BenchOptions, Group, Results } from "./results.ts";
import { benchCanonical, benchTrees, benchWrapping } from "./trees.ts";

type Part = (options: BenchOptions) => Promise<Group | readonly Group[]>;

const parts: Readonly<Record<string, Part>> = {
  journal: benchJournal,
  http: benchHttp,
  sustained: benchSustained,
  trees: async (options) => [...(await benchTrees(options)), await benchCanonical(options)],
  wrapping: benchWrapping,
  gas: benchGas,
  anchored: benchAnchored,
};

const { values: given } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    only: { type: "string", default: Object.keys(parts).join(",") },
    directory: { type: "string", default: tmpdir() },
    out: { type: "string" },
  },
});

function partsOf(names: string): readonly Part[] {
  return names.split(",").map((name) => {
    const part = parts[name];
    if (part === undefined) throw new Error(`${name} is none of ${Object.keys(parts).join(", ")}`);
    return part;
  });
}

/** Groups of other parts stay as they were measured last. */
function merged(old: readonly Group[], fresh: readonly Group[]): readonly Group[] {
  const replaced = old.map((group) => fresh.find(({ id }) => id === group.id) ?? group);
  return [...replaced, ...fresh.filter(({ id }) => !old.some((group) => group.id === id))];
}

async function run(): Promise<Results> {
  const tell = (line: string): void => void process.stderr.write(`${line}\n`);
  const options = { directory: given.directory, isQuick: given.quick, tell };
  const before = loadAverage();
  const groups: Group[] = [];
  for (const part of partsOf(given.only)) groups.push(...[await part(options)].flat());
  return {
    ...{ format: "lianzheng-bench", version: 1, date: new Date().toISOString(), commit: commitOf() },
    ...{ machine: machineOf(given.directory), load: [before, loadAverage()], isQuick: given.quick },
    ...{ peers: peerVersions(), groups },
  };
}

function tellMissing({ groups }: Results): void {
  const missing = groups.flatMap(({ missing: names = [] }) => names);
  if (missing.length === 0) return;
  process.stderr.write(
    `\nNOT MEASURED, BECAUSE THE PEERS ARE NOT THERE: ${missing.join("; ")}\nInstall them: ${howToInstall}\n`,
  );
}

const results = await run();
tellMissing(results);
if (given.out === undefined) {
  await mkdir(benchFolder, { recursive: true });
  const old = await readResults().catch(() => undefined);
  const all = { ...results, groups: merged(old?.isQuick === results.isQuick ? old.groups : [], results.groups) };
  await writeFile(join(benchFolder, "results.json"), `${JSON.stringify(all, null, 2)}\n`);
  await writeFiles(all);
} else {
  await writeFile(given.out, `${JSON.stringify(results, null, 2)}\n`);
}
// Hardhat's chain keeps the process; everything is written.
process.exit();
