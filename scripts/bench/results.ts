/** The form of `docs/bench/results.json`: what `npm run bench` writes, and page and plots are made from. */
import type { Machine, Spread } from "./measuring.ts";

/** One measured thing. */
export interface Row {
  readonly name: string;
  readonly isOurs: boolean;
  readonly value: Spread;
  /** Further figures, by name, for the page. */
  readonly more?: Readonly<Record<string, number>>;
}

/** Ours over a peer, as one wants it to be greater: 2 is twice as good. */
export interface Ratio {
  readonly ours: string;
  readonly peer: string;
  readonly ratio: Spread;
  /** Least that is aimed at; left out where there is no target. */
  readonly target?: number;
}

/** A line of a plot: what was measured at each size or second. */
export interface Series {
  readonly name: string;
  readonly isOurs: boolean;
  readonly points: readonly (readonly [x: number, y: number])[];
}

/** Things of one kind that were measured side by side. */
export interface Group {
  /** File name of its plot. */
  readonly id: string;
  readonly title: string;
  readonly unit: string;
  readonly better: "more" | "less";
  /** How it was measured, a sentence or two. */
  readonly method: string;
  readonly rows: readonly Row[];
  readonly ratios: readonly Ratio[];
  readonly lines?: { readonly x: string; readonly series: readonly Series[] };
  /** Peers that could not be had, and why. */
  readonly missing?: readonly string[];
}

/** Everything of one run. */
export interface Results {
  readonly format: "lianzheng-bench";
  readonly version: 1;
  /** RFC 3339. */
  readonly date: string;
  readonly commit: string;
  readonly machine: Machine;
  /** Processes at work on the machine over the minute before and after: beyond 2 they were in each other's way. */
  readonly load: readonly [before: number, after: number];
  readonly isQuick: boolean;
  /** Versions of the peers, by package. */
  readonly peers: Readonly<Record<string, string>>;
  readonly groups: readonly Group[];
}

/** How a benchmark is run. */
export interface BenchOptions {
  /** A folder on the disk that is measured. */
  readonly directory: string;
  /** Seconds instead of minutes: shows that it runs, and measures nothing worth quoting. */
  readonly isQuick: boolean;
  /** Told of each step. */
  readonly tell: (line: string) => void;
}
