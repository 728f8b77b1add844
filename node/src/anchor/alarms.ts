import { toInstant } from "@lianzheng/sdk/record";

/** What an operator should know of while anchoring goes on, or tries to. */
export type AlarmCode =
  | "C_FEE_CAP" // the chain wants more than the cap; the capped bytes are sent on
  | "C_FUNDS" // the sender cannot pay for what it signed
  | "C_NONCE" // a transaction of the sender that this anchor never signed took its nonce
  | "C_BLOCK_LOST" // the block that held the publication is gone; it is sent again
  | "C_CLOCK_SKEW"; // the node's clock and the chain's blocks disagree

/** One of them: since when, and the values behind it. */
export interface AnchorAlarm {
  readonly code: AlarmCode;
  readonly message: string;
  /** Instant, RFC 3339. */
  readonly since: string;
  readonly details: Readonly<Record<string, unknown>>;
}

/** The alarms that are on. One of each code at most. */
export class Alarms {
  readonly #now: () => number;
  readonly #told: (alarm: AnchorAlarm) => void;
  readonly #raised = new Map<AlarmCode, AnchorAlarm>();

  /** `told` hears of each alarm when it goes on, not of its repetitions. */
  constructor(now: () => number, told: (alarm: AnchorAlarm) => void) {
    this.#now = now;
    this.#told = told;
  }

  get list(): readonly AnchorAlarm[] {
    return [...this.#raised.values()];
  }

  raise(code: AlarmCode, message: string, details: Readonly<Record<string, unknown>> = {}): void {
    const since = this.#raised.get(code)?.since;
    const alarm = { code, message, since: since ?? toInstant(this.#now()), details };
    this.#raised.set(code, alarm);
    if (since === undefined) this.#told(alarm);
  }

  clear(...codes: readonly AlarmCode[]): void {
    for (const code of codes) this.#raised.delete(code);
  }
}
