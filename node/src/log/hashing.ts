import { hash } from "node:crypto";
import type { Digest } from "@lianzheng/sdk/encoding";
import type { HashNodeInto } from "@lianzheng/sdk/log";

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

let target: Buffer = scratch;

/** A node's hash in place, by the platform's own code: for trees that are hashed whole. */
export const fastNodeInto: HashNodeInto = (from, source, into, at) => {
  // Byte by byte: a view to copy from takes longer than the copy.
  for (let byte = 0; byte < 64; byte++) scratch[byte + 1] = from[source + byte] ?? 0;
  if (target.buffer !== into.buffer || target.byteOffset !== into.byteOffset || target.length !== into.length) {
    target = Buffer.from(into.buffer, into.byteOffset, into.length);
  }
  target.write(hash("sha256", scratch, "binary"), at, "binary");
};

/** Root of a complete subtree over packed digests of 32 bytes, their number a power of two. */
export function rootOfPacked(bytes: Uint8Array): Digest {
  const nodes = Buffer.from(bytes);
  // Each node goes where the left of its children stood, or before it; both have been read by then.
  for (let length = nodes.length; length > 32; length /= 2) {
    for (let at = 0; at < length / 2; at += 32) fastNodeInto(nodes, 2 * at, nodes, at);
  }
  return nodes.subarray(0, 32);
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
