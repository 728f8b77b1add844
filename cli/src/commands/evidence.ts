import type { Bundle } from "@lianzheng/sdk/evidence";
import { isHex } from "@lianzheng/sdk/encoding";
import type { Hex } from "@lianzheng/sdk/encoding";
import type { Command } from "commander";
import { openClient } from "../client.ts";
import { describedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { CliError } from "../errors.ts";
import { exitCodes } from "../exit.ts";
import { writeOutput } from "../files/write.ts";
import { noticeOf } from "../notice.ts";
import { printable } from "../output/width.ts";
import { typedName } from "../typed-name.ts";

interface EvidenceOptions {
  readonly url: string;
  readonly tokenFile?: string;
  readonly subject?: string;
  readonly output?: string;
  readonly force?: boolean;
  readonly tlogProof?: boolean;
}

/** `lianzheng evidence`: one bundle file that stands without the node that gave it. */
export function evidenceCommand(context: Context): Command {
  return describedCommand("evidence [id]", {
    usage:
      "ID is a record's id. With --subject the bundle holds every record of that subject, such as all stages of a trade. With --tlog-proof it\n" +
      "is the record's C2SP tlog-proof alone: that the entry stands in the log, for programs of others; it shows nothing of the chain.",
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
    .option("--tlog-proof", "only the proof of one record, C2SP tlog-proof 仅输出单条记录的日志证明")
    .option("--force", "replace the file if it exists 覆盖已有文件")
    .action(async (id: string | undefined, options: EvidenceOptions) => {
      const subject = toSubject(id, options.subject);
      if (options.tlogProof === true && !("id" in subject))
        throw new CliError("E_USAGE", "--tlog-proof is of one record: name its id");
      const client = await openClient(options);
      const bundle = await ("id" in subject ? client.evidence(subject.id) : client.subjectEvidence(subject.subject));
      if (options.tlogProof === true) return giveProof(bundle, options, context);
      const { encodeBundle } = await import("@lianzheng/sdk/evidence");
      const text = encodeBundle(bundle);
      if (options.output !== undefined) await writeOutput(options.output, text, { force: options.force === true });
      if (options.output === undefined) show(bundle, text, context);
      else tell(bundle, options.output, await noticeOf(client), context);
    });
}

function toSubject(id: string | undefined, subject: string | undefined): { id: Hex } | { subject: string } {
  if (id === undefined && subject !== undefined) return { subject };
  if (id === undefined || subject !== undefined) {
    throw new CliError("E_USAGE", "name either a record's id or --subject");
  }
  if (isHex(id, 32)) return { id };
  throw new CliError("E_USAGE", `${id} is no record's id: that is 0x and 64 lower-case hex digits`);
}

/** The proof as the bundle has it: it ends in the signed checkpoint, so nothing else is needed beside the entry and the log's key. */
async function giveProof({ records }: Bundle, options: EvidenceOptions, { finish }: Context): Promise<void> {
  const [{ entry, proof } = { entry: "", proof: "" }] = records;
  const { output } = options;
  if (output !== undefined) await writeOutput(output, proof, { force: options.force === true });
  const human = output === undefined ? [proof.trimEnd()] : [`${output}: proof of one entry`];
  const json = { entry, proof, ...(output === undefined ? {} : { file: output }) };
  finish({ exitCode: exitCodes.done, result: "done", json, human });
}

/** Without a file the bundle itself is the answer, so that it can be piped into `lianzheng verify -`, which says what it is worth. */
function show(bundle: Bundle, text: string, { finish }: Context): void {
  finish({ exitCode: exitCodes.done, result: "done", json: { bundle }, human: [text.trimEnd()] });
}

function tell({ records }: Bundle, file: string, notice: string, { finish, env }: Context): void {
  finish({
    exitCode: exitCodes.done,
    result: "done",
    json: { file, records: records.length, notice },
    human: [`${file}: ${records.length} records; check it with ${typedName(env)} verify`, `note: ${printable(notice)}`],
  });
}
