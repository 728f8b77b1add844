import { displayWidth, padEnd, padStart } from "./width.ts";
import { wrap } from "./wrap.ts";

/** Columns that a sentence must have to be read with ease; with fewer it goes below the rest of its row. */
const EASY_COLUMNS = 40;

/** Which side a column's cells stand on. */
export type Side = "left" | "right";

/**
 * Lines of a table whose columns are as wide as their widest cell, two blanks apart.
 *
 * @param rows - cells by row; a missing cell is empty
 * @param sides - by column, left where not given
 */
export function tableLines(rows: readonly (readonly string[])[], sides: readonly Side[] = []): readonly string[] {
  const widths = columnWidths(rows);
  return rows.map((row) =>
    widths
      .map((width, column) => {
        const cell = row[column] ?? "";
        return sides[column] === "right" ? padStart(cell, width) : padEnd(cell, width);
      })
      .join("  ")
      .trimEnd(),
  );
}

/**
 * Rows whose last cell is a longer text, folded to the width of the terminal: beside the other cells where there is room, else below them.
 *
 * @param width - columns of a line; undefined folds nothing
 * @param room - columns that the last cell must have beside the others
 * @returns for every row its lines
 */
export function foldedRows(
  rows: readonly (readonly string[])[],
  width: number | undefined,
  room = EASY_COLUMNS,
): readonly (readonly string[])[] {
  const heads = tableLines(rows.map((row) => row.slice(0, -1)));
  const indent = Math.max(0, ...heads.map(displayWidth)) + 2;
  const beside = width === undefined || width - indent >= room;
  const columns = width === undefined ? undefined : Math.max(2, width - (beside ? indent : 2));
  return rows.map((row, at) => {
    const head = heads[at] ?? "";
    const [first = "", ...more] = wrap(row.at(-1) ?? "", columns);
    if (!beside) return [head, ...[first, ...more].map((line) => `  ${line}`)];
    return [`${padEnd(head, indent)}${first}`.trimEnd(), ...more.map((line) => " ".repeat(indent) + line)];
  });
}

function columnWidths(rows: readonly (readonly string[])[]): readonly number[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: count }, (_, column) =>
    Math.max(0, ...rows.map((row) => displayWidth(row[column] ?? ""))),
  );
}
