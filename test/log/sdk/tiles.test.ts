import { expect } from "chai";
import fc from "fast-check";
import { equalBytes, toHex, utf8 } from "@lianzheng/sdk/encoding";
import {
  consistencyProof,
  decodeEntryBundle,
  edgeRoot,
  emptyEdge,
  encodeEntryBundle,
  entriesPath,
  inclusionProof,
  leafDigest,
  parseTilePath,
  readEdge,
  rootAt,
  tilePath,
  tilesOf,
  verifyConsistency,
  verifyInclusion,
} from "@lianzheng/sdk/log";
import type { ReadTile, TileCoordinate, TileResource, TreeEdge } from "@lianzheng/sdk/log";
import { naivePath, naiveProof, naiveRoot } from "../../../scripts/vectors.ts";
import vectors from "../../vectors/tiles.json" with { type: "json" };
import { expectRefusal, expectRejection } from "../../encoding/refusal.ts";

/** Tiles in memory that count how often they are read. */
class Store {
  readonly tiles = new Map<string, Uint8Array>();
  readonly reads: string[] = [];
  edge: TreeEdge = emptyEdge;

  append(leaves: readonly Uint8Array[]): void {
    const { edge, tiles } = tilesOf(this.edge, leaves);
    for (const { coordinate, bytes } of tiles) this.tiles.set(tilePath(coordinate), bytes);
    this.edge = edge;
  }

  readonly read: ReadTile = (coordinate) => {
    const path = tilePath(coordinate);
    this.reads.push(path);
    const bytes = this.tiles.get(path);
    if (bytes === undefined) throw new Error(`no ${path}`);
    return bytes;
  };
}

const makeLeaves = (count: number, from = 0): Uint8Array[] =>
  Array.from({ length: count }, (_, at) => leafDigest(utf8(`leaf ${from + at}`)));
const hexes = (digests: readonly Uint8Array[]): string[] => digests.map(toHex);

/** Levels of tiles in a tree of `size` leaves. */
const levelsOf = (size: number): number => Math.max(1, Math.ceil(Math.log2(size + 1) / 8));

describe("tile paths", () => {
  it("are those of the specification, and name what they name", () => {
    for (const [path, resource] of vectors.paths as [string, TileResource][]) {
      expect(parseTilePath(path)).to.deep.equal(resource);
      expect(resource.kind === "hashes" ? tilePath(resource) : entriesPath(resource)).to.equal(path);
    }
    expect(vectors.paths).to.have.length(6);
  });

  it("come back for every tile", () => {
    const coordinate = fc.record({
      level: fc.nat(63),
      index: fc.oneof(fc.nat(2000), fc.maxSafeNat()),
      width: fc.integer({ min: 1, max: 256 }),
    });
    fc.assert(
      fc.property(coordinate, (tile) => {
        expect(parseTilePath(tilePath(tile))).to.deep.equal({ kind: "hashes", ...tile });
        const { index, width } = tile;
        expect(parseTilePath(entriesPath(tile))).to.deep.equal({ kind: "entries", index, width });
      }),
    );
  });

  it("are refused in any other form", () => {
    const bad = [
      "",
      "tile",
      "tile/0",
      "tile/0/1",
      "tile/0/0001",
      "tile/00/001",
      "tile/64/001",
      "tile/-1/001",
      "tile/0/x000/001",
      "tile/0/x001",
      "tile/0/001/002",
      "tile/0/x001/x002/x003/x004/x005/x006/007",
      "tile/0/x009/x007/x199/x254/x740/992",
      "tile/0/001.p/0",
      "tile/0/001.p/256",
      "tile/0/001.p/01",
      "tile/0/001.p/999",
      "tile/0/001.p",
      "tile/0/001/",
      "/tile/0/001",
      "tile/0/001?x",
      "tile/0/../001",
      "tile/entries/1",
      "tile/Entries/001",
      "tile/0/001\n",
    ];
    for (const path of bad) expectRefusal(() => parseTilePath(path), "E_TILE_PATH");
    expect(bad).to.have.length(25);
  });

  it("are not made for tiles that cannot be", () => {
    const bad: TileCoordinate[] = [
      { level: -1, index: 0, width: 1 },
      { level: 64, index: 0, width: 1 },
      { level: 0.5, index: 0, width: 1 },
      { level: 0, index: -1, width: 1 },
      { level: 0, index: 2 ** 53, width: 1 },
      { level: 0, index: 0, width: 0 },
      { level: 0, index: 0, width: 257 },
      { level: 0, index: 0, width: 1.5 },
    ];
    for (const tile of bad) expectRefusal(() => tilePath(tile), "E_TILE");
    expect(bad).to.have.length(8);
  });
}).timeout(30_000);

describe("tilesOf", () => {
  it("writes the tiles that the specification lists for 70,000 leaves", () => {
    const { tiles } = tilesOf(emptyEdge, makeLeaves(vectors.size));
    for (const [level, count] of vectors.full.entries()) {
      const full = tiles.filter(({ coordinate }) => coordinate.level === level && coordinate.width === 256);
      expect(full).to.have.length(count);
      const partial = tiles.find(({ coordinate }) => coordinate.level === level && coordinate.width < 256);
      expect(partial?.coordinate).to.deep.equal({ level, index: count, width: vectors.partialWidth[level] });
      expect(partial?.bytes).to.have.length(32 * vectors.partialWidth[level]!);
    }
    expect(tiles).to.have.length(277);
  });

  it("writes a full tile and the tile above it, and no empty one, for 256 leaves", () => {
    const { tiles, edge } = tilesOf(emptyEdge, makeLeaves(256));
    expect(tiles.map(({ coordinate }) => tilePath(coordinate))).to.deep.equal(["tile/0/000", "tile/1/000.p/1"]);
    expect(edge.partials.map(({ length }) => length)).to.deep.equal([0, 1]);
    expect(equalBytes(tiles[1]!.bytes, naiveRoot(makeLeaves(256)))).to.equal(true);
    expect(tilesOf(edge, []).tiles).to.deep.equal([]);
  });

  it("gives the same tiles and the same root however the leaves came in", () => {
    const batches = fc.array(fc.nat(700), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(batches, (counts) => {
        const store = new Store();
        for (const count of counts) store.append(makeLeaves(count, store.edge.size));
        const { size } = store.edge;
        const whole = tilesOf(emptyEdge, makeLeaves(size));
        expect(toHex(edgeRoot(store.edge))).to.equal(toHex(naiveRoot(makeLeaves(size))));
        expect(hexes(store.edge.peaks)).to.deep.equal(hexes(whole.edge.peaks));
        for (const { coordinate, bytes } of whole.tiles) {
          const written = store.tiles.get(tilePath(coordinate));
          // Where the last batches were empty, or brought nothing to a level, its tile was written before.
          expect(written === undefined ? "" : toHex(written), tilePath(coordinate)).to.equal(toHex(bytes));
        }
      }),
      { numRuns: 15 },
    );
  });

  it("leaves the edge it was given as it was", () => {
    const { edge } = tilesOf(emptyEdge, makeLeaves(300));
    const before = JSON.stringify(edge);
    tilesOf(edge, makeLeaves(600, 300));
    expect(JSON.stringify(edge)).to.equal(before);
  });

  it("refuses leaves of another length", () => {
    expectRefusal(() => tilesOf(emptyEdge, [new Uint8Array(31)]), "V_FORMAT");
  });
}).timeout(30_000);

describe("proofs from tiles", () => {
  it("are those of the definition for every leaf and every pair of 1 to 64 leaves", async () => {
    const store = new Store();
    const leaves = makeLeaves(64);
    let [paths, pairs] = [0, 0];
    for (let size = 1; size <= 64; size++) {
      const whole = leaves.slice(0, size);
      store.append(whole.slice(-1));
      for (let at = 0; at < size; at++) {
        expect(hexes(await inclusionProof(at, size, store.read))).to.deep.equal(hexes(naivePath(at, whole)));
        paths++;
        const expected = at === 0 ? [] : naiveProof(at, whole);
        expect(hexes(await consistencyProof(at, size, store.read))).to.deep.equal(hexes(expected));
        pairs++;
      }
      expect(await consistencyProof(size, size, store.read)).to.deep.equal([]);
    }
    expect([paths, pairs]).to.deep.equal([2080, 2080]);
  });

  it("hold across tiles, with at most two reads a level, each tile once", async () => {
    const sizes = [255, 256, 257, 511, 513, 1000, 65_535, 65_536, 65_537, 66_000];
    const leaves = makeLeaves(sizes.at(-1)!);
    const store = new Store();
    const rootOf = new Map<number, Uint8Array>();
    let proofs = 0;
    const counted = async (act: () => Promise<unknown>, most: number): Promise<void> => {
      store.reads.length = 0;
      await act();
      expect(new Set(store.reads).size).to.equal(store.reads.length);
      expect(store.reads.length).to.be.at.most(most);
      proofs++;
    };
    for (const size of sizes) {
      store.append(leaves.slice(store.edge.size, size));
      const root = edgeRoot(store.edge);
      rootOf.set(size, root);
      await counted(async () => expect(toHex(await rootAt(size, store.read))).to.equal(toHex(root)), levelsOf(size));
      await counted(async () => expect(await readEdge(size, store.read)).to.deep.equal(store.edge), levelsOf(size));
      for (const index of [0, 1, 253, 254, Math.floor(size / 2), size - 2, size - 1]) {
        const verify = async (): Promise<void> =>
          verifyInclusion(leaves[index]!, index, size, await inclusionProof(index, size, store.read), root);
        await counted(verify, 2 * levelsOf(size));
      }
      for (const [from, old] of rootOf) {
        const verify = async (): Promise<void> =>
          verifyConsistency(from, old, size, root, await consistencyProof(from, size, store.read));
        await counted(verify, 2 * levelsOf(size));
      }
    }
    expect(toHex(edgeRoot(store.edge))).to.equal(toHex(naiveRoot(leaves)));
    expect(proofs).to.equal(10 * 9 + 55);
  });

  it("are made from full tiles where the partial ones are gone", async () => {
    const store = new Store();
    const leaves = makeLeaves(600);
    store.append(leaves);
    const widest: ReadTile = ({ level, index }) => {
      const found = [...store.tiles].filter(([path]) => path.startsWith(`tile/${level}/00${index}`));
      return found.map(([, bytes]) => bytes).sort((a, b) => b.length - a.length)[0]!;
    };
    const root = naiveRoot(leaves.slice(0, 300));
    verifyInclusion(leaves[299]!, 299, 300, await inclusionProof(299, 300, widest), root);
    expect(toHex(await rootAt(300, widest))).to.equal(toHex(root));
    expect(toHex(edgeRoot(await readEdge(300, widest)))).to.equal(toHex(root));
  });

  it("are refused for leaves and sizes that are not there, and for tiles that are cut", async () => {
    const store = new Store();
    store.append(makeLeaves(10));
    await expectRejection(inclusionProof(10, 10, store.read), "V_INDEX");
    await expectRejection(inclusionProof(-1, 10, store.read), "V_INDEX");
    await expectRejection(inclusionProof(0, 2 ** 53, store.read), "V_INDEX");
    await expectRejection(consistencyProof(11, 10, store.read), "V_INDEX");
    await expectRejection(rootAt(-1, store.read), "V_INDEX");
    await expectRejection(
      rootAt(10, () => new Uint8Array(9 * 32)),
      "E_TILE",
    );
    await expectRejection(
      inclusionProof(0, 10, () => new Uint8Array(10 * 32 + 1)),
      "E_TILE",
    );
    const failure = await rootAt(9, store.read).catch((error: unknown) => String(error));
    expect(failure).to.equal("Error: no tile/0/000.p/9");
  });

  it("exist for the tree without leaves: its root, and nothing to read", async () => {
    const store = new Store();
    expect(toHex(await rootAt(0, store.read))).to.equal(toHex(naiveRoot([])));
    expect(await readEdge(0, store.read)).to.deep.equal(emptyEdge);
    expect(await consistencyProof(0, 5, store.read)).to.deep.equal([]);
    expect(store.reads).to.deep.equal([]);
  });
}).timeout(30_000);

describe("entry bundles", () => {
  it("give back the entries that they were made of", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array(), { minLength: 1, maxLength: 256 }), (entries) => {
        expect(hexes(decodeEntryBundle(encodeEntryBundle(entries)))).to.deep.equal(hexes(entries));
      }),
    );
    expect(toHex(encodeEntryBundle([utf8("ab"), new Uint8Array()]))).to.equal("0x000261620000");
    expect(decodeEntryBundle(encodeEntryBundle([new Uint8Array(65_535)]))[0]).to.have.length(65_535);
  });

  it("are refused with no entry, more than 256, one that is too long, or cut", () => {
    const one = new Uint8Array(1);
    expectRefusal(() => encodeEntryBundle([]), "E_TILE");
    expectRefusal(() => encodeEntryBundle(Array.from({ length: 257 }, () => one)), "E_TILE");
    expectRefusal(() => encodeEntryBundle([new Uint8Array(65_536)]), "E_TOO_LARGE");
    for (const bytes of [[], [0], [0, 2, 1], [0, 1, 7, 0], [255, 255]]) {
      expectRefusal(() => decodeEntryBundle(Uint8Array.from(bytes)), "E_TILE");
    }
    expectRefusal(() => decodeEntryBundle(new Uint8Array(2 * 257)), "E_TILE");
  });
}).timeout(30_000);
