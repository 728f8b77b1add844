import { hash } from "node:crypto";
import { open, rm } from "node:fs/promises";
import { join } from "node:path";
import { SequenceBook, type AuditFinding, type EntryPlace } from "@lianzheng/sdk/audit";
import { RowFile } from "./row-file.ts";

// subject (first 16 bytes of its SHA-256) ‖ sequence (6) ‖ leaf index (6) ‖ leaf hash (32) ‖ previous (32, zero for none)
const subjectBytes = 16;
const sequenceAt = 16;
const indexAt = 22;
const idAt = 28;
const previousAt = 60;
export const rowBytes = 92;
const noPrevious = "\0".repeat(32);

/** Rows whose subjects are held in memory together, about 200 MB if each has a subject of its own. */
const rowsAPart = 1_000_000;
const rowsARead = 8_192;

/** Notes where an entry stands. @param leaf - its hash, 32 bytes */
export function fillRow(
  row: Buffer,
  index: number,
  leaf: Uint8Array,
  { subject, sequence, previous }: EntryPlace,
): void {
  row.write(keyOf(subject), 0, "latin1");
  row.writeUIntBE(sequence, sequenceAt, 6);
  row.writeUIntBE(index, indexAt, 6);
  row.set(leaf, idAt);
  if (previous === null) row.fill(0, previousAt, rowBytes);
  else row.write(previous.slice(2), previousAt, 32, "hex");
}

/** Entries of a subject often follow one another; the digests of the last few subjects are kept. */
const keys = new Map<string, string>();
const mostKeys = 4096;

/** Cryptographic, since a log could choose subjects that a lesser digest takes for one and so hide a gap. */
function keyOf(subject: string): string {
  const known = keys.get(subject);
  if (known !== undefined) return known;
  if (keys.size >= mostKeys) keys.clear();
  const key = hash("sha256", subject, "binary").slice(0, subjectBytes);
  keys.set(subject, key);
  return key;
}

/** How many subjects the rows are of, and what is wrong with their sequences; `onFinding` is told of each. */
export interface SequenceCheck {
  readonly folder: string;
  readonly path: string;
  /** Bytes of the file that count. */
  readonly length: number;
  readonly onFinding: (finding: AuditFinding) => void;
  readonly onProgress: (rows: number) => void;
}

/**
 * Checks the sequences of all subjects, in memory that does not grow with the log: beyond a million rows they are first parted by subject.
 *
 * @returns subjects
 */
export async function checkSequences({ folder, path, length, onFinding, onProgress }: SequenceCheck): Promise<number> {
  const parts = Math.ceil(length / rowBytes / rowsAPart);
  if (parts <= 1) return checkPart(path, length, onFinding, onProgress);
  const files = await split(folder, path, length, parts);
  let subjects = 0;
  let done = 0;
  for (const file of files) {
    subjects += await checkPart(file.path, file.length, onFinding, (rows) => onProgress(done + rows));
    done += file.length / rowBytes;
    await rm(file.path);
  }
  return subjects;
}

async function checkPart(
  path: string,
  length: number,
  onFinding: SequenceCheck["onFinding"],
  onProgress: SequenceCheck["onProgress"],
): Promise<number> {
  const book = new SequenceBook();
  let rows = 0;
  for await (const row of readRows(path, length)) {
    const finding = findingOf(book, row);
    if (finding !== undefined) onFinding(finding);
    if (++rows % rowsARead === 0) onProgress(rows);
  }
  return book.subjects;
}

function findingOf(book: SequenceBook, row: Buffer): AuditFinding | undefined {
  const [sequence, index] = [row.readUIntBE(sequenceAt, 6), row.readUIntBE(indexAt, 6)];
  const previous = row.toString("latin1", previousAt, rowBytes);
  const fault = book.add(
    row.toString("latin1", 0, subjectBytes),
    sequence,
    row.toString("latin1", idAt, previousAt),
    previous === noPrevious ? null : previous,
  );
  if (fault === undefined) return undefined;
  return { code: fault.code, index, detail: `number ${sequence} of its subject; ${fault.due} was due` };
}

async function* readRows(path: string, length: number): AsyncGenerator<Buffer, void, void> {
  const file = await open(path, "r");
  try {
    const chunk = Buffer.allocUnsafe(rowBytes * rowsARead);
    for (let at = 0; at < length; at += chunk.length) {
      const due = Math.min(chunk.length, length - at);
      const { bytesRead } = await file.read(chunk, 0, due, at);
      if (bytesRead < due) throw new Error(`${path} ends early`);
      for (let row = 0; row < due; row += rowBytes) yield chunk.subarray(row, row + rowBytes);
    }
  } finally {
    await file.close();
  }
}

async function split(
  folder: string,
  path: string,
  length: number,
  parts: number,
): Promise<readonly { readonly path: string; readonly length: number }[]> {
  const files = await Promise.all(
    Array.from({ length: parts }, async (_, part) => {
      const name = join(folder, `.subjects.${part}.rows`);
      const file = await RowFile.open(name, 0);
      if (file === undefined) throw new Error(`${name} can't be made`);
      return { path: name, file };
    }),
  );
  for await (const row of readRows(path, length)) {
    const file = files[row.readUInt32BE(0) % parts]?.file;
    if (file === undefined) continue;
    const room = file.take(rowBytes);
    if (room !== undefined) room.set(row);
    else {
      await file.write();
      file.take(rowBytes)?.set(row);
    }
  }
  for (const { file } of files) {
    await file.write();
    await file.close();
  }
  return files.map(({ path: name, file }) => ({ path: name, length: file.length }));
}
