import type { Hex } from "@lianzheng/sdk/encoding";
import { isHex } from "@lianzheng/sdk/encoding";
import { erasureGrounds } from "@lianzheng/sdk/record";
import type { ErasureGround } from "@lianzheng/sdk/record";
import type { Command } from "commander";
import { Option } from "commander";
import { openClient } from "../client.ts";
import { describedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { CliError } from "../errors.ts";
import { exitCodes } from "../exit.ts";
import { tableLines } from "../output/table.ts";

interface EraseOptions {
  readonly url: string;
  readonly tokenFile?: string;
  readonly ground: ErasureGround;
  readonly reference?: string;
  readonly idempotencyKey?: string;
}

/** `lianzheng erase`: destroys the key under which a node keeps a record's body. */
export function eraseCommand(context: Context): Command {
  return describedCommand("erase <id>", {
    usage:
      "ID is a record's id. What the record disclosed can be read by nobody afterwards, and this cannot be undone; its entry, and every\n" +
      "proof of it, stay. The node records the erasure first. Copies of the node's folder keep the key until they are destroyed too.",
    english: "Erase a record's content",
    chinese: "删除一条记录的内容（销毁其密钥，条目与证明保留）",
    examples: [
      'lianzheng erase 0x… --ground court-order --reference "(2026) 琼 01 民初 12 号" --url http://127.0.0.1:8080 --token-file token.txt',
    ],
  })
    .requiredOption("--url <address>", "address of the node 节点地址")
    .option("--token-file <file>", "file with your API token 令牌文件")
    .addOption(new Option("--ground <ground>", "why 删除依据").choices(erasureGrounds).makeOptionMandatory())
    .option("--reference <text>", "what the ground rests on, such as a judgement's number 依据文号")
    .option("--idempotency-key <text>", "name of this erasure 幂等键")
    .action(async (id: string, options: EraseOptions) => {
      await erase(recordId(id), options, context);
    });
}

async function erase(id: Hex, options: EraseOptions, { finish }: Context): Promise<void> {
  const { ground, reference, idempotencyKey = erasureKey(id) } = options;
  const client = await openClient(options);
  const wish = { ground, ...(reference === undefined ? {} : { reference }) };
  const receipt = await client.erase(id, wish, { idempotencyKey });
  const [told] = receipt.records;
  const state = receipt.replayed ? "erased before" : "erased";
  finish({
    exitCode: exitCodes.done,
    result: "done",
    json: { state, record: id, ...receipt },
    human: tableLines([
      [state, id],
      ["told by", told === undefined ? "" : `${told.id}  leaf ${told.index}  ${told.subject}  #${told.sequence}`],
    ]),
  });
}

/** The same for a repetition of the command: a record is erased once. */
export function erasureKey(id: Hex): string {
  return `erase:${id}`;
}

function recordId(id: string): Hex {
  if (isHex(id, 32)) return id;
  throw new CliError("E_USAGE", `${id} is no record's id: that is 0x and 64 lower-case hex digits`);
}
