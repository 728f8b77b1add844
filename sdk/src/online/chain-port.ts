import { EvidenceError } from "@lianzheng/sdk/encoding";
import { parseJson } from "@lianzheng/sdk/record";

/** A chain's JSON-RPC endpoint. */
export interface ChainPort {
  /** The result of one call. @throws whatever it is that kept it from being answered */
  send(method: string, params: readonly unknown[]): Promise<unknown>;
}

/** How an endpoint is asked. */
export interface ChainPortOptions {
  /** Longest wait for one answer, milliseconds; 10,000 if left out. */
  readonly timeoutMs?: number;
  /** The platform's if left out. */
  readonly fetch?: typeof globalThis.fetch;
}

/** Largest answer that is read, bytes. */
const maxAnswer = 4 * 1024 * 1024;

/**
 * An endpoint over HTTP. Follows no redirection, and reads no answer without an end.
 *
 * @param url - http or https
 * @throws TypeError for another address
 */
export function httpChain(
  url: string,
  { timeoutMs = 10_000, fetch = globalThis.fetch.bind(globalThis) }: ChainPortOptions = {},
): ChainPort {
  if (!/^https?:\/\//.test(url)) throw new TypeError("an endpoint is an http or https address");
  let last = 0;
  return {
    async send(method, params) {
      const id = ++last;
      const answer = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ jsonrpc: "2.0", id, method, params }),
        redirect: "error",
        signal: AbortSignal.timeout(timeoutMs),
      });
      return resultOf(await bodyOf(answer), id, method);
    },
  };
}

async function bodyOf(answer: Response): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of answer.body ?? []) {
    length += part.length;
    if (length > maxAnswer) throw new Error(`an answer of more than ${maxAnswer} bytes`);
    parts.push(part);
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function resultOf(bytes: Uint8Array, id: number, method: string): unknown {
  const answer = parsed(bytes);
  if (typeof answer !== "object" || answer === null || !("id" in answer) || answer.id !== id || !("result" in answer))
    throw new Error(`the endpoint refuses ${method}`);
  return answer.result;
}

function parsed(bytes: Uint8Array): unknown {
  try {
    return parseJson(bytes, { maxBytes: maxAnswer });
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
    throw new Error("the endpoint's answer is no JSON", { cause });
  }
}
