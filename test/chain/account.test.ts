import { createMerkleProof, createMPT } from "@ethereumjs/mpt";
import { createAccount } from "@ethereumjs/util";
import { verifyAccountProof } from "@lianzheng/sdk/chain";
import { keccak256, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { expect } from "chai";
import fc from "fast-check";
import { edr } from "./edr-blocks.ts";
import { refused } from "./refused.ts";

const bytes = (length: number): fc.Arbitrary<Uint8Array> => fc.uint8Array({ minLength: length, maxLength: length });
const accounts = fc.uniqueArray(
  fc.record({
    address: bytes(20),
    nonce: fc.bigInt(0n, 2n ** 64n - 1n),
    balance: fc.bigInt(0n, 2n ** 200n),
    storageRoot: bytes(32),
    codeHash: bytes(32),
  }),
  { selector: ({ address }) => toHex(address), minLength: 1, maxLength: 40 },
);

describe("chain: account proof", () => {
  const { proof } = edr;
  const stateRoot = edr.blocks.at(-1)!.block.stateRoot as Hex;
  const nodes = proof.accountProof as readonly Hex[];

  it("gives of EDR's state what EDR answers beside it", () => {
    const account = verifyAccountProof(stateRoot, proof.address as Hex, nodes);
    expect(account).to.deep.equal({
      nonce: BigInt(proof.nonce),
      balance: BigInt(proof.balance),
      storageRoot: proof.storageHash,
      codeHash: proof.codeHash,
    });
  });

  it("gives every account of random states of @ethereumjs/mpt, and no account that is not there", async () => {
    await fc.assert(
      fc.asyncProperty(accounts, bytes(20), async (list, stranger) => {
        const trie = await createMPT({ useKeyHashing: true, useKeyHashingFunction: keccak256 });
        for (const { address, ...account } of list) await trie.put(address, createAccount(account).serialize());
        const root = toHex(trie.root());
        for (const { address, nonce, balance, storageRoot, codeHash } of list.slice(0, 5)) {
          const path = (await createMerkleProof(trie, address)).map(toHex);
          const account = { nonce, balance, storageRoot: toHex(storageRoot), codeHash: toHex(codeHash) };
          expect(verifyAccountProof(root, toHex(address), path)).to.deep.equal(account);
        }
        const path = (await createMerkleProof(trie, stranger)).map(toHex);
        refused(() => verifyAccountProof(root, toHex(stranger), path, "V_EMITTER"), "V_EMITTER");
      }),
      { numRuns: 60 },
    );
  });

  it("is refused against another state, for another address, and without its last node", () => {
    const address = proof.address as Hex;
    refused(() => verifyAccountProof(edr.blocks[0]!.block.stateRoot as Hex, address, nodes), "V_TRIE");
    refused(() => verifyAccountProof(stateRoot, `0x${"11".repeat(20)}`, nodes), "V_TRIE");
    refused(() => verifyAccountProof(stateRoot, address, nodes.slice(0, -1)), "V_TRIE");
  });
});
