import { isJsonObject, parseJson } from "@lianzheng/sdk/record";
import { utf8 } from "@lianzheng/sdk/encoding";
import type { JsonValue } from "@lianzheng/sdk/record";
import { printable } from "./width.ts";

/** Levels of the node's log that deserve a word; information is the ordinary case. */
const levelWords: Readonly<Record<number, string>> = { 10: "trace", 20: "debug", 40: "warn", 50: "error", 60: "fatal" };

/** Members of every line that a person who watches it has no use for. */
const unshown: ReadonlySet<string> = new Set(["level", "time", "pid", "hostname", "msg"]);

/**
 * A line of the node's log as a person reads it: time of day, the level unless it is information, the message, the rest as
 * `name=value`. What is no line of JSON is shown as it is, made harmless for the terminal.
 */
export function readableLogLine(line: string): string {
  const entry = entryOf(line);
  if (entry === undefined) return printable(line);
  const { time, level, msg } = entry;
  const clock = typeof time === "number" ? new Date(time).toTimeString().slice(0, 8) : "";
  const word = typeof level === "number" ? (levelWords[level] ?? "") : "";
  const rest = Object.entries(entry)
    .filter(([name]) => !unshown.has(name))
    .map(([name, value]) => `${name}=${textOf(value)}`);
  return printable([clock, word, textOf(msg), ...rest].filter((part) => part !== "").join("  "));
}

function entryOf(line: string): Readonly<Record<string, JsonValue | undefined>> | undefined {
  try {
    const value = parseJson(utf8(line));
    return isJsonObject(value) ? value : undefined;
  } catch {
    // Not JSON, or JSON that the strict reader refuses: the line is for people either way.
    return undefined;
  }
}

function textOf(value: JsonValue | undefined): string {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}
