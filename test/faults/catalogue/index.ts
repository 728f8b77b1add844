import type { FaultCase } from "../case.ts";
import { clockCases } from "./clock.ts";
import { corruptionCases } from "./corruption.ts";
import { diskCases } from "./disk.ts";
import { failpointCases } from "./failpoints.ts";
import { killCases } from "./kill.ts";
import { loadCases } from "./load.ts";
import { nonceCases } from "./nonce.ts";
import { reorgCases } from "./reorg.ts";
import { rpcCases } from "./rpc.ts";
import { powerCases } from "./power.ts";
import { processCases } from "./processes.ts";
import { stateFileCases } from "./state-files.ts";
import { stateKillCases } from "./state-kills.ts";
import { storeKillCases } from "./store-kills.ts";
import { tamperingCases } from "./tampering.ts";
import { twinCases } from "./twins.ts";

/** Rows of what keeps records, without a chain. */
const storeRows: readonly FaultCase[] = [
  ...storeKillCases,
  ...failpointCases,
  ...diskCases,
  ...powerCases,
  ...corruptionCases,
  ...stateFileCases,
  ...stateKillCases,
  ...tamperingCases,
  ...processCases,
];

/** Every row, in the order in which they are told. A family is a file of its own that exports its cases. */
export const catalogue: readonly FaultCase[] = [
  ...rpcCases,
  ...nonceCases,
  ...killCases,
  ...twinCases,
  ...clockCases,
  ...reorgCases,
  ...storeRows.map((one): FaultCase => ({ lane: "store", ...one })),
  ...loadCases,
];

/** Rows that no case brings about, and why. Whoever writes one takes its line away. */
export const missing: Readonly<Record<string, string>> = {
  "F-R8": "a node has one endpoint of its chain; a proxy in front may spread over several",
  "F-C8": "classic-level's repair is called nowhere: there is nothing to bring about",
  "F-D3": "the chain's side of a full disk: its steps are killed at (F-K6 to F-K13), the disk is not filled at them",
  "F-K17": "init and rebuild that are cut off are in test/config and test/log-node, not here",
  "F-L10": "there is no other format of the folder yet",
  "F-L11": "ten million records are measured by npm run bench:scale",
  "F-L12": "a soak of a day: repeat --long with other seeds",
  "F-P5": "needs network namespaces; that the chain compares and swaps is F-P4",
  "F-T2": "needs a leap second; every time is kept in UTC, and waits are on a monotonic clock",
};
