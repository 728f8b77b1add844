import type { AnchoredCheckpoint, EvidenceLog } from "@lianzheng/node/log";

/** Where a log keeps what the chain accepted of it. */
export interface Anchors {
  put(anchor: AnchoredCheckpoint): Promise<void>;
  latest(): Promise<AnchoredCheckpoint | undefined>;
  covering(index: number): Promise<AnchoredCheckpoint | undefined>;
}

/** What anchoring needs of a log; an {@link EvidenceLog} is one. */
export interface AnchoredLog extends Pick<
  EvidenceLog,
  "origin" | "size" | "cosignedCheckpoint" | "checkpointAt" | "rootAt" | "consistencyProof"
> {
  readonly anchors: Anchors;
}

/** What evidence needs of a log. */
export interface EvidenceSource extends Pick<EvidenceLog, "recordAt" | "inclusionProof"> {
  readonly anchors: Pick<Anchors, "covering">;
}
