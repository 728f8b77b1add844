import type { DossierAnswer, DossierQuestion, DossierVerdict, ItemVerdict } from "@lianzheng/sdk/dossier";
import { foldedRows, tableLines } from "../output/table.ts";
import { printable } from "../output/width.ts";
import type { VerdictStyle } from "./style.ts";
import { answerWords, resultWords, type Bilingual } from "./words.ts";

const questionNames: Readonly<Record<DossierQuestion, Bilingual>> = {
  bundles: { en: "bundles", zh: "各证据包" },
  listed: { en: "listed", zh: "目录所列" },
  steps: { en: "steps", zh: "交易环节" },
  lineage: { en: "lineage", zh: "来源与权利" },
};

const trustNames: Readonly<Record<DossierAnswer["trust"], Bilingual>> = {
  bundles: { en: "as each bundle", zh: "依各证据包" },
  maker: { en: "whoever made it", zh: "制作者自述" },
  chain: { en: "chain", zh: "链上状态" },
};

const asOfWord: Bilingual = { en: "no step is missing as of block", zh: "截至该区块环节无缺失：" };

/** The verdict on a dossier for a person: the whole, then a line for each subject. */
export function dossierLines(name: string, verdict: DossierVerdict, style: VerdictStyle): readonly string[] {
  const { language, colors, brief, columns } = style;
  const paint = { verified: colors.green, failed: colors.red, undetermined: colors.yellow }[verdict.result];
  const code = verdict.code === undefined ? "" : ` [${verdict.code}]`;
  const why = verdict.result === "verified" ? "" : `: ${printable(verdict.reason)}${code}`;
  const head = `${colors.bold(paint(resultWords[verdict.result][language]))}  ${printable(name)}${why}`;
  if (brief) return [head];
  const rows = verdict.answers.map((answer) => answerRow(answer, style));
  const asOf = verdict.asOf === undefined ? [] : [`  ${asOfWord[language]} ${verdict.asOf.block} (${verdict.asOf.at})`];
  return [
    head,
    ...foldedRows(rows, columns)
      .flat()
      .map((line) => `  ${line}`),
    ...asOf,
    "",
    ...tableLines(verdict.items.map((item) => itemRow(item, style))).map((line) => `  ${line}`),
  ];
}

function answerRow(
  { question, answer, reason, trust, code }: DossierAnswer,
  { language }: VerdictStyle,
): readonly string[] {
  return [
    questionNames[question][language],
    answerWords[answer][language],
    answer === "unknown" ? "" : `(${trustNames[trust][language]})`,
    printable(reason) + (code === undefined ? "" : ` [${code}]`),
  ];
}

function itemRow({ item, verdict }: ItemVerdict, { language }: VerdictStyle): readonly string[] {
  const count = verdict === undefined ? "" : String(verdict.facts.records.length);
  return [
    verdict === undefined ? "?" : resultWords[verdict.result][language],
    item.role,
    printable(item.subject),
    count,
    item.reason === null ? "" : printable(item.reason),
  ];
}
