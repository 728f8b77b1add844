import { EventEmitter } from "node:events";
import { mkdir } from "node:fs/promises";
import { SigningKey, computeAddress } from "ethers";
import type { Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";
import { StateReader } from "./account-state.ts";
import type { ChainBlock } from "./block.ts";
import { Execution } from "./execution.ts";
import type { GenesisBalances } from "./genesis.ts";
import { Ledger } from "./ledger.ts";
import { HeadWitness } from "./head-witness.ts";
import { FolderLock, lockedError } from "./lock.ts";
import { Miner } from "./miner.ts";
import { openLedger, waitingTransactions } from "./opening.ts";
import type { Operator } from "./opening.ts";
import { Filters } from "./rpc/filters.ts";
import { callMethod } from "./rpc/methods.ts";
import type { Backend } from "./rpc/backend.ts";
import { chainRules } from "./rules.ts";
import { NodeCache, StagedNodes } from "./state.ts";
import { ChainStore } from "./store.ts";
import { decodeTransaction } from "./transaction.ts";

/** What a chain is opened with. */
export interface EmbeddedChainOptions {
  /** Made if missing. One process at a time. */
  readonly directory: string;
  /** 1 to 2^53 - 1; must be the one that the folder was made with. */
  readonly chainId: number;
  /** The operator's secp256k1 key, 32 bytes; its address must be the one that the folder was made with. */
  readonly sealerKey: Hex;
  /** Milliseconds since 1970; the system's clock if left out. */
  readonly now?: () => number;
  /** Balances at the start, used when the folder is made; none if left out, since gas is free. */
  readonly alloc?: GenesisBalances;
}

/** What happens on the chain and who wants to know. */
interface ChainEvents {
  block: [block: ChainBlock];
}

/**
 * A chain of one operator in one folder: Ethereum's rules at Cancun, gas for free, every state kept, blocks made when there
 * are transactions. Nobody else witnesses it, which all that rests on it must say.
 *
 * An answer to `eth_sendRawTransaction` means that the transaction is on disk and stays ({@link Miner}).
 */
export class EmbeddedChain {
  readonly chainId: number;
  /** Hash of block 0: the chain's identity in deployments and policies. */
  readonly genesis: Hex;
  /** Address of the operator that seals the blocks, lower case. */
  readonly sealer: Hex;
  readonly #parts: OpenedParts;
  readonly #backend: Backend;
  readonly #filters: Filters;
  #closing: Promise<void> | undefined;

  private constructor(chainId: number, parts: OpenedParts) {
    this.chainId = chainId;
    this.genesis = parts.genesis;
    this.sealer = parts.operator.address;
    this.#parts = parts;
    this.#backend = backendOf(chainId, parts);
    this.#filters = new Filters(this.#backend);
  }

  /**
   * Opens the chain in a folder, or makes it there. Checks that the folder belongs to this chain id and sealer, and that the
   * newest blocks and their state are what they were.
   *
   * @throws ChainError C_OPTIONS, C_LOCKED (details.pid), C_IDENTITY, C_FORMAT, C_DAMAGED, C_STORAGE
   */
  static async open(options: EmbeddedChainOptions): Promise<EmbeddedChain> {
    const operator = operatorOf(options);
    await mkdir(options.directory, { recursive: true });
    const lock = FolderLock.take(options.directory);
    const store = await openStore(options.directory).catch((error: unknown) => {
      lock.release(false);
      throw error;
    });
    try {
      lock.sign();
      return new EmbeddedChain(options.chainId, await openParts(options, operator, store, lock));
    } catch (error) {
      await store.close();
      lock.release(true);
      throw error;
    }
  }

  /**
   * Answers a JSON-RPC method, without the envelope.
   *
   * @throws ChainError C_RPC_METHOD, C_RPC_PARAMS, C_RPC_REVERT, C_RPC_EXECUTION, C_RPC_LIMIT, C_TX_…, C_STORAGE, C_CLOSED
   */
  async request(method: string, params: readonly unknown[] = []): Promise<unknown> {
    if (this.#closing !== undefined) throw new ChainError("C_CLOSED", "the chain is closed");
    return await callMethod({ backend: this.#backend, filters: this.#filters }, method, params);
  }

  /** Calls `listener` with each block once it is on disk. */
  on(event: "block", listener: (block: ChainBlock) => void): this {
    this.#parts.events.on(event, listener);
    return this;
  }

  off(event: "block", listener: (block: ChainBlock) => void): this {
    this.#parts.events.off(event, listener);
    return this;
  }

  /** Ends the block in the making, then closes the folder. Safe to call again. */
  async close(): Promise<void> {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async #close(): Promise<void> {
    await this.#parts.miner.close();
    await this.#parts.store.close();
    this.#parts.witness.close();
    this.#parts.lock.release(true);
  }
}

interface OpenedParts {
  readonly operator: Operator;
  readonly genesis: Hex;
  readonly rules: ReturnType<typeof chainRules>;
  readonly store: ChainStore;
  readonly lock: FolderLock;
  readonly witness: HeadWitness;
  readonly ledger: Ledger;
  readonly nodes: NodeCache;
  readonly miner: Miner;
  readonly events: EventEmitter<ChainEvents>;
}

function operatorOf({ chainId, sealerKey }: EmbeddedChainOptions): Operator {
  if (!Number.isSafeInteger(chainId) || chainId < 1)
    throw new ChainError("C_OPTIONS", "the chain id must be a positive integer", { field: "chainId" });
  try {
    const key = new SigningKey(sealerKey);
    return { key, address: computeAddress(key).toLowerCase() as Hex };
  } catch {
    // The cause is left out on purpose: its message may hold the key.
    throw new ChainError("C_OPTIONS", "the sealer's key is no secp256k1 key", { field: "sealerKey" });
  }
}

async function openStore(directory: string): Promise<ChainStore> {
  try {
    return await ChainStore.open(directory);
  } catch (error) {
    const cause = (error as { cause?: { code?: string } }).cause;
    if (cause?.code === "LEVEL_LOCKED") throw lockedError(directory, error);
    throw new ChainError("C_DAMAGED", `the database in ${directory} cannot be opened`, { directory }, error);
  }
}

async function openParts(
  options: EmbeddedChainOptions,
  operator: Operator,
  store: ChainStore,
  lock: FolderLock,
): Promise<OpenedParts> {
  const rules = chainRules(options.chainId);
  const ledger = new Ledger(store, rules);
  const nodes = new NodeCache(store);
  const events = new EventEmitter<ChainEvents>().setMaxListeners(0);
  const staged = new StagedNodes(nodes);
  const witness = HeadWitness.open(options.directory);
  const opened = {
    rules,
    store,
    ledger,
    nodes: staged,
    witness,
    operator,
    chainId: options.chainId,
    balances: options.alloc ?? {},
  };
  const { head, genesis } = await openLedger(opened).catch((error: unknown) => {
    witness.close();
    throw error;
  });
  const now = options.now ?? Date.now;
  const onBlock = (block: ChainBlock): void => {
    witness.note(block);
    // Later, so that what a listener throws is its own and cannot make a block fail that is on disk.
    setImmediate(() => events.emit("block", block));
  };
  const miner = new Miner({ rules, store, ledger, nodes: staged, sealer: operator, now, onBlock }, head);
  await miner.restore(await waitingTransactions(store, rules));
  return { operator, genesis, rules, store, lock, witness, ledger, nodes, miner, events };
}

function backendOf(chainId: number, { rules, store, ledger, nodes, miner }: OpenedParts): Backend {
  return {
    chainId,
    store,
    ledger,
    miner,
    execution: new Execution(rules, nodes, ledger),
    state: new StateReader(rules, nodes),
    decode: (raw) => decodeTransaction(rules, raw),
  };
}
