import { createMerkleProof, createMPT } from "@ethereumjs/mpt";
import { buildTrie, EMPTY_TRIE_ROOT, verifyTrieProof } from "@lianzheng/sdk/chain";
import { keccak256, toHex } from "@lianzheng/sdk/encoding";
import { expect } from "chai";
import fc from "fast-check";
import { decodeRlp, encodeRlp, rlpList, uintBytes } from "../../sdk/src/chain/rlp.ts";
import { refused } from "./refused.ts";

type Entry = readonly [key: Uint8Array, value: Uint8Array];

/** Keys of one length (no key begins another), short values: many nodes stand inside their parents. */
const entries = fc
  .integer({ min: 1, max: 4 })
  .chain((length) =>
    fc.uniqueArray(
      fc.tuple(fc.uint8Array({ minLength: length, maxLength: length }), fc.uint8Array({ minLength: 1, maxLength: 40 })),
      { selector: ([key]) => toHex(key), minLength: 1, maxLength: 30 },
    ),
  );

async function byLibrary(list: readonly Entry[]): Promise<Awaited<ReturnType<typeof createMPT>>> {
  const trie = await createMPT();
  for (const [key, value] of list) await trie.put(key, value);
  return trie;
}

/** The library also lists nodes that stand inside their parents; as in geth's proofs, ours do not repeat them. */
async function libraryProof(trie: Awaited<ReturnType<typeof byLibrary>>, key: Uint8Array): Promise<Uint8Array[]> {
  const nodes = await createMerkleProof(trie, key);
  return nodes.filter((node, at) => at === 0 || node.length >= 32);
}

function receiptLike(count: number, bytes: number): Entry[] {
  return Array.from({ length: count }, (_, at) => [
    encodeRlp(uintBytes(BigInt(at))),
    new Uint8Array(bytes).fill(1 + (at % 255)),
  ]);
}

describe("chain: Merkle Patricia trie", () => {
  it("of random entries has the root and the proofs of @ethereumjs/mpt", async () => {
    await fc.assert(
      fc.asyncProperty(entries, async (list) => {
        const trie = await byLibrary(list);
        const built = buildTrie(list);
        expect(toHex(built.root)).to.equal(toHex(trie.root()));
        for (const [key, value] of list) {
          const proof = await libraryProof(trie, key);
          expect(built.prove(key).map(toHex)).to.deep.equal(proof.map(toHex));
          expect(verifyTrieProof(built.root, key, proof)).to.deep.equal(value);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("proves absence as @ethereumjs/mpt does", async () => {
    let absent = 0;
    await fc.assert(
      fc.asyncProperty(entries, fc.uint8Array({ minLength: 1, maxLength: 4 }), async (list, key) => {
        if (list.some(([held]) => toHex(held) === toHex(key))) return;
        const trie = await byLibrary(list);
        expect(verifyTrieProof(trie.root(), key, await libraryProof(trie, key))).to.equal(null);
        expect(verifyTrieProof(trie.root(), key, buildTrie(list).prove(key))).to.equal(null);
        absent++;
      }),
      { numRuns: 150 },
    );
    expect(absent).to.be.greaterThan(100);
  });

  it("holds a value at a branch too", async () => {
    const list: Entry[] = [
      [Uint8Array.of(0x12), Uint8Array.of(1)],
      [Uint8Array.of(0x12, 0x34), Uint8Array.of(2)],
      [Uint8Array.of(0x12, 0x56), new Uint8Array(40).fill(3)],
    ];
    const trie = await byLibrary(list);
    const built = buildTrie(list);
    expect(toHex(built.root)).to.equal(toHex(trie.root()));
    for (const [key, value] of list) expect(verifyTrieProof(built.root, key, built.prove(key))).to.deep.equal(value);
  });

  it("of receipts agrees for every number of them up to 140, and for 300", async () => {
    for (const count of [...Array.from({ length: 140 }, (_, at) => at + 1), 300]) {
      const list = receiptLike(count, count % 2 === 0 ? 3 : 300);
      const trie = await byLibrary(list);
      const built = buildTrie(list);
      expect(toHex(built.root)).to.equal(toHex(trie.root()));
      for (const at of new Set([0, 1, 127, 128, count - 1].filter((index) => index < count))) {
        const [key, value] = list[at]!;
        expect(verifyTrieProof(built.root, key, built.prove(key))).to.deep.equal(value);
      }
    }
  });

  it("that is empty proves every absence, with its one node or none", () => {
    expect(toHex(buildTrie([]).root)).to.equal(toHex(EMPTY_TRIE_ROOT));
    expect(verifyTrieProof(EMPTY_TRIE_ROOT, Uint8Array.of(1), [])).to.equal(null);
    expect(verifyTrieProof(EMPTY_TRIE_ROOT, Uint8Array.of(1), [Uint8Array.of(0x80)])).to.equal(null);
    refused(
      () => verifyTrieProof(EMPTY_TRIE_ROOT, Uint8Array.of(1), [Uint8Array.of(0x80), Uint8Array.of(0x80)]),
      "V_TRIE",
    );
    refused(() => verifyTrieProof(new Uint8Array(32), Uint8Array.of(1), []), "V_TRIE");
  });
});

describe("chain: a trie proof", () => {
  const list = receiptLike(200, 100);
  const trie = buildTrie(list);
  const [key] = list[150]!;
  const nodes = trie.prove(key);

  it("with any bit of any byte flipped is refused", () => {
    let tried = 0;
    for (const [at, node] of nodes.entries()) {
      for (const byte of node.keys()) {
        const bent = node.slice();
        bent[byte] = bent[byte]! ^ (1 << (byte % 8));
        refused(() => verifyTrieProof(trie.root, key, nodes.with(at, bent)), "V_TRIE");
        tried++;
      }
    }
    expect(tried).to.be.greaterThan(500);
  });

  it("with a node missing, twice, added or exchanged is refused", () => {
    expect(nodes.length).to.be.greaterThan(2);
    for (const at of nodes.keys()) {
      refused(() => verifyTrieProof(trie.root, key, nodes.toSpliced(at, 1)), "V_TRIE");
      refused(() => verifyTrieProof(trie.root, key, nodes.toSpliced(at, 0, nodes[at]!)), "V_TRIE");
    }
    refused(() => verifyTrieProof(trie.root, key, nodes.toReversed()), "V_TRIE");
    refused(() => verifyTrieProof(trie.root, key, [...nodes, Uint8Array.of(0x80)]), "V_TRIE");
  });

  it("fails with the code of what it was to prove", () => {
    refused(() => verifyTrieProof(trie.root, key, [], "V_EMITTER"), "V_EMITTER");
  });

  /** Nodes that hash as they should and yet are of no trie: the hash is made to fit. */
  const forms: readonly (readonly [what: string, node: () => Uint8Array])[] = [
    ["a string", () => encodeRlp(new Uint8Array(40))],
    ["three items", () => encodeRlp([key, key, new Uint8Array(32)])],
    ["an unknown flag", () => encodeRlp([Uint8Array.of(0x40, 0x12), new Uint8Array(32).fill(1)])],
    ["padding that is not zero", () => encodeRlp([Uint8Array.of(0x21, 0x12), new Uint8Array(32).fill(1)])],
    ["an empty path", () => encodeRlp([new Uint8Array(0), new Uint8Array(32).fill(1)])],
    ["an extension of no nibbles", () => encodeRlp([Uint8Array.of(0), new Uint8Array(32).fill(1)])],
    ["a path longer than any key", () => encodeRlp([new Uint8Array(34).fill(0x20), new Uint8Array(32).fill(1)])],
    ["a leaf without a value", () => encodeRlp([Uint8Array.of(0x20, ...key), new Uint8Array(0)])],
    ["a branch whose value is a list", () => encodeRlp([...Array<Uint8Array>(16).fill(new Uint8Array(0)), [key]])],
  ];
  for (const [what, node] of forms) {
    it(`of a node with ${what} is refused`, () => {
      const bytes = node();
      refused(() => verifyTrieProof(keccak256(bytes), key, [bytes]), "V_TRIE");
    });
  }
  it("was shown every wrong form", () => expect(forms).to.have.length(9));

  it("with a long node inside its parent, or a reference that is neither node nor hash, is refused", () => {
    const first = nibble(key);
    const long = [Uint8Array.of(0x20), new Uint8Array(40).fill(1)];
    for (const child of [long, new Uint8Array(31).fill(1), Uint8Array.of(7)]) {
      const items = Array<Uint8Array | Uint8Array[]>(17).fill(new Uint8Array(0)).with(first, child);
      const bytes = encodeRlp(items);
      refused(() => verifyTrieProof(keccak256(bytes), key, [bytes]), "V_TRIE");
    }
  });

  it("with a short node given by its hash is refused", () => {
    const leaf = encodeRlp([Uint8Array.of(0x30 | (key[0]! & 15), ...key.subarray(1)), Uint8Array.of(1)]);
    const root = encodeRlp(Array<Uint8Array>(17).fill(new Uint8Array(0)).with(nibble(key), keccak256(leaf)));
    refused(() => verifyTrieProof(keccak256(root), key, [root, leaf]), "V_TRIE");
    expect(rlpList(decodeRlp(root, "V_TRIE"), "V_TRIE")).to.have.length(17);
  });
});

function nibble(key: Uint8Array): number {
  return key[0]! >> 4;
}
