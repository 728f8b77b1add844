import { expect } from "chai";
import type { ChainRpc } from "@lianzheng/node/anchor";
import { networkHelpers, world } from "../contracts/fixture.ts";
import { chain, deploymentOf, freshViews, openRegistry, viewsOf, withFolder } from "./scene.ts";
import { Story } from "./story.ts";

type Json = Record<string, unknown>;

/** A chain whose answers to one method are changed while `lying` says so. */
function liar(method: string, change: (answer: unknown) => unknown): { readonly rpc: ChainRpc; lying: boolean } {
  const state = {
    lying: true,
    rpc: {
      send: async (asked: string, params: readonly unknown[]): Promise<unknown> => {
        const answer = await chain.send(asked, params);
        return state.lying && asked === method ? change(structuredClone(answer)) : answer;
      },
    },
  };
  return state;
}

const logs = (change: (logs: Json[]) => unknown) => (answer: unknown) => change(answer as Json[]);

const lies: readonly {
  readonly what: string;
  readonly method: string;
  readonly change: (answer: unknown) => unknown;
}[] = [
  { what: "all logs left out", method: "eth_getLogs", change: () => [] },
  { what: "one log left out", method: "eth_getLogs", change: logs((all) => all.slice(1)) },
  { what: "the last log left out", method: "eth_getLogs", change: logs((all) => all.slice(0, -1)) },
  { what: "logs in another order", method: "eth_getLogs", change: logs((all) => all.toReversed()) },
  { what: "a log twice", method: "eth_getLogs", change: logs((all) => [all[0], ...all]) },
  {
    what: "a log of another contract",
    method: "eth_getLogs",
    change: logs((all) => [{ ...all[0], address: `0x${"99".repeat(20)}` }, ...all.slice(1)]),
  },
  {
    what: "a removed log",
    method: "eth_getLogs",
    change: logs((all) => [{ ...all[0], removed: true }, ...all.slice(1)]),
  },
  {
    what: "a log of another block",
    method: "eth_getLogs",
    change: logs((all) => [{ ...all[0], blockHash: `0x${"88".repeat(32)}` }, ...all.slice(1)]),
  },
  {
    what: "a log with other data",
    method: "eth_getLogs",
    change: logs((all) => [{ ...all[0], data: `${String(all[0]?.["data"]).slice(0, -1)}f` }, ...all.slice(1)]),
  },
  { what: "no list", method: "eth_getLogs", change: () => ({}) },
  {
    what: "a header with another bloom",
    method: "eth_getBlockByNumber",
    change: (block) => ({ ...(block as Json), logsBloom: `0x${"00".repeat(256)}` }),
  },
  {
    what: "a header with another time",
    method: "eth_getBlockByNumber",
    change: (block) => ({ ...(block as Json), timestamp: "0x1" }),
  },
  {
    what: "receipts without their logs",
    method: "eth_getTransactionReceipt",
    change: (receipt) => ({ ...(receipt as Json), logs: [] }),
  },
];

describe("registry, when the chain's answers are wrong", () => {
  for (const { what, method, change } of lies)
    it(`takes nothing in from ${what}, and goes on when they are right again`, async function () {
      this.timeout(60_000);
      const story = new Story(await networkHelpers.loadFixture(world));
      const deployment = await deploymentOf(story.world);
      const state = liar(method, change);
      state.lying = false;
      await withFolder(async (folder) => {
        const registry = await openRegistry(deployment, folder, { chain: noBlockReceipts(state.rpc) });
        try {
          await registry.follow();
          const before = await viewsOf(registry);
          await story.resource(story.world.seller);
          await story.resource(story.world.buyer);
          state.lying = true;
          const error: unknown = await registry.follow().then(
            () => undefined,
            (reason: unknown) => reason,
          );
          expect(error).to.have.property("code", "C_INCONSISTENT");
          expect(await viewsOf(registry)).to.deep.equal(before);
          state.lying = false;
          await registry.follow();
          expect(await viewsOf(registry)).to.deep.equal(await freshViews(deployment));
        } finally {
          await registry.close();
        }
      });
    });

  it("waits longer and longer while the chain does not answer, serves its views, and goes on", async function () {
    this.timeout(60_000);
    const story = new Story(await networkHelpers.loadFixture(world));
    const deployment = await deploymentOf(story.world);
    let asked = 0;
    let down = false;
    const rpc: ChainRpc = {
      send: (method, params) => {
        asked += 1;
        return down ? Promise.reject(new Error("connection refused")) : chain.send(method, params);
      },
    };
    await withFolder(async (folder) => {
      const timings = { pollMs: 5, backoffFirstMs: 20, backoffLastMs: 10_000 };
      const registry = await openRegistry(deployment, folder, { chain: rpc, timings });
      try {
        registry.start();
        await until(() => registry.status.tip !== null && registry.status.tip === registry.status.block?.number);
        down = true;
        await story.resource(story.world.seller);
        await until(() => (registry.status.fault?.attempts ?? 0) >= 3);
        const before = asked;
        await until(() => (registry.status.fault?.attempts ?? 0) >= 5);
        // One question for each attempt: no hot loop.
        expect(asked - before).to.be.lessThan(4);
        expect(registry.status.fault).to.include({ code: "C_UNREACHABLE" });
        const reading = await registry.read();
        expect(reading.block?.number).to.equal(registry.status.block?.number);
        await reading.close();
        down = false;
        await until(() => registry.status.fault === null);
        expect(await viewsOf(registry)).to.deep.equal(await freshViews(deployment));
      } finally {
        await registry.close();
      }
    });
  });
});

/** So that the receipts are asked one by one, and one lie is enough for every way. */
function noBlockReceipts(rpc: ChainRpc): ChainRpc {
  return {
    send: (method, params) =>
      method === "eth_getBlockReceipts"
        ? Promise.reject(Object.assign(new Error("unknown method"), { code: -32601 }))
        : rpc.send(method, params),
  };
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5));
}
