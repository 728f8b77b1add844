import { createHash } from "node:crypto";
import type { Hex } from "@lianzheng/sdk/encoding";
import type { NoteSigner } from "@lianzheng/sdk/log";
import { prepareRecord, toInstant } from "@lianzheng/sdk/record";
import type { JsonObject } from "@lianzheng/sdk/record";
import { signRefusal } from "@lianzheng/sdk/refusal";
import type { Refusal, RefusingPolicy } from "@lianzheng/sdk/refusal";
import { NodeError } from "../errors.ts";
import type { NodeErrorCode } from "../errors.ts";
import { Allowance } from "./allowance.ts";

/** A record as the log takes it. */
interface RefusalRecord {
  readonly issuer: string;
  readonly submitter: string;
  readonly type: string;
  readonly subject: string;
  readonly occurredAt: string;
  readonly disclosures: readonly string[];
}

/** The node's log, as far as refusals are kept in it. */
export interface RefusalLog {
  submit(
    records: readonly RefusalRecord[],
    identity: { readonly member: string; readonly key: string; readonly requestDigest: Hex },
  ): Promise<{ readonly receipt: { readonly records: readonly { readonly id: Hex }[] } }>;
}

/** What refusals are signed and kept with. */
export interface RefusalDeskOptions {
  readonly origin: string;
  /** USCC of the log's owner. */
  readonly owner: string;
  /** The log's key under the name of `refusalKeyName`. */
  readonly signer: NoteSigner;
  readonly log: RefusalLog;
  /** Clock, ms since 1970. */
  readonly now: () => number;
  readonly randomSeed: () => Uint8Array;
  readonly logger: { error(facts: object, message: string): void };
}

/** What was refused. */
export interface RefusedRequest {
  readonly member: string;
  /** SHA-256 of the request's body. */
  readonly request: Hex;
  readonly error: NodeError;
}

/** What the answer carries beside the problem. */
export interface SignedRefusal {
  readonly note: string;
  /** Id of the record that keeps it; null where it was counted only, or could not be kept. */
  readonly record: Hex | null;
}

/** Refusals by rule: those that a member can be held to, or hold the node to. Syntax, credentials and overload are none. */
const byRule: ReadonlySet<NodeErrorCode> = new Set<NodeErrorCode>([
  "E_MEMBER_MISMATCH",
  "E_SCHEMA",
  "E_SCHEMA_UNKNOWN_VERSION",
  "E_RECORD_TYPE_UNREGISTERED",
  "E_RECORD_TYPE_RESERVED",
  "E_RED_LINE",
  "E_POLICY_UNKNOWN_VERSION",
]);

/** Subject of all records of refusals of a log: their sequence has no gap, so none can be left out unseen. */
export const refusalsSubject = "refusals";

/** Records of refusals that one member can cause: so many at once, and one more in each so many ms. */
const allowance = { burst: 20, everyMs: 6_000 } as const;
/** Refusals that are remembered to be answered alike when a client repeats a request. */
const maxRemembered = 1_000;
const flushMs = 60_000;

interface Counted {
  refusals: number;
  readonly fromMs: number;
  untilMs: number;
}

/**
 * Signs refusals, and keeps them in the node's own log as `record.refusal`.
 *
 * The note is signed whatever happens to the log. What is over a member's allowance is counted, and written as one record a minute later or
 * at the stop; a crash loses at most that minute's count, and no note.
 */
export class RefusalDesk {
  readonly #options: RefusalDeskOptions;
  readonly #allowance = new Allowance(allowance);
  readonly #answered = new Map<string, Promise<SignedRefusal>>();
  readonly #counted = new Map<string, Counted>();
  readonly #timer: NodeJS.Timeout;

  constructor(options: RefusalDeskOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.flush(), flushMs).unref();
  }

  /** The signed refusal of a request; undefined if it was not refused by rule. */
  async refuse({ member, request, error }: RefusedRequest): Promise<SignedRefusal | undefined> {
    if (!byRule.has(error.code)) return undefined;
    const name = `${member} ${request} ${error.code} ${String(error.details["field"])}`;
    const known = this.#answered.get(name);
    if (known !== undefined) return await known;
    const answer = this.#answer({ member, request, error });
    if (this.#answered.size >= maxRemembered) this.#answered.clear();
    this.#answered.set(name, answer);
    const signed = await answer;
    // What could not be kept may be kept when the client tries again.
    if (signed.record === null) this.#answered.delete(name);
    return signed;
  }

  /** Writes what was only counted. Never rejects: what cannot be written is counted on. */
  async flush(): Promise<void> {
    const counted = [...this.#counted];
    this.#counted.clear();
    for (const [member, count] of counted) {
      const body = {
        member,
        refusals: count.refusals,
        from: toInstant(count.fromMs),
        until: toInstant(count.untilMs),
      };
      const kept = await this.#keep(member, body, `counted ${count.fromMs} ${count.untilMs} ${count.refusals}`);
      if (kept === null) this.#count(member, count);
    }
  }

  /** Stops; what was counted is written. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  async #answer({ member, request, error }: RefusedRequest): Promise<SignedRefusal> {
    const { origin, signer, now } = this.#options;
    const nowMs = now();
    const refusal: Refusal = {
      origin,
      time: toInstant(nowMs),
      request,
      member,
      code: error.code,
      field: textOf(error.details["field"]),
      recordType: textOf(error.details["recordType"]),
      policy: policyOf(error.details["policy"]),
    };
    const note = signRefusal(refusal, signer);
    if (!this.#allowance.take(member, nowMs)) {
      this.#count(member, { refusals: 1, fromMs: nowMs, untilMs: nowMs });
      return { note, record: null };
    }
    return { note, record: await this.#keep(member, bodyOf(refusal, note), note) };
  }

  #count(member: string, { refusals, fromMs, untilMs }: Counted): void {
    const before = this.#counted.get(member);
    this.#counted.set(member, {
      refusals: refusals + (before?.refusals ?? 0),
      fromMs: Math.min(fromMs, before?.fromMs ?? fromMs),
      untilMs: Math.max(untilMs, before?.untilMs ?? untilMs),
    });
  }

  /** Id of the record; null if the log did not take it. The member is its submitter, so it may read it. */
  async #keep(member: string, body: JsonObject, identity: string): Promise<Hex | null> {
    const { owner, log, now, randomSeed, logger } = this.#options;
    const occurredAt = toInstant(now());
    const type = "record.refusal";
    const { disclosures } = prepareRecord({ type, subject: refusalsSubject, occurredAt, body }, randomSeed());
    const record = { issuer: owner, submitter: member, type, subject: refusalsSubject, occurredAt, disclosures };
    const requestDigest: Hex = `0x${createHash("sha256").update(identity).digest("hex")}`;
    try {
      const key = `refusal ${requestDigest}`;
      const { receipt } = await log.submit([record], { member: owner, key, requestDigest });
      return receipt.records[0]?.id ?? null;
    } catch (error) {
      logger.error({ err: error }, "a refusal could not be kept; its note was given out all the same");
      return null;
    }
  }
}

function bodyOf({ time, request, member, code, field, recordType, policy }: Refusal, note: string): JsonObject {
  return {
    member,
    request,
    refusedAt: time,
    code,
    ...(field === null || field === "" ? {} : { field }),
    ...(recordType === null ? {} : { recordType }),
    ...(policy === null ? {} : { policy: policy.name, version: policy.version }),
    ...(policy === null || policy.digest === null ? {} : { policyDigest: policy.digest }),
    note,
  };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** What a rule's error names, see `judge`. */
function policyOf(value: unknown): RefusingPolicy | null {
  return typeof value === "object" && value !== null ? (value as RefusingPolicy) : null;
}
