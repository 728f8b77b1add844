import { randomBytes } from "node:crypto";
import { toHex } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import { ChainError } from "../../chain-error.ts";
import { findLogs } from "../log-query.ts";
import type { FoundLog } from "../log-query.ts";
import type { Backend } from "./backend.ts";
import { numberOf, queryLogs } from "./blocks.ts";
import { formatLog } from "./format.ts";
import type { FilterRequest } from "./params.ts";

/** Filters that exist at once; a new one pushes out the one that was asked longest ago. */
const filterLimit = 1000;

interface Filter {
  readonly request: FilterRequest | undefined;
  /** First block that was not asked about yet. */
  next: number;
}

/** The filters of the `eth_newFilter` family. They live in memory: a restart forgets them, as in every client. */
export class Filters {
  readonly #backend: Backend;
  readonly #filters = new Map<string, Filter>();

  constructor(backend: Backend) {
    this.#backend = backend;
  }

  /** A new filter of logs, or of blocks if nothing is asked for. Returns its id. */
  add(request?: FilterRequest): Hex {
    const [oldest] = this.#filters.keys();
    if (this.#filters.size >= filterLimit && oldest !== undefined) this.#filters.delete(oldest);
    const id = toHex(randomBytes(16));
    this.#filters.set(id, { request, next: this.#backend.miner.head.number + 1 });
    return id;
  }

  remove(id: string): boolean {
    return this.#filters.delete(id);
  }

  /** What came since the last call: block hashes or logs. @throws ChainError C_RPC_EXECUTION for an unknown filter */
  async changes(id: string): Promise<readonly unknown[]> {
    const filter = this.#find(id);
    const head = this.#backend.miner.head.number;
    const from = filter.next;
    filter.next = head + 1;
    // Asked again: it is the newest now.
    this.#filters.delete(id);
    this.#filters.set(id, filter);
    if (from > head) return [];
    return filter.request === undefined ? this.#hashes(from, head) : this.#logs(filter.request, from, head);
  }

  /** All logs that the filter asks for. @throws ChainError C_RPC_EXECUTION for an unknown filter or one of blocks */
  async logs(id: string): Promise<readonly unknown[]> {
    const { request } = this.#find(id);
    if (request === undefined) throw unknown();
    return (await queryLogs(this.#backend, request)).map(formatLog);
  }

  #find(id: string): Filter {
    const filter = this.#filters.get(id);
    if (filter === undefined) throw unknown();
    return filter;
  }

  async #hashes(from: number, to: number): Promise<Hex[]> {
    const hashes: Hex[] = [];
    for (let number = from; number <= to; number++) hashes.push((await this.#backend.ledger.existing(number)).hash);
    return hashes;
  }

  async #logs({ range, addresses, topics }: FilterRequest, from: number, head: number): Promise<readonly unknown[]> {
    const { store, ledger } = this.#backend;
    const wanted = this.#wanted(range, from, head);
    if (wanted === undefined) return [];
    const found: FoundLog[] = await findLogs(store, ledger, { ...wanted, addresses, topics });
    return found.map(formatLog);
  }

  /** The part of the filter's own range that is new. */
  #wanted(range: FilterRequest["range"], from: number, head: number): { from: number; to: number } | undefined {
    if ("hash" in range || "hash" in range.from || "hash" in range.to) return undefined;
    const first = "number" in range.from ? Math.max(from, range.from.number) : from;
    const last = Math.min(head, numberOf(head, range.to));
    return first > last ? undefined : { from: first, to: last };
  }
}

function unknown(): ChainError {
  return new ChainError("C_RPC_EXECUTION", "filter not found");
}
