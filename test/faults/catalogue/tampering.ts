import { cp } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import { inspectLog } from "@lianzheng/node/log";
import { Level } from "level";
import { openValue, rangeBounds, sealedValue, type KeyRange } from "../../../node/src/index/keys.ts";
import { openLog, submitOne, vaultKey, verifier } from "../../log-node/fixture.ts";
import { forgeText } from "../../log-node/forging.ts";
import type { FaultCase } from "../case.ts";
import type { FaultContext } from "../context.ts";
import { readingOf } from "../store/reader.ts";

/** Ranges of the index whose values lead somewhere, and whether a reader finds at the end of the way that it was misled. */
const ranges: readonly (readonly [KeyRange, "told" | "by fsck"])[] = [
  ["f", "told"],
  ["r", "told"],
  // A list of a subject is believed, each record of it is verified; heads and requests are asked for by writers.
  ["s", "by fsck"],
  ["h", "by fsck"],
  ["k", "by fsck"],
];

export const tamperingCases: readonly FaultCase[] = [
  {
    id: "F-C5",
    title:
      "a record is edited by somebody who makes every checksum right: fsck names it, and no reader is given the record",
    how: "the journal's frames written anew, whole chain; values of the index put by LevelDB with their checksums",
    run: async (context: FaultContext): Promise<void> => {
      const source = join(await context.folder(), "node");
      await fill(source);
      const copyOf = async (name: string): Promise<string> => {
        const copy = join(await context.folder(), name);
        await cp(source, copy, { recursive: true });
        return copy;
      };
      const journal = await copyOf("journal");
      await forgeText(journal, '"sequence":20,', '"sequence":21,');
      const { found } = await inspectLog({ directory: journal, verifier, vaultKey });
      expect(found).to.include.keys("RECORD_TAMPERED");
      expect((await readingOf(journal)).read, "the journal").to.equal("told");
      for (const [range, finder] of ranges) {
        const copy = await copyOf(range);
        await misleadIndex(copy, range);
        const { sound, read } = await readingOf(copy);
        expect(sound, `fsck of range ${range}`).to.equal(false);
        if (finder === "told") expect(read, `a reader of range ${range}`).to.equal("told");
      }
    },
  },
];

async function fill(directory: string): Promise<void> {
  const { log } = await openLog(directory, { maxSegmentBytes: 12_000 });
  for (let group = 0; group < 30; group++)
    await Promise.all(Array.from({ length: 10 }, (_, at) => submitOne(log, `r${group}x${at}`, `trade:${at}`)));
  await log.close();
}

/** Gives one value in the middle of a range to its neighbour, under a checksum that is right. */
async function misleadIndex(directory: string, range: KeyRange): Promise<void> {
  const encodings = { keyEncoding: "buffer", valueEncoding: "buffer", compression: false } as const;
  const database = new Level<Buffer, Buffer>(join(directory, "index"), encodings);
  const keys = await database.keys(rangeBounds(range)).all();
  const [one, two] = [keys[keys.length >> 1]!, keys[(keys.length >> 1) + 1]!];
  await database.put(one, sealedValue(one, [], openValue(two, await database.get(two), 0).bytes));
  await database.close();
}
