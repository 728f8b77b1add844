import type { NodeClient } from "@lianzheng/sdk/client";
import type { Command } from "commander";
import { openClient } from "../client.ts";
import { describedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit.ts";
import { addressOf } from "../node-folder.ts";
import type { Outcome } from "../output/output.ts";
import { tableLines } from "../output/table.ts";

type Status = Awaited<ReturnType<NodeClient["status"]>>;

/** `lianzheng status`: what a running node says of itself. */
export function statusCommand(context: Context): Command {
  return describedCommand("status <node>", {
    usage: "NODE is the address of a node, or its folder on this machine.",
    english: "Show a node: its log, chain and last anchor",
    chinese: "查看节点的日志、链与最近一次存证",
    examples: ["lianzheng status http://127.0.0.1:8080", "lianzheng status ./node"],
  }).action(async (node: string) => {
    const url = await addressOf(node, context.env);
    const status = await (await openClient({ url })).status();
    context.finish(toOutcome(url, status));
  });
}

function toOutcome(url: string, status: Status): Outcome {
  return {
    exitCode: exitCodes.done,
    result: "done",
    json: { url, status },
    human: tableLines(statusRows(url, status)),
  };
}

function statusRows(url: string, status: Status): readonly (readonly string[])[] {
  const { chain, anchored, anchoring } = status;
  const height = chain.blockNumber === null ? "not reachable" : `block ${chain.blockNumber}`;
  return [
    ["node", url],
    ["log", `${status.origin}, ${status.size} records, owner ${status.owner}`],
    ["chain", `${chain.chainId} (${chain.engine}), ${height}`],
    [
      "anchored",
      anchored === null
        ? "nothing yet"
        : `${anchored.size} records in block ${anchored.blockNumber}, ${anchored.pending} pending`,
    ],
    [
      "anchoring",
      anchoring.healthy ? "healthy" : `not healthy: ${String(anchoring.code)} since ${anchoring.since ?? "?"}`,
    ],
    ...anchoring.alarms.map(({ code, since }) => ["alarm", `${code} since ${since}`]),
    ["note", chain.notice],
  ];
}
