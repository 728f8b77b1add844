import { displayWidth, padEnd, padStart } from "./width.ts";

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

function columnWidths(rows: readonly (readonly string[])[]): readonly number[] {
  const count = Math.max(0, ...rows.map((row) => row.length));
  return Array.from({ length: count }, (_, column) =>
    Math.max(0, ...rows.map((row) => displayWidth(row[column] ?? ""))),
  );
}
