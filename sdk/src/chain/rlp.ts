import { encode } from "@ethereumjs/rlp";
import { EvidenceError, type EvidenceErrorCode } from "@lianzheng/sdk/encoding";

/** What RLP can hold: a byte string, or a list of items (Ethereum yellow paper, appendix B). */
export type RlpItem = Uint8Array | readonly RlpItem[];

/** Nothing that Ethereum defines nests deeper: receipt → logs → log → topics, with one level in hand for trie nodes. */
const MAX_DEPTH = 6;

/** A block of 30 million gas has room for 80,000 logs of four items each; the bound keeps hostile input out of memory. */
const MAX_ITEMS = 500_000;

/** Encodes an item; byte strings are taken as they are, so an integer must come from {@link uintBytes}. */
export function encodeRlp(item: RlpItem): Uint8Array {
  return encode(item as Parameters<typeof encode>[0]);
}

/** The shortest big-endian bytes of an integer, none for zero: the only form RLP has for a quantity. */
export function uintBytes(value: bigint): Uint8Array {
  if (value < 0n) throw new TypeError("an RLP quantity is not negative");
  if (value === 0n) return new Uint8Array(0);
  const digits = value.toString(16);
  const even = digits.length % 2 === 0 ? digits : `0${digits}`;
  return Uint8Array.from({ length: even.length / 2 }, (_, index) => parseInt(even.slice(2 * index, 2 * index + 2), 16));
}

/**
 * Decodes exactly one item that fills `bytes`, accepting only the shortest form of every length.
 *
 * Written here rather than taken from the library: that one copies the rest of the input at every level and recurses
 * without a bound, so a few kilobytes of nested lists keep it busy; this one reads each byte once and stops at a depth.
 *
 * @param fault - the code to fail with, the caller's word for "these bytes are not what they should be"
 * @throws EvidenceError with code `fault`
 */
export function decodeRlp(bytes: Uint8Array, fault: EvidenceErrorCode): RlpItem {
  const reader: Reader = { bytes, fault, items: 0 };
  const { item, end } = readItem(reader, 0, bytes.length, 0);
  if (end !== bytes.length) refuse(reader, "bytes follow the item", end);
  return item;
}

/** @throws EvidenceError with code `fault` unless the item is a byte string, of `length` bytes where that is given */
export function rlpBytes(item: RlpItem | undefined, fault: EvidenceErrorCode, length?: number): Uint8Array {
  if (!(item instanceof Uint8Array)) throw new EvidenceError(fault, "RLP: a byte string is due");
  if (length !== undefined && item.length !== length) {
    throw new EvidenceError(fault, `RLP: ${length} bytes are due, there are ${item.length}`);
  }
  return item;
}

/** @throws EvidenceError with code `fault` unless the item is a list, of `length` items where that is given */
export function rlpList(item: RlpItem | undefined, fault: EvidenceErrorCode, length?: number): readonly RlpItem[] {
  if (item === undefined || item instanceof Uint8Array) throw new EvidenceError(fault, "RLP: a list is due");
  if (length !== undefined && item.length !== length) {
    throw new EvidenceError(fault, `RLP: ${length} items are due, there are ${item.length}`);
  }
  return item;
}

/** A quantity of at most `maxBytes` bytes (8 unless told), without leading zeros. @throws EvidenceError with code `fault` */
export function rlpUint(item: RlpItem | undefined, fault: EvidenceErrorCode, maxBytes = 8): bigint {
  const bytes = rlpBytes(item, fault);
  if (bytes.length > maxBytes) throw new EvidenceError(fault, `RLP: a quantity of more than ${maxBytes} bytes`);
  if (bytes[0] === 0) throw new EvidenceError(fault, "RLP: a quantity with leading zeros");
  return bytes.reduce((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

interface Reader {
  readonly bytes: Uint8Array;
  readonly fault: EvidenceErrorCode;
  items: number;
}

interface Span {
  readonly isList: boolean;
  readonly start: number;
  readonly end: number;
}

function readItem(reader: Reader, offset: number, limit: number, depth: number): { item: RlpItem; end: number } {
  const { isList, start, end } = readSpan(reader, offset, limit);
  if (++reader.items > MAX_ITEMS) refuse(reader, "more items than any block holds", offset);
  if (!isList) return { item: reader.bytes.slice(start, end), end };
  if (depth >= MAX_DEPTH) refuse(reader, "lists nest too deep", offset);
  const items: RlpItem[] = [];
  let next = start;
  while (next < end) {
    const read = readItem(reader, next, end, depth + 1);
    items.push(read.item);
    next = read.end;
  }
  return { item: items, end };
}

function readSpan(reader: Reader, offset: number, limit: number): Span {
  const first = offset < limit ? reader.bytes[offset] : undefined;
  if (first === undefined) return refuse(reader, "an item is missing", offset);
  if (first < 0x80) return { isList: false, start: offset, end: offset + 1 };
  const isList = first >= 0xc0;
  const short = first - (isList ? 0xc0 : 0x80);
  const span =
    short <= 55
      ? { isList, start: offset + 1, end: offset + 1 + short }
      : readLongSpan(reader, offset, limit, short - 55, isList);
  if (span.end > limit) refuse(reader, "an item reaches beyond its list", offset);
  if (!isList && short === 1 && (reader.bytes[span.start] ?? 0) < 0x80)
    refuse(reader, "a byte with a needless prefix", offset);
  return span;
}

function readLongSpan(reader: Reader, offset: number, limit: number, lengthBytes: number, isList: boolean): Span {
  const start = offset + 1 + lengthBytes;
  if (lengthBytes > 4 || start > limit) refuse(reader, "a length beyond the input", offset);
  const digits = reader.bytes.subarray(offset + 1, start);
  const length = digits.reduce((value, byte) => value * 256 + byte, 0);
  if (digits[0] === 0 || length <= 55) refuse(reader, "a length not in its shortest form", offset);
  return { isList, start, end: start + length };
}

function refuse({ fault }: Reader, what: string, offset: number): never {
  throw new EvidenceError(fault, `RLP: ${what} at byte ${offset}`, { offset });
}
