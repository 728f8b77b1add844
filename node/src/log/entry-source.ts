import type { RecordIndex } from "@lianzheng/node/index";
import type { Journal } from "@lianzheng/node/journal";
import { decodeRecords } from "@lianzheng/node/journal";
import { NodeError } from "../errors.ts";
import type { RecentFrames } from "./recent-frames.ts";

/** Readings under way at once. A frame is megabytes, and decoding is one thread's work however many wait for it. */
const readAtOnce = 2;

/** What stands in clear of a record. */
export interface StoredEntry {
  readonly entry: string;
  readonly submitter: string;
}

/** The texts of entries: the newest as they were committed, all others from the journal's verified frames. */
export class EntrySource {
  readonly #journal: Journal;
  readonly #index: RecordIndex;
  readonly #recent: RecentFrames;
  readonly #waiting: (() => void)[] = [];
  #reading = 0;

  constructor(journal: Journal, index: RecordIndex, recent: RecentFrames) {
    this.#journal = journal;
    this.#index = index;
    this.#recent = recent;
  }

  /** Texts of `count` entries from index `first` on. Throws JOURNAL_CORRUPT, INDEX_CORRUPT. */
  async texts(first: number, count: number): Promise<readonly string[]> {
    return (await this.stored(first, count)).map(({ entry }) => entry);
  }

  /** Text and submitter of `count` entries from index `first` on. Throws JOURNAL_CORRUPT, INDEX_CORRUPT. */
  async stored(first: number, count: number): Promise<readonly StoredEntry[]> {
    const recent = this.#fromMemory(first, count);
    if (recent !== undefined) return recent;
    while (this.#reading >= readAtOnce) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#reading += 1;
    try {
      return await this.#read(first, count);
    } finally {
      this.#reading -= 1;
      this.#waiting.shift()?.();
    }
  }

  /** All of them from memory, or none: a frame that is read brings the rest of them with it. */
  #fromMemory(first: number, count: number): readonly StoredEntry[] | undefined {
    const entries: StoredEntry[] = [];
    while (entries.length < count) {
      const from = first + entries.length;
      const frame = this.#recent.holding(from);
      if (frame === undefined) return undefined;
      const start = from - frame.firstIndex;
      entries.push(...frame.records.slice(start, start + count - entries.length));
    }
    return entries;
  }

  async #read(first: number, count: number): Promise<readonly StoredEntry[]> {
    const entries: StoredEntry[] = [];
    while (entries.length < count) {
      const from = first + entries.length;
      const frame = await this.#index.frameOf(from);
      const { firstIndex, records } = decodeRecords((await this.#journal.readFrame(frame.location)).payload);
      if (firstIndex !== frame.firstIndex || records.length !== frame.count) throw contradiction(from);
      const start = from - firstIndex;
      const wanted = records.slice(start, start + count - entries.length);
      for (const { entry, submitter } of wanted) entries.push({ entry, submitter });
    }
    return entries;
  }
}

function contradiction(index: number): NodeError {
  return new NodeError("JOURNAL_CORRUPT", `record ${index} in the journal is not where the index has it`, { index });
}
