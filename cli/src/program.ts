import { Command } from "commander";
import manifest from "../package.json" with { type: "json" };
import { withCommonOptions } from "./command.ts";
import { auditCommand } from "./commands/audit.ts";
import { chainCommand } from "./commands/chain.ts";
import { completionCommand } from "./commands/completion.ts";
import { credentialCommand } from "./commands/credential.ts";
import { demoCommand } from "./commands/demo.ts";
import { dossierCommand } from "./commands/dossier.ts";
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
import { stampCommand } from "./commands/stamp.ts";
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
  for (const { title, commands } of groupsOf(context, program)) {
    program.commandsGroup(title);
    for (const command of commands) program.addCommand(command);
  }
  frame(program, context.out);
  return program;
}

/** The commands by what somebody comes for. */
function groupsOf(
  context: Context,
  program: Command,
): readonly { readonly title: string; readonly commands: readonly Command[] }[] {
  return [
    { title: "Begin 入门:", commands: [demoCommand(context), initCommand(context), startCommand(context)] },
    {
      title: "Keep evidence 存证:",
      commands: [submitCommand(context), stampCommand(context), evidenceCommand(context), dossierCommand(context)],
    },
    {
      title: "Check evidence 核验:",
      commands: [
        ...[verifyCommand(context), credentialCommand(context), redactCommand(context)],
        ...[auditCommand(context), policyCommand(context)],
      ],
    },
    {
      title: "Run a node 运维:",
      commands: [
        ...[statusCommand(context), tokenCommand(context), chainCommand(context), rulesCommand(context)],
        ...[eraseCommand(context), retentionCommand(context)],
        ...[fsckCommand(context), rebuildCommand(context), registryCommand(context)],
      ],
    },
    { title: "This program 本程序:", commands: [completionCommand(context, program)] },
  ];
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
