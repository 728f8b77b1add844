import { CommanderError } from "commander";
import { CliError, cliFaults } from "./errors.ts";
import type { ExitCode } from "./exit.ts";
import { exitCodes } from "./exit.ts";

/** A fault in the form in which people and programs are told of it. */
export interface Failure {
  readonly code: string;
  /** What is wrong and what to do; never a secret, never a stack. */
  readonly detail: string;
  readonly exitCode: ExitCode;
  readonly details: Readonly<Record<string, unknown>>;
}

/** The shape that the error classes of all rooms share. */
interface CodedError extends Error {
  readonly code: string;
  readonly details?: Readonly<Record<string, unknown>>;
  readonly status?: number;
}

/** Codes of the rooms below by which a node says that what it stored is damaged. */
const damage = /_(CORRUPT|DAMAGED)$/;

/** Statuses by which a node says that the request itself is at fault. */
const requestFaults = new Set([400, 413, 415, 422]);

/** What a person at the command line does about a node's answer, where the node speaks to programs. */
const remedies: Readonly<Record<string, string>> = {
  E_AUTH: " On the command line --token-file names the file with your token.",
  CLIENT_UNREACHABLE: " Is it running? lianzheng start FOLDER runs it.",
};

const portRemedy =
  "another program listens there; choose another port (a node's stands in its lianzheng.json, or in LIANZHENG_PORT)";

/** What the operating system's own codes mean to the person at the command line. */
const systemFaults: Readonly<Record<string, string>> = {
  EADDRINUSE: "E_PORT_IN_USE",
  EADDRNOTAVAIL: "E_HOST",
  EACCES: "E_FILE_PERMISSION",
  ENOENT: "E_FILE_ABSENT",
  ENOSPC: "E_STORAGE_FULL",
  EDQUOT: "E_STORAGE_FULL",
  EROFS: "E_STORAGE_READ_ONLY",
  ECONNREFUSED: "E_UNREACHABLE",
  ECONNRESET: "E_UNREACHABLE",
  ENOTFOUND: "E_UNREACHABLE",
  ETIMEDOUT: "E_UNREACHABLE",
};

/**
 * Names the fault behind anything that was thrown.
 *
 * The classes of the lower rooms are told by their names, so that `verify` need not load the node to know the node's errors.
 */
export function toFailure(error: unknown): Failure {
  if (error instanceof CliError) return fail(error.code, error.message, cliFaults[error.code], error.details);
  if (error instanceof CommanderError) {
    return fail("E_USAGE", error.message.replace(/^error: /, "").replaceAll("\n", " "), exitCodes.usage, {});
  }
  if (isCoded(error)) return ofRoom(error) ?? ofSystem(error);
  const detail = error instanceof Error ? error.message : String(error);
  return fail("E_INTERNAL", `${detail} (a fault of this program; --debug shows where)`, exitCodes.undecided, {});
}

function ofRoom(error: CodedError): Failure | undefined {
  const details = error.details ?? {};
  const port = portTaken(error);
  if (port !== undefined) return port;
  switch (error.name) {
    case "EvidenceError":
      return fail(error.code, error.message, exitCodes.usage, details);
    case "NodeError":
    case "ChainError":
      return fail(error.code, error.message, ofStored(error.code), details);
    case "ClientError":
      return fail(error.code, error.message + (remedies[error.code] ?? ""), ofAnswer(error), details);
    default:
      return undefined;
  }
}

/** However deep a room wrapped it: that a port is taken is the environment's fault, and the remedy is always the same. */
function portTaken({ message, cause, details = {} }: CodedError): Failure | undefined {
  if (!isCoded(cause) || cause.code !== "EADDRINUSE") return undefined;
  return fail("E_PORT_IN_USE", `${message}: ${portRemedy}`, exitCodes.undecided, details);
}

function ofStored(code: string): ExitCode {
  if (damage.test(code)) return exitCodes.damaged;
  return /^(CONFIG_|C_OPTIONS$|C_IDENTITY$|C_DEPLOYMENT_FORM$)/.test(code) ? exitCodes.usage : exitCodes.undecided;
}

function ofAnswer({ code, status }: CodedError): ExitCode {
  if (code === "CLIENT_OPTIONS") return exitCodes.usage;
  return status !== undefined && requestFaults.has(status) ? exitCodes.usage : exitCodes.undecided;
}

function ofSystem(error: CodedError): Failure {
  const code = systemFaults[error.code];
  const detail = error.code === "EADDRINUSE" ? `${error.message}: ${portRemedy}` : error.message;
  if (code !== undefined) return fail(code, detail, exitCodes.undecided, {});
  return fail("E_INTERNAL", `${error.message} (${error.code}; --debug shows where)`, exitCodes.undecided, {});
}

function isCoded(error: unknown): error is CodedError {
  return error instanceof Error && "code" in error && typeof error.code === "string";
}

function fail(code: string, detail: string, exitCode: ExitCode, details: Readonly<Record<string, unknown>>): Failure {
  return { code, detail, exitCode, details };
}
