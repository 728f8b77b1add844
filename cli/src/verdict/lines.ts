import type { Verdict } from "@lianzheng/sdk/evidence";
import { foldedRows } from "../output/table.ts";
import { printable } from "../output/width.ts";
import { wrap } from "../output/wrap.ts";
import { factLines } from "./facts.ts";
import type { VerdictStyle } from "./style.ts";
import type { Language } from "./words.ts";
import {
  aloneWords,
  answerWords,
  findings,
  questionWords,
  reasonIn,
  resultWords,
  trustWords,
  wordFor,
} from "./words.ts";

type Question = Verdict["verdicts"][number];

/**
 * A verdict for a person: first the result, then one line for every question, then what the evidence says.
 *
 * @param name - the file as the user named it
 */
export function verdictLines(name: string, verdict: Verdict, style: VerdictStyle): readonly string[] {
  const head = headLine(name, verdict, style);
  if (style.brief) return [head];
  return [...wrap(head, style.columns), ...questionLines(verdict, style), ...factLines(verdict, style)];
}

function headLine(name: string, verdict: Verdict, { language, colors }: VerdictStyle): string {
  const paint = { verified: colors.green, failed: colors.red, undetermined: colors.yellow }[verdict.result];
  const word = colors.bold(paint(resultWords[verdict.result][language]));
  if (verdict.result === "verified") {
    return `${word}  ${printable(name)}${leansOnOne(verdict) ? ` ${colors.yellow(aloneWords[language])}` : ""}`;
  }
  const code = verdict.code === undefined ? "" : ` [${verdict.code}]`;
  return `${word}  ${printable(name)}: ${reasonIn(language, verdict.reason, verdict.code)}${code}`;
}

/** Whether something was shown by the word of the one operator of a chain. */
export function leansOnOne({ verdicts }: Verdict): boolean {
  return verdicts.some(({ answer, trust }) => answer === "pass" && trust === "single-operator");
}

function questionLines({ verdicts }: Verdict, style: VerdictStyle): readonly string[] {
  const cells = verdicts.map((question) => questionCells(question, style));
  const rows = foldedRows(cells, style.columns === undefined ? undefined : Math.max(2, style.columns - 2));
  return rows.flatMap((lines, at) => lines.map((line) => `  ${coloured(line, verdicts[at], style)}`));
}

/** The longest part of a line comes last, so that a narrow terminal breaks nothing else; what is unknown leans on nothing. */
function questionCells(question: Question, { language }: VerdictStyle): readonly string[] {
  const code = question.code === undefined ? "" : ` [${question.code}]`;
  return [
    wordFor(questionWords, question.question, language),
    wordFor(answerWords, question.answer, language),
    question.answer === "unknown" ? "" : `(${wordFor(trustWords, question.trust, language)})`,
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
