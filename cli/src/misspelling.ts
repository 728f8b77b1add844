import type { Command } from "commander";
import { CommanderError } from "commander";
import { CliError } from "./errors.ts";

/** Commander misses a required option before it sees that one was misspelt; whoever typed `--polcy` is told of both. */
export function namingMisspelt(error: unknown, program: Command, args: readonly string[]): unknown {
  if (!(error instanceof CommanderError) || error.code !== "commander.missingMandatoryOptionValue") return error;
  const command = program.commands.find((one) => args.includes(one.name()));
  const known = new Set(command?.options.map(({ long }) => long));
  const end = args.indexOf("--");
  const given = (end === -1 ? args : args.slice(0, end)).filter((arg) => arg.startsWith("--"));
  const misspelt = given.map((arg) => arg.split("=")[0] ?? "").filter((flag) => !known.has(flag));
  if (misspelt.length === 0) return error;
  const missing = error.message.replace(/^error: /, "");
  return new CliError("E_USAGE", `unknown option ${misspelt.map((flag) => `'${flag}'`).join(", ")}; ${missing}`);
}
