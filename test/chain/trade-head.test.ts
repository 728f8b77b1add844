import { createMerkleProof, createMPT } from "@ethereumjs/mpt";
import { createAccount } from "@ethereumjs/util";
import {
  EMPTY_STAGE_HEAD,
  EMPTY_TRIE_ROOT,
  tradeHeadSlot,
  verifyTradeHead,
  type StorageProof,
} from "@lianzheng/sdk/chain";
import { fromHex, keccak256, toHex, type Hex } from "@lianzheng/sdk/encoding";
import { expect } from "chai";
import { AbiCoder, encodeRlp, keccak256 as ethersKeccak256, toBeHex } from "ethers";
import fc from "fast-check";
import { refused } from "./refused.ts";

const bytes = (length: number): fc.Arbitrary<Hex> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((value) => toHex(value));
const contract = { address: `0x${"a3".repeat(20)}`, codeHash: `0x${"c0".repeat(32)}` } as const;

/** A state of one contract with these slots, made by another program than the one under test. */
async function stateOf(slots: readonly (readonly [slot: Hex, value: Uint8Array])[]): Promise<{
  readonly root: Hex;
  readonly prove: (slot: Hex) => Promise<StorageProof>;
}> {
  const hashing = { useKeyHashing: true, useKeyHashingFunction: keccak256 };
  const [accounts, storage] = [await createMPT(hashing), await createMPT(hashing)];
  for (const [slot, value] of slots) await storage.put(fromHex(slot), value);
  const account = createAccount({ storageRoot: storage.root(), codeHash: fromHex(contract.codeHash) });
  await accounts.put(fromHex(contract.address), account.serialize());
  await accounts.put(fromHex(`0x${"a4".repeat(20)}`), account.serialize());
  return {
    root: toHex(accounts.root()),
    prove: async (slot) => ({
      account: (await createMerkleProof(accounts, fromHex(contract.address))).map(toHex),
      storage: (await createMerkleProof(storage, fromHex(slot))).map(toHex),
    }),
  };
}

const kept = (head: Hex): Uint8Array => fromHex(encodeRlp(toBeHex(BigInt(head))));

describe("chain: a trade's head in the state", () => {
  it("stands six slots behind the mapping's, counted round at the end", () => {
    fc.assert(
      fc.property(bytes(32), (tradeId) => {
        const struct = BigInt(ethersKeccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "uint256"], [tradeId, 2])));
        expect(BigInt(tradeHeadSlot(tradeId))).to.equal((struct + 6n) % 2n ** 256n);
      }),
    );
    refused(() => tradeHeadSlot("0x01"), "E_HASH_FORM");
  });

  it("is found in random states, as is that a trade has none", async () => {
    const trades = fc.uniqueArray(fc.tuple(bytes(32), bytes(32)), {
      selector: ([id]) => id,
      minLength: 1,
      maxLength: 30,
    });
    await fc.assert(
      fc.asyncProperty(trades, bytes(32), async (list, stranger) => {
        fc.pre(list.every(([id, head]) => id !== stranger && BigInt(head) > 0n));
        const { root, prove } = await stateOf(list.map(([id, head]) => [tradeHeadSlot(id), kept(head)]));
        for (const [id, head] of list.slice(0, 4))
          expect(verifyTradeHead(root, contract, id, await prove(tradeHeadSlot(id)))).to.equal(head);
        const absent = await prove(tradeHeadSlot(stranger));
        expect(verifyTradeHead(root, contract, stranger, absent)).to.equal(EMPTY_STAGE_HEAD);
      }),
      { numRuns: 40 },
    );
  });

  it("with leading zeros is a digest of 32 bytes again", async () => {
    const [id, head]: Hex[] = [`0x${"01".repeat(32)}`, `0x0000${"07".repeat(30)}`];
    const { root, prove } = await stateOf([[tradeHeadSlot(id!), kept(head!)]]);
    expect(verifyTradeHead(root, contract, id!, await prove(tradeHeadSlot(id!)))).to.equal(head);
  });

  it("is none where nothing was ever stored, shown by no node or by the empty one", async () => {
    const { root, prove } = await stateOf([]);
    const id: Hex = `0x${"01".repeat(32)}`;
    const { account } = await prove(tradeHeadSlot(id));
    for (const storage of [[], ["0x80"]] as const)
      expect(verifyTradeHead(root, contract, id, { account, storage })).to.equal(EMPTY_STAGE_HEAD);
    refused(() => verifyTradeHead(root, contract, id, { account, storage: ["0xc0"] }), "V_TRIE");
    expect(toHex(EMPTY_TRIE_ROOT)).to.have.length(66);
  });

  it("is refused in another state, of other code, at another address, and where the slot holds no digest", async () => {
    const id: Hex = `0x${"01".repeat(32)}`;
    const slot = tradeHeadSlot(id);
    const head: Hex = `0x${"07".repeat(32)}`;
    const { root, prove } = await stateOf([[slot, kept(head)]]);
    const proof = await prove(slot);
    refused(() => verifyTradeHead(`0x${"01".repeat(32)}`, contract, id, proof), "V_TRIE");
    refused(() => verifyTradeHead(root, { ...contract, codeHash: `0x${"c1".repeat(32)}` }, id, proof), "V_EMITTER");
    refused(() => verifyTradeHead(root, { ...contract, address: `0x${"a4".repeat(20)}` }, id, proof), "V_TRIE");
    refused(() => verifyTradeHead(root, contract, id, { ...proof, storage: [] }), "V_TRIE");
    refused(() => verifyTradeHead(root, contract, id, { ...proof, storage: [...proof.storage, "0x80"] }), "V_TRIE");
    for (const value of ["0x80", "0x00", "0xa10101", "0xc0", `0xa1${"01".repeat(33)}`, `0xa000${"01".repeat(31)}`]) {
      const odd = await stateOf([[slot, fromHex(value)]]);
      const shown = await odd.prove(slot);
      refused(() => verifyTradeHead(odd.root, contract, id, shown), "V_TRIE");
    }
  });
});
