import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect } from "chai";
import type { Receipt } from "@lianzheng/node/log";
import type { FailpointName } from "@lianzheng/node/journal";
import { openCheckpoint } from "@lianzheng/sdk/log";
import { checkExtends, checkLog, identity, openLog, submissionOf, verifier } from "../log-node/fixture.ts";

/** One answer that a client of the killed process had. */
export interface Acknowledged {
  readonly key: string;
  readonly count: number;
  readonly receipt: Receipt;
}

const child = join(import.meta.dirname, "crash-child.ts");

/** Lets a process write until it kills itself at the failpoint; answers what it had acknowledged. */
export async function crash(
  folder: string,
  name: FailpointName | "never",
  nth: number,
  run: number,
  disk: "synced" | "unsynced" = "synced",
): Promise<readonly Acknowledged[]> {
  const process_ = spawn(process.execPath, [child, folder, name, String(nth), String(run), disk], {
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
export async function checkAfter(folder: string, all: readonly Acknowledged[], checkWhole: boolean): Promise<void> {
  const { log } = await openLog(folder, { maxSegmentBytes: 50_000 });
  try {
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
  } finally {
    await log.close();
  }
}
