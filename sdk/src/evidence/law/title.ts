import type { Hex } from "@lianzheng/sdk/encoding";
import { nameOf } from "./ids.ts";
import { holderAt, validityAt, type Validity } from "./rights.ts";
import type { LawState } from "./state.ts";

const words: Readonly<Record<Exclude<Validity, "valid">, string>> = {
  unknown: "did not exist",
  notYet: "had not begun",
  expired: "was over",
  revoked: "was revoked",
  holderNotActive: "was held by a member that was not active",
  subjectNotInForce: "rested on a registration that was not in force",
  notAccepted: "was not accepted",
  consentNotValid: "rested on a consent that did not count",
  frozen: "was frozen",
};

/** Why a member could not act by a right at a time: it did not hold it, or the right or one that it leans on was not valid. */
export function whyNoTitle(state: LawState, right: Hex, member: Hex, time: number): string | undefined {
  const holder = holderAt(state, right, time);
  if (holder !== undefined && holder !== member) return `the right ${right} was held by ${nameOf(holder)}`;
  const { validity, cause } = validityAt(state, right, time);
  if (validity === "valid") return undefined;
  const upstream = cause === right ? "" : `, on which the right ${right} rests,`;
  return `the right ${cause}${upstream} ${words[validity]}`;
}
