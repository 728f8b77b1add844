import { boundsOf, keyOf, lastPart, numberPart, seal, unseal } from "./keys.ts";
import type { Run } from "./runs.ts";
import type { Put, Words } from "./words-store.ts";

const indexDigits = 12;

/**
 * Which records of a group, neighbours in the log, have a word: one key for each scope and word of the group, so that what most
 * records have in common, like their type, costs next to nothing.
 *
 * A key is `p`, scope, word, index of the group's first record; its value the runs of indexes in order, flat, counted from there.
 */
export class Postings {
  readonly #first: number;
  /** By scope and word. */
  readonly #runs = new Map<string, number[]>();

  /** `first` is the index of the group's first record. */
  constructor(first: number) {
    this.#first = first;
  }

  /** Notes the words of the record at `index`, which is not before those that were noted already. */
  add(index: number, scopes: readonly string[], words: readonly string[]): void {
    const at = index - this.#first;
    for (const scope of scopes) for (const word of words) this.#note(`${scope}\0${word}`, at);
  }

  puts(): readonly Put[] {
    const end = numberPart(this.#first, indexDigits);
    return Array.from(this.#runs, ([name, runs]) => {
      const key = keyOf("p", name, end);
      return { type: "put", key, value: seal(key, runs) };
    });
  }

  #note(name: string, at: number): void {
    const runs = this.#runs.get(name);
    if (runs === undefined) {
      this.#runs.set(name, [at, 1]);
      return;
    }
    const end = (runs.at(-2) ?? 0) + (runs.at(-1) ?? 0);
    if (at > end) runs.push(at, 1);
    else if (at === end) runs[runs.length - 1] = (runs.at(-1) ?? 0) + 1;
  }
}

/** Runs of records that have, in this scope, a word beginning with `start`: at least `most` if there are as many. @throws NodeError REGISTRY_CORRUPT */
export async function postedRuns(words: Words, scope: string, start: string, most: number): Promise<readonly Run[]> {
  const first = keyOf("p", scope, start);
  const found: Run[] = [];
  for await (const [key, value] of words.iterator({ gte: first, lt: `${first}\u{10ffff}`, limit: most })) {
    const from = Number(lastPart(key));
    const runs = unseal(key, value) as readonly number[];
    for (let at = 0; at < runs.length; at += 2) found.push([from + (runs[at] ?? 0), runs[at + 1] ?? 0]);
    if (found.length >= most) break;
  }
  return found;
}

/** All scopes that there are. */
export async function scopesIn(words: Words): Promise<readonly string[]> {
  const scopes: string[] = [];
  const { gte, lt } = boundsOf("p");
  for (let from = gte; ;) {
    const [key] = await words.keys({ gte: from, lt, limit: 1 }).all();
    if (key === undefined) return scopes;
    const [, scope = ""] = key.split("\0");
    scopes.push(scope);
    from = boundsOf("p", scope).lt;
  }
}
