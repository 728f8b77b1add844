/**
 * The process that is killed: opens the log in the folder argv[2], submits records and erases them, several at once, and
 * prints each receipt after it has it. Kills itself with SIGKILL at the `argv[4]`-th passing of the vault's failpoint
 * argv[3]; argv[5] makes its records its own.
 */
import { writeSync } from "node:fs";
import { openLog } from "../log-node/fixture.ts";
import { eraseRecord, submitMany } from "./erasing.ts";

const [, , folder = "", name = "", nth = "1", run = "0"] = process.argv;
let passed = 0;
let isOpen = false;
const vaultFailpoint = (step: string): void => {
  // An opening makes shards: what is tried here is erasing.
  if (step !== name || !isOpen) return;
  passed += 1;
  if (passed === Number(nth)) process.kill(process.pid, "SIGKILL");
};

const { log } = await openLog(folder, { vaultFailpoint });
for (let round = 0; ; round += 1) {
  const ids = await submitMany(
    log,
    [0, 1, 2, 3].map((at) => `${run}.${round}.${at}`),
  );
  // Written at once and whole: what is in the pipe was told, even if the next instruction kills.
  writeSync(1, `${JSON.stringify({ wanted: ids.slice(0, 3) })}\n`);
  isOpen = true;
  await Promise.all(
    ids.slice(0, 3).map(async (target) => {
      const { receipt } = await eraseRecord(log, target);
      writeSync(1, `${JSON.stringify({ told: { target, receipt } })}\n`);
    }),
  );
}
