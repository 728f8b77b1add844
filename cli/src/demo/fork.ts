import { concatBytes, toHex, utf8 } from "@lianzheng/sdk/encoding";
import type { Digest, Hex } from "@lianzheng/sdk/encoding";
import { consistencyProof, edgeRoot, emptyEdge, leafDigest, tilePath, tilesOf, tileWidth } from "@lianzheng/sdk/log";
import type { ReadTile, TileCoordinate } from "@lianzheng/sdk/log";
import type { Consortium } from "./consortium.ts";
import type { Attempt } from "./ledger.ts";
import type { Venue } from "./venue.ts";

/** One try to have the chain accept another past. */
export interface Forgery {
  readonly english: string;
  readonly chinese: string;
  readonly attempt: Attempt;
}

const DIGEST_BYTES = 32;

/** A tree in memory, with every tile it has. */
interface ForgedTree {
  readonly root: Hex;
  readonly read: ReadTile;
}

/**
 * The exchange turns against its own past: with its real key and its real log it tries to publish three other histories. The proofs
 * are the best that can be made: right for the forged tree, which does not begin with the tree that the chain knows.
 */
export async function tryToRewrite(consortium: Consortium, venue: Venue): Promise<readonly Forgery[]> {
  const { size: published } = await headOf(consortium, venue);
  const leaves = await fetchLeaves(venue, published);
  const altered = withAlteredLeaf(leaves, Math.floor(leaves.length / 3));
  return [
    {
      english: "an old record altered, then a new one appended",
      chinese: "改写旧记录后追加新记录",
      attempt: await publish(consortium, venue, published, [...altered, forgedLeaf("one more")]),
    },
    {
      english: "the same size with another content",
      chinese: "同样大小、内容不同",
      attempt: await publish(consortium, venue, published, altered),
    },
    {
      english: "the newest records cut off, an old one altered",
      chinese: "截去最新记录并改写旧记录",
      attempt: await publish(consortium, venue, published, altered.slice(0, -1)),
    },
  ];
}

/** Size and root of the venue's log as the chain has them. */
export async function headOf({ ledger }: Consortium, { logId }: Venue): Promise<{ size: number; root: Hex }> {
  const { size, root } = await ledger.evidenceLogs.latest(logId);
  return { size: Number(size), root: root as Hex };
}

async function publish(
  { ledger, keys }: Consortium,
  venue: Venue,
  published: number,
  leaves: readonly Digest[],
): Promise<Attempt> {
  const { root, read } = growTree(leaves);
  const from = Math.min(published, leaves.length);
  const proof = (await consistencyProof(from, leaves.length, read)).map((node) => toHex(node));
  return ledger.attempt(
    keys[venue.role.name],
    ledger.evidenceLogs.publish.populateTransaction(venue.logId, published, leaves.length, root, proof),
  );
}

/** The tree of these leaves, with the very code that keeps the real one. */
function growTree(leaves: readonly Digest[]): ForgedTree {
  const { edge, tiles } = tilesOf(emptyEdge, leaves);
  const kept = new Map(tiles.map(({ coordinate, bytes }) => [tilePath(coordinate), bytes]));
  return { root: toHex(edgeRoot(edge)), read: (coordinate) => readKept(kept, coordinate) };
}

function readKept(kept: ReadonlyMap<string, Uint8Array>, coordinate: TileCoordinate): Uint8Array {
  const bytes = kept.get(tilePath(coordinate));
  if (bytes === undefined) throw new Error(`the forged tree has no ${tilePath(coordinate)}`);
  return bytes;
}

/** Leaf hashes of the real log, from the tiles that its node serves to everybody. */
async function fetchLeaves(venue: Venue, size: number): Promise<readonly Digest[]> {
  const tiles: Uint8Array[] = [];
  for (let index = 0; index * tileWidth < size; index += 1) {
    const width = Math.min(tileWidth, size - index * tileWidth);
    const response = await fetch(`${venue.url}/log/${tilePath({ level: 0, index, width })}`);
    if (!response.ok) throw new Error(`the node answered ${response.status} for tile ${index}`);
    tiles.push(new Uint8Array(await response.arrayBuffer()));
  }
  const bytes = concatBytes(...tiles);
  return Array.from({ length: size }, (_, at) => bytes.slice(at * DIGEST_BYTES, (at + 1) * DIGEST_BYTES));
}

function withAlteredLeaf(leaves: readonly Digest[], at: number): readonly Digest[] {
  return leaves.map((leaf, index) => (index === at ? forgedLeaf("altered") : leaf));
}

function forgedLeaf(text: string): Digest {
  return leafDigest(utf8(text));
}
