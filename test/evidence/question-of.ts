import type { EvidenceErrorCode } from "@lianzheng/sdk/encoding";
import {
  verify,
  type Answer,
  type Bundle,
  type Policy,
  type Question,
  type QuestionVerdict,
  type Verdict,
} from "@lianzheng/sdk/evidence";
import { expect } from "chai";
import { bytesOf, encoded, nowMs, policy as trusted } from "./fixture.ts";

/** The verdict on a bundle at the fixture's time. */
export function judge(bundle: Bundle | Uint8Array, policy: Policy = trusted): Verdict {
  return verify(bundle instanceof Uint8Array ? bundle : encoded(bundle), policy, { now: nowMs });
}

/** The verdict on a value that need not be a bundle. */
export const judgeValue = (value: unknown, policy: Policy = trusted): Verdict => judge(bytesOf(value), policy);

export function answerTo(question: Question, { verdicts }: Verdict): QuestionVerdict {
  const found = verdicts.filter((verdict) => verdict.question === question);
  expect(found, question).to.have.length(1);
  return found[0]!;
}

/** This question fails with this code, and the bundle with it. */
export function expectFailure(verdict: Verdict, question: Question, code: EvidenceErrorCode): void {
  const answer = answerTo(question, verdict);
  expect([answer.answer, answer.code], `${question}: ${answer.reason}`).to.deep.equal(["fail", code]);
  expect(verdict.result).to.equal("failed");
  expect(verdict.code).to.not.equal(undefined);
}

export function expectAnswer(verdict: Verdict, question: Question, answer: Answer): QuestionVerdict {
  const found = answerTo(question, verdict);
  expect(found.answer, found.reason).to.equal(answer);
  if (answer !== "fail") expect(found).to.not.have.property("code");
  return found;
}
