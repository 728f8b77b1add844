import { join, resolve } from "node:path";
import type { Command } from "commander";
import { describedCommand } from "../command.ts";
import type { Context } from "../context.ts";
import type { KeptService } from "../demo/keeping.ts";
import type { Summary } from "../demo/summary.ts";
import { exitCodes } from "../exit.ts";
import type { Outcome } from "../output/output.ts";
import { typedName } from "../typed-name.ts";

interface DemoOptions {
  readonly out: string;
  readonly keep?: boolean;
}

/** `lianzheng demo`: the main job from end to end, on real data sets, with real processes. */
export function demoCommand(context: Context): Command {
  return describedCommand("demo", {
    usage:
      "Starts a chain and two exchanges on this machine, trades real data sets, anchors, verifies offline, then cheats and is refused.\n" +
      "An earlier folder that the demo made is replaced.",
    english: "See a data trade from registration to offline evidence, and forgeries refused",
    chinese: "演示数据交易全过程：登记、授权、交易、上链、离线核验、篡改被拒",
    examples: ["lianzheng demo", "lianzheng demo --out my-demo --json"],
  })
    .option("--out <folder>", "what the demo leaves behind 输出目录", "demo-output")
    .option("--keep", "run the chain and the nodes again at the end, until Ctrl-C 保持运行")
    .action((options: DemoOptions) => playDemo(options, context));
}

async function playDemo({ out: shown, keep }: DemoOptions, context: Context): Promise<void> {
  const { out, interruption } = context;
  const { tellStory } = await import("../demo/story.ts");
  const { Narrator } = await import("../demo/narrator.ts");
  const { Theatre } = await import("../demo/theatre.ts");
  const theatre = new Theatre(resolve(shown), new Narrator(out));
  await interruption.guard(
    () => theatre.clear(),
    async () => {
      const { summary, stage } = await tellStory(theatre, context.now);
      if (keep !== true) {
        context.finish(toOutcome(shown, summary, [], context));
        return;
      }
      const { keepRunning } = await import("../demo/keeping.ts");
      context.finish(toOutcome(shown, summary, await keepRunning(theatre, stage), context));
      context.end(await interruption.untilStopped());
    },
  );
}

function toOutcome(folder: string, summary: Summary, running: readonly KeptService[], { out, env }: Context): Outcome {
  const { records, gasPerRecord, totalMs, accepted, refused, rewritesRefused, notice } = summary;
  const { bold, green } = out.colors;
  return {
    exitCode: exitCodes.done,
    result: "done",
    json: { out: folder, summary, ...(running.length === 0 ? {} : { running }) },
    human: [
      "",
      `${green("✔")} ${bold(`Everything was as it must be, in ${(totalMs / 1_000).toFixed(1)} s.`)} 全部符合预期。`,
      `  ${records.total.toLocaleString("en")} records, ${gasPerRecord} gas a record; ${accepted.length} bundles verified offline, ${refused.length} forgeries and ${rewritesRefused.length} rewritings refused`,
      `  note: ${notice}`,
      `  ${join(folder, "evidence")}/  ${join(folder, "policy.json")}  ${join(folder, "summary.json")}`,
      `  try: ${typedName(env)} verify ${join(folder, "evidence", "trade-on-floor.evidence.json")} --policy ${join(folder, "policy.json")}`,
      ...running.map(({ name, url }) => `  running: ${name} ${url}`),
    ],
  };
}
