import { NodeError } from "../errors.ts";

/** One thing that waits to be committed. Settling it twice is harmless. */
export interface Waiting<Item, Result> {
  readonly item: Item;
  readonly weight: number;
  readonly resolve: (result: Result) => void;
  readonly reject: (error: unknown) => void;
}

/** How groups are formed. Weights are whatever the caller counts, for instance bytes. */
export interface GroupLimits {
  readonly maxItems: number;
  /** A group closes before this weight is passed; a single heavier item forms a group of its own. */
  readonly maxWeight: number;
  /** Weight that may wait in all; beyond it a newcomer is refused with E_OVERLOADED. */
  readonly maxWaitingWeight: number;
}

/**
 * Group commit: whoever comes while a group is being written forms the next group, and shares its one fdatasync.
 *
 * There is no timer: a lone item is committed at once, and groups grow by themselves under load. `commit` is called
 * for one group at a time and settles each item, now or later; what it throws rejects the items that it left open.
 */
export class GroupQueue<Item, Result> {
  readonly #limits: GroupLimits;
  readonly #commit: (group: readonly Waiting<Item, Result>[]) => Promise<void>;
  #waiting: Waiting<Item, Result>[] = [];
  #waitingWeight = 0;
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(limits: GroupLimits, commit: (group: readonly Waiting<Item, Result>[]) => Promise<void>) {
    this.#limits = limits;
    this.#commit = commit;
  }

  /** Resolves when the item's group is committed. Rejects with E_OVERLOADED, E_SHUTTING_DOWN or what commit says. */
  add(item: Item, weight: number): Promise<Result> {
    if (this.#closed) return Promise.reject(new NodeError("E_SHUTTING_DOWN", "the log is closing"));
    if (this.#waiting.length > 0 && this.#waitingWeight + weight > this.#limits.maxWaitingWeight) {
      return Promise.reject(new NodeError("E_OVERLOADED", "too much waits to be written; try again in a second"));
    }
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.push({ item, weight, resolve, reject });
      this.#waitingWeight += weight;
      this.#running ??= this.#run();
    });
  }

  /** Takes nothing new; resolves when all that waits is settled. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0) {
      // One turn of the event loop: what has arrived already is read first and shares the group, where it would else pay
      // for the next. Under load that makes groups several times as large, and a lone item waits for nobody.
      await new Promise(setImmediate);
      const group = this.#take();
      try {
        await this.#commit(group);
      } catch (error) {
        for (const waiting of group) waiting.reject(error);
      }
    }
    this.#running = undefined;
  }

  #take(): readonly Waiting<Item, Result>[] {
    const { maxItems, maxWeight } = this.#limits;
    let count = 0;
    let weight = 0;
    for (const waiting of this.#waiting) {
      if (count > 0 && (count === maxItems || weight + waiting.weight > maxWeight)) break;
      weight += waiting.weight;
      count += 1;
    }
    this.#waitingWeight -= weight;
    return this.#waiting.splice(0, count);
  }
}
