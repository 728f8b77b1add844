import type { Command } from "commander";
import { describedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import { exitCodes } from "../exit.ts";
import { SINGLE_OPERATOR_NOTICE } from "../notice.ts";

/** `lianzheng start`: the node of a folder, until it is asked to stop. */
export function startCommand(context: Context): Command {
  return describedCommand("start <folder>", {
    usage:
      "Starts where it left off. Ctrl-C or SIGTERM stops it in order: what was acknowledged is on disk either way. After a write that\n" +
      "failed it stops by itself with 3, or with 5 if its data is damaged: the next start checks everything and goes on. The node's\n" +
      "log goes to stderr: readable lines on a terminal, lines of JSON elsewhere and with --json.",
    english: "Run a node",
    chinese: "运行节点",
    examples: ["lianzheng start ./node"],
  }).action((folder: string) => runNode(folder, context));
}

async function runNode(folder: string, { env, interruption, out, end }: Context): Promise<void> {
  const { startNode } = await import("@lianzheng/node");
  const node = await startNode({ folder, environment: env, ...(out.readable ? { logTo: out.log } : {}) });
  await interruption.guard(
    () => node.close(),
    async () => {
      const { url, chainUrl, settings } = node;
      const chain = chainUrl === undefined ? {} : { chainUrl };
      const notice = settings.chain.kind === "embedded" ? { notice: SINGLE_OPERATOR_NOTICE } : {};
      out.answer({
        exitCode: exitCodes.done,
        result: "started",
        json: { url, ...chain, folder, origin: settings.origin, ...notice },
        human: [
          `node   ${url}`,
          ...(chainUrl === undefined ? [] : [`chain  ${chainUrl}`]),
          `log    ${settings.origin}`,
          ...Object.values(notice).map((text) => `note   ${text}`),
          "stop   Ctrl-C",
        ],
      });
      end(await interruption.untilStopped(undefined, node.failed));
    },
  );
}
