/** So many at once, and one more in each `everyMs`. */
export interface AllowanceRule {
  readonly burst: number;
  readonly everyMs: number;
}

interface Bucket {
  left: number;
  atMs: number;
}

/** Most callers that are remembered; tokens are of a few members. */
const maxCallers = 10_000;

/** How often each caller may do something (token bucket). */
export class Allowance {
  readonly #rule: AllowanceRule;
  readonly #buckets = new Map<string, Bucket>();

  constructor(rule: AllowanceRule) {
    this.#rule = rule;
  }

  /** Whether `caller` may do it once more at `nowMs`; if so, it has. */
  take(caller: string, nowMs: number): boolean {
    const { burst, everyMs } = this.#rule;
    const bucket = this.#buckets.get(caller) ?? { left: burst, atMs: nowMs };
    const earned = Math.max(0, Math.floor((nowMs - bucket.atMs) / everyMs));
    const left = Math.min(burst, bucket.left + earned);
    const atMs = left === burst ? nowMs : bucket.atMs + earned * everyMs;
    if (!this.#buckets.has(caller) && this.#buckets.size >= maxCallers) this.#buckets.clear();
    this.#buckets.set(caller, { left: left > 0 ? left - 1 : 0, atMs });
    return left > 0;
  }
}
