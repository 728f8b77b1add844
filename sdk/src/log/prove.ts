import { EvidenceError } from "@lianzheng/sdk/encoding";
import type { Digest } from "@lianzheng/sdk/encoding";
import { consistencyRanges, inclusionRanges, subtreesOf } from "./ranges.ts";
import type { Range, Subtree } from "./ranges.ts";
import { tileHeight, tileOfHash, tilePath, tileWidth } from "./tile.ts";
import type { TileCoordinate } from "./tile.ts";
import { assertIndex, assertSize, digestBytes, emptyRoot, foldRight, nodeDigest } from "./tree.ts";
import type { NodeHash } from "./tree.ts";

/**
 * Reads a tile of hashes: `width` digests, or more of the same tile when it has grown since (C2SP tlog-tiles lets a log
 * drop a partial tile once the full one is there). Rejects when there is no such tile.
 */
export type ReadTile = (coordinate: TileCoordinate) => Promise<Uint8Array> | Uint8Array;

/** Where the hashes of a complete subtree stand: `count` of them from `first` on in one tile. */
interface Place {
  readonly tile: TileCoordinate;
  readonly first: number;
  readonly count: number;
}

function placeOf({ height, index }: Subtree, size: number): Place {
  const level = Math.floor(height / tileHeight);
  const count = 2 ** (height % tileHeight);
  const hash = index * count;
  return { tile: tileOfHash(level, hash, size), first: hash % tileWidth, count };
}

/** Tiles by their path, each read once, all at the same time. */
async function readTiles(places: readonly Place[], read: ReadTile): Promise<ReadonlyMap<string, Uint8Array>> {
  const wanted = new Map(places.map(({ tile }) => [tilePath(tile), tile]));
  return new Map(
    await Promise.all([...wanted].map(async ([path, tile]) => [path, await readWhole(tile, read)] as const)),
  );
}

async function readWhole(tile: TileCoordinate, read: ReadTile): Promise<Uint8Array> {
  const bytes = await read(tile);
  if (bytes.length >= tile.width * digestBytes && bytes.length % digestBytes === 0) return bytes;
  throw new EvidenceError("E_TILE", `${tilePath(tile)} does not hold ${tile.width} digests`, { length: bytes.length });
}

/** Root of the complete subtree over `count` (a power of two) digests of `bytes`, `first` being the first. */
function rollUp(bytes: Uint8Array, first: number, count: number, hash: NodeHash): Digest {
  if (count === 1) return bytes.slice(first * digestBytes, (first + 1) * digestBytes);
  const half = count / 2;
  return hash(rollUp(bytes, first, half, hash), rollUp(bytes, first + half, half, hash));
}

/** Roots of complete subtrees of the tree of `size` leaves, in the order given. Each tile is read once. */
export async function readSubtrees(
  subtrees: readonly Subtree[],
  size: number,
  read: ReadTile,
  hash: NodeHash = nodeDigest,
): Promise<Digest[]> {
  const places = subtrees.map((subtree) => placeOf(subtree, size));
  const tiles = await readTiles(places, read);
  return places.map(({ tile, first, count }) => rollUp(tiles.get(tilePath(tile)) ?? emptyRoot, first, count, hash));
}

/** Roots of `ranges` in the tree of `size` leaves. */
async function rootsOf(ranges: readonly Range[], size: number, read: ReadTile, hash: NodeHash): Promise<Digest[]> {
  const parts = ranges.map(subtreesOf);
  const digests = await readSubtrees(parts.flat(), size, read, hash);
  let at = 0;
  return parts.map(({ length }) => foldRight(digests.slice(at, (at += length)), hash));
}

/**
 * Sibling digests that prove leaf `index` in the tree of `size` leaves, the leaf's sibling first. Reads each tile once, at
 * most two for each level of tiles, so O(log size).
 *
 * @throws EvidenceError V_INDEX, E_TILE (a tile is too short); whatever `read` rejects with
 * @see RFC 6962 section 2.1.1
 */
export async function inclusionProof(
  index: number,
  size: number,
  read: ReadTile,
  hash: NodeHash = nodeDigest,
): Promise<Digest[]> {
  assertIndex(index, size);
  return rootsOf(inclusionRanges(index, size), size, read, hash);
}

/**
 * Digests that prove that the tree of `to` leaves begins with the tree of `from`; none if either is the other or empty.
 * Reads each tile once, O(log to).
 *
 * @throws EvidenceError V_INDEX (a size, or from > to), E_TILE; whatever `read` rejects with
 * @see RFC 6962 section 2.1.2
 */
export async function consistencyProof(
  from: number,
  to: number,
  read: ReadTile,
  hash: NodeHash = nodeDigest,
): Promise<Digest[]> {
  assertSize(from);
  assertSize(to);
  if (from > to) throw new EvidenceError("V_INDEX", "the old tree is larger than the new one", { from, to });
  if (from === 0 || from === to) return [];
  return rootsOf(consistencyRanges(from, to), to, read, hash);
}

/**
 * Root of the tree of `size` leaves, from the tiles of its right border: one for each level of tiles.
 *
 * @throws EvidenceError V_INDEX, E_TILE; whatever `read` rejects with
 * @see RFC 6962 section 2.1
 */
export async function rootAt(size: number, read: ReadTile, hash: NodeHash = nodeDigest): Promise<Digest> {
  assertSize(size);
  const [root] = await rootsOf([{ start: 0, end: size }], size, read, hash);
  return root ?? emptyRoot;
}
