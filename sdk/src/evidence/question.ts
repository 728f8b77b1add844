import { EvidenceError, type EvidenceErrorCode } from "@lianzheng/sdk/encoding";

/** The eight questions, in the order in which they are asked. @see docs/formats.md section 10 */
export const questions = [
  "unaltered",
  "logged",
  "signed",
  "anchored",
  "final",
  "time",
  "entitled",
  "complete",
] as const;
export type Question = (typeof questions)[number];

export type Answer = "pass" | "fail" | "unknown";

/** On what an answer rests: whom or what one has to trust to take it. */
export type Trust =
  | "mathematics"
  | "log-key"
  | "witnesses"
  | "member-key"
  | "single-operator"
  | "validators"
  | "rpc"
  | "timestamp"
  | "chain";

/** The answer to one question. `code` is there when, and only when, the answer is `fail`. */
export interface QuestionVerdict {
  readonly question: Question;
  readonly answer: Answer;
  readonly code?: EvidenceErrorCode;
  /** A sentence for a reader who knows no cryptography. */
  readonly reason: string;
  readonly trust: Trust;
}

/** A verdict and, if it is `pass`, what it proved: later questions and the facts take nothing from elsewhere. */
export interface Answered<Proved> {
  readonly verdict: QuestionVerdict;
  readonly proved?: Proved;
}

/** What a question found when nothing contradicts. */
export interface Finding<Proved> {
  readonly answer: "pass" | "unknown";
  readonly reason: string;
  /** Where it differs from the question's own. */
  readonly trust?: Trust;
  readonly proved?: Proved;
}

/** Nothing contradicts and all is shown. */
export function pass<Proved>(reason: string, proved: Proved, trust?: Trust): Finding<Proved> {
  return { answer: "pass", reason, proved, ...(trust === undefined ? {} : { trust }) };
}

/** Nothing contradicts, but it is not shown either. */
export function unknown(reason: string, trust?: Trust): Finding<never> {
  return { answer: "unknown", reason, ...(trust === undefined ? {} : { trust }) };
}

/**
 * Asks one question of material that may be hostile. What the examination refuses becomes the answer `fail` with the
 * refusal's code. An error that is no refusal means that this program met something it was not made for: that is no
 * "pass" either, so it fails as V_FORMAT and the reason repeats the error.
 */
export function ask<Proved>(question: Question, trust: Trust, examine: () => Finding<Proved>): Answered<Proved> {
  try {
    const { answer, reason, proved, trust: own } = examine();
    const verdict: QuestionVerdict = { question, answer, reason, trust: own ?? trust };
    return answer === "pass" && proved !== undefined ? { verdict, proved } : { verdict };
  } catch (error) {
    const code = error instanceof EvidenceError ? error.code : "V_FORMAT";
    return { verdict: { question, answer: "fail", code, reason: reasonOf(error), trust } };
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? bounded(error.message) : "something that is no error was thrown";
}

const longestReason = 500;

/** A reason that may repeat names out of the bundle, cut where a hostile one would fill a screen or a log with them. */
export function bounded(reason: string): string {
  if (reason.length <= longestReason) return reason;
  // A pair of surrogates is not cut in two.
  return `${reason.slice(0, longestReason).replace(/[\ud800-\udbff]$/, "")}…`;
}
