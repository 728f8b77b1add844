import { isJsonObject } from "@lianzheng/sdk/record";
import { wrongValue } from "../values.ts";
import type { SettingsReader } from "../values.ts";

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

/** Chain id of an embedded chain that was given none. */
export const defaultChainId = 20260;

/** What {@link isChainUrl} asks, in words. */
export const chainUrlForm = "an http or https URL without user and password";

/** Whether `text` is a chain's URL. Credentials in a URL end up in logs, so they are refused. */
export function isChainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return ["http:", "https:"].includes(protocol) && username === "" && password === "";
}

/** Reads the block `chain`. @throws NodeError CONFIG_VALUE */
export function chainOf(settings: SettingsReader, source: string): EmbeddedChainSettings | RemoteChainSettings {
  const value = settings.value("chain");
  const kind = isJsonObject(value) ? value["kind"] : undefined;
  if (kind === "rpc") {
    return { kind, url: settings.object("chain", ["kind", "url"]).text("url", isChainUrl, chainUrlForm) };
  }
  if (kind !== "embedded") throw wrongValue(source, "/chain/kind", '"embedded" or "rpc"');
  const chain = settings.object("chain", ["kind", "chainId", "rpcPort"]);
  const rpcPort = chain.value("rpcPort") === null ? null : chain.count("rpcPort", 0, 65_535);
  return { kind, chainId: chain.count("chainId", 1, 2 ** 31), rpcPort };
}
