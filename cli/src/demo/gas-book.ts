/** What one kind of action cost. */
export interface GasLine {
  readonly action: string;
  readonly times: number;
  readonly total: number;
  readonly mean: number;
}

/** Gas used, by the name of the action. */
export class GasBook {
  readonly #lines = new Map<string, { times: number; total: bigint }>();

  /** Counts one action. */
  note(action: string, gas: bigint): void {
    const line = this.#lines.get(action) ?? { times: 0, total: 0n };
    this.#lines.set(action, { times: line.times + 1, total: line.total + gas });
  }

  /** One line for each action, in the order in which they first happened. */
  lines(): readonly GasLine[] {
    return [...this.#lines].map(([action, { times, total }]) => ({
      action,
      times,
      total: Number(total),
      mean: Math.round(Number(total) / times),
    }));
  }
}
