/** How everything here is measured: which machine, in turn, and what is quoted of many rounds. */
import { execFileSync } from "node:child_process";
import { readFileSync, statfsSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";

/** Where a figure was measured. Figures of two machines do not compare. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly kernel: string;
  readonly node: string;
  readonly openssl: string;
  readonly fileSystem: string;
}

/** What many rounds gave: the median is quoted, the others show how far to trust it. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly rounds: number;
}

/** One thing to be measured in turn with others. */
export interface Candidate<Result> {
  readonly name: string;
  readonly run: () => Promise<Result> | Result;
}

// statfs(2), f_type.
const fileSystems: Readonly<Record<number, string>> = {
  0xef53: "ext4",
  0x58465342: "xfs",
  0x01021994: "tmpfs",
  0x794c7630: "overlayfs",
};

/** This machine; `directory` is on the disk that is measured. */
export function machineOf(directory: string): Machine {
  const [first] = cpus();
  const { type } = statfsSync(directory);
  return {
    cpu: first?.model ?? "unknown",
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    kernel: release(),
    node: process.version,
    openssl: process.versions.openssl,
    fileSystem: fileSystems[type] ?? `type 0x${type.toString(16)}`,
  };
}

/** The commit that is measured, and whether files differ from it; "unknown" outside of a checkout. */
export function commitOf(): string {
  try {
    return execFileSync("git", ["describe", "--always", "--dirty"], { encoding: "utf8" }).trim();
  } catch {
    return "unknown";
  }
}

/** Other work on the machine now: processes that ran or waited to run over the last minute. */
export function loadAverage(): number {
  return Number(readFileSync("/proc/loadavg", "utf8").split(" ", 1)[0]);
}

/**
 * Runs all candidates once in each round, one after the other, so that a busy minute of the machine meets all of them.
 * Every other round goes backwards, so that none always runs first. Results stand in the candidates' order.
 */
export async function inTurn<Result>(
  candidates: readonly Candidate<Result>[],
  rounds: number,
): Promise<readonly (readonly Result[])[]> {
  const results = candidates.map((): Result[] => []);
  for (let round = 0; round < rounds; round += 1) {
    const order = [...candidates.entries()];
    if (round % 2 === 1) order.reverse();
    for (const [at, { run }] of order) results[at]?.push(await run());
  }
  return results;
}

/** Median, least and greatest of some figures. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  return {
    median: middle(sorted),
    min: sorted[0] ?? Number.NaN,
    max: sorted.at(-1) ?? Number.NaN,
    rounds: sorted.length,
  };
}

/**
 * Spread of `ours` over `theirs`, round by round: both of one round met the same machine, so their ratio is worth more
 * than the ratio of two medians.
 */
export function ratioOf(ours: readonly number[], theirs: readonly number[]): Spread {
  return spreadOf(ours.map((value, round) => value / (theirs[round] ?? Number.NaN)));
}

function middle(sorted: readonly number[]): number {
  const half = Math.floor(sorted.length / 2);
  const upper = sorted[half] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[half - 1] ?? Number.NaN) + upper) / 2;
}
