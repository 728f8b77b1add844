import { hash } from "node:crypto";

/** Levels below the root of a shard's tree. */
const depth = 16;
/** Keys in one tree. */
export const treeKeys: number = 2 ** depth;
/** Length of a seed and of a key, bytes. */
export const seedBytes = 32;

/** In front of every seed that is expanded, so that no other hash of this project has the same input. */
const label = Buffer.from("lianzheng/vault/node/1\0", "latin1");

/**
 * The keys of 65,536 records from one seed, of which single ones can be forgotten for good.
 *
 * A binary tree of seeds, each the half of what its parent expands to: SHA-512(label ‖ parent) = left ‖ right. The key of
 * a record is its leaf. What is kept is not the tree but its cover: the fewest nodes from which all keys that still exist
 * can be made; at first the root alone. Forgetting a key takes its ancestor out of the cover and puts in the siblings along
 * the way: from those the forgotten key can no more be made than a hash can be turned round, and every other key is as it
 * was. (Goldreich, Goldwasser and Micali, "How to Construct Random Functions", 1986; punctured as by Boneh and Waters,
 * Boyle, Goldwasser and Ivan, and Kiayias and others, 2013.)
 *
 * Nodes are numbered as in a heap: the root is 1, the children of n are 2n and 2n + 1, the leaves 65,536 to 131,071.
 */
export class KeyTree {
  readonly #cover: Map<number, Buffer>;
  // The way to the key that was asked for last, so that the next one along costs one hash on average.
  readonly #expanded = new Uint32Array(depth);
  readonly #children: Buffer[] = Array.from({ length: depth }, () => Buffer.alloc(0));

  /** @param cover - seeds (32 bytes) by node; no node below another */
  constructor(cover: ReadonlyMap<number, Uint8Array>) {
    this.#cover = new Map([...cover].map(([node, seed]) => [node, Buffer.from(seed)]));
  }

  /** A whole tree. @param seed - 32 random bytes */
  static fromSeed(seed: Uint8Array): KeyTree {
    return new KeyTree(new Map([[1, seed]]));
  }

  /** Seeds by node: all that there is to keep. The buffers are the tree's own. */
  get cover(): ReadonlyMap<number, Buffer> {
    return this.#cover;
  }

  /** The key at `position`, 0 to 65,535: 32 bytes that stay the tree's own; undefined once it is forgotten. */
  key(position: number): Buffer | undefined {
    const leaf = treeKeys + position;
    for (let up = 0; up <= depth; up += 1) {
      const seed = this.#known(leaf >> up, depth - up);
      if (seed !== undefined) return this.#descend(seed, leaf, up);
    }
    return undefined;
  }

  /** The tree without the keys at `positions`; this one stays as it is. Those that are forgotten already make no difference. */
  without(positions: Iterable<number>): KeyTree {
    const next = new KeyTree(this.#cover);
    for (const position of positions) puncture(next.#cover, treeKeys + position);
    return next;
  }

  /** Overwrites every seed in memory. The tree must not be used after it. */
  wipe(): void {
    for (const seed of [...this.#cover.values(), ...this.#children]) seed.fill(0);
    this.#cover.clear();
    this.#expanded.fill(0);
  }

  #known(node: number, level: number): Buffer | undefined {
    if (level > 0 && this.#expanded[level - 1] === node >> 1) return childOf(this.#children[level - 1], node);
    return this.#cover.get(node);
  }

  #descend(from: Buffer, leaf: number, up: number): Buffer | undefined {
    let seed: Buffer | undefined = from;
    for (let above = up; above > 0 && seed !== undefined; above -= 1) {
      const children = expand(seed);
      this.#expanded[depth - above] = leaf >> above;
      this.#children[depth - above] = children;
      seed = childOf(children, leaf >> (above - 1));
    }
    return seed;
  }
}

function puncture(cover: Map<number, Buffer>, leaf: number): void {
  let up = 0;
  while (up <= depth && !cover.has(leaf >> up)) up += 1;
  let seed = cover.get(leaf >> up);
  cover.delete(leaf >> up);
  for (; up > 0 && seed !== undefined; up -= 1) {
    const children = expand(seed);
    const next = leaf >> (up - 1);
    cover.set(next ^ 1, childOf(children, next ^ 1) ?? children);
    seed.fill(0);
    seed = childOf(children, next);
  }
  seed?.fill(0);
}

const scratch = Buffer.concat([label, Buffer.alloc(seedBytes)]);

/** Both children of a seed, left ‖ right. */
function expand(seed: Uint8Array): Buffer {
  // One scratch buffer is enough: nothing is awaited between filling and hashing it.
  scratch.set(seed, label.length);
  return hash("sha512", scratch, "buffer");
}

function childOf(children: Buffer | undefined, node: number): Buffer | undefined {
  return (node & 1) === 0 ? children?.subarray(0, seedBytes) : children?.subarray(seedBytes);
}
