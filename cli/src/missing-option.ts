import type { Command } from "commander";
import { CommanderError } from "commander";
import { CliError } from "./errors.ts";

/** What an option is for that people are surprised to be asked for. */
const reasons: Readonly<Record<string, string>> = {
  "--policy": "; it is the file that says whom you trust, and `lianzheng policy NODE` drafts one",
};

function wayOut(missing: string, command: Command | undefined): string {
  const option = Object.keys(reasons).find((name) => missing.includes(`'${name} `));
  const reason = option === undefined ? "" : (reasons[option] ?? "");
  return command === undefined ? reason : `${reason}; \`lianzheng ${command.name()} --help\` has examples`;
}

/** What to do about a required option that is missing; commander misses it before it sees that one was misspelt, so `--polcy` is named too. */
export function namingRemedy(error: unknown, program: Command, args: readonly string[]): unknown {
  if (!(error instanceof CommanderError) || error.code !== "commander.missingMandatoryOptionValue") return error;
  const command = program.commands.find((one) => args.includes(one.name()));
  const known = new Set(command?.options.map(({ long }) => long));
  const end = args.indexOf("--");
  const given = (end === -1 ? args : args.slice(0, end)).filter((arg) => arg.startsWith("--"));
  const misspelt = given.map((arg) => arg.split("=")[0] ?? "").filter((flag) => !known.has(flag));
  const missing = error.message.replace(/^error: /, "");
  if (misspelt.length === 0) return new CliError("E_USAGE", missing + wayOut(missing, command));
  return new CliError("E_USAGE", `unknown option ${misspelt.map((flag) => `'${flag}'`).join(", ")}; ${missing}`);
}
