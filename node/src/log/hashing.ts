import { hash } from "node:crypto";
import type { Digest } from "@lianzheng/sdk/encoding";

const scratch = Buffer.alloc(65);
scratch[0] = 0x01;

/** SHA-256(0x01 ‖ left ‖ right) by the platform's own code, which is several times faster than the sdk's portable one. */
export function fastNodeDigest(left: Digest, right: Digest): Digest {
  // One scratch buffer is enough: nothing is awaited between filling and hashing it.
  scratch.set(left, 1);
  scratch.set(right, 33);
  return digestOf(scratch);
}

/** SHA-256. Through a text, since Node needs three times as long for a digest that it wraps in a Buffer itself (measured). */
function digestOf(bytes: Uint8Array): Buffer {
  return Buffer.from(hash("sha256", bytes, "binary"), "latin1");
}

const textScratch = Buffer.alloc(4096);

/** The commitment of a disclosure (formats.md section 4); the disclosure is ASCII. */
export function fastCommitment(disclosure: string): string {
  if (disclosure.length > textScratch.length) return hash("sha256", disclosure, "base64url");
  return hash("sha256", textScratch.subarray(0, textScratch.write(disclosure, 0, "latin1")), "base64url");
}

/** Root of a complete subtree over packed digests of 32 bytes, their number a power of two. */
export function rootOfPacked(bytes: Uint8Array): Digest {
  let level = Buffer.from(bytes);
  while (level.length > 32) {
    const next = Buffer.allocUnsafe(level.length / 2);
    for (let at = 0; at < next.length; at += 32) {
      scratch.set(level.subarray(2 * at, 2 * at + 64), 1);
      next.set(digestOf(scratch), at);
    }
    level = next;
  }
  return level;
}

/** Digests one after another, as a tile holds them. */
export function packed(digests: readonly Digest[]): Buffer {
  const bytes = Buffer.allocUnsafe(digests.length * 32);
  for (const [at, digest] of digests.entries()) bytes.set(digest, at * 32);
  return bytes;
}

/** Whether each disclosure belongs to one of the commitments. */
export function areCommitted(disclosures: readonly string[], commitments: readonly string[]): boolean {
  const known = new Set(commitments);
  return disclosures.every((disclosure) => known.has(fastCommitment(disclosure)));
}
