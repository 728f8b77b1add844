import type { DossierVerdict } from "@lianzheng/sdk/dossier";
import type { Policy, Verdict } from "@lianzheng/sdk/evidence";
import type { Refusal } from "@lianzheng/sdk/refusal";
import { CliError } from "../errors.ts";
import { exitCodes, type ExitCode } from "../exit.ts";
import { toFailure, type Failure } from "../failure.ts";
import { readInput } from "../files/read.ts";
import { isLeftOpen, judge, judgeDossier, type Judged, type OnlineSources } from "./judge.ts";
import { judgedWithFile, type Original, type OriginalFound } from "./original.ts";

/** One file: a verdict, a node's signed refusal, the verdict on a dossier, or why there is none of them. */
export type Examined =
  | { readonly file: string; readonly exitCode: ExitCode; readonly verdict: Judged; readonly original?: OriginalFound }
  | { readonly file: string; readonly exitCode: ExitCode; readonly refusal: Refusal }
  | { readonly file: string; readonly exitCode: ExitCode; readonly dossier: DossierVerdict }
  | { readonly file: string; readonly exitCode: ExitCode; readonly failure: Failure };

const exitOf: Readonly<Record<Verdict["result"], ExitCode>> = {
  verified: exitCodes.done,
  failed: exitCodes.invalid,
  undetermined: exitCodes.undecided,
};

/** A signed refusal is shorter, or is none. */
const maxNoteBytes = 64 * 1024;

/** By what a file is examined. */
export interface Wishes {
  readonly policy: Policy;
  readonly original: Original | undefined;
  readonly sources: OnlineSources | undefined;
  /** Whether questions were asked for by name. */
  readonly isMore: boolean;
}

/**
 * What a file turns out to be, and what it is worth by the policy.
 *
 * @param now - milliseconds since 1970
 * @returns never rejects: what could not be read is a failure of that file alone
 */
export async function examine(file: string, wishes: Wishes, now: number): Promise<Examined> {
  const { policy, original, sources } = wishes;
  try {
    const { looksLikeRefusal, verifyRefusal } = await import("@lianzheng/sdk/refusal");
    const { looksLikeDossier, maxDossierBytes } = await import("@lianzheng/sdk/dossier");
    const bytes = await readInput(file, maxDossierBytes);
    const text = Buffer.from(bytes.subarray(0, maxNoteBytes)).toString("utf8");
    if (looksLikeRefusal(text)) {
      assertAnswerable(file, "a node's signed refusal", wishes);
      return { file, refusal: verifyRefusal(text, policy).refusal, exitCode: exitCodes.done };
    }
    if (looksLikeDossier(bytes)) {
      assertAnswerable(file, "a dossier", { ...wishes, isMore: false });
      const dossier = await judgeDossier(bytes, policy, now);
      return { file, dossier, exitCode: exitOf[dossier.result] };
    }
    const judged = judgedWithFile(await judge(bytes, policy, now, sources), original);
    return { file, ...judged, exitCode: exitOfVerdict(judged.verdict) };
  } catch (error) {
    const failure = toFailure(error);
    // A refusal that no trusted log signed was read well enough: it is not valid.
    const exitCode = failure.code === "V_NOTE" ? exitCodes.invalid : failure.exitCode;
    return { file, failure, exitCode };
  }
}

/** What was asked for and is not asked of such a file must not end as if it had been answered. @throws CliError E_USAGE */
function assertAnswerable(file: string, what: string, { original, sources, isMore }: Wishes): void {
  const asked = [
    ...(original === undefined ? [] : ["--file"]),
    ...(sources === undefined ? [] : ["--online"]),
    ...(isMore ? ["--require"] : []),
  ];
  if (asked.length === 0) return;
  const verb = asked.length === 1 ? "asks" : "ask";
  throw new CliError("E_USAGE", `${asked.join(", ")} ${verb} about evidence bundles, and ${file} is ${what}`);
}

/** What was to be asked and could not be leaves it undecided how the evidence stands now. */
function exitOfVerdict(verdict: Judged): ExitCode {
  return verdict.result === "verified" && isLeftOpen(verdict) ? exitCodes.undecided : exitOf[verdict.result];
}
