import type { JournalFaultCode } from "@lianzheng/node/journal";
import { journalFaults } from "@lianzheng/node/journal";

/** Every way in which a node's folder can be wrong, and what it means: one code for each kind. Codes are API. */
export const fsckFaults = {
  ...journalFaults,
  RECORD_TAMPERED: "a record is not the one that was signed, or is no record",
  RECORD_MISPLACED: "a record stands where another is due, in the log or in its subject",
  REQUEST_TWICE: "one idempotency key of a member stands for two requests",
  CHECKPOINT_INVALID: "a checkpoint is not signed by the log's key, or speaks of another tree",
  ANCHOR_MISMATCH: "what was anchored is no checkpoint of this log",
  COSIGNATURE_INVALID: "what a witness is to have cosigned is not signed by it, or is no tree of this log",
  DISCLOSURE_MISMATCH: "what a record discloses is not what its entry commits to",
  TILE_DAMAGED: "a tile is not the one that the records give",
  TILE_MISSING: "a full tile has no file",
  INDEX_MISMATCH: "the index is not the one that the journal gives",
} as const satisfies Readonly<Record<JournalFaultCode, string>> & Readonly<Record<string, string>>;

/** One of {@link fsckFaults}. */
export type FsckCode = keyof typeof fsckFaults;

/** What `rebuild` mends: it is made from the journal. Everything else is lost unless there is a copy. */
export const mendable: ReadonlySet<FsckCode> = new Set([
  "TILE_DAMAGED",
  "TILE_MISSING",
  "INDEX_MISMATCH",
  "MARK_DAMAGED",
]);

/** Something wrong, and where. */
export interface Finding {
  readonly code: FsckCode;
  readonly file: string;
  /** Byte in that file. */
  readonly offset: number;
  /** Sequence of the frame. */
  readonly frame?: number;
  /** Index of the record in the log. */
  readonly record?: number;
  readonly detail: string;
}

/** Findings that are told one by one; of more only the number is kept. */
const mostTold = 100;

/** Collects findings in memory that does not grow with them. */
export class Findings {
  readonly told: Finding[] = [];
  readonly counts = new Map<FsckCode, number>();

  readonly add = (finding: Finding): void => {
    this.counts.set(finding.code, (this.counts.get(finding.code) ?? 0) + 1);
    if (this.told.length < mostTold) this.told.push(finding);
  };

  get total(): number {
    return [...this.counts.values()].reduce((sum, count) => sum + count, 0);
  }
}
