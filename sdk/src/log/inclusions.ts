/* eslint-disable @typescript-eslint/no-non-null-assertion -- indexes below lengths that this file keeps; a default in their place would hide a fault */
import { EvidenceError, equalBytes } from "@lianzheng/sdk/encoding";
import type { Digest } from "@lianzheng/sdk/encoding";
import { hashNodeInto } from "./node-compression.ts";
import type { HashNodeInto } from "./node-compression.ts";
import { assertDigests, assertIndex, assertSize, digestBytes, emptyRoot } from "./tree.ts";

const pairBytes = 2 * digestBytes;
const firstPairs = 64;
/** Where the root stands. */
const rootSlot = 0;

function wrongLength(): EvidenceError {
  return new EvidenceError("V_PROOF_LENGTH", "the path does not have the length that index and size ask for");
}

/** A pair of siblings that was hashed on the way: the number of their parent, and the side of the node that is on the way. */
interface Fresh {
  readonly level: Map<number, number>;
  readonly parent: number;
  readonly side: number;
}

/** Whether `digest` stands in that slot. */
function standsAt(slots: Uint8Array, slot: number, digest: Digest): boolean {
  const start = slot * digestBytes;
  // Without a branch a byte: most of what a path costs after its first hash is this.
  let difference = 0;
  for (let at = 0; at < digestBytes; at++) difference |= slots[start + at]! ^ digest[at]!;
  return difference === 0;
}

/**
 * Checks many inclusion proofs against one root and hashes no node twice: all nodes of an accepted path are as sure as the
 * root itself, so the next path is only compared from the first of them on. The answers are those of {@link verifyInclusion}.
 * Over all proofs of a tree that is one hash a proof; for every node that was hashed it keeps 64 bytes.
 *
 * @see RFC 9162 section 2.1.3.2
 */
export class InclusionVerifier {
  readonly size: number;
  /** By level, that of the leaves first and without that of the root: the proved pair of siblings under a parent's number. */
  private readonly levels: readonly Map<number, number>[];
  /**
   * Digests in slots of 32 bytes. Pair `p` is slots `2p`, left, and `2p + 1`, right; pair 0 is the root and nothing. Behind the
   * proved pairs stand those of the path that is being checked.
   */
  private slots = new Uint8Array(firstPairs * pairBytes);
  /** By proved pair, the slot of its parent. */
  private readonly parents: number[] = [rootSlot];
  private readonly hashInto: HashNodeInto;
  /** The node that the path has reached. */
  private readonly node = new Uint8Array(digestBytes);

  /**
   * @param size - leaves of the tree; it must come with `root`, from one checkpoint
   * @throws EvidenceError V_INDEX, V_FORMAT (the root is not 32 bytes), V_ROOT (the tree without leaves has one root)
   */
  constructor(size: number, root: Digest, hashInto: HashNodeInto = hashNodeInto) {
    assertSize(size);
    assertDigests([root]);
    if (size === 0 && !equalBytes(root, emptyRoot)) {
      throw new EvidenceError("V_ROOT", "the empty tree has another root");
    }
    this.size = size;
    this.hashInto = hashInto;
    this.slots.set(root);
    const levels: Map<number, number>[] = [];
    for (let width = size; width > 1; width = Math.ceil(width / 2)) levels.push(new Map());
    this.levels = levels;
  }

  /**
   * Refuses unless the tree holds `leaf` at `index`. What is refused leaves nothing behind.
   *
   * @param path - sibling digests, 32 bytes each, the leaf's sibling first
   * @throws EvidenceError V_INDEX, V_LEAF (the leaf digest is not 32 bytes), V_FORMAT (one of the path is not), V_PROOF_LENGTH, V_ROOT
   */
  verify(leaf: Digest, index: number, path: readonly Digest[]): void {
    assertIndex(index, this.size);
    if (leaf.length !== digestBytes) throw new EvidenceError("V_LEAF", `a leaf digest has ${digestBytes} bytes`);
    assertDigests(path);
    if (path.length !== this.pathLength(index)) throw wrongLength();
    const { fresh, slot } = this.climb(leaf, index, path);
    if (!standsAt(this.slots, slot, this.node) || !this.isProvedFrom(slot, path, fresh.length)) {
      throw new EvidenceError("V_ROOT", "the path does not lead from the leaf to the root", { index, size: this.size });
    }
    this.keep(fresh, slot);
  }

  /** Siblings on the way from leaf `index` to the root: one a level but for nodes of the right border without one. */
  private pathLength(index: number): number {
    let length = 0;
    let here = index;
    for (let width = this.size; width > 1; width = Math.ceil(width / 2)) {
      if (here % 2 === 1 || here + 1 < width) length++;
      here = Math.floor(here / 2);
    }
    return length;
  }

  /** Hashes from the leaf on until the node's slot is known: it and its sibling are proved, or it is the root. */
  private climb(leaf: Digest, index: number, path: readonly Digest[]): { fresh: readonly Fresh[]; slot: number } {
    const fresh: Fresh[] = [];
    this.node.set(leaf);
    let here = index;
    let width = this.size;
    for (const level of this.levels) {
      const parent = Math.floor(here / 2);
      const side = here % 2;
      if (side === 1 || here + 1 < width) {
        const pair = level.get(parent);
        if (pair !== undefined) return { fresh, slot: 2 * pair + side };
        this.hashWith(path[fresh.length]!, side, this.parents.length + fresh.length);
        fresh.push({ level, parent, side });
      }
      here = parent;
      width = Math.ceil(width / 2);
    }
    return { fresh, slot: rootSlot };
  }

  /** Whether the rest of the path, from `used` on, is what is proved between the slot and the root. */
  private isProvedFrom(slot: number, path: readonly Digest[], used: number): boolean {
    let own = slot;
    for (let at = used; at < path.length; at++) {
      if (!standsAt(this.slots, own ^ 1, path[at]!)) return false;
      own = this.parents[own >>> 1]!;
    }
    return true;
  }

  /** From here on the pairs are proved, the last of them under the parent in `slot`. */
  private keep(fresh: readonly Fresh[], slot: number): void {
    for (let at = 0; at < fresh.length; at++) {
      const { level, parent } = fresh[at]!;
      const pair = this.parents.length;
      level.set(parent, pair);
      const above = fresh[at + 1];
      this.parents.push(above === undefined ? slot : 2 * (pair + 1) + above.side);
    }
  }

  /** Writes the node and its sibling down as pair number `pair`; the node is their parent then. */
  private hashWith(sibling: Digest, side: number, pair: number): void {
    const start = pair * pairBytes;
    if (start === this.slots.length) {
      const larger = new Uint8Array(2 * start);
      larger.set(this.slots);
      this.slots = larger;
    }
    this.slots.set(this.node, start + side * digestBytes);
    this.slots.set(sibling, start + (1 - side) * digestBytes);
    this.hashInto(this.slots, start, this.node, 0);
  }
}
