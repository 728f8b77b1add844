import type { Dossier } from "@lianzheng/sdk/dossier";
import type { Command } from "commander";
import { openClient } from "../client.ts";
import { describedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit.ts";
import { writeOutput } from "../files/write.ts";
import { noticeOf } from "../notice.ts";
import { tableLines } from "../output/table.ts";
import { printable } from "../output/width.ts";
import { typedName } from "../typed-name.ts";

interface DossierOptions {
  readonly url: string;
  readonly tokenFile?: string;
  readonly output: string;
  readonly portability?: boolean;
  readonly force?: boolean;
}

/** `lianzheng dossier`: evidence of a whole trade or registration, with its sources and rights, in one file. */
export function dossierCommand(context: Context): Command {
  return describedCommand("dossier <subject>", {
    usage:
      "SUBJECT is trade:…, product:… or resource:…. The file holds the evidence of all its records, of the registrations of its sources and\n" +
      "of the rights on it, and an index of what should be there: what the node does not show is listed with the reason. With --portability\n" +
      "it is the package for moving a registration to another venue (携带).",
    english: "Gather all evidence of a trade or registration",
    chinese: "汇集一笔交易或登记的全部证据",
    examples: [
      "lianzheng dossier trade:2026-0001 --url http://127.0.0.1:8080 --token-file token.txt -o trade.dossier.json",
    ],
  })
    .requiredOption("--url <address>", "address of the node 节点地址")
    .requiredOption("-o, --output <file>", "write the dossier to this file 输出文件")
    .option("--token-file <file>", "file with your API token 令牌文件")
    .option("--portability", "the package for moving a registration to another venue 登记携带包")
    .option("--force", "replace the file if it exists 覆盖已有文件")
    .action(async (subject: string, options: DossierOptions) => {
      const client = await openClient(options);
      const { collectDossier } = await import("../dossier/collect.ts");
      const { encodeDossier } = await import("@lianzheng/sdk/dossier");
      const portability = options.portability === true;
      const dossier = await collectDossier({ client, subject, portability, now: context.now() });
      await writeOutput(options.output, encodeDossier(dossier), { force: options.force === true });
      tell(dossier, options.output, await noticeOf(client), context);
    });
}

function tell({ kind, index, bundles }: Dossier, file: string, notice: string, { finish, env }: Context): void {
  const rows = index.map(({ subject, role, records, reason }) => [
    `  ${role}`,
    printable(subject),
    reason === null ? `${records.length} records` : printable(reason),
  ]);
  finish({
    exitCode: exitCodes.done,
    result: "done",
    json: { file, kind, bundles: bundles.length, index, notice },
    human: [
      `${file}: ${bundles.length} bundles; check it with ${typedName(env)} verify`,
      ...tableLines(rows),
      `note: ${printable(notice)}`,
    ],
  });
}
