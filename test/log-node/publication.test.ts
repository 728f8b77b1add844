import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect } from "chai";
import type { EvidenceLog, PublicationRules } from "@lianzheng/node/log";
import { inspectLog, rebuildLog } from "@lianzheng/node/log";
import { diskFiles } from "@lianzheng/node/journal";
import type { TileCoordinate } from "@lianzheng/sdk/log";
import {
  decodeEntryBundle,
  entriesPath,
  inclusionProof,
  leafDigest,
  openCheckpoint,
  rootAt,
  tilePath,
  verifyInclusion,
} from "@lianzheng/sdk/log";
import { equalBytes, toHex } from "@lianzheng/sdk/encoding";
import { withFolder } from "../journal/fixture.ts";
import { openLog, submitOne, verifier } from "./fixture.ts";

const hourly = 3_600_000;
const members: PublicationRules = { entries: "members", everyMs: hourly };
const open: PublicationRules = { entries: "open", everyMs: hourly };

let serial = 0;
async function grow(log: EvidenceLog, count: number): Promise<void> {
  const names = Array.from({ length: count }, () => `p${(serial += 1)}`);
  await Promise.all(names.map((name) => submitOne(log, name)));
}

/** What somebody sees who has nothing but the files: the tree of the checkpoint, whole and provable. */
async function checkFiles(directory: string): Promise<number> {
  const folder = join(directory, "log");
  const { size, root } = openCheckpoint(await readFile(join(folder, "checkpoint"), "utf8"), [verifier]);
  const read = async ({ level, index, width }: TileCoordinate): Promise<Uint8Array> =>
    await readFile(join(folder, tilePath({ level, index, width })));
  if (size === 0) return 0;
  expect(equalBytes(await rootAt(size, read), root)).to.equal(true);
  for (const index of [0, size >> 1, size - 1]) {
    const leaves = await read({
      level: 0,
      index: Math.floor(index / 256),
      width: Math.min(256, size - Math.floor(index / 256) * 256),
    });
    const leaf = leaves.subarray((index % 256) * 32, (index % 256) * 32 + 32);
    verifyInclusion(leaf, index, size, [...(await inclusionProof(index, size, read))], root);
  }
  return size;
}

/** Every file under `folder`, by its path. */
async function filesIn(folder: string): Promise<Map<string, Buffer>> {
  const found = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((file) => file.isFile());
  const paths = found.map(({ parentPath, name }) => join(parentPath, name)).sort();
  return new Map(
    await Promise.all(paths.map(async (path) => [path.slice(folder.length + 1), await readFile(path)] as const)),
  );
}

async function checkBundles(directory: string, size: number): Promise<void> {
  const folder = join(directory, "log");
  for (let index = 0; index * 256 < size; index += 1) {
    const width = Math.min(256, size - index * 256);
    const entries = decodeEntryBundle(await readFile(join(folder, entriesPath({ index, width }))));
    const leaves = await readFile(join(folder, tilePath({ level: 0, index, width })));
    expect(entries).to.have.length(width);
    for (const [at, entry] of entries.entries()) {
      expect(equalBytes(leafDigest(entry), leaves.subarray(at * 32, at * 32 + 32))).to.equal(true);
    }
  }
}

describe("the log as files", () => {
  it("is a whole log after each publication, with no entry in it", () =>
    withFolder(async (directory) => {
      const { log } = await openLog(directory, { publication: members });
      for (const count of [1, 4, 250, 1, 1, 300, 40]) {
        await grow(log, count);
        await log.publish();
        expect(await checkFiles(directory)).to.equal(log.size);
      }
      await log.close();
      expect(await readdir(join(directory, "log", "tile"))).to.deep.equal(["0", "1"]);
      expect((await inspectLog({ directory, verifier })).findings).to.deep.equal([]);
    })).timeout(30_000);

  it("writes over what a crash left half written", () =>
    withFolder(async (folder) => {
      const { log } = await openLog(folder, { publication: members });
      const full = tilePath({ level: 0, index: 0, width: 256 });
      for (const name of ["checkpoint.draft", `${full}.new`]) {
        const path = join(folder, "log", name);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, "left by a crash, and longer than a tile ".repeat(300));
      }
      await grow(log, 300);
      await log.publish();
      expect(await checkFiles(folder)).to.equal(300);
      await log.close();
      const names = [...(await filesIn(join(folder, "log"))).keys()];
      expect(names.filter((name) => /\.(?:draft|new)$/.test(name))).to.deep.equal([]);
    }));

  it("keeps a partial tile until the full one is there, and not longer", () =>
    withFolder(async (directory) => {
      const { log } = await openLog(directory, { publication: members });
      await grow(log, 10);
      await log.publish();
      await grow(log, 20);
      await log.publish();
      const level = join(directory, "log", "tile", "0");
      expect((await readdir(join(level, "000.p"))).sort()).to.deep.equal(["10", "30"]);
      await grow(log, 226);
      await log.publish();
      expect(await readdir(level)).to.deep.equal(["000"]);
      await grow(log, 1);
      await log.publish();
      expect((await readdir(level)).sort()).to.deep.equal(["000", "001.p"]);
      await log.close();
    })).timeout(20_000);

  it("is published right after an anchor, whatever the interval is", () =>
    withFolder(async (directory) => {
      const { log } = await openLog(directory, { publication: members });
      await grow(log, 5);
      const hash = `0x${"11".repeat(32)}` as const;
      const place = { transaction: hash, blockNumber: 1, blockHash: hash, logIndex: 0, receiptIndex: 0 };
      const root = toHex(await log.rootAt(log.size));
      await log.anchors.put({ size: log.size, root, checkpoint: log.checkpoint(), ...place });
      const path = join(directory, "log", "checkpoint");
      while ((await readFile(path, "utf8").catch(() => "")) === "") await new Promise((wake) => setTimeout(wake, 5));
      expect(await checkFiles(directory)).to.equal(5);
      await log.close();
    }));

  for (const publication of [members, open])
    it(`is made again by rebuild as it was, cosignatures and all (${publication.entries})`, () =>
      withFolder(async (directory) => {
        const cosigned = "\u2014 witness.example/x AAAAAAAA\n";
        const cosign = (note: string): Promise<string> => Promise.resolve(note + cosigned);
        const { log } = await openLog(directory, { publication: { ...publication, cosign } });
        await grow(log, 300);
        await grow(log, 241);
        await log.close();
        const folder = join(directory, "log");
        const before = await filesIn(folder);
        expect(before.get("checkpoint")?.toString()).to.contain(cosigned);
        await rm(join(folder, "tile", "0"), { recursive: true });
        await rebuildLog({ directory, verifier });
        expect(await filesIn(folder)).to.deep.equal(before);
        expect(await checkFiles(directory)).to.equal(541);
        if (publication.entries === "open") await checkBundles(directory, 541);
        await rm(join(folder, "checkpoint"));
        await rebuildLog({ directory, verifier });
        expect(await readFile(join(folder, "checkpoint"), "utf8")).to.equal(log.checkpoint());
      })).timeout(30_000);

  it("is published by itself while it grows, and once more when it is closed", () =>
    withFolder(async (directory) => {
      const { log } = await openLog(directory, { publication: { entries: "members", everyMs: 20 } });
      await grow(log, 3);
      while ((await checkFiles(directory).catch(() => 0)) !== 3) await new Promise((wake) => setTimeout(wake, 20));
      await log.close();
      const { log: again } = await openLog(directory, { publication: members });
      await grow(again, 4);
      await again.close();
      expect(await checkFiles(directory)).to.equal(7);
    })).timeout(20_000);

  it("has the entries only where the settings say so, also when they change", () =>
    withFolder(async (directory) => {
      const { log } = await openLog(directory, { publication: members });
      await grow(log, 300);
      await log.close();
      const { log: opened } = await openLog(directory, { publication: open });
      await opened.publish();
      await checkBundles(directory, 300);
      await grow(opened, 250);
      await opened.publish();
      await checkBundles(directory, await checkFiles(directory));
      expect((await readdir(join(directory, "log/tile/entries"))).sort()).to.deep.equal(["000", "001", "002.p"]);
      await opened.close();
      const { log: closed } = await openLog(directory, { publication: members });
      await grow(closed, 1);
      await closed.close();
      expect(await readdir(join(directory, "log/tile"))).to.not.include("entries");
    })).timeout(30_000);

  it("is mended at the first publication after a start, where files are missing, empty or not to be read", () =>
    withFolder(async (directory) => {
      const { log } = await openLog(directory, { publication: open });
      await grow(log, 600);
      await log.close();
      const folder = join(directory, "log");
      await rm(join(folder, "tile/0/000"));
      await writeFile(join(folder, "tile/0/001"), "");
      await rm(join(folder, "tile/entries/001"));
      await writeFile(join(folder, "checkpoint"), "nothing");
      const { log: again } = await openLog(directory, { publication: open });
      await again.publish();
      await again.close();
      expect(await checkFiles(directory)).to.equal(600);
      await checkBundles(directory, 600);
    })).timeout(30_000);

  it("that cannot be written is told, changes no published checkpoint, and is tried again", () =>
    withFolder(async (directory) => {
      let broken = false;
      const files = {
        ...diskFiles,
        rename: async (from: string, to: string) => {
          if (broken && to.includes("001.p")) throw Object.assign(new Error("planned"), { code: "EIO" });
          await diskFiles.rename(from, to);
        },
      };
      const { log, progress } = await openLog(directory, { publication: members, files });
      await grow(log, 256);
      await log.publish();
      broken = true;
      await grow(log, 10);
      await log.publish();
      expect(progress.map(({ stage }) => stage)).to.deep.equal(["files-failed"]);
      expect(await checkFiles(directory)).to.equal(256);
      broken = false;
      await log.publish();
      expect(await checkFiles(directory)).to.equal(266);
      await log.close();
    })).timeout(20_000);

  it("writes nothing into a folder that is no longer its own", () =>
    withFolder(async (parent) => {
      const directory = join(parent, "node");
      const { log } = await openLog(directory, { publication: members });
      await grow(log, 3);
      await diskFiles.rename(directory, join(parent, "moved"));
      await log.publish();
      expect(await readdir(parent)).to.deep.equal(["moved"]);
      await log.close();
      expect(await readdir(parent)).to.deep.equal(["moved"]);
    })).timeout(20_000);
});
