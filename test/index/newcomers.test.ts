import { createHash } from "node:crypto";
import { Level } from "level";
import { expect } from "chai";
import { requestKey, requestWitnessKey, sequenceKey, textKey } from "../../node/src/index/keys.ts";
import { Newcomers } from "../../node/src/index/newcomers.ts";
import { withFolder } from "../journal/fixture.ts";

const member = "91460000MA5T000160";
const subjectOf = (at: number) => `trade:${createHash("sha256").update(String(at)).digest("hex").slice(0, 20)}`;
const requestOf = (at: number) => ({ member, key: `key-${at}` });
const numbers = (count: number, from = 0) => Array.from({ length: count }, (_, at) => from + at);

const newSubjects = (newcomers: Newcomers, some: readonly number[]) =>
  some.filter((at) => newcomers.isNewSubject(subjectOf(at))).length;
const newRequests = (newcomers: Newcomers, some: readonly number[]) =>
  some.filter((at) => newcomers.isNewRequest(requestWitnessKey(requestOf(at)))).length;

async function withDatabase(use: (database: Level<Buffer, Buffer>) => Promise<void>): Promise<void> {
  await withFolder(async (directory) => {
    const database = new Level<Buffer, Buffer>(directory, { keyEncoding: "buffer", valueEncoding: "buffer" });
    await database.open();
    try {
      await use(database);
    } finally {
      await database.close();
    }
  });
}

async function keep(database: Level<Buffer, Buffer>, keys: readonly Buffer[]): Promise<void> {
  await database.batch(keys.map((key) => ({ type: "put" as const, key, value: Buffer.alloc(4) })));
}

describe("newcomers", () => {
  it("never take what was added for new, and tell nearly all others", () => {
    const newcomers = new Newcomers(true);
    newcomers.add(numbers(20_000).map(subjectOf), numbers(20_000).map(requestOf));
    expect(newSubjects(newcomers, numbers(20_000))).to.equal(0);
    expect(newRequests(newcomers, numbers(20_000))).to.equal(0);
    expect(newSubjects(newcomers, numbers(5_000, 20_000))).to.be.greaterThan(4_990);
    expect(newRequests(newcomers, numbers(5_000, 20_000))).to.be.greaterThan(4_990);
  });

  it("count everybody as known until all that the index held is taken in", () =>
    withDatabase(async (database) => {
      await keep(database, [textKey("h", subjectOf(1)), sequenceKey(subjectOf(1), 0)]);
      const newcomers = new Newcomers(false);
      expect(newSubjects(newcomers, [1, 2])).to.equal(0);
      const taken = newcomers.begin(database);
      newcomers.add([subjectOf(3)], [requestOf(3)]);
      expect([newSubjects(newcomers, [1, 2, 3]), newRequests(newcomers, [2, 3])]).to.deep.equal([0, 0]);
      await taken;
      expect([1, 2, 3].map((at) => newSubjects(newcomers, [at]))).to.deep.equal([0, 1, 0]);
      expect([2, 3].map((at) => newRequests(newcomers, [at]))).to.deep.equal([1, 0]);
      await newcomers.close();
    }));

  for (const [lost, keys] of [
    ["nothing", "hskq"],
    ["h and k", "sq"],
    ["s and q", "hk"],
  ] as const) {
    it(`know what an index held that lost ${lost}`, () =>
      withDatabase(async (database) => {
        const all = numbers(2_500).flatMap((at) => [
          textKey("h", subjectOf(at)),
          // Of some the first entry is lost, of none all.
          sequenceKey(subjectOf(at), at % 3),
          requestKey(requestOf(at)),
          requestWitnessKey(requestOf(at)),
        ]);
        await keep(
          database,
          all.filter((key) => keys.includes(String.fromCharCode(key[0] ?? 0))),
        );
        const newcomers = new Newcomers(false);
        await newcomers.begin(database);
        expect([newSubjects(newcomers, numbers(2_500)), newRequests(newcomers, numbers(2_500))]).to.deep.equal([0, 0]);
        expect(newSubjects(newcomers, numbers(100, 2_500))).to.be.greaterThan(95);
        expect(newRequests(newcomers, numbers(100, 2_500))).to.be.greaterThan(95);
        await newcomers.close();
      }));
  }

  it("stop reading when they are closed, and count everybody as known then", () =>
    withDatabase(async (database) => {
      await keep(
        database,
        numbers(5_000).map((at) => textKey("h", subjectOf(at))),
      );
      const newcomers = new Newcomers(false);
      const taken = newcomers.begin(database);
      await newcomers.close();
      await taken;
      expect(newSubjects(newcomers, numbers(10, 5_000))).to.equal(0);
    }));
});
