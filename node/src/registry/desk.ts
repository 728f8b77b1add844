import type { JsonObject } from "@lianzheng/sdk/record";
import { NodeError } from "../errors.ts";
import { holderAt, sanctionsAt } from "./at-time.ts";
import { lineageOf, type Lineage, type LineageQuery } from "./lineage.ts";
import { listRows, type ListPage, type ListQuery } from "./listing.ts";
import { presented } from "./present.ts";
import type { Reading } from "./reading.ts";
import type { Audience, RecordSearch } from "./record-search.ts";
import type { Registry } from "./registry.ts";
import type { TableName } from "./rows.ts";
import { search, type SearchPage } from "./search.ts";
import type { BlockPoint } from "./point.ts";

/** An answer with the block that it is true at. */
export type AtBlock<Answer> = Answer & { readonly block: BlockPoint };

/** One row with its history, newest event first. */
export interface Shown {
  readonly item: JsonObject;
  readonly history: readonly JsonObject[];
  /** Events in all; the history holds the newest of them. */
  readonly events: number;
}

/** A trade, and what the law holds about it beside its steps. */
export interface TradeFacts extends Shown {
  readonly attestations: readonly JsonObject[];
  readonly cases: readonly JsonObject[];
  readonly orders: readonly JsonObject[];
}

/** Events of a history that one answer holds. */
const mostEvents = 1_000;

/**
 * Answers questions from the views, and only from them: the chain is not asked, so an answer takes as long as a few reads, and is there while
 * the chain is not. Every answer is of one moment, with the block that it is true at.
 *
 * @throws NodeError E_NOT_READY before the first block was followed, REGISTRY_CORRUPT
 */
export class RegistryDesk {
  readonly #registry: Registry;
  readonly #records: RecordSearch | undefined;

  constructor(registry: Registry, records?: RecordSearch) {
    this.#registry = registry;
    this.#records = records;
  }

  async list(table: TableName, query: ListQuery): Promise<AtBlock<ListPage>> {
    return await this.#at(async (reading) => listRows(table, reading, query));
  }

  /** A row, at `time` (Unix seconds) if that is given; undefined if there is none. */
  async show(table: TableName, id: string, time?: number): Promise<AtBlock<Shown> | undefined> {
    return await this.#found((reading, block) => shownOf(reading, table, id, time ?? block.time));
  }

  /** A right at a second: whether it was valid, and by what it was not; who held it, and under which sanctions that member was. */
  async right(id: string, time?: number): Promise<AtBlock<Shown> | undefined> {
    return await this.#found(async (reading, block) => {
      const at = time ?? block.time;
      const shown = await shownOf(reading, "rights", id, at);
      const right = await reading.row("rights", id);
      if (shown === undefined || right === undefined) return undefined;
      const holder = holderAt(reading, right, at);
      const member = await reading.row("members", holder);
      const sanctions = member === undefined ? [] : await sanctionsAt(reading, member, at);
      const holderSanctions = sanctions.map((sanction) => ({ ...sanction, restrictions: [...sanction.restrictions] }));
      return { ...shown, item: { ...shown.item, at, holderThen: holder, holderSanctions } };
    });
  }

  async lineage(id: string, query: LineageQuery): Promise<AtBlock<Lineage> | undefined> {
    return await this.#found((reading) => lineageOf(reading, id, query));
  }

  /** Everything on the chain that a dossier of a trade needs. */
  async dossier(id: string): Promise<AtBlock<TradeFacts> | undefined> {
    return await this.#found(async (reading, block) => {
      const shown = await shownOf(reading, "trades", id, block.time);
      if (shown === undefined) return undefined;
      const about = async (table: TableName): Promise<readonly JsonObject[]> =>
        (await listRows(table, reading, { filters: { subject: id }, limit: mostEvents })).items;
      return {
        ...shown,
        attestations: await about("attestations"),
        cases: await about("cases"),
        orders: await about("orders"),
      };
    });
  }

  async search(
    query: string,
    audience: Audience,
    page: { readonly limit: number; readonly after?: string },
  ): Promise<AtBlock<SearchPage>> {
    const records = this.#records;
    return await this.#at((reading) => search(query, { reading, records, audience }, page));
  }

  async #at<Answer>(ask: (reading: Reading, block: BlockPoint) => Promise<Answer>): Promise<AtBlock<Answer>> {
    const reading = await this.#registry.read();
    try {
      const { block } = reading;
      if (block === undefined) {
        const detail = "The registry has not followed the chain yet: ask again in a few seconds.";
        throw new NodeError("E_NOT_READY", detail, { retryAfterSeconds: 5 });
      }
      return { ...(await ask(reading, block)), block };
    } finally {
      await reading.close();
    }
  }

  async #found<Answer extends object>(
    ask: (reading: Reading, block: BlockPoint) => Promise<Answer | undefined>,
  ): Promise<AtBlock<Answer> | undefined> {
    const { block, answer } = await this.#at(async (reading, at) => ({ answer: await ask(reading, at) }));
    return answer === undefined ? undefined : { ...answer, block };
  }
}

async function shownOf(reading: Reading, table: TableName, id: string, time: number): Promise<Shown | undefined> {
  const kept = await reading.kept(table, id);
  if (kept === undefined) return undefined;
  const history = await reading.history(table, id, mostEvents);
  const item = await presented(table, kept.row, reading, time);
  return { item, history: history.map((entry) => ({ ...entry })), events: kept.events };
}
