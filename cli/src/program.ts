import { Command } from "commander";
import manifest from "../package.json" with { type: "json" };
import { withCommonOptions } from "./command.ts";
import { auditCommand } from "./commands/audit.ts";
import { chainCommand } from "./commands/chain.ts";
import { demoCommand } from "./commands/demo.ts";
import { eraseCommand } from "./commands/erase.ts";
import { evidenceCommand } from "./commands/evidence.ts";
import { fsckCommand } from "./commands/fsck.ts";
import { initCommand } from "./commands/init.ts";
import { policyCommand } from "./commands/policy.ts";
import { rebuildCommand } from "./commands/rebuild.ts";
import { redactCommand } from "./commands/redact.ts";
import { registryCommand } from "./commands/registry.ts";
import { retentionCommand } from "./commands/retention.ts";
import { rulesCommand } from "./commands/rules.ts";
import { startCommand } from "./commands/start.ts";
import { statusCommand } from "./commands/status.ts";
import { submitCommand } from "./commands/submit.ts";
import { tokenCommand } from "./commands/token.ts";
import { verifyCommand } from "./commands/verify.ts";
import type { Context } from "./context.ts";
import type { Output } from "./output/output.ts";
import { displayWidth } from "./output/width.ts";

const closing = `
Exit codes 退出码: 0 done or valid · 1 not valid · 2 usage or unreadable input · 3 undecided or environment · 5 damaged data`;

/** The whole command line: every command with its options, ready to be parsed. */
export function buildProgram(context: Context): Command {
  const program = withCommonOptions(new Command("lianzheng"))
    .description(
      "Evidence of every step of a data trade, that stands without its exchange.\n数据交易全过程上链存证，离开交易所也能核验。",
    )
    .version(manifest.version, "-V, --version", "print the version 版本")
    .helpOption("-h, --help", "show this help 帮助")
    .addHelpText("after", closing);
  const commands = [
    demoCommand(context),
    initCommand(context),
    startCommand(context),
    tokenCommand(context),
    chainCommand(context),
    submitCommand(context),
    evidenceCommand(context),
    verifyCommand(context),
    redactCommand(context),
    auditCommand(context),
    eraseCommand(context),
    retentionCommand(context),
    policyCommand(context),
    rulesCommand(context),
    statusCommand(context),
    fsckCommand(context),
    rebuildCommand(context),
    registryCommand(context),
  ];
  for (const command of commands) program.addCommand(command);
  frame(program, context.out);
  return program;
}

/** Errors are thrown, not printed and exited with; columns are measured as a terminal shows them. Subcommands too. */
function frame(command: Command, out: Output): void {
  for (const one of command.commands) frame(one.helpOption("-h, --help", "show this help 帮助"), out);
  command
    .helpCommand(false)
    .exitOverride()
    .configureHelp({ displayWidth })
    .configureOutput({
      writeOut: (text) => out.raw(text),
      writeErr: (text) => out.say(text.trimEnd()),
      outputError: () => undefined,
    });
}
