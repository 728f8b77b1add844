import type { SettingsReader } from "../values.ts";

/** Bounds of the API; more is refused, never cut. */
export interface LimitSettings {
  readonly bodyBytes: number;
  readonly batchRecords: number;
  readonly concurrentSubmissions: number;
  readonly requestTimeoutMs: number;
}

/** For one machine that members' systems reach over a network. */
export const defaultLimits = {
  bodyBytes: 8 * 1024 * 1024,
  batchRecords: 1000,
  concurrentSubmissions: 512,
  requestTimeoutMs: 30_000,
} as const satisfies LimitSettings;

/** Reads the block `limits`. @throws NodeError CONFIG_VALUE */
export function limitsOf(settings: SettingsReader): LimitSettings {
  const reader = settings.object("limits", Object.keys(defaultLimits));
  return {
    bodyBytes: reader.count("bodyBytes", 1024, 64 * 1024 * 1024),
    batchRecords: reader.count("batchRecords", 1, 1000),
    concurrentSubmissions: reader.count("concurrentSubmissions", 1, 100_000),
    requestTimeoutMs: reader.count("requestTimeoutMs", 100, 600_000),
  };
}
