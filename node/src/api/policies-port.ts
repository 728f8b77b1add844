import type { Hex } from "@lianzheng/sdk/encoding";
import type { JsonValue, PreparedRecord, RecordInput } from "@lianzheng/sdk/record";
import type { NodeError } from "../errors.ts";

/** A record to be judged: who issues and submits it, and where in the request's body it stands (JSON pointer). */
export interface RecordToJudge {
  readonly record: RecordInput | PreparedRecord;
  readonly issuer: string;
  readonly submitter: string;
  readonly at: string;
}

/** The block that an answer about the chain is true at. */
export interface PolicyBlock {
  readonly number: number;
  readonly hash: Hex;
  /** RFC 3339. */
  readonly time: string;
}

/** A version of a policy. Version 0 is what the node's software has built in. */
export interface PolicyVersionFacts {
  readonly version: number;
  readonly digest: Hex;
  /** RFC 3339; null for version 0. */
  readonly effectiveFrom: string | null;
  readonly retiredFrom: string | null;
  /** Whether the node has the document. */
  readonly held: boolean;
}

/** A policy, and which version is in force now; null if the council retired the last. */
export interface PolicyFacts {
  readonly name: string;
  readonly inForce: number | null;
  readonly versions: readonly PolicyVersionFacts[];
}

/** A document with what is known of its version. */
export interface PolicyDocument extends PolicyVersionFacts {
  readonly name: string;
  readonly document: JsonValue;
}

/** A refusal as it stands in the log; `body` is what the record discloses. */
export interface KeptRefusal {
  readonly record: Hex;
  readonly index: number;
  readonly receivedAt: string;
  readonly body: Readonly<Record<string, JsonValue>>;
}

/** A signed refusal in the answer to a submission. */
export interface RefusalNote {
  readonly note: string;
  /** Id of the record that keeps it; null where it was counted only. */
  readonly record: Hex | null;
}

/** What the routes of records and policies lean on. */
export interface PoliciesPort {
  /** @throws NodeError E_SCHEMA, E_SCHEMA_UNKNOWN_VERSION, E_RECORD_TYPE_UNREGISTERED, E_RECORD_TYPE_RESERVED, E_RED_LINE, … */
  judge(record: RecordToJudge): void;
  /** Signs and keeps a refusal; undefined if `error` is none by rule. */
  refuse(request: {
    readonly member: string;
    readonly request: Hex;
    readonly error: NodeError;
  }): Promise<RefusalNote | undefined>;
  /** Null while the chain has never answered. */
  block(): PolicyBlock | null;
  list(): readonly PolicyFacts[];
  /** The version with this number, or the one in force; undefined if there is none, or the node has not got it. */
  document(name: string, version?: number): PolicyDocument | undefined;
  /** Refusals from number `from` on, of all members or of one; `next` is where to go on, undefined at the end. */
  refusals(page: {
    readonly from: number;
    readonly most: number;
    readonly member?: string;
  }): Promise<{ readonly items: readonly KeptRefusal[]; readonly next: number | undefined }>;
}
