/** Opens the log in the folder that its argument names, lets it patrol one round, and prints how a damage of its index was noticed. */
import { inspectLog } from "@lianzheng/node/log";
import { verifier } from "./fixture.ts";
import { patrolled } from "./patrolling.ts";

/**
 * `unneeded`: bytes that no view needs, for instance of a subject's head that a newer one replaced; fsck reads them too.
 * `ended` is what the parent makes of a child that LevelDB ended.
 */
export type Notice = "sound" | "unneeded" | "atStart" | "byPatrol" | "ended";

async function notice(directory: string): Promise<Notice> {
  const isWrong = (await inspectLog({ directory, verifier })).found.INDEX_MISMATCH !== undefined;
  const { found, stages } = await patrolled(directory);
  if (stages.length === 0 || stages.includes("index-discarded") || stages.includes("index-caught-up")) return "atStart";
  if (found !== "nothing") return "byPatrol";
  return isWrong ? "unneeded" : "sound";
}

// The patrol's timers keep no process alive; a node's server does.
const alive = setInterval(() => undefined, 1000);
const [directory = ""] = process.argv.slice(2);
process.stdout.write(JSON.stringify(await notice(directory)));
clearInterval(alive);
