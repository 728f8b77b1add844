import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import { once } from "node:events";
import type { AddressInfo } from "node:net";

/** A supplier's API on this machine: `GET /rows?from=0&count=500` answers with lines of JSON. */
export interface DataApi {
  readonly url: string;
  close(): Promise<void>;
}

/** Serves `rows` on a free port of the loopback address. */
export async function serveRows(rows: readonly string[]): Promise<DataApi> {
  const server = createServer((request, response) => answer(rows, request, response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/rows`,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

function answer(rows: readonly string[], request: IncomingMessage, response: ServerResponse): void {
  const query = new URL(request.url ?? "/", "http://127.0.0.1").searchParams;
  const from = Number(query.get("from"));
  const page = rows.slice(from, from + Number(query.get("count")));
  response.writeHead(200, { "content-type": "application/x-ndjson" });
  response.end(page.map((row) => `${row}\n`).join(""));
}

/**
 * Fetches rows as the buyer does.
 *
 * @returns one text per row, without the line end: exactly what was delivered
 */
export async function fetchRows(url: string, from: number, count: number): Promise<readonly string[]> {
  const response = await fetch(`${url}?from=${from}&count=${count}`);
  if (!response.ok) throw new Error(`the data API answered ${response.status}`);
  return (await response.text()).split("\n").slice(0, -1);
}
