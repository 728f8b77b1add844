import type { Common } from "@ethereumjs/common";
import { createMerkleProof, createMPT } from "@ethereumjs/mpt";
import type { MerklePatriciaTrie } from "@ethereumjs/mpt";
import { createAddressFromString, KECCAK256_NULL, KECCAK256_RLP } from "@ethereumjs/util";
import { fromHex, toHex } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import type { ChainBlock } from "./block.ts";
import { StagedNodes, stateAt } from "./state.ts";
import type { NodeCache } from "./state.ts";

/** An account, also one that is not in the state: then all is zero or empty. */
export interface AccountState {
  readonly nonce: bigint;
  readonly balance: bigint;
  readonly storageHash: Hex;
  readonly codeHash: Hex;
}

/** A proof of an account and of slots of it (EIP-1186). Proof nodes root first. */
export interface AccountProof extends AccountState {
  readonly accountProof: readonly Hex[];
  readonly storageProof: readonly { readonly key: Hex; readonly value: bigint; readonly proof: readonly Hex[] }[];
}

/** Reads accounts, code, storage and proofs of them from the state after any block. */
export class StateReader {
  readonly #rules: Common;
  readonly #nodes: NodeCache;

  constructor(rules: Common, nodes: NodeCache) {
    this.#rules = rules;
    this.#nodes = nodes;
  }

  async account(address: Hex, { block }: ChainBlock): Promise<AccountState> {
    const account = await (await this.#state(block.header.stateRoot)).getAccount(createAddressFromString(address));
    return {
      nonce: account?.nonce ?? 0n,
      balance: account?.balance ?? 0n,
      storageHash: toHex(account?.storageRoot ?? KECCAK256_RLP),
      codeHash: toHex(account?.codeHash ?? KECCAK256_NULL),
    };
  }

  async code(address: Hex, { block }: ChainBlock): Promise<Hex> {
    return toHex(await (await this.#state(block.header.stateRoot)).getCode(createAddressFromString(address)));
  }

  /** @param slot - 32 bytes */
  async storage(address: Hex, slot: Hex, { block }: ChainBlock): Promise<bigint> {
    const state = await this.#state(block.header.stateRoot);
    const value = await state.getStorage(createAddressFromString(address), fromHex(slot, 32));
    return value.length === 0 ? 0n : BigInt(toHex(value));
  }

  /** @param slots - 32 bytes each */
  async proof(address: Hex, slots: readonly Hex[], block: ChainBlock): Promise<AccountProof> {
    const account = await this.account(address, block);
    const accounts = await this.#trie(block.block.header.stateRoot);
    const storage = await this.#trie(fromHex(account.storageHash, 32));
    const storageProof = [];
    for (const key of slots)
      storageProof.push({
        key,
        value: await this.storage(address, key, block),
        proof: await prove(storage, fromHex(key, 32)),
      });
    return { ...account, accountProof: await prove(accounts, fromHex(address, 20)), storageProof };
  }

  #state(root: Uint8Array): ReturnType<typeof stateAt> {
    return stateAt(this.#rules, new StagedNodes(this.#nodes), root);
  }

  #trie(root: Uint8Array): Promise<MerklePatriciaTrie> {
    const db = new StagedNodes(this.#nodes);
    return createMPT({ db, root, useKeyHashing: true, valueEncoding: "view" });
  }
}

async function prove(trie: MerklePatriciaTrie, key: Uint8Array): Promise<Hex[]> {
  return (await createMerkleProof(trie, key)).map(toHex);
}
