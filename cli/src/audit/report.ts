import { auditFaults, type AuditAnswer, type AuditFinding } from "@lianzheng/sdk/audit";
import { toInstant } from "@lianzheng/sdk/record";
import { printable } from "../output/width.ts";
import { answerWords, type Language } from "../verdict/words.ts";
import type { AuditPapers } from "./papers.ts";
import { paperWords, questionNames, resultNames, sampleWords } from "./words.ts";

/** The papers as a report for a person: Markdown. */
export function reportOf(papers: AuditPapers, language: Language): string {
  const word = (name: keyof typeof paperWords): string => paperWords[name][language];
  return [
    `# ${word("title")}`,
    "",
    `**${resultNames[papers.result][language]}**`,
    "",
    ...table([word("item"), word("value")], factRows(papers, language)),
    "",
    `## ${word("checked")}`,
    "",
    ...table(
      [word("question"), word("answer"), word("count"), word("found"), word("reason")],
      papers.answers.map((answer) => answerRow(answer, language)),
    ),
    "",
    `## ${word("findings")}`,
    "",
    ...findingLines(papers, language),
    "",
    `## ${word("sampled")}`,
    "",
    ...sampleLines(papers, language),
    "",
    `## ${word("limits")}`,
    "",
    word("limitsText"),
    "",
    ...noteLines(papers.checkpoint.note),
    "",
  ].join("\n");
}

function factRows(papers: AuditPapers, language: Language): readonly (readonly string[])[] {
  const { log, checkpoint, chain } = papers;
  const word = (name: keyof typeof paperWords): string => paperWords[name][language];
  return [
    [word("log"), log === null ? word("unknownLog") : `${log.origin} (${log.owner})`],
    [word("size"), String(checkpoint.size)],
    [word("root"), checkpoint.root],
    [word("source"), papers.source],
    [word("chain"), chain === null ? word("notCompared") : `${chain.url}, ${word("block")} ${chain.block}`],
    [word("policy"), papers.policy],
    [word("from"), toInstant(papers.startedAt)],
    [word("until"), toInstant(papers.endedAt)],
    ...(papers.continued === 0 ? [] : [[word("continued"), String(papers.continued)]]),
  ];
}

function answerRow({ question, answer, checked, found, reason }: AuditAnswer, language: Language): readonly string[] {
  return [
    questionNames[question][language],
    answerWords[answer][language],
    String(checked),
    String(found),
    reason[language],
  ];
}

function findingLines({ findings, found }: AuditPapers, language: Language): readonly string[] {
  if (findings.length === 0) return [paperWords.noFindings[language]];
  const total = Object.values(found).reduce((sum, count) => sum + count, 0);
  const cut = total > findings.length ? ["", `${paperWords.shownOf[language]} ${findings.length} / ${total}`] : [];
  const heads = [
    paperWords.code[language],
    paperWords.place[language],
    paperWords.meaning[language],
    paperWords.detail[language],
  ];
  const rows = findings.map((finding) => [
    finding.code,
    placeOf(finding),
    auditFaults[finding.code][language],
    finding.detail,
  ]);
  return [paperWords.beginWithFirst[language], "", ...table(heads, rows), ...cut];
}

/** Where a finding is: record, size, tile. */
export function placeOf({ index, size, tile }: AuditFinding): string {
  return [
    ...(index === undefined ? [] : [`record ${index}`]),
    ...(size === undefined ? [] : [`size ${size}`]),
    ...(tile === undefined ? [] : [tile]),
  ].join(", ");
}

function sampleLines({ sampled }: AuditPapers, language: Language): readonly string[] {
  if (sampled.length === 0) return [paperWords.noSample[language]];
  const heads = [paperWords.place[language], "id", paperWords.answer[language], paperWords.reason[language]];
  const rows = sampled.map(({ index, id, result, reason }) => [
    String(index),
    id,
    sampleWords[result][language],
    reason,
  ]);
  return [paperWords.sampleRule[language], "", ...table(heads, rows)];
}

function table(heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]): string => `| ${cells.map(cell).join(" | ")} |`;
  return [line(heads), line(heads.map(() => "---")), ...rows.map(line)];
}

/** The note as it stands, as code by its indentation: no line of it can end that, as a line of a fence's could. */
function noteLines(note: string): readonly string[] {
  return note
    .trimEnd()
    .split("\n")
    .map((line) => `    ${printable(line)}`);
}

/** Nothing that a log says may leave its cell, or become a link or markup. */
function cell(text: string): string {
  return printable(text).replace(/[\\|`*_[\]<>]/g, "\\$&");
}
