import { join } from "node:path";
import { ChainView, type ChainRpc } from "@lianzheng/node/anchor";
import { contractNames, type Deployment } from "@lianzheng/sdk/chain";
import { BlockSource } from "./blocks.ts";
import { EventReader } from "./event.ts";
import {
  Follower,
  usualFollowTimings,
  type FollowStatus,
  type FollowTimings,
  type RegistryLogger,
} from "./follower.ts";
import { LawReader } from "./law-facts.ts";
import type { OwnLog } from "./own-log.ts";
import type { Reading } from "./reading.ts";
import { Reconciler, type CheckReport, type CheckStatus } from "./reconciler.ts";
import type { ToldLaw } from "./told.ts";
import { RegistryStore, type RegistryFailpoint } from "./store.ts";

export interface RegistryOptions {
  /** The registry's own folder: everything in it can be deleted, and is made again. */
  readonly directory: string;
  readonly chain: ChainRpc;
  readonly deployment: Deployment;
  /** Whether the chain is still the deployment's, asked at the first turn and after every fault. @throws ChainError */
  readonly identify: () => Promise<void>;
  readonly logger: RegistryLogger;
  /** Blocks that can be undone when the chain replaces them. */
  readonly undoBlocks?: number;
  /** Seconds between two comparisons of some rows with the contracts; 0 for none. */
  readonly checkSeconds?: number;
  /** Longest wait for one answer of the chain, ms. */
  readonly answerMs?: number;
  readonly timings?: Partial<FollowTimings>;
  /** This node's log, to be held against what the chain accepted of it. */
  readonly ownLog?: OwnLog;
  readonly failpoint?: RegistryFailpoint;
}

/** The registry's condition. */
export interface RegistryStatus extends FollowStatus {
  readonly check: CheckStatus;
}

/** A list of events that only grows, read from positions. */
export interface RegistryEvents {
  after(
    position: string | null,
    limit: number,
  ): Promise<{ readonly events: readonly ToldLaw[]; readonly next: string }>;
  end(): Promise<string>;
  watch(listener: () => void): () => void;
}

const usual = { undoBlocks: 256, checkSeconds: 600, answerMs: 10_000 } as const;

/**
 * The contracts' events as views of their own, with the block that they are true at: members, rights, trades and all else that the law keeps.
 *
 * The views are served whatever becomes of the chain; while it does not answer they stand still at their block.
 */
export class Registry {
  readonly #store: RegistryStore;
  readonly #follower: Follower;
  readonly #reconciler: Reconciler;
  readonly #closing: AbortController;
  readonly #listeners = new Set<() => void>();
  #running: Promise<void> = Promise.resolve();

  private constructor(store: RegistryStore, options: RegistryOptions, closing: AbortController) {
    const { chain: rpc, deployment, logger, identify, answerMs = usual.answerMs } = options;
    const { signal } = closing;
    const view = new ChainView({ rpc, deployment, timeoutMs: answerMs, signal });
    const reader = new EventReader(deployment);
    const law = new LawReader(view, deployment);
    const timings = { ...usualFollowTimings, ...options.timings };
    const firstBlock = Math.min(...contractNames.map((name) => deployment.contracts[name].block));
    const source = new BlockSource(view, reader);
    this.#store = store;
    this.#closing = closing;
    const told = (): void => this.#listeners.forEach((listener) => listener());
    this.#follower = new Follower({ store, source, reader, law, firstBlock, identify, timings, told, logger, signal });
    const checkSeconds = options.checkSeconds ?? usual.checkSeconds;
    this.#reconciler = new Reconciler({
      store,
      law,
      logger,
      signal,
      everyMs: checkSeconds * 1000,
      ownLog: options.ownLog,
    });
  }

  /** Opens the views; nothing is followed yet. @throws NodeError REGISTRY_FAILED */
  static async open(options: RegistryOptions): Promise<Registry> {
    const { deployment, undoBlocks = usual.undoBlocks, failpoint, logger } = options;
    const { store, reason } = await RegistryStore.open({
      directory: join(options.directory, "views"),
      identity: identityOf(deployment),
      undoBlocks,
      ...(failpoint === undefined ? {} : { failpoint }),
    });
    if (reason !== undefined) logger.error({ reason }, "the registry was discarded; it is made again from the chain");
    return new Registry(store, options, new AbortController());
  }

  /** Begins to follow, and to compare now and then. */
  start(): void {
    this.#running = Promise.all([this.#follower.run(), this.#reconciler.run()]).then(() => undefined);
  }

  /** Follows up to the chain's tip, once: for commands and tests. Not while it runs. @throws ChainError, NodeError */
  async follow(): Promise<void> {
    await this.#follower.turn();
  }

  /** Compares rows with the contracts' own views; all of them, or so many of each table. @throws ChainError */
  async check(rowsOfTable = Infinity): Promise<CheckReport> {
    return await this.#reconciler.check(rowsOfTable);
  }

  get status(): RegistryStatus {
    return { ...this.#follower.status, check: this.#reconciler.status };
  }

  /** The events of the law in the order of their taking in: what the node's feed of events tells of them. */
  get events(): RegistryEvents {
    return {
      after: (position, limit) => this.#store.told(position, limit),
      end: () => Promise.resolve(this.#store.toldEnd),
      watch: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    };
  }

  /** Views as of now. To be closed. */
  async read(): Promise<Reading> {
    return await this.#store.read();
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
    await this.#store.close();
  }
}

function identityOf({ chainId, genesis, contracts }: Deployment): string {
  return [
    chainId,
    genesis,
    ...contractNames.map((name) => `${name} ${contracts[name].address} ${contracts[name].block}`),
  ].join("\n");
}
