import type { AnchorCost } from "./anchors.ts";
import type { Examination } from "./audit.ts";
import type { Forgery } from "./fork.ts";
import type { GasLine } from "./gas-book.ts";
import type { SceneTime } from "./narrator.ts";

/** `summary.json`: the figures of one run. Times in ms. */
export interface Summary {
  readonly format: "lianzheng-demo-summary";
  readonly version: 1;
  /** A sentence that belongs to every figure that leans on the chain. */
  readonly notice: string;
  readonly chain: { readonly chainId: number; readonly genesis: string };
  readonly records: {
    readonly total: number;
    readonly deliveryReceipts: number;
    readonly byLog: readonly AnchorCost[];
  };
  readonly deliveriesPerSecond: number;
  /** Gas of anchoring, shared among all records. */
  readonly gasPerRecord: number;
  readonly gas: readonly GasLine[];
  readonly accepted: readonly Pick<Examination, "file" | "result" | "exitCode">[];
  readonly refused: readonly Pick<Examination, "file" | "result" | "exitCode" | "code" | "reason">[];
  readonly rewritesRefused: readonly { readonly attempt: string; readonly fault: string; readonly block: number }[];
  readonly scenes: readonly SceneTime[];
  readonly totalMs: number;
}

/** What of an examination of genuine evidence goes into the summary. */
export function acceptedLine({ file, result, exitCode }: Examination): Summary["accepted"][number] {
  return { file, result, exitCode };
}

/** What of an examination of forged evidence goes into the summary. */
export function refusedLine({ file, result, exitCode, code, reason }: Examination): Summary["refused"][number] {
  return { file, result, exitCode, code, reason };
}

/** What of a refused rewriting goes into the summary. */
export function rewriteLine({ english, attempt }: Forgery): Summary["rewritesRefused"][number] {
  return { attempt: english, fault: attempt.fault?.name ?? "", block: attempt.receipt.blockNumber };
}

/** Gas for each record, over all logs. */
export function gasPerRecord(costs: readonly AnchorCost[]): number {
  const records = costs.reduce((sum, { size }) => sum + size, 0);
  const gas = costs.reduce((sum, cost) => sum + cost.gas, 0);
  return records === 0 ? 0 : Math.round((gas * 10) / records) / 10;
}
