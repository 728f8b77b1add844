import { EvidenceError, concatBytes, sha256 } from "@lianzheng/sdk/encoding";
import type { Digest } from "@lianzheng/sdk/encoding";

/** Bytes of a digest in the tree: SHA-256. */
export const digestBytes = 32;

/**
 * Hash of an inner node over its two children. A caller with a faster SHA-256 than the portable one passes its own, which
 * must give exactly what {@link nodeDigest} gives.
 */
export type NodeHash = (left: Digest, right: Digest) => Digest;

const leafPrefix = Uint8Array.of(0x00);
const nodePrefix = Uint8Array.of(0x01);

/** SHA-256(0x00 ‖ entry): the leaf of an entry's bytes. @see RFC 6962 section 2.1 */
export function leafDigest(entryBytes: Uint8Array): Digest {
  return sha256(leafPrefix, entryBytes);
}

/** SHA-256(0x01 ‖ left ‖ right): the node over two subtrees. @see RFC 6962 section 2.1 */
export function nodeDigest(left: Digest, right: Digest): Digest {
  return sha256(nodePrefix, left, right);
}

/** Root of the tree without leaves: SHA-256 of nothing. @see RFC 6962 section 2.1 */
export const emptyRoot: Digest = sha256();

/** Refuses what is no tree size. @throws EvidenceError V_INDEX */
export function assertSize(size: number): void {
  if (!Number.isSafeInteger(size) || size < 0) {
    throw new EvidenceError("V_INDEX", "a tree's size is a whole number from 0 below 2^53");
  }
}

/** Refuses an index that no leaf of a tree of `size` has. @throws EvidenceError V_INDEX */
export function assertIndex(index: number, size: number): void {
  assertSize(size);
  if (!Number.isSafeInteger(index) || index < 0 || index >= size) {
    throw new EvidenceError("V_INDEX", `a tree of ${size} leaves has no leaf ${index}`, { index, size });
  }
}

/** Refuses digests of another length. @throws EvidenceError V_FORMAT */
export function assertDigests(digests: readonly Digest[]): void {
  for (const digest of digests) {
    if (digest.length !== digestBytes) throw new EvidenceError("V_FORMAT", `a digest has ${digestBytes} bytes`);
  }
}

/** Root over complete subtrees, the biggest (leftmost) first: each is the left child over all that follow. */
export function foldRight(subtrees: readonly Digest[], hash: NodeHash = nodeDigest): Digest {
  return subtrees.length === 0 ? emptyRoot : subtrees.reduceRight((right, left) => hash(left, right));
}

/** `digests` one after the other, the content of a tile. */
export function packDigests(digests: readonly Digest[]): Uint8Array<ArrayBuffer> {
  return concatBytes(...digests);
}
