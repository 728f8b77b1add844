import type { DuePage, NodeClient } from "@lianzheng/sdk/client";
import type { Command } from "commander";
import { openClient } from "../client.ts";
import { describedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit.ts";
import type { Outcome } from "../output/output.ts";
import { tableLines } from "../output/table.ts";
import { printable } from "../output/width.ts";
import { erasureKey } from "./erase.ts";

interface RetentionOptions {
  readonly url: string;
  readonly tokenFile?: string;
  readonly erase?: boolean;
}

type DueRecord = DuePage["items"][number];

/** Erasures that are asked for at once: the node writes them together. */
const atOnce = 32;

/** Records of one type whose time is over. */
interface TypeCount {
  readonly type: string;
  records: number;
  erased: number;
  /** Until when the first of them had to be kept. */
  readonly since: string;
}

/** `lianzheng retention`: what a node need not keep any longer, and its erasure. */
export function retentionCommand(context: Context): Command {
  return describedCommand("retention", {
    usage:
      "Lists, by type, the records that the node's settings no longer ask it to keep: those of your member, or all for its operator.\n" +
      "With --erase they are erased on the ground retention-ended, which cannot be undone. Stopped in between, the command is repeated.",
    english: "List records past their retention, or erase them",
    chinese: "列出或删除保存期满的记录",
    examples: ["lianzheng retention --url http://127.0.0.1:8080 --token-file token.txt"],
  })
    .requiredOption("--url <address>", "address of the node 节点地址")
    .option("--token-file <file>", "file with your API token 令牌文件")
    .option("--erase", "erase them, for good 删除，不可恢复")
    .action(async (options: RetentionOptions) => {
      context.finish(outcomeOf(await sweep(options, context), options.erase === true));
    });
}

async function sweep(options: RetentionOptions, { out }: Context): Promise<readonly TypeCount[]> {
  const client = await openClient(options);
  const counts = new Map<string, TypeCount>();
  for (let cursor: string | null = null, first = true; first || cursor !== null; first = false) {
    const { items, next }: DuePage = await client.retentionEnded(cursor);
    for (const item of items) countIn(counts, item);
    if (options.erase === true) await eraseAll(client, items, counts);
    if (options.erase === true && items.length > 0) out.say(`erased ${sum(counts, "erased")}`);
    cursor = next;
  }
  return [...counts.values()].sort((a, b) => (a.type < b.type ? -1 : 1));
}

async function eraseAll(
  client: NodeClient,
  items: readonly DueRecord[],
  counts: ReadonlyMap<string, TypeCount>,
): Promise<void> {
  for (let at = 0; at < items.length; at += atOnce) {
    const some = items.slice(at, at + atOnce);
    await Promise.all(
      some.map(({ id }) => client.erase(id, { ground: "retention-ended" }, { idempotencyKey: erasureKey(id) })),
    );
    for (const { type } of some) {
      const count = counts.get(type);
      if (count !== undefined) count.erased += 1;
    }
  }
}

function countIn(counts: Map<string, TypeCount>, { type, until }: DueRecord): void {
  const count = counts.get(type);
  if (count === undefined) counts.set(type, { type, records: 1, erased: 0, since: until });
  else count.records += 1;
}

function sum(counts: ReadonlyMap<string, TypeCount>, what: "records" | "erased"): number {
  return [...counts.values()].reduce((all, count) => all + count[what], 0);
}

function outcomeOf(types: readonly TypeCount[], erases: boolean): Outcome {
  const all = types.reduce((total, { records }) => total + records, 0);
  const rows = types.map(({ type, records, since }) => [
    printable(type),
    `${records}`,
    `${erases ? "erased" : "past since"} ${erases ? "" : printable(since)}`.trim(),
  ]);
  return {
    exitCode: exitCodes.done,
    result: "done",
    json: { records: all, erased: erases, types },
    human: all === 0 ? ["nothing is past its retention"] : tableLines(rows, ["left", "right"]),
  };
}
