import { EvidenceError } from "@lianzheng/sdk/encoding";
import { fromInstant, recoverStatementKey, type Entry, type Statement } from "@lianzheng/sdk/record";
import type { Policy, TrustedLog, TrustedMember } from "./policy.ts";
import { ask, pass, unknown, type Answered, type Finding } from "./question.ts";

/**
 * Did the issuer sign, or does the log's owner vouch as its own issuer?
 *
 * A statement is checked against the keys that the policy gives the issuer, at the time at which the record says that it
 * occurred. A bad statement fails even where none was needed: nobody attaches one by mistake.
 *
 * @param entries - the entries, if they are unaltered
 * @param log     - the log that holds them, if it is shown
 */
export function askSigned(
  entries: readonly Entry[] | undefined,
  log: TrustedLog | undefined,
  policy: Policy,
): Answered<true> {
  return ask("signed", "member-key", () => {
    if (entries === undefined)
      return unknown("The records are not whole, so there is nothing that a signature could be of.");
    const findings = entries.map((entry) => examine(entry, log, policy));
    return findings.find(({ answer }) => answer === "unknown") ?? leastOf(findings);
  });
}

/** One record that rests on the log's key alone lets the whole rest on it. */
function leastOf(findings: readonly Finding<true>[]): Finding<true> {
  const vouched = findings.filter(({ trust }) => trust === "log-key");
  const [first] = vouched;
  if (first === undefined)
    return pass(`Each of the ${findings.length} records is signed by a key of its issuer.`, true);
  return pass(
    `${vouched.length} of ${findings.length} records are not signed by themselves: their issuer owns the log and vouches for them with its key.`,
    true,
    "log-key",
  );
}

function examine(entry: Entry, log: TrustedLog | undefined, policy: Policy): Finding<true> {
  if (entry.statement !== undefined) return examineStatement(entry, entry.statement, policy);
  if (log === undefined)
    return unknown(`Record ${entry.sequence} is not signed, and no log is shown to vouch for it.`, "log-key");
  if (entry.issuer === log.owner) return pass("The issuer owns the log.", true, "log-key");
  return unknown(
    `Record ${entry.sequence} names ${entry.issuer} as its issuer, who did not sign it: member ${log.owner} alone says so.`,
    "log-key",
  );
}

function examineStatement(entry: Entry, { key, signature }: Statement, policy: Policy): Finding<true> {
  const domain = { chainId: policy.chain.chainId, members: policy.contracts.members.address };
  if (recoverStatementKey(domain, entry, signature) !== key) {
    throw refusal(entry, `the signature is not one that the key ${key} gave to this record`);
  }
  const member = policy.members.find(({ uscc }) => uscc === entry.issuer);
  if (member === undefined) {
    return unknown(`Record ${entry.sequence} is signed, but the policy names no keys of its issuer ${entry.issuer}.`);
  }
  assertCounted(entry, key, member);
  return pass("The issuer signed.", true);
}

function assertCounted(entry: Entry, key: string, { keys }: TrustedMember): void {
  const own = keys.filter(({ address }) => address === key);
  if (own.length === 0) throw refusal(entry, `the key ${key} is none of its issuer's`);
  const at = fromInstant(entry.occurredAt);
  const counted = own.some(({ from, until }) => fromInstant(from) <= at && (until === null || at < fromInstant(until)));
  if (!counted) throw refusal(entry, `the key ${key} did not count at ${entry.occurredAt}`);
}

function refusal(entry: Entry, what: string): EvidenceError {
  return new EvidenceError("V_MEMBER_SIGNATURE", `Record ${entry.sequence}: ${what}.`);
}
