import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, readFileSync } from "node:fs";
import { readFile, readdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { EvidenceLogOptions } from "@lianzheng/node/log";
import type { Files } from "@lianzheng/node/journal";
import { diskFiles } from "@lianzheng/node/journal";
import { Level } from "level";
import type { NodeError } from "../../node/src/errors.ts";
import { refusal, withFolder } from "../journal/fixture.ts";
import { checkLog, openLog, submitOne } from "./fixture.ts";

const small = { maxSegmentBytes: 60_000 };

async function filled(directory: string): Promise<void> {
  const { log } = await openLog(directory, small);
  // Over 256, so that the border of the tree needs no leaf of the first segments.
  for (let group = 0; group < 30; group += 1) {
    const names = Array.from({ length: 10 }, (_, at) => group * 10 + at);
    await Promise.all(names.map((at) => submitOne(log, `r${at}`, `trade:${at % 7}`)));
  }
  await log.close();
}

/** The disk, and how many bytes of the journal's first segment were read through it. */
function countingFiles(): { readonly files: Files; bytes: number } {
  const counted = {
    bytes: 0,
    files: {
      ...diskFiles,
      open: async (path: string, mode: "read" | "change" | "create") => {
        const file = await diskFiles.open(path, mode);
        if (!path.endsWith("/0000000000000000.journal")) return file;
        return {
          ...file,
          read: async (into: Uint8Array, at: number) => {
            const read = await file.read(into, at);
            counted.bytes += read;
            return read;
          },
        };
      },
    },
  };
  return counted;
}

async function bytesReadToOpen(directory: string): Promise<number> {
  const counted = countingFiles();
  const { log } = await openLog(directory, { ...small, files: counted.files });
  await log.close();
  return counted.bytes;
}

/** Length of the first of several segments. */
async function firstSegment(directory: string): Promise<number> {
  const names = (await readdir(join(directory, "journal"))).filter((name) => name.endsWith(".journal"));
  expect(names.length).to.be.greaterThan(3);
  return (await readFile(join(directory, "journal", "0000000000000000.journal"))).length;
}

/** What is read of a segment for its two ends. */
const endsBytes = 5000;

const index = (directory: string): Level<Buffer, Buffer> =>
  new Level(join(directory, "index"), { keyEncoding: "buffer", valueEncoding: "buffer" });

describe("opening a log whose closed segments the index has", () => {
  it("reads the last segment, and of the others the ends; everything in them is found", () =>
    withFolder(async (directory) => {
      await filled(directory);
      expect(await firstSegment(directory)).to.be.greaterThan(2 * endsBytes);
      expect(await bytesReadToOpen(directory)).to.be.lessThan(endsBytes);
      const { log } = await openLog(directory, small);
      await checkLog(log);
      expect((await submitOne(log, "r3", "trade:3")).replayed).to.equal(true);
      await submitOne(log, "new", "trade:3");
      await checkLog(log);
      await log.close();
    })).timeout(20_000);

  it("reads again what the index does not say that it has, and then knows it", () =>
    withFolder(async (directory) => {
      await filled(directory);
      const database = index(directory);
      const range = { gte: Buffer.from("g"), lt: Buffer.from("h") };
      const keys = await database.keys(range).all();
      expect(keys.length).to.be.greaterThan(2);
      await database.del(keys[0]!);
      await database.close();
      expect(await bytesReadToOpen(directory)).to.be.greaterThan(await firstSegment(directory));
      expect(await bytesReadToOpen(directory)).to.be.lessThan(endsBytes);
    })).timeout(20_000);

  it("makes a deleted index again from all segments", () =>
    withFolder(async (directory) => {
      await filled(directory);
      const database = index(directory);
      await database.clear();
      await database.close();
      const { log, progress } = await openLog(directory, small);
      expect(progress.map(({ stage }) => stage)).to.deep.equal(["index-caught-up"]);
      await checkLog(log);
      await log.close();
      expect(await bytesReadToOpen(directory)).to.be.lessThan(endsBytes);
    })).timeout(20_000);

  it("finds the newest record when the last segment holds none", () =>
    withFolder(async (directory) => {
      await filled(directory);
      const names = (await readdir(join(directory, "journal"))).filter((name) => name.endsWith(".journal")).sort();
      const { log: before } = await openLog(directory, { maxSegmentBytes: 100 });
      const hash = `0x${"11".repeat(32)}` as const;
      const place = { transaction: hash, blockNumber: 1, blockHash: hash, logIndex: 0, receiptIndex: 0 };
      await before.anchors.put({ size: before.size, root: hash, checkpoint: before.checkpoint(), ...place });
      const checkpoint = before.checkpoint();
      await before.anchors.put({ size: before.size, root: hash, checkpoint, ...place, blockNumber: 2 });
      await before.close();
      expect((await readdir(join(directory, "journal"))).length).to.be.greaterThan(names.length + 1);
      const { log } = await openLog(directory, small);
      expect(log.checkpoint()).to.equal(checkpoint);
      await checkLog(log);
      await log.close();
    })).timeout(20_000);
});

/** Resolves with what ended the log. */
async function ended(directory: string, options: Partial<EvidenceLogOptions>, act: () => Promise<unknown>) {
  let end: ((failure: NodeError) => void) | undefined;
  const failed = new Promise<NodeError>((resolve) => (end = resolve));
  const { log } = await openLog(directory, { ...small, ...options, onEnd: (failure) => end?.(failure) });
  await act();
  const failure = await failed;
  return { log, failure };
}

describe("a log that runs", () => {
  it("stops taking records when its patrol finds a damaged frame", () =>
    withFolder(async (directory) => {
      await filled(directory);
      const [first = ""] = (await readdir(join(directory, "journal")))
        .filter((name) => name.endsWith(".journal"))
        .sort();
      const path = join(directory, "journal", first);
      const { log, failure } = await ended(directory, { patrolBytesPerSecond: 1e9, patrolRestMs: 10 }, async () => {
        const bytes = await readFile(path);
        bytes[bytes.length >> 1]! ^= 4;
        await writeFile(path, bytes);
      });
      expect([failure.code, failure.details["file"]]).to.deep.equal(["JOURNAL_CORRUPT", path]);
      expect(log.failure).to.equal(failure);
      await refusal(submitOne(log, "late"), "JOURNAL_CORRUPT");
      await log.close();
      await refusal(openLog(directory, small), "JOURNAL_CORRUPT");
    })).timeout(20_000);

  it("stops taking records within one health interval when its folder is moved", () =>
    withFolder(async (parent) => {
      const directory = join(parent, "node");
      const { log, failure } = await ended(directory, { healthMs: 20 }, () => rename(directory, join(parent, "moved")));
      expect(failure.code).to.equal("JOURNAL_LOCK_LOST");
      await refusal(submitOne(log, "late"), "JOURNAL_LOCK_LOST");
      await log.close();
    }));

  it("keeps its lock though its folder is copied, its locks are read and it is opened a second time (M8)", () =>
    withFolder(async (parent) => {
      const directory = join(parent, "node");
      const { log } = await openLog(directory);
      await submitOne(log, "a");
      cpSync(directory, join(parent, "backup"), { recursive: true });
      readFileSync(join(directory, "index", "LOCK"));
      await refusal(openLog(directory), "JOURNAL_LOCKED");
      expect(await openElsewhere(directory)).to.equal(`JOURNAL_LOCKED ${process.pid}`);
      await submitOne(log, "b");
      await checkLog(log);
      await log.close();
      const { log: again } = await openLog(directory);
      expect(again.size).to.equal(2);
      await again.close();
    })).timeout(20_000);
});

/** Opens the log in a process of its own; answers the code of the refusal and the owner that it names. */
async function openElsewhere(directory: string): Promise<string> {
  const script = `
    import { openLog } from "./test/log-node/fixture.ts";
    try {
      await (await openLog(${JSON.stringify(directory)})).log.close();
      console.log("opened");
    } catch (error) {
      console.log(error.code, error.details?.pid);
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout.on("data", (chunk: Buffer) => (printed += chunk.toString()));
  await once(child, "close");
  return printed.trim();
}
