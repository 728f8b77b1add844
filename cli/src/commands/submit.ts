import type { NodeClient } from "@lianzheng/sdk/client";
import { EvidenceError, sha256, toHex } from "@lianzheng/sdk/encoding";
import { decodeSubmission, parseJson } from "@lianzheng/sdk/record";
import type { JsonValue, PreparedRecord, RecordInput } from "@lianzheng/sdk/record";
import type { Command } from "commander";
import { Option } from "commander";
import { openClient } from "../client.ts";
import { describedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit.ts";
import { readInput } from "../files/read.ts";
import { toSeconds } from "../numbers.ts";
import { noticeOf } from "../notice.ts";
import type { Outcome } from "../output/output.ts";
import { tableLines } from "../output/table.ts";
import { printable } from "../output/width.ts";

interface SubmitOptions {
  readonly url: string;
  readonly tokenFile?: string;
  readonly idempotencyKey?: string;
  readonly wait?: "anchored";
  readonly timeout: number;
}

type Receipt = Awaited<ReturnType<NodeClient["submit"]>>;

/** `lianzheng submit`: one record or an array of them to a node, exactly once however often it is repeated. */
export function submitCommand(context: Context): Command {
  return describedCommand("submit <file>", {
    usage:
      "FILE holds one record or an array of up to 1,000; - is standard input. Repeating the command with the same file is safe: the\n" +
      "idempotency key is made from its content unless another is given.",
    english: "Submit records to a node",
    chinese: "向节点提交记录",
    examples: [
      "lianzheng submit examples/contract.json --url http://127.0.0.1:8080 --token-file token.txt --wait anchored",
    ],
  })
    .requiredOption("--url <address>", "address of the node 节点地址")
    .option("--token-file <file>", "file with your API token 令牌文件")
    .option("--idempotency-key <text>", "name of this submission 幂等键")
    .addOption(new Option("--wait <state>", "return only when the records are so far 等待上链").choices(["anchored"]))
    .option("--timeout <seconds>", "how long to wait 最长等待秒数", toSeconds, 120)
    .action(async (file: string, options: SubmitOptions) => {
      const bytes = await readInput(file);
      const client = await openClient(options);
      const idempotencyKey = options.idempotencyKey ?? `sha-256:${toHex(sha256(bytes)).slice(2)}`;
      const receipt = await client.submit(decodeRecords(bytes), { idempotencyKey });
      if (options.wait !== undefined) {
        context.out.say(`accepted, and on the node's disk: ${receipt.records.length} records; waiting for the chain`);
      }
      const anchored = options.wait === undefined ? undefined : await wait(client, receipt, options.timeout, context);
      context.finish(toOutcome(receipt, anchored, anchored === true ? await noticeOf(client) : undefined));
    });
}

/** Checked here too, so that a mistake is told with its place before anything is sent. */
function decodeRecords(bytes: Uint8Array): RecordInput | PreparedRecord | readonly (RecordInput | PreparedRecord)[] {
  const value = parseJson(bytes);
  return Array.isArray(value) ? value.map(decodeAt) : decodeSubmission(value);
}

/** In a batch the place of a mistake begins with the record's, as in the node's own answer. */
function decodeAt(record: JsonValue, at: number): RecordInput | PreparedRecord {
  try {
    return decodeSubmission(record);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    const { code, message, details } = error;
    const field = typeof details["field"] === "string" ? { field: `/${at}${details["field"]}` } : {};
    throw new EvidenceError(code, `record ${at + 1} of the batch: ${message}`, { ...details, ...field }, error);
  }
}

/** The log grows in one order: when its last record is anchored, all of them are. */
async function wait(client: NodeClient, receipt: Receipt, seconds: number, context: Context): Promise<boolean> {
  const last = receipt.records.reduce((newest, record) => (record.index > newest.index ? record : newest));
  const { waitUntilAnchored } = await import("../anchored.ts");
  return waitUntilAnchored(client, last.id, { seconds, progress: context.out.progress("waiting for the anchor") });
}

/** @param notice - how much the chain's word is worth, once it was given */
function toOutcome(receipt: Receipt, anchored: boolean | undefined, notice: string | undefined): Outcome {
  const state = anchored === true ? "anchored" : "accepted";
  const rows = receipt.records.map(({ id, index, subject, sequence }) => [
    state,
    id,
    `leaf ${index}`,
    subject,
    `#${sequence}`,
  ]);
  const late =
    anchored === false
      ? ["not anchored yet: accepted and safe on the node's disk; ask again with lianzheng evidence"]
      : [];
  return {
    exitCode: anchored === false ? exitCodes.undecided : exitCodes.done,
    result: anchored === false ? "undetermined" : "done",
    json: { state, ...receipt, ...(notice === undefined ? {} : { notice }) },
    human: [...tableLines(rows), ...late, ...(notice === undefined ? [] : [`note: ${printable(notice)}`])],
  };
}
