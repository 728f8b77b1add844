import { EvidenceError, toHex, utf8, type Hex } from "@lianzheng/sdk/encoding";
import type { Bundle, BundleRecord } from "@lianzheng/sdk/evidence";
import { leafDigest } from "@lianzheng/sdk/log";
import { commitmentOf, decodeDisclosure, decodeEntry } from "@lianzheng/sdk/record";

/** Which members of the records stay readable, by name: only some, or all but some. */
export type Selection = { readonly keep: readonly string[] } | { readonly drop: readonly string[] };

/** What a redacted bundle still shows of one record, and what it states without showing it. */
export interface RedactedRecord {
  readonly id: Hex;
  readonly type: string;
  readonly sequence: number;
  /** Members that the entry commits to: proved by the bundle, whatever it discloses. */
  readonly members: number;
  /** Names that the bundle still discloses, with their values. */
  readonly kept: readonly string[];
  /** Names that were taken out now. The bundle does not hold them: this list is for whoever redacts. */
  readonly withheld: readonly string[];
}

/** A bundle that shows less, and what became of every record. */
export interface Redacted {
  readonly bundle: Bundle;
  readonly records: readonly RedactedRecord[];
}

/**
 * The bundle without some of its disclosures. Entries, proofs, anchor and law stay byte for byte, so all that the bundle proved of
 * them it proves still; a disclosure stays or goes whole. Nothing is added, so nothing can be invented: that an entry commits to so many
 * members stays proved, which names the hidden ones have does not.
 *
 * @param selection - names of members of the bodies, `parties` or `attachments`; each must be disclosed somewhere in the bundle, for a
 *   misspelt name to drop would leave what it was meant for readable
 * @throws EvidenceError E_UNKNOWN_FIELD (no record discloses this name), V_DISCLOSURE (a disclosure is none, or is not of its entry; it
 *   would not verify before either), V_LEAF (an entry is none)
 * @see RFC 9901 section 7.2
 */
export function redact(bundle: Bundle, selection: Selection): Redacted {
  const opened = bundle.records.map(openRecord);
  const known = new Set(opened.flatMap(({ disclosures }) => disclosures.map(({ name }) => name)));
  assertKnown(namesOf(selection), known);
  const stays = "keep" in selection ? staying(selection.keep) : going(selection.drop);
  return {
    bundle: { ...bundle, records: opened.map((record) => shorter(record, stays)) },
    records: opened.map((record) => statementOf(record, stays)),
  };
}

interface NamedDisclosure {
  readonly name: string;
  readonly text: string;
}

interface OpenedRecord {
  readonly record: BundleRecord;
  readonly facts: Pick<RedactedRecord, "id" | "type" | "sequence" | "members">;
  readonly disclosures: readonly NamedDisclosure[];
}

function openRecord(record: BundleRecord, at: number): OpenedRecord {
  const { type, sequence, commitments } = entryOf(record.entry, at);
  const committed = new Set(commitments);
  return {
    record,
    facts: { id: toHex(leafDigest(utf8(record.entry))), type, sequence, members: commitments.length },
    disclosures: record.disclosures.map((text, place) => {
      const field = `/records/${at}/disclosures/${place}`;
      if (committed.has(commitmentOf(text))) return { name: nameOf(text, field), text };
      throw new EvidenceError("V_DISCLOSURE", `${field} is not what the entry committed to`, { field });
    }),
  };
}

function entryOf(text: string, at: number): ReturnType<typeof decodeEntry> {
  try {
    return decodeEntry(text);
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
    const field = `/records/${at}/entry`;
    throw new EvidenceError("V_LEAF", `${field} is no entry of a log: ${cause.message}`, { field }, cause);
  }
}

function nameOf(text: string, field: string): string {
  try {
    return decodeDisclosure(text).name;
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
    throw new EvidenceError("V_DISCLOSURE", `${field} is no disclosure: ${cause.message}`, { field }, cause);
  }
}

function namesOf(selection: Selection): readonly string[] {
  return "keep" in selection ? selection.keep : selection.drop;
}

function assertKnown(names: readonly string[], known: ReadonlySet<string>): void {
  const unknown = names.find((name) => !known.has(name));
  if (unknown === undefined) return;
  const disclosed = [...known].sort();
  throw new EvidenceError("E_UNKNOWN_FIELD", `no record of the bundle discloses "${unknown}"`, { disclosed });
}

type Stays = (name: string) => boolean;

function staying(names: readonly string[]): Stays {
  const kept = new Set(names);
  return (name) => kept.has(name);
}

function going(names: readonly string[]): Stays {
  const dropped = new Set(names);
  return (name) => !dropped.has(name);
}

function shorter({ record, disclosures }: OpenedRecord, stays: Stays): BundleRecord {
  return { ...record, disclosures: disclosures.filter(({ name }) => stays(name)).map(({ text }) => text) };
}

function statementOf({ facts, disclosures }: OpenedRecord, stays: Stays): RedactedRecord {
  const names = disclosures.map(({ name }) => name);
  return { ...facts, kept: names.filter(stays), withheld: names.filter((name) => !stays(name)) };
}
