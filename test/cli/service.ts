import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Run, RunOptions } from "./command.ts";
import { finish, startCommand } from "./command.ts";

/** A service of the command that printed its address. */
export interface Service {
  /** The JSON object that it printed when it was ready. */
  readonly ready: Readonly<Record<string, unknown>>;
  /** Sends a signal and answers with the exit code. */
  readonly stop: (signal: NodeJS.Signals) => Promise<number | null>;
  /** Resolves when it ended, by itself or not. */
  readonly ended: Promise<Pick<Run, "exitCode" | "stdout" | "stderr">>;
}

const started = new Set<ChildProcess>();

/** Starts a service with `--json` and waits until it is ready. */
export async function startService(args: readonly string[], options: RunOptions = {}): Promise<Service> {
  const child = startCommand([...args, "--json"], options);
  started.add(child);
  const ended = finish(child);
  const ready = JSON.parse(await firstLine(child)) as Service["ready"];
  return {
    ready,
    ended,
    stop: async (signal) => {
      if (child.exitCode !== null) return child.exitCode;
      const exit = once(child, "exit") as Promise<[number | null]>;
      child.kill(signal);
      return (await exit)[0];
    },
  };
}

/** Ends what a failed test left running. */
export async function endServices(): Promise<void> {
  for (const child of started) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  }
  started.clear();
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
      if (text.includes("\n")) resolve(text.slice(0, text.indexOf("\n")));
    });
    child.once("error", reject);
    child.once("exit", (code) => reject(new Error(`the service ended with ${String(code)}: ${text}`)));
  });
}
