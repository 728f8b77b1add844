import { createPublicKey, verify } from "node:crypto";
import type { KeyObject } from "node:crypto";
import { join } from "node:path";
import type { Digest } from "@lianzheng/sdk/encoding";
import { EvidenceError, equalBytes, toHex } from "@lianzheng/sdk/encoding";
import type { NoteVerifier, TreeEdge, WrittenTile } from "@lianzheng/sdk/log";
import { edgeRoot, emptyEdge, openCheckpoint, openNote, tilePath, tileWidth, tilesOf } from "@lianzheng/sdk/log";
import type { Files, RecordsPayload, StoredFile } from "@lianzheng/node/journal";
import { errnoOf, readFully } from "@lianzheng/node/journal";
import { Level } from "level";
import { fastNodeDigest, packed } from "../hashing.ts";
import type { Finding } from "./findings.ts";

/** What the tree is checked with. */
export interface TreeCheckParts {
  /** Folder of the tiles. */
  readonly directory: string;
  /** Empty; goes away afterwards. */
  readonly scratch: string;
  readonly files: Files;
  readonly verifier: NoteVerifier;
  /** Keys of the witnesses that the log asks. */
  readonly witnesses: readonly NoteVerifier[];
  /** Folder of what they cosigned. */
  readonly cosigned: string;
  readonly add: (finding: Finding) => void;
}

type Where = Omit<Finding, "code" | "detail">;

const digestBytes = 32;

/**
 * Builds the tree again from the leaves, and holds against it the checkpoints, the tiles on disk and the anchors. Memory is
 * the tree's border; the roots that were signed lie in a scratch database.
 */
export class TreeCheck {
  readonly #parts: TreeCheckParts;
  readonly #verifier: NoteVerifier;
  readonly #roots: Level<string, Buffer>;
  #edge: TreeEdge = emptyEdge;
  /** Set when leaves are missing or wrong: there is no tree to hold anything against any more. */
  #lost = false;
  tiles = 0;

  private constructor(parts: TreeCheckParts, roots: Level<string, Buffer>) {
    this.#parts = parts;
    this.#verifier = fastVerifier(parts.verifier);
    this.#roots = roots;
  }

  static async open(parts: TreeCheckParts): Promise<TreeCheck> {
    const roots = new Level<string, Buffer>(join(parts.scratch, "roots"), { valueEncoding: "buffer" });
    await roots.open();
    return new TreeCheck(parts, roots);
  }

  /** Told when leaves are missing. */
  lose(): void {
    this.#lost = true;
  }

  /** Takes the leaves of the next frame, and checks the frame's checkpoint and the tiles that they complete. */
  async append({ checkpoint, firstIndex }: RecordsPayload, leaves: readonly Digest[], where: Where): Promise<void> {
    const size = firstIndex + leaves.length;
    const signed = this.#opened(checkpoint, size, where);
    if (this.#lost) return;
    const { edge, tiles } = tilesOf(this.#edge, leaves, fastNodeDigest);
    this.#edge = edge;
    const root = edgeRoot(edge, fastNodeDigest);
    if (signed !== undefined && !equalBytes(signed, root)) {
      await this.#locate(firstIndex, leaves, where);
      this.#lost = true;
      return;
    }
    await this.#roots.put(String(size), Buffer.from(root));
    for (const tile of tiles) if (tile.coordinate.width === tileWidth) await this.#checkTile(tile, where);
  }

  /** Why an anchor's frame is wrong; undefined if it is not, or there is no tree to hold it against. */
  async wrongAnchor(text: string): Promise<string | undefined> {
    const anchor = anchorIn(text);
    if (anchor === undefined) return "the frame does not hold an anchor in its form";
    const { size, root, checkpoint } = anchor;
    const opened = this.#openedOf(checkpoint);
    if (typeof opened === "string") return `its checkpoint: ${opened}`;
    if (opened.size !== size || toHex(opened.root) !== root) return "its checkpoint speaks of another tree";
    const known = await this.#rootOf(size);
    if (known === undefined) return this.#lost ? undefined : `no checkpoint of size ${size} was signed before it`;
    return toHex(known) === root ? undefined : `the tree of ${size} records has another root`;
  }

  /**
   * After the last frame: what witnesses cosigned, the published checkpoint with their signatures, and the partial tiles that
   * lie beside the full ones.
   */
  async finish(): Promise<void> {
    if (this.#lost) return;
    for (const witness of this.#parts.witnesses) await this.#checkCosigned(witness);
    await this.#checkPublished();
  }

  async #checkPublished(): Promise<void> {
    const path = join(this.#parts.directory, "checkpoint");
    const bytes = await this.#read(path);
    if (bytes === undefined) return;
    const where = { file: path, offset: 0 };
    const opened = this.#openedOf(bytes.toString("utf8"), this.#parts.witnesses);
    if (typeof opened === "string") {
      this.#parts.add({ code: "CHECKPOINT_INVALID", ...where, detail: opened });
      return;
    }
    const known = await this.#rootOf(opened.size);
    if (opened.size === 0 || (known !== undefined && equalBytes(known, opened.root))) {
      await this.#checkPartials(opened.size);
      return;
    }
    this.#parts.add({
      code: "CHECKPOINT_INVALID",
      ...where,
      detail: `no such tree of ${opened.size} records was signed`,
    });
  }

  /**
   * The newest checkpoint that a witness cosigned. It is the log's own, which another than this node has seen: a tree that
   * this log does not have shows that the log was replaced by another or by an older copy. None is no fault: it is asked for again.
   */
  async #checkCosigned(witness: NoteVerifier): Promise<void> {
    const file = join(this.#parts.cosigned, witness.keyId.toString(16).padStart(8, "0"));
    const bytes = await this.#read(file);
    if (bytes === undefined) return;
    const detail = await this.#wrongCosignature(bytes.toString("utf8"), witness);
    if (detail !== undefined) this.#parts.add({ code: "COSIGNATURE_INVALID", file, offset: 0, detail });
  }

  async #wrongCosignature(note: string, witness: NoteVerifier): Promise<string | undefined> {
    const opened = this.#openedOf(note, [witness]);
    if (typeof opened === "string") return opened;
    const { signatures } = openNote(note, [this.#verifier, witness]);
    if (!signatures.some(({ keyId }) => keyId === witness.keyId)) return `${witness.name} did not sign it`;
    if (opened.size === 0) return undefined;
    const known = await this.#rootOf(opened.size);
    if (known !== undefined && equalBytes(known, opened.root)) return undefined;
    return `no such tree of ${opened.size} records was signed`;
  }

  async close(): Promise<void> {
    await this.#roots.close();
  }

  /** The root that was signed at this size. The library's types leave out that a missing key answers undefined. */
  async #rootOf(size: number): Promise<Buffer | undefined> {
    return await this.#roots.get(String(size));
  }

  #opened(checkpoint: string, size: number, where: Where): Digest | undefined {
    const opened = this.#openedOf(checkpoint);
    const detail =
      typeof opened === "string"
        ? opened
        : opened.size === size
          ? undefined
          : `it is of ${opened.size}, not ${size} records`;
    if (detail !== undefined) this.#parts.add({ code: "CHECKPOINT_INVALID", ...where, detail });
    return typeof opened === "string" || opened.size !== size ? undefined : opened.root;
  }

  /** A checkpoint of this log's key, on which no signature of `others` is wrong; or what is the matter with it. */
  #openedOf(
    checkpoint: string,
    others: readonly NoteVerifier[] = [],
  ): { readonly size: number; readonly root: Digest } | string {
    try {
      const opened = openCheckpoint(checkpoint, [this.#verifier]);
      if (others.length > 0) openNote(checkpoint, [this.#verifier, ...others]);
      return opened.origin === this.#verifier.name ? opened : `it is of the log ${opened.origin}`;
    } catch (error) {
      if (error instanceof EvidenceError) return error.message;
      throw error;
    }
  }

  /** The record whose leaf is not the one in its tile; the whole frame where tiles do not tell. */
  async #locate(firstIndex: number, leaves: readonly Digest[], where: Where): Promise<void> {
    for (const [at, leaf] of leaves.entries()) {
      const record = firstIndex + at;
      const signed = await this.#storedLeaf(record);
      if (signed === undefined || equalBytes(signed, leaf)) continue;
      const detail = `record ${record} is not the one whose leaf stands in its tile, and the signed root is not its tree's`;
      this.#parts.add({ code: "RECORD_TAMPERED", ...where, record, detail });
      return;
    }
    const detail = `records ${firstIndex} to ${firstIndex + leaves.length - 1} do not give the root that was signed`;
    this.#parts.add({ code: "RECORD_TAMPERED", ...where, record: firstIndex, detail });
  }

  async #storedLeaf(record: number): Promise<Buffer | undefined> {
    const index = Math.floor(record / tileWidth);
    const bytes = await this.#read(join(this.#parts.directory, tilePath({ level: 0, index, width: tileWidth })));
    const at = (record % tileWidth) * digestBytes;
    return bytes?.length === tileWidth * digestBytes ? bytes.subarray(at, at + digestBytes) : undefined;
  }

  async #checkTile({ coordinate, bytes }: WrittenTile, { frame }: Where): Promise<void> {
    const file = join(this.#parts.directory, tilePath(coordinate));
    const stored = await this.#read(file);
    this.tiles += 1;
    const where = { file, offset: 0, ...(frame === undefined ? {} : { frame }) };
    if (stored === undefined) this.#parts.add({ code: "TILE_MISSING", ...where, detail: "there is no such file" });
    else this.#compare(stored, bytes, where);
  }

  async #checkPartials(size: number): Promise<void> {
    for (let level = 0; Math.floor(size / tileWidth ** level) > 0; level += 1) {
      const hashes = Math.floor(size / tileWidth ** level);
      const [index, width] = [Math.floor(hashes / tileWidth), hashes % tileWidth];
      if (width === 0) continue;
      const file = join(this.#parts.directory, tilePath({ level, index, width }));
      const stored = await this.#read(file);
      const expected = await this.#start(level, index, width);
      if (expected === undefined) continue;
      if (stored !== undefined) this.#compare(stored, expected, { file, offset: 0 });
    }
  }

  /** The first digests of a tile: in the border, or in a full tile, which was checked. */
  async #start(level: number, index: number, width: number): Promise<Uint8Array | undefined> {
    const last = Math.floor(this.#edge.size / tileWidth ** (level + 1));
    if (index === last) return packed((this.#edge.partials[level] ?? []).slice(0, width));
    const full = await this.#read(join(this.#parts.directory, tilePath({ level, index, width: tileWidth })));
    return full?.subarray(0, width * digestBytes);
  }

  #compare(stored: Buffer, expected: Uint8Array, where: Where): void {
    if (stored.equals(expected)) return;
    const length = Math.min(stored.length, expected.length);
    let offset = 0;
    while (offset < length && stored[offset] === expected[offset]) offset += 1;
    const detail = `it differs from what the records give, from byte ${offset} on`;
    this.#parts.add({ code: "TILE_DAMAGED", ...where, offset, detail });
  }

  /** A file, at most one byte longer than a tile or as long as a checkpoint may be; undefined if there is none. */
  async #read(path: string): Promise<Buffer | undefined> {
    let file: StoredFile;
    try {
      file = await this.#parts.files.open(path, "read");
    } catch (error) {
      if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return undefined;
      throw error;
    }
    try {
      return Buffer.from(await readFully(file, 0, 64 * 1024));
    } finally {
      await file.close();
    }
  }
}

/** The same verifier by the platform's code, which is ten times faster than the sdk's portable one (RFC 8032). */
export function fastVerifier({ name, keyId, publicKey }: NoteVerifier): NoteVerifier {
  const key: KeyObject = createPublicKey({
    key: { kty: "OKP", crv: "Ed25519", x: Buffer.from(publicKey).toString("base64url") },
    format: "jwk",
  });
  return { name, keyId, publicKey, verify: (message, signature) => verify(null, message, key, signature) };
}

function anchorIn(
  text: string,
): { readonly size: number; readonly root: string; readonly checkpoint: string } | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { size, root, checkpoint } = value as Readonly<Record<string, unknown>>;
  if (typeof size !== "number" || typeof root !== "string" || typeof checkpoint !== "string") return undefined;
  return { size, root, checkpoint };
}
