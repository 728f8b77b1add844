import type { Hex } from "@lianzheng/sdk/encoding";
import type { JsonObject } from "@lianzheng/sdk/record";

/** The block that an answer is true at. `time` in Unix seconds, as the chain has it. */
export interface LawBlock {
  readonly number: number;
  readonly hash: Hex;
  readonly time: number;
}

/** An answer with its block. */
export type AtLawBlock<Answer> = Answer & { readonly block: LawBlock };

/** What of the law can be listed and read. `subjects` are products and resources, `versions` those of the contracts. */
export type LawTable =
  | "members"
  | "applications"
  | "subjects"
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
  | "versions";

export interface LawQuery {
  readonly filters: Readonly<Record<string, string>>;
  readonly limit: number;
  /** As `next` of the page before. */
  readonly after?: string;
  /** Unix seconds for which the items are shown. */
  readonly time?: number;
}

export interface LawPage {
  readonly items: readonly JsonObject[];
  readonly next: string | null;
}

export interface LawItem {
  readonly item: JsonObject;
  /** Newest first. */
  readonly history: readonly JsonObject[];
  readonly events: number;
}

/** A trade with what the law holds about it. */
export interface LawTrade extends LawItem {
  readonly attestations: readonly JsonObject[];
  readonly cases: readonly JsonObject[];
  readonly orders: readonly JsonObject[];
}

/**
 * The views of the chain's law, read from this node's own index. A RegistryDesk is one.
 *
 * @throws NodeError E_NOT_READY before the first block was followed
 */
export interface RegistryPort {
  list(table: LawTable, query: LawQuery): Promise<AtLawBlock<LawPage>>;
  show(table: LawTable, id: string, time?: number): Promise<AtLawBlock<LawItem> | undefined>;
  right(id: string, time?: number): Promise<AtLawBlock<LawItem> | undefined>;
  lineage(
    id: string,
    query: { readonly up: number; readonly down: number },
  ): Promise<
    | AtLawBlock<{
        readonly nodes: readonly JsonObject[];
        readonly edges: readonly { readonly from: string; readonly to: string }[];
        readonly complete: boolean;
      }>
    | undefined
  >;
  dossier(id: string): Promise<AtLawBlock<LawTrade> | undefined>;
  search(
    query: string,
    audience: { readonly member: string; readonly all: boolean },
    page: { readonly limit: number; readonly after?: string },
  ): Promise<AtLawBlock<LawPage & { readonly complete: boolean }>>;
}
