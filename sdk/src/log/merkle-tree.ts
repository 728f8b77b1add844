/* eslint-disable @typescript-eslint/no-non-null-assertion -- levels and nodes below counts that this file keeps */
import { EvidenceError } from "@lianzheng/sdk/encoding";
import type { Digest } from "@lianzheng/sdk/encoding";
import { hashNodeInto } from "./node-compression.ts";
import type { HashNodeInto } from "./node-compression.ts";
import { consistencyRanges } from "./ranges.ts";
import type { Range } from "./ranges.ts";
import { assertDigests, assertIndex, assertSize, digestBytes, emptyRoot } from "./tree.ts";

/** Where a level of the tree stands: `width` nodes from node number `first` of all on. Level 0 holds the leaves. */
interface Level {
  readonly first: number;
  readonly width: number;
}

/**
 * Levels of a tree over `size` leaves, the root's last. A node of the right border without a sibling stands on the next level
 * as well: there it is the root of what RFC 6962 splits off on the right.
 */
function levelsOf(size: number): readonly Level[] {
  const levels: Level[] = [];
  let first = 0;
  for (let width = size; width > 0; width = width === 1 ? 0 : Math.ceil(width / 2)) {
    levels.push({ first, width });
    first += width;
  }
  return levels;
}

/**
 * A whole tree in memory, for those who make many proofs at once: all levels in one buffer, 64 bytes a leaf. A value, never
 * changed. Its proofs share their digests, which are not to be written to: the tree itself would stay right, later proofs
 * would not. A log that grows on disk has tiles instead (`tilesOf`, `inclusionProof`).
 *
 * @see RFC 6962 section 2.1
 */
export class MerkleTree {
  readonly size: number;
  private readonly levels: readonly Level[];
  private readonly nodes: Uint8Array<ArrayBuffer>;
  /** Digests that were asked for, by node: one is copied out once, since that takes longer than finding a whole path. */
  private readonly digests: (Digest | undefined)[];

  /**
   * @param leaves - leaf digests, 32 bytes each, in order
   * @throws EvidenceError V_FORMAT (a digest is not 32 bytes)
   */
  constructor(leaves: readonly Digest[], hashInto: HashNodeInto = hashNodeInto) {
    assertDigests(leaves);
    this.size = leaves.length;
    this.levels = levelsOf(leaves.length);
    const count = this.levels.reduce((sum, { width }) => sum + width, 0);
    this.nodes = new Uint8Array(count * digestBytes);
    // Of the full length at once: an array that grew in jumps would become a map.
    this.digests = new Array<Digest | undefined>(count);
    for (let at = 0; at < leaves.length; at++) this.nodes.set(leaves[at]!, at * digestBytes);
    for (let level = 1; level < this.levels.length; level++) this.hashLevel(level, hashInto);
  }

  private hashLevel(level: number, hashInto: HashNodeInto): void {
    const [below, here] = [this.levels[level - 1]!, this.levels[level]!];
    const pairs = Math.floor(below.width / 2);
    for (let at = 0; at < pairs; at++) {
      hashInto(this.nodes, (below.first + 2 * at) * digestBytes, this.nodes, (here.first + at) * digestBytes);
    }
    if (pairs === here.width) return;
    const last = (here.first - 1) * digestBytes;
    this.nodes.copyWithin((here.first + pairs) * digestBytes, last, last + digestBytes);
  }

  /** Root of the tree, 32 bytes; SHA-256 of nothing when it has no leaves. */
  get root(): Digest {
    return this.size === 0 ? emptyRoot.slice() : this.digest(this.levels.length - 1, 0);
  }

  /** Leaf digest number `index`. @throws EvidenceError V_INDEX */
  leaf(index: number): Digest {
    assertIndex(index, this.size);
    return this.digest(0, index);
  }

  private digest(level: number, at: number): Digest {
    return this.node(this.levels[level]!.first + at);
  }

  private node(number: number): Digest {
    return (this.digests[number] ??= this.nodes.slice(number * digestBytes, (number + 1) * digestBytes));
  }

  /**
   * Sibling digests that prove leaf `index`, the leaf's sibling first.
   *
   * @throws EvidenceError V_INDEX
   * @see RFC 6962 section 2.1.1
   */
  inclusionProof(index: number): Digest[] {
    assertIndex(index, this.size);
    const path: Digest[] = [];
    let here = index;
    for (let level = 0; level < this.levels.length - 1; level++) {
      const { first, width } = this.levels[level]!;
      const sibling = here % 2 === 0 ? here + 1 : here - 1;
      if (sibling < width) path.push(this.node(first + sibling));
      here = Math.floor(here / 2);
    }
    return path;
  }

  /**
   * Digests that prove that this tree begins with that of its first `from` leaves; none if either is the other or empty.
   *
   * @throws EvidenceError V_INDEX (no size, or from is larger than the tree)
   * @see RFC 6962 section 2.1.2
   */
  consistencyProof(from: number): Digest[] {
    assertSize(from);
    if (from > this.size) {
      throw new EvidenceError("V_INDEX", "the old tree is larger than the new one", { from, to: this.size });
    }
    if (from === 0 || from === this.size) return [];
    return consistencyRanges(from, this.size).map((range) => this.rangeRoot(range));
  }

  /** A range that a proof names is a complete subtree or reaches to the right border: one node in either case. */
  private rangeRoot({ start, end }: Range): Digest {
    const level = Math.ceil(Math.log2(end - start));
    return this.digest(level, start / 2 ** level);
  }
}
