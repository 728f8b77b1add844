import { createAddressFromString } from "@ethereumjs/util";
import type { Common } from "@ethereumjs/common";
import { createVM } from "@ethereumjs/vm";
import type { VM } from "@ethereumjs/vm";
import type { Hex } from "@lianzheng/sdk/encoding";
import type { SigningKey } from "ethers";
import { ChainError } from "../chain-error.ts";
import { BlockAssembly } from "./assembly.ts";
import type { ChainBlock } from "./block.ts";
import { headChanges } from "./ledger.ts";
import type { Ledger } from "./ledger.ts";
import { pastHashes } from "./past-hashes.ts";
import { WaitingTransactions } from "./pool.ts";
import { stateAt } from "./state.ts";
import type { StagedNodes } from "./state.ts";
import type { ChainStore } from "./store.ts";
import { Round } from "./round.ts";
import type { Submission } from "./round.ts";
import type { SignedTransaction } from "./transaction.ts";

/** What the miner works with. */
export interface MinerParts {
  readonly rules: Common;
  readonly store: ChainStore;
  readonly ledger: Ledger;
  readonly nodes: StagedNodes;
  readonly sealer: { readonly address: Hex; readonly key: SigningKey };
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Called with each block once it is on disk. */
  readonly onBlock: (block: ChainBlock) => void;
}

/** Accounts and slots that the state manager may keep before it starts afresh. */
const blocksBetweenFreshStates = 256;

/**
 * The one writer. What is submitted while a block is being made goes into the next one together, so that one fsync serves them all.
 *
 * A submission resolves when its block, the block's state, and the new head are on disk in one synced batch; a transaction
 * whose nonce lies in the future resolves when it stands, by the same batch, among those that wait. So an answer always means
 * durable, there is no second place in which a transaction can stand between "answered" and "in a block", and recovery is
 * nothing but opening the folder. The price is that the answer takes as long as the block, which is some milliseconds.
 *
 * A crash before the batch: none of it happened, nobody was answered. A crash after it: all of it happened, and who was not
 * answered asks again and learns "already known".
 */
export class Miner {
  readonly waiting = new WaitingTransactions();
  readonly #parts: MinerParts;
  readonly #submitted = new Map<string, Submission>();
  #queue: Submission[] = [];
  #head: ChainBlock;
  #vm: VM | undefined;
  #running: Promise<void> | undefined;
  #failure: ChainError | undefined;

  constructor(parts: MinerParts, head: ChainBlock) {
    this.#parts = parts;
    this.#head = head;
  }

  get head(): ChainBlock {
    return this.#head;
  }

  /** @throws ChainError C_TX_…, C_STORAGE, C_CLOSED */
  async submit(signed: SignedTransaction): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    await new Promise<void>((resolve, reject) => {
      const request = { signed, resolve, reject };
      this.#queue.push(request);
      this.#submitted.set(slot(signed.sender, signed.transaction.nonce), request);
      this.#wake();
    });
  }

  /** Takes up what waited when the chain was closed or killed; runs what can run by now. */
  async restore(waiting: readonly SignedTransaction[]): Promise<void> {
    for (const signed of waiting) this.waiting.restore(signed);
    for (let more = waiting.length > 0; more;) more = await this.#round([]);
  }

  /** A transaction that is neither in a block nor refused. */
  pending(hash: Hex): SignedTransaction | undefined {
    const submitted = [...this.#submitted.values()].find(({ signed }) => signed.hash === hash);
    return this.waiting.byHash(hash) ?? submitted?.signed;
  }

  /** First nonce after `nonce` of which nothing is known: what the sender's next transaction should have. */
  nextNonce(sender: Hex, nonce: bigint): bigint {
    let next = nonce;
    while (this.#submitted.has(slot(sender, next)) || this.waiting.at(sender, next) !== undefined) next++;
    return next;
  }

  /** Resolves when the block in the making is done; what is submitted from now on is refused. */
  async close(): Promise<void> {
    this.#failure ??= new ChainError("C_CLOSED", "the chain is closed");
    await this.#running;
  }

  #wake(): void {
    this.#running ??= this.#run().finally(() => (this.#running = undefined));
  }

  async #run(): Promise<void> {
    // Let everything that arrived in the same turn of the event loop be in the first block too.
    await new Promise(setImmediate);
    for (let more = true; more || this.#queue.length > 0;) {
      const taken = this.#queue;
      this.#queue = [];
      more = await this.#round(taken).catch((error: unknown) => this.#fail(taken, error));
    }
  }

  /** One block, or as much of the queue as fits; the rest goes back to the queue's front. Whether more that waits can run now. */
  async #round(taken: readonly Submission[]): Promise<boolean> {
    const { rules, nodes, sealer } = this.#parts;
    const assembly = await BlockAssembly.start({
      rules,
      vm: await this.#state(),
      parent: this.#head,
      timestamp: this.#timestamp(),
      sealer,
    });
    const round = new Round(assembly, this.waiting, this.#parts.ledger, (sender) => this.#nonce(sender));
    await round.runWaiting();
    for (const request of taken) {
      await round.take(request);
      // Reads are answered in between: a full block takes the better part of a second.
      await new Promise(setImmediate);
    }
    const block = assembly.size > 0 ? await assembly.close() : undefined;
    if (block === undefined) await assembly.abandon();
    const changes = [...nodes.changes(), ...(block === undefined ? [] : headChanges(block)), ...this.waiting.changes()];
    if (changes.length > 0) await this.#parts.store.write(changes);
    nodes.written();
    if (block !== undefined) this.#advance(block);
    this.#settle(round);
    return round.full;
  }

  #advance(block: ChainBlock): void {
    this.#head = this.#parts.ledger.remember(block);
    if (block.number % blocksBetweenFreshStates === 0) this.#vm = undefined;
    this.#parts.onBlock(block);
  }

  #settle({ done, refused, left }: Round): void {
    for (const request of done) {
      this.#forget(request);
      request.resolve();
    }
    for (const { request, error } of refused) {
      this.#forget(request);
      request.reject(error);
    }
    this.#queue.unshift(...left);
  }

  #forget(request: Submission): void {
    const { sender, transaction } = request.signed;
    const key = slot(sender, transaction.nonce);
    if (this.#submitted.get(key) === request) this.#submitted.delete(key);
  }

  /**
   * After an error that is not a transaction's own, what is in memory may be ahead of the disk. Nobody of this round is told
   * that his transaction stands, and nothing more is written until the folder is opened again.
   */
  #fail(taken: readonly Submission[], cause: unknown): false {
    this.#failure ??=
      cause instanceof ChainError ? cause : new ChainError("C_STORAGE", "a block could not be made", {}, cause);
    this.#parts.nodes.dropped();
    for (const request of [...taken, ...this.#queue]) {
      this.#forget(request);
      request.reject(this.#failure);
    }
    this.#queue = [];
    return false;
  }

  async #state(): Promise<VM> {
    const { rules, nodes, ledger } = this.#parts;
    this.#vm ??= await createVM({
      common: rules,
      stateManager: await stateAt(rules, nodes, this.#head.block.header.stateRoot),
      blockchain: pastHashes(ledger),
    });
    return this.#vm;
  }

  async #nonce(sender: Hex): Promise<{ nonce: bigint; balance: bigint }> {
    const vm = await this.#state();
    const account = await vm.stateManager.getAccount(createAddressFromString(sender));
    return { nonce: account?.nonce ?? 0n, balance: account?.balance ?? 0n };
  }

  /**
   * Time of the next block in seconds: the clock's, and never earlier than the parent's, whatever the clock does. Blocks of one
   * second share its time, as Clique allows with a period of 0: a time that had to grow by a second a block would run ahead of
   * the clock on a busy chain, and evidence would claim to be from the future.
   */
  #timestamp(): bigint {
    const clock = BigInt(Math.floor(this.#parts.now() / 1000));
    const parent = this.#head.block.header.timestamp;
    return clock > parent ? clock : parent;
  }
}

function slot(sender: Hex, nonce: bigint): string {
  return `${sender}/${nonce}`;
}
