import type { Hex } from "@lianzheng/sdk/encoding";
import type { Erasure, ErasureGround, JsonValue } from "@lianzheng/sdk/record";
import {
  decodeDisclosure,
  decodeEntry,
  decodeErasure,
  erasureBody,
  erasureType,
  prepareRecord,
} from "@lianzheng/sdk/record";
import type { Waiting } from "@lianzheng/node/journal";
import { GroupQueue } from "@lianzheng/node/journal";
import type { RecordIndex } from "@lianzheng/node/index";
import type { Vault, VaultFailpoint } from "@lianzheng/node/vault";
import { randomBytes } from "node:crypto";
import { NodeError } from "../errors.ts";
import type { SubmitResult } from "./receipt.ts";
import type { LogRecord } from "./sealed-records.ts";
import type { Idempotency, Submission } from "./submission.ts";

/** Who wants a record erased, and why. */
export interface ErasureRequest {
  /** Id of the record. */
  readonly record: Hex;
  /** Member (USCC) that the `record.erasure` is by: the owner of the log, for it is the log that vouches for it. */
  readonly issuer: string;
  /** Member (USCC) that asked for it. */
  readonly submitter: string;
  readonly ground: ErasureGround;
  readonly reference?: string;
  /** When it was asked for. */
  readonly occurredAt: string;
}

/** What erasing leans on. */
export interface ErasureParts {
  readonly vault: Vault;
  readonly failpoint: VaultFailpoint;
  /** Submits the record of an erasure. */
  readonly submit: (submission: Submission, idempotency: Idempotency) => Promise<SubmitResult>;
  /** The receipt that was given for the record at this index. */
  readonly receiptOf: (index: number) => Promise<SubmitResult>;
  /** Told after each group: the vault may have failed. */
  readonly done: () => void;
}

interface Wanted {
  readonly target: LogRecord;
  readonly request: ErasureRequest;
  readonly idempotency: Idempotency;
}

/** Erasures in one rewriting of a shard. */
const groupLimits = { maxItems: 256, maxWeight: 256, maxWaitingWeight: 4096 };

/**
 * Erases records: the journal says so first, then the key goes, then the answer.
 *
 * The entry in the journal is the intent. A crash before it: nothing happened. A crash after it: the next opening finds an
 * erasure whose key is still there, and destroys it ({@link completeErasures}). So whatever a member sees in the log as
 * erased stays erased, also on a vault that was restored from an older copy.
 */
export class Erasures {
  readonly #parts: ErasureParts;
  readonly #queue: GroupQueue<Wanted, SubmitResult>;

  constructor(parts: ErasureParts) {
    this.#parts = parts;
    this.#queue = new GroupQueue(groupLimits, (group) => this.#commit(group));
  }

  /**
   * Erases `target`. Resolves with the receipt of the record that says so, when the key is gone from disk and memory; for a
   * record that is erased already with the first one's, `replayed`. Rejects with E_NOT_ERASABLE, or as a submission does.
   */
  async erase(target: LogRecord, request: ErasureRequest, idempotency: Idempotency): Promise<SubmitResult> {
    if (decodeEntry(target.entry).type === erasureType) {
      throw new NodeError("E_NOT_ERASABLE", "This record tells of an erasure: it is the proof of it, and stays.");
    }
    return await this.#queue.add({ target, request, idempotency }, 1);
  }

  /** Takes nothing new; resolves when all that waits is settled. */
  async close(): Promise<void> {
    await this.#queue.close();
  }

  async #commit(group: readonly Waiting<Wanted, SubmitResult>[]): Promise<void> {
    const byTarget = new Map<number, Promise<SubmitResult>>();
    try {
      for (const { item } of group) {
        const { index } = item.target;
        if (!byTarget.has(index)) byTarget.set(index, this.#record(item));
      }
      const settled = await Promise.allSettled(byTarget.values());
      await this.#parts.failpoint("erasure.recorded");
      await this.#destroy([...byTarget.keys()], settled);
      await this.#parts.failpoint("erasure.destroyed");
    } finally {
      this.#parts.done();
    }
    await settle(group, byTarget);
  }

  async #record({ target, request, idempotency }: Wanted): Promise<SubmitResult> {
    const before = this.#parts.vault.erasedBy(target.index);
    if (before !== undefined) return await this.#parts.receiptOf(before);
    return await this.#parts.submit(submissionOf(target, request), idempotency);
  }

  async #destroy(targets: readonly number[], settled: readonly PromiseSettledResult<SubmitResult>[]): Promise<void> {
    const erasures = targets.flatMap((index, at) => {
      const outcome = settled[at];
      const by = outcome?.status === "fulfilled" ? outcome.value.receipt.records[0]?.index : undefined;
      return by === undefined ? [] : [{ index, by }];
    });
    await this.#parts.vault.erase(erasures);
  }
}

async function settle(
  group: readonly Waiting<Wanted, SubmitResult>[],
  byTarget: ReadonlyMap<number, Promise<SubmitResult>>,
): Promise<void> {
  const told = new Set<number>();
  for (const { item, resolve, reject } of group) {
    const { index } = item.target;
    try {
      const result = await byTarget.get(index);
      if (result === undefined) throw new TypeError("an erasure was not carried out");
      resolve(told.has(index) ? { ...result, replayed: true } : result);
      told.add(index);
    } catch (error) {
      reject(error);
    }
  }
}

function submissionOf({ id, index, entry }: LogRecord, request: ErasureRequest): Submission {
  const { issuer, submitter, ground, reference, occurredAt } = request;
  const { subject } = decodeEntry(entry);
  const erasure: Erasure = {
    ...{ record: id, index, ground, requestedBy: submitter },
    ...(reference === undefined ? {} : { reference }),
  };
  const record = { type: erasureType, subject, occurredAt, body: erasureBody(erasure) };
  const { disclosures } = prepareRecord(record, randomBytes(32));
  return { issuer, submitter, type: erasureType, subject, occurredAt, disclosures };
}

/** The erasure that a record tells; undefined if it tells none. */
export function erasureOf({ entry, disclosures }: LogRecord): Erasure | undefined {
  if (decodeEntry(entry).type !== erasureType) return undefined;
  const members = disclosures.map(decodeDisclosure).map(({ name, value }): [string, JsonValue] => [name, value]);
  return decodeErasure(Object.fromEntries(members));
}

/** What completing erasures leans on. */
export interface CompletionParts {
  readonly index: Pick<RecordIndex, "erasures">;
  readonly vault: Vault;
  /** Records in the log. */
  readonly size: number;
  readonly recordAt: (index: number) => Promise<LogRecord>;
}

/**
 * Destroys the keys of all records that the log says are erased and whose keys are still there: a crash came between, or
 * the vault is an older copy. Answers how many.
 *
 * @throws NodeError JOURNAL_CORRUPT when the vault knows of erasures that the log has lost; LOG_CORRUPT for an erasure that
 *   names no record; whatever the vault says
 */
export async function completeErasures({ index, vault, size, recordAt }: CompletionParts): Promise<number> {
  const done = new Set<number>();
  for (const by of vault.erasures()) {
    if (by >= size) throw lostErasure(by, size);
    done.add(by);
  }
  let completed = 0;
  for await (const by of index.erasures()) {
    if (done.has(by)) continue;
    const erasure = erasureOf(await recordAt(by));
    const target = erasure === undefined || erasure.index >= by ? undefined : await recordAt(erasure.index);
    if (erasure === undefined || target?.id !== erasure.record) throw empty(by);
    if (target.erasedBy !== undefined) continue;
    await vault.erase([{ index: target.index, by }]);
    completed += 1;
  }
  return completed;
}

function lostErasure(by: number, size: number): NodeError {
  const message = `the vault knows of an erasure at index ${by}, but the journal ends at ${size}: restore the newer journal`;
  return new NodeError("JOURNAL_CORRUPT", message, { index: by });
}

function empty(by: number): NodeError {
  return new NodeError("LOG_CORRUPT", `the erasure at index ${by} names no record of this log`, { index: by });
}
