import { isAddress } from "./address.ts";

/**
 * The address of a running node that is named by its address, or by its folder on this machine.
 *
 * @throws NodeError CONFIG_MISSING, CONFIG_FORMAT, CONFIG_VALUE if the folder is none of a node
 */
export async function addressOf(node: string, env: Readonly<Record<string, string | undefined>>): Promise<string> {
  if (isAddress(node)) return node;
  const { readNodeSettings } = await import("@lianzheng/node/config");
  const { host, port } = (await readNodeSettings(node, env)).listen;
  return `http://${reachable(host)}:${port}`;
}

/** A node that listens on every address is reached by the loopback one. */
function reachable(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
