import type { NodeMutant } from "./mutants.ts";

/** Bugs of keys and their destruction. */
export const vaultMutants: readonly NodeMutant[] = [
  {
    id: "vault-01",
    file: "node/src/vault/sealing.ts",
    find: "  randomPool.copy(into, 0, randomAt, (randomAt += nonceBytes));",
    replace: "  into.fill(0, 0, nonceBytes);",
    why: "a constant nonce: two texts under one key tell each other",
    killedBy: ["test/vault/vault.test.ts#of one text under one key"],
  },
  {
    id: "vault-02",
    file: "node/src/vault/sealing.ts",
    find: "  if (randomAt === randomPool.length) {\n    randomFillSync(randomPool);",
    replace: "  if (randomAt === randomPool.length) {\n    if (randomPool[0] === 0) randomFillSync(randomPool);",
    why: "nonces come again after a thousand",
    killedBy: ["test/vault/vault.test.ts#of one text under one key"],
  },
  {
    id: "vault-03",
    file: "node/src/vault/key-tree.ts",
    find: "  cover.delete(leaf >> up);\n",
    replace: "",
    why: "keeps the ancestor of a destroyed key, from which it can be made again",
    killedBy: ["test/vault/key-tree.test.ts#forgets exactly"],
  },
  {
    id: "vault-04",
    file: "node/src/vault/copies.ts",
    find: "      await writeCopy(store, shard, copy, { version, text });\n      await store",
    replace:
      '      if (copy === "a" || version === 1) await writeCopy(store, shard, copy, { version, text });\n      await store',
    why: "the second copy keeps the destroyed key",
    killedBy: ["test/vault/vault.test.ts#that was destroyed", "test/vault/vault.test.ts#syncs each copy"],
  },
  {
    id: "vault-05",
    file: "node/src/vault/sealing.ts",
    find: "  bound.writeBigUInt64BE(BigInt(index), 0);\n",
    replace: "  bound.writeBigUInt64BE(BigInt(index * 0), 0);\n",
    why: "a sealed text is not bound to its index",
    killedBy: ["test/vault/vault.test.ts#are bound to their index"],
  },
  {
    id: "vault-06",
    file: "node/src/vault/copies.ts",
    find: "    await file.datasync();\n",
    replace: "",
    why: "a destroyed key comes back with a power cut",
    killedBy: ["test/vault/vault.test.ts#syncs each copy"],
  },
];
