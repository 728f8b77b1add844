import type { Group, Series } from "../results.ts";
import { scaleOf } from "./scale.ts";
import { at, drawing, escaped, short, text, width } from "./svg.ts";

const left = 80;
const right = width - 30;
const top = 70;
const bottom = 380;
const dashes = ["", "6 4", "2 4", "10 4 2 4", "4 2", "12 4", "2 2", "8 2 2 2"];

/** A group as lines over its sizes or seconds; undefined for a group that has none. */
export function linesOf({ title, unit, lines }: Group): string | undefined {
  if (lines === undefined) return undefined;
  const points = lines.series.flatMap((series) => series.points);
  if (points.length === 0) return undefined;
  const across = scaleOf(
    points.map(([x]) => x),
    left,
    right,
  );
  const up = scaleOf(
    points.map(([, y]) => Math.max(y, 1e-3)),
    bottom,
    top,
  );
  const axes = [across.isLogarithmic, up.isLogarithmic].includes(true) ? "; logarithmic axes" : "";
  const hint = `${unit} by ${lines.x}${axes}`;
  const grid = [
    ...up.ticks.flatMap((tick) => {
      const y = at(up.place(tick));
      return [
        `<line class="grid" x1="${left}" y1="${y}" x2="${right}" y2="${y}"/>`,
        text(left - 8, up.place(tick) + 4, short(tick), "small", "end"),
      ];
    }),
    ...across.ticks.map((tick) => text(across.place(tick), bottom + 20, short(tick), "small", "middle")),
    text((left + right) / 2, bottom + 40, lines.x, "small", "middle"),
  ];
  const drawn = lines.series.map((series, number) => lineOf(series, number, across.place, up.place));
  const legend = lines.series.flatMap((series, number) => legendOf(series, number));
  const height = bottom + 60 + lines.series.length * 20;
  const description = `${hint}. ${lines.series.map(({ name, points: own }) => `${name}: from ${short(own[0]?.[1] ?? Number.NaN)} to ${short(own.at(-1)?.[1] ?? Number.NaN)}`).join("; ")}.`;
  const head = [text(16, 28, title, "title"), text(16, 48, hint, "small")];
  return drawing(height, title, description, [...head, ...grid, ...drawn, ...legend]);
}

function strokeOf({ isOurs }: Series, number: number): string {
  const dash = isOurs ? "" : ` stroke-dasharray="${dashes[number % dashes.length]}"`;
  return `class="${isOurs ? "ours" : "peer"} line" style="fill:none"${dash}`;
}

function lineOf(series: Series, number: number, across: (x: number) => number, up: (y: number) => number): string {
  const path = series.points.map(
    ([x, y], place) => `${place === 0 ? "M" : "L"}${at(across(x))} ${at(up(Math.max(y, 1e-3)))}`,
  );
  return `<path ${strokeOf(series, number)} d="${path.join("")}"><title>${escaped(series.name)}</title></path>`;
}

function legendOf(series: Series, number: number): readonly string[] {
  const y = bottom + 64 + number * 20;
  return [`<path ${strokeOf(series, number)} d="M${left} ${y - 4}H${left + 40}"/>`, text(left + 50, y, series.name)];
}
