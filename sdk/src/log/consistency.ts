import { EvidenceError, equalBytes } from "@lianzheng/sdk/encoding";
import type { Digest } from "@lianzheng/sdk/encoding";
import { assertDigests, assertSize, emptyRoot, nodeDigest } from "./tree.ts";
import type { NodeHash } from "./tree.ts";

interface Roots {
  readonly old: Digest;
  readonly new: Digest;
}

function inconsistent(message: string): EvidenceError {
  return new EvidenceError("V_CONSISTENCY", message);
}

function wrongLength(): EvidenceError {
  return new EvidenceError("V_PROOF_LENGTH", "the proof does not have the length that the sizes ask for");
}

function isPowerOfTwo(size: number): boolean {
  return Number.isInteger(Math.log2(size)) && 2 ** Math.log2(size) === size;
}

/** Both roots that the proof leads to, for 0 < oldSize < newSize. @see RFC 9162 section 2.1.4.2 */
function rootsFromProof(
  oldSize: number,
  oldRoot: Digest,
  newSize: number,
  proof: readonly Digest[],
  hash: NodeHash,
): Roots {
  let here = oldSize - 1;
  let last = newSize - 1;
  while (here % 2 === 1) {
    here = (here - 1) / 2;
    last = Math.floor(last / 2);
  }
  // An old tree that is a complete subtree of the new one is its own first step.
  const [first, ...steps] = isPowerOfTwo(oldSize) ? [oldRoot, ...proof] : proof;
  if (first === undefined) throw wrongLength();
  const roots = { old: first, new: first };
  for (const step of steps) {
    if (last === 0) throw wrongLength();
    if (here % 2 === 1 || here === last) {
      roots.old = hash(step, roots.old);
      roots.new = hash(step, roots.new);
      while (here % 2 === 0 && here !== 0) {
        here /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      roots.new = hash(roots.new, step);
    }
    here = Math.floor(here / 2);
    last = Math.floor(last / 2);
  }
  if (last !== 0) throw wrongLength();
  return roots;
}

/**
 * Refuses unless the tree of `newSize` leaves begins with the very tree of `oldSize` leaves.
 *
 * @param proof - digests of 32 bytes; none when the sizes are equal or the old tree is empty
 * @throws EvidenceError V_INDEX (a size, or oldSize > newSize), V_PROOF_LENGTH, V_FORMAT (a digest is not 32 bytes),
 *   V_CONSISTENCY (the proof leads to another old or new root)
 * @see RFC 9162 section 2.1.4.2
 */
export function verifyConsistency(
  oldSize: number,
  oldRoot: Digest,
  newSize: number,
  newRoot: Digest,
  proof: readonly Digest[],
  hash: NodeHash = nodeDigest,
): void {
  assertSize(oldSize);
  assertSize(newSize);
  assertDigests([oldRoot, newRoot, ...proof]);
  if (oldSize > newSize)
    throw new EvidenceError("V_INDEX", "the old tree is larger than the new one", { oldSize, newSize });
  if (oldSize === 0 || oldSize === newSize) {
    verifyTrivial(oldSize, oldRoot, newSize, newRoot, proof);
    return;
  }
  const roots = rootsFromProof(oldSize, oldRoot, newSize, proof, hash);
  if (!equalBytes(roots.old, oldRoot)) throw inconsistent("the proof does not lead to the old root");
  if (!equalBytes(roots.new, newRoot)) throw inconsistent("the proof does not lead to the new root");
}

function verifyTrivial(
  oldSize: number,
  oldRoot: Digest,
  newSize: number,
  newRoot: Digest,
  proof: readonly Digest[],
): void {
  if (proof.length > 0) throw wrongLength();
  if (oldSize === 0 && !equalBytes(oldRoot, emptyRoot)) throw inconsistent("the empty tree has another root");
  if (newSize === 0 && !equalBytes(newRoot, emptyRoot)) throw inconsistent("the empty tree has another root");
  if (oldSize === newSize && !equalBytes(oldRoot, newRoot)) throw inconsistent("one size has two roots");
}
