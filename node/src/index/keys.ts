import { hash } from "node:crypto";
import { crc32 } from "node:zlib";
import { NodeError } from "../errors.ts";

/**
 * The key ranges of the index; node/README.md says what each is trusted for. Numbers are big-endian, so that keys
 * sort as numbers do.
 *
 * | range | key | value |
 * | --- | --- | --- |
 * | `a` | size 6 | place of the anchor's frame |
 * | `f` | first index 6, sequence of the frame 6 | place of the frame, count of records |
 * | `g` | first sequence of a closed segment | its bytes, frames, first index, records |
 * | `h` | subject | count, index and id of the subject's newest entry |
 * | `k` | member, 0, idempotency key | digest of the request, first index, count |
 * | `m` | name | identity of the journal |
 * | `o` | member, 0, index 6 of a run of records that it submitted | how many there are, one after another |
 * | `q` | SHA-256 of the request's key in `k` | nothing: its presence is a second witness of `k` |
 * | `r` | block of {@link idBlockRecords} records that it lies in 4, id 32 | index |
 * | `s` | subject, 0, sequence 6 | index |
 * | `x` | index 6 of a `record.erasure` | nothing |
 *
 * Every value ends with a CRC-32 over key and value: LevelDB does not check its blocks when it reads, and answers a
 * flipped bit with another value, or with the value of another key.
 */
export type KeyRange = "a" | "f" | "g" | "h" | "k" | "m" | "o" | "q" | "r" | "s" | "x";

/** Under which name a request was accepted. */
export interface RequestName {
  readonly member: string;
  readonly key: string;
}

const numberBytes = 6;
const crcBytes = 4;

/** A key of numbers. */
export function numberKey(range: KeyRange, ...numbers: readonly number[]): Buffer {
  const key = Buffer.allocUnsafe(1 + numbers.length * numberBytes);
  key[0] = range.charCodeAt(0);
  let at = 1;
  for (const number of numbers) at = key.writeUIntBE(number, at, numberBytes);
  return key;
}

/**
 * Records whose ids sort next to each other. An id is a hash: were all in one range, every record would fall between those of
 * all others, and LevelDB would merge the whole range again and again, the more the longer the log. A block is about what it
 * holds in memory before it sorts, so its files are written few times, and never again when the next block has begun. Who
 * looks for an id asks once for each block.
 */
export const idBlockRecords: number = 2 ** 18;

const blockBytes = 4;

/** The key of the id of a record in block `block`, the number of the record's index divided by {@link idBlockRecords}. */
export function idKey(block: number, id: Uint8Array): Buffer {
  const key = Buffer.allocUnsafe(1 + blockBytes + id.length);
  key[0] = 0x72;
  key.writeUInt32BE(block, 1);
  key.set(id, 1 + blockBytes);
  return key;
}

/** The block of the record at `index`. */
export function idBlockOf(index: number): number {
  return Math.floor(index / idBlockRecords);
}

/** A key of one text, or of two with a zero byte between, which neither may hold. */
export function textKey(range: KeyRange, first: string, second?: string): Buffer {
  return Buffer.from(second === undefined ? `${range}${first}` : `${range}${first}\0${second}`, "latin1");
}

/** The key of a request. */
export function requestKey({ member, key }: RequestName): Buffer {
  return textKey("k", member, key);
}

/** The key that witnesses {@link requestKey}. */
export function requestWitnessKey(request: RequestName): Buffer {
  return witnessOf(requestKey(request));
}

/** The key that witnesses a key of range `k`. */
export function witnessOf(key: Buffer): Buffer {
  return Buffer.concat([Buffer.from("q", "latin1"), hash("sha256", key, "buffer")]);
}

/** The key of one entry in a subject's sequence. */
export function sequenceKey(subject: string, sequence: number): Buffer {
  const length = subject.length;
  const key = Buffer.allocUnsafe(2 + length + numberBytes);
  key.write(`s${subject}\0`, 0, "latin1");
  key.writeUIntBE(sequence, length + 2, numberBytes);
  return key;
}

/** The key of a run of records that a member submitted. */
export function runKey(member: string, firstIndex: number): Buffer {
  const key = Buffer.allocUnsafe(2 + member.length + numberBytes);
  key.write(`o${member}\0`, 0, "latin1");
  key.writeUIntBE(firstIndex, member.length + 2, numberBytes);
  return key;
}

/** The range of a key. */
export function rangeOf(key: Buffer): KeyRange {
  return String.fromCharCode(key[0] ?? 0) as KeyRange;
}

/** Bounds of a whole range, for iterators. */
export function rangeBounds(range: KeyRange): { readonly gte: Buffer; readonly lt: Buffer } {
  return { gte: Buffer.from(range, "latin1"), lt: Buffer.from(String.fromCharCode(range.charCodeAt(0) + 1), "latin1") };
}

/** A value of numbers, six bytes each, and of bytes after them; sealed to its key. */
export function sealedValue(key: Buffer, numbers: readonly number[], bytes?: Uint8Array): Buffer {
  const length = numbers.length * numberBytes + (bytes?.length ?? 0);
  const value = Buffer.allocUnsafe(length + crcBytes);
  let at = 0;
  for (const number of numbers) at = value.writeUIntBE(number, at, numberBytes);
  if (bytes !== undefined) value.set(bytes, at);
  value.writeUInt32BE(crc32(value.subarray(0, length), crc32(key)), length);
  return value;
}

/** A value as it was sealed. Throws INDEX_CORRUPT if it is not this key's, or damaged. */
export function openValue(
  key: Buffer,
  value: Buffer,
  numbers: number,
): { readonly numbers: readonly number[]; readonly bytes: Buffer } {
  const end = value.length - crcBytes;
  const from = numbers * numberBytes;
  if (end < from || crc32(value.subarray(0, end), crc32(key)) !== value.readUInt32BE(end)) {
    throw new NodeError("INDEX_CORRUPT", "a value of the index is damaged; delete the index and start again", {
      range: String.fromCharCode(key[0] ?? 0),
    });
  }
  return {
    numbers: Array.from({ length: numbers }, (_, at) => value.readUIntBE(at * numberBytes, numberBytes)),
    bytes: value.subarray(from, end),
  };
}
