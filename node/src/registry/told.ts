import { randomBytes } from "node:crypto";
import type { Level } from "level";
import type { Hex } from "@lianzheng/sdk/encoding";
import type { JsonValue } from "@lianzheng/sdk/record";
import type { LawEvent } from "./event.ts";
import { boundsOf, keyOf, lastPart, numberPart, seal, unseal, type Write } from "./keys.ts";
import type { BlockPoint } from "./point.ts";
import { restartedName, revertedName, toldNames } from "./told-names.ts";

type Database = Level<string, Buffer>;

/** An event of the law as the feed tells it: facts that every member of the consortium may read on the chain. */
export interface ToldLaw {
  /** Of its block's hash and its place in it: the same at each telling. A block that returned has the number of its return besides. */
  readonly id: string;
  readonly type: `law.${string}`;
  readonly time: null;
  readonly subject: null;
  readonly data: Readonly<Record<string, JsonValue>>;
  readonly members: null;
}

/** Writes to the list, to stand in one batch with what they tell of; `done` when that batch is written. */
export interface Telling {
  readonly writes: readonly Write[];
  readonly done: () => void;
}

const listKey = keyOf("m", "told");
const positionForm = /^([0-9a-f]{16})\.(\d{1,9})\.(\d{1,12})$/;

/**
 * The events of the law in the order in which they were taken in, for readers with a cursor. It only grows: blocks that the
 * chain replaced stay in it, and `law.reverted` follows.
 *
 * The views are written without a sync, so a crash of the machine may cut the list's end, and what comes then may be of other
 * blocks. Each opening therefore begins an era and notes, synced, where: a reader of an era before goes on at its place or where the
 * next era began, whichever is earlier, and so is told what came instead. A list that was discarded has another name;
 * its readers begin again, and `law.restarted` says so.
 */
export class ToldList {
  readonly #database: Database;
  readonly #name: string;
  /** Where each era began. */
  readonly #eras: readonly number[];
  #end: number;

  private constructor(database: Database, name: string, eras: readonly number[], end: number) {
    this.#database = database;
    this.#name = name;
    this.#eras = eras;
    this.#end = end;
  }

  /** Reads where the list ends, and begins an era there. @throws NodeError REGISTRY_CORRUPT */
  static async open(database: Database): Promise<ToldList> {
    const known = (await database.get(listKey)) as Buffer | undefined;
    const name = known === undefined ? randomBytes(8).toString("hex") : String(unseal(listKey, known));
    const [last] = await database.keys({ ...boundsOf("e"), reverse: true, limit: 1 }).all();
    const end = last === undefined ? 0 : Number(lastPart(last)) + 1;
    const before = await database.iterator(boundsOf("m", "era")).all();
    const eras = [...before.map(([key, value]) => Number(unseal(key, value))), end];
    const eraKey = keyOf("m", "era", numberPart(eras.length - 1, 9));
    const put = (key: string, value: unknown): { type: "put"; key: string; value: Buffer } => ({
      ...{ type: "put", key },
      value: seal(key, value),
    });
    await database.batch([put(listKey, name), put(eraKey, end)], { sync: true });
    return new ToldList(database, name, eras, end);
  }

  /** The position after the newest event. */
  end(): string {
    return this.#positionOf(this.#end);
  }

  /** The first `limit` events after `position`, null for from the first, and the position after them. */
  async after(
    position: string | null,
    limit: number,
  ): Promise<{ readonly events: readonly ToldLaw[]; readonly next: string }> {
    const from = this.#placeOf(position);
    const first = from ?? 0;
    const end = this.#end;
    const bounds = { gte: keyOf("e", numberPart(first, 12)), lt: keyOf("e", numberPart(end, 12)) };
    const restarted = from === undefined ? [this.#restarted()] : [];
    const found = await this.#database.iterator({ ...bounds, limit: limit - restarted.length }).all();
    const events = found.map(([key, value]) => unseal(key, value) as ToldLaw);
    return { events: [...restarted, ...events], next: this.#positionOf(first + events.length) };
  }

  /** The events of a block that is taken in. */
  async telling({ hash }: BlockPoint, events: readonly LawEvent[]): Promise<Telling> {
    const named = events.flatMap((event) => {
      const type = toldNames[event.contract][event.name];
      return type === undefined ? [] : [{ type, event }];
    });
    if (named.length === 0) return nothingTold;
    const suffix = suffixOf(await this.#returnsOf(hash));
    return this.#append(named.map(({ type, event }) => toldEvent(type, event, suffix)));
  }

  /** That the events of a block were taken back. */
  async takingBack({ number, hash, time }: BlockPoint): Promise<Telling> {
    const returns = await this.#returnsOf(hash);
    const returnsKey = keyOf("m", "returns", hash);
    const id = `law_${hash.slice(2)}_reverted${suffixOf(returns)}`;
    const { writes, done } = this.#append([fact(id, revertedName, { block: { number, hash, time } })]);
    return { writes: [...writes, { key: returnsKey, value: seal(returnsKey, returns + 1) }], done };
  }

  /** How often a block was taken back already: the events of one that returned are news, not a repetition. */
  async #returnsOf(hash: Hex): Promise<number> {
    const key = keyOf("m", "returns", hash);
    const value = (await this.#database.get(key)) as Buffer | undefined;
    return value === undefined ? 0 : Number(unseal(key, value));
  }

  #append(events: readonly ToldLaw[]): Telling {
    const first = this.#end;
    const writes = events.map((event, at) => {
      const key = keyOf("e", numberPart(first + at, 12));
      return { key, value: seal(key, event) };
    });
    return { writes, done: () => (this.#end = first + events.length) };
  }

  #restarted(): ToldLaw {
    return fact(`law_${this.#name}_restarted`, restartedName, {});
  }

  #positionOf(place: number): string {
    return `${this.#name}.${this.#eras.length - 1}.${place}`;
  }

  /** Where to read on; undefined for a position of a list that is gone. */
  #placeOf(position: string | null): number | undefined {
    if (position === null) return 0;
    const [, name, era, place] = positionForm.exec(position) ?? [];
    if (name !== this.#name) return undefined;
    return Math.min(Number(place), this.#eras[Number(era) + 1] ?? this.#end);
  }
}

/** Nothing to tell of. */
export const nothingTold: Telling = { writes: [], done: () => undefined };

function suffixOf(returns: number): string {
  return returns === 0 ? "" : `_${returns}`;
}

function toldEvent(type: ToldLaw["type"], { contract, name, facts, place }: LawEvent, suffix: string): ToldLaw {
  const { block: number, blockHash: hash, time, transaction, logIndex } = place;
  const data = { contract, event: name, facts, block: { number, hash, time }, transaction, logIndex };
  return fact(`law_${hash.slice(2)}_${logIndex}${suffix}`, type, data);
}

function fact(id: string, type: ToldLaw["type"], data: ToldLaw["data"]): ToldLaw {
  return { id, type, time: null, subject: null, data, members: null };
}
