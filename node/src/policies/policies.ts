import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { readFileIfThere } from "@lianzheng/node/config";
import { writeWhole } from "@lianzheng/node/deployment";
import type { Deployment } from "@lianzheng/sdk/chain";
import { ChainError } from "../chain-error.ts";
import { NodeError } from "../errors.ts";
import { PolicyBook } from "./book.ts";
import type { PolicyVersionName } from "./book.ts";
import { readPolicies } from "./chain-source.ts";
import type { PolicyChain } from "./chain-source.ts";
import { DocumentFolder } from "./documents.ts";
import type { WriteWhole } from "./documents.ts";
import { judge } from "./judging.ts";
import type { Judged } from "./judging.ts";
import { decodeState, encodeState } from "./state.ts";
import type { PolicyState } from "./state.ts";

/** Where this room tells what an operator should know. */
export interface PolicyLogger {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
}

/** What policies are followed with. */
export interface PolicyOptions {
  /** The node's folder `policies/`: documents, and the state as the chain last told it. */
  readonly directory: string;
  readonly chain: PolicyChain;
  readonly deployment: Deployment;
  /** Clock, ms since 1970: by it a version begins and ends. */
  readonly now: () => number;
  readonly logger: PolicyLogger;
  /** How often the chain is asked, ms. */
  readonly everyMs?: number;
  readonly write?: WriteWhole;
}

/** How long the first look at the chain may take, ms: a chain that is away must not keep a node from starting. */
const firstLookMs = 5_000;
const usualEveryMs = 5_000;

/**
 * The documents of the consortium as the council published them, followed on the chain.
 *
 * A version that the chain tells is on disk before anything is judged by it, so a node that starts again while the chain is away judges by
 * what it knew. A failed write leaves the old version in force, is told, and is tried again at the next look.
 */
export class PolicyFollower {
  readonly #options: Required<PolicyOptions>;
  readonly #documents: DocumentFolder;
  readonly #closing = new AbortController();
  #state: PolicyState | undefined;
  #book: PolicyBook;
  #unusable = new Set<string>();
  #condition: string | null = null;
  #following: Promise<void> = Promise.resolve();
  #looking: Promise<void> = Promise.resolve();

  private constructor(options: Required<PolicyOptions>, state: PolicyState | undefined, book: PolicyBook) {
    this.#options = options;
    this.#documents = new DocumentFolder(options.directory, options.write);
    this.#state = state;
    this.#book = book;
  }

  /**
   * Reads what is known, looks at the chain once, and goes on looking.
   *
   * @throws NodeError CONFIG_FORMAT (the state is damaged: delete it), CONFIG_STORAGE
   */
  static async open(given: PolicyOptions): Promise<PolicyFollower> {
    const options = { everyMs: usualEveryMs, write: writeWhole, ...given };
    await makeFolder(options.directory);
    const file = stateFile(options);
    const bytes = await readFileIfThere(file, "open");
    const state = bytes === undefined ? undefined : decodeState(bytes, file);
    const empty = await PolicyBook.of(
      undefined,
      () => Promise.resolve(undefined),
      () => undefined,
    );
    const follower = new PolicyFollower(options, state, empty);
    await follower.#rebuild(state);
    await Promise.race([follower.look(), pause(firstLookMs, undefined, { ref: false })]);
    follower.#following = follower.#follow();
    return follower;
  }

  /** What is judged by now. */
  get book(): PolicyBook {
    return this.#book;
  }

  /** Code of why the chain could not be followed at the last look; null if it could. */
  get condition(): string | null {
    return this.#condition;
  }

  /** Policies in force now whose document the node has not got, or cannot use: what they govern is refused. */
  get missing(): readonly string[] {
    return this.#book.names().filter((name) => {
      const digest = this.#book.inForce(name, this.second())?.digest;
      return typeof digest === "string" && this.#unusable.has(digest);
    });
  }

  /** This second, Unix, by the node's clock. */
  second(): number {
    return Math.floor(this.#options.now() / 1000);
  }

  /** Judges a record by what is in force now. Throws as `judge` does. */
  judge(judged: Judged): void {
    judge(this.#book, judged, this.second());
  }

  /** Looks at the chain now, one look at a time. Never rejects: {@link condition} says what is wrong. */
  look(): Promise<void> {
    this.#looking = this.#looking.then(() => this.#lookOnce());
    return this.#looking;
  }

  /** Stops looking. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#following;
    await this.#looking;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#closing;
    const waited = (): Promise<boolean> =>
      pause(this.#options.everyMs, true, { signal, ref: false }).catch(() => false);
    while (await waited()) await this.look();
  }

  async #lookOnce(): Promise<void> {
    const { chain, deployment } = this.#options;
    try {
      const state = await readPolicies(chain, deployment, this.#state);
      if (state.head === this.#state?.head) this.#book = this.#book.at(state.block);
      else await this.#adopt(state);
      if (state.head === this.#state?.head) this.#state = state;
      await this.#takeNewDocuments();
      this.#tell(null);
    } catch (error) {
      this.#tell(codeOf(error), error);
    }
  }

  /** On disk first: what a record was judged by must be found again after a crash. */
  async #adopt(state: PolicyState): Promise<void> {
    const file = stateFile(this.#options);
    try {
      await this.#options.write(file, encodeState(state));
    } catch (error) {
      throw new NodeError("CONFIG_STORAGE", `${file} cannot be written`, { file }, error);
    }
    await this.#rebuild(state);
    this.#state = state;
    this.#options.logger.info(
      { block: state.block.number, policies: state.policies.length },
      "policies follow the chain",
    );
  }

  /** An operator puts documents in while the node runs. */
  async #takeNewDocuments(): Promise<void> {
    if (this.#unusable.size === 0) return;
    const there = new Set(await this.#documents.list());
    const missing = [...this.#unusable].filter((digest) => there.has(digest as `0x${string}`));
    if (missing.length > 0) await this.#rebuild(this.#state);
  }

  async #rebuild(state: PolicyState | undefined): Promise<void> {
    const before = this.#unusable;
    const unusable = new Set<string>();
    const tell = (version: PolicyVersionName, error: unknown): void => {
      unusable.add(version.digest);
      if (before.has(version.digest)) return;
      this.#options.logger.warn(
        { ...version, err: error },
        "a policy's document cannot be used: what it governs is refused",
      );
    };
    this.#book = await PolicyBook.of(state, (digest) => this.#documents.find(digest), tell);
    this.#unusable = unusable;
  }

  #tell(code: string | null, error?: unknown): void {
    if (code !== null && code !== this.#condition) {
      this.#options.logger.warn({ code, err: error }, "policies cannot be followed; the last known ones hold");
    }
    this.#condition = code;
  }
}

const stateFile = ({ directory }: Pick<PolicyOptions, "directory">): string => join(directory, "state.json");

async function makeFolder(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new NodeError("CONFIG_STORAGE", `${directory} cannot be made`, { file: directory }, error);
  }
}

function codeOf(error: unknown): string {
  if (error instanceof ChainError || error instanceof NodeError) return error.code;
  return "E_INTERNAL";
}
