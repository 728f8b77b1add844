/**
 * Has a folder checked by fsck, then opens its log and reads all of it: in a process of its own, for LevelDB ends the process
 * that holds it when a table's keys are out of order. Argument: the folder. Prints one {@link Reading} as JSON.
 */
import { inspectLog } from "@lianzheng/node/log";
import { AssertionError } from "chai";
import { EvidenceError } from "@lianzheng/sdk/encoding";
import { toKnownError } from "../../../node/src/api/problems.ts";
import { checkLog, openLog, vaultKey, verifier } from "../../log-node/fixture.ts";

/**
 * `told`: it was refused, or mended and said so. `lost-id`: a record was not found by its id, the limit of range `r` of the
 * index that node/README.md states. `differs`: a reader got something else and was told nothing.
 */
export interface Reading {
  readonly sound: boolean;
  readonly read: "told" | "same" | "lost-id" | "differs";
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
    // What a reader is refused, with a code of the node's own at the API, it was not given wrong.
    const isOwn = !(error instanceof EvidenceError) && toKnownError(error).code !== "E_INTERNAL";
    if (isOwn) return { read: "told" };
    if (error instanceof AssertionError && isLostId(error)) return { read: "lost-id" };
    return { read: "differs", why: String((error as Error).stack) };
  }
}

/** Of all that is compared only a record that was asked for by its id can be undefined where one is due. */
function isLostId(error: Error): boolean {
  const { actual, expected } = error as { readonly actual?: unknown; readonly expected?: unknown };
  return actual === undefined && typeof expected === "object" && expected !== null && "id" in expected;
}

if (process.argv[2] !== undefined && process.argv[1]?.endsWith("program.mjs") === true)
  process.stdout.write(JSON.stringify(await readingOf(process.argv[2])));
