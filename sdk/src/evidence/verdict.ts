import type { EvidenceErrorCode, Hex } from "@lianzheng/sdk/encoding";
import type { ErasureGround, JsonValue } from "@lianzheng/sdk/record";
import type { Policy } from "./policy.ts";
import { questions, type Question, type QuestionVerdict } from "./question.ts";

/** A record that is unaltered and in the log; `disclosed` is what the bundle shows of its content. */
export interface RecordFacts {
  readonly id: Hex;
  readonly type: string;
  readonly subject: string;
  readonly sequence: number;
  readonly issuer: string;
  readonly occurredAt: string;
  readonly receivedAt: string;
  readonly disclosed: Readonly<Record<string, JsonValue>>;
  /** That the log's owner has erased it, as a `record.erasure` of the bundle discloses; absent if the bundle shows none. */
  readonly erased?: RecordErased;
}

/** Which record tells of an erasure, on what ground, and when the log received it. */
export interface RecordErased {
  readonly by: Hex;
  readonly ground: ErasureGround;
  readonly at: string;
}

/** What is shown. A fact is here only when the questions that it rests on passed. */
export interface Facts {
  /** Rests on `unaltered` and `logged`; empty otherwise. */
  readonly records: readonly RecordFacts[];
  /** Rests on `logged`. */
  readonly log?: { readonly origin: string; readonly owner: string; readonly size: number };
  /** Rests on `anchored` and `final`. */
  readonly block?: { readonly chainId: number; readonly number: number; readonly hash: Hex };
  /** Rests on `time`. */
  readonly anchoredAt?: string;
  /** Rests on `time`: the earliest that a trusted authority stamped the checkpoint. */
  readonly stampedAt?: string;
  /** Rests on `complete`. */
  readonly trade?: {
    readonly tradeId: Hex;
    readonly stages: number;
    readonly terminated: boolean;
    readonly block: number;
    readonly at: string;
  };
}

export type Result = "verified" | "failed" | "undetermined";

/** The answer to a bundle. `code` is there when, and only when, `result` is `failed`: that of the first question that failed. */
export interface Verdict {
  readonly result: Result;
  readonly reason: string;
  readonly code?: EvidenceErrorCode;
  /** One for each question, in their order. */
  readonly verdicts: readonly QuestionVerdict[];
  readonly facts: Facts;
}

/** Failed if any question failed; undetermined if one that the policy requires is unknown; verified otherwise. */
export function conclude(verdicts: readonly QuestionVerdict[], facts: Facts, { name, required }: Policy): Verdict {
  const failed = verdicts.find(({ answer }) => answer === "fail");
  if (failed !== undefined) {
    const { code, question, reason } = failed;
    return {
      result: "failed",
      reason: `${question}: ${reason}`,
      ...(code === undefined ? {} : { code }),
      verdicts,
      facts,
    };
  }
  const open = verdicts.find(({ question, answer }) => answer !== "pass" && required.includes(question));
  if (open !== undefined) {
    return { result: "undetermined", reason: `${open.question}: ${open.reason}`, verdicts, facts };
  }
  const reason = `All that the policy "${name}" requires is shown: ${required.join(", ")}.${leftOpen(verdicts)}`;
  return { result: "verified", reason, verdicts, facts };
}

/** What a policy does not require may be unknown, and whoever reads "verified" must not take it for shown. */
function leftOpen(verdicts: readonly QuestionVerdict[]): string {
  const open = verdicts.filter(({ answer }) => answer === "unknown").map(({ question }) => question);
  return open.length === 0 ? "" : ` Left open: ${open.join(", ")}.`;
}

/** The verdict on bytes that are no bundle: the first question fails, the others are not asked. */
export function unreadable(code: EvidenceErrorCode, reason: string): Verdict {
  const verdicts = questions.map((question) => unasked(question, code, reason));
  return { result: "failed", reason, code, verdicts, facts: { records: [] } };
}

function unasked(question: Question, code: EvidenceErrorCode, reason: string): QuestionVerdict {
  if (question === "unaltered") return { question, answer: "fail", code, reason, trust: "mathematics" };
  return { question, answer: "unknown", reason: "Not asked: the bundle can't be read.", trust: "mathematics" };
}
