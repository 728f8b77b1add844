import type { SettingsReader } from "../values.ts";

/** How the node shows its condition. */
export interface TelemetrySettings {
  /** Who may read `/metrics`: holders of a key with the scope `monitor`, or everybody who reaches the port. */
  readonly metrics: "monitor" | "open";
}

/** Nobody without a key. */
export const defaultTelemetry: TelemetrySettings = { metrics: "monitor" };

/** Reads the block `telemetry`, which may be left out. @throws NodeError CONFIG_VALUE */
export function telemetryOf(settings: SettingsReader): TelemetrySettings {
  if (!settings.has("telemetry")) return defaultTelemetry;
  const reader = settings.object("telemetry", ["metrics"]);
  const isAudience = (text: string): boolean => text === "monitor" || text === "open";
  return { metrics: reader.text("metrics", isAudience, '"monitor" or "open"') as TelemetrySettings["metrics"] };
}
