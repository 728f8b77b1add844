/** Aborts when nothing was heard for so long, or when another signal does. */
export class Silence {
  readonly signal: AbortSignal;
  readonly #longestMs: number;
  readonly #controller = new AbortController();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(longestMs: number, other?: AbortSignal) {
    this.#longestMs = longestMs;
    this.signal = other === undefined ? this.#controller.signal : AbortSignal.any([this.#controller.signal, other]);
  }

  /** Something was heard: the wait begins anew. */
  broken(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#controller.abort(new DOMException("nothing was heard", "TimeoutError"));
    }, this.#longestMs);
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
