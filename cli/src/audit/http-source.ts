import { ClientError, Transport } from "@lianzheng/sdk/client";
import { toAddress } from "../address.ts";
import { readToken } from "../client.ts";
import { maxEntriesBytes, maxNoteBytes, maxTileBytes, type LogSource } from "./log-source.ts";

/** A server says so when it shows entries to others only. */
const closedStatuses = new Set([401, 403, 404]);

/**
 * A log over HTTP. A node has it below `/log`; any other server of tlog-tiles where the address points.
 *
 * @throws ClientError CLIENT_UNREACHABLE, CLIENT_TIMEOUT, …; CliError E_URL, E_FILE_…
 */
export async function openHttpSource(place: string, tokenFile: string | undefined): Promise<LogSource> {
  const url = toAddress(place).href.replace(/\/$/, "");
  const token = tokenFile === undefined ? {} : { token: await readToken(tokenFile) };
  const transport = new Transport({ url, ...token });
  const get = async (path: string, maxBytes: number, absent: ReadonlySet<number>): Promise<Uint8Array | undefined> => {
    try {
      return (await transport.send({ method: "GET", path, maxBytes })).bytes;
    } catch (error) {
      if (error instanceof ClientError && error.status !== undefined && absent.has(error.status)) return undefined;
      throw error;
    }
  };
  const notFound = new Set([404]);
  const note = async (prefix: string): Promise<Uint8Array | undefined> =>
    get(`${prefix}/checkpoint`, maxNoteBytes, notFound);
  const prefix = (await note("/log")) === undefined ? "" : "/log";
  const checkpoint = async (): Promise<string> => {
    const { bytes } = await transport.send({ method: "GET", path: `${prefix}/checkpoint`, maxBytes: maxNoteBytes });
    return Buffer.from(bytes).toString("utf8");
  };
  return {
    name: url,
    checkpoint,
    tile: (path) => get(`${prefix}/${path}`, maxTileBytes, notFound),
    entries: (path) => get(`${prefix}/${path}`, maxEntriesBytes, closedStatuses),
  };
}
