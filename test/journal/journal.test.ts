import { createHash } from "node:crypto";
import { appendFile, cp, readFile, readdir, rename, rm, truncate, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { FrameLocation } from "@lianzheng/node/journal";
import { segmentName } from "@lianzheng/node/journal";
import { openJournal, refusal, withFolder, writtenJournal } from "./fixture.ts";

const texts = ["first", "second", "third"];
const smallSegments = { maxSegmentBytes: 600 };

describe("the journal", () => {
  it("gives back in order what was appended, after it is opened again", () =>
    withFolder(async (folder) => {
      await writtenJournal(folder, texts);
      const opened = await openJournal(folder);
      expect(opened.texts).to.deep.equal(texts);
      expect(opened.journal.nextSequence).to.equal(4);
      expect(opened.journal.cut).to.equal(undefined);
      await opened.journal.close();
    }));

  it("leaves nothing of a longer frame in the shorter one behind it, whatever their lengths", () =>
    withFolder(async (folder) => {
      const lengths = [0, 70_000, 1, 9 * 1024 * 1024, 3, 65_536, 70_001, 2];
      const many = lengths.map((length, at) => String(at).repeat(length));
      const { journal } = await openJournal(folder);
      const places: FrameLocation[] = [];
      for (const text of many) places.push(await journal.append("records", Buffer.from(text)));
      for (const [at, place] of places.entries()) {
        expect((await journal.readFrame(place)).payload.toString() === many[at], `frame ${at}`).to.equal(true);
      }
      await journal.close();
      const again = await openJournal(folder);
      expect(again.texts.map(({ length }) => length)).to.deep.equal(lengths);
      await again.journal.close();
    }));

  it("goes on in new segments, which are read as one", () =>
    withFolder(async (folder) => {
      const many = Array.from({ length: 20 }, (_, at) => `text ${at} ${"x".repeat(50)}`);
      await writtenJournal(folder, many.slice(0, 11), smallSegments);
      const { journal, texts: before } = await openJournal(folder, smallSegments);
      expect(before).to.deep.equal(many.slice(0, 11));
      for (const text of many.slice(11)) await journal.append("records", Buffer.from(text));
      await journal.close();
      const again = await openJournal(folder, smallSegments);
      expect(again.texts).to.deep.equal(many);
      await again.journal.close();
      expect((await readdir(folder)).filter((name) => name.endsWith(".journal"))).to.have.length(7);
    }));

  it("reads any frame at its place and refuses one that is damaged there", () =>
    withFolder(async (folder) => {
      const { journal } = await openJournal(folder, smallSegments);
      const places: FrameLocation[] = [];
      for (let at = 0; at < 200; at += 1) places.push(await journal.append("records", Buffer.from(`text ${at}`)));
      for (const [at, place] of places.entries()) {
        expect((await journal.readFrame(place)).payload.toString()).to.equal(`text ${at}`);
      }
      const place = places[3]!;
      const path = join(folder, segmentName(place.segment));
      const bytes = await readFile(path);
      bytes[place.offset + 60]! ^= 1;
      await writeFile(path, bytes);
      const error = await refusal(journal.readFrame(place), "JOURNAL_CORRUPT");
      expect(error.details).to.deep.equal({ file: path, offset: place.offset });
      await journal.close();
    }));

  it("refuses a frame that is too large, and takes nothing when it is closed", () =>
    withFolder(async (folder) => {
      const { journal } = await openJournal(folder);
      await refusal(journal.append("records", new Uint8Array(64 * 1024 * 1024 + 1)), "JOURNAL_FRAME_TOO_LARGE");
      await journal.append("records", Buffer.from("still works"));
      await journal.close();
      await refusal(journal.append("records", Buffer.from("late")), "JOURNAL_CLOSED");
    }));

  it("refuses another log's journal", () =>
    withFolder(async (folder) => {
      await writtenJournal(folder, texts);
      await refusal(openJournal(folder, { identity: "log.example/b+00000002" }), "JOURNAL_IDENTITY");
    }));

  it("refuses the format before this one, however well formed", () =>
    withFolder(async (folder) => {
      const { path, bytes } = await writtenJournal(folder, []);
      bytes.write("1", bytes.indexOf("journal 2") + 8, "latin1");
      createHash("sha256")
        .update(bytes.subarray(0, -32))
        .digest()
        .copy(bytes, bytes.length - 32);
      await writeFile(path, bytes);
      await rm(join(folder, "acknowledged"));
      await refusal(openJournal(folder), "JOURNAL_FORMAT");
    }));

  it("refuses a segment that is missing, moved, repeated or from another journal", () =>
    withFolder(async (folder) => {
      const many = Array.from({ length: 12 }, (_, at) => `text ${at} ${"x".repeat(50)}`);
      const good = join(folder, "good");
      await writtenJournal(good, many, smallSegments);
      const other = join(folder, "other");
      await writtenJournal(other, [...many].reverse(), smallSegments);
      const names = (await readdir(good)).filter((name) => name.endsWith(".journal")).sort();
      const [first = "", second = "", third = ""] = names;
      const damages: readonly ((copy: string) => Promise<unknown>)[] = [
        (copy) => rm(join(copy, first)),
        (copy) => rm(join(copy, second)),
        (copy) => rm(join(copy, names.at(-1) ?? "")),
        (copy) => rename(join(copy, second), join(copy, segmentName(999))),
        (copy) => cp(join(copy, second), join(copy, third)),
        (copy) => cp(join(other, second), join(copy, second)),
        (copy) => truncate(join(copy, second), 300),
        (copy) => truncate(join(copy, names.at(-1) ?? ""), 0),
        (copy) => appendFile(join(copy, first), "x"),
      ];
      for (const [at, damage] of damages.entries()) {
        const copy = join(folder, `copy ${at}`);
        await cp(good, copy, { recursive: true });
        await damage(copy);
        await refusal(openJournal(copy, smallSegments), "JOURNAL_CORRUPT");
      }
      expect(damages).to.have.length(9);
    }));

  it("does not take a lost journal for a new one", () =>
    withFolder(async (folder) => {
      const { path } = await writtenJournal(folder, texts);
      await rm(path);
      await refusal(openJournal(folder), "JOURNAL_MISSING");
    }));
});

describe("a damaged journal", () => {
  it("is refused whichever byte was flipped, and nothing is changed", () =>
    withFolder(async (folder) => {
      const { path, bytes } = await writtenJournal(folder, texts);
      for (let at = 0; at < bytes.length; at += 1) {
        const flipped = Buffer.from(bytes);
        flipped[at]! ^= 1 << (at % 8);
        await writeFile(path, flipped);
        const error = await refusal(openJournal(folder), "JOURNAL_CORRUPT", "JOURNAL_IDENTITY", "JOURNAL_FORMAT");
        expect(error.details["file"]).to.equal(path);
        expect((await readFile(path)).equals(flipped)).to.equal(true);
      }
      expect(bytes.length).to.equal(4 * 88 + 43 + 16);
    })).timeout(20_000);

  it("is refused at every shorter length, since all of it was acknowledged", () =>
    withFolder(async (folder) => {
      const { path, bytes } = await writtenJournal(folder, texts);
      for (let length = 0; length < bytes.length; length += 1) {
        await writeFile(path, bytes.subarray(0, length));
        await refusal(openJournal(folder), "JOURNAL_CORRUPT");
        expect((await readFile(path)).length, "what is left of it was cut").to.equal(length);
      }
    })).timeout(20_000);

  it("is refused when whole frames of a segment were taken out, repeated or swapped, even without a mark", () =>
    withFolder(async (folder) => {
      const { path, bytes } = await writtenJournal(folder, texts);
      const ends = texts.reduceRight((after, { length }) => [after[0]! - 88 - length, ...after], [bytes.length]);
      const [head, ...frames] = [0, ...ends.slice(0, -1)].map((from, at) => bytes.subarray(from, ends[at]));
      const [first, second, third] = frames;
      expect(Buffer.concat([head!, ...frames]).equals(bytes)).to.equal(true);
      for (const moved of [
        [second, third],
        [first, third],
        [first, first, second, third],
        [second, first, third],
      ]) {
        await writeFile(path, Buffer.concat([head!, ...moved.map((frame) => frame!)]));
        await rm(join(folder, "acknowledged"), { force: true });
        await refusal(openJournal(folder), "JOURNAL_CORRUPT");
      }
    }));

  it("with a lost mark still opens, and a wrong mark is replaced", () =>
    withFolder(async (folder) => {
      await writtenJournal(folder, texts);
      const mark = join(folder, "acknowledged");
      const good = await readFile(mark);
      const flipped = Buffer.from(good);
      flipped[3]! ^= 1;
      // What a power cut may leave of a new file is no damage; anything else is.
      const none = [Buffer.alloc(0), Buffer.alloc(44)];
      for (const bad of [...none, Buffer.from("not a mark"), good.subarray(0, 43), flipped]) {
        await writeFile(mark, bad);
        const { journal, texts: found } = await openJournal(folder);
        expect(found).to.deep.equal(texts);
        expect(journal.damagedMark).to.equal(none.includes(bad) ? undefined : mark);
        await journal.close();
        expect((await readFile(mark)).equals(good)).to.equal(true);
      }
    }));
});

describe("a torn tail", () => {
  /** A journal whose last frame, `half`, was being written when the machine stopped: the mark does not know it. */
  async function tornJournal(folder: string): Promise<{ path: string; whole: Buffer; torn: Buffer }> {
    const { path, bytes: whole } = await writtenJournal(folder, texts);
    const mark = await readFile(join(folder, "acknowledged"));
    const { journal } = await openJournal(folder);
    await journal.append("records", Buffer.from("half of this text is missing"));
    await journal.close();
    const torn = await readFile(path);
    await writeFile(join(folder, "acknowledged"), mark);
    return { path, whole, torn };
  }

  it("is cut at every length, and writing goes on behind it", () =>
    withFolder(async (folder) => {
      const { path, whole, torn } = await tornJournal(folder);
      const mark = await readFile(join(folder, "acknowledged"));
      for (let length = whole.length; length < torn.length; length += 1) {
        await writeFile(path, torn.subarray(0, length));
        await writeFile(join(folder, "acknowledged"), mark);
        const { journal, texts: found } = await openJournal(folder);
        expect(found).to.deep.equal(texts);
        expect(journal.cut?.bytes).to.equal(length === whole.length ? undefined : length - whole.length);
        expect((await readFile(path)).equals(whole)).to.equal(true);
        if (length % 20 === 0) await journal.append("records", Buffer.from("behind"));
        await journal.close();
      }
      expect(torn.length - whole.length).to.equal(88 + 28);
    })).timeout(20_000);

  it("of zeros, which a file system leaves behind, is cut too", () =>
    withFolder(async (folder) => {
      const { path, whole } = await tornJournal(folder);
      await writeFile(path, Buffer.concat([whole, Buffer.alloc(5000)]));
      const { journal, texts: found } = await openJournal(folder);
      expect(found).to.deep.equal(texts);
      await journal.close();
    }));

  it("that is whole after all is kept", () =>
    withFolder(async (folder) => {
      await tornJournal(folder);
      const { journal, texts: found } = await openJournal(folder);
      expect(found).to.deep.equal([...texts, "half of this text is missing"]);
      await journal.close();
    }));

  it("is no tail if a complete frame follows: then the journal is refused even without a mark", () =>
    withFolder(async (folder) => {
      const { path, bytes } = await writtenJournal(folder, texts);
      const lastFrame = bytes.length - 88 - "third".length;
      let refused = 0;
      for (let at = 0; at < lastFrame; at += 7) {
        const flipped = Buffer.from(bytes);
        flipped[at]! ^= 0x10;
        await writeFile(path, flipped);
        await rm(join(folder, "acknowledged"), { force: true });
        await refusal(openJournal(folder), "JOURNAL_CORRUPT", "JOURNAL_IDENTITY", "JOURNAL_FORMAT");
        refused += 1;
      }
      expect(refused).to.equal(Math.ceil(lastFrame / 7));
    }));

  it("of a segment that was just begun is removed with the segment", () =>
    withFolder(async (folder) => {
      await writtenJournal(folder, texts);
      const next = join(folder, segmentName(4));
      for (const begun of [Buffer.alloc(0), Buffer.from("LZJ1"), Buffer.alloc(200)]) {
        await writeFile(next, begun);
        const { journal, texts: found } = await openJournal(folder);
        expect(found).to.deep.equal(texts);
        await journal.close();
        expect(await readdir(folder)).to.not.include(segmentName(4));
      }
    }));
});
