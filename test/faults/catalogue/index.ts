import type { FaultCase } from "../case.ts";
import { clockCases } from "./clock.ts";
import { killCases } from "./kill.ts";
import { nonceCases } from "./nonce.ts";
import { reorgCases } from "./reorg.ts";
import { rpcCases } from "./rpc.ts";
import { twinCases } from "./twins.ts";

/** Every row, in the order in which they are run. A family is a file of its own that exports its cases. */
export const catalogue: readonly FaultCase[] = [
  ...rpcCases,
  ...nonceCases,
  ...killCases,
  ...twinCases,
  ...clockCases,
  ...reorgCases,
];

/** Rows that no case brings about, and why. Whoever writes one takes its line away. */
export const missing: Readonly<Record<string, string>> = {
  "F-R8": "a node has one endpoint of its chain; a proxy in front may spread over several",
  "F-T2": "needs a leap second; every time is kept in UTC, and waits are on a monotonic clock",
};
