import type { DossierAnswer, DossierVerdict, ItemVerdict } from "@lianzheng/sdk/dossier";
import { foldedRows, tableLines } from "../output/table.ts";
import { printable } from "../output/width.ts";
import { wrap } from "../output/wrap.ts";
import { dossierMeanings, dossierQuestionWords, dossierTrustWords, roleWords } from "./dossier-words.ts";
import { explanationLines, paragraphLines } from "./explain.ts";
import { leansOnOne } from "./lines.ts";
import type { VerdictStyle } from "./style.ts";
import { aloneWords, answerWords, reasonIn, resultWords } from "./words.ts";

/**
 * The verdict on a dossier for a person: the whole, a line for each question and each subject.
 *
 * @param name - the file as the user named it
 */
export function dossierLines(name: string, verdict: DossierVerdict, style: VerdictStyle): readonly string[] {
  const head = headLine(name, verdict, style);
  if (style.brief) return [head];
  const room = style.columns === undefined ? undefined : Math.max(2, style.columns - 2);
  const answers = foldedRows(
    verdict.answers.map((answer) => answerRow(answer, style)),
    room,
  ).flat();
  const items = tableLines(verdict.items.map((item) => itemRow(item, style)));
  const lines = [...answers, ...asOfLines(verdict, style), ...(items.length === 0 ? [] : [""]), ...items];
  return [...wrap(head, style.columns), ...lines.map((line) => (line === "" ? "" : `  ${line}`))];
}

/** What the answers mean in plain words: those about the whole, then those about the evidence of each subject. */
export function dossierExplanationLines({ answers, items }: DossierVerdict, style: VerdictStyle): readonly string[] {
  const { language } = style;
  const whole = answers.flatMap(({ question, answer }) =>
    paragraphLines(dossierQuestionWords[question][language], dossierMeanings[question][answer][language], style),
  );
  const each = items.flatMap(({ item, verdict }) =>
    verdict === undefined ? [] : ["", `  ${printable(item.subject)}`, ...explanationLines(verdict, style)],
  );
  return [...whole, ...each];
}

function headLine(name: string, verdict: DossierVerdict, { language, colors }: VerdictStyle): string {
  const paint = { verified: colors.green, failed: colors.red, undetermined: colors.yellow }[verdict.result];
  const word = `${colors.bold(paint(resultWords[verdict.result][language]))}  ${printable(name)}`;
  if (verdict.result === "verified") {
    const alone = verdict.items.some((item) => item.verdict !== undefined && leansOnOne(item.verdict));
    return alone ? `${word} ${colors.yellow(aloneWords[language])}` : word;
  }
  const code = verdict.code === undefined ? "" : ` [${verdict.code}]`;
  return `${word}: ${reasonIn(language, verdict.reason, verdict.code)}${code}`;
}

function answerRow(
  { question, answer, reason, trust, code }: DossierAnswer,
  { language }: VerdictStyle,
): readonly string[] {
  const said = language === "zh" ? `${dossierMeanings[question][answer].zh} (${reason})` : reason;
  return [
    dossierQuestionWords[question][language],
    answerWords[answer][language],
    answer === "unknown" ? "" : `(${dossierTrustWords[trust][language]})`,
    printable(said) + (code === undefined ? "" : ` [${code}]`),
  ];
}

function asOfLines({ asOf }: DossierVerdict, { language }: VerdictStyle): readonly string[] {
  if (asOf === undefined) return [];
  const { block, at } = asOf;
  return [
    { en: `no step is missing as of block ${block} (${at})`, zh: `截至区块 ${block}（${at}）环节无缺失` }[language],
  ];
}

function itemRow({ item, verdict }: ItemVerdict, { language }: VerdictStyle): readonly string[] {
  const count = String(verdict?.facts.records.length ?? 0);
  return [
    verdict === undefined ? "?" : resultWords[verdict.result][language],
    roleWords[item.role][language],
    printable(item.subject),
    { en: `records: ${count}`, zh: `${count} 条记录` }[language],
    item.reason === null ? "" : printable(item.reason),
  ];
}
