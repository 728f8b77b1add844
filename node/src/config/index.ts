export { environmentVariables, passphraseFileVariable } from "./environment.ts";
export type { Environment } from "./environment.ts";
export { pathsOf, readNodeFolder, readNodeSettings, writeDeployment } from "./folder.ts";
export type { NodeFolder, NodePaths } from "./folder.ts";
export { initNode } from "./init.ts";
export type { InitializedNode, NodeInit } from "./init.ts";
export type { LogKey } from "./log-key.ts";
export { defaultSettings, isOrigin, logLevels } from "./settings.ts";
export type {
  AnchorSettings,
  EventSettings,
  LimitSettings,
  LogLevel,
  NodeSettings,
  TelemetrySettings,
} from "./settings.ts";
export { decodeTokens, encodeTokens, issueToken } from "./tokens.ts";
export type { IssuedToken, TokenEntry, TokenScope } from "./tokens.ts";
export type { ChainKey } from "./wallet.ts";
