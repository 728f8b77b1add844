import { rm } from "node:fs/promises";
import { Level } from "level";
import { NodeError } from "../errors.ts";
import { boundsOf, cursorKey, keyOf, numberPart, seal, unseal, type Write } from "./keys.ts";
import type { BlockPoint } from "./point.ts";
import { Reading } from "./reading.ts";
import type { LawEvent } from "./event.ts";
import { nothingTold, ToldList, type Telling, type ToldLaw } from "./told.ts";

export type Database = Level<string, Buffer>;

/** What undoes one step of the cursor: the cursor before it, and the values that its writes replaced, base64. */
interface Undo {
  readonly before: BlockPoint;
  readonly replaced: readonly (readonly [key: string, value: string | null])[];
  /** The block whose events were told with the step; null if there were none. */
  readonly told: BlockPoint | null;
}

export interface StoreOptions {
  readonly directory: string;
  /** The chain, its contracts and the start: views of another are discarded. */
  readonly identity: string;
  /** Blocks below the cursor whose steps can be undone. */
  readonly undoBlocks: number;
  readonly failpoint?: RegistryFailpoint;
}

/** Where tests stop or fail the registry: before a batch is written, and after it is. */
export type RegistryFailpoint = (name: "registry.beforeWrite" | "registry.afterWrite") => Promise<void>;

const noFailpoint: RegistryFailpoint = () => Promise.resolve();

/** Which keys and rows there are: views in another layout are made again. */
const layoutVersion = "2";
const identityKey = keyOf("m", "identity");

/**
 * The registry's views in LevelDB, with the block that they are true at.
 *
 * Nothing here is the truth: the chain is. The views of a block, the cursor and what undoes both stand in one batch, so after a crash all of
 * them are there or none. Written without sync: what a crash of the machine takes away is followed again.
 */
export class RegistryStore {
  readonly #options: Required<StoreOptions>;
  #database: Database;
  #told: ToldList;
  #cursor: BlockPoint | undefined;

  private constructor(
    options: Required<StoreOptions>,
    database: Database,
    told: ToldList,
    cursor: BlockPoint | undefined,
  ) {
    this.#options = options;
    this.#database = database;
    this.#told = told;
    this.#cursor = cursor;
  }

  /** Opens the views in `directory`; such as cannot be opened or are another chain's are discarded, and `reason` says why. @throws NodeError REGISTRY_FAILED */
  static async open(given: StoreOptions): Promise<{ readonly store: RegistryStore; readonly reason?: string }> {
    const options = { failpoint: noFailpoint, ...given };
    const database = databaseOf(options.directory);
    const found = await inspect(database, options.identity);
    if (typeof found !== "string") return { store: new RegistryStore(options, database, found.told, found.cursor) };
    await database.close();
    await rm(options.directory, { recursive: true, force: true });
    const fresh = await openNew(options);
    const store = new RegistryStore(options, fresh.database, fresh.told, undefined);
    return { store, ...(found === "new" ? {} : { reason: found }) };
  }

  /** The block that the views are true at; undefined before the first. */
  get cursor(): BlockPoint | undefined {
    return this.#cursor;
  }

  /** Reads as of now, whatever is written meanwhile. To be closed. */
  async read(): Promise<Reading> {
    return await Reading.open(this.#database);
  }

  /** The position after the newest event that was told. */
  get toldEnd(): string {
    return this.#told.end();
  }

  /** Events of the law in the order of their taking in, see {@link ToldList.after}. @throws NodeError REGISTRY_CORRUPT */
  async told(
    position: string | null,
    limit: number,
  ): Promise<{ readonly events: readonly ToldLaw[]; readonly next: string }> {
    return await this.#told.after(position, limit);
  }

  /** Sets the first cursor. @throws NodeError REGISTRY_FAILED */
  async begin(point: BlockPoint): Promise<void> {
    await this.#write([{ key: cursorKey, value: seal(cursorKey, point) }], point);
  }

  /** Moves the cursor to a later block with the writes and the events of that block: all or nothing. @throws NodeError REGISTRY_FAILED */
  async commit(point: BlockPoint, writes: readonly Write[], events: readonly LawEvent[] = []): Promise<void> {
    const before = this.#cursor;
    if (before === undefined || before.number >= point.number) throw new TypeError("the cursor moves on only");
    const values = await this.#database.getMany(writes.map(({ key }) => key));
    const replaced = writes.map(({ key }, at) => [key, values[at]?.toString("base64") ?? null] as const);
    const undoKey = undoKeyOf(point.number);
    const telling = await this.#told.telling(point, events);
    const told = telling === nothingTold ? null : point;
    const undo: Write = { key: undoKey, value: seal(undoKey, { before, replaced, told } satisfies Undo) };
    const old = await this.#undoKeysBelow(point.number - this.#options.undoBlocks);
    const forgotten = old.map((key) => ({ key, value: undefined }));
    const cursor: Write = { key: cursorKey, value: seal(cursorKey, point) };
    await this.#write([...writes, undo, ...forgotten, cursor], point, telling);
  }

  /** Undoes the newest step. Resolves to false if no step is kept: the views must be made again. @throws NodeError REGISTRY_FAILED, REGISTRY_CORRUPT */
  async undo(): Promise<boolean> {
    const cursor = this.#cursor;
    if (cursor === undefined) return false;
    const key = undoKeyOf(cursor.number);
    const value = await valueOf(this.#database, key);
    if (value === undefined) return false;
    const { before, replaced, told } = unseal(key, value) as Undo;
    const telling = told === null ? nothingTold : await this.#told.takingBack(told);
    const writes = replaced.map(([changed, old]) => ({
      key: changed,
      value: old === null ? undefined : Buffer.from(old, "base64"),
    }));
    const back: Write[] = [
      { key, value: undefined },
      { key: cursorKey, value: seal(cursorKey, before) },
    ];
    await this.#write([...writes, ...back], before, telling);
    return true;
  }

  /** Empties the views. @throws NodeError REGISTRY_FAILED */
  async discard(): Promise<void> {
    await this.#database.close();
    await rm(this.#options.directory, { recursive: true, force: true });
    const { database, told } = await openNew(this.#options);
    this.#database = database;
    this.#told = told;
    this.#cursor = undefined;
  }

  async close(): Promise<void> {
    await this.#database.close();
  }

  async #undoKeysBelow(number: number): Promise<readonly string[]> {
    if (number <= 0) return [];
    return await this.#database.keys({ gte: boundsOf("u").gte, lt: undoKeyOf(number), limit: 1000 }).all();
  }

  async #write(writes: readonly Write[], cursor: BlockPoint, telling: Telling = nothingTold): Promise<void> {
    try {
      await this.#options.failpoint("registry.beforeWrite");
      await this.#database.batch(
        [...writes, ...telling.writes].map(({ key, value }) =>
          value === undefined ? { type: "del" as const, key } : { type: "put" as const, key, value },
        ),
      );
      this.#cursor = cursor;
      telling.done();
      await this.#options.failpoint("registry.afterWrite");
    } catch (error) {
      throw new NodeError("REGISTRY_FAILED", "the registry cannot be written", {}, error);
    }
  }
}

function undoKeyOf(number: number): string {
  return keyOf("u", numberPart(number, 12));
}

function databaseOf(directory: string): Database {
  return new Level<string, Buffer>(directory, { keyEncoding: "utf8", valueEncoding: "buffer" });
}

/** The cursor of views that can be used, or why they cannot. */
async function inspect(
  database: Database,
  identity: string,
): Promise<{ readonly cursor: BlockPoint | undefined; readonly told: ToldList } | string> {
  try {
    await database.open();
    const known = await valueOf(database, identityKey);
    if (known === undefined) return "new";
    if (unseal(identityKey, known) !== identityText(identity)) return "of another chain or layout";
    const cursor = await valueOf(database, cursorKey);
    const told = await ToldList.open(database);
    return { cursor: cursor === undefined ? undefined : (unseal(cursorKey, cursor) as BlockPoint), told };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    // Somebody has them open: not damage, and not ours to delete.
    if (cause instanceof Error && "code" in cause && cause.code === "LEVEL_LOCKED")
      throw new NodeError("REGISTRY_FAILED", "the registry is in use", {}, error);
    return `cannot be opened: ${String(cause)}`;
  }
}

async function openNew({
  directory,
  identity,
}: StoreOptions): Promise<{ readonly database: Database; readonly told: ToldList }> {
  const database = databaseOf(directory);
  try {
    await database.open();
    await database.put(identityKey, seal(identityKey, identityText(identity)));
    return { database, told: await ToldList.open(database) };
  } catch (error) {
    throw new NodeError("REGISTRY_FAILED", `the registry in ${directory} cannot be made`, {}, error);
  }
}

function identityText(identity: string): string {
  return `${layoutVersion}\n${identity}`;
}

/** The library's types leave out that a missing key answers undefined. */
async function valueOf(database: Database, key: string): Promise<Buffer | undefined> {
  return await database.get(key);
}
