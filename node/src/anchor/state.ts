import { mkdir, open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { sha256, toHex, utf8, type Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../chain-error.ts";

/** What an anchor's folder belongs to; another chain, contract or log never reads it as its own. */
export interface AnchorBinding {
  readonly chainId: number;
  readonly genesis: Hex;
  readonly contract: Hex;
  readonly logId: Hex;
}

/** A publication whose transaction is signed, and of which nothing is known but that it may have been sent. */
export interface PendingPublication {
  /** Head of the log on the chain when it was signed: what `publish` compares with. */
  readonly previousSize: number;
  readonly size: number;
  readonly root: Hex;
  /** The log's signed checkpoint of `size`. */
  readonly checkpoint: string;
  readonly sender: Hex;
  readonly nonce: number;
  /** Hash of `raw`. */
  readonly transaction: Hex;
  readonly raw: Hex;
  /** Hashes of what was signed for this nonce before: of all these at most one is ever in the chain. */
  readonly replaced?: readonly Hex[];
}

interface Kept {
  readonly pending?: PendingPublication;
  readonly last?: PendingPublication;
}

interface Written {
  readonly pending: PendingPublication | null;
  readonly last?: PendingPublication;
}

const format = "lianzheng-anchor";
const version = 1;

/**
 * The anchor's one file, `state.json`: the publication that is under way, else the last one, whose nonce may still be free.
 *
 * Lost, it costs nothing but a transaction that the contract refuses or ignores: what is anchored is read from the
 * chain, never from here. It exists so that a crash sends the same bytes again instead of other ones.
 */
export class AnchorState {
  readonly #directory: string;
  readonly #binding: AnchorBinding;
  #kept: Kept;

  private constructor(directory: string, binding: AnchorBinding, kept: Kept) {
    this.#directory = directory;
    this.#binding = binding;
    this.#kept = kept;
  }

  /**
   * Reads the folder, which is made when missing.
   *
   * @throws ChainError C_ANCHOR_STORE: unreadable, damaged (`details.file`); C_WRONG_CHAIN: of another chain, contract or log
   */
  static async open(directory: string, binding: AnchorBinding): Promise<AnchorState> {
    const file = join(directory, "state.json");
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 });
      return new AnchorState(directory, binding, decode(await readFile(file, "utf8"), file, binding));
    } catch (error) {
      if (isMissing(error)) return new AnchorState(directory, binding, {});
      if (error instanceof ChainError) throw error;
      throw new ChainError("C_ANCHOR_STORE", `cannot read ${file}`, { file }, error);
    }
  }

  get pending(): PendingPublication | undefined {
    return this.#kept.pending;
  }

  /** What was signed last, under way or not. */
  get last(): PendingPublication | undefined {
    return this.#kept.pending ?? this.#kept.last;
  }

  /**
   * Resolves when `pending` is on disk under its final name, after fsync of file and folder. A crash before leaves the
   * old state, a crash after the new one; never a half.
   *
   * @throws ChainError C_ANCHOR_STORE: on disk stands the old state or the new one, in memory the old one
   */
  async save(pending: PendingPublication | undefined): Promise<void> {
    const file = join(this.#directory, "state.json");
    const { last } = this;
    const kept: Kept = pending !== undefined ? { pending } : last === undefined ? {} : { last };
    try {
      await writeSynced(`${file}.tmp`, encode(this.#binding, kept));
      await rename(`${file}.tmp`, file);
      await syncFolder(this.#directory);
    } catch (cause) {
      throw new ChainError("C_ANCHOR_STORE", `cannot write ${file}`, { file }, cause);
    }
    this.#kept = kept;
  }
}

async function writeSynced(file: string, text: string): Promise<void> {
  const handle = await open(file, "w", 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function syncFolder(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function encode(binding: AnchorBinding, { pending, last }: Kept): string {
  const content = { format, version, binding, pending: pending ?? null, ...(last === undefined ? {} : { last }) };
  return `${JSON.stringify({ ...content, checksum: checksumOf(content) })}\n`;
}

function checksumOf(content: object): Hex {
  return toHex(sha256(utf8(JSON.stringify(content))));
}

function decode(text: string, file: string, expected: AnchorBinding): Kept {
  const { checksum, ...content } = parse(text, file);
  if (content["format"] !== format || content["version"] !== version || checksum !== checksumOf(content))
    throw new ChainError("C_ANCHOR_STORE", `${file} is damaged; it can be deleted, the chain knows the rest`, { file });
  // The checksum vouches that the members are those that encode() wrote.
  const { binding, pending, last } = content as unknown as { readonly binding: AnchorBinding } & Written;
  for (const name of ["chainId", "genesis", "contract", "logId"] as const)
    if (binding[name] !== expected[name]) throw otherBinding(file, name, expected[name], binding[name]);
  return pending === null ? (last === undefined ? {} : { last }) : { pending };
}

function parse(text: string, file: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text) as unknown;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (cause) {
    throw new ChainError("C_ANCHOR_STORE", `${file} is no JSON`, { file }, cause);
  }
  throw new ChainError("C_ANCHOR_STORE", `${file} is no JSON object`, { file });
}

function otherBinding(file: string, name: string, expected: unknown, actual: unknown): ChainError {
  const message = `${file} belongs to another ${name}: ${String(actual)}, not ${String(expected)}`;
  return new ChainError("C_WRONG_CHAIN", message, { file, field: name, expected, actual });
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ENOENT";
}
