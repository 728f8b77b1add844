import type { Verdict } from "@lianzheng/sdk/evidence";
import type { Colors } from "picocolors/types.js";
import { tableLines } from "../output/table.ts";
import { printable } from "../output/width.ts";
import type { Language } from "./words.ts";
import { answerWords, findings, questionWords, reasonsByCode, resultWords, trustWords, wordFor } from "./words.ts";

type Question = Verdict["verdicts"][number];

/** How a verdict is shown. */
export interface VerdictStyle {
  readonly language: Language;
  readonly colors: Colors;
  /** Only the first line. */
  readonly brief: boolean;
}

/**
 * A verdict for a person: first the result, then one line for every question, then what the evidence says.
 *
 * @param name - the file as the user named it
 */
export function verdictLines(name: string, verdict: Verdict, style: VerdictStyle): readonly string[] {
  const head = headLine(name, verdict, style);
  if (style.brief) return [head];
  const questions = tableLines(verdict.verdicts.map((question) => questionCells(question, style)));
  return [
    head,
    ...questions.map((line, at) => `  ${coloured(line, verdict.verdicts[at], style)}`),
    ...factLines(verdict, style),
  ];
}

function headLine(name: string, verdict: Verdict, { language, colors }: VerdictStyle): string {
  const paint = { verified: colors.green, failed: colors.red, undetermined: colors.yellow }[verdict.result];
  const word = colors.bold(paint(resultWords[verdict.result][language]));
  if (verdict.result === "verified") return `${word}  ${printable(name)}`;
  const code = verdict.code === undefined ? "" : ` [${verdict.code}]`;
  return `${word}  ${printable(name)}: ${reasonIn(language, verdict.reason, verdict.code)}${code}`;
}

/** The longest part of a line comes last, so that a narrow terminal breaks nothing else. */
function questionCells(question: Question, { language }: VerdictStyle): readonly string[] {
  const code = question.code === undefined ? "" : ` [${question.code}]`;
  return [
    wordFor(questionWords, question.question, language),
    wordFor(answerWords, question.answer, language),
    `(${wordFor(trustWords, question.trust, language)})`,
    findingIn(language, question) + code,
  ];
}

function findingIn(language: Language, { question, answer, reason, code }: Question): string {
  const found = language === "zh" && answer !== "fail" ? findings[question]?.[answer] : undefined;
  return found === undefined ? reasonIn(language, reason, code) : printable(`${found} (${reason})`);
}

function coloured(line: string, question: Question | undefined, { colors }: VerdictStyle): string {
  if (question?.answer === "fail") return colors.red(line);
  return question?.answer === "unknown" ? colors.yellow(line) : line;
}

function reasonIn(language: Language, reason: string, code: string | undefined): string {
  const translated = language === "zh" && code !== undefined ? reasonsByCode[code] : undefined;
  return printable(translated === undefined ? reason : `${translated} (${reason})`);
}

/** What the evidence says; the answers above tell how far that can be trusted. A bundle is about one subject. */
function factLines({ facts }: Verdict, { language, colors }: VerdictStyle): readonly string[] {
  const [first] = facts.records;
  if (first === undefined) return [];
  const rows = facts.records.map(({ sequence, type, occurredAt, issuer, disclosed }) => [
    `#${sequence}`,
    type,
    occurredAt,
    issuer,
    disclosedNames(disclosed, language),
  ]);
  return ["", first.subject, ...tableLines(rows)].map((line) => (line === "" ? line : colors.dim(`  ${line}`)));
}

function disclosedNames(disclosed: Readonly<Record<string, unknown>>, language: Language): string {
  const names = Object.keys(disclosed);
  const none = { en: "nothing disclosed", zh: "未披露内容" }[language];
  return names.length === 0 ? none : printable(names.join(", "));
}
