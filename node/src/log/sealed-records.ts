import type { Hex } from "@lianzheng/sdk/encoding";
import { decodeEntry } from "@lianzheng/sdk/record";
import { leafHash } from "@lianzheng/node/index";
import type { RecordsPayload } from "@lianzheng/node/journal";
import type { Vault } from "@lianzheng/node/vault";
import { blindUnder, newKeys, openDisclosures, sealUnder } from "@lianzheng/node/vault";
import { NodeError } from "../errors.ts";
import { areCommitted } from "./hashing.ts";
import type { SequencedGroup } from "./sequencing.ts";

/** A record as the log gives it back. */
export interface LogRecord {
  /** Leaf hash. */
  readonly id: Hex;
  readonly index: number;
  /** Text of the entry. */
  readonly entry: string;
  /** None once the record is erased. */
  readonly disclosures: readonly string[];
  /** Member that sent it. */
  readonly submitter: string;
  /** Index of the `record.erasure` by which its key was destroyed. */
  readonly erasedBy?: number;
}

/** A record as it stands in the journal, its leaf checked against the signed tree, its disclosures under their key. */
export interface SealedRecord extends Omit<LogRecord, "disclosures" | "erasedBy"> {
  /** Leaf hash, 32 bytes. */
  readonly leaf: Uint8Array;
  readonly sealed: Uint8Array;
}

/** A record as a list of the log shows it: nothing of it is opened. */
export interface ListedEntry extends Pick<LogRecord, "index" | "entry" | "submitter" | "erasedBy"> {
  /** Leaf hash, 32 bytes. */
  readonly leaf: Uint8Array;
}

/** The entry in a list. */
export function listedEntry(vault: Vault, index: number, entry: string, submitter: string): ListedEntry {
  const erasedBy = vault.erasedBy(index);
  return { index, leaf: leafHash(entry), entry, submitter, ...(erasedBy === undefined ? {} : { erasedBy }) };
}

/**
 * The payload of a group as it may be written: each record sealed under its own key, each request's digest blinded by the
 * keys of its records. Throws VAULT_MISSING, VAULT_CORRUPT: nothing was written.
 */
export function sealGroup(vault: Vault, { payload, views }: SequencedGroup): RecordsPayload {
  const { firstIndex, checkpoint } = payload;
  const keys = newKeys(vault, firstIndex, payload.records.length);
  let first = 0;
  const batches = payload.batches.map((batch) => {
    const requestDigest = blindUnder(keys.slice(first, (first += batch.count)), batch.requestDigest);
    return { ...batch, requestDigest };
  });
  const records = payload.records.map(({ entry, submitter, disclosures }, at) => {
    const [key, leaf] = [keys[at], views[at]?.id];
    if (key === undefined || leaf === undefined) throw new TypeError("a record has neither key nor leaf");
    return { entry, submitter, sealed: sealUnder(key, { index: firstIndex + at, leaf }, disclosures) };
  });
  return { firstIndex, checkpoint, batches, records };
}

/** The record with its disclosures, each one committed to by the entry. Throws JOURNAL_CORRUPT. */
export function openRecord(vault: Vault, { leaf, sealed, ...record }: SealedRecord): LogRecord {
  const { index } = record;
  const disclosures = openDisclosures(vault, { index, leaf, sealed });
  if (disclosures === undefined) return { ...record, disclosures: [], ...tombstone(vault, index) };
  const { commitments } = decodeEntry(record.entry);
  if (disclosures.length === commitments.length && areCommitted(disclosures, commitments)) {
    return { ...record, disclosures };
  }
  throw new NodeError("JOURNAL_CORRUPT", `record ${index} in the journal is not the one that was signed`, { index });
}

function tombstone(vault: Vault, index: number): { readonly erasedBy: number } {
  const erasedBy = vault.erasedBy(index);
  if (erasedBy !== undefined) return { erasedBy };
  throw new NodeError("VAULT_CORRUPT", `the key of record ${index} is gone, and no erasure says why`, { index });
}
