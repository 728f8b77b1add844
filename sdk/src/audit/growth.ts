import { equalBytes, toHex, type Digest } from "@lianzheng/sdk/encoding";
import {
  edgeRoot,
  tilePath,
  tileWidth,
  tilesOf,
  type NodeHash,
  type TreeEdge,
  type WrittenTile,
} from "@lianzheng/sdk/log";
import type { AuditFinding } from "./finding.ts";

const digestBytes = 32;

/** What a tree became by some more leaves. */
export interface Growth {
  readonly edge: TreeEdge;
  /** Tiles above the leaves that are full now: what the log must serve in their places. */
  readonly above: readonly WrittenTile[];
  /** Roots of the sizes that were asked for, ascending. */
  readonly roots: readonly { readonly size: number; readonly root: Digest }[];
}

/**
 * The tree with `leaves` more, and its roots at some sizes on the way.
 *
 * @param leaves - leaf digests, 32 bytes each
 * @param sizes  - ascending, each more than `edge.size` and at most `edge.size + leaves.length`
 * @see RFC 6962 section 2.1
 */
export function growTo(edge: TreeEdge, leaves: readonly Digest[], sizes: readonly number[], hash: NodeHash): Growth {
  let now = edge;
  const above: WrittenTile[] = [];
  const roots: { size: number; root: Digest }[] = [];
  const add = (end: number): void => {
    const grown = tilesOf(now, leaves.slice(now.size - edge.size, end - edge.size), hash);
    now = grown.edge;
    above.push(...grown.tiles.filter(({ coordinate: { level, width } }) => level > 0 && width === tileWidth));
  };
  for (const size of sizes) {
    add(size);
    roots.push({ size, root: edgeRoot(now, hash) });
  }
  if (now.size < edge.size + leaves.length) add(edge.size + leaves.length);
  return { edge: now, above, roots };
}

/**
 * What is wrong with a tile above the leaves that a log serves, against the one that its leaves make. Names the tile below the first
 * digest that differs: it, or this one, was changed.
 */
export function findingsOfTile(made: WrittenTile, served: Uint8Array | undefined): readonly AuditFinding[] {
  const tile = tilePath(made.coordinate);
  if (served === undefined) return [{ code: "AUDIT_TILE_MISSING", tile, detail: "the log has no such tile" }];
  if (served.length !== made.bytes.length) {
    const detail = `${served.length} bytes, ${made.bytes.length} are due`;
    return [{ code: "AUDIT_TILE_FORM", tile, detail }];
  }
  if (equalBytes(served, made.bytes)) return [];
  return differences(made, served).map((at) => {
    const below = { level: made.coordinate.level - 1, index: made.coordinate.index * tileWidth + at, width: tileWidth };
    const [says, is] = [served, made.bytes].map((bytes) =>
      toHex(bytes.subarray(at * digestBytes, (at + 1) * digestBytes)),
    );
    return { code: "AUDIT_TILE", tile, detail: `hash ${at} is ${says ?? ""}, ${tilePath(below)} has ${is ?? ""}` };
  });
}

/** A tile that was replaced whole differs in every place; a few of them say as much. */
const mostDifferences = 8;

function differences({ bytes }: WrittenTile, served: Uint8Array): readonly number[] {
  const places: number[] = [];
  for (let at = 0; at * digestBytes < bytes.length && places.length < mostDifferences; at++) {
    const [from, to] = [at * digestBytes, (at + 1) * digestBytes];
    if (!equalBytes(bytes.subarray(from, to), served.subarray(from, to))) places.push(at);
  }
  return places;
}
