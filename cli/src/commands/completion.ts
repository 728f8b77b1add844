import { Argument, type Command } from "commander";
import { completionScript, shells, type Shell } from "../completion/script.ts";
import { describedCommand } from "../command.ts";
import type { Context } from "../context.ts";

/**
 * `lianzheng completion`: what a shell needs to complete commands, options and their choices.
 *
 * @param program - the whole of which this is a command
 */
export function completionCommand({ out }: Context, program: Command): Command {
  return describedCommand("completion", {
    usage: "Prints a script for SHELL: bash, zsh or fish. It is made of the commands themselves, so none is missing.",
    english: "Print completions for a shell",
    chinese: "输出命令行补全脚本",
    examples: ["lianzheng completion bash", "lianzheng completion zsh", "lianzheng completion fish"],
  })
    .addArgument(new Argument("<shell>").choices([...shells]))
    .action((shell: Shell) => out.raw(completionScript(program, shell)));
}
