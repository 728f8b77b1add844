import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openAnvil, openEmbedded, type Ground } from "./chains.ts";
import { MemberNode, type NodePlan } from "./member-node.ts";
import { checkOracle } from "./oracle/index.ts";
import { FaultProxy } from "./proxy.ts";

/** The chains of a run: each is set up once, when the first case asks for it, and closed with the run. */
export class Grounds {
  readonly #open = new Map<string, Promise<Ground>>();
  #folder: string | undefined;

  async embedded(): Promise<Ground> {
    this.#folder ??= await mkdtemp(join(tmpdir(), "lianzheng-faults-chain-"));
    const folder = this.#folder;
    return await this.#once("embedded", () => openEmbedded(folder));
  }

  anvil(): Promise<Ground> {
    return this.#once("anvil", () => openAnvil());
  }

  async close(): Promise<void> {
    const opened = await Promise.allSettled(this.#open.values());
    for (const ground of opened) if (ground.status === "fulfilled") await ground.value.close();
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }

  #once(name: string, open: () => Promise<Ground>): Promise<Ground> {
    const ground = this.#open.get(name) ?? open();
    this.#open.set(name, ground);
    return ground;
  }
}

let nodes = 0;

/** What a context is made of. */
interface ContextParts {
  readonly grounds: Grounds;
  readonly isLong: boolean;
  readonly random: () => number;
  readonly say: (text: string) => void;
  readonly kills?: number | undefined;
}

/** What a case is given: chains, nodes, a proxy, chance with a seed, and somebody who cleans up behind it. */
export class FaultContext {
  readonly grounds: Grounds;
  readonly isLong: boolean;
  /** How often the row of kills kills, if the caller says so. */
  readonly kills: number | undefined;
  /** From 0 to 1, the same for the same seed and case. */
  readonly random: () => number;
  /** Says something of the progress. */
  readonly say: (text: string) => void;
  readonly #cleanups: (() => Promise<unknown>)[] = [];

  constructor(parts: ContextParts) {
    this.grounds = parts.grounds;
    this.isLong = parts.isLong;
    this.kills = parts.kills;
    this.random = parts.random;
    this.say = parts.say;
  }

  /** Runs after the case, however it ends, in the order opposite to that of the calls. */
  defer(cleanup: () => Promise<unknown>): void {
    this.#cleanups.push(cleanup);
  }

  async folder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), "lianzheng-faults-"));
    this.defer(() => rm(folder, { recursive: true, force: true }));
    return folder;
  }

  async proxy(target: string): Promise<FaultProxy> {
    const proxy = await FaultProxy.open(target);
    this.defer(() => proxy.close());
    return proxy;
  }

  /** A new member node behind a new proxy; not started. */
  async node(ground: Ground, changes: Partial<NodePlan> = {}): Promise<{ node: MemberNode; proxy: FaultProxy }> {
    const proxy = await this.proxy(ground.url);
    const origin = `log${++nodes}.faults.example/2026`;
    const plan = { ground, origin, folder: join(await this.folder(), "node"), chainUrl: proxy.url, ...changes };
    return { node: this.guard(await MemberNode.prepare(plan)), proxy };
  }

  /** Ends the node with the case. */
  guard(node: MemberNode): MemberNode {
    this.defer(() => node.kill());
    return node;
  }

  /** Waits until everything is anchored, then asks the oracle. @throws Error that lists what does not hold */
  async settle(node: MemberNode): Promise<void> {
    await node.untilAnchored(90_000);
    await checkOracle(node, { mutations: this.isLong ? 50 : 5, random: this.random });
  }

  async close(): Promise<void> {
    for (const cleanup of this.#cleanups.reverse()) await cleanup();
  }
}
