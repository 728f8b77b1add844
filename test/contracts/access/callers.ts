import type { Signer } from "ethers";

/** Kinds of callers, from those whom no register knows to those who may; the keys are the owner's, each with one role alone. */
export const CALLERS = [
  "stranger",
  "founder",
  "applicant",
  "retired key",
  "suspended",
  "frozen",
  "member",
  "owner",
  "manage key",
  "govern key",
  "act key",
  "publish key",
  "seat",
  "regulator",
  "council",
  "members",
  "emergency",
  "rights",
] as const;
export type Caller = (typeof CALLERS)[number];
export type Callers = Readonly<Record<Caller, Signer>>;

/** What each caller meets: `ok`, or the name of the error. */
export type Row = Readonly<Record<Caller, string>>;
export type Role = "manage" | "govern" | "act" | "publish";

const FULL = ["member", "owner", "seat", "regulator"] as const;
const KEYS = ["manage key", "govern key", "act key", "publish key"] as const;
const UNKNOWN = ["stranger", "founder", "applicant", "council", "members", "emergency", "rights"] as const;

const each = (callers: readonly Caller[], outcome: string): Partial<Row> =>
  Object.fromEntries(callers.map((caller) => [caller, outcome]));

/** The same for all. */
export const all = (outcome: string): Row => each(CALLERS, outcome) as Row;

/** One of the contracts alone, or one key. */
export const only = (caller: Caller, otherwise: string): Row => ({ ...all(otherwise), [caller]: "ok" });

/** Every active member through a key with the role; what the call says to it then is `outcome`. */
export const members = (role: Role, outcome = "ok"): Row =>
  ({
    ...each(UNKNOWN, "MembersUnknownKey"),
    "retired key": "MembersKeyNotLive",
    suspended: "MembersStanding",
    frozen: "MembersFrozen",
    ...each(KEYS, "MembersKeyRole"),
    ...each([...FULL, `${role} key`], outcome),
  }) as Row;

/** The owner alone through a key with the role; other members meet `otherwise`. */
export const owner = (role: Role, otherwise: string, outcome = "ok"): Row => ({
  ...members(role, otherwise),
  owner: outcome,
  [`${role} key`]: outcome,
});
