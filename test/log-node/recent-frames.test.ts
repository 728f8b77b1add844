import { expect } from "chai";
import type { EvidenceLog, LogFrame } from "@lianzheng/node/log";
import { diskFiles } from "@lianzheng/node/journal";
import type { Files } from "@lianzheng/node/journal";
import { withFolder } from "../journal/fixture.ts";
import { RecentFrames } from "../../node/src/log/recent-frames.ts";
import type { RecentFrame } from "../../node/src/log/recent-frames.ts";
import { identity, openLog, submissionOf } from "./fixture.ts";

/** A disk that counts the reads of segments. */
function countingFiles(): { readonly files: Files; readonly reads: () => number } {
  let reads = 0;
  const files: Files = {
    ...diskFiles,
    open: async (path, mode) => {
      const file = await diskFiles.open(path, mode);
      const read: typeof file.read = async (into, position) => {
        if (path.endsWith(".journal")) reads += 1;
        return await file.read(into, position);
      };
      return { ...file, read };
    },
  };
  return { files, reads: () => reads };
}

async function framesOf(log: EvidenceLog): Promise<readonly LogFrame[]> {
  const places = await log.frames.placesFrom({ firstIndex: 0, sequence: 0 }, 100);
  return await Promise.all(places.map((place) => log.frames.read(place)));
}

function frameAt(firstIndex: number, count: number, characters: number): RecentFrame {
  const records = Array.from({ length: count }, (_, at) => {
    return { id: "0x00" as const, index: firstIndex + at, entry: "e".repeat(characters), submitter: "s" };
  });
  return { firstIndex, sequence: firstIndex + 10, records };
}

describe("what was committed last, in memory", () => {
  it("is to followers what the journal says, and costs no read of it", () =>
    withFolder(async (directory) => {
      const { files, reads } = countingFiles();
      const { log } = await openLog(directory, { files });
      for (const count of [1, 3, 2]) {
        const records = Array.from({ length: count }, (_, at) => submissionOf(`${count}-${at}`, "s"));
        await log.submit(records, identity(`b${count}`));
      }
      // Asked for what the views say, the index waits until they are written.
      expect(await log.indexesOf("s")).to.deep.equal([0, 1, 2, 3, 4, 5]);
      const before = reads();
      const [frames, listed] = [await framesOf(log), await log.list(1, 4)];
      expect(reads() - before).to.equal(0);
      await log.close();
      const again = await openLog(directory, { files });
      const opened = reads();
      expect(await framesOf(again.log)).to.deep.equal(frames);
      expect(await again.log.list(1, 4)).to.deep.equal(listed);
      expect(listed.map(({ index }) => index)).to.deep.equal([1, 2, 3, 4]);
      expect(reads()).to.be.greaterThan(opened);
      // What is older is read, what is newer is remembered: one answer may need both.
      await again.log.submit([submissionOf("newest")], identity("newest"));
      expect((await again.log.list(4, 3)).map(({ index }) => index)).to.deep.equal([4, 5, 6]);
      await again.log.close();
    }));

  it("is found by every index that it holds and by no other, and by its place only", () => {
    const recent = new RecentFrames();
    expect(recent.holding(0)).to.equal(undefined);
    const frames = [frameAt(5, 1, 10), frameAt(6, 3, 10), frameAt(9, 2, 10)];
    for (const frame of frames) recent.keep(frame);
    const found = Array.from({ length: 13 }, (_, index) => recent.holding(index)?.firstIndex ?? null);
    expect(found).to.deep.equal([null, null, null, null, null, 5, 6, 6, 6, 9, 9, null, null]);
    expect(recent.at({ firstIndex: 6, sequence: 16 })).to.equal(frames[1]);
    expect(recent.at({ firstIndex: 6, sequence: 15 })).to.equal(undefined);
    expect(recent.at({ firstIndex: 7, sequence: 16 })).to.equal(undefined);
  });

  it("is bounded: the oldest leave, the newest stays however large it is", () => {
    const recent = new RecentFrames();
    const mega = 1024 * 1024;
    for (let at = 0; at < 12; at += 1) recent.keep(frameAt(at, 1, mega));
    const held = Array.from({ length: 12 }, (_, index) => recent.holding(index) !== undefined);
    expect(held.lastIndexOf(false)).to.equal(3);
    recent.keep(frameAt(12, 2, 5 * mega));
    expect(recent.holding(11)).to.equal(undefined);
    expect(recent.holding(13)?.records.length).to.equal(2);
  });
});
