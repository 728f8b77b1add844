import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Bundle } from "@lianzheng/sdk/evidence";
import type { Examination } from "../audit.ts";
import { examine, keepBundle, keepForgery, show } from "../audit.ts";
import { called, cast } from "../cast.ts";
import { auditorsPolicy, keepPolicy } from "../policy.ts";
import { tamperings } from "../tampering.ts";
import type { Theatre } from "../theatre.ts";
import type { StoryTrade } from "../trade.ts";
import type { Stage } from "./opening.ts";
import type { Goods } from "./registration.ts";
import type { OnFloor } from "./trading.ts";
import { auditLogs, gatherDossiers, type Dossiers } from "./whole.ts";

/** Bundles as the auditor took them, and where they lie in the demo's folder. */
export interface Dossier {
  readonly onFloor: Bundle;
  readonly offFloor: Bundle;
  /** Evidence of whole trades, of which the chain counts the stages. */
  readonly trades: readonly string[];
  /** Evidence of single records. */
  readonly singles: readonly string[];
  readonly whole: Dossiers;
}

/** The auditor takes evidence and, by another way, what to trust. */
export async function dossierScene(
  theatre: Theatre,
  stage: Stage,
  onFloorTrade: OnFloor,
  offFloorTrade: StoryTrade,
  goods: Goods,
): Promise<Dossier> {
  const { narrator, out } = theatre;
  const { consortium, provincial, sector, running } = stage;
  const { trade, delivery } = onFloorTrade;
  const { product } = goods;
  const row = delivery.receipts[4_999];
  if (row === undefined) throw new TypeError("row 5,000 was delivered");
  const onFloor = await provincial.client.subjectEvidence(trade.subject);
  const offFloor = await sector.client.subjectEvidence(offFloorTrade.subject);
  const trades = [await keepBundle(out, "trade-on-floor", onFloor), await keepBundle(out, "trade-off-floor", offFloor)];
  const singles = [
    await keepBundle(out, "delivery-row-5000", await provincial.client.evidence(row)),
    await keepBundle(out, "product-registration", await provincial.client.evidence(product.record)),
  ];
  for (const file of [...trades, ...singles]) narrator.tell("evidence 证据", file);
  await keepPolicy(out, await auditorsPolicy(consortium, [provincial, sector], running.sealer));
  narrator.tell("policy 策略", `policy.json: whom ${called(cast.auditor)} trusts; no bundle has a say in it`);
  const whole = await gatherDossiers(theatre, stage, onFloorTrade, goods);
  await auditLogs(theatre, stage);
  return { onFloor, offFloor, trades, singles, whole };
}

/** Everything is stopped; the evidence is checked with nothing but the files. */
export async function offlineScene(
  theatre: Theatre,
  { trades, singles, whole }: Dossier,
): Promise<readonly Examination[]> {
  const { narrator, out } = theatre;
  const stopped = await theatre.stop();
  narrator.tell(
    "stopped 停止",
    `${stopped} processes: both nodes and the chain; nothing listens any more 节点与链均已停止`,
  );
  const shown = show(out, trades[0] ?? "", narrator.columns);
  const examinations = await Promise.all(
    [...trades, ...singles, whole.trade, whole.portability].map((file) => examine(out, file)),
  );
  narrator.show(await shown);
  for (const { file, exitCode, result, complete } of examinations) {
    narrator.expect(exitCode === 0 && result === "verified", "verified 通过", `${file}, exit code ${exitCode}`);
    if (trades.includes(file) || file === whole.trade) {
      narrator.expect(complete, "complete 完整", "the chain counts no more stages than are shown 无一缺失");
    }
  }
  return examinations;
}

/** Six ways to cheat with the evidence of the trade; each must be refused, and by name. */
export async function tamperingScene({ narrator, out }: Theatre, dossier: Dossier): Promise<readonly Examination[]> {
  await mkdir(join(out, "forged"), { recursive: true });
  const examined = await Promise.all(
    tamperings(dossier.onFloor, dossier.offFloor).map(async (forgery) => ({
      ...forgery,
      examination: await examine(out, await keepForgery(out, forgery)),
    })),
  );
  for (const { english, chinese, examination } of examined) {
    const { exitCode, code, reason, result } = examination;
    const refused = exitCode === 1 && result === "failed" && code !== undefined;
    narrator.expect(refused, "refused 拒绝", `${english} ${chinese}: ${code ?? "accepted"}, exit code ${exitCode}`);
    narrator.tell("", reason);
  }
  return examined.map(({ examination }) => examination);
}
