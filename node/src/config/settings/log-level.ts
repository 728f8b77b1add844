import type { SettingsReader } from "../values.ts";

/** Levels of the node's log. */
export const logLevels = ["fatal", "error", "warn", "info", "debug", "silent"] as const;

/** One of {@link logLevels}. */
export type LogLevel = (typeof logLevels)[number];

/** Whether `text` is one of {@link logLevels}. */
export function isLogLevel(text: string): text is LogLevel {
  return (logLevels as readonly string[]).includes(text);
}

/** Reads `logLevel`. @throws NodeError CONFIG_VALUE */
export function logLevelOf(settings: SettingsReader): LogLevel {
  return settings.text("logLevel", isLogLevel, `one of ${logLevels.join(", ")}`) as LogLevel;
}
