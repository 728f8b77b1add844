import type { FrameLocation, SealedSegment } from "@lianzheng/node/journal";
import { NodeError } from "../errors.ts";
import type { RequestName } from "./keys.ts";
import {
  idBlockOf,
  idKey,
  numberKey,
  openValue,
  rangeOf,
  requestKey,
  requestWitnessKey,
  runKey,
  sealedValue,
  sequenceKey,
  textKey,
} from "./keys.ts";
import type { IndexedFrame } from "./view.ts";

/** Which keys and values there are, in words of the identity: an index in another layout is made again. */
export const layoutVersion = "6";

/** One key and its value. */
export interface Put {
  readonly type: "put";
  readonly key: Buffer;
  readonly value: Buffer;
}

/** The newest entry of a subject. */
export interface SubjectHead {
  /** Entries of this subject so far. */
  readonly count: number;
  /** Index of the newest. */
  readonly index: number;
  /** Id of the newest, 32 bytes. */
  readonly id: Buffer;
}

/** A frame of the journal as the index knows it. */
export interface FrameEntry {
  readonly firstIndex: number;
  readonly sequence: number;
  readonly location: FrameLocation;
  readonly count: number;
}

/** An accepted request. */
export interface KnownRequest {
  readonly requestDigest: Buffer;
  readonly firstIndex: number;
  readonly count: number;
}

function put(key: Buffer, numbers: readonly number[], bytes?: Uint8Array): Put {
  return { type: "put", key, value: sealedValue(key, numbers, bytes) };
}

/** The part of a frame's views that does not depend on where the frame stands. */
export type PreparedViews = readonly Put[];

/** Makes the views of records and requests: the larger part of the work of writing a frame's views. */
export function prepareViews(frame: Pick<IndexedFrame, "firstIndex" | "batches" | "records">): PreparedViews {
  const { firstIndex, records } = frame;
  const puts: Put[] = [];
  const newest = new Map<string, number>();
  for (const [at, { id, subject, sequence, erases }] of records.entries()) {
    const index = firstIndex + at;
    puts.push(put(idKey(idBlockOf(index), id), [index]), put(sequenceKey(subject, sequence), [index]));
    if (erases) puts.push(put(numberKey("x", index), []));
    newest.set(subject, at);
  }
  for (const [subject, at] of newest) puts.push(headPut(subject, frame, at));
  puts.push(...requestPuts(frame), ...runPuts(frame));
  return puts;
}

/** The views that say where a frame stands. */
export function framePuts({ firstIndex, sequence, records, location, anchoredSize }: IndexedFrame): Put[] {
  const place = [location.segment, location.offset, location.length];
  const frame = put(numberKey("f", firstIndex, sequence), [...place, records.length]);
  return anchoredSize === undefined ? [frame] : [frame, put(numberKey("a", anchoredSize), place)];
}

function headPut(
  subject: string,
  { firstIndex, records }: Pick<IndexedFrame, "firstIndex" | "records">,
  at: number,
): Put {
  const record = records[at];
  if (record === undefined) throw new TypeError("no such record");
  return put(textKey("h", subject), [record.sequence + 1, firstIndex + at], record.id);
}

function requestPuts({ firstIndex, batches }: Pick<IndexedFrame, "firstIndex" | "batches">): Put[] {
  let index = firstIndex;
  return batches.flatMap(({ requestDigest, count, ...request }) => {
    const made = [put(requestKey(request), [index, count], requestDigest), put(requestWitnessKey(request), [])];
    index += count;
    return made;
  });
}

/** One key for all that a member sent next to each other in a frame, however many requests brought it. */
function runPuts({ firstIndex, batches }: Pick<IndexedFrame, "firstIndex" | "batches">): Put[] {
  const runs: { readonly member: string; readonly first: number; count: number }[] = [];
  let index = firstIndex;
  for (const { member, count } of batches) {
    const last = runs.at(-1);
    if (last?.member === member) last.count += count;
    else runs.push({ member, first: index, count });
    index += count;
  }
  return runs.map(({ member, first, count }) => put(runKey(member, first), [count]));
}

/** The view that says that all views of a closed segment are there. */
export function sealPut({ segment, bytes, frames, firstIndex, records }: SealedSegment): Put {
  return put(numberKey("g", segment), [bytes, frames, firstIndex, records]);
}

/** Whether a value that is found in the place of `put` is that of a later frame: only heads and anchors are replaced. Throws INDEX_CORRUPT. */
export function replacesView({ key, value }: Put, found: Buffer): boolean {
  switch (rangeOf(key)) {
    case "h":
      return subjectHead(key, found).count > subjectHead(key, value).count;
    case "a":
      return isLater(openValue(key, found, 3).numbers, openValue(key, value, 3).numbers);
    default:
      return false;
  }
}

function isLater([segment = 0, offset = 0]: readonly number[], [than = 0, at = 0]: readonly number[]): boolean {
  return segment > than || (segment === than && offset > at);
}

/** Where a frame stands, as three numbers of a value say it. */
export function placeOf([segment = 0, offset = 0, length = 0]: readonly number[]): FrameLocation {
  return { segment, offset, length };
}

/** Reads a value of range `f`. Throws INDEX_CORRUPT, as all that read values do. */
export function frameEntry(key: Buffer, value: Buffer): FrameEntry {
  const { numbers } = openValue(key, value, 4);
  return {
    firstIndex: key.readUIntBE(1, 6),
    sequence: key.readUIntBE(7, 6),
    location: placeOf(numbers),
    count: numbers[3] ?? 0,
  };
}

/** Reads a value of range `h`. */
export function subjectHead(key: Buffer, value: Buffer): SubjectHead {
  const {
    numbers: [count = 0, index = 0],
    bytes,
  } = openValue(key, value, 2);
  return { count, index, id: bytes };
}

/**
 * Reads what ranges `h` and `s` have of a subject: its newest entry, and whether it has a first one; undefined for a new subject.
 *
 * A lost head would let a sequence begin again, which the log would then sign. So a missing head counts only if the
 * subject's first entry, another key in another block, is missing too.
 */
export function headOf(subject: string, value: Buffer | undefined, first: Buffer | undefined): SubjectHead | undefined {
  if (value !== undefined) return subjectHead(textKey("h", subject), value);
  if (first === undefined) return undefined;
  throw new NodeError("INDEX_CORRUPT", "the index lost the newest entry of a subject; delete it and start again");
}

/**
 * Reads what ranges `k` and `q` have of a request; undefined for a new one.
 *
 * A lost key would let the request be recorded again. So it is new only if both are missing: `q` sorts by a hash, and so
 * stands in another block than `k`.
 */
export function knownRequest(
  request: RequestName,
  value: Buffer | undefined,
  witness: Buffer | undefined,
): KnownRequest | undefined {
  if (value === undefined && witness === undefined) return undefined;
  if (value === undefined || witness === undefined) {
    throw new NodeError("INDEX_CORRUPT", "the index lost what it knew of a request; delete it and start again");
  }
  openValue(requestWitnessKey(request), witness, 0);
  return openedRequest(requestKey(request), value);
}

function openedRequest(key: Buffer, value: Buffer): KnownRequest {
  const {
    numbers: [firstIndex = 0, count = 0],
    bytes,
  } = openValue(key, value, 2);
  return { firstIndex, count, requestDigest: bytes };
}
