import { expect } from "chai";
import fc from "fast-check";
import { concatBytes, fromHex, sha256, toHex, utf8 } from "@lianzheng/sdk/encoding";
import {
  edgeRoot,
  emptyEdge,
  emptyRoot,
  leafDigest,
  nodeDigest,
  rootFromPath,
  tilesOf,
  verifyConsistency,
  verifyInclusion,
} from "@lianzheng/sdk/log";
import { naivePath, naiveProof, naiveRoot } from "../../../scripts/vectors.ts";
import vectors from "../../vectors/merkle.json" with { type: "json" };
import { expectRefusal } from "../../encoding/refusal.ts";

const classicRoot = "0x5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328";
const largest = 64;
const leaves = Array.from({ length: largest }, (_, at) => leafDigest(utf8(`leaf ${at}`)));
const roots = Array.from({ length: largest + 1 }, (_, size) => naiveRoot(leaves.slice(0, size)));
const root = (size: number): Uint8Array => roots[size]!;
const stranger = leafDigest(utf8("stranger"));

describe("the tree", () => {
  it("has the leaves, roots, paths and proofs of the vectors", () => {
    expect(vectors.entries.map((entry) => toHex(leafDigest(fromHex(entry))))).to.deep.equal(vectors.leaves);
    const digests = vectors.leaves.map((leaf) => fromHex(leaf));
    for (const [size, expected] of vectors.roots.entries()) {
      expect(toHex(edgeRoot(tilesOf(emptyEdge, digests.slice(0, size)).edge))).to.equal(expected);
    }
    const rootOf = (size: number): Uint8Array => fromHex(vectors.roots[size]);
    for (const { index, size, path } of vectors.inclusion) {
      verifyInclusion(
        digests[index]!,
        index,
        size,
        path.map((digest) => fromHex(digest)),
        rootOf(size),
      );
    }
    for (const { from, to, proof } of vectors.consistency) {
      verifyConsistency(
        from,
        rootOf(from),
        to,
        rootOf(to),
        proof.map((digest) => fromHex(digest)),
      );
    }
    expect(vectors.roots[8]).to.equal(classicRoot);
    expect([vectors.roots.length, vectors.inclusion.length, vectors.consistency.length]).to.deep.equal([18, 153, 153]);
  });

  it("is empty with the digest of nothing, and keeps leaves apart from nodes", () => {
    expect(toHex(emptyRoot)).to.equal("0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    const [a, b] = [leaves[0]!, leaves[1]!];
    expect(toHex(leafDigest(concatBytes(a, b)))).to.not.equal(toHex(nodeDigest(a, b)));
    expect(toHex(nodeDigest(a, b))).to.equal(toHex(sha256(Uint8Array.of(1), a, b)));
  });
}).timeout(30_000);

describe("verifyInclusion", () => {
  it("takes every leaf of every tree of 1 to 64 leaves, and refuses each mutation of it by name", () => {
    let [proofs, mutations] = [0, 0];
    for (let size = 1; size <= largest; size++) {
      const whole = leaves.slice(0, size);
      for (let index = 0; index < size; index++) {
        const path = naivePath(index, whole);
        const leaf = leaves[index]!;
        verifyInclusion(leaf, index, size, path, root(size));
        proofs++;
        const refusedAs = (code: "V_ROOT" | "V_PROOF_LENGTH" | "V_INDEX", act: () => void): void => {
          expectRefusal(act, code);
          mutations++;
        };
        refusedAs("V_PROOF_LENGTH", () => verifyInclusion(leaf, index, size, [...path, stranger], root(size)));
        refusedAs("V_INDEX", () => verifyInclusion(leaf, size, size, path, root(size)));
        refusedAs("V_ROOT", () => verifyInclusion(stranger, index, size, path, root(size)));
        if (path.length === 0) continue;
        refusedAs("V_PROOF_LENGTH", () => verifyInclusion(leaf, index, size, path.slice(1), root(size)));
        refusedAs("V_PROOF_LENGTH", () => verifyInclusion(leaf, index, size, path.slice(0, -1), root(size)));
        const other = [...path.slice(0, -1), stranger];
        refusedAs("V_ROOT", () => verifyInclusion(leaf, index, size, other, root(size)));
        if (path.length === 1) continue;
        refusedAs("V_ROOT", () => verifyInclusion(leaf, index, size, [...path].reverse(), root(size)));
      }
    }
    // 2,079 paths have a step; 7 of them one only: both leaves of size 2, the last one of sizes 3, 5, 9, 17, 33.
    expect([proofs, mutations]).to.deep.equal([2080, 3 * 2080 + 3 * 2079 + 2072]);
  });

  it("refuses the right leaf at another place of the same tree", () => {
    for (let size = 2; size <= 20; size++) {
      for (let index = 0; index < size; index++) {
        const path = naivePath(index, leaves.slice(0, size));
        for (let place = 0; place < size; place++) {
          if (place !== index) expectPlaceRefused(leaves[index]!, place, size, path, root(size));
        }
      }
    }
  });

  it("does not bind the size, which is why root and size must come from one checkpoint", () => {
    const path = naivePath(0, leaves.slice(0, 3));
    verifyInclusion(leaves[0]!, 0, 3, path, root(3));
    verifyInclusion(leaves[0]!, 0, 4, path, root(3));
    expectRefusal(() => verifyInclusion(leaves[0]!, 0, 4, path, root(4)), "V_ROOT");
    expectRefusal(() => verifyInclusion(leaves[2]!, 2, 4, naivePath(2, leaves.slice(0, 3)), root(3)), "V_PROOF_LENGTH");
  });

  it("refuses the path of one size under the root of the size before or after", () => {
    for (let size = 2; size < 40; size++) {
      for (let index = 0; index < size; index++) {
        const path = naivePath(index, leaves.slice(0, size));
        expectPlaceRefused(leaves[index]!, index, size + 1, path, root(size + 1));
        if (index < size - 1) expectPlaceRefused(leaves[index]!, index, size - 1, path, root(size - 1));
      }
    }
  });

  it("refuses an index and a size that no tree has", () => {
    const leaf = leaves[0]!;
    for (const index of [-1, 0.5, 2 ** 53, 2 ** 64, Number.NaN, Infinity, "1" as unknown as number]) {
      expectRefusal(() => rootFromPath(leaf, index, 8, []), "V_INDEX");
    }
    for (const size of [-1, 0, 1.5, 2 ** 53, Number.NaN, "1" as unknown as number]) {
      expectRefusal(() => rootFromPath(leaf, 0, size, []), "V_INDEX");
    }
  });

  it("refuses digests of another length", () => {
    expectRefusal(() => rootFromPath(new Uint8Array(31), 0, 1, []), "V_LEAF");
    expectRefusal(() => rootFromPath(leaves[0]!, 0, 2, [new Uint8Array(33)]), "V_FORMAT");
  });

  it("follows paths above 2^32, where bit operators end", () => {
    const size = 2 ** 52 + 1;
    const path = Array.from({ length: 52 }, () => stranger);
    let expected = leaves[0]!;
    for (let level = 0; level < 52; level++) expected = nodeDigest(expected, stranger);
    expect(toHex(rootFromPath(leaves[0]!, 0, 2 ** 52, path))).to.equal(toHex(expected));
    expect(toHex(rootFromPath(leaves[0]!, size - 1, size, [stranger]))).to.equal(
      toHex(nodeDigest(stranger, leaves[0]!)),
    );
    expectRefusal(() => rootFromPath(leaves[0]!, 0, size, path), "V_PROOF_LENGTH");
  });

  it("tells a tree from the one whose last leaf stands twice (CVE-2012-2459)", () => {
    const [a, b, c] = leaves;
    expect(toHex(naiveRoot([a!, b!, c!]))).to.not.equal(toHex(naiveRoot([a!, b!, c!, c!])));
    expectRefusal(() => verifyInclusion(c!, 3, 4, naivePath(3, [a!, b!, c!, c!]), root(3)), "V_ROOT");
  });

  it("does not take an inner node for a leaf", () => {
    const node = nodeDigest(leaves[0]!, leaves[1]!);
    expectRefusal(
      () => verifyInclusion(node, 0, 4, naivePath(0, leaves.slice(0, 4)).slice(1), root(4)),
      "V_PROOF_LENGTH",
    );
    expectRefusal(
      () => verifyInclusion(leafDigest(node), 0, 2, [nodeDigest(leaves[2]!, leaves[3]!)], root(4)),
      "V_ROOT",
    );
  });
}).timeout(30_000);

describe("verifyConsistency", () => {
  it("takes every pair of trees of 0 to 64 leaves, and refuses each mutation of it by name", () => {
    let [pairs, mutations] = [0, 0];
    for (let to = 1; to <= largest; to++) {
      for (let from = 1; from <= to; from++) {
        const proof = from === to ? [] : naiveProof(from, leaves.slice(0, to));
        const verify = (steps: readonly Uint8Array[], old = root(from), now = root(to)): void =>
          verifyConsistency(from, old, to, now, steps);
        verify(proof);
        pairs++;
        const codes = mutated(proof).map((steps) => refusalCode(() => verify(steps)));
        for (const code of codes) expect(code).to.be.oneOf(["V_PROOF_LENGTH", "V_CONSISTENCY"]);
        expectRefusal(() => verify(proof, stranger), "V_CONSISTENCY");
        expectRefusal(() => verify(proof, root(from), stranger), "V_CONSISTENCY");
        mutations += codes.length + 2;
      }
    }
    expect([pairs, mutations > 4 * pairs]).to.deep.equal([2080, true]);
  });

  it("takes the empty tree as the beginning of every tree, without a proof", () => {
    for (const size of [0, 1, 5, 64]) verifyConsistency(0, emptyRoot, size, root(size), []);
    expectRefusal(() => verifyConsistency(0, emptyRoot, 5, root(5), [stranger]), "V_PROOF_LENGTH");
    expectRefusal(() => verifyConsistency(0, stranger, 5, root(5), []), "V_CONSISTENCY");
    expectRefusal(() => verifyConsistency(0, stranger, 0, stranger, []), "V_CONSISTENCY");
  });

  it("refuses one size with two roots, a tree that shrank, and sizes that no tree has", () => {
    expectRefusal(() => verifyConsistency(5, root(5), 5, root(6), []), "V_CONSISTENCY");
    expectRefusal(() => verifyConsistency(6, root(6), 5, root(5), []), "V_INDEX");
    for (const size of [-1, 0.5, 2 ** 53])
      expectRefusal(() => verifyConsistency(size, root(1), 8, root(8), []), "V_INDEX");
    expectRefusal(() => verifyConsistency(3, root(3), 8, root(8), [new Uint8Array(31)]), "V_FORMAT");
    expectRefusal(() => verifyConsistency(3, root(3), 8, root(8), []), "V_PROOF_LENGTH");
  });

  it("refuses a rewritten history of any size", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 63 }), fc.nat(62), fc.integer({ min: 1, max: 64 }), (from, at, more) => {
        const to = Math.min(largest, from + more);
        const rewritten = leaves.slice(0, to).map((leaf, index) => (index === at % from ? stranger : leaf));
        fc.pre(to > from);
        const act = (): void =>
          verifyConsistency(from, root(from), to, naiveRoot(rewritten), naiveProof(from, rewritten));
        expect(refusalCode(act)).to.equal("V_CONSISTENCY");
      }),
    );
  });
}).timeout(30_000);

function expectPlaceRefused(
  leaf: Uint8Array,
  place: number,
  size: number,
  path: readonly Uint8Array[],
  expected: Uint8Array,
): void {
  const code = refusalCode(() => verifyInclusion(leaf, place, size, path, expected));
  expect(code, `${place} of ${size}`).to.be.oneOf(["V_ROOT", "V_PROOF_LENGTH"]);
}

/** The proof with a step dropped, doubled, swapped, replaced or added: none is the proof itself. */
function mutated(proof: readonly Uint8Array[]): readonly (readonly Uint8Array[])[] {
  const extended = [
    [...proof, stranger],
    [stranger, ...proof],
  ];
  if (proof.length === 0) return extended;
  const changed = [proof.slice(1), proof.slice(0, -1), [...proof, ...proof.slice(-1)], [stranger, ...proof.slice(1)]];
  return proof.length === 1 ? [...extended, ...changed] : [...extended, ...changed, [...proof].reverse()];
}

function refusalCode(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return "nothing was refused";
}
