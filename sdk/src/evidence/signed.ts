import { EvidenceError } from "@lianzheng/sdk/encoding";
import { fromInstant, recoverStatementKey, type Entry, type Statement } from "@lianzheng/sdk/record";
import type { Policy, TrustedKey, TrustedLog, TrustedMember } from "./policy.ts";
import { ask, pass, unknown, type Answered, type Finding } from "./question.ts";

/** What a single record rests on: its issuer's signature, that and the log's word for the time of it, or the log's word alone. */
type Ground = "signed" | "signed-then" | "vouched";

/**
 * Did the issuer sign, or does the log's owner vouch as its own issuer?
 *
 * A statement is checked against the keys that the policy gives the issuer, at the time at which the record says that it
 * occurred. Whoever has a key can write any time into a record, so of a key that has ended by the block's time the log's
 * word for when it received the record is what is left; and if it had ended by then too, nothing is. A bad statement fails
 * even where none was needed: nobody attaches one by mistake.
 *
 * @param entries    - the entries, if they are unaltered
 * @param log        - the log that holds them, if it is shown
 * @param anchoredAt - by when they existed, if that is shown
 */
export function askSigned(
  entries: readonly Entry[] | undefined,
  log: TrustedLog | undefined,
  anchoredAt: string | undefined,
  policy: Policy,
): Answered<true> {
  return ask("signed", "member-key", () => {
    if (entries === undefined)
      return unknown("The records are not whole, so there is nothing that a signature could be of.");
    const findings = entries.map((entry) => examine(entry, log, anchoredAt, policy));
    const open = findings.find(({ answer }) => answer === "unknown") ?? repetition(entries);
    if (open !== undefined) return unknown(open.reason, open.trust);
    return leastOf(findings.flatMap(({ proved }) => proved ?? []));
  });
}

/** One record that rests on the log's key lets the whole rest on it. */
function leastOf(grounds: readonly Ground[]): Finding<true> {
  const count = (ground: Ground): number => grounds.filter((each) => each === ground).length;
  const [vouched, then] = [count("vouched"), count("signed-then")];
  if (vouched + then === 0)
    return pass(`Each of the ${grounds.length} records is signed by a key of its issuer.`, true);
  const reasons = [
    ...(vouched === 0
      ? []
      : [
          `${vouched} of ${grounds.length} records are not signed by themselves: their issuer owns the log and vouches for them with its key.`,
        ]),
    ...(then === 0
      ? []
      : [
          `${then} of ${grounds.length} records are signed by a key that has ended since, or may have: that they were signed before rests on when the log says it received them.`,
        ]),
  ];
  return pass(reasons.join(" "), true, "log-key");
}

/** A signature is of the content and not of its place: a log can write what was signed once as often as it likes. */
function repetition(entries: readonly Entry[]): Finding<never> | undefined {
  const places = new Map<string, number>();
  for (const { statement, type, issuer, occurredAt, commitments, sequence } of entries) {
    if (statement === undefined) continue;
    const content = [type, issuer, occurredAt, ...commitments].join(" ");
    const before = places.get(content);
    if (before !== undefined)
      return unknown(`Record ${sequence} is record ${before} again: that its issuer meant it twice is not shown.`);
    places.set(content, sequence);
  }
  return undefined;
}

function examine(
  entry: Entry,
  log: TrustedLog | undefined,
  anchoredAt: string | undefined,
  policy: Policy,
): Finding<Ground> {
  if (entry.statement !== undefined) return examineStatement(entry, entry.statement, anchoredAt, policy);
  if (log === undefined)
    return unknown(`Record ${entry.sequence} is not signed, and no log is shown to vouch for it.`, "log-key");
  if (entry.issuer === log.owner) return pass<Ground>("The issuer owns the log.", "vouched");
  return unknown(
    `Record ${entry.sequence} names ${entry.issuer} as its issuer, who did not sign it: member ${log.owner} alone says so.`,
    "log-key",
  );
}

function examineStatement(
  entry: Entry,
  { key, signature }: Statement,
  anchoredAt: string | undefined,
  policy: Policy,
): Finding<Ground> {
  const domain = { chainId: policy.chain.chainId, members: policy.contracts.members.address };
  if (recoverStatementKey(domain, entry, signature) !== key) {
    throw refusal(entry, `the signature is not one that the key ${key} gave to this record`);
  }
  const member = policy.members.find(({ uscc }) => uscc === entry.issuer);
  if (member === undefined) {
    return unknown(`Record ${entry.sequence} is signed, but the policy names no keys of its issuer ${entry.issuer}.`);
  }
  return timeOf(entry, countedKeys(entry, key, member), anchoredAt);
}

/** The policy's spans of the key that signed, of which one holds the time at which the record says that it occurred. */
function countedKeys(entry: Entry, key: string, { keys }: TrustedMember): readonly TrustedKey[] {
  const own = keys.filter(({ address }) => address === key);
  if (own.length === 0) throw refusal(entry, `the key ${key} is none of its issuer's`);
  if (!countsAt(own, fromInstant(entry.occurredAt)))
    throw refusal(entry, `the key ${key} did not count at ${entry.occurredAt}`);
  return own;
}

/** How far the claim that the record was signed when it says so is borne out by when it was received, and anchored. */
function timeOf(entry: Entry, keys: readonly TrustedKey[], anchoredAt: string | undefined): Finding<Ground> {
  const occurredMs = fromInstant(entry.occurredAt);
  const stillCounts = (instant: string): boolean => countsAt(keys, Math.max(occurredMs, fromInstant(instant)));
  if (!stillCounts(entry.receivedAt))
    return unknown(
      `Record ${entry.sequence} is signed by a key of its issuer that had ended when the log received it, at ${entry.receivedAt}: nothing shows that it was signed before.`,
    );
  const isBorneOut = anchoredAt === undefined ? keys.some(({ until }) => until === null) : stillCounts(anchoredAt);
  return pass<Ground>("The issuer signed.", isBorneOut ? "signed" : "signed-then");
}

function countsAt(keys: readonly TrustedKey[], ms: number): boolean {
  return keys.some(({ from, until }) => fromInstant(from) <= ms && (until === null || ms < fromInstant(until)));
}

function refusal(entry: Entry, what: string): EvidenceError {
  return new EvidenceError("V_MEMBER_SIGNATURE", `Record ${entry.sequence}: ${what}.`);
}
