import type { ExitCode } from "./exit.ts";
import { exitCodes } from "./exit.ts";

/** Every code that the command itself raises, with the exit code that it ends with. */
export const cliFaults = {
  // How it was called.
  E_USAGE: exitCodes.usage,
  E_SECRET_ARGUMENT: exitCodes.usage,
  E_URL: exitCodes.usage,
  E_URL_CREDENTIALS: exitCodes.usage,

  // Files to read.
  E_FILE_ABSENT: exitCodes.usage,
  E_FILE_DIRECTORY: exitCodes.usage,
  E_FILE_KIND: exitCodes.usage,
  E_FILE_EMPTY: exitCodes.usage,
  E_FILE_TOO_LARGE: exitCodes.usage,
  E_FILE_PERMISSION: exitCodes.usage,
  E_FILE_LOOP: exitCodes.usage,
  E_FILE_READ: exitCodes.undecided,

  E_KEYFILE_PERMISSIONS: exitCodes.usage,
  E_KEY_FORMAT: exitCodes.usage,

  // Files to write.
  E_OUTPUT_EXISTS: exitCodes.usage,
  E_OUTPUT_FOLDER: exitCodes.usage,
  E_OUTPUT_WRITE: exitCodes.undecided,
  E_OUTPUT_FOREIGN: exitCodes.usage,

  // The world around.
  E_PORT_IN_USE: exitCodes.undecided,
  E_UNREACHABLE: exitCodes.undecided,
  E_WRONG_CHAIN: exitCodes.undecided,
  E_STATUS_FORM: exitCodes.undecided,
  E_LOG_ABSENT: exitCodes.usage,
  E_DOSSIER_EMPTY: exitCodes.undecided,
  E_AUDIT_STATE: exitCodes.usage,
  E_CHAIN_ANSWER: exitCodes.undecided,
  E_CHILD_FAILED: exitCodes.undecided,
  E_DEMO_EXPECTATION: exitCodes.invalid,
  E_INTERNAL: exitCodes.undecided,
} as const satisfies Readonly<Record<string, ExitCode>>;

/** Codes of {@link CliError}; stable, part of the command's API. */
export type CliErrorCode = keyof typeof cliFaults;

/** A reason of the command itself to stop; the rooms below raise their own classes. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly code: CliErrorCode;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: CliErrorCode, message: string, details: Record<string, unknown> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.details = details;
  }
}
