import { join } from "node:path";
import type { NodeError } from "../errors.ts";
import type { Files } from "./files.ts";
import { writeFully } from "./files.ts";

/**
 * The file `suspect`: a frame was found damaged while the journal was open.
 *
 * A start does not read old segments again, so a node that is started again and again would otherwise accept records until
 * it meets the same damage once more. While the file is there, opening reads everything; when all of it is right, because
 * somebody restored the segment, the file is removed. It is a hint only: a disk that cannot take it changes nothing about
 * the damage, which was reported already.
 */
export class Suspicion {
  readonly #files: Files;
  readonly #path: string;
  readonly #directory: string;
  #noting: Promise<void> | undefined;

  constructor(files: Files, directory: string) {
    this.#files = files;
    this.#directory = directory;
    this.#path = join(directory, "suspect");
  }

  /** Begins to write the file, once. */
  note({ message }: NodeError): void {
    this.#noting ??= this.#write(`${message}\n`).catch(() => undefined);
  }

  /** Resolves when what was noted is on disk, or could not be put there. */
  async noted(): Promise<void> {
    await this.#noting;
  }

  /** Whether an earlier run found a damage that nobody has looked into since. */
  async stands(): Promise<boolean> {
    return (await this.#files.list(this.#directory)).includes("suspect");
  }

  /** After everything was read and found right. */
  async lift(): Promise<void> {
    if (await this.stands()) await this.#files.remove(this.#path);
  }

  async #write(text: string): Promise<void> {
    await this.#files.remove(this.#path);
    const file = await this.#files.open(this.#path, "create");
    try {
      await writeFully(file, Buffer.from(text, "utf8"), 0);
      await file.datasync();
    } finally {
      await file.close();
    }
    await this.#files.syncDirectory(this.#directory);
  }
}
