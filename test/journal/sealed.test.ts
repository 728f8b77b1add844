import { cp, readFile, readdir, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { Files, Journal, JournalOptions, SealedSegment } from "@lianzheng/node/journal";
import { Patrol, diskFiles } from "@lianzheng/node/journal";
import { NodeError } from "../../node/src/errors.ts";
import { openJournal, refusal, withFolder, writtenJournal } from "./fixture.ts";

const many = Array.from({ length: 20 }, (_, at) => `text ${at} ${"x".repeat(50)}`);
const small = { maxSegmentBytes: 700 };
/** Vouches for every closed segment, as an index does that has all of them. */
const known: Partial<JournalOptions> = { ...small, isKnown: () => Promise.resolve(true) };

async function segmentsIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith(".journal")).sort();
}

/** Resolves to what ended the writing of a journal that a patrol reads as fast as it can, or "nothing" after a round. */
async function patrolled(journal: Journal): Promise<NodeError | "nothing"> {
  let patrol: Patrol | undefined;
  const found = await new Promise<NodeError | "nothing">((resolve) => {
    const look = setInterval(() => journal.failure !== undefined && done(journal.failure), 5);
    const done = (what: NodeError | "nothing"): void => {
      clearInterval(look);
      resolve(what);
    };
    patrol = new Patrol(journal, {
      bytesPerSecond: 1e9,
      restMs: 0,
      isBusy: () => false,
      onRound: () => journal.failure === undefined && done("nothing"),
    });
  });
  await patrol?.stop();
  return found;
}

describe("a journal whose closed segments are known", () => {
  it("is opened by the ends of their files, however many there are", () =>
    withFolder(async (folder) => {
      await writtenJournal(folder, many, small);
      const names = await segmentsIn(folder);
      expect(names.length).to.be.greaterThan(4);
      let read = 0;
      const files: Files = {
        ...diskFiles,
        open: async (path, mode) => {
          const file = await diskFiles.open(path, mode);
          return { ...file, read: async (into, at) => ((read += into.length), await file.read(into, at)) };
        },
      };
      const seals: SealedSegment[] = [];
      const isKnown = (seal: SealedSegment) => Promise.resolve(seals.push(seal) > 0);
      const { journal, texts } = await openJournal(folder, { ...small, files, isKnown });
      expect(texts).to.deep.equal(many.slice(-texts.length));
      expect(texts.length).to.be.lessThan(6);
      expect(seals.map(({ segment }) => segment)).to.deep.equal(names.slice(0, -1).map((name) => parseInt(name, 10)));
      expect(read).to.be.lessThan(names.length * (700 + 64) + 4096);
      await journal.append("records", Buffer.from("goes on"));
      await journal.close();
      const again = await openJournal(folder, small);
      expect(again.texts).to.deep.equal([...many, "goes on"]);
      await again.journal.close();
    }));

  it("says in each seal what the segment holds", () =>
    withFolder(async (folder) => {
      const told: SealedSegment[] = [];
      const recordsOf: JournalOptions["recordsOf"] = ({ type }) => (type === "records" ? 3 : 0);
      const options = { ...small, recordsOf, onSealed: (seal: SealedSegment) => told.push(seal) };
      await writtenJournal(folder, many, options);
      const asked: SealedSegment[] = [];
      const isKnown = (seal: SealedSegment) => Promise.resolve(asked.push(seal) > 0);
      await (await openJournal(folder, { ...options, isKnown })).journal.close();
      expect(asked).to.deep.equal(told);
      let [sequence, records] = [0, 0];
      for (const { segment, bytes, frames, firstIndex, records: held } of told) {
        expect([segment, firstIndex]).to.deep.equal([sequence, records]);
        expect(held).to.equal((frames - 1) * 3);
        expect(
          (
            await readFile(
              join(folder, (await segmentsIn(folder))[told.findIndex((one) => one.segment === segment)] ?? ""),
            )
          ).length,
        ).to.equal(bytes);
        [sequence, records] = [sequence + frames, records + held];
      }
      expect(told.length).to.be.greaterThan(3);
    }));

  it("is read from the first segment on that is not known, and asks no further", () =>
    withFolder(async (folder) => {
      await writtenJournal(folder, many, small);
      let asked = 0;
      const isKnown = () => Promise.resolve((asked += 1) < 3);
      const { journal, texts } = await openJournal(folder, { ...small, isKnown });
      expect(asked).to.equal(3);
      expect(texts).to.deep.equal(many.slice(-texts.length));
      expect(texts.length).to.be.within(6, many.length - 4);
      await journal.close();
    }));

  it("is refused when a closed segment is missing, moved, cut, longer, another's, or not the one that was sealed", () =>
    withFolder(async (folder) => {
      const good = join(folder, "good");
      await writtenJournal(good, many, small);
      const other = join(folder, "other");
      await writtenJournal(other, [...many].reverse(), small);
      const [first = "", second = "", third = ""] = await segmentsIn(good);
      const damages: readonly ((copy: string) => Promise<unknown>)[] = [
        (copy) => rm(join(copy, first)),
        (copy) => rm(join(copy, second)),
        (copy) => rename(join(copy, second), join(copy, third)),
        (copy) => truncate(join(copy, second), 300),
        (copy) => writeFile(join(copy, first), "x", { flag: "a" }),
        (copy) => cp(join(other, second), join(copy, second)),
        (copy) => cp(join(copy, first), join(copy, second)),
      ];
      for (const [at, damage] of damages.entries()) {
        const copy = join(folder, `copy ${at}`);
        await cp(good, copy, { recursive: true });
        await damage(copy);
        await refusal(openJournal(copy, known), "JOURNAL_CORRUPT");
      }
      expect(damages).to.have.length(7);
    }));

  it("hides no flipped bit: what opening does not find, the patrol does, with file and byte", () =>
    withFolder(async (folder) => {
      await writtenJournal(folder, many, small);
      const [, second = ""] = await segmentsIn(folder);
      const path = join(folder, second);
      const good = await readFile(path);
      const found = { opening: 0, patrol: 0 };
      for (let at = 0; at < good.length; at += 1) {
        const flipped = Buffer.from(good);
        flipped[at]! ^= 1 << (at % 8);
        await writeFile(path, flipped);
        const opened = await openJournal(folder, known).catch((error: unknown) => error as NodeError);
        if (opened instanceof NodeError) {
          expect(opened.code).to.be.oneOf(["JOURNAL_CORRUPT", "JOURNAL_IDENTITY", "JOURNAL_FORMAT"]);
          expect(opened.details["file"]).to.equal(path);
          found.opening += 1;
          continue;
        }
        const error = await patrolled(opened.journal);
        if (error === "nothing") throw new Error(`byte ${at} was not found`);
        expect([error.code, error.details["file"]]).to.deep.equal(["JOURNAL_CORRUPT", path]);
        expect(error.details["offset"]).to.be.at.most(at);
        await refusal(opened.journal.append("records", Buffer.from("not behind a damage")), "JOURNAL_CORRUPT");
        await opened.journal.close();
        await rm(join(folder, "suspect"));
        found.patrol += 1;
      }
      expect(found.opening + found.patrol).to.equal(good.length);
      expect(found.patrol).to.be.greaterThan(200);
      expect(found.opening).to.be.greaterThan(150);
    })).timeout(60_000);

  it("is read whole after a damage was found, until somebody has restored it", () =>
    withFolder(async (folder) => {
      await writtenJournal(folder, many, small);
      const [first = ""] = await segmentsIn(folder);
      const path = join(folder, first);
      const good = await readFile(path);
      const bad = Buffer.from(good);
      bad[300]! ^= 1;
      await writeFile(path, bad);
      const { journal } = await openJournal(folder, known);
      expect(await patrolled(journal)).to.be.instanceOf(NodeError);
      await journal.close();
      await refusal(openJournal(folder, known), "JOURNAL_CORRUPT");
      await refusal(openJournal(folder, known), "JOURNAL_CORRUPT");
      await writeFile(path, good);
      const restored = await openJournal(folder, known);
      expect(restored.texts).to.deep.equal(many);
      await restored.journal.close();
      expect(await readdir(folder)).to.not.include("suspect");
      const quick = await openJournal(folder, known);
      expect(quick.texts.length).to.be.lessThan(6);
      await quick.journal.close();
    }));

  it("is patrolled round after round, and finds nothing where there is nothing", () =>
    withFolder(async (folder) => {
      await writtenJournal(folder, many, small);
      const { journal } = await openJournal(folder, known);
      expect(await patrolled(journal)).to.equal("nothing");
      expect(await patrolled(journal)).to.equal("nothing");
      await journal.close();
    }));

  it("is left alone by the patrol while there is more important work", () =>
    withFolder(async (folder) => {
      await writtenJournal(folder, many, small);
      const { journal } = await openJournal(folder, known);
      let rounds = 0;
      const busy = { asked: 0 };
      const patrol = new Patrol(journal, {
        bytesPerSecond: 1e9,
        restMs: 0,
        isBusy: () => (busy.asked += 1) > 0,
        onRound: () => (rounds += 1),
      });
      while (busy.asked < 2) await new Promise((wake) => setTimeout(wake, 10));
      await patrol.stop();
      expect(rounds).to.equal(0);
      await journal.close();
    }));
});

describe("a read that finds a damaged frame", () => {
  it("ends writing, tells once, and names file and byte", () =>
    withFolder(async (folder) => {
      const told: NodeError[] = [];
      const { journal } = await openJournal(folder, { onFailure: (failure) => told.push(failure) });
      const place = await journal.append("records", Buffer.from("a record"));
      const path = join(folder, (await segmentsIn(folder))[0] ?? "");
      const bytes = await readFile(path);
      bytes[place.offset + 60]! ^= 1;
      await writeFile(path, bytes);
      await refusal(journal.readFrame(place), "JOURNAL_CORRUPT");
      await refusal(journal.readFrame(place), "JOURNAL_CORRUPT");
      expect(told.map(({ code, details }) => [code, details])).to.deep.equal([
        ["JOURNAL_CORRUPT", { file: path, offset: place.offset }],
      ]);
      await refusal(journal.append("records", Buffer.from("no more")), "JOURNAL_CORRUPT");
      await journal.close();
    }));
});

describe("a journal whose folder is moved or replaced while it is open", () => {
  const moves: readonly (readonly [string, (folder: string) => Promise<unknown>])[] = [
    ["moved", (folder) => rename(folder, `${folder} elsewhere`)],
    [
      "replaced by a copy",
      async (folder) => {
        await cp(folder, `${folder} copy`, { recursive: true });
        await rename(folder, `${folder} elsewhere`);
        await rename(`${folder} copy`, folder);
      },
    ],
    ["deleted", (folder) => rm(folder, { recursive: true })],
  ];
  for (const [what, move] of moves) {
    it(`notices that it was ${what}, and writes nothing more`, () =>
      withFolder(async (parent) => {
        const folder = join(parent, "journal");
        const told: NodeError[] = [];
        const { journal } = await openJournal(folder, { onFailure: (failure) => told.push(failure) });
        expect(journal.checkLock()).to.equal(true);
        await move(folder);
        expect(journal.checkLock()).to.equal(false);
        expect(told.map(({ code }) => code)).to.deep.equal(["JOURNAL_LOCK_LOST"]);
        await refusal(journal.append("records", Buffer.from("nowhere")), "JOURNAL_LOCK_LOST");
        await journal.close();
      }));
  }
});
