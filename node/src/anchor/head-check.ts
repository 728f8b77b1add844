import { toHex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import type { BlockAnswer } from "./answer.ts";
import type { ChainView, LogHead } from "./chain-view.ts";
import type { AnchoredLog } from "./log-port.ts";

/** A refusal that only an operator can end: publishing stops until the node is started again. */
export function isFork(error: unknown): boolean {
  return error instanceof ChainError && error.code === "C_FENCED" && error.details["ours"] !== undefined;
}

/** Whether the chain's log and ours are one history. Asked before anything is signed or sent, at every step. */
export class HeadCheck {
  readonly #view: ChainView;
  readonly #log: AnchoredLog;
  /** The head that was last found to be ours, so that an unchanged one costs no tile reads. */
  #agreed: LogHead | undefined;

  constructor(view: ChainView, log: AnchoredLog) {
    this.#view = view;
    this.#log = log;
  }

  /**
   * The chain's head must be a prefix of our log, and no shorter than what was final before.
   *
   * @throws ChainError C_FENCED: another history (`details.ours`), or more than this log has (`details.logSize`);
   *   C_INCONSISTENT if the head went back although the block that held it is there
   */
  async requireOurs(head: LogHead): Promise<void> {
    const known = await this.#log.anchors.latest();
    if (head.size < (known?.size ?? 0))
      throw new ChainError("C_INCONSISTENT", "the log's head on the chain went back without a change of blocks", {
        ...{ method: "eth_call", expected: known?.size, actual: head.size },
      });
    if (head.size === 0 || (this.#agreed?.size === head.size && this.#agreed.root === head.root)) return;
    const details = { size: head.size, root: head.root };
    if (head.size > this.#log.size) {
      const message = `the chain has ${head.size} leaves of this log, the log itself has ${this.#log.size}`;
      throw new ChainError("C_FENCED", message, { ...details, logSize: this.#log.size });
    }
    const ours = toHex(await this.#log.rootAt(head.size));
    if (ours !== head.root)
      throw new ChainError("C_FENCED", "the chain holds another tree than this log", { ...details, ours });
    this.#agreed = head;
  }

  /**
   * A block that was final is there for good, or the chain broke its promise: evidence that names it would prove nothing.
   * Asked before anything else is read: a chain that took blocks back may know neither the log nor its contract.
   *
   * @throws ChainError C_CHAIN_BEHIND, C_REORGANISED
   */
  async requireNothingLost(tip: BlockAnswer): Promise<void> {
    const known = await this.#log.anchors.latest();
    if (known === undefined) return;
    const { blockNumber, blockHash, size } = known;
    const details = { blockNumber, size };
    if (tip.number < blockNumber)
      throw new ChainError("C_CHAIN_BEHIND", `the chain ends before block ${blockNumber}`, details);
    const actual = (await this.#view.block(blockNumber))?.hash;
    if (actual === blockHash) return;
    const hashes = { expected: blockHash, actual: actual ?? null };
    throw new ChainError("C_REORGANISED", `block ${blockNumber} is another than it was`, { ...details, ...hashes });
  }
}
