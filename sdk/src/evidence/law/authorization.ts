import { isHex, type Hex } from "@lianzheng/sdk/encoding";
import { unknown, type Finding } from "../question.ts";
import { nameOf, toId, toMember } from "./ids.ts";
import { overTime, type Ground, type Objection } from "./instants.ts";
import { idIn, whyNotActing, type Matter } from "./matter.ts";
import { holderAt, rightOf, type RightRow } from "./rights.ts";
import { whyNoTitle } from "./title.ts";

const acts = ["grant", "use", "acceptance", "revocation"] as const;
type Act = (typeof acts)[number];

/** Had the issuer the right to grant, use, accept or revoke this right? Undefined for a record of something else. */
export function examineAuthorization(matter: Matter): Finding<Ground> | undefined {
  const { entry, disclosed } = matter.record;
  const act = acts.find((name) => entry.type === `authorization.${name}`);
  if (act === undefined) return undefined;
  const named = disclosed["right"];
  const right = idIn(entry, "right") ?? (isHex(named, 32) ? named : undefined);
  if (right === undefined) return unknown(`Record ${entry.sequence}: which right it is about is not shown.`);
  const row = rightOf(matter.state, right);
  if (row.kind === 0n) return unknown(`Record ${entry.sequence}: the chain has no right ${right}.`);
  const why = objectionTo(act, matter, right, row);
  return overTime(entry, matter.blockTime, (time) => whyNotActing(matter, time) ?? why(time));
}

function objectionTo(act: Act, { state, issuer }: Matter, right: Hex, row: RightRow): Objection {
  switch (act) {
    case "grant":
      return (time) =>
        row.depth === 0n ? `the right ${right} may not be handed on` : whyNoTitle(state, right, issuer, time);
    case "use":
      return (time) => whyNoTitle(state, right, issuer, time);
    case "acceptance":
      return (time) => whyNoOffer(row, issuer, right, time);
    case "revocation": {
      const above = row.base === 0n ? right : toId(row.base);
      return (time) =>
        [holderAt(state, right, time), holderAt(state, above, time)].includes(issuer)
          ? undefined
          : `${nameOf(issuer)} neither held nor granted the right ${right}`;
    }
  }
}

/** An offer is open to its first holder, until it is taken back or over; that it was accepted since does not count against it. */
function whyNoOffer(
  { holder, grantedAt, revokedAt, until }: RightRow,
  issuer: Hex,
  right: Hex,
  seconds: number,
): string | undefined {
  const time = BigInt(seconds);
  if (toMember(holder) !== issuer) return `the right ${right} is offered to ${nameOf(toMember(holder))}`;
  if (time < grantedAt) return `the right ${right} was not offered`;
  if (revokedAt !== 0n && time >= revokedAt) return `the right ${right} was revoked`;
  return time >= until ? `the right ${right} was over` : undefined;
}
