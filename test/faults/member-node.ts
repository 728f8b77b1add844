import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import type { AnchorTimings } from "@lianzheng/node/anchor";
import {
  addToken,
  initNode,
  pathsOf,
  writeDeployment,
  type AnchorSettings,
  type InitializedNode,
} from "@lianzheng/node/config";
import type { Hex } from "@lianzheng/sdk/encoding";

import { sealChainKey } from "../../node/src/config/wallet.ts";
import { scopes } from "../../node/src/scopes.ts";
import { plainEnvironment } from "../cli/command.ts";
import type { Ground } from "./chains.ts";
import { History, type Receipt, type Sighting } from "./history.ts";

const program = join(import.meta.dirname, "node-child.ts");

/** A node is started a hundred times here, from the same sources. */
const compileCache = join(tmpdir(), "lianzheng-faults-compiled");

/** scrypt's N in tests: the real one would take seconds for each start. */
const keystoreCost = 1024;

/** Quick enough for a catalogue, and without guesses about the machine: nothing is asserted on time. */
export const quickTimings: Partial<AnchorTimings> = {
  answerMs: 1_500,
  tickMs: 50,
  pollMs: 100,
  observeMs: 250,
  backoffFirstMs: 100,
  backoffLastMs: 500,
  rebroadcastMs: 300,
  replaceMs: 60_000,
  stallMs: 4_000,
};

/** What a node says of itself in `/v1/status`, as far as faults are concerned. */
export interface Status {
  readonly size: number;
  readonly anchored: (Sighting & { readonly pending: number }) | null;
  readonly anchoring: {
    readonly healthy: boolean;
    readonly code: string | null;
    readonly alarms: readonly { readonly code: string }[];
  };
}

/** How a node ended. */
export interface Ending {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The code that it gave as its reason, if any. */
  readonly code: string | undefined;
}

export interface NodePlan {
  readonly ground: Ground;
  readonly folder: string;
  readonly origin: string;
  /** Where the node finds its chain: a proxy, mostly. */
  readonly chainUrl: string;
  readonly anchor?: Partial<AnchorSettings>;
  readonly timings?: Partial<AnchorTimings>;
  /** Variables of the process, for instance those of libfaketime. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** A member's node in a process of its own, and the client that talks to it and remembers everything. */
export class MemberNode {
  readonly plan: NodePlan;
  readonly made: InitializedNode;
  readonly history: History;
  /** Everything that the process wrote. */
  output = "";
  #child: ChildProcess | undefined;
  #url = "";
  #ending: Promise<Ending> | undefined;

  private constructor(plan: NodePlan, made: InitializedNode, history: History) {
    this.plan = plan;
    this.made = made;
    this.history = history;
  }

  /** Sets a folder up, with the member's key of the ground; nothing runs yet. */
  static async prepare(plan: NodePlan): Promise<MemberNode> {
    const { ground, folder, origin, chainUrl, anchor } = plan;
    const made = await initNode({
      ...{ folder, origin, owner: ground.owner, chain: chainUrl, port: 0, keystoreCost, environment: {} },
      anchor: { everyRecords: 1, everySeconds: 1, ...anchor },
    });
    const paths = pathsOf(folder);
    const passphrase = (await readFile(paths.passphrase, "utf8")).trim();
    const key = { address: ground.key.address.toLowerCase() as Hex, privateKey: ground.key.privateKey as Hex };
    await rm(paths.memberKey);
    await writeFile(paths.memberKey, await sealChainKey(key, passphrase, keystoreCost), { mode: 0o600 });
    await writeDeployment(paths, ground.deployment);
    return new MemberNode(plan, { ...made, adminToken: await foreverToken(paths.tokens, ground.owner) }, new History());
  }

  /** The same node in another folder, for instance a copy of its own: same keys, same token, a history of its own. */
  in(folder: string, changes: Partial<NodePlan> = {}): MemberNode {
    return new MemberNode({ ...this.plan, ...changes, folder }, this.made, new History());
  }

  get url(): string {
    return this.#url;
  }

  /** Talks to the process of another of the same node, with a memory of its own. */
  adopt(other: MemberNode): void {
    this.#url = other.#url;
  }

  get isRunning(): boolean {
    return this.#child !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Resolves when it listens. @throws Error with what it said, if it ends before */
  async start(): Promise<void> {
    const ending = await this.startOrEnd();
    if (ending !== undefined) throw new Error(`the node ended: ${JSON.stringify(ending)}\n${this.output.slice(-2000)}`);
  }

  /** Starts it; undefined when it listens, else how it ended before. */
  async startOrEnd(): Promise<Ending | undefined> {
    const { folder, timings, environment } = this.plan;
    const args = [program, folder, JSON.stringify({ ...quickTimings, ...timings })];
    const child = spawn(process.execPath, args, {
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
    const line = once(createInterface({ input: child.stdout }), "line") as Promise<[string]>;
    const first = await Promise.race([line, this.#ending]);
    if (!Array.isArray(first)) return first;
    this.#url = (JSON.parse(first[0]) as { url: string }).url;
    return undefined;
  }

  /** `kill -9`, as a power cut ends a process. Resolves when it is gone. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<Ending> {
    this.#child?.kill(signal);
    return await this.ended();
  }

  /** Ends it at once, without waiting: for a hook in the middle of a call. */
  killNow(): void {
    this.#child?.kill("SIGKILL");
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  /** Waits for its end. */
  async ended(): Promise<Ending> {
    return (await this.#ending) ?? { exitCode: null, signal: null, code: undefined };
  }

  /** Submits `count` records as one request; no answer and a refusal are outcomes too, and remembered. */
  async submit(key: string, count = 1): Promise<number | undefined> {
    if (this.history.requests.some((request) => request.key === key)) throw new Error(`${key} was submitted before`);
    const records = Array.from({ length: count }, (_, at) => recordOf(`${key}.${at}`));
    return await this.repeat(key, JSON.stringify(count === 1 ? records[0] : records));
  }

  /** Sends a request, perhaps not for the first time. */
  async repeat(key: string, body: string): Promise<number | undefined> {
    const headers = { ...this.#headers, "content-type": "application/json", "idempotency-key": key };
    const response = await this.#fetch("/v1/records", { method: "POST", headers, body });
    // Whoever is not let in tests nothing: a case would wait for what it never asked for.
    if (response?.status === 401) throw new Error(`the node does not know its client: ${await response.text()}`);
    const receipt = response?.ok === true ? ((await response.json()) as Receipt) : undefined;
    const code = response === undefined || response.ok ? undefined : await codeIn(response);
    this.history.add({ key, body, status: response?.status, receipt, code });
    return response?.status;
  }

  /** Answer to a request of the log's owner; undefined if there was none. */
  async get(path: string): Promise<Response | undefined> {
    return await this.#fetch(path, { headers: this.#headers });
  }

  async status(): Promise<Status> {
    const response = await this.get("/v1/status");
    if (response?.ok !== true) throw new Error(`no status: ${response?.status ?? "no answer"}`);
    const status = (await response.json()) as Status;
    this.history.see(status.anchored);
    return status;
  }

  /** Asks for the status until `holds`; whoever calls sets the limit. */
  async until(what: string, holds: (status: Status) => boolean, withinMs = 45_000): Promise<Status> {
    const deadline = performance.now() + withinMs;
    for (let status = await this.status(); ; status = await this.status()) {
      if (holds(status)) return status;
      if (performance.now() > deadline) {
        const { size, anchored, anchoring } = status;
        throw new Error(`not so in ${withinMs} ms: ${what}; ${JSON.stringify({ size, anchored, anchoring })}`);
      }
      await pause(50);
    }
  }

  /** Waits until everything that the log holds is anchored. */
  async untilAnchored(withinMs?: number): Promise<Status> {
    return await this.until(
      "everything is anchored",
      ({ size, anchored }) => anchored?.size === size && anchored.pending === 0,
      withinMs,
    );
  }

  /** Waits until its anchoring has this code. */
  async untilCode(code: string): Promise<Status> {
    return await this.until(code, ({ anchoring }) => anchoring.code === code);
  }

  /** Waits until this alarm is on. */
  async untilAlarm(code: string): Promise<Status> {
    return await this.until(`alarm ${code}`, ({ anchoring }) => anchoring.alarms.some((alarm) => alarm.code === code));
  }

  get #headers(): Record<string, string> {
    return { authorization: `Bearer ${this.made.adminToken}` };
  }

  async #fetch(path: string, init: RequestInit): Promise<Response | undefined> {
    try {
      return await fetch(`${this.#url}${path}`, { ...init, signal: AbortSignal.timeout(30_000) });
    } catch {
      // The node was killed, or does not listen: the client cannot tell, and that is what is remembered.
      return undefined;
    }
  }
}

/** The code of a refusal; undefined if its body is no problem (RFC 9457). */
async function codeIn(response: Response): Promise<string | undefined> {
  const problem = (await response.json().catch(() => ({}))) as { readonly code?: string };
  return problem.code;
}

/** A token that is good by any clock that a case may give the node. */
async function foreverToken(path: string, member: string): Promise<string> {
  const { token } = await addToken(path, { member, scopes, days: null }, 0);
  return token;
}

function recordOf(name: string): object {
  return {
    type: "x-test.step",
    subject: `thing:${name.split(".")[0] ?? name}`,
    occurredAt: "2026-11-22T09:14:05.120Z",
    body: { name, canary: `canary-${name}` },
  };
}
