import type { ExitCode } from "./exit.ts";
import type { Interruption } from "./interruption.ts";
import type { Outcome, Output } from "./output/output.ts";

/** What a command may touch beside its arguments. */
export interface Context {
  readonly out: Output;
  readonly interruption: Interruption;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Takes the command's outcome: it is printed, and its exit code becomes the program's. */
  readonly finish: (outcome: Outcome) => void;
  /** Sets the exit code of a command that has answered already. */
  readonly end: (exitCode: ExitCode) => void;
}
