import { readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { decodeHeader, encodeFrame, firstPredecessor, frameLength } from "../../node/src/journal/frame.ts";

/** Paths of the segments of the log in `directory`, in order. */
export const segmentsIn = async (directory: string): Promise<readonly string[]> =>
  (await readdir(join(directory, "journal")))
    .filter((name) => name.endsWith(".journal"))
    .sort()
    .map((name) => join(directory, "journal", name));

/** A frame where it stands in its segment. */
export interface Piece {
  readonly offset: number;
  readonly bytes: Buffer;
}

/** The frames in the bytes of a segment. */
export function framesIn(bytes: Buffer): Piece[] {
  const frames: Piece[] = [];
  for (let offset = 0; offset < bytes.length;) {
    const length = frameLength(decodeHeader(bytes.subarray(offset))!);
    frames.push({ offset, bytes: bytes.subarray(offset, offset + length) });
    offset += length;
  }
  return frames;
}

/**
 * Rewrites the payloads and makes every checksum, predecessor and number right again, as somebody would who has the disk and
 * this program: what is left to find the forgery is the signed tree.
 */
export async function forge(
  directory: string,
  edit: (frames: { type: "identity" | "records" | "anchor"; payload: Buffer }[]) => void,
): Promise<void> {
  let previous: Uint8Array = firstPredecessor;
  for (const path of await segmentsIn(directory)) {
    const frames = framesIn(await readFile(path)).map(({ bytes }) => ({
      type: decodeHeader(bytes)!.type,
      payload: Buffer.from(bytes.subarray(56, -32)),
    }));
    let sequence = parseInt(path.slice(-24), 10);
    edit(frames);
    const written = frames.map(({ type, payload }) => {
      const { bytes, checksum } = encodeFrame(type, sequence++, previous, payload);
      previous = checksum;
      return bytes;
    });
    await writeFile(path, Buffer.concat(written));
  }
  await rm(join(directory, "journal", "acknowledged"));
}

/** Replaces the first `from` in the journal by `to`, which is as long. */
export async function forgeText(directory: string, from: string, to: string): Promise<void> {
  let bytesWritten = 0;
  await forge(directory, (frames) => {
    for (const { payload } of frames) {
      const at = bytesWritten > 0 ? -1 : payload.indexOf(from);
      if (at >= 0) bytesWritten = payload.write(to, at, "latin1");
    }
  });
  if (bytesWritten === 0) throw new Error(`${from} does not stand in the journal`);
}
