import type { SpanContext } from "@opentelemetry/api";
import type { NoteSigner, TreeEdge } from "@lianzheng/sdk/log";
import { toInstant } from "@lianzheng/sdk/record";
import type { IndexedFrame, KnownRequest, PreparedViews, RecordIndex, SubjectHead } from "@lianzheng/node/index";
import { prepareViews } from "@lianzheng/node/index";
import type { Failpoint, Files, Journal, Waiting } from "@lianzheng/node/journal";
import { GroupQueue, encodeRecords } from "@lianzheng/node/journal";
import type { Vault } from "@lianzheng/node/vault";
import { blindedDigest } from "@lianzheng/node/vault";
import { NodeError } from "../errors.ts";
import { inSpan, presentCause } from "../tracing.ts";
import type { SpanStart } from "../tracing.ts";
import { sealGroup } from "./sealed-records.ts";
import type { RecentFrames } from "./recent-frames.ts";
import type { SubmitResult } from "./receipt.ts";
import { receiptAgain } from "./receipt.ts";
import type { DraftedRequest, SequencedGroup } from "./sequencing.ts";
import { sequence, signedCheckpoint } from "./sequencing.ts";
import type { TileStore } from "./tile-store.ts";

/** What is to be written: a request with records, or an anchor's frame. */
type Work =
  | { readonly kind: "records"; readonly request: DraftedRequest; readonly cause?: SpanContext | undefined }
  | { readonly kind: "anchor"; readonly payload: Buffer };

type Outcome = SubmitResult | "kept";
type Pending = Waiting<Work, Outcome>;
interface PendingRequest {
  readonly request: DraftedRequest;
  readonly waiting: Pending;
}

/** The parts that a writer works on, and its rules. */
export interface WriterParts {
  readonly origin: string;
  readonly signer: NoteSigner;
  readonly journal: Journal;
  readonly index: RecordIndex;
  readonly vault: Vault;
  readonly tiles: TileStore;
  /** Where followers find what was written last. */
  readonly recent: RecentFrames;
  readonly files: Files;
  readonly directory: string;
  readonly now: () => number;
  readonly failpoint: Failpoint;
  /** Below this many free bytes nothing new is taken. */
  readonly reserveBytes: number;
  /** Told once, when writing has ended for good. */
  readonly ended: (failure: NodeError) => void;
  /** Told of each group that is on disk and in the index. */
  readonly committed?: (group: CommittedGroup) => void;
}

/** What one group commit brought: `records` is 0 for an anchor. */
export interface CommittedGroup {
  readonly requests: number;
  readonly records: number;
  /** Bytes of the frame. */
  readonly bytes: number;
  /** From the append to the frame on disk, ms: the write, its fdatasync and the mark. */
  readonly durableMs: number;
}

/** Where the log stands when it is opened. */
export interface WriterStart {
  readonly edge: TreeEdge;
  readonly checkpoint: string;
  /** Time of the newest entry, ms since 1970; 0 in an empty log. */
  readonly receivedAt: number;
}

/** A group is one frame, one fdatasync, one checkpoint; larger ones only make the first in them wait longer. */
const groupLimits = { maxItems: 1024, maxWeight: 4 * 1024 * 1024, maxWaitingWeight: 64 * 1024 * 1024 };
/** What a record takes in a frame beside entry and disclosures: submitter and its place in the directory. */
const recordOverheadBytes = 32;
const freeSpaceCheckMs = 1000;

/**
 * The one place where the log grows.
 *
 * A group of requests is sequenced, signed and encoded in memory; then one frame with all of it is appended to the
 * journal; only when that is on disk do the border and the checkpoint move on, and only then is anybody told. Its views
 * are written while the answers go out: the index lets every question wait for them, the next group's too. A failure before the append leaves no trace. A failure of the append ends writing: what the disk holds is
 * then known only to whoever opens it again.
 */
export class LogWriter {
  readonly #parts: WriterParts;
  readonly #queue: GroupQueue<Work, Outcome>;
  #edge: TreeEdge;
  #checkpoint: string;
  #receivedAt: number;
  #indexFailure: NodeError | undefined;
  #ended: NodeError | undefined;
  #freeCheckedAt = -Infinity;
  #isFull = false;
  #hasEnded = false;

  constructor(parts: WriterParts, start: WriterStart) {
    this.#parts = parts;
    this.#edge = start.edge;
    this.#checkpoint = start.checkpoint;
    this.#receivedAt = start.receivedAt;
    this.#queue = new GroupQueue(groupLimits, (group) => this.#commitOrEnd(group));
  }

  /** Leaves of the newest checkpoint. */
  get size(): number {
    return this.#edge.size;
  }

  /** The newest checkpoint, and the border of the very tree that it signs. */
  get tip(): { readonly checkpoint: string; readonly edge: TreeEdge } {
    return { checkpoint: this.#checkpoint, edge: this.#edge };
  }

  /** The newest checkpoint: everything that it signs for is on disk. */
  get checkpoint(): string {
    return this.#checkpoint;
  }

  /** Why nothing more is written; undefined while all is well. */
  get failure(): NodeError | undefined {
    return this.#parts.journal.failure ?? this.#parts.vault.failure ?? this.#indexFailure ?? this.#ended;
  }

  /** Takes nothing more from now on. What is being written is finished first, and told. */
  end(why: NodeError): void {
    if (this.failure !== undefined) return;
    this.#ended = why;
    this.tellEnd();
  }

  /** Tells once, if writing has ended for good. */
  tellEnd(): void {
    if (this.failure === undefined || this.#hasEnded) return;
    this.#hasEnded = true;
    this.#parts.ended(this.failure);
  }

  /** Writes a request's records. See EvidenceLog.submit. */
  async submit(request: DraftedRequest): Promise<SubmitResult> {
    const outcome = await this.#add({ kind: "records", request, cause: presentCause() }, weightOf(request));
    if (outcome === "kept") throw new TypeError("a request was taken for an anchor");
    return outcome;
  }

  /** Writes an anchor's frame and its view. */
  async keepAnchor(payload: Buffer): Promise<void> {
    await this.#add({ kind: "anchor", payload }, payload.length);
  }

  /** Takes nothing new; resolves when all that waits is settled. */
  async close(): Promise<void> {
    await this.#queue.close();
  }

  async #add(work: Work, weight: number): Promise<Outcome> {
    if (this.failure !== undefined) throw this.failure;
    return await this.#queue.add(work, weight);
  }

  async #commitOrEnd(group: readonly Pending[]): Promise<void> {
    try {
      await inSpan("group commit", spanStartOf(group), () => this.#commit(group));
    } finally {
      this.tellEnd();
    }
  }

  async #commit(group: readonly Pending[]): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    await this.#assertRoom();
    for (const waiting of group) {
      if (waiting.item.kind === "anchor") await this.#commitAnchor(waiting.item.payload, waiting);
    }
    await this.#commitEach(requestsOf(group));
  }

  /** What a damaged index cannot answer for is refused alone: before the append nothing was done for anybody. */
  async #commitEach(requests: readonly PendingRequest[]): Promise<void> {
    try {
      await this.#commitRequests(requests);
    } catch (error) {
      if (!(error instanceof NodeError) || error.code !== "INDEX_CORRUPT" || requests.length === 1) throw error;
      for (const one of requests) {
        await this.#commitRequests([one]).catch((reason: unknown) => one.waiting.reject(reason));
      }
    }
  }

  async #commitAnchor(payload: Buffer, waiting: Pending): Promise<void> {
    const startedAt = performance.now();
    const location = await this.#parts.journal.append("anchor", payload);
    const durableMs = performance.now() - startedAt;
    const anchoredSize = anchoredSizeOf(payload);
    await this.#applyView({ location, firstIndex: this.size, batches: [], records: [], anchoredSize });
    waiting.resolve("kept");
    this.#parts.committed?.({ requests: 1, records: 0, bytes: location.length, durableMs });
  }

  async #commitRequests(requests: readonly PendingRequest[]): Promise<void> {
    const heads = this.#headsOf(requests);
    // Asked for at once, though only what is new needs them; what they say of a request that is not is of no account.
    heads.catch(() => undefined);
    const fresh = await this.#settleKnown(requests);
    if (fresh.length === 0) return;
    const { vault, journal, now } = this.#parts;
    const receivedAt = Math.max(this.#receivedAt, now());
    const known = await (fresh.length === requests.length ? heads : this.#headsOf(fresh));
    const sequenced = this.#sequence(fresh, known, receivedAt);
    const reserved = vault.reserve(sequenced.edge.size);
    // As a rule the keys are there already, made ahead.
    if (reserved !== true) await reserved;
    const sealed = sealGroup(vault, sequenced);
    const startedAt = performance.now();
    const appended = journal.append("records", encodeRecords(sealed));
    // Made while the disk is busy. Nothing of it is written or told before the frame is on disk.
    const view = { firstIndex: this.size, batches: sealed.batches, records: sequenced.views };
    const prepared = prepareViews(view);
    const location = await appended;
    const durableMs = performance.now() - startedAt;
    // From here on the group is true, whatever happens to its views.
    this.#receivedAt = receivedAt;
    const written = this.#applyView({ ...view, location }, prepared);
    try {
      await this.#parts.tiles.advance(sequenced.edge, sequenced.tiles);
      this.#keepRecent(sequenced);
      this.#edge = sequenced.edge;
      this.#checkpoint = sequenced.payload.checkpoint;
      await this.#parts.failpoint("log.beforeAcknowledge");
      acknowledge(fresh, sequenced);
    } finally {
      await written;
    }
    const { length: records } = sequenced.views;
    this.#parts.committed?.({ requests: fresh.length, records, bytes: location.length, durableMs });
  }

  /** The group that was appended last, which is on disk, for those who follow the log. */
  #keepRecent({ payload: { firstIndex, records }, receipts }: SequencedGroup): void {
    const ids = receipts.flat();
    const framed = records.flatMap(({ entry, submitter }, at) => {
      const told = ids[at];
      return told === undefined ? [] : [{ id: told.id, index: told.index, entry, submitter }];
    });
    this.#parts.recent.keep({ firstIndex, sequence: this.#parts.journal.nextSequence - 1, records: framed });
  }

  #sequence(
    fresh: readonly PendingRequest[],
    heads: ReadonlyMap<string, SubjectHead>,
    receivedAt: number,
  ): SequencedGroup {
    const requests = fresh.map(({ request }) => request);
    const { origin, signer } = this.#parts;
    return sequence(requests, { origin, signer, edge: this.#edge, heads, receivedAt: toInstant(receivedAt) });
  }

  /**
   * Writes the views of the frame that was appended last. The frame is safe and is acknowledged whatever happens here;
   * but an index with a hole must not be written on, so the first failure ends writing. The next start mends it.
   */
  async #applyView(view: Omit<IndexedFrame, "sequence">, prepared?: PreparedViews): Promise<void> {
    if (this.#indexFailure !== undefined) return;
    try {
      await this.#parts.index.apply({ ...view, sequence: this.#parts.journal.nextSequence - 1 }, prepared);
    } catch (error) {
      this.#indexFailure = new NodeError("INDEX_FAILED", "the index cannot be written; start again", {}, error);
    }
  }

  /** Settles the requests that were accepted before, and gives the others. */
  async #settleKnown(all: readonly PendingRequest[]): Promise<readonly PendingRequest[]> {
    const known = await this.#parts.index.requests(all.map(({ request }) => request.idempotency));
    const fresh: PendingRequest[] = [];
    for (const [at, one] of all.entries()) {
      const before = known[at];
      if (before === undefined) fresh.push(one);
      else await this.#replay(one.request, before, one.waiting);
    }
    return fresh;
  }

  async #replay({ idempotency }: DraftedRequest, known: KnownRequest, waiting: Pending): Promise<void> {
    const { journal, index, vault } = this.#parts;
    try {
      const { firstIndex, count } = known;
      const digest = blindedDigest(vault, Buffer.from(idempotency.requestDigest.slice(2), "hex"), firstIndex, count);
      if (digest === undefined) throw erasedSince();
      if (!known.requestDigest.equals(digest)) throw mismatch();
      waiting.resolve({ receipt: await receiptAgain(journal, index, known, idempotency), replayed: true });
    } catch (error) {
      waiting.reject(error);
    }
  }

  async #headsOf(requests: readonly PendingRequest[]): Promise<ReadonlyMap<string, SubjectHead>> {
    const subjects = [...new Set(requests.flatMap(({ request }) => request.drafts.map(({ subject }) => subject)))];
    const heads = await this.#parts.index.heads(subjects);
    const found = new Map<string, SubjectHead>();
    for (const [at, subject] of subjects.entries()) {
      const head = heads[at];
      if (head !== undefined) found.set(subject, head);
    }
    return found;
  }

  /** Refuses with E_STORAGE_FULL, nothing written, while the disk is nearly full; goes on by itself when it is not. */
  async #assertRoom(): Promise<void> {
    const { files, directory, reserveBytes } = this.#parts;
    const time = performance.now();
    if (time - this.#freeCheckedAt >= freeSpaceCheckMs) {
      this.#isFull = (await files.freeBytes(directory)) < reserveBytes;
      this.#freeCheckedAt = time;
    }
    if (this.#isFull) throw new NodeError("E_STORAGE_FULL", `less than ${reserveBytes} bytes are free on the disk`);
  }
}

/** One commit serves many requests: their spans are its causes, none of them its parent. */
function spanStartOf(group: readonly Pending[]): SpanStart {
  const causes = group.flatMap(({ item }) => (item.kind === "records" && item.cause !== undefined ? [item.cause] : []));
  return { causes, attributes: { "lianzheng.requests": group.length } };
}

/** The error for a key that was used for another request. */
export function mismatch(): NodeError {
  return new NodeError("E_IDEMPOTENCY_MISMATCH", "this idempotency key was used for another request");
}

/** The digest of the first request went with the key of the erased record. */
function erasedSince(): NodeError {
  const detail = "This idempotency key was used for a request of which a record was erased since.";
  return new NodeError("E_ERASED", detail);
}

/** Checkpoint of a log that has just been opened: the signer is asked to make the same again. */
export function assertSigner(checkpoint: string, origin: string, edge: TreeEdge, signer: NoteSigner): void {
  // Ed25519 is deterministic (RFC 8032), so the log's own key gives the very same note.
  if (signedCheckpoint(origin, edge, signer) === checkpoint) return;
  throw new NodeError("LOG_SIGNER", "the signing key is not the one that signed this log's checkpoints");
}

function requestsOf(group: readonly Pending[]): readonly PendingRequest[] {
  return group.flatMap((waiting) =>
    waiting.item.kind === "records" ? [{ request: waiting.item.request, waiting }] : [],
  );
}

function acknowledge(fresh: readonly PendingRequest[], { receipts, payload: { checkpoint } }: SequencedGroup): void {
  for (const [at, { waiting }] of fresh.entries()) {
    waiting.resolve({ receipt: { records: receipts[at] ?? [], checkpoint }, replayed: false });
  }
}

function weightOf({ drafts }: DraftedRequest): number {
  return drafts.reduce((sum, { weight }) => sum + weight + recordOverheadBytes, 0);
}

function anchoredSizeOf(payload: Buffer): number {
  const value: unknown = JSON.parse(payload.toString("utf8"));
  return typeof value === "object" && value !== null && "size" in value ? Number(value.size) : 0;
}
