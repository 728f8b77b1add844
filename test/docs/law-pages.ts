import { join, normalize } from "node:path";
import { expect } from "chai";
import { blocksOf } from "./blocks.ts";
import { filesUnder, read } from "./law-sources.ts";

export const INDEX = "docs/contracts.md";
export const PAGES: readonly string[] = [INDEX, ...filesUnder("docs/contracts", ".md").sort()];

/** A part of a page under a heading of the second level, or a whole page without one. */
export interface Section {
  readonly page: string;
  readonly title: string;
  readonly text: string;
}
export type Row = Readonly<Record<string, string>>;

export const sections: readonly Section[] = PAGES.flatMap((page) =>
  read(page)
    .split(/^##? /m)
    .slice(1)
    .map((text) => ({ page, title: text.slice(0, text.indexOf("\n")), text })),
);

/** The section with this title, or that has a table if several begin with the same word. */
export function section(title: string): Section {
  const found = sections.filter((one) => one.title === title || one.title.split(" ")[0] === title);
  const one = found.find(({ text }) => /^\|/m.test(text)) ?? found[0];
  if (one === undefined) throw new Error(`no page has a section ${title}`);
  return one;
}

export const diagrams = PAGES.flatMap(blocksOf).filter(({ language }) => language === "mermaid");

export const namesIn = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map((match) => String(match[1]));
export const titlesIn = (cell: string): string[] => [...cell.matchAll(/“([^”]+)”/g)].map((match) => String(match[1]));
/** `setThreshold` as `set threshold`. */
export const wordsOf = (name: string): string => (name.match(/[A-Z]?[a-z0-9]+|[A-Z]+/g) ?? []).join(" ").toLowerCase();
/** Files of the project to which a section links. */
export const linksOf = ({ page, text }: Section): string[] =>
  [...text.matchAll(/\]\((?!http|#)([^)#\s]+)\)/g)].map((match) => normalize(join(page, "..", String(match[1]))));

/** Rows of the section's table that has this column, by the names of their columns. */
export function tableOf({ title, text }: Section, column: string): readonly Row[] {
  const cellsOf = (line: string): string[] =>
    line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim());
  const tables = [...text.matchAll(/(?:^\|.*\|\n?)+/gm)].map(([table]) => table.trim().split("\n").map(cellsOf));
  const [header, , ...rows] = tables.find(([names]) => names?.includes(column)) ?? [];
  if (header === undefined || rows.length === 0) throw new Error(`${title} has no table with ${column}`);
  for (const row of rows) expect(row, `${title}: ${String(row[0])}`).to.have.length(header.length);
  return rows.map((row) => Object.fromEntries(header.map((name, i) => [name, String(row[i])])));
}

export const cells = (rows: readonly Row[], column: string): string[] =>
  rows.flatMap((row) => namesIn(String(row[column])));

/** Where a file of tests has a test or a group of this title; -1 if nowhere. */
export const titleAt = (source: string, title: string): number =>
  Math.max(source.indexOf(`it("${title}"`), source.indexOf(`describe("${title}"`));

/** The part of a file of tests, from one `describe` to the next, in which this title stands, and what stands above them all. */
export function partWith(source: string, title: string): string {
  const [above = "", ...parts] = source.split(/^(?=describe\()/m);
  return above + String(parts.find((part) => titleAt(part, title) >= 0));
}

/** Names of fuzz tests and invariants in a file of Solidity. */
export const fuzzIn = (file: string): string[] =>
  [...read(file).matchAll(/function ((?:invariant|test|testFuzz)_\w+)/g)].map((match) => String(match[1]));
