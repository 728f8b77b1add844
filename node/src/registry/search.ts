import type { JsonObject } from "@lianzheng/sdk/record";
import { numberPart } from "./keys.ts";
import type { Reading } from "./reading.ts";
import type { Audience, RecordSearch } from "./record-search.ts";
import type { TableName } from "./rows.ts";
import { termsIn } from "./tokens.ts";

export interface SearchPage {
  readonly items: readonly JsonObject[];
  /** Where to go on; null at the end. */
  readonly next: string | null;
  /** False if a word stands in more places than were looked at. */
  readonly complete: boolean;
}

interface Searched {
  readonly reading: Reading;
  readonly records: RecordSearch | undefined;
  readonly audience: Audience;
}

/** Places of one word that are looked at. */
const mostPlaces = 10_000;
/** What a term adds for a record in which it stands. */
const recordWeight = 2;
/** Terms of one query; the rest narrows nothing. */
const mostTerms = 8;

const kinds: Readonly<Partial<Record<TableName, string>>> = {
  members: "member",
  subjects: "product",
  rights: "right",
  trades: "trade",
  attestations: "attestation",
  cases: "case",
  logs: "log",
};

/**
 * What has all the terms of a query, each as the beginning of a word: facts of the consortium, and records that the audience may see.
 *
 * Ranked by how the terms were found: a name or number before what merely has to do with it; among equals by kind and id, so that pages fit
 * together.
 */
export async function search(
  query: string,
  { reading, records, audience }: Searched,
  { limit, after }: { readonly limit: number; readonly after?: string },
): Promise<SearchPage> {
  const terms = termsIn(query).slice(0, mostTerms);
  if (terms.length === 0) return { items: [], next: null, complete: true };
  const [facts, own] = await Promise.all([
    factsWith(terms, reading),
    records?.withWords(terms, audience, mostPlaces) ?? { indexes: [], complete: true },
  ]);
  const weight = terms.length * recordWeight;
  const ranked = [...facts.ranks, ...own.indexes.map((index) => rankOf(`records\0${indexPart(index)}`, weight))].sort();
  const rest = after === undefined ? ranked : ranked.filter((rank) => rank > after);
  const page = rest.slice(0, limit);
  const items = await Promise.all(page.map((rank) => itemOf(rank, records, audience)));
  return {
    items: items.filter((item) => item !== undefined),
    next: rest.length > limit ? (page.at(-1) ?? null) : null,
    complete: facts.complete && own.complete,
  };
}

/** Facts of the consortium that have all the terms, as ranks of `table\0id`. */
async function factsWith(
  terms: readonly string[],
  reading: Reading,
): Promise<{ readonly ranks: readonly string[]; readonly complete: boolean }> {
  const found = await Promise.all(terms.map((term) => reading.withWord(term, mostPlaces)));
  const [first = new Map<string, number>(), ...others] = found.toSorted((a, b) => a.size - b.size);
  const ranks = [...first.keys()]
    .filter((place) => others.every((places) => places.has(place)))
    .map((place) =>
      rankOf(
        place,
        found.reduce((sum, places) => sum + (places.get(place) ?? 0), 0),
      ),
    );
  return { ranks, complete: found.every(({ size }) => size < mostPlaces) };
}

const rankDigits = 4;

/** Sorts what weighs most first. */
function rankOf(place: string, weight: number): string {
  return `${(9_999 - weight).toString().padStart(rankDigits, "0")}\0${place}`;
}

/** Records of one weight stand in the order of the log. */
function indexPart(index: number): string {
  return numberPart(index, 16);
}

async function itemOf(
  rank: string,
  records: RecordSearch | undefined,
  audience: Audience,
): Promise<JsonObject | undefined> {
  const [score = "", table = "", id = ""] = rank.split("\0");
  const weight = 9_999 - Number(score);
  if (table !== "records") return { kind: kinds[table as TableName] ?? table, id, weight };
  const record = await records?.shown(Number(id), audience);
  return record === undefined ? undefined : { kind: "record", ...record, weight };
}
