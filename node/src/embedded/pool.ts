import type { Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import type { StoreChange } from "./store.ts";
import { feeCap } from "./transaction.ts";
import type { SignedTransaction } from "./transaction.ts";

/** Transactions of one sender that may wait for a nonce before theirs. */
export const WAITING_PER_SENDER = 64;

/** Transactions that may wait in all. */
export const WAITING_LIMIT = 4096;

/**
 * Transactions that were answered for and whose turn has not come: a lower nonce of their sender is missing. They are kept in
 * the store, and so outlive a crash like those in blocks. What is put and taken is remembered until the batch with the next
 * block takes {@link WaitingTransactions.changes} along.
 */
export class WaitingTransactions {
  readonly #bySender = new Map<Hex, Map<bigint, SignedTransaction>>();
  readonly #byHash = new Map<Hex, SignedTransaction>();
  #changes: StoreChange[] = [];

  get size(): number {
    return this.#byHash.size;
  }

  byHash(hash: Hex): SignedTransaction | undefined {
    return this.#byHash.get(hash);
  }

  at(sender: Hex, nonce: bigint): SignedTransaction | undefined {
    return this.#bySender.get(sender)?.get(nonce);
  }

  senders(): Hex[] {
    return [...this.#bySender.keys()];
  }

  /**
   * Adds one that waits, in place of another of its nonce if it pays a tenth more.
   *
   * @throws ChainError C_TX_REPLACEMENT, C_TX_POOL_FULL
   */
  put(signed: SignedTransaction): void {
    const { sender, transaction } = signed;
    const rival = this.at(sender, transaction.nonce);
    if (rival !== undefined) this.#replace(rival, signed);
    else this.#checkRoom(sender);
    this.restore(signed);
    this.#changes.push({ type: "put", key: `p/${signed.hash}`, value: signed.raw });
  }

  /** Adds one that stands in the store already. */
  restore(signed: SignedTransaction): void {
    const ofSender = this.#bySender.get(signed.sender) ?? new Map<bigint, SignedTransaction>();
    ofSender.set(signed.transaction.nonce, signed);
    this.#bySender.set(signed.sender, ofSender);
    this.#byHash.set(signed.hash, signed);
  }

  /** Takes one out: it is in a block now, or replaced, or can never run. */
  remove({ hash, sender, transaction }: SignedTransaction): void {
    if (!this.#byHash.delete(hash)) return;
    const ofSender = this.#bySender.get(sender);
    ofSender?.delete(transaction.nonce);
    if (ofSender?.size === 0) this.#bySender.delete(sender);
    this.#changes.push({ type: "del", key: `p/${hash}` });
  }

  /** What changed since the last call, for the store. */
  changes(): StoreChange[] {
    const changes = this.#changes;
    this.#changes = [];
    return changes;
  }

  #replace(rival: SignedTransaction, signed: SignedTransaction): void {
    const least = feeCap(rival) + feeCap(rival) / 10n;
    if (feeCap(signed) < least || feeCap(signed) === feeCap(rival))
      throw new ChainError("C_TX_REPLACEMENT", "replacement transaction underpriced", { hash: signed.hash });
    this.remove(rival);
  }

  #checkRoom(sender: Hex): void {
    const ofSender = this.#bySender.get(sender)?.size ?? 0;
    if (this.size >= WAITING_LIMIT || ofSender >= WAITING_PER_SENDER)
      throw new ChainError("C_TX_POOL_FULL", "txpool is full", { sender });
  }
}
