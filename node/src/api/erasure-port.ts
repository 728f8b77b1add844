import type { Hex } from "@lianzheng/sdk/encoding";
import type { ErasureGround } from "@lianzheng/sdk/record";
import type { LogReceipt, RequestIdentity, StoredRecord } from "./ports.ts";

/** What remains to be said of a record that was erased. */
export interface Tombstone {
  /** Id of the `record.erasure` that says so. */
  readonly record: Hex;
  /** Its leaf index. */
  readonly index: number;
  readonly ground: ErasureGround;
  /** When it was received. */
  readonly erasedAt: string;
}

/** Why a record is to be erased. */
export interface ErasureWish {
  readonly ground: ErasureGround;
  /** What the ground rests on; only `retention-ended` needs none. */
  readonly reference?: string;
}

/** A record whose time to be kept is over. */
export interface DueRecord {
  readonly id: Hex;
  readonly index: number;
  readonly type: string;
  readonly subject: string;
  /** Until when it had to be kept. */
  readonly until: string;
  readonly issuer: string;
  readonly submitter: string;
}

/** Erases records, and tells of those that were. */
export interface ErasureDesk {
  /**
   * Erases `record`. Resolves when nobody can read it any more; of one that was erased before with the first receipt.
   *
   * @throws NodeError E_RETENTION (`details.until`), E_NOT_ERASABLE, and as a submission does
   */
  erase(
    record: StoredRecord,
    wish: ErasureWish,
    identity: RequestIdentity,
  ): Promise<{ readonly receipt: LogReceipt; readonly replayed: boolean }>;
  /** The tombstone that the `record.erasure` at this index is. */
  tombstoneOf(erasedBy: number): Promise<Tombstone>;
  /**
   * Records past their retention from leaf index `from` on, at most `limit`, and where to go on; `next` is null at the end.
   * There may be fewer than `limit`, or none, with more to come.
   */
  due(from: number, limit: number): Promise<{ readonly items: readonly DueRecord[]; readonly next: number | null }>;
}
