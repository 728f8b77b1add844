import { NodeError } from "../errors.ts";
import { KeyTree, seedBytes, treeKeys } from "./key-tree.ts";

/** Record indexes in one shard. */
export const shardRecords: number = treeKeys;

/** What a shard holds: keys that are still there, and by which record each of the others was erased. */
export interface Shard {
  readonly tree: KeyTree;
  /** Positions in the shard whose key is destroyed, each with the log index of the `record.erasure` that says so. */
  readonly erased: ReadonlyMap<number, number>;
}

const nodeBytes = 4 + seedBytes;
const tombstoneBytes = 8;
const largestNode = 2 * treeKeys - 1;

/** A shard's bytes: number of seeds 4, each node 4 and seed 32; number of tombstones 4, each position 2 and index 6. */
export function encodeShard({ tree, erased }: Shard): Buffer {
  const bytes = Buffer.alloc(8 + tree.cover.size * nodeBytes + erased.size * tombstoneBytes);
  let at = bytes.writeUInt32BE(tree.cover.size, 0);
  for (const [node, seed] of [...tree.cover].sort(([a], [b]) => a - b)) {
    at = bytes.writeUInt32BE(node, at);
    at += seed.copy(bytes, at);
  }
  at = bytes.writeUInt32BE(erased.size, at);
  for (const [position, index] of [...erased].sort(([a], [b]) => a - b)) {
    at = bytes.writeUInt16BE(position, at);
    at = bytes.writeUIntBE(index, at, 6);
  }
  return bytes;
}

/**
 * Reads a shard's bytes. Throws VAULT_CORRUPT if they do not account for each of the 65,536 keys exactly once, as there or
 * as erased.
 */
export function decodeShard(bytes: Buffer): Shard {
  const seeds = bytes.length >= 8 ? bytes.readUInt32BE(0) : Infinity;
  const tombstonesAt = 4 + seeds * nodeBytes;
  if (tombstonesAt + 4 > bytes.length) throw malformed();
  const count = bytes.readUInt32BE(tombstonesAt);
  if (bytes.length !== tombstonesAt + 4 + count * tombstoneBytes) throw malformed();
  const cover = new Map<number, Buffer>();
  for (let at = 4; at < tombstonesAt; at += nodeBytes) {
    cover.set(bytes.readUInt32BE(at), bytes.subarray(at + 4, at + nodeBytes));
  }
  const erased = new Map<number, number>();
  for (let at = tombstonesAt + 4; at < bytes.length; at += tombstoneBytes) {
    erased.set(bytes.readUInt16BE(at), bytes.readUIntBE(at + 2, 6));
  }
  if (cover.size !== seeds || erased.size !== count || !isWhole(cover, erased)) throw malformed();
  return { tree: new KeyTree(cover), erased };
}

function isWhole(cover: ReadonlyMap<number, unknown>, erased: ReadonlyMap<number, unknown>): boolean {
  let keys = erased.size;
  for (const node of cover.keys()) {
    if (node < 1 || node > largestNode || isBelow(cover, node >> 1)) return false;
    keys += 2 ** (16 - Math.floor(Math.log2(node)));
  }
  return keys === treeKeys && [...erased.keys()].every((position) => !isBelow(cover, treeKeys + position));
}

/** Whether `node` or one above it is in the cover. */
function isBelow(cover: ReadonlyMap<number, unknown>, node: number): boolean {
  for (let above = node; above > 0; above >>= 1) if (cover.has(above)) return true;
  return false;
}

function malformed(): NodeError {
  return new NodeError("VAULT_CORRUPT", "a shard of the vault does not account for all of its keys");
}
