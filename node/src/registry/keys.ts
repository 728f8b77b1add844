import { crc32 } from "node:zlib";
import { NodeError } from "../errors.ts";

/**
 * The key ranges of the registry's views; node/README.md says what each is trusted for. Parts are separated by a zero byte, which none
 * of them holds.
 *
 * | range | key | value |
 * | --- | --- | --- |
 * | `c` | - | cursor: number, hash and time of the block that the views are true at |
 * | `e` | number 12 | an event of the law as it is told, in the order of their taking in |
 * | `h` | table, id, number 8 | one event in the history of a row |
 * | `i` | table, field, value, order 18, id | nothing: finds rows by a field in the order of their making |
 * | `m` | name | identity of the chain and layout; name, eras and returned blocks of the list of events |
 * | `p` | scope, word, index 12 | records of a group, among the words of records alone ({@link RecordSearch}) |
 * | `r` | table, id | row |
 * | `t` | word, table, id | weight of the word in the row |
 * | `u` | block number 12 | what undoes that block, and the cursor before it |
 *
 * Every value ends with a CRC-32 over key and value, as in the index of records.
 */
export type Range = "c" | "e" | "h" | "i" | "m" | "p" | "r" | "t" | "u";

/** A key of its parts. */
export function keyOf(range: Range, ...parts: readonly string[]): string {
  return [range, ...parts].join("\0");
}

/** The key of the cursor. */
export const cursorKey = keyOf("c", "cursor");

/** Bounds of all keys that begin with these parts. */
export function boundsOf(range: Range, ...parts: readonly string[]): { readonly gte: string; readonly lt: string } {
  const first = keyOf(range, ...parts);
  return { gte: `${first}\0`, lt: `${first}\x01` };
}

/** The last part of a key. */
export function lastPart(key: string): string {
  return key.slice(key.lastIndexOf("\0") + 1);
}

/** A number in a key, so that keys sort as numbers do. */
export function numberPart(number: number, digits: number): string {
  return number.toString().padStart(digits, "0");
}

const crcBytes = 4;

/** The JSON of a value, sealed to its key; undefined is a value without content. */
export function seal(key: string, value: unknown): Buffer {
  const text = value === undefined ? "" : JSON.stringify(value);
  const length = Buffer.byteLength(text);
  const sealed = Buffer.allocUnsafe(length + crcBytes);
  sealed.write(text);
  sealed.writeUInt32BE(crc32(sealed.subarray(0, length), crc32(key)), length);
  return sealed;
}

/** A value as it was sealed. @throws NodeError REGISTRY_CORRUPT if it is not this key's, or damaged */
export function unseal(key: string, sealed: Buffer): unknown {
  const end = sealed.length - crcBytes;
  if (end < 0 || crc32(sealed.subarray(0, end), crc32(key)) !== sealed.readUInt32BE(end)) {
    throw new NodeError("REGISTRY_CORRUPT", "a value of the registry is damaged: it is made again from the chain", {
      range: key.slice(0, 1),
    });
  }
  return end === 0 ? undefined : (JSON.parse(sealed.toString("utf8", 0, end)) as unknown);
}

/** One change of a key; undefined removes it. */
export interface Write {
  readonly key: string;
  readonly value: Buffer | undefined;
}
