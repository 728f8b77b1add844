/** First line of every segment's first frame. */
export const journalFormat = "lianzheng journal 2";

/**
 * What a segment was when it was closed.
 *
 * The first frame of the segment behind it says so, so that whoever opens the journal can tell by a file's length and its
 * last 32 bytes whether it is the one that was closed, and which records it holds, without reading what lies between.
 */
export interface SealedSegment {
  /** First sequence of the segment, which names the file. */
  readonly segment: number;
  /** Length of the file. */
  readonly bytes: number;
  readonly frames: number;
  /** Index that the segment's first record has in the log, or would have. */
  readonly firstIndex: number;
  readonly records: number;
}

/** What an identity frame says. */
export interface SegmentIdentity {
  readonly format: string;
  readonly identity: string;
  /** Undefined in the first segment, and behind segments of a time when none were sealed. */
  readonly seal: SealedSegment | undefined;
}

const sealForm = /^sealed (\d{1,16}) (\d{1,16}) (\d{1,16}) (\d{1,16}) (\d{1,16})$/;

/** Payload of an identity frame: format, identity and, behind a closed segment, its seal, one a line. */
export function encodeIdentity(identity: string, seal?: SealedSegment): Buffer {
  const lines = [journalFormat, identity];
  if (seal !== undefined) {
    lines.push(`sealed ${seal.segment} ${seal.bytes} ${seal.frames} ${seal.firstIndex} ${seal.records}`);
  }
  return Buffer.from(`${lines.join("\n")}\n`, "utf8");
}

/** Reads the payload of an identity frame. */
export function decodeIdentity(payload: Buffer): SegmentIdentity {
  const [format = "", identity = "", sealed = ""] = payload.toString("utf8").split("\n");
  const match = sealForm.exec(sealed);
  if (match === null) return { format, identity, seal: undefined };
  const [segment = 0, bytes = 0, frames = 0, firstIndex = 0, records = 0] = match.slice(1).map(Number);
  return { format, identity, seal: { segment, bytes, frames, firstIndex, records } };
}

/** Whether two seals say the same. */
export function isSameSeal(one: SealedSegment, other: SealedSegment): boolean {
  return (
    one.segment === other.segment &&
    one.bytes === other.bytes &&
    one.frames === other.frames &&
    one.firstIndex === other.firstIndex &&
    one.records === other.records
  );
}
