import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { encodeDossier } from "@lianzheng/sdk/dossier";
import { collectDossier } from "../../dossier/collect.ts";
import { runCommand } from "../processes.ts";
import type { Theatre } from "../theatre.ts";
import type { Stage } from "./opening.ts";
import type { Goods } from "./registration.ts";
import type { OnFloor } from "./trading.ts";

/** Whole matters in one file each, as paths in the demo's folder. */
export interface Dossiers {
  readonly trade: string;
  readonly portability: string;
}

/** The auditor takes whole matters: a trade with all that it leans on, and what a registration would move with to another venue. */
export async function gatherDossiers(
  { narrator, out }: Theatre,
  { provincial }: Stage,
  { trade }: OnFloor,
  { product }: Goods,
): Promise<Dossiers> {
  await mkdir(join(out, "dossiers"), { recursive: true });
  const keep = async (name: string, subject: string, portability: boolean): Promise<string> => {
    const dossier = await collectDossier({ client: provincial.client, subject, portability, now: Date.now() });
    const file = join("dossiers", `${name}.dossier.json`);
    await writeFile(join(out, file), encodeDossier(dossier));
    narrator.tell(
      "dossier 卷宗",
      `${file}: ${dossier.bundles.length} bundles, ${dossier.lineage.length} steps of lineage`,
    );
    return file;
  };
  return {
    trade: await keep("trade-on-floor", trade.subject, false),
    portability: await keep("product-portability", `product:${product.subject}`, true),
  };
}

/** The auditor follows the whole log, without an account at the exchange, and holds it against the chain. */
export async function auditLogs({ narrator, out }: Theatre, { provincial, running }: Stage): Promise<void> {
  const args = [
    "audit",
    provincial.url,
    "--policy",
    "policy.json",
    "--chain",
    running.chainUrl,
    "-o",
    "audit",
    "--json",
  ];
  const { exitCode, stdout } = await runCommand(args, out);
  const { result, audit } = JSON.parse(stdout) as {
    readonly result: string;
    readonly audit?: { readonly checkpoint: { readonly size: number }; readonly counts: { readonly anchored: number } };
  };
  const told = `${audit?.checkpoint.size ?? 0} records, ${audit?.counts.anchored ?? 0} checkpoints of the chain, exit code ${exitCode}`;
  narrator.expect(exitCode === 0 && result === "sound", "audit 审计", `audit/report.md: ${told}`);
}
