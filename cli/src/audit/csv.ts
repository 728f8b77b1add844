/** A cell that begins like one of these is a formula to a spreadsheet. */
const formula = /^[=+\-@\t\r]/;

/** One line of CSV (RFC 4180): quoted where it must be, and nothing that a spreadsheet would run. */
export function csvLine(cells: readonly (string | number)[]): string {
  return `${cells.map(cellOf).join(",")}\r\n`;
}

function cellOf(value: string | number): string {
  const text = typeof value === "string" && formula.test(value) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
