import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { CliError } from "../errors.ts";

const program = fileURLToPath(new URL("../main.ts", import.meta.url));

/** How long a service may take to say that it is ready, and to stop. */
const READY_MS = 30_000;
const STOP_MS = 15_000;

/** What one run of the command left behind. */
export interface Finished {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A service of the command that runs in a process of its own. */
export interface Service {
  readonly pid: number;
  /** What it printed when it was ready. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** Asks it to stop and waits until it did; may be called again. */
  stop(): Promise<void>;
}

/**
 * Runs the `lianzheng` command with these arguments, to its end, in a process of its own.
 *
 * @param columns - that its answer is folded to
 */
export async function runCommand(args: readonly string[], cwd: string, columns?: number): Promise<Finished> {
  const child = start(args, cwd, columns === undefined ? {} : { COLUMNS: String(columns) });
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  const [exitCode] = (await once(child, "close")) as [number | null];
  return { exitCode: exitCode ?? 128, stdout: stdout(), stderr: stderr() };
}

/**
 * Starts a service of the `lianzheng` command and waits until it prints its address.
 *
 * @throws CliError E_CHILD_FAILED with what it said, if it ends before or takes too long
 */
export async function startService(args: readonly string[], cwd: string): Promise<Service> {
  const child = start([...args, "--json"], cwd);
  const stderr = collect(child.stderr);
  const line = await firstLine(child).catch((error: unknown) => {
    child.kill("SIGKILL");
    throw new CliError("E_CHILD_FAILED", `lianzheng ${args.join(" ")} did not start: ${stderr()}`, {}, error);
  });
  const ready = JSON.parse(line) as Readonly<Record<string, unknown>>;
  if (ready["result"] !== "started") {
    throw new CliError("E_CHILD_FAILED", `lianzheng ${args.join(" ")} did not start: ${line}`);
  }
  return { pid: child.pid ?? 0, ready, stop: () => stopChild(child) };
}

/** No child outlives this process, however early it ends; what a child acknowledged is on its disk by then. */
function start(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): ChildProcess {
  const child = spawn(process.execPath, [program, ...args], {
    cwd,
    env: { ...plainEnvironment(), ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const end = (): void => void child.kill("SIGTERM");
  process.once("exit", end);
  child.once("exit", () => process.off("exit", end));
  return child;
}

/** Settings that the user has for a node of their own are not for those of the story. */
function plainEnvironment(): Readonly<Record<string, string | undefined>> {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("LIANZHENG_")));
}

/** Keeps what a stream says, so that the child never waits for a reader; answers with all of it so far. */
function collect(stream: NodeJS.ReadableStream | null): () => string {
  const chunks: string[] = [];
  stream?.setEncoding("utf8").on("data", (chunk: string) => chunks.push(chunk));
  return () => chunks.join("").trim();
}

/** What the child prints first, however it is cut into chunks. */
async function firstLine(child: ChildProcess): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const line = new Promise<string>((resolve, reject) => {
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => reject(new Error(`it ended (${code ?? signal ?? "?"}): ${text}`)));
    timer = setTimeout(() => reject(new Error(`it was not ready after ${READY_MS / 1000} s`)), READY_MS);
  });
  return line.finally(() => clearTimeout(timer));
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS);
  await ended;
  clearTimeout(timer);
}
