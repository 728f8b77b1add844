import type { NodeClient } from "@lianzheng/sdk/client";
import { toAddress } from "./address.ts";
import { readInput } from "./files/read.ts";

/** Longest token file that is read, in bytes. */
const MAX_TOKEN_BYTES = 4_096;

/** Where a node is and who asks. */
export interface NodeAddress {
  readonly url: string;
  readonly tokenFile?: string;
}

/**
 * A client of the node, with the token of the file if one is named.
 *
 * @throws CliError E_URL, E_URL_CREDENTIALS, E_FILE_…
 */
export async function openClient({ url, tokenFile }: NodeAddress): Promise<NodeClient> {
  const address = toAddress(url).href.replace(/\/$/, "");
  const { NodeClient } = await import("@lianzheng/sdk/client");
  return new NodeClient({ url: address, ...(tokenFile === undefined ? {} : { token: await readToken(tokenFile) }) });
}

/** The token that a file holds. @throws CliError E_FILE_… */
export async function readToken(file: string): Promise<string> {
  return new TextDecoder().decode(await readInput(file, MAX_TOKEN_BYTES)).trim();
}
