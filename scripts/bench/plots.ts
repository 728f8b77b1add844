/** `npm run bench:page`: page and plots in `docs/bench/` from `docs/bench/results.json`. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { format, resolveConfig } from "prettier";
import { pageOf } from "./page.ts";
import { barsOf } from "./plot/bars.ts";
import { linesOf } from "./plot/lines.ts";
import type { Results } from "./results.ts";

/** Where results, page and plots stand. */
export const benchFolder: string = join(import.meta.dirname, "..", "..", "docs", "bench");

/** Results that were written; throws if it is something else. */
export async function readResults(): Promise<Results> {
  const results = JSON.parse(await readFile(join(benchFolder, "results.json"), "utf8")) as { format?: unknown };
  if (results.format !== "lianzheng-bench") throw new Error("these are no results");
  return results as Results;
}

/** All files that are made from the results, by name. */
export async function filesOf(results: Results): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const path = join(benchFolder, "README.md");
  files.set("README.md", await format(pageOf(results), { ...(await resolveConfig(path)), parser: "markdown" }));
  for (const group of results.groups) {
    files.set(`${group.id}.svg`, barsOf(group));
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
