import { hash } from "node:crypto";
import type { Frame, FrameLocation, StoredBatch } from "@lianzheng/node/journal";
import { decodeRecords } from "@lianzheng/node/journal";
import { erasureType } from "@lianzheng/sdk/record";
import { NodeError } from "../errors.ts";

/** One record as the index sees it. */
export interface IndexedRecord {
  /** Leaf hash, 32 bytes. */
  readonly id: Uint8Array;
  readonly subject: string;
  /** Place in the subject's sequence. */
  readonly sequence: number;
  /** Whether it tells of an erasure. */
  readonly erases: boolean;
}

/** What the index takes from one frame. */
export interface IndexedFrame {
  readonly sequence: number;
  readonly location: FrameLocation;
  /** Index of the first record in the log; of an anchor, the log's size when it was written. */
  readonly firstIndex: number;
  readonly batches: readonly StoredBatch[];
  readonly records: readonly IndexedRecord[];
  /** Size of the anchored tree; only of an anchor. */
  readonly anchoredSize?: number;
}

/**
 * What the index takes from a frame of the journal; undefined for frames that it does not keep.
 *
 * `size` is the log's size before the frame. Throws JOURNAL_CORRUPT if the frame does not continue it.
 */
export function indexedFrame(frame: Frame, location: FrameLocation, size: number): IndexedFrame | undefined {
  const { sequence } = frame;
  switch (frame.type) {
    case "identity":
      return undefined;
    case "anchor":
      return { sequence, location, firstIndex: size, batches: [], records: [], anchoredSize: anchoredSize(frame) };
    case "records": {
      const { firstIndex, batches, records } = decodeRecords(frame.payload);
      if (firstIndex !== size) {
        throw new NodeError(
          "JOURNAL_CORRUPT",
          `frame ${sequence} starts at index ${firstIndex}, the log ends at ${size}`,
        );
      }
      return { sequence, location, firstIndex, batches, records: records.map(({ entry }) => indexedRecord(entry)) };
    }
  }
}

/** Size of the tree that an anchor's frame speaks of. Throws JOURNAL_CORRUPT. */
function anchoredSize(frame: Frame): number {
  const value: unknown = JSON.parse(frame.payload.toString("utf8"));
  if (typeof value === "object" && value !== null && "size" in value && Number.isSafeInteger(value.size)) {
    return Number(value.size);
  }
  throw new NodeError("JOURNAL_CORRUPT", `frame ${frame.sequence} is no anchor`);
}

/** The entry was checked when it was written and its frame's checksum is right, so some of its members are read plainly. */
function indexedRecord(entry: string): IndexedRecord {
  const value: unknown = JSON.parse(entry);
  if (typeof value === "object" && value !== null && "subject" in value && "sequence" in value && "type" in value) {
    const { subject, sequence, type } = value;
    return { id: leafHash(entry), subject: String(subject), sequence: Number(sequence), erases: type === erasureType };
  }
  throw new NodeError("JOURNAL_CORRUPT", "a record in the journal has no subject");
}

/** SHA-256(0x00 ‖ entry), formats.md section 5; entries are ASCII, so their UTF-8 is their text. */
export function leafHash(entry: string): Buffer {
  return Buffer.from(hash("sha256", `\0${entry}`, "binary"), "latin1");
}
