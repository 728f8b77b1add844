import type { Level } from "level";
import { boundsOf, cursorKey, keyOf, lastPart, unseal } from "./keys.ts";
import type { HistoryEntry, TableName, Tables } from "./rows.ts";
import type { BlockPoint } from "./point.ts";

/** A row with what the registry keeps of it beside its facts. */
export interface Kept<Name extends TableName = TableName> {
  /** Sorts rows in the order of their making: block, then place of the event in it. */
  readonly order: string;
  /** Events in its history. */
  readonly events: number;
  readonly row: Tables[Name];
}

/** A row found by a field: its id and its place in the list. */
export interface Found {
  readonly order: string;
  readonly id: string;
}

type AbstractSnapshot = ReturnType<Level<string, Buffer>["snapshot"]>;

/** Rows that a reading keeps: some MiB at most. */
const mostRows = 2_000;

interface Page {
  readonly limit: number;
  /** Order of the last one before. */
  readonly after?: string;
  readonly reverse?: boolean;
}

/**
 * The views as they were at one moment: the rows and the block that they are true at belong together, whatever is written meanwhile.
 *
 * @throws NodeError REGISTRY_CORRUPT from every method that reads a damaged value
 */
export class Reading {
  /** The block that all answers are true at; undefined before the first. */
  readonly block: BlockPoint | undefined;
  readonly #database: Level<string, Buffer>;
  readonly #snapshot: AbstractSnapshot;
  /** Rows by key: a list asks for the same holders, subjects, freezes and holds again and again. */
  readonly #rows = new Map<string, Promise<object | undefined>>();
  /** Rows that are asked for in one turn of the event loop: they are one question to the database. */
  #wanted: Wanted[] = [];

  private constructor(database: Level<string, Buffer>, snapshot: AbstractSnapshot, block: BlockPoint | undefined) {
    this.#database = database;
    this.#snapshot = snapshot;
    this.block = block;
  }

  /** The block is read from the snapshot, too: what is being written now is in both or in neither. */
  static async open(database: Level<string, Buffer>): Promise<Reading> {
    const snapshot = database.snapshot();
    const value = await valueOf(database, cursorKey, snapshot);
    return new Reading(database, snapshot, value === undefined ? undefined : (unseal(cursorKey, value) as BlockPoint));
  }

  async close(): Promise<void> {
    await this.#snapshot.close();
  }

  async kept<Name extends TableName>(table: Name, id: string): Promise<Kept<Name> | undefined> {
    const key = keyOf("r", table, id);
    const value = await valueOf(this.#database, key, this.#snapshot);
    return value === undefined ? undefined : (unseal(key, value) as Kept<Name>);
  }

  /** A row; it is kept for as long as this reading, for the snapshot never changes. */
  async row<Name extends TableName>(table: Name, id: string): Promise<Tables[Name] | undefined> {
    const key = `${table}\0${id}`;
    const known = this.#rows.get(key);
    if (known !== undefined) return (await known) as Tables[Name] | undefined;
    const row = this.#want(keyOf("r", table, id)).then((kept) => kept?.row);
    if (this.#rows.size < mostRows) this.#rows.set(key, row);
    return (await row) as Tables[Name] | undefined;
  }

  /** Gathers: a list of 100 rows would otherwise go to the database some hundred times, one row after another. */
  #want(key: string): Promise<Kept | undefined> {
    return new Promise((found, failed) => {
      // After all promises of this turn, so that what follows from the rows before is asked for together, too.
      if (this.#wanted.length === 0) process.nextTick(() => void this.#ask());
      this.#wanted.push({ key, found, failed });
    });
  }

  async #ask(): Promise<void> {
    const wanted = this.#wanted;
    this.#wanted = [];
    const keys = wanted.map(({ key }) => key);
    try {
      const values = await this.#database.getMany<string, Buffer>(keys, { snapshot: this.#snapshot });
      wanted.forEach((one, at) => answer(one, values[at]));
    } catch (error) {
      for (const { failed } of wanted) failed(error);
    }
  }

  /** Rows whose `field` has this value, in the order of their making. */
  async find(
    table: TableName,
    field: string,
    value: string,
    { limit, after, reverse = false }: Page,
  ): Promise<readonly Found[]> {
    const { gte, lt } = boundsOf("i", table, field, value);
    const from = after === undefined ? {} : reverse ? { lt: `${gte}${after}` } : { gte: `${gte}${after}\x01` };
    const keys = await this.#database.keys({ gte, lt, ...from, limit, reverse, snapshot: this.#snapshot }).all();
    return keys.map((key) => ({ order: key.slice(gte.length, gte.length + orderLength), id: lastPart(key) }));
  }

  /** All rows of a table, in the order of their ids. */
  async *rows<Name extends TableName>(table: Name): AsyncGenerator<readonly [string, Kept<Name>], void, undefined> {
    for await (const [key, value] of this.#database.iterator({ ...boundsOf("r", table), snapshot: this.#snapshot }))
      yield [lastPart(key), unseal(key, value) as Kept<Name>];
  }

  /** Ids of a table's rows, in their order, the first `limit` from `first` on. */
  async idsFrom(table: TableName, first: string, limit: number): Promise<readonly string[]> {
    const { gte, lt } = boundsOf("r", table);
    const most = Number.isFinite(limit) ? limit : -1;
    const keys = await this.#database.keys({ gte: `${gte}${first}`, lt, limit: most, snapshot: this.#snapshot }).all();
    return keys.map(lastPart);
  }

  /** Events of a row, newest first. */
  async history(table: TableName, id: string, limit: number): Promise<readonly HistoryEntry[]> {
    const bounds = { ...boundsOf("h", table, id), limit, reverse: true, snapshot: this.#snapshot };
    const entries = await this.#database.iterator(bounds).all();
    return entries.map(([key, value]) => unseal(key, value) as HistoryEntry);
  }

  /** Rows in which a word that begins with `start` stands, with its weight; at most `limit`. */
  async withWord(start: string, limit: number): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>();
    const bounds = { gte: keyOf("t", start), lt: `${keyOf("t", start)}\uffff`, limit, snapshot: this.#snapshot };
    for await (const [key, value] of this.#database.iterator(bounds)) {
      const [, , table = "", id = ""] = key.split("\0");
      const name = `${table}\0${id}`;
      found.set(name, Math.max(found.get(name) ?? 0, Number(unseal(key, value))));
    }
    return found;
  }

  /** Every row, row by row, as it is kept: for comparing whole views. */
  async *everything(): AsyncGenerator<readonly [key: string, value: Buffer], void, undefined> {
    for (const range of ["h", "i", "r", "t"] as const)
      yield* this.#database.iterator({ ...boundsOf(range), snapshot: this.#snapshot });
  }
}

interface Wanted {
  readonly key: string;
  readonly found: (kept: Kept | undefined) => void;
  readonly failed: (error: unknown) => void;
}

/** A damaged value fails only those who asked for it. */
function answer({ key, found, failed }: Wanted, value: Buffer | undefined): void {
  try {
    found(value === undefined ? undefined : (unseal(key, value) as Kept));
  } catch (error) {
    failed(error);
  }
}

/** 12 digits of the block, 6 of the event's place in it. */
export const orderLength = 18;

/** The library's types leave out that a missing key answers undefined. */
async function valueOf(
  database: Level<string, Buffer>,
  key: string,
  snapshot: AbstractSnapshot,
): Promise<Buffer | undefined> {
  return await database.get<string, Buffer>(key, { snapshot });
}
