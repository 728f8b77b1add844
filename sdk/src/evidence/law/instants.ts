import { EvidenceError } from "@lianzheng/sdk/encoding";
import { fromInstant, toInstant, type Entry } from "@lianzheng/sdk/record";
import { pass, unknown, type Finding } from "../question.ts";
import { clockSkewMs } from "../time.ts";

/** On what it rests that something held when a record was made: the chain alone, or the log's word for when it received it too. */
export type Ground = "chain" | "log";

/** Why a record's issuer was not entitled at a time, Unix seconds; undefined if nothing stands against it. */
export type Objection = (time: number) => string | undefined;

const skew = clockSkewMs / 1000;

/**
 * Holds an objection against the times at which the record can have been made: when it says that it occurred, when the log
 * received it, and by when the chain shows that it existed. The first is the issuer's word, the second the log's, the last
 * the chain's. What stands at the first two refutes the record, whichever of them is the truth. What stands at one of them
 * leaves it open; what stands at the last alone does, but for the log's word.
 *
 * @param existedBy - Unix seconds by which the chain shows the record, not after the state's block
 * @throws EvidenceError V_NOT_ENTITLED
 */
export function overTime(entry: Entry, existedBy: number, objection: Objection): Finding<Ground> {
  const occurred = Math.min(secondsOf(entry.occurredAt), existedBy);
  const received = Math.min(Math.max(occurred, secondsOf(entry.receivedAt)), existedBy);
  const [first, then] = [objection(occurred), objection(received)];
  if (first !== undefined && then !== undefined)
    return refuse(entry, first, [Math.max(0, occurred - skew), Math.min(received + skew, existedBy)], objection);
  if (first !== undefined)
    return unknown(
      `Record ${entry.sequence}: ${first} when the record says that it occurred (${at(occurred)}), which was no longer so when the log received it.`,
    );
  if (then !== undefined)
    return unknown(
      `Record ${entry.sequence}: ${then} when the log received it (${at(received)}), and nothing shows that it was made before.`,
    );
  return pass<Ground>("", objection(existedBy) === undefined ? "chain" : "log");
}

/** Clocks differ: what did not stand within ten minutes of the times that the record names does not refute it. */
function refuse(entry: Entry, why: string, around: readonly number[], objection: Objection): Finding<never> {
  const message = `Record ${entry.sequence}: ${why} when the record says that it occurred (${entry.occurredAt}), and so it was when the log received it`;
  if (around.some((time) => objection(time) === undefined))
    return unknown(`${message}, though it was otherwise within the ten minutes by which clocks may differ.`);
  throw new EvidenceError("V_NOT_ENTITLED", `${message}.`);
}

function secondsOf(instant: string): number {
  return Math.max(0, Math.floor(fromInstant(instant) / 1000));
}

/** A time for a reader. */
export function at(seconds: number): string {
  return toInstant(seconds * 1000);
}
