import { isJsonObject, isUscc, parseJson } from "@lianzheng/sdk/record";
import type { JsonValue } from "@lianzheng/sdk/record";
import { EvidenceError } from "@lianzheng/sdk/encoding";
import { NodeError } from "../errors.ts";
import { defaultRetention, retentionOf } from "./retention.ts";
import type { RetentionSettings } from "./retention.ts";
import { SettingsReader, wrongValue } from "./values.ts";

/** The chain of one operator, run by this node in its own folder. */
export interface EmbeddedChainSettings {
  readonly kind: "embedded";
  readonly chainId: number;
  /** TCP port of its JSON-RPC on loopback, 0 for any that is free, null for none. */
  readonly rpcPort: number | null;
}

/** A chain that others run too. */
export interface RemoteChainSettings {
  readonly kind: "rpc";
  /** `http` or `https`, without credentials. */
  readonly url: string;
}

/** When the log's checkpoint goes to the chain: after so many records, or so many seconds after the first of them. */
export interface AnchorSettings {
  readonly everyRecords: number;
  readonly everySeconds: number;
  /** Never offered more for gas: wei per gas, decimal. */
  readonly maxFeePerGas: string;
  /** Blocks on top of an anchor's before it counts: 0 on a chain whose blocks are final at once (QBFT, the embedded one). */
  readonly confirmations: number;
}

/** Bounds of the API; more is refused, never cut. */
export interface LimitSettings {
  readonly bodyBytes: number;
  readonly batchRecords: number;
  readonly concurrentSubmissions: number;
  readonly requestTimeoutMs: number;
}

/** Who is told of events, and where they are delivered to. */
export interface EventSettings {
  readonly streamsPerMember: number;
  readonly heartbeatSeconds: number;
  readonly webhooksPerMember: number;
  /** Hosts that webhooks may name; null for any public one. */
  readonly webhookHosts: readonly string[] | null;
  /** Hosts that may have addresses in private networks. */
  readonly internalHosts: readonly string[];
  readonly webhookPorts: readonly number[];
  /** `http` and this machine as a target: for tests only. */
  readonly allowLoopback: boolean;
}

/** How the node shows its condition. */
export interface TelemetrySettings {
  /** Who may read `/metrics`: holders of a key with the scope `monitor`, or everybody who reaches the port. */
  readonly metrics: "monitor" | "open";
}
/** `open`: anybody reads the API's description; `key`: who holds a token that may `read`. */
export type DocsAccess = "open" | "key";

/** How the log is kept and shown. */
export interface LogSettings {
  /** `members`: entries only through the API, with a key; `open`: as files beside the hash tiles, for everybody. */
  readonly entries: "members" | "open";
  /** From one publication of `log/` as files to the next, while the log grows. */
  readonly publishSeconds: number;
  /** Closed journal segments are read again at this rate, to find what flipped; 0 for never. */
  readonly patrolBytesPerSecond: number;
}

/** Levels of the node's log. */
export const logLevels = ["fatal", "error", "warn", "info", "debug", "silent"] as const;

/** One of {@link logLevels}. */
export type LogLevel = (typeof logLevels)[number];

/** `lianzheng.json`: everything about a node that is no secret. */
export interface NodeSettings {
  readonly format: "lianzheng-node";
  readonly version: 1;
  /** The log's name (C2SP tlog-checkpoint origin). It stands in every checkpoint and never changes. */
  readonly origin: string;
  /** USCC of the member that runs the node and owns the log. */
  readonly owner: string;
  readonly listen: { readonly host: string; readonly port: number };
  readonly chain: EmbeddedChainSettings | RemoteChainSettings;
  readonly anchor: AnchorSettings;
  readonly limits: LimitSettings;
  readonly events: EventSettings;
  readonly telemetry: TelemetrySettings;
  readonly logLevel: LogLevel;
  readonly log: LogSettings;
  /** Who may read `/docs`; {@link docsAccessOf} says what holds where nothing is said. */
  readonly docs?: DocsAccess;
  /** How the chain's law is followed; {@link defaultRegistrySettings} where nothing is said. */
  readonly registry?: RegistrySettings;
  /** How long records are kept. */
  readonly retention: RetentionSettings;
}

/** How the registry follows the chain. */
export interface RegistrySettings {
  /** Between two looks at the chain's newest block. */
  readonly pollMs: number;
  /** Blocks that can be undone when the chain replaces them; more, and the registry is made again. */
  readonly undoBlocks: number;
  /** Seconds between two comparisons of some rows with the contracts; 0 for none. */
  readonly checkSeconds: number;
}

/** For a chain with a block every few seconds. */
export const defaultRegistrySettings: RegistrySettings = { pollMs: 1_000, undoBlocks: 256, checkSeconds: 600 };

/** What a new node has for everything that it was not told. */
export const defaultSettings = {
  listen: { host: "127.0.0.1", port: 8080 },
  anchor: { everyRecords: 10_000, everySeconds: 10, maxFeePerGas: "1000000000000", confirmations: 0 },
  limits: {
    bodyBytes: 8 * 1024 * 1024,
    batchRecords: 1000,
    concurrentSubmissions: 512,
    requestTimeoutMs: 30_000,
  },
  events: {
    streamsPerMember: 8,
    heartbeatSeconds: 15,
    webhooksPerMember: 16,
    webhookHosts: null,
    internalHosts: [],
    webhookPorts: [443, 8443],
    allowLoopback: false,
  },
  telemetry: { metrics: "monitor" },
  logLevel: "info",
  log: { entries: "members", publishSeconds: 1, patrolBytesPerSecond: 1024 * 1024 },
  retention: defaultRetention,
  chainId: 20260,
} as const;

/** Whether `text` may name a log: a schema-less URL as C2SP tlog-checkpoint asks, of which a note's key name is made. */
export function isOrigin(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/.test(text);
}

/** Whether `text` is a host to listen on: a name or an address. */
export function isHost(text: string): boolean {
  return /^[A-Za-z0-9.:_-]{1,253}$/.test(text);
}

function isDocsAccess(text: string): text is DocsAccess {
  return text === "open" || text === "key";
}

/** Who may read `/docs`: what the settings say, else anybody on this machine and only token holders from elsewhere. */
export function docsAccessOf({ docs, listen }: Pick<NodeSettings, "docs" | "listen">): DocsAccess {
  return docs ?? (isLoopback(listen.host) ? "open" : "key");
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** Whether `text` is one of {@link logLevels}. */
export function isLogLevel(text: string): text is LogLevel {
  return (logLevels as readonly string[]).includes(text);
}

/** Whether `text` is a chain's URL. Credentials in a URL end up in logs, so they are refused. */
export function isChainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return ["http:", "https:"].includes(protocol) && username === "" && password === "";
}

/** Whether `text` is an amount of wei. */
export function isWei(text: string): boolean {
  return /^(0|[1-9]\d{0,29})$/.test(text);
}

/** What {@link isWei} asks, in words. */
export const weiForm = "a whole number of wei, in quotes";

/** What {@link isChainUrl} asks, in words. */
export const chainUrlForm = "an http or https URL without user and password";

/**
 * The settings in the bytes of `source` (a file's name, for messages).
 *
 * @throws NodeError CONFIG_FORMAT: not strict JSON; CONFIG_VALUE: a field that is missing, unknown or not acceptable
 */
export function decodeSettings(bytes: Uint8Array, source: string): NodeSettings {
  const top = ["format", "version", "origin", "owner", "listen", "chain", "anchor", "limits", "logLevel"];
  // A file from before a room had settings is read as it is: what it leaves out has a default.
  const optional = ["docs", "events", "log", "registry", "retention", "telemetry"];
  const reader = new SettingsReader(source, jsonOf(bytes, source), "", top, optional);
  reader.text("format", (text) => text === "lianzheng-node", '"lianzheng-node"');
  reader.count("version", 1, 1);
  return {
    format: "lianzheng-node",
    version: 1,
    origin: reader.text("origin", isOrigin, "a log's name: a host and a path without a scheme"),
    owner: reader.text("owner", isUscc, "a unified social credit code with its check character"),
    listen: listenOf(reader.object("listen", ["host", "port"])),
    chain: chainOf(reader, source),
    anchor: anchorOf(reader),
    limits: limitsOf(reader.object("limits", Object.keys(defaultSettings.limits))),
    events: eventsOf(reader),
    telemetry: telemetryOf(reader),
    logLevel: reader.text("logLevel", isLogLevel, `one of ${logLevels.join(", ")}`) as LogLevel,
    ...(reader.has("registry")
      ? { registry: registryOf(reader.object("registry", Object.keys(defaultRegistrySettings))) }
      : {}),
    retention: reader.has("retention") ? retentionOf(source, reader.value("retention")) : defaultSettings.retention,
    log: reader.has("log") ? logOf(reader.object("log", Object.keys(defaultSettings.log))) : defaultSettings.log,
    ...(reader.has("docs") ? { docs: reader.text("docs", isDocsAccess, '"open" or "key"') as DocsAccess } : {}),
  };
}

/** JSON of a file of the node's folder, read as strictly as any other. */
export function jsonOf(bytes: Uint8Array, source: string): JsonValue {
  try {
    return parseJson(bytes);
  } catch (error) {
    if (!(error instanceof EvidenceError)) throw error;
    throw new NodeError("CONFIG_FORMAT", `${source}: ${error.message}`, { source, ...error.details }, error);
  }
}

function listenOf(reader: SettingsReader): NodeSettings["listen"] {
  return { host: reader.text("host", isHost, "a host name or address"), port: reader.count("port", 0, 65_535) };
}

function chainOf(reader: SettingsReader, source: string): NodeSettings["chain"] {
  const value = reader.value("chain");
  const kind = isJsonObject(value) ? value["kind"] : undefined;
  if (kind === "rpc") {
    return { kind, url: reader.object("chain", ["kind", "url"]).text("url", isChainUrl, chainUrlForm) };
  }
  if (kind !== "embedded") throw wrongValue(source, "/chain/kind", '"embedded" or "rpc"');
  const chain = reader.object("chain", ["kind", "chainId", "rpcPort"]);
  const rpcPort = chain.value("rpcPort") === null ? null : chain.count("rpcPort", 0, 65_535);
  return { kind, chainId: chain.count("chainId", 1, 2 ** 31), rpcPort };
}

/** A folder from before a setting existed has its default. */
function anchorOf(settings: SettingsReader): AnchorSettings {
  const value = settings.value("anchor");
  const { maxFeePerGas, confirmations } = defaultSettings.anchor;
  const has = (name: string): boolean => isJsonObject(value) && Object.hasOwn(value, name);
  const later = ["maxFeePerGas", "confirmations"].filter(has);
  const reader = settings.object("anchor", ["everyRecords", "everySeconds", ...later]);
  return {
    everyRecords: reader.count("everyRecords", 1, 1_000_000),
    everySeconds: reader.count("everySeconds", 1, 86_400),
    maxFeePerGas: has("maxFeePerGas") ? reader.text("maxFeePerGas", isWei, weiForm) : maxFeePerGas,
    confirmations: has("confirmations") ? reader.count("confirmations", 0, 10_000) : confirmations,
  };
}

function logOf(reader: SettingsReader): LogSettings {
  return {
    entries: reader.text("entries", (text) => text === "members" || text === "open", '"members" or "open"') as
      "members" | "open",
    publishSeconds: reader.count("publishSeconds", 1, 86_400),
    patrolBytesPerSecond: reader.count("patrolBytesPerSecond", 0, 2 ** 31),
  };
}

function registryOf(reader: SettingsReader): RegistrySettings {
  return {
    pollMs: reader.count("pollMs", 50, 3_600_000),
    undoBlocks: reader.count("undoBlocks", 1, 100_000),
    checkSeconds: reader.count("checkSeconds", 0, 604_800),
  };
}

function limitsOf(reader: SettingsReader): LimitSettings {
  return {
    bodyBytes: reader.count("bodyBytes", 1024, 64 * 1024 * 1024),
    batchRecords: reader.count("batchRecords", 1, 1000),
    concurrentSubmissions: reader.count("concurrentSubmissions", 1, 100_000),
    requestTimeoutMs: reader.count("requestTimeoutMs", 100, 600_000),
  };
}

/** A folder from before there were events has no such block. */
function eventsOf(settings: SettingsReader): EventSettings {
  if (!settings.has("events")) return defaultSettings.events;
  const reader = settings.object("events", Object.keys(defaultSettings.events));
  const hosts = (name: string): readonly string[] => reader.list(name, isHostName, 256, "host names or addresses");
  return {
    streamsPerMember: reader.count("streamsPerMember", 1, 64),
    heartbeatSeconds: reader.count("heartbeatSeconds", 1, 60),
    webhooksPerMember: reader.count("webhooksPerMember", 0, 64),
    webhookHosts: reader.value("webhookHosts") === null ? null : hosts("webhookHosts"),
    internalHosts: hosts("internalHosts"),
    webhookPorts: reader.list("webhookPorts", isPort, 64, "ports from 1 to 65535"),
    allowLoopback: reader.flag("allowLoopback"),
  };
}

function telemetryOf(settings: SettingsReader): TelemetrySettings {
  if (!settings.has("telemetry")) return defaultSettings.telemetry;
  const reader = settings.object("telemetry", ["metrics"]);
  const isAudience = (text: string): boolean => text === "monitor" || text === "open";
  return { metrics: reader.text("metrics", isAudience, '"monitor" or "open"') as TelemetrySettings["metrics"] };
}

function isHostName(value: JsonValue): value is string {
  return typeof value === "string" && /^[a-z0-9.:-]{1,253}$/.test(value);
}

function isPort(value: JsonValue): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 65_535;
}
