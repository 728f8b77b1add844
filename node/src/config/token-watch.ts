import { stat } from "node:fs/promises";
import { readTokens } from "./token-file.ts";
import type { TokenEntry } from "./tokens.ts";

/** How often the file is looked at, ms: the longest that a revoked token may still be taken. */
export const tokenWatchMs = 1_000;

/** What a watch is told and tells. */
export interface TokenWatchOptions {
  readonly path: string;
  /** The tokens as they were read at the start. */
  readonly tokens: readonly TokenEntry[];
  /** {@link tokenWatchMs} if left out. */
  readonly everyMs?: number;
  readonly onChange: (tokens: readonly TokenEntry[]) => void;
  /** The file is gone or cannot be read: the old tokens hold. Told once for each state of the file, tried at every look. */
  readonly onBroken: (error: unknown) => void;
}

/**
 * Follows `keys/tokens.json`, so that tokens are issued and revoked while the node runs.
 *
 * The list changes as a whole, or not at all: a file that is broken or half written leaves the old one standing.
 */
export class TokenWatch {
  #tokens: readonly TokenEntry[];
  /** Of the file as it was last read; none, so that the first look reads what changed since the start. */
  #identity = "";
  /** Of the file as it was last told to be broken. */
  #broken = "";
  #looking: Promise<void> | undefined;
  readonly #options: TokenWatchOptions;
  readonly #timer: NodeJS.Timeout;

  constructor(options: TokenWatchOptions) {
    this.#options = options;
    this.#tokens = options.tokens;
    this.#timer = setInterval(() => void this.look(), options.everyMs ?? tokenWatchMs).unref();
  }

  /** The tokens that hold now: another array only after a change. */
  get current(): readonly TokenEntry[] {
    return this.#tokens;
  }

  /** Looks at the file now; never rejects. A look under way is not begun a second time. */
  look(): Promise<void> {
    return (this.#looking ??= this.#look().finally(() => (this.#looking = undefined)));
  }

  /** Resolves when nothing looks any more. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    // Before the reading: what changes in between is another identity at the next look, and read then.
    const identity = await identityOf(this.#options.path);
    if (identity === this.#identity) return;
    try {
      const tokens = await readTokens(this.#options.path);
      this.#identity = identity;
      if (JSON.stringify(tokens) === JSON.stringify(this.#tokens)) return;
      this.#tokens = tokens;
      this.#options.onChange(tokens);
    } catch (error) {
      if (identity !== this.#broken) this.#options.onBroken(error);
      this.#broken = identity;
    }
  }
}

/** What differs between any two states of a file: a new one has another inode, a change another time. */
async function identityOf(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [ino, size, mtimeNs, ctimeNs].join(" ");
  } catch (error) {
    return `none: ${String((error as NodeJS.ErrnoException).code)}`;
  }
}
