import { concatBytes, sha256, utf8, type Digest } from "@lianzheng/sdk/encoding";

const label = utf8("lianzheng audit sample 1");

/**
 * Leaf indexes to look at closely, ascending, no two alike; fewer than `count` only where the log has fewer.
 *
 * Drawn by SHA-256 from the root, so that whoever repeats the audit draws the same ones, and a log could not know them before it had signed.
 *
 * @param root - of the tree of `size` leaves, 32 bytes
 */
export function sampleOf(root: Digest, size: number, count: number): readonly number[] {
  const drawn = new Set<number>();
  const due = Math.min(count, size);
  if (due === size) return Array.from({ length: size }, (_, index) => index);
  for (let at = 0; drawn.size < due; at++) drawn.add(indexOf(root, at, size));
  return [...drawn].sort((a, b) => a - b);
}

/** Modulo over 128 bits: what that prefers of sizes below 2^53 is less than 2^-75. */
function indexOf(root: Digest, at: number, size: number): number {
  const number = new Uint8Array(8);
  new DataView(number.buffer).setBigUint64(0, BigInt(at));
  const digest = sha256(concatBytes(label, root, number));
  const view = new DataView(digest.buffer, digest.byteOffset);
  return Number(((view.getBigUint64(0) << 64n) | view.getBigUint64(8)) % BigInt(size));
}
