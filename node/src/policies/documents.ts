import { mkdir, readdir } from "node:fs/promises";
import { join } from "node:path";
import { readFileIfThere } from "@lianzheng/node/config";
import { EvidenceError } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import { canonicalJson, parseJson } from "@lianzheng/sdk/record";
import type { JsonValue } from "@lianzheng/sdk/record";
import { documentDigest } from "@lianzheng/sdk/schemas";
import { NodeError } from "../errors.ts";

/** Puts a text under a name, whole and on disk before it resolves, or not at all. */
export type WriteWhole = (file: string, text: string) => Promise<void>;

/** Largest document, bytes. */
const maxBytes = 256 * 1024;
const nameForm = /^([0-9a-f]{64})\.json$/;

/**
 * The texts of policies, in the node's folder `policies/`: one file each, named after the SHA-256 of its canonical form. What stands
 * there counts by its digest alone, so it does not matter who put it there; a file whose text is another is refused.
 */
export class DocumentFolder {
  readonly #folder: string;
  readonly #write: WriteWhole;

  constructor(folder: string, write: WriteWhole) {
    this.#folder = folder;
    this.#write = write;
  }

  /**
   * The document with this digest; undefined if it is not there.
   *
   * @throws NodeError CONFIG_FORMAT: its file holds another text
   */
  async find(digest: Hex): Promise<JsonValue | undefined> {
    const file = join(this.#folder, `${digest.slice(2)}.json`);
    const bytes = await readFileIfThere(file, "open");
    if (bytes === undefined) return undefined;
    const document = documentIn(bytes, file);
    if (documentDigest(document) === digest) return document;
    throw new NodeError("CONFIG_FORMAT", `${file} holds another document than its name says`, { file });
  }

  /**
   * Keeps a document, and answers its digest. Adding one that is there already writes the same again.
   *
   * @throws NodeError CONFIG_FORMAT (no strict JSON, or too large), CONFIG_STORAGE: nothing, or all of it, was kept
   */
  async add(bytes: Uint8Array, source: string): Promise<Hex> {
    const document = documentIn(bytes, source);
    const digest = documentDigest(document);
    const file = join(this.#folder, `${digest.slice(2)}.json`);
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await this.#write(file, canonicalJson(document));
    } catch (error) {
      throw new NodeError("CONFIG_STORAGE", `${file} cannot be written`, { file }, error);
    }
    return digest;
  }

  /** Digests of the documents that are there, by their names. */
  async list(): Promise<readonly Hex[]> {
    const names = await readdir(this.#folder).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return [];
      throw new NodeError("CONFIG_STORAGE", `${this.#folder} cannot be read`, { file: this.#folder }, error);
    });
    return names.flatMap((name) => {
      const digest = nameForm.exec(name)?.[1];
      return digest === undefined ? [] : [`0x${digest}` as const];
    });
  }
}

function documentIn(bytes: Uint8Array, file: string): JsonValue {
  if (bytes.length > maxBytes) throw new NodeError("CONFIG_FORMAT", `${file} is over ${maxBytes} bytes`, { file });
  try {
    return parseJson(bytes);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    throw new NodeError("CONFIG_FORMAT", `${file}: ${error.message}`, { file, ...error.details }, error);
  }
}
