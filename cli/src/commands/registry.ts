import type { CheckReport } from "@lianzheng/node/registry";
import { Command } from "commander";
import { describedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit.ts";
import type { Outcome } from "../output/output.ts";
import { tableLines } from "../output/table.ts";

/** Differences that are shown; `--json` has all of them. */
const shown = 20;

/** `lianzheng registry check`: a stopped node's views of the law against the contracts themselves. */
export function registryCommand(context: Context): Command {
  return new Command("registry")
    .description("Views of the chain's law that a node keeps\n节点保存的链上登记视图")
    .addCommand(checkCommand(context));
}

function checkCommand(context: Context): Command {
  return describedCommand("check <folder>", {
    usage:
      "FOLDER is a node's folder; the node must not run. Follows the chain to its newest block and compares every row with what the\n" +
      "contracts say at that block. Nothing is mended. Ends with 0 if all agree and with 5 (REGISTRY_DIFFERS) if not; to have the views\n" +
      "made again, delete the folder registry/ and start the node.",
    english: "Compare a node's views with the contracts",
    chinese: "核对登记视图与合约状态",
    examples: ["lianzheng registry check ./node", "lianzheng registry check ./node --json"],
  }).action(async (folder: string) => {
    const { checkRegistry } = await import("@lianzheng/node");
    context.finish(toOutcome(await checkRegistry({ folder, environment: context.env })));
  });
}

function toOutcome({ block, rows, differences }: CheckReport): Outcome {
  const agrees = differences.length === 0;
  const where = block === null ? "no block" : `block ${block.number}`;
  const lines = differences
    .slice(0, shown)
    .map(({ table, id, view, field, registry, contract }) => [
      `${table} ${id}`,
      `${view} ${field}: registry ${JSON.stringify(registry)}, contract ${JSON.stringify(contract)}`,
    ]);
  return {
    exitCode: agrees ? exitCodes.done : exitCodes.damaged,
    result: agrees ? "sound" : "damaged",
    json: { block, rows, differences, ...(agrees ? {} : { code: "REGISTRY_DIFFERS" }) },
    human: [
      `${rows} rows compared at ${where}: ${agrees ? "all agree" : `${differences.length} differ`}`,
      ...tableLines(lines),
    ],
  };
}
