import type { Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import type { BlockAssembly } from "./assembly.ts";
import type { Ledger } from "./ledger.ts";
import type { WaitingTransactions } from "./pool.ts";
import { costLimit } from "./transaction.ts";
import type { SignedTransaction } from "./transaction.ts";

/** A transaction and who wants to know what became of it. */
export interface Submission {
  readonly signed: SignedTransaction;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** Errors that are one transaction's own; any other is the chain's. */
function isRefusal(error: unknown): boolean {
  return error instanceof ChainError && error.code.startsWith("C_TX_");
}

/** What becomes of the transactions of one round. */
export class Round {
  readonly done: Submission[] = [];
  readonly refused: { readonly request: Submission; readonly error: unknown }[] = [];
  readonly left: Submission[] = [];
  /** Something that waited could have run, had there been room. */
  full = false;
  readonly #assembly: BlockAssembly;
  readonly #waiting: WaitingTransactions;
  readonly #ledger: Ledger;
  readonly #account: (sender: Hex) => Promise<{ nonce: bigint; balance: bigint }>;

  constructor(
    assembly: BlockAssembly,
    waiting: WaitingTransactions,
    ledger: Ledger,
    account: (sender: Hex) => Promise<{ nonce: bigint; balance: bigint }>,
  ) {
    this.#assembly = assembly;
    this.#waiting = waiting;
    this.#ledger = ledger;
    this.#account = account;
  }

  async take(request: Submission): Promise<void> {
    if (this.left.length > 0 || !this.#assembly.fits(request.signed)) {
      this.left.push(request);
      return;
    }
    try {
      await this.#place(request.signed);
      this.done.push(request);
    } catch (error) {
      if (!isRefusal(error)) throw error;
      this.refused.push({ request, error });
    }
  }

  /** Runs what waits and can run: after a start, and each time that room or money was what was missing. */
  async runWaiting(): Promise<void> {
    for (const sender of this.#waiting.senders()) await this.#runSuccessors(sender);
  }

  async #place(signed: SignedTransaction): Promise<void> {
    const { hash, sender, transaction } = signed;
    if (this.#waiting.byHash(hash) !== undefined || (await this.#ledger.placeOf(hash)) !== undefined || this.#has(hash))
      throw new ChainError("C_TX_KNOWN", "already known", { hash });
    const { nonce, balance } = await this.#account(sender);
    if (transaction.nonce < nonce)
      throw new ChainError("C_TX_NONCE_LOW", `nonce too low: next nonce ${nonce}, tx nonce ${transaction.nonce}`, {
        hash,
      });
    if (transaction.nonce > nonce) this.#waiting.put(signed);
    else await this.#runNext(signed, balance);
  }

  #has(hash: Hex): boolean {
    return this.done.some(({ signed }) => signed.hash === hash);
  }

  async #runNext(signed: SignedTransaction, balance: bigint): Promise<void> {
    const cost = costLimit(signed);
    if (balance < cost)
      throw new ChainError(
        "C_TX_FUNDS",
        `insufficient funds for gas * price + value: balance ${balance}, tx cost ${cost}`,
        { hash: signed.hash },
      );
    await this.#assembly.add(signed);
    const rival = this.#waiting.at(signed.sender, signed.transaction.nonce);
    if (rival !== undefined) this.#waiting.remove(rival);
    await this.#runSuccessors(signed.sender);
  }

  /** Those that waited for the one before them. One that cannot be paid yet goes on waiting: it was answered for. */
  async #runSuccessors(sender: Hex): Promise<void> {
    for (;;) {
      const { nonce, balance } = await this.#account(sender);
      const next = this.#waiting.at(sender, nonce);
      if (next === undefined || balance < costLimit(next)) return;
      if (!this.#assembly.fits(next)) {
        this.full = true;
        return;
      }
      if (!(await this.#runs(next))) return;
      this.#waiting.remove(next);
    }
  }

  async #runs(signed: SignedTransaction): Promise<boolean> {
    try {
      await this.#assembly.add(signed);
      return true;
    } catch (error) {
      if (isRefusal(error)) return false;
      throw error;
    }
  }
}
