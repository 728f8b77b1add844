/** The journal beside the least that any append-only file must do: write the bytes at the end, then fdatasync. */
import { randomBytes } from "node:crypto";
import { mkdtemp, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { Journal } from "@lianzheng/node/journal";
import { inTurn, ratioOf, spreadOf } from "./measuring.ts";
import type { Candidate } from "./measuring.ts";
import type { BenchOptions, Group, Row } from "./results.ts";

const commitSizes = [1, 16, 64, 256, 1024] as const;
const recordBytes = 1024;

/** Commits of about the same time for each size, so that a slow moment of the disk weighs the same on all. */
function commitsOf(records: number, isQuick: boolean): number {
  if (isQuick) return 3;
  return records >= 256 ? 60 : 300;
}

async function timed(commits: number, commit: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  for (let number = 0; number < commits; number += 1) await commit();
  return (performance.now() - began) / 1000;
}

async function inFolder<Result>(directory: string, use: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(directory, "lianzheng-bench-journal-"));
  try {
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

function journalOf(records: number, { directory, isQuick }: BenchOptions): Candidate<number> {
  const payload = randomBytes(records * recordBytes);
  const commits = commitsOf(records, isQuick);
  const run = async (folder: string): Promise<number> => {
    const journal = await Journal.open({ directory: join(folder, "journal"), identity: "bench" });
    await journal.append("records", payload);
    const seconds = await timed(commits, () => journal.append("records", payload));
    await journal.close();
    return (commits * records) / seconds;
  };
  return { name: "journal", run: () => inFolder(directory, run) };
}

function bareOf(records: number, { directory, isQuick }: BenchOptions): Candidate<number> {
  const payload = randomBytes(records * recordBytes);
  const commits = commitsOf(records, isQuick);
  const run = async (folder: string): Promise<number> => {
    const file = await open(join(folder, "file"), "wx");
    let end = 0;
    const append = async (): Promise<void> => {
      await file.write(payload, 0, payload.length, end);
      await file.datasync();
      end += payload.length;
    };
    await append();
    const seconds = await timed(commits, append);
    await file.close();
    return (commits * records) / seconds;
  };
  return { name: "bare", run: () => inFolder(directory, run) };
}

/** Records of 1 KiB a second at each commit size. */
export async function benchJournal(options: BenchOptions): Promise<Group> {
  const rows: Row[] = [];
  const ratios: Group["ratios"][number][] = [];
  const points: { ours: [number, number][]; theirs: [number, number][] } = { ours: [], theirs: [] };
  for (const records of commitSizes) {
    options.tell(`journal, ${records} records a commit`);
    const rounds = options.isQuick ? 1 : 9;
    const [ours = [], theirs = []] = await inTurn([journalOf(records, options), bareOf(records, options)], rounds);
    const names = [`journal, commits of ${records}`, `bare append + fdatasync, commits of ${records}`] as const;
    rows.push(
      { name: names[0], isOurs: true, value: spreadOf(ours) },
      { name: names[1], isOurs: false, value: spreadOf(theirs) },
    );
    ratios.push({ ours: names[0], peer: names[1], ratio: ratioOf(ours, theirs), target: 0.9 });
    points.ours.push([records, spreadOf(ours).median]);
    points.theirs.push([records, spreadOf(theirs).median]);
  }
  const series = [
    { name: "journal", isOurs: true, points: points.ours },
    { name: "bare append + fdatasync", isOurs: false, points: points.theirs },
  ];
  return {
    id: "journal",
    title: "Journal: durable records of 1 KiB",
    unit: "records/s",
    better: "more",
    method:
      "One commit after another: one frame, or one write, then fdatasync. The journal also hashes the frame, asks whether its lock is still its own and writes the mark.",
    rows,
    ratios,
    lines: { x: "records a commit", series },
  };
}
