import type { NodeClient } from "@lianzheng/sdk/client";
import { toAddress } from "./address.ts";
import { CliError } from "./errors.ts";
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

/** A token that was given in the place of a file's name is not repeated in the refusal. */
async function readToken(file: string): Promise<string> {
  if (/^lz_[0-9a-f]{8}_/.test(file)) {
    throw new CliError(
      "E_SECRET_ARGUMENT",
      "--token-file takes the name of a file, not a token; every user of this machine sees a command line",
    );
  }
  return new TextDecoder().decode(await readInput(file, MAX_TOKEN_BYTES)).trim();
}
