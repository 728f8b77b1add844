import { Command } from "commander";

/** What the help of a command says beside its options. */
export interface CommandText {
  /** What the arguments are and what the command does; a blank line parts paragraphs, a single line break only the source. */
  readonly usage: string;
  readonly english: string;
  readonly chinese: string;
  /** Whole command lines, without the `$`; the tests run them. */
  readonly examples: readonly string[];
}

/** A command with its two languages, its examples and the options that every command has. */
export function describedCommand(nameAndArguments: string, text: CommandText): Command {
  const command = new Command(nameAndArguments.split(" ")[0] ?? "")
    .summary(`${text.english} ${text.chinese}`)
    .description(`${text.english}.\n${text.chinese}。\n\n${flowing(text.usage)}`.trim())
    .addHelpText("after", `\nExamples 示例:\n${text.examples.map((line) => `  $ ${line}`).join("\n")}`);
  for (const argument of nameAndArguments.split(" ").slice(1)) command.argument(argument);
  return withCommonOptions(command);
}

/** Lines as they stand in the source, for the terminal to fold: broken twice they can't be read. */
function flowing(text: string): string {
  return text.replace(/([^\n])\n(?!\n)/g, "$1 ");
}

/** The options that mean the same everywhere. They are read before anything else, so that a wrong command line is told in their form. */
export function withCommonOptions(command: Command): Command {
  return command
    .option("--json", "print one JSON object, errors included 输出 JSON")
    .option("--quiet", "only the answer and errors 只输出结果")
    .option("--no-color", "no colours (so does NO_COLOR) 不使用颜色")
    .option("--debug", "show where an error came from 显示调试信息");
}
