import { basename } from "node:path";
import type { NodeClient } from "@lianzheng/sdk/client";
import { sha256, toHex, utf8, type Hex } from "@lianzheng/sdk/encoding";
import { canonicalJson, toInstant, type JsonValue, type RecordInput } from "@lianzheng/sdk/record";
import type { Command } from "commander";
import { openClient } from "../client.ts";
import { describedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit.ts";
import { digestFile, type DigestedFile } from "../files/digest.ts";
import { writeOutput } from "../files/write.ts";
import { noticeOf } from "../notice.ts";
import { toSeconds } from "../numbers.ts";
import { tableLines } from "../output/table.ts";
import { printable } from "../output/width.ts";

interface StampOptions {
  readonly url: string;
  readonly tokenFile?: string;
  readonly timeout: number;
  readonly force?: boolean;
}

/** One file and what became of it; `evidence` is null while the chain has not accepted it. */
interface Stamped {
  readonly file: string;
  readonly id: Hex;
  readonly "sha-256": Hex;
  readonly evidence: string | null;
}

/** `lianzheng stamp`: proof that a file existed, without showing the file to anybody. */
export function stampCommand(context: Context): Command {
  return describedCommand("stamp <file...>", {
    usage:
      "Sends the SHA-256 of each FILE to a node as a record, never the file, and keeps the evidence beside it as FILE.evidence.json. Repeating\n" +
      "the command is safe: an unchanged file is the same record. Later: lianzheng verify FILE.evidence.json --file FILE --policy …",
    english: "Prove that files existed, without showing them",
    chinese: "为文件存证（仅提交摘要）",
    examples: ["lianzheng stamp examples/contract.json --url http://127.0.0.1:8080 --token-file token.txt"],
  })
    .requiredOption("--url <address>", "address of the node 节点地址")
    .option("--token-file <file>", "file with your API token 令牌文件")
    .option("--timeout <seconds>", "how long to wait for the chain 最长等待秒数", toSeconds, 120)
    .option("--force", "replace evidence that exists 覆盖已有证据")
    .action(async (files: string[], options: StampOptions) => {
      const digested = await Promise.all(files.map(digestFile));
      const client = await openClient(options);
      const stamped: Stamped[] = [];
      for (const file of digested) stamped.push(await stamp(client, file, options, context));
      await tell(stamped, client, context);
    });
}

async function stamp(
  client: NodeClient,
  file: DigestedFile,
  options: StampOptions,
  { out }: Context,
): Promise<Stamped> {
  const record = recordOf(file);
  const idempotencyKey = `stamp:${toHex(sha256(utf8(canonicalJson(record as unknown as JsonValue)))).slice(2)}`;
  const receipt = await client.submit(record, { idempotencyKey });
  const id = receipt.records[0]?.id;
  if (id === undefined) throw new TypeError("a receipt is of the records that were sent");
  const { waitUntilAnchored } = await import("../anchored.ts");
  const progress = out.progress(`waiting for the anchor of ${file.file}`);
  const about = { file: file.file, id, "sha-256": file["sha-256"] };
  if (!(await waitUntilAnchored(client, id, { seconds: options.timeout, progress })))
    return { ...about, evidence: null };
  const { encodeBundle } = await import("@lianzheng/sdk/evidence");
  const evidence = `${file.file}.evidence.json`;
  await writeOutput(evidence, encodeBundle(await client.evidence(id)), { force: options.force === true });
  return { ...about, evidence };
}

/** The time of the last change is the file's own, so that the same file makes the same record whenever it is sent. */
function recordOf({ file, "sha-256": digest, bytes, changedMs }: DigestedFile): RecordInput {
  return {
    type: "x-file.stamp",
    subject: `file:${digest}`,
    occurredAt: toInstant(changedMs),
    body: { "sha-256": digest, bytes },
    attachments: { [basename(file).normalize("NFC")]: { "sha-256": digest } },
  };
}

async function tell(stamped: readonly Stamped[], client: NodeClient, { finish }: Context): Promise<void> {
  const late = stamped.filter(({ evidence }) => evidence === null).length;
  const notice = await noticeOf(client);
  finish({
    exitCode: late === 0 ? exitCodes.done : exitCodes.undecided,
    result: late === 0 ? "done" : "undetermined",
    json: { files: stamped, notice },
    human: [
      ...tableLines(
        stamped.map(({ file, evidence, id }) => [
          evidence === null ? "accepted" : "stamped",
          printable(file),
          id,
          evidence ?? "",
        ]),
      ),
      ...(late === 0
        ? []
        : [
            `${late} not on the chain yet: accepted and safe on the node's disk; the same command again fetches the evidence`,
          ]),
      `note: ${printable(notice)}`,
    ],
  });
}
