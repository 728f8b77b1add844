import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

const repository = join(import.meta.dirname, "../../..");
const built = new Map<string, Promise<BuiltProgram>>();

/** A program in one file, and where node may keep what it compiled of it. */
export interface BuiltProgram {
  readonly file: string;
  readonly compileCache: string;
}

/**
 * A program of the tests with its sources and packages in one JavaScript file, made once in a run: a store is started
 * hundreds of times, and stripping the types of as many files each time costs more than all that is tested.
 *
 * @param source - absolute path of a TypeScript module
 */
export function builtProgram(source: string): Promise<BuiltProgram> {
  const program = built.get(source) ?? bundle(source);
  built.set(source, program);
  return program;
}

async function bundle(source: string): Promise<BuiltProgram> {
  const folder = mkdtempSync(join(tmpdir(), "lianzheng-faults-program-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, "program.mjs");
  await build({
    ...{ entryPoints: [source], outfile: file, bundle: true, platform: "node", format: "esm", logLevel: "error" },
    // Its native part lies beside its files.
    external: ["classic-level"],
    // Packages of the older kind ask for `require`.
    banner: {
      js: 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);',
    },
  });
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  return { file, compileCache: join(folder, "compiled") };
}

/** How a program ended, and all that it wrote. */
export interface ProgramEnd {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Waits for a program's end. */
export async function ended(child: ChildProcess): Promise<ProgramEnd> {
  let [stdout, stderr] = ["", ""];
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const [status, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { status, signal, stdout, stderr };
}
