import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Hex } from "@lianzheng/sdk/encoding";
import { plainEnvironment } from "../../cli/command.ts";
import type { Receipt } from "../history.ts";
import type { Ending } from "../member-node.ts";
import type { StorePlan, StoreReady } from "./plan.ts";
import { builtProgram } from "./program.ts";

const source = join(import.meta.dirname, "child.ts");

/** What a client asked for, to be asked again in the same words. */
export interface Ask {
  readonly key: string;
  readonly kind: "one" | "array" | "stream" | "erasure";
  readonly path: string;
  readonly body: string;
  readonly member: 0 | 1;
}

/** What it was answered. A stream's receipts are those of its groups. */
export interface Answer {
  readonly status: number;
  readonly receipts: readonly Receipt[];
  readonly text: string;
  readonly retryAfter: string | null;
}

/** What stands around the process: a tracer, a limit, another heap. */
export interface Around {
  /** A program and its arguments that run node, e.g. `strace …`. */
  readonly before?: readonly string[];
  readonly nodeArguments?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

const types = { one: "application/json", array: "application/json", stream: "application/x-ndjson" } as const;

/** The process that keeps records, and the client that remembers what it was told. */
export class StoreNode {
  readonly folder: string;
  /** By idempotency key: the words of each request. */
  readonly asked = new Map<string, Ask>();
  /** By idempotency key: the first receipts that came, whatever came later. */
  readonly told = new Map<string, readonly Receipt[]>();
  /** Ids of records whose erasure was acknowledged. */
  readonly erased = new Set<Hex>();
  output = "";
  #child: ChildProcess | undefined;
  #ending: Promise<Ending> | undefined;
  #ready: StoreReady = { url: "", tokens: ["", ""] };

  constructor(folder: string) {
    this.folder = folder;
  }

  /** What this client knows, held against another folder, for instance what a power cut left of this one's. */
  at(folder: string): StoreNode {
    const other = new StoreNode(folder);
    for (const [key, ask] of this.asked) other.asked.set(key, ask);
    for (const [key, receipts] of this.told) other.told.set(key, receipts);
    for (const id of this.erased) other.erased.add(id);
    return other;
  }

  get url(): string {
    return this.#ready.url;
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  headers(member: 0 | 1 = 0): Record<string, string> {
    return { authorization: `Bearer ${this.#ready.tokens[member]}` };
  }

  /** Starts it and waits until it listens. @throws Error with what it said, if it ends before */
  async start(plan: Partial<StorePlan> = {}, around: Around = {}): Promise<void> {
    const ending = await this.startOrEnd(plan, around);
    if (ending !== undefined) throw new Error(`it ended: ${JSON.stringify(ending)}\n${this.output.slice(-1500)}`);
  }

  /** Undefined when it listens, else how it ended before. */
  async startOrEnd(plan: Partial<StorePlan> = {}, around: Around = {}): Promise<Ending | undefined> {
    await this.#spawn(plan, around);
    const line = once(createInterface({ input: this.#child!.stdout! }), "line") as Promise<[string]>;
    const first = await Promise.race([line, this.ended()]);
    if (!Array.isArray(first)) return first;
    this.#ready = JSON.parse(first[0]) as StoreReady;
    return undefined;
  }

  /** Starts it and does not wait for it to listen. */
  async begin(plan: Partial<StorePlan> = {}): Promise<void> {
    await this.#spawn(plan, {});
  }

  async #spawn(plan: Partial<StorePlan>, { before = [], nodeArguments = [], environment = {} }: Around): Promise<void> {
    const { file, compileCache } = await builtProgram(source);
    const whole: StorePlan = { folder: this.folder, ...plan };
    const command = [...before, process.execPath, ...nodeArguments, file, JSON.stringify(whole)];
    const child = spawn(command[0]!, command.slice(1), {
      env: { ...plainEnvironment(), NODE_COMPILE_CACHE: compileCache, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    this.#child = child;
    let said = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      said += text;
      this.output += text;
    });
    this.#ending = once(child, "close").then((values) => {
      const [exitCode, signal] = values as [number | null, NodeJS.Signals | null];
      return { exitCode, signal, code: /"ended":"(\w+)"/.exec(said)?.[1] };
    });
  }

  async ended(): Promise<Ending> {
    return (await this.#ending) ?? { exitCode: null, signal: null, code: undefined };
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<Ending> {
    this.signal(signal);
    return await this.ended();
  }

  /** Asks for something new under a new key; undefined without an answer. */
  async submit(
    key: string,
    kind: "one" | "array" | "stream" = "array",
    member: 0 | 1 = 0,
  ): Promise<Answer | undefined> {
    const records = Array.from({ length: kind === "one" ? 1 : 3 }, (_, at) => recordOf(key, at));
    const lines = records.map((record) => `${JSON.stringify(record)}\n`).join("");
    const body = kind === "stream" ? lines : JSON.stringify(kind === "one" ? records[0] : records);
    return await this.ask({ key, kind, path: "/v1/records", body, member });
  }

  /** Asks for the erasure of a record that was acknowledged. */
  async erase(key: string, id: Hex): Promise<Answer | undefined> {
    const body = JSON.stringify({ ground: "subject-request", reference: "case 1" });
    return await this.ask({ key, kind: "erasure", path: `/v1/records/${id}/erasure`, body, member: 0 });
  }

  /** Sends a request, perhaps not for the first time. */
  async ask(ask: Ask): Promise<Answer | undefined> {
    this.asked.set(ask.key, ask);
    const answer = await this.send(ask);
    if (answer === undefined || (answer.status !== 200 && answer.status !== 201)) return answer;
    if (!this.told.has(ask.key) && answer.receipts.length > 0) this.told.set(ask.key, answer.receipts);
    const id = /0x[0-9a-f]{64}/.exec(ask.path)?.[0] as Hex | undefined;
    if (id !== undefined) this.erased.add(id);
    return answer;
  }

  /** Sends a request and remembers nothing. */
  async send({ key, kind, path, body, member }: Ask): Promise<Answer | undefined> {
    const type = kind === "erasure" ? "application/json" : types[kind];
    const headers = { ...this.headers(member), "content-type": type, "idempotency-key": key };
    try {
      const signal = AbortSignal.timeout(20_000);
      const response = await fetch(`${this.url}${path}`, { method: "POST", headers, body, signal });
      const text = await response.text();
      const receipts = response.ok ? receiptsIn(text, kind) : [];
      return { status: response.status, receipts, text, retryAfter: response.headers.get("retry-after") };
    } catch {
      // It died, or does not answer: the client cannot tell, and that is what is remembered.
      return undefined;
    }
  }

  async get(path: string, member: 0 | 1 = 0): Promise<Response | undefined> {
    const signal = AbortSignal.timeout(20_000);
    return await fetch(`${this.url}${path}`, { headers: this.headers(member), signal }).catch(() => undefined);
  }
}

/** Of a stream each line is a receipt; a broken last line, or a refusal in one, is none. */
function receiptsIn(text: string, kind: Ask["kind"]): readonly Receipt[] {
  if (kind !== "stream") return [JSON.parse(text) as Receipt];
  const lines = text.split("\n").slice(0, -1);
  return lines.map((line) => JSON.parse(line) as Receipt).filter(({ records }) => Array.isArray(records));
}

function recordOf(key: string, at: number): object {
  const body = { name: `${key}.${at}`, canary: `canary-${key}-${at}` };
  return { type: "x-test.step", subject: `thing:${key}`, occurredAt: "2026-11-22T09:14:05.120Z", body };
}
