import type { Digest } from "@lianzheng/sdk/encoding";
import { readSubtrees } from "./prove.ts";
import type { ReadTile } from "./prove.ts";
import { subtreesOf } from "./ranges.ts";
import { hashesAtLevel, tileHeight, tileWidth } from "./tile.ts";
import type { TileCoordinate } from "./tile.ts";
import { assertDigests, assertSize, digestBytes, foldRight, nodeDigest, packDigests } from "./tree.ts";
import type { NodeHash } from "./tree.ts";

/**
 * The right border of a tree: all that a writer must hold to append. A value, never changed: after a failed write the old
 * edge is still right.
 */
export interface TreeEdge {
  readonly size: number;
  /** Roots of the complete subtrees that make up the tree, the biggest (leftmost) first. */
  readonly peaks: readonly Digest[];
  /** By level, the digests of its last tile where that is partial; none where the level ends with a full tile. */
  readonly partials: readonly (readonly Digest[])[];
}

/** A tile to write; where it replaces a partial one, its bytes begin with that one's. */
export interface WrittenTile {
  readonly coordinate: TileCoordinate;
  readonly bytes: Uint8Array;
}

/** What appending gives: the new border and the tiles that changed, lower levels first. */
export interface Appended {
  readonly edge: TreeEdge;
  readonly tiles: readonly WrittenTile[];
}

/** The border of the tree without leaves. */
export const emptyEdge: TreeEdge = { size: 0, peaks: [], partials: [] };

/** Root of the tree with this border; SHA-256 of nothing when it has no leaves. */
export function edgeRoot({ peaks }: TreeEdge, hash: NodeHash = nodeDigest): Digest {
  return foldRight(peaks, hash);
}

/**
 * The border of the tree of `size` leaves, from its tiles: one read for each level of tiles.
 *
 * @throws EvidenceError V_INDEX, E_TILE; whatever `read` rejects with
 */
export async function readEdge(size: number, read: ReadTile, hash: NodeHash = nodeDigest): Promise<TreeEdge> {
  assertSize(size);
  const tiles = new Map<number, Digest[]>();
  const keep: ReadTile = async (coordinate) => {
    const bytes = await read(coordinate);
    tiles.set(coordinate.level, digestsOf(bytes, coordinate.width));
    return bytes;
  };
  const peaks = await readSubtrees(subtreesOf({ start: 0, end: size }), size, keep, hash);
  const partials: (readonly Digest[])[] = [];
  for (let level = 0; hashesAtLevel(size, level) > 0; level++) {
    partials.push(hashesAtLevel(size, level) % tileWidth === 0 ? [] : (tiles.get(level) ?? []));
  }
  return { size, peaks, partials };
}

function digestsOf(bytes: Uint8Array, width: number): Digest[] {
  return Array.from({ length: width }, (_, at) => bytes.slice(at * digestBytes, (at + 1) * digestBytes));
}

/** Collects the hashes of one level into tiles. */
class LevelWriter {
  private readonly level: number;
  private index: number;
  private digests: Digest[];
  private touched = false;
  readonly full: WrittenTile[] = [];

  constructor(level: number, size: number, partial: readonly Digest[]) {
    this.level = level;
    this.index = Math.floor(hashesAtLevel(size, level) / tileWidth);
    this.digests = [...partial];
  }

  add(digest: Digest): void {
    this.digests.push(digest);
    this.touched = true;
    if (this.digests.length < tileWidth) return;
    this.full.push(this.tile());
    this.index++;
    this.digests = [];
  }

  get partial(): readonly Digest[] {
    return this.digests;
  }

  /** The full tiles that were completed and, last, the partial one that changed. */
  written(): readonly WrittenTile[] {
    return this.touched && this.digests.length > 0 ? [...this.full, this.tile()] : this.full;
  }

  private tile(): WrittenTile {
    const coordinate = { level: this.level, index: this.index, width: this.digests.length };
    return { coordinate, bytes: packDigests(this.digests) };
  }
}

/**
 * Appends `leaves` to the tree with the border `edge`: the new border, and every tile that is new or wider. One node hash
 * a leaf on average; a tile's hash at the level above comes out of the same merge, so no tile is hashed again.
 *
 * @param leaves - leaf digests, 32 bytes each, in order
 * @throws EvidenceError V_FORMAT (a digest is not 32 bytes), V_INDEX (2^53 leaves)
 * @see C2SP tlog-tiles, Merkle Tree; RFC 6962 section 2.1
 */
export function tilesOf(edge: TreeEdge, leaves: readonly Digest[], hash: NodeHash = nodeDigest): Appended {
  assertDigests(leaves);
  assertSize(edge.size + leaves.length);
  const levels = edge.partials.map((partial, level) => new LevelWriter(level, edge.size, partial));
  const peaks = [...edge.peaks];
  const keep = (height: number, node: Digest): void => {
    const level = height / tileHeight;
    levels[level] ??= new LevelWriter(level, edge.size, []);
    levels[level].add(node);
  };
  for (const [at, leaf] of leaves.entries()) {
    let node = leaf;
    let height = 0;
    keep(height, node);
    // Like a carry: each one-bit at the end of the size is a complete subtree that the new node completes a larger one with.
    for (let rest = edge.size + at; rest % 2 === 1; rest = (rest - 1) / 2) {
      node = hash(peaks.pop() ?? node, node);
      if (++height % tileHeight === 0) keep(height, node);
    }
    peaks.push(node);
  }
  const next = { size: edge.size + leaves.length, peaks, partials: levels.map((level) => level.partial) };
  return { edge: next, tiles: levels.flatMap((level) => level.written()) };
}
