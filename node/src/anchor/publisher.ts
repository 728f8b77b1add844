import type { Deployment } from "@lianzheng/sdk/chain";
import { fromBase64, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import type { BlockAnswer } from "./answer.ts";
import type { ChainView, LogHead } from "./chain-view.ts";
import type { AnchoredCheckpoint } from "@lianzheng/node/log";
import type { AnchoredLog } from "./log-port.ts";
import { signPublication, type Replaced, type TransactionSigner } from "./publication.ts";
import type { AnchorState, PendingPublication } from "./state.ts";

/** When a block counts: at once (QBFT, the embedded chain), or with so many blocks on top of it. */
export type Finality = { readonly kind: "immediate" } | { readonly kind: "depth"; readonly blocks: number };

/** Something worth telling an operator; holds no record field and no secret. */
export type AnchorNotice = (
  event: "signed" | "sent" | "refused-by-pool" | "finished" | "anchored" | "overtaken" | "replaced" | "nonce-gap",
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
  /** Milliseconds on a clock that never goes back. */
  readonly monotonic: () => number;
  /** Sends the same bytes again after so long without a block, in ms. */
  readonly rebroadcastMs: number;
  /** Signs anew, with the same nonce, after so long without a block, in ms. */
  readonly replaceMs: number;
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

/** A refusal that only an operator can end: publishing stops until the node is started again. */
export function isFork(error: unknown): boolean {
  return error instanceof ChainError && error.code === "C_FENCED" && error.details["ours"] !== undefined;
}

/**
 * Brings the chain up to the log, one step at a time.
 *
 * A step reads the chain, compares it with the log, notes what became final, and does the one next thing. It remembers
 * nothing of the steps before but the signed bytes on disk: after a crash, a lost answer or somebody else's transaction
 * the next step is the ordinary one. What an RPC endpoint says of a sent transaction decides nothing.
 */
export class Publisher {
  readonly #options: PublisherOptions;
  #lastSentAt: number | undefined;
  #pursuedSince: number | undefined;
  #tip: number | undefined;
  #poolAnswer: string | undefined;
  /** The head that was last found to be ours, so that an unchanged one costs no tile reads. */
  #agreed: LogHead | undefined;

  constructor(options: PublisherOptions) {
    this.#options = options;
  }

  /** Number of the newest block that was read. */
  get tip(): number | undefined {
    return this.#tip;
  }

  /** With what the chain answered the pending transaction when it was last sent, if with an error. For people. */
  get poolAnswer(): string | undefined {
    return this.#poolAnswer;
  }

  /** Milliseconds since the pending transaction was first sent by this process; undefined without one. */
  get pursuedMs(): number | undefined {
    return this.#pursuedSince === undefined ? undefined : this.#options.monotonic() - this.#pursuedSince;
  }

  /**
   * One step. With `wanted` it publishes what the chain lacks of the log.
   *
   * @throws ChainError C_FENCED if the chain holds a checkpoint that is not of this log (`details.ours` is our root), or one
   *   larger than this log; C_REORGANISED, C_CHAIN_BEHIND if the chain lost what it had; C_WRONG_CHAIN, C_CONTRACT_MISSING,
   *   C_CONTRACT_MISMATCH; C_ANCHOR_REVERTED if the contract would refuse; C_ANCHOR_STORE; and what ChainView throws
   */
  async step(wanted: boolean): Promise<StepResult> {
    const { view, logId, state } = this.#options;
    await view.identify();
    const tip = await view.tip();
    this.#tip = tip.number;
    const head = await view.head(logId, tip.number);
    await this.#compare(head, tip);
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

  /** The chain's head must be a prefix of our log, and no smaller than what was final before. */
  async #compare(head: LogHead, tip: BlockAnswer): Promise<void> {
    const { log, logId } = this.#options;
    await this.#requireNothingLost(head, tip);
    if (head.size === 0 || (this.#agreed?.size === head.size && this.#agreed.root === head.root)) return;
    const details = { logId, size: head.size, root: head.root };
    if (head.size > log.size) {
      const message = `the chain has ${head.size} leaves of this log, the log itself has ${log.size}`;
      throw new ChainError("C_FENCED", message, { ...details, logSize: log.size });
    }
    const ours = toHex(await log.rootAt(head.size));
    if (ours !== head.root)
      throw new ChainError("C_FENCED", "the chain holds another tree than this log", { ...details, ours });
    this.#agreed = head;
  }

  async #requireNothingLost(head: LogHead, tip: BlockAnswer): Promise<void> {
    const { log, view } = this.#options;
    const known = await log.anchors.latest();
    if (known === undefined || head.size >= known.size) return;
    const details = { expected: known.size, actual: head.size, blockNumber: known.blockNumber };
    if (tip.number < known.blockNumber)
      throw new ChainError("C_CHAIN_BEHIND", `the chain ends before block ${known.blockNumber}`, details);
    const block = await view.block(known.blockNumber);
    if (block?.hash !== known.blockHash)
      throw new ChainError("C_REORGANISED", `block ${known.blockNumber} is another than it was`, details);
    throw new ChainError("C_INCONSISTENT", "the log's head on the chain went back without a change of blocks", {
      ...details,
      method: "eth_call",
    });
  }

  /** Notes the newest final checkpoint. A crash before or after costs nothing: the next step reads the same event. */
  async #record(head: LogHead, final: number): Promise<void> {
    const { log, logId, view, deployment, failpoint, notice } = this.#options;
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
   */
  async #finished(pending: PendingPublication, finalHead: LogHead, final: number): Promise<boolean> {
    const reached = finalHead.size >= pending.size;
    if (!reached && (await this.#options.view.nonce(pending.sender, final)) <= pending.nonce) return false;
    const receipt = await this.#options.view.receipt(pending.transaction);
    const outcome = receipt === undefined ? "not in a block" : receipt.succeeded ? "succeeded" : "refused";
    await this.#forget("finished", { transaction: pending.transaction, nonce: pending.nonce, reached, outcome });
    return true;
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
    notice(why, details);
  }

  /** Carries the pending transaction into a block: the same bytes again, and new ones of its nonce where these cannot help. */
  async #pursue(pending: PendingPublication, tip: BlockAnswer, head: LogHead): Promise<void> {
    const { view, monotonic, rebroadcastMs, replaceMs } = this.#options;
    const { transaction, nonce } = pending;
    const next = await view.nonce(pending.sender, tip.number);
    const isInBlock = next > nonce;
    const isStale = head.size !== pending.previousSize || (this.pursuedMs ?? 0) >= replaceMs;
    const isSendDue = this.#lastSentAt === undefined || monotonic() - this.#lastSentAt >= rebroadcastMs;
    // Blocks that were there are gone, and with them a nonce before ours: these bytes wait for ever. Other bytes for the
    // same tree are harmless beside them.
    if (next < nonce) await this.#forget("nonce-gap", { transaction, nonce, next });
    else if (!isInBlock && isStale) await this.#replace(pending, tip, head);
    else if (!isInBlock && isSendDue) await this.#send(pending);
  }

  /** The nonce stays, so of both transactions at most one is ever in the chain. */
  async #replace(pending: PendingPublication, tip: BlockAnswer, head: LogHead): Promise<void> {
    const { transaction, nonce } = pending;
    if (head.size >= this.#options.log.size) {
      await this.#forget("overtaken", { transaction, nonce, size: head.size });
      return;
    }
    this.#options.notice("replaced", { transaction, nonce });
    await this.#publish(tip, head, pending);
  }

  /** Signs a publication of the whole log, keeps the bytes, then sends them. */
  async #publish(tip: BlockAnswer, head: LogHead, replaced?: Replaced): Promise<void> {
    const { view, log, logId, signer, deployment, state, failpoint, notice } = this.#options;
    const checkpoint = log.checkpoint();
    const { size, root } = checkpointFacts(checkpoint);
    const proof = head.size === 0 ? [] : await log.consistencyProof(head.size, size);
    await failpoint("anchor.beforeSign");
    const signed = await signPublication(
      view,
      signer,
      { logId, expectedSize: head.size, size, root, proof },
      { chainId: deployment.chainId, block: tip, replaced },
    );
    await failpoint("anchor.beforePersist");
    const pending = { previousSize: head.size, size, root, checkpoint, ...signed };
    await state.save(pending);
    await failpoint("anchor.afterPersist");
    this.#pursuedSince = undefined;
    notice("signed", { size, nonce: signed.nonce, transaction: signed.transaction });
    await this.#send(pending);
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
      notice("sent", { transaction, nonce });
    } catch (error) {
      if (!(error instanceof ChainError) || !error.code.startsWith("C_RPC_")) throw error;
      this.#poolAnswer = error.message;
      notice("refused-by-pool", { transaction, code: error.code, message: error.message });
    }
    this.#lastSentAt = monotonic();
    await failpoint("anchor.afterSend");
  }
}

/** Size and root of the log's own signed checkpoint (C2SP tlog-checkpoint: lines two and three). */
function checkpointFacts(checkpoint: string): { readonly size: number; readonly root: Hex } {
  const [, size, root] = checkpoint.split("\n");
  return { size: Number(size), root: toHex(fromBase64(root)) };
}
