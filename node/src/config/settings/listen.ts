import type { SettingsReader } from "../values.ts";

/** Where the API listens. */
export interface ListenSettings {
  readonly host: string;
  /** TCP port, 0 for any that is free. */
  readonly port: number;
}

/** Nobody but this machine. */
export const defaultListen = { host: "127.0.0.1", port: 8080 } as const satisfies ListenSettings;

/** Whether `text` is a host to listen on: a name or an address. */
export function isHost(text: string): boolean {
  return /^[A-Za-z0-9.:_-]{1,253}$/.test(text);
}

/** Whether nobody but this machine reaches `host`. */
export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** Reads the block `listen`. @throws NodeError CONFIG_VALUE */
export function listenOf(settings: SettingsReader): ListenSettings {
  const reader = settings.object("listen", ["host", "port"]);
  return { host: reader.text("host", isHost, "a host name or address"), port: reader.count("port", 0, 65_535) };
}
