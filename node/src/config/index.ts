export { environmentVariables, passphraseFileVariable } from "./environment.ts";
export type { Environment } from "./environment.ts";
export { pathsOf, readNodeFolder, readNodeSettings, readNodeVerifier, writeDeployment } from "./folder.ts";
export type { NodeFolder, NodePaths } from "./folder.ts";
export { bindFolder, identityPath } from "./identity.ts";
export type { FolderIdentity } from "./identity.ts";
export { readFileIfThere } from "./files.ts";
export { jsonOf } from "./json.ts";
export { SettingsReader, wrongValue } from "./values.ts";
export { initNode } from "./init.ts";
export type { InitializedNode, NodeInit } from "./init.ts";
export type { LogKey } from "./log-key.ts";
export { retentionEnd, retentionYears, shortestRetention } from "./settings/index.ts";
export type { RetentionRule, RetentionSettings } from "./settings/index.ts";
export { defaultRegistrySettings, defaultSettings, docsAccessOf, isOrigin, logLevels } from "./settings/index.ts";
export type {
  AnchorSettings,
  DocsAccess,
  EventSettings,
  LimitSettings,
  LogLevel,
  LogSettings,
  NodeSettings,
  TelemetrySettings,
  WitnessingSettings,
  WitnessSettings,
} from "./settings/index.ts";
export { addToken, maxTokens, readTokens, revokeToken } from "./token-file.ts";
export { TokenWatch } from "./token-watch.ts";
export type { TokenWatchOptions } from "./token-watch.ts";
export { scopes } from "../scopes.ts";
export type { Scope } from "../scopes.ts";
export { decodeTokens, defaultTokenDays, encodeTokens, issueToken } from "./tokens.ts";
export type { IssuedToken, TokenEntry, TokenTerms } from "./tokens.ts";
export type { ChainKey } from "./wallet.ts";
