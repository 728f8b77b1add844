import { STATUS_CODES } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { FastifyRequest } from "fastify";
import { NodeError } from "../errors.ts";
import type { NodeErrorCode } from "../errors.ts";
import { problemMediaType, toProblem } from "./problems.ts";

/** Most header fields of a request; a browser behind two proxies sends about 40. */
const maxHeaderFields = 100;

/** What the HTTP parser refuses by itself, by Node's error code. Any other is E_REQUEST. */
const parserFaults: Readonly<Record<string, NodeErrorCode>> = {
  HPE_HEADER_OVERFLOW: "E_HEADERS_TOO_LARGE",
  ERR_HTTP_REQUEST_TIMEOUT: "E_TIMEOUT",
};

/**
 * Refuses requests that are HTTP but not such as an API is asked with.
 *
 * @throws NodeError E_HEADERS_TOO_LARGE, E_REQUEST, E_QUERY_DUPLICATE
 */
export function refuseOddRequests({ raw, headers, query }: FastifyRequest): void {
  if (raw.rawHeaders.length / 2 > maxHeaderFields) {
    throw new NodeError("E_HEADERS_TOO_LARGE", `Send at most ${maxHeaderFields} header fields.`);
  }
  if (raw.httpVersionMajor < 1) throw new NodeError("E_REQUEST", "Ask in HTTP/1.1.");
  if (headers.upgrade !== undefined) throw new NodeError("E_REQUEST", "This server does not change protocols.");
  for (const [name, value] of Object.entries(query as Record<string, unknown>)) {
    if (!Array.isArray(value)) continue;
    throw new NodeError("E_QUERY_DUPLICATE", "Give each query parameter once.", { field: `/${name}` });
  }
}

/** Connections whose request may take longer than Node's own limit for all of a request: its own route limits it. */
const lasting = new WeakSet<Socket>();

/**
 * Takes a request out of Node's limit for whole requests, until it is answered: from then on the rest of its body has `restMs`.
 *
 * Node looks at each request once, so what is left of it after the answer is limited here.
 */
export function outlasts(request: IncomingMessage, response: ServerResponse, restMs: number): void {
  const { socket } = request;
  lasting.add(socket);
  response.once("close", () => {
    lasting.delete(socket);
    if (request.readableEnded || request.destroyed) return;
    const late = setTimeout(() => request.destroy(), restMs);
    for (const end of ["end", "close"]) request.once(end, () => clearTimeout(late));
  });
}

/** Answers bytes that never became a request, and closes: what follows on that connection cannot be trusted. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ERR_HTTP_REQUEST_TIMEOUT" && lasting.has(socket)) return;
  if (socket.destroyed || !socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const { status, body } = refusal(parserFaults[error.code ?? ""] ?? "E_REQUEST");
  const reason = STATUS_CODES[status] ?? "Error";
  const head = `HTTP/1.1 ${status} ${reason}\r\ncontent-type: ${problemMediaType}\r\ncontent-length: ${Buffer.byteLength(body)}`;
  socket.end(`${head}\r\nconnection: close\r\n\r\n${body}`);
}

/** Refuses every `Expect`: a body is small enough to be sent at once (RFC 9110 section 10.1.1). */
export function refuseExpectations(server: Server): void {
  const refuse = (_request: IncomingMessage, response: ServerResponse): void => {
    const { status, body } = refusal("E_EXPECTATION");
    response.writeHead(status, { "content-type": problemMediaType, connection: "close" }).end(body);
  };
  server.on("checkContinue", refuse).on("checkExpectation", refuse);
}

function refusal(code: NodeErrorCode): { readonly status: number; readonly body: string } {
  const detail = code === "E_EXPECTATION" ? "Send the body without Expect." : "The connection is closed.";
  const problem = toProblem(new NodeError(code, detail), "");
  return { status: problem.status, body: JSON.stringify(problem) };
}

/**
 * Gives what closes the connections over which nothing was asked yet. Node counts them as busy until their headers are late, and
 * so one that a client opened for later would hold up the stop for that long. Nothing was acknowledged over them.
 */
export function unusedConnections(server: Server): () => void {
  const unused = new Set<Socket>();
  server.on("connection", (socket: Socket) => {
    unused.add(socket);
    socket.once("close", () => unused.delete(socket));
  });
  server.on("request", ({ socket }: IncomingMessage) => unused.delete(socket));
  return () => {
    for (const socket of unused) if (socket.bytesRead === 0) socket.destroy();
  };
}
