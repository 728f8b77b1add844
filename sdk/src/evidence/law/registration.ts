import { EvidenceError, type Hex } from "@lianzheng/sdk/encoding";
import { unknown, type Finding } from "../question.ts";
import { nameOf, toId, toMember } from "./ids.ts";
import { overTime, type Ground } from "./instants.ts";
import { idIn, whyNotActing, type Matter } from "./matter.ts";
import { subjectOf, type SubjectRow } from "./registry.ts";
import { holderAt, rightOf } from "./rights.ts";

const registrations = ["resource.registration", "product.registration"];
/** What an owner does with a registration. */
const changes = ["alteration", "transfer", "cancellation", "move"].map((change) => `registration.${change}`);

/** Had the issuer the right to register this, or to change its registration? Undefined for a record of something else. */
export function examineRegistration(matter: Matter): Finding<Ground> | undefined {
  const { entry } = matter.record;
  const isFirst = registrations.includes(entry.type);
  if (!isFirst && !changes.includes(entry.type)) return undefined;
  const subject = idIn(entry, "resource") ?? idIn(entry, "product");
  if (subject === undefined)
    return unknown(`Record ${entry.sequence}: it names nothing that the chain could register.`);
  const row = subjectOf(matter.state, subject);
  if (row.status === 0n) return unknown(`Record ${entry.sequence}: the chain has no registration of ${subject}.`);
  return isFirst ? examineFirst(matter, subject, row) : examineChange(matter, toId(row.right));
}

/** The right that came with the registration names for ever who registered, whoever owns it now. */
function examineFirst(matter: Matter, subject: Hex, { right, registeredAt }: SubjectRow): Finding<Ground> {
  const { state, issuer, record, blockTime } = matter;
  const { granter } = rightOf(state, toId(right));
  if (toMember(granter) !== issuer)
    throw new EvidenceError(
      "V_NOT_ENTITLED",
      `Record ${record.entry.sequence}: ${subject} was registered by ${nameOf(toMember(granter))}, not by ${nameOf(issuer)}.`,
    );
  if (registeredAt === 0n)
    return unknown(
      `Record ${record.entry.sequence}: the registration of ${subject} was asked for, but not in force yet.`,
    );
  return overTime(record.entry, blockTime, (time) => whyNotActing(matter, time));
}

/** Who owns a registration holds the right that came with it. */
function examineChange(matter: Matter, right: Hex): Finding<Ground> {
  const { state, issuer, record, blockTime } = matter;
  return overTime(record.entry, blockTime, (time) => {
    const isOwner = holderAt(state, right, time) === issuer;
    return whyNotActing(matter, time) ?? (isOwner ? undefined : `${nameOf(issuer)} was not the owner`);
  });
}
