import { isUscc } from "@lianzheng/sdk/record";
import { jsonOf } from "../json.ts";
import { SettingsReader } from "../values.ts";
import { anchorOf, defaultAnchor } from "./anchor.ts";
import type { AnchorSettings } from "./anchor.ts";
import { chainOf, defaultChainId } from "./chain.ts";
import type { EmbeddedChainSettings, RemoteChainSettings } from "./chain.ts";
import { docsOf } from "./docs.ts";
import type { DocsAccess } from "./docs.ts";
import { defaultEvents, eventsOf } from "./events.ts";
import type { EventSettings } from "./events.ts";
import { defaultLimits, limitsOf } from "./limits.ts";
import type { LimitSettings } from "./limits.ts";
import { defaultListen, listenOf } from "./listen.ts";
import type { ListenSettings } from "./listen.ts";
import { logLevelOf } from "./log-level.ts";
import type { LogLevel } from "./log-level.ts";
import { defaultLog, logOf } from "./log.ts";
import type { LogSettings } from "./log.ts";
import { isOrigin } from "./origin.ts";
import { registryOf } from "./registry.ts";
import type { RegistrySettings } from "./registry.ts";
import { defaultRetention, retentionOf } from "./retention.ts";
import type { RetentionSettings } from "./retention.ts";
import { defaultTelemetry, telemetryOf } from "./telemetry.ts";
import type { TelemetrySettings } from "./telemetry.ts";
import { witnessesOf, witnessingOf } from "./witnesses.ts";
import type { WitnessingSettings, WitnessSettings } from "./witnesses.ts";

/** `lianzheng.json`: everything about a node that is no secret. */
export interface NodeSettings {
  readonly format: "lianzheng-node";
  readonly version: 1;
  /** The log's name (C2SP tlog-checkpoint origin). It stands in every checkpoint and never changes. */
  readonly origin: string;
  /** USCC of the member that runs the node and owns the log. */
  readonly owner: string;
  readonly listen: ListenSettings;
  readonly chain: EmbeddedChainSettings | RemoteChainSettings;
  readonly anchor: AnchorSettings;
  readonly limits: LimitSettings;
  readonly events: EventSettings;
  readonly telemetry: TelemetrySettings;
  readonly logLevel: LogLevel;
  readonly log: LogSettings;
  readonly witnesses: readonly WitnessSettings[];
  /** Undefined where the node witnesses nobody. */
  readonly witness?: WitnessingSettings;
  /** Who may read `/docs`; {@link docsAccessOf} says what holds where nothing is said. */
  readonly docs?: DocsAccess;
  /** How the chain's law is followed; {@link defaultRegistrySettings} where nothing is said. */
  readonly registry?: RegistrySettings;
  /** How long records are kept. */
  readonly retention: RetentionSettings;
}

/** What a new node has for everything that it was not told. */
export const defaultSettings = {
  listen: defaultListen,
  anchor: defaultAnchor,
  limits: defaultLimits,
  events: defaultEvents,
  telemetry: defaultTelemetry,
  logLevel: "info",
  log: defaultLog,
  retention: defaultRetention,
  chainId: defaultChainId,
} as const;

const blocks = ["format", "version", "origin", "owner", "listen", "chain", "anchor", "limits", "logLevel"];

/** A file from before a room had settings is read as it is: what it leaves out has a default. */
const laterBlocks = ["docs", "events", "log", "registry", "retention", "telemetry", "witness", "witnesses"];

/**
 * The settings in the bytes of `source` (a file's name, for messages).
 *
 * @throws NodeError CONFIG_FORMAT: not strict JSON; CONFIG_VALUE: a field that is missing, unknown or not acceptable
 */
export function decodeSettings(bytes: Uint8Array, source: string): NodeSettings {
  const reader = new SettingsReader(source, jsonOf(bytes, source), "", blocks, laterBlocks);
  reader.text("format", (text) => text === "lianzheng-node", '"lianzheng-node"');
  reader.count("version", 1, 1);
  return {
    format: "lianzheng-node",
    version: 1,
    origin: reader.text("origin", isOrigin, "a log's name: a host and a path without a scheme"),
    owner: reader.text("owner", isUscc, "a unified social credit code with its check character"),
    listen: listenOf(reader),
    chain: chainOf(reader, source),
    anchor: anchorOf(reader),
    limits: limitsOf(reader),
    events: eventsOf(reader),
    telemetry: telemetryOf(reader),
    logLevel: logLevelOf(reader),
    log: logOf(reader),
    witnesses: witnessesOf(reader),
    retention: reader.has("retention") ? retentionOf(source, reader.value("retention")) : defaultRetention,
    ...said("witness", witnessingOf(reader)),
    ...said("docs", docsOf(reader)),
    ...said("registry", registryOf(reader)),
  };
}

/** Nothing where nothing is said: what is absent stays absent when the settings are written again. */
function said<Name extends string, Value>(name: Name, value: Value | undefined): Partial<Record<Name, Value>> {
  return value === undefined ? {} : ({ [name]: value } as Partial<Record<Name, Value>>);
}
