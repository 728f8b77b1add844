import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { NoteVerifier } from "@lianzheng/sdk/log";
import { IndexExpectation } from "@lianzheng/node/index";
import type { Files } from "@lianzheng/node/journal";
import { JournalLock, diskFiles, inspectJournal, requireJournal } from "@lianzheng/node/journal";
import { logIdentity, recordsOf } from "../opening.ts";
import { paced } from "../pace.ts";
import type { OpenedBodies } from "./bodies.ts";
import { openBodies } from "./bodies.ts";
import type { Finding, FsckCode } from "./findings.ts";
import { Findings } from "./findings.ts";
import type { DisclosureReader, RecordCounts } from "./record-check.ts";
import { RecordCheck } from "./record-check.ts";
import { TreeCheck } from "./tree-check.ts";

/** What is checked, and with what. */
export interface FsckOptions {
  /** The node's folder, with `journal/`, `index/` and `log/` in it. */
  readonly directory: string;
  /** The log's key. */
  readonly verifier: NoteVerifier;
  /** Keys of the witnesses that the log asks; default none, and then no cosignature is checked. */
  readonly witnesses?: readonly NoteVerifier[];
  readonly files?: Files;
  /** Where scratch databases may lie, about 150 bytes a record; the system's own folder for such by default. */
  readonly scratch?: string;
  /** Key of the vault (`keys/vault.json`). Without it, and without `disclosures`, what records disclose is not checked. */
  readonly vaultKey?: Uint8Array;
  /** Reads what records disclose, in the place of the vault. */
  readonly disclosures?: DisclosureReader;
  readonly onProgress?: (progress: FsckProgress) => void;
}

/** How far it got. */
export interface FsckProgress {
  readonly stage: "journal" | "index";
  readonly records: number;
  readonly bytes: number;
}

/** What was read, and what was wrong. */
export interface FsckReport {
  readonly sound: boolean;
  readonly origin: string;
  readonly size: number;
  readonly counts: RecordCounts & {
    readonly segments: number;
    readonly frames: number;
    readonly bytes: number;
    readonly tiles: number;
  };
  /** A tail that was torn while it was written, which the next start cuts: no damage. */
  readonly torn: { readonly file: string; readonly offset: number; readonly bytes: number } | undefined;
  /** Whether the index was held against the journal; not when the journal has gaps. */
  readonly indexChecked: boolean;
  readonly found: Readonly<Partial<Record<FsckCode, number>>>;
  /** The first hundred. */
  readonly findings: readonly Finding[];
}

/**
 * Checks everything that a stopped node keeps of its log, from the journal's bytes up; changes nothing, and holds the lock
 * so that nobody else does. Memory does not grow with the log.
 *
 * Throws NodeError JOURNAL_MISSING (there is nothing to check), JOURNAL_LOCKED (the node runs), and what the file system
 * says when it does not let itself be read.
 */
export async function inspectLog(options: FsckOptions): Promise<FsckReport> {
  const { directory, files = diskFiles } = options;
  const journal = join(directory, "journal");
  await requireJournal(files, journal);
  const lock = JournalLock.acquire(journal);
  const scratch = await mkdtemp(join(options.scratch ?? tmpdir(), "lianzheng-fsck-"));
  try {
    return await checkLocked(options, files, scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
    lock.release();
  }
}

async function checkLocked(options: FsckOptions, files: Files, scratch: string): Promise<FsckReport> {
  const { directory, verifier } = options;
  const findings = new Findings();
  const { add } = findings;
  await mkdir(join(scratch, "index"));
  const expectation = await IndexExpectation.open(join(scratch, "index"));
  const tree = await TreeCheck.open({
    ...{ directory: join(directory, "log"), cosigned: join(directory, "witnesses"), scratch, files, verifier, add },
    witnesses: options.witnesses ?? [],
  });
  let bodies: OpenedBodies | undefined;
  try {
    if (options.vaultKey !== undefined)
      bodies = await openBodies(directory, verifier, { key: options.vaultKey, files });
    const journal = join(directory, "journal");
    const records = new RecordCheck({
      ...{ directory: journal, expectation, tree, add },
      disclosures: options.disclosures ?? bodies?.read,
    });
    const inspected = await inspect(options, files, records, findings);
    await tree.finish();
    const indexChecked = !records.broken;
    if (indexChecked) await compareIndex(options, expectation, add);
    const { segments, frames, bytes, torn } = inspected;
    return {
      sound: findings.total === 0,
      origin: verifier.name,
      size: records.size,
      counts: { ...records.counts, segments, frames, bytes, tiles: tree.tiles },
      torn,
      indexChecked,
      found: Object.fromEntries(findings.counts),
      findings: findings.told,
    };
  } finally {
    await bodies?.close();
    await tree.close();
    await expectation.close();
  }
}

async function inspect(options: FsckOptions, files: Files, records: RecordCheck, findings: Findings) {
  const { directory, verifier, onProgress = () => undefined } = options;
  const tell = paced(onProgress);
  let bytes = 0;
  return await inspectJournal({
    ...{ directory: join(directory, "journal"), files, recordsOf },
    identity: logIdentity(verifier.name, verifier),
    visit: async (frame, location) => {
      await records.check(frame, location);
      bytes += location.length;
      tell({ stage: "journal", records: records.size, bytes });
    },
    fault: (fault) => {
      findings.add(fault);
      // The mark is no part of the records: all of them were read.
      if (fault.code !== "MARK_DAMAGED") records.lose();
    },
  });
}

async function compareIndex(
  { directory, onProgress = () => undefined }: FsckOptions,
  expectation: IndexExpectation,
  add: (finding: Finding) => void,
): Promise<void> {
  const file = join(directory, "index");
  onProgress({ stage: "index", records: 0, bytes: 0 });
  await expectation.compare(file, (detail) => add({ code: "INDEX_MISMATCH", file, offset: 0, detail }));
}
