import { spawn } from "node:child_process";
import { cp, readFile, readdir, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { rebuildLog } from "@lianzheng/node/log";
import { verifier } from "../../log-node/fixture.ts";
import type { FaultCase } from "../case.ts";
import type { FaultContext } from "../context.ts";
import { loadUntil } from "../store/load.ts";
import { checkStore } from "../store/oracle.ts";
import { builtProgram, ended } from "../store/program.ts";
import { readingOf, type Reading } from "../store/reader.ts";
import { StoreNode } from "../store/store-node.ts";

/** A kind of file of a node's log, and how its files are called. */
interface Kind {
  readonly name: string;
  readonly files: RegExp;
  /** Whether every bit of it has a meaning; a view may hold bytes of which none has. */
  readonly isTruth: boolean;
  /** Whether a node may have none: then nobody can miss it. */
  readonly mayBeGone?: boolean;
}

const kinds: readonly Kind[] = [
  { name: "segment", files: /^journal\/.*\.journal$/, isTruth: true },
  // A witness of the segments: without it nothing is lost but the second opinion on a torn tail.
  { name: "mark", files: /^journal\/acknowledged$/, isTruth: true, mayBeGone: true },
  { name: "vault, first copy", files: /^vault\/a\/|^vault\/.*a$/, isTruth: true },
  { name: "vault, second copy", files: /^vault\/b\/|^vault\/.*b$/, isTruth: true },
  { name: "full tile", files: /^log\/tile\/\d+\/\d{3}$/, isTruth: true },
  // Published for others, and written anew from the journal while the log grows.
  { name: "partial tile", files: /^log\/tile\/.*\.p\//, isTruth: false },
  { name: "index", files: /^index\/.*\.(log|ldb)$|^index\/(MANIFEST-.*|CURRENT)$/, isTruth: false },
];

/**
 * `found`: fsck or the opening told of it. `harmless`: nothing is different for anybody. `aborted`: LevelDB ended the process
 * with an assertion, nobody got anything, and rebuild mended it. `silent` must never be.
 */
type Outcome = "found" | "harmless" | "aborted" | "silent";

const reader = join(import.meta.dirname, "../store/reader.ts");

export const corruptionCases: readonly FaultCase[] = [
  {
    id: "F-C1",
    title:
      "one bit of any file flips: always found by fsck or by the opening, and never does a reader get something else",
    how: "a bit at a random place of each kind of file, in a copy of a folder",
    limitSeconds: 7_200,
    run: async (context: FaultContext): Promise<void> => {
      const source = await filledFolder(context);
      for (const kind of kinds) {
        const files = (await filesIn(source)).filter((name) => kind.files.test(name));
        if (files.length === 0) throw new Error(`no file is a ${kind.name}: ${(await filesIn(source)).join(" ")}`);
        const counts = { found: 0, harmless: 0, aborted: 0, silent: 0 };
        const look = kind.name === "index" ? afterChangeOfIndex : afterChange;
        for (let nth = 0; nth < (context.isLong ? 1_000 : 8); nth++) {
          const file = files[Math.floor(context.random() * files.length)]!;
          counts[await look(context, source, (folder) => flipBit(join(folder, file), context.random))] += 1;
        }
        context.say(`${kind.name}: ${wordsOf(counts)}`);
        expect(counts.silent, kind.name).to.equal(0);
        if (kind.isTruth) expect(counts.harmless, kind.name).to.equal(0);
      }
    },
  },
  {
    id: "F-C3",
    title: "a segment, a key file or a tile is cut short or gone: found, each",
    how: "truncate to half, and rm, in a copy of a folder",
    run: async (context: FaultContext): Promise<void> => {
      const source = await filledFolder(context);
      const files = await filesIn(source);
      for (const { name, files: pattern, mayBeGone } of kinds.filter(({ isTruth }) => isTruth)) {
        // The newest segment's end may be torn by a crash; its mark says what it must still hold.
        const file = files.filter((one) => pattern.test(one)).at(-1)!;
        const half = async (folder: string): Promise<void> => {
          const path = join(folder, file);
          await truncate(path, Math.floor(meaningOf(await readFile(path)) / 2));
        };
        expect(await afterChange(context, source, half), `${name} cut: ${file}`).to.equal("found");
        if (mayBeGone === true) continue;
        const gone = (folder: string): Promise<void> => rm(join(folder, file));
        expect(await afterChange(context, source, gone), `${name} gone: ${file}`).to.equal("found");
      }
    },
  },
  {
    id: "F-C4",
    title: "files of the index are gone: refused with a code, or made again from the journal; nothing else is shown",
    how: "rm of CURRENT, of a MANIFEST, of a table, of the whole index",
    run: async (context: FaultContext): Promise<void> => {
      const source = await filledFolder(context);
      const files = await filesIn(source);
      const pick = (pattern: RegExp): readonly string[] => files.filter((name) => pattern.test(name)).slice(0, 1);
      const targets = [...pick(/^index\/CURRENT$/), ...pick(/^index\/MANIFEST-/), ...pick(/^index\/.*\.ldb$/)];
      for (const target of [...targets, "index"]) {
        const gone = (folder: string): Promise<void> => rm(join(folder, target), { recursive: true });
        expect(await afterChangeOfIndex(context, source, gone), target).to.not.equal("silent");
      }
    },
  },
  {
    id: "F-C6",
    title: "two segments are swapped: refused",
    how: "rename of one over the other, both ways",
    run: async (context: FaultContext): Promise<void> => {
      const source = await filledFolder(context);
      const [one, two] = (await filesIn(source)).filter((name) => name.endsWith(".journal"));
      if (one === undefined || two === undefined) throw new Error("there are no two segments");
      const swap = async (folder: string): Promise<void> => {
        await rename(join(folder, one), join(folder, "third"));
        await rename(join(folder, two), join(folder, one));
        await rename(join(folder, "third"), join(folder, two));
      };
      expect(await afterChange(context, source, swap)).to.equal("found");
    },
  },
];

function wordsOf(counts: Readonly<Record<Outcome, number>>): string {
  return Object.entries(counts)
    .map(([outcome, count]) => `${count} ${outcome}`)
    .join(", ");
}

/** A folder with several segments, tiles, keys in two copies, an index and erasures, of a process that was stopped in order. */
async function filledFolder(context: FaultContext): Promise<string> {
  const store = new StoreNode(join(await context.folder(), "node"));
  context.defer(() => store.kill());
  const plan = { maxSegmentBytes: 12_000 };
  await store.start(plan);
  // Enough for a full tile: 256 leaves.
  for (let at = 0; recordsOf(store) < 260; at++) await loadOnce(store, at);
  expect(store.erased.size).to.be.greaterThan(0);
  await checkStore(store);
  return store.folder;
}

function recordsOf({ told }: StoreNode): number {
  return [...told.values()].flat().reduce((sum, { records }) => sum + records.length, 0);
}

async function loadOnce(store: StoreNode, round: number): Promise<void> {
  const enough = store.told.size + 30;
  await loadUntil(store, `fill${round}`, () => store.told.size >= enough);
}

async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  return names.map((name) => name.slice(folder.length + 1)).sort();
}

async function flipBit(path: string, random: () => number): Promise<void> {
  const bytes = await readFile(path);
  const at = Math.floor(random() * meaningOf(bytes));
  bytes[at] = (bytes[at] ?? 0) ^ (1 << Math.floor(random() * 8));
  await writeFile(path, bytes);
}

/** Bytes up to the zeros that a key file is filled up with, and that nobody reads. */
function meaningOf(bytes: Buffer): number {
  return bytes.findLastIndex((byte) => byte !== 0) + 1;
}

/** Changes a copy of the folder; fsck is asked first, then the log is opened and all of it is read. */
async function afterChange(
  context: FaultContext,
  source: string,
  change: (folder: string) => Promise<void>,
): Promise<Outcome> {
  const folder = join(await context.folder(), "copy");
  await cp(source, folder, { recursive: true });
  await change(folder);
  try {
    const { sound, read, why } = await readingOf(folder);
    if (why !== undefined) context.say(why);
    if (read === "differs" || read === "lost-id") return "silent";
    return !sound || read === "told" ? "found" : "harmless";
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** As {@link afterChange}, for what LevelDB reads: it may end the process, and then rebuild must make all of it again. */
async function afterChangeOfIndex(
  context: FaultContext,
  source: string,
  change: (folder: string) => Promise<void>,
): Promise<Outcome> {
  const folder = join(await context.folder(), "copy");
  await cp(source, folder, { recursive: true });
  await change(folder);
  try {
    const seen = await readingApart(folder);
    if (seen?.why !== undefined) context.say(seen.why);
    if (seen?.read === "differs") return "silent";
    // A known limit, as long as fsck finds it.
    if (seen?.read === "lost-id") return seen.sound ? "silent" : "found";
    if (seen !== undefined) return !seen.sound || seen.read === "told" ? "found" : "harmless";
    await rebuildLog({ directory: folder, verifier });
    expect(await readingApart(folder)).to.deep.equal({ sound: true, read: "same" });
    return "aborted";
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Undefined when LevelDB's own assertion ended the process. */
async function readingApart(folder: string): Promise<Reading | undefined> {
  const { file, compileCache } = await builtProgram(reader);
  const env = { ...process.env, NODE_COMPILE_CACHE: compileCache };
  const { status, signal, stdout, stderr } = await ended(spawn(process.execPath, [file, folder], { env }));
  if (status === 0) return JSON.parse(stdout) as Reading;
  if (signal === "SIGABRT" && /leveldb.*Assertion/.test(stderr)) return undefined;
  throw new Error(`the reader ended with ${status ?? signal}: ${stderr.slice(-500)}`);
}
