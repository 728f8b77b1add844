import type { Files, StoredFile } from "@lianzheng/node/journal";
import { diskFiles } from "@lianzheng/node/journal";

/** The operations of the port that change something on disk, or promise that it stays. */
export const changes = [
  "create",
  "write",
  "datasync",
  "truncate",
  "makeDirectory",
  "syncDirectory",
  "rename",
  "remove",
] as const;
export type Change = (typeof changes)[number];

/** `before`: it fails and nothing happened. `after`: it happened and is reported as failed. `half`: half of a write. */
export type Manner = "before" | "after" | "half";

/** What fails: the `at`-th change (from 0), or the `at`-th of one kind. Once it has, it never works again if `stays`. */
export interface Plan {
  readonly at: number;
  readonly manner: Manner;
  readonly errno: string;
  readonly kind?: Change;
  readonly stays?: boolean;
}

/** A disk that fails by plan, and counts. */
export class FailingFiles implements Files {
  readonly #plan: Plan | undefined;
  readonly done: Change[] = [];
  failed: Change | undefined;

  constructor(plan?: Plan) {
    this.#plan = plan;
  }

  async open(path: string, mode: "read" | "change" | "create"): Promise<StoredFile> {
    let file: StoredFile | undefined;
    try {
      const act = async () => (file = await diskFiles.open(path, mode));
      return this.#wrap(mode === "create" ? await this.#step("create", act) : await act());
    } catch (error) {
      await file?.close();
      throw error;
    }
  }

  readonly list: Files["list"] = (directory) => diskFiles.list(directory);
  readonly freeBytes: Files["freeBytes"] = (directory) => diskFiles.freeBytes(directory);

  makeDirectory(directory: string): Promise<void> {
    return this.#step("makeDirectory", () => diskFiles.makeDirectory(directory));
  }

  syncDirectory(directory: string): Promise<void> {
    return this.#step("syncDirectory", () => diskFiles.syncDirectory(directory));
  }

  rename(from: string, to: string): Promise<void> {
    return this.#step("rename", () => diskFiles.rename(from, to));
  }

  remove(path: string): Promise<void> {
    return this.#step("remove", () => diskFiles.remove(path));
  }

  #wrap(file: StoredFile): StoredFile {
    return {
      ...file,
      write: (bytes, position) =>
        this.#step(
          "write",
          () => file.write(bytes, position),
          () => file.write(bytes.subarray(0, Math.floor(bytes.length / 2)), position),
        ),
      writeNow: (bytes, position) =>
        this.#stepNow(
          "write",
          () => file.writeNow(bytes, position),
          () => file.writeNow(bytes.subarray(0, Math.floor(bytes.length / 2)), position),
        ),
      datasync: () => this.#step("datasync", () => file.datasync()),
      truncate: (length) => this.#step("truncate", () => file.truncate(length)),
    };
  }

  async #step<Result>(kind: Change, act: () => Promise<Result>, actHalf = act): Promise<Result> {
    const failing = this.#planned(kind);
    if (failing === undefined) return await act();
    if (failing.manner === "half") await actHalf();
    if (failing.manner === "after") await act();
    throw failing.error;
  }

  #stepNow<Result>(kind: Change, act: () => Result, actHalf: () => Result): Result {
    const failing = this.#planned(kind);
    if (failing === undefined) return act();
    if (failing.manner === "half") actHalf();
    if (failing.manner === "after") act();
    throw failing.error;
  }

  /** Counts the change; how it is to fail, if it is. */
  #planned(kind: Change): { readonly manner: Manner; readonly error: Error } | undefined {
    const number = this.#plan?.kind === undefined ? this.done.length : this.done.filter((one) => one === kind).length;
    const isOfKind = this.#plan?.kind === undefined || this.#plan.kind === kind;
    const again = this.failed !== undefined && this.#plan?.stays === true;
    this.done.push(kind);
    if (this.#plan === undefined || !isOfKind || (number !== this.#plan.at && !again)) return undefined;
    this.failed = kind;
    const { manner, errno } = this.#plan;
    return { manner, error: Object.assign(new Error(`${errno}: planned failure of ${kind}`), { code: errno }) };
  }
}
