import { EvidenceError } from "@lianzheng/sdk/encoding";
import type { JsonObject } from "@lianzheng/sdk/record";

/** What is asked of a credential: who signed, does it count now, was it revoked. */
export const credentialQuestions = ["signed", "current", "unrevoked"] as const;

/** The answer to one question; `unknown` is never to be shown as valid. */
export interface CredentialAnswer {
  readonly question: (typeof credentialQuestions)[number];
  readonly answer: "pass" | "fail" | "unknown";
  /** The code of what failed. */
  readonly code?: EvidenceError["code"];
  readonly reason: string;
}

/** `verified` if every answer is pass, `failed` if one is fail. */
export interface CredentialVerdict {
  readonly result: "verified" | "failed" | "undetermined";
  readonly answers: readonly CredentialAnswer[];
  /** The member that issued it, where that is shown. */
  readonly issuer: string | null;
  /** What it states; for reading, and worth what the answers are. */
  readonly credential: JsonObject | null;
}

/** Left open: neither shown nor refuted. */
export class Open extends Error {}

type Question = CredentialAnswer["question"];

export function attempt<Found extends { reason: string; found?: unknown }>(
  question: Question,
  act: () => Found,
): { answer: CredentialAnswer; found?: Found["found"] } {
  try {
    const { reason, found } = act();
    return { answer: { question, answer: "pass", reason }, found };
  } catch (error) {
    return { answer: answerOf(question, error) };
  }
}

export async function attemptLater(question: Question, act: () => Promise<string>): Promise<CredentialAnswer> {
  try {
    return { question, answer: "pass", reason: await act() };
  } catch (error) {
    return answerOf(question, error);
  }
}

function answerOf(question: Question, error: unknown): CredentialAnswer {
  if (error instanceof Open) return { question, answer: "unknown", reason: error.message };
  if (error instanceof EvidenceError) return { question, answer: "fail", code: error.code, reason: error.message };
  throw error;
}

export function conclude(
  answers: readonly CredentialAnswer[],
  issuer: string | null,
  document: JsonObject | null,
): CredentialVerdict {
  const given = answers.map(({ answer }) => answer);
  const result = given.includes("fail") ? "failed" : given.includes("unknown") ? "undetermined" : "verified";
  return { result, answers, issuer, credential: document };
}
