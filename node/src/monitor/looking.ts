import type { JsonObject, JsonValue } from "@lianzheng/sdk/record";
import type { Grouping, Rule } from "./rules.ts";
import type { Changes } from "./state.ts";

/** One record as rules see it. Times in ms. */
export interface SeenRecord {
  readonly id: string;
  readonly index: number;
  readonly type: string;
  readonly subject: string;
  readonly issuer: string;
  readonly receivedAtMs: number;
  readonly occurredAtMs: number;
  /** Its body; empty once the record is erased. */
  readonly body: () => Promise<JsonObject>;
}

/** Something that a rule noticed. */
export interface Finding {
  /** Records that it is about, the cause first. */
  readonly records: readonly string[];
  readonly subject: string;
  /** Member (USCC) whom it concerns: the issuer of the cause. */
  readonly member: string;
  /** When it became so, ms. The same at each evaluation. */
  readonly atMs: number;
  /** What the rule compared; decimal strings and ids. */
  readonly facts: Readonly<Record<string, JsonValue>>;
}

/**
 * The law as the node's views have it; `block` is that which an answer is true at.
 *
 * @throws when the law cannot be asked now: the event is then looked at again later
 */
export interface LawAt {
  /** `validity` as the contract `Rights` names it: `valid`, `expired`, `revoked`, …; `unknown` for a right that was never granted. */
  right(
    id: string,
    when: { readonly atMs: number; readonly receivedAtMs: number },
  ): Promise<{ readonly validity: string; readonly block: number }>;
  /** A product or resource; undefined if nobody registered it. */
  product(id: string): Promise<{ readonly grade: string; readonly block: number } | undefined>;
  /** A trade; undefined if nobody opened it. Parties by USCC. */
  trade(id: string): Promise<
    | {
        readonly product: string;
        readonly parties: readonly string[];
        readonly crossBorder: boolean;
        readonly block: number;
      }
    | undefined
  >;
}

/** What looking at one record needs. */
export interface Look {
  readonly record: SeenRecord;
  readonly law: LawAt;
  /** The rule's memory, as it is before this record and as it changes. */
  readonly memory: Memory;
}

/** A rule's part of the state; changes are kept together until the event is done. */
export class Memory {
  readonly #prefix: string;
  readonly #read: (key: string) => Promise<JsonValue | undefined>;
  readonly #changes: Changes;

  constructor(rule: Rule, read: (key: string) => Promise<JsonValue | undefined>, changes: Changes) {
    this.#prefix = memoryPrefix(rule);
    this.#read = read;
    this.#changes = changes;
  }

  async get(key: string): Promise<JsonValue | undefined> {
    const full = this.#prefix + key;
    return this.#changes.has(full) ? this.#changes.get(full) : await this.#read(full);
  }

  put(key: string, value: JsonValue | undefined): void {
    this.#changes.set(this.#prefix + key, value);
  }
}

/** Where a rule's memory stands in the state. */
export function memoryPrefix({ version }: Rule): string {
  return `s/${version}/`;
}

/** Key of what a record is counted with. */
export function groupOf(per: Grouping, { subject, issuer, type }: SeenRecord): string {
  return per === "subject" ? subject : per === "member" ? issuer : type;
}

/** A finding about one record. */
export function findingOf({ id, subject, issuer, receivedAtMs }: SeenRecord, facts: Finding["facts"]): Finding {
  return { records: [id], subject, member: issuer, atMs: receivedAtMs, facts };
}
