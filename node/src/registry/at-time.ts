import type { CaseRow, FreezeRow, MemberRow, RightRow, Since, SubjectRow } from "./rows.ts";
import type { Reading } from "./reading.ts";
import type { Facts } from "./facts.ts";
import { count } from "./facts.ts";

/**
 * What was so at a second, computed from the rows with the contracts' own rules: an end counts for its whole second, of several changes in one
 * second the last counts, and for what is to come all answer as things stand at the views' block.
 */

/** The value that counted at `time`; undefined before the first. */
export function valueAt<T>(history: readonly Since<T>[], time: number): T | undefined {
  return history.findLast(({ since }) => since <= time)?.value;
}

/** IMembers.isActiveAt. */
export function isActiveAt({ standings, freezes }: MemberRow, time: number): boolean {
  return valueAt(standings, time) === "active" && time >= (valueAt(freezes, time) ?? 0);
}

/** IRegistry.inForceAt. */
export function isInForceAt({ registeredAt, cancelledAt, status }: SubjectRow, time: number): boolean {
  if (registeredAt === 0 || time < registeredAt) return false;
  return status === "registered" || time < cancelledAt;
}

/** IEmergency.isFrozenAt. */
export function isFrozenAt(freeze: FreezeRow | undefined, time: number): boolean {
  return freeze !== undefined && time < (valueAt(freeze.ends, time) ?? 0);
}

/** IConsents.isValidAt. */
export async function isConsentValidAt(reading: Reading, id: string, time: number): Promise<boolean> {
  const consent = await reading.row("consents", id);
  if (consent === undefined) return false;
  const { terms, givenAt, withdrawnAt, mandate } = consent;
  if (terms["decision"] !== "allowed" || time < givenAt || time < count(terms, "from")) return false;
  if (time >= count(terms, "until") || !isBefore(time, withdrawnAt)) return false;
  if (mandate === null) return true;
  const given = await reading.row("mandates", mandate);
  if (given === undefined) return false;
  const left = given.left.find(({ person }) => person === terms["person"]);
  return isBefore(time, given.endedAt) && isBefore(time, left?.at ?? 0);
}

/** True if `time` is before an end, or there is none. */
function isBefore(time: number, end: number): boolean {
  return end === 0 || time < end;
}

/** IAttestations.statusAt. */
export function attestationStatusAt(
  {
    statement,
    recordedAt,
    revokedAt,
    supersededAt,
  }: {
    readonly statement: Facts;
    readonly recordedAt: number;
    readonly revokedAt: number;
    readonly supersededAt: number;
  },
  time: number,
): string {
  if (revokedAt !== 0 && time >= revokedAt) return "revoked";
  if (supersededAt !== 0 && time >= supersededAt) return "superseded";
  if (time < Math.max(count(statement, "validFrom"), recordedAt)) return "notYet";
  return time < count(statement, "validUntil") ? "valid" : "expired";
}

/** Periods of a version of the procedure, seconds. */
type Procedure = Facts;

const openStates = new Set(["opened", "admitted", "answered", "unanswered", "decided", "objected"]);
/** CaseTable.period: which period of the procedure runs in a state. */
const periods: Readonly<Record<string, string>> = {
  opened: "admission",
  admitted: "answer",
  answered: "decision",
  unanswered: "decision",
  decided: "objection",
  objected: "review",
  repairSought: "repair",
};
/** CaseTable.afterDue: where a case goes when that period is over. */
const afterDue: Readonly<Record<string, string>> = {
  opened: "lapsed",
  admitted: "unanswered",
  answered: "lapsed",
  unanswered: "lapsed",
  decided: "final",
  objected: "lapsed",
  repairSought: "final",
};

/** State and deadline with all deadlines counted in that have passed by `time`, and whether its hold counts: ICases.caseOf. */
export function caseNow(
  { state, due, held }: CaseRow,
  procedure: Procedure,
  time: number,
): { readonly state: string; readonly due: number; readonly held: boolean } {
  let [now, end] = [state, due];
  while (end !== 0 && time >= end) {
    now = afterDue[now] ?? now;
    const period = periods[now];
    end = period === undefined ? 0 : end + count(procedure, period);
  }
  return { state: now, due: end, held: held && openStates.has(now) };
}

/** The rules of procedure under which a case runs. */
export async function procedureOf(reading: Reading, { procedure }: CaseRow): Promise<Procedure> {
  return (await reading.row("rules", `cases.procedure/${procedure}`))?.values ?? {};
}

/** ICases.isHeld, for the views' block and later. */
export async function isHeldAt(reading: Reading, subject: string, time: number): Promise<boolean> {
  const holds = await reading.row("holds", subject);
  for (const id of holds?.cases ?? []) {
    const found = await reading.row("cases", id);
    if (found !== undefined && caseNow(found, await procedureOf(reading, found), time).held) return true;
  }
  return false;
}

/** ICases.effectAt. */
export function effectAt({ effects, kind, from, until }: CaseRow, time: number): boolean {
  if (valueAt(effects, time) !== true) return false;
  return kind !== "finding" || (from <= time && time < until);
}

/** Restrictions that were in effect on a member: ICases.isSanctioned, with the cases that say so. */
export async function sanctionsAt(
  reading: Reading,
  { sanctions }: MemberRow,
  time: number,
): Promise<readonly { readonly case: string; readonly restrictions: readonly string[]; readonly until: number }[]> {
  const rows = await Promise.all(sanctions.map((id) => reading.row("cases", id)));
  return rows.flatMap((row) =>
    row !== undefined && effectAt(row, time)
      ? [{ case: row.id, restrictions: row.restrictions, until: row.until }]
      : [],
  );
}

/** Why a right was valid or was not, and by which right of those that it leans on. */
export interface RightValidity {
  readonly validity: string;
  /** The right that is not valid by itself; null where the right is valid. */
  readonly cause: string | null;
}

/** IRights.validityAt, with the same order of the walk, so that of several causes the same is named. */
export async function validityAt(reading: Reading, id: string, time: number): Promise<RightValidity> {
  const first = await reading.row("rights", id);
  if (first === undefined || time < first.grantedAt) return { validity: "unknown", cause: id };
  const holder = await reading.row("members", holderAt(reading, first, time));
  if (holder === undefined || !isActiveAt(holder, time)) return { validity: "holderNotActive", cause: id };
  const pending = [id];
  for (let current = pending.pop(); current !== undefined; current = pending.pop()) {
    const right = await reading.row("rights", current);
    if (right === undefined) return { validity: "unknown", cause: current };
    const validity = await ownValidityAt(reading, right, time);
    if (validity !== "valid") return { validity, cause: current };
    pending.push(...right.basis);
  }
  return { validity: "valid", cause: null };
}

/** IRights.holderAt. */
export function holderAt(reading: Reading, { holder, holders }: RightRow, time: number): string {
  return time >= (reading.block?.time ?? 0) ? holder : (valueAt(holders, time) ?? holder);
}

async function ownValidityAt(reading: Reading, right: RightRow, time: number): Promise<string> {
  if (right.revokedAt !== 0 && time >= right.revokedAt) return "revoked";
  if (right.acceptedAt === 0 || time < right.acceptedAt) return "notAccepted";
  if (time < right.from) return "notYet";
  if (time >= right.until) return "expired";
  if (right.base === null) {
    const subject = await reading.row("subjects", right.subject);
    if (subject === undefined || !isInForceAt(subject, time)) return "subjectNotInForce";
  }
  if (right.consent !== null && !(await isConsentValidAt(reading, right.consent, time))) return "consentNotValid";
  if (isFrozenAt(await reading.row("freezes", right.right), time)) return "frozen";
  // Cases keep no past of a hold: it is asked for the views' block and later.
  if (time >= (reading.block?.time ?? 0) && (await isHeldAt(reading, right.right, time))) return "held";
  return "valid";
}

/** IEmergency's state of an order. */
export function orderStateAt(
  {
    effectiveAt,
    lapsesAt,
    until,
    liftedAt,
  }: { readonly effectiveAt: number; readonly lapsesAt: number; readonly until: number; readonly liftedAt: number },
  time: number,
): string {
  if (effectiveAt === 0) return time < lapsesAt ? "open" : "lapsed";
  if (time < until) return "inForce";
  return liftedAt === 0 ? "ended" : "lifted";
}
