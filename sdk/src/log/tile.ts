import { EvidenceError } from "@lianzheng/sdk/encoding";

/** Hashes in a full tile; a tile is a subtree of height 8. @see C2SP tlog-tiles */
export const tileWidth = 256;

/** Bits of a leaf index that one level of tiles resolves. */
export const tileHeight = 8;

/** A tile of hashes: `level` 0 holds leaf hashes, `index` counts from the left, `width` 1 to 256 hashes are present. */
export interface TileCoordinate {
  readonly level: number;
  readonly index: number;
  readonly width: number;
}

/** What a path below the log's prefix names: a tile of hashes or a bundle of entries. */
export type TileResource =
  | { readonly kind: "hashes"; readonly level: number; readonly index: number; readonly width: number }
  | { readonly kind: "entries"; readonly index: number; readonly width: number };

const maxLevel = 63;
const pathForm = /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/){0,5}[0-9]{3})(?:\.p\/([1-9][0-9]{0,2}))?$/;

function assertPlace(index: number, width: number): void {
  if (!Number.isSafeInteger(index) || index < 0) throw new EvidenceError("E_TILE", "a tile's index is below 2^53");
  if (Number.isInteger(width) && width >= 1 && width <= tileWidth) return;
  throw new EvidenceError("E_TILE", `a tile's width is 1 to ${tileWidth}`);
}

/** `1234067` as `x001/x234/067`. */
function indexPath(index: number): string {
  const digits = String(index);
  const groups = digits.padStart(Math.ceil(digits.length / 3) * 3, "0").match(/[0-9]{3}/g) ?? [];
  return groups.map((group, at) => (at === groups.length - 1 ? group : `x${group}`)).join("/");
}

function place(index: number, width: number): string {
  assertPlace(index, width);
  return indexPath(index) + (width === tileWidth ? "" : `.p/${width}`);
}

/**
 * Path of a tile of hashes below the log's prefix, as in `tile/0/x001/067` or, partial, `tile/0/x001/067.p/112`.
 *
 * @throws EvidenceError E_TILE for a level, index or width that no tile has
 * @see C2SP tlog-tiles, Merkle Tree
 */
export function tilePath({ level, index, width }: TileCoordinate): string {
  if (!Number.isInteger(level) || level < 0 || level > maxLevel) {
    throw new EvidenceError("E_TILE", `a tile's level is 0 to ${maxLevel}`);
  }
  return `tile/${level}/${place(index, width)}`;
}

/** Path of a bundle of entries, as in `tile/entries/x001/067`. @throws EvidenceError E_TILE @see C2SP tlog-tiles, Log entries */
export function entriesPath({ index, width }: Pick<TileCoordinate, "index" | "width">): string {
  return `tile/entries/${place(index, width)}`;
}

/**
 * What `path` names. Only the one path of a resource is taken: no leading zeros, no `.p/256`.
 *
 * @throws EvidenceError E_TILE_PATH
 */
export function parseTilePath(path: string): TileResource {
  const [, level, places = "", partial] = pathForm.exec(path) ?? [];
  const index = Number(places.replaceAll(/[x/]/g, ""));
  const width = partial === undefined ? tileWidth : Number(partial);
  if (level === undefined || width > tileWidth || (partial !== undefined && width === tileWidth)) throw noTile(path);
  if (!Number.isSafeInteger(index) || indexPath(index) !== places) throw noTile(path);
  if (level === "entries") return { kind: "entries", index, width };
  if (Number(level) > maxLevel) throw noTile(path);
  return { kind: "hashes", level: Number(level), index, width };
}

function noTile(path: string): EvidenceError {
  return new EvidenceError("E_TILE_PATH", "not the path of a tile or an entry bundle", { path: path.slice(0, 100) });
}

/** Hashes that level `level` has in a tree of `size` leaves: floor(size / 256^level). */
export function hashesAtLevel(size: number, level: number): number {
  return Math.floor(size / tileWidth ** level);
}

/** The tile that holds hash number `hash` of `level` in a tree of `size` leaves, as wide as that tree makes it. */
export function tileOfHash(level: number, hash: number, size: number): TileCoordinate {
  const index = Math.floor(hash / tileWidth);
  return { level, index, width: Math.min(tileWidth, hashesAtLevel(size, level) - index * tileWidth) };
}
