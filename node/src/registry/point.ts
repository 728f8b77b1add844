import type { Hex } from "@lianzheng/sdk/encoding";

/** A block by which views are true. */
export interface BlockPoint {
  readonly number: number;
  readonly hash: Hex;
  /** Unix seconds. */
  readonly time: number;
}
