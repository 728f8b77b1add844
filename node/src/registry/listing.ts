import type { JsonObject } from "@lianzheng/sdk/record";
import { summarized } from "./present.ts";
import type { Reading } from "./reading.ts";
import type { TableName, Tables } from "./rows.ts";
import { fieldsOf } from "./terms.ts";

export interface ListQuery {
  /** Values that fields must have, all of them. */
  readonly filters: Readonly<Record<string, string>>;
  readonly limit: number;
  /** Place in the list after which to go on. */
  readonly after?: string;
  /** Second for which the items are shown; the views' block by default. */
  readonly time?: number;
}

export interface ListPage {
  readonly items: readonly JsonObject[];
  /** Where to go on; null at the end. */
  readonly next: string | null;
}

/** Rows that are looked at for one page: a filter that fits few rows answers with fewer items, and with where to go on. */
const mostLookedAt = 5_000;

/** Fields whose value depends on the clock: they are compared as they are shown, not as they were written. */
const clocked: Readonly<Partial<Record<TableName, ReadonlySet<string>>>> = {
  cases: new Set(["state"]),
  orders: new Set(["state"]),
};

/** Rows of a table in the order of their making, as far as they fit the filters. */
export async function listRows(
  table: TableName,
  reading: Reading,
  { filters, limit, after, time = reading.block?.time ?? 0 }: ListQuery,
): Promise<ListPage> {
  const [field, value] = driverOf(table, filters);
  const items: JsonObject[] = [];
  let last = after;
  for (let looked = 0; looked < mostLookedAt;) {
    const found = await reading.find(table, field, value, {
      limit: limit - items.length,
      ...(last === undefined ? {} : { after: last }),
    });
    // All at once: what they need of other rows is then asked for together.
    const shown = await Promise.all(found.map(({ id }) => shownIf(table, id, { reading, time, filters })));
    items.push(...shown.filter((item) => item !== undefined));
    last = found.at(-1)?.order ?? last;
    looked += found.length;
    if (found.length === 0) return { items, next: null };
    if (items.length === limit) break;
  }
  return { items, next: last ?? null };
}

interface Showing {
  readonly reading: Reading;
  readonly time: number;
  readonly filters: Readonly<Record<string, string>>;
}

/** A row as the list shows it; undefined if it does not fit the filters. */
async function shownIf(table: TableName, id: string, showing: Showing): Promise<JsonObject | undefined> {
  const { reading, time, filters } = showing;
  const row = await reading.row(table, id);
  if (row === undefined || !fits(table, row, filters)) return undefined;
  const item = await summarized(table, row, reading, time);
  const late = [...(clocked[table] ?? [])].filter((name) => filters[name] !== undefined);
  return late.every((name) => item[name] === filters[name]) ? item : undefined;
}

/** The filter by whose keys the table is walked: the first that is kept with each row. */
function driverOf(table: TableName, filters: Readonly<Record<string, string>>): readonly [string, string] {
  const usable = Object.entries(filters).find(([name]) => clocked[table]?.has(name) !== true);
  return usable ?? ["all", ""];
}

function fits<Name extends TableName>(
  table: Name,
  row: Tables[Name],
  filters: Readonly<Record<string, string>>,
): boolean {
  const fields = fieldsOf(table, row);
  return Object.entries(filters).every(
    ([name, value]) =>
      clocked[table]?.has(name) === true || fields.some(([field, has]) => field === name && has === value),
  );
}
