import type { Command } from "commander";
import { describedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit.ts";

/** `lianzheng start`: the node of a folder, until it is asked to stop. */
export function startCommand(context: Context): Command {
  return describedCommand("start <folder>", {
    usage:
      "Starts where it left off. Ctrl-C or SIGTERM stops it in order: what was acknowledged is on disk either way.",
    english: "Run a node",
    chinese: "运行节点",
    examples: ["lianzheng start ./node"],
  }).action(async (folder: string) => {
    const { startNode } = await import("@lianzheng/node");
    const node = await startNode({ folder });
    await context.interruption.guard(
      () => node.close(),
      async () => {
        context.out.answer({
          exitCode: exitCodes.done,
          result: "started",
          json: { url: node.url, folder },
          human: [`node  ${node.url}`, "stop  Ctrl-C"],
        });
        context.end(await context.interruption.untilStopped());
      },
    );
  });
}
