import { expect } from "chai";
import { Transaction } from "ethers";
import { logIdOf } from "@lianzheng/sdk/chain";
import { contractInterfaces } from "@lianzheng/sdk/contracts";
import type { FaultCase } from "../case.ts";
import type { Ground } from "../chains.ts";
import type { FaultContext } from "../context.ts";
import type { MemberNode, NodePlan } from "../member-node.ts";
import type { FaultProxy } from "../proxy.ts";

interface Scene {
  readonly ground: Ground;
  readonly node: MemberNode;
  readonly proxy: FaultProxy;
  /** What the node sends, in order. */
  readonly sent: Transaction[];
}

/** A node on anvil that has anchored something; blocks are made at once again when the case ends. */
async function onAnvil(context: FaultContext, changes: Partial<NodePlan> = {}): Promise<Scene> {
  const ground = await context.grounds.anvil();
  context.defer(async () => {
    await ground.ask("evm_setAutomine", true);
    await setFunds(ground, richly);
  });
  const { node, proxy } = await context.node(ground, changes);
  await node.start();
  await node.submit("first");
  await node.untilAnchored();
  const sent: Transaction[] = [];
  proxy.onCall = ({ method, params }) => {
    if (method === "eth_sendRawTransaction") sent.push(Transaction.from(String(params[0])));
  };
  return { ground, node, proxy, sent };
}

const richly = "0x3635c9adc5dea00000";

const cases: readonly FaultCase[] = [
  {
    id: "F-N1",
    title: "a lower nonce is missing: the publication that waits takes the gap itself",
    how: "anvil takes a block back, with the nonce before the node's",
    run: async (context: FaultContext): Promise<void> => {
      const { ground, node, sent } = await onAnvil(context);
      const snapshot = await ground.ask("evm_snapshot");
      const nonce = await sendOther(ground);
      await ground.ask("evm_mine");
      await ground.ask("evm_setAutomine", false);
      await node.submit("gap");
      await until(() => sent.length > 0);
      expect(sent[0]?.nonce).to.equal(nonce + 1);
      await ground.ask("evm_revert", snapshot);
      await until(() => sent.at(-1)?.nonce === nonce);
      await ground.ask("evm_setAutomine", true);
      await ground.ask("evm_mine");
      await context.settle(node);
    },
  },
  {
    id: "F-N2",
    title: "the key is used elsewhere and takes the nonce of signed bytes: told, signed anew with the next, once",
    how: "another program sends with the key while the node is down",
    run: async (context: FaultContext): Promise<void> => {
      const { ground, node, proxy, sent } = await onAnvil(context);
      proxy.onCall = async ({ method }) => {
        if (method !== "eth_sendRawTransaction") return;
        proxy.onCall = () => undefined;
        node.killNow();
        await node.ended();
      };
      proxy.script("eth_sendRawTransaction", { kind: "drop", when: "before" });
      await node.submit("taken", 2);
      await node.ended();
      const nonce = await sendOther(ground);
      await ground.ask("evm_mine");
      proxy.clear();
      proxy.onCall = ({ method, params }) => {
        if (method === "eth_sendRawTransaction") sent.push(Transaction.from(String(params[0])));
      };
      await node.start();
      await node.untilAlarm("C_NONCE");
      await context.settle(node);
      expect(new Set(sent.map((one) => one.nonce))).to.deep.equal(new Set([nonce + 1]));
    },
  },
  {
    id: "F-N3",
    title: "stuck in the pool: replaced with an eighth more, the same nonce, and any of the variants counts",
    how: "anvil makes no blocks",
    run: async (context: FaultContext): Promise<void> => {
      const { ground, node, sent } = await onAnvil(context, { timings: { replaceMs: 400, rebroadcastMs: 200 } });
      await ground.ask("evm_setAutomine", false);
      await node.submit("stuck");
      await until(() => new Set(sent.map(({ hash }) => hash)).size > 2);
      expect(new Set(sent.map(({ nonce }) => nonce)).size).to.equal(1);
      const fees = [...new Set(sent.map(({ maxFeePerGas }) => maxFeePerGas ?? 0n))];
      for (const [at, fee] of fees.slice(1).entries()) expect(fee * 8n >= (fees[at] ?? 0n) * 9n).to.equal(true);
      await ground.ask("evm_setAutomine", true);
      await ground.ask("evm_mine");
      await context.settle(node);
    },
  },
  {
    id: "F-N4",
    title: "the chain's price is above the cap: never more is offered, told, and it goes on when the price falls",
    how: "anvil's base fee is raised",
    run: async (context: FaultContext): Promise<void> => {
      const cap = 5_000_000_000n;
      const anchor = { maxFeePerGas: String(cap) };
      const timings = { replaceMs: 500, rebroadcastMs: 200 };
      const { ground, node, sent } = await onAnvil(context, { anchor, timings });
      await ground.ask("evm_setAutomine", false);
      await ground.ask("anvil_setNextBlockBaseFeePerGas", "0x174876e800");
      await ground.ask("evm_mine");
      await node.submit("dear");
      await node.untilAlarm("C_FEE_CAP");
      await until(() => sent.length > 2);
      for (const { maxFeePerGas } of sent) expect((maxFeePerGas ?? 0n) <= cap).to.equal(true);
      await ground.ask("anvil_setNextBlockBaseFeePerGas", "0x1");
      await ground.ask("evm_mine");
      await ground.ask("evm_setAutomine", true);
      await node.untilAnchored();
      expect((await node.status()).anchoring.alarms).to.deep.equal([]);
      await context.settle(node);
    },
  },
  {
    id: "F-N5",
    title: "a block takes the publication and it fails: not tried again at once, told, and it goes on",
    how: "proxy lies about the gas, so that the call runs out of it",
    run: async (context: FaultContext): Promise<void> => {
      const { node, proxy, sent } = await onAnvil(context);
      proxy.weather = ({ method }) =>
        method === "eth_estimateGas" ? { kind: "lie", tell: () => "0x8000" } : undefined;
      await node.submit("dry");
      await node.untilCode("C_ANCHOR_REVERTED");
      expect(sent.length).to.be.within(1, 3);
      proxy.weather = () => undefined;
      await context.settle(node);
    },
  },
  {
    id: "F-N5b",
    title: "the contract refuses: nothing is sent, the reason is told, records are still taken",
    how: "the log is closed on the chain by its owner",
    run: async (context: FaultContext): Promise<void> => {
      const { ground, node, sent } = await onAnvil(context);
      const reason = `0x${"12".repeat(32)}`;
      const logId = logIdOf(ground.owner, node.plan.origin);
      const data = contractInterfaces.evidenceLogs.encodeFunctionData("close", [logId, reason]);
      await sendOther(ground, ground.deployment.contracts.evidenceLogs.address, data);
      expect(await node.submit("closed")).to.equal(201);
      await node.untilCode("C_ANCHOR_REVERTED");
      expect(sent).to.deep.equal([]);
      expect(node.output).to.contain("EvidenceLogsClosed");
    },
  },
  {
    id: "F-N6",
    title: "the key has no funds: nothing is sent, told, records are taken, and it goes on when there are some",
    how: "anvil sets the balance",
    run: async (context: FaultContext): Promise<void> => {
      const { ground, node, sent } = await onAnvil(context);
      await setFunds(ground, "0x10");
      for (let nth = 0; nth < 3; nth++) expect(await node.submit(`poor${nth}`)).to.equal(201);
      await node.untilCode("C_FUNDS");
      expect(sent).to.deep.equal([]);
      await setFunds(ground, richly);
      await context.settle(node);
    },
  },
  {
    id: "F-N7",
    title: "the pool knows the bytes already: as good as taken, one anchor",
    how: "anvil makes no blocks while the same bytes are sent again",
    run: async (context: FaultContext): Promise<void> => {
      const { ground, node, sent } = await onAnvil(context);
      await ground.ask("evm_setAutomine", false);
      await node.submit("known");
      await until(() => sent.length > 3);
      expect(new Set(sent.map(({ hash }) => hash)).size).to.equal(1);
      await ground.ask("evm_setAutomine", true);
      await ground.ask("evm_mine");
      await context.settle(node);
    },
  },
  {
    id: "F-N8",
    title: "sends that fail leave no gap: the nonce is kept with the bytes, not in memory",
    how: "proxy drops the request five times; the node is killed in between",
    run: async (context: FaultContext): Promise<void> => {
      const { node, proxy, sent } = await onAnvil(context);
      const lost = { kind: "drop", when: "before" } as const;
      proxy.script("eth_sendRawTransaction", lost, lost, lost, lost, lost);
      await node.submit("lost", 2);
      await until(() => sent.length > 2);
      await node.kill();
      await node.start();
      await node.untilAnchored();
      expect(new Set(sent.map(({ nonce }) => nonce)).size).to.equal(1);
      await context.settle(node);
    },
  },
];

export const nonceCases: readonly FaultCase[] = cases.map((one) => ({ ...one, lane: "anvil" }));

/**
 * Gives the key this balance, between two blocks of their own: anvil writes it into the state of its newest block, whose root it
 * leaves as it was, so that nothing can be proved of that block any more. It must be none that holds an anchor.
 */
async function setFunds(ground: Ground, balance: string): Promise<void> {
  await ground.ask("evm_mine");
  await ground.ask("anvil_setBalance", ground.key.address, balance);
  await ground.ask("evm_mine");
}

/** A transaction of the node's key that the node knows nothing of. @returns its nonce */
async function sendOther(ground: Ground, to = ground.key.address, data = "0x"): Promise<number> {
  const nonce = Number(await ground.ask("eth_getTransactionCount", ground.key.address, "latest"));
  const fees = { type: 2, maxFeePerGas: 100_000_000_000n, maxPriorityFeePerGas: 2_000_000_000n };
  const { chainId } = ground;
  await ground.ask(
    "eth_sendRawTransaction",
    await ground.key.signTransaction({ chainId, nonce, to, data, value: 0, gasLimit: 300_000, ...fees }),
  );
  return nonce;
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not so within 30 s: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
