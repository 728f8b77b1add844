/** `lianzheng.json`, a file for each of its blocks: its type, its defaults, and how it is read. */
export { isWei, weiForm, type AnchorSettings } from "./anchor.ts";
export { chainUrlForm, isChainUrl } from "./chain.ts";
export { docsAccessOf, type DocsAccess } from "./docs.ts";
export type { EventSettings } from "./events.ts";
export type { LimitSettings } from "./limits.ts";
export { isHost } from "./listen.ts";
export { isLogLevel, logLevels, type LogLevel } from "./log-level.ts";
export type { LogSettings } from "./log.ts";
export { isOrigin } from "./origin.ts";
export { defaultRegistrySettings } from "./registry.ts";
export { retentionEnd, retentionYears, shortestRetention } from "./retention.ts";
export type { RetentionRule, RetentionSettings } from "./retention.ts";
export { decodeSettings, defaultSettings, type NodeSettings } from "./settings.ts";
export type { TelemetrySettings } from "./telemetry.ts";
export type { WitnessingSettings, WitnessSettings } from "./witnesses.ts";
