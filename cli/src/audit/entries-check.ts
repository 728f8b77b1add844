import { hash } from "node:crypto";
import { placeOfEntry, type AuditFinding, type EntryPlace } from "@lianzheng/sdk/audit";
import { EvidenceError, toHex } from "@lianzheng/sdk/encoding";
import { decodeEntryBundle, entriesPath, type TileCoordinate } from "@lianzheng/sdk/log";
import type { RowFile } from "./row-file.ts";
import { fillRow, rowBytes } from "./sequence-rows.ts";

/** An entry has at most 65,535 bytes; before it stands the leaf's prefix 0x00. */
const scratch = Buffer.alloc(1 + 65_535);

/** Entries of one tile, and where in it to begin. */
export interface TileEntries {
  readonly coordinate: TileCoordinate;
  /** Leaf hashes from `skip` on. */
  readonly leaves: readonly Uint8Array[];
  readonly bytes: Uint8Array;
  /** Leaves of the tile that were checked before. */
  readonly skip: number;
}

/**
 * Checks each entry of a bundle against its leaf and its form, and notes its place for the check of the sequences.
 *
 * @returns entries that were checked, and what was found
 */
export async function checkEntries(
  { coordinate, leaves, bytes, skip }: TileEntries,
  rows: RowFile,
): Promise<{ readonly checked: number; readonly findings: readonly AuditFinding[] }> {
  const { index, width } = coordinate;
  const tile = entriesPath({ index, width });
  const entries = bundleOf(bytes);
  if (entries === undefined || entries.length < width) {
    const detail = `${entries?.length ?? 0} whole entries, ${width} are due`;
    return { checked: 0, findings: [{ code: "AUDIT_ENTRY_MISSING", tile, detail }] };
  }
  const findings: AuditFinding[] = [];
  const places: { readonly index: number; readonly leaf: Uint8Array; readonly place: EntryPlace }[] = [];
  for (let at = skip; at < width; at++) {
    const [leaf, entry] = [leaves[at - skip], entries[at]];
    if (leaf === undefined || entry === undefined) continue;
    const checked = checkEntry(entry, leaf, index * 256 + at);
    if ("code" in checked) findings.push({ ...checked, tile });
    else places.push({ index: index * 256 + at, leaf, place: checked });
  }
  await fillRows(rows, places);
  return { checked: width - skip, findings };
}

/** The place of a good entry, or what is wrong with it. */
function checkEntry(entry: Uint8Array, leaf: Uint8Array, index: number): EntryPlace | AuditFinding {
  scratch.set(entry, 1);
  const bytes = scratch.subarray(0, entry.length + 1);
  const digest = hash("sha256", bytes, "binary");
  if (!isDigest(digest, leaf)) {
    const is = toHex(Buffer.from(digest, "latin1"));
    return { code: "AUDIT_ENTRY_LEAF", index, detail: `the entry hashes to ${is}, the tree holds ${toHex(leaf)}` };
  }
  const place = placeOfEntry(bytes.toString("latin1", 1));
  return place ?? { code: "AUDIT_ENTRY_FORM", index, detail: `entry ${toHex(leaf)}` };
}

/** Whether a digest in Latin-1 has these bytes. */
function isDigest(text: string, bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) if (text.charCodeAt(at) !== bytes[at]) return false;
  return text.length === bytes.length;
}

async function fillRows(
  rows: RowFile,
  places: readonly { readonly index: number; readonly leaf: Uint8Array; readonly place: EntryPlace }[],
): Promise<void> {
  const due = places.length * rowBytes;
  let room = rows.take(due);
  if (room === undefined) {
    await rows.write();
    room = rows.take(due);
  }
  for (const [at, { index, leaf, place }] of places.entries()) {
    if (room !== undefined) fillRow(room.subarray(at * rowBytes, (at + 1) * rowBytes), index, leaf, place);
  }
}

function bundleOf(bytes: Uint8Array): readonly Uint8Array[] | undefined {
  try {
    return decodeEntryBundle(bytes);
  } catch (error) {
    if (error instanceof EvidenceError) return undefined;
    throw error;
  }
}
