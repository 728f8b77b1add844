import { expect } from "chai";
import type { FaultCase } from "../case.ts";
import type { FaultContext } from "../context.ts";
import type { MemberNode } from "../member-node.ts";
import type { FaultProxy } from "../proxy.ts";

/** When, seen from the chain, a node dies: at its n-th call of a method after something is to be published. */
interface Moment {
  readonly id: string;
  readonly title: string;
  readonly method: string;
  /** Before the chain is asked, or after it answered and before the node hears of it. */
  readonly when: "asked" | "answered";
}

/** The steps of a publication in their order; what a node last asked of its chain says how far it was. */
const moments: readonly Moment[] = [
  { id: "F-K6", title: "the tree is chosen, nothing is signed", method: "eth_estimateGas", when: "asked" },
  { id: "F-K7", title: "the journal holds the tree, no nonce is read", method: "eth_call", when: "asked" },
  { id: "F-K8", title: "the nonce is read, nothing is signed", method: "eth_gasPrice", when: "asked" },
  { id: "F-K9", title: "the signed bytes are kept, not sent", method: "eth_sendRawTransaction", when: "asked" },
  { id: "F-K10", title: "sent, and the answer is not read", method: "eth_sendRawTransaction", when: "answered" },
  { id: "F-K11", title: "in a block, and the event is not read", method: "eth_getLogs", when: "asked" },
  { id: "F-K12", title: "the event is read, and not noted", method: "eth_getTransactionReceipt", when: "answered" },
];

export const killCases: readonly FaultCase[] = [
  ...moments.map((moment): FaultCase => ({
    id: moment.id,
    title: `killed when ${moment.title}; killed there again; each tree once, everything in the end`,
    how: `kill -9 at ${moment.method}, ${moment.when}`,
    run: (context: FaultContext): Promise<void> => killAt(context, moment),
  })),
  {
    id: "F-K13",
    title: "killed when its block is not yet deep enough: it goes on counting, and nothing is called anchored before",
    how: "kill -9 while two confirmations are awaited",
    run: async (context: FaultContext): Promise<void> => {
      const ground = await context.grounds.embedded();
      const { node } = await context.node(ground, { anchor: { confirmations: 2 } });
      await node.start();
      await node.submit("deep", 3);
      await node.until("sent", () => true);
      await waitForHead(node);
      expect((await node.status()).anchored).to.equal(null);
      await node.kill();
      await node.start();
      expect((await node.status()).anchored).to.equal(null);
      await pushBlocks(context, 3);
      await context.settle(node);
    },
  },
  {
    id: "F-K16",
    title: "killed three times in a row while it recovers from being killed: converges, no transaction more",
    how: "kill -9 at every start, at other calls",
    run: async (context: FaultContext): Promise<void> => {
      const { node, proxy } = await context.node(await context.grounds.embedded());
      await node.start();
      await node.submit("first", 2);
      await node.untilAnchored();
      await dieAt(node, proxy, { method: "eth_sendRawTransaction", when: "answered" });
      await node.submit("second", 2);
      await node.ended();
      const before = await nonceOf(node);
      for (const method of ["eth_getBlockByNumber", "eth_call", "eth_getTransactionCount"]) {
        await dieAt(node, proxy, { method, when: "answered" });
        await node.startOrEnd();
        await node.ended();
      }
      proxy.clear();
      await node.start();
      await context.settle(node);
      expect(await nonceOf(node)).to.equal(before);
    },
  },
  {
    id: "F-K18",
    title: "ten kills as fast as it starts, records in between: converges, the folder does not grow by it",
    how: "kill -9 in a loop",
    isLong: true,
    limitSeconds: 300,
    run: async (context: FaultContext): Promise<void> => {
      const { node } = await context.node(await context.grounds.embedded());
      for (let round = 0; round < 10; round++) {
        await node.start();
        await node.submit(`round${round}`, 2);
        await node.kill();
      }
      await node.start();
      await context.settle(node);
    },
  },
  {
    id: "F-K4",
    title: "killed at random under load: what was acknowledged is there, once, and anchored",
    how: "kill -9 after a random time, seeded",
    run: async (context: FaultContext): Promise<void> => {
      const { node } = await context.node(await context.grounds.embedded());
      for (let round = 0; round < (context.isLong ? 100 : 2); round++) {
        await node.start();
        const until = performance.now() + 200 + context.random() * 1_000;
        for (let nth = 0; performance.now() < until; nth++) await node.submit(`round${round}x${nth}`, 1 + (nth % 4));
        const dying = node.kill();
        await node.submit(`round${round}last`);
        await dying;
      }
      await node.start();
      for (const { key, body, receipt } of node.history.requests)
        if (receipt === undefined) await node.repeat(key, body);
      expect(node.history.acknowledged.length).to.be.greaterThan(10);
      await context.settle(node);
    },
  },
];

async function killAt(context: FaultContext, moment: Moment): Promise<void> {
  const { node, proxy } = await context.node(await context.grounds.embedded());
  await node.start();
  await node.submit("first", 2);
  await node.untilAnchored();
  const before = await nonceOf(node);
  await dieAt(node, proxy, moment);
  await node.submit("second", 3);
  expect((await node.ended()).signal).to.equal("SIGKILL");
  // Again where it was; a step that recovery does not come by lets it live.
  await dieAt(node, proxy, moment);
  await node.startOrEnd();
  if (node.isRunning) await node.submit("third", 1);
  const isDone = (): Promise<boolean> => node.untilAnchored(8_000).then(...settled);
  if (await Promise.race([node.ended().then(() => false), isDone()])) context.say("it lived through the second");
  await node.kill();
  proxy.clear();
  await node.start();
  await context.settle(node);
  // At most one transaction for each of the two trees: a crash costs none more.
  expect((await nonceOf(node)) - before).to.be.within(1, 2);
}

const settled = [(): boolean => true, (): boolean => false] as const;

/** From now on the node is killed at the first such call that belongs to a publication. */
async function dieAt(
  node: MemberNode,
  proxy: FaultProxy,
  { method, when }: Pick<Moment, "method" | "when">,
): Promise<void> {
  const die = (call: { readonly method: string }): Promise<void> => {
    if (call.method !== method) return Promise.resolve();
    proxy.clear();
    node.killNow();
    return node.ended().then(() => undefined);
  };
  if (when === "asked") proxy.onCall = die;
  else proxy.onAnswered = die;
  await Promise.resolve();
}

async function nonceOf({ plan }: MemberNode): Promise<number> {
  return Number(await plan.ground.ask("eth_getTransactionCount", plan.ground.key.address, "latest"));
}

/** Until the chain holds the node's tree, final or not. */
async function waitForHead(node: MemberNode): Promise<void> {
  const before = await nonceOf(node);
  const deadline = performance.now() + 20_000;
  while ((await nonceOf(node)) === before && performance.now() < deadline) await node.status().catch(() => undefined);
}

/** The embedded chain makes a block for a transaction only: another member's node brings some. */
async function pushBlocks(context: FaultContext, count: number): Promise<void> {
  const { node } = await context.node(await context.grounds.embedded());
  await node.start();
  for (let block = 0; block < count; block++) {
    await node.submit(`block${block}`);
    await node.untilAnchored();
  }
  await node.kill();
}
