import type { Group } from "../results.ts";
import { scaleOf } from "./scale.ts";
import { at, drawing, escaped, short, text, width } from "./svg.ts";

const left = 330;
const right = width - 90;
const top = 74;
const rowHeight = 34;

/** A group as bars, medians with their ranges. */
export function barsOf({ title, unit, better, rows }: Group): string {
  const axis = scaleOf(
    rows.flatMap(({ value }) => [value.median, value.min, value.max]),
    left,
    right,
  );
  const bottom = top + rows.length * rowHeight;
  const hint = `${unit}; ${better} is better${axis.isLogarithmic ? "; logarithmic axis" : ""}; bars are medians, lines the range of the rounds`;
  const grid = axis.ticks.flatMap((tick) => {
    const x = at(axis.place(tick));
    return [
      `<line class="grid" x1="${x}" y1="${top - 8}" x2="${x}" y2="${bottom}"/>`,
      text(axis.place(tick), bottom + 18, short(tick), "small", "middle"),
    ];
  });
  const bars = rows.flatMap(({ name, isOurs, value: { median, min, max } }, number) => {
    const y = top + number * rowHeight;
    const [x, from, to] = [axis.place(median), axis.place(min), axis.place(max)];
    const range = `<line class="range" x1="${at(from)}" y1="${y + 11}" x2="${at(to)}" y2="${y + 11}"/>`;
    return [
      text(left - 10, y + 16, clipped(name), "", "end"),
      `<rect class="${isOurs ? "ours" : "peer"}" x="${left}" y="${y}" width="${at(Math.max(1, x - left))}" height="22"><title>${escaped(name)}</title></rect>`,
      ...(from === to ? [] : [range]),
      text(Math.max(x, to) + 6, y + 16, short(median)),
    ];
  });
  const description = `${hint}. ${rows.map(({ name, value }) => `${name}: ${short(value.median)}`).join("; ")}.`;
  const head = [text(16, 28, title, "title"), text(16, 48, hint, "small")];
  return drawing(bottom + 34, title, description, [...head, ...grid, ...bars]);
}

/** Names longer than their column lose their end here, not in the page's table. */
function clipped(name: string): string {
  return name.length > 48 ? `${name.slice(0, 46)}…` : name;
}
