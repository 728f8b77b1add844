import { randomBytes } from "node:crypto";
import { toHex } from "@lianzheng/sdk/encoding";
import type { WebSocket } from "ws";
import { ChainError } from "../../chain-error.ts";
import type { ChainBlock } from "../block.ts";
import type { EmbeddedChain } from "../chain.ts";
import { logsOf } from "../log-query.ts";
import { answerMessage } from "./envelope.ts";
import { formatHeader, formatLog } from "./format.ts";
import { toDataParam, toFilterParam } from "./params.ts";
import type { FilterRequest } from "./params.ts";

/** Subscriptions of one connection at most. */
const subscriptionLimit = 100;

/** Bytes that may wait for a slow reader before it is cut off. */
const backlogLimit = 16_777_216;

type Notify = (block: ChainBlock) => readonly unknown[];

/** One WebSocket: answers methods as HTTP does, and `eth_subscribe` to `newHeads` and `logs` besides. */
export class Subscriber {
  readonly #chain: EmbeddedChain;
  readonly #socket: WebSocket;
  readonly #subscriptions = new Map<string, Notify>();
  readonly #onBlock = (block: ChainBlock): void => this.#notify(block);

  constructor(chain: EmbeddedChain, socket: WebSocket) {
    this.#chain = chain;
    this.#socket = socket;
  }

  start(): void {
    this.#chain.on("block", this.#onBlock);
    this.#socket.on("close", () => this.#chain.off("block", this.#onBlock));
    // What the peer did wrong; ws closes the connection itself.
    this.#socket.on("error", () => this.#socket.terminate());
    this.#socket.on("message", (data: Buffer) => void this.#answer(data));
  }

  async #answer(data: Uint8Array): Promise<void> {
    const answer = await answerMessage(data, (method, params) => this.#call(method, params));
    if (answer !== undefined) this.#send(answer);
  }

  async #call(method: string, params: readonly unknown[]): Promise<unknown> {
    if (method === "eth_subscribe") return this.#subscribe(params);
    if (method === "eth_unsubscribe") return this.#subscriptions.delete(toDataParam(params[0], "0"));
    return this.#chain.request(method, params);
  }

  #subscribe([kind, filter]: readonly unknown[]): string {
    if (this.#subscriptions.size >= subscriptionLimit)
      throw new ChainError("C_RPC_LIMIT", `at most ${subscriptionLimit} subscriptions for one connection`);
    const id = toHex(randomBytes(16));
    this.#subscriptions.set(id, notifier(kind, filter));
    return id;
  }

  #notify(block: ChainBlock): void {
    for (const [subscription, notify] of this.#subscriptions)
      for (const result of notify(block))
        this.#send(JSON.stringify({ jsonrpc: "2.0", method: "eth_subscription", params: { subscription, result } }));
  }

  #send(text: string): void {
    if (this.#socket.readyState !== this.#socket.OPEN) return;
    if (this.#socket.bufferedAmount > backlogLimit) this.#socket.terminate();
    else this.#socket.send(text);
  }
}

function notifier(kind: unknown, filter: unknown): Notify {
  if (kind === "newHeads") return (block) => [formatHeader(block)];
  if (kind !== "logs") throw new ChainError("C_RPC_PARAMS", "no such subscription: newHeads and logs are there");
  const wanted: FilterRequest = toFilterParam(filter ?? {}, "1");
  return (block) => logsOf(block, wanted).map(formatLog);
}
