import { randomInt } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { encodeHeader, headerHash } from "@lianzheng/sdk/chain";
import type { RpcBlock } from "@lianzheng/sdk/chain";
import { toHex } from "@lianzheng/sdk/encoding";
import { expect } from "chai";
import { getCreateAddress } from "ethers";
import { alice, bob, folder, openChain, refusal, removeFolders, send, signed } from "./fixtures/chains.ts";
import { probe } from "./fixtures/probe.ts";
import { ServedProcess } from "./fixtures/served-process.ts";

const kills = process.env["LIANZHENG_LONG"] === "1" ? 300 : 8;
const probeAddress = getCreateAddress({ from: alice.address, nonce: 0 });

/** Sends from `nonce` on, a few at once and some ahead of their turn, until the process dies. Notes every acknowledged hash. */
async function sendUntilDeath(chain: ServedProcess, nonce: number, acknowledged: string[]): Promise<void> {
  let alive = true;
  for (let first = nonce; alive; first += 4) {
    const raws = [];
    for (const offset of [1, 0, 3, 2])
      raws.push(
        await signed(alice, first + offset, {
          to: probeAddress,
          data: probe.encode("note", first + offset, "0x01"),
          gasLimit: 200_000,
        }),
      );
    const answers = await Promise.allSettled(raws.map((raw) => chain.ask("eth_sendRawTransaction", [raw])));
    for (const answer of answers)
      if (answer.status === "fulfilled") acknowledged.push(answer.value as string);
      else alive = false;
  }
}

interface Audit {
  readonly nonce: number;
  readonly head: number;
}

/** Every acknowledged transaction stands in a block; blocks are linked, hash to what they say, and hold each nonce once. */
async function audit(directory: string, acknowledged: readonly string[]): Promise<Audit> {
  const chain = await openChain({ directory });
  try {
    const head = Number(await chain.request("eth_blockNumber"));
    const found = new Set<string>();
    let nonce = 0;
    let parent = chain.genesis as string;
    for (let number = 1; number <= head; number++) {
      const block = (await chain.request("eth_getBlockByNumber", [`0x${number.toString(16)}`, true])) as RpcBlock & {
        transactions: { hash: string; nonce: string }[];
      };
      expect(block.parentHash).to.equal(parent);
      expect(toHex(headerHash(encodeHeader(block)))).to.equal(block.hash);
      parent = block.hash!;
      for (const transaction of block.transactions) {
        expect(Number(transaction.nonce)).to.equal(nonce++);
        found.add(transaction.hash);
      }
    }
    const pending = new Set<string>();
    for (const hash of acknowledged.filter((each) => !found.has(each)))
      if ((await chain.request("eth_getTransactionByHash", [hash])) !== null) pending.add(hash);
    expect(acknowledged.filter((hash) => !found.has(hash) && !pending.has(hash))).to.deep.equal([]);
    expect(Number(await chain.request("eth_getTransactionCount", [alice.address, "latest"]))).to.equal(nonce);
    if (nonce > 0) {
      const count = BigInt(
        (await chain.request("eth_call", [{ to: probeAddress, data: probe.encode("count") }])) as string,
      );
      expect(count).to.equal(BigInt(nonce - 1));
    }
    return { nonce, head };
  } finally {
    await chain.close();
  }
}

describe("an embedded chain that is killed", function () {
  this.timeout(kills * 10_000);
  after(removeFolders);

  it(`loses no acknowledged transaction in ${kills} kills`, async () => {
    const directory = await folder();
    const acknowledged: string[] = [];
    let state: Audit = { nonce: 0, head: 0 };
    for (let kill = 0; kill < kills; kill++) {
      const chain = await ServedProcess.start(directory);
      if (state.nonce === 0) {
        acknowledged.push(
          (await chain.ask("eth_sendRawTransaction", [await signed(alice, 0, { data: probe.creation(0n) })])) as string,
        );
        state = { nonce: 1, head: 1 };
      }
      const sending = sendUntilDeath(chain, state.nonce, acknowledged);
      await pause(randomInt(20, 1000));
      await chain.kill();
      await sending;
      const next = await audit(directory, acknowledged);
      expect(next.nonce).to.be.at.least(state.nonce);
      state = next;
    }
    expect(acknowledged.length).to.be.greaterThan(kills);
    console.log(
      `      ${kills} kills, ${acknowledged.length} acknowledged, ${state.nonce} in ${state.head} blocks, 0 lost`,
    );
  });

  it("keeps a transaction that waits for the one before it, and runs it when that comes", async () => {
    const directory = await folder();
    const served = await ServedProcess.start(directory);
    const early = (await served.ask("eth_sendRawTransaction", [await signed(bob, 1, { to: bob.address })])) as string;
    await served.kill();
    const chain = await openChain({ directory });
    expect(await chain.request("eth_getTransactionByHash", [early])).to.include({ hash: early, blockHash: null });
    expect(await chain.request("eth_getTransactionCount", [bob.address, "pending"])).to.equal("0x0");
    await send(chain, await signed(bob, 0, { to: bob.address }));
    expect(await chain.request("eth_getTransactionReceipt", [early])).to.include({
      status: "0x1",
      transactionIndex: "0x1",
    });
    await refusal(send(chain, await signed(bob, 1, { to: bob.address })), "C_TX_KNOWN");
    await chain.close();
  });

  it("opens at once after a kill, and refuses a second process by naming the first", async () => {
    const directory = await folder();
    const served = await ServedProcess.start(directory);
    const error = await refusal(openChain({ directory }), "C_LOCKED");
    expect(error.details["pid"]).to.equal(served.pid);
    expect(error.message).to.contain(String(served.pid));
    await served.kill();
    await (await openChain({ directory })).close();
  });
});
