import type { JsonObject } from "@lianzheng/sdk/record";
import {
  attestationStatusAt,
  caseNow,
  effectAt,
  isActiveAt,
  isFrozenAt,
  isHeldAt,
  isInForceAt,
  orderStateAt,
  procedureOf,
  sanctionsAt,
  validityAt,
} from "./at-time.ts";
import { memberBytes } from "./law-facts.ts";
import type { Reading } from "./reading.ts";
import type { TableName, Tables } from "./rows.ts";

type Presenting<Name extends TableName> = (row: Tables[Name], reading: Reading, time: number) => Promise<JsonObject>;

/** What a row comes to at a second, beside what it says. */
const presenting: { readonly [Name in TableName]?: Presenting<Name> } = {
  members: async (row, reading, time) => ({
    active: isActiveAt(row, time),
    sanctionsInEffect: (await sanctionsAt(reading, row, time)).map((sanction) => ({
      ...sanction,
      restrictions: [...sanction.restrictions],
    })),
    frozen: isFrozenAt(await reading.row("freezes", `${memberBytes(row.member)}${"00".repeat(14)}`), time),
  }),
  subjects: async (row, reading, time) => ({
    inForce: isInForceAt(row, time),
    ...(await stopped(reading, row.id, time)),
  }),
  rights: async ({ right }, reading, time) => ({ ...(await validityAt(reading, right, time)) }),
  trades: async ({ trade }, reading, time) => stopped(reading, trade, time),
  attestations: (row, _reading, time) => Promise.resolve({ status: attestationStatusAt(row, time) }),
  cases: async (row, reading, time) => ({
    ...caseNow(row, await procedureOf(reading, row), time),
    inEffect: effectAt(row, time),
  }),
  orders: (row, _reading, time) => Promise.resolve({ state: orderStateAt(row, time) }),
};

/** What stops steps and new rights on a subject. */
async function stopped(reading: Reading, subject: string, time: number): Promise<JsonObject> {
  return {
    held: await isHeldAt(reading, subject, time),
    frozen: isFrozenAt(await reading.row("freezes", subject), time),
  };
}

/** Lists within a row that a list of rows leaves out. */
const longMembers: { readonly [Name in TableName]?: readonly (keyof Tables[Name])[] } = {
  members: ["standings", "freezes"],
  subjects: ["reviews", "versions", "owners", "venues"],
  rights: ["holders"],
  trades: ["steps"],
  cases: ["steps", "effects"],
  logs: ["keys"],
};

/** A row as it is shown: its facts, and what they come to at `time`. */
export async function presented<Name extends TableName>(
  table: Name,
  row: Tables[Name],
  reading: Reading,
  time: number,
): Promise<JsonObject> {
  const present = presenting[table];
  return { ...(row as unknown as JsonObject), ...(await present?.(row, reading, time)) };
}

/** The same for a list, without what is long. */
export async function summarized<Name extends TableName>(
  table: Name,
  row: Tables[Name],
  reading: Reading,
  time: number,
): Promise<JsonObject> {
  const omitted = new Set<string>((longMembers[table] ?? []) as readonly string[]);
  const shown = await presented(table, row, reading, time);
  return Object.fromEntries(Object.entries(shown).filter(([name]) => !omitted.has(name)));
}
