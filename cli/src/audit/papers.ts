import type { AuditAnswer, AuditCode, AuditFinding, AuditResult } from "@lianzheng/sdk/audit";
import type { Hex } from "@lianzheng/sdk/encoding";
import type { SampledRecord } from "./sampling.ts";

/** All that an audit has to say: what was checked, what was sampled, what was found, what was not compared. */
export interface AuditPapers {
  readonly result: AuditResult;
  readonly answers: readonly AuditAnswer[];
  /** Milliseconds since 1970, by the auditor's clock. */
  readonly startedAt: number;
  readonly endedAt: number;
  /** Where the log was read. */
  readonly source: string;
  /** Name of the auditor's policy. */
  readonly policy: string;
  /** Null if the policy knows no such log. */
  readonly log: { readonly origin: string; readonly owner: string; readonly logId: Hex } | null;
  /** The signed note to which all of it refers. */
  readonly checkpoint: { readonly size: number; readonly root: string; readonly note: string };
  /** Records that an earlier run of this audit had walked already. */
  readonly continued: number;
  /** What was asked of the chain; null if nobody named an endpoint. */
  readonly chain: { readonly url: string; readonly block: number; readonly checkpoints: number } | null;
  readonly counts: Readonly<Record<"tiles" | "kept" | "anchored" | "entries" | "subjects", number>>;
  /** How many of each kind; of a kind with more than a hundred, only those are among the findings. */
  readonly found: Readonly<Partial<Record<AuditCode, number>>>;
  readonly findings: readonly AuditFinding[];
  readonly sampled: readonly SampledRecord[];
}
