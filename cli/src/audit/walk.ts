import { findingsOfTile, growTo, type AuditFinding, type Published } from "@lianzheng/sdk/audit";
import { EvidenceError, equalBytes, fromHex, toHex, type Digest, type Hex } from "@lianzheng/sdk/encoding";
import {
  consistencyProof,
  edgeRoot,
  rootAt,
  tilePath,
  verifyConsistency,
  type Checkpoint,
  type NodeHash,
  type TileCoordinate,
  type TreeEdge,
} from "@lianzheng/sdk/log";
import { FindingBook } from "./book.ts";
import { checkEntries } from "./entries-check.ts";
import { borderOf, leafTiles, readTile, type LeafTile } from "./leaf-tiles.ts";
import type { LogSource } from "./log-source.ts";
import type { RowFile } from "./row-file.ts";
import type { AuditState } from "./state.ts";

const digestBytes = 32;

/** What a walk needs. */
export interface WalkOptions {
  readonly source: LogSource;
  /** The checkpoint up to which the log is walked, its signature verified. */
  readonly target: Checkpoint;
  readonly state: AuditState;
  /** Checkpoints of the chain, in its order; undefined if nobody named an endpoint. */
  readonly published: readonly Published[] | undefined;
  /** Rows of entries; undefined where entries are not read. */
  readonly rows: RowFile | undefined;
  /** Told of every checkpoint of the chain that was compared. */
  readonly compared: (published: Published, root: Hex) => Promise<void>;
  /** Called between two tiles, whenever going on from here would be right; decides itself whether to save. */
  readonly reached: (state: AuditState) => Promise<void>;
  readonly hash: NodeHash;
}

/**
 * Follows a log from where the state stands to the target: every leaf, every tile above, every root that the log signed or the chain
 * accepted on the way.
 *
 * Stops at a tile of leaves that the log does not give: nothing behind it can be computed.
 */
export async function walkLog(options: WalkOptions): Promise<AuditState> {
  return new Walk(options).run();
}

class Walk {
  readonly #options: WalkOptions;
  readonly #book: FindingBook;
  readonly #counts: Record<"tiles" | "kept" | "anchored" | "entries", number>;
  readonly #seen: ReadonlyMap<number, Hex>;
  /** Checkpoints of the chain that are still to be compared, by size. */
  readonly #due: ReadonlyMap<number, Published>;
  #edge: TreeEdge;
  #compared: AuditState["compared"];
  /** Sizes at which a root is due, ascending, and how many of them were passed. */
  readonly #marks: readonly number[];
  #passed = 0;
  #stopped = false;

  constructor(options: WalkOptions) {
    const { state, target, published = [] } = options;
    this.#options = options;
    this.#book = new FindingBook(state.found, state.findings);
    this.#counts = { ...state.counts };
    this.#edge = state.edge;
    this.#compared = state.compared;
    const seen = state.seen.filter(({ size }) => size <= target.size).map(({ size, root }) => [size, root] as const);
    this.#seen = new Map([...seen, [target.size, toHex(target.root)]]);
    const after = state.compared?.size ?? 0;
    this.#due = new Map(published.filter(({ size }) => size > after).map((each) => [each.size, each]));
    const marks = new Set([...this.#seen.keys(), ...this.#due.keys()]);
    this.#marks = [...marks].filter((size) => size > state.edge.size).sort((a, b) => a - b);
  }

  async run(): Promise<AuditState> {
    const { source, target, state, rows } = this.#options;
    this.#sizesBeyond();
    this.#signedTwice();
    await this.#behind();
    if (target.size > this.#edge.size) {
      for await (const tile of leafTiles(source, {
        from: this.#edge.size,
        size: target.size,
        withEntries: rows !== undefined,
      })) {
        await this.#take(tile);
        if (this.#stopped) break;
        await this.#options.reached(this.#state());
      }
      if (!this.#stopped && this.#edge.size > state.edge.size) await this.#border();
    }
    return this.#state();
  }

  #state(): AuditState {
    const { state, target, rows } = this.#options;
    const seen = [
      ...state.seen.filter(({ size }) => size !== target.size),
      { size: target.size, root: toHex(target.root) },
    ];
    return {
      log: state.log,
      edge: this.#edge,
      seen: seen.toSorted((a, b) => a.size - b.size),
      compared: this.#compared,
      rows: rows === undefined ? null : rows.length,
      list: state.list,
      counts: { ...this.#counts },
      found: this.#book.found,
      findings: this.#book.findings,
    };
  }

  #find(...findings: readonly AuditFinding[]): void {
    for (const finding of findings) this.#book.add(finding);
  }

  /** Trees that somebody has vouched for and that are longer than the one that is shown. */
  #sizesBeyond(): void {
    const { target, state } = this.#options;
    const detail = `the newest checkpoint of the log has ${target.size} records`;
    for (const { size } of state.seen) if (size > target.size) this.#find({ code: "AUDIT_CUT", size, detail });
    for (const [size] of this.#due) if (size > target.size) this.#find({ code: "AUDIT_CUT_ANCHORED", size, detail });
  }

  /** One size under two roots, of which an earlier run saw the first and was not let finish: that the second one fits excuses nothing. */
  #signedTwice(): void {
    const { target, state } = this.#options;
    const before = state.seen.find(({ size }) => size === target.size)?.root;
    const now = toHex(target.root);
    if (before === undefined || before === now || target.size === this.#edge.size) return;
    this.#find({ code: "AUDIT_REWRITTEN", size: target.size, detail: `it signed ${now} now, and ${before} before` });
  }

  /** Checkpoints within what an earlier run has walked: their roots are proved to be of the tree that it found. */
  async #behind(): Promise<void> {
    const { target, hash, state } = this.#options;
    const edge = this.#edge;
    const sizes = [...this.#due.keys()].filter((size) => size <= Math.min(edge.size, target.size));
    for (const size of sizes.toSorted((a, b) => a - b)) {
      const root = await this.#rootWithin(size);
      if (root !== undefined) await this.#compare(size, root);
    }
    if (target.size !== edge.size || edge.size === 0) return;
    if (state.seen.some(({ size }) => size === target.size)) this.#resign(target, edgeRoot(edge, hash));
    else this.#sign(target.size, edgeRoot(edge, hash));
  }

  /** Root of a smaller tree than the one that was walked, by the log's tiles, which must prove that this one begins with it. */
  async #rootWithin(size: number): Promise<Digest | undefined> {
    const { source, hash } = this.#options;
    const [edge, whole] = [this.#edge, edgeRoot(this.#edge, hash)];
    if (size === edge.size) return whole;
    const read = async (coordinate: TileCoordinate): Promise<Uint8Array> =>
      (await readTile(source, coordinate)) ?? new Uint8Array(coordinate.width * digestBytes);
    try {
      const root = await rootAt(size, read, hash);
      const proof = await consistencyProof(size, edge.size, read, hash);
      verifyConsistency(size, root, edge.size, whole, proof, hash);
      return root;
    } catch (error) {
      if (!(error instanceof EvidenceError)) throw error;
      const detail = `the log's tiles no longer lead to the tree that was walked before: ${error.message}`;
      this.#find({ code: "AUDIT_REWRITTEN", size, detail });
      return undefined;
    }
  }

  /** The log signed this size before, and the root was found to be right: a second note must have the same one. */
  #resign({ size, root }: Checkpoint, is: Digest): void {
    if (equalBytes(root, is)) return;
    this.#find({ code: "AUDIT_REWRITTEN", size, detail: `it signed ${toHex(root)} now, and ${toHex(is)} before` });
  }

  async #take({ coordinate, leaves, entries }: LeafTile): Promise<void> {
    const bytes = this.#leavesOf(coordinate, leaves);
    if (bytes === undefined) return;
    const start = coordinate.index * 256;
    const skip = this.#edge.size - start;
    this.#prefix(coordinate, bytes, skip);
    const digests = Array.from({ length: coordinate.width - skip }, (_, at) =>
      bytes.subarray((skip + at) * digestBytes, (skip + at + 1) * digestBytes),
    );
    const sizes = this.#sizesUpTo(start + coordinate.width);
    const grown = growTo(this.#edge, digests, sizes, this.#options.hash);
    this.#edge = grown.edge;
    this.#counts.tiles += 1;
    for (const { size, root } of grown.roots) {
      this.#sign(size, root);
      await this.#compare(size, root);
    }
    for (const tile of grown.above) {
      this.#counts.tiles += 1;
      this.#find(...findingsOfTile(tile, await this.#options.source.tile(tilePath(tile.coordinate))));
    }
    await this.#entries({ coordinate, leaves: digests, skip }, entries);
  }

  #leavesOf(coordinate: TileCoordinate, leaves: Uint8Array | undefined): Uint8Array | undefined {
    if (leaves?.length === coordinate.width * digestBytes) return leaves;
    this.#stopped = true;
    const tile = tilePath(coordinate);
    if (leaves === undefined) {
      const detail = "the log has no such tile; nothing behind it was checked";
      this.#find({ code: "AUDIT_TILE_MISSING", tile, detail });
    } else {
      const detail = `${leaves.length} bytes, ${coordinate.width * digestBytes} are due; nothing behind it was checked`;
      this.#find({ code: "AUDIT_TILE_FORM", tile, detail });
    }
    return undefined;
  }

  /** What an earlier run saw of a tile that was partial then must be its beginning now. */
  #prefix(coordinate: TileCoordinate, bytes: Uint8Array, skip: number): void {
    for (const [at, digest] of (this.#edge.partials[0] ?? []).slice(0, skip).entries()) {
      if (equalBytes(digest, bytes.subarray(at * digestBytes, (at + 1) * digestBytes))) continue;
      const detail = `leaf ${coordinate.index * 256 + at} is another than this audit saw before`;
      this.#find({ code: "AUDIT_TILE", tile: tilePath(coordinate), detail });
      return;
    }
  }

  #sizesUpTo(end: number): readonly number[] {
    const from = this.#passed;
    while ((this.#marks[this.#passed] ?? Infinity) <= end) this.#passed += 1;
    return this.#marks.slice(from, this.#passed);
  }

  /** A root that the log signed. */
  #sign(size: number, is: Digest): void {
    const signed = this.#seen.get(size);
    if (signed === undefined) return;
    this.#counts.kept += 1;
    if (equalBytes(fromHex(signed, 32), is)) return;
    const code = size === this.#options.target.size ? "AUDIT_ROOT" : "AUDIT_REWRITTEN";
    this.#find({ code, size, detail: `the log signed ${signed}; its records lead to ${toHex(is)}` });
  }

  /** A root that the chain accepted. */
  async #compare(size: number, is: Digest): Promise<void> {
    const published = this.#due.get(size);
    if (published === undefined) return;
    const root = toHex(is);
    this.#counts.anchored += 1;
    this.#compared = { size, root: published.root };
    await this.#options.compared(published, root);
    if (published.root === root) return;
    const detail = `block ${published.block} accepted ${published.root}; the records lead to ${root}`;
    this.#find({ code: "AUDIT_FORK", size, detail });
  }

  async #entries(
    tile: Omit<Parameters<typeof checkEntries>[0], "bytes">,
    bytes: Uint8Array | undefined,
  ): Promise<void> {
    const { rows } = this.#options;
    if (rows === undefined) return;
    if (bytes === undefined) {
      const { index } = tile.coordinate;
      this.#find({
        code: "AUDIT_ENTRY_MISSING",
        index: index * 256,
        detail: `no bundle for ${tile.coordinate.width} entries`,
      });
      return;
    }
    const { checked, findings } = await checkEntries({ ...tile, bytes }, rows);
    this.#counts.entries += checked;
    this.#find(...findings);
  }

  /** The tiles above the leaves that are not full, as the log serves them for the target's size. */
  async #border(): Promise<void> {
    for (const coordinate of borderOf(this.#edge.size)) {
      const digests = this.#edge.partials[coordinate.level] ?? [];
      const bytes = Buffer.concat(digests);
      this.#counts.tiles += 1;
      this.#find(...findingsOfTile({ coordinate, bytes }, await readTile(this.#options.source, coordinate)));
    }
  }
}
