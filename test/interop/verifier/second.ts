/** The second verifier as a process: bundles go in by its standard input, answers come by its standard output. */
import { spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import type { Policy } from "@lianzheng/sdk/evidence";

/** What both verifiers say of one bundle; the reasons are each one's own words. */
export interface Answered {
  readonly result: string;
  readonly code: string | null;
  readonly facts: unknown;
  /** Answer and code of each question, in the order of SPEC.md section 3. */
  readonly answers: readonly (readonly [string, string | null])[];
}

export interface Second {
  readonly judge: (bundle: Uint8Array, policy: Policy, now: number) => Promise<unknown>;
  readonly close: () => Promise<void>;
}

/** Why python3 of 3.9 or later is not there; undefined where it is. */
export function withoutPython(): string | undefined {
  const { status, error, stderr } = spawnSync("python3", ["-c", "import sys; sys.exit(sys.version_info < (3, 9))"], {
    encoding: "utf8",
  });
  return status === 0 ? undefined : (error?.message ?? (stderr || "python3 is older than 3.9"));
}

export function startSecond(): Second {
  const child = spawn("python3", ["-B", import.meta.dirname], { stdio: ["pipe", "pipe", "inherit"] });
  const waiting: { readonly resolve: (answer: unknown) => void; readonly reject: (error: Error) => void }[] = [];
  let isOver = false;
  const exited = new Promise<void>((resolve) => {
    child.once("close", () => {
      isOver = true;
      for (const { reject } of waiting.splice(0)) reject(new Error("the second verifier ended"));
      resolve();
    });
  });
  createInterface({ input: child.stdout }).on("line", (line) => waiting.shift()?.resolve(JSON.parse(line)));
  let known: Policy | undefined;
  const judge = (bundle: Uint8Array, policy: Policy, now: number): Promise<unknown> => {
    if (isOver) return Promise.reject(new Error("the second verifier ended"));
    if (policy !== known) child.stdin.write(`${JSON.stringify({ policy })}\n`);
    known = policy;
    child.stdin.write(`${JSON.stringify({ now, length: bundle.length })}\n`);
    child.stdin.write(bundle);
    return new Promise((resolve, reject) => waiting.push({ resolve, reject }));
  };
  const close = (): Promise<void> => {
    child.stdin.end();
    return exited;
  };
  return { judge, close };
}
