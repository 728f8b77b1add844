import { displayWidth } from "./width.ts";

/**
 * What may not be parted: a word with the blank behind it, or one glyph of a script that is written without blanks, with the marks that may
 * not end a line before it and those that may not begin one behind it.
 */
const units =
  /[（「『【《]*[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}][，。；：、！？）」』】》]* ?|[^\s\p{Script=Han}（「『【《]+\s?|[（「『【《]|\s/gu;

/**
 * `text` in lines of at most `width` columns, parted at blanks, between Chinese characters, or within a word that is too long for a line.
 *
 * @param width - columns, at least 2; undefined leaves the text in one line
 */
export function wrap(text: string, width: number | undefined): readonly string[] {
  if (width === undefined || displayWidth(text) <= width) return [text];
  const lines: string[] = [];
  let line = "";
  for (const piece of pieces(text, width)) {
    if (displayWidth((line + piece).trimEnd()) > width) {
      lines.push(line.trimEnd());
      line = "";
    }
    line += piece;
  }
  return [...lines, line.trimEnd()].filter((each) => each !== "");
}

/** The units of a text, those wider than a line glyph by glyph. */
function pieces(text: string, width: number): readonly string[] {
  return (text.match(units) ?? []).flatMap((unit) => (displayWidth(unit) > width ? glyphsOf(unit) : [unit]));
}

function glyphsOf(text: string): readonly string[] {
  return Array.from(new Intl.Segmenter().segment(text), ({ segment }) => segment);
}
