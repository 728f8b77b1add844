import type { Backend } from "./backend.ts";
import type { Filters } from "./filters.ts";

/** What a method is called with besides its parameters. */
export interface MethodContext {
  readonly backend: Backend;
  readonly filters: Filters;
}

/** One JSON-RPC method: how many parameters it takes at most, and what it answers. */
export interface Method {
  readonly parameters: number;
  readonly answer: (context: MethodContext, params: readonly unknown[]) => unknown;
}

export type Methods = Readonly<Record<string, Method>>;
