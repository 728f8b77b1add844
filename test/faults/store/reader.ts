/**
 * Has a folder checked by fsck, then opens its log and reads all of it: in a process of its own, for LevelDB ends the process
 * that holds it when a table's keys are out of order. Argument: the folder. Prints one {@link Reading} as JSON.
 */
import { inspectLog } from "@lianzheng/node/log";
import { NodeError } from "../../../node/src/errors.ts";
import { checkLog, openLog, vaultKey, verifier } from "../../log-node/fixture.ts";

/** `told`: it was refused, or mended and said so. `differs`: a reader got something else and was told nothing. */
export interface Reading {
  readonly sound: boolean;
  readonly read: "told" | "same" | "differs";
  /** With what a reader ended that was not told by the node's own codes. */
  readonly why?: string;
}

/** What fsck and a reader get of the log in `folder`. */
export async function readingOf(folder: string): Promise<Reading> {
  const sound = await inspectLog({ directory: folder, verifier, vaultKey }).then(
    (report) => report.sound,
    () => false,
  );
  return { sound, ...(await readAll(folder)) };
}

async function readAll(folder: string): Promise<Omit<Reading, "sound">> {
  try {
    const { log, progress } = await openLog(folder, { maxSegmentBytes: 12_000 });
    try {
      await checkLog(log);
      return { read: progress.length > 0 ? "told" : "same" };
    } finally {
      await log.close();
    }
  } catch (error) {
    // What a reader is refused, with the node's own code, it was not given wrong.
    return error instanceof NodeError ? { read: "told" } : { read: "differs", why: String((error as Error).stack) };
  }
}

if (process.argv[2] !== undefined && process.argv[1]?.endsWith("program.mjs") === true)
  process.stdout.write(JSON.stringify(await readingOf(process.argv[2])));
