/**
 * The process that is killed: opens the log in the folder argv[2] and submits without end, several clients at once,
 * printing each receipt after it has it. Kills itself with SIGKILL at the `argv[4]`-th passing of failpoint argv[3];
 * argv[5] makes its keys its own. With argv[6] `unsynced` its disk only pretends to sync.
 */
import { writeSync } from "node:fs";
import type { Files } from "@lianzheng/node/journal";
import { diskFiles } from "@lianzheng/node/journal";
import { identity, openLog, submissionOf } from "../log-node/fixture.ts";

const [, , folder = "", name = "", nth = "1", run = "0", disk = "synced"] = process.argv;
let passed = 0;
const failpoint = (step: string): void => {
  if (step !== name) return;
  passed += 1;
  if (passed === Number(nth)) process.kill(process.pid, "SIGKILL");
};

const pretend = () => Promise.resolve();
const lying: Files = {
  ...diskFiles,
  open: async (path, mode) => ({ ...(await diskFiles.open(path, mode)), datasync: pretend }),
  syncDirectory: pretend,
};
const files = disk === "unsynced" ? lying : diskFiles;
const { log } = await openLog(folder, { files, failpoint, maxSegmentBytes: 50_000 });
writeSync(1, "open\n");

async function client(number: number): Promise<void> {
  for (let at = 0; ; at += 1) {
    const key = `${run}.${number}.${at}`;
    const batch = Array.from({ length: 1 + (number % 5) }, (_, one) => submissionOf(`${key}.${one}`, `trade:${one}`));
    const { receipt } = await log.submit(batch, identity(key));
    // Written at once and whole: what is in the pipe was acknowledged, even if the next instruction kills.
    writeSync(1, `${JSON.stringify({ key, count: batch.length, receipt })}\n`);
  }
}

await Promise.all(Array.from({ length: 8 }, (_, number) => client(number)));
