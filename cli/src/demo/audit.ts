import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeBundle } from "@lianzheng/sdk/evidence";
import type { Bundle } from "@lianzheng/sdk/evidence";
import { runCommand } from "./processes.ts";
import type { Tampering } from "./tampering.ts";

/** What `lianzheng verify` said of a file, in a process of its own and with nothing else running. */
export interface Examination {
  readonly file: string;
  readonly exitCode: number;
  readonly result: string;
  readonly reason: string;
  readonly code: string | undefined;
  /** Whether the chain shows that nothing of the subject is missing; only of trades it counts the records. */
  readonly complete: boolean;
}

/** Keeps a bundle in the demo's folder and answers with its path there. */
export async function keepBundle(folder: string, name: string, bundle: Bundle): Promise<string> {
  const file = join("evidence", `${name}.evidence.json`);
  await writeFile(join(folder, file), encodeBundle(bundle));
  return file;
}

/** Keeps a forgery; it is written as it is, whether or not it still has the form of a bundle. */
export async function keepForgery(folder: string, { name, bundle }: Tampering): Promise<string> {
  const file = join("forged", `${name}.evidence.json`);
  await writeFile(join(folder, file), JSON.stringify(bundle));
  return file;
}

/** Runs `lianzheng verify` on a file of the demo's folder. */
export async function examine(folder: string, file: string): Promise<Examination> {
  const { exitCode, stdout } = await runCommand([...verification(file), "--json"], folder);
  const verdict = (JSON.parse(stdout) as { readonly files?: readonly FileVerdict[] }).files?.[0];
  return {
    file,
    exitCode,
    result: verdict?.result ?? "error",
    reason: verdict?.reason ?? stdout,
    code: verdict?.code,
    complete: answersOf(verdict).some(({ question, answer }) => counting.has(question) && answer === "pass"),
  };
}

/** What `lianzheng verify` shows a person of a file of the demo's folder, folded to `columns`. */
export async function show(folder: string, file: string, columns: number | undefined): Promise<string> {
  return (await runCommand(verification(file), folder, columns)).stdout;
}

function verification(file: string): readonly string[] {
  return ["verify", file, "--policy", "policy.json"];
}

interface FileVerdict {
  readonly result: string;
  readonly reason: string;
  readonly code?: string;
  /** Of a bundle. */
  readonly verdicts?: readonly Answered[];
  /** Of a dossier. */
  readonly answers?: readonly Answered[];
}

interface Answered {
  readonly question: string;
  readonly answer: string;
}

/** What the chain's count of a trade's steps answers, in a bundle and in a dossier. */
const counting = new Set(["complete", "steps"]);

function answersOf(verdict: FileVerdict | undefined): readonly Answered[] {
  return verdict?.verdicts ?? verdict?.answers ?? [];
}
