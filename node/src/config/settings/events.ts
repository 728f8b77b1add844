import type { JsonValue } from "@lianzheng/sdk/record";
import type { SettingsReader } from "../values.ts";

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

/** Any public host, over https. */
export const defaultEvents = {
  streamsPerMember: 8,
  heartbeatSeconds: 15,
  webhooksPerMember: 16,
  webhookHosts: null,
  internalHosts: [],
  webhookPorts: [443, 8443],
  allowLoopback: false,
} as const satisfies EventSettings;

/** Reads the block `events`; a folder from before there were events has none. @throws NodeError CONFIG_VALUE */
export function eventsOf(settings: SettingsReader): EventSettings {
  if (!settings.has("events")) return defaultEvents;
  const reader = settings.object("events", Object.keys(defaultEvents));
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

function isHostName(value: JsonValue): value is string {
  return typeof value === "string" && /^[a-z0-9.:-]{1,253}$/.test(value);
}

function isPort(value: JsonValue): value is number {
  return typeof value === "number" && Number.isInteger(value) && value >= 1 && value <= 65_535;
}
