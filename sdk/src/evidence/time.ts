import { EvidenceError } from "@lianzheng/sdk/encoding";
import { fromInstant, toInstant, type Entry } from "@lianzheng/sdk/record";
import { blockTime } from "./chain-event.ts";
import type { FinalBlock } from "./final.ts";
import { trustOf } from "./finality/rule.ts";
import type { Policy } from "./policy.ts";
import { ask, pass, unknown, type Answered, type Trust } from "./question.ts";
import type { CountedStamps } from "./stamps.ts";

/** How far honest clocks may stand apart, milliseconds. */
export const clockSkewMs = 10 * 60 * 1000;

/** By when the records existed, as instants. */
export interface ExistedBy {
  /** The block's time, if it is final and holds the checkpoint. */
  readonly anchoredAt?: string;
  /** The earliest time that a trusted authority gave. */
  readonly stampedAt?: string;
  /** The earlier of both. */
  readonly existedBy: string;
}

/** What `time` is asked of. */
export interface TimeGround {
  /** The anchor's block, if it is final and holds the checkpoint. */
  readonly block: FinalBlock | undefined;
  /** The entries, if they are unaltered. */
  readonly entries: readonly Entry[] | undefined;
  readonly stamps: CountedStamps;
  /** The verifier's clock. */
  readonly nowMs: number;
}

/** A time by which the records existed, and whose clock says so. */
interface Bound {
  readonly at: string;
  readonly what: string;
  readonly trust: Trust;
}

/**
 * By when did the records exist? By the time of the block that holds their checkpoint, or of a timestamp of that checkpoint,
 * whichever is earlier, and not by what they claim of themselves. Claims that contradict it are refused: nothing can have
 * happened, or been received, after it was anchored or stamped.
 */
export function askTime({ block, entries, stamps, nowMs }: TimeGround, { chain }: Policy): Answered<ExistedBy> {
  return ask("time", trustOf[chain.finality.engine], () => {
    if (stamps.refused !== undefined) throw new EvidenceError("V_TIMESTAMP", stamps.refused);
    const bounds = boundsOf(block, stamps);
    const [earliest] = bounds.toSorted((a, b) => (a.at < b.at ? -1 : 1));
    if (earliest === undefined || entries === undefined) {
      return unknown(
        `No final block is shown to hold the checkpoint, so nothing says by when the records existed.${leftOut(stamps)}`,
      );
    }
    for (const bound of bounds) assertNotAfter(`The time of ${bound.what}`, bound.at, nowMs, "the verifier's clock");
    for (const entry of entries) {
      assertClaim(entry, "receivedAt", earliest);
      assertClaim(entry, "occurredAt", earliest);
    }
    return pass(
      `The records existed by ${earliest.at}, by ${clockOf(earliest)}.${leftOut(stamps)}`,
      timesOf(block, stamps, earliest),
      earliest.trust,
    );
  });
}

function boundsOf(block: FinalBlock | undefined, { earliest }: CountedStamps): readonly Bound[] {
  return [
    ...(earliest === undefined
      ? []
      : [{ at: earliest.at, what: `the timestamp of ${earliest.authority}`, trust: "timestamp" } as const]),
    ...(block === undefined ? [] : [{ at: blockTime(block.header), what: "the block", trust: block.trust }]),
  ];
}

function timesOf(block: FinalBlock | undefined, { earliest }: CountedStamps, { at }: Bound): ExistedBy {
  return {
    ...(block === undefined ? {} : { anchoredAt: blockTime(block.header) }),
    ...(earliest === undefined ? {} : { stampedAt: earliest.at }),
    existedBy: at,
  };
}

function clockOf({ what, trust }: Bound): string {
  switch (trust) {
    case "timestamp":
      return what;
    case "single-operator":
      return "the clock of the chain's one operator";
    default:
      return "the clock of the block that holds their checkpoint";
  }
}

function leftOut({ passedOver, unexamined }: CountedStamps): string {
  if (passedOver > 0) return ` Passed over: ${passedOver} timestamps that the policy gives no reason to trust.`;
  return unexamined === 0 ? "" : ` The ${unexamined} timestamps of the bundle were not examined.`;
}

function assertClaim(entry: Entry, claim: "receivedAt" | "occurredAt", { at, what }: Bound): void {
  assertNotAfter(`${claim} of record ${entry.sequence}`, entry[claim], fromInstant(at), what);
}

function assertNotAfter(what: string, instant: string, limitMs: number, limit: string): void {
  if (fromInstant(instant) <= limitMs + clockSkewMs) return;
  throw new EvidenceError(
    "V_TIME",
    `${what}, ${instant}, is later than ${limit} (${toInstant(limitMs)}) by more than ten minutes`,
  );
}
