import { setTimeout as pause } from "node:timers/promises";
import type { Wallet } from "ethers";
import type { Logger } from "pino";
import { checkDeployment, patient, registerLog, rpcOf } from "@lianzheng/node/deployment";
import type { ChainRpc } from "@lianzheng/node/anchor";
import type { Deployment } from "@lianzheng/sdk/chain";
import { toHex } from "@lianzheng/sdk/encoding";
import { toInstant } from "@lianzheng/sdk/record";
import { ChainError } from "./chain-error.ts";

/** What a node joins its chain with. */
export interface MembershipOptions {
  readonly rpc: ChainRpc;
  /** The member's key, connected to the chain. */
  readonly wallet: Wallet;
  readonly deployment: Deployment;
  /** USCC. */
  readonly owner: string;
  readonly origin: string;
  /** The log's Ed25519 key, 32 bytes. */
  readonly logKey: Uint8Array;
  readonly logger: Logger;
}

/** How long between two attempts, ms. */
const againMs = 2_000;

/**
 * Reasons that go away by themselves or by a vote of the council. Any other needs the operator. What an endpoint says that
 * contradicts itself is its illness of the moment, not a fact about the chain.
 */
const passing: ReadonlySet<string> = new Set([
  "C_UNREACHABLE",
  "C_INCONSISTENT",
  "C_RPC_LIMIT",
  "C_RPC_METHOD",
  "C_FUNDS",
  "C_NOT_MEMBER",
  "C_NOT_ADMITTED",
  "C_ANCHOR_TIMEOUT",
  "C_RPC_EXECUTION",
]);

/**
 * The node's place on its chain: the chain is the one of the address book, the member is admitted, the log registered.
 *
 * A node takes records before all of this is so, because a receipt needs the journal only; it anchors afterwards.
 */
export class Membership {
  readonly #options: MembershipOptions;
  readonly #closing = new AbortController();
  #missing: string | undefined = "C_UNREACHABLE";
  #since = toInstant(Date.now());
  #joining: Promise<void> = Promise.resolve();

  constructor(options: MembershipOptions) {
    this.#options = options;
  }

  /** Code of what is missing; undefined once the log may be anchored. */
  get missing(): string | undefined {
    return this.#missing;
  }

  /** Instant from which on {@link missing} is what it is. */
  get since(): string {
    return this.#since;
  }

  /**
   * Joins, at once if that can be; else goes on trying and calls `joined` when it is done.
   *
   * @throws ChainError C_WRONG_CHAIN, C_CONTRACT_MISSING, C_CONTRACT_MISMATCH, C_NOT_OWNER, …: what time does not heal
   */
  async join(joined: () => void): Promise<void> {
    if (await this.#attempt()) joined();
    else this.#joining = this.#joinLater(joined);
  }

  /** Stops trying. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#joining;
  }

  async #joinLater(joined: () => void): Promise<void> {
    const { signal } = this.#closing;
    try {
      do await pause(againMs, undefined, { signal });
      while (!(await this.#attempt()));
      joined();
    } catch (error) {
      if (signal.aborted) return;
      this.#misses(error instanceof ChainError ? error.code : "E_INTERNAL");
      this.#options.logger.error({ err: error }, "the node cannot join its chain; records are taken and wait");
    }
  }

  async #attempt(): Promise<boolean> {
    try {
      await this.#register();
      this.#missing = undefined;
      return true;
    } catch (error) {
      if (!(error instanceof ChainError) || !passing.has(error.code)) throw error;
      if (this.#missing !== error.code) this.#options.logger.warn({ code: error.code }, "not on the chain yet");
      this.#misses(error.code);
      return false;
    }
  }

  #misses(code: string): void {
    if (this.#missing !== code) this.#since = toInstant(Date.now());
    this.#missing = code;
  }

  async #register(): Promise<void> {
    const { rpc, wallet, deployment, owner, origin, logKey } = this.#options;
    await checkDeployment(patient(rpc), deployment);
    const log = { origin, key: toHex(logKey) };
    const registered = await registerLog(wallet, deployment, log, patient(rpcOf(wallet)));
    if (registered.owner === owner) return;
    const details = { expected: owner, actual: registered.owner };
    throw new ChainError("C_NOT_OWNER", "the member's key belongs to another member than the settings name", details);
  }
}
