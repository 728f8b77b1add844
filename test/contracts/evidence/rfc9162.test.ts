import { createHash } from "node:crypto";
import type { Digest } from "@lianzheng/sdk/encoding";
import { verifyConsistency, verifyInclusion } from "@lianzheng/sdk/log";
import { expect } from "chai";
import type { Contract } from "ethers";
import { ethers } from "../fixture.ts";
import { deployMerkleBatch } from "./merkle-batch.ts";
import { hex, leavesOf, pathOf, proofOf, rootOf } from "./tree.ts";

const LARGEST = 64;
/** Longest proof that is tried: one node more than the longest that there is. */
const MOST = 66;
/** Trees in which all wrong positions and sizes are tried; in others only what is right, and every wrong length. */
const isTriedWhole = (size: number): boolean => size <= 24 || size === 31 || size === 32 || size === 33 || size >= 63;
/** Proofs in one call. */
const BATCH = 20;

const LEAVES = leavesOf(LARGEST);
const ROOTS = Array.from({ length: LARGEST + 1 }, (_, size) => rootOf(LEAVES.slice(0, size)));
/** What lengthens a proof: nodes of the tree, so that they are not refused for being strange. */
const FILLING = leavesOf(MOST);

/** The node hash of the platform: the sdk's own takes ten times as long. */
const hash = (left: Digest, right: Digest): Digest =>
  createHash("sha256").update(Uint8Array.of(1)).update(left).update(right).digest();

const accepts = (verify: () => void): boolean => {
  try {
    verify();
    return true;
  } catch {
    return false;
  }
};

/** Bits of `tried`, set where `is` says so. */
const bitsOf = (tried: readonly number[], is: (n: number) => boolean): bigint =>
  tried.filter(is).reduce((bits, n) => bits | (1n << BigInt(n)), 0n);

const upTo = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);
/** Every shorter proof, its own length, one more, and the lengths about the longest of all where there are nodes for them. */
const lengthsOf = ({ nodes, length }: Place | Growth): number[] =>
  nodes.length > length + 1 ? [...upTo(0, length + 1), MOST - 1, MOST] : upTo(0, length + 1);

interface Place {
  readonly index: number;
  readonly size: number;
  readonly nodes: readonly Buffer[];
  readonly length: number;
}
interface Growth {
  readonly oldSize: number;
  readonly newSize: number;
  readonly nodes: readonly Buffer[];
  readonly length: number;
}

/** A proof and what lengthens it: by one node, in trees that are tried whole to the longest. */
const filled = (proof: readonly Buffer[], size: number) => ({
  nodes: [...proof, ...FILLING].slice(0, isTriedWhole(size) ? MOST : proof.length + 1),
  length: proof.length,
});
/** Without what lengthens it. */
const bare = <T extends Place | Growth>(one: T): T => ({ ...one, nodes: one.nodes.slice(0, one.length) });

function* places(): Generator<Place> {
  for (let size = 1; size <= LARGEST; ++size) {
    for (let index = 0; index < size; ++index)
      yield { index, size, ...filled(pathOf(index, LEAVES.slice(0, size)), size) };
  }
}

function* growths(): Generator<Growth> {
  for (let newSize = 1; newSize <= LARGEST; ++newSize) {
    for (let oldSize = 1; oldSize <= newSize; ++oldSize)
      yield { oldSize, newSize, ...filled(proofOf(oldSize, LEAVES.slice(0, newSize)), newSize) };
  }
}

const placeArgs = ({ index, size, nodes, length }: Place) => ({
  leaf: LEAVES[index]!,
  index,
  size,
  root: ROOTS[size]!,
  length,
  nodes: nodes.map(hex),
});
const growthArgs = ({ oldSize, newSize, nodes, length }: Growth) => ({
  oldSize,
  oldRoot: ROOTS[oldSize]!,
  newSize,
  newRoot: ROOTS[newSize]!,
  length,
  nodes: nodes.map(hex),
});

/** What the chain answers of each, in calls of many. */
async function ask<T>(batch: Contract, name: string, all: readonly T[], args: (one: T) => object, ...rest: number[]) {
  const bits: bigint[] = [];
  for (let at = 0; at < all.length; at += BATCH) {
    const some = all.slice(at, at + BATCH).map(args);
    bits.push(...((await batch.getFunction(name).staticCall(some, ...rest)) as bigint[]));
  }
  return bits;
}

describe("RFC 9162 on the chain, for all trees of up to 64 leaves", function () {
  this.timeout(120_000);
  let batch: Contract;
  let checks = 0;

  before(async () => {
    batch = await deployMerkleBatch((await ethers.getSigners())[0]!);
  });

  after(() => {
    console.log(
      `      ${checks.toLocaleString("en")} checks of proofs, each answered alike by the contract and the sdk`,
    );
    expect(checks).to.be.greaterThan(50_000);
  });

  it("finds every leaf at its position and at no other", async () => {
    const all = [...places()].filter(({ size }) => isTriedWhole(size)).map(bare);
    const answers = await ask(batch, "byIndex", all, placeArgs);
    for (const [i, { index, size, nodes, length }] of all.entries()) {
      const path = nodes.slice(0, length);
      const is = (n: number) => accepts(() => verifyInclusion(LEAVES[index]!, n, size, path, ROOTS[size]!, hash));
      expect(answers[i], `${index} of ${size}`).to.equal(1n << BigInt(index));
      expect(bitsOf(upTo(0, size), is), `${index} of ${size}, sdk`).to.equal(answers[i]);
      checks += size + 1;
    }
  });

  it("takes the path of every leaf in its own length alone", async () => {
    const all = [...places()];
    const answers = await ask(batch, "byLength", all, placeArgs);
    for (const [i, one] of all.entries()) {
      const { index, size, nodes, length } = one;
      const is = (n: number) =>
        accepts(() => verifyInclusion(LEAVES[index]!, index, size, nodes.slice(0, n), ROOTS[size]!, hash));
      const tried = lengthsOf(one);
      expect(answers[i], `${index} of ${size}`).to.equal(1n << BigInt(length));
      expect(bitsOf(tried, is), `${index} of ${size}, sdk`).to.equal(answers[i]);
      checks += tried.length;
    }
    expect(all).to.have.length(2080);
  });

  it("takes the proof of every growth in its own length alone", async () => {
    const all = [...growths()];
    const answers = await ask(batch, "byProofLength", all, growthArgs);
    for (const [i, one] of all.entries()) {
      const { oldSize, newSize, nodes, length } = one;
      const is = (n: number) =>
        accepts(() => verifyConsistency(oldSize, ROOTS[oldSize]!, newSize, ROOTS[newSize]!, nodes.slice(0, n), hash));
      const tried = lengthsOf(one);
      expect(answers[i], `${oldSize} to ${newSize}`).to.equal(1n << BigInt(length));
      expect(bitsOf(tried, is), `${oldSize} to ${newSize}, sdk`).to.equal(answers[i]);
      checks += tried.length;
    }
    expect(all).to.have.length(2080);
  });

  it("takes the proof of every growth from its own old size alone", async () => {
    const all = [...growths()].filter(({ newSize }) => isTriedWhole(newSize)).map(bare);
    const answers = await ask(batch, "byOldSize", all, growthArgs, LARGEST);
    for (const [i, { oldSize, newSize, nodes }] of all.entries()) {
      const is = (n: number) =>
        accepts(() => verifyConsistency(n, ROOTS[oldSize]!, newSize, ROOTS[newSize]!, nodes, hash));
      expect(answers[i], `${oldSize} to ${newSize}`).to.equal(1n << BigInt(oldSize));
      expect(bitsOf(upTo(1, LARGEST), is), `${oldSize} to ${newSize}, sdk`).to.equal(answers[i]);
      checks += LARGEST;
    }
  });
});
