import { EvidenceError } from "@lianzheng/sdk/encoding";
import { tileWidth } from "./tile.ts";

const lengthBytes = 2;
const maxEntryBytes = 0xffff;

/**
 * The bundle of 1 to 256 entries: each with its length in 16 bits, big-endian, before it.
 *
 * @throws EvidenceError E_TILE (no entry, or over 256), E_TOO_LARGE (an entry over 65,535 bytes)
 * @see C2SP tlog-tiles, Log entries
 */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  if (entries.length === 0 || entries.length > tileWidth)
    throw new EvidenceError("E_TILE", `a bundle holds 1 to ${tileWidth} entries`);
  let length = 0;
  for (const entry of entries) {
    if (entry.length > maxEntryBytes)
      throw new EvidenceError("E_TOO_LARGE", `an entry has ${maxEntryBytes} bytes or fewer`);
    length += lengthBytes + entry.length;
  }
  const bundle = new Uint8Array(length);
  let at = 0;
  for (const entry of entries) {
    bundle[at] = entry.length >> 8;
    bundle[at + 1] = entry.length & 0xff;
    bundle.set(entry, at + lengthBytes);
    at += lengthBytes + entry.length;
  }
  return bundle;
}

/**
 * The entries of a bundle, 1 to 256, as views of `bytes`.
 *
 * @throws EvidenceError E_TILE: empty, over 256 entries, or the bytes end within one
 * @see C2SP tlog-tiles, Log entries
 */
export function decodeEntryBundle(bytes: Uint8Array): Uint8Array[] {
  const entries: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    const [high, low] = [bytes[at], bytes[at + 1]];
    if (high === undefined || low === undefined) throw cut();
    const start = at + lengthBytes;
    at = start + high * 256 + low;
    if (at > bytes.length || entries.length === tileWidth) throw cut();
    entries.push(bytes.subarray(start, at));
  }
  if (entries.length === 0) throw cut();
  return entries;
}

function cut(): EvidenceError {
  return new EvidenceError("E_TILE", `not a bundle of 1 to ${tileWidth} whole entries`);
}
