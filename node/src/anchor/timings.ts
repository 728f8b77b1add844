/** How long anchoring waits for what, in milliseconds. */
export interface AnchorTimings {
  /** For one answer of the chain. */
  readonly answerMs: number;
  /** Between two looks at the log's size. */
  readonly tickMs: number;
  /** Between two looks at the chain while a publication is under way; the first ones are quicker. */
  readonly pollMs: number;
  /** Between two looks at the chain while nothing is under way: finds a chain that was reset. */
  readonly observeMs: number;
  /** After the first failure; doubles with each of the same kind. */
  readonly backoffFirstMs: number;
  readonly backoffLastMs: number;
  /** Until the same bytes are sent again. */
  readonly rebroadcastMs: number;
  /** Until other bytes with the same nonce and higher fees are sent. */
  readonly replaceMs: number;
  /** Until a publication that no block takes is called stalled. */
  readonly stallMs: number;
  /** How long flush() waits. */
  readonly flushMs: number;
}

/** For a chain with a block every few seconds. */
export const usualTimings: AnchorTimings = {
  answerMs: 10_000,
  tickMs: 250,
  pollMs: 1_000,
  observeMs: 15_000,
  backoffFirstMs: 1_000,
  backoffLastMs: 30_000,
  rebroadcastMs: 10_000,
  replaceMs: 120_000,
  stallMs: 30_000,
  flushMs: 60_000,
};
