import type { Hex } from "@lianzheng/sdk/encoding";
import type { JsonObject } from "@lianzheng/sdk/record";
import type { AnswerReader } from "./answer.ts";
import type * as api from "./api-types.ts";

/** The block that a fact of the chain is true at; `time` in Unix seconds. */
export interface LawBlock {
  readonly number: number;
  readonly hash: Hex;
  readonly time: number;
}

/**
 * What of the law can be listed, by its path, with its rows: as a list shows them, and whole. Products are data products and
 * resources; contracts are versions of contracts.
 */
export interface LawRows {
  readonly members: { readonly listed: api.MemberSummary; readonly whole: api.Member };
  readonly applications: { readonly listed: api.Application; readonly whole: api.Application };
  readonly products: { readonly listed: api.ProductSummary; readonly whole: api.Product };
  readonly rights: { readonly listed: api.RightSummary; readonly whole: api.Right };
  readonly consents: { readonly listed: api.Consent; readonly whole: api.Consent };
  readonly mandates: { readonly listed: api.Mandate; readonly whole: api.Mandate };
  readonly trades: { readonly listed: api.TradeSummary; readonly whole: api.Trade };
  readonly attestations: { readonly listed: api.Attestation; readonly whole: api.Attestation };
  readonly cases: { readonly listed: api.CaseSummary; readonly whole: api.Case };
  readonly orders: { readonly listed: api.Order; readonly whole: api.Order };
  readonly logs: { readonly listed: api.LogSummary; readonly whole: api.Log };
  readonly proposals: { readonly listed: api.Proposal; readonly whole: api.Proposal };
  readonly rules: { readonly listed: api.Rule; readonly whole: api.Rule };
  readonly validators: { readonly listed: api.Validator; readonly whole: api.Validator };
  readonly contracts: { readonly listed: api.ContractVersion; readonly whole: api.ContractVersion };
}

export type LawList = keyof LawRows;

/** Which rows, and where the list goes on. `filters` are those of the list, docs/registry.md. */
export interface LawWish {
  readonly filters?: Readonly<Record<string, string>>;
  /** 1 to 1,000, 100 if left out. */
  readonly limit?: number;
  /** `next` of the page before. */
  readonly cursor?: string;
}

/**
 * A page of rows, as docs/registry.md describes them. That they are objects is checked; their members are typed as this version of
 * the node's description has them, and not looked at one by one: a newer node may say more, or use a word more.
 */
export interface LawPage<Row = JsonObject> {
  readonly block: LawBlock;
  readonly items: readonly Row[];
  /** Null at the end. */
  readonly next: string | null;
}

/** A row with its history, newest event first; `events` counts all of them. */
export interface LawItem<Row = JsonObject> {
  readonly block: LawBlock;
  readonly item: Row;
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

export function readLawPage<Row>(answer: AnswerReader): LawPage<Row> {
  const { items, next } = readPage(answer);
  return { block: readBlock(answer), items: items as readonly unknown[] as readonly Row[], next };
}

export function readPage(answer: AnswerReader): Page {
  return { items: answer.objects("items"), next: answer.orNull("next", () => answer.text("next")) };
}

export function readLawItem<Row>(answer: AnswerReader): LawItem<Row> {
  return {
    block: readBlock(answer),
    item: answer.facts("item") as unknown as Row,
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
