import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";

export const root = resolve(import.meta.dirname, "../..");

/** A fenced block of a Markdown file: "```sh tour" has language `sh` and label `tour`. */
export interface Block {
  readonly file: string;
  readonly line: number;
  readonly language: string;
  readonly label: string;
  readonly text: string;
}

/** The fenced blocks of a file, in order. Fences inside lists may be indented. */
export function blocksOf(file: string): readonly Block[] {
  const source = readFileSync(join(root, file), "utf8");
  return [...source.matchAll(/^( *)```([^\n`]*)\n([\s\S]*?)^\1```$/gm)].map((match) => {
    const [language = "", ...label] = String(match[2]).trim().split(/\s+/);
    const line = source.slice(0, match.index).split("\n").length;
    return { file, line, language, label: label.join(" "), text: String(match[3]) };
  });
}

/** The commands of a shell block, one a line, without comments. */
export function commandsOf({ text }: Block): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.replace(/\s+#.*$/, "").trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}
