import { createHash } from "node:crypto";
import { expect } from "chai";
import fc from "fast-check";
import { KeyTree, treeKeys } from "@lianzheng/node/vault";

const label = "lianzheng/vault/node/1\0";

/** The key by its definition: from the root down, one half of SHA-512(label ‖ seed) for each bit of the position. */
function keyByDefinition(seed: Uint8Array, position: number): Buffer {
  let node = Buffer.from(seed);
  for (let bit = 15; bit >= 0; bit -= 1) {
    const both = createHash("sha512").update(label, "latin1").update(node).digest();
    node = Math.floor(position / 2 ** bit) % 2 === 0 ? both.subarray(0, 32) : both.subarray(32);
  }
  return node;
}

const seed = Buffer.alloc(32, 0x2a);
const anyPosition = fc.oneof(fc.nat(treeKeys - 1), fc.constantFrom(0, 1, treeKeys / 2, treeKeys - 2, treeKeys - 1));

describe("a tree of keys", () => {
  it("gives the keys of the definition, in whatever order they are asked for", () => {
    fc.assert(
      fc.property(
        fc.array(anyPosition, { minLength: 1, maxLength: 20 }),
        fc.uint8Array({ minLength: 32, maxLength: 32 }),
        (positions, root) => {
          const tree = KeyTree.fromSeed(root);
          for (const position of positions) expect(tree.key(position)).to.deep.equal(keyByDefinition(root, position));
        },
      ),
      { numRuns: 200 },
    );
  });

  it("gives the vectors of docs/formats.md", () => {
    const vectors = [
      [0, "7e2ad448e6e67f81b051d0492d35e9f600ba87a793bdb8eeb5b329eddbbb39e7"],
      [1, "50d61719fa94be74b54d2fbdef23bc5f8fe16473a9b5239d578f48911be904b5"],
      [65_535, "ba0e324f7e496fc7f358ea00df8159eec33ac7ae04e49cf38f3e02f52a11413b"],
    ] as const;
    const tree = KeyTree.fromSeed(seed);
    for (const [position, key] of vectors) expect(tree.key(position)?.toString("hex")).to.equal(key);
  });

  it("gives every key one after the other, no two alike", () => {
    const tree = KeyTree.fromSeed(seed);
    const keys = new Set(Array.from({ length: treeKeys }, (_, position) => tree.key(position)?.toString("latin1")));
    expect(keys.size).to.equal(treeKeys);
    expect(tree.key(40_000)).to.deep.equal(keyByDefinition(seed, 40_000));
  });

  it("forgets exactly what it is told to, whatever the order, and every other key stays", () => {
    const sets = fc.array(fc.oneof(anyPosition, fc.integer({ min: 500, max: 540 })), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(sets, fc.array(anyPosition, { maxLength: 40 }), fc.boolean(), (gone, others, atOnce) => {
        const whole = KeyTree.fromSeed(seed);
        // Walked first, so that a way that was kept in memory would show.
        for (const position of gone) whole.key(position);
        const punctured = atOnce
          ? whole.without(gone)
          : gone.reduce((tree, position) => tree.without([position]), whole);
        for (const position of gone) expect(punctured.key(position)).to.equal(undefined);
        const around = gone.flatMap((position) => [position ^ 1, position + 1, position - 1]);
        const kept = [...others, ...around].filter((one) => one >= 0 && one < treeKeys && !gone.includes(one));
        for (const position of kept) expect(punctured.key(position)).to.deep.equal(keyByDefinition(seed, position));
        for (const position of gone) expect(whole.key(position)).to.deep.equal(keyByDefinition(seed, position));
      }),
      { numRuns: 150 },
    );
  });

  it("of which all keys are gone holds no seed at all", () => {
    const small = Array.from({ length: treeKeys }, (_, position) => position);
    const tree = KeyTree.fromSeed(seed).without(small);
    expect(tree.cover.size).to.equal(0);
  });

  it("keeps no seed from which a forgotten key can be made", () => {
    fc.assert(
      fc.property(fc.array(anyPosition, { minLength: 1, maxLength: 30 }), (gone) => {
        const { cover } = KeyTree.fromSeed(seed).without(gone);
        for (const position of gone) {
          for (let node = treeKeys + position; node > 0; node >>= 1) expect(cover.has(node)).to.equal(false);
        }
        const keys = [...cover.keys()].reduce((sum, node) => sum + 2 ** (16 - Math.floor(Math.log2(node))), 0);
        expect(keys + new Set(gone).size).to.equal(treeKeys);
      }),
      { numRuns: 200 },
    );
  });

  it("that is wiped has overwritten its seeds", () => {
    const tree = KeyTree.fromSeed(seed);
    const key = tree.key(7)!;
    const [root] = tree.cover.values();
    tree.wipe();
    expect([...key, ...root!].every((byte) => byte === 0)).to.equal(true);
  });
});
