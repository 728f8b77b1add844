/** `docs/bench/README.md` from results: every figure on it stands in the JSON. */
import { short } from "./plot/svg.ts";
import type { Machine, Spread } from "./measuring.ts";
import type { Group, Ratio, Results } from "./results.ts";
import { scaleSection } from "./scale-section.ts";
import type { ScaleResults } from "./scale-section.ts";

/** The page as Markdown. */
export function pageOf(results: Results, scale: ScaleResults): string {
  const sections = [...results.groups.map(sectionOf), scaleSection(scale)];
  return `${[headOf(results), targetsOf(results), ...sections, repeatOf()].join("\n\n")}\n`;
}

function headOf({ date, commit, machine, load, peers, isQuick }: Results): string {
  const versions = Object.entries(peers).map(([name, version]) => `${name} ${version}`);
  return [
    "# Benchmarks",
    "<!-- Made by `npm run bench:page` from results.json and scale.json. Do not edit. -->",
    ...(isQuick ? ["**A quick run: it shows that everything runs, and measures nothing.**"] : []),
    `Measured ${date.slice(0, 10)} at commit \`${commit}\` on ${machineText(machine)}. Processes at work over the minute before and after: ${load.map(short).join(" and ")}; beyond ${machine.cores} they were in each other's way.`,
    "Such machines are shared and virtual: an absolute figure says little, and nothing about another machine. What counts is the ratio of two that took turns in one run, round by round; the quoted ratio is the median of the rounds' ratios, with their range. A virtual disk answers a sync faster than a real one that must empty its cache, which favours whoever syncs most often: here, the peer with one synced put per record.",
    `Peers: ${versions.length === 0 ? "none installed" : versions.join(", ")}.`,
  ].join("\n\n");
}

function machineText({ cpu, cores, memoryGiB, kernel, node, openssl, fileSystem }: Machine): string {
  return `${cores} cores of ${cpu}, ${memoryGiB} GiB, ${fileSystem}, Linux ${kernel}, Node ${node} with OpenSSL ${openssl}`;
}

interface Aim extends Ratio {
  readonly title: string;
  readonly target: number;
}

/** Each target with what came of it, met or not. */
function targetsOf({ groups }: Results): string {
  const aims = groups.flatMap(({ title, ratios }) =>
    ratios.flatMap((ratio): Aim[] => (ratio.target === undefined ? [] : [{ ...ratio, title, target: ratio.target }])),
  );
  const rows = aims.map(({ title, peer, ratio, target }) => {
    const verdict = ratio.median >= target ? "met" : "**missed**";
    return `| ${title} | ${peer} | ≥ ${target} | ${ratioText(ratio)} | ${verdict} |`;
  });
  const head = ["## Targets", "", "| what | beside | aimed at | measured | |", "| --- | --- | --- | --- | --- |"];
  return [...head, ...rows].join("\n");
}

function spreadText({ median, min, max, rounds }: Spread): string {
  return rounds > 1 && min !== max ? `${short(median)} (${short(min)}–${short(max)})` : short(median);
}

function ratioText({ median, min, max, rounds }: Spread): string {
  const two = (value: number): string => (value >= 100 ? short(value) : value.toFixed(2));
  return rounds > 1 ? `${two(median)} (${two(min)}–${two(max)})` : two(median);
}

function sectionOf(group: Group): string {
  const { id, title, unit, better, method, rows, missing = [], lines } = group;
  const columns = [...new Set(rows.flatMap(({ more = {} }) => Object.keys(more)))];
  const names = ["", unit, "ours is better ×", ...columns];
  const table = [
    `| ${names.join(" | ")} |`,
    `|${names.map((_, number) => (number === 0 ? " --- " : " ---: ")).join("|")}|`,
    ...rows.map(({ name, isOurs, value, more = {} }) => {
      const cells = columns.map((column) => short(more[column] ?? Number.NaN));
      return `| ${isOurs ? `**${name}**` : name} | ${spreadText(value)} | ${beside(group, name)} | ${cells.join(" | ")}${cells.length > 0 ? " |" : ""}`.trimEnd();
    }),
  ];
  const plots = [
    `![${title}: bars](${id}.svg)`,
    ...(lines === undefined ? [] : [`![${title}: by ${lines.x}](${id}-lines.svg)`]),
  ];
  const gone = missing.length === 0 ? [] : ["", `Not measured: ${missing.join("; ")}.`];
  return [
    `## ${title}`,
    "",
    `${method} ${better === "more" ? "More" : "Less"} is better.`,
    "",
    ...table,
    ...gone,
    "",
    ...plots,
  ].join("\n");
}

/** The ratio of the row's pair, as one wants it to be greater: above 1 ours is the better one. */
function beside({ ratios }: Group, name: string): string {
  return ratios
    .filter(({ peer }) => peer === name)
    .map(({ ratio }) => ratioText(ratio))
    .join(", ");
}

function repeatOf(): string {
  return [
    "## Again",
    "",
    "```sh",
    "npm run bench:peers            # the peers, in bench/peers, once",
    "npm run bench                  # everything: about half an hour",
    "npm run bench -- --only http   # one part: journal, http, sustained, trees, wrapping, gas, anchored",
    "npm run bench -- --quick       # everything for a moment: shows that it runs",
    "npm run bench:scale -- --records 10000000 --save   # the log of ten million records: about a quarter of an hour",
    "npm run bench:page             # page and plots from results.json and scale.json",
    "```",
  ].join("\n");
}
