import type { FailpointName } from "@lianzheng/node/journal";
import type { VaultFailpointName } from "@lianzheng/node/vault";

/** A step of the log's or the vault's writes. */
export type StepName = FailpointName | VaultFailpointName;

/** What happens at a step: the process dies, the step is reported as failed, or it never ends. */
export type StepAction = "kill" | "fail" | "hang";

/** The part of a node that keeps records, as its process is told to open it. */
export interface StorePlan {
  readonly folder: string;
  readonly at?: { readonly step: StepName; readonly nth: number; readonly action: StepAction };
  /** The disk only pretends to sync. */
  readonly unsynced?: boolean;
  /** Each sync takes this much longer, ms. */
  readonly syncMs?: number;
  readonly reserveBytes?: number;
  readonly maxSegmentBytes?: number;
  readonly concurrentSubmissions?: number;
  readonly requestTimeoutMs?: number;
  readonly patrolBytesPerSecond?: number;
}

/** What the process prints, as one line of JSON, once it listens. */
export interface StoreReady {
  readonly url: string;
  /** A token each for two members. */
  readonly tokens: readonly [string, string];
}
