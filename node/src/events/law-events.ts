import type { FeedEvent } from "./event.ts";

/** One event of the contracts, as the registry followed it: `law.` and the event's name, what it names as strings. */
export type LawEvent = FeedEvent & { readonly type: `law.${string}` };

/**
 * What the feed needs of whoever follows the contracts.
 *
 * Positions are opaque visible ASCII, at most 200 characters. An event has the same id at each telling; one that a
 * reorganisation took back is not taken from the list, another event says so.
 */
export interface LawEventSource {
  /** The first `limit` events after `position` (null: from the first), and the position after them. */
  after(
    position: string | null,
    limit: number,
  ): Promise<{ readonly events: readonly LawEvent[]; readonly next: string | null }>;
  /** The position after the newest event. */
  end(): Promise<string | null>;
  /** Calls `listener` when there is more. Gives back how to stop. */
  watch(listener: () => void): () => void;
}

/** For a node that follows no law. */
export const noLawEvents: LawEventSource = {
  after: (position) => Promise.resolve({ events: [], next: position }),
  end: () => Promise.resolve(null),
  watch: () => () => undefined,
};
