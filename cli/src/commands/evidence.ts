import type { Bundle } from "@lianzheng/sdk/evidence";
import { isHex } from "@lianzheng/sdk/encoding";
import type { Command } from "commander";
import { openClient } from "../client.ts";
import { describedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { CliError } from "../errors.ts";
import { exitCodes } from "../exit.ts";
import { writeOutput } from "../files/write.ts";
import { typedName } from "../typed-name.ts";

interface EvidenceOptions {
  readonly url: string;
  readonly tokenFile?: string;
  readonly subject?: string;
  readonly output?: string;
  readonly force?: boolean;
}

/** `lianzheng evidence`: one bundle file that stands without the node that gave it. */
export function evidenceCommand(context: Context): Command {
  return describedCommand("evidence [id]", {
    usage:
      "ID is a record's id. With --subject the bundle holds every record of that subject, such as all stages of a trade.",
    english: "Fetch an evidence bundle from a node",
    chinese: "从节点取得证据包",
    examples: [
      "lianzheng evidence --subject trade:2026-0001 --url http://127.0.0.1:8080 --token-file token.txt -o trade.evidence.json",
    ],
  })
    .requiredOption("--url <address>", "address of the node 节点地址")
    .option("--token-file <file>", "file with your API token 令牌文件")
    .option("--subject <subject>", "all records of this subject 某一事项的全部记录")
    .option("-o, --output <file>", "write the bundle to this file 输出文件")
    .option("--force", "replace the file if it exists 覆盖已有文件")
    .action(async (id: string | undefined, options: EvidenceOptions) => {
      const bundle = await fetchBundle(id, options);
      const { encodeBundle } = await import("@lianzheng/sdk/evidence");
      const text = encodeBundle(bundle);
      if (options.output !== undefined) await writeOutput(options.output, text, { force: options.force === true });
      report(bundle, text, options.output, context);
    });
}

async function fetchBundle(id: string | undefined, options: EvidenceOptions): Promise<Bundle> {
  if ((id === undefined) === (options.subject === undefined)) {
    throw new CliError("E_USAGE", "name either a record's id or --subject");
  }
  if (id !== undefined && !isHex(id, 32)) {
    throw new CliError("E_USAGE", `${id} is no record's id: that is 0x and 64 lower-case hex digits`);
  }
  const client = await openClient(options);
  return id === undefined ? client.subjectEvidence(options.subject ?? "") : client.evidence(id);
}

/** Without a file the bundle itself is the answer, so that it can be piped into `lianzheng verify -`. */
function report(bundle: Bundle, text: string, file: string | undefined, context: Context): void {
  const exitCode = exitCodes.done;
  if (file === undefined && !context.out.options.json) {
    context.finish({ exitCode, result: "done", json: {}, human: [text.trimEnd()] });
    return;
  }
  const json = file === undefined ? { bundle } : { file, records: bundle.records.length };
  context.finish({
    exitCode,
    result: "done",
    json,
    human: [`${String(file)}: ${bundle.records.length} records; check it with ${typedName(context.env)} verify`],
  });
}
