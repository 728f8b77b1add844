import { setTimeout as pause } from "node:timers/promises";
import { ChainError } from "../chain-error.ts";
import { NodeError } from "../errors.ts";
import { differencesOf, type Difference } from "./check.ts";
import { ownLogDifferences, type OwnLog } from "./own-log.ts";
import { checkedTables } from "./questions.ts";
import type { RegistryLogger } from "./follower.ts";
import type { LawReader } from "./law-facts.ts";
import type { Reading } from "./reading.ts";
import type { TableName } from "./rows.ts";
import type { BlockPoint } from "./point.ts";
import type { RegistryStore } from "./store.ts";

/** What a comparison found. */
export interface CheckReport {
  readonly block: BlockPoint | null;
  /** Rows that were compared. */
  readonly rows: number;
  readonly differences: readonly Difference[];
}

/** What the comparisons found so far. */
export interface CheckStatus {
  /** `differs`: the last comparison found a row that is not what the contract says, REGISTRY_DIFFERS. */
  readonly state: "none" | "agrees" | "differs" | "failed";
  readonly rows: number;
  /** The first of them. */
  readonly differences: readonly Difference[];
  readonly code: string | null;
}

export interface ReconcilerParts {
  readonly store: RegistryStore;
  readonly law: LawReader;
  readonly logger: RegistryLogger;
  readonly signal: AbortSignal;
  /** Between two comparisons; 0 for none. */
  readonly everyMs: number;
  readonly ownLog: OwnLog | undefined;
}

/** Rows of each table that a comparison looks at when it is the clock that asks. */
const sampled = 20;
/** Differences that a status shows. */
const shown = 10;

/**
 * Holds the views against the contracts' own, in the state of the views' block.
 *
 * A difference is told and never mended: views that can be made again from the chain and still differ mean that the program or the chain's
 * answers are wrong, and somebody has to know.
 */
export class Reconciler {
  readonly #parts: ReconcilerParts;
  #status: CheckStatus = { state: "none", rows: 0, differences: [], code: null };
  /** Where in each table the next sample begins, so that in time every row is looked at. */
  readonly #next = new Map<TableName, string>();

  constructor(parts: ReconcilerParts) {
    this.#parts = parts;
  }

  get status(): CheckStatus {
    return this.#status;
  }

  /** Compares now and then, until the signal fires. Never rejects. */
  async run(): Promise<void> {
    const { everyMs, signal, logger } = this.#parts;
    if (everyMs === 0) return;
    for (;;) {
      await pause(everyMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      await this.check(sampled).catch((error: unknown) => {
        const code = error instanceof ChainError || error instanceof NodeError ? error.code : "E_INTERNAL";
        this.#status = { ...this.#status, state: this.#status.state === "differs" ? "differs" : "failed", code };
        logger.warn({ code }, "the registry could not be compared with the contracts");
      });
    }
  }

  /** Compares up to so many rows of each table, and goes on behind them the next time. @throws ChainError, NodeError REGISTRY_CORRUPT */
  async check(rowsOfTable: number): Promise<CheckReport> {
    const reading = await this.#parts.store.read();
    try {
      const { ownLog } = this.#parts;
      const found: Difference[] = ownLog === undefined ? [] : [...(await ownLogDifferences(ownLog, reading))];
      let rows = 0;
      for (const table of checkedTables) {
        for (const id of await this.#sample(reading, table, rowsOfTable)) {
          found.push(...(await differencesOf(table, id, reading, this.#parts.law)));
          rows += 1;
        }
      }
      return this.#report({ block: reading.block ?? null, rows, differences: found });
    } finally {
      await reading.close();
    }
  }

  async #sample(reading: Reading, table: TableName, limit: number): Promise<readonly string[]> {
    const ids = await reading.idsFrom(table, limit === Infinity ? "" : (this.#next.get(table) ?? ""), limit);
    this.#next.set(table, ids.length < limit ? "" : `${ids.at(-1) ?? ""}\x01`);
    return ids;
  }

  #report(report: CheckReport): CheckReport {
    const { rows, differences } = report;
    const differs = differences.length > 0;
    this.#status = {
      state: differs ? "differs" : "agrees",
      rows,
      differences: differences.slice(0, shown),
      code: differs ? "REGISTRY_DIFFERS" : null,
    };
    for (const difference of differences.slice(0, shown))
      this.#parts.logger.error({ code: "REGISTRY_DIFFERS", ...difference }, "a row is not what the contract says");
    return report;
  }
}
