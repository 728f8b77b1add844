import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect } from "chai";
import type { Receipt } from "@lianzheng/node/log";
import type { FailpointName } from "@lianzheng/node/journal";
import { failpoints } from "@lianzheng/node/journal";
import { openCheckpoint } from "@lianzheng/sdk/log";
import { withFolder } from "../journal/fixture.ts";
import { checkExtends, checkLog, identity, openLog, submissionOf, verifier } from "../log-node/fixture.ts";

interface Acknowledged {
  readonly key: string;
  readonly count: number;
  readonly receipt: Receipt;
}

const child = join(import.meta.dirname, "crash-child.ts");

/** Lets a process write until it kills itself at the failpoint; answers what it had acknowledged. */
async function crash(
  folder: string,
  name: FailpointName | "never",
  nth: number,
  run: number,
): Promise<readonly Acknowledged[]> {
  const process_ = spawn(process.execPath, [child, folder, name, String(nth), String(run)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let printed = "";
  let failure = "";
  process_.stdout.on("data", (chunk: Buffer) => {
    printed += chunk.toString();
    if (name === "never" && printed.split("\n").length > 50) process_.kill("SIGKILL");
  });
  process_.stderr.on("data", (chunk: Buffer) => (failure += chunk.toString()));
  const [, signal] = (await once(process_, "close")) as [number | null, string | null];
  expect(signal, failure).to.equal("SIGKILL");
  const lines = printed.split("\n").slice(0, -1);
  return lines.filter((line) => line !== "open").map((line) => JSON.parse(line) as Acknowledged);
}

/** Everything acknowledged is there with the same receipt, once; trying again what was not makes one record too. */
async function checkAfter(folder: string, all: readonly Acknowledged[], checkWhole: boolean): Promise<void> {
  const { log } = await openLog(folder, { maxSegmentBytes: 50_000 });
  for (const { key, count, receipt } of all) {
    const batch = Array.from({ length: count }, (_, one) => submissionOf(`${key}.${one}`, `trade:${one}`));
    expect(await log.submit(batch, identity(key))).to.deep.equal({ receipt, replayed: true });
  }
  const newest = all.reduce<string | undefined>((best, { receipt: { checkpoint } }) => {
    const size = openCheckpoint(checkpoint, [verifier]).size;
    return best === undefined || size > openCheckpoint(best, [verifier]).size ? checkpoint : best;
  }, undefined);
  if (newest !== undefined) await checkExtends(log, newest);
  const indexes = all.flatMap(({ receipt }) => receipt.records.map(({ index }) => index));
  expect(new Set(indexes).size).to.equal(indexes.length);
  if (checkWhole) await checkLog(log);
  await log.close();
}

describe("a log that is killed under load", () => {
  const rounds = process.env["LIANZHENG_LONG"] === "1" ? 20 : 1;
  for (const name of failpoints) {
    it(`has everything that it acknowledged, once, and contradicts nothing (${name})`, () =>
      withFolder(async (folder) => {
        const all: Acknowledged[] = [];
        for (let run = 0; run < rounds; run += 1) {
          // Tiles are rarer than groups, segments rarer still; an opening makes the first.
          const nth = name.startsWith("tile.") ? 1 : name.startsWith("segment.") ? (run === 0 ? 2 : 1) : 4 + (run % 9);
          all.push(...(await crash(folder, name, nth, run)));
          await checkAfter(folder, all, run === rounds - 1 && name.startsWith("journal."));
        }
        expect(all.length).to.be.greaterThan(0);
      })).timeout(rounds * 20_000);
  }

  it("from outside, at any moment, several times in a row", () =>
    withFolder(async (folder) => {
      const all: Acknowledged[] = [];
      for (let run = 0; run < 3; run += 1) all.push(...(await crash(folder, "never", 0, run)));
      await checkAfter(folder, all, false);
      expect(all.length).to.be.greaterThan(100);
    })).timeout(60_000);

  it("was killed at every step", () => expect(failpoints).to.have.length(11));
});
