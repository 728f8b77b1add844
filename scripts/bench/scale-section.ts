/** The section of `docs/bench/README.md` on a log of many records, and its plot: from `docs/bench/scale.json`. */
import type { Group } from "./results.ts";

/** Milliseconds. */
interface Percentiles {
  readonly p50: number;
  readonly p99: number;
}

/** A process that only opened the log and answered. */
interface Opened {
  readonly startSeconds: number;
  readonly rssAfterProofsMiB: number;
  readonly proofMs: Percentiles;
  readonly recordMs: Percentiles;
}

/** What `scripts/bench/scale.ts --save` writes, as far as the page shows it. */
export interface ScaleResults {
  readonly benchmark: "scale";
  readonly machine: { readonly cpu: string; readonly cores: number; readonly node: string };
  readonly records: number;
  /** By tenth. */
  readonly recordsPerSecond: readonly number[];
  readonly cpuMicros: readonly number[];
  readonly lastToFirst: number;
  readonly cpuLastToFirst: number;
  readonly reopened: Opened;
  readonly rebuildSeconds: number;
  readonly rebuilt: Opened;
  /** Bytes. */
  readonly diskPerRecord: { readonly journal: number; readonly index: number; readonly log: number };
}

interface Aim {
  readonly what: string;
  readonly aimed: string;
  readonly measured: readonly string[];
  readonly isMet: boolean;
}

/** The section as Markdown. */
export function scaleSection(results: ScaleResults): string {
  const { machine, records, diskPerRecord, rebuildSeconds } = results;
  const { journal, index, log } = diskPerRecord;
  return [
    `## A log of ${records.toLocaleString("en")} records`,
    "",
    `Measured by itself on ${machine.cores} cores of ${machine.cpu}, Node ${machine.node}: records of about 1 KiB in arrays of 500, then a process that only opens the log, and the same after \`rebuild\` (${rebuildSeconds} s). Bytes a record: journal ${journal}, index ${index}, hash tiles ${log}.`,
    "",
    "| what | aimed at | measured | after rebuild | |",
    "| --- | --- | --- | --- | --- |",
    ...aimsOf(results).map(
      ({ what, aimed, measured, isMet }) =>
        `| ${what} | ${aimed} | ${measured[0] ?? ""} | ${measured[1] ?? ""} | ${isMet ? "met" : "**missed**"} |`,
    ),
    "",
    "![Processor time of a record as the log grows: by tenth](scale-lines.svg)",
  ].join("\n");
}

function aimsOf({ reopened, rebuilt, lastToFirst, cpuLastToFirst }: ScaleResults): readonly Aim[] {
  const both = [reopened, rebuilt];
  return [
    {
      what: "start",
      aimed: "< 5 s",
      measured: both.map(({ startSeconds }) => `${startSeconds} s`),
      isMet: both.every(({ startSeconds }) => startSeconds < 5),
    },
    {
      what: "inclusion proof, p99",
      aimed: "< 10 ms",
      measured: both.map(({ proofMs }) => `${proofMs.p99} ms`),
      isMet: both.every(({ proofMs }) => proofMs.p99 < 10),
    },
    {
      what: "memory after 2,000 proofs",
      aimed: "< 512 MiB",
      measured: both.map(({ rssAfterProofsMiB }) => `${rssAfterProofsMiB} MiB`),
      isMet: both.every(({ rssAfterProofsMiB }) => rssAfterProofsMiB < 512),
    },
    {
      what: "a record of the last tenth beside one of the first",
      aimed: "≤ 1.1 ×",
      measured: [`${lastToFirst} ×, in processor time ${cpuLastToFirst} ×`],
      isMet: lastToFirst <= 1.1,
    },
  ];
}

/** The plot's lines. */
export function scaleLines({ records, cpuMicros }: ScaleResults): Group {
  return {
    id: "scale",
    title: "Processor time of a record as the log grows",
    unit: "µs a record, all threads",
    better: "less",
    method: "",
    rows: [],
    ratios: [],
    lines: {
      x: "records",
      series: [
        {
          name: "Lianzheng log, arrays of 500",
          isOurs: true,
          points: cpuMicros.map((micros, at) => [((at + 1) * records) / cpuMicros.length, micros] as const),
        },
      ],
    },
  };
}
