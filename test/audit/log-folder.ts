/** A log in a folder as any web server may serve it: entries, tiles, signed checkpoints; and a chain that accepted some of them. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { toHex, utf8, type Hex } from "@lianzheng/sdk/encoding";
import {
  checkpointText,
  createNoteSigner,
  edgeRoot,
  emptyEdge,
  encodeEntryBundle,
  entriesPath,
  leafDigest,
  signNote,
  tilePath,
  tilesOf,
  type TreeEdge,
} from "@lianzheng/sdk/log";
import { encodeEntry, toInstant } from "@lianzheng/sdk/record";
import { logKey, origin, owner, startMs } from "../evidence/fixture.ts";

/** What of an entry a test may have different. */
export interface EntrySpec {
  readonly subject: string;
  readonly sequence: number;
  readonly previous: Hex | null;
}

/** Entries of `subjects` subjects in turn; `change` may make one another than it should be. */
export function makeEntries(
  count: number,
  subjects: number,
  change: (spec: EntrySpec, index: number) => EntrySpec = (spec) => spec,
): readonly Uint8Array[] {
  const last = new Map<string, { sequence: number; id: Hex }>();
  return Array.from({ length: count }, (_, index) => {
    const subject = `product:${index % subjects}`;
    const before = last.get(subject);
    const spec = change({ subject, sequence: (before?.sequence ?? -1) + 1, previous: before?.id ?? null }, index);
    const at = toInstant(startMs + index * 1000);
    const commitment = Buffer.from(leafDigest(utf8(`member of ${index}`))).toString("base64url");
    const about = { version: 1, type: "x-test.step", issuer: owner, occurredAt: at, receivedAt: at } as const;
    const bytes = utf8(encodeEntry({ ...about, ...spec, commitments: [commitment] }));
    last.set(spec.subject, { sequence: spec.sequence, id: toHex(leafDigest(bytes)) });
    return bytes;
  });
}

/** A tree as it grew, with its root at some sizes. */
export interface MadeTree {
  readonly size: number;
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly roots: ReadonlyMap<number, Hex>;
}

/** Tiles of the whole log, entry bundles, and the roots at `sizes`. */
export function makeTree(entries: readonly Uint8Array[], sizes: readonly number[] = []): MadeTree {
  const tree = treeOf(
    entries.map((entry) => leafDigest(entry)),
    sizes,
  );
  const files = new Map(tree.files);
  for (let index = 0; index * 256 < entries.length; index++) {
    const part = entries.slice(index * 256, (index + 1) * 256);
    files.set(entriesPath({ index, width: part.length }), encodeEntryBundle(part));
  }
  return { ...tree, files };
}

/** The tiles of a tree over leaves of which there are no entries. */
export function treeOf(leaves: readonly Uint8Array[], sizes: readonly number[] = []): MadeTree {
  const files = new Map<string, Uint8Array>();
  const roots = new Map<number, Hex>();
  let edge: TreeEdge = emptyEdge;
  for (const size of [...new Set([...sizes, leaves.length])].sort((a, b) => a - b)) {
    const grown = tilesOf(edge, leaves.slice(edge.size, size));
    edge = grown.edge;
    roots.set(size, toHex(edgeRoot(edge)));
    for (const { coordinate, bytes } of grown.tiles) files.set(tilePath(coordinate), bytes);
  }
  return { size: leaves.length, files, roots };
}

/** A checkpoint signed by the log's key, or by another. */
export function signed(size: number, root: Hex, key = "log"): string {
  const pair = logKey(key);
  const bytes = Buffer.from(root.slice(2), "hex");
  return signNote(
    checkpointText({ origin, size, root: bytes }),
    createNoteSigner(origin, pair.publicKey, (message) => pair.sign(message)),
  );
}

/** Writes the log's files, all or those that pass, and its checkpoint. */
export async function writeLog(
  folder: string,
  { files, size, roots }: MadeTree,
  {
    checkpoint = signed(size, roots.get(size)!),
    keep = () => true,
  }: {
    readonly checkpoint?: string;
    readonly keep?: (path: string) => boolean;
  } = {},
): Promise<void> {
  for (const [path, bytes] of files) if (keep(path)) await put(folder, path, bytes);
  await put(folder, "checkpoint", checkpoint);
}

export async function put(folder: string, path: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), bytes);
}
