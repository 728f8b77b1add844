import { toHex } from "@lianzheng/sdk/encoding";
import type { FrameEntry, RecordIndex } from "@lianzheng/node/index";
import { leafHash } from "@lianzheng/node/index";
import type { Journal } from "@lianzheng/node/journal";
import { decodeRecords } from "@lianzheng/node/journal";
import type { AnchoredCheckpoint } from "./anchors.ts";
import { decodeAnchor } from "./anchors.ts";
import type { FramePlace, FramedRecord, RecentFrames } from "./recent-frames.ts";

/** One frame of the journal that says something about the log. */
export type LogFrame =
  | (FramePlace & { readonly kind: "records"; readonly records: readonly FramedRecord[] })
  | (FramePlace & {
      readonly kind: "anchor";
      readonly anchor: AnchoredCheckpoint;
      /** The checkpoint of the same size that stood elsewhere on the chain before; undefined for an anchor's first place. */
      readonly replaces?: AnchoredCheckpoint;
    })
  | (FramePlace & { readonly kind: "other" });

/** Frames in the order in which the log took them, from any place: what a follower reads from. */
export class LogFrames {
  readonly #journal: Journal;
  readonly #index: RecordIndex;
  readonly #recent: RecentFrames;

  constructor(journal: Journal, index: RecordIndex, recent: RecentFrames) {
    this.#journal = journal;
    this.#index = index;
    this.#recent = recent;
  }

  /** Places of the first `limit` frames at or after `from`. */
  async placesFrom(from: FramePlace, limit: number): Promise<readonly FrameEntry[]> {
    return await this.#index.framesFrom(from, limit);
  }

  /** Place of the newest frame; undefined in an empty log. */
  async newest(): Promise<FrameEntry | undefined> {
    return await this.#index.newestFrame();
  }

  /** The frame at a place: as it was committed while it is among the newest, else read and verified. Throws JOURNAL_CORRUPT. */
  async read(entry: FrameEntry): Promise<LogFrame> {
    const { firstIndex, sequence } = entry;
    const recent = this.#recent.at(entry);
    if (recent !== undefined && entry.count > 0) return { kind: "records", ...recent };
    const frame = await this.#journal.readFrame(entry.location);
    switch (frame.type) {
      case "records": {
        const { records } = decodeRecords(frame.payload);
        return { kind: "records", firstIndex, sequence, records: records.map(framed(firstIndex)) };
      }
      case "anchor": {
        const anchor = decodeAnchor(frame.payload);
        const replaces = await this.#anchorBefore(entry, anchor);
        return { kind: "anchor", firstIndex, sequence, anchor, ...(replaces === undefined ? {} : { replaces }) };
      }
      default:
        return { kind: "other", firstIndex, sequence };
    }
  }

  /** An earlier anchor of the same size lies between the frame that brought the log to that size and this one. */
  async #anchorBefore(
    here: FrameEntry,
    { size, blockHash }: AnchoredCheckpoint,
  ): Promise<AnchoredCheckpoint | undefined> {
    let found: AnchoredCheckpoint | undefined;
    for (const entry of await this.#index.framesFrom({ firstIndex: size, sequence: 0 }, Infinity, here)) {
      if (entry.count !== 0) continue;
      const frame = await this.#journal.readFrame(entry.location);
      if (frame.type !== "anchor") continue;
      const anchor = decodeAnchor(frame.payload);
      if (anchor.size === size) found = anchor;
    }
    return found?.blockHash === blockHash ? undefined : found;
  }
}

function framed(firstIndex: number) {
  return ({ entry, submitter }: { entry: string; submitter: string }, at: number): FramedRecord => {
    return { id: toHex(leafHash(entry)), index: firstIndex + at, entry, submitter };
  };
}
