import type { Digest } from "@lianzheng/sdk/encoding";

/** What proofs need of the node's log; an EvidenceLog has it. Sizes in leaves. */
export interface ProofsPort {
  readonly size: number;
  /** The checkpoint that was signed at exactly this size; undefined if none was. */
  checkpointAt(size: number): Promise<string | undefined>;
  /** @throws NodeError LOG_RANGE; so do the others */
  inclusionProof(index: number, size: number): Promise<readonly Digest[]>;
  consistencyProof(from: number, to: number): Promise<readonly Digest[]>;
  rootAt(size: number): Promise<Digest>;
}
