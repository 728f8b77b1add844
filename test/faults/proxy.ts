import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { gzipSync } from "node:zlib";

/**
 * What goes wrong with one call.
 *
 * `before`: the chain never sees it. `after`: the chain does it, and the answer is lost. `lie`: the chain's answer is changed.
 */
export type Fault =
  | { readonly kind: "drop"; readonly when: "before" | "after" }
  | { readonly kind: "status"; readonly code: number; readonly when: "before" | "after" }
  | { readonly kind: "error"; readonly code: number; readonly message: string; readonly when: "before" | "after" }
  | { readonly kind: "swallow" }
  | { readonly kind: "page" }
  | { readonly kind: "half" }
  | { readonly kind: "other-id" }
  | { readonly kind: "lie"; readonly tell: (result: unknown) => unknown }
  | { readonly kind: "hang" }
  | { readonly kind: "slow"; readonly ms: number }
  | { readonly kind: "huge"; readonly mebibytes: number }
  | { readonly kind: "bomb"; readonly mebibytes: number };

/** One call as it came in. */
export interface Call {
  readonly id: unknown;
  readonly method: string;
  readonly params: readonly unknown[];
}

/** Decides on the fault of a call; undefined lets it through. */
export type Weather = (call: Call) => Fault | undefined;

/** JSON-RPC over HTTP between a node and its chain, on loopback, that spoils calls as it is told. */
export class FaultProxy {
  readonly url: string;
  /** Where calls go; another address is another chain. */
  target: string;
  /** Every call that came in, with the time on a clock that never goes back, in ms. */
  readonly calls: { readonly method: string; readonly atMs: number }[] = [];
  /** Told of every call before it is forwarded. */
  onCall: (call: Call) => void | Promise<void> = () => undefined;
  /** Told of every call after the chain answered, before the node hears of it. */
  onAnswered: (call: Call, result: unknown) => void | Promise<void> = () => undefined;
  /** For calls that no script is left for. */
  weather: Weather = () => undefined;
  readonly #server: Server;
  readonly #scripts = new Map<string, Fault[]>();

  private constructor(server: Server, target: string) {
    this.#server = server;
    this.target = target;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  static async open(target: string): Promise<FaultProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const proxy = new FaultProxy(server, target);
    server.on("request", (request, response) => {
      // A caller that is killed in the middle of its call is part of the game.
      proxy.#take(request, response).catch(() => response.destroy());
    });
    return proxy;
  }

  /** The next calls of `method` go wrong so, one after the other. */
  script(method: string, ...faults: readonly Fault[]): void {
    this.#scripts.set(method, [...(this.#scripts.get(method) ?? []), ...faults]);
  }

  /** Faults that no call has met yet. */
  get unmet(): number {
    return [...this.#scripts.values()].reduce((sum, faults) => sum + faults.length, 0);
  }

  /** How often a method was asked for. */
  count(method: string): number {
    return this.calls.filter((call) => call.method === method).length;
  }

  /** All is well from now on. */
  clear(): void {
    this.#scripts.clear();
    this.weather = () => undefined;
    this.onCall = () => undefined;
    this.onAnswered = () => undefined;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString();
    const call = JSON.parse(text) as Call;
    this.calls.push({ method: call.method, atMs: performance.now() });
    await this.onCall(call);
    const fault = this.#scripts.get(call.method)?.shift() ?? this.weather(call);
    if (fault === undefined) await this.#pass(text, call, response);
    else await this.#spoil(fault, text, call, response);
  }

  async #pass(text: string, call: Call, response: ServerResponse): Promise<void> {
    send(response, await this.#forward(text, call));
  }

  async #forward(text: string, call: Call): Promise<Record<string, unknown>> {
    const headers = { "content-type": "application/json" };
    const answer = await fetch(this.target, { method: "POST", headers, body: text });
    const body = (await answer.json()) as Record<string, unknown>;
    await this.onAnswered(call, body["result"]);
    return body;
  }

  async #spoil(fault: Fault, text: string, call: Call, response: ServerResponse): Promise<void> {
    if ("when" in fault && fault.when === "after") await this.#forward(text, call);
    switch (fault.kind) {
      case "drop":
        response.destroy();
        break;
      case "status":
        response.statusCode = fault.code;
        response.end(page);
        break;
      case "error":
        send(response, { jsonrpc: "2.0", id: call.id, error: { code: fault.code, message: fault.message } });
        break;
      case "swallow":
        send(response, { jsonrpc: "2.0", id: call.id, result: `0x${"ab".repeat(32)}` });
        break;
      case "page":
        response.end(page);
        break;
      case "half":
        response.end(JSON.stringify(await this.#forward(text, call)).slice(0, -10));
        break;
      case "other-id":
        send(response, { ...(await this.#forward(text, call)), id: 987_654_321 });
        break;
      case "lie": {
        const answer = await this.#forward(text, call);
        send(response, { ...answer, result: fault.tell(answer["result"]) });
        break;
      }
      case "hang":
        break;
      case "slow":
        await pause(fault.ms);
        await this.#pass(text, call, response);
        break;
      case "huge":
        pour(response, fault.mebibytes);
        break;
      case "bomb":
        response.setHeader("content-encoding", "gzip");
        response.end(gzipSync(Buffer.alloc(fault.mebibytes << 20), { level: 1 }));
    }
  }
}

const page = "<!doctype html><title>Bad gateway</title><h1>502</h1>";

function send(response: ServerResponse, answer: unknown): void {
  response.setHeader("content-type", "application/json");
  response.end(JSON.stringify(answer));
}

/** Writes as long as somebody reads. */
function pour(response: ServerResponse, mebibytes: number): void {
  const chunk = Buffer.alloc(1 << 20, "a");
  let left = mebibytes;
  const more = (): void => {
    if (left-- === 0) response.end();
    else if (!response.destroyed) response.write(chunk, more);
  };
  response.on("error", () => undefined);
  more();
}
