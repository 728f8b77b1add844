import type { Hex } from "@lianzheng/sdk/encoding";

/** Where a frame stands among all: frames sort by the log's size before them, then by their number in the journal. */
export interface FramePlace {
  /** Leaves before the frame. */
  readonly firstIndex: number;
  /** Number of the frame in the journal. */
  readonly sequence: number;
}

/** A record as its frame has it, without what its disclosures say. */
export interface FramedRecord {
  /** Leaf hash. */
  readonly id: Hex;
  readonly index: number;
  /** Text of the entry. */
  readonly entry: string;
  readonly submitter: string;
}

/** A frame of records as it was committed. */
export interface RecentFrame extends FramePlace {
  /** At least one. */
  readonly records: readonly FramedRecord[];
}

/** Characters of entries that are kept; a frame has up to four million. */
const maxCharacters = 8 * 1024 * 1024;

/**
 * The newest frames of records in memory, what stands in clear of them and nothing else: who follows the log reads what was
 * written a moment ago, and need not read and decode it again. A follower that lags reads from the journal.
 *
 * Only what is on disk may be put in. Nothing that is disclosed is here, so an erasure has nothing to take out.
 */
export class RecentFrames {
  #frames: RecentFrame[] = [];
  #characters = 0;

  /** Takes in the frame that follows the one before. The oldest leave when there is too much; the newest stays. */
  keep(frame: RecentFrame): void {
    this.#frames.push(frame);
    this.#characters += charactersOf(frame);
    let gone = 0;
    while (this.#characters > maxCharacters && gone < this.#frames.length - 1) {
      const oldest = this.#frames[gone];
      if (oldest !== undefined) this.#characters -= charactersOf(oldest);
      gone += 1;
    }
    if (gone > 0) this.#frames = this.#frames.slice(gone);
  }

  /** The frame that holds the record at `index`; undefined if it is not among the newest. */
  holding(index: number): RecentFrame | undefined {
    const frame = this.#frames[this.#lastFrom(index)];
    return frame === undefined || index >= frame.firstIndex + frame.records.length ? undefined : frame;
  }

  /** The frame at a place; undefined if it is not among the newest. */
  at({ firstIndex, sequence }: FramePlace): RecentFrame | undefined {
    const frame = this.#frames[this.#lastFrom(firstIndex)];
    return frame?.firstIndex === firstIndex && frame.sequence === sequence ? frame : undefined;
  }

  /** Position of the last frame that begins at `index` or before; -1 if there is none. */
  #lastFrom(index: number): number {
    let [low, high] = [0, this.#frames.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#frames[middle]?.firstIndex ?? Infinity) <= index) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  }
}

function charactersOf({ records }: RecentFrame): number {
  return records.reduce((sum, { entry }) => sum + entry.length, 0);
}
