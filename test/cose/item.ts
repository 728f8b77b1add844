/** A second, naive reader of CBOR (RFC 8949 section 3): as much as receipts use, written from the RFC and not from what is under test. */
export type Item = number | null | string | Uint8Array | readonly Item[] | ReadonlyMap<Item, Item> | Tagged;

export interface Tagged {
  readonly tag: number;
  readonly content: Item;
}

export function readItem(bytes: Uint8Array): Item {
  const cursor = { at: 0 };
  const item = next(bytes, cursor);
  if (cursor.at !== bytes.length) throw new Error("bytes are left over");
  return item;
}

function next(bytes: Uint8Array, cursor: { at: number }): Item {
  const first = bytes[cursor.at++]!;
  if (first === 0xf6) return null;
  const count = argument(bytes, cursor, first & 0x1f);
  const taken = (): Uint8Array => bytes.slice(cursor.at, (cursor.at += count));
  const each = <T>(read: () => T): T[] => Array.from({ length: count }, read);
  switch (first >> 5) {
    case 0:
      return count;
    case 1:
      return -1 - count;
    case 2:
      return taken();
    case 3:
      return new TextDecoder().decode(taken());
    case 4:
      return each(() => next(bytes, cursor));
    case 5:
      return new Map(each(() => [next(bytes, cursor), next(bytes, cursor)] as const));
    case 6:
      return { tag: count, content: next(bytes, cursor) };
    default:
      throw new Error(`major type of ${first} is not read here`);
  }
}

function argument(bytes: Uint8Array, cursor: { at: number }, info: number): number {
  if (info < 24) return info;
  let value = 0;
  for (let left = 2 ** (info - 24); left > 0; left--) value = value * 256 + bytes[cursor.at++]!;
  return value;
}
