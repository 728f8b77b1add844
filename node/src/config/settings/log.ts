import type { SettingsReader } from "../values.ts";

/** How the log is kept and shown. */
export interface LogSettings {
  /** `members`: entries only through the API, with a key; `open`: as files beside the hash tiles, for everybody. */
  readonly entries: "members" | "open";
  /** From one publication of `log/` as files to the next, while the log grows. */
  readonly publishSeconds: number;
  /** Closed journal segments are read again at this rate, to find what flipped; 0 for never. */
  readonly patrolBytesPerSecond: number;
}

/** Entries for members, and a patrol that a disk does not feel. */
export const defaultLog = {
  entries: "members",
  publishSeconds: 1,
  patrolBytesPerSecond: 1024 * 1024,
} as const satisfies LogSettings;

/** Reads the block `log`, which may be left out. @throws NodeError CONFIG_VALUE */
export function logOf(settings: SettingsReader): LogSettings {
  if (!settings.has("log")) return defaultLog;
  const reader = settings.object("log", Object.keys(defaultLog));
  const isAudience = (text: string): boolean => text === "members" || text === "open";
  return {
    entries: reader.text("entries", isAudience, '"members" or "open"') as LogSettings["entries"],
    publishSeconds: reader.count("publishSeconds", 1, 86_400),
    patrolBytesPerSecond: reader.count("patrolBytesPerSecond", 0, 2 ** 31),
  };
}
