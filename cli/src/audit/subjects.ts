import { EvidenceError } from "@lianzheng/sdk/encoding";
import { decodeEntry } from "@lianzheng/sdk/record";
import type { FindingBook } from "./book.ts";
import { readEntry } from "./leaf-tiles.ts";
import type { LogSource } from "./log-source.ts";

/** Adds to the findings about sequences which subject they are of: the rows have only its digest. */
export async function nameSubjects(source: LogSource, size: number, book: FindingBook): Promise<void> {
  await book.reword(async ({ code, index, detail }) => {
    if (index === undefined || !code.startsWith("AUDIT_SEQUENCE_")) return detail;
    const subject = await subjectOf(source, index, size);
    return subject === undefined ? detail : `${subject}: ${detail}`;
  });
}

async function subjectOf(source: LogSource, index: number, size: number): Promise<string | undefined> {
  try {
    const bytes = await readEntry(source, index, size);
    return bytes === undefined ? undefined : decodeEntry(Buffer.from(bytes).toString("latin1")).subject;
  } catch (error) {
    if (error instanceof EvidenceError) return undefined;
    throw error;
  }
}
