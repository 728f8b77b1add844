import {
  decodeEntryBundle,
  entriesPath,
  hashesAtLevel,
  tilePath,
  tileWidth,
  type TileCoordinate,
} from "@lianzheng/sdk/log";
import type { LogSource } from "./log-source.ts";

const digestBytes = 32;

/** Tiles that are asked for before they are needed: enough to keep a disk or a connection busy, few enough to hold in memory. */
const readAhead = 16;

/** One tile of leaf hashes and, where the log shows them, its entries. */
export interface LeafTile {
  readonly coordinate: TileCoordinate;
  /** 32 bytes each; undefined if the log has no such tile. */
  readonly leaves: Uint8Array | undefined;
  readonly entries: Uint8Array | undefined;
}

/** The tiles of leaves from `from` to `size`, in order; the first may begin before `from`. */
export async function* leafTiles(
  source: LogSource,
  { from, size, withEntries }: { readonly from: number; readonly size: number; readonly withEntries: boolean },
): AsyncGenerator<LeafTile, void, void> {
  const last = Math.ceil(size / tileWidth);
  let next = Math.floor(from / tileWidth);
  const waiting: Promise<LeafTile>[] = [];
  while (next < last || waiting.length > 0) {
    for (; next < last && waiting.length < readAhead; next++)
      waiting.push(held(readLeafTile(source, next, size, withEntries)));
    const tile = await waiting.shift();
    if (tile !== undefined) yield tile;
  }
}

/** A failure is thrown when its turn comes; until then nobody waits for it. */
function held<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => undefined);
  return promise;
}

async function readLeafTile(source: LogSource, index: number, size: number, withEntries: boolean): Promise<LeafTile> {
  const width = Math.min(tileWidth, size - index * tileWidth);
  const coordinate = { level: 0, index, width };
  const [leaves, entries] = await Promise.all([
    readTile(source, coordinate),
    withEntries ? readEntries(source, index, width) : undefined,
  ]);
  return { coordinate, leaves, entries };
}

/**
 * A tile as wide as asked for. A log may take a partial tile away once it has a wider one, so that stands in (C2SP tlog-tiles, Partial Tiles).
 *
 * @returns undefined if the log has neither; bytes of another length than is due are given as they are
 */
export async function readTile(source: LogSource, coordinate: TileCoordinate): Promise<Uint8Array | undefined> {
  const bytes = await source.tile(tilePath(coordinate));
  if (bytes !== undefined || coordinate.width === tileWidth) return bytes;
  const full = await source.tile(tilePath({ ...coordinate, width: tileWidth }));
  return full?.subarray(0, coordinate.width * digestBytes);
}

/** The tiles above the leaves of a tree that are not full: its right border, as a log of that size serves it. */
export function borderOf(size: number): readonly TileCoordinate[] {
  const border: TileCoordinate[] = [];
  for (let level = 1; hashesAtLevel(size, level) > 0; level++) {
    const hashes = hashesAtLevel(size, level);
    if (hashes % tileWidth > 0)
      border.push({ level, index: Math.floor(hashes / tileWidth), width: hashes % tileWidth });
  }
  return border;
}

async function readEntries(source: LogSource, index: number, width: number): Promise<Uint8Array | undefined> {
  const bytes = await source.entries(entriesPath({ index, width }));
  if (bytes !== undefined || width === tileWidth) return bytes;
  return source.entries(entriesPath({ index, width: tileWidth }));
}

/** One leaf, 32 bytes; undefined if the log has no such tile. */
export async function readLeaf(source: LogSource, index: number, size: number): Promise<Uint8Array | undefined> {
  const tile = Math.floor(index / tileWidth);
  const width = Math.min(tileWidth, size - tile * tileWidth);
  const at = (index % tileWidth) * digestBytes;
  return (await readTile(source, { level: 0, index: tile, width }))?.subarray(at, at + digestBytes);
}

/** One entry's bytes; undefined if the log does not show it. */
export async function readEntry(source: LogSource, index: number, size: number): Promise<Uint8Array | undefined> {
  const tile = Math.floor(index / tileWidth);
  const bytes = await readEntries(source, tile, Math.min(tileWidth, size - tile * tileWidth));
  return bytes === undefined ? undefined : decodeEntryBundle(bytes)[index % tileWidth];
}
