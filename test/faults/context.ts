import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openAnvil, openEmbedded, type Ground } from "./chains.ts";
import { MemberNode, type NodePlan } from "./member-node.ts";
import { checkFolder, checkOracle } from "./oracle/index.ts";
import { FaultProxy } from "./proxy.ts";

/** A node behind a proxy. */
export interface Standing {
  readonly node: MemberNode;
  readonly proxy: FaultProxy;
}

/** The chains of a run: each is set up once, when the first case asks for it, and closed with the run. */
export class Grounds {
  readonly #open = new Map<string, Promise<Ground>>();
  readonly #idle = new Map<Ground, { readonly standing: Standing; readonly close: () => Promise<void> }>();
  #folder: string | undefined;

  async embedded(): Promise<Ground> {
    this.#folder ??= await mkdtemp(join(tmpdir(), "lianzheng-faults-chain-"));
    const folder = this.#folder;
    return await this.#once("embedded", () => openEmbedded(folder));
  }

  anvil(): Promise<Ground> {
    return this.#once("anvil", () => openAnvil());
  }

  /** A node that an earlier case left as sound as it found it; it is the caller's now. */
  take(ground: Ground): { readonly standing: Standing; readonly close: () => Promise<void> } | undefined {
    const found = this.#idle.get(ground);
    this.#idle.delete(ground);
    return found;
  }

  /** Keeps a node for the next case. */
  async give(ground: Ground, standing: Standing, close: () => Promise<void>): Promise<void> {
    if (this.#idle.has(ground)) await close();
    else this.#idle.set(ground, { standing, close });
  }

  /** Stops the nodes that cases shared and checks what they keep. @throws Error with what fsck found */
  async checkShared(): Promise<void> {
    for (const { standing, close } of this.#idle.values()) {
      await standing.node.kill("SIGTERM");
      await checkFolder(standing.node.plan.folder).finally(close);
    }
    this.#idle.clear();
  }

  async close(): Promise<void> {
    for (const { close } of this.#idle.values()) await close();
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
  readonly #shared = new Set<MemberNode>();
  readonly #sound = new Set<MemberNode>();

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
  async node(ground: Ground, changes: Partial<NodePlan> = {}): Promise<Standing> {
    const { standing, close } = await prepare(ground, changes);
    this.defer(close);
    return standing;
  }

  /**
   * A running node behind a proxy, perhaps one that a case before this left sound: all that it did before is still in its
   * history, and asked for again. For faults of the chain, which leave nothing behind in a node that gets over them.
   */
  async sharedNode(ground: Ground): Promise<Standing> {
    const { standing, close } = this.grounds.take(ground) ?? (await prepare(ground, {}));
    const { node, proxy } = standing;
    this.#shared.add(node);
    this.defer(async () => {
      proxy.clear();
      if (this.#sound.has(node) && node.isRunning) await this.grounds.give(ground, standing, close);
      else await close();
    });
    if (!node.isRunning) await node.start();
    return standing;
  }

  /** Ends the node with the case. */
  guard(node: MemberNode): MemberNode {
    this.defer(() => node.kill());
    return node;
  }

  /**
   * Waits until everything is anchored, then asks the oracle. A node of the case's own is stopped, and its folder checked;
   * what is shared is checked when the run ends.
   *
   * @throws Error that lists what does not hold
   */
  async settle(node: MemberNode): Promise<void> {
    await node.untilAnchored(90_000);
    await checkOracle(node, { mutations: this.isLong ? 50 : 5, random: this.random });
    this.#sound.add(node);
    if (this.#shared.has(node)) return;
    await node.kill("SIGTERM");
    await checkFolder(node.plan.folder);
  }

  async close(): Promise<void> {
    for (const cleanup of this.#cleanups.reverse()) await cleanup();
  }
}

async function prepare(
  ground: Ground,
  changes: Partial<NodePlan>,
): Promise<{ readonly standing: Standing; readonly close: () => Promise<void> }> {
  const proxy = await FaultProxy.open(ground.url);
  const folder = await mkdtemp(join(tmpdir(), "lianzheng-faults-"));
  const plan = {
    ground,
    origin: `log${++nodes}.faults.example/2026`,
    folder: join(folder, "node"),
    chainUrl: proxy.url,
  };
  const node = await MemberNode.prepare({ ...plan, ...changes });
  const close = async (): Promise<void> => {
    await node.kill();
    await proxy.close();
    await rm(folder, { recursive: true, force: true });
  };
  return { standing: { node, proxy }, close };
}
