import { expect } from "chai";
import { Transaction } from "ethers";
import type { FaultCase } from "../case.ts";
import { startAnvil, type Ground } from "../chains.ts";
import type { FaultContext } from "../context.ts";
import type { MemberNode, NodePlan } from "../member-node.ts";
import type { FaultProxy } from "../proxy.ts";

interface Scene {
  readonly ground: Ground;
  readonly node: MemberNode;
  readonly proxy: FaultProxy;
  /** Bytes that the node sends, in order. */
  readonly sent: string[];
}

async function onAnvil(context: FaultContext, changes: Partial<NodePlan> = {}): Promise<Scene> {
  const ground = await context.grounds.anvil();
  context.defer(() => ground.ask("evm_setAutomine", true));
  const { node, proxy } = await context.node(ground, changes);
  const sent: string[] = [];
  proxy.onCall = ({ method, params }) => {
    if (method === "eth_sendRawTransaction") sent.push(String(params[0]));
  };
  await node.start();
  // The log was registered with it: what counts from here on are publications.
  sent.length = 0;
  return { ground, node, proxy, sent };
}

const deep = { anchor: { confirmations: 4 } };

const cases: readonly FaultCase[] = [
  {
    id: "F-X1",
    title: "the anchor's block is taken back before it is final: told, the same bytes again, final once",
    how: "anvil_reorg at depths 1 to 3 of 4",
    run: async (context: FaultContext): Promise<void> => {
      const { ground, node, proxy, sent } = await onAnvil(context, deep);
      for (const depth of [1, 2, 3]) {
        sent.length = 0;
        await node.submit(`depth${depth}`, 2);
        await publishedIn(ground, sent);
        for (let more = 1; more < depth; more++) await ground.ask("evm_mine");
        // The node must have seen the block to notice that it is gone.
        await seen(proxy);
        await ground.ask("anvil_reorg", depth, []);
        await node.untilAlarm("C_BLOCK_LOST");
        await until(() => sent.length > 1);
        expect(new Set(sent).size).to.equal(1);
        await mine(ground, 5);
        await node.untilAnchored();
        expect((await node.status()).anchoring.alarms).to.deep.equal([]);
      }
      await context.settle(node);
    },
  },
  {
    id: "F-X2",
    title: "the anchor lands in another block: evidence is of that one",
    how: "anvil_reorg leaves the transaction out, and the node brings it again",
    run: async (context: FaultContext): Promise<void> => {
      const { ground, node, proxy, sent } = await onAnvil(context, deep);
      await node.submit("moved", 2);
      const before = await publishedIn(ground, sent);
      await mine(ground, 2);
      await seen(proxy);
      const id = String(node.history.acknowledged[0]?.receipt.records[0]?.id);
      const early = await node.get(`/v1/records/${id}/evidence`);
      expect(early?.status, "evidence of a block that is not final is not served").to.equal(409);
      const sends = sent.length;
      await ground.ask("anvil_reorg", 3, []);
      await node.untilAlarm("C_BLOCK_LOST");
      await until(() => sent.length > sends);
      await mine(ground, 5);
      const { anchored } = await node.untilAnchored();
      expect(new Set(sent).size, "the same bytes were sent again").to.equal(1);
      expect(anchored?.transaction).to.equal(Transaction.from(sent[0] ?? "0x").hash);
      expect(anchored?.blockNumber).to.be.greaterThan(before);
      const evidence = await (await node.get(`/v1/records/${id}/evidence`))?.text();
      const { hash } = (await ground.ask("eth_getBlockByNumber", hexOf(anchored?.blockNumber), false)) as {
        hash: string;
      };
      expect(anchored?.blockHash).to.equal(hash);
      expect(evidence).to.contain(anchored?.transaction);
      await context.settle(node);
    },
  },
  {
    id: "F-X3",
    title: "a block that was final is taken back: anchoring stops and says so, nothing is sent, records are kept",
    how: "anvil_reorg deeper than the confirmations",
    run: async (context: FaultContext): Promise<void> => {
      const { ground, node, sent } = await onAnvil(context);
      await node.submit("final", 2);
      await node.untilAnchored();
      await ground.ask("anvil_reorg", 2, []);
      await mine(ground, 1);
      sent.length = 0;
      expect(await node.submit("after")).to.equal(201);
      await node.untilCode("C_REORGANISED");
      await node.until("refused for good", ({ anchoring }) => !anchoring.healthy);
      expect((await node.get("/readyz"))?.status).to.equal(503);
      const [first] = node.history.acknowledged;
      const evidence = await node.get(`/v1/records/${String(first?.receipt.records[0]?.id)}/evidence`);
      expect(evidence?.status, "evidence of a block that is gone is not served").to.be.greaterThan(399);
      expect(sent).to.deep.equal([]);
    },
  },
  {
    id: "F-X4",
    title: "the chain is another one with the same id: no write there, told with both geneses, and back again",
    how: "proxy leads to an anvil with another genesis",
    run: async (context: FaultContext): Promise<void> => {
      const { node, proxy, sent } = await onAnvil(context);
      await node.submit("before");
      await node.untilAnchored();
      const other = await startAnvil({ chainId: 31337, timestamp: 1_700_000_000 });
      context.defer(() => other.close());
      const { target } = proxy;
      proxy.target = other.url;
      sent.length = 0;
      expect(await node.submit("reset", 2)).to.equal(201);
      await node.untilCode("C_WRONG_CHAIN");
      const { genesis } = node.plan.ground.deployment;
      await until(() => node.output.includes(`"expected":"${genesis}"`));
      await node.kill();
      expect(await node.startOrEnd()).to.deep.include({ exitCode: 6, code: "C_WRONG_CHAIN" });
      expect(sent).to.deep.equal([]);
      proxy.target = target;
      await node.start();
      await context.settle(node);
    },
  },
  {
    id: "F-X5",
    title: "another chain id, no contract at the address: nothing is sent, told, and it goes on when it is right again",
    how: "proxy lies about eth_chainId; anvil_setCode",
    run: async (context: FaultContext): Promise<void> => {
      const { ground, node, proxy, sent } = await onAnvil(context);
      await node.submit("before");
      await node.untilAnchored();
      sent.length = 0;
      proxy.weather = ({ method }) => (method === "eth_chainId" ? { kind: "lie", tell: () => "0x539" } : undefined);
      await node.submit("other");
      await node.untilCode("C_WRONG_CHAIN");
      proxy.weather = () => undefined;
      await node.untilAnchored();
      const sendsBefore = sent.length;
      await withCode(ground, "0x", async () => {
        await node.submit("absent");
        await node.untilCode("C_CONTRACT_MISSING");
      });
      expect(sent).to.have.length(sendsBefore);
      await context.settle(node);
    },
  },
  {
    id: "F-X6",
    title: "the chain answers and makes no blocks: told, and everything is anchored when it does",
    how: "anvil without mining",
    run: async (context: FaultContext): Promise<void> => {
      const { ground, node } = await onAnvil(context, { timings: { stallMs: 1_000 } });
      await node.submit("before");
      await node.untilAnchored();
      await ground.ask("evm_setAutomine", false);
      for (let nth = 0; nth < 3; nth++) expect(await node.submit(`queued${nth}`)).to.equal(201);
      await node.untilCode("C_CHAIN_STALLED");
      await ground.ask("evm_setAutomine", true);
      await ground.ask("evm_mine");
      await context.settle(node);
    },
  },
  {
    id: "F-X8",
    title: "other code at the contract's address: nothing is sent, and it goes on when the right code is back",
    how: "anvil_setCode",
    run: async (context: FaultContext): Promise<void> => {
      const { ground, node, sent } = await onAnvil(context);
      await node.submit("before");
      await node.untilAnchored();
      sent.length = 0;
      await withCode(ground, "0x60006000fd", async () => {
        await node.submit("upgraded");
        await node.untilCode("C_CONTRACT_MISMATCH");
        expect(sent).to.deep.equal([]);
      });
      await context.settle(node);
    },
  },
];

export const reorgCases: readonly FaultCase[] = cases.map((one) => ({ ...one, lane: "anvil" }));

async function withCode(ground: Ground, code: string, work: () => Promise<void>): Promise<void> {
  const { address } = ground.deployment.contracts.evidenceLogs;
  const right = await ground.ask("eth_getCode", address, "latest");
  await ground.ask("anvil_setCode", address, code);
  try {
    await work();
  } finally {
    await ground.ask("anvil_setCode", address, right);
  }
}

/** Waits until the chain holds what was sent. @returns the block's number */
async function publishedIn(ground: Ground, sent: readonly string[]): Promise<number> {
  await until(() => sent.length > 0);
  const { hash } = Transaction.from(sent[0] ?? "0x");
  for (;;) {
    const receipt = (await ground.ask("eth_getTransactionReceipt", hash)) as { blockNumber: string } | null;
    if (receipt !== null) return Number(receipt.blockNumber);
  }
}

const hexOf = (value = 0): string => `0x${value.toString(16)}`;

/**
 * Until the node read the receipt of its publication four times: one a look, and each look notes the block of the one before,
 * unless it ran out of time on a busy machine.
 */
async function seen(proxy: FaultProxy): Promise<void> {
  let receipts = 0;
  proxy.onAnswered = ({ method }, result) => {
    if (method === "eth_getTransactionReceipt" && result !== null) receipts += 1;
  };
  await until(() => receipts >= 4);
}

async function mine(ground: Ground, blocks: number): Promise<void> {
  for (let block = 0; block < blocks; block++) await ground.ask("evm_mine");
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`not so within 30 s: ${holds.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
