/**
 * Ranges of code points that a terminal shows two columns wide: East Asian Wide and Fullwidth, and emoji
 * (Unicode Standard Annex 11; the blocks that Chinese, Japanese and Korean text and symbols stand in).
 */
const wide: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x1f300, 0x1f64f],
  [0x1f900, 0x1f9ff],
  [0x20000, 0x3fffd],
];

/** Marks and joiners that take no column of their own. */
const unseen = /^[\p{Mn}\p{Me}\p{Cf}]$/u;

/** Colour and style sequences of a terminal (ECMA-48 SGR). */
const styling = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

/** Columns that `text` takes on a terminal; styling counts nothing, a Chinese character two. */
export function displayWidth(text: string): number {
  let width = 0;
  for (const glyph of text.replace(styling, "")) width += widthOf(glyph);
  return width;
}

function widthOf(glyph: string): number {
  if (unseen.test(glyph)) return 0;
  const point = glyph.codePointAt(0) ?? 0;
  return wide.some(([from, to]) => point >= from && point <= to) ? 2 : 1;
}

/** `text` with blanks to the right until it is `width` columns wide. */
export function padEnd(text: string, width: number): string {
  return text + " ".repeat(Math.max(0, width - displayWidth(text)));
}

/** `text` with blanks to the left until it is `width` columns wide. */
export function padStart(text: string, width: number): string {
  return " ".repeat(Math.max(0, width - displayWidth(text))) + text;
}

/** The beginning of `text` that fits `width` columns, closed with `…` where something was left out. */
export function clip(text: string, width: number): string {
  if (displayWidth(text) <= width) return text;
  let kept = "";
  let used = 1;
  for (const glyph of text) {
    used += widthOf(glyph);
    if (used > width) break;
    kept += glyph;
  }
  return `${kept}…`;
}

/** Control characters, marks that turn the direction of a line, and the like. */
const steering = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** `text` from outside, with everything in it that could steer a terminal written out as an escape. */
export function printable(text: string): string {
  return text.replace(steering, (glyph) => `\\u{${(glyph.codePointAt(0) ?? 0).toString(16)}}`);
}
