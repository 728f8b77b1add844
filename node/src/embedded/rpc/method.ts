import type { MethodContext } from "./backend.ts";

/** One JSON-RPC method: how many parameters it takes at most, and what it answers. */
export interface Method {
  readonly parameters: number;
  readonly answer: (context: MethodContext, params: readonly unknown[]) => unknown;
}

export type Methods = Readonly<Record<string, Method>>;
