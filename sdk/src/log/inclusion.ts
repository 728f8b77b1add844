import { EvidenceError, equalBytes } from "@lianzheng/sdk/encoding";
import type { Digest } from "@lianzheng/sdk/encoding";
import { assertDigests, assertIndex, digestBytes, nodeDigest } from "./tree.ts";
import type { NodeHash } from "./tree.ts";

function wrongLength(): EvidenceError {
  return new EvidenceError("V_PROOF_LENGTH", "the path does not have the length that index and size ask for");
}

/** Whether a number below 2^53 is odd; bit operators would cut it to 32 bits. */
function isOdd(value: number): boolean {
  return value % 2 === 1;
}

/**
 * Root of the tree that holds `leaf` at `index` among `size` leaves.
 *
 * @param leaf  - leaf digest, 32 bytes
 * @param index - zero-based, 0 <= index < size
 * @param size  - leaves of the tree, 1 <= size < 2^53
 * @param path  - sibling digests, 32 bytes each, the leaf's sibling first
 * @throws EvidenceError V_INDEX, V_PROOF_LENGTH, V_LEAF (not 32 bytes), V_FORMAT (a sibling is not 32 bytes)
 * @see RFC 9162 section 2.1.3.2
 */
export function rootFromPath(
  leaf: Digest,
  index: number,
  size: number,
  path: readonly Digest[],
  hash: NodeHash = nodeDigest,
): Digest {
  assertIndex(index, size);
  if (leaf.length !== digestBytes) throw new EvidenceError("V_LEAF", `a leaf digest has ${digestBytes} bytes`);
  assertDigests(path);
  let node = leaf;
  let here = index;
  let last = size - 1;
  for (const sibling of path) {
    if (last === 0) throw wrongLength();
    if (isOdd(here) || here === last) {
      node = hash(sibling, node);
      // A node of the right border has no sibling on the levels skipped here.
      while (!isOdd(here) && here !== 0) {
        here /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      node = hash(node, sibling);
    }
    here = Math.floor(here / 2);
    last = Math.floor(last / 2);
  }
  if (last !== 0) throw wrongLength();
  return node;
}

/**
 * Refuses unless the tree of `size` leaves with this `root` holds `leaf` at `index`.
 *
 * Size and root must come together, from one checkpoint: a path alone does not bind the size (that of leaf 0 of 3 has the
 * shape of one of leaf 0 of 4, and leads to the same root under either).
 *
 * @throws EvidenceError V_ROOT (the path leads to another root) and those of {@link rootFromPath}
 * @see RFC 9162 section 2.1.3.2
 */
export function verifyInclusion(
  leaf: Digest,
  index: number,
  size: number,
  path: readonly Digest[],
  root: Digest,
  hash: NodeHash = nodeDigest,
): void {
  if (equalBytes(rootFromPath(leaf, index, size, path, hash), root)) return;
  throw new EvidenceError("V_ROOT", "the path does not lead from the leaf to the root", { index, size });
}
