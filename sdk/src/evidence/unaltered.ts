import { EvidenceError, toHex, utf8, type Hex } from "@lianzheng/sdk/encoding";
import { leafDigest } from "@lianzheng/sdk/log";
import { commitmentOf, decodeDisclosure, decodeEntry, type Entry, type JsonValue } from "@lianzheng/sdk/record";
import type { Bundle, BundleRecord } from "./bundle.ts";
import { ask, pass, type Answered } from "./question.ts";

/** A record whose parts belong together. Whether it was ever in a log is the next question. */
export interface WholeRecord {
  /** The record's id: its leaf hash. */
  readonly id: Hex;
  readonly entry: Entry;
  /** What the bundle discloses of it, by name. */
  readonly disclosed: Readonly<Record<string, JsonValue>>;
  /** The tlog-proof text, not looked at yet. */
  readonly proof: string;
}

/** Do entry, disclosures and commitments belong together, and the records to one subject? */
export function askUnaltered({ records }: Bundle): Answered<readonly WholeRecord[]> {
  return ask("unaltered", "mathematics", () => {
    const whole = records.map(wholeRecord);
    assertOneSubject(whole);
    const shown = whole.reduce((sum, { disclosed }) => sum + Object.keys(disclosed).length, 0);
    const hidden = whole.reduce((sum, { entry }) => sum + entry.commitments.length, 0) - shown;
    return pass(
      `What is disclosed (${shown} of ${shown + hidden} members of ${whole.length} records) is exactly what was committed to.${remark(hidden)}`,
      whole,
    );
  });
}

/** An issuer can commit to two values under one name, and show one here and the other elsewhere. */
function remark(hidden: number): string {
  if (hidden === 0) return "";
  return ` What the other${hidden === 1 ? " holds" : "s hold"} is not shown, ${hidden === 1 ? "its name" : "their names"} included.`;
}

function wholeRecord({ entry: entryText, disclosures, proof }: BundleRecord, at: number): WholeRecord {
  const entry = entryOf(entryText, at);
  return {
    id: toHex(leafDigest(utf8(entryText))),
    entry,
    disclosed: disclosedOf(entry, disclosures, at),
    proof,
  };
}

function entryOf(text: string, at: number): Entry {
  try {
    return decodeEntry(text);
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
    const isVersion = cause.code === "E_RANGE" && cause.details["field"] === "/version";
    throw new EvidenceError(
      isVersion ? "V_VERSION" : "V_LEAF",
      `Record ${at} holds no entry of a log: ${cause.message}`,
      { field: `/records/${at}/entry` },
      cause,
    );
  }
}

function disclosedOf(entry: Entry, disclosures: readonly string[], at: number): Readonly<Record<string, JsonValue>> {
  const disclosed = new Map<string, JsonValue>();
  for (const [place, text] of disclosures.entries()) {
    const { name, value } = disclosureOf(text, at, place);
    if (!entry.commitments.includes(commitmentOf(text))) {
      throw refusal(at, place, `"${name}" is not what the entry committed to`);
    }
    if (disclosed.has(name)) throw refusal(at, place, `"${name}" is disclosed twice`);
    disclosed.set(name, value);
  }
  return Object.fromEntries(disclosed);
}

function disclosureOf(text: string, at: number, place: number): ReturnType<typeof decodeDisclosure> {
  try {
    return decodeDisclosure(text);
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
    throw refusal(at, place, `it is no disclosure: ${cause.message}`, cause);
  }
}

function refusal(at: number, place: number, what: string, cause?: EvidenceError): EvidenceError {
  const field = `/records/${at}/disclosures/${place}`;
  return new EvidenceError("V_DISCLOSURE", `Disclosure ${place} of record ${at}: ${what}`, { field }, cause);
}

/** One subject, in the order of its sequence. Two records in one place of it are the last question's matter. */
function assertOneSubject(records: readonly WholeRecord[]): void {
  for (const [at, { id, entry }] of records.entries()) {
    const before = records[at - 1];
    if (before === undefined) continue;
    const field = `/records/${at}`;
    if (entry.subject !== before.entry.subject) {
      throw new EvidenceError("V_BINDING", `Record ${at} is of another subject than the one before it`, { field });
    }
    if (entry.sequence < before.entry.sequence || id === before.id) {
      throw new EvidenceError("V_FORMAT", `Record ${at} is not in the order of the subject's sequence`, { field });
    }
  }
}
