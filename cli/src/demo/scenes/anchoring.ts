import type { AnchorCost } from "../anchors.ts";
import { anchorCost, waitForAnchor } from "../anchors.ts";
import { called } from "../cast.ts";
import { headOf, tryToRewrite } from "../fork.ts";
import type { Forgery } from "../fork.ts";
import type { Theatre } from "../theatre.ts";
import type { Stage } from "./opening.ts";

/** Both logs are anchored to their last record. */
export async function anchoringScene(theatre: Theatre, stage: Stage): Promise<readonly AnchorCost[]> {
  const { narrator } = theatre;
  const costs: AnchorCost[] = [];
  for (const venue of [stage.provincial, stage.sector]) {
    const { size } = await venue.client.status();
    const anchored = await waitForAnchor(stage.consortium, venue, size, narrator);
    const cost = await anchorCost(stage.consortium, venue);
    costs.push(cost);
    const { anchors, gas, gasPerRecord } = cost;
    const price = `${anchors} ${anchors === 1 ? "checkpoint" : "checkpoints"}, ${gas.toLocaleString("en")} gas, ${gasPerRecord} a record`;
    narrator.expect(
      anchored >= size,
      "anchored 上链",
      `${venue.origin}: ${anchored.toLocaleString("en")} records in ${price}`,
    );
  }
  return costs;
}

/** The provincial exchange tries to publish another past, with its real key; consensus refuses. */
export async function rewritingScene(theatre: Theatre, stage: Stage): Promise<readonly Forgery[]> {
  const { narrator } = theatre;
  const before = await headOf(stage.consortium, stage.provincial);
  narrator.tell(
    "the cheat",
    `${called(stage.provincial.role)}, with its own key and its own log 交易所企图改写自己的历史`,
  );
  const forgeries = await tryToRewrite(stage.consortium, stage.provincial);
  for (const { english, chinese, attempt } of forgeries) {
    const reason = attempt.fault?.name ?? "no reason";
    const refused = attempt.receipt.status === 0 && attempt.fault !== undefined;
    narrator.expect(refused, "refused 拒绝", `${english} ${chinese}: ${reason}, block ${attempt.receipt.blockNumber}`);
  }
  const after = await headOf(stage.consortium, stage.provincial);
  narrator.expect(before.root === after.root, "unchanged", "the chain still has the true history 链上历史未变");
  return forgeries;
}
