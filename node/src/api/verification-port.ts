import type { Policy } from "@lianzheng/sdk/evidence";

/** What verification leans on where the caller brings no policy. */
export interface VerificationPort {
  /** Trust in this node's own chain and log; undefined where the node does not know who seals its chain. */
  ownPolicy(): Policy | undefined;
}
