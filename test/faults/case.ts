import type { FaultContext } from "./context.ts";

/** One row of the catalogue: a fault, brought about for real, and what must hold after it. */
export interface FaultCase {
  /** Of the catalogue, e.g. `F-R5`; several cases of one row have a letter behind it, e.g. `F-R3b`. */
  readonly id: string;
  readonly title: string;
  /** By what means the fault is brought about, for the table. */
  readonly how: string;
  /** Left out of the short run. */
  readonly isLong?: boolean;
  /** The longest that it may take, if that is more than others may. */
  readonly limitSeconds?: number;
  /**
   * Cases of one lane are run one after the other, lanes beside each other: what they bring about must not meet. Those on
   * anvil are a lane of their own, and those that keep records without a chain (`store`); one that needs the machine for
   * itself is `alone`, after all others. Default `embedded`.
   */
  readonly lane?: "embedded" | "anvil" | "store" | "alone";
  /**
   * Brings the fault about and checks what must hold.
   *
   * @throws NotHere if this machine cannot bring it about; anything else is a failure
   */
  readonly run: (context: FaultContext) => Promise<void>;
}

/** This machine cannot bring the fault about, and why. Told loudly; it is neither a success nor a failure. */
export class NotHere extends Error {
  override readonly name = "NotHere";
}
