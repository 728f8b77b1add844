import { rm } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "chai";
import type { AnchoredCheckpoint, EvidenceLog } from "@lianzheng/node/log";
import { toHex } from "@lianzheng/sdk/encoding";
import { FailingFiles } from "../faults/failing-files.ts";
import { refusal, withFolder } from "../journal/fixture.ts";
import { checkLog, openLog, submitOne } from "./fixture.ts";

async function anchorOf(log: EvidenceLog, size: number, block = size): Promise<AnchoredCheckpoint> {
  return {
    size,
    root: toHex(await log.rootAt(size)),
    checkpoint: (await log.checkpointAt(size))!,
    transaction: `0x${"ab".repeat(32)}`,
    blockNumber: block,
    blockHash: `0x${"cd".repeat(32)}`,
    logIndex: 1,
    receiptIndex: 2,
  };
}

describe("the log's anchors", () => {
  it("are found by what they cover, and survive a restart and a lost index", () =>
    withFolder(async (folder) => {
      const { log } = await openLog(folder);
      expect(await log.anchors.latest()).to.equal(undefined);
      expect(await log.anchors.covering(0)).to.equal(undefined);
      const anchors: AnchoredCheckpoint[] = [];
      for (let size = 1; size <= 9; size += 1) {
        await submitOne(log, `n${size}`);
        if (size % 3 === 0) anchors.push(await anchorOf(log, size));
      }
      for (const anchor of [2, 0, 1]) await log.anchors.put(anchors[anchor]!);
      await submitOne(log, "later");
      const check = async (opened: EvidenceLog): Promise<void> => {
        expect(await opened.anchors.latest()).to.deep.equal(anchors[2]);
        for (let index = 0; index < 9; index += 1) {
          expect(await opened.anchors.covering(index)).to.deep.equal(anchors[Math.floor(index / 3)]);
        }
        expect(await opened.anchors.covering(9)).to.equal(undefined);
        expect(await opened.anchors.list()).to.deep.equal(anchors);
        expect(await opened.anchors.list(3, 1)).to.deep.equal([anchors[1]]);
        await checkLog(opened);
      };
      await check(log);
      await log.close();
      const { log: again } = await openLog(folder);
      await check(again);
      await again.close();
      await rm(join(folder, "index"), { recursive: true });
      const { log: rebuilt } = await openLog(folder);
      await check(rebuilt);
      await rebuilt.close();
    })).timeout(10_000);

  it("are written once when they are put again, and replaced when they moved on the chain", () =>
    withFolder(async (folder) => {
      const files = new FailingFiles();
      const { log } = await openLog(folder, { files });
      await submitOne(log, "a");
      const anchor = await anchorOf(log, 1, 10);
      await log.anchors.put(anchor);
      const changes = files.done.length;
      await log.anchors.put({ ...anchor });
      expect(files.done.length).to.equal(changes);
      await log.anchors.put({ ...anchor, blockNumber: 11 });
      expect((await log.anchors.latest())?.blockNumber).to.equal(11);
      expect(await log.anchors.list()).to.have.length(1);
      await log.close();
    }));

  for (const manner of ["before", "after"] as const) {
    it(`are kept or not when writing fails ${manner} it was done, and putting again settles it`, () =>
      withFolder(async (folder) => {
        const { log } = await openLog(folder);
        await submitOne(log, "a");
        const anchor = await anchorOf(log, 1);
        await log.close();
        const files = new FailingFiles({ kind: "write", at: 1, manner, errno: "EIO" });
        const { log: failing } = await openLog(folder, { files });
        await refusal(failing.anchors.put(anchor), "E_READ_ONLY");
        expect(await failing.anchors.latest()).to.equal(undefined);
        await failing.close();
        const { log: again } = await openLog(folder);
        expect(await again.anchors.latest()).to.deep.equal(manner === "after" ? anchor : undefined);
        await again.anchors.put(anchor);
        expect(await again.anchors.list()).to.deep.equal([anchor]);
        await again.close();
      }));
  }
});
