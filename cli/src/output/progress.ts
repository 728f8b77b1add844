import type { Sink } from "./sink.ts";
import { clip } from "./width.ts";

const APPEARS_AFTER_MS = 1_000;
const REDRAWN_EVERY_MS = 200;

/** One line that is overwritten as work goes on; it stays unseen where the work ends within a second. */
export class Progress {
  readonly #label: string;
  readonly #sink: Sink | undefined;
  readonly #startedAt = performance.now();
  #drawnAt = 0;

  /** @param sink - a terminal, or undefined where there is none */
  constructor(label: string, sink: Sink | undefined) {
    this.#label = label;
    this.#sink = sink;
  }

  /** Says how far the work got, such as `1,200 of 10,000`. */
  update(text: string): void {
    const now = performance.now();
    if (this.#sink === undefined || now - this.#startedAt < APPEARS_AFTER_MS) return;
    if (now - this.#drawnAt < REDRAWN_EVERY_MS) return;
    this.#drawnAt = now;
    this.#sink.write(`\r${clip(`  ${this.#label} … ${text}`, (this.#sink.columns ?? 80) - 1)}\u001b[K`);
  }

  /** Takes the line away. */
  done(): void {
    if (this.#drawnAt > 0) this.#sink?.write("\r\u001b[K");
  }
}
