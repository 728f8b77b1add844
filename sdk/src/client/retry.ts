/** Waits that many milliseconds. */
export type Pause = (ms: number) => Promise<void>;

const firstWaitMs = 250;

/**
 * How long to wait after each attempt if it fails, milliseconds: 250 and twice as much each time, of it a random half at
 * least, so that many clients of one busy node do not come again together. Undefined after the last.
 */
export function* waitsOf(retries: number): Generator<number | undefined> {
  for (let retry = 0; retry < retries; retry++) yield firstWaitMs * 2 ** retry * (0.5 + Math.random() / 2);
  yield undefined;
}

/** The seconds of a `Retry-After` header as milliseconds; a date there is passed over (RFC 9110 section 10.2.3). */
export function retryAfterMs(header: string | null): number | undefined {
  return header !== null && /^[0-9]{1,6}$/.test(header) ? Number(header) * 1000 : undefined;
}
