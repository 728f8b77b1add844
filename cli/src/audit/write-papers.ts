import { join } from "node:path";
import { auditFaults } from "@lianzheng/sdk/audit";
import { toInstant } from "@lianzheng/sdk/record";
import { writeOutput } from "../files/write.ts";
import type { Language } from "../verdict/words.ts";
import { csvLine } from "./csv.ts";
import type { AuditPapers } from "./papers.ts";
import { reportOf } from "./report.ts";

/** The audit as JSON: the same facts as in the report, for programs. */
export function papersJson(papers: AuditPapers): Readonly<Record<string, unknown>> {
  const { startedAt, endedAt, ...rest } = papers;
  return {
    format: "lianzheng-audit",
    version: 1,
    ...rest,
    startedAt: toInstant(startedAt),
    endedAt: toInstant(endedAt),
  };
}

/**
 * Writes the papers into the folder, over those of an earlier run; `checkpoints.csv` lies there already.
 *
 * @returns names of the files
 * @throws CliError E_OUTPUT_…
 */
export async function writePapers(folder: string, papers: AuditPapers, language: Language): Promise<readonly string[]> {
  const files = {
    "report.md": reportOf(papers, language),
    "audit.json": `${JSON.stringify(papersJson(papers), null, 2)}\n`,
    "findings.csv": findingsCsv(papers, language),
    "sample.csv": sampleCsv(papers),
  };
  for (const [name, text] of Object.entries(files)) await writeOutput(join(folder, name), text, { force: true });
  return papers.log === null ? Object.keys(files) : [...Object.keys(files), "checkpoints.csv"];
}

function findingsCsv({ findings }: AuditPapers, language: Language): string {
  const rows = findings.map(({ code, index, size, tile, detail }) =>
    csvLine([code, index ?? "", size ?? "", tile ?? "", auditFaults[code][language], detail]),
  );
  return [csvLine(["code", "record", "size", "tile", "meaning", "detail"]), ...rows].join("");
}

function sampleCsv({ sampled }: AuditPapers): string {
  const rows = sampled.map(({ index, id, result, reason }) => csvLine([index, id, result, reason]));
  return [csvLine(["record", "id", "result", "reason"]), ...rows].join("");
}
