import { join } from "node:path";
import type { Digest, Hex } from "@lianzheng/sdk/encoding";
import { fromHex, utf8 } from "@lianzheng/sdk/encoding";
import type { NoteSigner } from "@lianzheng/sdk/log";
import { consistencyProof, emptyEdge, inclusionProof, parseCheckpointText, rootAt } from "@lianzheng/sdk/log";
import { erasureType } from "@lianzheng/sdk/record";
import type { Failpoint, Files } from "@lianzheng/node/journal";
import { Patrol, decodeCheckpoint, diskFiles, noFailpoint } from "@lianzheng/node/journal";
import { IndexPatrol } from "@lianzheng/node/index";
import { NodeError } from "../errors.ts";
import type { VaultFailpoint } from "@lianzheng/node/vault";
import { Vault } from "@lianzheng/node/vault";
import { AnchorStore } from "./anchors.ts";
import type { ErasureRequest } from "./erasures.ts";
import { Erasures, completeErasures } from "./erasures.ts";
import type { StoredEntry } from "./entry-source.ts";
import { fastNodeDigest } from "./hashing.ts";
import { LogFrames } from "./frames.ts";
import type { LogProgress, OpenedParts } from "./opening.ts";
import { distrusted, logIdentity, openParts } from "./opening.ts";
import type { PublicationRules } from "./publication.ts";
import { LogPublication } from "./publication.ts";
import type { LogResource } from "./reader.ts";
import type { SubmitResult } from "./receipt.ts";
import { receiptOfRecord } from "./receipt.ts";
import type { ListedEntry, LogRecord } from "./sealed-records.ts";
import { listedEntry } from "./sealed-records.ts";
import { signedCheckpoint } from "./sequencing.ts";
import type { Draft, Idempotency, Submission } from "./submission.ts";
import { assertIdempotency, draftOf } from "./submission.ts";
import type { CommittedGroup } from "./writer.ts";
import { LogWriter, mismatch } from "./writer.ts";

/** How a log is opened. */
export interface EvidenceLogOptions {
  /** The node's folder: the log keeps `journal/`, `vault/`, `index/` and `log/` in it. */
  readonly directory: string;
  /** Name of the log, as checkpoints bear it. */
  readonly origin: string;
  /** The log's key; its name must be the origin. */
  readonly signer: NoteSigner;
  /** 32 bytes that the keys of the records are sealed under. */
  readonly vaultKey: Uint8Array;
  /** Clock, ms since 1970. Order never comes from it. */
  readonly now: () => number;
  readonly files?: Files;
  readonly failpoint?: Failpoint;
  readonly vaultFailpoint?: VaultFailpoint;
  readonly onProgress?: (progress: LogProgress) => void;
  /** Told once, when nothing more can be written until the log is opened again; {@link EvidenceLog.failure} is why. */
  readonly onEnd?: (failure: NodeError) => void;
  /** Told of each group once it is on disk and in the index; what it does delays the next group. */
  readonly onCommit?: (group: CommittedGroup) => void;
  /** A journal segment is closed before it passes this size. Default 128 MiB. */
  readonly maxSegmentBytes?: number;
  /** Keeps `log/` a log in files that any web server may serve. Without it only full tiles are there. */
  readonly publication?: PublicationRules;
  /** Bytes of the journal that are read again a second, to find what flipped since; 0 for never. Default 0. */
  readonly patrolBytesPerSecond?: number;
  /** From the end of one patrol, or the opening, to the next, ms. Default one hour. */
  readonly patrolRestMs?: number;
  /** How often it is looked after whether the folder is still there and this process's, ms. Default 1,000. */
  readonly healthMs?: number;
  /** Below this many free bytes on the disk nothing new is taken. Default 64 MiB. */
  readonly reserveBytes?: number;
}

/** Most records in one request; the API may set less. */
export const maxBatchRecords = 4096;
/** Most bytes of records in one request: half of what a frame holds. */
const maxBatchBytes = 32 * 1024 * 1024;

interface InFlight {
  readonly requestDigest: Hex;
  readonly result: Promise<SubmitResult>;
  /** On a clock that never goes back, ms. */
  readonly since: number;
}

/**
 * A member's transparency log: takes records, gives receipts, and proves what it holds.
 *
 * A record is acknowledged when, and only when, it stands in the journal on disk, under a checkpoint that stands in
 * the same frame. After a crash every acknowledged record is there, and the newest checkpoint extends every older one.
 */
export class EvidenceLog {
  /** Checkpoints that the chain accepted. */
  readonly anchors: AnchorStore;
  /** What the journal holds, frame by frame, for followers. */
  readonly frames: LogFrames;
  readonly #options: EvidenceLogOptions;
  readonly #parts: OpenedParts;
  readonly #vault: Vault;
  readonly #writer: LogWriter;
  readonly #erasures: Erasures;
  readonly #inFlight = new Map<string, InFlight>();
  readonly #publication: LogPublication | undefined;
  readonly #patrol: Patrol | undefined;
  readonly #health: NodeJS.Timeout;
  #closing: Promise<void> | undefined;

  private constructor(options: EvidenceLogOptions, parts: OpenedParts, vault: Vault, writer: LogWriter) {
    this.#options = options;
    this.#parts = parts;
    this.#vault = vault;
    this.#writer = writer;
    this.frames = new LogFrames(parts.journal, parts.index, parts.recent);
    this.#erasures = new Erasures({
      vault,
      failpoint: options.vaultFailpoint ?? (() => undefined),
      submit: (submission, idempotency) => this.#submitDrafts([draftOf(submission)], idempotency),
      receiptOf: async (index) => ({
        receipt: await receiptOfRecord(parts.journal, parts.index, index),
        replayed: true,
      }),
      done: () => writer.tellEnd(),
    });
    this.anchors = new AnchorStore(parts.journal, parts.index, async (payload) => {
      await writer.keepAnchor(payload);
      // Whoever sees the anchor on the chain may want the tree at once; the anchor does not wait for the files.
      void this.#publication?.publishNewest();
    });
    this.#publication = this.#startPublication();
    this.#patrol = this.#startPatrol();
    this.#health = setInterval(() => parts.journal.checkLock(), options.healthMs ?? 1000).unref();
  }

  /**
   * Opens the log in `directory`, or begins a new one where there is none.
   *
   * Throws NodeError JOURNAL_* (locked, missing, damaged, another log's), LOG_SIGNER (another key), LOG_CORRUPT,
   * INDEX_FAILED, VAULT_* (missing, damaged, another log's). Nothing is repaired but what can be made again from the journal; `onProgress` tells of it.
   */
  static async open(options: EvidenceLogOptions): Promise<EvidenceLog> {
    const { files = diskFiles, failpoint = noFailpoint, onProgress = () => undefined } = options;
    const { directory, origin, signer, now, reserveBytes = 64 * 1024 * 1024 } = options;
    const { maxSegmentBytes = 128 * 1024 * 1024, onEnd: ended = () => undefined, onCommit: committed } = options;
    if (signer.name !== origin) throw new NodeError("LOG_SIGNER", `the key is named ${signer.name}, not ${origin}`);
    const tellOnce = once(ended);
    const stores = { directory, origin, signer, files, failpoint, onProgress, maxSegmentBytes, onFailure: tellOnce };
    const parts = await openParts(stores);
    try {
      const vault = await openVault(options, parts);
      const limits = { files, directory, failpoint, reserveBytes, ended: tellOnce };
      const rules = { origin, signer, now, ...limits, ...(committed === undefined ? {} : { committed }) };
      return new EvidenceLog(options, parts, vault, new LogWriter({ ...rules, ...parts, vault }, parts.start));
    } catch (error) {
      const reason = await distrusted(parts.index, error);
      await closeParts(parts);
      throw reason;
    }
  }

  get origin(): string {
    return this.#options.origin;
  }

  /** Leaves of the newest checkpoint. */
  get size(): number {
    return this.#writer.size;
  }

  /** Submissions that wait for the disk, and how long the oldest of them has, ms. */
  get waiting(): { readonly requests: number; readonly oldestMs: number } {
    const [oldest] = this.#inFlight.values();
    const oldestMs = oldest === undefined ? 0 : performance.now() - oldest.since;
    return { requests: this.#inFlight.size, oldestMs };
  }

  /** Why nothing more is accepted; undefined while all is well. Reading goes on. */
  get failure(): NodeError | undefined {
    return this.#writer.failure;
  }

  /** Takes nothing more until the log is opened again, for a reason that lies outside of it. Reading goes on. */
  end(why: NodeError): void {
    this.#writer.end(why);
  }

  /**
   * Records all of the submissions or none, in their order, next to each other in the log.
   *
   * Resolves after fdatasync, with a checkpoint that covers them. The same request under the same key gets the same
   * receipt again, now and after any restart. Rejects with:
   * - E_ERASURE_TYPE, E_BATCH_EMPTY, E_BATCH_TOO_LARGE, E_DUPLICATE_IN_BATCH, LOG_ENTRY, EvidenceError, E_IDEMPOTENCY_KEY,
   *   E_IDEMPOTENCY_MISMATCH, E_OVERLOADED, E_SHUTTING_DOWN: nothing was recorded;
   * - E_ERASED: nothing was recorded now; the key was used before, for a record that was erased since;
   * - E_STORAGE_FULL, E_READ_ONLY, JOURNAL_LOCK_LOST, INDEX_FAILED, VAULT_FAILED: recorded or not; the same key later tells.
   */
  async submit(submissions: readonly Submission[], idempotency: Idempotency): Promise<SubmitResult> {
    assertIdempotency(idempotency);
    if (submissions.some(({ type }) => type === erasureType)) throw erasureSubmitted();
    return await this.#submitDrafts(draftsOf(submissions), idempotency);
  }

  /**
   * Erases a record: records a `record.erasure`, then destroys the record's key, then resolves with the receipt of the
   * former. For a record that is erased already it is the first one's receipt. Afterwards the record has its entry, its
   * leaf and its proofs as before, and nobody can read what it disclosed.
   *
   * Rejects with E_NOT_FOUND, E_NOT_ERASABLE; as a submission does, nothing having been erased; or with VAULT_*: recorded
   * as erased, and the key destroyed at the latest when the log is opened again.
   */
  async erase(request: ErasureRequest, idempotency: Idempotency): Promise<SubmitResult> {
    assertIdempotency(idempotency);
    const target = await this.recordById(request.record);
    if (target === undefined) throw new NodeError("E_NOT_FOUND", "There is no such record.");
    return await this.#erasures.erase(target, request, idempotency);
  }

  async #submitDrafts(drafts: readonly Draft[], idempotency: Idempotency): Promise<SubmitResult> {
    const name = `${idempotency.member}\0${idempotency.key}`;
    const running = this.#inFlight.get(name);
    if (running !== undefined) return await joined(running, idempotency);
    const result = this.#writer.submit({ drafts, idempotency });
    this.#inFlight.set(name, { requestDigest: idempotency.requestDigest, result, since: performance.now() });
    try {
      return await result;
    } finally {
      this.#inFlight.delete(name);
    }
  }

  /** The newest signed checkpoint. */
  checkpoint(): string {
    return this.#writer.checkpoint;
  }

  /** The checkpoint that was published last, with what witnesses signed; the newest one where there are none. */
  publishedCheckpoint(): string {
    const { cosign } = this.#options.publication ?? {};
    return (cosign === undefined ? undefined : this.#publication?.checkpoint) ?? this.checkpoint();
  }

  /**
   * The newest checkpoint with what its witnesses sign in time, which is published by then; without witnesses as it is, and
   * at once. Where it can't be published, the newest one stands without cosignatures.
   */
  async cosignedCheckpoint(): Promise<string> {
    const newest = this.checkpoint();
    if (this.#publication === undefined || this.#options.publication?.cosign === undefined) return newest;
    await this.#publication.publishNewest();
    const published = this.#publication.checkpoint;
    return published !== undefined && sizeOf(published) >= sizeOf(newest) ? published : newest;
  }

  /** Puts the newest tree into the files now, unless it is there. */
  async publish(): Promise<void> {
    await this.#publication?.publish();
  }

  /** The checkpoint that was signed at exactly this size; undefined if none was. */
  async checkpointAt(size: number): Promise<string | undefined> {
    if (size === 0) return signedCheckpoint(this.origin, emptyEdge, this.#options.signer);
    if (!isBelow(size - 1, this.size)) return undefined;
    const { location, firstIndex, count } = await this.#parts.index.frameOf(size - 1);
    if (firstIndex + count !== size) return undefined;
    return decodeCheckpoint((await this.#parts.journal.readFrame(location)).payload);
  }

  /** The record with this id (leaf hash); undefined if there is none. Throws EvidenceError E_HASH_FORM. */
  async recordById(id: Hex): Promise<LogRecord | undefined> {
    fromHex(id, 32);
    const record = await this.#parts.reader.recordById(id);
    return record === undefined ? undefined : await this.#parts.reader.open(this.#vault, record);
  }

  /** The record at this index; undefined if there is none. */
  async recordAt(index: number): Promise<LogRecord | undefined> {
    if (!isBelow(index, this.size)) return undefined;
    const { reader } = this.#parts;
    return await reader.open(this.#vault, await reader.recordAt(index));
  }

  /** At most `count` records from index `first` on, without what they disclose: fewer only at the log's end. */
  async list(first: number, count: number): Promise<readonly ListedEntry[]> {
    const most = Math.min(count, this.size - first);
    if (most <= 0) return [];
    const entries = await this.#parts.reader.entriesFrom(first, most);
    return entries.map(({ entry, submitter }, at) => listedEntry(this.#vault, first + at, entry, submitter));
  }

  /** What stands in clear of at most `count` records from index `first` on: fewer only at the log's end. Throws JOURNAL_CORRUPT. */
  async entries(first: number, count: number): Promise<readonly StoredEntry[]> {
    const most = Math.min(count, this.size - first);
    return most <= 0 ? [] : await this.#parts.reader.entriesFrom(first, most);
  }

  /**
   * Indexes of at most `most` records whose ids begin with `start`.
   *
   * @param start - `0x` and at most 64 digits of lower-case hex
   * @throws EvidenceError E_HASH_FORM
   */
  async indexesOfIds(start: string, most: number): Promise<readonly number[]> {
    const bound = (digit: string): Digest => fromHex(start.padEnd(66, digit), 32);
    return await this.#parts.index.indexesOfIds(bound("0"), bound("f"), most);
  }

  /** Indexes of a subject's records in the order of their sequence: all, or the first `most`. */
  async indexesOf(subject: string, most?: number, from = 0): Promise<readonly number[]> {
    return await this.#parts.reader.indexesOf(subject, most, from);
  }

  /** Indexes of the first `most` records that `member` submitted, from the index `from` on, in their order. */
  async indexesBy(member: string, most: number, from = 0): Promise<readonly number[]> {
    return await this.#parts.reader.indexesBy(member, most, from);
  }

  /** Siblings that prove the leaf at `index` in the tree of `size` leaves. Throws LOG_RANGE. */
  async inclusionProof(index: number, size: number): Promise<readonly Digest[]> {
    this.#assertSize(size);
    if (!isBelow(index, size)) throw new NodeError("LOG_RANGE", `the log of size ${size} has no record ${index}`);
    return await inclusionProof(index, size, this.#parts.tiles.read, fastNodeDigest);
  }

  /** Digests that prove that the tree of `to` leaves begins with the tree of `from`. Throws LOG_RANGE. */
  async consistencyProof(from: number, to: number): Promise<readonly Digest[]> {
    this.#assertSize(to);
    if (!isBelow(from, to + 1)) throw new NodeError("LOG_RANGE", `${from} is no size before ${to}`);
    return await consistencyProof(from, to, this.#parts.tiles.read, fastNodeDigest);
  }

  /** Root of the tree of `size` leaves. Throws LOG_RANGE. */
  async rootAt(size: number): Promise<Digest> {
    this.#assertSize(size);
    return await rootAt(size, this.#parts.tiles.read, fastNodeDigest);
  }

  /** `checkpoint`, or a tile or entry bundle by its C2SP path; undefined if there is none. */
  async readResource(path: string): Promise<LogResource | undefined> {
    if (path === "checkpoint") return { bytes: utf8(this.publishedCheckpoint()), kind: "checkpoint" };
    return await this.#parts.reader.resource(path, this.size);
  }

  /** Settles what waits, then gives the folder back. Nothing acknowledged depends on it. */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    clearInterval(this.#health);
    try {
      await this.#erasures.close();
      await this.#patrol?.stop();
      await this.#writer.close();
      await this.#publication?.close();
      await this.#vault.close();
      await this.#parts.tiles.close();
    } finally {
      await closeParts(this.#parts);
    }
  }

  #startPublication(): LogPublication | undefined {
    const { publication, directory, files = diskFiles, onProgress = () => undefined } = this.#options;
    if (publication === undefined) return undefined;
    return new LogPublication({
      ...{ ...publication, directory: join(directory, "log"), files, tiles: this.#parts.tiles },
      tip: () => this.#writer.tip,
      mayWrite: () => this.failure === undefined && this.#parts.journal.checkLock(),
      entriesAt: (first, count) => this.#parts.entries.texts(first, count),
      failed: (error) => onProgress({ stage: "files-failed", error }),
    });
  }

  #startPatrol(): Patrol | undefined {
    const { patrolBytesPerSecond = 0, patrolRestMs = 3_600_000, onProgress = () => undefined } = this.#options;
    if (patrolBytesPerSecond === 0) return undefined;
    const { journal, index } = this.#parts;
    const hasEnded = (): boolean => this.failure !== undefined;
    return new Patrol(journal, {
      begin: () => new IndexPatrol(index, hasEnded, (damage) => this.#distrustIndex(damage)).visit,
      bytesPerSecond: patrolBytesPerSecond,
      restMs: patrolRestMs,
      isBusy: () => this.#inFlight.size > 0,
      onRound: (read) => onProgress({ stage: "patrolled", ...read }),
      onTrouble: (error) => onProgress({ stage: "patrol-failed", error }),
    });
  }

  /** Nothing is written on by an index that answers wrongly; the next start makes it again. */
  async #distrustIndex(damage: NodeError): Promise<void> {
    await this.#parts.index.distrust();
    this.#writer.end(damage);
  }

  #assertSize(size: number): void {
    if (isBelow(size, this.size + 1)) return;
    throw new NodeError("LOG_RANGE", `the log has ${this.size} records, not ${size}`, { size });
  }
}

/** `tell`, the first time only. */
function once(tell: (failure: NodeError) => void): (failure: NodeError) => void {
  let told = false;
  return (failure) => {
    if (!told) tell(failure);
    told = true;
  };
}

/** Leaves that a signed checkpoint names. */
function sizeOf(note: string): number {
  return parseCheckpointText(note.slice(0, note.lastIndexOf("\n\n") + 1)).size;
}

function isBelow(number: number, end: number): boolean {
  return Number.isSafeInteger(number) && number >= 0 && number < end;
}

async function closeParts({ index, journal }: OpenedParts): Promise<void> {
  try {
    await index.close();
  } finally {
    await journal.close();
  }
}

/** The vault of an opened log, every erasure that the log tells of carried out. */
async function openVault(options: EvidenceLogOptions, { index, reader, start }: OpenedParts): Promise<Vault> {
  const { directory, origin, signer, vaultKey, files, vaultFailpoint, onProgress = () => undefined } = options;
  const { size } = start.edge;
  const vault = await Vault.open({
    directory: join(directory, "vault"),
    identity: logIdentity(origin, signer),
    key: vaultKey,
    records: size,
    onMended: (copy) => onProgress({ stage: "vault-mended", ...copy }),
    ...(files === undefined ? {} : { files }),
    ...(vaultFailpoint === undefined ? {} : { failpoint: vaultFailpoint }),
  });
  const recordAt = async (at: number): Promise<LogRecord> => await reader.open(vault, await reader.recordAt(at));
  const records = await completeErasures({ index, vault, size, recordAt });
  if (records > 0) onProgress({ stage: "erasures-completed", records });
  return vault;
}

function erasureSubmitted(): NodeError {
  const detail = `A record of type ${erasureType} is not submitted: erase the record with POST /v1/records/:id/erasure.`;
  return new NodeError("E_ERASURE_TYPE", detail, { field: "/type" });
}

/** Whoever repeats a request while it is being written waits for the same outcome. */
async function joined(running: InFlight, { requestDigest }: Idempotency): Promise<SubmitResult> {
  if (running.requestDigest !== requestDigest) throw mismatch();
  const { receipt } = await running.result;
  return { receipt, replayed: true };
}

function draftsOf(submissions: readonly Submission[]): readonly Draft[] {
  if (submissions.length === 0) throw new NodeError("E_BATCH_EMPTY", "there is no record in the request");
  if (submissions.length > maxBatchRecords) throw tooLarge(`a request brings at most ${maxBatchRecords} records`);
  const drafts = submissions.map(draftOf);
  if (hasTwoAlike(drafts)) throw new NodeError("E_DUPLICATE_IN_BATCH", "two records are the same to the letter");
  if (drafts.reduce((sum, { weight }) => sum + weight, 0) > maxBatchBytes)
    throw tooLarge(`a request's records have at most ${maxBatchBytes} bytes`);
  return drafts;
}

/** The first commitment, which hides a salt, is mostly enough to tell records apart. */
function hasTwoAlike(drafts: readonly Draft[]): boolean {
  if (drafts.length === 1 || new Set(drafts.map(({ firstCommitment }) => firstCommitment)).size === drafts.length)
    return false;
  return new Set(drafts.map(({ head, tail }) => head + tail)).size < drafts.length;
}

function tooLarge(message: string): NodeError {
  return new NodeError("E_BATCH_TOO_LARGE", message);
}
