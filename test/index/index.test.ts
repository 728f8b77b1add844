import { spawnSync } from "node:child_process";
import { readFile, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { Level } from "level";
import { expect } from "chai";
import type { IndexedFrame } from "@lianzheng/node/index";
import { RecordIndex, Reconciliation, leafHash } from "@lianzheng/node/index";
import type { Frame, FrameLocation } from "@lianzheng/node/journal";
import { encodeRecords } from "@lianzheng/node/journal";
import { idBlockRecords } from "../../node/src/index/keys.ts";
import { refusal, withFolder } from "../journal/fixture.ts";
import { shortenKeys } from "./block.ts";

const identity = "log.example/a+00000001";
const member = "91460000MA5T000160";

/** Every third entry of the common subject tells of an erasure. */
const typeOf = (sequence: number) => (sequence % 3 === 2 ? "record.erasure" : "trade.contract");
const entryOf = (subject: string, sequence: number) =>
  `{"sequence":${sequence},"subject":"${subject}","type":"${typeOf(sequence)}"}`;

/** Frame number `number` with two records: one of a common subject, one of its own. */
function frameOf(number: number): { frame: Frame; location: FrameLocation; view: IndexedFrame } {
  const subjects = [
    { subject: "trade:all", sequence: number },
    { subject: `trade:${number}`, sequence: 0 },
  ];
  const batches = [{ member, key: `k${number}`, requestDigest: Buffer.alloc(32, number), count: 2 }];
  const records = subjects.map(({ subject, sequence }) => ({
    entry: entryOf(subject, sequence),
    submitter: member,
    sealed: Buffer.from("\x00sealed\n\xff", "latin1"),
  }));
  const payload = encodeRecords({ firstIndex: 2 * number, checkpoint: "note", batches, records });
  const location = { segment: 0, offset: 1000 * number, length: 900 };
  const sequence = number + 1;
  const frame: Frame = { type: "records", sequence, payload, previous: Buffer.alloc(32), checksum: Buffer.alloc(32) };
  const views = subjects.map((one) => ({
    ...one,
    id: leafHash(entryOf(one.subject, one.sequence)),
    erases: typeOf(one.sequence) === "record.erasure",
  }));
  return { frame, location, view: { sequence, location, firstIndex: 2 * number, batches, records: views } };
}

async function filled(directory: string, numbers: readonly number[]): Promise<RecordIndex> {
  const { index } = await RecordIndex.open({ directory, identity });
  for (const number of numbers) await index.apply(frameOf(number).view);
  return index;
}

/** Opens the index in a process of its own, reads what it knows of a subject, and answers the signal that ended the process. */
function readIn(directory: string): NodeJS.Signals | null {
  const program = `import { RecordIndex } from "@lianzheng/node/index";
    const { index } = await RecordIndex.open(${JSON.stringify({ directory, identity })});
    await index.frameOf(0);
    await index.indexesOf("trade:all");
    process.exit(0);`;
  return spawnSync(process.execPath, ["--input-type=module", "--eval", program], { cwd: import.meta.dirname }).signal;
}

async function reconcile(index: RecordIndex, count: number): Promise<{ agrees: boolean; added: number }> {
  const reconciliation = new Reconciliation(index);
  for (let number = 0; number < count; number += 1) {
    const { frame, location } = frameOf(number);
    await reconciliation.visit(frame, location);
  }
  return { agrees: await reconciliation.finish(), added: reconciliation.added };
}

describe("the index", () => {
  it("finds records, subjects, requests and frames, after it is opened again too", () =>
    withFolder(async (directory) => {
      await (await filled(directory, [0, 1, 2, 3])).close();
      const { index, reason } = await RecordIndex.open({ directory, identity });
      expect(reason).to.equal(undefined);
      expect(await index.indexOf(leafHash(entryOf("trade:all", 2)))).to.equal(4);
      expect(await index.indexOf(Buffer.alloc(32))).to.equal(undefined);
      expect(await index.indexesOf("trade:all")).to.deep.equal([0, 2, 4, 6]);
      expect(await index.indexesOf("trade:al")).to.deep.equal([]);
      const [all, third, none] = await index.heads(["trade:all", "trade:3", "trade:9"]);
      expect([all?.count, all?.index, third?.count, none]).to.deep.equal([4, 6, 1, undefined]);
      expect(all?.id.equals(leafHash(entryOf("trade:all", 3)))).to.equal(true);
      const [known, unknown] = await index.requests([
        { member, key: "k2" },
        { member, key: "k" },
      ]);
      expect([known?.firstIndex, known?.count, known?.requestDigest[0], unknown]).to.deep.equal([4, 2, 2, undefined]);
      for (let at = 0; at < 8; at += 1) expect((await index.frameOf(at)).sequence).to.equal(Math.floor(at / 2) + 1);
      await refusal(index.frameOf(8), "INDEX_CORRUPT");
      await index.close();
    }));

  it("finds ids in every block of ids, also in one that a frame reaches into", () =>
    withFolder(async (directory) => {
      const { index } = await RecordIndex.open({ directory, identity });
      const at = [0, idBlockRecords, 5 * idBlockRecords - 1];
      for (const [sequence, firstIndex] of at.entries()) {
        const { view } = frameOf(sequence);
        await index.apply({ ...view, firstIndex });
      }
      const check = async (one: RecordIndex): Promise<void> => {
        for (const [number, firstIndex] of at.entries()) {
          const ids = frameOf(number).view.records.map(({ id }) => id);
          expect(await Promise.all(ids.map((id) => one.indexOf(id)))).to.deep.equal([firstIndex, firstIndex + 1]);
        }
        expect(await one.indexOf(Buffer.alloc(32))).to.equal(undefined);
      };
      await check(index);
      await index.close();
      const { index: again } = await RecordIndex.open({ directory, identity });
      await check(again);
      await again.close();
    }));

  it("agrees with its journal, or is brought up to it", () =>
    withFolder(async (directory) => {
      const index = await filled(directory, [0, 1]);
      expect(await reconcile(index, 2)).to.deep.equal({ agrees: true, added: 0 });
      expect(await reconcile(index, 5)).to.deep.equal({ agrees: true, added: 3 });
      expect(await reconcile(index, 5)).to.deep.equal({ agrees: true, added: 0 });
      expect(await index.indexesOf("trade:all")).to.deep.equal([0, 2, 4, 6, 8]);
      await index.close();
    }));

  it("with a hole is void, and made again", () =>
    withFolder(async (directory) => {
      const index = await filled(directory, [0, 1, 3]);
      expect((await reconcile(index, 4)).agrees).to.equal(false);
      await index.discard();
      expect(await reconcile(index, 4)).to.deep.equal({ agrees: true, added: 4 });
      await index.close();
    }));

  it("that knows more than the journal shows that the journal lost frames", () =>
    withFolder(async (directory) => {
      const index = await filled(directory, [0, 1, 2]);
      await refusal(reconcile(index, 2), "JOURNAL_CORRUPT");
      await index.close();
    }));

  it("of another journal, or one that cannot be opened, is discarded with a reason", () =>
    withFolder(async (directory) => {
      await (await filled(directory, [0])).close();
      const { index, reason } = await RecordIndex.open({ directory, identity: "log.example/b+00000002" });
      expect(reason).to.equal("another journal's");
      expect(await index.isEmpty()).to.equal(true);
      await index.close();
      const current = (await readdir(directory)).find((name) => name === "CURRENT") ?? "";
      await writeFile(join(directory, current), "nonsense");
      const { index: again, reason: why } = await RecordIndex.open({ directory, identity });
      expect(why).to.contain("it cannot be opened");
      await again.close();
    }));

  it("believes no value that is damaged, or that belongs to another key", () =>
    withFolder(async (directory) => {
      await (await filled(directory, [0, 1])).close();
      const database = new Level<Buffer, Buffer>(directory, { keyEncoding: "buffer", valueEncoding: "buffer" });
      const entries = await database.iterator().all();
      let changed = 0;
      for (const [key, value] of entries) {
        const flipped = Buffer.from(value);
        flipped[changed % value.length]! ^= 4;
        await database.put(key, flipped);
        changed += 1;
      }
      const identityKey = Buffer.from("midentity");
      await database.put(identityKey, entries.find(([key]) => key.equals(identityKey))![1]);
      await database.close();
      const { index } = await RecordIndex.open({ directory, identity });
      await refusal(index.indexOf(leafHash(entryOf("trade:1", 0))), "INDEX_CORRUPT");
      await refusal(index.heads(["trade:all"]), "INDEX_CORRUPT");
      await refusal(index.indexesOf("trade:all"), "INDEX_CORRUPT");
      await refusal(index.indexesBy(member, 9), "INDEX_CORRUPT");
      await refusal(index.requests([{ member, key: "k1" }]), "INDEX_CORRUPT");
      await refusal(index.frameOf(0), "INDEX_CORRUPT");
      expect((await reconcile(index, 2)).agrees).to.equal(false);
      expect(changed).to.equal(1 + 2 + 4 + 4 + 3 + 2 + 2 + 2);
      await index.close();
    }));

  it("does not let a subject begin again when its newest entry was lost", () =>
    withFolder(async (directory) => {
      await (await filled(directory, [0, 1])).close();
      const database = new Level<Buffer, Buffer>(directory, { keyEncoding: "buffer", valueEncoding: "buffer" });
      await database.del(Buffer.from("htrade:all"));
      await database.close();
      const { index } = await RecordIndex.open({ directory, identity });
      await refusal(index.heads(["trade:all"]), "INDEX_CORRUPT");
      await index.close();
    }));

  for (const range of ["k", "q"] as const) {
    it(`does not take a request for a new one when what it knew of it was lost (${range})`, () =>
      withFolder(async (directory) => {
        await (await filled(directory, [0, 1])).close();
        const database = new Level<Buffer, Buffer>(directory, { keyEncoding: "buffer", valueEncoding: "buffer" });
        const keys = await database.keys({ gte: Buffer.from(range), lt: Buffer.from([range.charCodeAt(0) + 1]) }).all();
        expect(keys).to.have.length(2);
        for (const key of keys) await database.del(key);
        await database.close();
        const { index } = await RecordIndex.open({ directory, identity });
        await refusal(
          index.requests([
            { member, key: "new" },
            { member, key: "k1" },
          ]),
          "INDEX_CORRUPT",
        );
        expect(await index.requests([{ member, key: "new" }])).to.deep.equal([undefined]);
        await index.close();
      }));
  }

  it("in an older layout is discarded with a reason", () =>
    withFolder(async (directory) => {
      await (await filled(directory, [0])).close();
      const database = new Level<Buffer, Buffer>(directory, { keyEncoding: "buffer", valueEncoding: "buffer" });
      const key = Buffer.from("midentity");
      const text = Buffer.from(identity, "utf8");
      const seal = Buffer.alloc(4);
      seal.writeUInt32BE(crc32(text, crc32(key)));
      await database.put(key, Buffer.concat([text, seal]));
      await database.close();
      const { index, reason } = await RecordIndex.open({ directory, identity });
      expect(reason).to.equal("in another layout");
      expect(await index.isEmpty()).to.equal(true);
      await index.close();
    }));

  it("is made again when LevelDB met the damage as it merged its files, and takes nothing more", () =>
    withFolder(async (directory) => {
      const index = await filled(directory, [0]);
      const prototype = Level.prototype as unknown as { batch: () => unknown };
      const merging = Object.assign(new Error("Corruption: bad entry in block"), { code: "LEVEL_CORRUPTION" });
      prototype.batch = () => ({ put: () => undefined, write: () => Promise.reject(merging) });
      await refusal(index.apply(frameOf(1).view), "INDEX_FAILED").finally(() =>
        Reflect.deleteProperty(prototype, "batch"),
      );
      await index.close();
      const again = await filled(directory, []);
      expect(await again.isEmpty()).to.equal(true);
      await again.close();
    }));

  it("that ends the process whenever it is read is made again after some starts", () =>
    withFolder(async (directory) => {
      await (await filled(directory, [0, 1, 2, 3])).close();
      const database: { compactRange?: (from: Buffer, to: Buffer) => Promise<void> } & Level = new Level(directory, {
        compression: false,
      });
      await database.compactRange?.(Buffer.alloc(0), Buffer.from([0xff]));
      await database.close();
      const [table = ""] = (await readdir(directory)).filter((name) => name.endsWith(".ldb"));
      const bytes = await readFile(join(directory, table));
      shortenKeys(bytes);
      await writeFile(join(directory, table), bytes);
      const ends: (NodeJS.Signals | null)[] = [];
      for (let start = 0; start < 5; start += 1) ends.push(readIn(directory));
      expect(ends).to.deep.equal(Array.from(ends, () => "SIGABRT"));
      const { index, reason } = await RecordIndex.open({ directory, identity });
      expect(reason).to.equal("the last starts ended early, which a damaged file of LevelDB may cause");
      expect(await reconcile(index, 4)).to.deep.equal({ agrees: true, added: 4 });
      await index.close();
    })).timeout(30_000);

  for (const step of ["index.beforeWrite", "index.afterWrite"]) {
    it(`has a frame's views all or not at all when writing fails (${step})`, () =>
      withFolder(async (directory) => {
        let armed = true;
        const failpoint = (name: string): void => {
          if (armed && name === step) throw new Error("planned failure");
        };
        const { index } = await RecordIndex.open({ directory, identity, failpoint });
        await refusal(index.apply(frameOf(0).view), "INDEX_FAILED");
        armed = false;
        await index.close();
        const { index: again } = await RecordIndex.open({ directory, identity });
        const there = step === "index.afterWrite";
        expect(await again.isEmpty()).to.equal(!there);
        expect(await again.indexesOf("trade:all")).to.deep.equal(there ? [0] : []);
        expect(await reconcile(again, 1)).to.deep.equal({ agrees: true, added: there ? 0 : 1 });
        expect(await again.indexesOf("trade:all")).to.deep.equal([0]);
        await again.close();
      }));
  }
});
