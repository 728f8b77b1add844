import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SINGLE_OPERATOR_NOTICE } from "../notice.ts";
import { prepareOutputFolder } from "./output-folder.ts";
import { anchoringScene, rewritingScene } from "./scenes/anchoring.ts";
import { dossierScene, offlineScene, tamperingScene } from "./scenes/auditing.ts";
import { admissionScene, openingScene } from "./scenes/opening.ts";
import type { Stage } from "./scenes/opening.ts";
import { registrationScene } from "./scenes/registration.ts";
import { reviewScene } from "./scenes/review.ts";
import { offFloorScene, onFloorDeal, onFloorScene } from "./scenes/trading.ts";
import type { Summary } from "./summary.ts";
import { acceptedLine, gasPerRecord, refusedLine, rewriteLine } from "./summary.ts";
import type { Theatre } from "./theatre.ts";

/** What a told story leaves behind: the figures, and who played. */
export interface Told {
  readonly summary: Summary;
  readonly stage: Stage;
}

/**
 * The main job from end to end: register, authorize, trade, log, anchor, verify, and cheat.
 *
 * @param now - milliseconds since 1970
 * @throws CliError E_DEMO_EXPECTATION if anything is not as it must be, such as a forgery that is accepted
 */
export async function tellStory(theatre: Theatre, now: () => number): Promise<Told> {
  const { narrator } = theatre;
  const startedAt = now();
  await prepareOutputFolder(theatre.out);
  const opened = await narrator.scene("A chain and its law", "一条链与其上的规则", () => openingScene(theatre));
  const venues = await narrator.scene("Members are admitted by vote", "成员准入：理事会表决", () =>
    admissionScene(theatre, opened),
  );
  const stage: Stage = { ...opened, ...venues };
  const goods = await narrator.scene("Resources, rights and a product", "资源登记、授权与产品", () =>
    registrationScene(theatre, stage),
  );
  const deal = onFloorDeal(goods);
  await narrator.scene("Review before listing", "挂牌前审查", () => reviewScene(theatre, stage, deal));
  const onFloor = await narrator.scene("A trade on the floor", "场内交易", () => onFloorScene(theatre, stage, deal));
  const offFloor = await narrator.scene("A trade off the floor", "场外交易", () =>
    offFloorScene(theatre, stage, goods),
  );
  const costs = await narrator.scene("Anchoring", "存证上链", () => anchoringScene(theatre, stage));
  const rewrites = await narrator.scene("Rewriting history", "改写历史", () => rewritingScene(theatre, stage));
  const dossier = await narrator.scene("The auditor takes evidence", "审计取证", () =>
    dossierScene(theatre, stage, onFloor, offFloor, goods),
  );
  const accepted = await narrator.scene("Offline verification", "离线核验", () => offlineScene(theatre, dossier));
  const refused = await narrator.scene("Tampering", "篡改", () => tamperingScene(theatre, dossier));
  const { chainId, genesis } = stage.consortium.ledger.deployment;
  const summary: Summary = {
    format: "lianzheng-demo-summary",
    version: 1,
    notice: SINGLE_OPERATOR_NOTICE,
    chain: { chainId, genesis },
    records: {
      total: costs.reduce((sum, { size }) => sum + size, 0),
      deliveryReceipts: onFloor.delivery.rows,
      byLog: costs,
    },
    deliveriesPerSecond: onFloor.delivery.perSecond,
    gasPerRecord: gasPerRecord(costs),
    gas: stage.consortium.gas.lines(),
    accepted: accepted.map(acceptedLine),
    refused: refused.map(refusedLine),
    rewritesRefused: rewrites.map(rewriteLine),
    scenes: narrator.times,
    totalMs: now() - startedAt,
  };
  await writeFile(join(theatre.out, "summary.json"), `${JSON.stringify(summary, null, 2)}\n`);
  return { summary, stage };
}
