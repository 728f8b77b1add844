import type { Hex } from "@lianzheng/sdk/encoding";

/** A receipt as the client was given it. */
export interface Receipt {
  readonly records: readonly { readonly id: Hex; readonly index: number; readonly subject: string }[];
  readonly checkpoint: string;
}

/** One request and what became of it, as its client saw it. */
export interface Request {
  /** The idempotency key. */
  readonly key: string;
  readonly body: string;
  /** HTTP status of the last answer; undefined if there was none. */
  readonly status: number | undefined;
  readonly receipt: Receipt | undefined;
  /** The code that a refusal gave as its reason, if any. */
  readonly code: string | undefined;
}

/** What the node said of its anchors at some moment. */
export interface Sighting {
  readonly size: number;
  readonly transaction: Hex;
  readonly blockNumber: number;
  readonly blockHash: Hex;
}

/** All that a client knows of a node. The oracle believes this and nothing that the node says later. */
export class History {
  readonly #requests = new Map<string, Request>();
  readonly #refusals: Request[] = [];
  readonly #sightings: Sighting[] = [];

  /** A receipt once given is kept, whatever a later answer to the same key says; the oracle compares. */
  add(request: Request): void {
    if (request.status !== undefined && request.receipt === undefined) this.#refusals.push(request);
    const known = this.#requests.get(request.key);
    if (known?.receipt === undefined) this.#requests.set(request.key, request);
  }

  see(sighting: Sighting | null): void {
    if (sighting !== null) this.#sightings.push(sighting);
  }

  get requests(): readonly Request[] {
    return [...this.#requests.values()];
  }

  /** Requests with a receipt. */
  get acknowledged(): readonly (Request & { readonly receipt: Receipt })[] {
    return this.requests.flatMap((request) => {
      const { receipt } = request;
      return receipt === undefined ? [] : [{ ...request, receipt }];
    });
  }

  /** Every refusal, also of what was accepted later. */
  get refusals(): readonly Request[] {
    return this.#refusals;
  }

  get sightings(): readonly Sighting[] {
    return this.#sightings;
  }
}
