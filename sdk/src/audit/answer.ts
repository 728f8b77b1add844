import { auditFaults, type AuditFinding } from "./finding.ts";
import { auditQuestions, type AuditQuestion } from "./questions.ts";

/** Without these nothing is called sound. The others may stay open where the log shows no entries, and then the papers say so. */
const required: ReadonlySet<AuditQuestion> = new Set(["signed", "roots", "kept", "anchored"]);

/** A sentence in both languages of the papers. */
export type Bilingual = Readonly<Record<"en" | "zh", string>>;

const notReached: Bilingual = { en: "Not reached.", zh: "未进行到此项。" };

/** The answer to one question; `checked` says of how many things. */
export interface AuditAnswer {
  readonly question: AuditQuestion;
  readonly answer: "pass" | "fail" | "unknown";
  /** Tiles, checkpoints, entries or records, as the question counts. */
  readonly checked: number;
  /** Findings against it. */
  readonly found: number;
  readonly reason: Bilingual;
}

/** Failed if anything contradicts; undetermined if a required question stays open; sound otherwise. */
export type AuditResult = "sound" | "failed" | "undetermined";

/** What a question came to before the findings are counted: how much was checked, or why nothing was. */
export interface Inquiry {
  readonly question: AuditQuestion;
  readonly checked: number;
  readonly reason: Bilingual;
  /** True if all that the question is about was looked at. */
  readonly done: boolean;
}

/** The whole of an audit: every question with its answer, and what they come to. */
export function auditResult(
  inquiries: readonly Inquiry[],
  found: Readonly<Partial<Record<AuditFinding["code"], number>>>,
): { readonly result: AuditResult; readonly answers: readonly AuditAnswer[] } {
  const answers = auditQuestions.map((question) => answerTo(question, inquiries, found));
  if (answers.some(({ answer }) => answer === "fail")) return { result: "failed", answers };
  const open = answers.some(({ question, answer }) => answer === "unknown" && required.has(question));
  return { result: open ? "undetermined" : "sound", answers };
}

function answerTo(
  question: AuditQuestion,
  inquiries: readonly Inquiry[],
  counts: Readonly<Partial<Record<AuditFinding["code"], number>>>,
): AuditAnswer {
  const inquiry = inquiries.find((each) => each.question === question);
  const { checked, reason, done } = inquiry ?? { checked: 0, reason: notReached, done: false };
  const found = Object.entries(auditFaults).reduce(
    (sum, [code, fault]) => sum + (fault.question === question ? (counts[code as AuditFinding["code"]] ?? 0) : 0),
    0,
  );
  if (found > 0) return { question, answer: "fail", checked, found, reason };
  return { question, answer: done ? "pass" : "unknown", checked, found, reason };
}
