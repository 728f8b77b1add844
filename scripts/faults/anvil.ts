import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

const folder = join(import.meta.dirname, "anvil");

/**
 * Brings anvil where it is missing. It lies in a folder of its own: its packages for other platforms are not all in every
 * registry, and the project's lock file must work everywhere.
 *
 * @returns why there is none; undefined when there is one
 */
export function provideAnvil(): string | undefined {
  if (existsSync(join(folder, "node_modules/@foundry-rs/anvil"))) return undefined;
  const quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefix", folder];
  for (const args of [
    ["ci", ...quiet],
    ["install", "--no-save", ...quiet],
  ]) {
    const { status } = spawnSync("npm", args, { stdio: "ignore", timeout: 120_000 });
    if (status === 0 && existsSync(join(folder, "node_modules/@foundry-rs/anvil"))) return undefined;
  }
  return "npm could not install @foundry-rs/anvil";
}
