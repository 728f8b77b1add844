import type { FastifyReply } from "fastify";
import { NodeError } from "../errors.ts";

/** What a gate lets in at once. */
export interface GateLimits {
  /** Requests. */
  readonly places: number;
  /** Bytes of their bodies together. */
  readonly bytes: number;
}

/** One request's claim. */
export interface Claim {
  /** USCC of the caller. */
  readonly member: string;
  /** Length of its body. */
  readonly bytes: number;
}

interface Held {
  places: number;
  bytes: number;
}

/**
 * Bounds the requests in work at once, from the first byte of the body to the end of the answer: the queues behind are
 * these requests and no others, so they cannot outgrow memory.
 *
 * No member can take it all: one gets a place only while what it holds is no more than what is still free, so half of
 * all for one alone, a third each for two, and something is always left for the next one. (Dynamic thresholds, as
 * switches share their buffers: Choudhury and Hahne, 1998.)
 */
export class WorkGate {
  readonly #limits: GateLimits;
  readonly #byMember = new Map<string, Held>();
  readonly #all: Held = { places: 0, bytes: 0 };

  constructor(limits: GateLimits) {
    this.#limits = limits;
  }

  /** Requests in work now. */
  get inWork(): number {
    return this.#all.places;
  }

  /**
   * Takes a place for the request that `reply` answers; it is given back when its response is closed.
   *
   * @throws NodeError E_OVERLOADED when there is none for this member: nothing of the request was read or stored
   */
  enter(reply: FastifyReply, { member, bytes }: Claim): void {
    const held = this.#byMember.get(member) ?? { places: 0, bytes: 0 };
    const { limits, all } = { limits: this.#limits, all: this.#all };
    if (held.places + 1 > limits.places - all.places || held.bytes + bytes > limits.bytes - all.bytes) {
      throw new NodeError("E_OVERLOADED", "The node did nothing yet: send the request again, the same as it is.");
    }
    this.#byMember.set(member, held);
    for (const one of [held, all]) move(one, 1, bytes);
    let isHeld = true;
    const leave = (): void => {
      if (!isHeld) return;
      isHeld = false;
      for (const one of [held, all]) move(one, -1, -bytes);
      if (held.places === 0) this.#byMember.delete(member);
    };
    reply.raw.once("finish", leave).once("close", leave);
  }
}

function move(held: Held, places: number, bytes: number): void {
  held.places += places;
  held.bytes += bytes;
}
