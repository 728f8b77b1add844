// A copy of what the contracts' tests need, in which one mutant after another is compiled and tried.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, mkdtemp, readFile, readdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { Worker } from "node:worker_threads";
import type { Compiled } from "./compiler.ts";
import { verdictOf } from "./mutant.ts";
import type { Verdict } from "./mutant.ts";

export const root = fileURLToPath(new URL("../..", import.meta.url));

/** The slowest file of tests takes half a minute on a busy machine. */
const limitMs = 300_000;
const sources = [
  "artifacts",
  "contracts",
  "test/contracts",
  "sdk",
  "node",
  "hardhat.config.ts",
  "package.json",
  "tsconfig.json",
];

export interface Run {
  readonly verdict: Verdict;
  readonly text: string;
}

/** Files of the copy as they were, by path from its root: for {@link Copy.write} to put back. */
export type Kept = ReadonlyMap<string, string>;

export interface Copy {
  /** Compiles what depends on the file, and puts the code where the tests take it from. Says what the compiler refused. */
  compile(file: string): Promise<string | undefined>;
  /** Runs files of tests, up to the first failure. */
  test(files: readonly string[]): Promise<Run>;
  write(files: Kept): Promise<void>;
  /** Contracts, artifacts and factories: all that a mutant changes. */
  keep(): Promise<Kept>;
  close(): Promise<void>;
}

/** Packages are linked one by one: the workspace's own must be the copy's. The tests found a consortium as a node does. */
async function copyProject(folder: string): Promise<string> {
  const copy = await mkdtemp(join(folder, "copy-"));
  for (const source of sources) {
    await cp(join(root, source), join(copy, source), {
      recursive: true,
      filter: (path) => !/\/(node_modules|dist|build-info)$/.test(path),
    });
  }
  const packages = join(copy, "node_modules");
  await mkdir(join(packages, "@lianzheng"), { recursive: true });
  for (const own of ["sdk", "node"]) {
    await symlink(`../../${own}`, join(packages, "@lianzheng", own));
    await symlink(join(root, own, "node_modules"), join(copy, own, "node_modules"));
  }
  for (const name of await readdir(join(root, "node_modules"))) {
    if (name !== "@lianzheng") await symlink(join(root, "node_modules", name), join(packages, name));
  }
  return copy;
}

/** Ends the whole group of processes when it takes too long. */
function hardhat(copy: string, files: readonly string[]): Promise<Run> {
  return new Promise((resolve, reject) => {
    const args = ["test", "mocha", "--no-compile", ...files];
    const env = { ...process.env, LIANZHENG_BAIL: "1" };
    const child = spawn("hardhat", args, { cwd: copy, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    let text = "";
    let late = false;
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
    }
    const timer = setTimeout(() => {
      late = true;
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    }, limitMs);
    child.on("error", reject);
    child.on("close", (code) => {
      clearTimeout(timer);
      const plain = stripVTControlCharacters(text);
      resolve({ verdict: verdictOf({ code, text: plain, late }), text: plain });
    });
  });
}

async function keep(copy: string): Promise<Kept> {
  const kept = new Map<string, string>();
  for (const folder of ["contracts", "artifacts", "sdk/src/chain/contracts/factories"]) {
    for (const entry of await readdir(join(copy, folder), { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      kept.set(path.slice(copy.length + 1), await readFile(path, "utf8"));
    }
  }
  return kept;
}

export async function openCopy(folder: string): Promise<Copy> {
  const copy = await copyProject(folder);
  const compiler = new Worker(new URL("./compiler.ts", import.meta.url), { workerData: copy });
  return {
    compile: async (file) => {
      compiler.postMessage(file);
      const [{ failure }] = (await once(compiler, "message")) as [Compiled];
      return failure;
    },
    test: (files) => hardhat(copy, files),
    write: async (files) => {
      for (const [path, text] of files) await writeFile(join(copy, path), text);
    },
    keep: () => keep(copy),
    close: async () => {
      await compiler.terminate();
    },
  };
}
