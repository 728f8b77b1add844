import { expect } from "chai";
import type { AnchoredCheckpoint, EvidenceLog } from "@lianzheng/node/log";
import type { Failpoint, FailpointName } from "@lianzheng/node/journal";
import { failpoints } from "@lianzheng/node/journal";
import { toHex } from "@lianzheng/sdk/encoding";
import { withFolder } from "../journal/fixture.ts";
import { checkLog, identity, openLog, submissionOf } from "../log-node/fixture.ts";
import { NodeError } from "../../node/src/errors.ts";
import type { Manner } from "./failing-files.ts";
import { FailingFiles } from "./failing-files.ts";

/** What the log told its clients: receipts by key, and anchors that were kept. */
interface Told {
  readonly receipts: Map<string, unknown>;
  readonly checkpoints: string[];
  readonly anchors: AnchoredCheckpoint[];
}

const requests = ["r0", "r1", "r2", "r3", "r4", "r5"];
const recordsOf = (key: string) =>
  [0, 1, 2].map((at) => submissionOf(`${key}.${at}`, at === 0 ? "trade:all" : `trade:${key}`));
// Small, so that the scenario begins new segments.
const segments = { maxSegmentBytes: 12_000 };

async function submitAll(log: EvidenceLog, told: Told): Promise<void> {
  for (const key of requests) {
    const { receipt } = await log.submit(recordsOf(key), identity(key));
    told.receipts.set(key, receipt);
    told.checkpoints.push(log.checkpoint());
    if (key === "r3") await putAnchor(log, told);
  }
}

async function putAnchor(log: EvidenceLog, told: Told): Promise<void> {
  const hash = `0x${"11".repeat(32)}` as const;
  const place = { transaction: hash, blockNumber: 1, blockHash: hash, logIndex: 0, receiptIndex: 0 };
  const anchor = { size: log.size, root: toHex(await log.rootAt(log.size)), checkpoint: log.checkpoint(), ...place };
  await log.anchors.put(anchor);
  told.anchors.push(anchor);
}

interface Outcome {
  readonly told: Told;
  readonly error: unknown;
}

/** Runs the scenario on a disk that fails; whatever happens, the process goes on and closes what it opened. */
async function runOn(folder: string, files: FailingFiles, failpoint: Failpoint = () => undefined): Promise<Outcome> {
  const told: Told = { receipts: new Map(), checkpoints: [], anchors: [] };
  let log: EvidenceLog | undefined;
  let error: unknown;
  try {
    ({ log } = await openLog(folder, { files, failpoint, ...segments }));
    await submitAll(log, told);
  } catch (cause) {
    error = cause;
  }
  // The mark's last sync may be what fails; the lock is given back all the same.
  await log?.close().catch((cause: unknown) => (error ??= cause));
  return { told, error };
}

/** Opens the folder on a good disk and demands all that was told, then finishes the scenario by trying again. */
async function checkAfter(folder: string, told: Told): Promise<void> {
  const { log } = await openLog(folder, segments);
  try {
    await checkLog(log, told.checkpoints);
    for (const anchor of told.anchors) expect(await log.anchors.covering(anchor.size - 1)).to.deep.equal(anchor);
    for (const key of requests) {
      const { receipt } = await log.submit(recordsOf(key), identity(key));
      if (told.receipts.has(key)) expect(receipt).to.deep.equal(told.receipts.get(key));
    }
    expect(log.size, "records that were asked for once").to.equal(requests.length * 3);
    await checkLog(log, told.checkpoints);
  } finally {
    await log.close();
  }
}

function expectCode(error: unknown): void {
  if (error === undefined || error instanceof NodeError) return;
  // Opening passes on what the disk said; everything later has a code of the node.
  expect(error).to.be.instanceOf(Error).with.property("message").that.contains("planned failure");
}

describe("every change of the disk that fails", () => {
  // Every change with two kinds of failure, every third with the last; every one with all in the long suite.
  const stride = process.env["LIANZHENG_LONG"] === "1" ? 1 : 3;
  const kinds: readonly { manner: Manner; errno: string; stays: boolean; stride: number }[] = [
    { manner: "before", errno: "EIO", stays: false, stride: 1 },
    { manner: "after", errno: "EIO", stays: false, stride: 1 },
    { manner: "half", errno: "ENOSPC", stays: true, stride },
  ];
  for (const kind of kinds) {
    it(`loses nothing that was told, ${kind.manner} ${kind.errno}`, async () => {
      let failed = 0;
      for (let at = 0; ; at += kind.stride) {
        const files = new FailingFiles({ at, ...kind });
        await withFolder(async (folder) => {
          const { told, error } = await runOn(folder, files);
          expectCode(error);
          await checkAfter(folder, told);
        });
        if (files.failed === undefined) break;
        failed += 1;
      }
      expect(failed * kind.stride).to.be.greaterThan(30);
    }).timeout(120_000);
  }
});

describe("every step that throws", () => {
  const reached = failpoints.filter((name) => !name.startsWith("tile."));
  for (const name of reached) {
    it(`loses nothing that was told (${name})`, async () => {
      let thrown = 0;
      for (const nth of [0, 1, 4]) {
        let count = 0;
        const failpoint = (step: FailpointName): void => {
          if (step !== name) return;
          count += 1;
          if (count !== nth + 1) return;
          thrown += 1;
          throw new Error("planned failure of a step");
        };
        await withFolder(async (folder) => {
          const { told, error } = await runOn(folder, new FailingFiles(), failpoint);
          expectCode(error);
          await checkAfter(folder, told);
        });
      }
      expect(thrown).to.be.greaterThan(name.startsWith("segment.") ? 0 : 2);
    }).timeout(30_000);
  }
  it("was tried", () => expect(reached).to.have.length(9));
});
