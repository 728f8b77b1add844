import type { Deployment } from "@lianzheng/sdk/chain";
import { fromBase64, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import type { Alarms } from "./alarms.ts";
import type { BlockAnswer } from "./answer.ts";
import type { ChainView, LogHead } from "./chain-view.ts";
import type { AnchoredCheckpoint } from "@lianzheng/node/log";
import { balanceOf, highestCost, pricePerGas } from "./fees.ts";
import { HeadCheck } from "./head-check.ts";
import type { AnchoredLog } from "./log-port.ts";
import { minedAndRefused, outcomeOf, type Outcome } from "./outcome.ts";
import { signPublication, type PricedTransaction, type TransactionSigner } from "./publication.ts";
import type { AnchorState, PendingPublication } from "./state.ts";

/** When a block counts: at once (QBFT, the embedded chain), or with so many blocks on top of it. */
export type Finality = { readonly kind: "immediate" } | { readonly kind: "depth"; readonly blocks: number };

/** Something worth telling an operator; holds no record field and no secret. */
export type AnchorNotice = (
  event:
    | "signed"
    | "sent"
    | "refused-by-pool"
    | "finished"
    | "anchored"
    | "overtaken"
    | "replaced"
    | "nonce-gap"
    | "block-lost",
  details: Readonly<Record<string, unknown>>,
) => void;

export interface PublisherOptions {
  readonly view: ChainView;
  readonly log: AnchoredLog;
  readonly logId: Hex;
  readonly deployment: Deployment;
  readonly signer: TransactionSigner;
  readonly state: AnchorState;
  readonly finality: Finality;
  readonly alarms: Alarms;
  /** Never offered more than this, wei per gas. */
  readonly capPerGas: bigint;
  /** Milliseconds on a clock that never goes back. */
  readonly monotonic: () => number;
  /** Sends the same bytes again after so long without a block, in ms. */
  readonly rebroadcastMs: number;
  /** Signs anew, with the same nonce, after so long without a block, in ms. */
  readonly replaceMs: number;
  /** After a publication that a block took and the contract refused, in ms; doubles with each in a row. */
  readonly holdMs: number;
  readonly failpoint: (name: AnchorFailpoint) => void | Promise<void>;
  readonly notice: AnchorNotice;
}

/** The places at which a test may stop the process: before and after every write. */
export type AnchorFailpoint =
  | "anchor.beforeSign"
  | "anchor.beforePersist"
  | "anchor.afterPersist"
  | "anchor.afterSend"
  | "anchor.beforeRecord"
  | "anchor.afterRecord"
  | "anchor.beforeClear"
  | "anchor.afterClear";

/** How a step ended: nothing is left to do, or something was sent that no final block holds yet. */
export type StepResult = "settled" | "waiting";

const emptyDigest: Hex = `0x${"00".repeat(32)}`;

/** Longest that a refused publication keeps the next one waiting, in ms. */
const longestHoldMs = 600_000;

/**
 * Brings the chain up to the log, one step at a time.
 *
 * A step reads the chain, compares it with the log, notes what became final, and does the one next thing. It remembers
 * nothing of the steps before but the signed bytes on disk: after a crash, a lost answer or somebody else's transaction
 * the next step is the ordinary one. What an RPC endpoint says of a sent transaction decides nothing.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  readonly #check: HeadCheck;
  #lastSentAt: number | undefined;
  #pursuedSince: number | undefined;
  #pricedAt: number | undefined;
  #tip: BlockAnswer | undefined;
  #tipSince = 0;
  #poolAnswer: string | undefined;
  #wasTaken = false;
  /** The block in which the pending publication was last seen. */
  #seen: Outcome | undefined;
  #hold: { readonly error: ChainError; readonly until: number; readonly inARow: number } | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#check = new HeadCheck(options.view, options.log);
  }

  /** The newest block that was read. */
  get tip(): BlockAnswer | undefined {
    return this.#tip;
  }

  /** Milliseconds since the newest block was first read; what an endpoint that does not answer makes of it is its own fault. */
  get tipAgeMs(): number {
    return this.#tip === undefined ? 0 : this.#options.monotonic() - this.#tipSince;
  }

  /** With what the chain answered the pending transaction when it was last sent, if with an error. For people. */
  get poolAnswer(): string | undefined {
    return this.#poolAnswer;
  }

  /** Whether the chain ever took the pending transaction without an error. Sent again it may say "known", and means the same. */
  get wasTaken(): boolean {
    return this.#wasTaken;
  }

  /** Milliseconds since the pending publication was first sent by this process; undefined without one. */
  get pursuedMs(): number | undefined {
    return this.#pursuedSince === undefined ? undefined : this.#options.monotonic() - this.#pursuedSince;
  }

  /**
   * One step. With `wanted` it publishes what the chain lacks of the log.
   *
   * @throws ChainError C_FENCED if the chain holds a checkpoint that is not of this log (`details.ours` is our root), or one
   *   larger than this log; C_REORGANISED, C_CHAIN_BEHIND if the chain lost what it had; C_WRONG_CHAIN, C_CONTRACT_MISSING,
   *   C_CONTRACT_MISMATCH; C_ANCHOR_REVERTED if the contract would refuse, or did; C_FUNDS; C_ANCHOR_STORE; and what
   *   ChainView throws
   */
  async step(wanted: boolean): Promise<StepResult> {
    const { view, logId, state } = this.#options;
    await view.identify();
    const tip = await view.tip();
    this.#note(tip);
    await this.#check.requireNothingLost(tip);
    const head = await view.head(logId, tip.number);
    await this.#check.requireOurs(head);
    const final = this.#finalBlock(tip);
    const finalHead = final === tip.number ? head : await this.#finalHead(final);
    await this.#record(finalHead, final);
    if (state.pending !== undefined && !(await this.#finished(state.pending, finalHead, final))) {
      await this.#pursue(state.pending, tip, head);
      return "waiting";
    }
    if (wanted && head.size < this.#options.log.size) {
      await this.#publish(tip, head);
      return "waiting";
    }
    return finalHead.size < head.size ? "waiting" : "settled";
  }

  #note(tip: BlockAnswer): void {
    if (this.#tip?.hash !== tip.hash) this.#tipSince = this.#options.monotonic();
    this.#tip = tip;
  }

  #finalBlock(tip: BlockAnswer): number {
    const { finality } = this.#options;
    return finality.kind === "immediate" ? tip.number : Math.max(0, tip.number - finality.blocks);
  }

  /** The head after a block that may be older than the contract or the log's registration: then there was none. */
  async #finalHead(final: number): Promise<LogHead> {
    const { view, logId, deployment } = this.#options;
    const none: LogHead = { size: 0, root: emptyDigest };
    if (final < deployment.contracts.evidenceLogs.block) return none;
    try {
      return await view.head(logId, final);
    } catch (error) {
      if (error instanceof ChainError && error.code === "C_LOG_UNKNOWN") return none;
      throw error;
    }
  }

  /** Notes the newest final checkpoint. A crash before or after costs nothing: the next step reads the same event. */
  async #record(head: LogHead, final: number): Promise<void> {
    const { log, logId, view, deployment, failpoint, notice, alarms } = this.#options;
    const known = await log.anchors.latest();
    if (head.size <= (known?.size ?? 0)) return;
    const checkpoint = await this.#checkpointOf(head);
    // Somebody else published a size that our log never signed. Without a signed checkpoint it proves nothing to anybody;
    // the next publication of our own covers it.
    if (checkpoint === undefined) {
      notice("overtaken", { size: head.size });
      return;
    }
    const from = Math.max(deployment.contracts.evidenceLogs.block, known?.blockNumber ?? 0);
    const found = await view.publication(logId, head.size, from, final);
    if (found?.root !== head.root)
      throw new ChainError("C_INCONSISTENT", "the log's head on the chain has no event", { method: "eth_getLogs" });
    const anchor: AnchoredCheckpoint = { ...found, checkpoint };
    await failpoint("anchor.beforeRecord");
    await log.anchors.put(anchor);
    await failpoint("anchor.afterRecord");
    this.#hold = undefined;
    alarms.clear("C_BLOCK_LOST", "C_FUNDS", "C_FEE_CAP");
    notice("anchored", { size: anchor.size, transaction: anchor.transaction, blockNumber: anchor.blockNumber });
  }

  async #checkpointOf(head: LogHead): Promise<string | undefined> {
    const { log, state } = this.#options;
    if (state.pending?.size === head.size && state.pending.root === head.root) return state.pending.checkpoint;
    return await log.checkpointAt(head.size);
  }

  /**
   * Whether the pending publication has nothing left to do: its tree is final, by whomever, or a final block holds its
   * nonce. Then it is forgotten. A crash before leaves it to be found finished again.
   *
   * @throws ChainError C_ANCHOR_REVERTED if a block took it and the contract refused: it is forgotten too
   */
  async #finished(pending: PendingPublication, finalHead: LogHead, final: number): Promise<boolean> {
    const { view } = this.#options;
    const reached = finalHead.size >= pending.size;
    const isSpent = (await view.nonce(pending.sender, final)) > pending.nonce;
    if (!reached && !isSpent) return false;
    const outcome = await outcomeOf(view, pending);
    const { transaction, nonce } = pending;
    await this.#forget("finished", { transaction, nonce, reached, outcome: wordFor(outcome) });
    if (isSpent && outcome === undefined) this.#tellOfForeignNonce(pending);
    if (outcome?.succeeded === false && finalHead.size <= pending.previousSize)
      this.#holdAfter(minedAndRefused(pending, outcome));
    return true;
  }

  /** The old bytes can never be mined again, for their nonce is spent in a final block: signing anew is safe. */
  #tellOfForeignNonce({ sender, nonce, transaction }: PendingPublication): void {
    const message = `another program sends with the key of ${sender}: it took nonce ${nonce}`;
    this.#options.alarms.raise("C_NONCE", message, { sender, nonce, transaction });
  }

  /** Not tried again blindly: what a block refused once may cost gas at every block. */
  #holdAfter(error: ChainError): never {
    const { holdMs, monotonic } = this.#options;
    const inARow = (this.#hold?.inARow ?? 0) + 1;
    const waitMs = Math.min(longestHoldMs, holdMs * 2 ** Math.min(inARow - 1, 16));
    this.#hold = { error, inARow, until: monotonic() + waitMs };
    throw error;
  }

  async #forget(
    why: "finished" | "nonce-gap" | "overtaken",
    details: Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const { state, failpoint, notice } = this.#options;
    await failpoint("anchor.beforeClear");
    await state.save(undefined);
    await failpoint("anchor.afterClear");
    this.#pursuedSince = undefined;
    this.#lastSentAt = undefined;
    this.#seen = undefined;
    notice(why, details);
  }

  /** Carries the pending transaction into a block: the same bytes again, and new ones of its nonce where these cannot help. */
  async #pursue(pending: PendingPublication, tip: BlockAnswer, head: LogHead): Promise<void> {
    const { view, monotonic, rebroadcastMs, replaceMs } = this.#options;
    const { transaction, nonce } = pending;
    const next = await view.nonce(pending.sender, tip.number);
    if (next > nonce) return this.#watch(pending);
    if (this.#seen !== undefined) this.#tellOfLostBlock(this.#seen);
    const isStale = head.size !== pending.previousSize || monotonic() - (this.#pricedAt ??= monotonic()) >= replaceMs;
    const isSendDue = this.#lastSentAt === undefined || monotonic() - this.#lastSentAt >= rebroadcastMs;
    // Blocks may have been replaced between the reads of this step: of two histories nothing follows, the next step looks anew.
    if ((next < nonce || isStale) && (await view.block(tip.number))?.hash !== tip.hash) return;
    // Blocks that were there are gone, and with them a nonce before ours: these bytes wait for ever. Other bytes for the
    // same tree are harmless beside them.
    if (next < nonce) await this.#forget("nonce-gap", { transaction, nonce, next });
    else if (isStale) await this.#replace(pending, tip, head);
    else if (isSendDue) await this.#send(pending);
  }

  /** Remembers the block that holds it, so that somebody is told when that block is gone. */
  async #watch(pending: PendingPublication): Promise<void> {
    const outcome = await outcomeOf(this.#options.view, pending);
    const { blockHash, transaction } = this.#seen ?? {};
    if (this.#seen !== undefined && outcome?.transaction === transaction && outcome?.blockHash !== blockHash)
      this.#tellOfLostBlock(this.#seen);
    // The block may have gone between two reads of this step: the next one tells so, if it still knows which block it was.
    if (outcome !== undefined) this.#seen = outcome;
  }

  #tellOfLostBlock({ blockNumber, blockHash, transaction }: Outcome): void {
    const { alarms, notice } = this.#options;
    this.#seen = undefined;
    this.#lastSentAt = undefined;
    alarms.raise("C_BLOCK_LOST", `block ${blockNumber}, which held the publication, is gone`, { blockHash });
    notice("block-lost", { blockNumber, blockHash, transaction });
  }

  /** The nonce stays, so of both transactions at most one is ever in the chain. */
  async #replace(pending: PendingPublication, tip: BlockAnswer, head: LogHead): Promise<void> {
    const { transaction, nonce } = pending;
    if (head.size >= this.#options.log.size) {
      await this.#forget("overtaken", { transaction, nonce, size: head.size });
      return;
    }
    await this.#publish(tip, head, pending);
  }

  /**
   * Signs a publication of the whole log, keeps the bytes, then sends them. Bytes that no pool would take for those in
   * `replaced`, and that say nothing else, are not kept: then the old ones are sent again.
   */
  async #publish(tip: BlockAnswer, head: LogHead, replaced?: PendingPublication): Promise<void> {
    const { view, log, logId, signer, deployment, state, failpoint, notice, capPerGas, monotonic } = this.#options;
    if (this.#hold !== undefined && monotonic() < this.#hold.until) throw this.#hold.error;
    const checkpoint = await log.cosignedCheckpoint();
    const { size, root } = checkpointFacts(checkpoint);
    const proof = head.size === 0 ? [] : await log.consistencyProof(head.size, size);
    await failpoint("anchor.beforeSign");
    const { beyondCap, ...signed } = await signPublication(
      view,
      signer,
      { logId, expectedSize: head.size, size, root, proof },
      { chainId: deployment.chainId, block: tip, replaced: state.last, capPerGas },
    );
    this.#pricedAt = monotonic();
    this.#tellOfCap(beyondCap);
    if (replaced?.previousSize === head.size && !isRaised(signed, replaced)) return this.#send(replaced);
    await failpoint("anchor.beforePersist");
    const earlier = earlierOf(state.last, signed);
    const pending = { previousSize: head.size, size, root, checkpoint, ...signed, replaced: earlier };
    await state.save(pending);
    await failpoint("anchor.afterPersist");
    this.#wasTaken = false;
    if (replaced === undefined) this.#pursuedSince = undefined;
    else notice("replaced", { transaction: replaced.transaction, nonce: replaced.nonce });
    notice("signed", { size, nonce: signed.nonce, transaction: signed.transaction });
    await this.#send(pending);
  }

  #tellOfCap(beyondCap: bigint | undefined): void {
    const { alarms, capPerGas } = this.#options;
    if (beyondCap === undefined) {
      alarms.clear("C_FEE_CAP");
      return;
    }
    const message = `the chain wants ${beyondCap} wei per gas, the cap is ${capPerGas}; sent with the cap`;
    alarms.raise("C_FEE_CAP", message, { wanted: String(beyondCap), cap: String(capPerGas) });
  }

  /**
   * Hands the bytes to the chain. That it says no, or nothing, decides nothing: it may have them, it may have them from
   * before, or it may have lost them, and the next step reads which.
   */
  async #send(pending: PendingPublication): Promise<void> {
    const { view, failpoint, monotonic, notice } = this.#options;
    const { transaction, nonce } = pending;
    this.#pursuedSince ??= monotonic();
    this.#lastSentAt = undefined;
    this.#poolAnswer = undefined;
    try {
      await view.ask("eth_sendRawTransaction", [pending.raw]);
      this.#wasTaken = true;
      notice("sent", { transaction, nonce });
    } catch (error) {
      if (!(error instanceof ChainError) || !error.code.startsWith("C_RPC_")) throw error;
      this.#poolAnswer = error.message;
      notice("refused-by-pool", { transaction, code: error.code, message: error.message });
      await this.#lookForFunds(pending);
    }
    this.#lastSentAt = monotonic();
    await failpoint("anchor.afterSend");
  }

  /** A pool's words are not believed, but the balance can be read. */
  async #lookForFunds({ raw, sender }: PendingPublication): Promise<void> {
    const { view, alarms } = this.#options;
    const needed = highestCost(raw);
    if (needed === 0n || this.#tip === undefined) return;
    const balance = await balanceOf(view, sender, this.#tip.number);
    if (balance >= needed) {
      alarms.clear("C_FUNDS");
      return;
    }
    const details = { sender, balance: String(balance), needed: String(needed) };
    alarms.raise("C_FUNDS", `${sender} has ${balance} wei, its publication may cost ${needed}`, details);
  }
}

/** Whether a pool takes `signed` for `replaced`: it pays more. Of another nonce or key it replaces nothing. */
function isRaised(signed: Omit<PricedTransaction, "beyondCap">, replaced: PendingPublication): boolean {
  if (signed.nonce !== replaced.nonce || signed.sender !== replaced.sender) return true;
  return pricePerGas(signed.raw) > pricePerGas(replaced.raw);
}

/** Hashes of what was signed before for the nonce of `signed`. */
function earlierOf(last: PendingPublication | undefined, signed: Omit<PricedTransaction, "beyondCap">): readonly Hex[] {
  if (last?.nonce !== signed.nonce || last.sender !== signed.sender) return [];
  const hashes = new Set([last.transaction, ...(last.replaced ?? [])]);
  hashes.delete(signed.transaction);
  return [...hashes];
}

function wordFor(outcome: Outcome | undefined): string {
  if (outcome === undefined) return "not in a block";
  return outcome.succeeded ? "succeeded" : "refused";
}

/** Size and root of the log's own signed checkpoint (C2SP tlog-checkpoint: lines two and three). */
function checkpointFacts(checkpoint: string): { readonly size: number; readonly root: Hex } {
  const [, size, root] = checkpoint.split("\n");
  return { size: Number(size), root: toHex(fromBase64(root)) };
}
