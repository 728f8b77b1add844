import type { FastifyReply } from "fastify";
import { NodeError } from "../errors.ts";

/**
 * Bounds the submissions in work at once, from the first byte of the body to the end of the handler.
 *
 * The queue in front of the journal is these requests and no other, so it cannot outgrow memory: at most `limit` bodies.
 */
export class SubmissionGate {
  readonly #limit: number;
  #inWork = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Submissions in work now. */
  get inWork(): number {
    return this.#inWork;
  }

  /**
   * Takes a place for the request that `reply` answers; it is given back when its response is closed.
   *
   * @throws NodeError E_OVERLOADED when every place is taken: nothing of the request was read or stored
   */
  enter(reply: FastifyReply): void {
    if (this.#inWork >= this.#limit) {
      throw new NodeError("E_OVERLOADED", "Nothing was stored: send the request again, with the same Idempotency-Key.");
    }
    this.#inWork += 1;
    let held = true;
    const leave = (): void => {
      if (held) this.#inWork -= 1;
      held = false;
    };
    reply.raw.once("finish", leave).once("close", leave);
  }
}
