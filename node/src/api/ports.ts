import type { NodeStatus } from "@lianzheng/sdk/client";
import type { Bundle } from "@lianzheng/sdk/evidence";

export type { NodeStatus } from "@lianzheng/sdk/client";
import type { Hex } from "@lianzheng/sdk/encoding";
import type { Statement, StatementDomain } from "@lianzheng/sdk/record";
import type { Scope } from "../scopes.ts";

export type { Scope } from "../scopes.ts";

/** One record as the log takes it: its disclosures are made, its issuer is settled. */
export interface LogSubmission {
  readonly issuer: string;
  readonly submitter: string;
  readonly type: string;
  readonly subject: string;
  readonly occurredAt: string;
  readonly disclosures: readonly string[];
  readonly statement?: Statement;
}

/** Under which name a request is remembered: one key of one member stands for one request body. */
export interface RequestIdentity {
  readonly member: string;
  readonly key: string;
  /** SHA-256 of the request's body, lower-case hex with `0x`. */
  readonly requestDigest: Hex;
}

/** docs/formats.md section 7. */
export interface LogReceipt {
  readonly records: readonly {
    readonly id: Hex;
    readonly index: number;
    readonly subject: string;
    readonly sequence: number;
    readonly receivedAt: string;
  }[];
  readonly checkpoint: string;
}

/** A record as the log keeps it. */
export interface StoredRecord {
  readonly id: Hex;
  readonly index: number;
  /** The leaf's text, docs/formats.md section 5. */
  readonly entry: string;
  /** None once it is erased. */
  readonly disclosures: readonly string[];
  readonly submitter: string;
  /** Index of the `record.erasure` that says that it was erased. */
  readonly erasedBy?: number;
}

/** What the API needs of the node's log; an EvidenceLog is one. */
export interface RecordLog {
  /** Resolves when everything is on disk and covered by the receipt's checkpoint. */
  submit(
    submissions: readonly LogSubmission[],
    identity: RequestIdentity,
  ): Promise<{ readonly receipt: LogReceipt; readonly replayed: boolean }>;
  checkpoint(): string;
  recordById(id: Hex): Promise<StoredRecord | undefined>;
  recordAt(index: number): Promise<StoredRecord | undefined>;
  /** Indexes of a subject's entries in their order, the first `most` of them. */
  indexesOf(subject: string, most: number): Promise<readonly number[]>;
  /** Bytes of a path of the log over HTTP, for instance `tile/0/x001/067`; undefined when there is no such thing. */
  readResource(path: string): Promise<{ readonly bytes: Uint8Array } | undefined>;
}

/** Where a record's anchor stands. Sizes in leaves. */
export interface AnchorFacts {
  readonly size: number;
  readonly transaction: Hex;
  readonly blockNumber: number;
  readonly blockHash: Hex;
}

/** Makes evidence of what the log holds and the chain has accepted. */
export interface EvidenceDesk {
  /** The first anchor that covers the record at `index`, undefined while there is none. */
  anchorOf(index: number): Promise<AnchorFacts | undefined>;
  /**
   * Evidence of the records at `indexes`, all of one subject.
   *
   * @throws ChainError C_NOT_ANCHORED, C_UNREACHABLE
   */
  bundleOf(indexes: readonly number[]): Promise<Bundle>;
  /** When to ask again for a record that is not anchored, in whole seconds. */
  readonly expectedWaitSeconds: number;
}

/** The members' keys, as the chain has them. */
export interface MemberKeys {
  /** What statements are signed for: this chain and its Members contract. */
  readonly domain: StatementDomain;
  /** Whether `key` (address) was a live key of `member` at `at` (ms). */
  isLive(member: string, key: Hex, at: number): Promise<boolean>;
}

/** Who calls: the holder of a token. */
export interface Principal {
  readonly tokenId: string;
  /** USCC. */
  readonly member: string;
  readonly scopes: ReadonlySet<Scope>;
}

/** Tells who holds a token. */
export interface Access {
  /** The holder, or undefined for a token that is unknown, expired, revoked or not valid yet at `at` (ms). */
  find(token: string, at: number): Principal | undefined;
  /** Whether the token with this id is still good: for answers that go on for long after {@link find}. */
  isLive(tokenId: string, at: number): boolean;
}

/** Whether the node can do its work now. */
export interface Readiness {
  readonly ready: boolean;
  /** Why not, for operators; holds no secret. */
  readonly reasons: readonly string[];
  /** The stable code of each reason, in their order. */
  readonly codes?: readonly string[];
  /** Codes of what somebody should look at although the node works. */
  readonly alarms?: readonly string[];
}

/** The node's condition. */
export interface Condition {
  status(): Promise<NodeStatus>;
  readiness(): Readiness;
}

/** Bounds of the API. Whatever is over them is refused with a code, never cut. */
export interface ApiSettings {
  /** Largest body, bytes. */
  readonly bodyBytes: number;
  /** Most records in one request. */
  readonly batchRecords: number;
  /** Most submissions in work at once; more are told to come again. */
  readonly concurrentSubmissions: number;
  /** How long a request may take to arrive, ms. */
  readonly requestTimeoutMs: number;
}

/** Settings for a node without other needs. 8 MiB hold a batch of 1,000 records of 8 KiB each. */
export const defaultApiSettings: ApiSettings = {
  bodyBytes: 8 * 1024 * 1024,
  batchRecords: 1000,
  concurrentSubmissions: 512,
  requestTimeoutMs: 30_000,
};
