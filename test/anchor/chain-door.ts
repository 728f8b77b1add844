import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

/** A chain without a network: what stands behind the door. */
export interface Requestable {
  request(args: { method: string; params?: unknown[] }): Promise<unknown>;
}

/**
 * What goes wrong with one call. `lost`: the chain never saw it. `unanswered`: the chain did it, the answer was lost.
 */
export type Fault =
  | { readonly kind: "lost"; readonly how: "cut" | "status-500" | "error-answer" }
  | { readonly kind: "unanswered"; readonly how: "cut" | "status-500" | "error-answer" | "truncated" }
  | { readonly kind: "answer"; readonly result: unknown }
  | { readonly kind: "body"; readonly text: string }
  | { readonly kind: "late"; readonly ms: number }
  | { readonly kind: "twice" }
  | { readonly kind: "other-id" };

interface Call {
  readonly id: unknown;
  readonly method: string;
  readonly params?: unknown[];
}

/** A JSON-RPC server on loopback in front of a chain, which spoils calls as it is told. */
export class ChainDoor {
  readonly url: string;
  /** Every method that was asked for, in order. */
  readonly asked: string[] = [];
  /** Told of every call before anything goes wrong with it. */
  onAsked: (method: string, params: readonly unknown[]) => void = () => undefined;
  /** Decides on the fault of a call after the scripts ran out; for floods of faults. */
  weather: (method: string) => Fault | undefined = () => undefined;
  chain: Requestable;
  readonly #server: Server;
  readonly #scripts = new Map<string, Fault[]>();

  private constructor(chain: Requestable, server: Server, url: string) {
    this.chain = chain;
    this.#server = server;
    this.url = url;
  }

  static async open(chain: Requestable): Promise<ChainDoor> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const door = new ChainDoor(chain, server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on("request", (request, response) => void door.#take(request, response));
    return door;
  }

  /** The next calls of `method` go wrong so, one after the other. */
  script(method: string, ...faults: readonly Fault[]): void {
    this.#scripts.set(method, [...(this.#scripts.get(method) ?? []), ...faults]);
  }

  /** Faults that no call has met yet. */
  get unmet(): number {
    return [...this.#scripts.values()].reduce((sum, faults) => sum + faults.length, 0);
  }

  /** All is well from now on. */
  clear(): void {
    this.#scripts.clear();
    this.weather = () => undefined;
    this.onAsked = () => undefined;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = JSON.parse(Buffer.concat(chunks).toString()) as Call | Call[];
    if (Array.isArray(body)) {
      send(response, await Promise.all(body.map((call) => this.#answer(call))));
      return;
    }
    this.asked.push(body.method);
    this.onAsked(body.method, body.params ?? []);
    const fault = this.#scripts.get(body.method)?.shift() ?? this.weather(body.method);
    await (fault === undefined ? this.#pass(body, response) : this.#spoil(fault, body, response));
  }

  async #pass(call: Call, response: ServerResponse): Promise<void> {
    send(response, await this.#answer(call));
  }

  async #answer({ id, method, params }: Call): Promise<object> {
    try {
      return { jsonrpc: "2.0", id, result: (await this.chain.request({ method, params: params ?? [] })) ?? null };
    } catch (error) {
      const { code, message, data } = error as { code?: unknown; message?: unknown; data?: unknown };
      return { jsonrpc: "2.0", id, error: { code: typeof code === "number" ? code : -32603, message, data } };
    }
  }

  async #spoil(fault: Fault, call: Call, response: ServerResponse): Promise<void> {
    if (fault.kind === "unanswered") await this.#answer(call);
    if (fault.kind === "twice") await this.#answer(call);
    if (fault.kind === "late") await pause(fault.ms);
    switch (fault.kind) {
      case "lost":
      case "unanswered":
        spoilAnswer(fault.how, call, response);
        break;
      case "answer":
        send(response, { jsonrpc: "2.0", id: call.id, result: fault.result });
        break;
      case "body":
        response.end(fault.text);
        break;
      case "late":
      case "twice":
        await this.#pass(call, response);
        break;
      case "other-id":
        send(response, { ...(await this.#answer(call)), id: 987_654_321 });
    }
  }
}

function spoilAnswer(
  how: "cut" | "status-500" | "error-answer" | "truncated",
  call: Call,
  response: ServerResponse,
): void {
  const error = { code: -32000, message: "nonce too low" };
  switch (how) {
    case "cut":
      response.destroy();
      break;
    case "status-500":
      response.statusCode = 500;
      response.end("<html>bad gateway</html>");
      break;
    case "error-answer":
      send(response, { jsonrpc: "2.0", id: call.id, error });
      break;
    case "truncated":
      response.end(`{"jsonrpc":"2.0","id":${JSON.stringify(call.id)},"resul`);
  }
}

function send(response: ServerResponse, answer: unknown): void {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(answer));
}
