import { createMPT } from "@ethereumjs/mpt";
import { RLP } from "@ethereumjs/rlp";
import { Caches, MerkleStateManager } from "@ethereumjs/statemanager";
import type { Common } from "@ethereumjs/common";
import { KECCAK256_RLP } from "@ethereumjs/util";
import type { Account, Address, BatchDBOp, DB } from "@ethereumjs/util";
import { toHex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import type { ChainStore, StoreChange } from "./store.ts";

type TrieOperation = BatchDBOp<string>;

/** Root of the trie that holds nothing; it is written nowhere. */
const emptyRoot = toHex(KECCAK256_RLP).slice(2);

/** Trie nodes kept in memory: about 100 bytes to 600 bytes each. */
const cachedNodes = 50_000;

/**
 * Trie nodes that stand on disk, by their hash in hex. Nodes never change and are never removed (archive), so one cache
 * serves the writer and every reader.
 */
export class NodeCache {
  readonly #store: ChainStore;
  readonly #nodes = new Map<string, Uint8Array>();

  constructor(store: ChainStore) {
    this.#store = store;
  }

  has(hash: string): boolean {
    return this.#nodes.has(hash);
  }

  /**
   * A node, or code; undefined for the empty trie's root alone. The library takes a missing node for an empty place, so it
   * must never hear of one: all else that it asks for was written once.
   *
   * @throws ChainError C_DAMAGED for one that is missing or not what was written, C_STORAGE
   */
  async get(hash: string): Promise<Uint8Array | undefined> {
    const known = this.#nodes.get(hash);
    if (known !== undefined) return known;
    const node = await this.#store.get(`t/${hash}`);
    if (node !== undefined) this.add(hash, node);
    else if (hash !== emptyRoot) throw missing(hash);
    return node;
  }

  add(hash: string, node: Uint8Array): void {
    if (this.#nodes.size >= cachedNodes) this.#dropOldest();
    this.#nodes.set(hash, node);
  }

  #dropOldest(): void {
    for (const hash of this.#nodes.keys()) {
      if (this.#nodes.size < cachedNodes / 2) return;
      this.#nodes.delete(hash);
    }
  }
}

/** What the trie library writes to and reads from. Writes are held back until {@link StagedNodes.changes} are on disk. */
export class StagedNodes implements DB<string> {
  readonly #cache: NodeCache;
  readonly #staged = new Map<string, Uint8Array>();

  constructor(cache: NodeCache) {
    this.#cache = cache;
  }

  async get(hash: string): Promise<Uint8Array | undefined> {
    return this.#staged.get(hash) ?? this.#cache.get(hash);
  }

  put(hash: string, node: Uint8Array): Promise<void> {
    // A checkpoint of the library hands back what it only read; what is on disk already need not go there again.
    if (!this.#cache.has(hash)) this.#staged.set(hash, node);
    return Promise.resolve();
  }

  del(): Promise<void> {
    // The library "deletes" what it looked for in a checkpoint and did not find. Nothing that is there is ever deleted:
    // node pruning is off, and a node is named by its content.
    return Promise.resolve();
  }

  async batch(operations: TrieOperation[]): Promise<void> {
    for (const operation of operations) {
      if (operation.type === "put") await this.put(operation.key, operation.value);
      else await this.del();
    }
  }

  /** The tries of the contracts' storage are copies of the accounts' trie: they write to the same place. */
  shallowCopy(): DB<string> {
    return this;
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  /** What has to be written for the state to stand. */
  changes(): StoreChange[] {
    return [...this.#staged].map(([hash, value]) => ({ type: "put", key: `t/${hash}`, value }));
  }

  /** The changes are on disk. */
  written(): void {
    for (const [hash, node] of this.#staged) this.#cache.add(hash, node);
    this.#staged.clear();
  }

  /** The changes will not be written. */
  dropped(): void {
    this.#staged.clear();
  }
}

/**
 * The library's state, but for one thing: its own way of writing to a contract's storage lets errors go astray, which ends
 * the process and leaves whoever waits for the block without an answer.
 */
class ContainedState extends MerkleStateManager {
  protected override async _writeContractStorage(
    address: Address,
    account: Account,
    key: Uint8Array,
    value: Uint8Array,
  ): Promise<void> {
    const trie = this._getStorageTrie(address, account);
    if (value.length > 0) await trie.put(key, RLP.encode(value));
    else await trie.del(key);
    this._storageTries[toHex(address.bytes).slice(2)] = trie;
    account.storageRoot = trie.root();
    await this.putAccount(address, account);
  }
}

function missing(hash: string): ChainError {
  const key = `t/${hash}`;
  return new ChainError("C_DAMAGED", `${key} is missing in the chain's folder`, { key });
}

/** The state at `root`, or the empty state. What is written to it goes to `nodes`. */
export async function stateAt(rules: Common, nodes: StagedNodes, root?: Uint8Array): Promise<MerkleStateManager> {
  const trie = await createMPT({
    db: nodes,
    useKeyHashing: true,
    valueEncoding: "view",
    common: rules,
    ...(root === undefined ? {} : { root }),
  });
  // Caches that grow, not LRU ones: an LRU cache that is too small forgets changes that are not in the trie yet.
  return new ContainedState({ trie, common: rules, caches: new Caches() });
}
