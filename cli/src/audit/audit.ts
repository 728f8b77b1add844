import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { auditResult, findingsOfOrder, type AuditFinding, type Inquiry } from "@lianzheng/sdk/audit";
import { EvidenceError, toHex } from "@lianzheng/sdk/encoding";
import type { Policy, TrustedLog } from "@lianzheng/sdk/evidence";
import {
  openCheckpoint,
  parseCheckpointText,
  parseVerifierKey,
  type Checkpoint,
  type NodeHash,
} from "@lianzheng/sdk/log";
import { FindingBook } from "./book.ts";
import type { ChainView } from "./chain.ts";
import { inquiriesOf, unsignedInquiry } from "./inquiries.ts";
import type { LogSource } from "./log-source.ts";
import { openFiles, type AuditFiles } from "./files.ts";
import type { AuditPapers } from "./papers.ts";
import type { Sampled } from "./sampling.ts";
import { checkSequences } from "./sequence-rows.ts";
import { freshState, loadState, saveState, type AuditState } from "./state.ts";
import { nameSubjects } from "./subjects.ts";
import { walkLog } from "./walk.ts";

/** What an audit is made of. */
export interface AuditRequest {
  readonly source: LogSource;
  readonly policy: Policy;
  /** Folder of the papers and of the state to go on from. */
  readonly folder: string;
  /** Forget what an earlier run left there. */
  readonly fresh: boolean;
  /** Asks the chain for this log; left out where nobody named an endpoint. */
  readonly readChain?: (log: TrustedLog) => Promise<ChainView>;
  /** Looks closely at some records; left out where the log is files only. */
  readonly sample?: (tree: Checkpoint) => Promise<Sampled>;
  readonly hash: NodeHash;
  readonly now: () => number;
  readonly progress: (told: AuditProgress) => void;
}

/** How far an audit is. */
export interface AuditProgress {
  readonly stage: "walk" | "sequences" | "sample";
  readonly done: number;
  readonly from: number;
  readonly of: number;
}

/** A state is kept as often as this, in milliseconds, so that an interrupted audit loses no more. */
const savedEveryMs = 2_000;

/**
 * Audits a log: its signature, every tile and root, what the chain accepted, entries and sequences where they are shown.
 *
 * Keeps its state in the folder, so that whoever starts it again goes on where it stopped, and continues a finished audit with what the
 * log has grown by since.
 *
 * @throws CliError E_AUDIT_STATE, E_UNREACHABLE, E_WRONG_CHAIN, …; ClientError; nothing on account of what the log holds
 */
export async function auditLog(request: AuditRequest): Promise<AuditPapers> {
  const { source, policy, now } = request;
  const startedAt = now();
  // The chain first: what it has accepted by now, the log must show in the checkpoint that is read after.
  const opened = await openLog(source, policy, request.readChain);
  const about = { startedAt, source: source.name, policy: policy.name };
  await mkdir(request.folder, { recursive: true });
  if ("finding" in opened) return refused(about, opened, now());
  const walked = await walkAndCheck(request, opened);
  const { result, answers } = auditResult(walked.inquiries, walked.book.found);
  const { log, note, target, chain } = opened;
  return {
    ...about,
    endedAt: now(),
    result,
    answers,
    log: { origin: log.origin, owner: log.owner, logId: log.logId },
    checkpoint: { size: target.size, root: toHex(target.root), note },
    continued: walked.from,
    chain: chain === undefined ? null : { url: chain.url, block: chain.block, checkpoints: chain.published.length },
    counts: walked.counts,
    found: walked.book.found,
    findings: walked.book.findings,
    sampled: walked.sampled?.drawn ?? [],
  };
}

interface Opened {
  readonly log: TrustedLog;
  readonly note: string;
  readonly target: Checkpoint;
  readonly chain: ChainView | undefined;
}

interface NotOpened {
  readonly finding: AuditFinding;
  readonly note: string;
}

async function openLog(
  source: LogSource,
  { logs }: Policy,
  readChain: AuditRequest["readChain"],
): Promise<Opened | NotOpened> {
  const first = await source.checkpoint();
  const origin = first.split("\n", 1)[0] ?? "";
  const log = logs.find((trusted) => trusted.origin === origin);
  if (log === undefined)
    return { note: first, finding: { code: "AUDIT_LOG_UNKNOWN", detail: `origin ${origin.slice(0, 200)}` } };
  const chain = await readChain?.(log);
  const note = await source.checkpoint();
  try {
    return { log, note, chain, target: openCheckpoint(note, [parseVerifierKey(log.key)]) };
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    return { note, finding: { code: "AUDIT_CHECKPOINT", detail: error.message } };
  }
}

/** Without a checkpoint that the log's key signed there is nothing to hold the log to. */
function refused(
  about: Pick<AuditPapers, "startedAt" | "source" | "policy">,
  { finding, note }: NotOpened,
  endedAt: number,
): AuditPapers {
  const found = { [finding.code]: 1 };
  const { result, answers } = auditResult([unsignedInquiry], found);
  const counts = { tiles: 0, kept: 0, anchored: 0, entries: 0, subjects: 0 };
  return {
    ...{ ...about, endedAt, result, answers, log: null, checkpoint: { ...claimed(note), note }, continued: 0 },
    ...{ chain: null, counts, found, findings: [finding], sampled: [] },
  };
}

/** What a note says that nobody vouches for. */
function claimed(note: string): { readonly size: number; readonly root: string } {
  try {
    const { size, root } = parseCheckpointText(note.slice(0, note.indexOf("\n\n") + 1));
    return { size, root: toHex(root) };
  } catch (error) {
    if (error instanceof EvidenceError) return { size: 0, root: "" };
    throw error;
  }
}

interface Walked {
  readonly from: number;
  readonly counts: AuditPapers["counts"];
  readonly book: FindingBook;
  readonly inquiries: readonly Inquiry[];
  readonly sampled: Sampled | undefined;
}

async function walkAndCheck(request: AuditRequest, opened: Opened): Promise<Walked> {
  const { folder, source } = request;
  const begun = await begin(request, opened);
  const { files } = begun;
  try {
    const state = await walk(request, opened, begun.state, files);
    await files.flush();
    await saveState(folder, { ...state, rows: files.rows?.length ?? null, list: files.list.length });
    // What follows is made anew in every run, so the state knows nothing of it.
    const book = new FindingBook(state.found, state.findings);
    orderFindings(opened.chain).forEach((finding) => book.add(finding));
    const subjects = await sequences(request, files, book, state);
    await nameSubjects(source, opened.target.size, book);
    const sampled = await sampleTree(request, opened, state, book);
    const counts = { ...state.counts, subjects: subjects ?? 0 };
    const inquiries = inquiriesOf({ state, opened, subjects, sampled, from: begun.state.edge.size });
    return { from: begun.state.edge.size, counts, book, inquiries, sampled };
  } finally {
    await files.close();
  }
}

function orderFindings(chain: ChainView | undefined): readonly AuditFinding[] {
  return chain === undefined ? [] : findingsOfOrder(chain.published, chain.head);
}

/** Where to go on, and the files that belong to it; from the beginning where one of them has lost something. */
async function begin(
  { folder, fresh, source }: AuditRequest,
  { log, target }: Opened,
): Promise<{ readonly state: AuditState; readonly files: AuditFiles }> {
  const name = log.key;
  const left = fresh ? undefined : await loadState(folder, name);
  if (left !== undefined) {
    const files = await openFiles(folder, left);
    if (files !== undefined) return { state: left, files };
  }
  const state = { ...freshState(name), rows: (await showsEntries(source, target.size)) ? 0 : null };
  await rm(join(folder, "audit-state.json"), { force: true });
  const files = await openFiles(folder, state);
  if (files === undefined) throw new TypeError("files of no length can't have lost anything");
  return { state, files };
}

/** Whether the log shows its entries to this reader: what it shows first tells of the rest. */
async function showsEntries(source: LogSource, size: number): Promise<boolean> {
  if (size === 0) return false;
  const { readEntry } = await import("./leaf-tiles.ts");
  try {
    return (await readEntry(source, 0, size)) !== undefined;
  } catch (error) {
    // There is something, and it is no bundle: the walk says so.
    if (error instanceof EvidenceError) return true;
    throw error;
  }
}

async function walk(request: AuditRequest, opened: Opened, begun: AuditState, files: AuditFiles): Promise<AuditState> {
  const { source, hash, folder, progress, now } = request;
  const { target, chain } = opened;
  let savedAt = now();
  return walkLog({
    ...{ source, target, hash, state: begun, published: chain?.published, rows: files.rows },
    compared: (published, root) => files.listCompared(published, root),
    reached: async (state) => {
      progress({ stage: "walk", done: state.edge.size, from: begun.edge.size, of: target.size });
      if (now() - savedAt < savedEveryMs) return;
      await files.flush();
      await saveState(folder, { ...state, rows: files.rows?.length ?? null, list: files.list.length });
      savedAt = now();
    },
  });
}

async function sequences(
  { folder, progress }: AuditRequest,
  files: AuditFiles,
  book: FindingBook,
  { counts }: AuditState,
): Promise<number | undefined> {
  if (files.rows === undefined) return undefined;
  return checkSequences({
    folder,
    path: files.rowsPath,
    length: files.rows.length,
    onFinding: (finding) => book.add(finding),
    onProgress: (done) => progress({ stage: "sequences", done, from: 0, of: counts.entries }),
  });
}

/** Only of a tree that was found to be the one that was signed: another one's records prove nothing of this one. */
async function sampleTree(
  request: AuditRequest,
  { target }: Opened,
  { edge }: AuditState,
  book: FindingBook,
): Promise<Sampled | undefined> {
  if (request.sample === undefined || edge.size !== target.size || target.size === 0) return undefined;
  request.progress({ stage: "sample", done: 0, from: 0, of: 1 });
  const sampled = await request.sample(target);
  sampled.findings.forEach((finding) => book.add(finding));
  return sampled;
}
