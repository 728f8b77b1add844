import { EvidenceError } from "@lianzheng/sdk/encoding";
import type { JsonObject, JsonValue } from "@lianzheng/sdk/record";
import { Open, attempt } from "./answer.ts";
import type { TrustedIssuer, TrustedIssuers } from "./issuers.ts";
import { assertCurrent, openSigned, type Signed } from "./signed.ts";
import { StatusBits } from "./status-list.ts";
import { listOf, malformed, objectOf, quoted } from "./values.ts";
import { listEntry, statusList, statusListType } from "./words.ts";

/** Lists of revocations at hand, and what they are judged by. */
export interface StatusSources {
  readonly issuers: TrustedIssuers;
  readonly statusLists?: readonly Uint8Array[];
  readonly nowMs: number;
}

const maxStatuses = 8;

/** That no current list of its issuer has it. @throws Open, EvidenceError V_REVOKED, V_FORMAT, E_RANGE, V_INDEX */
export async function assertUnrevoked({ document, issuer }: Signed, sources: StatusSources): Promise<string> {
  const status = document["credentialStatus"];
  if (status === undefined) throw new Open("It names no list of revocations: whether it was revoked nobody can tell.");
  const entries = listOf(status).map((entry, at) => objectOf(entry, `/credentialStatus/${at}`));
  if (entries.length === 0 || entries.length > maxStatuses)
    throw malformed("/credentialStatus", `must hold 1 to ${maxStatuses} entries`);
  for (const entry of entries) await assertUnset(entry, issuer, sources);
  return "The list of its issuer does not have it among what was revoked.";
}

async function assertUnset(entry: JsonObject, issuer: TrustedIssuer, sources: StatusSources): Promise<void> {
  const { type, statusPurpose, statusListIndex, statusListCredential } = entry;
  if (type !== listEntry) throw new Open("Its status is of a kind that is not known here.");
  if (typeof statusListIndex !== "string" || !/^(0|[1-9][0-9]{0,8})$/.test(statusListIndex))
    throw malformed("/credentialStatus/statusListIndex", "must be a decimal");
  const { lists, why } = listsAt(statusListCredential, issuer, sources);
  if (lists.length === 0) throw new Open(why);
  // All of them: whoever hands in two copies that both still count may not choose the one that is silent.
  for (const list of lists) {
    const bits = await StatusBits.decode(encodedIn(list, statusPurpose));
    if (bits.isSet(Number(statusListIndex)))
      throw new EvidenceError("V_REVOKED", `The list of its issuer has it: ${quoted(statusPurpose)}.`);
  }
}

/** The lists at hand under this URL that the same member signed and that still count; if there is none, why. */
function listsAt(
  url: JsonValue | undefined,
  issuer: TrustedIssuer,
  { issuers, statusLists = [], nowMs }: StatusSources,
): { readonly lists: readonly JsonObject[]; readonly why: string } {
  const lists: JsonObject[] = [];
  let why = `No copy of the list ${quoted(url)} is at hand.`;
  for (const bytes of statusLists) {
    const { found, answer } = attempt("signed", () => openSigned(bytes, issuers));
    if (found === undefined) why = `A list is not to be trusted: ${answer.reason}`;
    if (found === undefined || found.document["id"] !== url || found.issuer.uscc !== issuer.uscc) continue;
    const stale = whyStale(found.document, nowMs);
    if (stale === undefined) lists.push(found.document);
    else why = stale;
  }
  return { lists, why };
}

/** An old list could hide a revocation: it must say until when it counts, and still count. */
function whyStale(document: JsonObject, nowMs: number): string | undefined {
  if (!listOf(document["type"]).includes(statusListType)) return `It is no ${statusListType}.`;
  if (document["validUntil"] === undefined) return "The list does not say until when it counts.";
  const { answer, reason } = attempt("current", () => assertCurrent(document, nowMs)).answer;
  return answer === "pass" ? undefined : `The copy of the list is of another time: ${reason}`;
}

function encodedIn(document: JsonObject, purpose: JsonValue | undefined): string {
  const subject = objectOf(document["credentialSubject"], "/credentialSubject");
  const { type, statusPurpose, encodedList } = subject;
  if (type !== statusList || !listOf(statusPurpose).includes(purpose ?? null) || typeof encodedList !== "string")
    throw malformed("/credentialSubject", `must be a ${statusList} of the same purpose`);
  return encodedList;
}
