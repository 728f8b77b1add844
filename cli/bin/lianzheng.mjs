#!/usr/bin/env node
// The way in. The sources are TypeScript that Node runs as it stands from 22.18 on; the machine's own Node may be older, so then the
// project's Node 24 (npm package "node", a pinned dependency) takes over with the same arguments, streams, signals and exit code.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join } from "node:path";

const OLDEST = [22, 18];
const RELAYED = ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT"];

function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1]);
}

function refuse(code, detail) {
  if (process.argv.includes("--json")) {
    console.log(JSON.stringify({ schema: 1, result: "error", code, detail, exitCode: 3 }));
  } else {
    console.error(`error ${code}: ${detail}`);
  }
  process.exit(3);
}

function projectNode() {
  try {
    const program = join(dirname(createRequire(import.meta.url).resolve("node/package.json")), "bin", "node");
    return existsSync(program) ? program : undefined;
  } catch (error) {
    if (error.code === "MODULE_NOT_FOUND") return undefined;
    throw error;
  }
}

function runWith(program) {
  const child = spawn(program, [import.meta.filename ?? new URL(import.meta.url).pathname, ...process.argv.slice(2)], {
    stdio: "inherit",
    env: { ...process.env, LZ_REEXECUTED: "1" },
  });
  for (const signal of RELAYED) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => refuse("E_NODE_VERSION", `${program} does not start: ${error.message}`));
  child.on("exit", (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

if (isNewEnough(process.versions.node)) {
  await import("../src/main.ts");
} else {
  const program = process.env.LZ_REEXECUTED === "1" ? undefined : projectNode();
  if (program === undefined) {
    refuse(
      "E_NODE_VERSION",
      `this needs Node ${OLDEST.join(".")} or newer, here runs ${process.versions.node}, and the project's own Node was not found; run npm ci in the project's folder`,
    );
  } else {
    runWith(program);
  }
}
