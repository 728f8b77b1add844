import type { Colors } from "picocolors/types.js";
import pico from "picocolors";
import type { Failure } from "../failure.ts";
import type { ExitCode } from "../exit.ts";
import { readableLogLine } from "./node-log.ts";
import { Progress } from "./progress.ts";
import type { Sink } from "./sink.ts";
import { printable } from "./width.ts";

/** How the person or program wants to be told. */
export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly color: boolean;
  readonly debug: boolean;
  /** Columns that the user asked for (POSIX `COLUMNS`); otherwise the terminal's. */
  readonly columns?: number | undefined;
}

/** What a command has to say when it is done: the same facts for a program and for a person. */
export interface Outcome {
  readonly exitCode: ExitCode;
  /** One word, such as `verified` or `done`. */
  readonly result: string;
  /** The rest of the JSON answer. */
  readonly json: Readonly<Record<string, unknown>>;
  /** Lines for a person. */
  readonly human: readonly string[];
}

/** Version of the JSON that the command prints; it rises when a member changes its meaning. */
const SCHEMA = 1;

/**
 * The two streams of a command: answers on stdout, everything said on the way and every error on stderr.
 *
 * With `--json` stdout carries exactly one JSON object whatever happens, errors included; a service prints it when it is ready, and a
 * second one only if it ends badly after that.
 */
export class Output {
  readonly options: OutputOptions;
  /** Colours of answers, plain unless stdout is a terminal. */
  readonly colors: Colors;
  /** Colours of what is said on the way, plain unless stderr is a terminal. */
  readonly narration: Colors;
  readonly #stdout: Sink;
  readonly #stderr: Sink;

  constructor(options: OutputOptions, stdout: Sink, stderr: Sink) {
    this.options = options;
    this.#stdout = survivingClosure(stdout);
    this.#stderr = survivingClosure(stderr);
    this.colors = pico.createColors(options.color && stdout.isTTY === true);
    this.narration = pico.createColors(options.color && stderr.isTTY === true);
  }

  /** Columns to fold answers to; undefined where nothing is known of them, as in a pipe. */
  get columns(): number | undefined {
    return this.options.columns ?? (this.#stdout.isTTY === true ? this.#stdout.columns : undefined);
  }

  /** The same for what is said on the way. */
  get narrationColumns(): number | undefined {
    return this.options.columns ?? (this.#stderr.isTTY === true ? this.#stderr.columns : undefined);
  }

  /** Whether a person watches what is said on the way. */
  get readable(): boolean {
    return this.#stderr.isTTY === true && !this.options.json;
  }

  /** Takes a node's log, line by line, and shows it to a person. */
  get log(): { write(line: string): void } {
    return { write: (line) => this.#stderr.write(`${readableLogLine(line.trimEnd())}\n`) };
  }

  /** Something worth knowing on the way; not with `--json` or `--quiet`. */
  say(text: string): void {
    if (!this.options.json && !this.options.quiet) this.#stderr.write(`${text}\n`);
  }

  /** Something that must be seen even with `--quiet`; with `--json` it stays on stderr beside the answer. */
  warn(text: string): void {
    this.#stderr.write(`${this.narration.yellow("!")} ${text}\n`);
  }

  /** Writes the answer of a command. */
  answer(outcome: Outcome): void {
    if (this.options.json) this.#json({ result: outcome.result, ...outcome.json, exitCode: outcome.exitCode });
    else for (const line of outcome.human) this.#stdout.write(`${line}\n`);
  }

  /** Writes raw bytes that were asked for on stdout, such as an evidence bundle. */
  raw(text: string): void {
    this.#stdout.write(text);
  }

  /** Tells of a fault. */
  fail(failure: Failure, cause: unknown): void {
    if (this.options.json) {
      const { code, detail, exitCode, details } = failure;
      this.#json({ result: "error", code, detail, ...plainDetails(details), exitCode });
    } else {
      this.#stderr.write(`${this.narration.red("error")} ${failure.code}: ${printable(failure.detail)}\n`);
    }
    if (this.options.debug && cause instanceof Error) this.#stderr.write(`${cause.stack ?? cause.message}\n`);
  }

  /** A line that shows how far something got, on a terminal and only after a second. */
  progress(label: string): Progress {
    const shown = this.readable && !this.options.quiet;
    return new Progress(label, shown ? this.#stderr : undefined);
  }

  #json(value: Readonly<Record<string, unknown>>): void {
    this.#stdout.write(`${JSON.stringify({ schema: SCHEMA, ...value })}\n`);
  }
}

/** Only what JSON can say; a bigint as its decimal text. */
function plainDetails(details: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  if (Object.keys(details).length === 0) return {};
  const text = JSON.stringify(details, (_, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
  return { details: JSON.parse(text) as unknown };
}

/**
 * The reader may leave early (`| head`): then the rest is not written, and the command still ends with its own exit code, so that
 * a verdict is never lost to a closed pipe.
 */
function survivingClosure(sink: Sink): Sink {
  let open = true;
  sink.on("error", (error) => {
    if (error.code !== "EPIPE") throw error;
    open = false;
  });
  return {
    isTTY: sink.isTTY,
    columns: sink.columns,
    write: (text) => open && sink.write(text),
    on: (event, listener) => sink.on(event, listener),
  };
}
