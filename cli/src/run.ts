import { CommanderError } from "commander";
import type { Context } from "./context.ts";
import { CliError } from "./errors.ts";
import type { ExitCode } from "./exit.ts";
import { exitCodes } from "./exit.ts";
import { toFailure } from "./failure.ts";
import { Interruption } from "./interruption.ts";
import { namingRemedy } from "./missing-option.ts";
import type { OutputOptions } from "./output/output.ts";
import type { Sink } from "./output/sink.ts";
import { Output } from "./output/output.ts";
import { buildProgram } from "./program.ts";
import { refuseSecrets } from "./secrets.ts";

/** Narrower terminals break lines themselves. */
const MIN_COLUMNS = 20;

/** What the program is started in. */
export interface World {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Sink;
  readonly stderr: Sink;
}

/**
 * Runs one command line.
 *
 * @param args - arguments after the program's name
 * @returns the exit code; every fault has been told by then
 */
export async function run(args: readonly string[], world: World): Promise<ExitCode> {
  const out = new Output(outputOptions(args, world.env), world.stdout, world.stderr);
  const interruption = new Interruption();
  interruption.install();
  try {
    return await parse(args, world, out, interruption);
  } catch (error) {
    return tell(error, out);
  } finally {
    interruption.uninstall();
  }
}

async function parse(
  args: readonly string[],
  world: World,
  out: Output,
  interruption: Interruption,
): Promise<ExitCode> {
  refuseSecrets(args);
  let exitCode: ExitCode = exitCodes.done;
  const context: Context = {
    out,
    interruption,
    env: world.env,
    now: Date.now,
    finish(outcome) {
      out.answer(outcome);
      exitCode = outcome.exitCode;
    },
    end(code) {
      exitCode = code;
    },
  };
  const program = buildProgram(context);
  try {
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    throw namingRemedy(error, program, args);
  }
  return exitCode;
}

/** Help and version are thrown too; they are answers, unless help was all that could be said. */
function tell(error: unknown, out: Output): ExitCode {
  if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
  const cause =
    error instanceof CommanderError && error.code === "commander.help"
      ? new CliError("E_USAGE", "name a command; lianzheng --help lists them")
      : error;
  const failure = toFailure(cause);
  out.fail(failure, cause);
  return failure.exitCode;
}

/** Read from the raw arguments, since the form of an answer must be known before they are found to be wrong. */
function outputOptions(args: readonly string[], env: World["env"]): OutputOptions {
  const end = args.indexOf("--");
  const options = new Set(end === -1 ? args : args.slice(0, end));
  const plain = options.has("--no-color") || (env["NO_COLOR"] ?? "") !== "" || env["TERM"] === "dumb";
  return {
    json: options.has("--json"),
    quiet: options.has("--quiet"),
    color: !plain,
    debug: options.has("--debug"),
    columns: columnsOf(env),
  };
}

/** Fewer than fit a word and its indent are no width to fold to. */
function columnsOf(env: World["env"]): number | undefined {
  const columns = Number(env["COLUMNS"] ?? "");
  return Number.isInteger(columns) && columns >= MIN_COLUMNS ? columns : undefined;
}
