import { mappingSlot, uintWord } from "@lianzheng/sdk/chain";
import { concatBytes, fromHex, keccak256, type Hex } from "@lianzheng/sdk/encoding";
import { unknown, type Finding } from "../question.ts";
import { memberKey, toId, toMember } from "./ids.ts";
import { overTime, type Ground } from "./instants.ts";
import { attestationFields, lineFields, mappings } from "./layout.ts";
import { idIn, whyNotActing, type Matter } from "./matter.ts";
import type { LawState } from "./state.ts";

const { _attestations, _lines } = mappings.attestations;

/** Kinds of statements by their number, less one. @see AttestationKind */
const kinds = [
  ...["compliance", "security", "algorithm", "certification", "valuation"],
  ...["insurance", "custody", "cross-border", "risk-assessment"],
];

/** Kinds of subjects by their number, less one. @see SubjectKind */
const subjects = ["product", "resource", "right", "trade"];

/** Statements of one line that are looked through for the one that a record is the opinion of, newest first. */
const MOST_STATEMENTS = 64;

/**
 * Had the issuer the right to state this? The contract takes a statement from qualified members only, so it is enough that it
 * took the one of which this record is the opinion. Undefined for a record of something else.
 */
export function examineAttestation(matter: Matter): Finding<Ground> | undefined {
  const { entry, id } = matter.record;
  const kind = kinds.findIndex((name) => entry.type === `attestation.${name}`) + 1;
  if (kind === 0) return undefined;
  const recordedAt = recordedAtOf(matter, kind, id);
  if (recordedAt === undefined)
    return unknown(`Record ${entry.sequence}: the chain has no statement of its issuer of which it is the opinion.`);
  return overTime(entry, Math.min(recordedAt, matter.blockTime), (time) => whyNotActing(matter, time));
}

/** When the chain took the statement of this kind whose opinion is this record, Unix seconds. */
function recordedAtOf({ state, issuer, record }: Matter, kind: number, opinion: Hex): number | undefined {
  const subjectKind = subjects.findIndex((name) => idIn(record.entry, name) !== undefined) + 1;
  const subject = idIn(record.entry, subjects[subjectKind - 1] ?? "");
  if (subject === undefined) return undefined;
  const matter = keccak256(concatBytes(uintWord(kind), uintWord(subjectKind), fromHex(subject)));
  const line = mappingSlot(memberKey(issuer), mappingSlot(matter, _lines));
  let next = state.struct("attestations", line, lineFields).head;
  for (let count = 0; next !== 0n && count < MOST_STATEMENTS; count++) {
    const row = statementOf(state, toId(next));
    if (toId(row.opinion) === opinion && toMember(row.attester) === issuer) return Number(row.recordedAt);
    next = row.supersedes;
  }
  return undefined;
}

function statementOf(state: LawState, id: Hex): Readonly<Record<keyof typeof attestationFields, bigint>> {
  return state.struct("attestations", mappingSlot(fromHex(id), _attestations), attestationFields);
}
