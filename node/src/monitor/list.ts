import { isJsonObject } from "@lianzheng/sdk/record";
import type { JsonObject, JsonValue } from "@lianzheng/sdk/record";
import type { Changes, MonitorState } from "./state.ts";

/** What became of a warning; the newest record about it decides. */
export type WarningState = "open" | "acknowledged" | "dismissed" | "resolved";

/** A warning as the list has it; all of it can be read from the log again. */
export interface ListedWarning {
  readonly id: string;
  /** Id and index of the `monitor.warning`. */
  readonly record: string;
  readonly index: number;
  readonly rule: { readonly id: string; readonly kind: string; readonly version: string };
  readonly severity: string;
  readonly title: { readonly en: string; readonly zh: string };
  readonly subject: string;
  /** Member (USCC) whom it concerns. */
  readonly member: string;
  readonly records: readonly string[];
  readonly facts: JsonObject;
  readonly raisedAt: string;
  readonly state: WarningState;
  /** Ids of the `monitor.handling` records, oldest first; the newest hundred. */
  readonly handlings: readonly string[];
}

/** What an event of the monitor's own says of its record. */
export interface OwnRecord {
  readonly id: string;
  readonly index: number;
  readonly subject: string;
  readonly receivedAt: string;
  readonly body: JsonObject;
}

/** What each decision makes of a warning. */
export const stateAfter: Readonly<Record<string, WarningState>> = {
  acknowledge: "acknowledged",
  dismiss: "dismissed",
  resolve: "resolved",
  reopen: "open",
};

const keptHandlings = 100;

/** Puts a `monitor.warning` on the list. A record that has not a warning's body is left out. */
export function listWarning({ id: record, index, subject, receivedAt, body }: OwnRecord, changes: Changes): void {
  const { warning: id, rule, severity, title, member, records, facts } = body;
  if (typeof id !== "string" || typeof member !== "string" || !isJsonObject(rule) || !isJsonObject(title)) return;
  const warning = {
    ...{ id, record, index, subject, member, severity: textOf(severity) },
    rule: { id: textOf(rule["id"]), kind: textOf(rule["kind"]), version: textOf(rule["version"]) },
    title: { en: textOf(title["en"]), zh: textOf(title["zh"]) },
    records: Array.isArray(records) ? records.map(String) : [],
    facts: isJsonObject(facts) ? facts : {},
    ...{ raisedAt: receivedAt, state: "open", handlings: [] },
  };
  changes.set(listKey(index), warning);
  changes.set(`i/${id}`, index);
}

/** Notes a `monitor.handling` on the warning that it names. */
export async function listHandling(state: MonitorState, { id, body }: OwnRecord, changes: Changes): Promise<void> {
  const { warning, decision } = body;
  if (typeof warning !== "string" || typeof decision !== "string" || !Object.hasOwn(stateAfter, decision)) return;
  const known = await warningIn(state, warning);
  if (known === undefined) return;
  const handlings = [...known.handlings, id].slice(-keptHandlings);
  changes.set(listKey(known.index), { ...known, state: stateAfter[decision], handlings } as unknown as JsonValue);
}

/** The warning with this id; undefined if there is none. */
export async function warningIn(state: MonitorState, id: string): Promise<ListedWarning | undefined> {
  const index = await state.get(`i/${id}`);
  const value = typeof index === "number" ? await state.get(listKey(index)) : undefined;
  return value as unknown as ListedWarning | undefined;
}

/** Warnings with an index of `from` or above, in the log's order, at most `limit`. */
export async function warningsFrom(
  state: MonitorState,
  from: number,
  limit: number,
): Promise<readonly ListedWarning[]> {
  const found = await state.range(listKey(from), "v0", limit);
  return found.map(([, value]) => value as unknown as ListedWarning);
}

function listKey(index: number): string {
  return `v/${String(index).padStart(15, "0")}`;
}

function textOf(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}
