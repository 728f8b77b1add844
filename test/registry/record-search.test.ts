import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { expect } from "chai";
import { Level } from "level";
import type { EvidenceLog } from "@lianzheng/node/log";
import { RecordSearch } from "@lianzheng/node/registry";
import type { SearchedLog } from "@lianzheng/node/registry";
import { encodeDisclosure, saltOf } from "@lianzheng/sdk/record";
import { identity, openLog, seller, submissionOf } from "../log-node/fixture.ts";
import { quietLogger, withFolder } from "./scene.ts";

const operator = { member: seller, all: true };

/** 80 contracts, then a product, its erasure and a product that stays, then 80 contracts. */
async function fill(
  log: EvidenceLog,
): Promise<{ readonly erased: string; readonly stays: string; readonly erasure: number }> {
  const contracts = (name: string) => Array.from({ length: 80 }, (_, at) => submissionOf(`${name}${at}`, "trade:many"));
  await log.submit(contracts("first"), identity("first"));
  const erased = await product(log, "erased");
  const asked = { issuer: seller, submitter: seller, occurredAt: "2026-11-22T09:14:05.120Z" };
  const { receipt } = await log.erase(
    { record: erased, ground: "court-order", ...asked, reference: "(2026) 1" },
    identity("erasure"),
  );
  const stays = await product(log, "stays");
  await log.submit(contracts("second"), identity("second"));
  return { erased, stays, erasure: receipt.records[0]?.index ?? -1 };
}

async function product(log: EvidenceLog, name: string): Promise<`0x${string}`> {
  const disclosures = [encodeDisclosure(saltOf(Buffer.alloc(32, 9), name), "title", `Harbour ${name}`)];
  const submission = { ...submissionOf(name, `product:${name}`), type: "product.registration", disclosures };
  const { receipt } = await log.submit([submission], identity(name));
  const [made] = receipt.records;
  if (made === undefined) throw new Error("no receipt");
  return made.id;
}

/** The log as the node gives it to its search. */
function searched(log: EvidenceLog, { erased, erasure }: { erased: string; erasure: number }): SearchedLog {
  return {
    size: log.size,
    entries: (first, count) => log.entries(first, count),
    indexesOfIds: (start, most) => log.indexesOfIds(start, most),
    recordAt: async (index) => {
      const record = await log.recordAt(index);
      return record === undefined || index !== erasure ? record : { ...record, erases: erased as `0x${string}` };
    },
  };
}

/** Ids of the records that are shown for these beginnings of words. */
async function idsWith(words: RecordSearch, ...starts: readonly string[]): Promise<readonly string[]> {
  const { indexes } = await words.withWords(starts, operator, 1000);
  const shown = await Promise.all(indexes.map((index) => words.shown(index, operator)));
  return shown.flatMap((record) => (record === undefined ? [] : [record.id]));
}

describe("the search, as it takes in records", () => {
  const taken = async (
    of: (log: SearchedLog) => SearchedLog,
    see: (words: RecordSearch, ids: { stays: string; erased: string }) => Promise<void>,
  ) =>
    await withFolder(async (folder) => {
      const { log } = await openLog(join(folder, "log"));
      const ids = await fill(log);
      const words = await RecordSearch.open(join(folder, "words"), of(searched(log, ids)), quietLogger());
      try {
        await see(words, ids);
      } finally {
        await words.close();
        await log.close();
      }
    });

  const seesAll = async (words: RecordSearch, { stays }: { stays: string }): Promise<void> => {
    await words.follow();
    expect(await idsWith(words, "contract")).to.have.length(160);
    expect(await idsWith(words, "harbour")).to.deep.equal([stays]);
    expect(await idsWith(words, "registration")).to.deep.equal([stays]);
  };

  it("has every record once, what products say, and nothing of one that was erased", () =>
    taken((log) => log, seesAll));

  it("opens only products and erasures", async () => {
    const opened: number[] = [];
    const noting = (log: SearchedLog): SearchedLog => ({
      ...log,
      recordAt: (index) => {
        opened.push(index);
        return log.recordAt(index);
      },
    });
    await taken(noting, async (words) => {
      await words.follow();
      expect([...new Set(opened)]).to.deep.equal([80, 81, 82]);
    });
  });

  it("takes records one by one where many cannot be read at once, up to the one that is damaged", () =>
    taken(
      (log) => ({
        ...log,
        entries: () => Promise.reject(new Error("a frame is damaged")),
        recordAt: (index) => (index === 30 ? Promise.reject(new Error("damaged")) : log.recordAt(index)),
      }),
      async (words) => {
        await words.follow().then(
          () => expect.fail("the damage was not told"),
          (error: unknown) => expect(String(error)).to.contain("damaged"),
        );
        expect((await words.withWords(["contract"], operator, 1000)).indexes).to.have.length(30);
      },
    ));

  it("finds a record by its id or the first eight digits of it, and shows it only to whom it concerns", () =>
    taken(
      (log) => log,
      async (words, { stays, erased }) => {
        await words.follow();
        for (const start of [stays, stays.slice(0, 10), stays.slice(0, 11)])
          expect(await idsWith(words, start), start).to.deep.equal([stays]);
        expect(await idsWith(words, stays.slice(0, 9))).to.deep.equal([]);
        expect(await idsWith(words, stays, "harbour")).to.deep.equal([stays]);
        expect(await idsWith(words, stays, "contract")).to.deep.equal([]);
        expect(await idsWith(words, erased)).to.deep.equal([]);
        const other = { member: "91460000MA5T00099X", all: false };
        expect((await words.withWords([stays], other, 10)).indexes).to.deep.equal([]);
        expect((await words.withWords(["contract"], other, 10)).indexes).to.deep.equal([]);
        expect(await words.shown(82, other)).to.equal(undefined);
        expect(await words.shown(82, operator)).to.deep.include({ id: stays, subject: "product:stays" });
      },
    ));

  it("finds what all words have in common, and says when there is more than was looked at", () =>
    taken(
      (log) => log,
      async (words) => {
        await words.follow();
        const many = (most: number) => words.withWords(["trade", "contract"], operator, most);
        const all = [...Array.from({ length: 80 }, (_, at) => at), ...Array.from({ length: 80 }, (_, at) => 83 + at)];
        expect(await many(200)).to.deep.equal({ indexes: all, complete: true });
        expect(await many(100)).to.deep.equal({ indexes: all.slice(0, 100), complete: false });
        expect((await words.withWords(["stays", "trade"], operator, 200)).indexes).to.deep.equal([]);
      },
    ));

  it("makes words that are in an older layout again", () =>
    withFolder(async (folder) => {
      const { log } = await openLog(join(folder, "log"));
      const ids = await fill(log);
      const old = new Level<string, Buffer>(join(folder, "words", "7"), { valueEncoding: "buffer" });
      await old.open();
      const sealed = (key: string, text: string) => {
        const value = Buffer.concat([Buffer.from(text), Buffer.alloc(4)]);
        value.writeUInt32BE(crc32(text, crc32(key)), text.length);
        return value;
      };
      await old.batch([
        { type: "put", key: "m\0whole", value: sealed("m\0whole", "1") },
        { type: "put", key: "c\0index", value: sealed("c\0index", "163") },
      ]);
      await old.close();
      const words = await RecordSearch.open(join(folder, "words"), searched(log, ids), quietLogger());
      await seesAll(words, ids);
      expect(await readdir(join(folder, "words"))).to.not.include("7");
      await words.close();
      await log.close();
    }));
});
