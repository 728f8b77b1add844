import { sha256, toHex, utf8, type Hex } from "@lianzheng/sdk/encoding";
import type { Bundle } from "./bundle.ts";

/** A time that a trusted authority gave for a note. */
export interface Stamp {
  /** Until when the note existed at the latest, as an instant: the token's time and its accuracy, rounded up. */
  readonly at: string;
  /** The authority's certificate, by its subject. */
  readonly authority: string;
}

/** What the tokens of a bundle show, as `proveTimestamps` of `@lianzheng/sdk/timestamp` finds it. */
export interface TimestampFindings {
  /** SHA-256 of the signed note that the tokens were held against. */
  readonly note: Hex;
  readonly stamps: readonly Stamp[];
  /** Why a token is refused, if one is: it names a trusted authority and does not hold. */
  readonly refused?: string;
  /** Tokens of authorities that the policy does not name. */
  readonly passedOver: number;
}

/** What `time` may count of the timestamps. */
export interface CountedStamps {
  readonly earliest?: Stamp;
  readonly refused?: string;
  /** Tokens of authorities that the policy does not name. */
  readonly passedOver: number;
  /** Tokens in the bundle that nobody examined. */
  readonly unexamined: number;
}

/** Findings count for the note that they are of and for no other: what was found of another bundle says nothing of this one. */
export function stampsOf(
  { timestamps = [] }: Bundle,
  note: string | undefined,
  findings: TimestampFindings | undefined,
): CountedStamps {
  if (note === undefined || findings?.note !== toHex(sha256(utf8(note))))
    return { passedOver: 0, unexamined: timestamps.length };
  const [earliest] = findings.stamps.toSorted((a, b) => (a.at < b.at ? -1 : 1));
  return {
    ...(earliest === undefined ? {} : { earliest }),
    ...(findings.refused === undefined ? {} : { refused: findings.refused }),
    passedOver: findings.passedOver,
    unexamined: 0,
  };
}
