/** `npm run bench:page`: page and plots in `docs/bench/` from `docs/bench/results.json` and `scale.json`. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { pageOf } from "./page.ts";
import { barsOf } from "./plot/bars.ts";
import { linesOf } from "./plot/lines.ts";
import type { Results } from "./results.ts";
import { scaleLines } from "./scale-section.ts";
import type { ScaleResults } from "./scale-section.ts";

/** Where results, page and plots stand. */
export const benchFolder: string = join(import.meta.dirname, "..", "..", "docs", "bench");

/** Results that were written; throws if it is something else. */
export async function readResults(): Promise<Results> {
  const results = JSON.parse(await readFile(join(benchFolder, "results.json"), "utf8")) as { format?: unknown };
  if (results.format !== "lianzheng-bench") throw new Error("these are no results");
  return results as Results;
}

async function readScale(): Promise<ScaleResults> {
  const results = JSON.parse(await readFile(join(benchFolder, "scale.json"), "utf8")) as { benchmark?: unknown };
  if (results.benchmark !== "scale") throw new Error("these are no results of scale");
  return results as ScaleResults;
}

/** All files that are made from the results, by name. */
export async function filesOf(results: Results): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const path = join(benchFolder, "README.md");
  const scale = await readScale();
  files.set("README.md", await format(pageOf(results, scale), { ...(await resolveConfig(path)), parser: "markdown" }));
  for (const group of [...results.groups, scaleLines(scale)]) {
    if (group.rows.length > 0) files.set(`${group.id}.svg`, barsOf(group));
    const lines = linesOf(group);
    if (lines !== undefined) files.set(`${group.id}-lines.svg`, lines);
  }
  return files;
}

/** Writes them. */
export async function writeFiles(results: Results): Promise<void> {
  for (const [name, content] of await filesOf(results)) await writeFile(join(benchFolder, name), content);
}

if (import.meta.main) await writeFiles(await readResults());
