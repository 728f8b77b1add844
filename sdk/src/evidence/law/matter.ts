import { memberIdOf } from "@lianzheng/sdk/chain";
import { isHex, type Hex } from "@lianzheng/sdk/encoding";
import type { Entry } from "@lianzheng/sdk/record";
import type { WholeRecord } from "../unaltered.ts";
import { whyInactive, whyNoKey } from "./members.ts";
import type { LawState } from "./state.ts";

/** A record whose issuer's right is asked for, and all that may be leaned on. */
export interface Matter {
  readonly record: WholeRecord;
  readonly issuer: Hex;
  readonly state: LawState;
  /** Time of the state's block, Unix seconds. */
  readonly blockTime: number;
}

/** Id behind a prefix of a subject, `<kind>:<32 bytes of hex>`; undefined for another subject. */
export function idIn({ subject }: Entry, kind: string): Hex | undefined {
  const id = subject.startsWith(`${kind}:`) ? subject.slice(kind.length + 1) : undefined;
  return isHex(id, 32) ? id : undefined;
}

/** Why the issuer could not act at a time: it was not active, or the key that signed was not its own for acts. */
export function whyNotActing({ state, issuer, record }: Matter, time: number): string | undefined {
  const { statement } = record.entry;
  const inactive = whyInactive(state, issuer, time);
  return inactive ?? (statement === undefined ? undefined : whyNoKey(state, issuer, statement.key, time));
}

/** @param issuer - USCC, as the entry names it */
export function issuerOf({ issuer }: Entry): Hex {
  return memberIdOf(issuer);
}
