import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { WebSocketServer } from "ws";
import { ChainError } from "../chain-error.ts";
import type { EmbeddedChain } from "./chain.ts";
import { answerMessage, BODY_LIMIT, failure } from "./rpc/envelope.ts";
import { Subscriber } from "./rpc/subscriber.ts";

/** Where to listen. */
export interface ServeOptions {
  /** An address of this machine; 127.0.0.1 if left out. Nobody is authenticated: leave it on the loopback. */
  readonly host?: string;
  /** 0 takes a free one. */
  readonly port: number;
  /** Names by which the server may be asked for, besides `localhost` and addresses; none if left out. */
  readonly hostNames?: readonly string[];
}

/** A server that runs. */
export interface ServedChain {
  /** `http://host:port`; the WebSocket is at the same place with `ws:`. */
  readonly url: string;
  /** Ends connections and stops listening; does not close the chain. */
  close(): Promise<void>;
}

/** Connections at once, and WebSockets among them. */
const connectionLimit = 512;

/**
 * Serves a chain as JSON-RPC over HTTP (POST, any path) and WebSocket.
 *
 * Blocks come within milliseconds: an ethers `JsonRpcProvider` needs `{ cacheTimeout: -1 }`, since by default it repeats an answer for
 * 250 ms, an account's old nonce for one.
 *
 * No CORS headers are sent, and a request must name this machine by address or by an allowed name in its `Host`: so no web page
 * can read answers, not even by a name of its own that it points here (DNS rebinding). A WebSocket or POST that a page of
 * another origin opens is refused by its `Origin`.
 *
 * @throws ChainError C_OPTIONS when the address cannot be listened on
 */
export async function serveEmbeddedChain(chain: EmbeddedChain, options: ServeOptions): Promise<ServedChain> {
  const host = options.host ?? "127.0.0.1";
  const names = new Set(["localhost", ...(options.hostNames ?? [])].map((name) => name.toLowerCase()));
  const server = createServer((request, response) => void answerHttp(chain, names, request, response));
  server.requestTimeout = 30_000;
  server.headersTimeout = 10_000;
  server.maxConnections = connectionLimit;
  const sockets = new WebSocketServer({ noServer: true, maxPayload: BODY_LIMIT, perMessageDeflate: false });
  sockets.on("connection", (socket) => {
    new Subscriber(chain, socket).start();
  });
  server.on("upgrade", (request, socket, head) => {
    const refusal = refusalOf(names, request);
    if (refusal !== undefined) refuseUpgrade(socket);
    else sockets.handleUpgrade(request, socket, head, (client) => sockets.emit("connection", client, request));
  });
  await listen(server, host, options.port);
  return { url: urlOf(server, host), close: () => closeServer(server, sockets) };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      reject(
        new ChainError("C_OPTIONS", `cannot listen on ${host} port ${port}`, { field: "port", host, port }, cause),
      );
    });
    server.listen(port, host, resolve);
  });
}

function urlOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

async function closeServer(server: Server, sockets: WebSocketServer): Promise<void> {
  for (const socket of sockets.clients) socket.terminate();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeIdleConnections();
  // What is being answered may end; a client that holds on is cut off.
  const timer = setTimeout(() => server.closeAllConnections(), 2000);
  await closed;
  clearTimeout(timer);
}

async function answerHttp(
  chain: EmbeddedChain,
  names: ReadonlySet<string>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refusal = refusalOf(names, request) ?? methodRefusal(request);
  if (refusal !== undefined) {
    end(response, refusal.status, JSON.stringify(failure(null, new ChainError("C_RPC_REQUEST", refusal.message))));
    return;
  }
  const body = await readBody(request);
  if (body === undefined) {
    end(response, 413, JSON.stringify(failure(null, new ChainError("C_RPC_REQUEST", "request body too large"))));
    return;
  }
  const answer = await answerMessage(body, (method, params) => chain.request(method, params));
  end(response, answer === undefined ? 204 : 200, answer ?? "");
}

interface Refusal {
  readonly status: number;
  readonly message: string;
}

function refusalOf(names: ReadonlySet<string>, { headers }: IncomingMessage): Refusal | undefined {
  if (!isOwnName(names, headers.host)) return { status: 403, message: "this host name is not allowed" };
  if (headers.origin !== undefined && !isOwnOrigin(names, headers.origin))
    return { status: 403, message: "pages of another origin are not answered" };
  return undefined;
}

/** An address cannot be rebound; a name must be a known one. */
function isOwnName(names: ReadonlySet<string>, host: string | undefined): boolean {
  const name = host === undefined ? undefined : /^(\[[0-9a-f:.]+\]|[^:]+)(?::\d+)?$/i.exec(host)?.[1]?.toLowerCase();
  if (name === undefined) return false;
  return /^\[[0-9a-f:.]+\]$|^\d{1,3}(\.\d{1,3}){3}$/.test(name) || names.has(name);
}

function isOwnOrigin(names: ReadonlySet<string>, origin: string): boolean {
  if (!URL.canParse(origin)) return false;
  const { hostname } = new URL(origin);
  return names.has(hostname) || hostname === "127.0.0.1" || hostname === "[::1]";
}

function methodRefusal({ method, headers }: IncomingMessage): Refusal | undefined {
  if (method !== "POST") return { status: 405, message: "JSON-RPC is asked with POST" };
  const type = headers["content-type"]?.split(";")[0]?.trim().toLowerCase();
  if (type !== undefined && type !== "application/json")
    return { status: 415, message: "the body must be application/json" };
  return undefined;
}

/** The body, undefined if it is longer than {@link BODY_LIMIT}. */
async function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > BODY_LIMIT) return undefined;
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function end(response: ServerResponse, status: number, body: string): void {
  if (status >= 400) response.setHeader("connection", "close");
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(body);
}

function refuseUpgrade(socket: Duplex): void {
  socket.end("HTTP/1.1 403 Forbidden\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
}
