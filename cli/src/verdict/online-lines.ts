import type { OnlineFinding } from "@lianzheng/sdk/online";
import { foldedRows } from "../output/table.ts";
import { printable } from "../output/width.ts";
import { wrap } from "../output/wrap.ts";
import type { VerdictStyle } from "./style.ts";
import { onlineAnswerWords, onlineFindings, onlineWords } from "./online-words.ts";
import { trustWords, wordFor } from "./words.ts";

/** How what the evidence shows stands now, one line for each finding; none if nobody was asked. */
export function onlineLines(findings: readonly OnlineFinding[], style: VerdictStyle): readonly string[] {
  if (findings.length === 0 || style.brief) return [];
  const { language } = style;
  const room = style.columns === undefined ? undefined : Math.max(2, style.columns - 2);
  const rows = findings.map((found) => [
    wordFor(onlineWords.subjects, found.about, language),
    wordFor(onlineAnswerWords, found.answer, language),
    found.answer === "unknown" ? "" : `(${wordFor(trustWords, found.trust, language)})`,
    printable(reasonFor(found, style)),
  ]);
  const painted = foldedRows(rows, room).flatMap((lines, at) =>
    lines.map((line) => `  ${coloured(line, findings[at], style)}`),
  );
  return ["", ...wrap(onlineWords.now[language], room).map((line) => `  ${line}`), ...painted];
}

function coloured(line: string, finding: OnlineFinding | undefined, { colors }: VerdictStyle): string {
  if (finding?.answer === "contradicted") return colors.red(line);
  return finding?.answer === "stands" ? line : colors.yellow(line);
}

function reasonFor({ about, answer, reason }: OnlineFinding, { language }: VerdictStyle): string {
  const said = language === "zh" ? onlineFindings[about][answer] : undefined;
  return said === undefined ? reason : `${said} (${reason})`;
}
