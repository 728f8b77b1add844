import { join } from "node:path";
import { expect } from "chai";
import { failpoints } from "@lianzheng/node/journal";
import { vaultFailpoints } from "@lianzheng/node/vault";
import type { FaultCase } from "../case.ts";
import type { FaultContext } from "../context.ts";
import { loadUntil } from "../store/load.ts";
import { checkStore } from "../store/oracle.ts";
import type { StepAction, StepName } from "../store/plan.ts";
import { StoreNode } from "../store/store-node.ts";

const steps: readonly StepName[] = [...failpoints, ...vaultFailpoints];

/** Codes with which a log may end, and a start be refused, when a step failed. */
const codes = ["E_READ_ONLY", "E_STORAGE_FULL", "INDEX_FAILED", "VAULT_FAILED", "LOG_TILE_FAILED", "none"];

function sweep(id: string, action: StepAction, title: string): FaultCase {
  return {
    ...{ id, title, how: `${steps.length} named steps, each reached under load by HTTP: ${action}` },
    limitSeconds: 3_600,
    // Each is a minute on two cores; the kills are the sharpest of them.
    isLong: action !== "kill",
    run: async (context) => {
      const waiting = [...steps];
      let reached = 0;
      const lane = async (): Promise<void> => {
        for (let step = waiting.shift(); step !== undefined; step = waiting.shift()) {
          const nths = context.isLong ? [1, 2, 5, 9] : [1 + Math.floor(context.random() * 4)];
          for (const nth of nths) reached += await oneStep(context, step, action, nth);
        }
      };
      await Promise.all([lane(), lane()]);
      context.say(`${reached} steps ended so`);
      expect(reached).to.be.greaterThan(steps.length / 2);
    },
  };
}

export const failpointCases: readonly FaultCase[] = [
  sweep(
    "F-K2",
    "kill",
    "killed at every step of a write, and again at the same step of the recovery: converges, nothing lost",
  ),
  sweep("F-K3", "fail", "every step of a write fails once: nothing lost, told with a code, the next start goes on"),
  sweep("F-K5", "hang", "every step of a write never ends: reading goes on, and a kill loses nothing"),
];

/** How many steps ended as they should; a step that is not reached counts for nothing. */
async function oneStep(context: FaultContext, step: StepName, action: StepAction, nth: number): Promise<number> {
  const store = new StoreNode(join(await context.folder(), "node"));
  context.defer(() => store.kill());
  // Segments and tiles are rarer than groups.
  const rare = step.startsWith("segment.") || step.startsWith("tile.");
  const at = { step, nth: rare ? 1 : nth, action };
  const small = { maxSegmentBytes: 12_000, at };
  let ends = 0;
  // Twice: the second start recovers from the first end, and may reach the step while it does.
  for (const round of ["first", "second"]) {
    const early = await store.startOrEnd(small);
    if (early === undefined) {
      const until = performance.now() + 2_500;
      const isHit = (): boolean => store.output.includes(`"reached":"${step}"`) || performance.now() > until;
      await loadUntil(store, `${step}.${round}`, () => isHit() || !store.isRunning, 4);
      if (action === "hang" && isHit()) expect((await store.get("/healthz"))?.status, "reading goes on").to.equal(200);
      await store.kill();
    }
    const ending = await store.ended();
    if (action === "fail" && ending.code !== undefined) expect(codes, step).to.include(ending.code);
    if (store.output.includes(`"reached":"${step}"`)) ends += 1;
    store.output = store.output.replaceAll(/"reached"/g, '"was"');
  }
  await checkStore(store).catch((error: unknown) => {
    throw new Error(`${step}, the ${at.nth}th time, ${action}: ${(error as Error).message}`, { cause: error });
  });
  return ends;
}
