import { expect } from "chai";
import fc from "fast-check";
import { EvidenceError, toHex, utf8 } from "@lianzheng/sdk/encoding";
import {
  InclusionVerifier,
  MerkleTree,
  emptyRoot,
  hashNodeInto,
  leafDigest,
  nodeDigest,
  quickNodeDigest,
  verifyInclusion,
} from "@lianzheng/sdk/log";
import { fastNodeInto } from "../../../node/src/log/hashing.ts";
import { naivePath, naiveProof, naiveRoot } from "../../../scripts/vectors.ts";
import { expectRefusal } from "../../encoding/refusal.ts";

const largest = 40;
const leaves = Array.from({ length: largest }, (_, at) => leafDigest(utf8(`leaf ${at}`)));
const texts = (digests: readonly Uint8Array[]): readonly string[] => digests.map((digest) => toHex(digest));
const stranger = leafDigest(utf8("stranger"));
const digest = fc.uint8Array({ minLength: 32, maxLength: 32 });

/** What a check says: the code that it refuses with, or that it takes the proof. */
function answerOf(check: () => void): string {
  try {
    check();
    return "taken";
  } catch (error) {
    if (error instanceof EvidenceError) return error.code;
    throw error;
  }
}

describe("hashNodeInto", () => {
  it("hashes as the portable SHA-256 and as the platform's do, whatever the digests", () => {
    fc.assert(
      fc.property(digest, digest, fc.nat(40), (left, right, offset) => {
        const expected = toHex(nodeDigest(left, right));
        expect(toHex(quickNodeDigest(left, right))).to.equal(expected);
        for (const hashInto of [hashNodeInto, fastNodeInto]) {
          const bytes = new Uint8Array(offset + 100).fill(0xff);
          bytes.set(left, offset);
          bytes.set(right, offset + 32);
          hashInto(bytes, offset, bytes, offset + 3);
          expect(toHex(bytes.slice(offset + 3, offset + 35))).to.equal(expected);
          expect([...bytes.subarray(offset + 64)].every((byte) => byte === 0xff)).to.equal(true);
        }
      }),
    );
  });

  it("knows every last byte, of which it keeps the second block's schedule", () => {
    const right = stranger.slice();
    for (let byte = 0; byte < 256; byte++) {
      right[31] = byte;
      expect(toHex(quickNodeDigest(stranger, right))).to.equal(toHex(nodeDigest(stranger, right)));
    }
  });
});

describe("MerkleTree", () => {
  it("has root, leaves and proofs of the recursive definition, for every size and index", () => {
    let proofs = 0;
    for (let size = 0; size <= largest; size++) {
      const whole = leaves.slice(0, size);
      const tree = new MerkleTree(whole, size % 2 === 0 ? fastNodeInto : hashNodeInto);
      expect([tree.size, toHex(tree.root)]).to.deep.equal([size, toHex(naiveRoot(whole))]);
      for (let index = 0; index < size; index++, proofs++) {
        expect(texts(tree.inclusionProof(index))).to.deep.equal(texts(naivePath(index, whole)));
        expect(toHex(tree.leaf(index))).to.equal(toHex(leaves[index]!));
      }
      for (let from = 1; from < size; from++) {
        expect(texts(tree.consistencyProof(from))).to.deep.equal(texts(naiveProof(from, whole)));
      }
      expect([tree.consistencyProof(0), tree.consistencyProof(size)]).to.deep.equal([[], []]);
    }
    expect(proofs).to.equal((largest * (largest + 1)) / 2);
  });

  it("keeps nothing of its caller's bytes", () => {
    const mine = leaves.slice(0, 5).map((leaf) => leaf.slice());
    const tree = new MerkleTree(mine);
    for (const leaf of mine) leaf.fill(0);
    expect(toHex(tree.root)).to.equal(toHex(naiveRoot(leaves.slice(0, 5))));
    expect(texts(tree.inclusionProof(1))).to.deep.equal(texts(naivePath(1, leaves.slice(0, 5))));
    new MerkleTree([]).root.fill(0);
    expect(toHex(new MerkleTree([]).root)).to.equal(toHex(emptyRoot));
  });

  it("refuses digests of another length, and indexes and sizes that it does not have", () => {
    expectRefusal(() => new MerkleTree([stranger, new Uint8Array(31)]), "V_FORMAT");
    const tree = new MerkleTree(leaves.slice(0, 7));
    for (const index of [-1, 0.5, 7, Number.NaN, 2 ** 53]) {
      expectRefusal(() => tree.inclusionProof(index), "V_INDEX");
      expectRefusal(() => tree.leaf(index), "V_INDEX");
    }
    for (const from of [-1, 0.5, 8, Number.NaN]) expectRefusal(() => tree.consistencyProof(from), "V_INDEX");
  });
});

describe("InclusionVerifier", () => {
  it("answers as verifyInclusion does, whatever was asked before, for right proofs and every mutation", () => {
    const answers = new Map<string, number>();
    for (let size = 1; size <= 24; size++) {
      const tree = new MerkleTree(leaves.slice(0, size));
      const verifier = new InclusionVerifier(size, tree.root, size % 2 === 0 ? fastNodeInto : hashNodeInto);
      const ask = (leaf: Uint8Array, index: number, path: readonly Uint8Array[]): void => {
        const expected = answerOf(() => verifyInclusion(leaf, index, size, path, tree.root));
        expect(answerOf(() => verifier.verify(leaf, index, path))).to.equal(expected);
        answers.set(expected, (answers.get(expected) ?? 0) + 1);
      };
      // Twice: against a verifier that knows a little, and against one that knows the whole tree.
      for (let turn = 0; turn < 2 * size; turn++) {
        const index = (turn * 7) % size;
        const path = tree.inclusionProof(index);
        for (let at = 0; at < path.length; at++) ask(leaves[index]!, index, path.with(at, stranger));
        for (let at = 0; at < path.length; at++) ask(leaves[index]!, index, path.toSpliced(at, 1));
        ask(stranger, index, path);
        ask(leaves[index]!, (index + 1) % size, path);
        ask(leaves[index]!, size, path);
        ask(leaves[index]!, index, [...path, stranger]);
        ask(leaves[index]!, index, [...path].reverse());
        ask(leaves[index]!.subarray(1), index, path);
        ask(leaves[index]!, index, [...path.slice(1), new Uint8Array(33)]);
        ask(leaves[index]!, index, path);
      }
    }
    expect([...answers.keys()].sort()).to.deep.equal([
      ...["V_FORMAT", "V_INDEX", "V_LEAF", "V_PROOF_LENGTH", "V_ROOT", "taken"],
    ]);
    expect(answers.get("taken")).to.be.at.least(600);
  }).timeout(30_000);

  it("keeps nothing of a path that it refused, nor of its caller's bytes", () => {
    const tree = new MerkleTree(leaves);
    const verifier = new InclusionVerifier(leaves.length, tree.root);
    const wrong = [...tree.inclusionProof(9).slice(0, -1), stranger];
    for (let turn = 0; turn < 3; turn++) expectRefusal(() => verifier.verify(leaves[9]!, 9, wrong), "V_ROOT");
    const mine = tree.inclusionProof(9).map((step) => step.slice());
    verifier.verify(leaves[9]!, 9, mine);
    for (const step of mine) step.fill(0);
    for (const [index, leaf] of leaves.entries()) verifier.verify(leaf, index, tree.inclusionProof(index));
  });

  it("hashes each node once over all proofs of a tree", () => {
    const tree = new MerkleTree(leaves);
    let hashes = 0;
    const verifier = new InclusionVerifier(leaves.length, tree.root, (...places) => {
      hashes++;
      hashNodeInto(...places);
    });
    for (const [index, leaf] of leaves.entries()) verifier.verify(leaf, index, tree.inclusionProof(index));
    expect(hashes).to.equal(leaves.length - 1);
  });

  it("refuses a root that is none, and has no leaf in the empty tree", () => {
    expectRefusal(() => new InclusionVerifier(0, stranger), "V_ROOT");
    expectRefusal(() => new InclusionVerifier(3, new Uint8Array(31)), "V_FORMAT");
    expectRefusal(() => new InclusionVerifier(-1, stranger), "V_INDEX");
    expectRefusal(() => new InclusionVerifier(0, emptyRoot).verify(stranger, 0, []), "V_INDEX");
  });

  it("follows paths above 2^32, where bit operators end", () => {
    const path = Array.from({ length: 52 }, () => stranger);
    let root = leaves[0]!;
    for (let level = 0; level < 52; level++) root = nodeDigest(stranger, root);
    const verifier = new InclusionVerifier(2 ** 52, root);
    for (let turn = 0; turn < 2; turn++) verifier.verify(leaves[0]!, 2 ** 52 - 1, path);
    expectRefusal(() => verifier.verify(leaves[0]!, 2 ** 52 - 2, path), "V_ROOT");
  });
});
