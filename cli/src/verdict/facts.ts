import type { RecordFacts, Verdict } from "@lianzheng/sdk/evidence";
import type { JsonValue } from "@lianzheng/sdk/record";
import { foldedRows, tableLines } from "../output/table.ts";
import { clip, printable } from "../output/width.ts";
import { wrap } from "../output/wrap.ts";
import type { VerdictStyle } from "./style.ts";
import { recordWords } from "./words.ts";

/** Longer values are cut: a person sees what is meant, and `--json` has them whole. */
const VALUE_COLUMNS = 400;
const NAME_COLUMNS = 40;

/** Of a line that goes on. */
const INDENT = 6;

/** Columns that a value must have beside its name. */
const VALUE_ROOM = 24;

/**
 * What the evidence says, with every disclosed value; the answers of the verdict tell how far that can be trusted.
 *
 * Names and values come from whoever made the record: nothing in them may steer the terminal. Values stand as JSON, so that a text is
 * told from a number and a blank is seen.
 */
export function factLines({ facts }: Verdict, style: VerdictStyle): readonly string[] {
  const { records } = facts;
  const [first] = records;
  if (first === undefined) return [];
  const room = style.columns === undefined ? undefined : Math.max(2, style.columns - INDENT);
  const heads = tableLines(records.map((record) => headCells(record, style)));
  const lines = records.flatMap((record, at) => [
    ...wrap(heads[at] ?? "", room).map((line, part) => (part === 0 ? line : `    ${line}`)),
    ...valueLines(record, style).map((line) => `    ${line}`),
  ]);
  const subject = wrap(`${printable(first.subject)}: ${recordWords.says[style.language]}`, room);
  return ["", ...[...subject, ...lines].map((line) => `  ${line}`)];
}

function headCells({ sequence, type, occurredAt, issuer }: RecordFacts, { language }: VerdictStyle): readonly string[] {
  const at = `${recordWords.at[language]} ${printable(occurredAt)}`;
  return [`#${sequence}`, printable(type), at, `${recordWords.by[language]} ${printable(issuer)}`];
}

function valueLines(record: RecordFacts, style: VerdictStyle): readonly string[] {
  const { erased } = record;
  const { language, colors } = style;
  if (erased === undefined) return disclosedLines(record, style);
  const told = `${recordWords.erased[language]} ${erased.at}, ${erased.ground} (${erased.by})`;
  return [colors.dim(told), ...(Object.keys(record.disclosed).length === 0 ? [] : disclosedLines(record, style))];
}

function disclosedLines({ disclosed }: RecordFacts, { language, colors, columns }: VerdictStyle): readonly string[] {
  const rows = Object.entries(disclosed).map(([name, value]) => [
    clip(printable(name), NAME_COLUMNS),
    clipped(valueText(value), recordWords.cut[language]),
  ]);
  if (rows.length === 0) return [colors.dim(recordWords.nothing[language])];
  return foldedRows(rows, columns === undefined ? undefined : Math.max(2, columns - INDENT), VALUE_ROOM).flat();
}

/** JSON with a blank behind every comma and colon, so that a line can be folded there; a text in it has no line break of its own. */
function valueText(value: JsonValue): string {
  const folded = JSON.stringify(value, null, 1).replace(/([[{])\n */g, "$1");
  return printable(folded.replace(/\n *([\]}])/g, "$1").replace(/\n */g, " "));
}

function clipped(text: string, remark: string): string {
  const kept = clip(text, VALUE_COLUMNS);
  return kept === text ? text : `${kept} (${remark})`;
}
