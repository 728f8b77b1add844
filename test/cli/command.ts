import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const program = resolve(import.meta.dirname, "../../cli/src/main.ts");

/** What one run of the command left behind. */
export interface Run {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly stdin?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the real command in a process of its own, to its end. */
export async function lianzheng(args: readonly string[], options: RunOptions = {}): Promise<Run> {
  return finish(startCommand(args, options), options.stdin);
}

/** Starts the real command; whoever starts it ends it. */
export function startCommand(args: readonly string[], { cwd, env }: RunOptions = {}): ChildProcess {
  return spawn(process.execPath, [program, ...args], { cwd, env: { ...plainEnvironment(), ...env } });
}

/** Waits for the end of a process and gathers what it says. */
export async function finish(child: ChildProcess, stdin?: string | Uint8Array): Promise<Run> {
  const stdout = gather(child.stdout);
  const stderr = gather(child.stderr);
  // The command may end before it has read all: that is its good right.
  child.stdin?.on("error", () => undefined);
  child.stdin?.end(stdin);
  const [exitCode, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
  return { exitCode, signal, stdout: stdout(), stderr: stderr() };
}

function gather(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: string[] = [];
  stream?.setEncoding("utf8").on("data", (chunk: string) => chunks.push(chunk));
  return () => chunks.join("");
}

/** Nothing of the environment of whoever runs the tests may decide a case. */
export function plainEnvironment(): Record<string, string> {
  const kept = Object.entries(process.env).filter(([name]) => !/^(LIANZHENG_|NO_COLOR|FORCE_COLOR)/.test(name));
  return Object.fromEntries(kept) as Record<string, string>;
}

/** Runs `work` in a folder that is gone afterwards. */
export async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "lianzheng-cli-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The one JSON object that a run printed; anything else on stdout fails the test. */
export function jsonOf({ stdout }: Run): Readonly<Record<string, unknown>> {
  return JSON.parse(stdout) as Readonly<Record<string, unknown>>;
}
