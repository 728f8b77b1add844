import { EvidenceError } from "@lianzheng/sdk/encoding";
import { parseJson, type JsonValue } from "@lianzheng/sdk/record";
import { AnswerReader, readProblem } from "./answer.ts";
import { ClientError, clientFault } from "./error.ts";
import { retryAfterMs, waitsOf, type Pause } from "./retry.ts";
import { Silence } from "./silence.ts";

/** Where and how a client asks. */
export interface TransportOptions {
  /** Address of the node, `http:` or `https:`, a path in front of the API allowed; no user, query or fragment. */
  readonly url: string;
  /** Bearer token; only public resources are answered without. */
  readonly token?: string;
  /** The platform's `fetch` if left out. */
  readonly fetch?: typeof globalThis.fetch;
  /** Longest wait for one whole answer, milliseconds, 30,000 if left out. */
  readonly timeoutMs?: number;
  /** How often a request is repeated that found nobody or a node that asks to come again, 4 if left out. */
  readonly retries?: number;
  /** Waits; a timer if left out. */
  readonly pause?: Pause;
}

/** One request. All of them may be repeated: they read, or carry an idempotency key. */
export interface Request {
  readonly method: "GET" | "POST" | "DELETE";
  /** Below the node's address, percent-encoded. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Largest answer that is read, bytes. */
  readonly maxBytes: number;
  /** Never repeated. */
  readonly once?: boolean;
}

/** A request whose answer is read as it comes. */
export interface StreamRequest extends Omit<Request, "maxBytes"> {
  /** Longest time without a byte, milliseconds, the longest wait for an answer if left out. */
  readonly silenceMs?: number;
  /** Ends the stream. */
  readonly signal?: AbortSignal;
}

/** A successful answer, whole. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array;
}

const maxProblemBytes = 64 * 1024;

/** Sends requests to one node: with a time limit, a size limit, and repetition where that is safe. */
export class Transport {
  private readonly base: string;
  private readonly token: string | undefined;
  private readonly fetch: typeof globalThis.fetch;
  private readonly timeoutMs: number;
  private readonly retries: number;
  readonly pause: Pause;

  /** @throws ClientError CLIENT_OPTIONS */
  constructor(options: TransportOptions) {
    this.base = baseOf(options.url);
    this.token = options.token;
    if (this.token !== undefined && !/^[\x21-\x7e]{1,256}$/.test(this.token)) {
      throw clientFault("CLIENT_OPTIONS", "A token is 1 to 256 visible ASCII characters.");
    }
    // Bound, for a browser's fetch refuses to be called as a method of something else.
    this.fetch = options.fetch ?? globalThis.fetch.bind(globalThis);
    this.timeoutMs = options.timeoutMs ?? 30_000;
    this.retries = options.retries ?? 4;
    this.pause = options.pause ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
  }

  /**
   * The answer, if it is a success. The same request goes out again, byte for byte, after a broken connection, a 503, or a
   * 409 E_IN_PROGRESS; a node that asks for a longer wait than is sensible here is taken at its word and not asked again.
   *
   * @throws ClientError with the node's code and problem, or CLIENT_UNREACHABLE, CLIENT_TIMEOUT, CLIENT_ANSWER, CLIENT_TOO_LARGE
   */
  async send(request: Request): Promise<Answer> {
    return await this.repeated(request, () => this.exchange(request));
  }

  /**
   * The bytes of a successful answer, as they come: opening it is repeated as in {@link send}, and what broke off later is not.
   * Ends early, without an error, when `signal` does.
   *
   * @throws ClientError as {@link send}; CLIENT_TIMEOUT when nothing came for `silenceMs`
   */
  async *stream(request: StreamRequest): AsyncGenerator<Uint8Array, void, undefined> {
    const silence = new Silence(request.silenceMs ?? this.timeoutMs, request.signal);
    try {
      const reader = await this.repeated(request, () => this.opened(request, silence));
      try {
        for (let read = await reader.read(); !read.done; read = await reader.read()) {
          yield read.value;
          silence.broken();
        }
      } finally {
        await reader.cancel().catch(() => undefined);
      }
    } catch (cause) {
      if (request.signal?.aborted === true) return;
      throw cause instanceof ClientError ? cause : this.toRefusal(cause, silence.signal).error;
    } finally {
      silence.end();
    }
  }

  private async repeated<Outcome extends object>(
    { once = false }: Pick<Request, "once">,
    attempt: () => Promise<Outcome>,
  ): Promise<Outcome> {
    for (const wait of waitsOf(once ? 0 : this.retries)) {
      const outcome = await attemptOf(attempt);
      if (!(outcome instanceof Refusal)) return outcome;
      const pauseMs = wait === undefined ? undefined : outcome.pauseMs(wait);
      if (pauseMs === undefined) throw outcome.error;
      await this.pause(pauseMs);
    }
    throw new TypeError("the last wait is undefined, so the loop has ended by now");
  }

  private async exchange(request: Request): Promise<Answer> {
    const signal = AbortSignal.timeout(this.timeoutMs);
    try {
      const response = await this.ask(request, signal);
      const { status, headers } = response;
      return { status, headers, bytes: await readBytes(response, request.maxBytes) };
    } catch (cause) {
      throw this.toRefusal(cause, signal);
    }
  }

  private async opened(
    request: StreamRequest,
    silence: Silence,
  ): Promise<ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>> {
    silence.broken();
    try {
      const { body, status } = await this.ask(request, silence.signal);
      silence.broken();
      if (body !== null) return body.getReader();
      throw clientFault("CLIENT_ANSWER", "The node's answer has no body.", { status });
    } catch (cause) {
      throw this.toRefusal(cause, silence.signal);
    }
  }

  /** @throws Refusal for an answer that is no success, and whatever fetch throws */
  private async ask(
    { method, path, headers, body }: Omit<Request, "maxBytes">,
    signal: AbortSignal,
  ): Promise<Response> {
    const authorization = this.token === undefined ? {} : { authorization: `Bearer ${this.token}` };
    const response = await this.fetch(this.base + path, {
      method,
      headers: { ...headers, ...authorization },
      ...(body === undefined ? {} : { body }),
      signal,
      // A redirection would carry the token to an address that nobody chose.
      redirect: "error",
      credentials: "omit",
    });
    if (!response.ok) throw refusalOf(response, await readBytes(response, maxProblemBytes));
    return response;
  }

  private toRefusal(cause: unknown, signal: AbortSignal): Refusal {
    if (cause instanceof Refusal) return cause;
    if (cause instanceof ClientError) return new Refusal(cause, false);
    if (signal.aborted) {
      const message = `The node at ${this.base} did not answer in ${this.timeoutMs} ms.`;
      return new Refusal(clientFault("CLIENT_TIMEOUT", message, { cause }), true);
    }
    const message = `The node at ${this.base} can't be reached, or the connection broke.`;
    return new Refusal(clientFault("CLIENT_UNREACHABLE", message, { cause }), true);
  }
}

/** An attempt that failed, and whether another may do better. Thrown within this file only. */
class Refusal extends Error {
  readonly error: ClientError;
  private readonly mayRepeat: boolean;
  private readonly askedMs: number | undefined;

  constructor(error: ClientError, mayRepeat: boolean, askedMs?: number) {
    super(error.message);
    this.error = error;
    this.mayRepeat = mayRepeat;
    this.askedMs = askedMs;
  }

  /** How long to wait before the next attempt; undefined if there should be none. */
  pauseMs(backoffMs: number): number | undefined {
    const wait = Math.max(backoffMs, this.askedMs ?? 0);
    return this.mayRepeat && wait <= longestPauseMs ? wait : undefined;
  }
}

const longestPauseMs = 15_000;

async function attemptOf<Outcome>(attempt: () => Promise<Outcome>): Promise<Outcome | Refusal> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

function refusalOf(response: Response, bytes: Uint8Array): Refusal {
  const { status, headers } = response;
  const asked = retryAfterMs(headers.get("retry-after"));
  try {
    const problem = readProblem(readJsonAnswer(bytes, status, maxProblemBytes), status);
    const error = new ClientError(problem.code, problem.detail, { status, problem });
    return new Refusal(error, status === 503 || problem.code === "E_IN_PROGRESS", asked);
  } catch (cause) {
    if (!(cause instanceof ClientError)) throw cause;
    // A gateway in front of the node answers in its own words.
    const message = `The answer has status ${status} and does not say why.`;
    return new Refusal(clientFault("CLIENT_ANSWER", message, { status, cause }), status >= 502 && status <= 504, asked);
  }
}

/** The JSON of an answer, read as strictly as a node reads a request. @throws ClientError CLIENT_ANSWER */
export function readJsonAnswer(bytes: Uint8Array, status: number, maxBytes: number): JsonValue {
  try {
    return parseJson(bytes, { maxBytes });
  } catch (cause) {
    if (!(cause instanceof EvidenceError)) throw cause;
    throw clientFault("CLIENT_ANSWER", `The node's answer is no strict JSON: ${cause.message}.`, { status, cause });
  }
}

/** The object that a node answered. @throws ClientError CLIENT_ANSWER */
export function answerOf({ bytes, status }: Answer, maxBytes: number): AnswerReader {
  return new AnswerReader(readJsonAnswer(bytes, status, maxBytes), status);
}

/** @throws ClientError CLIENT_OPTIONS */
export function assertIdempotencyKey(key: string, longest = 256): void {
  if (key.length <= longest && /^[\x21-\x7e]{1,256}$/.test(key)) return;
  throw clientFault("CLIENT_OPTIONS", `An idempotency key is 1 to ${longest} visible ASCII characters.`);
}

/** Reads to the end, or to the limit and no further. @throws ClientError CLIENT_TOO_LARGE */
async function readBytes(response: Response, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  for (let read = await reader?.read(); read?.done === false; read = await reader?.read()) {
    length += read.value.length;
    if (length > maxBytes) {
      await reader?.cancel();
      throw clientFault("CLIENT_TOO_LARGE", `The node's answer has more than ${maxBytes} bytes.`, {
        status: response.status,
      });
    }
    parts.push(read.value);
  }
  const bytes = new Uint8Array(length);
  parts.reduce((at, part) => (bytes.set(part, at), at + part.length), 0);
  return bytes;
}

function baseOf(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const { protocol, username, password, search, hash } = parsed ?? {};
  if (parsed === undefined || (protocol !== "http:" && protocol !== "https:")) {
    throw clientFault("CLIENT_OPTIONS", "The address of a node begins with http:// or https://.");
  }
  if (username !== "" || password !== "" || search !== "" || hash !== "") {
    throw clientFault("CLIENT_OPTIONS", "The address of a node holds no user, password, query or fragment.");
  }
  return parsed.href.replace(/\/+$/, "");
}
