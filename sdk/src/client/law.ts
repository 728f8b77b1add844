import type { Hex } from "@lianzheng/sdk/encoding";
import type { JsonObject } from "@lianzheng/sdk/record";
import type { AnswerReader } from "./answer.ts";

/** The block that a fact of the chain is true at; `time` in Unix seconds. */
export interface LawBlock {
  readonly number: number;
  readonly hash: Hex;
  readonly time: number;
}

/** What of the law can be listed, by its path. Products are data products and resources; contracts are versions of contracts. */
export type LawList =
  | "members"
  | "applications"
  | "products"
  | "rights"
  | "consents"
  | "mandates"
  | "trades"
  | "attestations"
  | "cases"
  | "orders"
  | "logs"
  | "proposals"
  | "rules"
  | "validators"
  | "contracts";

/** Which rows, and where the list goes on. `filters` are those of the list, docs/registry.md. */
export interface LawWish {
  readonly filters?: Readonly<Record<string, string>>;
  /** 1 to 1,000, 100 if left out. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly cursor?: string;
}

/** A page of rows, as docs/registry.md describes them. */
export interface LawPage {
  readonly block: LawBlock;
  readonly items: readonly JsonObject[];
  /** Null at the end. */
  readonly next: string | null;
}

/** A row with its history, newest event first; `events` counts all of them. */
export interface LawItem {
  readonly block: LawBlock;
  readonly item: JsonObject;
  readonly history: readonly JsonObject[];
  readonly events: number;
}

/** From what a product was made, and what was made from it. */
export interface Lineage {
  readonly block: LawBlock;
  readonly nodes: readonly JsonObject[];
  readonly edges: readonly { readonly from: string; readonly to: string }[];
  /** False if there is more than was asked for. */
  readonly complete: boolean;
}

/** Everything that the node knows of a trade. */
export interface TradeDossier {
  readonly block: LawBlock;
  readonly trade: JsonObject;
  readonly steps: readonly JsonObject[];
  readonly records: readonly JsonObject[];
  readonly attestations: readonly JsonObject[];
  readonly cases: readonly JsonObject[];
  readonly orders: readonly JsonObject[];
  /** What shows that no step is missing. */
  readonly completeness: JsonObject;
}

/** A page of any other list: policies, schemas, refusals, warnings, entries of a subject. */
export interface Page {
  readonly items: readonly JsonObject[];
  readonly next: string | null;
}

/** The query of a list of the law, without what was left out. */
export function lawQuery({ filters = {}, limit, cursor }: LawWish): string {
  const query = new URLSearchParams(filters);
  if (limit !== undefined) query.set("limit", String(limit));
  if (cursor !== undefined) query.set("cursor", cursor);
  return query.size === 0 ? "" : `?${query}`;
}

export function readLawPage(answer: AnswerReader): LawPage {
  return { block: readBlock(answer), ...readPage(answer) };
}

export function readPage(answer: AnswerReader): Page {
  return { items: answer.objects("items"), next: answer.orNull("next", () => answer.text("next")) };
}

export function readLawItem(answer: AnswerReader): LawItem {
  return {
    block: readBlock(answer),
    item: answer.facts("item"),
    history: answer.objects("history"),
    events: answer.count("events"),
  };
}

export function readLineage(answer: AnswerReader): Lineage {
  return {
    block: readBlock(answer),
    nodes: answer.objects("nodes"),
    edges: answer.list("edges", (edge) => ({ from: edge.text("from"), to: edge.text("to") })),
    complete: answer.flag("complete"),
  };
}

export function readDossier(answer: AnswerReader): TradeDossier {
  return {
    block: readBlock(answer),
    trade: answer.facts("trade"),
    steps: answer.objects("steps"),
    records: answer.objects("records"),
    attestations: answer.objects("attestations"),
    cases: answer.objects("cases"),
    orders: answer.objects("orders"),
    completeness: answer.facts("completeness"),
  };
}

function readBlock(answer: AnswerReader): LawBlock {
  return answer.within("block", (block) => ({
    number: block.count("number"),
    hash: block.hex("hash", 32),
    time: block.count("time"),
  }));
}
