import { keyOf, numberPart, seal, type Write } from "./keys.ts";
import type { Facts } from "./facts.ts";
import type { Kept, Reading } from "./reading.ts";
import type { HistoryEntry, TableName, Tables } from "./rows.ts";
import { fieldsOf, wordsOf } from "./terms.ts";
import type { LawEvent } from "./event.ts";

interface Touched {
  readonly table: TableName;
  readonly id: string;
  readonly before: Kept | undefined;
  now: Kept | undefined;
  readonly history: HistoryEntry[];
}

/**
 * The rows that one block changes: read from the views before it, changed in memory, written together.
 *
 * Which keys find a row is a function of the row, so what stood in the views before is removed by the same function that made it.
 */
export class Draft {
  readonly #before: Reading;
  readonly #touched = new Map<string, Touched>();
  #event: LawEvent | undefined;

  constructor(before: Reading) {
    this.#before = before;
  }

  /** The event that is being taken in. */
  at(event: LawEvent): void {
    this.#event = event;
  }

  async row<Name extends TableName>(table: Name, id: string): Promise<Tables[Name] | undefined> {
    return (await this.#touch(table, id)).now?.row as Tables[Name] | undefined;
  }

  /** A row that an earlier event must have made. @throws TypeError if it is not there: the contracts never do that */
  async known<Name extends TableName>(table: Name, id: string): Promise<Tables[Name]> {
    const row = await this.row(table, id);
    if (row === undefined) throw new TypeError(`an event changes ${table} ${id}, which no event made`);
    return row;
  }

  async put<Name extends TableName>(table: Name, id: string, row: Tables[Name]): Promise<void> {
    const touched = await this.#touch(table, id);
    const { place } = this.#current();
    const order = touched.now?.order ?? `${numberPart(place.block, 12)}${numberPart(place.logIndex, 6)}`;
    touched.now = { order, events: touched.now?.events ?? 0, row };
  }

  /** Changes a row that is there. */
  async change<Name extends TableName>(
    table: Name,
    id: string,
    change: (row: Tables[Name]) => Partial<Tables[Name]>,
  ): Promise<void> {
    const row = await this.known(table, id);
    await this.put(table, id, { ...row, ...change(row) });
  }

  /** Adds the present event to the history of a row that is there. */
  async note(table: TableName, id: string): Promise<void> {
    const touched = await this.#touch(table, id);
    if (touched.now === undefined) throw new TypeError(`${table} ${id} has no row that could have a history`);
    const { name, facts, place } = this.#current();
    const { block, time, transaction } = place;
    touched.history.push({ event: name, facts: facts satisfies Facts, at: time, block, transaction });
    touched.now = { ...touched.now, events: touched.now.events + 1 };
  }

  /** What the block changes, in the order of the keys. */
  writes(): readonly Write[] {
    return [...this.#touched.values()].flatMap(writesOf).sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  }

  #current(): LawEvent {
    if (this.#event === undefined) throw new TypeError("no event is being taken in");
    return this.#event;
  }

  async #touch(table: TableName, id: string): Promise<Touched> {
    const name = `${table}\0${id}`;
    const known = this.#touched.get(name);
    if (known !== undefined) return known;
    const before = await this.#before.kept(table, id);
    const touched: Touched = { table, id, before, now: before, history: [] };
    this.#touched.set(name, touched);
    return touched;
  }
}

function writesOf({ table, id, before, now, history }: Touched): readonly Write[] {
  if (now === undefined || now === before) return [];
  const key = keyOf("r", table, id);
  const first = before?.events ?? 0;
  const events = history.map((entry, at) => sealed(keyOf("h", table, id, numberPart(first + at, 8)), entry));
  return [sealed(key, now), ...events, ...derived(table, id, before, now)];
}

/** Keys that find a row: those of the row before that are not of the new one go, new ones come. */
function derived(table: TableName, id: string, before: Kept | undefined, now: Kept): readonly Write[] {
  const old = before === undefined ? new Map<string, number | undefined>() : findersOf(table, id, before);
  const fresh = findersOf(table, id, now);
  const gone = [...old.keys()].filter((key) => !fresh.has(key)).map((key) => ({ key, value: undefined }));
  const come = [...fresh].filter(([key, weight]) => !old.has(key) || old.get(key) !== weight);
  return [...gone, ...come.map(([key, weight]) => sealed(key, weight))];
}

function findersOf(table: TableName, id: string, { order, row }: Kept): ReadonlyMap<string, number | undefined> {
  const fields = fieldsOf(table, row).map(
    ([field, value]) => [keyOf("i", table, field, value, order, id), undefined] as const,
  );
  const words = [...wordsOf(table, row)].map(([word, weight]) => [keyOf("t", word, table, id), weight] as const);
  return new Map<string, number | undefined>([...fields, ...words]);
}

function sealed(key: string, value: unknown): Write {
  return { key, value: seal(key, value) };
}
