import { EvidenceError } from "@lianzheng/sdk/encoding";
import { fromInstant, toInstant, type Entry } from "@lianzheng/sdk/record";
import { blockTime } from "./chain-event.ts";
import type { FinalBlock } from "./final.ts";
import { ask, pass, unknown, type Answered } from "./question.ts";

/** How far honest clocks may stand apart, milliseconds. */
export const clockSkewMs = 10 * 60 * 1000;

/**
 * By when did the records exist? By the time of the block that holds their checkpoint, and not by what they claim of
 * themselves. Claims that contradict it are refused: nothing can have happened, or been received, after it was anchored.
 *
 * @param block   - the anchor's block, if it is final and holds the checkpoint
 * @param entries - the entries, if they are unaltered
 * @param nowMs   - the verifier's clock
 */
export function askTime(
  block: FinalBlock | undefined,
  entries: readonly Entry[] | undefined,
  nowMs: number,
): Answered<{ readonly anchoredAt: string }> {
  return ask("time", "single-operator", () => {
    if (block === undefined || entries === undefined) {
      return unknown("No final block is shown to hold the checkpoint, so nothing says by when the records existed.");
    }
    const anchoredAt = blockTime(block.header);
    assertNotAfter("The block's time", anchoredAt, nowMs, "the verifier's clock");
    for (const entry of entries) {
      assertNotAfter(`receivedAt of record ${entry.sequence}`, entry.receivedAt, fromInstant(anchoredAt), "the block");
      assertNotAfter(`occurredAt of record ${entry.sequence}`, entry.occurredAt, fromInstant(anchoredAt), "the block");
    }
    return pass(`The records existed by ${anchoredAt}, by the clock of the chain's one operator.`, { anchoredAt });
  });
}

function assertNotAfter(what: string, instant: string, limitMs: number, limit: string): void {
  if (fromInstant(instant) <= limitMs + clockSkewMs) return;
  throw new EvidenceError(
    "V_TIME",
    `${what}, ${instant}, is later than ${limit} (${toInstant(limitMs)}) by more than ten minutes`,
  );
}
