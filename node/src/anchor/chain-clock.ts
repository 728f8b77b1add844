import type { BlockAnswer } from "./answer.ts";

/**
 * Compares the node's clock with the times of blocks.
 *
 * An old block says nothing of the time now, for some chains make a block only when there is something to put in. So a block
 * convicts the clock in two cases: it is from the future, or it was made since the last look and is older than that look.
 */
export class ChainClock {
  readonly #boundMs: number;
  #last: { readonly number: number; readonly lookedAt: number } | undefined;

  /** @param boundMs - differences up to this are none */
  constructor(boundMs: number) {
    this.#boundMs = boundMs;
  }

  /**
   * @param now - the node's clock, ms since 1970
   * @returns by how many ms the chain is ahead of the node's clock (negative: behind); 0 within the bound; undefined if this
   *   block does not tell
   */
  skewMs({ number, timeS }: BlockAnswer, now: number): number | undefined {
    const timeMs = timeS * 1000;
    const last = this.#last;
    this.#last = { number, lookedAt: now };
    if (timeMs - now > this.#boundMs) return timeMs - now;
    if (last === undefined || number <= last.number) return undefined;
    return timeMs < last.lookedAt - this.#boundMs ? timeMs - now : 0;
  }
}
