import type { JsonObject } from "@lianzheng/sdk/record";
import type { LogReceipt, Principal } from "./ports.ts";

/** A warning as the monitor lists it. */
export interface WarningFacts {
  readonly id: string;
  readonly record: string;
  readonly index: number;
  readonly rule: { readonly id: string; readonly kind: string; readonly version: string };
  readonly severity: string;
  readonly title: { readonly en: string; readonly zh: string };
  readonly subject: string;
  readonly member: string;
  readonly records: readonly string[];
  readonly facts: JsonObject;
  readonly raisedAt: string;
  readonly state: string;
  readonly handlings: readonly string[];
}

/** Warnings: read by who watches and by whom they concern, handled by who watches. */
export interface WarningsPort {
  list(
    query: {
      readonly state?: string;
      readonly severity?: string;
      readonly rule?: string;
      readonly subject?: string;
      readonly from: number;
      readonly limit: number;
    },
    viewer: Principal,
  ): Promise<{ readonly items: readonly WarningFacts[]; readonly next: number | null }>;
  /** @throws NodeError E_NOT_FOUND */
  find(id: string, viewer: Principal): Promise<WarningFacts>;
  /** @throws NodeError E_NOT_FOUND, and what a submission is refused with */
  handle(
    id: string,
    handling: { readonly decision: "acknowledge" | "dismiss" | "resolve" | "reopen"; readonly note: string },
    viewer: Principal,
    key: string,
  ): Promise<{ readonly receipt: LogReceipt; readonly replayed: boolean }>;
}
