// Runs as the workspace's postinstall, on the project's own Node (npm package "node"). npm on an older host skips
// optional packages whose "engines" it does not meet, and EDR's native binding (Hardhat's EVM) is one of them.
// Where the binding is missing, npm runs once more on this newer Node, from the same lock file, so the package's
// integrity is checked as ever. On hosts with Node >= 22 nothing happens.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";

const require = createRequire(import.meta.url);

function edrLoads() {
  try {
    require("@nomicfoundation/edr");
    return true;
  } catch {
    return false;
  }
}

function addNativePackages(npm) {
  console.log(`Adding native packages for Node ${process.version}`);
  const args = [npm, "install", "--ignore-scripts", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"];
  return spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1;
}

if (!edrLoads()) {
  const npm = process.env.npm_execpath;
  if (npm === undefined) {
    console.error("scripts/ensure-native.mjs needs npm's path: run `npm install` or `npm ci`.");
    process.exit(1);
  }
  process.exitCode = addNativePackages(npm);
}
